//! Passages: the units that are searched and quoted. A passage is some whole sentences, list items
//! or table rows that stand together, about 100 words, under one heading; short sections
//! that follow each other, as on slides, share a passage.

use serde::{Deserialize, Serialize};

use super::format::BlockKind;
use super::sentence::sentences;
use super::{Document, Span};

/// A passage is closed at the end of a sentence once it has this many words.
const TARGET_WORDS: usize = 102;
/// A list is kept whole up to this many words.
const MAX_LIST_WORDS: usize = 160;
/// Sections with fewer words than this may share a passage with the next.
const SHORT_SECTION_WORDS: usize = 30;

/// The smallest unit that is searched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// Its place among the document's passages, from 0.
    pub ordinal: usize,
    /// Where it stands.
    pub span: Span,
    /// The section it begins in, as an index in [`Document::sections`].
    pub section: usize,
}

/// The words of a passage, with what a citation of them needs: kept so that nobody need open the
/// document for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quotation {
    /// The words.
    pub text: String,
    /// The number of the first character in the document's text.
    pub first: usize,
    /// The heading over them.
    pub heading: Option<String>,
    /// The page on which they begin, where pages are known.
    pub page: Option<u32>,
}

impl Quotation {
    /// The words of `document` at `span`, the first of which is character `first` of its text.
    pub fn new(document: &Document, span: Span, first: usize) -> Quotation {
        let section = document.section_at(span.start);
        Quotation {
            text: document.slice(span).to_owned(),
            first,
            heading: section
                .map(|i| document.sections[i].heading.clone())
                .filter(|heading| !heading.is_empty()),
            page: document.page_at(span.start),
        }
    }
}

/// A sentence, list item or table row: what passages and excerpts are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// Where it stands.
    pub span: Span,
    /// What kind of block it stands in.
    pub kind: BlockKind,
    /// Whether it ends its block.
    pub ends_block: bool,
}

/// The units of a document under headings and in running text, in order; contents lists and
/// headings left out.
pub fn units(document: &Document) -> Vec<Unit> {
    let mut units = Vec::new();
    for block in &document.blocks {
        let spans = match block.kind {
            BlockKind::Heading(_) | BlockKind::Contents => continue,
            BlockKind::TableRow => vec![block.span],
            BlockKind::Paragraph | BlockKind::ListItem => sentences(&document.text, block.span),
        };
        let last = spans.len().saturating_sub(1);
        units.extend(spans.into_iter().enumerate().map(|(i, span)| Unit {
            span,
            kind: block.kind,
            ends_block: i == last,
        }));
    }
    let run_in = |span: Span| {
        document
            .section_at(span.start)
            .is_some_and(|i| document.sections[i].heading_span.contains(span))
    };
    units.retain(|unit| !run_in(unit.span));
    units
}

/// Cuts a document into passages.
pub fn passages(document: &Document) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    let mut open: Option<Open> = None;
    let units = units(document);
    for (i, unit) in units.iter().enumerate() {
        let section = document.section_at(unit.span.start).unwrap_or(0);
        let words = document.slice(unit.span).split_whitespace().count();
        let is_item = unit.kind != BlockKind::Paragraph;
        let in_list = is_item
            || units
                .get(i + 1)
                .is_some_and(|next| next.kind != BlockKind::Paragraph);
        if let Some(passage) = &mut open {
            let same = passage.section == section
                || passage.words < SHORT_SECTION_WORDS
                    && is_short(document, section)
                    && related(document, passage.section, section);
            let room = if passage.in_list && is_item {
                MAX_LIST_WORDS
            } else {
                TARGET_WORDS + TARGET_WORDS / 4
            };
            if same && passage.words + words <= room && !passage.closed(is_item) {
                passage.take(unit, words, in_list);
                continue;
            }
            passages.extend(open.take().map(|open| open.close(passages.len())));
        }
        open = Some(Open {
            span: unit.span,
            section,
            words,
            in_list,
            full: words >= TARGET_WORDS,
        });
    }
    passages.extend(open.map(|open| open.close(passages.len())));
    passages
}

struct Open {
    span: Span,
    section: usize,
    words: usize,
    in_list: bool,
    full: bool,
}

impl Open {
    fn take(&mut self, unit: &Unit, words: usize, in_list: bool) {
        self.span = self.span.cover(unit.span);
        self.words += words;
        self.in_list |= in_list;
        // A paragraph's end is a better place to stop than the middle of the next paragraph.
        self.full =
            self.words >= TARGET_WORDS || unit.ends_block && self.words >= TARGET_WORDS * 2 / 3;
    }

    /// Whether nothing more belongs here: enough words, unless a list goes on.
    fn closed(&self, next_is_item: bool) -> bool {
        self.full && !(self.in_list && next_is_item)
    }

    fn close(self, ordinal: usize) -> Passage {
        Passage {
            ordinal,
            span: self.span,
            section: self.section,
        }
    }
}

fn is_short(document: &Document, section: usize) -> bool {
    document.sections.get(section).is_some_and(|section| {
        document.slice(section.span).split_whitespace().count() < SHORT_SECTION_WORDS
    })
}

/// Whether two sections stand under the same heading, or one under the other.
fn related(document: &Document, a: usize, b: usize) -> bool {
    let parent = |i: usize| document.sections.get(i).and_then(|section| section.parent);
    !document.sections[b].agenda_item && (parent(a) == parent(b) || parent(b) == Some(a))
}
