//! What programs get: the JSON that the commands print, under `/api/v1/`, with a description of it that is made from
//! the handlers themselves.
//!
//! It answers from the same bot as the pages do, so it shows what they show.

mod parameters;
mod refused;

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use utoipa::{OpenApi, Path as _};

use super::site::Site;
use crate::bot::Bot;
use crate::bot::audience::Audience;
use crate::clock::today;
use crate::corpus::DocumentId;
use crate::question::restriction::{Filter, Key};
use crate::render::json::{
    Answered, Change, ChangeKind, Changes, Documents, Found, Listed, Problem, Status, Text,
};
use crate::store::What;
use parameters::{Ask, Per, Positions, Search, Since, Topic};
pub(super) use parameters::{Asked, Parameters, text};
pub(super) use refused::{Refused, response as failed};

/// What a request gets.
type Done<T> = Result<Json<T>, Refused>;

/// The description, without its paths.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Referent",
        description = "Answers from minutes and reports, with verbatim excerpts. Everything is read only. Excerpts are exactly what stands in the text of their document, which /api/v1/documents/{id} gives.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(Problem))
)]
struct Described;

macro_rules! described {
    ($($handler:ident $path:ident),+ $(,)?) => {
        /// The routes, each of them described.
        pub(super) fn routes() -> Router<Arc<Site>> {
            Router::new()$(.route(&$path::path(), get($handler)))+
                .route("/api/{*rest}", get(nowhere))
        }

        /// The description of all routes.
        pub fn description() -> utoipa::openapi::OpenApi {
            #[derive(OpenApi)]
            #[openapi(paths($($handler),+))]
            struct Paths;
            let mut all = Described::openapi();
            all.merge(Paths::openapi());
            all
        }
    };
}

described! {
    ask __path_ask,
    search __path_search,
    status __path_status,
    positions __path_positions,
    documents __path_documents,
    document __path_document,
    changes __path_changes,
    openapi __path_openapi,
}

/// The answer to a question
///
/// Verbatim excerpts, the best first; or the reason why there is no answer.
#[utoipa::path(get, path = "/api/v1/ask", params(Ask), responses(
    (status = 200, description = "The answer, or why there is none", body = Answered),
    (status = "default", description = "Why the request was refused", body = Problem),
))]
async fn ask(State(site): State<Arc<Site>>, Asked(asked): Asked<Ask>) -> Done<Answered> {
    let filter = asked.filter()?;
    let answered = work(&site, move |bot| {
        let start = Instant::now();
        let answer = bot.ask_within(&asked.question, &filter)?;
        let took = start.elapsed();
        Ok((Answered::new(answer, &bot.searched(), took), took))
    });
    let (answered, took) = answered
        .await
        .inspect_err(|_| site.shared.metrics.failed("api"))?;
    let declined = answered.reason.is_some();
    site.shared.metrics.answered("api", "ask", declined, took);
    Ok(Json(answered))
}

/// Passages that fit some words
///
/// Ranked, the best first. A holder, body or collection that there is none of is 404.
#[utoipa::path(get, path = "/api/v1/search", params(Search), responses(
    (status = 200, description = "What was found", body = Found),
    (status = "default", description = "Why the request was refused", body = Problem),
))]
async fn search(State(site): State<Arc<Site>>, Asked(asked): Asked<Search>) -> Done<Found> {
    let filter = asked.filter()?;
    let limit = usize::from(asked.limit);
    let found = work(&site, move |bot| {
        let hits = match asked.per {
            Per::Passage => bot.search_within(&asked.query, &filter, limit)?,
            Per::Document => bot.search_by_document(&asked.query, &filter, limit)?,
        };
        let query = asked.query;
        Ok(Found { query, hits })
    });
    Ok(Json(found.await?))
}

/// Where a matter stands
///
/// The latest state, the next step and the meetings that treated it, the newest first.
#[utoipa::path(get, path = "/api/v1/status", params(Topic), responses(
    (status = 200, description = "The status, or why there is none", body = Status),
    (status = "default", description = "Why the request was refused", body = Problem),
))]
async fn status(State(site): State<Arc<Site>>, Asked(asked): Asked<Topic>) -> Done<Status> {
    let since = asked.since()?;
    let status = work(&site, move |bot| bot.status(&asked.topic, since, today()?));
    Ok(Json(status.await?.into()))
}

/// Who holds which position
///
/// The positions of each holder, the newest first. A holder that there is none of is 404.
#[utoipa::path(get, path = "/api/v1/positions", params(Positions), responses(
    (status = 200, description = "The positions", body = crate::answer::card::Positions),
    (status = "default", description = "Why the request was refused", body = Problem),
))]
async fn positions(
    State(site): State<Arc<Site>>,
    Asked(asked): Asked<Positions>,
) -> Done<crate::answer::card::Positions> {
    let mut filter = Filter::default();
    for holder in &asked.holder {
        filter.add(Key::Holder, holder)?;
    }
    let positions = work(&site, move |bot| {
        bot.check(&filter)?;
        bot.positions(&asked.topic, &filter)
    });
    Ok(Json(positions.await?))
}

