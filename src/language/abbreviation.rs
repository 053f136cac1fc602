//! Abbreviations that a text explains itself: "medbestemmelsesutvalget (MBU)", "MBU: …", "heretter
//! kalt MBU".
//!
//! The method is that of Schwartz and Hearst (A Simple Algorithm for Identifying Abbreviation
//! Definitions in Biomedical Text, 2003): a short form in brackets is explained by the nearest words
//! before it that have its letters in order. Theirs may stand anywhere in those words; here each must
//! begin a word or a part of a Norwegian compound, or follow one that does ("SA" of "Samband"), and
//! every word but small ones must take part, since a wrong pair would answer questions wrongly.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::is_word_char;
use super::{fold, term, words};

/// A short form and the words it stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Abbreviation {
    /// The short form as written.
    pub short: String,
    /// The words as written.
    pub long: String,
    /// The [`content_terms`] of these words.
    pub long_terms: Vec<String>,
    /// Whether the text has the short form in small letters too, as a word of its own.
    pub ordinary: bool,
}

impl Abbreviation {
    /// Whether a text of these [`content_terms`] has the words of the long form in sequence.
    pub fn is_spelt_out(&self, terms: &[String]) -> bool {
        let long = &self.long_terms;
        !long.is_empty() && terms.windows(long.len()).any(|run| run == long.as_slice())
    }

    /// Whether `word` is its short form: in small letters too, unless that is some other word.
    pub fn is_written(&self, word: &str) -> bool {
        let small = word.chars().all(char::is_lowercase);
        let clear = !self.ordinary && word.chars().count() >= 3;
        fold(&self.short)
            == fold(
                word.strip_suffix('s')
                    .filter(|base| is_short(base))
                    .unwrap_or(word),
            )
            && (!small || clear)
    }
}

/// The terms of a text without its small words.
pub fn content_terms(text: &str) -> Vec<String> {
    words(text)
        .into_iter()
        .map(|word| fold(&text[word.start..word.end]))
        .filter(|word| !is_small(word))
        .map(|word| term(&word))
        .collect()
}

/// The pairs of a text, each once.
pub fn abbreviations(text: &str) -> Vec<Abbreviation> {
    let mut found: Vec<Abbreviation> = Vec::new();
    let mut known: HashSet<(String, String)> = HashSet::new();
    for line in text.split('\n') {
        for (short, long) in pairs(line) {
            if known.insert((short.clone(), fold(&long))) {
                found.push(Abbreviation {
                    ordinary: false,
                    long_terms: content_terms(&long),
                    short,
                    long,
                });
            }
        }
    }
    if found.is_empty() {
        return found;
    }
    let written: HashSet<&str> = words(text)
        .into_iter()
        .map(|word| &text[word.start..word.end])
        .collect();
    for pair in &mut found {
        pair.ordinary = written.contains(pair.short.to_lowercase().as_str());
    }
    found
}

/// Words between brackets or commas that lead in a short form.
const CUES: &[&str] = &[
    "heretter",
    "kalt",
    "kalla",
    "kallet",
    "forkortet",
    "forkorta",
    "benevnt",
    "nemnd",
    "også",
    "eller",
    "omtalt",
    "som",
    "abbreviated",
    "hereafter",
    "called",
    "or",
];

/// What stands between a short form and the words it is explained with.
const EXPLAINS: &[&str] = &[
    " (",
    " står for ",
    " betyr ",
    " tyder ",
    " er en forkortelse for ",
    " er forkortelse for ",
    " er ei forkorting for ",
    " stands for ",
    " is short for ",
    " means ",
];

/// The same in a list of abbreviations, where the short form begins the line.
const LISTED: &[&str] = &[" – ", " - ", " — ", ": ", " = ", " | ", "\t", " : "];

