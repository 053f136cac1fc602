//! OpenDocument text and presentations (ODT, ODP): OASIS OpenDocument 1.3, part 3.
//!
//! Pages of a text are known where the office program has written its soft page breaks; the pages of
//! a presentation are its slides.

mod styles;

use std::collections::HashMap;

use super::super::pieces::{Line, Piece, Table, blocks_of, title_first};
use super::super::{BlockKind, Extracted, Unreadable};
use super::package::{Package, damaged};
use super::properties;
use super::xml::{Flow, Tag, Visitor};
use styles::{Counts, Styles, StylesReader, next_label};

/// How many times a repeated cell is repeated at most.
const REPEATED: usize = 64;

/// Reads an OpenDocument text or presentation.
pub fn read(bytes: &[u8]) -> Result<Extracted, Unreadable> {
    let mut package = Package::open(bytes, "OpenDocument")?;
    let kind = package.optional("mimetype").unwrap_or_default();
    let kind = kind.trim();
    if !(kind.is_empty()
        || ["text", "presentation"]
            .iter()
            .any(|word| kind.contains(&format!("opendocument.{word}"))))
    {
        return Err(damaged(
            "OpenDocument",
            format!("it is of the type {kind:.100}"),
        ));
    }
    if package
        .optional("META-INF/manifest.xml")
        .is_some_and(|manifest| manifest.contains("encryption-data"))
    {
        return Err(Unreadable::Encrypted);
    }
    package.expect_main(
        "content.xml",
        &[
            ("word/document.xml", "a DOCX file"),
            ("ppt/presentation.xml", "a PPTX file"),
        ],
    )?;
    let xml = package.required("content.xml")?;
    let mut styles = StylesReader::default();
    package.visit("styles.xml", &mut styles);
    // What is wrong with this part is noted when its text is read.
    super::xml::walk(&xml, &mut styles);
    let styles = styles.finish();

    let first_page = xml.contains("soft-page-break").then_some(1);
    let mut reader = Reader::new(&styles, first_page);
    package.walk("content.xml", &xml, &mut reader);
    let pieces = reader.out;
    let properties = properties::read(&mut package, "meta.xml");
    let mut problems = std::mem::take(&mut package.problems);
    Ok(Extracted {
        blocks: blocks_of(pieces, &mut problems),
        properties,
        problems,
        front_matter: None,
    })
}

/// What encloses the text that is read, from the outside in.
enum Frame {
    Paragraph(Box<Paragraph>),
    Table {
        table: Table,
        covered: usize,
        repeated: usize,
    },
    /// A drawing, in which only paragraphs are text, and what its paragraphs are.
    Drawing(Role),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Text,
    SlideTitle,
    Slide,
}

#[derive(Default)]
struct Paragraph {
    line: Line,
    style: String,
    outline: Option<u8>,
    label: Option<Label>,
    /// Whether text is bold and whether it is hidden: of the paragraph and of each open span.
    looks: Vec<(bool, bool)>,
    /// Text boxes and notes that hang on it.
    after: Vec<Piece>,
}

enum Label {
    Bullet,
    Number(String),
}

/// A list that is open.
struct List {
    style: Option<String>,
    id: Option<String>,
    /// How many frames were around it when it began.
    depth: usize,
    item: Item,
}

#[derive(Clone, Copy)]
enum Item {
    /// Its first paragraph, which gets the label, is still to come.
    Unlabelled(Option<u32>),
    Labelled,
}

struct Reader<'a> {
    styles: &'a Styles,
    frames: Vec<Frame>,
    out: Vec<Piece>,
    page: Option<u32>,
    lists: Vec<List>,
    counts: Counts,
    outline_counts: Counts,
    counts_by_id: HashMap<String, Counts>,
    counts_by_style: HashMap<String, Counts>,
    /// How many tables of contents are open.
    contents: usize,
    slide_start: Option<usize>,
    break_pending: bool,
    begun: bool,
}

