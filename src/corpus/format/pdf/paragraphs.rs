//! Lines joined to paragraphs, list items, table rows and contents lines.

use std::collections::HashMap;

use super::contents::contents_lines;
use super::layout::Line;
use crate::corpus::format::BlockKind;
use crate::corpus::format::clean::{clean, is_bullet, strip_bullet};
use crate::corpus::format::join::{Vocabulary, append_line};

/// A line ends early when the next word would have fitted with this much room to spare, in font sizes.
const SPARE: f32 = 1.5;
/// A gap between lines parts paragraphs when it is larger than the usual one by this factor.
const WIDE_PITCH: f32 = 1.2;

/// A block whose lines are joined, with what is needed to tell headings from text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    pub kind: BlockKind,
    pub text: String,
    pub page: u32,
    pub page_breaks: Vec<(usize, u32)>,
    pub size: f32,
    pub font: u16,
    /// Share of the letters that are bold.
    pub bold: f32,
    pub letters: usize,
    pub lines: usize,
}

/// Joins the lines of a document of `pages` pages.
pub(super) fn join(lines: Vec<Line>, pages: usize) -> Vec<Draft> {
    let words: Vec<&str> = lines
        .iter()
        .flat_map(|line| {
            if line.cells.is_empty() {
                vec![line.text.as_str()]
            } else {
                line.cells.iter().flatten().map(String::as_str).collect()
            }
        })
        .collect();
    let vocabulary = Vocabulary::of_lines(words);
    let contents = contents_lines(&lines, pages);
    let pitches = usual_pitches(&lines);
    let leading = leading(&lines, &pitches);
    let mut joiner = Joiner {
        vocabulary,
        pitches,
        leading,
        drafts: Vec::new(),
        open: None,
        row: None,
        head: None,
    };
    for (index, line) in lines.iter().enumerate() {
        let around = lines
            .get(index.saturating_sub(4)..(index + 5).min(lines.len()))
            .unwrap_or_default();
        joiner.add(
            line,
            lines.get(index + 1),
            contents.get(index).copied().unwrap_or(false),
            around,
        );
    }
    joiner.drafts.retain(|draft| !draft.text.is_empty());
    number_lists(&mut joiner.drafts);
    joiner.drafts
}

/// The last line that was added to a text block.
struct Open {
    line: Line,
    /// Where the text of the block begins, right of a list label.
    text_x0: f32,
    /// Whether the block is a list item.
    item: bool,
    /// The right edge of the lines around.
    right: f32,
    /// Whether the line ends at the right edge of justified text.
    flush: bool,
}

struct Joiner {
    vocabulary: Vocabulary,
    /// The usual distance between lines, for each type size that has one.
    pitches: HashMap<i32, f32>,
    /// That distance in type sizes, for all others.
    leading: f32,
    drafts: Vec<Draft>,
    open: Option<Open>,
    /// The table row that was added last, if nothing came after it.
    row: Option<Line>,
    /// The first row of the table that is being added.
    head: Option<Line>,
}

impl Joiner {
    fn add(&mut self, line: &Line, next: Option<&Line>, contents: bool, around: &[Line]) {
        if contents || !line.cells.is_empty() {
            self.open = None;
            if contents {
                self.drafts
                    .push(draft(BlockKind::Contents, &line.text, line));
            } else {
                self.add_row(line);
            }
            return;
        }
        self.row = None;
        let right = right_edge(line, around);
        let breaks = self.breaks(line, right);
        let item = item_start(line, next, breaks);
        if !breaks && !item {
            self.append(line);
        } else if let Some(index) = self.continued(line).filter(|_| !item) {
            self.append_to(index, line);
        } else {
            let kind = if item {
                BlockKind::ListItem
            } else {
                BlockKind::Paragraph
            };
            let text = if item {
                without_bullet(&line.text)
            } else {
                &line.text
            };
            self.drafts.push(draft(kind, text, line));
        }
        let labelled = item.then_some(line.label).flatten();
        let (text_x0, item) = match (&self.open, breaks || item) {
            (Some(open), false) => (open.text_x0, open.item),
            _ => (labelled.unwrap_or(line.x0), labelled.is_some()),
        };
        let justified = around
            .iter()
            .filter(|other| other.region == line.region && (other.x1 - line.x1).abs() < 1.0)
            .count()
            >= 3;
        self.open = Some(Open {
            line: line.clone(),
            text_x0,
            item,
            right,
            flush: justified && line.x1 > right - 1.0,
        });
    }

