//! Tables whose cells are drawn with rules: from the lines on the page to rows of cells.

use super::glyphs::Rule;
use super::spans::Span;

/// Rules this near to each other, in points, are one.
const NEAR: f32 = 2.0;
/// Pairs of rules compared at most; a page with more is a drawing.
const MAX_PAIRS: usize = 4_000_000;
/// Fields of one table, at most; a grid with more is a drawing.
const MAX_FIELDS: usize = 8_000;
/// A cell with more lines than this is not a table's: the rules set out a page.
const MAX_CELL_LINES: usize = 18;

/// A row of a table: the lines of each cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub cells: Vec<Vec<Span>>,
}

/// What a set of connected rules holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Grid {
    /// The rows of a table.
    Table(Vec<Row>),
    /// Texts set side by side in frames, in reading order.
    Frames(Vec<Vec<Span>>),
}

/// Takes the spans that stand in ruled tables out of `spans` and gives them as grids.
pub(super) fn take_grids(spans: &mut Vec<Span>, rules: &[Rule]) -> Vec<Grid> {
    let mut grids = Vec::new();
    for outline in outlines(rules) {
        let inside = |span: &Span| {
            let (x, y) = ((span.x0 + span.x1) / 2.0, span.y - 0.3 * span.size);
            outline.column_at(x).is_some() && outline.band_at(y).is_some()
        };
        let (within, outside): (Vec<Span>, Vec<Span>) =
            std::mem::take(spans).into_iter().partition(inside);
        *spans = outside;
        match outline.fill(&within) {
            Some(grid) => grids.push(grid),
            None => spans.extend(within),
        }
    }
    spans.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x0.total_cmp(&b.x0)));
    grids
}

/// Connected rules, and the positions at which they cut the page into columns and bands.
struct Outline {
    rules: Vec<Rule>,
    xs: Vec<f32>,
    ys: Vec<f32>,
}

impl Outline {
    fn new(rules: Vec<Rule>) -> Option<Outline> {
        let positions = |horizontal: bool| {
            let mut at: Vec<f32> = Vec::new();
            for rule in &rules {
                if rule.horizontal == horizontal {
                    at.push(rule.at);
                } else {
                    at.extend([rule.from, rule.to]);
                }
            }
            at.sort_by(f32::total_cmp);
            at.dedup_by(|next, kept| *next - *kept < NEAR * 1.5);
            at
        };
        let (xs, ys) = (positions(false), positions(true));
        (xs.len() >= 3
            && ys.len() >= 2
            && xs.len() * ys.len() < MAX_FIELDS
            && rules.len() < MAX_FIELDS / 4)
            .then_some(Outline { xs, ys, rules })
    }

    fn column_at(&self, x: f32) -> Option<usize> {
        interval_at(&self.xs, x)
    }

    fn band_at(&self, y: f32) -> Option<usize> {
        interval_at(&self.ys, y)
    }

    /// Whether a rule of the given direction at `at` covers `along`.
    fn ruled(&self, horizontal: bool, at: f32, along: f32) -> bool {
        self.rules.iter().any(|rule| {
            rule.horizontal == horizontal
                && (rule.at - at).abs() < NEAR * 1.5
                && (rule.from - NEAR..rule.to + NEAR).contains(&along)
        })
    }

