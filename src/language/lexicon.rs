//! Words for the same thing: bokmål synonyms, and Norwegian words for the English ones of a question.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{fold, term};

/// English word or phrase, tab, Norwegian counterparts separated by `|`.
const ENGLISH: &str = include_str!("english.tsv");
/// Words that are used for the same thing, separated by tabs, one group a line.
const SYNONYMS: &str = include_str!("synonyms.tsv");

static NORWEGIAN_OF: LazyLock<HashMap<&str, Vec<String>>> = LazyLock::new(|| {
    let mut found: HashMap<&str, Vec<String>> = HashMap::new();
    for (english, norwegian) in ENGLISH.lines().filter_map(|line| line.split_once('\t')) {
        found
            .entry(english)
            .or_default()
            .extend(norwegian.split('|').map(key));
    }
    found
});

static SYNONYMS_OF: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    for group in SYNONYMS.lines() {
        let members: Vec<String> = group.split('\t').map(key).collect();
        for member in &members {
            let others = members
                .iter()
                .filter(|other| *other != member && !other.contains(' '));
            found
                .entry(member.clone())
                .or_default()
                .extend(others.cloned());
        }
    }
    found
});

/// The terms of a word or phrase, a space between them.
fn key(phrase: &str) -> String {
    phrase.split(' ').map(term).collect::<Vec<_>>().join(" ")
}

/// Terms of Norwegian words for an English word or two-word phrase of a question.
pub fn norwegian(phrase: &str) -> Vec<String> {
    let folded = fold(phrase);
    let known = |form: &str| NORWEGIAN_OF.get(form).filter(|found| !found.is_empty());
    let (before, last) = folded
        .rsplit_once(' ')
        .map_or(("", folded.as_str()), |(before, last)| (before, last));
    let forms = base_forms(last).into_iter().map(|last| {
        if before.is_empty() {
            last
        } else {
            format!("{before} {last}")
        }
    });
    let counterparts = std::iter::once(folded.clone())
        .chain(forms)
        .find_map(|form| known(&form));
    // Of a phrase the longest word carries the meaning: "ha råd til" → "råd".
    let longest = |phrase: &String| {
        phrase
            .split(' ')
            .max_by_key(|word| word.chars().count())
            .unwrap_or(phrase)
            .to_owned()
    };
    counterparts
        .map(|found| found.iter().map(longest).collect())
        .unwrap_or_default()
}

/// Terms of words that mean what `phrase` (a word or two) means.
pub fn synonyms(phrase: &str) -> Vec<String> {
    SYNONYMS_OF.get(&key(phrase)).cloned().unwrap_or_default()
}

/// What an inflected English word may be in a dictionary.
fn base_forms(word: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for (ending, base) in [
        ("ies", "y"),
        ("ied", "y"),
        ("sses", "ss"),
        ("es", "e"),
        ("s", ""),
        ("ed", "e"),
        ("ed", ""),
        ("ing", "e"),
        ("ing", ""),
        ("es", ""),
        ("er", ""),
        ("ly", ""),
    ] {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() >= 3) {
            forms.push(format!("{stem}{base}"));
            let mut letters = stem.chars().rev();
            if base.is_empty() && letters.next() == letters.next() {
                forms.push(stem[..stem.len() - 1].to_owned());
            }
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_words_find_norwegian_ones_in_any_form() {
        for (english, norwegian) in [
            ("meetings", "møte"),
            ("employer", "arbeidsgiver"),
            ("negotiated", "forhandle"),
            ("opening hours", "åpningstid"),
        ] {
            assert!(
                super::norwegian(english).contains(&term(norwegian)),
                "{english}: {:?}",
                super::norwegian(english)
            );
        }
    }

    #[test]
    fn every_line_of_the_lists_is_of_the_form_that_is_read() {
        assert!(ENGLISH.lines().all(|line| {
            line.split_once('\t').is_some_and(|(english, found)| {
                !english.is_empty() && found.split('|').all(|word| !word.trim().is_empty())
            })
        }));
        assert!(SYNONYMS.lines().all(|line| line.split('\t').count() >= 2
            && line.split('\t').all(|word| !word.trim().is_empty())));
    }
}