    /// Adds a table row; the first row of a page whose cells go on from the row before is joined to it.
    fn add_row(&mut self, line: &Line) {
        if self.row.is_none() {
            self.head = Some(line.clone());
        } else if let (Some(row), Some(head)) = (&self.row, &self.head)
            && row.page != line.page
            && head.page != line.page
            && head.cells == line.cells
        {
            // The head of a table, repeated on its next page.
            return;
        }
        let before = self.row.take().filter(|before| {
            before.page + 1 == line.page && rest_of_row(&before.cells, &line.cells)
        });
        let Some(mut row) = before else {
            let text = self.row_text(&line.cells);
            self.drafts.push(draft(BlockKind::TableRow, &text, line));
            self.row = Some(line.clone());
            return;
        };
        let first = line
            .cells
            .iter()
            .position(|cell| !cell.is_empty())
            .unwrap_or(0);
        for (cell, rest) in row.cells.iter_mut().zip(&line.cells) {
            cell.extend(rest.iter().cloned());
        }
        let from =
            row.cells.get(first).map_or(0, Vec::len) - line.cells.get(first).map_or(0, Vec::len);
        let until: Vec<Vec<String>> = row
            .cells
            .iter()
            .take(first + 1)
            .enumerate()
            .map(|(column, cell)| {
                if column == first {
                    cell.iter().take(from).cloned().collect()
                } else {
                    cell.clone()
                }
            })
            .collect();
        let text = self.row_text(&row.cells);
        let at = self.row_text(&until).trim_end_matches('-').len();
        if let Some(draft) = self.drafts.last_mut() {
            draft.text = text;
            draft.page_breaks.push((at, line.page));
        }
        self.row = Some(Line {
            page: line.page,
            ..row
        });
    }

    fn row_text(&self, cells: &[Vec<String>]) -> String {
        let cell = |lines: &Vec<String>| {
            let mut text = String::new();
            lines
                .iter()
                .for_each(|line| append_line(&mut text, &tidy(line), &self.vocabulary));
            clean(&text)
        };
        cells.iter().map(cell).collect::<Vec<_>>().join(" | ")
    }

    /// Whether `line` begins a new block after the open line of the same column.
    fn breaks(&self, line: &Line, right: f32) -> bool {
        let Some(open) = &self.open else { return true };
        let last = &open.line;
        if last.region != line.region || last.page != line.page {
            return true;
        }
        let size = last.size.max(line.size);
        let mixed =
            (last.size - line.size).abs() > 0.08 * size && last.letters > 3 && line.letters > 3;
        let pitch = line.y - last.y;
        let usual = self
            .pitches
            .get(&size_class(line.size))
            .copied()
            .unwrap_or(self.leading * line.size);
        let wrapped_heading =
            last.bold > 0.9 && line.bold > 0.9 && starts_lower(&line.text) && pitch < 1.9 * size;
        if mixed
            || (pitch > (WIDE_PITCH * usual).max(usual + 1.5) && !wrapped_heading)
            || pitch < -0.5 * size
        {
            return true;
        }
        let flows = flows(last, line, open.right.max(right));
        if line.lead_in && (ends_sentence(&last.text) || !starts_lower(&line.text)) {
            return true;
        }
        let heading = last.bold > 0.9 && last.letters > 3;
        if heading != (line.bold > 0.9) && last.letters > 3 && line.letters > 3 {
            // A bold line above plain text is a heading; a bold first line of a longer sentence flows on.
            return !(flows && !ends_sentence(&last.text) && starts_lower(&line.text));
        }
        if heading || last.size > 1.12 * line.size.min(last.size) {
            return ends_sentence(&last.text) && !flows;
        }
        let after_item = open.item && line.x0 < open.text_x0 - 0.8 * size;
        let indented = line.x0 > last.x0 + 0.8 * size
            && line.x0 > open.text_x0 + 0.8 * size
            && ends_sentence(&last.text);
        let loose = !ends_sentence(&last.text) && starts_lower(&line.text);
        indented || (!loose && (after_item || !flows))
    }