    fn fill(&self, spans: &[Span]) -> Option<Grid> {
        let (columns, bands) = (self.xs.len() - 1, self.ys.len() - 1);
        let mut cells: Vec<Vec<Vec<Span>>> = vec![vec![Vec::new(); columns]; bands];
        let owners = self.owners(columns, bands);
        for span in spans {
            let (band, column) = (
                self.band_at(span.y - 0.3 * span.size)?,
                self.column_at((span.x0 + span.x1) / 2.0)?,
            );
            let &(band, column) = owners.get(band * columns + column)?;
            cells.get_mut(band)?.get_mut(column)?.push(span.clone());
        }
        let rows: Vec<Row> = cells
            .into_iter()
            .filter(|cells| cells.iter().any(|cell| !cell.is_empty()))
            .map(|cells| Row { cells })
            .collect();
        let used = |column: usize| {
            rows.iter()
                .any(|row| row.cells.get(column).is_some_and(|cell| !cell.is_empty()))
        };
        // One used column may be the rest of a row from the page before; more rows are no table.
        if (0..columns).filter(|&column| used(column)).count() < 2
            && (rows.len() != 1 || columns < 3)
        {
            return None;
        }
        let lines = |cell: &Vec<Span>| {
            let mut baselines: Vec<f32> = cell.iter().map(|span| span.y).collect();
            baselines.dedup_by(|a, b| (*a - *b).abs() < 2.0);
            baselines.len()
        };
        if rows
            .iter()
            .flat_map(|row| &row.cells)
            .any(|cell| lines(cell) > MAX_CELL_LINES)
        {
            return Some(Grid::Frames(
                rows.into_iter()
                    .flat_map(|row| row.cells)
                    .filter(|cell| !cell.is_empty())
                    .collect(),
            ));
        }
        // A double rule makes a column too narrow for any text.
        let wide = |column: usize| matches!(self.xs.get(column..column + 2), Some([from, to]) if to - from > 12.0);
        let kept: Vec<usize> = (0..columns)
            .filter(|&column| used(column) || wide(column))
            .collect();
        let narrowed = |row: Row| Row {
            cells: row
                .cells
                .into_iter()
                .enumerate()
                .filter(|(column, _)| kept.contains(column))
                .map(|(_, cell)| cell)
                .collect(),
        };
        Some(Grid::Table(rows.into_iter().map(narrowed).collect()))
    }

    /// For each field, row by row, the upper left field of its cell: no rule parts it from that one.
    fn owners(&self, columns: usize, bands: usize) -> Vec<(usize, usize)> {
        let middle = |edges: &[f32], index: usize| match edges.get(index..index + 2) {
            Some([from, to]) => (from + to) / 2.0,
            _ => 0.0,
        };
        let mut owners: Vec<(usize, usize)> = Vec::with_capacity(columns * bands);
        for band in 0..bands {
            for column in 0..columns {
                let (x, y) = (
                    self.xs.get(column).copied().unwrap_or(0.0),
                    self.ys.get(band).copied().unwrap_or(0.0),
                );
                let open_left = column > 0 && !self.ruled(false, x, middle(&self.ys, band));
                let open_above = band > 0 && !self.ruled(true, y, middle(&self.xs, column));
                let owner = match (open_left, open_above) {
                    (true, _) => owners.last().copied(),
                    (false, true) => owners.get((band - 1) * columns + column).copied(),
                    (false, false) => None,
                };
                owners.push(owner.unwrap_or((band, column)));
            }
        }
        owners
    }
}

fn interval_at(edges: &[f32], at: f32) -> Option<usize> {
    let after = edges.partition_point(|&edge| edge <= at);
    (after > 0 && after < edges.len()).then(|| after - 1)
}

/// The sets of rules that touch each other and enclose at least two columns.
fn outlines(rules: &[Rule]) -> Vec<Outline> {
    let across = joined(rules, true);
    let down = joined(rules, false);
    if across.len().saturating_mul(down.len()) > MAX_PAIRS {
        return Vec::new();
    }
    let all: Vec<Rule> = across.iter().chain(&down).copied().collect();
    let mut group: Vec<usize> = (0..all.len()).collect();
    for (i, h) in across.iter().enumerate() {
        for (j, v) in down.iter().enumerate() {
            if (h.from - NEAR..h.to + NEAR).contains(&v.at)
                && (v.from - NEAR..v.to + NEAR).contains(&h.at)
            {
                let (a, b) = (root(&mut group, i), root(&mut group, across.len() + j));
                if let Some(slot) = group.get_mut(a.max(b)) {
                    *slot = a.min(b);
                }
            }
        }
    }
    let mut sets: std::collections::BTreeMap<usize, Vec<Rule>> = std::collections::BTreeMap::new();
    for (index, rule) in all.iter().enumerate() {
        sets.entry(root(&mut group, index)).or_default().push(*rule);
    }
    sets.into_values()
        .filter(|set| set.len() >= 3)
        .filter_map(Outline::new)
        .collect()
}

/// The root of a set; the path to it is shortened on the way (union-find).
fn root(group: &mut [usize], mut index: usize) -> usize {
    while let Some(&parent) = group.get(index).filter(|&&parent| parent != index) {
        let above = group.get(parent).copied().unwrap_or(parent);
        if let Some(slot) = group.get_mut(index) {
            *slot = above;
        }
        index = parent;
    }
    index
}

