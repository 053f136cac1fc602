//! PowerPoint presentations (PPTX): PresentationML and DrawingML, ECMA-376 part 1, 19 and 21.
//!
//! The page of a block is the number of its slide in the order of the presentation, hidden slides
//! counted. Speaker notes follow their slide.

use std::collections::{HashMap, HashSet};

use super::super::numerals::Numeral;
use super::super::pieces::{Line, Piece, Table, blocks_of, title_first};
use super::super::{BlockKind, Extracted, Unreadable};
use super::package::{Package, Relation, damaged};
use super::properties;
use super::xml::{Alternatives, Flow, Tag, Visitor};

/// Levels of a list on a slide.
const LEVELS: usize = 9;
/// How many slides are read.
const SLIDES: usize = 5_000;

/// Reads a presentation.
pub fn read(bytes: &[u8]) -> Result<Extracted, Unreadable> {
    let mut package = Package::open(bytes, "PPTX")?;
    let main = package.main_part("ppt/presentation.xml");
    package.expect_main(
        &main,
        &[
            ("word/document.xml", "a DOCX file"),
            ("xl/workbook.xml", "a spreadsheet"),
            ("content.xml", "OpenDocument"),
        ],
    )?;
    if main.starts_with("word/") || main.starts_with("xl/") {
        return Err(damaged("PPTX", "it is a text document or a spreadsheet"));
    }
    let xml = package.required(&main)?;
    let mut order = Order::default();
    package.walk(&main, &xml, &mut order);
    let relations = package.relations(&main);
    let mut listed: Vec<&Relation> = order
        .ids
        .iter()
        .filter_map(|id| relations.iter().find(|relation| &relation.id == id))
        .collect();
    if listed.is_empty() {
        // The list of slides is damaged: better in the order of the file than not at all.
        listed = relations
            .iter()
            .filter(|relation| relation.kind == "slide")
            .collect();
    }
    let slides: Vec<String> = listed
        .iter()
        .take(SLIDES)
        .map(|relation| relation.target.clone())
        .collect();
    let mut layouts = HashMap::new();
    let mut pieces = Vec::new();
    for (number, slide) in (1..).zip(&slides) {
        pieces.extend(read_slide(&mut package, slide, number, &mut layouts));
    }
    let properties = properties::read(&mut package, "docProps/core.xml");
    let mut problems = std::mem::take(&mut package.problems);
    Ok(Extracted {
        blocks: blocks_of(pieces, &mut problems),
        properties,
        problems,
        front_matter: None,
    })
}

type Unbulleted = HashSet<(String, usize)>;

fn read_slide(
    package: &mut Package<'_>,
    slide: &str,
    number: u32,
    layouts: &mut HashMap<String, Unbulleted>,
) -> Vec<Piece> {
    let relations = package.relations(slide);
    let target = |kind: &str| {
        relations
            .iter()
            .find(|relation| relation.kind == kind)
            .map(|found| found.target.clone())
    };
    let layout = target("slideLayout").unwrap_or_default();
    let unbulleted = layouts.entry(layout.clone()).or_insert_with(|| {
        let mut reader = LayoutReader::default();
        package.visit(&layout, &mut reader);
        reader.unbulleted
    });
    let diagrams = read_diagrams(package, &relations, number);
    let mut reader = Reader::new(number, false, unbulleted.clone(), diagrams);
    if !package.has(slide) {
        package
            .problems
            .push(format!("slide {number} is missing from the file"));
    }
    package.visit(slide, &mut reader);
    let mut pieces = title_first(reader.out);
    if let Some(notes) = target("notesSlide") {
        let mut reader = Reader::new(number, true, Unbulleted::new(), HashMap::new());
        package.visit(&notes, &mut reader);
        pieces.extend(reader.out);
    }
    pieces
}

/// The texts of the diagrams (SmartArt) on a slide, by the name under which it refers to them.
fn read_diagrams(
    package: &mut Package<'_>,
    relations: &[Relation],
    number: u32,
) -> HashMap<String, Vec<Piece>> {
    let mut diagrams = HashMap::new();
    for relation in relations
        .iter()
        .filter(|relation| relation.kind == "diagramData")
    {
        let mut reader = Reader::new(number, false, Unbulleted::new(), HashMap::new());
        reader.shape.bulleted = true;
        package.visit(&relation.target, &mut reader);
        diagrams.insert(relation.id.clone(), reader.out);
    }
    diagrams
}

/// The slides in the order in which they are shown.
#[derive(Default)]
struct Order {
    ids: Vec<String>,
}

impl Visitor for Order {
    fn open(&mut self, tag: &Tag<'_>) -> Flow {
        if tag.name == "sldId" {
            self.ids.extend(tag.prefixed("id"));
        }
        Flow::Into
    }
}

/// Which levels of which placeholders have no bullet in a layout.
#[derive(Default)]
struct LayoutReader {
    placeholder: String,
    unbulleted: Unbulleted,
}