impl<'a> Reader<'a> {
    fn new(styles: &'a Styles, page: Option<u32>) -> Self {
        Reader {
            styles,
            frames: Vec::new(),
            out: Vec::new(),
            page,
            lists: Vec::new(),
            counts: Counts::default(),
            outline_counts: Counts::default(),
            counts_by_id: HashMap::new(),
            counts_by_style: HashMap::new(),
            contents: 0,
            slide_start: None,
            break_pending: false,
            begun: false,
        }
    }

    fn paragraph(&mut self) -> Option<&mut Paragraph> {
        match self.frames.last_mut() {
            Some(Frame::Paragraph(paragraph)) => Some(paragraph),
            _ => None,
        }
    }

    /// Hands finished pieces to what encloses them.
    fn emit(&mut self, pieces: Vec<Piece>, row: bool) {
        let enclosing = self.frames.iter_mut().rev().find(|frame| match frame {
            Frame::Paragraph(_) => true,
            Frame::Table { table, .. } => table.in_row(),
            Frame::Drawing(_) => false,
        });
        match enclosing {
            Some(Frame::Paragraph(paragraph)) => paragraph.after.extend(pieces),
            Some(Frame::Table { table, .. }) => table.push(pieces, row),
            _ => self.out.extend(pieces),
        }
    }

    fn next_page(&mut self) {
        self.page = self.page.map(|page| page.saturating_add(1));
    }

    fn open_paragraph(&mut self, tag: &Tag<'_>) {
        let style = tag.attribute("style-name").unwrap_or_default();
        let (before, after) = self.styles.page_breaks(&style);
        if self.slide_start.is_none()
            && (before && self.begun || std::mem::take(&mut self.break_pending))
        {
            self.next_page();
        }
        self.break_pending = after;
        self.begun = true;
        let outline = (tag.name == "h").then(|| tag.number("outline-level").unwrap_or(1));
        let header = tag
            .attribute("is-list-header")
            .is_some_and(|value| value == "true");
        let label = self.label(&style).or_else(|| match outline {
            Some(level) if !header => self.outline_label(level, tag),
            _ => None,
        });
        let looks = vec![self.styles.paragraph_look(&style)];
        self.frames.push(Frame::Paragraph(Box::new(Paragraph {
            style,
            outline,
            label,
            looks,
            ..Paragraph::default()
        })));
    }

    /// The label of the list item that this paragraph opens, if it does.
    fn label(&mut self, paragraph_style: &str) -> Option<Label> {
        let depth = self.frames.len();
        let level = self
            .lists
            .iter()
            .rev()
            .take_while(|list| list.depth == depth)
            .count()
            .checked_sub(1)?;
        let root = self.lists.len() - 1 - level;
        let named = self
            .lists
            .get(root..)?
            .iter()
            .rev()
            .find_map(|list| list.style.as_deref());
        let style = named
            .or_else(|| self.styles.list_of(paragraph_style))
            .and_then(|name| self.styles.list(name));
        let item = &mut self.lists.last_mut()?.item;
        let Item::Unlabelled(forced) = *item else {
            return None;
        };
        *item = Item::Labelled;
        let Some(style) = style else {
            return Some(Label::Bullet);
        };
        Some(
            next_label(style, &mut self.counts, level, forced).map_or(Label::Bullet, Label::Number),
        )
    }

