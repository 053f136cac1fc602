//! A page drawn into a list of glyphs and ruled lines: what stands where, how large, in which font.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use hayro_interpret::font::{Glyph as DrawnGlyph, GlyphRun, PositionedGlyph};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::object::Dict;
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, TransformExt, interpret_page,
};

use super::fonts::Fonts;

/// More glyphs than any page of text holds (an A3 newspaper page has some 20,000).
const MAX_GLYPHS: usize = 150_000;
/// Ruled lines beyond this number are drawings, not tables.
const MAX_RULES: usize = 20_000;
/// Work after which a page is given up: one unit for a glyph or a simple path, more for what costs
/// the interpreter more. The forms of a hostile page nest and multiply.
const MAX_WORK: usize = 1_500_000;
/// Work for a run of glyphs, a clip or an image, beside its parts.
const COSTLY: usize = 8;

/// One character on a page; y grows downwards, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    pub c: char,
    pub x0: f32,
    pub x1: f32,
    /// The baseline.
    pub y: f32,
    pub size: f32,
    pub font: u16,
    pub bold: bool,
    pub visible: bool,
    /// Marked as no part of the text (`/Artifact`).
    pub artifact: bool,
    /// Degrees by which the text is turned; x and y are turned back by it.
    pub angle: i16,
}

/// A horizontal or vertical line, as drawn around table cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    pub horizontal: bool,
    /// y of a horizontal, x of a vertical rule.
    pub at: f32,
    pub from: f32,
    pub to: f32,
}

/// What a page shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Drawing {
    pub width: f32,
    pub height: f32,
    /// In the order of drawing.
    pub glyphs: Vec<Glyph>,
    pub rules: Vec<Rule>,
    pub images: usize,
    /// What drawing it took.
    pub work: usize,
    /// Glyphs for which no character is known.
    pub unmapped: usize,
    /// Glyphs whose character is guessed from their code.
    pub guessed: usize,
    /// Number of drawn paths: text may be among them, turned to outlines.
    pub paths: usize,
    /// Whether a limit or an error cut the page short.
    pub cut: bool,
    /// Whether the page names content that cannot be unpacked.
    pub lost: bool,
}

/// Thrown through the interpreter when a page passes a limit.
struct PageLimit;

/// Draws `page`. An error inside the interpreter leaves what was drawn up to it.
pub(super) fn draw<'a>(
    page: &Page<'a>,
    cache: &InterpreterCache<'a>,
    fonts: &mut Fonts,
) -> Drawing {
    let (width, height) = page.render_dimensions();
    let settings = InterpreterSettings::default();
    let mut collector = Collector {
        drawing: Drawing {
            width,
            height,
            ..Drawing::default()
        },
        fonts,
        artifacts: Vec::new(),
        seen: HashMap::new(),
    };
    let finished = catch_unwind(AssertUnwindSafe(|| {
        collector.fonts.probe(page, cache, &settings);
        let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let mut context = Context::new(
            page.initial_transform(true).to_kurbo(),
            bounds,
            cache,
            page.xref(),
            settings.clone(),
        );
        interpret_page(page, &mut context, &mut collector);
    }));
    collector.drawing.cut = finished.is_err();
    collector.drawing.lost =
        page.raw().contains_key("Contents") && page.page_stream().is_none_or(<[u8]>::is_empty);
    collector.drawing
}

struct Collector<'f> {
    drawing: Drawing,
    fonts: &'f mut Fonts,
    /// For each open marked-content sequence, whether it lies in an artifact.
    artifacts: Vec<bool>,
    /// Where a character was drawn, to find those drawn twice for a bold or shadowed look.
    seen: HashMap<(char, i32, i32), usize>,
}

