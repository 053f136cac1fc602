//! Glyphs joined to spans: pieces of text on one baseline without a gap as wide as between columns.

use super::glyphs::{Glyph, Rule};
use crate::corpus::format::clean::is_bullet;

/// Gap, in font sizes, from which text without a space between belongs to another span.
const SPAN_GAP: f32 = 0.65;
/// The same where a space was drawn: justified lines stretch it.
const SPACED_GAP: f32 = 2.2;
/// Gap, in font sizes, that separates words where no space is drawn.
const WORD_GAP: f32 = 0.18;
/// Spans after a bullet among which its text is looked for.
const LABEL_SEARCH: usize = 40;
/// Vertical rules looked at; a page with more is a drawing.
const MAX_WALLS: usize = 2_000;

/// Text on one baseline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub text: String,
    pub x0: f32,
    pub x1: f32,
    /// The baseline; y grows downwards.
    pub y: f32,
    pub size: f32,
    pub font: u16,
    /// Share of the letters that are bold.
    pub bold: f32,
    /// Number of letters, to weigh size and font by.
    pub letters: usize,
    /// Whether all of it is marked as no part of the text (`/Artifact`).
    pub artifact: bool,
    /// Whether it begins with a bold label that ends in a colon or a full stop.
    pub lead_in: bool,
    /// Where the text after a bullet or a list label begins.
    pub label: Option<f32>,
    /// Whether its letters are set apart, as in some headings.
    pub spaced_out: bool,
}

impl Span {
    /// Top of the letters.
    pub(super) fn top(&self) -> f32 {
        self.y - 0.75 * self.size
    }

    /// A span for tests, of 10 points.
    #[cfg(test)]
    pub(super) fn sample(text: &str) -> Span {
        let letters = text.chars().count();
        Span {
            text: text.to_owned(),
            x0: 50.0,
            x1: 50.0 + 5.0 * letters as f32,
            y: 100.0,
            size: 10.0,
            font: 0,
            bold: 0.0,
            letters,
            artifact: false,
            lead_in: false,
            label: None,
            spaced_out: false,
        }
    }

    /// Bottom of the letters.
    pub(super) fn bottom(&self) -> f32 {
        self.y + 0.22 * self.size
    }
}

/// A span that is being built.
#[derive(Default)]
struct Draft {
    /// Each glyph, and whether a space was drawn before it.
    glyphs: Vec<(Glyph, bool)>,
    x0: f32,
    x1: f32,
    y: f32,
    size: f32,
}

impl Draft {
    fn start(glyph: Glyph) -> Draft {
        Draft {
            x0: glyph.x0,
            x1: glyph.x1,
            y: glyph.y,
            size: glyph.size,
            glyphs: vec![(glyph, false)],
        }
    }

    fn push(&mut self, glyph: Glyph, spaced: bool) {
        if glyph.size > 1.15 * self.size {
            (self.size, self.y) = (glyph.size, glyph.y);
        }
        self.x1 = self.x1.max(glyph.x1);
        self.glyphs.push((glyph, spaced));
    }

    /// Whether `glyph`, drawn next, continues the span.
    fn takes(&self, glyph: &Glyph, spaced: bool) -> bool {
        let size = self.size.max(glyph.size);
        let gap = (glyph.x0 - self.x1) / size;
        let rise = (self.y - glyph.y) / size;
        let level = rise.abs() < 0.2;
        let raised = glyph.size < 0.85 * self.size && (-0.3..0.65).contains(&rise) && gap < 0.35;
        let after_raised =
            self.size < 0.85 * glyph.size && (-0.65..0.3).contains(&rise) && gap < 0.5;
        let widest = if spaced { SPACED_GAP } else { SPAN_GAP };
        (level || raised || after_raised) && (-0.5..widest).contains(&gap)
    }

    fn finish(self) -> Option<Span> {
        let (text, spaced_out) = text_of(&self.glyphs);
        if text.trim().is_empty() {
            return None;
        }
        let letters = self.glyphs.len();
        let bold = self.glyphs.iter().filter(|(glyph, _)| glyph.bold).count() as f32
            / letters.max(1) as f32;
        let main = self
            .glyphs
            .iter()
            .map(|(glyph, _)| glyph)
            .find(|glyph| (glyph.size - self.size).abs() < 0.01 * self.size);
        let font = main
            .or(self.glyphs.first().map(|(glyph, _)| glyph))
            .map_or(u16::MAX, |glyph| glyph.font);
        let artifact = self.glyphs.iter().all(|(glyph, _)| glyph.artifact);
        let lead_in = is_lead_in(&self.glyphs);
        Some(Span {
            text,
            x0: self.x0,
            x1: self.x1,
            y: self.y,
            size: self.size,
            font,
            bold,
            letters,
            artifact,
            lead_in,
            label: None,
            spaced_out,
        })
    }
}

