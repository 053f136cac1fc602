//! The styles and lists of an OpenDocument file, as far as they say what a paragraph is.

use std::collections::HashMap;

use super::super::super::BlockKind;
use super::super::super::numerals::Numeral;
use super::super::xml::{Flow, Tag, Visitor};

/// How far a chain of styles is followed.
const CHAIN: usize = 30;
/// Levels in a list.
pub const LEVELS: usize = 10;

/// The styles and lists by name.
#[derive(Debug, Default)]
pub struct Styles {
    paragraphs: HashMap<String, Style>,
    texts: HashMap<String, Style>,
    lists: HashMap<String, ListStyle>,
    /// The numbering of headings.
    pub outline: ListStyle,
}

#[derive(Debug, Default, Clone)]
struct Style {
    name: String,
    parent: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    bold: Option<bool>,
    hidden: Option<bool>,
    breaks_before: bool,
    breaks_after: bool,
}

/// The levels of a list.
pub type ListStyle = [Option<ListLevel>; LEVELS];

/// How one level of a list is labelled.
#[derive(Debug, Clone, Default)]
pub struct ListLevel {
    /// How it writes its number.
    pub numeral: Numeral,
    /// The number of the first item.
    pub start: u32,
    prefix: String,
    suffix: String,
    shown: usize,
    /// "%1%.%2%", where the file has it.
    format: Option<String>,
}

impl Styles {
    /// What a paragraph of this style is.
    pub fn kind(&self, name: &str) -> BlockKind {
        for style in self.chain(name) {
            let name = style.name.to_lowercase();
            if name.starts_with("contents ") || name.contains("index") || name.starts_with("toc ") {
                return BlockKind::Contents;
            }
            match name.as_str() {
                "title" | "tittel" => return BlockKind::Heading(0),
                "subtitle" | "undertittel" => return BlockKind::Paragraph,
                "heading" | "overskrift" => return BlockKind::Heading(1),
                _ => {}
            }
            let level = ["heading ", "overskrift "]
                .iter()
                .find_map(|word| name.strip_prefix(word)?.parse().ok());
            if let Some(level @ 1..=10) = style.outline.filter(|level| *level > 0).or(level) {
                return BlockKind::Heading(level);
            }
        }
        BlockKind::Paragraph
    }

    /// The list style that a paragraph style names.
    pub fn list_of<'a>(&'a self, paragraph: &'a str) -> Option<&'a str> {
        self.chain(paragraph)
            .find_map(|style| style.list.as_deref())
    }

    /// The levels of a list style.
    pub fn list(&self, name: &str) -> Option<&ListStyle> {
        self.lists.get(name)
    }

    /// Whether text in a paragraph of this style is bold, and whether it is hidden.
    pub fn paragraph_look(&self, name: &str) -> (bool, bool) {
        let bold = self
            .chain(name)
            .find_map(|style| style.bold)
            .unwrap_or(false);
        (
            bold,
            self.chain(name)
                .find_map(|style| style.hidden)
                .unwrap_or(false),
        )
    }

    /// Whether a stretch of text of this style is bold, and whether it is hidden, if it says.
    pub fn text_look(&self, name: &str) -> (Option<bool>, Option<bool>) {
        let mut look = (None, None);
        let mut next = Some(name);
        for _ in 0..CHAIN {
            let Some(style) = next.and_then(|name| self.texts.get(name)) else {
                break;
            };
            look = (look.0.or(style.bold), look.1.or(style.hidden));
            next = style.parent.as_deref();
        }
        look
    }

    /// Whether a page begins before a paragraph of this style, and whether one begins after it.
    pub fn page_breaks(&self, name: &str) -> (bool, bool) {
        self.paragraphs.get(name).map_or((false, false), |style| {
            (style.breaks_before, style.breaks_after)
        })
    }

    fn chain<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Style> {
        let mut next = Some(name);
        std::iter::from_fn(move || {
            let style = self.paragraphs.get(next?)?;
            next = style.parent.as_deref();
            Some(style)
        })
        .take(CHAIN)
    }
}

/// How far a list has counted.
pub type Counts = [Option<u32>; LEVELS];

/// Counts one item on `level` (from 0) and gives its label; `forced` is a number that the item itself
/// asks for. `None` where the level has a bullet or is not described.
pub fn next_label(
    style: &ListStyle,
    counts: &mut Counts,
    level: usize,
    forced: Option<u32>,
) -> Option<String> {
    let level = level.min(LEVELS - 1);
    let own = style.get(level)?.as_ref()?;
    let slot = counts.get_mut(level)?;
    *slot = Some(
        forced
            .or(slot.map(|count| count.saturating_add(1)))
            .unwrap_or(own.start),
    );
    counts
        .iter_mut()
        .skip(level + 1)
        .for_each(|count| *count = None);
    let number = |index: usize| -> String {
        let Some(Some(described)) = style.get(index) else {
            return String::new();
        };
        described.numeral.write(
            counts
                .get(index)
                .copied()
                .flatten()
                .unwrap_or(described.start),
        )
    };
    match own.numeral {
        Numeral::Bullet => None,
        Numeral::Nothing => Some(String::new()),
        _ => Some(match &own.format {
            Some(format) => filled(format, number),
            None => {
                let first = (level + 1).saturating_sub(own.shown.max(1));
                let numbers: Vec<String> = (first..=level)
                    .map(number)
                    .filter(|number| !number.is_empty())
                    .collect();
                format!("{}{}{}", own.prefix, numbers.join("."), own.suffix)
            }
        }),
    }
}

