//! Lines of words: how wide they are, and where they break.

use std::sync::OnceLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// How heavy letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Plain,
    Bold,
}

/// Words that look alike.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) weight: Weight,
    pub(super) class: Option<&'static str>,
    pub(super) text: String,
}

impl Run {
    pub(super) fn new(weight: Weight, text: &str) -> Run {
        Run {
            weight,
            class: None,
            text: text.to_owned(),
        }
    }

    pub(super) fn classed(weight: Weight, text: &str, class: &'static str) -> Run {
        Run {
            class: Some(class).filter(|class| !class.is_empty()),
            ..Run::new(weight, text)
        }
    }
}

/// Runs side by side.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Line {
    pub(super) runs: Vec<Run>,
}

/// What stands where something is left out.
const LEFT_OUT: &str = " …";

/// The runs in at most `most` lines, broken between words and cut at the end of a word; what is cut ends
/// with an ellipsis and with `close`.
pub(super) fn wrapped(runs: &[Run], size: f32, room: f32, most: usize, close: &str) -> Vec<Line> {
    // More words than this never fit, and they come from documents.
    const WORDS: usize = 200;
    let mut words: Vec<Run> = Vec::new();
    for run in runs {
        for word in run.text.split(' ').filter(|word| !word.is_empty()) {
            words.extend(pieces(word, run.weight, size, room).map(|text| Run {
                text,
                ..run.clone()
            }));
        }
    }
    let cut = words.len() > WORDS;
    words.truncate(WORDS);
    let lines = broken(&words, size, room);
    if lines.len() <= most && !cut {
        return lines;
    }
    while !words.is_empty() {
        words.pop();
        let mut with_end = words.clone();
        if let Some(last) = with_end.last_mut() {
            let word = last.text.trim_end_matches([',', ';', ':', '–']);
            last.text = format!("{word}{LEFT_OUT}{close}");
        }
        let lines = broken(&with_end, size, room);
        if lines.len() <= most {
            return lines;
        }
    }
    Vec::new()
}

/// Words in lines; what looks alike is joined.
fn broken(words: &[Run], size: f32, room: f32) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut used = 0.0;
    for word in words {
        let space = width(" ", Weight::Plain, size);
        let own = width(&word.text, word.weight, size);
        let fits = !lines.is_empty() && used + space + own <= room;
        if !fits {
            lines.push(Line::default());
        }
        let Some(line) = lines.last_mut() else {
            continue;
        };
        used = if fits { used + space + own } else { own };
        match line.runs.last_mut() {
            Some(last) if last.weight == word.weight && last.class == word.class => {
                last.text.push(' ');
                last.text.push_str(&word.text);
            }
            Some(last) => {
                last.text.push(' ');
                line.runs.push(word.clone());
            }
            None => line.runs.push(word.clone()),
        }
    }
    lines
}

/// A word in pieces that fit: addresses may be longer than a line.
fn pieces(word: &str, weight: Weight, size: f32, room: f32) -> impl Iterator<Item = String> {
    let mut pieces = vec![String::new()];
    let mut used = 0.0;
    let whole = width(word, weight, size) <= room;
    for c in word.chars() {
        let own = width(c.encode_utf8(&mut [0; 4]), weight, size);
        if !whole && used + own > room {
            pieces.push(String::new());
            used = 0.0;
        }
        used += own;
        if let Some(last) = pieces.last_mut() {
            last.push(c);
        }
    }
    pieces.into_iter()
}

/// How wide a text is.
pub(super) fn width(text: &str, weight: Weight, size: f32) -> f32 {
    let font = match weight {
        Weight::Plain => font(&PLAIN, ttf_noto_sans::REGULAR),
        Weight::Bold => font(&BOLD, ttf_noto_sans::BOLD),
    };
    let Some(font) = font else {
        return text.chars().count() as f32 * size * 0.6;
    };
    let map = font.charmap();
    let metrics = font.glyph_metrics(Size::new(size), LocationRef::default());
    let of = |c: char| map.map(c).and_then(|glyph| metrics.advance_width(glyph));
    // What the font lacks is drawn as a box about as wide as it is high.
    text.chars().map(|c| of(c).unwrap_or(size)).sum()
}

static PLAIN: OnceLock<Option<FontRef<'static>>> = OnceLock::new();
static BOLD: OnceLock<Option<FontRef<'static>>> = OnceLock::new();

fn font(
    cell: &'static OnceLock<Option<FontRef<'static>>>,
    data: &'static [u8],
) -> Option<&'static FontRef<'static>> {
    cell.get_or_init(|| FontRef::new(data).ok()).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_what_norwegian_needs() {
        for data in [ttf_noto_sans::REGULAR, ttf_noto_sans::BOLD] {
            let font = FontRef::new(data).unwrap();
            let map = font.charmap();
            // Bokmål and nynorsk, three of the Sami languages, and the signs of minutes.
            for c in "abcæøåÆØÅéèêòóôüáčđŋšŧžï«»“”–—…•§½°²%/\u{a0}".chars()
            {
                assert!(map.map(c).is_some_and(|glyph| glyph.to_u32() > 0), "{c:?}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_cut_between_words_and_keeps_its_closing_mark() {
        let runs = [
            Run::new(Weight::Bold, "NTL krever:"),
            Run::new(
                Weight::Plain,
                "«At kantinen åpner igjen, at prisene holdes, og at alle får vite det i god tid før noe endres.»",
            ),
        ];
        let lines = wrapped(&runs, 15.0, 200.0, 2, "»");
        let texts: Vec<String> = lines
            .iter()
            .map(|line| line.runs.iter().map(|run| run.text.as_str()).collect())
            .collect();
        assert_eq!(texts.len(), 2);
        assert!(texts[1].ends_with(" …»"), "{texts:?}");
        let shown = texts.join(" ");
        let shown = shown.trim_end_matches(" …»");
        let whole = format!("{} {}", runs[0].text, runs[1].text);
        assert!(
            whole.starts_with(shown) && whole[shown.len()..].starts_with([' ', ',']),
            "{shown}"
        );
        assert!(
            texts
                .iter()
                .all(|text| width(text, Weight::Bold, 15.0) < 215.0)
        );
        // One word that is longer than a line.
        let address = [Run::new(Weight::Plain, &"https://example.no/".repeat(9))];
        assert!(wrapped(&address, 15.0, 200.0, 2, "").len() == 2);
    }
}