    /// The block that `line`, first in its column or page, runs on from.
    fn continued(&self, line: &Line) -> Option<usize> {
        let open = self.open.as_ref()?;
        let elsewhere = open.line.region != line.region || open.line.page != line.page;
        if !elsewhere || line.letters < 2 {
            return None;
        }
        // Footnotes may stand between: smaller than the text that runs on.
        let back = self.drafts.iter().enumerate().rev().take(12);
        let mut candidates = back.skip_while(|(_, draft)| {
            draft.size < 0.93 * line.size && draft.kind != BlockKind::TableRow
        });
        let (index, draft) = candidates.next()?;
        let text = matches!(draft.kind, BlockKind::Paragraph | BlockKind::ListItem);
        let alike = (draft.size - line.size).abs() < 0.08 * line.size
            && (draft.bold > 0.9) == (line.bold > 0.9);
        let near = line
            .page
            .saturating_sub(draft.page_breaks.last().map_or(draft.page, |last| last.1))
            <= 1;
        let hyphen = draft.text.ends_with(['-', '\u{AD}', '\u{2010}'])
            && line.text.starts_with(char::is_alphanumeric);
        let open_end = !ends_sentence(&draft.text)
            && (starts_lower(&line.text) || hyphen || goes_on(&draft.text));
        // A full last line of justified text: paragraphs seldom end just there.
        let flush =
            open.flush && !draft.text.ends_with(':') && line.x0 < line.column.0 + 0.5 * line.size;
        let runs_on = open_end || (flush && index + 1 == self.drafts.len());
        (text && alike && near && runs_on && label_of(&line.text).is_none()).then_some(index)
    }

    fn append(&mut self, line: &Line) {
        if let Some(index) = self.drafts.len().checked_sub(1) {
            self.append_to(index, line);
        }
    }

    fn append_to(&mut self, index: usize, line: &Line) {
        let Some(draft) = self.drafts.get_mut(index) else {
            return;
        };
        let next = tidy(&line.text);
        append_line(&mut draft.text, &next, &self.vocabulary);
        let last_page = draft.page_breaks.last().map_or(draft.page, |last| last.1);
        if line.page != last_page {
            draft.page_breaks.push((
                draft.text.len() - next.trim().len().min(draft.text.len()),
                line.page,
            ));
        }
        let letters = (draft.letters + line.letters).max(1);
        draft.bold =
            (draft.bold * draft.letters as f32 + line.bold * line.letters as f32) / letters as f32;
        draft.letters = letters;
        draft.lines += 1;
    }
}

/// Whether the cells of a page's first row are the rest of the row before: some are empty that were
/// not, and none is filled that was empty.
fn rest_of_row(before: &[Vec<String>], cells: &[Vec<String>]) -> bool {
    let filled = |cells: &[Vec<String>], column: usize| {
        cells.get(column).is_some_and(|cell| !cell.is_empty())
    };
    let columns = before.len().max(cells.len());
    let lost = (0..columns).any(|column| filled(before, column) && !filled(cells, column));
    let gained = (0..columns).any(|column| filled(cells, column) && !filled(before, column));
    filled(before, 0) && !filled(cells, 0) && lost && !gained
}

fn draft(kind: BlockKind, text: &str, line: &Line) -> Draft {
    Draft {
        kind,
        text: tidy(text),
        page: line.page,
        page_breaks: Vec::new(),
        size: line.size,
        font: line.font,
        bold: line.bold,
        letters: line.letters,
        lines: 1,
    }
}

