//! Whose view a sentence tells, and what kind of view: "VFS stilte spørsmål ved …" is VFS's, and so
//! are the sentences after it until somebody else has the word.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Reading, Stance};
use crate::corpus::format::BlockKind;
use crate::language::{fold, is_party, words};

/// Verbs and phrases with which minutes tell views, and the stance they tell. The longest that fits
/// counts.
const CUES: &str = include_str!("stances.tsv");

/// What one sentence says about who has the word.
pub(super) enum Word {
    /// This one, and says something.
    Says(String, Stance),
    /// Somebody else than before, who says nothing: "Partene møttes igjen i mai".
    Taken,
    /// Nothing: whoever had the word keeps it.
    Kept,
}

/// Whose view unit `i` of `reading` tells, and what it comes to.
pub fn holder(reading: &Reading, i: usize) -> Option<(String, Stance)> {
    match reading.word(i) {
        Word::Says(name, stance) => return Some((name.clone(), *stance)),
        Word::Taken => return None,
        Word::Kept => {}
    }
    // Within a paragraph the one who has the word keeps it.
    for before in (reading.block_start(i)..i).rev().take(MAX_KEPT) {
        match reading.word(before) {
            Word::Says(name, _) => {
                return Some((name.clone(), Stance::States));
            }
            Word::Taken => return None,
            Word::Kept => {}
        }
    }
    introduced(reading, i).or_else(|| recommended(reading, i))
}

/// Whose the items of a list are: those of whoever has the word in the sentence that leads it in ("VFS la
/// fram tre punkter:").
fn introduced(reading: &Reading, i: usize) -> Option<(String, Stance)> {
    let is_item = |i: &usize| reading.units[*i].kind != BlockKind::Paragraph;
    if !is_item(&i) {
        return None;
    }
    let lead = (0..i)
        .rev()
        .take(MAX_KEPT)
        .find(|before| !is_item(before))?;
    if !reading.text(lead).ends_with(':') {
        return None;
    }
    match reading.word(lead) {
        Word::Says(name, stance) => Some((name.clone(), *stance)),
        Word::Taken | Word::Kept => None,
    }
}

/// What nobody is named for, the author says: "Ordningen bør evalueres" is advice of those who wrote it.
fn recommended(reading: &Reading, i: usize) -> Option<(String, Stance)> {
    let author = reading.document.metadata.author.clone()?;
    let text = reading.text(i);
    if text.len() > MAX_SENTENCE {
        return None;
    }
    let advice = words(text)
        .iter()
        .any(|word| ADVICE.contains(&fold(&text[word.start..word.end]).as_str()));
    // "Flere kontorer mener at den bør …" is not theirs.
    (advice && !tells(text)).then(|| (own_name(reading, author), Stance::Proposes))
}

/// Whether a sentence has a word of those that tell views, whoever says it.
pub fn tells(text: &str) -> bool {
    let folded: Vec<String> = words(text)
        .iter()
        .map(|word| fold(&text[word.start..word.end]))
        .collect();
    (0..folded.len()).any(|at| cue_at(&folded, at).is_some())
}

/// Words that make a sentence advice.
const ADVICE: &[&str] = &[
    "bør",
    "burde",
    "anbefales",
    "anbefalast",
    "foreslås",
    "føreslåast",
    "tilrås",
    "should",
];

/// Somebody keeps the word for so many sentences of a paragraph, at most: nobody speaks longer in minutes.
const MAX_KEPT: usize = 30;
/// What is longer, in bytes, is no sentence that tells a view.
const MAX_SENTENCE: usize = 4_000;

/// What unit `i` says about who has the word; [`Reading::word`] remembers it.
pub(super) fn word(reading: &Reading, i: usize) -> Word {
    let text = reading.text(i);
    if text.len() > MAX_SENTENCE {
        return Word::Kept;
    }
    let folded: Vec<String> = words(text)
        .iter()
        .map(|word| fold(&text[word.start..word.end]))
        .collect();
    let named = subject(text, &folded)
        .or_else(|| inverted(text, &folded))
        .or_else(|| told_from(text, &folded));
    let word = match named {
        Some((name, Some(stance))) => Word::Says(own_name(reading, name), stance),
        Some((_, None)) => match later_clause(text, &folded) {
            Some((name, stance)) => Word::Says(own_name(reading, name), stance),
            None => Word::Taken,
        },
        None => match (own_view(&folded), writer(reading, text, &folded)) {
            (Some(stance), Some(writer)) => Word::Says(writer, stance),
            _ => Word::Kept,
        },
    };
    match word {
        // "… støtter forslaget, men står fast på kravet": neither is the whole of it.
        Word::Says(name, _) if folded.iter().any(|word| BUT.contains(&word.as_str())) => {
            Word::Says(name, Stance::States)
        }
        word => word,
    }
}

