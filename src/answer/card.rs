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
    /// Sources that have given nothing for long: newer documents may be missing.
    #[serde(skip)]
    pub failing: Vec<Failing>,
}

/// A source of documents that has given nothing for long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failing {
    /// Its name.
    pub name: String,
    /// The collection that its documents go to.
    pub collection: String,
    /// The last day on which it did.
    pub since: Option<Date>,
}

/// How a source of documents is doing. Times are seconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Freshness {
    /// Its name.
    pub name: String,
    /// The collection that its documents go to.
    pub collection: String,
    /// How many documents came from it.
    pub documents: usize,
    /// How many it lists that could not be fetched.
    pub failed: usize,
    /// The first of them, with why: for the operator.
    pub first_failure: Option<(String, String)>,
    /// How many links led to servers that nothing is fetched from.
    pub left_out: usize,
    /// When it was looked at last.
    pub tried: Option<i64>,
    /// When that went well last.
    pub succeeded: Option<i64>,
    /// Since when it does not.
    pub failing_since: Option<i64>,
    /// Whether that is so long ago that newer documents may be missing.
    pub fails_for_long: bool,
    /// It is not looked at again before.
    pub next: Option<i64>,
    /// Why it fails: for the operator.
    pub reason: Option<String>,
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
