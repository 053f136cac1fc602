//! The blocks of a web page's content.

use super::super::BlockKind;
use super::super::numerals::Numeral;
use super::super::pieces::{Line, Piece, Table};
use super::content::Content;
use super::tree::{Step, Tree, is_heading, is_inline};

/// From how many characters on a cell is text that a table only puts in its place.
const LAYOUT_CELL: usize = 600;
/// The longest value of a definition list that stands in one line with its term, in characters.
const SHORT: usize = 200;

/// The pieces of the content, in order.
pub fn render(tree: &Tree, content: &Content) -> Vec<Piece> {
    let mut renderer = Renderer {
        tree,
        content,
        line: Line::default(),
        out: Vec::new(),
        tables: Vec::new(),
        lists: Vec::new(),
        item: None,
        heading: None,
        bold: 0,
        preformatted: 0,
        breaks: 0,
        swallowed: 0,
    };
    tree.walk(content.root, |step| renderer.step(step));
    renderer.flush();
    renderer.out
}

/// A list that is open.
struct List {
    /// How its numbers are written and which comes next; `None` with bullets.
    numbers: Option<(Numeral, u32)>,
}

struct Renderer<'a> {
    tree: &'a Tree,
    content: &'a Content,
    line: Line,
    out: Vec<Piece>,
    tables: Vec<Table>,
    lists: Vec<List>,
    /// The label of the list item whose first block is still to come.
    item: Option<String>,
    heading: Option<u8>,
    bold: usize,
    preformatted: usize,
    breaks: usize,
    /// A definition that has been put in a row with its term.
    swallowed: usize,
}

