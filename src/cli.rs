//! The commands. Each is one call into [`App`] and a view of what comes back.

mod scores;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::app::{App, Meaning};
use crate::bot::Bot;
use crate::config::Config;
use crate::evaluate;
use crate::index::{Entry, State};
use crate::ingest::extract::{self, COMMAND};
use crate::ingest::{Check, Progress, Report, Silent};
use crate::language::detect;
use crate::platform::terminal;
use crate::question::restriction::{Filter, Key, Refusal};
use crate::render::phrases;
use crate::render::plain::{self, Style};
use crate::semantic::{FILES, fetch};

/// Answers questions about minutes and reports with cited, verbatim excerpts.
#[derive(Debug, Parser)]
#[command(name = "referent", version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Clone, Args)]
struct Options {
    /// Configuration file [default: config.toml]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder with minutes and reports, instead of the configuration's
    #[arg(long, global = true, value_name = "DIR")]
    knowledge: Option<PathBuf>,
    /// Folder for the index, instead of the configuration's
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print JSON and nothing else
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring the index up to date with the knowledge folder
    Index,
    /// Answer a question with excerpts
    Ask {
        /// The question, in bokmål, nynorsk or English
        #[arg(required_unless_present = "batch")]
        question: Vec<String>,
        /// Answer every line {"id","text"} of FILE
        #[arg(long, value_name = "FILE", conflicts_with = "question")]
        batch: Option<PathBuf>,
        #[command(flatten)]
        within: Within,
    },
    /// Find passages
    Search {
        /// Words to search for
        #[arg(required_unless_present = "batch")]
        query: Vec<String>,
        /// At most so many hits
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
        /// What a hit is: a passage, or the best passage of each document
        #[arg(long, value_enum, default_value_t = Per::Passage)]
        per: Per,
        /// Search for every line {"id","text"} of FILE
        #[arg(long, value_name = "FILE", conflicts_with = "query")]
        batch: Option<PathBuf>,
        #[command(flatten)]
        within: Within,
    },
    /// List what is indexed
    Documents {
        /// Print the text of one document
        #[arg(long, value_name = "ID")]
        text: Option<String>,
    },
    /// Score the answers to gold questions
    Evaluate {
        /// One JSON object a line: id, question, evidence …
        file: PathBuf,
        /// List the questions whose evidence did not come first, and those that should be declined
        #[arg(long)]
        misses: bool,
        /// Only every other question: to choose something by one half and report on the other
        #[arg(long, value_enum)]
        half: Option<Half>,
    },
    /// Talk in the terminal, with follow-up questions
    Chat,
    /// Search by meaning: which models are there, and which one is used
    Model {
        #[command(subcommand)]
        command: Option<ModelCommand>,
    },
    /// Check configuration, index and every file, and say what to mend
    Doctor,
    /// Run what the configuration enables (until there is a web page: the terminal conversation)
    Serve,
    #[command(name = COMMAND, hide = true)]
    Extract { request: String, file: PathBuf },
}

/// Which documents and whose views may answer. Of several values for one flag any will do.
#[derive(Debug, Clone, Args)]
struct Within {
    /// Only views of this holder
    #[arg(long, value_name = "NAME")]
    holder: Vec<String>,
    /// Only documents of this meeting body or publisher
    #[arg(long, value_name = "NAME")]
    body: Vec<String>,
    /// Only documents of this kind: minutes, report, slides, policy, other
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// Only documents of this collection
    #[arg(long, value_name = "NAME")]
    collection: Vec<String>,
    /// Only documents from this day, month or year on
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Only documents up to this day, month or year
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
}

impl Within {
    /// The filter that the flags make, each value held against what is indexed.
    fn filter(&self, bot: &Bot) -> anyhow::Result<Filter> {
        let mut filter = Filter::default();
        let lists = [
            (Key::Holder, &self.holder),
            (Key::Body, &self.body),
            (Key::Kind, &self.kind),
            (Key::Collection, &self.collection),
        ];
        let listed = lists
            .into_iter()
            .flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
        let dates = [(Key::From, &self.from), (Key::To, &self.to)];
        let dated = dates
            .into_iter()
            .filter_map(|(key, value)| Some((key, value.as_ref()?)));
        for (key, value) in listed.chain(dated) {
            filter.add(key, value)?;
        }
        bot.check(&filter)?;
        Ok(filter)
    }
}

