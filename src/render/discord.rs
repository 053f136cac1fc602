//! Messages for Discord: embeds and buttons as its interface takes them, within its limits.
//!
//! All lengths are counted in UTF-16 units, the strictest of the ways in which they may be counted.

mod answers;
mod cards;
pub mod follow;
mod text;

use serde::Serialize;

use super::timeline::Picture;

pub use answers::{Buttons, Page, answer, around, more};
pub use cards::{document, help, latest, no_document, positions, refused, sources, status};
pub use text::{escape, one_line, shortened, units};

/// What a message holds at most (developer documentation, "Message" and "Embed limits").
pub mod limit {
    /// Units of plain content.
    pub const CONTENT: usize = 2000;
    /// Units of an embed's title.
    pub const TITLE: usize = 256;
    /// Units of an embed's description.
    pub const DESCRIPTION: usize = 4096;
    /// Units of an embed's footer.
    pub const FOOTER: usize = 2048;
    /// Units of all embeds of a message.
    pub const EMBEDS: usize = 6000;
    /// Units on a button.
    pub const LABEL: usize = 80;
    /// Units of what tells a button from others.
    pub const CUSTOM_ID: usize = 100;
    /// Units of a thread's name, and of a choice's name and value.
    pub const NAME: usize = 100;
    /// Choices that are offered while somebody types.
    pub const CHOICES: usize = 25;
}

/// A message without what depends on where it is sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Message {
    /// Plain text; nothing where an embed says it all.
    pub content: String,
    /// At most one.
    pub embeds: Vec<Embed>,
    /// Rows of buttons.
    pub components: Vec<Row>,
    /// Shown in the embed; sent beside the message.
    #[serde(skip)]
    pub picture: Option<Picture>,
}

/// A framed text.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Embed {
    /// Over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text.
    pub description: String,
    /// The colour of its edge.
    pub color: u32,
    /// Under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<Footer>,
}

/// What stands under an embed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Footer {
    /// The words.
    pub text: String,
}

/// A row of buttons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    #[serde(rename = "type")]
    kind: u8,
    /// At most five.
    pub components: Vec<Button>,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Button {
    #[serde(rename = "type")]
    kind: u8,
    style: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emoji: Option<Emoji>,
    custom_id: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Emoji {
    name: &'static str,
}

/// The component types of rows and buttons, and the grey style.
const ROW: u8 = 1;
const BUTTON: u8 = 2;
const SECONDARY: u8 = 2;

/// What has an answer.
const FOUND: u32 = 0x2B_6C_B0;
/// What has none.
const DECLINED: u32 = 0x8A_8F_98;

impl Message {
    /// A message of plain words.
    pub fn plain(content: impl Into<String>) -> Message {
        Message {
            content: shortened(&content.into(), limit::CONTENT),
            ..Message::default()
        }
    }

    /// The same in plain text and without buttons, for where embeds may not be shown.
    pub fn without_embeds(&self) -> Message {
        let mut parts = vec![self.content.clone()];
        for embed in &self.embeds {
            parts.push(embed.description.clone());
            let footer = embed.footer.as_ref();
            parts.extend(footer.map(|footer| format!("-# {}", escape(&footer.text))));
        }
        parts.retain(|part| !part.is_empty());
        let all = parts.join("\n");
        // Quotations are cut so that all sources have room. Any other line is kept whole or left out: half
        // a link would come alive.
        let quotes = |line: &&str| line.starts_with("> ");
        let others = all.lines().filter(|line| !quotes(line));
        let others: usize = others.map(|line| units(line) + 1).sum();
        let mut left = (limit::CONTENT - 2).saturating_sub(others);
        let mut to_come = all.lines().filter(quotes).count();
        let mut content = String::new();
        for line in all.lines() {
            let mut line = line.to_owned();
            if quotes(&line.as_str()) {
                line = text::cut_line(&line, (left / to_come).saturating_sub(1));
                left = left.saturating_sub(units(&line) + 1);
                to_come -= 1;
            }
            if units(&content) + units(&line) + 1 > limit::CONTENT - 2 {
                content.push('…');
                break;
            }
            content.push_str(&line);
            content.push('\n');
        }
        content.truncate(content.trim_end().len());
        Message::plain(content)
    }

    fn embed(
        title: Option<&str>,
        description: String,
        color: u32,
        footer: Option<String>,
    ) -> Message {
        let title = title.map(|title| text::escaped_within(title, limit::TITLE));
        let embed = Embed {
            title: title.filter(|title| !title.is_empty()),
            description,
            color,
            footer: footer.map(|text| Footer {
                text: shortened(&text::plain(&text), 300),
            }),
        };
        Message {
            embeds: vec![embed],
            ..Message::default()
        }
    }
}

impl Row {
    fn new(components: Vec<Button>) -> Row {
        Row {
            kind: ROW,
            components,
        }
    }
}

impl Button {
    fn worded(custom_id: String, label: &str) -> Button {
        Button {
            kind: BUTTON,
            style: SECONDARY,
            label: Some(shortened(label, limit::LABEL)),
            emoji: None,
            custom_id,
        }
    }

    fn pictured(custom_id: String, emoji: &'static str) -> Button {
        Button {
            kind: BUTTON,
            style: SECONDARY,
            label: None,
            emoji: Some(Emoji { name: emoji }),
            custom_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_plain_text_a_long_quotation_is_cut_and_its_source_stays() {
        let line = format!("> **{}** etter", "kantine ".repeat(400).trim());
        let source = "-# [1 · Møte](<https://a.no>)";
        let description = format!("{line}\n{source}\n\n{line}\n{source}");
        let plain = Message::embed(None, description, FOUND, None).without_embeds();
        let lines: Vec<&str> = plain.content.lines().collect();
        let [first, of_first, "", second, of_second] = lines[..] else {
            panic!("{lines:?}")
        };
        for quote in [first, second] {
            assert!(quote.starts_with("> **kantine ") && quote.ends_with(" kantine** …"));
            assert!((800..1000).contains(&units(quote)), "{}", units(quote));
        }
        assert_eq!([of_first, of_second], [source, source]);
    }
}
