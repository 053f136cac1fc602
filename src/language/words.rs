//! Text → words.

/// A word's place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Its first byte.
    pub start: usize,
    /// The first byte after it.
    pub end: usize,
    /// Its number in the text.
    pub position: usize,
}

/// The words of `text`: runs of letters and digits. Numbers joined by `-`, `/`, `.` or `,` ("11-5",
/// "12/24", "3,5") are found whole and in parts, so that "2021" finds "2021–2026".
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut position = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if !first.is_alphanumeric() || is_mark(first) {
            continue;
        }
        let mut end = start + first.len_utf8();
        let mut digits_only = first.is_ascii_digit();
        while let Some(&(at, c)) = chars.peek() {
            if !is_word_char(c) {
                break;
            }
            digits_only &= c.is_ascii_digit();
            end = at + c.len_utf8();
            chars.next();
        }
        if digits_only {
            let whole = joined_number(text, start, end);
            if whole > end {
                words.push(Word {
                    start,
                    end: whole,
                    position,
                });
                for part in parts(text, start, whole) {
                    words.push(Word {
                        start: part.0,
                        end: part.1,
                        position,
                    });
                    position += 1;
                }
                while chars.peek().is_some_and(|(at, _)| *at < whole) {
                    chars.next();
                }
                continue;
            }
        }
        words.push(Word {
            start,
            end,
            position,
        });
        position += 1;
    }
    words
}

/// Whether a word may hold `c`.
pub(super) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

/// Whether it belongs to the letter before it, and makes no word by itself.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36F}').contains(&c)
}

/// Where a number that goes on over joints ends.
fn joined_number(text: &str, start: usize, mut end: usize) -> usize {
    loop {
        let rest = &text.as_bytes()[end..];
        let joint = rest
            .first()
            .is_some_and(|b| matches!(b, b'-' | b'/' | b'.' | b','));
        let digits = rest
            .iter()
            .skip(1)
            .take_while(|b| b.is_ascii_digit())
            .count();
        // A word glued to the digits ("2-årig") is not a number's part.
        let glued = text[end..]
            .chars()
            .nth(1 + digits)
            .is_some_and(char::is_alphabetic);
        if !joint || digits == 0 || glued || end - start > 20 {
            return end;
        }
        end += 1 + digits;
    }
}

fn parts(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let mut parts = Vec::new();
    let mut from = start;
    for (at, c) in text[start..end].char_indices() {
        if !c.is_ascii_digit() {
            parts.push((from, start + at));
            from = start + at + 1;
        }
    }
    parts.push((from, end));
    parts
}
