//! Characters as readers of Norwegian expect them: one code point per letter, plain spaces.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Composes letters (NFC), opens ligatures, turns every kind of space and line break into one
/// space, and drops soft hyphens, control characters, zero-width characters and private-use glyphs.
/// Leading and trailing space goes.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    let mut push = |c: char| match c {
        c if c.is_whitespace() => space = true,
        c if is_noise(c) => {}
        c => {
            if std::mem::take(&mut space) && !out.is_empty() {
                out.push(' ');
            }
            match ligature(c) {
                Some(letters) => out.push_str(letters),
                None => out.push(c),
            }
        }
    };
    if is_nfc(text) {
        text.chars().for_each(&mut push)
    } else {
        text.nfc().for_each(&mut push)
    }
    out
}

/// Whether a character is a bullet, in the fonts and private-use places where bullets are found.
pub fn is_bullet(c: char) -> bool {
    matches!(
        c,
        '•' | '◦'
            | '▪'
            | '▫'
            | '■'
            | '□'
            | '●'
            | '○'
            | '‣'
            | '⁃'
            | '∙'
            | '·'
            | '➢'
            | '➤'
            | '►'
            | '▶'
            | '✓'
            | '✔'
            | '❖'
            | '◆'
            | '◇'
            | '–'
            | '—'
            | '-'
            | '*'
    ) || ('\u{F000}'..='\u{F0FF}').contains(&c)
}

/// Text without a leading bullet and the space after it, where there is one.
pub fn strip_bullet(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    let first = chars.next()?;
    let rest = chars.as_str();
    let spaced = rest.starts_with(char::is_whitespace);
    (is_bullet(first) && (spaced || ('\u{F000}'..='\u{F0FF}').contains(&first)))
        .then(|| rest.trim_start())
}

fn is_noise(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
        || matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

fn ligature(c: char) -> Option<&'static str> {
    Some(match c {
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' | 'ﬆ' => "st",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_composed_and_layout_characters_go() {
        assert_eq!(
            clean("  a\u{30A}rs\u{AD}møte\u{A0}\u{FB01}ne\n\tting\u{200B} "),
            "årsmøte fine ting"
        );
    }

    #[test]
    fn bullets_of_office_fonts_are_known() {
        assert_eq!(strip_bullet("\u{F0B7}Første"), Some("Første"));
        assert_eq!(strip_bullet("➢ Første"), Some("Første"));
        assert_eq!(strip_bullet("–70 grader"), None);
    }
}