impl Visitor for LayoutReader {
    fn open(&mut self, tag: &Tag<'_>) -> Flow {
        match tag.name {
            "sp" => self.placeholder.clear(),
            "ph" => self.placeholder = tag.attribute("idx").unwrap_or_default(),
            "buNone" => {
                if let Some(level) = level_of(tag.parent) {
                    self.unbulleted.insert((self.placeholder.clone(), level));
                }
            }
            _ => {}
        }
        Flow::Into
    }
}

/// The level that "lvl1pPr" describes, from 0.
fn level_of(element: &str) -> Option<usize> {
    element
        .strip_prefix("lvl")?
        .strip_suffix("pPr")?
        .parse::<usize>()
        .ok()?
        .checked_sub(1)
}

/// What encloses the text that is read, from the outside in.
enum Frame {
    Paragraph(Box<Paragraph>),
    Table(Table),
}

#[derive(Default)]
struct Paragraph {
    line: Line,
    level: usize,
    bullet: Option<Bullet>,
    after: Vec<Piece>,
}

#[derive(Clone)]
enum Bullet {
    None,
    Glyph,
    Number { scheme: String, start: u32 },
}

/// The shape whose text is read.
#[derive(Default)]
struct Shape {
    title: bool,
    bulleted: bool,
    placeholder: String,
    unbulleted_levels: HashSet<usize>,
    /// Per level the numbering that runs, and its last number.
    counts: [Option<(String, u32)>; LEVELS],
}

struct Reader {
    page: Option<u32>,
    notes: bool,
    unbulleted: Unbulleted,
    diagrams: HashMap<String, Vec<Piece>>,
    frames: Vec<Frame>,
    shape: Shape,
    /// A slide number, a date or a footer.
    furniture: bool,
    in_text: bool,
    alternatives: Alternatives,
    out: Vec<Piece>,
}

impl Reader {
    fn new(
        number: u32,
        notes: bool,
        unbulleted: Unbulleted,
        diagrams: HashMap<String, Vec<Piece>>,
    ) -> Self {
        Reader {
            page: Some(number),
            notes,
            unbulleted,
            diagrams,
            frames: Vec::new(),
            shape: Shape::default(),
            furniture: false,
            in_text: false,
            alternatives: Alternatives::default(),
            out: Vec::new(),
        }
    }

    fn paragraph(&mut self) -> Option<&mut Paragraph> {
        match self.frames.last_mut() {
            Some(Frame::Paragraph(paragraph)) => Some(paragraph),
            _ => None,
        }
    }

    fn emit(&mut self, pieces: Vec<Piece>, row: bool) {
        let enclosing = self.frames.iter_mut().rev().find(|frame| match frame {
            Frame::Paragraph(_) => true,
            Frame::Table(table) => table.in_row(),
        });
        match enclosing {
            Some(Frame::Paragraph(paragraph)) => paragraph.after.extend(pieces),
            Some(Frame::Table(table)) => table.push(pieces, row),
            None => self.out.extend(pieces),
        }
    }

    fn open_placeholder(&mut self, tag: &Tag<'_>) {
        let kind = tag.attribute("type").unwrap_or_default();
        self.furniture = matches!(kind.as_str(), "sldNum" | "dt" | "ftr" | "hdr" | "sldImg");
        self.shape.title = !self.notes && matches!(kind.as_str(), "title" | "ctrTitle");
        self.shape.bulleted = !self.notes && matches!(kind.as_str(), "body" | "obj" | "");
        self.shape.placeholder = tag.attribute("idx").unwrap_or_default();
    }

    fn open_bullet(&mut self, tag: &Tag<'_>) {
        if let Some(level) = level_of(tag.parent) {
            if tag.name == "buNone" {
                self.shape.unbulleted_levels.insert(level);
            }
            return;
        }
        let Some(paragraph) = self.paragraph() else {
            return;
        };
        paragraph.bullet = Some(match tag.name {
            "buNone" => Bullet::None,
            "buAutoNum" => Bullet::Number {
                scheme: tag.attribute("type").unwrap_or_default(),
                start: tag.number("startAt").unwrap_or(1),
            },
            _ => Bullet::Glyph,
        });
    }

    fn open_table_part(&mut self, tag: &Tag<'_>) -> Flow {
        if tag.name == "tbl" {
            self.frames.push(Frame::Table(Table::default()));
        } else if let Some(Frame::Table(table)) = self.frames.last_mut() {
            // A cell that another one to its left covers.
            if tag.name == "tc"
                && tag
                    .attribute("hMerge")
                    .is_some_and(|merged| merged == "1" || merged == "true")
            {
                return Flow::Skip;
            }
            if tag.name == "tr" {
                table.open_row();
            } else {
                table.open_cell();
                if tag
                    .number("gridSpan")
                    .is_some_and(|columns: u32| columns > 1)
                {
                    table.span();
                }
            }
        }
        Flow::Into
    }

