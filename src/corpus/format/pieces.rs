//! What the readers of marked-up formats share: the text of a paragraph as it grows, tables, and
//! bold lines that stand for headings.

use super::clean::{clean, is_bullet};
use super::{Block, BlockKind};

/// How many blocks a document may have.
const BLOCKS: usize = 200_000;
/// The longest bold line that counts as a heading, in characters.
const HEADING: usize = 100;
/// So many bold lines in a row are a bold passage, not headings.
const BOLD_PASSAGE: usize = 4;
/// The longest text of a cell that is repeated, in bytes.
const REPEATED_LENGTH: usize = 200;
/// The deepest level that a bold line is given.
const DEEPEST: u8 = 6;

/// The text of a paragraph while it is read.
#[derive(Debug, Default)]
pub struct Line {
    raw: String,
    page: Option<u32>,
    breaks: Vec<(usize, u32)>,
    bold: bool,
    plain: bool,
}

impl Line {
    /// Adds text that stands on `page`.
    pub fn push(&mut self, text: &str, bold: bool, page: Option<u32>) {
        if !text.trim().is_empty() {
            self.bold |= bold;
            self.plain |= !bold;
            match (self.current_page(), page) {
                (None, _) if self.raw.trim().is_empty() => self.page = page,
                (current, Some(page)) if current != Some(page) => {
                    self.breaks.push((self.raw.len(), page))
                }
                _ => {}
            }
        }
        self.raw.push_str(text);
    }

    /// Adds the space that a tab or a line break stands for.
    pub fn space(&mut self) {
        self.raw.push(' ');
    }

    /// Whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        self.raw.trim().is_empty()
    }

    /// Whether the text itself begins with this number or letter, as lists typed by hand do.
    pub fn begins_with_number(&self, label: &str) -> bool {
        let number = label.trim_end_matches(['.', ')']);
        let rest = self.raw.trim_start().strip_prefix(number);
        !number.is_empty() && rest.is_some_and(|rest| rest.starts_with(['.', ')', ':']))
    }

    /// Takes over the text of a line that this one continues.
    pub fn continue_from(&mut self, mut earlier: Line) {
        let offset = earlier.raw.len();
        earlier.raw.push_str(&self.raw);
        if let (Some(current), Some(page)) = (earlier.current_page(), self.page)
            && current != page
        {
            earlier.breaks.push((offset, page));
        }
        earlier
            .breaks
            .extend(self.breaks.iter().map(|(at, page)| (at + offset, *page)));
        earlier.bold |= self.bold;
        earlier.plain |= self.plain;
        *self = earlier;
    }

    /// The finished piece, or nothing where there is no text. A paragraph that begins with a bullet
    /// typed by hand is a list item.
    pub fn finish(mut self, mut kind: BlockKind, label: &str, glued: bool) -> Option<Piece> {
        if kind == BlockKind::Paragraph && label.is_empty() && self.drop_typed_bullet() {
            kind = BlockKind::ListItem;
        }
        if self.is_empty() {
            return None;
        }
        let mut block = Block::new(kind, label, self.page);
        let mut space = !label.is_empty() && !glued;
        let mut start = 0;
        let mut page = None;
        let ends = self
            .breaks
            .iter()
            .map(|(at, page)| (*at, Some(*page)))
            .chain([(self.raw.len(), None)]);
        for (end, next_page) in ends {
            let part = self
                .raw
                .get(start..end)
                .unwrap_or_default()
                .replace('\u{2011}', "-");
            let text = clean(&part);
            if !text.is_empty() {
                if (space || part.starts_with(char::is_whitespace)) && !block.text.is_empty() {
                    block.text.push(' ');
                }
                match page.take() {
                    Some(page) if block.text.is_empty() => block.page = Some(page),
                    Some(page) => block.page_breaks.push((block.text.len(), page)),
                    None => {}
                }
                block.text.push_str(&text);
                space = false;
            }
            space |= part.ends_with(char::is_whitespace);
            page = next_page.or(page);
            start = end;
        }
        block.text.truncate(block.text.trim_end().len());
        if block.text.len() == label.len() {
            return None;
        }
        block.text = clean(&block.text);
        Some(Piece {
            heading_like: self.bold && !self.plain && looks_like_heading(&block),
            block,
        })
    }

    fn current_page(&self) -> Option<u32> {
        self.breaks.last().map(|(_, page)| *page).or(self.page)
    }

    /// Dashes stay, as they open quotations too.
    fn drop_typed_bullet(&mut self) -> bool {
        let trimmed = self.raw.trim_start();
        let mut characters = trimmed.chars();
        let Some(first) = characters
            .next()
            .filter(|first| is_bullet(*first) && !matches!(first, '–' | '—'))
        else {
            return false;
        };
        let rest = characters.as_str();
        let private = ('\u{F000}'..='\u{F0FF}').contains(&first);
        if !private && !rest.starts_with(char::is_whitespace) || rest.trim().is_empty() {
            return false;
        }
        let dropped = self.raw.len() - rest.len();
        self.raw.drain(..dropped);
        for (at, _) in &mut self.breaks {
            *at = at.saturating_sub(dropped);
        }
        true
    }
}

