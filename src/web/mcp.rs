//! A server for the Model Context Protocol, read only: what models ask with. Over HTTP it shows what the pages show; on
//! standard input and output it is a program of whoever has the documents on their disk, and shows all, as the commands do.

use std::sync::Arc;

use axum::Router;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock, Implementation, ServerCapabilities, ServerConfig};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, ServerHandler, ServiceExt, schemars, tool, tool_handler, tool_router};
use serde::{Deserialize, Serialize};
use std::time::Instant;

use super::api::text;
use super::site::Site;
use crate::bot::Bot;
use crate::clock::today;
use crate::corpus::Date;
use crate::language::detect;
use crate::question::restriction::{Filter, Key, Refusal};
use crate::render::json::{Answered, Found, Status};
use crate::render::phrases;
use crate::render::plain::{self, Style};

/// What a model is told of the server.
const INSTRUCTIONS: &str = "Answers questions about minutes and reports with verbatim excerpts and their sources. Quote excerpts as they are, with document, date and link; they are never paraphrased here. Where an answer is declined, the documents do not hold it. Questions may be in Norwegian bokmål, nynorsk or English.";

/// Text for models has no colours, and breaks no lines.
const STYLE: Style = Style {
    color: false,
    width: None,
};

/// Where the bot comes from.
#[derive(Clone)]
enum Source {
    /// The bot of those who see the pages, as it is at the time.
    Page(Arc<Site>),
    /// This one.
    Own(Arc<Bot>),
}

/// The server.
#[derive(Clone)]
struct Server {
    source: Source,
}

/// A question.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
struct Ask {
    /// The question, in Norwegian or English.
    question: String,
    /// Only views of these holders, as "NTL".
    #[serde(default)]
    holder: Vec<String>,
    /// Only documents in these collections.
    #[serde(default)]
    collection: Vec<String>,
    /// Only documents of this day, month or year, or later ones: "2024-03-14", "2024-03" or "2024".
    from: Option<String>,
    /// Only documents of this day, month or year, or earlier ones.
    to: Option<String>,
}

/// What to search for.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
struct Search {
    /// The words.
    query: String,
    /// So many passages at most, 1 to 50.
    #[serde(default = "ten")]
    #[schemars(range(min = 1, max = 50))]
    limit: u8,
}

fn ten() -> u8 {
    10
}

/// A matter.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
struct Topic {
    /// What the matter is about.
    topic: String,
    /// Only what was told from this day, month or year on.
    since: Option<String>,
}

/// A matter, and whose positions on it.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
struct Positions {
    /// What the positions are on.
    topic: String,
    /// Only those of these holders, as "NTL".
    #[serde(default)]
    holder: Vec<String>,
}

#[tool_router]
impl Server {
    /// What is asked, answered by verbatim excerpts.
    #[tool(
        description = "Answer a question from minutes and reports with verbatim excerpts, best first, each with its document, date, page and link; or say why the documents do not answer it.",
        annotations(
            title = "Ask the minutes",
            read_only_hint = true,
            open_world_hint = false
        )
    )]
    async fn ask(&self, Parameters(asked): Parameters<Ask>) -> Result<CallToolResult, ErrorData> {
        self.work("question", asked.question.clone(), move |bot| {
            let mut filter = filter(&asked.holder)?;
            for collection in &asked.collection {
                filter.add(Key::Collection, collection)?;
            }
            for (key, date) in [(Key::From, &asked.from), (Key::To, &asked.to)] {
                date.iter().try_for_each(|date| filter.add(key, date))?;
            }
            let start = Instant::now();
            let answer = bot.ask_within(&asked.question, &filter)?;
            let words = plain::answer(&answer, &bot.searched(), STYLE);
            Ok((
                words,
                json(&Answered::new(answer, &bot.searched(), start.elapsed()))?,
            ))
        })
        .await
    }

    /// Passages that fit some words.
    #[tool(
        description = "Search minutes and reports for words; gives whole passages, best first, also where none answers a question.",
        annotations(
            title = "Search the minutes",
            read_only_hint = true,
            open_world_hint = false
        )
    )]
    async fn search(
        &self,
        Parameters(asked): Parameters<Search>,
    ) -> Result<CallToolResult, ErrorData> {
        self.work("query", asked.query.clone(), move |bot| {
            let limit = usize::from(asked.limit.clamp(1, 50));
            let hits = bot.search_within(&asked.query, &Filter::default(), limit)?;
            let language = detect(&asked.query);
            let mut words: String = (1..)
                .zip(&hits)
                .map(|(number, hit)| plain::excerpt(number, hit, language, STYLE))
                .collect();
            if hits.is_empty() {
                words.push_str(phrases::no_hits(language));
            }
            let query = asked.query;
            Ok((words, json(&Found { query, hits })?))
        })
        .await
    }

    /// Where a matter stands.
    #[tool(
        description = "Where a matter stands: its latest state, next step, decisions and who holds what, over the meetings that treated it, newest first.",
        annotations(
            title = "Status of a matter",
            read_only_hint = true,
            open_world_hint = false
        )
    )]
    async fn status(
        &self,
        Parameters(asked): Parameters<Topic>,
    ) -> Result<CallToolResult, ErrorData> {
        self.work("topic", asked.topic.clone(), move |bot| {
            let since: Option<Date> = match &asked.since {
                Some(since) => {
                    let since = since.parse();
                    Some(since.map_err(|_| Refusal::NoDate(asked.since.unwrap_or_default()))?)
                }
                None => None,
            };
            let status = bot.status(&asked.topic, since, today()?)?;
            let words = plain::status(&status, STYLE);
            Ok((words, json(&Status::from(status))?))
        })
        .await
    }

    /// Who holds which position.
    #[tool(
        description = "Who holds which position on a topic, each in their own words, newest first.",
        annotations(
            title = "Positions on a topic",
            read_only_hint = true,
            open_world_hint = false
        )
    )]
    async fn positions(
        &self,
        Parameters(asked): Parameters<Positions>,
    ) -> Result<CallToolResult, ErrorData> {
        self.work("topic", asked.topic.clone(), move |bot| {
            let filter = filter(&asked.holder)?;
            bot.check(&filter)?;
            let positions = bot.positions(&asked.topic, &filter)?;
            Ok((
                plain::positions(&positions, &bot.searched(), STYLE),
                json(&positions)?,
            ))
        })
        .await
    }
}

