//! Word documents (DOCX): WordprocessingML, ECMA-376 part 1, 17.
//!
//! The text is what a reader of the final version sees: insertions in, deletions, comments, field
//! codes and hidden text out, list labels rebuilt. Page headers and footers are not text. Pages are
//! known only where Word has written down its own page breaks.

mod numbering;
mod styles;

use std::collections::HashMap;

use super::super::pieces::{Line, Piece, Table, blocks_of};
use super::super::{BlockKind, Extracted, Unreadable};
use super::package::{Package, Relation};
use super::properties;
use super::xml::{Alternatives, Flow, Tag, Visitor};
use numbering::{Counters, Label, Numbering, NumberingReader};
use styles::{Styles, StylesReader};

/// Reads a Word document.
pub fn read(bytes: &[u8]) -> Result<Extracted, Unreadable> {
    let mut package = Package::open(bytes, "DOCX")?;
    let main = package.main_part("word/document.xml");
    package.expect_main(
        &main,
        &[
            ("ppt/presentation.xml", "a presentation"),
            ("xl/workbook.xml", "a spreadsheet"),
            ("content.xml", "OpenDocument"),
        ],
    )?;
    if main.starts_with("ppt/") || main.starts_with("xl/") {
        return Err(super::package::damaged(
            "DOCX",
            "it is a presentation or a spreadsheet",
        ));
    }
    let xml = package.required(&main)?;
    let relations = package.relations(&main);
    let mut styles = StylesReader::default();
    package.visit(&related(&relations, &main, "styles"), &mut styles);
    let mut numbering = NumberingReader::default();
    package.visit(&related(&relations, &main, "numbering"), &mut numbering);
    let lookup = Lookup {
        styles: styles.finish(),
        numbering: numbering.finish(),
    };

    let notes = read_notes(&mut package, &relations, &main, &lookup);
    let first_page = xml.contains("lastRenderedPageBreak").then_some(1);
    let mut reader = Reader::new(&lookup, notes, first_page);
    package.walk(&main, &xml, &mut reader);
    let pieces = reader.finish();
    let properties = properties::read(&mut package, "docProps/core.xml");
    let mut problems = std::mem::take(&mut package.problems);
    Ok(Extracted {
        blocks: blocks_of(pieces, &mut problems),
        properties,
        problems,
        front_matter: None,
    })
}

/// The texts that stand in other parts, by the reference that the document makes to them: notes and
/// diagrams (SmartArt).
fn read_notes(
    package: &mut Package<'_>,
    relations: &[Relation],
    main: &str,
    lookup: &Lookup,
) -> HashMap<String, Vec<Piece>> {
    let mut notes = HashMap::new();
    for (kind, element) in [("footnotes", "footnote"), ("endnotes", "endnote")] {
        let mut reader = Reader::new(lookup, HashMap::new(), None);
        package.visit(&related(relations, main, kind), &mut reader);
        notes.extend(
            reader
                .read_notes
                .into_iter()
                .map(|(id, pieces)| (format!("{element} {id}"), pieces)),
        );
    }
    for relation in relations
        .iter()
        .filter(|relation| relation.kind == "diagramData")
    {
        let mut reader = Reader::new(lookup, HashMap::new(), None);
        package.visit(&relation.target, &mut reader);
        notes.insert(format!("diagram {}", relation.id), reader.out);
    }
    notes
}

/// The part of a kind: as the relationships say, else beside the main part under its usual name.
fn related(relations: &[Relation], main: &str, kind: &str) -> String {
    let named = relations
        .iter()
        .find(|relation| relation.kind == kind)
        .map(|relation| relation.target.clone());
    named.unwrap_or_else(|| {
        let folder = main.rsplit_once('/').map_or("word", |(folder, _)| folder);
        format!("{folder}/{kind}.xml")
    })
}

struct Lookup {
    styles: Styles,
    numbering: Numbering,
}

/// What encloses the text that is read, from the outside in.
enum Frame {
    Paragraph(Box<Paragraph>),
    Table(Table),
}

#[derive(Default)]
struct Paragraph {
    line: Line,
    style: Option<String>,
    list: Option<String>,
    level: Option<u8>,
    outline: Option<u8>,
    contents: bool,
    in_properties: bool,
    /// The mark at its end is deleted: the next paragraph goes on in the same line.
    joins_next: bool,
    hidden: bool,
    run: Run,
    /// Text boxes and notes that hang on it.
    after: Vec<Piece>,
}

#[derive(Default)]
struct Run {
    style: Option<String>,
    bold: Option<bool>,
    hidden: Option<bool>,
}

/// A field, as the table of contents is one.
#[derive(Default)]
struct Field {
    code: String,
    shows_result: bool,
}

