//! Reading order: spans of a page to lines, column by column, with tables kept as rows of cells.
//!
//! The method is a recursive cut of the page (XY-cut) that looks for a vertical gutter first: a strip
//! that no span crosses between two full-width pieces. Rows whose cells stand under each other are a
//! table, not columns; prose and lists side by side are columns.

use super::glyphs::Rule;
use super::grid::{Grid, Row, take_grids};
use super::spans::Span;
use super::zone::table_zone;

/// Width of a gutter in font sizes, at least.
const GUTTER: f32 = 0.8;
/// Left edges that are tried as a gutter's, at most.
const MAX_EDGES: usize = 24;
/// Columns within columns, at most.
const MAX_DEPTH: usize = 8;

/// One line of text, or one row of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Line {
    pub page: u32,
    pub text: String,
    pub x0: f32,
    pub x1: f32,
    pub y: f32,
    pub size: f32,
    pub font: u16,
    /// Share of the letters that are bold.
    pub bold: f32,
    pub letters: usize,
    /// Whether it begins with a bold label that ends in a colon or a full stop.
    pub lead_in: bool,
    /// The left and right edge of its column.
    pub column: (f32, f32),
    /// Lines of one column on one page share the number.
    pub region: u32,
    /// Where the text after a first short span begins ("1.", a bullet), if there is such a span.
    pub label: Option<f32>,
    /// Whether its letters are set apart.
    pub spaced_out: bool,
    /// The lines of each cell, for a table row.
    pub cells: Vec<Vec<String>>,
}

/// Puts the spans of a page in reading order.
pub(super) fn arrange(mut spans: Vec<Span>, rules: &[Rule], page: u32) -> Vec<Line> {
    let grids = take_grids(&mut spans, rules);
    let mut pieces: Vec<Piece> = spans.into_iter().map(Piece::Span).collect();
    for grid in grids {
        match grid {
            Grid::Table(rows) => pieces.push(Piece::table(rows)),
            Grid::Frames(frames) => pieces.push(Piece::frames(frames)),
        }
    }
    pieces.sort_by(|a, b| a.top().total_cmp(&b.top()).then(a.x0().total_cmp(&b.x0())));
    let mut writer = Writer {
        page,
        region: 0,
        lines: Vec::new(),
    };
    writer.region(pieces, 0);
    writer.lines
}

/// What the cut moves around: a span, or a whole table.
#[derive(Debug, Clone)]
enum Piece {
    Span(Span),
    Block {
        bounds: [f32; 4],
        rows: Vec<Row>,
        frames: Vec<Vec<Span>>,
    },
}

impl Piece {
    fn table(rows: Vec<Row>) -> Piece {
        let bounds = bounds(rows.iter().flat_map(|row| row.cells.iter().flatten()));
        Piece::Block {
            bounds,
            rows,
            frames: Vec::new(),
        }
    }

    fn frames(frames: Vec<Vec<Span>>) -> Piece {
        Piece::Block {
            bounds: bounds(frames.iter().flatten()),
            rows: Vec::new(),
            frames,
        }
    }

    fn x0(&self) -> f32 {
        match self {
            Piece::Span(span) => span.x0,
            Piece::Block { bounds, .. } => bounds[0],
        }
    }

    fn x1(&self) -> f32 {
        match self {
            Piece::Span(span) => span.x1,
            Piece::Block { bounds, .. } => bounds[1],
        }
    }

    fn top(&self) -> f32 {
        match self {
            Piece::Span(span) => span.top(),
            Piece::Block { bounds, .. } => bounds[2],
        }
    }

    fn bottom(&self) -> f32 {
        match self {
            Piece::Span(span) => span.bottom(),
            Piece::Block { bounds, .. } => bounds[3],
        }
    }
}

fn bounds<'a>(spans: impl Iterator<Item = &'a Span>) -> [f32; 4] {
    let empty = [f32::MAX, f32::MIN, f32::MAX, f32::MIN];
    spans.fold(empty, |[x0, x1, y0, y1], span| {
        [
            x0.min(span.x0),
            x1.max(span.x1),
            y0.min(span.top()),
            y1.max(span.bottom()),
        ]
    })
}

/// The pieces of a region cut in four.
struct Cut {
    above: Vec<Piece>,
    left: Vec<Piece>,
    right: Vec<Piece>,
    below: Vec<Piece>,
}

struct Writer {
    page: u32,
    region: u32,
    lines: Vec<Line>,
}