const BUT: &[&str] = &["men", "derimot", "but", "however"];

/// Who "vi" is: the one named with it ("Vi i VFS"), else the document's author.
fn writer(reading: &Reading, text: &str, folded: &[String]) -> Option<String> {
    let found = words(text);
    let named = folded.windows(2).position(|pair| {
        matches!(pair[0].as_str(), "vi" | "me" | "we") && matches!(pair[1].as_str(), "i" | "in")
    });
    let name = named
        .and_then(|at| found.get(at + 2))
        .map(|word| &text[word.start..word.end]);
    let name = name
        .filter(|name| name.starts_with(char::is_uppercase))
        .map(str::to_owned);
    name.or_else(|| {
        let author = reading.document.metadata.author.clone()?;
        Some(own_name(reading, author))
    })
}

/// What minutes call the one who wrote them: "FASA" where the author is "FASA Ombruk". One holder has
/// one name.
fn own_name(reading: &Reading, name: String) -> String {
    let author = reading.document.metadata.author.as_deref();
    let short = name.split(' ').next().unwrap_or_default();
    let abbreviation =
        short.chars().count() >= 2 && short.chars().all(|letter| letter.is_uppercase());
    if author == Some(&name) && abbreviation {
        short.to_owned()
    } else {
        name
    }
}

/// A party that says something in a clause after the first: "Gruppene er ferdige, og FASA mener at …".
fn later_clause(text: &str, folded: &[String]) -> Option<(String, Stance)> {
    let found = words(text);
    (1..folded.len()).find_map(|at| {
        let joined = ["og", "men", "mens", "and", "but", "while"].contains(&folded[at].as_str());
        // The parts of a number stand inside it.
        let between = text.get(found[at - 1].end..found[at].start);
        let comma = between.is_some_and(|between| between.contains(','));
        let party = found.get(at + 1).map(|word| &text[word.start..word.end])?;
        let named = joined && comma && is_party(party);
        let stance = named.then(|| cue_at(folded, at + 2)).flatten()?;
        Some((capitalized(party), stance))
    })
}

/// Whose view a sentence tells that begins with where it is from: "For FASA er det viktig at …", "I
/// innspill fra kommunene understreker mange …".
fn told_from(text: &str, folded: &[String]) -> Option<(String, Option<Stance>)> {
    let found = words(text);
    let word = |i: usize| &text[found[i].start..found[i].end];
    let is = |i: usize, list: &[&str]| {
        folded
            .get(i)
            .is_some_and(|word| list.contains(&word.as_str()))
    };
    if is(0, &["for"]) && is(2, &["er", "var", "is", "was"]) && is(3, &["det", "it"]) {
        return is_party(word(1)).then(|| (capitalized(word(1)), Some(Stance::States)));
    }
    let from = (1..folded.len().min(4)).find(|&i| is(i, &["fra", "frå", "from"]))?;
    if !is(0, &["i", "in"]) || from + 1 >= found.len() || !is_party(word(from + 1)) {
        return None;
    }
    let stance = (from + 2..from + 4).find_map(|at| cue_at(folded, at))?;
    Some((capitalized(word(from + 1)), Some(stance)))
}

/// A party after its verb, as Norwegian sentences that begin with something else have it: "Etter
/// årsmøtet krever FASA …", "I møtet svarte arbeidsgiver …".
fn inverted(text: &str, folded: &[String]) -> Option<(String, Option<Stance>)> {
    let found = words(text);
    (1..folded.len()).find_map(|at| {
        let (length, stance) = cue_with_length(folded, at)?;
        let first = at + length;
        let party = found.get(first).map(|word| &text[word.start..word.end])?;
        if !text[found[at].start..].starts_with(char::is_lowercase) {
            return None;
        }
        // After the verb a lower-case role may be its object; a name or "arbeidsgiver" is its subject.
        let named = party.starts_with(char::is_uppercase) || folded[first].starts_with("arbeidsg");
        let long = (at == 1 && ADVERBS_BEFORE.contains(&folded[0].as_str()))
            .then(|| name_until_clause(text, folded, first))
            .flatten();
        long.or_else(|| (named && is_party(party)).then(|| capitalized(party)))
            .map(|name| (name, Some(stance)))
    })
}

