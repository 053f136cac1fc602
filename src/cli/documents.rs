//! The commands about documents: `index` and `documents`.

use std::io::Write;

use anyhow::Context;
use serde_json::{Value, json};

use super::console::progress;
use super::models::NO_MODEL;
use super::questions::meanings;
use crate::app::{App, Meaning};
use crate::corpus::{Document, Span};
use crate::index::{Entry, State};
use crate::ingest::{Check, Report};

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
fn document_json(document: &Document) -> Value {
    let starts: Vec<usize> = document.text.char_indices().map(|(at, _)| at).collect();
    let character = |at: usize| starts.partition_point(|start| *start < at);
    let place = |span: Span| json!([character(span.start), character(span.end)]);
    let blocks: Vec<Value> = document.blocks.iter().map(|block| json!({"kind": block.kind, "page": block.page, "place": place(block.span), "pages": block.page_breaks.iter().map(|(at, page)| json!([character(*at), page])).collect::<Vec<_>>()})).collect();
    let sections: Vec<Value> = document
        .sections
        .iter()
        .map(|section| json!({"heading": section.heading, "number": section.number, "level": section.level, "agenda_item": section.agenda_item, "place": place(section.span)}))
        .collect();
    json!({"id": document.id, "path": document.path, "metadata": document.metadata, "text": document.text, "blocks": blocks, "sections": sections, "problems": document.problems})
}