/// Short, and not a sentence: the outer signs of a heading.
fn looks_like_heading(block: &Block) -> bool {
    let length = block.text.chars().count();
    (2..=HEADING).contains(&length)
        && block.text.contains(char::is_alphabetic)
        && !block.text.ends_with(['.', ',', ';', '!', '?'])
        && block.page_breaks.is_empty()
        && matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem)
}

/// A block, and whether it is a line in bold that may be a heading without the style of one.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The block.
    pub block: Block,
    /// Whether all of it is bold and it looks like a heading.
    pub heading_like: bool,
}

impl Piece {
    /// A piece that is what its block says.
    pub fn new(block: Block) -> Self {
        Piece {
            block,
            heading_like: false,
        }
    }
}

/// A table while it is read.
#[derive(Debug, Default)]
pub struct Table {
    cells: Vec<Cell>,
    in_row: bool,
    spanned: bool,
    deleted: bool,
}

#[derive(Debug, Default)]
struct Cell {
    own: Vec<Piece>,
    nested: Vec<Piece>,
}

impl Table {
    /// Begins a row.
    pub fn open_row(&mut self) {
        *self = Table {
            in_row: true,
            ..Table::default()
        };
    }

    /// Whether a row is open: what stands between rows, as a caption does, is no part of them.
    pub fn in_row(&self) -> bool {
        self.in_row
    }

    /// Begins a cell.
    pub fn open_cell(&mut self) {
        self.cells.push(Cell::default());
    }

    /// The cell that was begun last reaches over several columns.
    pub fn span(&mut self) {
        self.spanned = true;
    }

    /// The row is marked as deleted.
    pub fn delete_row(&mut self) {
        self.deleted = true;
    }

    /// Adds pieces to the cell, from a table inside it if `nested`.
    pub fn push(&mut self, pieces: Vec<Piece>, nested: bool) {
        if self.cells.is_empty() {
            self.open_cell();
        }
        if let Some(cell) = self.cells.last_mut() {
            if nested {
                cell.nested.extend(pieces)
            } else {
                cell.own.extend(pieces)
            }
        }
    }

    /// Repeats the cell that was begun last until there are `times` of it; a long one is not repeated.
    pub fn repeat_cell(&mut self, times: usize) {
        let Some(cell) = self.cells.last() else {
            return;
        };
        let length: usize = cell.own.iter().map(|piece| piece.block.text.len()).sum();
        if length <= REPEATED_LENGTH && cell.nested.is_empty() {
            let own = cell.own.clone();
            self.cells.extend((1..times).map(|_| Cell {
                own: own.clone(),
                nested: Vec::new(),
            }));
        }
    }

    /// Ends a row. A table of one column is a frame around text, whose paragraphs stay what they
    /// are; the rows of a table inside a cell follow the row that holds it.
    pub fn close_row(&mut self) -> Vec<Piece> {
        let row = std::mem::take(self);
        if row.deleted {
            return Vec::new();
        }
        let framed = row.cells.len() == 1 && !row.spanned;
        let mut cells = Vec::new();
        let mut after = Vec::new();
        for cell in row.cells {
            cells.push(cell.own);
            after.extend(cell.nested);
        }
        let mut pieces: Vec<Piece> = if framed {
            cells.into_iter().flatten().collect()
        } else {
            vec![joined_row(cells)]
        };
        pieces.retain(|piece| !piece.block.text.is_empty());
        pieces.extend(after);
        for piece in &mut pieces {
            piece.heading_like = false;
        }
        pieces
    }
}

/// The row of these cells, without empty cells at its end.
fn joined_row(cells: Vec<Vec<Piece>>) -> Piece {
    let mut row = Block::new(BlockKind::TableRow, "", None);
    let filled = cells
        .iter()
        .rposition(|cell| !cell.is_empty())
        .map_or(0, |last| last + 1);
    for (column, cell) in cells.into_iter().take(filled).enumerate() {
        if column > 0 {
            row.text
                .push_str(if row.text.is_empty() { "| " } else { " | " });
        }
        for (index, piece) in cell.into_iter().enumerate() {
            if index > 0 {
                row.text.push(' ');
            }
            append(&mut row, &piece.block);
        }
    }
    row.text = row.text.replace(" |  | ", " | | ");
    Piece::new(row)
}

/// Appends the text of a block to a row, with its pages.
fn append(row: &mut Block, block: &Block) {
    let offset = row.text.len();
    let current = row.page_breaks.last().map(|(_, page)| *page).or(row.page);
    match (current, block.page) {
        (None, page) => row.page = page,
        (Some(current), Some(page)) if page > current => row.page_breaks.push((offset, page)),
        _ => {}
    }
    row.text.push_str(&block.text);
    row.page_breaks.extend(
        block
            .page_breaks
            .iter()
            .map(|(at, page)| (at + offset, *page)),
    );
}

