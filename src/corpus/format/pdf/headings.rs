//! Headings told from text by size, weight, numbering and the outline, and their levels.

use std::collections::HashMap;

use super::paragraphs::Draft;
use super::properties::Entry;
use crate::corpus::format::clean::clean;
use crate::corpus::format::{Block, BlockKind};

/// Text this much larger than the body's is a heading.
const LARGER: f32 = 1.12;
/// Letters of a heading, at most.
const LONGEST: usize = 220;

/// Gives the blocks with headings marked.
pub(super) fn mark(drafts: Vec<Draft>, outline: &[Entry]) -> Vec<Block> {
    let body = Body::of(&drafts);
    let set_apart: Vec<bool> = drafts
        .iter()
        .map(|draft| looks_like_heading(draft, &body))
        .collect();
    let listed = contents_entries(&drafts);
    let matched = match_outline(
        &drafts,
        &set_apart,
        if outline.is_empty() { &listed } else { outline },
    );
    let found = if outline.is_empty() {
        0
    } else {
        matched.iter().flatten().count()
    };
    // An outline that the text bears out names all headings of body size.
    let complete = found >= 5 && 10 * found >= 8 * outline.len();
    let outlined: Vec<Style> = drafts
        .iter()
        .zip(&matched)
        .filter(|(_, level)| level.is_some())
        .map(|(draft, _)| Style::of(draft))
        .collect();
    let headings: Vec<bool> = drafts
        .iter()
        .zip(matched.iter().zip(set_apart))
        .map(|(draft, (level, set_apart))| {
            let known = !complete
                || draft.size > LARGER * body.size
                || outlined.contains(&Style::of(draft));
            level.is_some() || (known && set_apart)
        })
        .collect();
    let levels = levels(&drafts, &headings, &matched);
    drafts
        .into_iter()
        .zip(levels)
        .map(|(draft, level)| block(draft, level))
        .collect()
}

fn block(draft: Draft, level: Option<u8>) -> Block {
    let kind = level.map_or(draft.kind, BlockKind::Heading);
    let text = clean(&draft.text);
    let page_breaks = draft
        .page_breaks
        .into_iter()
        .filter(|(at, _)| *at > 0 && text.is_char_boundary(*at))
        .collect();
    Block {
        kind,
        text,
        page: Some(draft.page),
        page_breaks,
    }
}

/// How most of the text is set.
struct Body {
    size: f32,
    /// Whether bold sets anything apart.
    plain: bool,
}

impl Body {
    fn of(drafts: &[Draft]) -> Body {
        let mut letters: HashMap<i32, usize> = HashMap::new();
        let (mut bold, mut all) = (0.0, 0.0);
        for draft in drafts
            .iter()
            .filter(|draft| draft.kind != BlockKind::Contents)
        {
            *letters
                .entry((draft.size * 4.0).round() as i32)
                .or_default() += draft.letters;
            bold += draft.bold * draft.letters as f32;
            all += draft.letters as f32;
        }
        let size = letters
            .into_iter()
            .max_by_key(|(size, count)| (*count, -*size))
            .map_or(10.0, |(size, _)| size as f32 / 4.0);
        Body {
            size,
            plain: bold < 0.5 * all,
        }
    }
}

/// Type size and font: headings of one level share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Style {
    size: i32,
    font: u16,
}

impl Style {
    fn of(draft: &Draft) -> Style {
        Style {
            size: (draft.size * 4.0).round() as i32,
            font: draft.font,
        }
    }
}

fn looks_like_heading(draft: &Draft, body: &Body) -> bool {
    let text = draft.text.trim();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let numbered_item =
        draft.kind == BlockKind::ListItem && text.starts_with(|c: char| c.is_ascii_digit());
    if !(draft.kind == BlockKind::Paragraph || numbered_item)
        || letters < 3
        || text.chars().count() > LONGEST
        || !draft.page_breaks.is_empty()
    {
        return false;
    }
    let words = text.split_whitespace().count();
    let sentence = text.ends_with([',', ';'])
        || (text.ends_with('.') && words > 6)
        || (text.ends_with(':') && words > 4);
    if draft.size > LARGER * body.size {
        return !sentence && draft.lines <= 4;
    }
    let upper_start = text
        .chars()
        .find(|c| c.is_alphabetic())
        .is_some_and(char::is_uppercase);
    let short = text.chars().count() <= 130
        && draft.lines <= 3
        && !text.ends_with(['.', ',', ';', ':'])
        && upper_start;
    if body.plain && draft.bold >= 0.9 && draft.size > 0.9 * body.size {
        return short;
    }
    short
        && draft.lines == 1
        && letters >= 5
        && draft.size > 0.95 * body.size
        && !text.chars().any(char::is_lowercase)
        && words >= 2
}

/// The lines of the table of contents as outline entries.
fn contents_entries(drafts: &[Draft]) -> Vec<Entry> {
    let entry = |draft: &Draft| {
        let title = draft
            .text
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .trim_end_matches(['.', '…', '·', '_', ' ']);
        Entry {
            title: title.to_owned(),
            level: depth(title).unwrap_or(1),
        }
    };
    drafts
        .iter()
        .filter(|draft| draft.kind == BlockKind::Contents)
        .map(entry)
        .collect()
}