/// The cleaned line; a soft hyphen at its end is kept for the next line to be joined by.
fn tidy(line: &str) -> String {
    let mut text = clean(line);
    if line.trim_end().ends_with('\u{AD}') {
        text.push('\u{AD}');
    }
    text
}

/// Sizes that count as one.
fn size_class(size: f32) -> i32 {
    (size * 2.0).round() as i32
}

/// For each font size, the distance between lines of one paragraph: the smallest that is common.
fn usual_pitches(lines: &[Line]) -> HashMap<i32, f32> {
    let mut counts: HashMap<i32, HashMap<i32, usize>> = HashMap::new();
    for pair in lines.windows(2) {
        let [a, b] = pair else { continue };
        let (pitch, alike) = (b.y - a.y, size_class(a.size) == size_class(b.size));
        if alike
            && a.region == b.region
            && a.cells.is_empty()
            && b.cells.is_empty()
            && (0.8 * a.size..3.0 * a.size).contains(&pitch)
        {
            *counts
                .entry(size_class(a.size))
                .or_default()
                .entry((pitch * 2.0).round() as i32)
                .or_default() += 1;
        }
    }
    let usual = |counts: HashMap<i32, usize>| {
        let total: usize = counts.values().sum();
        let common = counts
            .iter()
            .filter(|(_, count)| 7 * **count >= total && **count >= 2)
            .map(|(pitch, _)| *pitch)
            .min();
        common.map(|pitch| pitch as f32 / 2.0)
    };
    counts
        .into_iter()
        .filter_map(|(size, counts)| Some((size, usual(counts)?)))
        .collect()
}

/// The usual distance between lines of the most common size, in type sizes.
fn leading(lines: &[Line], pitches: &HashMap<i32, f32>) -> f32 {
    let mut letters: HashMap<i32, usize> = HashMap::new();
    lines
        .iter()
        .for_each(|line| *letters.entry(size_class(line.size)).or_default() += line.letters);
    let known = letters
        .into_iter()
        .filter(|(size, _)| pitches.contains_key(size))
        .max_by_key(|(size, count)| (*count, *size));
    let leading = known.and_then(|(size, _)| Some(pitches.get(&size)? / (size as f32 / 2.0)));
    leading.unwrap_or(1.25).clamp(1.15, 1.6)
}

/// The right edge of the text around `line`: what the lines that begin near it reach, if three or
/// more of them reach it, else the edge of the column.
fn right_edge(line: &Line, around: &[Line]) -> f32 {
    let near = |other: &&Line| {
        other.region == line.region
            && other.cells.is_empty()
            && (other.x0 - line.x0).abs() < 2.5 * line.size
            && (other.size - line.size).abs() < 0.1 * line.size
    };
    let ends: Vec<f32> = around.iter().filter(near).map(|other| other.x1).collect();
    let edge = ends.iter().copied().fold(line.x1, f32::max);
    let reached = ends
        .iter()
        .filter(|end| **end > edge - 2.0 * line.size)
        .count();
    if reached >= 3 {
        edge
    } else {
        edge.max(line.column.1)
    }
}

/// Whether the first word of `next` would not have fitted on `line`, so that the text runs on.
fn flows(line: &Line, next: &Line, right: f32) -> bool {
    let first = next
        .text
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .chars()
        .count();
    let all = next.text.chars().count().max(1);
    let width = (next.x1 - next.x0) * first as f32 / all as f32;
    line.x1 + width + SPARE * line.size > right
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end()
        .trim_end_matches(['»', '"', '”', ')', '\''])
        .ends_with(['.', '?', '!', ':'])
}

/// Whether the text cannot end here: a comma, or a word that needs another one.
fn goes_on(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    text.ends_with(',')
        || matches!(
            last,
            "og" | "eller"
                | "som"
                | "at"
                | "i"
                | "på"
                | "av"
                | "til"
                | "for"
                | "med"
                | "om"
                | "fra"
                | "ved"
                | "den"
                | "det"
                | "de"
                | "en"
                | "et"
                | "and"
                | "of"
                | "the"
        )
}

