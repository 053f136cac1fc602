//! Whose view a sentence tells, and what kind of view: "VFS stilte spørsmål ved …" is VFS's, and so
//! are the sentences after it until somebody else has the word.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Reading, Stance};
use crate::corpus::format::BlockKind;
use crate::language::cues::{Words, cues, folded};
use crate::language::{Language, fold, is_party, is_question_word, is_role, words};

/// What one sentence says about who has the word.
pub(super) enum Word {
    /// This one, and says something.
    Says(String, Stance),
    /// This one speaks from word so-and-so to the end of the paragraph: "Kari: Jeg er enig." Nobody that can
    /// be named where two do.
    Speaks(Option<String>, usize),
    /// Somebody else than before, who says nothing: "Partene møttes igjen i mai".
    Taken,
    /// Nothing: whoever had the word keeps it.
    Kept,
}

/// Whose view unit `i` of `reading` tells, and what it comes to.
pub fn holder(reading: &Reading, i: usize) -> Option<(String, Stance)> {
    if let Some((name, after)) = speaker(reading, i) {
        return Some((name.clone()?, spoken(reading, i, after)));
    }
    match reading.word(i) {
        Word::Says(name, stance) => return Some((name.clone(), *stance)),
        Word::Taken => return None,
        Word::Kept | Word::Speaks(..) => {}
    }
    // Within a paragraph the one who has the word keeps it.
    for before in (reading.block_start(i)..i).rev().take(MAX_KEPT) {
        match reading.word(before) {
            Word::Says(name, _) => {
                // "Det kjenner vi oss ikke igjen i", after what another said, is the writer's or nobody's.
                let other = !is_author(reading, name);
                if other && (before + 1..=i).any(|unit| says_we(reading, unit)) {
                    return None;
                }
                return Some((name.clone(), Stance::States));
            }
            Word::Taken => return None,
            Word::Kept | Word::Speaks(..) => {}
        }
    }
    introduced(reading, i).or_else(|| recommended(reading, i))
}

/// Whether unit `i` is of a speech that minutes tell word for word, and not of what they report.
pub fn is_spoken(reading: &Reading, i: usize) -> bool {
    speaker(reading, i).is_some()
}

/// Who speaks in the paragraph of unit `i`, and from which word of the unit on; no name where two do.
fn speaker(reading: &Reading, i: usize) -> Option<(&Option<String>, usize)> {
    let mut start = reading.block_start(i);
    // In notes the next may have the word before the item ends: "Kari, we could. Bo, not now."
    if reading.units[i].kind == BlockKind::ListItem {
        for unit in (start..=i).rev().take(MAX_KEPT) {
            match reading.word(unit) {
                Word::Speaks(name, after) => {
                    return Some((name, if i == unit { *after } else { 0 }));
                }
                Word::Says(..) | Word::Taken if reading.names_person(unit) => return None,
                _ => {}
            }
        }
    }
    if let Word::Speaks(name, after) = reading.word(start) {
        return Some((name, if i == start { *after } else { 0 }));
    }
    // "I remain hopeful", in a paragraph after that of a speaker, is theirs.
    let section = |unit: usize| reading.document.section_at(reading.units[unit].span.start);
    let of = section(start);
    let mut paragraphs = Vec::new();
    for _ in 0..MAX_PARAGRAPHS {
        let before = reading.block_start(start.checked_sub(1)?);
        // Somebody who is not known to have been there speaks.
        if begins_with_label(reading.text(start)) {
            return None;
        }
        let kinds = [start, before].map(|unit| reading.units[unit].kind);
        if section(before) != of || kinds != [BlockKind::Paragraph; 2] {
            return None;
        }
        paragraphs.push(start);
        if let Word::Speaks(name, _) = reading.word(before) {
            let own = |start: &usize| {
                (*start..reading.units.len())
                    .take_while(|unit| reading.block_start(*unit) == *start)
                    .any(|unit| in_first_person(reading, unit))
            };
            return paragraphs.iter().all(own).then_some((name, 0));
        }
        start = before;
    }
    None
}

/// Whether somebody says "I" in unit `i`.
fn in_first_person(reading: &Reading, i: usize) -> bool {
    let text = reading.text(i);
    let english = reading.is_english();
    words(text).iter().any(|word| {
        let word = &text[word.start..word.end];
        // "i" is a preposition in Norwegian.
        word == "I" && english || cues().words.speaker.has(&fold(word))
    })
}