/// Whether bold letters, at least three, end in a colon or a full stop before plain text begins.
fn is_lead_in(glyphs: &[(Glyph, bool)]) -> bool {
    let bold = glyphs.iter().take_while(|(glyph, _)| glyph.bold).count();
    let end = bold
        .checked_sub(1)
        .and_then(|last| glyphs.get(last))
        .map(|(glyph, _)| glyph.c);
    let plain = glyphs.get(bold).map(|(glyph, _)| glyph.c);
    bold >= 4 && (matches!(end, Some(':' | '.')) && plain.is_some() || plain == Some(':'))
}

/// Joins glyphs to spans, from the top of the page to the bottom, and from left to right. No span
/// runs through a vertical rule.
pub(super) fn spans(glyphs: &[Glyph], rules: &[Rule]) -> Vec<Span> {
    let walls: Vec<Rule> = rules
        .iter()
        .filter(|rule| !rule.horizontal)
        .take(MAX_WALLS)
        .copied()
        .collect();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut spaced = false;
    let glyphs = with_accents(glyphs);
    for glyph in &glyphs {
        if glyph.c.is_whitespace() {
            spaced = true;
            continue;
        }
        match drafts.last_mut() {
            Some(draft) if draft.takes(glyph, spaced) && !walled(draft, glyph.x0, &walls) => {
                draft.push(*glyph, spaced)
            }
            _ => drafts.push(Draft::start(*glyph)),
        }
        spaced = false;
    }
    let mut spans: Vec<Span> = merged(drafts, &walls)
        .into_iter()
        .filter_map(Draft::finish)
        .collect();
    spans.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x0.total_cmp(&b.x0)));
    labelled(spans, &walls)
}

/// Puts accents that are drawn on their own (as TeX does) behind the letter they stand on, as
/// combining characters.
fn with_accents(glyphs: &[Glyph]) -> Vec<Glyph> {
    let mut out: Vec<Glyph> = Vec::with_capacity(glyphs.len());
    let mut rest = glyphs.iter().peekable();
    while let Some(glyph) = rest.next() {
        let mark = combining(glyph.c);
        let letter = mark.and_then(|_| {
            rest.next_if(|letter| letter.c.is_alphabetic() && stands_on(glyph, letter))
        });
        match (mark, letter) {
            (Some(mark), Some(letter)) => out.extend([
                *letter,
                Glyph {
                    c: mark,
                    x0: letter.x1,
                    x1: letter.x1,
                    y: letter.y,
                    ..*glyph
                },
            ]),
            _ => out.push(*glyph),
        }
    }
    out
}

fn stands_on(accent: &Glyph, letter: &Glyph) -> bool {
    let apart = (accent.x0 + accent.x1 - letter.x0 - letter.x1).abs() / 2.0;
    apart < 0.25 * letter.size && (accent.y - letter.y).abs() < 0.5 * letter.size
}

fn combining(accent: char) -> Option<char> {
    Some(match accent {
        '`' | '\u{2CB}' => '\u{300}',
        '\u{B4}' | '\u{2CA}' => '\u{301}',
        '^' | '\u{2C6}' => '\u{302}',
        '~' | '\u{2DC}' => '\u{303}',
        '\u{A8}' => '\u{308}',
        '\u{2DA}' | '\u{B0}' => '\u{30A}',
        '\u{2C7}' => '\u{30C}',
        _ => return None,
    })
}

