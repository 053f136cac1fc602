//! Pages of their own for a topic: where a matter stands, who holds what, and every place that speaks of it.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::{Query, State};
use maud::{Markup, PreEscaped, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::failure::{Failure, Page};
use super::layout::{Place, layout, with_document};
use super::quote::Quotes;
use super::reader::Beside;
use super::site::Site;
use super::visitor::Visitor;
use crate::answer::Excerpt;
use crate::answer::card::{Meeting, Positions, Status};
use crate::bot::Bot;
use crate::bot::command::{Command, Reply};
use crate::language::{Language, detect};
use crate::question::restriction::{Filter, Refusal};
use crate::render::phrases::{self, chat, web};
use crate::render::timeline;

/// The longest topic, in characters.
const LONGEST: usize = 1000;
/// So many places are listed that speak of a topic.
const PLACES: usize = 20;
/// So many names are offered while somebody types.
const OFFERED: usize = 200;

/// The address of a page on a topic.
pub(super) fn address(page: &str, topic: &str) -> String {
    format!(
        "{page}?topic={}",
        utf8_percent_encode(topic, NON_ALPHANUMERIC)
    )
}

/// What a page is about.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Topic {
    #[serde(default)]
    topic: String,
    #[serde(default)]
    holder: String,
    dok: Option<String>,
    sted: Option<String>,
}

impl Topic {
    fn beside(&self) -> Result<Beside, Failure> {
        if self.topic.chars().count() > LONGEST || self.holder.chars().count() > LONGEST {
            return Err(Failure::TooLarge);
        }
        Ok(Beside::new(self.dok.clone(), self.sted.clone()))
    }
}

/// Where a matter stands.
pub(super) async fn status(
    State(site): State<Arc<Site>>,
    Query(topic): Query<Topic>,
    visitor: Visitor,
) -> Page {
    let page = |site: &Site, _: &Bot, topic: &Topic, quotes: &Quotes| {
        let command = Command::Status(topic.topic.clone());
        Ok(match site.shared.look(&site.audience, &command)? {
            Reply::Status(status) => {
                // The page speaks the language of the page.
                let language = quotes.language;
                standing(
                    &Status {
                        language,
                        ..*status
                    },
                    quotes,
                )
            }
            _ => html! {},
        })
    };
    show(site, topic, visitor, "/status", Place::Status, page).await
}

/// Who holds which position.
pub(super) async fn positions(
    State(site): State<Arc<Site>>,
    Query(topic): Query<Topic>,
    visitor: Visitor,
) -> Page {
    let page = |site: &Site, _: &Bot, topic: &Topic, quotes: &Quotes| {
        let holder = Some(topic.holder.trim().to_owned()).filter(|holder| !holder.is_empty());
        let command = Command::Positions(topic.topic.clone(), holder);
        Ok(match site.shared.look(&site.audience, &command)? {
            Reply::Positions(positions, searched) => {
                let language = quotes.language;
                let positions = Positions {
                    language,
                    ..positions
                };
                html! {
                (held(&positions, quotes))
                @if positions.holders.is_empty() { p.hint { (chat::searched(&searched, language)) } }
                }
            }
            Reply::Refused(refusal, _) => {
                html! { p.declined { (phrases::refusal(&refusal, quotes.language)) } }
            }
            _ => html! {},
        })
    };
    show(
        site,
        topic,
        visitor,
        "/standpunkter",
        Place::Positions,
        page,
    )
    .await
}

/// Every place that speaks of a topic.
pub(super) async fn search(
    State(site): State<Arc<Site>>,
    Query(topic): Query<Topic>,
    visitor: Visitor,
) -> Page {
    let page = |_: &Site, bot: &Bot, topic: &Topic, quotes: &Quotes| {
        let language = quotes.language;
        // What cannot be honoured is told, and no search without hits.
        if let Err(error) = bot.search_within(&topic.topic, &Filter::default(), 1) {
            let refusal: Refusal = error.downcast()?;
            return Ok(html! { p.declined { (phrases::refusal(&refusal, language)) } });
        }
        let found = bot.beyond(&topic.topic, &Filter::default(), &[], PLACES)?;
        Ok(html! {
            @if found.is_empty() {
                p.declined { (phrases::no_hits(language)) }
                p.hint { (chat::searched(&bot.searched(), language)) }
            }
            @for excerpt in &found { (quotes.show(excerpt)) }
        })
    };
    show(site, topic, visitor, "/sok", Place::Elsewhere, page).await
}