/// What a sentence of a speech comes to, from word `after` on: what its speaker says to hold.
fn spoken(reading: &Reading, i: usize, after: usize) -> Stance {
    let text = reading.text(i);
    if text.len() > MAX_SENTENCE {
        return Stance::States;
    }
    let (folded, known) = (folded(text), &cues().words);
    if text.ends_with('?') {
        return Stance::Questions;
    }
    let first_person = |word: &str| {
        known.author.has(word) || known.speaker.has(word) || reading.is_english() && word == "i"
    };
    let past_adverbs = |mut at: usize| {
        while folded.get(at).is_some_and(|word| known.adverbs.has(word)) {
            at += 1;
        }
        at
    };
    // "Agree with that", "+1 to supporting the team".
    let elliptic = || {
        let begins = words(text)
            .get(after)
            .map_or("", |word| &text[..word.start]);
        match cue_at(&folded, past_adverbs(after)) {
            _ if begins.ends_with('+') => Some(Stance::Supports),
            _ if begins.ends_with("-") && folded.get(after).is_some_and(|word| word == "1") => {
                Some(Stance::Opposes)
            }
            Some(stance @ (Stance::Supports | Stance::Opposes)) => Some(stance),
            _ => None,
        }
    };
    let held = |at: usize| {
        let next = past_adverbs(at + 1);
        // "What we should do", "I don't think we should".
        let open = at.checked_sub(1).is_some_and(|before| {
            known.clauses.has(&folded[before]) || known.conditions.has(&folded[before])
        }) || folded
            .get(next + 1)
            .is_some_and(|word| known.denials.has(word))
            || known.denials.position(&folded[..at]).is_some();
        let advises = || folded.get(next).is_some_and(|word| known.advice.has(word));
        match cue_at(&folded, next) {
            // "We agreed that in May": what several hold is not what the speaker says to hold.
            Some(_) if known.author.has(&folded[at]) => None,
            Some(stance) => Some(stance),
            None if !open && advises() => Some(Stance::Proposes),
            None => None,
        }
    };
    let views = (after..folded.len())
        .filter(|at| first_person(&folded[*at]))
        .filter_map(held);
    let told = elliptic()
        .into_iter()
        .chain(views)
        .find(|stance| *stance != Stance::States);
    let against = |at: usize| cue_at(&folded, at) == Some(Stance::Opposes);
    match told {
        // "Agree, just objecting to the name".
        Some(Stance::Supports) if (after..folded.len()).any(against) => Stance::States,
        Some(_) if folded.iter().any(|word| known.but.has(word)) => Stance::States,
        told => told.unwrap_or(Stance::States),
    }
}

/// Who speaks in a paragraph that begins with a name: "Kari: …", "@kari – …", "Kari, …" in a list.
fn begins_speech(reading: &Reading, i: usize, text: &str, folded: &[String]) -> Option<Word> {
    let found = words(text);
    let rest = |count: usize| Some(&text[found.get(count.checked_sub(1)?)?.end..]);
    let is_item = reading.units[i].kind == BlockKind::ListItem;
    let (count, name) = match reading.people().at(text, folded, 0) {
        Some(named)
            if text[..found.first()?.start]
                .trim_matches(['•', '@', ' '])
                .is_empty() =>
        {
            named
        }
        _ => {
            // Somebody speaks whom the list of those present does not have.
            let states = &cues().states;
            let rules = [&states.decided, &states.agreed, &states.concluded];
            let told = rules.iter().any(|list| list.at(folded, 0).is_some());
            if reading.people().speak() && !told && begins_with_label(text) {
                return Some(Word::Speaks(None, 0));
            }
            // "Arbeidsgiver: …" is a speech where more than a name follows.
            let (label, after) = text.split_once(':')?;
            let count = words(label).len();
            let role = folded.get(count.checked_sub(1)?)?;
            let party = cues().holders.parties.end(role) || is_role(role);
            // "Departementet: vurdere om …" is a task of theirs.
            let (author, speaker) = (&cues().words.author, &cues().words.speaker);
            let own = folded[count..]
                .iter()
                .any(|word| author.has(word) || speaker.has(word));
            let whole = label
                .trim_start_matches("• ")
                .starts_with(char::is_uppercase)
                && (1..=MAX_LABEL).contains(&count)
                && !label.contains(['.', ',', '(', '?'])
                && after.ends_with(['.', '!', '?'])
                && words(after).len() >= MIN_SPEECH;
            return (party && own && whole)
                .then(|| Word::Speaks(Some(label.trim_start_matches("• ").to_owned()), count));
        }
    };
    let after = rest(count)?;
    // "Kari (FASA):"
    let after = match after.trim_start().strip_prefix('(') {
        Some(bracket) => bracket.split_once(')')?.1,
        None => after,
    };
    let dash = [" - ", " – ", " — ", " -- "]
        .iter()
        .any(|dash| after.starts_with(dash));
    let second = |at: usize| reading.people().at(text, folded, at).is_some();
    let two = cues()
        .words
        .joining
        .has(folded.get(count).map_or("", String::as_str))
        && second(count + 1)
        || after.starts_with(['/', ',', '&']) && second(count);
    if two {
        return Some(Word::Speaks(None, 0));
    }
    let begins = after.starts_with(':') || dash || is_item && after.starts_with(", ");
    begins.then_some(Word::Speaks(Some(name), count))
}