fn pairs(line: &str) -> Vec<(String, String)> {
    let first = line.find(|c: char| c.is_alphanumeric() || c == '(');
    let mut pairs = Vec::new();
    for word in words(line) {
        let short = &line[word.start..word.end];
        let genitive = short.strip_suffix('s').filter(|base| is_short(base));
        let short = genitive.unwrap_or(short);
        if !is_short(short) {
            continue;
        }
        let (before, after) = (&line[..word.start], &line[word.end..]);
        let opens_line = first == Some(word.start);
        let long = explained_before(short, before, after)
            .or_else(|| explained_after(short, opens_line, after));
        pairs.extend(long.map(|long| (short.to_owned(), long)));
    }
    pairs
}

/// Whether a word is written as a short form: mostly capitals.
fn is_short(word: &str) -> bool {
    let letters = word.chars().count();
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    let small = word.chars().filter(|c| c.is_lowercase()).count();
    (2..=8).contains(&letters)
        && word.starts_with(char::is_uppercase)
        && (capitals >= 2 && small <= 3
            || capitals == 1 && small == 0 && word.ends_with(|c: char| c.is_ascii_digit()))
}

/// The words right before a short form that explain it: "… (SHORT)", "…, heretter kalt SHORT".
fn explained_before(short: &str, before: &str, after: &str) -> Option<String> {
    let mut lead = before.trim_end_matches(QUOTES).trim_end();
    let mut cued = false;
    while let Some(cue) = CUES.iter().find(|cue| {
        lead.strip_suffix(*cue)
            .is_some_and(|rest| rest.ends_with([' ', '(']))
    }) {
        lead = lead[..lead.len() - cue.len()].trim_end();
        cued = true;
    }
    let closed = after
        .trim_start_matches(QUOTES)
        .starts_with([')', ',', ';', '/']);
    let bracket = lead.strip_suffix('(').filter(|_| closed || cued);
    let lead = match bracket {
        Some(lead) => lead,
        None if cued => lead.trim_end_matches([',', '–', '-']),
        None => return None,
    };
    let most = most_words(short);
    let lead = last_words(lead.trim_end(), most);
    // A long form does not reach over the end of a sentence or into other brackets.
    let from = lead
        .rfind(['.', ';', ':', '(', ')', '!', '?', '|'])
        .map_or(0, |at| at + 1);
    let lead = &lead[from..];
    let found = words(lead);
    let starts = found.iter().rev().take(most);
    starts
        .map(|word| &lead[word.start..])
        .find(|long| fits(short, long))
        .map(tidy)
}

/// How many words, at most, a short form stands for.
fn most_words(short: &str) -> usize {
    short.chars().count() * 2 + 2
}

/// The end of `text` that holds its last `most` words.
fn last_words(text: &str, most: usize) -> &str {
    let mut starts = text
        .char_indices()
        .rev()
        .scan(false, |inside, (at, c)| {
            let left = *inside && !is_word_char(c);
            *inside = is_word_char(c);
            Some(left.then_some(at + c.len_utf8()))
        })
        .flatten();
    starts.nth(most - 1).map_or(text, |start| &text[start..])
}

/// The start of `text` that holds its first `most` words.
fn first_words(text: &str, most: usize) -> &str {
    let mut ends = text
        .char_indices()
        .scan(false, |inside, (at, c)| {
            let left = *inside && !is_word_char(c);
            *inside = is_word_char(c);
            Some(left.then_some(at))
        })
        .flatten();
    ends.nth(most - 1).map_or(text, |end| &text[..end])
}

const QUOTES: &[char] = &['«', '»', '"', '“', '”', '\'', '’'];