#[derive(Debug, Subcommand)]
enum ModelCommand {
    /// Get a model from a model hub (HF_ENDPOINT, by default <https://huggingface.co>)
    Fetch {
        /// Its name, or OWNER/NAME as the hub has it
        #[arg(default_value = fetch::DEFAULT)]
        name: String,
    },
    /// List the models that are there
    List,
}

/// Every other question of a file, the first being odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Half {
    Odd,
    Even,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Per {
    Passage,
    Document,
}

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
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if error.is::<Refusal>() => {
            eprintln!("referent: {error}");
            ExitCode::from(WRONG_USE)
        }
        Err(error) => {
            eprintln!("referent: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The arguments with words that a hyphen leaves out ("-natt") behind all others, where they are taken
/// for words and not for flags.
fn words_last(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let excluded = |argument: &OsString| {
        argument.to_str().is_some_and(|argument| {
            let mut letters = argument.chars();
            letters.next() == Some('-')
                && letters
                    .next()
                    .is_some_and(|c| c.is_alphabetic() || c == '"')
                && letters.next().is_some()
        })
    };
    let mut arguments: Vec<OsString> = arguments.collect();
    if arguments.iter().any(|argument| argument == "--") {
        return arguments;
    }
    let words: Vec<OsString> = arguments
        .extract_if(.., |argument| excluded(argument))
        .collect();
    if !words.is_empty() {
        arguments.push("--".into());
        arguments.extend(words);
    }
    arguments
}

fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("REFERENT_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,tantivy=error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colored(&std::io::stderr()))
        .without_time()
        .with_target(false)
        .init();
}

fn configuration(options: &Options) -> Result<Config, crate::config::Invalid> {
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

fn run(command: Command, options: &Options, config: Config) -> anyhow::Result<ExitCode> {
    let app = App::new(config)?;
    let json = options.json;
    let mut out = std::io::stdout().lock();
    match command {
        Command::Index => return index(&app, json, &mut out),
        Command::Ask {
            question,
            batch,
            within,
        } => {
            let bot = bot(&app, batch.is_some())?;
            let filter = within.filter(&bot)?;
            match batch {
                Some(file) => each_line(&file, |line| {
                    let mut answer = answer_json(&bot, &line.text, &filter)?;
                    answer["id"] = line.id;
                    Ok(writeln!(out, "{answer}")?)
                })?,
                None if json => {
                    writeln!(out, "{}", answer_json(&bot, &question.join(" "), &filter)?)?
                }
                None => write!(
                    out,
                    "{}",
                    plain::answer(&bot.ask_within(&question.join(" "), &filter)?, style())
                )?,
            }
        }
        Command::Search {
            query,
            limit,
            per,
            batch,
            within,
        } => {
            let bot = bot(&app, batch.is_some())?;
            let filter = within.filter(&bot)?;
            let limit = usize::from(limit);
            match batch {
                Some(file) => each_line(&file, |line| {
                    let result = match search(&bot, &line.text, &filter, limit, per) {
                        Ok(hits) => json!({"id": line.id, "hits": hits}),
                        // One line that cannot be kept to does not stop the others.
                        Err(error) => match error.downcast::<Refusal>() {
                            Ok(refusal) => {
                                let reason = phrases::refusal(&refusal, detect(&line.text));
                                json!({"id": line.id, "hits": [], "reason": reason})
                            }
                            Err(error) => return Err(error),
                        },
                    };
                    Ok(writeln!(out, "{result}")?)
                })?,
                None => {
                    let query = query.join(" ");
                    let hits = search(&bot, &query, &filter, limit, per)?;
                    if json {
                        writeln!(out, "{}", json!({"query": query, "hits": hits}))?;
                    }
                    if hits.is_empty() && !json {
                        writeln!(out, "{}", phrases::no_hits(detect(&query)))?;
                    }
                    for (i, hit) in hits.iter().enumerate().filter(|_| !json) {
                        writeln!(
                            out,
                            "{}",
                            plain::excerpt(i + 1, hit, detect(&query), style())
                        )?;
                    }
                }
            }
        }
        Command::Documents { text } => {
            let bot = app.bot(Meaning::Unused, &*progress())?;
            documents(&bot, text.as_deref(), json, &mut out)?;
        }
        Command::Evaluate { file, misses, half } => {
            let mut questions = evaluate::read(&file)?;
            let mut odd = false;
            questions.retain(|_| {
                odd = !odd;
                half.is_none_or(|half| (half == Half::Odd) == odd)
            });
            let evaluation = evaluate::evaluate(&bot(&app, true)?, &questions)?;
            for flaw in &evaluation.flaws {
                let (file, line) = (file.display(), flaw.line);
                eprintln!("referent: {file}, line {line} ({}): {}", flaw.id, flaw.flaw);
            }
            if json {
                writeln!(out, "{}", serde_json::to_string(&evaluation)?)?
            } else {
                scores::write(&evaluation, &mut out)?;
                if misses {
                    scores::misses(&evaluation, &mut out)?;
                }
            }
        }
        Command::Chat | Command::Serve => {
            drop(out);
            converse(&app)?;
        }
        Command::Model { command } => model(&app, command, json, &mut out)?,
        Command::Doctor => return doctor(&app, json, &mut out),
        Command::Extract { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// A bot for one question, or for many: many are worth embedding all passages first.
fn bot(app: &App, many: bool) -> anyhow::Result<Bot> {
    if many {
        return app.bot(Meaning::Complete, &*progress());
    }
    let bot = app.bot(Meaning::AsFarAsKnown, &*progress())?;
    if let Some((known, all)) = meanings(&bot)?
        && known < all
    {
        eprintln!(
            "referent: {known} of {all} passages are ready for search by meaning, so this searches by words: `referent index` completes it"
        );
    }
    Ok(bot)
}

/// How many passages can be searched by meaning, and how many there are; nothing without a model.
fn meanings(bot: &Bot) -> anyhow::Result<Option<(usize, usize)>> {
    bot.meanings()
        .map(|meanings| meanings.known(bot.index()))
        .transpose()
}

/// The conversation; passages that have no meaning yet get one meanwhile.
fn converse(app: &App) -> anyhow::Result<()> {
    let bot = app.bot(Meaning::AsFarAsKnown, &*progress())?;
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let go_on = |_, _| match ended.load(Ordering::Relaxed) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            };
            if let Err(error) = app.embed(&bot, &mut { go_on }) {
                tracing::warn!("{error:#}; searching by words only");
            }
        });
        let said = terminal::converse(&bot, style());
        ended.store(true, Ordering::Relaxed);
        said
    })
}

fn model(
    app: &App,
    command: Option<ModelCommand>,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if let Some(ModelCommand::Fetch { name }) = command {
        let hub = std::env::var("HF_ENDPOINT")
            .ok()
            .filter(|hub| !hub.is_empty());
        let bar = progress_bar();
        let folder = fetch::fetch(
            &name,
            hub.as_deref().unwrap_or(fetch::HUB),
            &app.models(),
            &mut |file, done, total| show(&bar, done, total, file),
        )?;
        bar.finish_and_clear();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if json {
            writeln!(out, "{}", json!({"model": name, "path": folder}))?;
        } else {
            writeln!(
                out,
                "{} is there. To search by meaning, write into config.toml:\n\n[semantic]\nmodel = \"{name}\"\n\nand run `referent index`.",
                folder.display()
            )?;
        }
        return Ok(());
    }
    let used = app.model_folder();
    let mut folders: Vec<PathBuf> = std::fs::read_dir(app.models())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| FILES.iter().all(|file| path.join(file).is_file()))
        .filter(|path| path.extension().is_none_or(|e| e != "part" && e != "old"))
        .chain(used.clone())
        .collect();
    folders.sort();
    folders.dedup();
    let is_used = |folder: &PathBuf| used.as_ref() == Some(folder);
    if json {
        let list: Vec<Value> = folders
            .iter()
            .map(|folder| json!({"path": folder, "used": is_used(folder)}))
            .collect();
        return Ok(writeln!(out, "{}", Value::Array(list))?);
    }
    for folder in &folders {
        let mark = if is_used(folder) { "used" } else { "" };
        writeln!(out, "{mark:5} {}", folder.display())?;
    }
    if used.is_none() {
        writeln!(out, "{NO_MODEL}")?;
    }
    Ok(())
}