/// What is indexed
#[utoipa::path(get, path = "/api/v1/documents", responses(
    (status = 200, description = "All documents that may be seen, by path", body = Documents),
    (status = "default", description = "Why the request was refused", body = Problem),
))]
async fn documents(
    State(site): State<Arc<Site>>,
    Asked(_): Asked<parameters::Nothing>,
) -> Done<Documents> {
    let documents = work(&site, |bot| {
        Ok(bot.entries().iter().filter_map(Listed::new).collect())
    });
    Ok(Json(Documents {
        documents: documents.await?,
    }))
}

/// A document with its text
///
/// Excerpts give their places as characters of this text.
#[utoipa::path(get, path = "/api/v1/documents/{id}", params(("id" = String, Path, description = "The document's id")), responses(
    (status = 200, description = "The document", body = Text),
    (status = 404, description = "There is no such document", body = Problem),
    (status = "default", description = "Why the request was refused", body = Problem),
))]
async fn document(
    State(site): State<Arc<Site>>,
    id: Result<Path<String>, axum::extract::rejection::PathRejection>,
    Asked(_): Asked<parameters::Nothing>,
) -> Done<Text> {
    let Ok(Path(id)) = id else {
        return Err(Refused::no_document());
    };
    let found = work(&site, move |bot| {
        bot.index().document(&DocumentId::from(id.as_str()))
    });
    found
        .await?
        .map(|document| Json(document.into()))
        .ok_or_else(Refused::no_document)
}

/// What became of documents since a cursor
///
/// Without a cursor, and with one of another store, the list begins anew with all documents there are, and `reset` is
/// true. Ask again with the cursor that comes back. A document is told of once, by what became of it last: take what
/// was added and what was changed alike.
#[utoipa::path(get, path = "/api/v1/changes", params(Since), responses(
    (status = 200, description = "What changed, the oldest change first", body = Changes),
    (status = "default", description = "Why the request was refused", body = Problem),
))]
async fn changes(State(site): State<Arc<Site>>, Asked(asked): Asked<Since>) -> Done<Changes> {
    let audience = site.audience.clone();
    let changes = site.shared.work(move |shared| {
        let admitted = |collection: &str| match &audience {
            Audience::Everything => true,
            Audience::Collections(seen) => seen.contains(collection),
        };
        let limit = usize::from(asked.limit);
        let told = shared
            .store
            .changes(asked.since.as_deref(), limit, admitted)?;
        let changes = told.list.into_iter().map(|change| {
            anyhow::Ok(Change {
                kind: match change.what {
                    What::Added => ChangeKind::Added,
                    What::Changed => ChangeKind::Changed,
                    What::Removed => ChangeKind::Removed,
                },
                at: super::feed::time(change.at)?,
                id: change.id,
                title: change.title,
                path: change.path,
                collection: change.collection,
            })
        });
        Ok(Changes {
            changes: changes.collect::<anyhow::Result<_>>()?,
            reset: told.reset,
            cursor: told.cursor,
            more: told.more,
        })
    });
    Ok(Json(changes.await?))
}

/// This description
#[utoipa::path(get, path = "/api/v1/openapi.json", responses(
    (status = 200, description = "An OpenAPI description of what there is", body = serde_json::Value),
    (status = "default", description = "Why the request was refused", body = Problem),
))]
async fn openapi(
    State(site): State<Arc<Site>>,
    Asked(_): Asked<parameters::Nothing>,
) -> Done<utoipa::openapi::OpenApi> {
    let mut description = description();
    description.servers = Some(vec![utoipa::openapi::Server::new(&site.base)]);
    Ok(Json(description))
}

/// For every address under `/api/` that is none.
async fn nowhere() -> Refused {
    Refused::nowhere()
}

/// Asks the bot of those who may see what the page shows.
async fn work<T: Send + 'static>(
    site: &Arc<Site>,
    work: impl FnOnce(&Bot) -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    let own = site.clone();
    let work = move |_: &crate::platform::Shared| {
        let bot = own.bot()?;
        work(&bot)
    };
    site.shared.work(work).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_named_is_described() {
        let text = serde_json::to_string(&description()).unwrap();
        let description: serde_json::Value = serde_json::from_str(&text).unwrap();
        let named = text.split("\"$ref\":\"#").skip(1);
        let mut count = 0;
        for rest in named {
            let pointer = rest.split('"').next().unwrap();
            assert!(description.pointer(pointer).is_some(), "{pointer}");
            count += 1;
        }
        assert!(count > 10);
        for (path, item) in description["paths"].as_object().unwrap() {
            let operation = &item["get"];
            assert!(operation["summary"].is_string(), "{path}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{path}: {parameter}");
            }
        }
    }
}
