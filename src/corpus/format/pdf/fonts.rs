//! What a glyph's font says: its weight, and the character where the file's own mapping is missing.
//!
//! Two gaps of the interpreter are closed here. Type 1 and standard fonts do not hand out their
//! name, so each simple font of a page's resources is drawn once into a device that remembers which
//! glyphs belong to which `/BaseFont`. And where a `/ToUnicode` map is empty or missing, the embedded
//! font's own character map, turned around, gives the character.

use std::collections::{HashMap, HashSet};

use hayro_interpret::font::{Glyph, GlyphRun, OutlineFontData, OutlineGlyph};
use hayro_interpret::hayro_syntax::content::TypedIter;
use hayro_interpret::hayro_syntax::object::{Dict, Name, ObjectIdentifier, Stream};
use hayro_interpret::hayro_syntax::page::{Page, Resources};
use hayro_interpret::kurbo::{Affine, BezPath, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, interpret,
};
use skrifa::{FontRef, MetadataProvider};

/// Fonts beyond this number are taken as plain: a document with more is not a text to be read.
const MAX_FONTS: usize = 2_000;
/// How deep forms within forms are searched for fonts.
const MAX_FORM_DEPTH: usize = 4;

/// What is known of one glyph of one font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GlyphFacts {
    /// Index of the font, the same for all its glyphs.
    pub font: u16,
    /// Whether the font is bold.
    pub bold: bool,
    /// Whether the font holds pictures (bullets, arrows) in place of letters.
    pub pictures: bool,
    /// The character by the font's own character map.
    pub character: Option<char>,
}

#[derive(Debug, Clone, Copy)]
struct FontFacts {
    bold: bool,
    pictures: bool,
}

/// The fonts of one document.
#[derive(Default)]
pub(super) struct Fonts {
    facts: Vec<FontFacts>,
    by_name: HashMap<String, u16>,
    glyphs: HashMap<u128, GlyphFacts>,
    characters: HashMap<u128, HashMap<u32, char>>,
    probed: HashSet<ObjectIdentifier>,
    forms: HashSet<ObjectIdentifier>,
}

impl Fonts {
    /// Learns the names of the simple fonts that `page` may use.
    pub(super) fn probe<'a>(
        &mut self,
        page: &Page<'a>,
        cache: &InterpreterCache<'a>,
        settings: &InterpreterSettings,
    ) {
        self.probe_resources(page.resources(), page, cache, settings, 0);
    }

    fn probe_resources<'a>(
        &mut self,
        resources: &Resources<'a>,
        page: &Page<'a>,
        cache: &InterpreterCache<'a>,
        settings: &InterpreterSettings,
        depth: usize,
    ) {
        for key in resources.fonts.keys() {
            let id = resources.fonts.get_ref(&*key).map(ObjectIdentifier::from);
            if self.facts.len() >= MAX_FONTS || id.is_some_and(|id| !self.probed.insert(id)) {
                continue;
            }
            let Some(font) = resources.fonts.get::<Dict<'_>>(&*key) else {
                continue;
            };
            let simple = font
                .get::<Name<'_>>("Subtype")
                .is_some_and(|kind| matches!(&*kind, b"Type1" | b"MMType1" | b"TrueType"));
            let Some(name) = font.get::<Name<'_>>("BaseFont").filter(|_| simple) else {
                continue;
            };
            let font = self.font(name.as_str(), None);
            let mut probe = Probe {
                glyphs: &mut self.glyphs,
                facts: self.facts.get(usize::from(font)).copied(),
                font,
            };
            let mut context = Context::new(
                Affine::IDENTITY,
                Rect::new(0.0, 0.0, 1.0, 1.0),
                cache,
                page.xref(),
                settings.clone(),
            );
            interpret(
                TypedIter::new(&specimen(&key)),
                resources,
                &mut context,
                &mut probe,
            );
        }
        if depth >= MAX_FORM_DEPTH {
            return;
        }
        for key in resources.x_objects.keys() {
            let id = resources
                .x_objects
                .get_ref(&*key)
                .map(ObjectIdentifier::from);
            if id.is_none_or(|id| !self.forms.insert(id)) {
                continue;
            }
            let form = resources.x_objects.get::<Stream<'_>>(&*key);
            if let Some(inner) = form.and_then(|form| form.dict().get::<Dict<'_>>("Resources")) {
                self.probe_resources(&Resources::new(inner), page, cache, settings, depth + 1);
            }
        }
    }

    /// What is known of `glyph`.
    pub(super) fn glyph(&mut self, glyph: &OutlineGlyph) -> GlyphFacts {
        let key = glyph.identifier().cache_key();
        if let Some(facts) = self
            .glyphs
            .get(&key)
            .filter(|facts| facts.character.is_some())
        {
            return *facts;
        }
        let data = glyph.font_data();
        let known = self.glyphs.get(&key).copied();
        let facts = known.unwrap_or_else(|| {
            let name = data
                .as_ref()
                .and_then(|data| data.postscript_name.clone())
                .unwrap_or_default();
            let font = self.font(&name, data.as_ref().and_then(|data| data.weight));
            let facts = self
                .facts
                .get(usize::from(font))
                .copied()
                .unwrap_or(FontFacts {
                    bold: false,
                    pictures: false,
                });
            GlyphFacts {
                font,
                bold: facts.bold,
                pictures: facts.pictures,
                character: None,
            }
        });
        let character = data.and_then(|data| self.character(&data, glyph.glyph_id().to_u32()));
        // U+FFFD stands for "looked up, not there", so that the look-up is made once.
        let facts = GlyphFacts {
            character: Some(character.unwrap_or(char::REPLACEMENT_CHARACTER)),
            ..facts
        };
        self.glyphs.insert(key, facts);
        facts
    }

    fn font(&mut self, name: &str, weight: Option<u32>) -> u16 {
        if let Some(&index) = self.by_name.get(name) {
            return index;
        }
        let index = u16::try_from(self.facts.len()).unwrap_or(u16::MAX);
        self.facts.push(FontFacts {
            bold: is_bold(name) || weight.is_some_and(|weight| (600..=1000).contains(&weight)),
            pictures: is_pictures(name),
        });
        self.by_name.insert(name.to_owned(), index);
        index
    }

    fn character(&mut self, data: &OutlineFontData, glyph: u32) -> Option<char> {
        let map = self
            .characters
            .entry(data.cache_key)
            .or_insert_with(|| reversed_character_map((*data.data).as_ref()));
        map.get(&glyph).copied()
    }
}

