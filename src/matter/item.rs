//! What a document's agenda items are, and the words they are told apart by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::corpus::{Document, Section, Span};
use crate::language::{fold, terms, words};

/// A part of a document that treats one matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The section of its heading.
    pub section: usize,
    /// The heading.
    pub heading: String,
    /// Its names, each as numbers of terms.
    pub names: Vec<Vec<u32>>,
    /// What stands for the reference in its heading, as in "Ny kantine #12".
    pub reference: Option<u32>,
    /// The terms of its text and headings, each with how often it occurs and whether a heading has it.
    pub terms: Vec<(u32, u16, bool)>,
}

impl Item {
    /// The item under the heading of `section`, with its text.
    pub fn new(section: usize, heading: &str, text: &str) -> Item {
        let mut counted: BTreeMap<u32, (u16, bool)> = BTreeMap::new();
        for term in terms(text) {
            let count = &mut counted.entry(number(&term.text)).or_default().0;
            *count = count.saturating_add(1);
        }
        for term in terms(heading) {
            counted.entry(number(&term.text)).or_default().1 = true;
        }
        let mut names: Vec<Vec<u32>> = names(heading).map(|name| numbers(&name)).collect();
        let reference = reference(heading).map(number);
        names.extend(reference.map(|reference| vec![reference]));
        names.retain(|name| !name.is_empty());
        Item {
            section,
            heading: heading.to_owned(),
            names,
            reference,
            terms: counted
                .into_iter()
                .map(|(term, (count, heading))| (term, count, heading))
                .collect(),
        }
    }
}

/// The reference that a heading gives its matter in a list that is kept elsewhere: "#12".
fn reference(heading: &str) -> Option<&str> {
    let (at, _) = heading.rmatch_indices('#').next()?;
    let digits = heading[at + 1..].bytes().take_while(u8::is_ascii_digit);
    let end = at + 1 + digits.count();
    (end > at + 1).then(|| &heading[at..end])
}

/// What stands for a term: items are compared by the million.
fn number(term: &str) -> u32 {
    // FNV-1a.
    term.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// The terms of a name, each once.
fn numbers(name: &str) -> Vec<u32> {
    let mut found: Vec<u32> = terms(name).iter().map(|term| number(&term.text)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// A text of fewer words says too little to be an item.
const MIN_WORDS: usize = 12;

/// What stands before a name that a matter had.
const FORMER: &[&str] = &["før", "tidligere", "tidlegare", "formerly", "previously"];

/// Headings that stand over whatever comes up, not over a matter.
const ROUTINE: &str = include_str!("routine.txt");

/// Whether a heading stands over whatever comes up.
fn is_routine(heading: &str) -> bool {
    let found = words(heading);
    let folded: Vec<String> = found
        .iter()
        .map(|word| fold(&heading[word.start..word.end]))
        .collect();
    let folded = folded.join(" ");
    ROUTINE.lines().any(|routine| routine == folded)
}

/// The sections of a document that open its items, in its order; those over whatever comes up left out.
pub fn openings(document: &Document) -> Vec<usize> {
    let outline = Outline::new(document);
    (0..document.sections.len())
        .filter(|index| outline.item_of(*index) == Some(*index))
        .filter(|index| !is_routine(&document.sections[*index].heading))
        .collect()
}

/// The items of a document, in its order.
pub fn items(document: &Document) -> Vec<Item> {
    let openings = openings(document).into_iter();
    let item = |index: usize| {
        let text = document.slice(span(document, index));
        (!says_little(text)).then(|| Item::new(index, &document.sections[index].heading, text))
    };
    openings.filter_map(item).collect()
}

/// The section whose heading is that of the item which section `index` belongs to: an agenda item, or
/// where a document marks none, the outermost heading that is over a text of its own, and not over the
/// whole document.
pub fn item_of(document: &Document, index: usize) -> Option<usize> {
    Outline::new(document).item_of(index)
}

/// Whether a text is too short to treat anything.
fn says_little(text: &str) -> bool {
    text.split_whitespace().take(MIN_WORDS).count() < MIN_WORDS
}

/// A document's headings, counted once.
struct Outline<'a> {
    document: &'a Document,
    /// How many sections are of each level.
    of_level: BTreeMap<u8, usize>,
    /// Whether the items have numbers: nothing else is one then, but beside headings that run into
    /// their text others are.
    numbers_items: bool,
}

impl Outline<'_> {
    fn new(document: &Document) -> Outline<'_> {
        let mut of_level = BTreeMap::new();
        // What stands above the first heading is over nothing.
        let named = |section: &&Section| !section.heading.is_empty();
        for section in document.sections.iter().filter(named) {
            *of_level.entry(section.level).or_default() += 1;
        }
        Outline {
            document,
            of_level,
            numbers_items: document
                .sections
                .iter()
                .any(|of| of.agenda_item && of.number.is_some()),
        }
    }

    fn item_of(&self, index: usize) -> Option<usize> {
        let sections = &self.document.sections;
        let mut path: Vec<usize> = std::iter::successors(Some(index), |&at| {
            sections.get(at)?.parent.filter(|parent| *parent < at)
        })
        .collect();
        path.reverse();
        let marked = |at: &usize| sections.get(*at).is_some_and(|of| of.agenda_item);
        let agenda_item = path.iter().copied().find(marked);
        if agenda_item.is_some() || self.numbers_items {
            return agenda_item;
        }
        path.into_iter().find(|&at| {
            let named = |of: &Section| !of.heading.is_empty();
            sections.get(at).is_some_and(named) && !self.is_container(at)
        })
    }

    /// Whether a heading is over others and not over a text of its own.
    fn is_container(&self, index: usize) -> bool {
        let sections = &self.document.sections;
        let section = &sections[index];
        let next = sections.get(index + 1);
        let over_others = next.is_some_and(|next| next.parent == Some(index));
        let alone = self.of_level.get(&section.level) == Some(&1);
        section.level == 0
            || over_others && (alone || says_little(self.document.slice(section.span)))
    }
}

/// The text under the heading of section `index` and the headings below it.
pub(super) fn span(document: &Document, index: usize) -> Span {
    let sections = &document.sections;
    let first = &sections[index];
    let below = sections[index + 1..]
        .iter()
        .take_while(|section| section.level > first.level);
    let last = below.last().unwrap_or(first);
    Span::new(first.span.start, last.span.end)
}

/// The names that a heading gives its matter: "Ny kantine (før: Kafé Nord)" has two.
pub fn names(heading: &str) -> impl Iterator<Item = String> {
    let parts = heading.split(['(', ')']).map(|part| {
        let part = part.trim();
        let former = FORMER.iter().find_map(|word| {
            part.strip_prefix(word)
                .filter(|rest| rest.starts_with([':', ' ']))
        });
        former
            .unwrap_or(part)
            .trim_matches([':', ' ', ','])
            .to_owned()
    });
    let found: Vec<String> = parts.filter(|part| part.chars().count() > 1).collect();
    found.into_iter()
}
