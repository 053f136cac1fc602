//! Cards: where a matter stands, who holds what, what came last, a document, help.

use super::answers::under_card;
use super::text::{citation, date, escaped_within, label, linked, quotation, units};
use super::{Buttons, DECLINED, FOUND, Message, limit};
use crate::answer::Excerpt;
use crate::answer::card::{Freshness, Positions, Searched, Status};
use crate::bot::command::{Facts, Recent};
use crate::language::Language;
use crate::question::restriction::Refusal;
use crate::render::phrases::{self, added, chat};

/// An excerpt on a card takes at most so many units; what stands round it is a button away in an answer.
const QUOTE: usize = 500;
/// Positions of one holder on a card.
const POSITIONS: usize = 3;

/// Room for the line that says that something is left out.
pub(super) const LAST: usize = 40;

/// A text that grows block by block as long as there is room.
pub(super) struct Card<'a> {
    text: String,
    /// A heading that stands over the next block, if that fits.
    heading: Option<String>,
    /// What was shown so far: it is referred to, not repeated.
    shown: Vec<&'a Excerpt>,
    pub(super) left_out: usize,
    pub(super) language: Language,
    /// Room that is kept for what is said last.
    pub(super) last: usize,
}

impl<'a> Card<'a> {
    pub(super) fn new(language: Language) -> Card<'a> {
        Card {
            text: String::new(),
            heading: None,
            shown: Vec::new(),
            left_out: 0,
            language,
            last: LAST,
        }
    }

    /// Adds a block, if it fits whole: half a block could come alive.
    pub(super) fn push(&mut self, block: &str) -> bool {
        let heading = self.heading.as_deref().unwrap_or_default();
        let fits =
            units(&self.text) + units(heading) + units(block) + self.last <= limit::DESCRIPTION;
        if fits {
            self.text.push_str(heading);
            self.text.push_str(block);
            self.heading = None;
        }
        fits
    }

    fn heading(&mut self, heading: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        self.heading = Some(format!("{gap}**{heading}**\n"));
    }

    pub(super) fn excerpt(&mut self, excerpt: &'a Excerpt) {
        let within = |other: &&Excerpt| {
            other.document.id == excerpt.document.id
                && other.start <= excerpt.start
                && excerpt.end <= other.end
        };
        if let Some(known) = self.shown.iter().position(within) {
            let holder = excerpt.holder.as_deref();
            let holder = holder.map(|holder| label(holder, 120));
            let whose = holder.map_or(String::new(), |holder| {
                let stance = phrases::stance(&holder, excerpt.stance, self.language);
                format!("{stance}: ")
            });
            let see = phrases::card(self.language).see;
            if self.left_out == 0 {
                self.push(&format!("-# {whose}{see} {}\n", known + 1));
            }
            return;
        }
        let number = self.shown.len() + 1;
        let all = excerpt.text.chars().count();
        let quote = match &excerpt.highlights[..] {
            // On a card, to set off all of every quotation is to set off nothing.
            [[0, end]] if *end >= all => {
                let plain = Excerpt {
                    highlights: Vec::new(),
                    ..excerpt.clone()
                };
                quotation(&plain, QUOTE)
            }
            _ => quotation(excerpt, QUOTE),
        };
        let block = format!(
            "{quote}\n{}\n",
            citation(number, excerpt, self.shown.last().copied(), self.language)
        );
        if self.left_out == 0 && self.push(&block) {
            self.shown.push(excerpt);
        } else {
            self.left_out += 1;
        }
    }

    pub(super) fn finish(self, title: Option<&str>) -> Message {
        self.finish_over(title, None)
    }

    /// The message, with words of its own at its foot.
    fn finish_over(mut self, title: Option<&str>, footer: Option<String>) -> Message {
        if self.left_out > 0 {
            let more = chat::and_more(self.left_out, self.language);
            self.text.push_str(&format!("\n-# {more}"));
        }
        Message::embed(title, self.text, FOUND, footer)
    }
}

/// Where a matter stands.
pub fn status(status: &Status, buttons: Option<Buttons>) -> Message {
    Message {
        components: under_card(buttons, status.language),
        ..standing(status)
    }
}

fn standing(status: &Status) -> Message {
    let language = status.language;
    let words = phrases::card(language);
    let Some(newest) = status.timeline.first() else {
        let text = phrases::no_status(status);
        return Message::embed(
            None,
            escaped_within(&text, limit::DESCRIPTION),
            DECLINED,
            None,
        );
    };
    let mut card = Card::new(language);
    let when = newest.date.map(|day| format!(" ({})", date(day, language)));
    let when = when.unwrap_or_default();
    let state = phrases::standing(status.state, language);
    card.push(&format!("{}{when}: **{state}**\n", words.state));
    if let Some(summary) = &status.summary {
        card.excerpt(summary);
    }
    if let Some(next) = &status.next {
        let when = next.date.map(|day| format!(" ({})", date(day, language)));
        card.heading(&format!("{}{}", words.next, when.unwrap_or_default()));
        if status.next_has_passed {
            card.push(&format!("-# {}\n", words.passed));
        }
        card.excerpt(&next.excerpt);
    }
    for (title, excerpts) in [
        (words.decisions, &newest.decisions),
        (words.positions, &newest.positions),
        (words.mentions, &status.mentions),
    ] {
        if !excerpts.is_empty() {
            card.heading(title);
        }
        excerpts.iter().for_each(|excerpt| card.excerpt(excerpt));
    }
    let earlier = || {
        status.timeline[1..]
            .iter()
            .filter_map(|meeting| meeting.summary.as_ref())
    };
    if earlier().next().is_some() {
        card.heading(words.earlier);
    }
    earlier().for_each(|excerpt| card.excerpt(excerpt));
    if !status.others.is_empty() {
        let names = status.others.iter();
        let names: Vec<String> = names.map(|name| label(name, 120)).collect();
        card.push(&format!("\n{}: {}.\n", words.others, names.join(", ")));
    }
    card.finish(Some(newest.heading.as_deref().unwrap_or(&status.topic)))
}

