//! The commands about documents: `index` and `documents`.

use std::io::Write;

use anyhow::Context;

use super::console::progress;
use super::models::NO_MODEL;
use super::questions::meanings;
use crate::app::{App, Meaning};
use crate::ingest::{Check, Report};
use crate::render::json::{Listed, Text};

/// Brings the index up to date, and says what changed.
pub(super) fn index(app: &App, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let (_, report) = app.update(Check::Content, &*progress())?;
    if json {
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
        complete(app)?;
        return Ok(());
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
    Ok(())
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

/// Lists the documents, or shows the text of one.
pub(super) fn documents(
    app: &App,
    text: Option<&str>,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let bot = app.bot(Meaning::Unused, &*progress())?;
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
            writeln!(out, "{}", serde_json::to_value(Text::from(document))?)?
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
        let list: Vec<Listed> = indexed.filter_map(Listed::new).collect();
        writeln!(out, "{}", serde_json::to_value(list)?)?;
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
