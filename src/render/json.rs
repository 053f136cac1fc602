//! What programs get, on the command line and over HTTP: one shape for both, described by the same types.

use serde::Serialize;
use utoipa::ToSchema;

use super::phrases;
use super::plain::{self, Style};
use crate::answer::card;
use crate::answer::{Answer, Excerpt};
use crate::corpus::{Document, Metadata, Span};
use crate::index::{Entry, State};
use crate::language::abbreviation::Abbreviation;

/// An answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Answered {
    /// What was found.
    #[serde(flatten)]
    pub answer: Answer,
    /// Why there is no answer, for people; null where there is one.
    pub reason: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
}

impl Answered {
    /// An answer that took so long.
    pub fn new(answer: Answer, searched: &card::Searched, took: std::time::Duration) -> Answered {
        let reason = answer.declined.is_some().then(|| {
            let style = Style {
                color: false,
                width: None,
            };
            let words = plain::answer(&answer, searched, style);
            words.trim_end().replace('\n', " ")
        });
        Answered {
            reason,
            took_ms: (took.as_secs_f64() * 1e5).round() / 1e2,
            answer,
        }
    }
}

/// What a search found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Found {
    /// What was searched for.
    pub query: String,
    /// Whole passages, best first.
    pub hits: Vec<Excerpt>,
}

/// Where a matter stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Status {
    /// What is told of it.
    #[serde(flatten)]
    pub status: card::Status,
    /// Why nothing is told, for people; null where something is.
    pub reason: Option<String>,
}

impl From<card::Status> for Status {
    fn from(status: card::Status) -> Status {
        Status {
            reason: (!status.found).then(|| phrases::no_status(&status)),
            status,
        }
    }
}

/// A document that can be searched.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its path under the knowledge folder.
    pub path: String,
    /// Its collection.
    pub collection: String,
    /// Title, date, kind and so on.
    #[serde(flatten)]
    pub metadata: Metadata,
    /// Whose views its sentences tell.
    pub holders: Vec<String>,
    /// Short forms that it explains.
    pub abbreviations: Vec<Abbreviation>,
    /// How many passages it has.
    pub passages: usize,
    /// How many characters its text has.
    pub characters: usize,
    /// How many pages it has, where it has pages.
    pub pages: Option<u32>,
}

/// All documents that can be searched.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Documents {
    /// The documents, by path.
    pub documents: Vec<Listed>,
}

impl Listed {
    /// What is known of a file; nothing where it is no document that can be searched.
    pub fn new(entry: &Entry) -> Option<Listed> {
        let State::Indexed {
            metadata,
            passages,
            characters,
            pages,
        } = &entry.state
        else {
            return None;
        };
        Some(Listed {
            id: entry.id.to_string(),
            path: entry.path.clone(),
            collection: entry.collection.clone(),
            metadata: (**metadata).clone(),
            holders: entry.holders.clone(),
            abbreviations: entry.abbreviations.clone(),
            passages: *passages,
            characters: *characters,
            pages: *pages,
        })
    }
}

/// A document with its text. Places are offsets in characters of the text: where something begins, and the
/// first character after it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Text {
    /// Its id.
    pub id: String,
    /// Its path under the knowledge folder.
    pub path: String,
    /// Title, date, kind and so on.
    pub metadata: Metadata,
    /// The text that excerpts are taken from.
    pub text: String,
    /// Its paragraphs, headings, items and rows, in reading order.
    pub blocks: Vec<Block>,
    /// Its parts under their headings, in reading order.
    pub sections: Vec<Section>,
    /// What of the file was left out or only partly read.
    pub problems: Vec<String>,
}

/// A paragraph, a heading, an item or a row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Block {
    /// What it is: "paragraph", "list_item", "table_row", "contents", or an object with the level of a
    /// "heading".
    pub kind: serde_json::Value,
    /// The page on which it begins, where pages are known.
    pub page: Option<u32>,
    /// Where it stands.
    pub place: [usize; 2],
    /// Where further pages begin inside it: the place, and the number of the page.
    pub pages: Vec<[usize; 2]>,
}

/// The part of a document under one heading.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Section {
    /// The heading without its number; empty before the first heading.
    pub heading: String,
    /// The number before the heading.
    pub number: Option<String>,
    /// 0 for the document's title, 1 for the top level of headings.
    pub level: u8,
    /// Whether the heading is that of an agenda item of a meeting.
    pub agenda_item: bool,
    /// Where the text under it stands.
    pub place: [usize; 2],
}

impl From<Document> for Text {
    fn from(document: Document) -> Text {
        let starts: Vec<usize> = document.text.char_indices().map(|(at, _)| at).collect();
        let character = |at: usize| starts.partition_point(|start| *start < at);
        let place = |span: Span| [character(span.start), character(span.end)];
        let blocks = document.blocks.iter().map(|block| Block {
            kind: serde_json::to_value(block.kind).unwrap_or_default(),
            page: block.page,
            place: place(block.span),
            pages: block
                .page_breaks
                .iter()
                .map(|(at, page)| [character(*at), *page as usize])
                .collect(),
        });
        let sections = document.sections.iter().map(|section| Section {
            heading: section.heading.clone(),
            number: section.number.clone(),
            level: section.level,
            agenda_item: section.agenda_item,
            place: place(section.span),
        });
        Text {
            id: document.id.to_string(),
            blocks: blocks.collect(),
            sections: sections.collect(),
            path: document.path,
            metadata: document.metadata,
            problems: document.problems,
            text: document.text,
        }
    }
}

/// What became of documents.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Changes {
    /// Whether the list begins anew: the cursor was none, or one of another store, and what is not listed
    /// is no longer there.
    pub reset: bool,
    /// What changed, the oldest change first.
    pub changes: Vec<Change>,
    /// Where to go on from.
    pub cursor: String,
    /// Whether there is more.
    pub more: bool,
}

/// What became of a document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Change {
    /// The document's id.
    pub id: String,
    /// What happened.
    pub kind: ChangeKind,
    /// When it was noticed, as in RFC 3339.
    #[schema(format = DateTime)]
    pub at: String,
    /// Its title.
    pub title: String,
    /// Its path under the knowledge folder.
    pub path: String,
    /// Its collection.
    pub collection: String,
}

/// What can happen to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// Its file, or what is stated beside it, is another.
    Changed,
    /// It is gone.
    Removed,
}

/// Why a request was refused.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// One sentence that names the parameter and what to do.
    pub error: String,
}