/// The pieces of a slide, its title first and in one piece.
pub fn title_first(slide: Vec<Piece>) -> Vec<Piece> {
    let (titles, mut rest): (Vec<Piece>, Vec<Piece>) = slide
        .into_iter()
        .partition(|piece| piece.block.kind == BlockKind::Heading(1));
    let joined = titles.into_iter().reduce(|mut title, next| {
        title.block.text = format!("{} {}", title.block.text, next.block.text);
        title
    });
    let mut pieces: Vec<Piece> = joined.into_iter().collect();
    pieces.append(&mut rest);
    pieces
}

/// The blocks of a finished document. Bold lines become headings one level below the heading with a
/// style that goes before, except in a bold passage, where no text follows, and where the next
/// paragraph goes on with the sentence. The heading over a table of contents belongs to it.
pub fn blocks_of(mut pieces: Vec<Piece>, problems: &mut Vec<String>) -> Vec<Block> {
    if pieces.len() > BLOCKS {
        problems.push(format!(
            "only the first {BLOCKS} of {} paragraphs were read",
            pieces.len()
        ));
        pieces.truncate(BLOCKS);
    }
    demote_passages(&mut pieces);
    demote_by_next(&mut pieces);
    let mut level = 0_u8;
    pieces
        .into_iter()
        .map(|mut piece| {
            match piece.block.kind {
                BlockKind::Heading(own) => level = own,
                _ if piece.heading_like => {
                    piece.block.kind = BlockKind::Heading(level.saturating_add(1).min(DEEPEST))
                }
                _ => {}
            }
            piece.block
        })
        .collect()
}

fn demote_passages(pieces: &mut [Piece]) {
    let total = pieces.len();
    let mut start = 0;
    while start < total {
        let run = pieces
            .iter()
            .skip(start)
            .take_while(|piece| piece.heading_like)
            .count();
        if run >= BOLD_PASSAGE || start + run == total {
            pieces
                .iter_mut()
                .skip(start)
                .take(run)
                .for_each(|piece| piece.heading_like = false);
        }
        start += run + 1;
    }
}

fn demote_by_next(pieces: &mut [Piece]) {
    let mut next: Option<(bool, bool)> = None;
    for piece in pieces.iter_mut().rev() {
        let (goes_on, contents) = next.unwrap_or_default();
        piece.heading_like &= !goes_on;
        let heading = piece.heading_like || matches!(piece.block.kind, BlockKind::Heading(1..));
        if contents
            && (heading || piece.block.kind == BlockKind::Paragraph)
            && is_contents_title(&piece.block.text)
        {
            piece.heading_like = false;
            piece.block.kind = BlockKind::Contents;
        }
        let lower = piece.block.kind == BlockKind::Paragraph
            && piece.block.text.starts_with(char::is_lowercase);
        next = Some((lower, piece.block.kind == BlockKind::Contents));
    }
}

fn is_contents_title(text: &str) -> bool {
    let title = text.trim_end_matches(':').to_lowercase();
    matches!(
        title.as_str(),
        "innhold" | "innhald" | "innholdsfortegnelse" | "contents" | "table of contents"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bold(text: &str) -> Piece {
        let mut line = Line::default();
        line.push(text, true, None);
        line.finish(BlockKind::Paragraph, "", false).unwrap()
    }

    fn plain(text: &str) -> Piece {
        Piece::new(Block::new(BlockKind::Paragraph, text, None))
    }

    #[test]
    fn a_page_begins_at_its_first_word() {
        let mut line = Line::default();
        line.push("Styret\u{AD} vedtok ", false, Some(3));
        line.push("budsjettet.", false, Some(4));
        let block = line.finish(BlockKind::ListItem, "a)", false).unwrap().block;
        assert_eq!(block.text, "a) Styret vedtok budsjettet.");
        assert_eq!((block.page, block.page_breaks), (Some(3), vec![(17, 4)]));
    }

    #[test]
    fn bold_lines_are_headings_only_where_text_follows() {
        let pieces = vec![
            bold("Til stede:"),
            plain("Kari Lie"),
            bold("Dette er vedtatt."),
            bold("Kari Lie, leder"),
        ];
        let kinds: Vec<_> = blocks_of(pieces, &mut Vec::new())
            .into_iter()
            .map(|block| block.kind)
            .collect();
        use BlockKind::{Heading, Paragraph};
        assert_eq!(kinds, [Heading(1), Paragraph, Paragraph, Paragraph]);
        let passage = vec![
            bold("En"),
            bold("To ord"),
            bold("Tre"),
            bold("Fire"),
            plain("Slutt"),
        ];
        assert!(
            blocks_of(passage, &mut Vec::new())
                .iter()
                .all(|block| block.kind == Paragraph)
        );
    }

    #[test]
    fn rows_keep_empty_cells_inside_and_nested_rows_after() {
        let mut table = Table::default();
        table.open_row();
        for text in ["Sak", "", "Frist", ""] {
            table.open_cell();
            if !text.is_empty() {
                table.push(vec![plain(text)], false);
            }
        }
        table.push(vec![plain("Innfelt")], true);
        let texts: Vec<_> = table
            .close_row()
            .into_iter()
            .map(|piece| piece.block.text)
            .collect();
        assert_eq!(texts, ["Sak | | Frist", "Innfelt"]);
    }
}
