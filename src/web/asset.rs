//! What pages need besides themselves: one style, one script, one picture, named by what they hold so that browsers
//! may keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use sha2::{Digest, Sha256};

use super::failure::{Failure, Page};
use crate::render::timeline;

struct Asset {
    name: String,
    kind: &'static str,
    content: String,
}

impl Asset {
    fn new(stem: &str, ending: &str, kind: &'static str, content: &str) -> Asset {
        let digest = Sha256::digest(content.as_bytes());
        let hash: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
        Asset {
            name: format!("{stem}-{hash}.{ending}"),
            kind,
            content: content.to_owned(),
        }
    }
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let content = format!("{}{}", include_str!("assets/style.css"), timeline::STYLE);
    Asset::new("style", "css", "text/css; charset=utf-8", &content)
});
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let content = include_str!("assets/script.js");
    Asset::new("script", "js", "text/javascript; charset=utf-8", content)
});
static ICON: LazyLock<Asset> = LazyLock::new(|| {
    let content = include_str!("assets/icon.svg");
    Asset::new("icon", "svg", "image/svg+xml", content)
});

fn address(asset: &Asset) -> String {
    format!("/assets/{}", asset.name)
}

/// Where the style is.
pub(super) fn style() -> String {
    address(&STYLE)
}

/// Where the script is.
pub(super) fn script() -> String {
    address(&SCRIPT)
}

/// Where the picture for the browser's tab is.
pub(super) fn icon() -> String {
    address(&ICON)
}

/// The picture, where browsers look for it by themselves.
pub(super) async fn show_icon() -> Page {
    Ok(([(CONTENT_TYPE, ICON.kind)], &*ICON.content).into_response())
}

/// The asset of this name.
pub(super) async fn show(Path(name): Path<String>) -> Page {
    let all = [&STYLE, &SCRIPT, &ICON];
    let asset = all.into_iter().find(|asset| asset.name == name);
    let asset = asset.ok_or(Failure::Nowhere)?;
    let headers = [
        (CONTENT_TYPE, asset.kind),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, &*asset.content).into_response())
}
