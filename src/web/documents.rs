//! What is indexed, and what came last.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};

use super::failure::Page;
use super::layout::{Place, layout};
use super::site::Site;
use super::visitor::Visitor;
use crate::answer::Source;
use crate::answer::card::Freshness;
use crate::answer::link::page;
use crate::bot::Bot;
use crate::bot::command::{Command, Recent, Reply};
use crate::corpus::Date;
use crate::index::{Entry, State as Read};
use crate::language::{Language, detect};
use crate::render::phrases::{self, added, chat, web};

/// So many documents are the latest.
const LATEST: usize = 50;

/// Every document, by meeting body and year, and what could not be read.
pub(super) async fn all(State(site): State<Arc<Site>>, visitor: Visitor) -> Page {
    let language = visitor.language;
    let pages = site.clone();
    let body = site
        .shared
        .work(move |shared| {
            let sources = match shared.look(&pages.audience, &Command::Sources)? {
                Reply::Sources(sources, _) => sources,
                _ => Vec::new(),
            };
            let bot = pages.bot()?;
            Ok(overview(&bot, &sources, language))
        })
        .await?;
    let title = web::place("/dokumenter", language);
    Ok(layout(&visitor, title, Place::Documents, &body))
}

/// The documents of a body by year, the newest first; `None` for those without a date.
type Years = BTreeMap<std::cmp::Reverse<Option<u16>>, Vec<Source>>;

/// A body's name as it is told apart from others: documents write it with capitals or an abbreviation, or without.
fn plain(body: &str) -> String {
    // What else stands there, as a town, may be all that tells two bodies apart.
    let is_short = |rest: &str| {
        let short = rest.split(')').next().unwrap_or(rest);
        short.chars().count() > 1 && short.chars().all(char::is_uppercase)
    };
    let name = match body.split_once('(') {
        Some((name, rest)) if is_short(rest) => name,
        _ => body,
    };
    name.trim().to_lowercase()
}

/// A name as it stands alone.
fn title(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn overview(bot: &Bot, sources: &[Freshness], language: Language) -> Markup {
    let mut bodies: BTreeMap<String, (String, Years)> = BTreeMap::new();
    for entry in bot.entries() {
        let Some(metadata) = entry.metadata() else {
            continue;
        };
        let body = metadata.body.as_deref().unwrap_or_default();
        let year = std::cmp::Reverse(metadata.date.map(Date::year));
        let source = Source::new(&entry.id, metadata, &entry.path, &entry.collection);
        let (_, years) = bodies
            .entry(plain(body))
            .or_insert_with(|| (title(body), Years::new()));
        years.entry(year).or_default().push(source);
    }
    let mut bodies: Vec<(String, Years)> = bodies.into_values().collect();
    for sources in bodies.iter_mut().flat_map(|(_, years)| years.values_mut()) {
        sources.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.title.cmp(&b.title)));
    }
    let count = |years: &Years| years.values().map(Vec::len).sum::<usize>();
    bodies.sort_by_key(|(name, years)| (name.is_empty(), std::cmp::Reverse(count(years))));
    let columns: BTreeSet<_> = bodies.iter().flat_map(|(_, years)| years.keys()).collect();
    let name = |body: &str| match body {
        "" => web::no_body(language).to_owned(),
        body => body.to_owned(),
    };
    let year =
        |year: Option<u16>| year.map_or(web::no_year(language).to_owned(), |year| year.to_string());
    let problems: Vec<&Entry> = bot
        .entries()
        .iter()
        .filter(|entry| !entry.problems.is_empty() || matches!(entry.state, Read::Skipped { .. }))
        .collect();
    html! {
        div.reading {
            h1 { (web::place("/dokumenter", language)) }
            p.facts { (chat::in_all(bot.searched().documents, language)) }
            @if bodies.len() > 1 || columns.len() > 1 {
                div.table tabindex="0" role="region" aria-label=(web::counts(language)) {
                    table.counts {
                        caption { (web::counts(language)) }
                        thead { tr {
                            td {}
                            @for of in &columns { th scope="col" { (year(of.0)) } }
                            th scope="col" { (web::sum(language)) }
                        } }
                        tbody {
                            @for (i, (body, years)) in bodies.iter().enumerate() {
                                tr {
                                    th scope="row" { a href={ "#organ-" (i + 1) } { (name(body)) } }
                                    @for of in &columns { td { (years.get(of).map_or("·".to_owned(), |sources| sources.len().to_string())) } }
                                    td { (count(years)) }
                                }
                            }
                        }
                    }
                }
            }
            @for (i, (body, years)) in bodies.iter().enumerate() {
                div.body {
                    h2 id={ "organ-" (i + 1) } { (name(body)) }
                    @for (of, sources) in years {
                        h3 { (year(of.0)) }
                        ul.documents { @for source in sources { li { (document(source, language)) } } }
                    }
                }
            }
            @if !sources.is_empty() {
                div.body {
                    h2 { (added::sources(language)) }
                    ul.documents { @for source in sources { li { (self::source(source, language)) } } }
                }
            }
            @if !problems.is_empty() {
                div.body {
                    h2 #mangler { (web::problem_files(language)) }
                    p { (web::problem_files_hint(language)) }
                    dl.problems {
                        @for entry in problems {
                            dt { @match entry.metadata() {
                                Some(_) => { a href=(page(entry.id.as_str(), 0, "")) { (entry.path) } }
                                None => { (entry.path) }
                            } }
                            @if let Read::Skipped { reason } = &entry.state { dd lang="en" { (reason) } }
                            @for problem in &entry.problems { dd lang="en" { (problem) } }
                        }
                    }
                }
            }
        }
    }
}

