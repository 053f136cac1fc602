//! Tables without rules: rows of spans whose cells stand under each other.

use super::contents::has_leader;
use super::layout::joined;
use super::spans::Span;

/// Rows of one table, at most; the next ones begin another.
const MAX_ROWS: usize = 300;

/// A table without rules at the head of some rows.
#[derive(Default)]
pub(super) struct Zone {
    /// How many of the rows belong to it; 0 where there is no table.
    pub length: usize,
    /// The columns, from left to right.
    columns: Vec<(f32, f32)>,
}

impl Zone {
    fn column(&self, span: &Span) -> usize {
        let centre = (span.x0 + span.x1) / 2.0;
        let distance = |(x0, x1): &(f32, f32)| (x0 - centre).max(centre - x1).max(0.0);
        let nearest = self
            .columns
            .iter()
            .enumerate()
            .min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
        nearest.map_or(0, |(index, _)| index)
    }

    /// The rows of the table: lines that continue the cells of the row above are joined to it.
    pub(super) fn rows(&self, lines: &[Vec<Span>]) -> Vec<Vec<Vec<Span>>> {
        let pitches: Vec<f32> = lines
            .windows(2)
            .map(|pair| baseline(pair.get(1)) - baseline(pair.first()))
            .collect();
        let tight = pitches.iter().copied().fold(f32::MAX, f32::min);
        let wide = pitches.iter().any(|pitch| *pitch > 1.35 * tight);
        let mut out: Vec<Vec<Vec<Span>>> = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let first_empty = line.iter().all(|span| self.column(span) > 0);
            let near = index > 0
                && pitches
                    .get(index - 1)
                    .is_some_and(|pitch| *pitch < 1.15 * tight);
            let filled = line
                .iter()
                .map(|span| self.column(span))
                .collect::<std::collections::BTreeSet<_>>()
                .len();
            let continues = near && (first_empty || (wide && filled < self.columns.len()));
            if !continues || out.is_empty() {
                out.push(vec![Vec::new(); self.columns.len()]);
            }
            for span in line {
                if let Some(cell) = out
                    .last_mut()
                    .and_then(|row| row.get_mut(self.column(span)))
                {
                    cell.push(span.clone());
                }
            }
        }
        out
    }
}

fn baseline(row: Option<&Vec<Span>>) -> f32 {
    row.and_then(|row| row.first()).map_or(0.0, |span| span.y)
}

/// The table that the rows begin with, if they do.
pub(super) fn table_zone(rows: &[Vec<Span>]) -> Zone {
    let Some(first) = rows.first().filter(|row| row.len() >= 2) else {
        return Zone::default();
    };
    let mut columns: Vec<(f32, f32)> = Vec::new();
    let mut count = 0;
    let mut full = 0;
    let mut last = baseline(rows.first());
    for (index, row) in rows.iter().enumerate().take(MAX_ROWS) {
        let size = row.first().map_or(0.0, |span| span.size);
        let pitch = baseline(Some(row)) - last;
        if pitch > 3.2 * size || has_leader(&joined(row)) {
            break;
        }
        let merged = merge(&columns, row, 0.4 * size);
        let continues = row.len() >= 2
            && (columns.is_empty()
                || merged.len() == columns.len()
                || (first.len() > 2 && merged.len() > columns.len()));
        let after = rows
            .get(index + 1)
            .map_or(f32::MAX, |next| baseline(Some(next)) - baseline(Some(row)));
        let in_first = row
            .first()
            .is_some_and(|span| columns.first().is_some_and(|column| span.x0 <= column.1));
        let near = pitch < 1.5 * size && (!in_first || after > 1.15 * pitch);
        let wrapped = row.len() == 1
            && count > 0
            && near
            && merged.len() == columns.len()
            && merged == widened(&columns, row);
        if !(continues || wrapped) {
            break;
        }
        full += usize::from(row.len() >= 2);
        columns = merged;
        count += 1;
        last = baseline(Some(row));
    }
    let kept = rows.get(..count).unwrap_or_default();
    let table = if columns.len() >= 3 {
        full >= 2
    } else {
        columns.len() == 2 && full >= 3 && is_pair_table(kept)
    };
    if table {
        Zone {
            length: count,
            columns,
        }
    } else {
        Zone::default()
    }
}

