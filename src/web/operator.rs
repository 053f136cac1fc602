//! For whoever runs the program: whether it lives and is ready, what it counted, and what people asked in vain.
//!
//! What tells of questions is behind a token, and is not there where none is set. Figures are open where only programs on
//! this machine reach the page, and behind the same token elsewhere.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use maud::{Markup, html};
use sha2::Digest;

use super::failure::{Failure, Page};
use super::layout::{Place, layout};
use super::site::Site;
use super::visitor::Visitor;
use crate::answer::card::Freshness;
use crate::bot::audience::Audience;
use crate::config::{Invalid, Secret};
use crate::gaps::{Gaps, Topic};
use crate::index::State as FileState;
use crate::metrics::Reading;
use crate::render::one_line;

/// The environment variable that holds the token.
pub const TOKEN: &str = "REFERENT_OPERATOR_TOKEN";
/// So many topics, and answers that were disliked, are shown.
const SHOWN: usize = 100;

/// Who may see what is the operator's.
pub struct Access {
    token: Option<Secret>,
    /// Whether only programs on this machine reach the page.
    alone: bool,
}

impl Access {
    /// As the environment has it.
    pub fn from_environment(alone: bool) -> Result<Access, Invalid> {
        let named = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_set = named(TOKEN) || named(&format!("{TOKEN}_FILE"));
        let token = is_set
            .then(|| Secret::from_environment(TOKEN))
            .transpose()?;
        Ok(Access { token, alone })
    }

    /// Whether a request brings the token: as a bearer of it, or as the password that a browser asks for.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else {
            return false;
        };
        let brought = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let Some((scheme, value)) = brought.and_then(|value| value.split_once(' ')) else {
            return false;
        };
        let value = match scheme.to_ascii_lowercase().as_str() {
            "bearer" => Some(value.trim().to_owned()),
            "basic" => base64::engine::general_purpose::STANDARD
                .decode(value.trim())
                .ok()
                .and_then(|pair| String::from_utf8(pair).ok())
                .and_then(|pair| Some(pair.split_once(':')?.1.to_owned())),
            _ => None,
        };
        value.is_some_and(|value| same(&value, token.reveal()))
    }
}

/// Whether two texts are the same, in a time that tells nothing of where they differ.
fn same(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(sha2::Sha256::digest);
    let differ = one
        .iter()
        .zip(&other)
        .fold(0, |differ, (a, b)| differ | (a ^ b));
    differ == 0
}

pub(super) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/operator", get(show))
        .route("/operator/gaps.json", get(gaps_json))
        .route("/operator/gold.jsonl", get(gold))
}

async fn alive() -> &'static str {
    "alive\n"
}

/// Whether questions can be answered and answers kept.
async fn ready(State(site): State<Arc<Site>>) -> Response {
    let looked = site.shared.work(|shared| {
        shared.bots.bot(&Audience::Everything)?;
        shared.store.thread("")
    });
    match looked.await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!("not ready: {error:#}");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
        }
    }
}

async fn metrics(State(site): State<Arc<Site>>, headers: HeaderMap) -> Result<Response, Failure> {
    if !site.access.alone && !site.access.is_known(&headers) {
        return refused(&site);
    }
    let text = site.shared.work(|shared| {
        let bot = shared.bots.bot(&Audience::Everything)?;
        let (mut documents, mut passages, mut skipped) = (0.0, 0.0, 0.0);
        for entry in bot.entries() {
            match &entry.state {
                FileState::Indexed { passages: of, .. } => {
                    documents += 1.0;
                    passages += *of as f64;
                }
                FileState::Skipped { .. } => skipped += 1.0,
            }
        }
        let one = |name, help, value| Reading {
            name,
            help,
            values: vec![(None, value)],
        };
        let mut readings = vec![
            one("documents", "Documents that can be searched", documents),
            one("passages", "Passages that are searched", passages),
            one("skipped_files", "Files that could not be read", skipped),
        ];
        if let Some(folder) = bot.index().folder() {
            let bytes = size(folder) as f64;
            readings.push(one("index_bytes", "Size of the index on disk", bytes));
        }
        let post = shared.store.post()?;
        let help = "Notices that wait for their hour, or for their owner";
        readings.push(one("notices_waiting", help, post.waiting as f64));
        let help = "Letters to followers that are being sent";
        readings.push(one("letters_open", help, post.open as f64));
        let help = "Letters to followers that were given up";
        readings.push(one("letters_dead", help, post.dead as f64));
        let sources = shared.freshness();
        let of = |name, help, value: fn(&Freshness) -> Option<f64>| {
            let values = sources.iter().filter_map(|source| {
                Some((Some(("source", source.name.clone())), value(source)?))
            });
            Reading {
                name,
                help,
                values: values.collect(),
            }
        };
        let help = "When documents were last looked for at a source, and that went well, in seconds since 1970";
        readings.push(of("source_succeeded_seconds", help, |source| {
            source.succeeded.map(|at| at as f64)
        }));
        let help = "Whether a source has been failing for so long that newer documents may be missing";
        readings.push(of("source_failing", help, |source| {
            Some(f64::from(u8::from(source.fails_for_long)))
        }));
        Ok(shared.metrics.text(&readings)?)
    });
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind)], text.await?).into_response())
}

