//! The commands `following` and `outbox`: who follows what, and what waits to be told.

use std::io::Write;

use serde_json::{Value, json};

use super::arguments::Resend;
use crate::app::App;
use crate::clock::now;
use crate::language::Language;
use crate::render::phrases::follow as phrases;
use crate::store::{Kind, Letter, Store};
use crate::subscription::{State, Subscription};

/// Lists all subscriptions with their state.
pub(super) fn following(app: &App, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let store = Store::open(&app.config().data.path)?;
    let all = store.subscriptions()?;
    if json {
        let all: Vec<Value> = all.iter().map(told).collect();
        writeln!(out, "{}", json!({"subscriptions": all}))?;
        return Ok(());
    }
    for one in &all {
        let what = phrases::what(&one.what, Language::English);
        let (state, reason) = state(&one.state);
        let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
        let (target, rhythm) = (one.target.as_str(), one.rhythm.name());
        writeln!(
            out,
            "{}  {target}  {rhythm}  {state}{reason}  {what}",
            one.id
        )?;
    }
    if all.is_empty() {
        writeln!(out, "nobody follows anything yet")?;
    }
    Ok(())
}

fn state(state: &State) -> (&'static str, Option<&str>) {
    match state {
        State::Draft => ("draft", None),
        State::Active => ("active", None),
        State::Paused => ("paused", None),
        State::Lost(reason) => ("lost", Some(reason)),
    }
}

fn told(one: &Subscription) -> Value {
    let (state, reason) = state(&one.state);
    json!({
        "id": one.id, "owner": one.owner, "target": one.target.as_str(), "what": one.what,
        "rhythm": one.rhythm.name(), "language": one.language, "state": state, "reason": reason, "since": one.since,
    })
}

/// Lists letters that are on their way or were given up, and tries some of these again.
pub(super) fn outbox(
    app: &App,
    resend: Option<Resend>,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let store = Store::open(&app.config().data.path)?;
    if let Some(resend) = resend {
        let letter = match resend {
            Resend::All => None,
            Resend::Letter(id) => Some(id),
        };
        let again = store.resend(letter, now())?;
        if let (0, Some(id)) = (again, letter) {
            anyhow::bail!("letter {id} was not given up: `referent outbox` lists those that were");
        }
        if !json {
            writeln!(
                out,
                "letters that are tried again while `referent serve` runs: {again}"
            )?;
        }
    }
    let letters = store.letters()?;
    let waiting = store.post()?.waiting;
    if json {
        let letters: Vec<Value> = letters
            .iter()
            .map(|(letter, dead)| listed(letter, *dead))
            .collect();
        writeln!(out, "{}", json!({"waiting": waiting, "letters": letters}))?;
        return Ok(());
    }
    for (letter, dead) in &letters {
        let (id, target) = (letter.id, letter.target.as_str());
        let state = if *dead { "given up" } else { "on its way" };
        let error = letter.error.as_deref();
        let error = error.map_or(String::new(), |error| format!(": {error}"));
        writeln!(
            out,
            "{id}  {target}  {state}, failed {} times{error}",
            letter.tries
        )?;
    }
    writeln!(
        out,
        "{waiting} notices wait for their hour, {} letters are on their way or given up",
        letters.len()
    )?;
    Ok(())
}

fn listed(letter: &Letter, dead: bool) -> Value {
    json!({
        "id": letter.id, "target": letter.target.as_str(), "state": if dead { "dead" } else { "open" },
        "kind": if letter.kind == Kind::News { "news" } else { "lost" },
        "tries": letter.tries, "error": letter.error, "at": letter.at,
    })
}

/// What is wrong with following, for `doctor`.
pub(super) fn findings(store: &Store) -> anyhow::Result<Vec<(String, String)>> {
    let mut findings = Vec::new();
    for one in store.subscriptions()? {
        if let State::Lost(reason) = &one.state {
            findings.push((
                format!("subscription {}", one.id),
                format!(
                    "{} cannot be told what is new ({reason}): give the bot its rights back, and press \"Resume\" in /following",
                    one.target.as_str()
                ),
            ));
        }
    }
    for (letter, dead) in store.letters()? {
        if dead {
            findings.push((
                format!("letter {}", letter.id),
                format!(
                    "it was given up ({}): `referent outbox --resend {}` tries it again",
                    letter.error.as_deref().unwrap_or("no reason is known"),
                    letter.id
                ),
            ));
        }
    }
    Ok(findings)
}