/// What is said where no model is configured.
const NO_MODEL: &str =
    "no model is configured, so search goes by words only: `referent model fetch` gets one";

/// An answer as the contract has it.
fn answer_json(bot: &Bot, question: &str, filter: &Filter) -> anyhow::Result<Value> {
    let start = Instant::now();
    let answer = bot.ask_within(question, filter)?;
    let took = start.elapsed();
    let mut value = serde_json::to_value(&answer)?;
    value["reason"] = answer
        .declined
        .as_ref()
        .map_or(Value::Null, |_| Value::String(reason(&answer)));
    value["took_ms"] = json!((took.as_secs_f64() * 1e5).round() / 1e2);
    Ok(value)
}

fn reason(answer: &Answer) -> String {
    plain::answer(
        answer,
        Style {
            color: false,
            width: None,
        },
    )
    .trim_end()
    .replace('\n', " ")
}

fn search(
    bot: &Bot,
    query: &str,
    filter: &Filter,
    limit: usize,
    per: Per,
) -> anyhow::Result<Vec<crate::answer::Excerpt>> {
    match per {
        Per::Passage => bot.search_within(query, filter, limit),
        Per::Document => {
            let mut seen = std::collections::HashSet::new();
            let mut hits = bot.search_within(query, filter, limit.saturating_mul(10))?;
            hits.retain(|hit| seen.insert(hit.document.id.clone()));
            hits.truncate(limit);
            Ok(hits)
        }
    }
}

