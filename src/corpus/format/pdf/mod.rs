//! Reads PDF: glyphs as they stand on the page, put back into lines, columns, tables, paragraphs and
//! headings.
//!
//! The steps, each in its own module: [`glyphs`] draws a page into glyphs and rules (with [`fonts`]),
//! [`spans`] joins glyphs to pieces of lines, [`furniture`] takes headers and footers off, [`layout`]
//! (with [`grid`] for ruled tables and [`zone`] for others) finds the reading order, [`paragraphs`]
//! joins lines (and [`contents`] knows tables of contents), and [`headings`] tells headings from text.
//! [`properties`] reads what the file says of itself.

mod contents;
mod fonts;
mod furniture;
mod glyphs;
mod grid;
mod headings;
mod layout;
mod paragraphs;
mod properties;
mod spans;
mod zone;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_interpret::InterpreterCache;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::{Extracted, Unreadable};
use fonts::Fonts;
use furniture::Sheet;
use glyphs::{Drawing, Glyph, Rule};
use layout::Line;
use spans::Span;

/// Pages that are read; the rest of a longer file is left out and named in the problems.
const MAX_PAGES: usize = 2_000;
/// Work on one document after which its further pages are left out (see [`Drawing::work`]).
const MAX_WORK: usize = 40_000_000;
/// A page with more drawn shapes than this and no letter holds text turned to outlines.
const MANY_PATHS: usize = 200;
/// Vertical rules by which header text is told from table text, at most.
const MAX_WALLS: usize = 1_000;
/// The size that turned text has at most, in points.
const TURNED_SIZE: f32 = 8.0;
/// Share of letters without a known character from which a page is named in the problems.
const UNMAPPED_SHARE: f32 = 0.3;

/// Reads a PDF file.
pub fn read(bytes: &[u8]) -> Result<Extracted, Unreadable> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::Empty);
    }
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    if !head.windows(5).any(|window| window == b"%PDF-") {
        return Err(damaged("it does not begin as a PDF file does"));
    }
    let loaded = catch_unwind(AssertUnwindSafe(|| Pdf::new(bytes.to_vec())));
    let pdf = match loaded {
        Ok(Ok(pdf)) => pdf,
        Ok(Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected))) => {
            return Err(Unreadable::Encrypted);
        }
        Ok(Err(LoadPdfError::Decryption(_))) => {
            return Err(damaged("its encryption is of an unknown kind"));
        }
        Ok(Err(LoadPdfError::Invalid)) => return Err(damaged(cut_short(bytes))),
        Err(_) => return Err(damaged("its structure is broken")),
    };
    catch_unwind(AssertUnwindSafe(|| read_pages(&pdf)))
        .unwrap_or_else(|_| Err(damaged("its structure is broken")))
}

fn damaged(reason: &str) -> Unreadable {
    Unreadable::Damaged {
        format: "PDF".to_owned(),
        reason: reason.to_owned(),
    }
}

/// Why a file has no readable structure, as far as its end tells.
fn cut_short(bytes: &[u8]) -> &'static str {
    let tail = bytes
        .get(bytes.len().saturating_sub(2048)..)
        .unwrap_or_default();
    let has = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
    if !has(bytes, b" obj") {
        "nothing in it is part of a PDF but its first line"
    } else if has(tail, b"%%EOF") {
        "its list of objects or pages is broken"
    } else {
        "its end is missing (cut short)"
    }
}

/// The text of one page, before its lines are put in order.
struct PageText {
    sheet: Sheet,
    rules: Vec<Rule>,
    /// Text that runs in other directions, each with its own.
    turned: Vec<Vec<Span>>,
}

fn read_pages(pdf: &Pdf) -> Result<Extracted, Unreadable> {
    let pages = pdf.pages();
    let mut reader = Reader::default();
    let mut cache = InterpreterCache::new();
    let mut fonts = Fonts::default();
    for (index, page) in pages.iter().take(MAX_PAGES).enumerate() {
        let drawing = if reader.work > MAX_WORK {
            Drawing::default()
        } else {
            glyphs::draw(page, &cache, &mut fonts)
        };
        if drawing.cut {
            // A lock inside the cache may have been left held.
            cache = InterpreterCache::new();
        }
        reader.add(index + 1, drawing);
    }
    if pages.is_empty() {
        return Err(damaged("it has no pages"));
    }
    if reader.letters == 0 {
        return Err(reader.without_text());
    }
    if pages.len() > MAX_PAGES {
        reader.problems.push(format!(
            "only the first {MAX_PAGES} of {} pages were read",
            pages.len()
        ));
    }
    let outline = properties::outline(pdf);
    let lines = lines(reader.pages);
    let blocks = headings::mark(paragraphs::join(lines, pages.len()), &outline);
    Ok(Extracted {
        blocks,
        properties: properties::properties(pdf),
        problems: reader.problems,
        front_matter: None,
    })
}

/// Gathers the pages.
#[derive(Default)]
struct Reader {
    pages: Vec<PageText>,
    work: usize,
    letters: usize,
    images: usize,
    paths: usize,
    /// Pages whose content cannot be unpacked.
    lost: usize,
    problems: Vec<String>,
}

