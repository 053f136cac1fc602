//! Passages that were found → an answer: which words to quote, whose they are, and whether they
//! answer at all. Pure: no input or output, no Markdown. An answer chooses words of documents, it
//! never writes any.

pub mod admitted;
pub mod card;
pub mod excerpt;
mod holder;
mod kind;
pub mod link;
pub mod matter;
mod people;
mod reading;
mod signals;
mod verdict;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::corpus::metadata::Kind;
use crate::corpus::passage::Quotation;
use crate::corpus::{Date, Document, DocumentId, Metadata, Span};
use crate::language::Language;
use crate::question::Intent;

pub use excerpt::{Candidate, Retrieved, candidates, choose, marks};
pub use link::Links;
pub use reading::Reading;
pub use verdict::{Period, Reason, Verdict, Weights, judge};

/// What a question gets.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Answer {
    /// The question as asked.
    pub question: String,
    /// Its language, and so that of the words round the excerpts.
    pub language: Language,
    /// The kind of answer that was asked for.
    pub intent: Intent,
    /// Whether the excerpts answer.
    pub answered: bool,
    /// How sure that is, from 0 to 1.
    pub confidence: f32,
    /// What answers, best first; nothing where the question is declined.
    pub excerpts: Vec<Excerpt>,
    /// Why there is no answer.
    #[serde(skip)]
    pub declined: Option<Reason>,
    /// The headings nearest to a question that is declined.
    #[serde(skip)]
    pub nearest: Vec<String>,
}

/// Verbatim words of a document and where they stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Excerpt {
    /// The words, exactly as in the document's text.
    pub text: String,
    /// The parts of them that answer, as ranges of characters.
    pub highlights: Vec<[usize; 2]>,
    /// The document.
    pub document: Source,
    /// The heading over them.
    pub heading: Option<String>,
    /// The page on which they begin, where pages are known.
    pub page: Option<u32>,
    /// Their first character in the document's text.
    pub start: usize,
    /// The first character after them.
    pub end: usize,
    /// Whose view it is, where somebody's is told.
    pub holder: Option<String>,
    /// What kind of view.
    pub stance: Option<Stance>,
    /// Where to read on.
    pub link: String,
    /// How well they fit; comparable within one answer only.
    pub score: f32,
    /// Where else the same words stand.
    pub also: Vec<Elsewhere>,
}

/// Another place with the words of an excerpt, or nearly the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Elsewhere {
    /// The document.
    pub document: Source,
    /// The heading over them there.
    pub heading: Option<String>,
    /// The page, where pages are known.
    pub page: Option<u32>,
    /// Their first character in that document's text.
    pub start: usize,
    /// The first character after them.
    pub end: usize,
    /// Where to read on.
    pub link: String,
}

impl Elsewhere {
    fn new(document: &Document, span: Span, links: &Links) -> Elsewhere {
        let place = Excerpt::new(document, span, &[], 0.0, links);
        Elsewhere {
            document: place.document,
            heading: place.heading,
            page: place.page,
            start: place.start,
            end: place.end,
            link: place.link,
        }
    }
}

/// The document of an excerpt, as far as a citation needs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Date, as exact as known.
    #[schema(value_type = Option<String>)]
    pub date: Option<Date>,
    /// What it is.
    pub kind: Kind,
    /// The meeting body or publisher.
    pub body: Option<String>,
    /// Its collection.
    pub collection: String,
    /// Its path under the knowledge folder.
    pub path: String,
}

/// What somebody's view of a matter comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stance {
    /// For it.
    Supports,
    /// Against it.
    Opposes,
    /// Doubts it, asks.
    Questions,
    /// Puts something forward.
    Proposes,
    /// Asks for something as of right.
    Demands,
    /// Says something.
    States,
}

impl Excerpt {
    /// The words of `document` at `span`, which the parts at `highlights` answer in.
    pub fn new(
        document: &Document,
        span: Span,
        highlights: &[Span],
        score: f32,
        links: &Links,
    ) -> Excerpt {
        let first = document.text[..span.start].chars().count();
        let quotation = Quotation::new(document, span, first);
        let inside: Vec<Span> = highlights
            .iter()
            .filter(|part| span.contains(**part))
            .map(|part| Span::new(part.start - span.start, part.end - span.start))
            .collect();
        let source = Source::new(
            &document.id,
            &document.metadata,
            &document.path,
            &document.collection,
        );
        let url = document.metadata.url.as_deref();
        Excerpt::quoting(quotation, source, url, &inside, score, links)
    }

    /// The words of `quotation` from `source`, which the public reads at `url`; `highlights` are bytes of
    /// the words.
    pub fn quoting(
        quotation: Quotation,
        source: Source,
        url: Option<&str>,
        highlights: &[Span],
        score: f32,
        links: &Links,
    ) -> Excerpt {
        let count = |bytes: &str| bytes.chars().count();
        let relative = |part: &Span| {
            let start = count(&quotation.text[..part.start]);
            [start, start + count(&quotation.text[part.range()])]
        };
        Excerpt {
            highlights: highlights.iter().map(relative).collect(),
            link: links.to(
                url,
                &source,
                quotation.page,
                quotation.first,
                &quotation.text,
            ),
            document: source,
            heading: quotation.heading,
            page: quotation.page,
            start: quotation.first,
            end: quotation.first + count(&quotation.text),
            holder: None,
            stance: None,
            score,
            also: Vec::new(),
            text: quotation.text,
        }
    }
}

impl Source {
    /// What a citation says of the document `id`.
    pub fn new(id: &DocumentId, metadata: &Metadata, path: &str, collection: &str) -> Source {
        Source {
            id: id.to_string(),
            title: metadata.title.clone(),
            date: metadata.date,
            kind: metadata.kind,
            body: metadata.body.clone(),
            collection: collection.to_owned(),
            path: path.to_owned(),
        }
    }
}
