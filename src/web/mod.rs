//! The local web page: to ask on, and to read the documents on that citations lead to. Everything is made on the server;
//! the one script only makes smooth what works without it.
//!
//! Every request goes through `guard.rs` first. What a page may show is the bot of [`Site::audience`], so no page can show more.

mod api;
mod asset;
mod card;
mod documents;
mod failure;
mod feed;
mod guard;
mod home;
mod layout;
mod listener;
mod mcp;
mod operator;
mod quote;
mod reader;
mod site;
mod talk;
mod visitor;

use std::future::IntoFuture;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use api::description;
use listener::Listener;
pub use mcp::on_standard_input;
pub use site::{Site, audience};

use crate::config::Web;
use crate::platform::Shared;

/// So long what was begun may take when the program ends.
const PATIENCE: Duration = Duration::from_secs(5);

/// Serves the page until it is told to stop. `knowledge` is the folder that documents are served from.
pub async fn run(
    shared: Arc<Shared>,
    config: Web,
    knowledge: PathBuf,
    mut stopped: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let listen = &config.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!(
            "cannot listen on {listen}: end the program that uses the address, or choose another in web.listen, as \"127.0.0.1:8081\""
        )
    })?;
    let address = listener.local_addr()?;
    let site = Arc::new(Site::new(shared, &config, address, knowledge)?);
    println!("referent: {}/", site.base);
    if audience(&config) == crate::bot::audience::Audience::Collections(Default::default()) {
        eprintln!(
            "referent: the web page shows no document: name the collections that it may show under [[web.show]]"
        );
    }
    let mut told = stopped.clone();
    let serving =
        axum::serve(Listener::new(listener), router(site)).with_graceful_shutdown(async move {
            let _ = told.wait_for(|stopped| *stopped).await;
        });
    let out_of_patience = async {
        let _ = stopped.wait_for(|stopped| *stopped).await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        ended = serving.into_future() => ended.context("the web page"),
        () = out_of_patience => Ok(()),
    }
}

/// All pages, behind the guard.
pub fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(home::show).post(home::ask))
        .route("/ny", post(home::anew))
        .route("/vurder", post(home::judge))
        .route("/status", get(card::status))
        .route("/standpunkter", get(card::positions))
        .route("/sok", get(card::search))
        .route("/nytt", get(documents::latest))
        .route("/dokumenter", get(documents::all))
        .route("/d/{id}", get(reader::show))
        .route("/d/{id}/fil", get(reader::file))
        .route("/assets/{name}", get(asset::show))
        .merge(api::routes())
        .merge(feed::routes())
        .merge(mcp::routes(&site))
        .merge(operator::routes())
        // Browsers look for it beside files that are no pages.
        .route("/favicon.ico", get(asset::show_icon))
        .fallback(failure::nowhere)
        .layer(axum::middleware::from_fn_with_state(
            site.clone(),
            guard::guard,
        ))
        .with_state(site)
}
