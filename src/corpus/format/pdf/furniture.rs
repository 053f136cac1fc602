//! Running headers, footers and page numbers: found by repetition at one height of the page.

use std::collections::HashMap;

use super::spans::Span;

/// Share of a page's height at the top and at the bottom in which furniture is looked for.
const ZONE: f32 = 0.12;
/// Share of the pages that must repeat a text at the same height.
const SHARE: f32 = 0.4;
/// Points by which the height may differ.
const NEAR: f32 = 3.0;

/// A page as this step sees it.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub height: f32,
    pub spans: Vec<Span>,
    /// Top and bottom of vertical rules: text between them stands in a table.
    pub walls: Vec<(f32, f32)>,
}

/// Takes turned text off the pages that most of them repeat: watermarks and archive stamps.
pub(super) fn remove_turned<'a>(pages: impl Iterator<Item = &'a mut Vec<Vec<Span>>>) {
    let mut pages: Vec<&mut Vec<Vec<Span>>> = pages.collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for page in &pages {
        let texts: std::collections::HashSet<String> = page
            .iter()
            .flatten()
            .map(|span| figures_open(&span.text))
            .collect();
        texts
            .into_iter()
            .for_each(|text| *counts.entry(text).or_default() += 1);
    }
    let enough = ((SHARE * pages.len() as f32).ceil() as usize).max(2);
    for spans in pages.iter_mut().flat_map(|page| page.iter_mut()) {
        spans.retain(|span| {
            counts
                .get(&figures_open(&span.text))
                .is_none_or(|count| *count < enough)
        });
    }
}

/// Takes furniture off the pages.
pub(super) fn remove(sheets: &mut [Sheet]) {
    let repeated = repeated(sheets);
    let numbers = page_numbers(sheets);
    let running = running_titles(sheets);
    let trusted = marks_are_trusted(sheets);
    let marks: Vec<Vec<bool>> = sheets
        .iter()
        .enumerate()
        .map(|(page, sheet)| {
            let furniture = |(index, span): (usize, &Span)| {
                let place = Place::of(span, sheet);
                let marked = trusted && span.artifact && !in_middle(span, sheet);
                marked
                    || place.is_some_and(|place| repeated.contains_key(&place))
                    || numbers.contains(&(page, index))
                    || running.contains(&(page, index))
            };
            sheet.spans.iter().enumerate().map(furniture).collect()
        })
        .collect();
    for (sheet, marks) in sheets.iter_mut().zip(marks) {
        let mut marks = marks.into_iter();
        sheet.spans.retain(|_| !marks.next().unwrap_or(false));
    }
}

/// Whether the text stands where no header or footer does.
fn in_middle(span: &Span, sheet: &Sheet) -> bool {
    (0.2 * sheet.height..0.8 * sheet.height).contains(&span.y)
}

/// Some programs mark the text itself as an artifact: then the marks of the document say nothing.
fn marks_are_trusted(sheets: &[Sheet]) -> bool {
    let middle = || {
        sheets
            .iter()
            .flat_map(|sheet| sheet.spans.iter().filter(|span| in_middle(span, sheet)))
    };
    2 * middle().filter(|span| span.artifact).count() <= middle().count()
}

/// A text at a height of the page, figures left open.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    text: String,
    top: bool,
    /// Distance from the page's top or bottom edge, in steps of [`NEAR`].
    height: i32,
}

impl Place {
    /// The place of a span in one of the zones, unless it stands in a table that reaches into the page.
    fn of(span: &Span, sheet: &Sheet) -> Option<Place> {
        let top = span.y < ZONE * sheet.height;
        let from_edge = if top { span.y } else { sheet.height - span.y };
        if !top && from_edge > ZONE * sheet.height {
            return None;
        }
        let (from, to) = (
            ZONE * sheet.height + 20.0,
            (1.0 - ZONE) * sheet.height - 20.0,
        );
        let in_table = |&(upper, lower): &(f32, f32)| {
            upper < span.y && span.y < lower && if top { lower > from } else { upper < to }
        };
        if sheet.walls.iter().any(in_table) {
            return None;
        }
        Some(Place {
            text: figures_open(&span.text),
            top,
            height: (from_edge / NEAR).round() as i32,
        })
    }