impl Server {
    /// Does what a tool does, where nobody waits for it. What the model can mend is told to it as the tool's result.
    async fn work(
        &self,
        name: &str,
        asked: String,
        work: impl FnOnce(&Bot) -> anyhow::Result<(String, serde_json::Value)> + Send + 'static,
    ) -> Result<CallToolResult, ErrorData> {
        let told = |words: String| Ok(CallToolResult::error(vec![ContentBlock::text(words)]));
        if let Some(wrong) = text(name, &asked) {
            return told(wrong);
        }
        let done = match &self.source {
            Source::Page(site) => {
                let own = site.clone();
                let work = move |_: &crate::platform::Shared| {
                    let bot = own.bot()?;
                    work(&bot)
                };
                site.shared.work(work).await
            }
            Source::Own(bot) => {
                let bot = bot.clone();
                let done = tokio::task::spawn_blocking(move || work(&bot)).await;
                done.unwrap_or_else(|error| Err(error.into()))
            }
        };
        match done {
            Ok((words, value)) => {
                let mut result = CallToolResult::structured(value);
                result.content = vec![ContentBlock::text(words)];
                Ok(result)
            }
            Err(error) => match error.downcast::<Refusal>() {
                Ok(refusal) => told(refusal.to_string()),
                Err(error) => {
                    tracing::error!("mcp: {error:#}");
                    Err(ErrorData::internal_error(
                        "something went wrong; the log tells more",
                        None,
                    ))
                }
            },
        }
    }
}

#[tool_handler]
impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let tools = ServerCapabilities::builder().enable_tools().build();
        let name = Implementation::new("referent", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(tools)
            .with_server_info(name)
            .with_instructions(INSTRUCTIONS)
    }
}

fn filter(holders: &[String]) -> Result<Filter, Refusal> {
    let mut filter = Filter::default();
    for holder in holders {
        filter.add(Key::Holder, holder)?;
    }
    Ok(filter)
}

fn json(value: &impl Serialize) -> serde_json::Result<serde_json::Value> {
    serde_json::to_value(value)
}

/// The server over HTTP. Who may ask, and from where, the guard has looked at: hosts and origins are checked there.
pub(super) fn routes(site: &Arc<Site>) -> Router<Arc<Site>> {
    let server = Server {
        source: Source::Page(site.clone()),
    };
    let mut config = StreamableHttpServerConfig::default().disable_allowed_hosts();
    // Every request stands for itself: nothing is kept for clients that never come back.
    config.legacy_session_mode = false;
    config.json_response = true;
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(server.clone()), sessions, config);
    Router::new().route_service("/mcp", service)
}

/// Runs the server on standard input and output until that is closed.
pub async fn on_standard_input(bot: Arc<Bot>) -> anyhow::Result<()> {
    let server = Server {
        source: Source::Own(bot),
    };
    let running = server.serve(rmcp::transport::stdio()).await?;
    running.waiting().await?;
    Ok(())
}