    fn outline_label(&mut self, level: u8, tag: &Tag<'_>) -> Option<Label> {
        let level = usize::from(level).checked_sub(1)?;
        let forced = tag.number("start-value");
        next_label(
            &self.styles.outline,
            &mut self.outline_counts,
            level,
            forced,
        )
        .map(Label::Number)
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
            style,
            outline,
            label,
            after,
            ..
        } = *paragraph;
        let role = match self
            .frames
            .iter()
            .rev()
            .find(|frame| !matches!(frame, Frame::Drawing(Role::Text)))
        {
            Some(Frame::Drawing(role)) => *role,
            _ => Role::Text,
        };
        let mut kind = if self.contents > 0 {
            BlockKind::Contents
        } else {
            self.styles.kind(&style)
        };
        if let (Some(level), BlockKind::Paragraph | BlockKind::Heading(1..)) = (outline, kind) {
            kind = BlockKind::Heading(level);
        }
        if role == Role::SlideTitle {
            kind = BlockKind::Heading(1);
        } else if role == Role::Slide {
            kind = BlockKind::Paragraph;
        }
        let label = match label {
            Some(Label::Number(number)) => number,
            Some(Label::Bullet) => {
                if kind == BlockKind::Paragraph {
                    kind = BlockKind::ListItem;
                }
                String::new()
            }
            None => String::new(),
        };
        if kind == BlockKind::Paragraph && !label.is_empty() {
            kind = BlockKind::ListItem;
        }
        let mut pieces: Vec<Piece> = line.finish(kind, &label, false).into_iter().collect();
        pieces.extend(after);
        if self.slide_start.is_some() {
            pieces
                .iter_mut()
                .for_each(|piece| piece.heading_like = false);
        }
        self.emit(pieces, false);
    }

    fn open_list(&mut self, tag: &Tag<'_>) {
        let depth = self.frames.len();
        let style = tag
            .attribute("style-name")
            .filter(|style| !style.is_empty());
        let outermost = self.lists.last().is_none_or(|list| list.depth != depth);
        if outermost {
            let continued = tag
                .attribute("continue-list")
                .and_then(|id| self.counts_by_id.get(&id));
            let same_style = || {
                let goes_on = tag
                    .attribute("continue-numbering")
                    .is_some_and(|value| value == "true");
                style
                    .as_ref()
                    .filter(|_| goes_on)
                    .and_then(|style| self.counts_by_style.get(style))
            };
            self.counts = continued.or_else(same_style).copied().unwrap_or_default();
        }
        self.lists.push(List {
            style,
            id: tag.attribute("xml:id"),
            depth,
            item: Item::Labelled,
        });
    }

    fn close_list(&mut self) {
        let Some(list) = self.lists.pop() else { return };
        if let Some(id) = list.id {
            self.counts_by_id.insert(id, self.counts);
        }
        if let Some(style) = list.style {
            self.counts_by_style.insert(style, self.counts);
        }
    }

    fn open_table_part(&mut self, tag: &Tag<'_>) {
        if tag.name == "table" {
            self.frames.push(Frame::Table {
                table: Table::default(),
                covered: 0,
                repeated: 1,
            });
            return;
        }
        let Some(Frame::Table {
            table,
            covered,
            repeated,
        }) = self.frames.last_mut()
        else {
            return;
        };
        match tag.name {
            "table-row" => {
                table.open_row();
                *covered = 0;
            }
            "covered-table-cell" if *covered > 0 => *covered -= 1,
            "covered-table-cell" => table.open_cell(),
            _ => {
                table.open_cell();
                *covered = tag
                    .number("number-columns-spanned")
                    .unwrap_or(1_usize)
                    .saturating_sub(1);
                *repeated = tag
                    .number("number-columns-repeated")
                    .unwrap_or(1)
                    .min(REPEATED);
                if *covered > 0 {
                    table.span();
                }
            }
        }
    }

    fn close_table_part(&mut self, name: &str) {
        let Some(Frame::Table {
            mut table,
            covered,
            repeated,
        }) = self
            .frames
            .pop_if(|frame| matches!(frame, Frame::Table { .. }))
        else {
            return;
        };
        match name {
            "table" => return,
            "table-row" => {
                let rows = table.close_row();
                self.emit(rows, true);
            }
            _ => table.repeat_cell(repeated),
        }
        self.frames.push(Frame::Table {
            table,
            covered,
            repeated: 1,
        });
    }

    fn open_slide(&mut self) {
        self.page = Some(
            self.page
                .filter(|_| self.slide_start.is_some())
                .map_or(1, |page| page.saturating_add(1)),
        );
        self.slide_start = Some(self.out.len());
    }

    fn close_slide(&mut self) {
        if let Some(start) = self.slide_start {
            let slide = self.out.split_off(start.min(self.out.len()));
            self.out.extend(title_first(slide));
        }
    }

    fn open_drawing(&mut self, tag: &Tag<'_>) -> Flow {
        let class = tag.attribute("presentation:class").unwrap_or_default();
        if tag
            .attribute("presentation:placeholder")
            .is_some_and(|value| value == "true")
        {
            return Flow::Skip;
        }
        let role = match class.as_str() {
            "page-number" | "footer" | "header" | "date-time" | "page" => return Flow::Skip,
            "title" => Role::SlideTitle,
            _ if self.slide_start.is_some() => Role::Slide,
            _ => Role::Text,
        };
        self.frames.push(Frame::Drawing(role));
        Flow::Into
    }

    fn open_span(&mut self, tag: &Tag<'_>) {
        let styles = self.styles;
        let (bold, hidden) = tag
            .attribute("style-name")
            .map_or((None, None), |name| styles.text_look(&name));
        if let Some(paragraph) = self.paragraph() {
            let (outer_bold, outer_hidden) = paragraph.looks.last().copied().unwrap_or_default();
            paragraph
                .looks
                .push((bold.unwrap_or(outer_bold), hidden.unwrap_or(outer_hidden)));
        }
    }
}

