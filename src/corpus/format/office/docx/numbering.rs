//! The labels that Word puts before the paragraphs of a list, which are not in the text: rebuilt
//! from `numbering.xml` (ECMA-376 part 1, 17.9).

use std::collections::{HashMap, HashSet};

use super::super::super::numerals::Numeral;
use super::super::xml::{Flow, Tag, Visitor};

/// Levels in a list.
const LEVELS: usize = 9;

/// The lists of a document.
#[derive(Debug, Default)]
pub struct Numbering {
    abstracts: HashMap<String, Abstract>,
    lists: HashMap<String, List>,
}

/// The definition that several lists may share, and their common count.
#[derive(Debug, Default, Clone)]
struct Abstract {
    levels: [Level; LEVELS],
    style_link: Option<String>,
}

#[derive(Debug, Default, Clone)]
struct List {
    definition: String,
    starts: [Option<u32>; LEVELS],
    levels: [Option<Level>; LEVELS],
}

/// One level: "%1.%2" with the numerals to fill in.
#[derive(Debug, Clone)]
struct Level {
    start: u32,
    numeral: Numeral,
    text: String,
    restart: Option<usize>,
    glued: bool,
    decimal: bool,
    style: Option<String>,
}

impl Default for Level {
    fn default() -> Self {
        Level {
            start: 0,
            numeral: Numeral::Decimal,
            text: String::new(),
            restart: None,
            glued: false,
            decimal: false,
            style: None,
        }
    }
}

/// What stands before a paragraph of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The number as it is shown, or nothing.
    pub text: String,
    /// Whether it is a bullet.
    pub bullet: bool,
    /// Whether nothing separates it from the text.
    pub glued: bool,
}

impl Numbering {
    /// The level of `list` that belongs to a paragraph style.
    pub fn level_of_style(&self, list: &str, style: &str) -> Option<u8> {
        let definition = self.abstracts.get(&self.lists.get(list)?.definition)?;
        let level = definition
            .levels
            .iter()
            .position(|level| level.style.as_deref() == Some(style))?;
        u8::try_from(level).ok()
    }

    /// The style whose list this list stands for, if it has no levels of its own.
    pub fn style_link(&self, list: &str) -> Option<&str> {
        self.abstracts
            .get(&self.lists.get(list)?.definition)?
            .style_link
            .as_deref()
    }
}

/// How far the lists have counted in one part of the document.
#[derive(Debug, Default)]
pub struct Counters {
    counts: HashMap<String, [Option<u32>; LEVELS]>,
    begun: HashSet<(String, usize)>,
}

impl Counters {
    /// Counts a paragraph and gives its label; `None` where there is no such list.
    pub fn next(&mut self, numbering: &Numbering, list_id: &str, level: u8) -> Option<Label> {
        let at = usize::from(level).min(LEVELS - 1);
        let list = numbering.lists.get(list_id)?;
        let definition = numbering.abstracts.get(&list.definition)?;
        let level_of = |index: usize| -> Option<&Level> {
            list.levels
                .get(index)?
                .as_ref()
                .or_else(|| definition.levels.get(index))
        };
        let current = level_of(at)?;
        let counts = self.counts.entry(list.definition.clone()).or_default();
        let first_override = list.starts.get(at).copied().flatten();
        let fresh = self.begun.insert((list_id.to_owned(), at));
        let number = match (
            first_override.filter(|_| fresh),
            counts.get(at).copied().flatten(),
        ) {
            (Some(start), _) => start,
            (None, Some(count)) => count.saturating_add(1),
            (None, None) => first_override.unwrap_or(current.start),
        };
        for (index, count) in counts.iter_mut().enumerate() {
            if index == at {
                *count = Some(number);
            } else if index > at && restarts(level_of(index), at) {
                *count = None;
            }
        }
        let shown = |index: usize| -> (u32, Numeral) {
            let numeral = level_of(index).map_or(Numeral::Decimal, |level| level.numeral);
            let start = level_of(index).map_or(1, |level| level.start);
            let number = counts.get(index).copied().flatten().unwrap_or(start);
            (
                number,
                if current.decimal {
                    Numeral::Decimal
                } else {
                    numeral
                },
            )
        };
        Some(label(current, shown))
    }
}

/// Whether a paragraph on level `above` sets a deeper level back to its start.
fn restarts(level: Option<&Level>, above: usize) -> bool {
    match level.and_then(|level| level.restart) {
        Some(0) => false,
        Some(after) => above < after,
        None => true,
    }
}