impl Renderer<'_> {
    fn step(&mut self, step: Step) -> bool {
        match step {
            Step::Open(node) if self.content.drops(node) => return false,
            Step::Open(node) => match self.tree.text(node) {
                Some(text) => self.text(text),
                None => return self.open(node),
            },
            Step::Close(node) => self.close(node),
        }
        true
    }

    fn text(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.breaks = 0;
        }
        if self.preformatted == 0 {
            self.line.push(text, self.bold > 0, None);
            return;
        }
        for (index, paragraph) in text.replace('\r', "").split("\n\n").enumerate() {
            if index > 0 {
                self.flush();
            }
            self.line.push(paragraph, self.bold > 0, None);
        }
    }

    fn open(&mut self, node: usize) -> bool {
        let name = self.tree.name(node);
        if name == "br" {
            self.line.space();
            self.breaks += 1;
            if self.breaks >= 2 && self.heading.is_none() {
                self.flush();
            }
            return false;
        }
        if is_inline(name) {
            self.bold += usize::from(matches!(name, "b" | "strong"));
            return true;
        }
        self.flush();
        match name {
            "ul" | "menu" => self.lists.push(List { numbers: None }),
            "ol" => self.lists.push(self.ordered(node)),
            "li" => self.item = Some(self.label(node)),
            "pre" => self.preformatted += 1,
            "table" if !self.is_layout(node) => self.tables.push(Table::default()),
            "dt" => return !self.definition(node),
            "dd" if self.swallowed == node => return false,
            _ => {}
        }
        if is_heading(name) {
            self.heading = name.get(1..).and_then(|level| level.parse().ok());
        }
        if let Some(table) = self.tables.last_mut() {
            match name {
                "tr" => table.open_row(),
                "td" | "th" => {
                    table.open_cell();
                    if self
                        .tree
                        .attribute(node, "colspan")
                        .is_some_and(|columns| columns.trim() != "1")
                    {
                        table.span();
                    }
                }
                _ => {}
            }
        }
        true
    }

    fn close(&mut self, node: usize) {
        let name = self.tree.name(node);
        if is_inline(name) {
            self.bold = self
                .bold
                .saturating_sub(usize::from(matches!(name, "b" | "strong")));
            return;
        }
        self.flush();
        match name {
            "ul" | "menu" | "ol" => {
                self.lists.pop();
            }
            "li" => self.item = None,
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "tr" => {
                if let Some(rows) = self.tables.last_mut().map(Table::close_row) {
                    self.emit(rows, true);
                }
            }
            "table" if !self.is_layout(node) => {
                self.tables.pop();
            }
            _ => {}
        }
        if is_heading(name) {
            self.heading = None;
        }
    }

    /// Ends the block that is being read.
    fn flush(&mut self) {
        self.breaks = 0;
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return;
        }
        let item = self.item.take();
        let kind = match (self.heading, &item) {
            (Some(level), _) => BlockKind::Heading(level),
            (None, Some(_)) => BlockKind::ListItem,
            (None, None) => BlockKind::Paragraph,
        };
        let label = item
            .filter(|label| !line.begins_with_number(label))
            .unwrap_or_default();
        let piece = line.finish(kind, &label, false);
        self.emit(piece.into_iter().collect(), false);
    }

    fn emit(&mut self, pieces: Vec<Piece>, row: bool) {
        match self.tables.iter_mut().rev().find(|table| table.in_row()) {
            Some(table) => table.push(pieces, row),
            None => self.out.extend(pieces),
        }
    }

    fn ordered(&self, node: usize) -> List {
        let numeral = match self.tree.attribute(node, "type") {
            Some("a") => Numeral::Letter,
            Some("A") => Numeral::CapitalLetter,
            Some("i") => Numeral::Roman,
            Some("I") => Numeral::CapitalRoman,
            _ => Numeral::Decimal,
        };
        let start = self
            .tree
            .attribute(node, "start")
            .and_then(|start| start.trim().parse().ok())
            .unwrap_or(1);
        List {
            numbers: Some((numeral, start)),
        }
    }

    fn label(&mut self, node: usize) -> String {
        let own = self
            .tree
            .attribute(node, "value")
            .and_then(|value| value.trim().parse().ok());
        let Some(List {
            numbers: Some((numeral, next)),
        }) = self.lists.last_mut()
        else {
            return String::new();
        };
        let number: u32 = own.unwrap_or(*next);
        *next = number.saturating_add(1);
        format!("{}.", numeral.write(number))
    }

    /// Puts a term and its one short definition in a row. Returns whether it did.
    fn definition(&mut self, term: usize) -> bool {
        let mut following = self.tree.following(term).iter().copied();
        let mut next = || {
            following
                .by_ref()
                .find(|child| !self.tree.name(*child).is_empty())
        };
        let (definition, after) = (next(), next());
        let Some(definition) = definition.filter(|node| self.tree.name(*node) == "dd") else {
            return false;
        };
        let texts = [term, definition]
            .map(|node| self.tree.inner_text(node, &|node| self.content.drops(node)));
        let nested = self
            .tree
            .children(definition)
            .iter()
            .any(|child| !is_inline(self.tree.name(*child)));
        let more = after.is_some_and(|node| self.tree.name(node) == "dd");
        if nested
            || more
            || self.content.drops(definition)
            || texts.iter().any(|text| text.len() > SHORT)
        {
            return false;
        }
        let mut row = Table::default();
        row.open_row();
        for text in texts {
            row.open_cell();
            let mut line = Line::default();
            line.push(&text, false, None);
            row.push(
                line.finish(BlockKind::Paragraph, "", false)
                    .into_iter()
                    .collect(),
                false,
            );
        }
        self.swallowed = definition;
        let pieces = row.close_row();
        self.emit(pieces, true);
        true
    }

    /// Whether a table only puts text in its place: it holds tables or headings, or one of its cells
    /// is a long text and most of what there is.
    fn is_layout(&self, table: usize) -> bool {
        if matches!(
            self.tree.attribute(table, "role"),
            Some("presentation" | "none")
        ) {
            return true;
        }
        let (mut structured, mut total, mut longest) = (false, 0_usize, 0_usize);
        let mut in_cell = 0_usize;
        self.tree.walk(table, |step| {
            match step {
                Step::Open(node) if structured || self.content.drops(node) => return false,
                Step::Open(node) => {
                    let name = self.tree.name(node);
                    structured |= is_heading(name) || name == "table" && node != table;
                    let length = self.tree.text(node).map_or(0, |text| text.trim().len());
                    total += length;
                    in_cell = if matches!(name, "td" | "th") {
                        0
                    } else {
                        in_cell + length
                    };
                    longest = longest.max(in_cell);
                }
                Step::Close(_) => {}
            }
            true
        });
        structured || longest > LAYOUT_CELL && longest * 10 > total * 6
    }
}
