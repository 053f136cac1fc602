//! Names for files that come from strangers: plain ones, which lead nowhere else.

use std::fmt::Write;

use percent_encoding::percent_decode_str;
use reqwest::Url;
use unicode_normalization::UnicodeNormalization;

use crate::corpus::format::Format;

/// So many bytes a name has at most, its ending and that of its sidecar not counted: file systems take
/// 255.
const LONGEST: usize = 180;
/// What a file is called whose name has nothing usable.
const NAMELESS: &str = "dokument";
/// Names that Windows has taken.
const TAKEN: &[&str] = &["con", "prn", "aux", "nul"];

/// A file's name, its ending apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) stem: String,
    /// In small letters, one that a reader takes.
    pub(super) ending: String,
}

impl Name {
    /// The name as a whole, with a number where others have taken it.
    pub(super) fn numbered(&self, number: usize) -> String {
        match number {
            0 | 1 => format!("{}.{}", self.stem, self.ending),
            _ => format!("{} ({number}).{}", self.stem, self.ending),
        }
    }
}

/// A file name as somebody wrote it, made plain; nothing where no reader takes its ending.
pub(super) fn plain(written: &str) -> Option<Name> {
    let last = written.rsplit(['/', '\\']).next().unwrap_or_default();
    Format::of(last.trim())?;
    let (stem, ending) = last.trim().rsplit_once('.')?;
    Some(Name {
        stem: stem_of(stem),
        ending: ending.to_ascii_lowercase(),
    })
}

/// A name for a document in `format`, made of words such as a title.
pub(super) fn of_words(words: &str, ending: &str) -> Name {
    Name {
        stem: stem_of(&words.replace(['/', '\\'], "-")),
        ending: ending.to_owned(),
    }
}

fn stem_of(written: &str) -> String {
    let kept = written.nfc().map(|c| match c {
        '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => '-',
        // What cannot be seen can turn a name round.
        c if c.is_control() || c.is_whitespace() || is_invisible(c) => ' ',
        c => c,
    });
    let kept: String = kept.collect();
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut kept = kept.trim_matches(['.', ' ', '~', '-']);
    if kept.len() > LONGEST {
        kept = kept[..kept.floor_char_boundary(LONGEST)].trim_end_matches(['.', ' ']);
    }
    if kept.is_empty() {
        return NAMELESS.to_owned();
    }
    let first = kept
        .split('.')
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase();
    let port = first.len() == 4 && (first.starts_with("com") || first.starts_with("lpt"));
    match TAKEN.contains(&first.as_str()) || port {
        true => format!("_{kept}"),
        false => kept.to_owned(),
    }
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The last part of an address's path, decoded.
pub(super) fn in_address(url: &Url) -> String {
    let last = url.path().trim_end_matches('/').rsplit('/').next();
    percent_decode_str(last.unwrap_or_default())
        .decode_utf8_lossy()
        .into_owned()
}

/// The name of the file in a `Content-Disposition`.
pub(super) fn in_disposition(header: &str) -> Option<String> {
    let value = |key: &str| {
        let at = header.to_ascii_lowercase().find(key)?;
        let rest = header.get(at + key.len()..)?.trim_start();
        let value = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => rest.split(';').next(),
        };
        value.map(|value| value.trim().to_owned())
    };
    let extended = || {
        let value = value("filename*=")?;
        let (_, encoded) = value.split_once("''")?;
        Some(percent_decode_str(encoded).decode_utf8_lossy().into_owned())
    };
    extended()
        .or_else(|| value("filename="))
        .filter(|name| !name.is_empty())
}

/// The ending for what a server says that a document is.
pub(super) fn ending_of(media_type: &str) -> Option<&'static str> {
    Some(match media_type {
        "application/pdf" | "application/x-pdf" => "pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "application/vnd.oasis.opendocument.text" => "odt",
        "application/vnd.oasis.opendocument.presentation" => "odp",
        "text/html" | "application/xhtml+xml" => "html",
        "text/markdown" => "md",
        "text/plain" => "txt",
        _ => return None,
    })
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(written: &str) -> Option<String> {
        plain(written).map(|name| name.numbered(1))
    }

    #[test]
    fn names_lead_nowhere_else() {
        for (written, expected) in [
            ("referat.pdf", "referat.pdf"),
            ("Møte 12. juni.PDF", "Møte 12. juni.pdf"),
            ("../../etc/passwd.txt", "passwd.txt"),
            ("..\\..\\autoexec.txt", "autoexec.txt"),
            (".skjult.md", "skjult.md"),
            ("~$lås.docx", "$lås.docx"),
            ("a\u{202e}fdp.pdf", "a fdp.pdf"),
            ("a\n\tb.pdf", "a b.pdf"),
            ("con.txt", "_con.txt"),
            ("sak: hva nå?.html", "sak- hva nå.html"),
            ("....pdf", "dokument.pdf"),
            // Written with a combining mark, as some systems do.
            ("ma\u{30a}te.pdf", "måte.pdf"),
        ] {
            assert_eq!(made(written).as_deref(), Some(expected), "{written:?}");
        }
        for other in [
            "referat",
            "oppsett.toml",
            "program.exe",
            "referat.pdf.toml",
            ".pdf/",
        ] {
            assert_eq!(made(other), None, "{other:?}");
        }
        let long = made(&format!("{}.pdf", "ø".repeat(400))).unwrap();
        assert!(
            long.len() <= LONGEST + 4 && long.ends_with("ø.pdf"),
            "{long}"
        );
    }

    #[test]
    fn a_server_may_name_the_file() {
        for (header, expected) in [
            (
                "attachment; filename=\"Referat juni.pdf\"",
                Some("Referat juni.pdf"),
            ),
            (
                "attachment; filename=referat.pdf; size=3",
                Some("referat.pdf"),
            ),
            (
                "attachment; filename=\"x.pdf\"; filename*=UTF-8''M%C3%B8te.pdf",
                Some("Møte.pdf"),
            ),
            ("inline", None),
        ] {
            assert_eq!(in_disposition(header).as_deref(), expected, "{header}");
        }
    }
}