fn starts_lower(text: &str) -> bool {
    text.trim_start_matches(['«', '(', '"', '“', '\''])
        .starts_with(char::is_lowercase)
}

/// Bullets that no sentence begins with.
fn is_plain_bullet(c: char) -> bool {
    is_bullet(c) && !matches!(c, '-' | '–' | '—' | '*' | '·')
}

/// A number or letter label at the start of a text: "2.", "b)", "(iv)".
pub(super) fn label_of(text: &str) -> Option<&str> {
    let first = text
        .split_whitespace()
        .next()
        .filter(|first| first.len() < text.trim().len())?;
    let inner = first.strip_prefix('(').unwrap_or(first);
    let inner = inner
        .strip_suffix(')')
        .or_else(|| inner.strip_suffix('.'))?;
    let number = inner.len() <= 2 && inner.chars().all(|c| c.is_ascii_digit());
    let letter = inner.chars().count() == 1 && inner.chars().all(char::is_alphabetic);
    let roman = inner.len() <= 4 && inner.chars().all(|c| matches!(c, 'i' | 'v' | 'x'));
    (!inner.is_empty() && (number || letter || roman)).then_some(first)
}

/// Paragraphs that follow each other with labels that count on are a list.
fn number_lists(drafts: &mut [Draft]) {
    let numbers: Vec<Option<u32>> = drafts
        .iter()
        .map(|draft| {
            let plain = matches!(draft.kind, BlockKind::Paragraph | BlockKind::ListItem)
                && draft.bold < 0.9;
            let label = label_of(&draft.text).filter(|_| plain)?;
            let label = label.trim_matches(['(', ')', '.']);
            let letter = label
                .chars()
                .next()
                .filter(|c| label.len() == 1 && c.is_ascii_lowercase());
            letter.map_or_else(
                || label.parse().ok(),
                |letter| Some(1000 + u32::from(letter)),
            )
        })
        .collect();
    for (index, pair) in numbers.windows(2).enumerate() {
        if let [Some(first), Some(second)] = pair
            && *second == first + 1
        {
            drafts
                .iter_mut()
                .skip(index)
                .take(2)
                .for_each(|draft| draft.kind = BlockKind::ListItem);
        }
    }
}

/// Whether a list item begins with `line`; `breaks` says that a block begins here in any case.
fn item_start(line: &Line, next: Option<&Line>, breaks: bool) -> bool {
    let text = line.text.trim_start();
    let hanging = || {
        next.is_some_and(|next| {
            next.region == line.region
                && next.x0 > line.x0 + 0.6 * line.size
                && !ends_sentence(&line.text)
        })
    };
    if text.starts_with(is_plain_bullet) {
        return true;
    }
    if strip_bullet(text).is_some() {
        return breaks || line.label.is_some();
    }
    let second_level = text.strip_prefix("o ").is_some() && line.label.is_some();
    second_level || label_of(text).is_some() && (line.label.is_some() || (breaks && hanging()))
}

