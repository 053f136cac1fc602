//! The commands that ask: `ask`, `search` and the conversation.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::{Per, Within};
use super::console::{progress, style};
use crate::answer::Excerpt;
use crate::app::{App, Meaning};
use crate::bot::Bot;
use crate::language::detect;
use crate::platform::terminal;
use crate::question::restriction::{Filter, Refusal};
use crate::render::json::{Answered, Found};
use crate::render::{phrases, plain};

/// Answers a question, or each of a file.
pub(super) fn ask(
    app: &App,
    question: &[String],
    batch: Option<&Path>,
    within: &Within,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let bot = bot(app, batch.is_some())?;
    let filter = within.filter(&bot)?;
    if let Some(file) = batch {
        return each_line(file, |line| {
            let mut answer = answer_json(&bot, &line.text, &filter)?;
            answer["id"] = line.id;
            Ok(writeln!(out, "{answer}")?)
        });
    }
    let question = question.join(" ");
    if json {
        writeln!(out, "{}", answer_json(&bot, &question, &filter)?)?;
    } else {
        let answer = bot.ask_within(&question, &filter)?;
        write!(out, "{}", plain::answer(&answer, &bot.searched(), style()))?;
    }
    Ok(())
}

/// What a search looks for.
pub(super) struct Wanted<'a> {
    pub(super) query: &'a [String],
    pub(super) batch: Option<&'a Path>,
    pub(super) within: &'a Within,
    pub(super) limit: usize,
    pub(super) per: Per,
}

/// Searches for words, or for those of each line of a file.
pub(super) fn search(
    app: &App,
    wanted: &Wanted,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let bot = bot(app, wanted.batch.is_some())?;
    let filter = wanted.within.filter(&bot)?;
    let hits = |query: &str| hits(&bot, query, &filter, wanted.limit, wanted.per);
    if let Some(file) = wanted.batch {
        return each_line(file, |line| {
            let result = match hits(&line.text) {
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
        });
    }
    let query = wanted.query.join(" ");
    let hits = hits(&query)?;
    if json {
        writeln!(out, "{}", serde_json::to_value(Found { query, hits })?)?;
        return Ok(());
    }
    let language = detect(&query);
    if hits.is_empty() {
        writeln!(out, "{}", phrases::no_hits(language))?;
    }
    for (i, hit) in hits.iter().enumerate() {
        writeln!(out, "{}", plain::excerpt(i + 1, hit, language, style()))?;
    }
    Ok(())
}

/// The conversation; passages that have no meaning yet get one meanwhile.
pub(super) fn converse(app: &App) -> anyhow::Result<()> {
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

/// A bot for one question, or for many: many are worth embedding all passages first.
pub(super) fn bot(app: &App, many: bool) -> anyhow::Result<Bot> {
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
pub(super) fn meanings(bot: &Bot) -> anyhow::Result<Option<(usize, usize)>> {
    bot.meanings()
        .map(|meanings| meanings.known(bot.index()))
        .transpose()
}

/// An answer as the contract has it.
fn answer_json(bot: &Bot, question: &str, filter: &Filter) -> anyhow::Result<Value> {
    let start = Instant::now();
    let answer = bot.ask_within(question, filter)?;
    let took = start.elapsed();
    Ok(serde_json::to_value(Answered::new(
        answer,
        &bot.searched(),
        took,
    ))?)
}

fn hits(
    bot: &Bot,
    query: &str,
    filter: &Filter,
    limit: usize,
    per: Per,
) -> anyhow::Result<Vec<Excerpt>> {
    match per {
        Per::Passage => bot.search_within(query, filter, limit),
        Per::Document => bot.search_by_document(query, filter, limit),
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