impl Collector<'_> {
    fn count(&mut self, work: usize) {
        self.drawing.work += work;
        if self.drawing.work > MAX_WORK || self.drawing.glyphs.len() > MAX_GLYPHS {
            // Not `panic!`: no message is wanted for a limit that is caught in `draw`.
            resume_unwind(Box::new(PageLimit));
        }
    }

    fn add(&mut self, text: &str, placed: &Placed, bold: bool, font: u16, visible: bool) {
        let count = text.chars().count().max(1);
        let step = (placed.x1 - placed.x0) / count as f32;
        let artifact = self.artifacts.last().copied().unwrap_or(false);
        for (index, c) in text.chars().enumerate() {
            let x0 = placed.x0 + step * index as f32;
            let glyph = Glyph {
                c,
                x0,
                x1: x0 + step,
                y: placed.y,
                size: placed.size,
                font,
                bold,
                visible,
                artifact,
                angle: placed.angle,
            };
            if !c.is_whitespace() && self.drawn_twice(&glyph) {
                continue;
            }
            self.drawing.glyphs.push(glyph);
        }
    }

    /// Whether the same character already stands at this place; if so, it is bold.
    fn drawn_twice(&mut self, glyph: &Glyph) -> bool {
        let grid = (glyph.size * 0.15).max(0.1);
        let (column, row) = ((glyph.x0 / grid) as i32, (glyph.y / grid) as i32);
        let neighbours = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy)));
        for (dx, dy) in neighbours {
            let Some(&index) = self.seen.get(&(glyph.c, column + dx, row + dy)) else {
                continue;
            };
            let Some(other) = self.drawing.glyphs.get_mut(index) else {
                continue;
            };
            let near = (other.x0 - glyph.x0).abs() < grid && (other.y - glyph.y).abs() < grid;
            if near
                && other.angle == glyph.angle
                && (other.size - glyph.size).abs() < 0.2 * glyph.size
                && other.visible == glyph.visible
            {
                other.bold |= glyph.visible;
                return true;
            }
        }
        self.seen
            .insert((glyph.c, column, row), self.drawing.glyphs.len());
        false
    }

    fn rule(&mut self, a: Point, b: Point) {
        let (dx, dy) = ((a.x - b.x).abs(), (a.y - b.y).abs());
        let horizontal = dx >= dy;
        let (length, thickness) = if horizontal { (dx, dy) } else { (dy, dx) };
        if self.drawing.rules.len() >= MAX_RULES || length < 4.0 || thickness > 2.5 {
            return;
        }
        let middle = if horizontal {
            (a.y + b.y) / 2.0
        } else {
            (a.x + b.x) / 2.0
        };
        let (from, to) = if horizontal {
            (a.x.min(b.x), a.x.max(b.x))
        } else {
            (a.y.min(b.y), a.y.max(b.y))
        };
        self.drawing.rules.push(Rule {
            horizontal,
            at: middle as f32,
            from: from as f32,
            to: to as f32,
        });
    }

    /// Thin filled shapes and straight strokes are rules.
    fn path(&mut self, path: &BezPath, stroked: bool) {
        let (mut start, mut last) = (Point::ZERO, Point::ZERO);
        let mut bounds: Option<Rect> = None;
        for element in path.elements() {
            let end = match *element {
                PathEl::MoveTo(point) => {
                    self.filled(bounds.take(), stroked);
                    start = point;
                    last = point;
                    bounds = Some(Rect::from_points(point, point));
                    continue;
                }
                PathEl::LineTo(point) => point,
                PathEl::ClosePath => start,
                PathEl::QuadTo(_, point) | PathEl::CurveTo(_, _, point) => {
                    last = point;
                    bounds = bounds.map(|bounds| bounds.union_pt(point));
                    continue;
                }
            };
            if stroked {
                self.rule(last, end);
            }
            bounds = bounds.map(|bounds| bounds.union_pt(end));
            last = end;
        }
        self.filled(bounds, stroked);
    }

    fn filled(&mut self, bounds: Option<Rect>, stroked: bool) {
        if let Some(bounds) = bounds.filter(|_| !stroked) {
            self.rule(
                Point::new(bounds.x0, bounds.y0),
                Point::new(bounds.x1, bounds.y1),
            );
        }
    }
}

