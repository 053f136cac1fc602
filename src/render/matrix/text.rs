//! Text of documents and people as plain text and as HTML: what they wrote is seen, and does nothing.

use std::fmt::Write;

use unicode_segmentation::UnicodeSegmentation;

use crate::answer::{Elsewhere, Excerpt};
use crate::language::Language;
use crate::render::phrases::{self, chat};
use crate::render::visible::{is_public, one_line, plain};

/// A part of a message, in both of its forms.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    pub(super) body: String,
    pub(super) html: String,
    /// Whether an empty line stands before it.
    pub(super) apart: bool,
}

impl Block {
    /// Words of ours, or inert ones.
    pub(super) fn paragraph(words: &str) -> Block {
        Block {
            body: words.to_owned(),
            html: format!("<p>{}</p>", html(words)),
            apart: true,
        }
    }

    /// The same directly under what stands before it.
    pub(super) fn line(words: &str) -> Block {
        Block {
            apart: false,
            ..Block::paragraph(words)
        }
    }

    pub(super) fn heading(words: &str) -> Block {
        Block {
            html: format!("<p><strong>{}</strong></p>", html(words)),
            ..Block::paragraph(words)
        }
    }

    /// How many bytes it takes as JSON.
    pub(super) fn size(&self) -> usize {
        let escaped = |text: &str| {
            let control = |c: char| (c as u32) < 0x20 || matches!(c, '"' | '\\');
            text.len() + 5 * text.chars().filter(|c| control(*c)).count()
        };
        escaped(&self.body) + escaped(&self.html) + 4
    }

    pub(super) fn with(mut self, below: Block) -> Block {
        self.add(below);
        self
    }

    /// Puts something under it, so that both are there or none.
    pub(super) fn add(&mut self, below: Block) {
        self.body.push('\n');
        self.body.push_str(&below.body);
        self.html.push_str(&below.html);
    }
}

/// Text in which nothing acts: no address that clients would make a link of, and no mention.
pub fn inert(text: &str) -> String {
    let mut out = String::new();
    let text = plain(text);
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['@', ':', '.']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let after = &from[1..];
        out.push_str(&from[..1]);
        let acts = match from.as_bytes()[0] {
            b'@' => after.starts_with(|c: char| !c.is_whitespace()),
            b':' => after.starts_with("//"),
            _ => before.to_lowercase().ends_with("www"),
        };
        if acts {
            out.push('\u{200B}');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Inert text in one line of at most `most` characters.
pub fn label(text: &str, most: usize) -> String {
    inert(&cut(&one_line(text), 0, most))
}

/// Text as HTML.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("<br>"),
            c => out.push(c),
        }
    }
    out
}

/// At most `most` characters of a text from the character `from` on, in whole words where they are not
/// endless, with an ellipsis where something is left out.
fn cut(text: &str, from: usize, most: usize) -> String {
    let (start, end) = bounds(text, from, most);
    let all: Vec<char> = text.chars().collect();
    let part: String = all[start..end].iter().collect();
    let before = if start > 0 { "… " } else { "" };
    let after = if end < all.len() { " …" } else { "" };
    format!("{before}{}{after}", part.trim_end())
}

/// The characters of a text that are shown: at most `most` from `from` on.
fn bounds(text: &str, from: usize, most: usize) -> (usize, usize) {
    let all = text.chars().count();
    if from == 0 && all <= most {
        return (0, all);
    }
    let mut end = from;
    let mut word = None;
    let mut at = 0;
    for grapheme in text.graphemes(true) {
        let next = at + grapheme.chars().count();
        if next > from {
            if next > from + most {
                break;
            }
            end = next;
            if grapheme.chars().all(char::is_whitespace) {
                word = Some(next);
            }
        }
        at = next;
    }
    const ENDLESS: usize = 40;
    match word.filter(|word| end < all && end - word < ENDLESS) {
        Some(word) => (from, word),
        None => (from, end),
    }
}

/// The words of an excerpt, those that answer in bold: at most `most` characters, so that the first part
/// that answers is seen.
pub(super) fn quotation(number: usize, excerpt: &Excerpt, most: usize) -> Block {
    let all = excerpt.text.chars().count();
    // Some words before what answers say what it is about.
    const BEFORE: usize = 160;
    let first = excerpt.highlights.first().map_or(0, |[start, _]| *start);
    let letters: Vec<char> = excerpt.text.chars().collect();
    let from = match first.saturating_sub(BEFORE) {
        _ if all <= most => 0,
        0 => 0,
        from => (from..first)
            .find(|i| {
                letters
                    .get(i.wrapping_sub(1))
                    .is_some_and(|c| c.is_whitespace())
            })
            .unwrap_or(first),
    };
    let (start, end) = bounds(&excerpt.text, from, most);
    let mut marked = String::new();
    let mut part = String::new();
    let mut bold = false;
    let flush = |marked: &mut String, part: &mut String, bold: bool| {
        let text = html(&inert(part));
        match bold && !text.trim().is_empty() {
            true => {
                let _ = write!(marked, "<strong>{text}</strong>");
            }
            false => marked.push_str(&text),
        }
        part.clear();
    };
    for (i, c) in letters.iter().enumerate().take(end).skip(start) {
        let mut parts = excerpt.highlights.iter();
        let wants = parts.any(|[start, end]| (*start..*end).contains(&i));
        if wants != bold {
            flush(&mut marked, &mut part, bold);
            bold = wants;
        }
        part.push(*c);
    }
    flush(&mut marked, &mut part, bold);
    let before = if start > 0 { "… " } else { "" };
    let after = if end < all { " …" } else { "" };
    let words: String = letters.get(start..end).into_iter().flatten().collect();
    let words = inert(words.trim_end());
    Block {
        // Not as lines that begin with ">": in a reply, clients take those for what it replies to.
        body: format!("[{number}] {before}{words}{after}"),
        html: format!(
            "<blockquote>{before}{}{after}</blockquote>",
            marked.trim_end()
        ),
        apart: true,
    }
}