/// The words right after a short form that explain it: "SHORT (…)", "SHORT: …" in a list.
fn explained_after(short: &str, opens_line: bool, after: &str) -> Option<String> {
    let after = after.trim_start_matches(QUOTES);
    let rest = EXPLAINS
        .iter()
        .find_map(|cue| after.strip_prefix(cue))
        .or_else(|| {
            LISTED
                .iter()
                .find_map(|cue| after.strip_prefix(cue))
                .filter(|_| opens_line)
        })?;
    let most = most_words(short);
    let rest = first_words(rest.trim_start_matches(QUOTES), most);
    let end = rest
        .find(['.', ';', ':', '(', ')', '|', '»', '"'])
        .unwrap_or(rest.len());
    let rest = &rest[..end];
    words(rest)
        .iter()
        .take(most)
        .map(|word| &rest[..word.end])
        .find(|long| fits(short, long))
        .map(tidy)
}

fn tidy(long: &str) -> String {
    let long = long.trim().trim_end_matches(|c: char| !c.is_alphanumeric());
    long.split_whitespace().collect::<Vec<_>>().join(" ")
}

const SMALL: &[&str] = &[
    "og", "i", "av", "for", "til", "med", "på", "om", "ved", "fra", "frå", "mot", "en", "et",
    "the", "of", "and", "in", "on", "to", "a", "an",
];

fn is_small(word: &str) -> bool {
    SMALL.contains(&word)
}

/// Whether the letters of `short` begin the words of `long` and the parts of its compounds.
fn fits(short: &str, long: &str) -> bool {
    let letters: Vec<char> = fold(short)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    let written = words(long);
    let words: Vec<Vec<char>> = written
        .iter()
        .map(|word| fold(&long[word.start..word.end]).chars().collect())
        .collect();
    let small = |word: &Vec<char>| is_small(&word.iter().collect::<String>());
    let ends = [words.first(), words.last()];
    if ends.iter().any(|end| end.is_none_or(&small))
        || words.iter().any(|word| word.len() > LONGEST)
    {
        return false;
    }
    Fit {
        letters: &letters,
        words: &words,
        failed: HashSet::new(),
    }
    .word(0, 0, 0)
}

struct Fit<'a> {
    letters: &'a [char],
    words: &'a [Vec<char>],
    /// Where [`Fit::inside`] has been in vain: there are many ways to one place.
    failed: HashSet<(usize, usize, usize, usize, bool)>,
}

/// The fewest letters of a part of a compound.
const PART: usize = 3;
/// The most letters of a compound that a short form is looked for in.
const LONGEST: usize = 60;

impl Fit<'_> {
    /// Whether the letters from `letter` on fit the words from `word` on; `parts` have begun so far.
    fn word(&mut self, letter: usize, word: usize, parts: usize) -> bool {
        let Some(letters) = self.words.get(word) else {
            return letter == self.letters.len() && parts >= 2;
        };
        let small = is_small(&letters.iter().collect::<String>());
        small && self.word(letter, word + 1, parts)
            || self
                .letters
                .get(letter)
                .is_some_and(|c| letters.first() == Some(c))
                && self.inside(letter + 1, word, 1, 0, parts + 1)
    }

    /// The same after `at` letters of a word, the last part of which began at `part`.
    fn inside(&mut self, letter: usize, word: usize, at: usize, part: usize, parts: usize) -> bool {
        let place = (letter, word, at, part, parts >= 2);
        if self.failed.contains(&place) {
            return false;
        }
        let letters = &self.words[word];
        let wanted = self.letters.get(letter);
        let begins = |at: usize| wanted.is_some() && letters.get(at) == wanted;
        let fits = self.word(letter, word + 1, parts)
            || begins(at) && self.inside(letter + 1, word, at + 1, part, parts)
            || (at.max(part + PART)..=letters.len().saturating_sub(PART)).any(|next| {
                begins(next)
                    && may_begin(&letters[part..next], &letters[next..])
                    && self.inside(letter + 1, word, next + 1, next, parts + 1)
            });
        if !fits {
            self.failed.insert(place);
        }
        fits
    }
}

/// Consonants that two at a time begin Norwegian words.
const ONSETS: &str = "bl br bj dr dj dv fj fl fr fn gl gn gr gj hj hv kj kl kn kr kv lj mj nj pl pr pj ps sj sk sl sm sn \
    sp st sv tj tr tv vr";