fn label(level: &Level, shown: impl Fn(usize) -> (u32, Numeral)) -> Label {
    if level.numeral == Numeral::Bullet {
        return Label {
            text: String::new(),
            bullet: true,
            glued: false,
        };
    }
    let mut text = String::new();
    let mut characters = level.text.chars().peekable();
    while let Some(character) = characters.next() {
        let place = characters
            .peek()
            .and_then(|next| next.to_digit(10))
            .filter(|digit| *digit > 0);
        match (character, place) {
            ('%', Some(place)) => {
                characters.next();
                let (number, numeral) = shown(place as usize - 1);
                text.push_str(&numeral.write(number));
            }
            (character, _) => text.push(character),
        }
    }
    Label {
        text,
        bullet: false,
        glued: level.glued,
    }
}

fn numeral(name: &str) -> Numeral {
    match name {
        "decimalZero" => Numeral::Padded,
        "lowerLetter" => Numeral::Letter,
        "upperLetter" => Numeral::CapitalLetter,
        "lowerRoman" => Numeral::Roman,
        "upperRoman" => Numeral::CapitalRoman,
        "none" => Numeral::Nothing,
        "bullet" => Numeral::Bullet,
        _ => Numeral::Decimal,
    }
}

/// Reads `numbering.xml`.
#[derive(Debug, Default)]
pub struct NumberingReader {
    numbering: Numbering,
    definition: Option<(String, Abstract)>,
    list: Option<(String, List)>,
    overridden: usize,
    level: Option<(usize, Level)>,
}

impl NumberingReader {
    /// The lists that were read.
    pub fn finish(self) -> Numbering {
        self.numbering
    }

    fn open_level_part(&mut self, tag: &Tag<'_>) {
        let Some((_, level)) = &mut self.level else {
            return;
        };
        match tag.name {
            "start" => level.start = tag.number("val").unwrap_or(level.start),
            "numFmt" => level.numeral = numeral(&tag.value().unwrap_or_default()),
            "lvlText" => level.text = tag.value().unwrap_or_default(),
            "lvlRestart" => level.restart = tag.number("val"),
            "suff" => level.glued = tag.value().as_deref() == Some("nothing"),
            "isLgl" => level.decimal = tag.is_on(),
            "pStyle" => level.style = tag.value(),
            _ => {}
        }
    }

    fn close_level(&mut self) {
        let Some((index, level)) = self.level.take() else {
            return;
        };
        if let Some((_, list)) = &mut self.list {
            if let Some(slot) = list.levels.get_mut(index) {
                *slot = Some(level);
            }
        } else if let Some((_, definition)) = &mut self.definition
            && let Some(slot) = definition.levels.get_mut(index)
        {
            *slot = level;
        }
    }
}

impl Visitor for NumberingReader {
    fn open(&mut self, tag: &Tag<'_>) -> Flow {
        match tag.name {
            "abstractNum" => {
                self.definition = Some((
                    tag.attribute("abstractNumId").unwrap_or_default(),
                    Abstract::default(),
                ));
            }
            "numStyleLink" => {
                if let Some((_, definition)) = &mut self.definition {
                    definition.style_link = tag.value();
                }
            }
            "num" => {
                self.list = Some((tag.attribute("numId").unwrap_or_default(), List::default()))
            }
            "abstractNumId" => {
                if let Some((_, list)) = &mut self.list {
                    list.definition = tag.value().unwrap_or_default();
                }
            }
            "lvlOverride" => self.overridden = tag.number("ilvl").unwrap_or(0),
            "startOverride" => {
                if let Some(slot) = self
                    .list
                    .as_mut()
                    .and_then(|(_, list)| list.starts.get_mut(self.overridden))
                {
                    *slot = tag.number("val");
                }
            }
            "lvl" => {
                self.level = Some((
                    tag.number("ilvl").unwrap_or(self.overridden),
                    Level::default(),
                ))
            }
            _ => self.open_level_part(tag),
        }
        Flow::Into
    }

    fn close(&mut self, name: &str) {
        match name {
            "lvl" => self.close_level(),
            "abstractNum" => self.numbering.abstracts.extend(self.definition.take()),
            "num" => self.numbering.lists.extend(self.list.take()),
            _ => {}
        }
    }
}