/// A content control.
#[derive(Default)]
struct Control {
    contents: bool,
    placeholder: bool,
}

#[derive(PartialEq, Eq)]
enum Collect {
    Nothing,
    Text,
    FieldCode,
}

struct Reader<'a> {
    lookup: &'a Lookup,
    notes: HashMap<String, Vec<Piece>>,
    read_notes: HashMap<String, Vec<Piece>>,
    note: Option<String>,
    counters: Counters,
    frames: Vec<Frame>,
    out: Vec<Piece>,
    page: Option<u32>,
    /// A page break by hand, after which Word's own mark of the same break is still to come.
    broken_by_hand: bool,
    carried: Option<Line>,
    fields: Vec<Field>,
    controls: Vec<Control>,
    alternatives: Alternatives,
    collect: Collect,
}

impl<'a> Reader<'a> {
    fn new(lookup: &'a Lookup, notes: HashMap<String, Vec<Piece>>, page: Option<u32>) -> Self {
        Reader {
            lookup,
            notes,
            read_notes: HashMap::new(),
            note: None,
            counters: Counters::default(),
            frames: Vec::new(),
            out: Vec::new(),
            page,
            broken_by_hand: false,
            carried: None,
            fields: Vec::new(),
            controls: Vec::new(),
            alternatives: Alternatives::default(),
            collect: Collect::Nothing,
        }
    }

    fn finish(mut self) -> Vec<Piece> {
        if let Some(line) = self.carried.take() {
            self.out
                .extend(line.finish(BlockKind::Paragraph, "", false));
        }
        self.out
    }

    fn paragraph(&mut self) -> Option<&mut Paragraph> {
        match self.frames.last_mut() {
            Some(Frame::Paragraph(paragraph)) => Some(paragraph),
            _ => None,
        }
    }

    fn table(&mut self) -> Option<&mut Table> {
        match self.frames.last_mut() {
            Some(Frame::Table(table)) => Some(table),
            _ => None,
        }
    }

    /// Hands finished pieces to what encloses them.
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

    fn in_contents(&self) -> bool {
        let field = |field: &Field| {
            let code = field.code.trim_start();
            field.shows_result
                && code
                    .split_whitespace()
                    .next()
                    .is_some_and(|word| word.eq_ignore_ascii_case("toc"))
        };
        self.controls.iter().any(|control| control.contents) || self.fields.iter().any(field)
    }

    /// Properties of the paragraph itself, not of a run in it.
    fn open_property(&mut self, tag: &Tag<'_>) {
        let Some(paragraph) = self.paragraph().filter(|paragraph| paragraph.in_properties) else {
            return;
        };
        match (tag.parent, tag.name) {
            ("pPr", "pStyle") => paragraph.style = tag.value(),
            ("pPr", "outlineLvl") => paragraph.outline = tag.number("val"),
            ("numPr", "numId") => paragraph.list = tag.value(),
            ("numPr", "ilvl") => paragraph.level = tag.number("val"),
            ("rPr", "del" | "moveFrom") => paragraph.joins_next = true,
            _ => {}
        }
    }

    /// What stands in the text itself.
    fn open_content(&mut self, tag: &Tag<'_>) {
        match tag.name {
            "t" => self.collect = Collect::Text,
            "instrText" => self.collect = Collect::FieldCode,
            "noBreakHyphen" => self.add("-"),
            "tab" | "ptab" | "cr" if tag.parent != "tabs" => self.space(),
            "br" => {
                self.space();
                if tag.attribute("type").as_deref() == Some("page") {
                    self.break_page(true);
                }
            }
            "lastRenderedPageBreak" => self.break_page(false),
            "sym" => {
                let code = tag
                    .attribute("char")
                    .and_then(|code| u32::from_str_radix(&code, 16).ok());
                if let Some(symbol) = code.and_then(char::from_u32) {
                    self.add(symbol.encode_utf8(&mut [0; 4]));
                }
            }
            "footnoteReference" | "endnoteReference" => {
                let element = tag.name.trim_end_matches("Reference");
                self.attach(&format!(
                    "{element} {}",
                    tag.attribute("id").unwrap_or_default()
                ));
            }
            "relIds" => self.attach(&format!(
                "diagram {}",
                tag.attribute("dm").unwrap_or_default()
            )),
            "fldChar" => self.field_mark(&tag.attribute("fldCharType").unwrap_or_default()),
            _ => {}
        }
    }