/// Elements that draw something, which may hold paragraphs.
fn is_drawing(name: &str) -> bool {
    matches!(
        name,
        "frame"
            | "custom-shape"
            | "g"
            | "rect"
            | "circle"
            | "ellipse"
            | "polygon"
            | "polyline"
            | "regular-polygon"
            | "path"
            | "line"
            | "connector"
            | "measure"
            | "caption"
            | "control"
            | "object"
            | "image"
            | "note"
            | "page-thumbnail"
            | "floating-frame"
            | "plugin"
    )
}

impl Visitor for Reader<'_> {
    fn open(&mut self, tag: &Tag<'_>) -> Flow {
        match tag.name {
            "automatic-styles" | "font-face-decls" | "scripts" | "forms" | "tracked-changes"
            | "annotation" | "note-citation" | "hidden-text" | "hidden-paragraph"
            | "placeholder" | "ruby-text" | "number" | "sequence-decls" => return Flow::Skip,
            "section"
                if tag
                    .attribute("display")
                    .is_some_and(|display| display == "none") =>
            {
                return Flow::Skip;
            }
            "p" | "h" => self.open_paragraph(tag),
            "span" => self.open_span(tag),
            "s" | "tab" | "line-break" => {
                if let Some(paragraph) = self.paragraph() {
                    paragraph.line.space();
                }
            }
            "soft-page-break" => self.next_page(),
            "list" => self.open_list(tag),
            "list-item" => {
                if let Some(list) = self.lists.last_mut() {
                    list.item = Item::Unlabelled(tag.number("start-value"));
                }
            }
            "table" | "table-row" | "table-cell" | "covered-table-cell" => {
                self.open_table_part(tag)
            }
            "table-of-content" | "illustration-index" | "table-index" | "alphabetical-index"
            | "user-index" | "object-index" => self.contents += 1,
            "page" => self.open_slide(),
            name if is_drawing(name) => return self.open_drawing(tag),
            _ => {}
        }
        Flow::Into
    }

    fn close(&mut self, name: &str) {
        match name {
            "p" | "h" => self.close_paragraph(),
            "span" => {
                if let Some(paragraph) = self.paragraph() {
                    paragraph.looks.pop();
                }
            }
            "list" => self.close_list(),
            "table" | "table-row" | "table-cell" => self.close_table_part(name),
            "table-of-content" | "illustration-index" | "table-index" | "alphabetical-index"
            | "user-index" | "object-index" => self.contents = self.contents.saturating_sub(1),
            "page" => self.close_slide(),
            name if is_drawing(name) => {
                self.frames
                    .pop_if(|frame| matches!(frame, Frame::Drawing(_)));
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let page = self.page;
        if let Some(paragraph) = self.paragraph() {
            let (bold, hidden) = paragraph.looks.last().copied().unwrap_or_default();
            if !hidden {
                paragraph.line.push(text, bold, page);
            }
        }
    }
}

#[cfg(test)]
mod tests;