/// How a source is doing.
fn source(source: &Freshness, language: Language) -> Markup {
    let when = |seconds: i64| added::day(seconds, language);
    let [facts, state] = added::source(source, &when, language);
    html! {
        strong { (source.name) }
        span.facts { " " (web::collection(&source.collection, language)) " · " (facts) }
        br;
        span.facts { (state) }
    }
}

fn document(source: &Source, language: Language) -> Markup {
    html! {
        a href=(page(&source.id, 0, "")) lang=(detect(&source.title).code()) { (source.title) }
        span.facts {
            " " (chat::kind(source.kind, language))
            @if let Some(date) = source.date { " · " time datetime=(date) { (phrases::date(date, language)) } }
        }
    }
}

/// What came last, by the day on which it was first seen as it is.
pub(super) async fn latest(State(site): State<Arc<Site>>, visitor: Visitor) -> Page {
    let language = visitor.language;
    let pages = site.clone();
    let body = site
        .shared
        .work(move |shared| {
            let latest = shared.newest(&pages.audience, LATEST)?;
            Ok(new(&latest, &shared.store.changed()?, language))
        })
        .await?;
    let title = web::place("/nytt", language);
    Ok(layout(&visitor, title, Place::Latest, &body))
}

fn new(latest: &[Recent], changed: &HashSet<String>, language: Language) -> Markup {
    let day_of = |recent: &Recent| recent.since.and_then(Date::of_seconds);
    html! {
        div.reading {
            h1 { (web::place("/nytt", language)) }
            p.facts { (web::latest_hint(language)) }
            @if latest.is_empty() { p.notice { (web::nothing_new(language)) } }
            @for group in latest.chunk_by(|a, b| day_of(a) == day_of(b)) {
                @if let Some(first) = group.first() {
                    div.body {
                        h2 { @match day_of(first) {
                            Some(day) => { time datetime=(day) { (phrases::date(day, language)) } }
                            None => { (web::no_day(language)) }
                        } }
                        ul.documents { @for recent in group {
                            li {
                                (document(&recent.source, language))
                                @if changed.contains(&recent.source.id) { " " span.changed { (web::document_changed(language)) } }
                            }
                        } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_one_however_it_is_written_and_two_towns_are_two() {
        let one = ["Medbestemmelsesutvalget", "medbestemmelsesutvalget (MBU)"].map(plain);
        assert_eq!(one[0], one[1]);
        assert_ne!(plain("Rådet (Oslo)"), plain("Rådet (Bergen)"));
    }
}
