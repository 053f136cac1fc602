//! Text for a terminal, with or without colour.

use std::fmt::Write;

use super::phrases;
use crate::answer::card::{Positions, Searched, Status};
use crate::answer::{Answer, Excerpt};
use crate::language::Language;

/// Whether and how text is set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Bold and dim by escape codes.
    pub color: bool,
    /// Columns to wrap at; `None`: lines are left as they are.
    pub width: Option<usize>,
}

impl Style {
    fn bold<'a>(self) -> (&'a str, &'a str) {
        if self.color {
            ("\x1b[1m", "\x1b[0m")
        } else {
            ("", "")
        }
    }

    fn dim<'a>(self) -> (&'a str, &'a str) {
        if self.color {
            ("\x1b[2m", "\x1b[0m")
        } else {
            ("", "")
        }
    }
}

/// An answer, or why there is none and what was searched.
pub fn answer(answer: &Answer, searched: &Searched, style: Style) -> String {
    let mut out = String::new();
    if let Some(reason) = &answer.declined {
        let _ = writeln!(out, "{}", phrases::reason(reason, answer.language));
        if !answer.nearest.is_empty() {
            let _ = writeln!(
                out,
                "{} {}.",
                phrases::nearest(answer.language),
                quoted(&answer.nearest)
            );
        }
        let scope = phrases::chat::searched(searched, answer.language);
        let _ = writeln!(out, "{scope}");
        return out;
    }
    for (i, excerpt) in answer.excerpts.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        out.push_str(&self::excerpt(i + 1, excerpt, answer.language, style));
    }
    out
}

/// Where a matter stands.
pub fn status<'a>(status: &'a Status, style: Style) -> String {
    let language = status.language;
    let words = phrases::card(language);
    let (bold, plain) = style.bold();
    let mut out = String::new();
    let Some(newest) = status.timeline.first() else {
        let _ = writeln!(out, "{}", phrases::no_status(status));
        return out;
    };
    let heading = newest.heading.as_deref().unwrap_or(&status.topic);
    let _ = writeln!(out, "{bold}{}{plain}", printable(heading));
    let date = newest
        .date
        .map(|date| format!(" ({})", phrases::date(date, language)));
    let _ = writeln!(
        out,
        "{}{}: {}\n",
        words.state,
        date.unwrap_or_default(),
        phrases::standing(status.state, language)
    );
    // What has been shown is referred to, not repeated.
    let mut shown: Vec<&Excerpt> = Vec::new();
    let mut show = |out: &mut String, next: &'a Excerpt| {
        let within = |other: &&Excerpt| {
            other.document.id == next.document.id
                && other.start <= next.start
                && next.end <= other.end
        };
        if let Some(known) = shown.iter().position(within) {
            let holder = next.holder.as_deref().map(printable);
            let stance = holder.map(|holder| phrases::stance(&holder, next.stance, language));
            let whose = stance.map_or(String::new(), |stance| format!("{stance}: "));
            let _ = writeln!(out, "    {whose}{} [{}]", words.see, known + 1);
            return;
        }
        shown.push(next);
        out.push_str(&excerpt(shown.len(), next, language, style));
    };
    if let Some(summary) = &status.summary {
        show(&mut out, summary);
    }
    if let Some(next) = &status.next {
        let date = next
            .date
            .map(|date| format!(" ({})", phrases::date(date, language)));
        let passed = if status.next_has_passed {
            format!(" – {}", words.passed)
        } else {
            String::new()
        };
        let _ = writeln!(out, "\n{}{}{passed}:", words.next, date.unwrap_or_default());
        show(&mut out, &next.excerpt);
    }
    for (title, excerpts) in [
        (words.decisions, &newest.decisions),
        (words.positions, &newest.positions),
        (words.mentions, &status.mentions),
    ] {
        if !excerpts.is_empty() {
            let _ = writeln!(out, "\n{title}:");
        }
        for shown in excerpts {
            show(&mut out, shown);
        }
    }
    if status.timeline.len() > 1 {
        let _ = writeln!(out, "\n{}:", words.earlier);
    }
    for meeting in &status.timeline[1..] {
        if let Some(summary) = &meeting.summary {
            show(&mut out, summary);
        }
    }
    if !status.others.is_empty() {
        let _ = writeln!(out, "\n{}: {}.", words.others, quoted(&status.others));
    }
    out
}

