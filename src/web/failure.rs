//! What a visitor gets where there is no page to show.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::html;

use super::layout::{Place, layout};
use super::visitor::Visitor;
use crate::render::phrases::web;

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No page has this address, or no document that may be shown.
    Nowhere,
    /// Something went wrong here; the log tells more under the id.
    Wrong(String),
    /// Too many ask at once.
    Busy,
    /// It took too long.
    TooSlow,
    /// More was sent than is read.
    TooLarge,
    /// The address is longer than is read.
    AddressTooLong,
    /// The request names another machine than this.
    OtherHost,
    /// Another site sent what only a page from here may send.
    OtherSite,
}

/// What a page is made of, or why there is none.
pub type Page = Result<Response, Failure>;

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let id = format!("web-{}-{count}", crate::clock::now());
        tracing::error!("web: {id}: {error:#}");
        Failure::Wrong(id)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        // The guard makes a page of it, as it knows who looks.
        let mut response = StatusCode::from(&self).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// For every address that is none.
pub(super) async fn nowhere() -> Failure {
    Failure::Nowhere
}

/// The page that tells of a failure.
pub(super) fn page(failure: &Failure, visitor: &Visitor) -> Response {
    let language = visitor.language;
    let [title, text] = web::failure(failure_key(failure), language);
    let body = html! {
        div.notice {
            h1 { (title) }
            p { (text) }
            @if let Failure::Wrong(id) = failure { p { code { (id) } } }
            @if !matches!(failure, Failure::OtherHost | Failure::OtherSite) {
                p { a href="/" { (web::back_to_start(language)) } }
            }
        }
    };
    let page = layout(visitor, title, Place::Elsewhere, &body);
    let mut response = (StatusCode::from(failure), page).into_response();
    if matches!(failure, Failure::Busy | Failure::TooSlow) {
        let soon = HeaderValue::from_static("2");
        response.headers_mut().insert(RETRY_AFTER, soon);
    }
    response
}

fn failure_key(failure: &Failure) -> web::Lacks {
    match failure {
        Failure::Nowhere => web::Lacks::Page,
        Failure::Wrong(_) => web::Lacks::Luck,
        Failure::Busy | Failure::TooSlow => web::Lacks::Time,
        Failure::TooLarge | Failure::AddressTooLong => web::Lacks::Room,
        Failure::OtherHost | Failure::OtherSite => web::Lacks::Trust,
    }
}