    fn shifted(&self, by: i32) -> Place {
        Place {
            height: self.height + by,
            ..self.clone()
        }
    }
}

/// The text with every run of digits as `#`.
fn figures_open(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('#') {
            out.push('#');
        }
    }
    out
}

/// Places that enough pages share.
fn repeated(sheets: &[Sheet]) -> HashMap<Place, usize> {
    let mut counts: HashMap<Place, usize> = HashMap::new();
    for sheet in sheets {
        let places: std::collections::HashSet<Place> = sheet
            .spans
            .iter()
            .filter_map(|span| Place::of(span, sheet))
            .collect();
        for place in places {
            *counts.entry(place).or_default() += 1;
        }
    }
    let pages = sheets
        .iter()
        .filter(|sheet| !sheet.spans.is_empty())
        .count();
    // The first page of a letter or of minutes often has a head of its own.
    let enough = match pages {
        0 | 1 => usize::MAX,
        2 => 2,
        3 => 2,
        _ => ((SHARE * pages as f32).ceil() as usize).max(3),
    };
    let near: HashMap<Place, usize> = counts
        .keys()
        .map(|place| {
            (
                place.clone(),
                (-1..=1)
                    .filter_map(|by| counts.get(&place.shifted(by)))
                    .sum(),
            )
        })
        .collect();
    near.into_iter()
        .filter(|(_, count)| *count >= enough)
        .collect()
}

/// The topmost line of most pages, at one height and set off from the text, when its words stand there
/// on another page too: a running title that changes with the chapter.
fn running_titles(sheets: &[Sheet]) -> Vec<(usize, usize)> {
    let mut tops: Vec<(usize, usize, i32)> = Vec::new();
    for (page, sheet) in sheets.iter().enumerate() {
        let Some(first) = sheet
            .spans
            .first()
            .filter(|span| span.y < ZONE * sheet.height)
        else {
            continue;
        };
        let next = sheet
            .spans
            .iter()
            .find(|span| span.y > first.y + 0.5 * first.size);
        if next.is_none_or(|next| next.top() - first.bottom() > 1.2 * first.size) {
            let row = sheet
                .spans
                .iter()
                .take_while(|span| span.y < first.y + 0.3 * first.size)
                .count();
            tops.extend((0..row).map(|index| (page, index, (first.y / NEAR).round() as i32)));
        }
    }
    let mut heights: HashMap<i32, std::collections::HashSet<usize>> = HashMap::new();
    for (page, _, height) in &tops {
        heights.entry(*height).or_default().insert(*page);
    }
    let Some((&height, pages)) = heights
        .iter()
        .max_by_key(|(height, pages)| (pages.len(), **height))
    else {
        return Vec::new();
    };
    if sheets.len() < 5 || 10 * pages.len() < 6 * sheets.len() {
        return Vec::new();
    }
    let text = |page: usize, index: usize| {
        sheets
            .get(page)
            .and_then(|sheet| sheet.spans.get(index))
            .map(|span| figures_open(&span.text))
    };
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (page, index, _) in tops.iter().filter(|(.., at)| *at == height) {
        *counts
            .entry(text(*page, *index).unwrap_or_default())
            .or_default() += 1;
    }
    let shared = |page: usize, index: usize| {
        text(page, index).is_some_and(|text| counts.get(&text).is_some_and(|count| *count >= 2))
    };
    tops.into_iter()
        .filter(|(page, index, at)| *at == height && shared(*page, *index))
        .map(|(page, index, _)| (page, index))
        .collect()
}

