//! The first page.

use std::sync::Arc;

use axum::extract::State;
use maud::html;

use super::failure::Page;
use super::layout::{Place, layout};
use super::site::Site;
use super::visitor::Visitor;
use crate::render::phrases::web;

/// The first page.
pub(super) async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Page {
    let bot = site.bot()?;
    let documents = bot
        .entries()
        .iter()
        .filter(|entry| entry.metadata().is_some());
    let language = visitor.language;
    let body = html! {
        div.notice {
            h1 { (web::title(language)) }
            p { (web::documents(documents.count(), language)) }
        }
    };
    Ok(layout(&visitor, web::title(language), Place::Home, &body))
}