/// A line of a batch file.
#[derive(Deserialize)]
struct BatchLine {
    id: Value,
    text: String,
}

fn each_line(
    file: &Path,
    mut act: impl FnMut(BatchLine) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let source =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    for (i, line) in source
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let line = serde_json::from_str(line).with_context(|| {
            format!(
                "{}, line {}: write {{\"id\": …, \"text\": \"…\"}}",
                file.display(),
                i + 1
            )
        })?;
        act(line)?;
    }
    Ok(())
}

fn index(app: &App, json: bool, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let (_, report) = app.update(Check::Content, &*progress())?;
    if json {
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
        complete(app)?;
        return Ok(ExitCode::SUCCESS);
    }
    for (sign, paths) in [
        ("added", &report.added),
        ("changed", &report.changed),
        ("removed", &report.removed),
    ] {
        for path in paths {
            writeln!(out, "{sign:8} {path}")?;
        }
    }
    problems(&report, out)?;
    writeln!(
        out,
        "{} added, {} changed, {} removed, {} unchanged, {} skipped",
        report.added.len(),
        report.changed.len(),
        report.removed.len(),
        report.unchanged,
        report.skipped.len()
    )?;
    out.flush()?;
    complete(app)?;
    Ok(ExitCode::SUCCESS)
}

/// Embeds what is not embedded yet, and says on stderr how it stands with search by meaning.
fn complete(app: &App) -> anyhow::Result<()> {
    let bot = app.bot(Meaning::Complete, &*progress())?;
    match meanings(&bot)? {
        Some((known, _)) => eprintln!("referent: {known} passages can be searched by meaning"),
        None if app.model_folder().is_none() => eprintln!("referent: {NO_MODEL}"),
        None => {}
    }
    Ok(())
}

fn problems(report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    for (sign, list) in [("skipped", &report.skipped), ("note", &report.notes)] {
        for entry in list {
            writeln!(out, "{sign:8} {}: {}", entry.path, entry.reason)?;
        }
    }
    Ok(())
}

fn documents(
    bot: &Bot,
    text: Option<&str>,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if let Some(id) = text {
        let named = bot
            .entries()
            .iter()
            .find(|entry| entry.id.as_str() == id || entry.path == id);
        let document = named
            .map(|entry| bot.index().document(&entry.id))
            .transpose()?
            .flatten();
        let document = document.with_context(|| {
            format!("no document \"{id}\": `referent documents` lists ids and paths")
        })?;
        if json {
            writeln!(out, "{}", document_json(&document))?
        } else {
            write!(out, "{}", document.text)?
        }
        return Ok(());
    }
    let indexed = bot
        .entries()
        .iter()
        .filter(|entry| entry.metadata().is_some());
    if json {
        let list: Vec<Value> = indexed.map(entry_json).collect();
        writeln!(out, "{}", Value::Array(list))?;
        return Ok(());
    }
    for entry in indexed {
        let Some(metadata) = entry.metadata() else {
            continue;
        };
        let date = metadata
            .date
            .map_or("—".to_owned(), |date| date.to_string());
        writeln!(
            out,
            "{:10}  {}  [{}]  {}",
            date, metadata.title, entry.path, entry.id
        )?;
    }
    Ok(())
}

fn entry_json(entry: &Entry) -> Value {
    let mut value = serde_json::to_value(entry.metadata()).unwrap_or_default();
    value["id"] = json!(entry.id);
    value["path"] = json!(entry.path);
    value["collection"] = json!(entry.collection);
    value["holders"] = json!(entry.holders);
    value["abbreviations"] = json!(entry.abbreviations);
    if let State::Indexed {
        passages,
        characters,
        pages,
        ..
    } = &entry.state
    {
        value["passages"] = json!(passages);
        value["characters"] = json!(characters);
        value["pages"] = json!(pages);
    }
    value
}