/// Whether a paragraph begins with a few words in capitals and a colon.
fn begins_with_label(text: &str) -> bool {
    let label = text.split_once(':').map_or("", |(label, _)| label);
    let mut parts = label.split_whitespace();
    (1..=MAX_LABEL).contains(&parts.clone().count())
        && parts.all(|part| part.starts_with(|c: char| c.is_uppercase() || c == '@'))
}

/// A speaker has so many paragraphs at most without being named anew.
const MAX_PARAGRAPHS: usize = 8;
/// The words of a role before a speech.
const MAX_LABEL: usize = 4;
/// Fewer words after a role are no speech.
const MIN_SPEECH: usize = 5;

/// Whether a holder is the one who wrote the document.
fn is_author(reading: &Reading, name: &str) -> bool {
    let author = reading.author();
    author.is_some_and(|author| own_name(reading, author.to_owned()) == name)
}

/// Whether unit `i` says "vi" outside a quotation.
fn says_we(reading: &Reading, i: usize) -> bool {
    let text = reading.text(i);
    let told = text.split(['«', '“']).next().unwrap_or_default();
    folded(told)
        .iter()
        .any(|word| cues().words.author.has(word))
}

/// Whose the items of a list are: those of whoever has the word in the sentence that leads it in ("VFS la
/// fram tre punkter:").
fn introduced(reading: &Reading, i: usize) -> Option<(String, Stance)> {
    let is_item = |i: &usize| reading.units[*i].kind != BlockKind::Paragraph;
    let section = |unit: usize| reading.document.section_at(reading.units[unit].span.start);
    if !is_item(&i) {
        return None;
    }
    let lead = (0..i)
        .rev()
        .take(MAX_KEPT)
        .find(|before| !is_item(before))?;
    if section(lead) != section(i) || !reading.text(lead).ends_with(':') {
        return None;
    }
    match reading.word(lead) {
        // "VFS was for it and said three things:" is not for each of them.
        Word::Says(name, stance @ (Stance::Proposes | Stance::Demands)) => {
            Some((name.clone(), *stance))
        }
        Word::Says(name, _) => Some((name.clone(), Stance::States)),
        Word::Speaks(name, _) => Some((name.clone()?, Stance::States)),
        Word::Taken | Word::Kept => None,
    }
}

/// What nobody is named for, the author says: "Ordningen bør evalueres" is advice of those who wrote it.
fn recommended(reading: &Reading, i: usize) -> Option<(String, Stance)> {
    let author = reading.author()?.to_owned();
    let text = reading.text(i);
    if text.len() > MAX_SENTENCE {
        return None;
    }
    // A quotation is another's, and "what it should be" advises nothing.
    let (folded, known) = (folded(text), &cues().words);
    let asks = |at: usize| {
        let before = &folded[at.saturating_sub(CLAUSE_OPENING)..at];
        before.iter().any(|word| known.clauses.has(word))
    };
    let advice = !text.starts_with(['«', '"', '“'])
        && (0..folded.len()).any(|at| known.advice.has(&folded[at]) && !asks(at));
    // "Flere kontorer mener at den bør …" is not theirs.
    (advice && !tells(text)).then(|| (own_name(reading, author), Stance::Proposes))
}

