//! What every request goes through, and every response: who may ask, how much at once, and what a browser is told
//! that it must not do.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, ORIGIN,
    REFERRER_POLICY, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::api;
use super::failure::{self, Failure};
use super::site::{Site, without_port};
use super::visitor::Visitor;

/// The longest address that is read, in bytes.
const ADDRESS: usize = 8 * 1024;
/// The largest body that is read, in bytes.
const BODY: usize = 64 * 1024;
/// So long a request may take, its body and waiting for its turn taken in.
const TIME: Duration = Duration::from_secs(30);

/// Scripts, styles and pictures come from here and nowhere else, and nothing that stands in a page is one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Lets a request through to the pages, and their answer back.
pub(super) async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visitor = Visitor::of(&parts.uri, &parts.headers);
    parts.extensions.insert(visitor.clone());
    let method = parts.method.clone();
    let checked = check(&site, &parts.method, &parts.uri, &parts.headers);
    let work = async {
        checked?;
        // Who sends slowly keeps nobody else waiting.
        let body = axum::body::to_bytes(body, BODY).await;
        let body = body.map_err(|_| Failure::TooLarge)?;
        let _turn = site.requests.try_acquire().map_err(|_| Failure::Busy)?;
        let request = Request::from_parts(parts, Body::from(body));
        Ok(next.run(request).await)
    };
    let done: Result<Response, Failure> = match tokio::time::timeout(TIME, work).await {
        Ok(done) => done,
        Err(_) => Err(Failure::TooSlow),
    };
    let mut response = done.unwrap_or_else(IntoResponse::into_response);
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        response = match visitor.address.starts_with("/api/") {
            true => api::failed(&failure),
            false => failure::page(&failure, &visitor),
        };
    }
    if is_unread(&response, &visitor) {
        // What is no page's request says so in words of the framework's, and in no language of the visitor's.
        let (status, allowed) = (response.status(), response.headers_mut().remove(ALLOW));
        response = failure::page(&Failure::Nowhere, &visitor);
        *response.status_mut() = status;
        response
            .headers_mut()
            .extend(allowed.map(|allowed| (ALLOW, allowed)));
    }
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    protect(response.headers_mut());
    response
}

/// Whether a request for a page was refused before the page saw it.
fn is_unread(response: &Response, visitor: &Visitor) -> bool {
    let programs = ["/api/", "/mcp"];
    let kind = response.headers().get(CONTENT_TYPE);
    let is_bare = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    response.status().is_client_error()
        && response.status() != StatusCode::UNAUTHORIZED
        && is_bare
        && !programs.iter().any(|of| visitor.address.starts_with(of))
}

fn check(
    site: &Site,
    method: &Method,
    address: &axum::http::Uri,
    headers: &HeaderMap,
) -> Result<(), Failure> {
    if address
        .path_and_query()
        .is_some_and(|path| path.as_str().len() > ADDRESS)
    {
        return Err(Failure::AddressTooLong);
    }
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let named = address.authority().map(|authority| authority.as_str());
    let host = named.or_else(|| text(HOST)).unwrap_or_default();
    if headers.get_all(HOST).iter().count() > 1 || !is_ours(site, without_port(host)) {
        return Err(Failure::OtherHost);
    }
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let from_elsewhere = match text(HeaderName::from_static("sec-fetch-site")) {
        Some(site) => !matches!(site, "same-origin" | "none"),
        None => headers.get(ORIGIN).is_some_and(|origin| {
            let origin = origin.to_str().unwrap_or_default();
            // A proxy may pass its own name for this page on, and not the one that the browser knows.
            origin != site.base
                && origin
                    .split_once("://")
                    .is_none_or(|(_, from)| from != host)
        }),
    };
    if !reads && from_elsewhere {
        return Err(Failure::OtherSite);
    }
    Ok(())
}

/// Whether a request names this page by a name that it has. A page elsewhere could let its own name lead to this
/// machine, and read what is here under it (DNS rebinding); numbers lead nowhere else.
fn is_ours(site: &Site, host: &str) -> bool {
    let host = host.to_lowercase();
    let number: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    match number {
        Some(number) => !site.local || number.is_loopback() || host == site.host,
        None => host == "localhost" || host == site.host,
    }
}

fn protect(headers: &mut HeaderMap) {
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
        // What a page shows goes by who looks, and may be gone from the documents tomorrow.
        (CACHE_CONTROL, "private, no-cache"),
        (VARY, "accept-language, cookie"),
    ];
    for (name, value) in fixed {
        // What serves a file has its own, stricter policy.
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if headers.contains_key(RETRY_AFTER) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The status of a failure, as other parts of the guard need it.
impl From<&Failure> for StatusCode {
    fn from(failure: &Failure) -> StatusCode {
        match failure {
            Failure::Nowhere => StatusCode::NOT_FOUND,
            Failure::Wrong(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Failure::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Failure::TooSlow => StatusCode::GATEWAY_TIMEOUT,
            Failure::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Failure::AddressTooLong => StatusCode::URI_TOO_LONG,
            Failure::OtherHost => StatusCode::MISDIRECTED_REQUEST,
            Failure::OtherSite => StatusCode::FORBIDDEN,
        }
    }
}
