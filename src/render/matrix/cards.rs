//! Cards: where a matter stands, who holds what, what came last, a document.

use super::text::{Block, inert, label, link, linked};
use super::{Message, Page, text};
use crate::answer::card::{Freshness, Positions, Searched, Status};
use crate::bot::command::{Facts, Recent};
use crate::language::Language;
use crate::question::restriction::Refusal;
use crate::render::phrases::{self, added, chat};

/// An excerpt on a card has at most so many characters.
const QUOTE: usize = 600;
/// Positions of one holder on a card.
const POSITIONS: usize = 3;

/// Where a matter stands.
pub fn status(status: &Status) -> Message {
    let language = status.language;
    let words = phrases::card(language);
    let mut page = Page::new(language);
    let Some(newest) = status.timeline.first() else {
        page.push(Block::paragraph(&inert(&phrases::no_status(status))));
        return page.message();
    };
    let title = newest.heading.as_deref().unwrap_or(&status.topic);
    page.push(Block::heading(&label(title, 200)));
    let when = |day: Option<crate::corpus::Date>| {
        let when = day.map(|day| format!(" ({})", phrases::date(day, language)));
        when.unwrap_or_default()
    };
    let state = phrases::standing(status.state, language);
    page.push(Block {
        body: format!("{}{}: {state}", words.state, when(newest.date)),
        html: format!(
            "<p>{}{}: <strong>{state}</strong></p>",
            words.state,
            when(newest.date)
        ),
        apart: false,
    });
    if let Some(summary) = &status.summary {
        page.excerpt(summary, QUOTE);
    }
    if let Some(next) = &status.next {
        let passed = match status.next_has_passed {
            true => format!(" – {}", words.passed),
            false => String::new(),
        };
        page.heading(&format!("{}{}{passed}", words.next, when(next.date)));
        page.excerpt(&next.excerpt, QUOTE);
    }
    for (title, excerpts) in [
        (words.decisions, &newest.decisions),
        (words.positions, &newest.positions),
        (words.mentions, &status.mentions),
    ] {
        if !excerpts.is_empty() {
            page.heading(title);
        }
        for excerpt in excerpts {
            page.excerpt(excerpt, QUOTE);
        }
    }
    page.heading = None;
    let earlier = || {
        let meetings = status.timeline[1..].iter();
        meetings.filter_map(|meeting| meeting.summary.as_ref())
    };
    if earlier().next().is_some() {
        page.fold(words.earlier, |page| {
            earlier().for_each(|excerpt| page.excerpt(excerpt, QUOTE));
        });
    }
    if !status.others.is_empty() {
        let names: Vec<String> = status.others.iter().map(|name| label(name, 120)).collect();
        page.push(Block::paragraph(&format!(
            "{}: {}.",
            words.others,
            names.join(", ")
        )));
    }
    page.message()
}

/// Who holds which position.
pub fn positions(positions: &Positions, searched: &Searched) -> Message {
    let language = positions.language;
    let mut page = Page::new(language);
    if positions.holders.is_empty() {
        page.push(Block::paragraph(&inert(&phrases::no_positions(positions))));
        page.push(Block::line(&chat::searched(searched, language)));
        return page.message();
    }
    page.push(Block::heading(&label(&positions.topic, 200)));
    for holder in &positions.holders {
        let changed = match holder.changed {
            true => format!(" ({})", phrases::card(language).changed),
            false => String::new(),
        };
        page.heading(&format!("{}{changed}", label(&holder.holder, 200)));
        for excerpt in holder.positions.iter().take(POSITIONS) {
            page.excerpt(excerpt, QUOTE);
        }
    }
    page.message()
}

