//! The styles of a Word document, as far as they say what a paragraph is.

use std::collections::HashMap;

use super::super::super::BlockKind;
use super::super::xml::{Flow, Tag, Visitor};

/// How far a chain of styles is followed.
const CHAIN: usize = 30;

/// The styles by id, those that they are based on taken into account.
#[derive(Debug, Default)]
pub struct Styles {
    by_id: HashMap<String, Declared>,
    default: Option<String>,
}

/// A style as the file declares it.
#[derive(Debug, Default, Clone)]
struct Declared {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    level: Option<u8>,
    bold: Option<bool>,
    hidden: Option<bool>,
}

impl Styles {
    /// What a paragraph of this style is: a heading, a line of the contents, or neither.
    pub fn kind(&self, id: Option<&str>) -> BlockKind {
        let id = id.or(self.default.as_deref()).unwrap_or_default();
        for (id, style) in self.chain(id) {
            if is_contents(&style.name) || is_contents(id) {
                return BlockKind::Contents;
            }
            match style.outline {
                Some(level @ 0..=8) => return title_or(style, BlockKind::Heading(level + 1)),
                Some(_) => return BlockKind::Paragraph,
                None => {}
            }
            if let Some(kind) = kind_by_name(&style.name).or_else(|| kind_by_name(id)) {
                return kind;
            }
        }
        if is_contents(id) {
            BlockKind::Contents
        } else {
            kind_by_name(id).unwrap_or(BlockKind::Paragraph)
        }
    }

    /// The list that the style puts a paragraph in, with the level, if it names one, and the id of
    /// the style that says so.
    pub fn list<'a>(&'a self, id: Option<&'a str>) -> Option<(&'a str, Option<u8>, &'a str)> {
        let id = id.or(self.default.as_deref()).unwrap_or_default();
        let mut level = None;
        for (id, style) in self.chain(id) {
            level = level.or(style.level);
            if let Some(list) = &style.list {
                return Some((list, level, id));
            }
        }
        None
    }

    /// Whether text of this style is bold, if the style says.
    pub fn bold(&self, id: Option<&str>) -> Option<bool> {
        self.chain(id?).find_map(|(_, style)| style.bold)
    }

    /// Whether text of this style is hidden, if the style says.
    pub fn hidden(&self, id: Option<&str>) -> Option<bool> {
        self.chain(id?).find_map(|(_, style)| style.hidden)
    }

    /// Whether text of this style only says what should be filled in.
    pub fn is_placeholder(&self, id: Option<&str>) -> bool {
        id.and_then(|id| self.by_id.get(id))
            .is_some_and(|style| style.name == "placeholdertext")
    }

    fn chain<'a>(&'a self, id: &'a str) -> impl Iterator<Item = (&'a str, &'a Declared)> {
        let mut next = Some(id);
        std::iter::from_fn(move || {
            let id = next?;
            let style = self.by_id.get(id)?;
            next = style.based_on.as_deref();
            Some((id, style))
        })
        .take(CHAIN)
    }
}

/// A title may have an outline level; it stays the title.
fn title_or(style: &Declared, kind: BlockKind) -> BlockKind {
    if matches!(style.name.as_str(), "title" | "tittel") {
        BlockKind::Heading(0)
    } else {
        kind
    }
}

/// Lower case, without the spaces in which names and ids differ.
fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && *c != '-' && *c != '_')
        .flat_map(char::to_lowercase)
        .collect()
}

/// Built-in names are English in every language of Word, their ids are not; other programs write
/// whatever their user reads.
fn kind_by_name(name: &str) -> Option<BlockKind> {
    let name = folded(name);
    match name.as_str() {
        "title" | "tittel" | "titel" | "rubrik" => return Some(BlockKind::Heading(0)),
        "subtitle" | "undertittel" | "normal" | "bodytext" | "brødtekst" => {
            return Some(BlockKind::Paragraph);
        }
        _ => {}
    }
    let level = [
        "heading",
        "overskrift",
        "rubrik",
        "überschrift",
        "berschrift",
    ]
    .iter()
    .find_map(|word| name.strip_prefix(word)?.parse::<u8>().ok())?;
    (1..=9)
        .contains(&level)
        .then_some(BlockKind::Heading(level))
}

fn is_contents(name: &str) -> bool {
    let name = folded(name);
    let numbered = |word: &str| {
        name.strip_prefix(word)
            .is_some_and(|rest| rest.parse::<u8>().is_ok())
    };
    numbered("toc")
        || numbered("innh")
        || numbered("indholdsfortegnelse")
        || numbered("innholdsfortegnelse")
        || numbered("contents")
        || matches!(
            name.as_str(),
            "tocheading"
                | "contentsheading"
                | "tableoffigures"
                | "overskriftforinnholdsfortegnelse"
                | "figurliste"
        )
}

/// Reads `styles.xml`.
#[derive(Debug, Default)]
pub struct StylesReader {
    styles: Styles,
    id: String,
    current: Declared,
}

impl StylesReader {
    /// The styles that were read.
    pub fn finish(self) -> Styles {
        self.styles
    }
}

impl Visitor for StylesReader {
    fn open(&mut self, tag: &Tag<'_>) -> Flow {
        match (tag.parent, tag.name) {
            // What follows holds for parts of tables, or for styles that the file does not declare.
            (_, "tblStylePr" | "latentStyles" | "docDefaults" | "pPrChange" | "rPrChange") => {
                return Flow::Skip;
            }
            (_, "style") => {
                self.id = tag.attribute("styleId").unwrap_or_default();
                self.current = Declared::default();
                let paragraph = tag.attribute("type").is_none_or(|kind| kind == "paragraph");
                if paragraph
                    && tag
                        .attribute("default")
                        .is_some_and(|on| on == "1" || on == "true")
                {
                    self.styles.default = Some(self.id.clone());
                }
            }
            ("style", "name") => self.current.name = folded(&tag.value().unwrap_or_default()),
            ("style", "basedOn") => self.current.based_on = tag.value(),
            ("pPr", "outlineLvl") => self.current.outline = tag.number("val"),
            ("numPr", "numId") => self.current.list = tag.value(),
            ("numPr", "ilvl") => self.current.level = tag.number("val"),
            ("rPr", "b") => self.current.bold = Some(tag.is_on()),
            ("rPr", "vanish") => self.current.hidden = Some(tag.is_on()),
            _ => {}
        }
        Flow::Into
    }

    fn close(&mut self, name: &str) {
        if name == "style" {
            self.styles.by_id.insert(
                std::mem::take(&mut self.id),
                std::mem::take(&mut self.current),
            );
        }
    }
}