/// How many bytes the files of a folder have.
fn size(folder: &std::path::Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .filter_map(|file| Some(file.metadata().ok()?.len()))
        .sum()
}

/// That a token is needed; where there is none, that there is nothing.
fn refused(site: &Site) -> Result<Response, Failure> {
    if site.access.token.is_none() {
        return Err(Failure::Nowhere);
    }
    let ask = [(
        WWW_AUTHENTICATE,
        "Basic realm=\"Referent\", charset=\"UTF-8\"",
    )];
    let words = "The operator's token is needed: send it as a bearer token, or as a password with any user name.\n";
    Ok((StatusCode::UNAUTHORIZED, ask, words).into_response())
}

async fn read(site: &Arc<Site>) -> anyhow::Result<Gaps> {
    site.shared
        .work(|shared| Gaps::read(&shared.store, 0))
        .await
}

async fn gaps_json(State(site): State<Arc<Site>>, headers: HeaderMap) -> Page {
    if !site.access.is_known(&headers) {
        return refused(&site);
    }
    Ok(Json(read(&site).await?).into_response())
}

async fn gold(State(site): State<Arc<Site>>, headers: HeaderMap) -> Page {
    if !site.access.is_known(&headers) {
        return refused(&site);
    }
    let mut lines = String::new();
    for gold in read(&site).await?.gold() {
        lines.push_str(&serde_json::to_string(&gold).map_err(anyhow::Error::from)?);
        lines.push('\n');
    }
    let kind = [(CONTENT_TYPE, "application/x-ndjson; charset=utf-8")];
    Ok((kind, lines).into_response())
}

async fn show(State(site): State<Arc<Site>>, visitor: Visitor, headers: HeaderMap) -> Page {
    use crate::render::phrases::operator as words;
    if !site.access.is_known(&headers) {
        return refused(&site);
    }
    let gaps = read(&site).await?;
    let language = visitor.language;
    let words = words::page(language);
    let body = html! {
        h1 { (words.title) }
        p { a href="/operator/gold.jsonl" { (words.export) } " · " a href="/operator/gaps.json" { "JSON" } " · " a href="/metrics" { (words.figures) } }
        h2 { (words.unanswered) }
        @if gaps.unanswered.is_empty() { p { (words.none) } }
        @for topic in gaps.unanswered.iter().take(SHOWN) { (unanswered(topic)) }
        h2 { (words.disliked) }
        @if gaps.disliked.is_empty() { p { (words.none) } }
        @for disliked in gaps.disliked.iter().take(SHOWN) {
            article {
                h3 { (one_line(&disliked.asked.question)) }
                p { "👍 " (disliked.up) " · 👎 " (disliked.down) }
                @for reason in &disliked.reasons { p { (one_line(reason)) } }
                @for shown in &disliked.shown {
                    blockquote { (one_line(&shown.text)) footer { (one_line(&shown.title)) } }
                }
            }
        }
    };
    Ok(layout(&visitor, words.title, Place::Elsewhere, &body))
}

fn unanswered(topic: &Topic) -> Markup {
    html! {
        details {
            summary { (one_line(&topic.topic)) " (" (topic.times) ")" }
            ul {
                @for asked in &topic.questions {
                    li {
                        (one_line(&asked.question))
                        @if let Some(reason) = &asked.reason { " – " (one_line(reason)) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_itself_opens() {
        let access = Access {
            token: Some(Secret::from("s3krit")),
            alone: false,
        };
        let known = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().unwrap());
            access.is_known(&headers)
        };
        let basic = |pair: &str| {
            format!(
                "Basic {}",
                base64::engine::general_purpose::STANDARD.encode(pair)
            )
        };
        assert!(known("Bearer s3krit") && known("bearer s3krit") && known(&basic("kari:s3krit")));
        for wrong in [
            "Bearer s3kri",
            "Bearer s3krit2",
            "Bearer",
            "Bearer ",
            "s3krit",
            "Basic !",
            &basic("s3krit"),
            &basic("s3krit:"),
        ] {
            assert!(!known(wrong), "{wrong}");
        }
        let without = Access {
            token: None,
            alone: false,
        };
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, "Bearer ".parse().unwrap());
        assert!(!without.is_known(&headers));
    }
}