    fn close_paragraph(&mut self) {
        if self.paragraph().is_none() {
            return;
        }
        let Some(Frame::Paragraph(paragraph)) = self.frames.pop() else {
            return;
        };
        let Paragraph {
            line,
            level,
            bullet,
            after,
            ..
        } = *paragraph;
        let mut pieces = Vec::new();
        if !line.is_empty() {
            let in_table = !self.frames.is_empty();
            let (kind, label) = if self.shape.title {
                (BlockKind::Heading(1), String::new())
            } else {
                self.kind_of(level, bullet, in_table)
            };
            pieces.extend(line.finish(kind, &label, false));
        }
        pieces.extend(after);
        self.emit(pieces, false);
    }

    fn kind_of(
        &mut self,
        level: usize,
        bullet: Option<Bullet>,
        in_table: bool,
    ) -> (BlockKind, String) {
        let shape = &mut self.shape;
        let plain = shape.unbulleted_levels.contains(&level)
            || self
                .unbulleted
                .contains(&(shape.placeholder.clone(), level));
        let inherited = if shape.bulleted && !plain && !in_table {
            Bullet::Glyph
        } else {
            Bullet::None
        };
        let bullet = bullet.unwrap_or(inherited);
        let running = shape.counts.get(level).cloned().flatten();
        let reset_from = if matches!(bullet, Bullet::Number { .. }) {
            level + 1
        } else {
            level
        };
        shape
            .counts
            .iter_mut()
            .skip(reset_from)
            .for_each(|count| *count = None);
        match bullet {
            Bullet::None => (BlockKind::Paragraph, String::new()),
            Bullet::Glyph if self.notes => (BlockKind::Paragraph, String::new()),
            Bullet::Glyph => (BlockKind::ListItem, String::new()),
            Bullet::Number { scheme, start } => {
                let number = match running {
                    Some((running, last)) if running == scheme => last.saturating_add(1),
                    _ => start,
                };
                let label = numbered(&scheme, number);
                if let Some(count) = shape.counts.get_mut(level) {
                    *count = Some((scheme, number));
                }
                (
                    if self.notes {
                        BlockKind::Paragraph
                    } else {
                        BlockKind::ListItem
                    },
                    label,
                )
            }
        }
    }

    fn close_table_part(&mut self, name: &str) {
        let Some(Frame::Table(mut table)) =
            self.frames.pop_if(|frame| matches!(frame, Frame::Table(_)))
        else {
            return;
        };
        if name == "tr" {
            let rows = table.close_row();
            self.emit(rows, true);
            self.frames.push(Frame::Table(table));
        }
    }
}

/// A number as a scheme like "arabicPeriod" or "alphaLcParenBoth" writes it.
fn numbered(scheme: &str, number: u32) -> String {
    let numeral = match scheme {
        scheme if scheme.starts_with("alphaLc") => Numeral::Letter,
        scheme if scheme.starts_with("alphaUc") => Numeral::CapitalLetter,
        scheme if scheme.starts_with("romanLc") => Numeral::Roman,
        scheme if scheme.starts_with("romanUc") => Numeral::CapitalRoman,
        _ => Numeral::Decimal,
    };
    let number = numeral.write(number);
    match scheme {
        scheme if scheme.ends_with("ParenBoth") => format!("({number})"),
        scheme if scheme.ends_with("ParenR") => format!("{number})"),
        scheme if scheme.ends_with("Plain") => number,
        _ => format!("{number}."),
    }
}

impl Visitor for Reader {
    fn open(&mut self, tag: &Tag<'_>) -> Flow {
        match tag.name {
            "AlternateContent" | "Choice" | "Fallback" => return self.alternatives.open(tag.name),
            "sp" | "graphicFrame" => {
                self.shape = Shape::default();
                self.furniture = false;
            }
            "ph" => self.open_placeholder(tag),
            "txBody" if self.furniture => return Flow::Skip,
            // Numbers and dates that PowerPoint puts in.
            "fld"
                if tag
                    .attribute("type")
                    .is_some_and(|kind| kind == "slidenum" || kind.starts_with("datetime")) =>
            {
                return Flow::Skip;
            }
            "tbl" | "tr" | "tc" => return self.open_table_part(tag),
            "p" => self.frames.push(Frame::Paragraph(Box::default())),
            "pPr" => {
                if let Some(paragraph) = self.paragraph() {
                    paragraph.level = tag.number("lvl").unwrap_or(0);
                }
            }
            "buNone" | "buChar" | "buAutoNum" | "buBlip" => self.open_bullet(tag),
            "br" => {
                if let Some(paragraph) = self.paragraph() {
                    paragraph.line.space();
                }
            }
            "t" => self.in_text = true,
            "relIds" => {
                let pieces = self
                    .diagrams
                    .remove(&tag.attribute("dm").unwrap_or_default())
                    .unwrap_or_default();
                self.emit(pieces, false);
            }
            _ => {}
        }
        Flow::Into
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "p" => self.close_paragraph(),
            "tr" | "tbl" => self.close_table_part(name),
            "AlternateContent" => self.alternatives.close(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let page = self.page;
        if self.in_text
            && let Some(paragraph) = self.paragraph()
        {
            // Bold type means nothing on a slide, which has a title of its own.
            paragraph.line.push(text, false, page);
        }
    }
}

#[cfg(test)]
mod tests;
