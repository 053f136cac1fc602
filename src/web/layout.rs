//! What stands round every page.

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::asset;
use super::visitor::{LANGUAGE, Visitor};
use crate::language::Language;
use crate::render::phrases::{feed, web};

/// Which page of those in the menu is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Home,
    Status,
    Positions,
    Latest,
    Documents,
    Elsewhere,
}

/// The pages in the menu.
const MENU: [(Place, &str); 5] = [
    (Place::Home, "/"),
    (Place::Status, "/status"),
    (Place::Positions, "/standpunkter"),
    (Place::Latest, "/nytt"),
    (Place::Documents, "/dokumenter"),
];

/// A page's own part, and the document that is shown beside it, if any.
pub(super) fn with_document(own: Markup, document: Option<Markup>) -> Markup {
    html! {
        div.columns data-split[document.is_some()] {
            div.own { (own) }
            div #dokument .beside { @if let Some(document) = document { (document) } }
        }
    }
}

/// A whole page, `body` being its main part.
pub(super) fn layout(visitor: &Visitor, title: &str, place: Place, body: &Markup) -> Response {
    let language = visitor.language;
    let page = html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – Referent" }
                link rel="icon" href=(asset::icon()) type="image/svg+xml";
                link rel="stylesheet" href=(asset::style());
                link rel="alternate" type="application/atom+xml" href=(super::feed::ALL) title=(feed::all(language));
                script src=(asset::script()) defer {}
            }
            body {
                a.skip href="#innhold" { (web::skip(language)) }
                header.top {
                    a.name href="/" { "Referent" }
                    nav aria-label=(web::menu(language)) {
                        @for (of, address) in MENU {
                            a href=(address) aria-current=[(of == place).then_some("page")] { (web::place(address, language)) }
                        }
                    }
                    nav.languages aria-label=(web::choose_language(language)) {
                        @for (other, name) in [(Language::Bokmal, "Bokmål"), (Language::Nynorsk, "Nynorsk"), (Language::English, "English")] {
                            a href=(visitor.here_in(other)) lang=(other.code()) hreflang=(other.code()) rel="nofollow"
                                aria-current=[(other == language).then_some("true")] { (name) }
                        }
                    }
                }
                main #innhold tabindex="-1" { (body) }
            }
        }
    };
    let kind = [(CONTENT_TYPE, "text/html; charset=utf-8")];
    let mut response = (kind, page.into_string()).into_response();
    if visitor.chose {
        let cookie = format!(
            "{LANGUAGE}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
            language.code()
        );
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}