/// Whether a sentence has a word of those that tell views, whoever says it.
pub fn tells(text: &str) -> bool {
    let folded = folded(text);
    (0..folded.len()).any(|at| cue_at(&folded, at).is_some())
}

/// Somebody keeps the word for so many sentences of a paragraph, at most: nobody speaks longer in minutes.
const MAX_KEPT: usize = 30;
/// So many words before a verb may open its clause: "hva som bør".
const CLAUSE_OPENING: usize = 3;
/// What is longer, in bytes, is no sentence that tells a view.
const MAX_SENTENCE: usize = 4_000;

/// What unit `i` says about who has the word; [`Reading::word`] remembers it.
pub(super) fn word(reading: &Reading, i: usize) -> Word {
    let text = reading.text(i);
    if text.len() > MAX_SENTENCE {
        return Word::Kept;
    }
    let folded = folded(text);
    let in_notes = reading.units[i].kind == BlockKind::ListItem;
    if (in_notes || reading.block_start(i) == i)
        && let Some(speech) = begins_speech(reading, i, text, &folded)
    {
        return speech;
    }
    // English keeps subject and verb in their order.
    let turned = || {
        (!reading.is_english())
            .then(|| inverted(text, &folded))
            .flatten()
    };
    let quoted = text.starts_with(['«', '“', '"']);
    let named = subject(reading, text, &folded)
        .or_else(turned)
        .or_else(|| told_from(text, &folded));
    let word = match named {
        Some((name, Some(stance))) => Word::Says(own_name(reading, name), stance),
        Some((_, None)) => match later_clause(text, &folded) {
            Some((name, stance)) => Word::Says(own_name(reading, name), stance),
            None => Word::Taken,
        },
        // "Saken kommer tilbake i mai" is told by nobody.
        None if cues().words.returns.position(&folded).is_some() && own_view(&folded).is_none() => {
            Word::Taken
        }
        // "«Vi må spare», sa direktøren": not the writer's.
        None if quoted => Word::Taken,
        None => match (own_view(&folded), writer(reading, text, &folded)) {
            (Some(stance), Some(writer)) => Word::Says(writer, stance),
            _ => Word::Kept,
        },
    };
    match word {
        // "… støtter forslaget, men står fast på kravet": neither is the whole of it.
        Word::Says(name, _) if folded.iter().any(|word| cues().words.but.has(word)) => {
            Word::Says(name, Stance::States)
        }
        word => word,
    }
}

