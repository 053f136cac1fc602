//! Feeds (RFC 4287) for those who read elsewhere what is new: of all documents, or of those that treat a matter.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, PreEscaped, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sha2::Digest;

use super::api::{Asked, Parameters, Refused, text};
use super::site::Site;
use super::visitor::Visitor;
use crate::answer::link::{page, page_of};
use crate::answer::{Excerpt, Source};
use crate::bot::Bot;
use crate::bot::command::Seen;
use crate::clock::today;
use crate::corpus::{Date, DocumentId};
use crate::language::Language;
use crate::render::one_line;
use crate::render::phrases::{self, chat, feed as words};

/// So many entries a feed has, the newest ones.
const ENTRIES: usize = 50;
/// So much of a summary is shown, in characters.
const SUMMARY: usize = 600;

/// The address of the feed of all documents.
pub(super) const ALL: &str = "/feed.atom";

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new().route(ALL, get(show))
}

/// What the feed is about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    /// What the matter is about; all documents where there is none.
    topic: Option<String>,
    /// The language of the feed's own words, which the guard has read.
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

impl Parameters for About {
    fn wrong(&self) -> Option<String> {
        self.topic.as_deref().and_then(|topic| text("topic", topic))
    }
}

/// A document in a feed.
struct Entry {
    source: Source,
    /// Since when it is as it is, in seconds since 1970.
    since: i64,
    /// What it says of the matter.
    summary: Option<Excerpt>,
}