/// Where a glyph stands, turned back so that its text runs to the right.
struct Placed {
    x0: f32,
    x1: f32,
    y: f32,
    size: f32,
    angle: i16,
}

fn placed(transform: Affine, advance: f32, stretch: f64, page: (f32, f32)) -> Option<Placed> {
    let [a, b, c, d, x, y] = transform.as_coeffs();
    let size = c.hypot(d) * 1000.0;
    let inside = (-2.0..=f64::from(page.0) + 2.0).contains(&x)
        && (-2.0..=f64::from(page.1) + 2.0).contains(&y);
    if !(inside && (0.5..2000.0).contains(&size) && a.is_finite() && b.is_finite()) {
        return None;
    }
    let angle = b.atan2(a).to_degrees().round();
    let (sin, cos) = angle.to_radians().sin_cos();
    let (x, y) = if angle == 0.0 {
        (x, y)
    } else {
        (x * cos + y * sin, y * cos - x * sin)
    };
    let width = (f64::from(advance) / 1000.0 * size * stretch).clamp(0.0, 3000.0);
    Some(Placed {
        x0: x as f32,
        x1: (x + width) as f32,
        y: y as f32,
        size: size as f32,
        angle: angle as i16,
    })
}

/// How much wider than high the run's text is set (the `Tz` operator). The transform of a glyph also
/// holds the stretch of a substitute font, which is no part of its advance; so the distance between
/// the run's own glyphs decides.
fn stretch(run: &[PositionedGlyph<'_>], advances: &[f32]) -> f64 {
    let mut ratios: Vec<f64> = Vec::new();
    for (pair, advance) in run.windows(2).zip(advances) {
        let [first, second] = pair else { continue };
        let [a, b, c, d, ..] = first.transform().as_coeffs();
        let (wide, high) = (a.hypot(b), c.hypot(d));
        let offset = second.transform().translation() - first.transform().translation();
        if high > 0.0 && (wide / high - 1.0).abs() > 0.02 && *advance > 0.0 {
            ratios.push(offset.hypot() / (high * f64::from(*advance)));
        }
    }
    if ratios.len() < 2 {
        return 1.0;
    }
    ratios.sort_by(f64::total_cmp);
    ratios
        .get(ratios.len() / 2)
        .copied()
        .filter(|ratio| (0.3..3.0).contains(ratio))
        .unwrap_or(1.0)
}

impl<'a> Device<'a> for Collector<'_> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        self.count(COSTLY / 2 + run.glyphs().len());
        let visible = !matches!(mode, DrawMode::Invisible);
        let advances: Vec<f32> = run
            .glyphs()
            .iter()
            .map(|glyph| match &**glyph {
                DrawnGlyph::Outline(outline) => outline.advance_width().unwrap_or(500.0),
                DrawnGlyph::Type3(type3) => type3.advance_width().unwrap_or(500.0),
            })
            .collect();
        let stretch = stretch(run.glyphs(), &advances);
        for (glyph, advance) in run.glyphs().iter().zip(&advances) {
            let page = (self.drawing.width, self.drawing.height);
            let Some(mut placed) =
                placed(props.transform * glyph.transform(), *advance, stretch, page)
            else {
                continue;
            };
            let facts = match &**glyph {
                DrawnGlyph::Outline(outline) => Some(self.fonts.glyph(outline)),
                DrawnGlyph::Type3(_) => None,
            };
            if facts.is_none() && *advance > 1500.0 {
                // A bitmap font whose matrix holds the size: its glyphs are about half as wide as high.
                placed.size *= advance / 500.0;
            }
            let (text, source) = character(glyph, facts);
            self.drawing.unmapped += usize::from(source == Source::Nowhere);
            self.drawing.guessed += usize::from(source == Source::Code);
            let (font, bold) = facts.map_or((u16::MAX, false), |facts| (facts.font, facts.bold));
            self.add(&text, &placed, bold, font, visible);
        }
    }

    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.count(1 + path.elements().len() / 8);
        self.drawing.paths += 1;
        if path.elements().len() <= 4_000 {
            self.path(
                &(props.transform * path.clone()),
                matches!(mode, DrawMode::Stroke(_)),
            );
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.count(COSTLY);
        self.drawing.images += 1;
    }

    fn begin_marked_content(&mut self, tag: &[u8], _: Option<&Dict<'_>>) {
        self.count(1);
        let inside = self.artifacts.last().copied().unwrap_or(false);
        self.artifacts.push(inside || tag == b"Artifact");
    }

    fn end_marked_content(&mut self) {
        self.artifacts.pop();
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.count(COSTLY);
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.count(COSTLY);
    }

    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// Where a glyph's text comes from.