impl Writer {
    /// Writes the pieces, sorted by their tops, in reading order.
    fn region(&mut self, pieces: Vec<Piece>, depth: usize) {
        if pieces.is_empty() {
            return;
        }
        let cut = if depth < MAX_DEPTH {
            cut(&pieces)
        } else {
            None
        };
        match cut {
            Some(cut) => {
                for part in [cut.above, cut.left, cut.right, cut.below] {
                    self.region(part, depth + 1);
                }
            }
            None => self.rows(pieces, depth),
        }
    }

    /// Writes a single column.
    fn rows(&mut self, pieces: Vec<Piece>, depth: usize) {
        self.region += 1;
        let edges = pieces.iter().fold((f32::MAX, f32::MIN), |(x0, x1), piece| {
            (x0.min(piece.x0()), x1.max(piece.x1()))
        });
        let mut spans: Vec<Span> = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Span(span) => spans.push(span),
                Piece::Block { rows, frames, .. } => {
                    self.text(std::mem::take(&mut spans), edges);
                    for row in rows {
                        self.table_row(row.cells, edges);
                    }
                    for frame in frames {
                        self.region(frame.into_iter().map(Piece::Span).collect(), depth + 1);
                        self.region += 1;
                    }
                }
            }
        }
        self.text(spans, edges);
    }

    fn text(&mut self, spans: Vec<Span>, edges: (f32, f32)) {
        let rows = rows(spans);
        let mut index = 0;
        while let Some(row) = rows.get(index) {
            let zone = table_zone(rows.get(index..).unwrap_or_default());
            if zone.length == 0 {
                let line = self.line(row, edges);
                self.lines.push(line);
                index += 1;
                continue;
            }
            for cells in zone.rows(rows.get(index..index + zone.length).unwrap_or_default()) {
                self.table_row(cells, edges);
            }
            index += zone.length;
        }
    }

    fn table_row(&mut self, cells: Vec<Vec<Span>>, edges: (f32, f32)) {
        let all: Vec<Span> = cells.iter().flatten().cloned().collect();
        if all.is_empty() {
            return;
        }
        let mut line = self.line(&all, edges);
        line.y = all.iter().map(|span| span.y).fold(f32::MAX, f32::min);
        line.cells = cells
            .into_iter()
            .map(|cell| rows(cell).iter().map(|row| joined(row)).collect())
            .collect();
        while line.cells.last().is_some_and(Vec::is_empty) {
            line.cells.pop();
        }
        line.text = line
            .cells
            .iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ");
        self.lines.push(line);
    }

    fn line(&self, row: &[Span], edges: (f32, f32)) -> Line {
        let main = row.iter().max_by_key(|span| span.letters);
        let letters: usize = row.iter().map(|span| span.letters).sum();
        let bold: f32 = row
            .iter()
            .map(|span| span.bold * span.letters as f32)
            .sum::<f32>()
            / letters.max(1) as f32;
        let label = match row {
            [first, second, ..] if first.text.chars().count() <= 8 => {
                Some(first.label.unwrap_or(second.x0))
            }
            [first, ..] => first.label,
            [] => None,
        };
        Line {
            page: self.page,
            text: joined(row),
            x0: row.iter().map(|span| span.x0).fold(f32::MAX, f32::min),
            x1: row.iter().map(|span| span.x1).fold(f32::MIN, f32::max),
            y: main.map_or(0.0, |span| span.y),
            size: main.map_or(0.0, |span| span.size),
            font: main.map_or(u16::MAX, |span| span.font),
            bold,
            letters,
            lead_in: row.first().is_some_and(|span| {
                span.lead_in || (row.len() > 1 && span.bold > 0.9 && span.text.ends_with(':'))
            }),
            column: edges,
            region: self.region,
            label,
            spaced_out: row.iter().all(|span| span.spaced_out),
            cells: Vec::new(),
        }
    }
}