async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(about): Asked<About>,
) -> Result<Response, Refused> {
    let topic = about.topic.clone();
    let own = site.clone();
    let entries = site.shared.work(move |shared| {
        let (bot, seen) = (own.bot()?, shared.seen());
        let mut entries = match &topic {
            Some(topic) => of_matter(&bot, topic, &seen)?,
            None => of_all(&bot, &seen),
        };
        // What came at the same time stands in the order of its dates.
        entries.sort_by_key(|entry| (Reverse(entry.since), Reverse(entry.source.date)));
        entries.truncate(ENTRIES);
        Ok(entries)
    });
    let entries = entries.await?;
    let feed = feed(
        &site.base,
        about.topic.as_deref(),
        &entries,
        visitor.language,
    )?;
    let kind = [(CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
    Ok((kind, feed.into_string()).into_response())
}

fn of_all(bot: &Bot, seen: &Seen) -> Vec<Entry> {
    let entries = bot.entries().iter().filter_map(|entry| {
        Some(Entry {
            source: Source::new(&entry.id, entry.metadata()?, &entry.path, &entry.collection),
            since: seen.get(&entry.id).copied().unwrap_or_default(),
            summary: None,
        })
    });
    entries.collect()
}

/// The documents that treat a matter, each once, with what they say of it.
fn of_matter(bot: &Bot, topic: &str, seen: &Seen) -> anyhow::Result<Vec<Entry>> {
    let status = bot.status(topic, None, today()?)?;
    let mut entries: Vec<Entry> = Vec::new();
    for meeting in status.timeline {
        let known = |entry: &Entry| entry.source.id == meeting.document.id;
        if !entries.iter().any(known) {
            let id = DocumentId::from(meeting.document.id.as_str());
            entries.push(Entry {
                since: seen.get(&id).copied().unwrap_or_default(),
                source: meeting.document,
                summary: meeting.summary,
            });
        }
    }
    Ok(entries)
}

fn feed(
    base: &str,
    topic: Option<&str>,
    entries: &[Entry],
    language: Language,
) -> anyhow::Result<Markup> {
    let address = match topic {
        Some(topic) => format!("{base}{}", address(topic)),
        None => format!("{base}{ALL}"),
    };
    let title = match topic {
        Some(topic) => words::about(&one_line(topic), language),
        None => words::all(language).to_owned(),
    };
    let updated = time(
        entries
            .iter()
            .map(|entry| entry.since)
            .max()
            .unwrap_or_default(),
    )?;
    let entries: Vec<Markup> = entries
        .iter()
        .map(|entry| self::entry(base, topic, entry, language))
        .collect::<anyhow::Result<_>>()?;
    Ok(html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"))
        feed xmlns="http://www.w3.org/2005/Atom" xml:lang=(language.code()) {
            id { (uuid(&["feed", topic.unwrap_or_default()])) }
            title { (title) }
            updated { (updated) }
            link rel="self" type="application/atom+xml" href=(address) {}
            link rel="alternate" type="text/html" href=(format!("{base}/")) {}
            generator version=(env!("CARGO_PKG_VERSION")) { "Referent" }
            author { name { "Referent" } }
            @for entry in &entries { (entry) }
        }
    })
}

fn entry(
    base: &str,
    topic: Option<&str>,
    entry: &Entry,
    language: Language,
) -> anyhow::Result<Markup> {
    let source = &entry.source;
    let link = match &entry.summary {
        Some(summary) => page_of(summary),
        None => page(&source.id, 0, ""),
    };
    let day = source.date.filter(|date| date.day().is_some());
    let mut about = vec![chat::kind(source.kind, language).to_owned()];
    about.extend(source.body.as_deref().map(one_line));
    about.extend(source.date.map(|date| phrases::date(date, language)));
    let said = entry
        .summary
        .as_ref()
        .map(|summary| quoted(summary, language));
    let said = said.map_or(String::new(), |said| format!(": {said}"));
    Ok(html! {
        entry {
            id { (uuid(&["document", topic.unwrap_or_default(), &source.id])) }
            title { (one_line(&source.title)) }
            updated { (time(entry.since)?) }
            @if let Some(day) = day { published { (published(day)) } }
            link rel="alternate" type="text/html" href=(format!("{base}{link}")) {}
            category term=(one_line(&source.collection)) {}
            summary { (about.join(" · ")) (said) }
        }
    })
}

fn published(day: Date) -> String {
    format!("{day}T00:00:00Z")
}

fn quoted(summary: &Excerpt, language: Language) -> String {
    let [open, close] = phrases::timeline::quotation_marks(language);
    let text = one_line(&summary.text);
    match text.char_indices().nth(SUMMARY) {
        Some((end, _)) => {
            let end = text[..end].rfind(' ').unwrap_or(end);
            format!("{open}{} …{close}", &text[..end])
        }
        None => format!("{open}{text}{close}"),
    }
}

/// The address of the feed of a matter.
pub(super) fn address(topic: &str) -> String {
    format!(
        "{ALL}?topic={}",
        utf8_percent_encode(topic, NON_ALPHANUMERIC)
    )
}

/// A name that stays the same wherever the page is reached (RFC 9562, version 8).
fn uuid(parts: &[&str]) -> String {
    let digest = sha2::Sha256::digest(format!("referent\0{}", parts.join("\0")));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// A time as RFC 3339 has it.
pub(super) fn time(seconds: i64) -> anyhow::Result<String> {
    Ok(jiff::Timestamp::from_second(seconds)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::metadata::Kind;

    #[test]
    fn a_feed_is_read_as_one_whatever_documents_are_called() {
        let hostile = "</title><script>alert(1)</script> & \"x\" \u{1b}\u{202E}\0]]>";
        let entry = |id: &str, title: &str, since| Entry {
            source: Source {
                id: id.to_owned(),
                title: title.to_owned(),
                date: Date::new(2026, Some(3), Some(12)),
                kind: Kind::Minutes,
                body: Some(hostile.to_owned()),
                collection: "styret".to_owned(),
                path: "styret/a.md".to_owned(),
            },
            since,
            summary: None,
        };
        let entries = [
            entry("b", "Møte", 1_770_000_000),
            entry("a", hostile, 1_760_000_000),
        ];
        let base = "http://127.0.0.1:8080";
        let text = feed(base, Some(hostile), &entries, Language::Nynorsk)
            .unwrap()
            .into_string();
        assert!(!text.contains("<script"), "{text}");
        let read = feed_rs::parser::parse(text.as_bytes()).unwrap();
        assert_eq!(read.updated.unwrap().timestamp(), 1_770_000_000);
        assert_eq!(read.entries[0].title.as_ref().unwrap().content, "Møte");
        assert_eq!(read.entries[0].links[0].href, format!("{base}/d/b"));
        assert!(
            read.entries[1]
                .title
                .as_ref()
                .unwrap()
                .content
                .contains("<script>alert(1)")
        );
        let ids: Vec<&String> = read.entries.iter().map(|entry| &entry.id).collect();
        assert_ne!(ids[0], ids[1]);
        // The same documents are the same entries where the page has another address.
        let other = feed(
            "https://referent.example.org",
            Some(hostile),
            &entries,
            Language::Nynorsk,
        );
        let other = feed_rs::parser::parse(other.unwrap().into_string().as_bytes()).unwrap();
        assert_eq!((&other.id, &other.entries[0].id), (&read.id, ids[0]));
    }
}