fn without_bullet(text: &str) -> &str {
    let text = text.trim_start();
    if let Some(rest) = strip_bullet(text) {
        return rest;
    }
    text.strip_prefix("o ")
        .unwrap_or(text)
        .trim_start_matches(|c: char| is_plain_bullet(c) || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of 10 pt in a column from 50 to 300, letters 5 wide.
    fn line(text: &str, x0: f32, y: f32) -> Line {
        let x1 = x0 + 5.0 * text.chars().count() as f32;
        Line {
            page: 1,
            text: text.to_owned(),
            x0,
            x1,
            y,
            size: 10.0,
            letters: text.len(),
            column: (50.0, 300.0),
            region: 1,
            ..Line::default()
        }
    }

    fn texts(lines: Vec<Line>) -> Vec<(BlockKind, String)> {
        join(lines, 10)
            .into_iter()
            .map(|draft| (draft.kind, draft.text))
            .collect()
    }

    const FULL: &str = "Styret drøftet saken om nye lokaler i bygget og kom-";

    #[test]
    fn lines_flow_until_a_gap_or_an_early_end() {
        let lines = vec![
            line(FULL, 50.0, 100.0),
            line("munene skal svare innen fristen.", 50.0, 112.0),
            line(
                "Ny sak etter en kort linje som ender med punktum her.",
                50.0,
                124.0,
            ),
            line("Slutt på den.", 50.0, 136.0),
            line("Etter et mellomrom.", 50.0, 160.0),
        ];
        let texts: Vec<String> = texts(lines).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts.len(), 3);
        assert!(
            texts
                .first()
                .is_some_and(|text| text.ends_with("kommunene skal svare innen fristen."))
        );
        assert_eq!(
            texts.last().map(String::as_str),
            Some("Etter et mellomrom.")
        );
    }

    #[test]
    fn a_paragraph_runs_over_the_page_past_a_footnote() {
        let mut lines = vec![
            line(FULL, 50.0, 700.0),
            Line {
                size: 8.0,
                ..line("1 Se vedtektene.", 50.0, 780.0)
            },
        ];
        lines.push(Line {
            page: 2,
            region: 2,
            ..line("munene skal svare.", 50.0, 100.0)
        });
        let drafts = join(lines, 2);
        let first = drafts
            .first()
            .map(|draft| (draft.text.as_str(), draft.page_breaks.clone()));
        let text = "Styret drøftet saken om nye lokaler i bygget og kommunene skal svare.";
        assert_eq!(
            first,
            Some((text, vec![(text.find("munene").unwrap_or(0), 2)]))
        );
        assert_eq!(drafts.len(), 2);
    }

    #[test]
    fn bullets_go_and_labels_stay() {
        let label = |text: &str, x0: f32, y: f32| Line {
            label: Some(x0 + 18.0),
            ..line(text, x0, y)
        };
        let lines = vec![
            label("• Første punkt", 60.0, 100.0),
            label(
                "2. Andre punkt som er så langt at det må gå over to",
                60.0,
                112.0,
            ),
            line("linjer", 78.0, 124.0),
            label("b) Tredje", 60.0, 136.0),
        ];
        let expected = [
            "Første punkt",
            "2. Andre punkt som er så langt at det må gå over to linjer",
            "b) Tredje",
        ];
        assert_eq!(
            texts(lines),
            expected.map(|text| (BlockKind::ListItem, text.to_owned()))
        );
    }

    #[test]
    fn a_table_runs_over_the_page_past_its_repeated_head() {
        let row = |page: u32, cells: [&str; 3]| Line {
            page,
            region: page,
            cells: cells
                .map(|cell| cell.split_terminator('/').map(str::to_owned).collect())
                .to_vec(),
            ..line("rad", 50.0, 100.0)
        };
        let lines = vec![
            row(1, ["Nr", "Tiltak", "Frist"]),
            row(1, ["1", "Be om tilbud/fra to", "mai"]),
            row(2, ["Nr", "Tiltak", "Frist"]),
            row(2, ["", "utleiere", ""]),
            row(2, ["2", "Kurs", "juni"]),
        ];
        let drafts = join(lines, 2);
        let texts: Vec<&str> = drafts.iter().map(|draft| draft.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Nr | Tiltak | Frist",
                "1 | Be om tilbud fra to utleiere | mai",
                "2 | Kurs | juni"
            ]
        );
        assert!(
            drafts
                .get(1)
                .is_some_and(|draft| draft.page_breaks.iter().any(|(_, page)| *page == 2))
        );
    }

    #[test]
    fn a_date_at_the_start_of_a_line_is_no_list_item() {
        let lines = vec![
            line(
                "Møtet i utvalget for lokaler og drift ble holdt den",
                50.0,
                100.0,
            ),
            line("12. juni i kantina.", 50.0, 112.0),
        ];
        assert_eq!(texts(lines).len(), 1);
    }
}