/// For each block, the level of the outline entry that names it: of several with the same words (an
/// agenda and its items) the first that is set apart as a heading.
fn match_outline(drafts: &[Draft], set_apart: &[bool], outline: &[Entry]) -> Vec<Option<u8>> {
    let mut levels = vec![None; drafts.len()];
    let mut by_text: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        let text_like = matches!(draft.kind, BlockKind::Paragraph | BlockKind::ListItem);
        if text_like && draft.letters <= LONGEST {
            by_text
                .entry(letters_of(&draft.text))
                .or_default()
                .push(index);
        }
    }
    let mut from = 0;
    for entry in outline {
        let title = letters_of(&entry.title);
        if title.is_empty() {
            continue;
        }
        let places = by_text.get(&title).map(Vec::as_slice).unwrap_or_default();
        let named = || places.iter().copied().filter(|index| *index >= from);
        let found = named()
            .find(|index| set_apart.get(*index) == Some(&true))
            .or_else(|| named().next());
        if let Some((index, level)) = found.and_then(|index| Some((index, levels.get_mut(index)?)))
        {
            *level = Some(entry.level);
            from = index + 1;
        }
    }
    levels
}

fn letters_of(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The depth that a number says: "4" is 1, "4.2.1" is 3.
fn depth(text: &str) -> Option<u8> {
    let first = text.split_whitespace().next()?.trim_end_matches('.');
    let parts: Vec<&str> = first.split('.').collect();
    let numeric = parts.iter().all(|part| {
        !part.is_empty() && part.len() <= 2 && part.chars().all(|c| c.is_ascii_digit())
    });
    numeric.then(|| u8::try_from(parts.len()).unwrap_or(6).min(6))
}

/// The level of each block that is a heading.
fn levels(drafts: &[Draft], headings: &[bool], matched: &[Option<u8>]) -> Vec<Option<u8>> {
    let title = title(drafts, headings);
    let all: Vec<(usize, &Draft)> = drafts
        .iter()
        .enumerate()
        .filter(|(index, _)| headings.get(*index) == Some(&true))
        .collect();
    // Where the outline counts the title as its first level, the others move up by one.
    let titled = title.and_then(|title| matched.get(title).copied().flatten()) == Some(1);
    let matched: Vec<Option<u8>> = matched
        .iter()
        .map(|level| {
            level.map(|level| {
                if titled {
                    level.saturating_sub(1).max(1)
                } else {
                    level
                }
            })
        })
        .collect();
    let by_style = style_levels(&all, title, &matched);
    let mut levels = vec![None; drafts.len()];
    for (index, draft) in &all {
        let outlined = matched.get(*index).copied().flatten();
        let level = if Some(*index) == title {
            0
        } else {
            by_style
                .get(&Style::of(draft))
                .copied()
                .or(outlined)
                .or_else(|| depth(&draft.text))
                .unwrap_or(1)
        };
        if let Some(slot) = levels.get_mut(*index) {
            *slot = Some(level.min(6));
        }
    }
    levels
}

/// The document's title: the largest heading, once, among the first blocks.
fn title(drafts: &[Draft], headings: &[bool]) -> Option<usize> {
    let unnumbered = |index: &usize| {
        drafts
            .get(*index)
            .is_some_and(|draft| depth(&draft.text).is_none())
    };
    let heading = |index: &usize| headings.get(*index) == Some(&true);
    let first_page = drafts.first()?.page;
    let size = |index: usize| drafts.get(index).map_or(0.0, |draft| draft.size);
    let first = (0..drafts.len().min(12))
        .filter(heading)
        .filter(unnumbered)
        .filter(|index| {
            drafts
                .get(*index)
                .is_some_and(|draft| draft.page == first_page)
        });
    let named = first.clone().take(2).find(|index| {
        drafts
            .get(*index)
            .is_some_and(|draft| names_a_document(&draft.text))
    });
    let largest = first.max_by(|a, b| size(*a).total_cmp(&size(*b)).then(b.cmp(a)))?;
    let others = (0..drafts.len())
        .filter(heading)
        .filter(|index| *index != largest);
    let rival = others.map(size).fold(0.0, f32::max);
    (size(largest) > 1.04 * rival).then_some(largest).or(named)
}

/// Whether a heading begins with the name of a kind of document.
fn names_a_document(text: &str) -> bool {
    let first = text
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let kinds = [
        "referat",
        "protokoll",
        "møtereferat",
        "møteprotokoll",
        "innkalling",
        "årsmelding",
        "årsrapport",
        "minutes",
    ];
    kinds.contains(&first.trim_end_matches([':', ',', '.']))
}

/// A level for each style: what numbers or the outline say of most of its headings, else one below
/// the next larger style.
fn style_levels(
    all: &[(usize, &Draft)],
    title: Option<usize>,
    matched: &[Option<u8>],
) -> HashMap<Style, u8> {
    let mut styles: Vec<Style> = Vec::new();
    for (index, draft) in all {
        if Some(*index) != title && !styles.contains(&Style::of(draft)) {
            styles.push(Style::of(draft));
        }
    }
    styles.sort_by_key(|style| std::cmp::Reverse(style.size));
    let mut levels: HashMap<Style, u8> = HashMap::new();
    let mut last: Option<(Style, u8)> = None;
    for style in styles {
        let of_style: Vec<&(usize, &Draft)> = all
            .iter()
            .filter(|(index, draft)| Style::of(draft) == style && Some(*index) != title)
            .collect();
        let numbered = most(of_style.iter().map(|(_, draft)| depth(&draft.text)));
        let outlined = most(
            of_style
                .iter()
                .map(|(index, _)| matched.get(*index).copied().flatten()),
        );
        let below = match last {
            Some((above, level)) if above.size == style.size => {
                level + u8::from(numbered.is_none() && above.font != style.font)
            }
            Some((_, level)) => level + 1,
            None => 1,
        };
        let level = numbered
            .unwrap_or_else(|| below.max(outlined.unwrap_or(1)))
            .clamp(1, 6);
        levels.insert(style, level);
        last = Some((style, level));
    }
    levels
}

/// The value that at least half of the items share.
fn most(values: impl Iterator<Item = Option<u8>>) -> Option<u8> {
    let (mut counts, mut all) = (HashMap::<u8, usize>::new(), 0);
    for value in values {
        all += 1;
        if let Some(value) = value {
            *counts.entry(value).or_default() += 1;
        }
    }
    let common = counts
        .into_iter()
        .max_by_key(|(value, count)| (*count, std::cmp::Reverse(*value)));
    common
        .filter(|(_, count)| 2 * count >= all)
        .map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str, size: f32, bold: f32) -> Draft {
        Draft {
            kind: BlockKind::Paragraph,
            text: text.to_owned(),
            page: 1,
            page_breaks: Vec::new(),
            size,
            font: u16::from(bold > 0.5),
            bold,
            letters: text.len(),
            lines: 1,
        }
    }

    fn kinds(drafts: Vec<Draft>, outline: &[Entry]) -> Vec<BlockKind> {
        mark(drafts, outline)
            .into_iter()
            .map(|block| block.kind)
            .collect()
    }

    const BODY: &str =
        "Styret drøftet saken lenge og kom fram til at den må utsettes til neste møte.";

    #[test]
    fn size_weight_and_numbers_make_levels() {
        use BlockKind::{Heading, Paragraph};
        let drafts = vec![
            draft("Referat fra styremøte", 18.0, 1.0),
            draft("Møtested: kantina", 11.0, 0.4),
            draft("Sak 1/31 Budsjett", 13.0, 1.0),
            draft(BODY, 11.0, 0.0),
            draft("Vedtak", 11.0, 1.0),
            draft(BODY, 11.0, 0.0),
            draft("Dette er vedtatt av alle:", 11.0, 1.0),
            draft("Sak 2/31 Lokaler", 13.0, 1.0),
            draft(BODY, 11.0, 0.0),
        ];
        let expected = [
            Heading(0),
            Paragraph,
            Heading(1),
            Paragraph,
            Heading(2),
            Paragraph,
            Paragraph,
            Heading(1),
            Paragraph,
        ];
        assert_eq!(kinds(drafts, &[]), expected);
    }

    #[test]
    fn a_title_no_larger_than_the_headings_is_known_by_its_word() {
        let drafts = vec![
            draft("PROTOKOLL", 11.0, 1.0),
            draft("1. Innkalling", 11.0, 1.0),
            draft(BODY, 11.0, 0.0),
        ];
        let expected = [
            BlockKind::Heading(0),
            BlockKind::Heading(1),
            BlockKind::Paragraph,
        ];
        assert_eq!(kinds(drafts, &[]), expected);
    }

    #[test]
    fn numbers_decide_the_level_of_their_style() {
        let drafts = vec![
            draft("4.2 Drift", 14.0, 1.0),
            draft(BODY, 11.0, 0.0),
            draft("4.2.1 Innkjøp", 12.5, 1.0),
            draft(BODY, 11.0, 0.0),
            draft("Merknader", 11.0, 1.0),
        ];
        assert_eq!(
            kinds(drafts, &[]),
            [
                BlockKind::Heading(2),
                BlockKind::Paragraph,
                BlockKind::Heading(3),
                BlockKind::Paragraph,
                BlockKind::Heading(4)
            ]
        );
    }

    #[test]
    fn the_outline_names_headings_that_look_like_text() {
        let outline = [Entry {
            title: "1 Innledning".to_owned(),
            level: 1,
        }];
        assert_eq!(
            kinds(
                vec![draft("1 Innledning", 11.0, 0.0), draft(BODY, 11.0, 0.0)],
                &outline
            ),
            [BlockKind::Heading(1), BlockKind::Paragraph]
        );
    }
}
