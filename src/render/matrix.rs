//! Messages for Matrix: the same as plain text and as HTML, far enough below the size of an event.
//!
//! HTML is made by the functions of this file only; whatever documents and people wrote goes through
//! `inert` first.

mod cards;
pub mod follow;
mod text;

use crate::answer::card::Searched;
use crate::answer::{Answer, Excerpt};
use crate::bot::typed::Name;
use crate::language::Language;
use crate::render::phrases::{self, chat, matrix};
pub use cards::{document, latest, no_document, positions, refused, sources, status};
use text::{Block, citation, quotation};
pub use text::{inert, label};

/// So many bytes a message takes at most as JSON. An event may have 65 536; encryption makes four bytes
/// of three, and keys and signatures are added.
pub const MOST: usize = 40_000;

/// A quotation has so many characters at most, if it is long.
const QUOTE: usize = 3000;
/// So many of the first places where the same words stand are named.
const ALSO: usize = 2;

/// A message without what depends on where it is sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    /// All of it as plain text.
    pub body: String,
    /// The same as HTML.
    pub html: String,
}

impl Message {
    /// A message of plain words.
    pub fn plain(words: &str) -> Message {
        let mut page = Page::new(Language::Bokmal);
        page.push(Block::paragraph(words));
        page.message()
    }
}

/// A message that grows block by block as long as there is room.
struct Page<'a> {
    body: String,
    html: String,
    size: usize,
    language: Language,
    /// A heading that stands over the next block, if that fits.
    heading: Option<Block>,
    /// What was shown so far: it is referred to, not repeated.
    shown: Vec<&'a Excerpt>,
    left_out: usize,
}

impl<'a> Page<'a> {
    fn new(language: Language) -> Page<'a> {
        Page {
            body: String::new(),
            html: String::new(),
            size: 0,
            language,
            heading: None,
            shown: Vec::new(),
            left_out: 0,
        }
    }

    /// Adds a block, if it fits whole: half a block could come alive.
    fn push(&mut self, block: Block) -> bool {
        // Room for the line that says that something is left out, and for what is closed.
        const LAST: usize = 4_000;
        let heading = self.heading.as_ref().map_or(0, Block::size);
        let fits = self.size + heading + block.size() + LAST <= MOST;
        if fits {
            let heading = self.heading.take();
            for block in heading.into_iter().chain([block]) {
                self.size += block.size();
                if !self.body.is_empty() && block.apart {
                    self.body.push('\n');
                }
                self.body.push_str(&block.body);
                self.body.push('\n');
                self.html.push_str(&block.html);
            }
        }
        fits
    }

    /// Adds something short for which there is room always.
    fn last(&mut self, block: Block) {
        if !self.body.is_empty() {
            self.body.push('\n');
        }
        self.body.push_str(&block.body);
        self.body.push('\n');
        self.html.push_str(&block.html);
    }

    fn heading(&mut self, words: &str) {
        self.heading = Some(Block::heading(words));
    }

    /// A quotation with its citation, numbered after those before it.
    fn excerpt(&mut self, excerpt: &'a Excerpt, most: usize) {
        let within = |other: &&Excerpt| {
            other.document.id == excerpt.document.id
                && other.start <= excerpt.start
                && excerpt.end <= other.end
        };
        if let Some(known) = self.shown.iter().position(within) {
            let holder = excerpt.holder.as_deref().map(|holder| label(holder, 120));
            let whose = holder.map_or(String::new(), |holder| {
                let stance = phrases::stance(&holder, excerpt.stance, self.language);
                format!("{stance}: ")
            });
            let see = phrases::card(self.language).see;
            if self.left_out == 0 {
                self.push(Block::paragraph(&format!("{whose}{see} [{}]", known + 1)));
            }
            return;
        }
        let number = self.shown.len() + 1;
        let quote = quotation(number, excerpt, most);
        let mut cited = citation(number, excerpt, self.shown.last().copied(), self.language);
        for place in excerpt.also.iter().take(ALSO) {
            cited.add(text::also(place, self.language));
        }
        if self.left_out == 0 && self.push(quote.with(cited)) {
            self.shown.push(excerpt);
        } else {
            self.left_out += 1;
        }
    }

    /// What is opened by whoever wants to see it.
    fn fold(&mut self, title: &str, fill: impl FnOnce(&mut Page<'a>)) {
        let (body, html, left_out) = (self.body.len(), self.html.len(), self.left_out);
        let title = Block::heading(title);
        self.body.push_str(&format!("\n{}\n", title.body));
        self.html.push_str(&format!(
            "<details><summary>{}</summary>",
            text::html(&title.body)
        ));
        let opened = self.html.len();
        self.size += title.size();
        fill(self);
        // What does not fit into what is folded up is not missed.
        self.left_out = left_out;
        if self.html.len() == opened {
            self.body.truncate(body);
            self.html.truncate(html);
        } else {
            self.html.push_str("</details>");
        }
    }

    fn message(mut self) -> Message {
        if self.left_out > 0 {
            let more = chat::and_more(self.left_out, self.language);
            self.body.push_str(&format!("\n{more}\n"));
            self.html.push_str(&format!("<p>{}</p>", text::html(&more)));
        }
        self.body.truncate(self.body.trim_end().len());
        Message {
            body: self.body,
            html: self.html,
        }
    }
}