/// The page at `path` on a topic: a form, and under it what `page` makes of the topic.
async fn show(
    site: Arc<Site>,
    topic: Topic,
    visitor: Visitor,
    path: &'static str,
    place: Place,
    page: impl Fn(&Site, &Bot, &Topic, &Quotes) -> anyhow::Result<Markup> + Send + Sync + 'static,
) -> Page {
    let beside = topic.beside()?;
    let language = visitor.language;
    let title = web::topic_title(path, language);
    let (asked, who, pages) = (topic.clone(), visitor.clone(), site.clone());
    let body = site
        .shared
        .work(move |_| {
            let bot = pages.bot()?;
            let mut base = address(path, &asked.topic);
            if !asked.holder.is_empty() {
                let holder = utf8_percent_encode(&asked.holder, NON_ALPHANUMERIC);
                base = format!("{base}&holder={holder}");
            }
            let quotes = Quotes {
                language,
                base: base.clone(),
                open: beside.open(),
            };
            let answer = match asked.topic.trim() {
                "" => matters(&bot, path, language),
                _ => page(&pages, &bot, &asked, &quotes)?,
            };
            let card = html! {
                h1 { (title) }
                (form(&bot, &asked, path, language))
                (answer)
            };
            let document = beside.show(&pages, &bot, &who, &base)?;
            Ok(with_document(card, document))
        })
        .await?;
    let title = match topic.topic.trim() {
        "" => title.to_owned(),
        topic => format!("{topic} – {title}"),
    };
    Ok(layout(&visitor, &title, place, &body))
}

fn form(bot: &Bot, asked: &Topic, path: &str, language: Language) -> Markup {
    let names = bot.names();
    html! {
        form.ask action=(path) method="get" {
            div.fields {
                div {
                    label for="tema" { (web::topic_label(path, language)) }
                    input #tema type="text" name="topic" value=(asked.topic) required maxlength=(LONGEST) list="saksnavn" autocomplete="off" enterkeyhint="search";
                }
                @if path == "/standpunkter" {
                    div {
                        label for="part" { (web::holder_label(language)) }
                        input #part type="text" name="holder" value=(asked.holder) maxlength="200" list="parter" autocomplete="off";
                    }
                }
                button type="submit" { (web::show(language)) }
            }
        }
        datalist #saksnavn { @for name in names.matters.iter().take(OFFERED) { option value=(name) {} } }
        @if path == "/standpunkter" {
            datalist #parter { @for name in names.holders.iter().take(OFFERED) { option value=(name) {} } }
        }
    }
}

/// What there is to choose from.
fn matters(bot: &Bot, path: &str, language: Language) -> Markup {
    let names = &bot.names().matters;
    html! {
        @if !names.is_empty() {
            section.offers aria-labelledby="saker" {
                h2 #saker { (web::recent_matters(language)) }
                ul {
                    @for name in names.iter().take(30) {
                        li { a href=(address(path, name)) lang=(detect(name).code()) { (name) } }
                    }
                }
            }
        }
    }
}

