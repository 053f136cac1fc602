//! Bytes of a text file as characters.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Decodes text: as its byte order mark says; else as UTF-8, if it is that, or was before some bytes
/// were damaged; else as declared; else as windows-1252, in which old Norwegian files are written.
/// What is valid UTF-8 with letters beyond ASCII is hardly ever anything else, whatever it declares.
pub fn decode(bytes: &[u8], declared: Option<&'static Encoding>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding
            .decode_without_bom_handling(bytes.get(mark..).unwrap_or_default())
            .0
            .into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) if mostly_utf8(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => {
            let encoding = declared
                .filter(|encoding| *encoding != UTF_8)
                .unwrap_or(WINDOWS_1252);
            encoding.decode_without_bom_handling(bytes).0.into_owned()
        }
    }
}

/// Whether bytes that are not valid UTF-8 have more whole sequences of several bytes than broken ones.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    whole > broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_marked_files_are_decoded() {
        assert_eq!(decode(b"\x93\xe5rsm\xf8te\x94", None), "“årsmøte”");
        assert_eq!(decode("årsmøte".as_bytes(), Some(WINDOWS_1252)), "årsmøte");
        assert_eq!(
            decode(b"m\xffte om s\xc3\xa6ravtale p\xc3\xa5 jobb", None),
            "m\u{FFFD}te om særavtale på jobb"
        );
        assert_eq!(decode(b"\xff\xfe\xe5\x00r\x00", None), "år");
    }
}