/// Glyph → character from a font's `cmap` table; the lowest character wins where several share a glyph.
fn reversed_character_map(font: &[u8]) -> HashMap<u32, char> {
    let mut map = HashMap::new();
    let Ok(font) = FontRef::new(font) else {
        return map;
    };
    for (code, glyph) in font.charmap().mappings() {
        if let Some(character) = char::from_u32(code).filter(|c| !c.is_control()) {
            map.entry(glyph.to_u32())
                .and_modify(|known| *known = character.min(*known))
                .or_insert(character);
        }
    }
    map
}

/// A content stream that shows every code of the font `name`.
fn specimen(name: &[u8]) -> Vec<u8> {
    let mut stream = b"BT /".to_vec();
    name.iter()
        .for_each(|byte| stream.extend(format!("#{byte:02x}").bytes()));
    stream.extend(b" 1 Tf <");
    (0..=255_u8).for_each(|code| stream.extend(format!("{code:02x}").bytes()));
    stream.extend(b"> Tj ET");
    stream
}

fn is_bold(name: &str) -> bool {
    let name = name.to_lowercase();
    ["bold", "black", "heavy", "demi", "cmbx", "sfbx"]
        .iter()
        .any(|mark| name.contains(mark))
        || ["-medi", "-bd", ",bd", "-bol"]
            .iter()
            .any(|mark| name.ends_with(mark))
}

fn is_pictures(name: &str) -> bool {
    let name = name.to_lowercase();
    [
        "wingdings",
        "webdings",
        "dingbats",
        "opensymbol",
        "fontawesome",
    ]
    .iter()
    .any(|mark| name.contains(mark))
}

/// Notes which glyphs a font draws.
struct Probe<'f> {
    glyphs: &'f mut HashMap<u128, GlyphFacts>,
    facts: Option<FontFacts>,
    font: u16,
}

impl<'a> Device<'a> for Probe<'_> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {
        let Some(FontFacts { bold, pictures }) = self.facts else {
            return;
        };
        for glyph in run.glyphs() {
            if let Glyph::Outline(outline) = &**glyph {
                let facts = GlyphFacts {
                    font: self.font,
                    bold,
                    pictures,
                    character: None,
                };
                self.glyphs
                    .entry(outline.identifier().cache_key())
                    .or_insert(facts);
            }
        }
    }
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weight_and_pictures_are_read_from_the_name() {
        for name in [
            "Arial-BoldMT",
            "ABCDEF+CMBX12",
            "NimbusRomNo9L-Medi",
            "Lato-Black",
            "Cambria,Bold",
        ] {
            assert!(is_bold(name), "{name}");
        }
        assert!(!is_bold("TimesNewRomanPSMT") && !is_bold("Medici-Regular"));
        assert!(is_pictures("BCDEEE+Wingdings-Regular") && !is_pictures("SymbolMT"));
    }
}