pub(super) fn joined(row: &[Span]) -> String {
    row.iter()
        .map(|span| span.text.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Spans of one baseline together, rows from top to bottom, spans from left to right.
fn rows(mut spans: Vec<Span>) -> Vec<Vec<Span>> {
    spans.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows: Vec<Vec<Span>> = Vec::new();
    for span in spans {
        match rows.last_mut() {
            Some(row)
                if row
                    .first()
                    .is_some_and(|first| span.y - first.y < 0.3 * span.size.min(first.size)) =>
            {
                row.push(span)
            }
            _ => rows.push(vec![span]),
        }
    }
    rows.iter_mut()
        .for_each(|row| row.sort_by(|a, b| a.x0.total_cmp(&b.x0)));
    rows
}

fn middle<T: Copy + PartialOrd>(mut values: Vec<T>) -> Option<T> {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() / 2).copied()
}

/// The best gutter of a region, if it has one.
fn cut(pieces: &[Piece]) -> Option<Cut> {
    let spans: Vec<&Span> = pieces
        .iter()
        .filter_map(|piece| {
            if let Piece::Span(span) = piece {
                Some(span)
            } else {
                None
            }
        })
        .collect();
    let size = middle(spans.iter().map(|span| span.size).collect())?;
    let mut edges: Vec<f32> = spans.iter().map(|span| span.x0).collect();
    edges.sort_by(f32::total_cmp);
    let mut best: Option<(usize, f32, std::ops::Range<usize>)> = None;
    for edge in common_edges(&edges) {
        for stretch in stretches(pieces, edge, GUTTER * size) {
            let score = rate(pieces.get(stretch.clone()).unwrap_or_default(), edge, size);
            if score > best.as_ref().map_or(0, |(score, ..)| *score) {
                best = Some((score, edge, stretch));
            }
        }
    }
    let (_, edge, stretch) = best?;
    let inner = pieces.get(stretch.clone())?;
    let (right, left): (Vec<Piece>, Vec<Piece>) = inner
        .iter()
        .cloned()
        .partition(|piece| piece.x0() >= edge - 0.5);
    let (left, mut below) = tail(left, &right, size, stretch.end < pieces.len());
    below.extend(pieces.get(stretch.end..)?.iter().cloned());
    Some(Cut {
        above: pieces.get(..stretch.start)?.to_vec(),
        left,
        right,
        below,
    })
}

/// The left edges that most spans share, from left to right.
fn common_edges(sorted: &[f32]) -> Vec<f32> {
    let groups = sorted
        .chunk_by(|a, b| b - a < 1.5)
        .filter(|group| group.len() >= 2);
    let mut edges: Vec<(usize, f32)> = groups
        .filter_map(|group| Some((group.len(), *group.first()?)))
        .collect();
    edges.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    edges.truncate(MAX_EDGES);
    let mut edges: Vec<f32> = edges.into_iter().map(|(_, edge)| edge).collect();
    edges.sort_by(f32::total_cmp);
    edges
}

/// The runs of pieces that leave the strip of `width` left of `edge` free.
fn stretches(pieces: &[Piece], edge: f32, width: f32) -> Vec<std::ops::Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for (index, piece) in pieces.iter().enumerate() {
        if piece.x0() < edge - 0.5 && piece.x1() > edge - width {
            out.push(start..index);
            start = index + 1;
        }
    }
    out.push(start..pieces.len());
    out.retain(|range| range.len() >= 4);
    out
}

/// How many lines stand in two columns on the sides of `edge`; 0 where they are no columns.
fn rate(pieces: &[Piece], edge: f32, size: f32) -> usize {
    let side = |right: bool| -> Vec<&Span> {
        let of = |piece: &&Piece| (piece.x0() >= edge - 0.5) == right;
        pieces
            .iter()
            .filter(of)
            .filter_map(|piece| {
                if let Piece::Span(span) = piece {
                    Some(span)
                } else {
                    None
                }
            })
            .collect()
    };
    let (left, right) = (Side::new(side(false)), Side::new(side(true)));
    let (few, many) = (
        left.baselines.len().min(right.baselines.len()),
        left.baselines.len().max(right.baselines.len()),
    );
    if few < 2 || few + many < 6 {
        return 0;
    }
    let shared = left.bottom.min(right.bottom) - left.top.max(right.top);
    let shorter = (left.bottom - left.top).min(right.bottom - right.top);
    if shared < 0.4 * shorter {
        return 0;
    }
    let level = |side: &Side, other: &Side| {
        let near = |y: &&f32| {
            let from = other
                .baselines
                .partition_point(|other| *other <= **y - 0.15 * size);
            other
                .baselines
                .get(from)
                .is_some_and(|other| *other < **y + 0.15 * size)
        };
        side.baselines.iter().filter(near).count() as f32 / side.baselines.len() as f32
    };
    let aligned = if left.baselines.len() < right.baselines.len() {
        level(&left, &right)
    } else {
        level(&right, &left)
    };
    let prose = left.full >= 0.5 && right.full >= 0.5 && left.width.min(right.width) > 9.0 * size;
    let columns = prose
        || (left.lists || right.lists) && left.width.min(right.width) > 6.0 * size
        || aligned < 0.5 && few >= 3;
    if columns { few + many } else { 0 }
}

/// What stands on one side of a gutter.
struct Side {
    baselines: Vec<f32>,
    top: f32,
    bottom: f32,
    width: f32,
    /// Share of the lines that fill the width of the column.
    full: f32,
    /// Whether lines begin with bullets.
    lists: bool,
}