/// Who holds which position.
pub fn positions(positions: &Positions, searched: &Searched, buttons: Option<Buttons>) -> Message {
    Message {
        components: under_card(buttons, positions.language),
        ..held(positions, searched)
    }
}

fn held(positions: &Positions, searched: &Searched) -> Message {
    let language = positions.language;
    if positions.holders.is_empty() {
        let text = phrases::no_positions(positions);
        let footer = chat::searched(searched, language);
        return Message::embed(
            None,
            escaped_within(&text, limit::DESCRIPTION),
            DECLINED,
            Some(footer),
        );
    }
    let mut card = Card::new(language);
    for holder in &positions.holders {
        let changed = match holder.changed {
            true => format!(" ({})", phrases::card(language).changed),
            false => String::new(),
        };
        card.heading(&format!("{}{changed}", label(&holder.holder, 200)));
        for excerpt in holder.positions.iter().take(POSITIONS) {
            card.excerpt(excerpt);
        }
    }
    card.finish(Some(&positions.topic))
}

/// What was indexed last.
pub fn latest(recent: &[Recent], searched: &Searched, language: Language) -> Message {
    let mut card = Card::new(language);
    for document in recent {
        let source = &document.source;
        let title = linked(&label(&source.title, 200), &document.link);
        let mut parts = vec![format!("**{title}**")];
        parts.extend(source.body.as_deref().map(|body| label(body, 100)));
        parts.extend(source.date.map(|day| date(day, language)));
        parts.push(chat::kind(source.kind, language).to_owned());
        let since = document.since.map(|since| format!("\n-# <t:{since}:R>"));
        card.push(&format!(
            "{}{}\n",
            parts.join(" · "),
            since.unwrap_or_default()
        ));
    }
    if recent.is_empty() {
        return Message::embed(None, chat::searched(searched, language), DECLINED, None);
    }
    let footer = chat::in_all(searched.documents, language);
    Message::embed(Some(chat::latest(language)), card.text, FOUND, Some(footer))
}

/// How the sources are doing.
pub fn sources(sources: &[Freshness], searched: &Searched, language: Language) -> Message {
    let footer = chat::in_all(searched.documents, language);
    if sources.is_empty() {
        let text = added::no_sources(language).to_owned();
        return Message::embed(None, text, FOUND, Some(footer));
    }
    let mut card = Card::new(language);
    for source in sources {
        let when = |seconds: i64| format!("<t:{seconds}:R>");
        let [facts, state] = added::source(source, &when, language);
        let [name, collection] = [&source.name, &source.collection].map(|text| label(text, 100));
        let block = format!("**{name}** · {collection} · {facts}\n-# {state}\n");
        if card.left_out > 0 || !card.push(&block) {
            card.left_out += 1;
        }
    }
    card.finish_over(Some(added::sources(language)), Some(footer))
}

/// The facts of a document.
pub fn document(facts: &Facts, language: Language) -> Message {
    let source = &facts.source;
    let mut card = Card::new(language);
    let mut parts = vec![chat::kind(source.kind, language).to_owned()];
    parts.extend(source.body.as_deref().map(|body| label(body, 200)));
    parts.extend(source.date.map(|day| date(day, language)));
    parts.extend(facts.pages.map(|pages| chat::pages(pages, language)));
    card.push(&format!("{}\n", parts.join(" · ")));
    let open = chat::open(language);
    let link = linked(open, &facts.link);
    if link != open {
        card.push(&format!("{link}\n"));
    }
    if !facts.items.is_empty() {
        card.heading(chat::agenda(language));
    }
    for (number, heading) in &facts.items {
        let number = number
            .as_deref()
            .map(|number| format!("{} ", label(number, 40)));
        let line = format!("• {}{}\n", number.unwrap_or_default(), label(heading, 200));
        if card.left_out > 0 || !card.push(&line) {
            card.left_out += 1;
        }
    }
    card.finish(Some(&source.title))
}

/// That no document is called so.
pub fn no_document(name: &str, searched: &Searched, language: Language) -> Message {
    let text = escaped_within(&chat::no_document(name, language), limit::DESCRIPTION);
    Message::embed(
        None,
        text,
        DECLINED,
        Some(chat::searched(searched, language)),
    )
}

/// That a restriction cannot be kept.
pub fn refused(refusal: &Refusal, language: Language) -> Message {
    let text = escaped_within(&phrases::refusal(refusal, language), limit::DESCRIPTION);
    Message::embed(None, text, DECLINED, None)
}

/// What can be done: each command with what it does.
pub fn help(commands: &[(&str, &str)], language: Language) -> Message {
    let [before, after] = chat::help(language);
    let lines: Vec<String> = commands
        .iter()
        .map(|(name, does)| format!("`/{name}` – {does}"))
        .collect();
    let text = format!("{before}\n\n{}\n\n{after}", lines.join("\n"));
    Message::embed(None, text, FOUND, None)
}