/// The card of a matter.
fn standing(status: &Status, quotes: &Quotes) -> Markup {
    let language = quotes.language;
    let words = phrases::card(language);
    let others = html! {
        @if !status.others.is_empty() {
            p.others {
                (words.others) ": "
                @for (i, other) in status.others.iter().enumerate() {
                    @if i > 0 { ", " }
                    a href=(address("/status", other)) lang=(detect(other).code()) { (other) }
                }
            }
        }
    };
    let Some(newest) = status.timeline.first() else {
        return html! { p.declined { (phrases::no_status(status)) } (others) };
    };
    let heading = newest.heading.as_deref().unwrap_or(&status.topic);
    let mut shown = Shown::default();
    let mut new = |excerpt: &Excerpt| shown.add(excerpt);
    html! {
        section.card aria-labelledby="sak" {
            h2 #sak lang=(detect(heading).code()) { (heading) }
            p.state {
                (words.state) ": " strong.state { (phrases::standing(status.state, language)) }
                @if let Some(date) = newest.date { " · " time datetime=(date) { (phrases::date(date, language)) } }
            }
            @if let Some(summary) = status.summary.as_ref().filter(|summary| new(summary)) { (quotes.show(summary)) }
            @if let Some(next) = &status.next {
                h3 {
                    (words.next)
                    @if let Some(date) = next.date { " (" time datetime=(date) { (phrases::date(date, language)) } ")" }
                }
                @if status.next_has_passed { p.hint { (web::sentence(words.passed)) } }
                (quotes.show(&next.excerpt))
            }
        }
        (picture(status))
        (quotes.list(words.decisions, newest.decisions.iter().filter(|excerpt| new(excerpt))))
        (quotes.list(words.positions, newest.positions.iter().filter(|excerpt| new(excerpt))))
        (quotes.list(words.mentions, status.mentions.iter().filter(|excerpt| new(excerpt))))
        @if status.timeline.len() > 1 {
            h2 { (words.earlier) }
            ol.meetings { @for meeting in &status.timeline[1..] { li { (self::meeting(meeting, quotes)) } } }
        }
        (others)
        p.links {
            a href=(address("/standpunkter", &status.topic)) { (web::see_positions(language)) }
            a href=(address("/sok", &status.topic)) { (web::see_more(language)) }
        }
    }
}

/// The matter over time as a picture, for columns of two widths; the style shows one of them.
fn picture(status: &Status) -> Markup {
    let of = |shape| timeline::svg(status, shape, timeline::Colors::OfPage).map(PreEscaped);
    html! {
        @if status.timeline.len() > 1 {
            div.picture {
                @if let Some(wide) = of(&timeline::Shape::WIDE) { (wide) }
                @if let Some(narrow) = of(&timeline::Shape::NARROW) { (narrow) }
            }
        }
    }
}

fn meeting(meeting: &Meeting, quotes: &Quotes) -> Markup {
    let language = quotes.language;
    let mut shown = Shown::default();
    html! {
        h3 {
            @match meeting.date {
                Some(date) => { time datetime=(date) { (phrases::date(date, language)) } }
                None => { span lang=(detect(&meeting.document.title).code()) { (meeting.document.title) } }
            }
        }
        @for excerpt in meeting.summary.iter().chain(&meeting.decisions).chain(&meeting.positions) {
            @if shown.add(excerpt) { (quotes.show(excerpt)) }
        }
    }
}

/// What was shown already, and need not be again.
#[derive(Default)]
struct Shown(HashSet<(String, usize, usize)>);

impl Shown {
    /// Whether it is new.
    fn add(&mut self, excerpt: &Excerpt) -> bool {
        let place = (excerpt.document.id.clone(), excerpt.start, excerpt.end);
        let within = |known: &(String, usize, usize)| {
            known.0 == place.0 && known.1 <= place.1 && place.2 <= known.2
        };
        !self.0.iter().any(within) && self.0.insert(place)
    }
}

fn held(positions: &Positions, quotes: &Quotes) -> Markup {
    let language = quotes.language;
    html! {
        @if positions.holders.is_empty() { p.declined { (phrases::no_positions(positions)) } }
        @for of in &positions.holders {
            section.holder-positions {
                h2 {
                    (of.holder)
                    @if of.changed { " " span.changed { (phrases::card(language).changed) } }
                }
                @for excerpt in &of.positions { (quotes.show(excerpt)) }
            }
        }
        @if !positions.holders.is_empty() {
            p.links { a href=(address("/status", &positions.topic)) { (web::see_status(language)) } }
        }
    }
}