impl Side {
    fn new(spans: Vec<&Span>) -> Side {
        let [x0, x1, top, bottom] = bounds(spans.iter().copied());
        let lines = rows(spans.iter().map(|span| (*span).clone()).collect());
        let ends = |row: &Vec<Span>| row.iter().map(|span| span.x1).fold(f32::MIN, f32::max);
        let full = lines
            .iter()
            .filter(|row| ends(row) > x0 + 0.8 * (x1 - x0) && extent(row) > 0.55 * (x1 - x0))
            .count();
        let bulleted = lines
            .iter()
            .filter(|row| crate::corpus::format::clean::strip_bullet(&joined(row)).is_some())
            .count();
        Side {
            baselines: lines
                .iter()
                .filter_map(|row| row.first())
                .map(|span| span.y)
                .collect(),
            top,
            bottom,
            width: x1 - x0,
            full: full as f32 / lines.len().max(1) as f32,
            lists: bulleted >= 2,
        }
    }
}

/// How much of the line is covered by text.
fn extent(row: &[Span]) -> f32 {
    row.iter().map(|span| span.x1 - span.x0).sum()
}

/// Parts what follows two balanced columns from the left column: it stands below both, after a gap.
/// Where nothing of full width follows (`bounded` is false) the left column may simply be the longer
/// one, and only a heading with little below it is parted.
fn tail(left: Vec<Piece>, right: &[Piece], size: f32, bounded: bool) -> (Vec<Piece>, Vec<Piece>) {
    let end = right.iter().map(Piece::bottom).fold(f32::MIN, f32::max);
    let mut bottom = f32::MIN;
    let mut pitches = Vec::new();
    for pair in left.windows(2) {
        if let [a, b] = pair {
            pitches.push(b.top() - a.top());
        }
    }
    let pitch = middle(
        pitches
            .into_iter()
            .filter(|pitch| *pitch > 0.5 * size)
            .collect(),
    )
    .unwrap_or(1.2 * size);
    for (index, piece) in left.iter().enumerate() {
        let balanced = bottom > end - 2.5 * pitch;
        let gap = piece.bottom() - bottom;
        let heading =
            matches!(piece, Piece::Span(span) if span.bold > 0.9 || span.size > 1.1 * size);
        let apart = if bounded {
            heading || gap > 1.3 * pitch
        } else {
            heading && left.len() - index <= 4
        };
        if index > 0 && piece.top() > end && balanced && apart {
            let mut left = left;
            let below = left.split_off(index);
            return (left, below);
        }
        bottom = bottom.max(piece.bottom());
    }
    (left, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str, x0: f32, y: f32) -> Span {
        Span {
            x0,
            x1: x0 + 5.0 * text.chars().count() as f32,
            y,
            ..Span::sample(text)
        }
    }

    fn texts(spans: Vec<Span>) -> Vec<String> {
        arrange(spans, &[], 1)
            .into_iter()
            .map(|line| {
                if line.cells.is_empty() {
                    line.text
                } else {
                    format!("[{}]", cells(&line))
                }
            })
            .collect()
    }

    fn cells(line: &Line) -> String {
        line.cells
            .iter()
            .map(|cell| cell.join("/"))
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn columns_are_read_one_after_the_other_between_full_width_text() {
        let mut spans = vec![span(&"over begge spaltene ".repeat(4), 50.0, 80.0)];
        for line in 0..5 {
            let y = 100.0 + 14.0 * line as f32;
            spans.push(span(
                &format!("venstre spalte, dette er linje {line}"),
                50.0,
                y,
            ));
            spans.push(span(
                &format!("spalten til høyre, med linje nr {line}"),
                260.0,
                y,
            ));
        }
        spans.push(span(&"under begge spaltene ".repeat(4), 50.0, 190.0));
        let texts = texts(spans);
        let lefts: Vec<usize> = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| text.starts_with("venstre"))
            .map(|(i, _)| i)
            .collect();
        assert_eq!(lefts, [1, 2, 3, 4, 5]);
        assert!(
            texts.first().is_some_and(|text| text.starts_with("over"))
                && texts.last().is_some_and(|text| text.starts_with("under"))
        );
    }

    #[test]
    fn a_heading_after_balanced_columns_comes_after_both() {
        let mut spans = Vec::new();
        for line in 0..4 {
            let y = 100.0 + 14.0 * line as f32;
            spans.push(span("venstre spalte med en hel del tekst", 50.0, y));
            spans.push(span("spalten til høyre med mer av teksten", 260.0, y));
        }
        spans.push(Span {
            bold: 1.0,
            ..span("Oppfølging", 50.0, 180.0)
        });
        assert_eq!(texts(spans).last().map(String::as_str), Some("Oppfølging"));
    }
}