/// The same message with a line under it.
pub fn with_line(mut message: Message, words: &str) -> Message {
    message.body.push_str(&format!("\n\n{words}"));
    message
        .html
        .push_str(&format!("<p>{}</p>", text::html(words)));
    message
}

/// An answer with further passages folded up, or why there is none and what was searched.
pub fn answer(answer: &Answer, searched: &Searched, further: &[Excerpt]) -> Message {
    let language = answer.language;
    let mut page = Page::new(language);
    if let Some(reason) = &answer.declined {
        page.push(Block::paragraph(&inert(&phrases::reason(reason, language))));
        if !answer.nearest.is_empty() {
            let names = answer.nearest.iter().take(3);
            let names: Vec<String> = names
                .map(|name| format!("«{}»", label(name, 200)))
                .collect();
            let nearest = phrases::nearest(language);
            page.push(Block::line(&format!("{nearest} {}.", names.join(", "))));
        }
        page.push(Block::line(&chat::searched(searched, language)));
        return page.message();
    }
    for excerpt in &answer.excerpts {
        page.excerpt(excerpt, QUOTE);
    }
    if !further.is_empty() {
        // Less than what answers, as it is only what else there is.
        const FURTHER: usize = 600;
        page.fold(chat::more(language), |page| {
            for excerpt in further {
                page.excerpt(excerpt, FURTHER);
            }
        });
    }
    page.message()
}

/// What can be done: each command with what it does.
pub fn help(prefix: &str, language: Language) -> Message {
    let mut page = Page::new(language);
    let [before, _] = chat::help(language);
    page.push(Block::paragraph(before));
    let commands = Name::ALL.map(|name| {
        (
            usage(prefix, name, language),
            matrix::does(name, language).to_owned(),
        )
    });
    page.push(text::commands(&commands));
    page.push(Block::paragraph(matrix::help(language)));
    page.message()
}

/// How a command is typed.
pub fn usage(prefix: &str, name: Name, language: Language) -> String {
    let words = name.words();
    let norwegian = words.get(1).or(words.first());
    let word = match language {
        Language::English => words.first(),
        _ => norwegian,
    };
    let parts = [
        prefix,
        word.copied().unwrap_or_default(),
        matrix::takes(name, language),
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// Which command may be meant.
pub fn meant(prefix: &str, command: &str, rest: &str, language: Language) -> Message {
    let parts = [prefix, command, &label(rest, 200)].map(str::to_owned);
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Message::plain(&matrix::meant(&parts.join(" "), language))
}

#[cfg(test)]
mod tests;