impl Reader {
    /// Why a file without a single letter has none.
    fn without_text(&self) -> Unreadable {
        if self.images > 0 || self.paths > MANY_PATHS {
            Unreadable::Scanned {
                pages: u32::try_from(self.pages.len()).unwrap_or(u32::MAX),
            }
        } else if self.lost > 0 {
            damaged("the content of its pages is broken")
        } else {
            Unreadable::Empty
        }
    }

    fn add(&mut self, number: usize, mut drawing: Drawing) {
        self.work += drawing.work;
        self.images += drawing.images;
        self.paths += drawing.paths;
        self.lost += usize::from(drawing.lost);
        drop_hidden(&mut drawing);
        let letters = drawing
            .glyphs
            .iter()
            .filter(|glyph| !glyph.c.is_whitespace())
            .count();
        self.letters += letters;
        if drawing.lost {
            self.problems
                .push(format!("page {number}: not read, its content is broken"));
        }
        if drawing.cut || self.work > MAX_WORK {
            self.problems.push(format!(
                "page {number}: not read to its end (an error in the file, or too much on it)"
            ));
        }
        if letters > 0 && drawing.unmapped as f32 > UNMAPPED_SHARE * letters as f32 {
            self.problems.push(format!("page {number}: {} of {letters} characters cannot be told (the font has no map to letters)", drawing.unmapped));
        } else if drawing.guessed as f32 > UNMAPPED_SHARE * letters as f32 {
            self.problems.push(format!("page {number}: {} of {letters} characters are guessed from their codes (the font has no map to letters)", drawing.guessed));
        } else if letters == 0 && drawing.images > 0 {
            self.problems
                .push(format!("page {number}: a picture without text (scanned?)"));
        }
        self.pages.push(page_text(&drawing));
    }
}

/// Drops invisible text that repeats what can be seen, or that nobody was to see.
fn drop_hidden(drawing: &mut Drawing) {
    let seen = drawing
        .glyphs
        .iter()
        .filter(|glyph| glyph.visible && !glyph.c.is_whitespace())
        .count();
    let hidden = drawing
        .glyphs
        .iter()
        .filter(|glyph| !glyph.visible && !glyph.c.is_whitespace())
        .count();
    // The text layer of a scanned page lies under a picture and outweighs a stamp or a page number.
    let text_layer = drawing.images > 0 && hidden > 2 * seen;
    if hidden > 0 && !text_layer {
        drawing.glyphs.retain(|glyph| glyph.visible);
    }
}

/// Spans of a page, turned text apart. A page that is mostly turned is read in its own direction.
fn page_text(drawing: &Drawing) -> PageText {
    let mut directions: BTreeMap<i16, Vec<Glyph>> = BTreeMap::new();
    for glyph in &drawing.glyphs {
        let angle = if glyph.angle.abs() <= 2 {
            0
        } else {
            glyph.angle
        };
        directions.entry(angle).or_default().push(*glyph);
    }
    let main = directions
        .iter()
        .max_by_key(|(_, glyphs)| glyphs.len())
        .map_or(0, |(angle, _)| *angle);
    let upright = directions.remove(&main).unwrap_or_default();
    let (rules, height) = if main == 0 {
        (drawing.rules.clone(), drawing.height)
    } else {
        (Vec::new(), f32::MAX)
    };
    let walls = rules
        .iter()
        .filter(|rule| !rule.horizontal)
        .map(|rule| (rule.from, rule.to))
        .take(MAX_WALLS)
        .collect();
    let sheet = Sheet {
        height,
        spans: spans::spans(&upright, &rules),
        walls,
    };
    PageText {
        sheet,
        rules,
        turned: directions
            .into_values()
            .map(|glyphs| spans::spans(&glyphs, &[]))
            .collect(),
    }
}

/// The lines of all pages in reading order, without furniture; turned text follows its page.
fn lines(mut pages: Vec<PageText>) -> Vec<Line> {
    let mut sheets: Vec<Sheet> = pages
        .iter_mut()
        .map(|page| std::mem::take(&mut page.sheet))
        .collect();
    furniture::remove(&mut sheets);
    furniture::remove_turned(pages.iter_mut().map(|page| &mut page.turned));
    let mut lines = Vec::new();
    let mut region = 0;
    for (index, (page, sheet)) in pages.into_iter().zip(sheets).enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let upright = readable(layout::arrange(sheet.spans, &page.rules, number));
        // Turned text is never a heading, however large.
        let plain = |line: Line| Line {
            size: line.size.min(TURNED_SIZE),
            bold: 0.0,
            ..line
        };
        let turned = page.turned.into_iter().map(|spans| {
            layout::arrange(spans, &[], number)
                .into_iter()
                .map(plain)
                .collect()
        });
        for arranged in std::iter::once(upright).chain(turned) {
            let last = arranged.iter().map(|line| line.region).max().unwrap_or(0);
            lines.extend(arranged.into_iter().map(|line| Line {
                region: line.region + region,
                ..line
            }));
            region += last + 1;
        }
    }
    lines
}

/// Drops lines with letters set apart whose words stand on the page a second time, readable.
fn readable(lines: Vec<Line>) -> Vec<Line> {
    let letters = |line: &Line| {
        line.text
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    if lines.iter().all(|line| !line.spaced_out) {
        return lines;
    }
    let plain: std::collections::HashSet<String> = lines
        .iter()
        .filter(|line| !line.spaced_out)
        .map(letters)
        .collect();
    lines
        .into_iter()
        .filter(|line| !line.spaced_out || !plain.contains(&letters(line)))
        .collect()
}