/// The columns after the spans of `row` are laid over them.
fn merge(columns: &[(f32, f32)], row: &[Span], slack: f32) -> Vec<(f32, f32)> {
    let mut all: Vec<(f32, f32)> = columns
        .iter()
        .copied()
        .chain(row.iter().map(|span| (span.x0, span.x1)))
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<(f32, f32)> = Vec::new();
    for (x0, x1) in all {
        match out.last_mut() {
            Some(last) if x0 < last.1 + slack => last.1 = last.1.max(x1),
            _ => out.push((x0, x1)),
        }
    }
    out
}

/// The columns as they are when `row` only fills a column it starts in.
fn widened(columns: &[(f32, f32)], row: &[Span]) -> Vec<(f32, f32)> {
    columns
        .iter()
        .map(|&(x0, x1)| match row.first() {
            Some(span) if span.x0 >= x0 - 1.0 && span.x0 <= x1 && span.x1 <= x1 + 1.0 => {
                (x0.min(span.x0), x1.max(span.x1))
            }
            _ => (x0, x1),
        })
        .collect()
}

/// Whether rows of two spans are a table: the second ones begin at one place, and the first ones are
/// neither labels of list items nor of a "Sted: Oslo" kind.
fn is_pair_table(rows: &[Vec<Span>]) -> bool {
    let pairs: Vec<(&Span, &Span)> = rows
        .iter()
        .filter_map(|row| match row.as_slice() {
            [first, second] => Some((first, second)),
            _ => None,
        })
        .collect();
    let aligned = pairs
        .windows(2)
        .all(|pair| matches!(pair, [a, b] if (a.1.x0 - b.1.x0).abs() < 2.0));
    let apart = pairs
        .iter()
        .all(|(first, second)| second.x0 - first.x1 > 0.9 * first.size);
    let labels = pairs
        .iter()
        .filter(|(first, _)| {
            first.text.ends_with(':')
                || first.text.chars().filter(|c| c.is_alphabetic()).count() < 3
        })
        .count();
    aligned && apart && 2 * labels < pairs.len()
}

#[cfg(test)]
mod tests {
    use super::super::layout::{Line, arrange};
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
        let cells = |line: &Line| {
            line.cells
                .iter()
                .map(|cell| cell.join("/"))
                .collect::<Vec<_>>()
                .join("|")
        };
        let text = |line: Line| {
            if line.cells.is_empty() {
                line.text
            } else {
                format!("[{}]", cells(&line))
            }
        };
        arrange(spans, &[], 1).into_iter().map(text).collect()
    }

    #[test]
    fn cells_without_rules_are_a_table_and_wrapped_ones_are_joined() {
        let spans = vec![
            span("Sak", 50.0, 100.0),
            span("Tiltak", 120.0, 100.0),
            span("Frist", 300.0, 100.0),
            span("4/25", 50.0, 120.0),
            span("Nytt utkast til", 120.0, 120.0),
            span("1. mai", 300.0, 120.0),
            span("retningslinjer", 120.0, 132.0),
            span("5/25", 50.0, 152.0),
            span("Ny runde", 120.0, 152.0),
            span("1. juni", 300.0, 152.0),
        ];
        assert_eq!(
            texts(spans),
            [
                "[Sak|Tiltak|Frist]",
                "[4/25|Nytt utkast til/retningslinjer|1. mai]",
                "[5/25|Ny runde|1. juni]"
            ]
        );
    }

    #[test]
    fn labels_and_values_are_lines_of_text() {
        let spans = vec![
            span("Sted:", 50.0, 100.0),
            span("Møterom Fjorden", 150.0, 100.0),
            span("Tid:", 50.0, 114.0),
            span("Klokka ti", 150.0, 114.0),
            span("Leder:", 50.0, 128.0),
            span("Kari Ås", 150.0, 128.0),
        ];
        assert_eq!(
            texts(spans),
            ["Sted: Møterom Fjorden", "Tid: Klokka ti", "Leder: Kari Ås"]
        );
    }
}