/// Who holds which position.
pub fn positions(positions: &Positions, searched: &Searched, style: Style) -> String {
    let language = positions.language;
    let (bold, plain) = style.bold();
    let mut out = String::new();
    if positions.holders.is_empty() {
        let _ = writeln!(out, "{}", phrases::no_positions(positions));
        let scope = phrases::chat::searched(searched, language);
        let _ = writeln!(out, "{scope}");
    }
    let mut number = 0;
    for (i, holder) in positions.holders.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let changed = if holder.changed {
            format!(" ({})", phrases::card(language).changed)
        } else {
            String::new()
        };
        let _ = writeln!(out, "{bold}{}{plain}{changed}", printable(&holder.holder));
        for shown in &holder.positions {
            number += 1;
            out.push_str(&excerpt(number, shown, language, style));
        }
    }
    out
}

fn quoted(topics: &[String]) -> String {
    topics
        .iter()
        .map(|topic| format!("«{topic}»"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A numbered excerpt with its citation.
pub fn excerpt(number: usize, excerpt: &Excerpt, language: Language, style: Style) -> String {
    let mut out = String::new();
    let (bold, plain) = style.bold();
    let (dim, undim) = style.dim();
    let label = format!("[{number}] ");
    let indent = " ".repeat(label.len());
    let quote = wrap(&marked(excerpt, bold, plain), style, indent.len());
    let _ = writeln!(
        out,
        "{label}{}",
        quote.replace('\n', &format!("\n{indent}"))
    );
    let citation = wrap(&citation(excerpt, language), style, indent.len() + 2);
    let _ = writeln!(
        out,
        "{indent}{dim}— {}{undim}",
        citation.replace('\n', &format!("\n{indent}  "))
    );
    let _ = writeln!(out, "{indent}{dim}  {}{undim}", printable(&excerpt.link));
    for place in &excerpt.also {
        let heading = place.heading.as_deref().unwrap_or_default();
        let page = place.page.map(|page| phrases::page(page, language));
        let parts = [printable(&place.document.title), printable(heading)];
        let parts: Vec<String> = parts.into_iter().chain(page).collect();
        let parts: Vec<&str> = parts
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        let also = format!("{} {}", phrases::also(language), parts.join(" · "));
        let also = wrap(&also, style, indent.len() + 2);
        let _ = writeln!(
            out,
            "{indent}{dim}  {}{undim}",
            also.replace('\n', &format!("\n{indent}  "))
        );
    }
    out
}

/// Title · heading · holder · date · page.
pub fn citation(excerpt: &Excerpt, language: Language) -> String {
    let document = &excerpt.document;
    let mut parts = vec![printable(&document.title)];
    parts.extend(
        excerpt
            .heading
            .as_deref()
            .filter(|heading| *heading != document.title)
            .map(printable),
    );
    parts.extend(
        excerpt
            .holder
            .as_ref()
            .map(|holder| phrases::stance(&printable(holder), excerpt.stance, language)),
    );
    parts.extend(document.date.map(|date| phrases::date(date, language)));
    parts.extend(excerpt.page.map(|page| phrases::page(page, language)));
    parts.join(" · ")
}

/// The excerpt's words, its highlights between `on` and `off`.
fn marked(excerpt: &Excerpt, on: &str, off: &str) -> String {
    let mut out = String::new();
    for (i, c) in excerpt.text.chars().enumerate() {
        if excerpt.highlights.iter().any(|[start, _]| *start == i) {
            out.push_str(on);
        }
        // A document could hold escape codes that take over the reader's terminal.
        out.extend(Some(c).filter(|c| !c.is_control() || *c == '\n'));
        if excerpt.highlights.iter().any(|[_, end]| *end == i + 1) {
            out.push_str(off);
        }
    }
    out
}

/// Text without control characters.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Breaks lines at the style's width less `indent`.
fn wrap(text: &str, style: Style, indent: usize) -> String {
    let Some(width) = style
        .width
        .map(|width| width.saturating_sub(indent).max(20))
    else {
        return text.to_owned();
    };
    let mut out = String::new();
    let mut column = 0;
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
            column = 0;
        }
        for word in line.split(' ') {
            let letters = visible(word);
            if column > 0 && column + 1 + letters > width {
                out.push('\n');
                column = 0;
            } else if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += letters;
        }
    }
    out
}

/// Characters of a word that take a column: escape codes do not.
fn visible(word: &str) -> usize {
    let mut count = 0;
    let mut escape = false;
    for c in word.chars() {
        match (escape, c) {
            (false, '\x1b') => escape = true,
            (true, 'm') => escape = false,
            (true, _) => {}
            (false, _) => count += 1,
        }
    }
    count
}
