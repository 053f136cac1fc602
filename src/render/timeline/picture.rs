//! The picture as PNG.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{Options, Tree};

use super::{Colors, Shape, description, stops, svg};
use crate::answer::card::Status;

/// A picture that can be attached to a message.
#[derive(Clone, PartialEq)]
pub struct Picture {
    /// PNG.
    pub png: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What it shows, for those who do not see it.
    pub description: String,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Picture({} x {}, {:?})",
            self.width, self.height, self.description
        )
    }
}

/// Screens of phones show a point with two or three pixels.
const SCALE: f32 = 2.0;
/// A picture with fewer meetings shows nothing that the card does not.
const WORTH_IT: usize = 2;

/// The picture for a message about a matter; nothing where it would show no more than the words do.
pub fn picture(status: &Status) -> Option<Picture> {
    if stops(status).len() < WORTH_IT {
        return None;
    }
    let svg = svg(status, &Shape::CHAT, Colors::Light)?;
    let (png, width, height) = drawn(&svg)?;
    Some(Picture {
        png,
        width,
        height,
        description: description(status),
    })
}

/// The picture of a matter as PNG.
pub fn png(status: &Status, shape: &Shape) -> Option<Vec<u8>> {
    let svg = svg(status, shape, Colors::Light)?;
    drawn(&svg).map(|(png, ..)| png)
}

/// An SVG of ours as PNG, with its size in pixels.
fn drawn(svg: &str) -> Option<(Vec<u8>, u32, u32)> {
    let options = Options {
        fontdb: fonts(),
        font_family: "Noto Sans".to_owned(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).ok()?;
    let size = tree.size().to_int_size().scale_by(SCALE)?;
    let mut pixels = Pixmap::new(size.width(), size.height())?;
    let scale = Transform::from_scale(SCALE, SCALE);
    resvg::render(&tree, scale, &mut pixels.as_mut());
    Some((pixels.encode_png().ok()?, size.width(), size.height()))
}

fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let mut fonts = Database::new();
        for data in [ttf_noto_sans::REGULAR, ttf_noto_sans::BOLD] {
            fonts.load_font_source(Source::Binary(Arc::new(data)));
        }
        fonts.set_sans_serif_family("Noto Sans");
        Arc::new(fonts)
    });
    fonts.clone()
}
