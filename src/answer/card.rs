//! What a topic gets: the card of a matter, and who holds what on it.

use serde::Serialize;
use utoipa::ToSchema;

use super::matter::{Next, Standing};
use super::{Excerpt, Source};
use crate::corpus::Date;
use crate::language::Language;

/// Where a matter stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Status {
    /// The topic as asked.
    pub topic: String,
    /// Its language, and so that of the words round the quotes.
    #[serde(skip)]
    pub language: Language,
    /// Whether it has a word to look for.
    #[serde(skip)]
    pub names_topic: bool,
    /// Whether any document treats it.
    pub found: bool,
    /// From when on it was asked about, and when it was last told of before, if only before.
    #[serde(skip)]
    pub only_before: Option<(Date, Option<Date>)>,
    /// Where it stood when last told of.
    pub state: Standing,
    /// The words that tell it.
    pub summary: Option<Excerpt>,
    /// What it waits for.
    pub next: Option<Next>,
    /// Whether the time of that lies before today.
    pub next_has_passed: bool,
    /// The meetings that treated it, newest first.
    pub timeline: Vec<Meeting>,
    /// What later meetings say of it in other matters, newest first.
    pub mentions: Vec<Excerpt>,
    /// Names of other matters that the topic may mean.
    pub others: Vec<String>,
    /// What was searched, where nothing was found.
    pub searched: Searched,
}

/// One meeting, or one document, that treats a matter.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Meeting {
    /// The document's date.
    #[schema(value_type = Option<String>)]
    pub date: Option<Date>,
    /// The document.
    pub document: Source,
    /// The heading over the matter.
    pub heading: Option<String>,
    /// What it says in short.
    pub summary: Option<Excerpt>,
    /// What was decided.
    pub decisions: Vec<Excerpt>,
    /// Who held what.
    pub positions: Vec<Excerpt>,
}

/// How much was searched in vain: absence is an answer only beside what was looked through.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Searched {
    /// How many documents.
    pub documents: usize,
    /// The oldest date among them.
    #[schema(value_type = Option<String>)]
    pub first: Option<Date>,
    /// The newest.
    #[schema(value_type = Option<String>)]
    pub last: Option<Date>,
}

/// Who holds which position on a topic.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Positions {
    /// The topic as asked.
    pub topic: String,
    /// Its language.
    #[serde(skip)]
    pub language: Language,
    /// Whether the topic has a word to look for.
    #[serde(skip)]
    pub names_topic: bool,
    /// The holders, those who spoke last first.
    pub holders: Vec<HolderPositions>,
}

/// The positions of one holder, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HolderPositions {
    /// Who.
    pub holder: String,
    /// Their words.
    pub positions: Vec<Excerpt>,
    /// Whether their stance differs between meetings.
    pub changed: bool,
}
