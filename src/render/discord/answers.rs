//! Answers, what goes beyond them and what stands round them.

use super::follow::follow_this;
use super::text::{citation, escaped_within, quotation, units};
use super::{Button, DECLINED, FOUND, Message, Row, limit};
use crate::answer::card::Searched;
use crate::answer::{Answer, Excerpt};
use crate::language::Language;
use crate::render::phrases;
use crate::render::phrases::chat::{self, Label};

/// Which buttons stand under an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buttons {
    /// The number under which the answer is kept.
    pub answer: i64,
    /// Whether only the asker sees it, and it may be shown to all.
    pub show: bool,
    /// Whether a thread can be opened on it.
    pub thread: bool,
}

/// So many units are left for what stands round all quotations, and between two.
const RESERVE: usize = 40;
const BETWEEN: usize = 4;
/// A quotation has so many units, if it is as long.
const LEAST: usize = 400;
/// The words of a declined answer, which may name what was asked for, have so many units at most.
const REASON: usize = 1500;
/// So many of the first places where the same words stand are named.
const ALSO: usize = 2;
/// A citation with these takes at most so many units, if they are what makes it longer.
const CITED: usize = 1000;

/// An answer, or why there is none and what was searched. `title` stands over it where the question is
/// not seen otherwise.
pub fn answer(
    answer: &Answer,
    searched: &Searched,
    title: Option<&str>,
    buttons: Option<Buttons>,
) -> Message {
    let language = answer.language;
    let Some(reason) = &answer.declined else {
        return Message {
            components: buttons.map_or(Vec::new(), |buttons| rows(buttons, language, true, true)),
            ..excerpts(&answer.excerpts, language, title, "", 1)
        };
    };
    let mut text = escaped_within(&phrases::reason(reason, language), REASON);
    if !answer.nearest.is_empty() {
        let names: Vec<String> = answer
            .nearest
            .iter()
            .take(3)
            .map(|name| format!("«{}»", super::text::label(name, 200)))
            .collect();
        text.push_str(&format!(
            "\n{} {}.",
            phrases::nearest(language),
            names.join(", ")
        ));
    }
    Message {
        components: buttons.map_or(Vec::new(), |buttons| rows(buttons, language, false, false)),
        ..Message::embed(
            title,
            text,
            DECLINED,
            Some(chat::searched(searched, language)),
        )
    }
}

/// What takes the place of an answer for a while.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The number under which the answer is kept.
    pub answer: i64,
    /// Its language.
    pub language: Language,
    /// The question, where it stands over the answer.
    pub title: Option<&'a str>,
}

impl Page<'_> {
    fn back(&self) -> Button {
        let label = chat::label(Label::Back, self.language);
        Button::worded(format!("back:{}", self.answer), label)
    }
}

/// Further passages, numbered from `first` on; with a button for those from `next` on, where there are
/// any.
pub fn more(excerpts: &[Excerpt], first: usize, next: Option<usize>, page: &Page) -> Message {
    let mut row = vec![page.back()];
    if let Some(next) = next {
        let id = format!("more:{}:{next}", page.answer);
        row.push(Button::worded(id, chat::label(Label::More, page.language)));
    }
    let message = if excerpts.is_empty() {
        let none = chat::no_more(page.language).to_owned();
        Message::embed(page.title, none, DECLINED, None)
    } else {
        let heading = chat::more(page.language);
        self::excerpts(excerpts, page.language, page.title, heading, first)
    };
    Message {
        components: vec![Row::new(row)],
        ..message
    }
}

/// Excerpts with what stands round them.
pub fn around(excerpts: &[Excerpt], page: &Page) -> Message {
    Message {
        components: vec![Row::new(vec![page.back()])],
        ..self::excerpts(excerpts, page.language, page.title, "", 1)
    }
}

