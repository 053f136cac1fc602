//! A document as text that can be read, with the quoted words marked, and the way to the original.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::failure::{Failure, Page};
use super::layout::{Place, layout};
use super::site::Site;
use super::visitor::Visitor;
use crate::answer::link::{QUOTE, at_words, page};
use crate::bot::Bot;
use crate::corpus::anchor::{Anchor, Found};
use crate::corpus::format::{BlockKind, Format};
use crate::corpus::passage::units;
use crate::corpus::{Document, DocumentId, PlacedBlock, Section, Span, source};
use crate::language::{Language, detect};
use crate::render::phrases::{self, chat, web};

/// The document that is shown beside a page, if any.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Beside {
    dok: Option<String>,
    sted: Option<String>,
}

impl Beside {
    /// This document, at this place in it.
    pub(super) fn new(dok: Option<String>, sted: Option<String>) -> Beside {
        Beside { dok, sted }
    }

    /// The document, and the name of the place in it.
    pub(super) fn open(&self) -> Option<(String, Option<String>)> {
        Some((self.dok.clone()?, self.sted.clone()))
    }

    /// The document as the page's second column; `base` is the page without it.
    pub(super) fn show(
        &self,
        site: &Site,
        bot: &Bot,
        visitor: &Visitor,
        base: &str,
    ) -> anyhow::Result<Option<Markup>> {
        let Some(id) = &self.dok else {
            return Ok(None);
        };
        let language = visitor.language;
        let shown = match bot.index().document(&DocumentId::from(id.as_str()))? {
            Some(document) => {
                let view = View::new(&document, self.sted.as_deref());
                view.show(site, language, true)
            }
            None => html! { p.notice { (web::no_document(language)) } },
        };
        Ok(Some(html! {
            p.way { a.back href=(base) { (web::close_document(language)) } }
            (shown)
        }))
    }
}

/// The words that were quoted.
#[derive(Debug, Deserialize)]
pub(super) struct Quoted {
    sted: Option<String>,
}

/// A document on a page of its own.
pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
    Query(quoted): Query<Quoted>,
    visitor: Visitor,
) -> Page {
    let language = visitor.language;
    let pages = site.clone();
    let shown = site
        .shared
        .work(move |_| {
            let bot = pages.bot()?;
            let document = bot.index().document(&DocumentId::from(id.as_str()))?;
            Ok(document.map(|document| {
                let view = View::new(&document, quoted.sted.as_deref());
                let body = html! { div.reading { (view.show(&pages, language, false)) } };
                (document.metadata.title.clone(), body)
            }))
        })
        .await?;
    let (title, body) = shown.ok_or(Failure::Nowhere)?;
    Ok(layout(&visitor, &title, Place::Elsewhere, &body))
}

