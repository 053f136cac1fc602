//! Excerpts with their citations, as every page shows them.

use maud::{Markup, html};

use crate::answer::Excerpt;
use crate::answer::link::QUOTE;
use crate::corpus::anchor::Anchor;
use crate::corpus::metadata::Kind;
use crate::language::{Language, detect};
use crate::render::phrases::{self, chat};

/// How a page shows excerpts.
pub(super) struct Quotes {
    /// The language of the page.
    pub(super) language: Language,
    /// The address of the page, where a document can be shown beside.
    pub(super) base: String,
    /// The document that is shown beside, and the name of the place in it.
    pub(super) open: Option<(String, Option<String>)>,
}

impl Quotes {
    /// The address of a document beside the page, at the words that begin at `start`.
    fn beside(&self, id: &str, start: usize, words: &str) -> String {
        let next = if self.base.contains('?') { '&' } else { '?' };
        let anchor = Anchor::new(start, words);
        format!("{}{next}dok={id}&sted={anchor}#{QUOTE}", self.base)
    }

    fn is_open(&self, id: &str, start: usize, words: &str) -> bool {
        let open = self.open.as_ref();
        open.is_some_and(|(open, place)| {
            open == id
                && place
                    .as_ref()
                    .is_some_and(|place| *place == Anchor::new(start, words).to_string())
        })
    }

    /// An excerpt with its citation.
    pub(super) fn show(&self, excerpt: &Excerpt) -> Markup {
        let Excerpt {
            document,
            start,
            text,
            ..
        } = excerpt;
        let language = self.language;
        let spoken = detect(text).code();
        let open = self.is_open(&document.id, *start, text);
        let heading = excerpt
            .heading
            .as_deref()
            .filter(|heading| *heading != document.title);
        html! {
            figure.quote data-open[open] {
                @if let Some(holder) = &excerpt.holder {
                    p.holder { (phrases::stance(holder, excerpt.stance, language)) }
                }
                blockquote lang=(spoken) { (marked(excerpt)) }
                figcaption {
                    a.cite href=(self.beside(&document.id, *start, text)) aria-current=[open.then_some("true")] {
                        span lang=(spoken) { (document.title) }
                    }
                    @if let Some(heading) = heading { " · " span lang=(spoken) { (heading) } }
                    @if let Some(date) = document.date { " · " time datetime=(date) { (phrases::date(date, language)) } }
                    @if let Some(page) = excerpt.page { " · " (phrases::page(page, language)) }
                    @if document.kind != Kind::Minutes { " · " (chat::kind(document.kind, language)) }
                    @for place in &excerpt.also {
                        span.also {
                            (phrases::also(language)) " "
                            a.cite href=(self.beside(&place.document.id, place.start, text)) { (place.document.title) }
                            @if let Some(date) = place.document.date { " · " (phrases::date(date, language)) }
                        }
                    }
                }
            }
        }
    }

    /// Excerpts under a heading; nothing where there are none.
    pub(super) fn list<'a>(
        &self,
        heading: &str,
        excerpts: impl IntoIterator<Item = &'a Excerpt>,
    ) -> Markup {
        let mut excerpts = excerpts.into_iter().peekable();
        html! {
            @if excerpts.peek().is_some() {
                h2 { (heading) }
                @for excerpt in excerpts { (self.show(excerpt)) }
            }
        }
    }

    /// That an answer was shown whose words are gone.
    pub(super) fn gone(&self) -> Markup {
        html! { p.notice { (chat::gone(self.language)) } }
    }
}

/// The words, those that answer set off.
fn marked(excerpt: &Excerpt) -> Markup {
    let letters: Vec<char> = excerpt.text.chars().collect();
    let piece = |from: usize, to: usize| -> String {
        letters
            .get(from..to.min(letters.len()))
            .unwrap_or_default()
            .iter()
            .collect()
    };
    let mut pieces: Vec<(bool, String)> = Vec::new();
    let mut at = 0;
    for [start, end] in &excerpt.highlights {
        if *start < at {
            continue;
        }
        pieces.push((false, piece(at, *start)));
        pieces.push((true, piece(*start, *end)));
        at = *end;
    }
    pieces.push((false, piece(at, letters.len())));
    // Where all is set off, nothing is.
    let all = pieces
        .iter()
        .all(|(hit, text)| *hit || text.trim().is_empty());
    html! {
        @for (hit, text) in &pieces {
            @if *hit && !all { strong { (text) } } @else { (text) }
        }
    }
}