/// Title · body · heading · holder · date · page, and where to read on. What directly follows an excerpt
/// of the same document, `before`, does not say it all again.
pub(super) fn citation(
    number: usize,
    excerpt: &Excerpt,
    before: Option<&Excerpt>,
    language: Language,
) -> Block {
    let document = &excerpt.document;
    let part = |text: &str| label(text, 120);
    let holder = excerpt.holder.as_ref();
    let holder = holder.map(|holder| phrases::stance(&part(holder), excerpt.stance, language));
    let page = excerpt.page.map(|page| phrases::page(page, language));
    let heading = excerpt.heading.as_deref();
    let mut parts = Vec::new();
    let title = match before.filter(|before| before.document.id == document.id) {
        Some(before) => {
            parts.extend(
                heading
                    .filter(|_| before.heading != excerpt.heading)
                    .map(part),
            );
            parts.extend(holder);
            parts.extend(page.filter(|_| before.page != excerpt.page));
            chat::same_document(language).to_owned()
        }
        None => {
            let repeats = |text: &&str| !document.title.contains(*text);
            parts.extend(document.body.as_deref().filter(repeats).map(part));
            parts.extend(heading.filter(repeats).map(part));
            parts.extend(holder);
            parts.extend(document.date.map(|date| phrases::date(date, language)));
            parts.extend(page);
            part(&document.title)
        }
    };
    source(["", &format!("[{number}] ")], &title, &parts, &excerpt.link)
}

/// Another place where the same words stand.
pub(super) fn also(place: &Elsewhere, language: Language) -> Block {
    let date = place
        .document
        .date
        .map(|date| phrases::date(date, language));
    let page = place.page.map(|page| phrases::page(page, language));
    let parts: Vec<String> = date.into_iter().chain(page).collect();
    let before = format!("{} ", phrases::also(language));
    let title = label(&place.document.title, 120);
    source([&before, &before], &title, &parts, &place.link)
}

/// A line that tells a source, with what stands before it as text and as HTML.
fn source(before: [&str; 2], title: &str, parts: &[String], address: &str) -> Block {
    let rest: String = parts.iter().map(|part| format!(" · {part}")).collect();
    let link = link(address).map(|link| format!("\n    {link}"));
    let [in_body, in_html] = before;
    Block {
        body: format!("    — {in_body}{title}{rest}{}", link.unwrap_or_default()),
        html: format!(
            "<p>{}{}{}</p>",
            html(in_html),
            linked(title, address),
            html(&rest)
        ),
        apart: false,
    }
}

/// Words that lead to an address, where it is one that others can follow.
pub(super) fn linked(words: &str, address: &str) -> String {
    match link(address) {
        Some(link) => format!("<a href=\"{}\">{}</a>", html(&link), html(words)),
        None => html(words),
    }
}

/// An address that others can follow, without what would end it too early.
pub(super) fn link(address: &str) -> Option<String> {
    const MOST: usize = 2000;
    // Where the words stand is worth less than a link that works.
    let short = match address.len() {
        0..=MOST => address,
        _ => address.split("#:~:").next().unwrap_or(address),
    };
    if !is_public(address) || short.len() > MOST {
        return None;
    }
    let mut safe = String::new();
    let mut bytes = [0; 4];
    for c in plain(short).chars() {
        if c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '\\' | '`' | '@') {
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(safe, "%{byte:02X}");
            }
        } else {
            safe.push(c);
        }
    }
    Some(safe)
}

/// Commands with what they do, as a list.
pub(super) fn commands(commands: &[(String, String)]) -> Block {
    let lines: Vec<String> = commands
        .iter()
        .map(|(usage, does)| format!("• {usage} – {does}"))
        .collect();
    let items: String = commands
        .iter()
        .map(|(usage, does)| format!("<li><code>{}</code> – {}</li>", html(usage), html(does)))
        .collect();
    Block {
        body: lines.join("\n"),
        html: format!("<ul>{items}</ul>"),
        apart: true,
    }
}
