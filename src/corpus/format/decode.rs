//! Bytes of a text file as characters.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Decodes text: as its byte order mark says; else as UTF-8, if it is that; else as declared; else as
/// windows-1252, in which old Norwegian files are written. What is valid UTF-8 with letters beyond
/// ASCII is hardly ever anything else, whatever it declares.
pub fn decode(bytes: &[u8], declared: Option<&'static Encoding>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding
            .decode_without_bom_handling(bytes.get(mark..).unwrap_or_default())
            .0
            .into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let encoding = declared
                .filter(|encoding| *encoding != UTF_8)
                .unwrap_or(WINDOWS_1252);
            encoding.decode_without_bom_handling(bytes).0.into_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_marked_files_are_decoded() {
        assert_eq!(decode(b"\x93\xe5rsm\xf8te\x94", None), "“årsmøte”");
        assert_eq!(decode("årsmøte".as_bytes(), Some(WINDOWS_1252)), "årsmøte");
        assert_eq!(decode(b"\xff\xfe\xe5\x00r\x00", None), "år");
    }
}