/// Joins bullets and list labels to the text they stand before, so that no gap parts them.
fn labelled(spans: Vec<Span>, walls: &[Rule]) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    let mut rest: std::collections::VecDeque<Span> = spans.into();
    while let Some(mut span) = rest.pop_front() {
        let widest = if span.text.chars().all(is_bullet) && span.text.chars().count() == 1 {
            4.0
        } else {
            2.5
        };
        if widest > 3.0 || is_label(&span.text) {
            let follows = |next: &Span| {
                let size = span.size.max(next.size);
                (next.y - span.y).abs() < 0.35 * size
                    && (0.0..widest * size).contains(&(next.x0 - span.x1))
            };
            let near = rest
                .iter()
                .take(LABEL_SEARCH)
                .enumerate()
                .filter(|(_, next)| follows(next));
            let found = near
                .min_by(|a, b| a.1.x0.total_cmp(&b.1.x0))
                .map(|(index, _)| index);
            if let Some(next) = found
                .filter(|_| span.label.is_none())
                .and_then(|index| rest.remove(index))
            {
                let walled = walls.iter().any(|wall| {
                    (span.x1..next.x0).contains(&wall.at)
                        && (wall.from..wall.to).contains(&(span.y - 1.0))
                });
                if walled {
                    rest.push_front(next);
                } else {
                    span = Span {
                        text: format!("{} {}", span.text, next.text),
                        x0: span.x0,
                        label: Some(next.x0),
                        ..next
                    };
                }
            }
        }
        out.push(span);
    }
    out
}

/// "2.", "b)", "(3)".
fn is_label(text: &str) -> bool {
    let inner = text.strip_prefix('(').unwrap_or(text);
    let inner = inner
        .strip_suffix(')')
        .or_else(|| inner.strip_suffix('.'))
        .unwrap_or_default();
    let digits = inner.len() <= 2 && inner.chars().all(|c| c.is_ascii_digit());
    !inner.is_empty()
        && (digits || (inner.chars().count() == 1 && inner.chars().all(char::is_alphabetic)))
}

/// Joins drafts that touch on one baseline but were not drawn one after the other.
fn merged(mut drafts: Vec<Draft>, walls: &[Rule]) -> Vec<Draft> {
    drafts.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut out: Vec<Draft> = Vec::with_capacity(drafts.len());
    let mut rest = drafts.into_iter().peekable();
    while let Some(first) = rest.next() {
        let limit = first.y + 0.15 * first.size;
        let mut row = vec![first];
        while let Some(next) = rest.next_if(|next| next.y <= limit) {
            row.push(next);
        }
        row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        for draft in row {
            match out.last_mut() {
                Some(last) if touches(last, &draft) && !walled(last, draft.x0, walls) => {
                    let space = draft.x0 - last.x1 > WORD_GAP * draft.size;
                    for (index, (glyph, spaced)) in draft.glyphs.into_iter().enumerate() {
                        last.push(glyph, spaced || (index == 0 && space));
                    }
                }
                Some(last) if words_set_apart(last, &draft) && !walled(last, draft.x0, walls) => {
                    for (index, (glyph, spaced)) in draft.glyphs.into_iter().enumerate() {
                        last.push(glyph, spaced || index == 0);
                    }
                }
                _ => out.push(draft),
            }
        }
    }
    out
}

/// Whether a vertical rule stands between the end of `left` and `x`.
fn walled(left: &Draft, x: f32, walls: &[Rule]) -> bool {
    let middle = left.y - 0.3 * left.size;
    x - left.x1 > 0.15 * left.size
        && walls.iter().any(|wall| {
            (left.x1 - 1.0..x + 1.0).contains(&wall.at) && (wall.from..wall.to).contains(&middle)
        })
}

fn touches(left: &Draft, right: &Draft) -> bool {
    let size = left.size.max(right.size);
    let alike = left.size.min(right.size) > 0.75 * size && (left.y - right.y).abs() < 0.15 * size;
    alike && right.x0 >= left.x0 && (-0.3..SPAN_GAP).contains(&((right.x0 - left.x1) / size))
}

/// Whether two drafts are words of one line whose letters are set apart.
fn words_set_apart(left: &Draft, right: &Draft) -> bool {
    let gaps_wide = |draft: &Draft| {
        let wide = |pair: &[(Glyph, bool)]| matches!(pair, [(a, _), (b, _)] if b.x0 - a.x1 > 0.12 * a.size);
        draft.glyphs.len() <= 200 && draft.glyphs.windows(2).all(wide)
    };
    let alike = (left.size - right.size).abs() < 0.05 * left.size
        && (left.y - right.y).abs() < 0.1 * left.size;
    let near = (0.0..1.6 * left.size).contains(&(right.x0 - left.x1));
    alike
        && near
        && left.glyphs.len() + right.glyphs.len() >= 4
        && gaps_wide(left)
        && gaps_wide(right)
}