/// Who "vi" is: the one named with it ("Vi i VFS"), else the document's author.
fn writer(reading: &Reading, text: &str, folded: &[String]) -> Option<String> {
    let found = words(text);
    let named = folded
        .windows(2)
        .position(|pair| cues().words.author.has(&pair[0]) && cues().words.r#in.has(&pair[1]));
    let name = named
        .and_then(|at| found.get(at + 2))
        .map(|word| &text[word.start..word.end]);
    let name = name
        .filter(|name| name.starts_with(char::is_uppercase))
        .map(str::to_owned);
    name.or_else(|| {
        let author = reading.author()?.to_owned();
        Some(own_name(reading, author))
    })
}

/// What minutes call the one who wrote them: "FASA" where the author is "FASA Ombruk". One holder has
/// one name.
fn own_name(reading: &Reading, name: String) -> String {
    let author = reading.author();
    let short = name.split(' ').next().unwrap_or_default();
    let abbreviation =
        short.chars().count() >= 2 && short.chars().all(|letter| letter.is_uppercase());
    let named = cues().holders.names.has(&fold(short));
    if author == Some(&name) && (abbreviation || named) {
        short.to_owned()
    } else {
        name
    }
}

/// A party that says something in a clause after the first: "Gruppene er ferdige, og FASA mener at …".
fn later_clause(text: &str, folded: &[String]) -> Option<(String, Stance)> {
    let found = words(text);
    (1..folded.len()).find_map(|at| {
        let joined = cues().words.joining.has(&folded[at]);
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
    let is = |i: usize, list: &Words| folded.get(i).is_some_and(|word| list.has(word));
    let known = &cues().words;
    if is(0, &known.r#for) && known.it_is.at(folded, 2).is_some() {
        return is_party(word(1)).then(|| (capitalized(word(1)), Some(Stance::States)));
    }
    let from = (1..folded.len().min(4)).find(|&i| is(i, &known.from))?;
    if !is(0, &known.r#in) || from + 1 >= found.len() || !is_party(word(from + 1)) {
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
        // "NAV-lederen" is one word of two parts.
        let joint = |i: usize| text.get(found[i].end..found.get(i + 1)?.start);
        let last = (first..found.len()).find(|i| joint(*i) != Some("-"))?;
        let party = text.get(found.get(first)?.start..found.get(last)?.end)?;
        if !text[found[at].start..].starts_with(char::is_lowercase) {
            return None;
        }
        // After the verb a lower-case role may be its object; a name or "arbeidsgiver" is its subject.
        let named = party.starts_with(char::is_uppercase) || folded[first].starts_with("arbeidsg");
        let long = (at == 1 && cues().words.before_verbs.has(&folded[0]))
            .then(|| name_until_clause(text, folded, first))
            .flatten();
        long.or_else(|| (named && is_party(party)).then(|| capitalized(party)))
            .map(|name| (name, Some(stance)))
    })
}

/// A name of several words from word `first` to "at …": "konstaterer Nordfjell Bygg og anlegg at".
fn name_until_clause(text: &str, folded: &[String], first: usize) -> Option<String> {
    let found = words(text);
    let end =
        (first + 1..folded.len().min(first + 7)).find(|&i| cues().words.that.has(&folded[i]))?;
    let name = &text[found.get(first)?.start..found[end - 1].end];
    let word = |i: usize| &text[found[i].start..found[i].end];
    let inside = &cues().words.inside_names;
    let whole = (first..end).all(|i| {
        word(i).starts_with(char::is_uppercase)
            || i > first && (inside.has(&folded[i]) || inside.has(&folded[i - 1]))
    });
    (whole && !name.contains([',', '.', ':', ';', '('])).then(|| name.to_owned())
}

pub(super) fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The stance of a sentence in which the writer says "vi": "Vi mener", "…, men vi ønsker", "etter
/// vårt syn".
fn own_view(folded: &[String]) -> Option<Stance> {
    let known = &cues().words;
    folded.iter().enumerate().find_map(|(at, word)| {
        // Norwegian turns subject and verb round: "Derfor mener vi".
        if known.author.has(word) {
            // "Vi i forbundet er imot".
            let named = folded.get(at + 1).is_some_and(|next| known.r#in.has(next));
            let after = if named { at + 3 } else { at + 1 };
            let advises = || folded.get(after).filter(|word| known.advice.has(word));
            let needs = || folded.get(after).filter(|word| known.needs.has(word));
            cue_at(folded, after)
                .or_else(|| needs().map(|_| Stance::Demands))
                .or_else(|| advises().map(|_| Stance::Proposes))
                .or_else(|| at.checked_sub(1).and_then(|before| cue_at(folded, before)))
                // "Det er vi fornøyde med".
                .or_else(|| {
                    let turned = [&folded[at.checked_sub(1)?..at], &folded[after..]].concat();
                    cue_at(&turned, 0)
                })
        } else if known.own.has(word) {
            let next = folded.get(at + 1)?;
            known.view.has(next).then_some(Stance::States)
        } else {
            None
        }
    })
}

/// The party that a sentence begins with, and the stance of the words after it.
fn subject(reading: &Reading, text: &str, folded: &[String]) -> Option<(String, Option<Stance>)> {
    let (found, known) = (words(text), &cues().words);
    let inside_name = |i: usize| known.inside_names.has(&folded[i]);
    let start = usize::from(folded.first().is_some_and(|word| known.openings.has(word)));
    // "The council", but "The" in "The problem is" names nobody.
    let start = start
        + usize::from(
            folded
                .get(start)
                .is_some_and(|word| known.articles.has(word)),
        );
    let first = found.get(start)?;
    if text[first.start..].starts_with(char::is_uppercase)
        && let Some((count, name)) = reading.people().at(text, folded, start)
    {
        return Some((name, cue_at(folded, start + count)));
    }
    let article = start > 0 && known.articles.has(&folded[start - 1]);
    let word = |i: usize| &text[found[i].start..found[i].end];
    let capital = |i: usize| word(i).starts_with(char::is_uppercase);
    if let Some((name, stance)) = described(text, folded, start) {
        return Some((name, Some(stance)));
    }
    // "Ladeklar svarte at …": whoever the document knows by name.
    if !reading.is_english() && capital(start) && reading.is_name(&folded[start]) {
        let end = (start..found.len()).find(|i| !capital(*i));
        let name = end.and_then(|end| Some((end, text.get(first.start..found[end - 1].end)?)));
        if let Some((end, name)) = name
            && !name.contains([',', '.', ':', ';', '('])
            && let Some(stance) = cue_at(folded, end)
        {
            return Some((name.to_owned(), Some(stance)));
        }
    }
    if !capital(start) && !article
        || known.clauses.has(&folded[start])
        || known.conditions.has(&folded[start])
        || known.times.has(&folded[start])
        || known.author.has(&folded[start])
        || inside_name(start)
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
        let joined =
            last == start || hyphened || inside_name(last - 1) || name.is_some() && capital(last);
        if is_party(word(last)) && joined || name.is_some() && capital(last) && joined {
            name = Some(so_far);
            // "har i møtet bedt om", "gir i sine innspill uttrykk for".
            let perfect = known.auxiliaries.has(&folded[end]);
            let stance = cue_at(folded, end).or_else(|| {
                (end + 1..end + 5)
                    .filter(|_| perfect)
                    .find_map(|at| cue_at(folded, at))
            });
            if let Some(stance) = stance {
                return Some((
                    capitalized(so_far),
                    Some(agreed(&folded[start..end], stance)),
                ));
            }
        } else if !capital(last) && !inside_name(last)
            || last > start && name.is_none() && !inside_name(last)
        {
            break;
        }
    }
    name.map(|name| (name.to_owned(), None))
}

/// A party that a word or two stand before: "De lokale tillitsvalgte mener", "Grønn liste støttet".
fn described(text: &str, folded: &[String], start: usize) -> Option<(String, Stance)> {
    let (found, known) = (words(text), &cues().words);
    let word = |i: usize| &text[found[i].start..found[i].end];
    let is_lower = |i: usize| word(i).starts_with(char::is_lowercase);
    let led = known.determiners.has(&folded[start]);
    let first = if led { start + 1 } else { start };
    let opens = |i: usize| {
        !is_question_word(&folded[i], Language::Bokmal) && !known.inside_names.has(&folded[i])
    };
    let party = (start + 1..(start + 4).min(folded.len())).find(|&i| is_party(word(i)))?;
    let name = text.get(found[first].start..found[party].end)?;
    let plain = (first..party).all(|i| {
        opens(i)
            && cue_at(folded, i).is_none()
            && (i == start || is_lower(i) && word(i).ends_with('e'))
    });
    let one = led || party == start + 1;
    let whole = plain && one && is_lower(party) && !name.contains([',', '.', ':', ';', '(', '-']);
    let stance = cue_at(folded, party + 1).filter(|_| whole)?;
    Some((capitalized(name), agreed(&folded[first..=party], stance)))
}

/// That the parties agree or disagree with each other says nothing of what they are for or against.
fn agreed(name: &[String], stance: Stance) -> Stance {
    if cues().holders.both.position(name).is_some() {
        Stance::States
    } else {
        stance
    }
}

/// The stance of the longest cue that begins at word `at`.
fn cue_at(folded: &[String], at: usize) -> Option<Stance> {
    cue_with_length(folded, at).map(|(_, stance)| stance)
}

/// The same, with the number of words it takes.
fn cue_with_length(folded: &[String], at: usize) -> Option<(usize, Stance)> {
    let (rest, known_words) = (folded.get(at..)?, &cues().words);
    // The words of a cue in order, with adverbs between them: "er også imot", "har derfor foreslått".
    let length = |cue: &[String]| -> Option<usize> {
        let mut at = 0;
        for (i, word) in cue.iter().enumerate() {
            while i > 0
                && rest
                    .get(at)
                    .is_some_and(|found| found != word && cues().words.adverbs.has(found))
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
    let known = BY_FIRST_WORD.get(rest.first()?.as_str())?;
    let fitting = known
        .iter()
        .filter_map(|(cue, stance)| Some((cue, length(cue)?, *stance)));
    let letters = |cue: &[String]| cue.iter().map(|word| word.len() + 1).sum::<usize>();
    // "Lederen vil utfordres" and "vil bli" foretell; only "vil vurdere" is what somebody wants.
    let foretells = |cue: &[String]| {
        let next = cue.len() == 1 && known_words.futures.has(&cue[0]);
        next && rest.get(1).is_some_and(|word| {
            known_words.becoming.has(word) || word.len() > 4 && word.ends_with("es")
        })
    };
    let fitting = fitting.filter(|(cue, ..)| !foretells(cue));
    let longest = fitting.max_by_key(|(cue, ..)| letters(cue));
    let (_, length, stance) = longest?;
    // "Vi støtter det ikke."
    let denied = rest
        .get(length)
        .is_some_and(|word| known_words.pronouns.has(word))
        && rest
            .get(length + 1)
            .is_some_and(|word| known_words.denials.has(word));
    let stance = match stance {
        Stance::Supports if denied => Stance::Opposes,
        _ if denied => Stance::States,
        stance => stance,
    };
    Some((length, stance))
}

/// The words of a phrase, and the stance that it tells.
type Phrase = (&'static [String], Stance);

/// The verbs by their first word: every word of every sentence is looked up.
static BY_FIRST_WORD: LazyLock<HashMap<&str, Vec<Phrase>>> = LazyLock::new(|| {
    let verbs = &cues().verbs;
    let stances = [
        (&verbs.supports, Stance::Supports),
        (&verbs.opposes, Stance::Opposes),
        (&verbs.questions, Stance::Questions),
        (&verbs.proposes, Stance::Proposes),
        (&verbs.demands, Stance::Demands),
        (&verbs.states, Stance::States),
    ];
    let mut found: HashMap<&str, Vec<Phrase>> = HashMap::new();
    for (list, stance) in stances {
        for cue in list.iter() {
            found.entry(&cue[0]).or_default().push((cue, stance));
        }
    }
    found
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::format::{Block, BlockKind};
    use crate::corpus::segment::segment;
    use crate::corpus::{Document, Metadata};

    fn views(paragraph: &str) -> Vec<Option<(String, Stance)>> {
        views_of(&[(BlockKind::Paragraph, paragraph)], "nb")
    }

    fn views_of(blocks: &[(BlockKind, &str)], language: &str) -> Vec<Option<(String, Stance)>> {
        let blocks = blocks
            .iter()
            .map(|(kind, text)| Block::new(*kind, *text, None));
        let found = segment(blocks.collect());
        let metadata = Metadata {
            author: (language == "nb").then(|| "Fagforeningen Vekt".to_owned()),
            language: Some(language.to_owned()),
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

    /// Whose each sentence is, with the stance.
    fn told(found: &[Option<(String, Stance)>]) -> Vec<Option<(&str, Stance)>> {
        found
            .iter()
            .map(|view| view.as_ref().map(|(name, stance)| (name.as_str(), *stance)))
            .collect()
    }

    #[test]
    fn we_and_they_are_whose_they_are() {
        use Stance::{Opposes, Proposes, States, Supports};
        for (paragraph, expected) in [
            // "De" is whoever had the word.
            (
                "Arbeidsgiver svarte at det er dyrt. De vil vurdere en egen bevilgning.",
                [
                    Some(("Arbeidsgiver", States)),
                    Some(("Arbeidsgiver", States)),
                ],
            ),
            // "Vi" after another's report is not that other's.
            (
                "Direktøren mente at vi låste oss. Det kjenner vi oss ikke igjen i.",
                [Some(("Direktøren", States)), None],
            ),
            (
                "Direktøren svarte. Det er vi fornøyde med.",
                [
                    Some(("Direktøren", States)),
                    Some(("Fagforeningen Vekt", Supports)),
                ],
            ),
            // What somebody is quoted to say is not the writer's.
            (
                "Forbundet ønsker åpent om kvelden. «Vi er imot», sa direktøren.",
                [Some(("Forbundet", Proposes)), None],
            ),
            (
                "Begge parter er enige. Vi støtter det ikke.",
                [
                    Some(("Parter", States)),
                    Some(("Fagforeningen Vekt", Opposes)),
                ],
            ),
            // What will happen to somebody is no view.
            (
                "HR-lederen vil utfordres på dette. I stedet krever HR-lederen tid.",
                [None, Some(("HR-lederen", Stance::Demands))],
            ),
            (
                "Det er uklart hva som bør gjøres. «Kontoret bør stenge.»",
                [None, None],
            ),
        ] {
            assert_eq!(told(&views(paragraph)), expected, "{paragraph}");
        }
    }

    #[test]
    fn a_role_in_the_list_of_those_present_is_no_name() {
        use BlockKind::{Heading, Paragraph};
        let found = views_of(
            &[
                (Heading(1), "Møte"),
                (Paragraph, "Til stede: HR-direktøren, Kari Li, FASA"),
                (Paragraph, "Direktøren svarte nei. Li krevde mer tid."),
            ],
            "nb",
        );
        let expected = [
            None,
            Some(("Direktøren", Stance::States)),
            Some(("Kari Li", Stance::Demands)),
        ];
        assert_eq!(told(&found), expected);
    }

    #[test]
    fn parties_are_known_by_what_stands_before_them_and_by_the_document() {
        use BlockKind::Paragraph;
        use Stance::{Demands, Opposes, States, Supports};
        let found = views_of(
            &[
                (Paragraph, "Til stede: Kari Li (Torg), Bo Ek (nestleder)"),
                (
                    Paragraph,
                    "De lokale tillitsvalgte krevde svar. Grønn liste støttet dem.",
                ),
                (Paragraph, "Torg har endret syn."),
                (Paragraph, "Tekna er fremdeles imot. Styret valgte Gryta."),
                (Paragraph, "Gryta svarte at prisen står fast."),
                (Paragraph, "Ordningen svarte ikke til det den skulle."),
                (Paragraph, "De ansatte er mange."),
            ],
            "nb",
        );
        let expected = [
            None,
            Some(("Lokale tillitsvalgte", Demands)),
            Some(("Grønn liste", Supports)),
            Some(("Torg", States)),
            Some(("Tekna", Opposes)),
            None,
            Some(("Gryta", States)),
            None,
            None,
        ];
        assert_eq!(told(&found), expected);
    }

    #[test]
    fn those_at_a_meeting_speak_by_name() {
        use BlockKind::{Heading, ListItem, Paragraph};
        use Stance::{Opposes, Proposes, Questions, States, Supports};
        let found = views_of(
            &[
                (Heading(1), "Attendance"),
                (ListItem, "Members: Ada Berg, Bo Ek, Bo Lund, Ida"),
                (Heading(1), "Garden"),
                (
                    Paragraph,
                    "Ada: I agree with the plan. The other club adopted one.",
                ),
                (Paragraph, "I remain hopeful."),
                (Paragraph, "Bo: What should we plant?"),
                (Paragraph, "Ida: I don't think we should plant now."),
                (
                    Paragraph,
                    "Bo Lund: We should wait. We agreed on that in May.",
                ),
                (Paragraph, "Eva: I would wait."),
                (Paragraph, "I could wait."),
                (
                    ListItem,
                    "Ada, +1 to waiting. Bo Ek, not sure. Ida laughed.",
                ),
                (ListItem, "Ada and Ida: fine."),
                (
                    Paragraph,
                    "If the council wants it, we can. This supports Ida's point.",
                ),
                (Paragraph, "The council rejected the plan."),
            ],
            "en",
        );
        let expected = [
            None,
            Some(("Ada Berg", Supports)),
            Some(("Ada Berg", States)),
            Some(("Ada Berg", States)),
            Some(("Bo", Questions)),
            Some(("Ida", Opposes)),
            Some(("Bo Lund", Proposes)),
            Some(("Bo Lund", States)),
            None,
            None,
            Some(("Ada Berg", Supports)),
            Some(("Bo Ek", States)),
            None,
            None,
            None,
            None,
            Some(("Council", Opposes)),
        ];
        assert_eq!(told(&found), expected);
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
            Some(("Fagforeningen Vekt", Stance::Demands)),
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