/// Words that a sentence may begin with before its verb.
const ADVERBS_BEFORE: &[&str] = &[
    "samtidig",
    "videre",
    "vidare",
    "dessuten",
    "derfor",
    "difor",
    "likevel",
    "også",
    "deretter",
    "her",
    "der",
    "nå",
    "no",
    "då",
    "da",
    "så",
    "til",
    "meanwhile",
];

/// A name of several words from word `first` to "at …": "konstaterer Nordfjell Bygg og anlegg at".
fn name_until_clause(text: &str, folded: &[String], first: usize) -> Option<String> {
    let found = words(text);
    let end = (first + 1..folded.len().min(first + 7))
        .find(|&i| matches!(folded[i].as_str(), "at" | "that"))?;
    let name = &text[found.get(first)?.start..found[end - 1].end];
    let word = |i: usize| &text[found[i].start..found[i].end];
    let whole = (first..end).all(|i| {
        word(i).starts_with(char::is_uppercase)
            || i > first
                && (INSIDE_NAMES.contains(&folded[i].as_str())
                    || INSIDE_NAMES.contains(&folded[i - 1].as_str()))
    });
    (whole && !name.contains([',', '.', ':', ';', '('])).then(|| name.to_owned())
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The stance of a sentence in which the writer says "vi": "Vi mener", "…, men vi ønsker", "etter
/// vårt syn".
fn own_view(folded: &[String]) -> Option<Stance> {
    folded
        .iter()
        .enumerate()
        .find_map(|(at, word)| match word.as_str() {
            // Norwegian turns subject and verb round: "Derfor mener vi".
            "vi" | "me" | "we" => {
                // "Vi i forbundet er imot".
                let named = folded
                    .get(at + 1)
                    .is_some_and(|next| next == "i" || next == "in");
                let after = if named { at + 3 } else { at + 1 };
                cue_at(folded, after)
                    .or_else(|| {
                        let wish = folded.get(after)?.as_str();
                        WISHES.contains(&wish).then_some(Stance::Demands)
                    })
                    .or_else(|| at.checked_sub(1).and_then(|before| cue_at(folded, before)))
            }
            "vårt" | "vår" | "our" => {
                let next = folded.get(at + 1)?;
                VIEW.contains(&next.as_str()).then_some(Stance::States)
            }
            _ => None,
        })
}

/// What makes "vi" say what it holds to be needed.
const WISHES: &[&str] = &["må", "trenger", "treng", "bør", "must", "need", "should"];

const VIEW: &[&str] = &["syn", "mening", "meining", "vurdering", "view", "opinion"];

/// Words that stand between the parts of a name: "Lederen for Svartjenesten".
const INSIDE_NAMES: &[&str] = &[
    "for", "fra", "frå", "i", "ved", "og", "av", "of", "the", "from", "in", "at", "and", "på",
];

/// Verbs that may stand apart from what tells the view.
const AUXILIARIES: &[&str] = &[
    "har", "hadde", "gir", "gav", "ga", "gjev", "has", "have", "had",
];

/// Words that a sentence may begin with before its subject.
const OPENINGS: &[&str] = &["men", "og", "også", "likevel", "but", "and", "also"];

/// The party that a sentence begins with, and the stance of the words after it.
fn subject(text: &str, folded: &[String]) -> Option<(String, Option<Stance>)> {
    let found = words(text);
    let start = usize::from(
        folded
            .first()
            .is_some_and(|word| OPENINGS.contains(&word.as_str())),
    );
    let first = found.get(start)?;
    let word = |i: usize| &text[found[i].start..found[i].end];
    let capital = |i: usize| word(i).starts_with(char::is_uppercase);
    if !capital(start)
        || ["vi", "me", "we"].contains(&folded[start].as_str())
        || INSIDE_NAMES.contains(&folded[start].as_str())
    {
        return None;
    }
    let mut name: Option<&str> = None;
    for end in start + 1..=(start + 6).min(found.len().saturating_sub(1)) {
        let last = end - 1;
        let so_far = &text[first.start..found[last].end];
        if so_far.contains([',', '.', ':', ';', '(']) {
            break;
        }
        // "HR-direktøren" is one word of two parts.
        let hyphened =
            last > start && text.get(found[last - 1].end..found[last].start) == Some("-");
        let joined = last == start
            || hyphened
            || INSIDE_NAMES.contains(&folded[last - 1].as_str())
            || name.is_some() && capital(last);
        if is_party(word(last)) && joined || name.is_some() && capital(last) && joined {
            name = Some(so_far);
            // "har i møtet bedt om", "gir i sine innspill uttrykk for".
            let perfect = AUXILIARIES.contains(&folded[end].as_str());
            let stance = cue_at(folded, end).or_else(|| {
                (end + 1..end + 5)
                    .filter(|_| perfect)
                    .find_map(|at| cue_at(folded, at))
            });
            if let Some(stance) = stance {
                return Some((capitalized(so_far), Some(agreed(&folded[start], stance))));
            }
        } else if !capital(last) && !INSIDE_NAMES.contains(&folded[last].as_str())
            || last > start && name.is_none() && !INSIDE_NAMES.contains(&folded[last].as_str())
        {
            break;
        }
    }
    name.map(|name| (name.to_owned(), None))
}

/// That the parties agree or disagree with each other says nothing of what they are for or against.
fn agreed(first: &str, stance: Stance) -> Stance {
    if matches!(first, "partene" | "partane" | "parties") {
        Stance::States
    } else {
        stance
    }
}

/// The stance of the longest cue that begins at word `at`.
fn cue_at(folded: &[String], at: usize) -> Option<Stance> {
    cue_with_length(folded, at).map(|(_, stance)| stance)
}

/// Words that stand inside a phrase and leave its meaning.
const ADVERBS: &[&str] = &[
    "også",
    "òg",
    "derfor",
    "difor",
    "fortsatt",
    "framleis",
    "nå",
    "no",
    "likevel",
    "videre",
    "vidare",
    "særlig",
    "særleg",
    "still",
    "also",
    "therefore",
    "sterkt",
    "tydelig",
    "samtidig",
];

/// The same, with the number of words it takes.
fn cue_with_length(folded: &[String], at: usize) -> Option<(usize, Stance)> {
    let rest = folded.get(at..)?;
    // The words of a cue in order, with adverbs between them: "er også imot", "har derfor foreslått".
    let length = |cue: &str| -> Option<usize> {
        let mut at = 0;
        for (i, word) in cue.split(' ').enumerate() {
            while i > 0
                && rest
                    .get(at)
                    .is_some_and(|found| found != word && ADVERBS.contains(&found.as_str()))
            {
                at += 1;
            }
            if rest.get(at).is_none_or(|found| found != word) {
                return None;
            }
            at += 1;
        }
        Some(at)
    };
    let cues = BY_FIRST_WORD.get(rest.first()?.as_str())?;
    let fitting = cues
        .iter()
        .filter_map(|(cue, stance)| Some((cue, length(cue)?, *stance)));
    let longest = fitting.max_by_key(|(cue, ..)| cue.len());
    longest.map(|(_, length, stance)| (length, stance))
}

/// The cues by their first word: every word of every sentence is looked up.
static BY_FIRST_WORD: LazyLock<HashMap<&str, Vec<(&str, Stance)>>> = LazyLock::new(|| {
    let mut found: HashMap<&str, Vec<(&str, Stance)>> = HashMap::new();
    for (cue, stance) in cues() {
        let first = cue.split(' ').next().unwrap_or(cue);
        found.entry(first).or_default().push((cue, stance));
    }
    found
});

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
            "Ordningen krever mye. Arbeidsgiver foreslo to dager i uka. Det er nok. Forbundet stilte spørsmål ved dette. Partene møttes i mai. Det ble sent. Lederen for Posttjenesten er enig. Derfor krever vi tre dager. I juni svarte arbeidsgiver nei. Stillingene VFS ba om, er besatt. Forbundet støtter planen, men vil se tall. Vi i Vekt er også imot.",
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
            Some(("Arbeidsgiver", Stance::States)),
            Some(("Arbeidsgiver", Stance::States)),
            Some(("Forbundet", Stance::States)),
            Some(("Vekt", Stance::Opposes)),
        ];
        assert_eq!(
            found,
            expected.map(|view| view.map(|(name, stance)| (name.to_owned(), stance)))
        );
    }
}