/// What was indexed last.
pub fn latest(recent: &[Recent], searched: &Searched, language: Language) -> Message {
    let mut page = Page::new(language);
    if recent.is_empty() {
        page.push(Block::paragraph(&chat::searched(searched, language)));
        return page.message();
    }
    page.push(Block::heading(chat::latest(language)));
    let mut list = Block {
        body: String::new(),
        html: "<ol>".to_owned(),
        apart: false,
    };
    for (i, document) in recent.iter().enumerate() {
        let source = &document.source;
        let title = label(&source.title, 200);
        let mut rest = String::new();
        let body = source.body.as_deref().map(|body| label(body, 100));
        let date = source.date.map(|date| phrases::date(date, language));
        let kind = chat::kind(source.kind, language).to_owned();
        for part in body.into_iter().chain(date).chain([kind]) {
            rest.push_str(&format!(" · {part}"));
        }
        let newline = if i > 0 { "\n" } else { "" };
        list.body
            .push_str(&format!("{newline}{}. {title}{rest}", i + 1));
        if let Some(link) = link(&document.link) {
            list.body.push_str(&format!("\n   {link}"));
        }
        let title = linked(&title, &document.link);
        list.html
            .push_str(&format!("<li>{title}{}</li>", text::html(&rest)));
    }
    list.html.push_str("</ol>");
    page.push(list);
    page.push(Block::paragraph(&chat::in_all(
        searched.documents,
        language,
    )));
    page.message()
}

/// How the sources are doing.
pub fn sources(sources: &[Freshness], searched: &Searched, language: Language) -> Message {
    let mut page = Page::new(language);
    if sources.is_empty() {
        page.push(Block::paragraph(added::no_sources(language)));
    } else {
        page.push(Block::heading(added::sources(language)));
    }
    for source in sources {
        let [facts, state] = added::source(source, &|at| added::day(at, language), language);
        let [name, collection] = [&source.name, &source.collection].map(|text| label(text, 100));
        let block = Block::paragraph(&format!("{name} · {collection} · {facts}. {state}"));
        if page.left_out > 0 || !page.push(block) {
            page.left_out += 1;
        }
    }
    page.push(Block::line(&chat::in_all(searched.documents, language)));
    page.message()
}

/// The facts of a document.
pub fn document(facts: &Facts, language: Language) -> Message {
    let source = &facts.source;
    let mut page = Page::new(language);
    let title = label(&source.title, 200);
    page.push(Block {
        html: format!("<p><strong>{}</strong></p>", linked(&title, &facts.link)),
        ..Block::heading(&title)
    });
    let mut parts = vec![chat::kind(source.kind, language).to_owned()];
    parts.extend(source.body.as_deref().map(|body| label(body, 200)));
    parts.extend(source.date.map(|date| phrases::date(date, language)));
    parts.extend(facts.pages.map(|pages| chat::pages(pages, language)));
    page.push(Block::line(&parts.join(" · ")));
    if let Some(link) = link(&facts.link) {
        // In HTML the title leads there.
        page.push(Block {
            body: link,
            html: String::new(),
            apart: false,
        });
    }
    if !facts.items.is_empty() {
        page.heading(chat::agenda(language));
    }
    for (number, heading) in &facts.items {
        let number = number
            .as_deref()
            .map(|number| format!("{} ", label(number, 40)));
        let item = format!("{}{}", number.unwrap_or_default(), label(heading, 200));
        let block = Block {
            body: format!("• {item}"),
            html: format!("<ul><li>{}</li></ul>", text::html(&item)),
            apart: false,
        };
        if page.left_out > 0 || !page.push(block) {
            page.left_out += 1;
        }
    }
    page.message()
}

/// That no document is called so.
pub fn no_document(name: &str, searched: &Searched, language: Language) -> Message {
    let mut page = Page::new(language);
    let name = label(name, 200);
    page.push(Block::paragraph(&chat::no_document(&name, language)));
    page.push(Block::line(&chat::searched(searched, language)));
    page.message()
}

/// That a restriction cannot be kept.
pub fn refused(refusal: &Refusal, language: Language) -> Message {
    Message::plain(&inert(&phrases::refusal(refusal, language)))
}