/// Whether a compound may be `before` and `part`: both have a vowel, and the part begins as words do.
fn may_begin(before: &[char], part: &[char]) -> bool {
    let vowel = |c: &char| "aeiouyæøå".contains(*c);
    let onset = match part {
        [a, b, ..] if !vowel(a) && !vowel(b) => ONSETS
            .split_whitespace()
            .any(|onset| onset.chars().eq([*a, *b])),
        _ => true,
    };
    before.iter().any(vowel) && part.iter().any(vowel) && onset
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, String)> {
        abbreviations(text)
            .into_iter()
            .map(|pair| (pair.short, pair.long))
            .collect()
    }

    #[test]
    fn what_a_text_explains_is_found() {
        for (text, short, long) in [
            (
                "Saken går til Etat Lønn og drift (ELD) i mai.",
                "ELD",
                "Etat Lønn og drift",
            ),
            (
                "Møte i medbestemmelsesutvalget (MBU) i dag",
                "MBU",
                "medbestemmelsesutvalget",
            ),
            (
                "Kontakt hovedtillitsvalgt (HTV).",
                "HTV",
                "hovedtillitsvalgt",
            ),
            (
                "arbeidsmiljøutvalget («AMU»)",
                "AMU",
                "arbeidsmiljøutvalget",
            ),
            (
                "Forvaltningsansattes Samband (FASA) er et forbund",
                "FASA",
                "Forvaltningsansattes Samband",
            ),
            (
                "TLF (Torsnes Løypeforening) møter",
                "TLF",
                "Torsnes Løypeforening",
            ),
            (
                "Torsnes Løypeforening, heretter kalt TLF, møter",
                "TLF",
                "Torsnes Løypeforening",
            ),
            (
                "Torsnes Løypeforening (heretter TLF) møter",
                "TLF",
                "Torsnes Løypeforening",
            ),
            (
                "• TLF – Torsnes Løypeforening",
                "TLF",
                "Torsnes Løypeforening",
            ),
            (
                "TLF | Torsnes Løypeforening | 40",
                "TLF",
                "Torsnes Løypeforening",
            ),
            (
                "TLF står for Torsnes Løypeforening.",
                "TLF",
                "Torsnes Løypeforening",
            ),
            ("vern av data (VD)", "VD", "vern av data"),
            ("key result areas (KRA) are", "KRA", "key result areas"),
            (
                "Varsel til TLFs leder i Torsnes Løypeforening (TLF)",
                "TLF",
                "Torsnes Løypeforening",
            ),
        ] {
            assert_eq!(found(text), [(short.to_owned(), long.to_owned())], "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_no_pair() {
        for text in [
            "Representanten for de ansatte (TLF) var ikke enig.",
            "Dette gjelder forbundet (FK) også.",
            "Rapporten (se side 4) og (2021)",
            "Tallene (TBS 2021) viser",
            "Fra leder (Ola Nes) og TLF (tlf.example)",
            "HMS: Saken ble utsatt.",
            "Torsnes. Lang forklaring (TLF)",
            "Lokalt (L) og (LL)",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn letters_that_fit_in_countless_ways_take_no_time() {
        let text = format!("Dette gjelder {} (AAAAAAAB) i saken.", "a".repeat(LONGEST));
        assert_eq!(found(&text), []);
    }

    #[test]
    fn small_letters_are_the_short_form_where_no_word_is_so_written() {
        let pair = |text: &str| abbreviations(text).remove(0);
        let clear = pair("Torsnes Løypeforening (TLF)");
        assert!(clear.is_written("tlf") && clear.is_written("TLFs") && !clear.is_written("tlfe"));
        let ordinary = pair("Mer arbeid for laget (MAL). En mal er laget.");
        assert!(ordinary.is_written("MAL") && !ordinary.is_written("mal"));
    }
}