/// The file itself. What may run in it runs nowhere: other than PDF and text are only saved.
pub(super) async fn file(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Page {
    let pages = site.clone();
    let found = site
        .shared
        .work(move |_| {
            let bot = pages.bot()?;
            let id = DocumentId::from(id.as_str());
            let entry = bot.entries().iter().find(|entry| entry.id == id);
            let path = entry.map(|entry| entry.path.clone());
            path.map(|path| Ok((source::bytes(&pages.knowledge, &path)?, path)))
                .transpose()
        })
        .await?;
    let (bytes, path) = found.ok_or(Failure::Nowhere)?;
    let bytes = bytes.ok_or(Failure::Nowhere)?;
    let format = Format::of(&path);
    let (kind, inline) = match format {
        Some(Format::Pdf) => ("application/pdf", true),
        // Texts are in one of the two encodings that are read.
        Some(Format::Plain | Format::Markdown) if std::str::from_utf8(&bytes).is_ok() => {
            ("text/plain; charset=utf-8", true)
        }
        Some(Format::Plain | Format::Markdown) => ("text/plain; charset=windows-1252", true),
        Some(Format::Docx) => (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            false,
        ),
        Some(Format::Pptx) => (
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            false,
        ),
        Some(Format::OpenDocument) if path.ends_with(".odp") => {
            ("application/vnd.oasis.opendocument.presentation", false)
        }
        Some(Format::OpenDocument) => ("application/vnd.oasis.opendocument.text", false),
        Some(Format::Html) | None => ("application/octet-stream", false),
    };
    // The browser's own view of a PDF is a page with a style and an object in it.
    let policy = match format {
        Some(Format::Pdf) => {
            "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        }
        _ => {
            "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        }
    };
    let name = path.rsplit('/').next().unwrap_or(&path);
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let way = if inline { "inline" } else { "attachment" };
    let disposition = HeaderValue::from_str(&format!("{way}; filename*=UTF-8''{name}"));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (
            CONTENT_DISPOSITION,
            disposition.map_err(|error| Failure::from(anyhow::Error::from(error)))?,
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// A document and what is marked in it.
struct View<'a> {
    document: &'a Document,
    found: Option<Found>,
    /// The parts that a link can lead to: by the byte where their heading begins.
    names: HashMap<usize, String>,
}

impl<'a> View<'a> {
    fn new(document: &'a Document, place: Option<&str>) -> View<'a> {
        let anchor: Option<Anchor> = place.and_then(|place| place.parse().ok());
        let found = anchor.map(|anchor| {
            let units: Vec<Span> = units(document).iter().map(|unit| unit.span).collect();
            anchor.find(&document.text, &units)
        });
        View {
            document,
            found,
            names: names(&document.sections),
        }
    }

    fn marked(&self) -> Option<Span> {
        self.found.and_then(Found::span)
    }

    fn show(&self, site: &Site, language: Language, beside: bool) -> Markup {
        let document = self.document;
        let metadata = &document.metadata;
        let spoken = metadata.language.clone();
        let spoken = spoken.unwrap_or_else(|| detect(&document.text).code().to_owned());
        html! {
            article.document lang=(spoken) {
                header lang=(language.code()) {
                    // Beside a page that has its own first heading, this is a part of it.
                    @if beside { h2.title lang=(spoken) { (metadata.title) } } @else { h1.title lang=(spoken) { (metadata.title) } }
                    p.facts { (self.facts(language)) }
                    (self.ways(language, beside))
                    (self.notice(language))
                    (self.copy(site, language))
                    (self.contents(language))
                    @if !document.problems.is_empty() {
                        details.problems {
                            summary { (web::problems(document.problems.len(), language)) }
                            ul lang="en" { @for problem in &document.problems { li { (problem) } } }
                        }
                    }
                }
                div.text { (self.text(language, beside)) }
            }
        }
    }

    fn facts(&self, language: Language) -> Markup {
        let metadata = &self.document.metadata;
        let pages = self.document.blocks.iter().filter_map(|block| block.page);
        let pages = pages.max().map(|pages| chat::pages(pages, language));
        let author = metadata.author.as_deref();
        let author = author.filter(|author| metadata.body.as_deref() != Some(author));
        html! {
            span.kind { (chat::kind(metadata.kind, language)) }
            @if let Some(body) = &metadata.body { " · " (body) }
            @if let Some(author) = author { " · " (author) }
            @if let Some(date) = metadata.date { " · " time datetime=(date) { (phrases::date(date, language)) } }
            @if let Some(pages) = pages { " · " (pages) }
            // Documents in no folder are in no collection that anybody named.
            @if self.document.collection != "default" { " · " (web::collection(&self.document.collection, language)) }
        }
    }

    /// Ways to the original, and to the page of the document's own.
    fn ways(&self, language: Language, beside: bool) -> Markup {
        let document = self.document;
        let id = &document.id;
        let page = self.marked().and_then(|at| document.page_at(at.start));
        let words = self.marked().map_or("", |at| document.slice(at));
        let url = document.metadata.url.as_deref();
        // Another scheme would run, or lead to a file of the reader's own.
        let url = url.filter(|url| url.starts_with("https://") || url.starts_with("http://"));
        let public = url.map(|url| at_words(url, &document.path, page, words));
        let format = Format::of(&document.path);
        let own = format!("/d/{id}/fil");
        let is_pdf = format == Some(Format::Pdf);
        let at_page = match page {
            Some(page) if is_pdf => format!("{own}#page={page}"),
            _ => own.clone(),
        };
        let name = format.map_or("", Format::name);
        html! {
            p.ways {
                @if beside {
                    a href=(self.address(words)) { (web::own_page(language)) }
                }
                @if let Some(public) = public {
                    a href=(public) rel="noreferrer" { (web::published(page.filter(|_| is_pdf), language)) }
                }
                @if is_pdf { a href=(at_page) { (web::original(name, page, language)) } }
                @else { a href=(own) download { (web::download(name, language)) } }
            }
        }
    }

    fn address(&self, words: &str) -> String {
        let document = self.document;
        let start = self
            .marked()
            .map_or(0, |at| document.text[..at.start].chars().count());
        page(document.id.as_str(), start, words)
    }

    /// That the quoted words are not there as they were.
    fn notice(&self, language: Language) -> Markup {
        match self.found {
            Some(Found::Nearest(_)) => html! { p.notice { (web::changed(language)) } },
            Some(Found::Gone) => html! { p.notice { (web::gone(language)) } },
            _ => html! {},
        }
    }

    /// The quoted words with their reference, to take along.
    fn copy(&self, site: &Site, language: Language) -> Markup {
        let Some(at) = self.marked() else {
            return html! {};
        };
        let document = self.document;
        let words = document.slice(at);
        let heading = document
            .section_at(at.start)
            .map(|i| document.sections[i].heading.as_str())
            .filter(|heading| !heading.is_empty() && *heading != document.metadata.title);
        let date = document.metadata.date;
        let page = document.page_at(at.start);
        let parts = [
            Some(document.metadata.title.clone()),
            heading.map(str::to_owned),
            date.map(|date| phrases::date(date, language)),
            page.map(|page| phrases::page(page, language)),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let public = document.metadata.url.as_deref();
        let reached = match public {
            Some(url) if site.is_only_here() => at_words(url, &document.path, page, words),
            _ if site.is_only_here() => String::new(),
            _ => format!("\n{}{}", site.base, self.address(words)),
        };
        let reached = reached.trim();
        let quotation = format!("«{words}»\n– {}", parts.join(", "));
        let quotation = match reached {
            "" => quotation,
            link => format!("{quotation}\n{link}"),
        };
        html! {
            details.copy data-copy=(web::copy(language)) data-copied=(web::copied(language)) {
                summary { (web::quotation(language)) }
                textarea readonly rows="5" aria-label=(web::quotation(language)) { (quotation) }
            }
        }
    }

    fn contents(&self, language: Language) -> Markup {
        let sections = &self.document.sections;
        let title = &self.document.metadata.title;
        let named = |section: &&Section| {
            !section.heading.is_empty()
                && section.heading != *title
                && section.level > 0
                && !section.heading_span.is_empty()
        };
        let mut items: Vec<&Section> = sections
            .iter()
            .filter(named)
            .filter(|section| section.agenda_item)
            .collect();
        let agenda = !items.is_empty();
        if !agenda {
            let top = |section: &&Section| section.level <= 2;
            items = sections.iter().filter(named).filter(top).collect();
        }
        let title = if agenda {
            chat::agenda(language)
        } else {
            web::contents(language)
        };
        html! {
            @if items.len() > 1 {
                details.contents open[items.len() <= 12 && self.found.is_none()] {
                    summary { (title) " (" (items.len()) ")" }
                    ul {
                        @for section in items {
                            @if let Some(name) = self.names.get(&section.heading_span.start) {
                                li lang=(detect(&section.heading).code()) {
                                    a href={ "#" (name) } {
                                        @if let Some(number) = &section.number { (number) " " }
                                        (section.heading)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The text, block by block.
    fn text(&self, language: Language, beside: bool) -> Markup {
        let document = self.document;
        let blocks: Vec<&PlacedBlock> = document
            .blocks
            .iter()
            .filter(|block| block.kind != BlockKind::Contents)
            .collect();
        let groups = blocks.chunk_by(|a, b| a.kind == b.kind && is_row(a.kind));
        let mut page = None;
        let mut tables = 0;
        let mut level = if beside { 2 } else { 1 };
        let lowest = level;
        let title = &document.metadata.title;
        let mut out = Vec::new();
        let mut marks = Marks {
            marked: self.marked(),
            begun: false,
        };
        for (i, group) in groups.enumerate() {
            let Some(first) = group.first() else { continue };
            let begins = i == 0;
            let new_page = first.page.filter(|of| page.replace(*of) != Some(*of));
            let mark = new_page.map(|page| page_mark(page, language));
            out.push(html! { @if let Some(mark) = mark { (mark) } });
            // A list or table may run over pages: the next begins where it ended.
            page = group.last().and_then(|last| {
                let run_on = last.page_breaks.last().map(|(_, page)| *page);
                run_on.or(last.page)
            });
            let name = |block: &PlacedBlock| {
                let inside = self
                    .names
                    .iter()
                    .filter(|(at, _)| {
                        (block.span.start..block.span.end.max(block.span.start + 1)).contains(at)
                    })
                    .min_by_key(|(at, _)| **at);
                inside.map(|(_, name)| name.clone())
            };
            tables += usize::from(first.kind == BlockKind::TableRow);
            out.push(match first.kind {
                // The page has it over all.
                BlockKind::Heading(_) if begins && document.slice(first.span) == *title => html! {},
                BlockKind::Heading(of) => {
                    level = (lowest + 1).max(of + lowest).min(level + 1).min(6);
                    let words = marks.pieces(document, first.span, first, language);
                    let name = name(first);
                    match level {
                        2 => html! { h2 id=[name] { (words) } },
                        3 => html! { h3 id=[name] { (words) } },
                        4 => html! { h4 id=[name] { (words) } },
                        5 => html! { h5 id=[name] { (words) } },
                        _ => html! { h6 id=[name] { (words) } },
                    }
                }
                BlockKind::ListItem => html! {
                    ul {
                        @for item in group {
                            li id=[name(item)] { (marks.pieces(document, item.span, item, language)) }
                        }
                    }
                },
                BlockKind::TableRow => html! {
                    div.table tabindex="0" role="region" aria-label={ (web::table(language)) " " (tables) } lang=(language.code()) {
                        table lang=(detect(document.slice(first.span)).code()) {
                            @for row in group {
                                tr { @for cell in cells(document, row.span) { td { (marks.pieces(document, cell, row, language)) } } }
                            }
                        }
                    }
                },
                _ => html! {
                    p id=[name(first)] { (marks.pieces(document, first.span, first, language)) }
                },
            });
        }
        html! { @for part in &out { (part) } }
    }
}

fn is_row(kind: BlockKind) -> bool {
    matches!(kind, BlockKind::ListItem | BlockKind::TableRow)
}

/// The cells of a table row.
fn cells(document: &Document, row: Span) -> Vec<Span> {
    const BETWEEN: &str = " | ";
    let mut start = row.start;
    document
        .slice(row)
        .split(BETWEEN)
        .map(|cell| {
            let span = Span::new(start, start + cell.len());
            start = span.end + BETWEEN.len();
            span
        })
        .collect()
}

fn page_mark(page: u32, language: Language) -> Markup {
    html! {
        span.page id={ "side-" (page) } lang=(language.code()) { (phrases::page(page, language)) }
    }
}

/// Sets off the quoted words, wherever they run.
struct Marks {
    marked: Option<Span>,
    /// Whether the place that a link leads to has been set.
    begun: bool,
}

impl Marks {
    /// The words at `span`, a part of `block`.
    fn pieces(
        &mut self,
        document: &Document,
        span: Span,
        block: &PlacedBlock,
        language: Language,
    ) -> Markup {
        let marked = self.marked.filter(|marked| marked.overlaps(span));
        let marked =
            marked.map(|marked| Span::new(marked.start.max(span.start), marked.end.min(span.end)));
        let mut cuts = vec![span.start, span.end];
        cuts.extend(marked.iter().flat_map(|marked| [marked.start, marked.end]));
        let breaks = block
            .page_breaks
            .iter()
            .filter(|(at, _)| span.start < *at && *at < span.end);
        let breaks: Vec<(usize, u32)> = breaks.copied().collect();
        cuts.extend(breaks.iter().map(|(at, _)| *at));
        cuts.sort_unstable();
        cuts.dedup();
        let mut out = Vec::new();
        for pair in cuts.windows(2) {
            let piece = Span::new(pair[0], pair[1]);
            let words = document.slice(piece);
            let page = breaks.iter().find(|(at, _)| *at == piece.start);
            let is_marked = marked.is_some_and(|marked| marked.contains(piece));
            let first = is_marked && !self.begun;
            self.begun |= is_marked;
            out.push(html! {
                @if let Some((_, page)) = page { (page_mark(*page, language)) }
                @if is_marked { mark id=[first.then_some(QUOTE)] { (words) } } @else { (words) }
            });
        }
        html! { @for piece in &out { (piece) } }
    }
}

/// Names for the parts of a document that stay when other parts change: from the item's number, else the heading.
fn names(sections: &[Section]) -> HashMap<usize, String> {
    let mut taken = HashSet::new();
    let mut names = HashMap::new();
    let parts = sections
        .iter()
        .filter(|section| !section.heading_span.is_empty());
    for section in parts {
        let base = match (&section.number, section.agenda_item) {
            (Some(number), true) => format!("sak-{}", plain(number)),
            (Some(number), false) => format!("punkt-{}", plain(number)),
            (None, true) => format!("sak-{}", plain(&section.heading)),
            (None, false) => format!("del-{}", plain(&section.heading)),
        };
        let base = base.trim_end_matches('-').to_owned();
        let mut name = base.clone();
        let mut count = 1;
        while !taken.insert(name.clone()) {
            count += 1;
            name = format!("{base}-{count}");
        }
        names.insert(section.heading_span.start, name);
    }
    names
}

/// Words in letters that need no escape in an address.
fn plain(words: &str) -> String {
    let mut plain = String::new();
    for c in words.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => plain.push(c),
            'æ' => plain.push_str("ae"),
            'ø' => plain.push('o'),
            'å' => plain.push('a'),
            _ if plain.ends_with('-') || plain.is_empty() => {}
            _ => plain.push('-'),
        }
        if plain.len() >= 40 {
            break;
        }
    }
    plain.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(heading: &str, number: Option<&str>, at: usize) -> Section {
        Section {
            heading: heading.to_owned(),
            number: number.map(str::to_owned),
            level: 1,
            agenda_item: number.is_some(),
            heading_span: Span::new(at, at + 5),
            span: Span::new(at + 5, at + 9),
            parent: None,
        }
    }

    #[test]
    fn parts_are_named_by_what_does_not_change() {
        let sections = [
            section("Økonomi", Some("12/24"), 0),
            section("Åpent møte", None, 10),
            section("Åpent møte", None, 20),
            section("…", None, 30),
        ];
        let names = names(&sections);
        let names: Vec<&str> = [0, 10, 20, 30].iter().map(|at| &*names[at]).collect();
        assert_eq!(
            names,
            ["sak-12-24", "del-apent-mote", "del-apent-mote-2", "del"]
        );
    }
}
