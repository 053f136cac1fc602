//! Whose view a sentence tells, and what kind of view: "NTL stilte spørsmål ved …" is NTL's, and so
//! are the sentences after it until somebody else has the word.

use super::{Reading, Stance};
use crate::language::{fold, is_party, words};

/// Verbs and phrases with which minutes tell views, and the stance they tell. The longest that fits
/// counts.
const CUES: &str = include_str!("stances.tsv");

/// What one sentence says about who has the word.
enum Word {
    /// This one, and says something.
    Says(String, Stance),
    /// Somebody else than before, who says nothing: "Partene møttes igjen i mai".
    Taken,
    /// Nothing: whoever had the word keeps it.
    Kept,
}

/// Whose view unit `i` of `reading` tells, and what it comes to.
pub fn holder(reading: &Reading, i: usize) -> Option<(String, Stance)> {
    match word(reading, i) {
        Word::Says(name, stance) => return Some((name, stance)),
        Word::Taken => return None,
        Word::Kept => {}
    }
    // Within a paragraph the one who has the word keeps it.
    for before in (reading.block_start(i)..i).rev() {
        match word(reading, before) {
            Word::Says(name, _) => {
                return Some((name, stance_of(reading.text(i)).unwrap_or(Stance::States)));
            }
            Word::Taken => return None,
            Word::Kept => {}
        }
    }
    None
}

fn word(reading: &Reading, i: usize) -> Word {
    let text = reading.text(i);
    let folded: Vec<String> = words(text)
        .iter()
        .map(|word| fold(&text[word.start..word.end]))
        .collect();
    match subject(text, &folded) {
        Some((name, Some(stance))) => Word::Says(name, stance),
        Some((_, None)) => Word::Taken,
        None => match (own_view(&folded), &reading.document.metadata.author) {
            (Some(stance), Some(author)) => Word::Says(author.clone(), stance),
            _ => Word::Kept,
        },
    }
}

/// The stance of a sentence in which the writer says "vi": "Vi mener", "…, men vi ønsker", "etter
/// vårt syn".
fn own_view(folded: &[String]) -> Option<Stance> {
    folded
        .iter()
        .enumerate()
        .find_map(|(at, word)| match word.as_str() {
            // Norwegian turns subject and verb round: "Derfor mener vi".
            "vi" | "me" | "we" => cue_at(folded, at + 1)
                .or_else(|| at.checked_sub(1).and_then(|before| cue_at(folded, before))),
            "vårt" | "vår" | "our" => {
                let next = folded.get(at + 1)?;
                VIEW.contains(&next.as_str()).then_some(Stance::States)
            }
            _ => None,
        })
}

const VIEW: &[&str] = &["syn", "mening", "meining", "vurdering", "view", "opinion"];

/// Words that stand between the parts of a name: "Lederen for Svartjenesten".
const INSIDE_NAMES: &[&str] = &[
    "for", "fra", "frå", "i", "ved", "og", "av", "of", "the", "from", "in", "at", "and", "på",
];

/// The party that a sentence begins with, and the stance of the words after it.
fn subject(text: &str, folded: &[String]) -> Option<(String, Option<Stance>)> {
    let found = words(text);
    let first = found.first()?;
    let word = |i: usize| &text[found[i].start..found[i].end];
    let capital = |i: usize| word(i).starts_with(char::is_uppercase);
    if !capital(0) || INSIDE_NAMES.contains(&folded[0].as_str()) {
        return None;
    }
    let mut name: Option<&str> = None;
    for length in 1..=6.min(found.len().saturating_sub(1)) {
        let last = length - 1;
        let so_far = &text[first.start..found[last].end];
        if so_far.contains([',', '.', ':', ';', '(']) {
            break;
        }
        if (capital(last) || is_party(word(last))) && is_party(so_far) {
            name = Some(so_far);
            if let Some(stance) = cue_at(folded, length) {
                return Some((so_far.to_owned(), Some(stance)));
            }
        } else if !capital(last) && !INSIDE_NAMES.contains(&folded[last].as_str()) {
            break;
        }
    }
    name.map(|name| (name.to_owned(), None))
}

/// The stance of the longest cue that begins at word `at`.
fn cue_at(folded: &[String], at: usize) -> Option<Stance> {
    let rest = folded.get(at..)?;
    let fits = |cue: &str| {
        cue.split(' ')
            .enumerate()
            .all(|(i, word)| rest.get(i).is_some_and(|w| w == word))
    };
    cues()
        .filter(|(cue, _)| fits(cue))
        .max_by_key(|(cue, _)| cue.len())
        .map(|(_, stance)| stance)
}

/// The stance of the strongest cue anywhere in a sentence.
fn stance_of(text: &str) -> Option<Stance> {
    let folded: Vec<String> = words(text)
        .iter()
        .map(|word| fold(&text[word.start..word.end]))
        .collect();
    (0..folded.len())
        .filter_map(|at| cue_at(&folded, at))
        .find(|stance| *stance != Stance::States)
}

fn cues() -> impl Iterator<Item = (&'static str, Stance)> {
    CUES.lines().filter_map(|line| {
        let (cue, stance) = line.split_once('\t')?;
        let stance = match stance {
            "supports" => Stance::Supports,
            "opposes" => Stance::Opposes,
            "questions" => Stance::Questions,
            "proposes" => Stance::Proposes,
            "demands" => Stance::Demands,
            _ => Stance::States,
        };
        Some((cue, stance))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::format::{Block, BlockKind};
    use crate::corpus::segment::segment;
    use crate::corpus::{Document, Metadata};

    fn views(paragraph: &str) -> Vec<Option<(String, Stance)>> {
        let found = segment(vec![Block::new(BlockKind::Paragraph, paragraph, None)]);
        let metadata = Metadata {
            author: Some("Fagforbundet Vekt".to_owned()),
            ..Metadata::default()
        };
        let reading = Reading::new(Document {
            id: "a".into(),
            path: "a".to_owned(),
            collection: "default".to_owned(),
            metadata,
            text: found.text,
            blocks: found.blocks,
            sections: found.sections,
            problems: Vec::new(),
        });
        (0..reading.units.len())
            .map(|i| holder(&reading, i))
            .collect()
    }

    #[test]
    fn who_has_the_word_keeps_it_until_another_takes_it() {
        let found = views(
            "Ordningen krever mye. Arbeidsgiver foreslo to dager i uka. Det er nok. Forbundet stilte spørsmål ved dette. Partene møttes i mai. Det ble sent. Lederen for Posttjenesten er enig. Derfor krever vi tre dager.",
        );
        let expected = [
            None,
            Some(("Arbeidsgiver", Stance::Proposes)),
            Some(("Arbeidsgiver", Stance::States)),
            Some(("Forbundet", Stance::Questions)),
            None,
            None,
            Some(("Lederen for Posttjenesten", Stance::Supports)),
            Some(("Fagforbundet Vekt", Stance::Demands)),
        ];
        assert_eq!(
            found,
            expected.map(|view| view.map(|(name, stance)| (name.to_owned(), stance)))
        );
    }
}
