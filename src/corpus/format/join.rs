//! Lines of a page joined to running text: which hyphens at a line's end belong to the word.

use std::collections::HashMap;

/// The words of one document and how often each occurs inside a line, where no hyphen was put in by
/// layout.
#[derive(Debug, Default)]
pub struct Vocabulary {
    counts: HashMap<String, u32>,
}

impl Vocabulary {
    /// Counts the words of `lines`; a last word that ends in a hyphen, and the first word of the
    /// line after it, are left out.
    pub fn of_lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut vocabulary = Vocabulary::default();
        let mut broken = false;
        for line in lines {
            let mut words: Vec<&str> = line.split_whitespace().map(trim_punctuation).collect();
            if std::mem::take(&mut broken) && !words.is_empty() {
                words.remove(0);
            }
            if line.trim_end().ends_with(is_hyphen) {
                words.pop();
                broken = true;
            }
            for word in words.into_iter().filter(|word| !word.is_empty()) {
                *vocabulary.counts.entry(word.to_lowercase()).or_default() += 1;
            }
        }
        vocabulary
    }

    fn count(&self, word: &str) -> u32 {
        self.counts.get(&word.to_lowercase()).copied().unwrap_or(0)
    }
}

/// Appends the next line of the same paragraph to `text`: with a space, or, where `text` ends in a
/// hyphen, as the word was before it was broken.
///
/// "kom-" + "munene" joins; "VFS-" + "kontorene", "e-" + "post" and "2015-" + "16" keep the hyphen;
/// "arbeids-" + "og tjenestedirektør" keeps hyphen and space. In doubt the document's own words
/// decide.
pub fn append_line(text: &mut String, next: &str, vocabulary: &Vocabulary) {
    let next = next.trim();
    text.truncate(text.trim_end().len());
    if text.is_empty() || next.is_empty() {
        text.push_str(next);
        return;
    }
    match line_end(text, next, vocabulary) {
        LineEnd::Space => text.push(' '),
        LineEnd::Keep => {}
        LineEnd::Drop => {
            text.pop();
        }
    }
    text.push_str(next);
}

enum LineEnd {
    /// Two words, or a hyphen that stands for a left-out part.
    Space,
    /// One word, and its hyphen.
    Keep,
    /// One word; layout put the hyphen in.
    Drop,
}

fn line_end(text: &str, next: &str, vocabulary: &Vocabulary) -> LineEnd {
    if text.ends_with('\u{AD}') {
        return LineEnd::Drop;
    }
    let Some(before) = text.strip_suffix(is_hyphen) else {
        return LineEnd::Space;
    };
    if !before.ends_with(char::is_alphanumeric) {
        return LineEnd::Space;
    }
    let head = before
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let whole_head = before
        .rsplit(char::is_whitespace)
        .next()
        .map(trim_punctuation)
        .unwrap_or_default();
    let tail = trim_punctuation(next.split_whitespace().next().unwrap_or_default());
    if matches!(
        tail,
        "og" | "eller" | "samt" | "men" | "and" | "or" | "henholdsvis" | "respektive"
    ) {
        return LineEnd::Space;
    }
    let abbreviation = head.chars().all(|c| c.is_uppercase() || c.is_numeric());
    let single_letter = head.chars().count() == 1;
    if abbreviation || single_letter || !next.starts_with(char::is_lowercase) {
        return LineEnd::Keep;
    }
    let joined = vocabulary.count(&format!("{whole_head}{tail}"));
    let hyphenated = vocabulary.count(&format!("{whole_head}-{tail}"));
    if hyphenated > joined {
        LineEnd::Keep
    } else {
        LineEnd::Drop
    }
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{AD}')
}

fn trim_punctuation(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(first: &str, second: &str) -> String {
        let mut text = first.to_owned();
        append_line(
            &mut text,
            second,
            &Vocabulary::of_lines(["den nasjonale brukerundersøkelsen om nord-norge"]),
        );
        text
    }

    #[test]
    fn hyphens_at_line_ends_stay_where_the_word_has_one() {
        for (first, second, expected) in [
            ("alle kom-", "munene skal", "alle kommunene skal"),
            ("på VFS-", "kontorene", "på VFS-kontorene"),
            ("flere IT-", "løsninger", "flere IT-løsninger"),
            ("Etter e-", "postutveksling", "Etter e-postutveksling"),
            (
                "arbeids- ",
                "og tjenestedirektør",
                "arbeids- og tjenestedirektør",
            ),
            ("i 2015-", "16", "i 2015-16"),
            ("i nord-", "norge", "i nord-norge"),
            (
                "bo- og arbeidsmarkeds-",
                "regioner",
                "bo- og arbeidsmarkedsregioner",
            ),
            ("saken er", "utsatt", "saken er utsatt"),
            ("saken –", "som før", "saken – som før"),
        ] {
            assert_eq!(joined(first, second), expected);
        }
    }
}