    fn open_run_property(&mut self, tag: &Tag<'_>) {
        let Some(paragraph) = self
            .paragraph()
            .filter(|paragraph| !paragraph.in_properties)
        else {
            return;
        };
        match tag.name {
            "rStyle" => paragraph.run.style = tag.value(),
            "b" => paragraph.run.bold = Some(tag.is_on()),
            "vanish" => paragraph.run.hidden = Some(tag.is_on()),
            _ => {}
        }
    }

    fn open_control(&mut self, tag: &Tag<'_>) {
        match tag.name {
            "sdt" => self.controls.push(Control::default()),
            "docPartGallery" => {
                if let Some(control) = self.controls.last_mut() {
                    control.contents = tag
                        .value()
                        .is_some_and(|gallery| gallery == "Table of Contents");
                }
            }
            "showingPlcHdr" => {
                if let Some(control) = self.controls.last_mut() {
                    control.placeholder = tag.is_on();
                }
            }
            _ => {}
        }
    }

    fn open_table_part(&mut self, tag: &Tag<'_>) {
        if tag.name == "tbl" {
            self.frames.push(Frame::Table(Table::default()));
            return;
        }
        let Some(table) = self.table() else { return };
        match tag.name {
            "tr" => table.open_row(),
            "tc" => table.open_cell(),
            "gridSpan" if tag.number("val").is_some_and(|columns: u32| columns > 1) => table.span(),
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        let page = self.page;
        let styles = &self.lookup.styles;
        let placeholder = self.controls.iter().any(|control| control.placeholder);
        let Some(Frame::Paragraph(paragraph)) = self.frames.last_mut() else {
            return;
        };
        let run = &paragraph.run;
        let (style, run_style) = (paragraph.style.as_deref(), run.style.as_deref());
        let stated = |own: Option<bool>, look_up: fn(&Styles, Option<&str>) -> Option<bool>| {
            own.or_else(|| look_up(styles, run_style))
                .or_else(|| look_up(styles, style))
                .unwrap_or(false)
        };
        if stated(run.hidden, Styles::hidden) || placeholder && styles.is_placeholder(run_style) {
            paragraph.hidden = true;
            return;
        }
        let bold = stated(run.bold, Styles::bold);
        paragraph.line.push(text, bold, page);
        if !text.trim().is_empty() {
            self.broken_by_hand = false;
        }
    }

    fn space(&mut self) {
        if let Some(paragraph) = self.paragraph() {
            paragraph.line.space();
        }
    }

    /// Word marks a break by hand once more where it lays out the page that follows.
    fn break_page(&mut self, by_hand: bool) {
        if by_hand || !std::mem::take(&mut self.broken_by_hand) {
            self.page = self.page.map(|page| page.saturating_add(1));
        }
        self.broken_by_hand |= by_hand;
    }

    fn attach(&mut self, key: &str) {
        let page = self.page;
        let Some(mut pieces) = self.notes.get(key).cloned() else {
            return;
        };
        // A note is shown once, at its first reference.
        self.notes.remove(key);
        for piece in &mut pieces {
            piece.block.page = page;
            piece.heading_like = false;
        }
        if let Some(paragraph) = self.paragraph() {
            paragraph.after.extend(pieces);
        }
    }

    fn field_mark(&mut self, kind: &str) {
        match kind {
            "begin" => self.fields.push(Field::default()),
            "separate" => {
                if let Some(field) = self.fields.last_mut() {
                    field.shows_result = true;
                }
                self.mark_contents();
            }
            "end" => {
                self.fields.pop();
            }
            _ => {}
        }
    }

    fn mark_contents(&mut self) {
        let contents = self.in_contents();
        if let Some(paragraph) = self.paragraph() {
            paragraph.contents |= contents;
        }
    }

    fn open_paragraph(&mut self) {
        let contents = self.in_contents();
        self.frames.push(Frame::Paragraph(Box::new(Paragraph {
            contents,
            ..Paragraph::default()
        })));
    }

    fn close_paragraph(&mut self) {
        if !matches!(self.frames.last(), Some(Frame::Paragraph(_))) {
            return;
        }
        let Some(Frame::Paragraph(mut paragraph)) = self.frames.pop() else {
            return;
        };
        if let Some(carried) = self.carried.take() {
            paragraph.line.continue_from(carried);
        }
        let mut pieces = Vec::new();
        let line = std::mem::take(&mut paragraph.line);
        if paragraph.joins_next {
            self.carried = Some(line).filter(|line| !line.is_empty());
        } else if !(line.is_empty() && paragraph.hidden) {
            let (kind, label) = self.kind_of(&paragraph);
            let label = label.unwrap_or(Label {
                text: String::new(),
                bullet: false,
                glued: false,
            });
            pieces.extend(line.finish(kind, &label.text, label.glued));
        }
        pieces.extend(paragraph.after);
        self.emit(pieces, false);
    }

    fn kind_of(&mut self, paragraph: &Paragraph) -> (BlockKind, Option<Label>) {
        let styled = self.lookup.styles.kind(paragraph.style.as_deref());
        if paragraph.contents || styled == BlockKind::Contents {
            return (BlockKind::Contents, None);
        }
        let label = self.label_of(paragraph);
        let kind = match (paragraph.outline, styled) {
            (Some(level @ 0..=8), BlockKind::Paragraph) => BlockKind::Heading(level + 1),
            (Some(9..), BlockKind::Heading(1..)) => BlockKind::Paragraph,
            (_, styled) => styled,
        };
        match &label {
            Some(label)
                if kind == BlockKind::Paragraph && (label.bullet || !label.text.is_empty()) =>
            {
                (BlockKind::ListItem, Some(label.clone()))
            }
            _ => (kind, label),
        }
    }

    fn label_of(&mut self, paragraph: &Paragraph) -> Option<Label> {
        let Lookup { styles, numbering } = self.lookup;
        let from_style = styles.list(paragraph.style.as_deref());
        let (list, level) = match (&paragraph.list, from_style) {
            (Some(list), from_style) => (
                list.as_str(),
                paragraph
                    .level
                    .or(from_style.and_then(|(_, level, _)| level))
                    .unwrap_or(0),
            ),
            (None, Some((list, level, style))) => {
                let level = paragraph
                    .level
                    .or(numbering.level_of_style(list, style))
                    .or(level);
                (list, level.unwrap_or(0))
            }
            (None, None) => return None,
        };
        if list == "0" {
            return None;
        }
        let linked = numbering
            .style_link(list)
            .and_then(|style| styles.list(Some(style)));
        let list = linked.map_or(list, |(list, ..)| list);
        self.counters.next(numbering, list, level)
    }

    fn close_table_part(&mut self, name: &str) {
        match name {
            "tr" => {
                if let Some(rows) = self.table().map(Table::close_row) {
                    self.emit(rows, true);
                }
            }
            _ => {
                if self.table().is_some() {
                    self.frames.pop();
                }
            }
        }
    }
}

impl Visitor for Reader<'_> {
    fn open(&mut self, tag: &Tag<'_>) -> Flow {
        let in_properties = self
            .paragraph()
            .is_some_and(|paragraph| paragraph.in_properties);
        match tag.name {
            // Former properties under tracked changes.
            "pPrChange" | "rPrChange" | "tblPrChange" | "trPrChange" | "tcPrChange"
            | "sectPrChange" => {
                return Flow::Skip;
            }
            "del" | "moveFrom" if !in_properties => {
                if tag.parent == "trPr"
                    && let Some(table) = self.table()
                {
                    table.delete_row();
                }
                return Flow::Skip;
            }
            "delText" | "delInstrText" => return Flow::Skip,
            "AlternateContent" | "Choice" | "Fallback" => return self.alternatives.open(tag.name),
            "p" => self.open_paragraph(),
            "pPr" => {
                if let Some(paragraph) = self.paragraph() {
                    paragraph.in_properties = true;
                }
            }
            _ if in_properties => self.open_property(tag),
            "r" => {
                if let Some(paragraph) = self.paragraph() {
                    paragraph.run = Run::default();
                }
            }
            "rStyle" | "b" | "vanish" if tag.parent == "rPr" => self.open_run_property(tag),
            "tbl" | "tr" | "tc" | "gridSpan" => self.open_table_part(tag),
            "sdt" | "docPartGallery" | "showingPlcHdr" => self.open_control(tag),
            "footnote" | "endnote" if tag.attribute("type").is_none_or(|kind| kind == "normal") => {
                self.note = tag.attribute("id");
            }
            _ => self.open_content(tag),
        }
        Flow::Into
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" | "instrText" => self.collect = Collect::Nothing,
            "p" => self.close_paragraph(),
            "pPr" => {
                if let Some(paragraph) = self.paragraph() {
                    paragraph.in_properties = false;
                }
            }
            "tr" | "tbl" => self.close_table_part(name),
            "sdt" => {
                self.controls.pop();
            }
            "AlternateContent" => self.alternatives.close(),
            "footnote" | "endnote" => {
                let pieces = std::mem::take(&mut self.out);
                if let Some(id) = self.note.take() {
                    self.read_notes.insert(id, pieces);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match self.collect {
            Collect::Text => self.add(text),
            Collect::FieldCode => {
                if let Some(field) = self.fields.last_mut() {
                    field.code.push_str(text);
                }
            }
            Collect::Nothing => {}
        }
    }
}

#[cfg(test)]
mod tests;
