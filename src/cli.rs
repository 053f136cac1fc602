//! The commands. Each is one call into [`App`] and a view of what comes back: what can be typed is in
//! `cli/arguments.rs`, each group of commands in a file of its own, and `run` leads from one to the
//! other.

mod arguments;
mod console;
mod doctor;
mod documents;
mod evaluate;
mod following;
mod gaps;
mod matters;
mod models;
mod questions;
mod scores;
mod sources;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use crate::app::App;
use crate::config::{Config, Invalid};
use crate::ingest::extract;
use crate::question::restriction::Refusal;
use arguments::{Cli, Command, Options, words_last};
use console::colored;
use questions::Wanted;

/// The command line or the configuration is wrong.
const WRONG_USE: u8 = 2;

/// Runs the program and returns its exit status: 0 done, 1 the work failed, 2 wrong use.
pub fn main() -> ExitCode {
    let cli = Cli::parse_from(words_last(std::env::args_os()));
    if let Some(Command::Extract { request, file }) = &cli.command {
        return ExitCode::from(u8::try_from(extract::child(request, file)).unwrap_or(1));
    }
    start_log();
    let config = match configuration(&cli.options) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("referent: {error}");
            return ExitCode::from(WRONG_USE);
        }
    };
    match run(cli.command.unwrap_or(Command::Serve), &cli.options, config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if error.is::<Refusal>() || error.is::<Invalid>() => {
            eprintln!("referent: {error}");
            ExitCode::from(WRONG_USE)
        }
        Err(error) => {
            eprintln!("referent: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start_log() {
    let wanted = std::env::var("REFERENT_LOG").ok();
    let of = |wanted: &str| tracing_subscriber::EnvFilter::try_new(wanted).ok();
    let filter = wanted.as_deref().and_then(of);
    let mut filter =
        filter.unwrap_or_else(|| tracing_subscriber::EnvFilter::new("warn,tantivy=error"));
    // They log what people write; whoever wants that must ask for it.
    for library in ["serenity", "matrix_sdk"] {
        let asked = wanted
            .as_ref()
            .is_some_and(|wanted| wanted.contains(library));
        if let (false, Ok(silence)) = (asked, format!("{library}=off").parse()) {
            filter = filter.add_directive(silence);
        }
    }
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colored(&std::io::stderr()))
        .without_time()
        .with_target(false)
        .init();
}

fn configuration(options: &Options) -> Result<Config, Invalid> {
    let path = options
        .config
        .as_deref()
        .unwrap_or(Path::new("config.toml"));
    let mut config = Config::load(path, options.config.is_some())?;
    if let Some(knowledge) = &options.knowledge {
        config.knowledge.path.clone_from(knowledge);
    }
    if let Some(data) = &options.data {
        config.data.path.clone_from(data);
    }
    Ok(config)
}

/// Whether the reader of the output has gone, as `head` does: nothing went wrong.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn run(command: Command, options: &Options, config: Config) -> anyhow::Result<()> {
    let app = App::new(config)?;
    let json = options.json;
    let mut out = std::io::stdout().lock();
    match command {
        Command::Index => documents::index(&app, json, &mut out),
        Command::Ask {
            question,
            batch,
            within,
        } => questions::ask(&app, &question, batch.as_deref(), &within, json, &mut out),
        Command::Status {
            topic,
            since,
            picture,
        } => matters::status(&app, &topic, since, picture.as_deref(), json, &mut out),
        Command::Gaps { gold, days } => gaps::run(&app, gold, days, json, &mut out),
        Command::Mcp => {
            drop(out);
            app.mcp(&*console::progress())
        }
        Command::Positions { topic, holder } => {
            matters::positions(&app, &topic, &holder, json, &mut out)
        }
        Command::Search {
            query,
            limit,
            per,
            batch,
            within,
        } => {
            let wanted = Wanted {
                query: &query,
                batch: batch.as_deref(),
                within: &within,
                limit: usize::from(limit),
                per,
            };
            questions::search(&app, &wanted, json, &mut out)
        }
        Command::Documents { text } => documents::documents(&app, text.as_deref(), json, &mut out),
        Command::Evaluate { file, misses, half } => {
            evaluate::run(&app, &file, misses, half, json, &mut out)
        }
        Command::Chat => {
            drop(out);
            questions::converse(&app)
        }
        Command::Serve => {
            drop(out);
            app.serve(&*console::progress())
        }
        Command::Model { command } => models::run(&app, command, json, &mut out),
        Command::Sources { fetch } => sources::run(&app, fetch, json, &mut out),
        Command::Following => following::following(&app, json, &mut out),
        Command::Outbox { resend } => following::outbox(&app, resend, json, &mut out),
        Command::Doctor => doctor::run(&app, json, &mut out),
        // A reader's child process has ended in `main` already.
        Command::Extract { .. } => Ok(()),
    }
}