/// Quotations with their citations, numbered from `first` on, under a heading where there is one.
fn excerpts(
    excerpts: &[Excerpt],
    language: Language,
    title: Option<&str>,
    heading: &str,
    first: usize,
) -> Message {
    let mut left = limit::DESCRIPTION - RESERVE - units(heading);
    let mut citations = Vec::new();
    for (i, excerpt) in excerpts.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| excerpts.get(i));
        let citation = cited(first + i, excerpt, before, language);
        // What can only be cited, and not quoted, is left out.
        match left.checked_sub(units(&citation) + BETWEEN + LEAST) {
            Some(_) => left -= units(&citation) + BETWEEN + LEAST,
            None => break,
        }
        citations.push(citation);
    }
    let excerpts = &excerpts[..citations.len()];
    let left = left + LEAST * citations.len();
    let quotes = quotations(excerpts, left);
    let blocks = quotes.iter().zip(&citations);
    let mut text: Vec<String> = blocks
        .map(|(quote, citation)| format!("{quote}\n{citation}"))
        .collect();
    if let (Some(first), false) = (text.first_mut(), heading.is_empty()) {
        first.insert_str(0, &format!("**{heading}**\n"));
    }
    Message::embed(title, text.join("\n\n"), FOUND, None)
}

/// Quotations that take at most `left` units together: the short ones whole, the rest in equal parts.
fn quotations(excerpts: &[Excerpt], mut left: usize) -> Vec<String> {
    let whole: Vec<String> = excerpts
        .iter()
        .map(|excerpt| quotation(excerpt, left))
        .collect();
    let mut order: Vec<usize> = (0..whole.len()).collect();
    order.sort_by_key(|i| units(&whole[*i]));
    let mut quotes = vec![String::new(); whole.len()];
    for (done, i) in order.into_iter().enumerate() {
        let share = left / (whole.len() - done);
        quotes[i] = match units(&whole[i]) {
            length if length <= share => whole[i].clone(),
            _ => quotation(&excerpts[i], share),
        };
        left -= units(&quotes[i]).min(left);
    }
    quotes
}

/// A citation, and where else the same words stand, as far as there is room for that.
fn cited(number: usize, excerpt: &Excerpt, before: Option<&Excerpt>, language: Language) -> String {
    let mut lines = vec![citation(number, excerpt, before, language)];
    for place in excerpt.also.iter().take(ALSO) {
        let title = super::text::label(&place.document.title, 120);
        let mut parts = vec![super::text::linked(&title, &place.link)];
        parts.extend(
            place
                .document
                .date
                .map(|date| super::text::date(date, language)),
        );
        parts.extend(place.page.map(|page| phrases::page(page, language)));
        let also = format!("-# {} {}", phrases::also(language), parts.join(" · "));
        let all: usize = lines.iter().map(|line| units(line)).sum();
        if all + units(&also) <= CITED {
            lines.push(also);
        }
    }
    lines.join("\n")
}

/// The buttons under a card.
pub(super) fn under_card(buttons: Option<Buttons>, language: Language) -> Vec<Row> {
    buttons.map_or(Vec::new(), |buttons| rows(buttons, language, false, true))
}

/// The buttons under an answer: nothing further is offered where nothing was found.
fn rows(buttons: Buttons, language: Language, found: bool, follow: bool) -> Vec<Row> {
    let Buttons {
        answer,
        show,
        thread,
    } = buttons;
    let worded = |what: &str, label| {
        Button::worded(format!("{what}:{answer}"), chat::label(label, language))
    };
    let mut first = Vec::new();
    if found {
        first.push(Button::worded(
            format!("more:{answer}:0"),
            chat::label(Label::More, language),
        ));
        first.push(worded("around", Label::Around));
    }
    if show {
        first.push(worded("show", Label::Show));
    }
    first.push(Button::pictured(format!("good:{answer}"), "👍"));
    first.push(Button::pictured(format!("bad:{answer}"), "👎"));
    let mut second = Vec::new();
    if follow {
        second.push(follow_this(answer, language));
    }
    if thread {
        second.push(worded("thread", Label::Thread));
    }
    let mut rows = vec![Row::new(first)];
    if !second.is_empty() {
        rows.push(Row::new(second));
    }
    rows
}
