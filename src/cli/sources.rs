//! The command `sources`: where documents come from by themselves, and how that goes.

use std::io::Write;

use crate::answer::card::Freshness;
use crate::app::App;

/// Lists the configured sources.
pub(super) fn run(app: &App, fetch: bool, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    if fetch {
        app.fetch_sources()?;
    }
    let sources = app.sources()?;
    if json {
        writeln!(out, "{}", serde_json::to_string(&sources)?)?;
        return Ok(());
    }
    if sources.is_empty() {
        writeln!(out, "no sources: [[source]] in config.toml names some")?;
    }
    for source in &sources {
        writeln!(
            out,
            "{}  [{}]  {} documents, {}",
            source.name,
            source.collection,
            source.documents,
            standing(source)
        )?;
        if let Some(reason) = &source.reason {
            writeln!(out, "  {reason}")?;
        }
        if let Some((url, reason)) = &source.first_failure {
            writeln!(
                out,
                "  {} not fetched, {url} first: {reason}",
                source.failed
            )?;
        }
        if source.left_out > 0 {
            writeln!(
                out,
                "  {} links to other servers left out: name these in hosts to have them too",
                source.left_out
            )?;
        }
    }
    Ok(())
}

fn standing(source: &Freshness) -> String {
    let time = |seconds: i64| {
        let time = jiff::Timestamp::from_second(seconds);
        time.map_or(String::new(), |time| {
            time.to_zoned(jiff::tz::TimeZone::system())
                .strftime("%Y-%m-%d %H:%M")
                .to_string()
        })
    };
    match (source.failing_since, source.succeeded) {
        (Some(since), Some(last)) => {
            format!("failing since {}, last success {}", time(since), time(last))
        }
        (Some(since), None) => format!("failing since {}", time(since)),
        (None, Some(last)) => format!("last success {}", time(last)),
        (None, None) => "not looked at yet".to_owned(),
    }
}
