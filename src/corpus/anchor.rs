//! The name of words in a document that leads to them after the document was corrected: where they stood, how many
//! letters they have, a hash of these, and hashes of their longest words. It goes into addresses, and tells
//! nothing of what the words say.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::Span;

/// So many words help to find what became of the rest.
const WORDS: usize = 8;
/// Shorter ones stand everywhere.
const SHORTEST: usize = 4;
/// So many letters what is most like the words may have.
const MOST_LETTERS: usize = 4000;
/// So many characters the name of a place may have.
const LONGEST: usize = 80;

/// The name of words in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The number of their first character in the document's text.
    start: usize,
    /// How many letters and digits they have.
    letters: usize,
    /// A hash of these.
    hash: u64,
    /// Hashes of the longest words, in their order.
    words: Vec<u16>,
}

/// What became of the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// They stand where they stood.
    There(Span),
    /// They stand elsewhere.
    Moved(Span),
    /// They stand nowhere, but something like them does.
    Nearest(Span),
    /// Nothing like them stands anywhere.
    Gone,
}

impl Found {
    /// The place to show, if there is any.
    pub fn span(self) -> Option<Span> {
        match self {
            Found::There(span) | Found::Moved(span) | Found::Nearest(span) => Some(span),
            Found::Gone => None,
        }
    }
}

/// A letter or digit of a text, capitals levelled, and where it stands.
struct Letter {
    letter: char,
    at: Span,
}

fn letters(text: &str) -> Vec<Letter> {
    let all = text.char_indices().filter(|(_, c)| c.is_alphanumeric());
    all.map(|(at, c)| Letter {
        letter: c.to_lowercase().next().unwrap_or(c),
        at: Span::new(at, at + c.len_utf8()),
    })
    .collect()
}

/// A rolling hash (Rabin and Karp's) modulo a Mersenne prime.
const MODULUS: u64 = (1 << 61) - 1;
const BASE: u64 = 1_000_003;
/// So much of it is kept.
const KEPT: u64 = (1 << 40) - 1;

fn times(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(MODULUS)) as u64
}

fn push(hash: u64, letter: char) -> u64 {
    (times(hash, BASE) + u64::from(letter)) % MODULUS
}

/// The hashes of the words of a text that are long enough, with where they stand.
fn words(text: &str) -> Vec<(Span, usize, u16)> {
    use unicode_segmentation::UnicodeSegmentation;
    let all = text.unicode_word_indices();
    all.filter_map(|(at, word)| {
        let long = word.chars().count();
        let lower = word.chars().filter(|c| c.is_alphanumeric());
        let hash = lower.flat_map(char::to_lowercase).fold(7, push);
        let hash = u16::try_from((hash ^ (hash >> 24)) & 0xfff).ok()?;
        (long >= SHORTEST).then_some((Span::new(at, at + word.len()), long, hash))
    })
    .collect()
}

impl Anchor {
    /// The name of `quote`, the first character of which is character `start` of the document's text.
    pub fn new(start: usize, quote: &str) -> Anchor {
        let own = letters(quote);
        let hash = own.iter().fold(0, |hash, own| push(hash, own.letter));
        let mut longest: Vec<(usize, usize, u16)> = Vec::new();
        for (at, (_, long, hash)) in words(quote).into_iter().enumerate() {
            if !longest.iter().any(|(_, _, known)| *known == hash) {
                longest.push((at, long, hash));
            }
        }
        longest.sort_by_key(|(at, long, _)| (std::cmp::Reverse(*long), *at));
        longest.truncate(WORDS);
        longest.sort();
        Anchor {
            start,
            letters: own.len(),
            hash: hash & KEPT,
            words: longest.into_iter().map(|(_, _, hash)| hash).collect(),
        }
    }

    /// Where the words stand in `text` now. What is most like them begins where one of `units` begins: its
    /// sentences, items and rows, in order.
    pub fn find(&self, text: &str, units: &[Span]) -> Found {
        let all = letters(text);
        if self.letters == 0 || self.letters > all.len() {
            return self.nearest(text, units);
        }
        let top = (1..self.letters).fold(1, |power, _| times(power, BASE));
        let mut hash = 0;
        let mut best: Option<(usize, usize)> = None;
        // Characters before each letter are counted along with the letters.
        let mut counted = (0, 0);
        for (i, next) in all.iter().enumerate() {
            if i >= self.letters {
                let gone = times(u64::from(all[i - self.letters].letter), top);
                hash = (hash + MODULUS - gone) % MODULUS;
            }
            hash = push(hash, next.letter);
            if i + 1 < self.letters || hash & KEPT != self.hash {
                continue;
            }
            let first = i + 1 - self.letters;
            let at = all[first].at.start;
            counted = (counted.0 + text[counted.1..at].chars().count(), at);
            let far = counted.0.abs_diff(self.start);
            if best.is_none_or(|(least, _)| far < least) {
                best = Some((far, first));
            }
        }
        let Some((far, first)) = best else {
            return self.nearest(text, units);
        };
        let span = Span::new(all[first].at.start, all[first + self.letters - 1].at.end);
        let span = with_marks(text, span);
        // Quotation marks and bullets before the first letter are characters too.
        match far {
            0..=3 => Found::There(span),
            _ => Found::Moved(span),
        }
    }