/// Rules of one direction, pieces of the same line joined.
fn joined(rules: &[Rule], horizontal: bool) -> Vec<Rule> {
    let mut pieces: Vec<Rule> = rules
        .iter()
        .filter(|rule| rule.horizontal == horizontal)
        .copied()
        .collect();
    pieces.sort_by(|a, b| a.at.total_cmp(&b.at));
    let mut out: Vec<Rule> = Vec::new();
    let mut rest = pieces.into_iter().peekable();
    while let Some(first) = rest.next() {
        let mut line = vec![first];
        while let Some(next) = rest.next_if(|next| next.at - first.at < NEAR) {
            line.push(next);
        }
        line.sort_by(|a, b| a.from.total_cmp(&b.from));
        let start = out.len();
        for piece in line {
            match out.get_mut(start..).and_then(<[Rule]>::last_mut) {
                Some(last) if piece.from <= last.to + NEAR => last.to = last.to.max(piece.to),
                _ => out.push(piece),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn across(at: f32, from: f32, to: f32) -> Rule {
        Rule {
            horizontal: true,
            at,
            from,
            to,
        }
    }

    fn down(at: f32, from: f32, to: f32) -> Rule {
        Rule {
            horizontal: false,
            at,
            from,
            to,
        }
    }

    fn span(text: &str, x0: f32, y: f32) -> Span {
        let x1 = x0 + 5.0 * text.len() as f32;
        Span {
            x0,
            x1,
            y,
            ..Span::sample(text)
        }
    }

    fn texts(grids: &[Grid]) -> Vec<Vec<String>> {
        let Some(Grid::Table(rows)) = grids.first() else {
            return Vec::new();
        };
        let cell = |cell: &Vec<Span>| {
            cell.iter()
                .map(|span| span.text.as_str())
                .collect::<Vec<_>>()
                .join("/")
        };
        rows.iter()
            .map(|row| row.cells.iter().map(cell).collect())
            .collect()
    }

    #[test]
    fn lines_of_a_cell_stay_together_and_text_outside_stays_out() {
        let rules: Vec<Rule> = [100.0, 120.0, 150.0]
            .map(|y| across(y, 50.0, 250.0))
            .into_iter()
            .chain([50.0, 100.0, 250.0].map(|x| down(x, 100.0, 150.0)))
            .collect();
        let mut spans = vec![
            span("Over", 50.0, 90.0),
            span("Sak", 55.0, 112.0),
            span("Ansvar", 110.0, 112.0),
            span("4", 55.0, 132.0),
            span("Leder og", 110.0, 132.0),
            span("nestleder", 110.0, 144.0),
        ];
        let grids = take_grids(&mut spans, &rules);
        assert_eq!(
            texts(&grids),
            [["Sak", "Ansvar"], ["4", "Leder og/nestleder"]]
        );
        assert_eq!(spans.len(), 1);
    }

    #[test]
    fn a_cell_over_two_bands_belongs_to_the_row_in_which_it_begins() {
        let rules = vec![
            across(100.0, 50.0, 250.0),
            across(120.0, 100.0, 250.0),
            across(140.0, 50.0, 250.0),
            down(50.0, 100.0, 140.0),
            down(100.0, 100.0, 140.0),
            down(250.0, 100.0, 140.0),
        ];
        let mut spans = vec![
            span("Begge", 55.0, 131.0),
            span("en", 110.0, 112.0),
            span("to", 110.0, 132.0),
        ];
        assert_eq!(
            texts(&take_grids(&mut spans, &rules)),
            [["Begge", "en"], ["", "to"]]
        );
    }

    #[test]
    fn an_underlined_or_framed_text_is_no_table() {
        let frame = vec![
            across(100.0, 50.0, 250.0),
            across(140.0, 50.0, 250.0),
            down(50.0, 100.0, 140.0),
            down(250.0, 100.0, 140.0),
        ];
        let mut spans = vec![span("Merk", 60.0, 112.0), span("dette", 60.0, 130.0)];
        assert!(take_grids(&mut spans, &frame).is_empty());
        assert_eq!(spans.len(), 2);
    }
}