/// `format` with "%2%" replaced by the number of level 2.
fn filled(format: &str, number: impl Fn(usize) -> String) -> String {
    let mut out = String::new();
    for (index, part) in format.split('%').enumerate() {
        match part
            .parse::<usize>()
            .ok()
            .and_then(|level| level.checked_sub(1))
        {
            Some(level) if index % 2 == 1 => out.push_str(&number(level)),
            _ => out.push_str(part),
        }
    }
    out
}

/// Reads the styles of `styles.xml` and of `content.xml`, one after the other.
#[derive(Debug, Default)]
pub struct StylesReader {
    styles: Styles,
    style: Option<(String, bool, Style)>,
    list: Option<(String, ListStyle)>,
}

impl StylesReader {
    /// The styles that were read.
    pub fn finish(self) -> Styles {
        self.styles
    }

    fn open_style(&mut self, tag: &Tag<'_>) {
        let id = tag.attribute("style:name").unwrap_or_default();
        let family = tag.attribute("style:family").unwrap_or_default();
        let name = tag
            .attribute("display-name")
            .unwrap_or_else(|| id.replace("_20_", " "));
        let style = Style {
            name,
            parent: tag.attribute("parent-style-name"),
            outline: tag.number("default-outline-level"),
            list: tag
                .attribute("list-style-name")
                .filter(|list| !list.is_empty()),
            // A change of the page layout begins a page.
            breaks_before: tag
                .attribute("master-page-name")
                .is_some_and(|name| !name.is_empty()),
            ..Style::default()
        };
        self.style =
            matches!(family.as_str(), "paragraph" | "text").then(|| (id, family == "text", style));
    }

    fn open_level(&mut self, tag: &Tag<'_>) {
        let Some(level) = tag
            .number::<usize>("level")
            .and_then(|level| level.checked_sub(1))
        else {
            return;
        };
        let described = ListLevel {
            numeral: if tag.name == "list-level-style-bullet"
                || tag.name == "list-level-style-image"
            {
                Numeral::Bullet
            } else {
                numeral(&tag.attribute("num-format").unwrap_or_default())
            },
            start: tag.number("start-value").unwrap_or(1),
            prefix: tag.attribute("num-prefix").unwrap_or_default(),
            suffix: tag.attribute("num-suffix").unwrap_or_default(),
            shown: tag.number("display-levels").unwrap_or(1),
            format: tag.attribute("num-list-format"),
        };
        let list = match &mut self.list {
            Some((_, list)) => list,
            None => &mut self.styles.outline,
        };
        if let Some(slot) = list.get_mut(level) {
            *slot = Some(described);
        }
    }
}

fn numeral(format: &str) -> Numeral {
    match format {
        "" => Numeral::Nothing,
        "a" => Numeral::Letter,
        "A" => Numeral::CapitalLetter,
        "i" => Numeral::Roman,
        "I" => Numeral::CapitalRoman,
        _ => Numeral::Decimal,
    }
}

impl Visitor for StylesReader {
    fn open(&mut self, tag: &Tag<'_>) -> Flow {
        match tag.name {
            "body" | "master-styles" => return Flow::Skip,
            "style" => self.open_style(tag),
            "list-style" => {
                self.list = Some((
                    tag.attribute("style:name").unwrap_or_default(),
                    ListStyle::default(),
                ))
            }
            "list-level-style-number"
            | "list-level-style-bullet"
            | "list-level-style-image"
            | "outline-level-style" => self.open_level(tag),
            "text-properties" => {
                if let Some((.., style)) = &mut self.style {
                    let weight = tag.attribute("fo:font-weight");
                    style.bold = weight.map(|weight| {
                        weight == "bold" || weight.parse().is_ok_and(|w: u32| w >= 600)
                    });
                    style.hidden = tag
                        .attribute("text:display")
                        .map(|display| display == "none");
                }
            }
            "paragraph-properties" => {
                if let Some((.., style)) = &mut self.style {
                    style.breaks_before |= tag.attribute("break-before").as_deref() == Some("page");
                    style.breaks_after |= tag.attribute("break-after").as_deref() == Some("page");
                }
            }
            _ => {}
        }
        Flow::Into
    }

    fn close(&mut self, name: &str) {
        match name {
            "style" => {
                if let Some((id, is_text, style)) = self.style.take() {
                    let family = if is_text {
                        &mut self.styles.texts
                    } else {
                        &mut self.styles.paragraphs
                    };
                    family.insert(id, style);
                }
            }
            "list-style" => self.styles.lists.extend(self.list.take()),
            _ => {}
        }
    }
}
