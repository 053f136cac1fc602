//! The command `doctor`: what is wrong with configuration, index and files, and how to mend it.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::console::progress;
use super::models::NO_MODEL;
use crate::app::App;
use crate::config::{Discord, Matrix, Secret};
use crate::corpus::Date;
use crate::ingest::Check;
use crate::platform::{discord, matrix};
use crate::store::Store;

/// Looks at everything, and says what to mend.
pub(super) fn run(app: &App, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let mut findings: Vec<(String, String)> = Vec::new();
    let config = app.config();
    if config.discord.enabled {
        findings.extend(discord_findings(&config.discord)?);
    }
    if config.matrix.enabled {
        findings.extend(matrix_findings(&config.matrix, &config.data.path)?);
    }
    for (source, told) in app.check_sources()? {
        let at = || format!("[[source]] {source}");
        match told {
            Ok(0) => findings.push((
                at(),
                "it lists no document: look at its address, and at select or link".to_owned(),
            )),
            Ok(_) => {}
            Err(failure) => findings.push((at(), failure)),
        }
    }
    for source in app.sources()? {
        let at = || format!("[[source]] {}", source.name);
        if source.fails_for_long {
            let since = source.succeeded.and_then(Date::of_seconds);
            let since = since.map_or("it was set up".to_owned(), |day| day.to_string());
            findings.push((at(), format!("nothing has come from it since {since}")));
        }
        if let Some((url, reason)) = &source.first_failure {
            let many = source.failed;
            findings.push((
                at(),
                format!("{many} of its documents could not be fetched, {url} first: {reason}"),
            ));
        }
    }
    findings.extend(super::following::findings(&Store::open(
        &config.data.path,
    )?)?);
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
    let nothing = crate::bot::audience::Audience::Collections(Default::default());
    if config.web.enabled && crate::web::audience(&config.web) == nothing {
        findings.push((
            "[[web.show]]".to_owned(),
            "the web page shows no document to others: name the collections that it may show"
                .to_owned(),
        ));
    }
    let on_discord = config.discord.show.iter();
    let on_discord = on_discord.map(|show| ("[[discord.show]] collections", &show.collections));
    let on_matrix = config.matrix.show.iter();
    let on_matrix = on_matrix.map(|show| ("[[matrix.show]] collections", &show.collections));
    let on_web = config.web.show.iter();
    let on_web = on_web.map(|show| ("[[web.show]] collections", &show.collections));
    for (rule, collections) in on_discord.chain(on_matrix).chain(on_web) {
        let known =
            |name: &&String| *name == "*" || entries.iter().any(|entry| entry.collection == **name);
        for name in collections.iter().filter(|name| !known(name)) {
            findings.push((
                rule.to_owned(),
                format!("no document is in a collection \"{name}\": name a folder of the knowledge folder"),
            ));
        }
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
    Ok(())
}

/// What is wrong with the bot on Matrix.
fn matrix_findings(config: &Matrix, data: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let login = match matrix::Login::from_environment() {
        Ok(login) => login,
        Err(error) => return Ok(vec![("[matrix]".to_owned(), error.to_string())]),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(matrix::check(config, data, &login)))
}

/// What is wrong with the bot on Discord.
fn discord_findings(config: &Discord) -> anyhow::Result<Vec<(String, String)>> {
    let token = match Secret::from_environment(discord::TOKEN) {
        Ok(token) => token,
        Err(error) => return Ok(vec![("[discord]".to_owned(), error.to_string())]),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(discord::check(config, token)))
}
