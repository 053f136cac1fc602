//! Whose view a sentence tells, and what kind of view: "NTL stilte spørsmål ved …" is NTL's, and so
//! are the sentences after it until somebody else has the word.

use super::{Reading, Stance};
use crate::language::{fold, is_party, words};

/// Verbs and phrases with which minutes tell views, and the stance they tell. The longest that fits
/// counts.
const CUES: &str = include_str!("stances.tsv");

/// Whose view unit `i` of `reading` tells, and what it comes to.
pub fn holder(reading: &Reading, i: usize) -> Option<(String, Stance)> {
    if let Some(found) = stated(reading, i) {
        return Some(found);
    }
    // Within a paragraph the one who has the word keeps it.
    let start = reading.block_start(i);
    let (name, _) = (start..i)
        .rev()
        .find_map(|before| stated(reading, before))?;
    Some((name, stance_of(reading.text(i)).unwrap_or(Stance::States)))
}

/// The holder that unit `i` itself names.
fn stated(reading: &Reading, i: usize) -> Option<(String, Stance)> {
    let text = reading.text(i);
    let found = words(text);
    let folded: Vec<String> = found
        .iter()
        .map(|word| fold(&text[word.start..word.end]))
        .collect();
    let author = reading.document.metadata.author.clone();
    // "Vi mener", "…, men vi ønsker", "etter vårt syn".
    let own = folded
        .iter()
        .enumerate()
        .find_map(|(at, word)| match word.as_str() {
            "vi" | "me" | "we" => cue_at(&folded, at + 1)
                .or_else(|| at.checked_sub(1).and_then(|before| cue_at(&folded, before))),
            "vårt" | "vår" | "our"
                if folded.get(at + 1).is_some_and(|next| {
                    ["syn", "mening", "meining", "vurdering", "view", "opinion"]
                        .contains(&next.as_str())
                }) =>
            {
                Some(Stance::States)
            }
            _ => None,
        });
    let subject = subject(text, &folded);
    match (subject, own, author) {
        (Some((name, stance)), ..) => Some((name, stance)),
        (None, Some(stance), Some(author)) => Some((author, stance)),
        _ => None,
    }
}

/// The name at the start of a sentence, if a verb of saying follows it.
fn subject(text: &str, folded: &[String]) -> Option<(String, Stance)> {
    let found = words(text);
    let first = found.first()?;
    if !text[first.start..].starts_with(char::is_uppercase) {
        return None;
    }
    for length in 1..=5.min(found.len().saturating_sub(1)) {
        let name = &text[first.start..found[length - 1].end];
        if name.contains([',', '.', ':', ';', '(']) {
            return None;
        }
        if let Some(stance) = cue_at(folded, length) {
            return is_party(name).then(|| (name.to_owned(), stance));
        }
    }
    None
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
            "Ordningen krever mye. Arbeidsgiver foreslo to dager i uka. Det er nok. Forbundet stilte spørsmål ved dette. Vi krever tre dager.",
        );
        let expected = [
            None,
            Some(("Arbeidsgiver", Stance::Proposes)),
            Some(("Arbeidsgiver", Stance::States)),
            Some(("Forbundet", Stance::Questions)),
            Some(("Fagforbundet Vekt", Stance::Demands)),
        ];
        assert_eq!(
            found,
            expected.map(|view| view.map(|(name, stance)| (name.to_owned(), stance)))
        );
    }
}