    fn nearest(&self, text: &str, units: &[Span]) -> Found {
        // The number is the address's, and no quotation is so long that a window of more would be of use.
        let reach = self.letters.min(MOST_LETTERS) * 5 / 4;
        let wanted: BTreeSet<u16> = self.words.iter().copied().collect();
        let found = words(text);
        let mut best: Option<(usize, Span)> = None;
        for (i, unit) in units.iter().enumerate() {
            // As many units as have the length of the words, the first at least.
            let mut window = *unit;
            for next in &units[i + 1..] {
                if next.end > unit.start + reach {
                    break;
                }
                window = window.cover(*next);
            }
            let from = found.partition_point(|(at, _, _)| at.start < window.start);
            let held: BTreeSet<u16> = found[from..]
                .iter()
                .take_while(|(at, _, _)| at.end <= window.end)
                .map(|(_, _, hash)| *hash)
                .filter(|hash| wanted.contains(hash))
                .collect();
            if best.is_none_or(|(most, _)| held.len() > most) {
                best = Some((held.len(), window));
            }
        }
        match best {
            Some((held, span)) if held > 0 && 2 * held >= wanted.len() => Found::Nearest(span),
            _ => Found::Gone,
        }
    }
}

/// The words with the marks that end them, as "." and "»".
fn with_marks(text: &str, span: Span) -> Span {
    let after = &text[span.end..];
    let marks = after
        .find(|c: char| c.is_whitespace() || c.is_alphanumeric() || c == '|')
        .unwrap_or(after.len());
    Span::new(span.start, span.end + marks)
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:010x}-", self.start, self.letters, self.hash)?;
        self.words
            .iter()
            .try_for_each(|word| write!(f, "{word:03x}"))
    }
}

/// It is not the name of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a place in a document")]
pub struct NoAnchor;

impl FromStr for Anchor {
    type Err = NoAnchor;

    fn from_str(name: &str) -> Result<Anchor, NoAnchor> {
        let parts: Vec<&str> = name.split('-').collect();
        let [start, letters, hash, words] = parts[..] else {
            return Err(NoAnchor);
        };
        let hexadecimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
        if name.len() > LONGEST || !hexadecimal(hash) || !hexadecimal(words) || words.len() % 3 != 0
        {
            return Err(NoAnchor);
        }
        let digits = |part: &str| part.parse().map_err(|_| NoAnchor);
        let words = words.as_bytes().chunks(3).filter_map(|word| {
            let word = std::str::from_utf8(word).ok()?;
            u16::from_str_radix(word, 16).ok()
        });
        Ok(Anchor {
            start: digits(start)?,
            letters: digits(letters)?,
            hash: u64::from_str_radix(hash, 16).map_err(|_| NoAnchor)?,
            words: words.take(WORDS).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTE: &str = "Taket over sykkelparkeringen koster 180 000 kroner.";

    fn sentences(text: &str) -> Vec<Span> {
        super::super::sentence::sentences(text, Span::new(0, text.len()))
    }

    fn found<'a>(before: &str, after: &'a str) -> (&'static str, &'a str) {
        let at = before.find(QUOTE).unwrap();
        let anchor = Anchor::new(before[..at].chars().count(), QUOTE);
        let again: Anchor = anchor.to_string().parse().unwrap();
        assert_eq!(again, anchor);
        let found = anchor.find(after, &sentences(after));
        let how = match found {
            Found::There(_) => "there",
            Found::Moved(_) => "moved",
            Found::Nearest(_) => "nearest",
            Found::Gone => "gone",
        };
        (how, found.span().map_or("", |span| &after[span.range()]))
    }

    #[test]
    fn words_are_found_where_they_are_now() {
        let before = format!("Møtet ble åpnet. {QUOTE} Vedtatt.");
        assert_eq!(found(&before, &before), ("there", QUOTE));
        let moved = format!("Møtet ble åpnet klokka ni av møtelederen. {QUOTE} Vedtatt.");
        assert_eq!(found(&before, &moved), ("moved", QUOTE));
        // Lines are broken and hyphens set anew when a file is saved.
        let broken = before.replace("sykkelparkeringen koster", "sykkel-\nparkeringen  koster");
        assert_eq!(found(&before, &broken).0, "there");
        let corrected = before.replace("180 000", "210 000");
        let now = QUOTE.replace("180 000", "210 000");
        assert_eq!(found(&before, &corrected), ("nearest", &*now));
        let gone = "Møtet ble åpnet. Saken er trukket.";
        assert_eq!(found(&before, gone), ("gone", ""));
        assert_eq!(found(&before, ""), ("gone", ""));
    }

    #[test]
    fn of_several_places_the_one_that_was_meant_is_found() {
        let before = format!("{QUOTE} Så ble saken utsatt. {QUOTE}");
        let second = before.rfind(QUOTE).unwrap();
        let anchor = Anchor::new(before[..second].chars().count(), QUOTE);
        let found = anchor.find(&before, &sentences(&before));
        assert_eq!(found, Found::There(Span::new(second, before.len())));
    }

    #[test]
    fn what_is_no_name_of_a_place_is_refused() {
        for wrong in [
            "",
            "1-2-3",
            "a-2-0000000000-",
            "1-2-zz-",
            "1-2-00-abcd",
            "-1-2-00-",
            "1-2-fffffffffffffffffff-",
            "99999999999999999999999-2-00-",
        ] {
            assert_eq!(wrong.parse::<Anchor>(), Err(NoAnchor), "{wrong}");
        }
        let far: Anchor = "9-18446744073709551615-00-abc".parse().unwrap();
        assert_eq!(far.find("kort", &[Span::new(0, 4)]), Found::Gone);
        let two = [Span::new(0, 4), Span::new(5, 9)];
        assert_eq!(far.find("kort tekst", &two), Found::Gone);
    }
}