/// The text of a span, and whether its letters are set apart: a space where one was drawn, or where the gap is as wide as one.
///
/// Where the letters of a line are set apart, as in some headings, the usual gap between them is
/// measured first, and only a clearly wider one separates words; a drawn space counts only then.
fn text_of(glyphs: &[(Glyph, bool)]) -> (String, bool) {
    let gap = |pair: &[(Glyph, bool)]| match pair {
        [(a, _), (b, _)] => (b.x0 - a.x1) / a.size.max(b.size),
        _ => 0.0,
    };
    let mut gaps: Vec<f32> = glyphs.windows(2).map(gap).collect();
    gaps.sort_by(f32::total_cmp);
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(0.0);
    let single_letters = {
        let words = 1 + glyphs.iter().skip(1).filter(|(_, spaced)| *spaced).count();
        words >= 5 && glyphs.len() <= 2 * words
    };
    let apart = gaps.len() >= 5 && usual > 0.12 && (single_letters || usual < 0.6);
    let wide = if apart { usual * 1.6 } else { WORD_GAP };
    let mut text = String::new();
    for (index, (glyph, spaced)) in glyphs.iter().enumerate() {
        let before = index
            .checked_sub(1)
            .and_then(|from| glyphs.get(from..=index))
            .map_or(0.0, gap);
        let space = if apart && single_letters {
            before > wide
        } else {
            *spaced || before > wide
        };
        if index > 0 && space {
            text.push(' ');
        }
        text.push(glyph.c);
    }
    (text, apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Glyphs of 10 pt, each 5 wide; `|` sets the next letter `apart` points further right.
    fn glyphs(text: &str, apart: f32) -> Vec<Glyph> {
        let mut x = 50.0;
        let mut glyphs = Vec::new();
        for c in text.chars() {
            if c == '|' {
                x += apart;
                continue;
            }
            glyphs.push(Glyph {
                c,
                x0: x,
                x1: x + 5.0,
                y: 100.0,
                size: 10.0,
                font: 0,
                bold: false,
                visible: true,
                artifact: false,
                angle: 0,
            });
            x += 5.0;
        }
        glyphs
    }

    fn texts(glyphs: &[Glyph]) -> Vec<String> {
        spans(glyphs, &[])
            .into_iter()
            .map(|span| span.text)
            .collect()
    }

    #[test]
    fn gaps_make_words_and_spans() {
        assert_eq!(texts(&glyphs("Styret|vedtok", 2.5)), ["Styret vedtok"]);
        assert_eq!(texts(&glyphs("Sty|ret", 0.8)), ["Styret"]);
        assert_eq!(texts(&glyphs("Kari|Leder", 30.0)), ["Kari", "Leder"]);
        assert_eq!(texts(&glyphs("Kari |Leder", 8.0)), ["Kari Leder"]);
    }

    #[test]
    fn letters_set_apart_are_words_again() {
        let set_apart: String = "VÅRT ARBEID I ÅR"
            .chars()
            .map(|c| {
                if c == ' ' {
                    "||".to_owned()
                } else {
                    format!("{c}|")
                }
            })
            .collect();
        for distance in [2.0, 3.5] {
            assert_eq!(texts(&glyphs(&set_apart, distance)), ["VÅRT ARBEID I ÅR"]);
        }
    }

    #[test]
    fn a_raised_figure_stays_in_its_line() {
        let mut line = glyphs("Vedtak|1| gjelder", 0.0);
        if let Some(figure) = line.iter_mut().find(|glyph| glyph.c == '1') {
            (figure.size, figure.y) = (6.0, 96.0);
        }
        assert_eq!(texts(&line), ["Vedtak1 gjelder"]);
    }

    #[test]
    fn an_accent_drawn_over_a_letter_is_part_of_it() {
        let mut word = glyphs("p\u{2DA}a", 0.0);
        if let [_, accent, letter] = word.as_mut_slice() {
            (letter.x0, letter.x1) = (accent.x0 - 0.5, accent.x1 - 0.5);
        }
        assert_eq!(texts(&word), ["pa\u{30A}"]);
    }

    #[test]
    fn text_drawn_out_of_order_is_put_in_order() {
        let mut line = glyphs("Først så", 0.0);
        line.rotate_left(6);
        assert_eq!(texts(&line), ["Først så"]);
    }
}