#[derive(PartialEq, Eq)]
enum Source {
    /// The file or the font.
    Map,
    /// A guess by the character code.
    Code,
    /// Nothing is known.
    Nowhere,
}

/// The text of a glyph.
fn character(glyph: &DrawnGlyph<'_>, facts: Option<super::fonts::GlyphFacts>) -> (String, Source) {
    let mapped = match glyph.as_unicode() {
        Some(BfString::Char(c)) => Some(c.to_string()),
        Some(BfString::String(text)) => Some(text),
        None => None,
    };
    let mapped = mapped.filter(|text| {
        text.chars()
            .any(|c| !c.is_control() && c != char::REPLACEMENT_CHARACTER)
    });
    if facts.is_some_and(|facts| facts.pictures)
        && mapped
            .as_ref()
            .is_none_or(|text| text.chars().all(|c| c.is_ascii() || c >= '\u{E000}'))
    {
        let blank = glyph.char_code() & 0xFF == 32;
        return (if blank { " " } else { "•" }.to_owned(), Source::Map);
    }
    let own = || {
        facts
            .and_then(|facts| facts.character)
            .filter(|c| *c != char::REPLACEMENT_CHARACTER)
    };
    if let Some(text) = mapped.or_else(|| own().map(String::from)) {
        return (text, Source::Map);
    }
    match tex_character(glyph.char_code()).filter(|_| facts.is_none()) {
        Some(text) => (text, Source::Code),
        None => (String::from(char::REPLACEMENT_CHARACTER), Source::Nowhere),
    }
}

/// The character of a code in TeX's bitmap fonts, which name no characters: the Cork encoding (T1),
/// and the bullet of its companion.
fn tex_character(code: u32) -> Option<String> {
    let ligatures = ["ff", "fi", "fl", "ffi", "ffl"];
    Some(match code {
        0x10..=0x12 => "\"".to_owned(),
        0x13 => "«".to_owned(),
        0x14 => "»".to_owned(),
        0x15 => "–".to_owned(),
        0x16 => "—".to_owned(),
        0x1B..=0x1F => (*ligatures.get(code as usize - 0x1B)?).to_owned(),
        0x7F => "-".to_owned(),
        0x88 => "•".to_owned(),
        0x9F => "§".to_owned(),
        0x21..=0x7E | 0xC0..=0xFE => char::from_u32(code)?.to_string(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bitmap_fonts_of_tex_are_read_by_their_codes() {
        let word: String = [0xD8_u32, 0x1C, 0x6E]
            .into_iter()
            .filter_map(tex_character)
            .collect();
        assert_eq!(word, "Øfin");
        assert_eq!(tex_character(0x05), None);
    }

    #[test]
    fn turned_text_is_laid_along_its_own_baseline() {
        // Text that runs up the page: x of the glyph is its distance from the page's lower edge.
        let up = Affine::new([0.0, -0.01, 0.01, 0.0, 40.0, 300.0]);
        let placed = placed(up, 500.0, 1.0, (600.0, 800.0)).map(|placed| {
            (
                placed.angle,
                placed.x0.round(),
                placed.y.round(),
                placed.x1.round(),
            )
        });
        assert_eq!(placed, Some((-90, -300.0, 40.0, -295.0)));
    }
}