/// Page numbers that stand alone: "3", "– 3 –", "Side 3 av 48".
fn page_numbers(sheets: &[Sheet]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize, i64, bool)> = Vec::new();
    for (page, sheet) in sheets.iter().enumerate() {
        let (first, last) = sheet
            .spans
            .iter()
            .fold((f32::MAX, f32::MIN), |(first, last), span| {
                (first.min(span.y), last.max(span.y))
            });
        for (index, span) in sheet.spans.iter().enumerate() {
            let Some(place) = Place::of(span, sheet) else {
                continue;
            };
            let outermost = if place.top {
                span.y - 0.5 * span.size < first
            } else {
                span.y + 0.5 * span.size > last
            };
            if let Some((number, named)) =
                page_number(&span.text).filter(|(_, named)| *named || outermost)
            {
                found.push((page, index, number - page as i64, named));
            }
        }
    }
    let mut offsets: HashMap<i64, usize> = HashMap::new();
    for (_, _, offset, _) in &found {
        *offsets.entry(*offset).or_default() += 1;
    }
    let total = found.len();
    let usual = |offset: i64| {
        offset == 1
            || offsets
                .get(&offset)
                .is_some_and(|count| *count >= 2 && 2 * count >= total)
    };
    found
        .into_iter()
        .filter(|(_, _, offset, _)| usual(*offset))
        .map(|(page, index, ..)| (page, index))
        .collect()
}

/// The number in a text that is a page number and nothing else, and whether a word or a total says so.
fn page_number(text: &str) -> Option<(i64, bool)> {
    let text = text.to_lowercase();
    let bare = text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '–' | '—' | '[' | ']' | '|' | '.')
    });
    let after_word = ["side", "page", "s.", "p."]
        .iter()
        .find_map(|word| bare.strip_prefix(word));
    let rest = after_word.unwrap_or(bare).trim();
    let digits = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let number: i64 = rest
        .get(..digits)?
        .parse()
        .ok()
        .filter(|number| *number < 10_000)?;
    let total = rest.get(digits..)?.trim();
    let total = ["av", "of", "/", "("]
        .iter()
        .find_map(|word| total.strip_prefix(word))
        .map_or(total, |rest| rest.trim_matches([' ', ')']));
    let has_total = !total.is_empty() && total.chars().all(|c| c.is_ascii_digit());
    (total.is_empty() || has_total).then_some((number, after_word.is_some() || has_total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(lines: &[(&str, f32)]) -> Sheet {
        let span = |&(text, y): &(&str, f32)| Span {
            y,
            ..Span::sample(text)
        };
        Sheet {
            height: 842.0,
            spans: lines.iter().map(span).collect(),
            walls: Vec::new(),
        }
    }

    fn left(mut sheets: Vec<Sheet>) -> Vec<Vec<String>> {
        remove(&mut sheets);
        sheets
            .into_iter()
            .map(|sheet| sheet.spans.into_iter().map(|span| span.text).collect())
            .collect()
    }

    #[test]
    fn what_repeats_at_one_height_goes_and_the_text_stays() {
        let pages = [
            "Styret møttes.",
            "Saken ble utsatt.",
            "Møtet ble hevet.",
            "Neste møte.",
        ];
        let sheets = pages.iter().enumerate().map(|(page, text)| {
            sheet(&[
                ("Fagforeningen – referat", 40.0),
                (text, 90.0),
                ("Vedtatt.", 120.0 + 60.0 * page as f32),
                (&format!("Side {} av 4", page + 1), 800.0),
            ])
        });
        let expected: Vec<Vec<String>> = pages
            .iter()
            .map(|text| vec![(*text).to_owned(), "Vedtatt.".to_owned()])
            .collect();
        assert_eq!(left(sheets.collect()), expected);
    }

    #[test]
    fn text_at_the_edge_of_a_single_page_stays_but_its_number_goes() {
        assert_eq!(
            left(vec![sheet(&[
                ("Postboks 9, Oslo", 40.0),
                ("Referat", 90.0),
                ("- 1 -", 810.0)
            ])]),
            [["Postboks 9, Oslo", "Referat"]]
        );
    }

    #[test]
    fn a_number_that_is_no_page_number_stays() {
        assert_eq!(
            left(vec![sheet(&[("Antall saker", 760.0), ("17", 800.0)])]),
            [["Antall saker", "17"]]
        );
        assert_eq!(page_number("Side 3 av 48"), Some((3, true)));
        assert_eq!(page_number("– 12 –"), Some((12, false)));
        assert_eq!(page_number("12. juni"), None);
    }
}
