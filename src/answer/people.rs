//! The people who were at a meeting, by the list in its minutes: "Josh:" is Josh Triplett where one Josh was
//! there.

use crate::corpus::format::BlockKind;
use crate::corpus::{Document, PlacedBlock};
use crate::language::cues::{cues, folded};
use crate::language::{is_party, is_role, words};

/// Those whom a document lists as present.
#[derive(Debug, Default)]
pub(super) struct People {
    names: Vec<String>,
    /// What somebody is called, folded, with the number of the name: the whole of it, its first and last
    /// word, a handle.
    called: Vec<(Vec<String>, usize)>,
    /// Whether the document tells word for word what they said.
    is_transcript: bool,
}

/// A list is read to so many names; more is no meeting.
const MAX_NAMES: usize = 400;
/// So many speeches make minutes a transcript.
const SPEECHES: usize = 5;
/// A name has at most so many words.
const MAX_WORDS: usize = 4;

impl People {
    /// Reads the lists of those present.
    pub fn of(document: &Document) -> People {
        let mut people = People::default();
        // The level of the heading over the list that is being read, or that a line led it in.
        let mut list: Option<u8> = None;
        let mut led_in = false;
        for block in &document.blocks {
            let text = document.slice(block.span);
            match block.kind {
                BlockKind::Heading(level) => {
                    led_in = false;
                    if is_attendance(text) {
                        list = Some(level);
                    } else if list.is_some_and(|above| level <= above) {
                        list = None;
                    }
                }
                BlockKind::Contents => {}
                _ => {
                    let (label, rest) = labelled(text);
                    if label.is_some_and(is_attendance) {
                        people.read(rest, document);
                        led_in = rest.trim().is_empty();
                    } else if list.is_some() || led_in {
                        people.read(text, document);
                        led_in &= block.kind == BlockKind::ListItem;
                    }
                }
            }
        }
        let speaks = |block: &&PlacedBlock| {
            let (label, rest) = labelled(document.slice(block.span));
            let label = label.map(folded).unwrap_or_default();
            let known = people.called.iter().any(|(called, _)| *called == label);
            known && block.kind != BlockKind::TableRow && !rest.is_empty()
        };
        people.is_transcript = document.blocks.iter().filter(speaks).count() >= SPEECHES;
        people
    }

    /// Whether the document tells word for word what they said: "Kari: …", "Bo: …".
    pub fn speak(&self) -> bool {
        self.is_transcript
    }

    /// Who is named from word `at` of a text on, by so many words: the name, or what stands there where
    /// it may be one or another.
    pub fn at(&self, text: &str, folded: &[String], at: usize) -> Option<(usize, String)> {
        let rest = folded.get(at..)?;
        let fitting = self
            .called
            .iter()
            .filter(|(called, _)| rest.starts_with(called));
        let length = fitting.clone().map(|(called, _)| called.len()).max()?;
        let mut found: Vec<usize> = fitting
            .filter(|(called, _)| called.len() == length)
            .map(|(_, number)| *number)
            .collect();
        found.dedup();
        if let [one] = found[..] {
            return Some((length, self.names.get(one)?.clone()));
        }
        let words = words(text);
        let (first, last) = (words.get(at)?, words.get(at + length - 1)?);
        Some((
            length,
            super::holder::capitalized(&text[first.start..last.end]),
        ))
    }

    /// Reads "Voting members: Kari Li @kari (NTL), Bo Ås": names between commas and line breaks.
    fn read(&mut self, text: &str, document: &Document) {
        for line in text.lines() {
            let (_, names) = labelled(line);
            for part in names.split([',', ';', '|']) {
                let handle = part.split('@').nth(1);
                let name = part.split(['(', '@', '<', '[', '–', '—']).next();
                let name = name.and_then(|name| name.split(" - ").next());
                let name = name.unwrap_or_default().trim_start_matches('•').trim();
                self.add(name, handle, document);
                // "Kari Li (Delta)": whoever she speaks for holds views too.
                let bracketed = part.split_once('(').map(|(_, rest)| rest);
                let whom = bracketed.and_then(|rest| rest.split(')').next());
                if let Some(whom) = whom.filter(|_| handle.is_none()) {
                    self.add(whom.trim(), None, document);
                }
            }
        }
    }

    fn add(&mut self, name: &str, handle: Option<&str>, document: &Document) {
        let parts: Vec<&str> = name.split_whitespace().collect();
        let capital = |part: &&str| part.starts_with(char::is_uppercase);
        // "oli", who writes himself so, speaks as "oli:".
        let speaks = || {
            let label = format!("{name}:");
            let mut blocks = document.blocks.iter();
            blocks.any(|block| document.slice(block.span).starts_with(&label))
        };
        let first = parts.first().is_some_and(capital) && parts.last().is_some_and(capital);
        let is_name = (1..=MAX_WORDS).contains(&parts.len())
            && !name.contains(|c: char| c.is_ascii_digit() || matches!(c, ':' | '.' | '/'))
            && (first || parts.len() == 1 && speaks())
            && !(parts.len() > 1 && is_party(name));
        let full = folded(name);
        // "HR-direktøren" is a role, and "direktøren" may be another.
        let is_role = |word: &String| cues().holders.parties.end(word) || is_role(word);
        let is_name = is_name && !full.iter().any(is_role);
        if !is_name || full.is_empty() || self.names.len() >= MAX_NAMES {
            return;
        }
        if self.called.iter().any(|(called, _)| *called == full) {
            return;
        }
        let number = self.names.len();
        let handle = handle
            .map(folded)
            .and_then(|words| words.into_iter().next());
        let ends = [full.first(), full.last(), handle.as_ref()];
        let mut called = vec![full.clone()];
        for end in ends
            .into_iter()
            .flatten()
            .filter(|end| end.chars().count() > 1)
        {
            if !called.iter().any(|known| known[..] == [end.clone()]) {
                called.push(vec![end.clone()]);
            }
        }
        self.called
            .extend(called.into_iter().map(|called| (called, number)));
        self.names.push(super::holder::capitalized(name));
    }
}

/// A line's label and what follows its colon; the whole line where it has none.
fn labelled(line: &str) -> (Option<&str>, &str) {
    match line.split_once(':') {
        Some((label, rest)) if label.split_whitespace().count() <= MAX_WORDS => (Some(label), rest),
        _ => (None, line),
    }
}

/// Whether a heading or a label is over a list of those present.
fn is_attendance(label: &str) -> bool {
    let label = folded(label);
    label.len() <= MAX_WORDS && cues().words.attendance.position(&label).is_some()
}