/// A document with its blocks and sections, offsets in characters.
fn document_json(document: &crate::corpus::Document) -> Value {
    let place = |span| {
        let characters = document.characters(span);
        json!([characters.start, characters.end])
    };
    let blocks: Vec<Value> = document.blocks.iter().map(|block| json!({"kind": block.kind, "page": block.page, "place": place(block.span), "pages": block.page_breaks.iter().map(|(at, page)| json!([document.text[..*at].chars().count(), page])).collect::<Vec<_>>()})).collect();
    let sections: Vec<Value> = document
        .sections
        .iter()
        .map(|section| json!({"heading": section.heading, "number": section.number, "level": section.level, "agenda_item": section.agenda_item, "place": place(section.span)}))
        .collect();
    json!({"id": document.id, "path": document.path, "metadata": document.metadata, "text": document.text, "blocks": blocks, "sections": sections, "problems": document.problems})
}

fn doctor(app: &App, json: bool, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let mut findings: Vec<(String, String)> = Vec::new();
    let config = app.config();
    for (name, enabled) in [
        ("discord", config.discord.enabled),
        ("matrix", config.matrix.enabled),
    ] {
        if enabled {
            findings.push((
                format!("[{name}] enabled"),
                "this version has no such platform: set it to false".to_owned(),
            ));
        }
    }
    match app.meanings() {
        Err(error) => findings.push(("[semantic] model".to_owned(), format!("{error:#}"))),
        Ok(None) => eprintln!("referent: {NO_MODEL}"),
        Ok(Some(_)) => {}
    }
    let (index, report) = app.update(Check::Content, &*progress())?;
    findings.extend(
        report
            .skipped
            .iter()
            .chain(&report.notes)
            .map(|entry| (entry.path.clone(), entry.reason.clone())),
    );
    let entries = index.entries()?;
    let indexed = entries
        .iter()
        .filter(|entry| entry.metadata().is_some())
        .count();
    if indexed == 0 {
        findings.push((
            config.knowledge.path.display().to_string(),
            "no document can be searched: put minutes or reports there".to_owned(),
        ));
    }
    for entry in &entries {
        if entry
            .metadata()
            .is_some_and(|metadata| metadata.date.is_none())
        {
            findings.push((
                entry.path.clone(),
                format!(
                    "no date is known: state it in {}.toml, as date = \"2024-03-14\"",
                    entry.path
                ),
            ));
        }
    }
    if json {
        let list: Vec<Value> = findings
            .iter()
            .map(|(at, what)| json!({"at": at, "finding": what}))
            .collect();
        writeln!(out, "{}", json!({"documents": indexed, "findings": list}))?;
    } else {
        writeln!(
            out,
            "configuration: read\nindex: {indexed} documents in {}",
            config.data.path.display()
        )?;
        for (at, what) in &findings {
            writeln!(out, "mend: {at}: {what}")?;
        }
        writeln!(
            out,
            "{}",
            if findings.is_empty() {
                "nothing to mend"
            } else {
                ""
            }
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether escape codes may be written there: it is a terminal and nobody asked for none
/// (<https://no-color.org>).
fn colored(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn style() -> Style {
    let stdout = std::io::stdout();
    let width = stdout.is_terminal().then(|| console_width().min(100));
    Style {
        color: colored(&stdout),
        width,
    }
}

fn console_width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0))
}

fn progress() -> Box<dyn Progress> {
    if std::io::stderr().is_terminal() {
        Box::new(Bar(progress_bar()))
    } else {
        Box::new(Silent)
    }
}

/// A progress bar that appears with the first step, on a terminal.
fn progress_bar() -> indicatif::ProgressBar {
    indicatif::ProgressBar::hidden()
}

fn show(bar: &indicatif::ProgressBar, done: u64, total: u64, what: &str) {
    if bar.is_hidden() && std::io::stderr().is_terminal() {
        bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
        let style = indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
        bar.set_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()));
    }
    bar.set_length(total);
    bar.set_position(done);
    bar.set_message(what.to_owned());
}

/// Progress of reading and embedding, as a bar.
struct Bar(indicatif::ProgressBar);

impl Progress for Bar {
    fn file(&self, done: usize, total: usize, path: &str) {
        show(&self.0, done as u64, total as u64, path);
        if done == total {
            self.0.finish_and_clear();
        }
    }

    fn passages(&self, done: usize, total: usize) {
        self.file(done, total, "passages embedded");
    }
}
