//! Where matters stand: cards held against facts that people wrote down, on the documents that ship and,
//! where REFERENT_CORPUS and REFERENT_STATUS name them, on other documents.

use std::path::Path;

use referent::answer::card::Status;
use referent::answer::matter::Standing;
use referent::corpus::Date;
use referent::render::phrases;
use serde::Deserialize;

use crate::support::{bot_on, repository};

/// What an ideal card of a matter holds.
#[derive(Deserialize)]
struct Ideal {
    queries: Vec<String>,
    document: String,
    date: String,
    states: Vec<String>,
    next: Option<String>,
    next_date: Option<String>,
    summary_any: Vec<String>,
    positions: Vec<Position>,
    never_current: Vec<String>,
    history: Vec<Earlier>,
}

#[derive(Deserialize)]
struct Position {
    holder: String,
    quote: String,
}

#[derive(Deserialize)]
struct Earlier {
    document: String,
}

/// Text as quotes are compared: letters, whatever the line breaks.
fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    kept.flat_map(char::to_lowercase).collect()
}

fn holds(text: &str, quote: &str) -> bool {
    plain(text).contains(&plain(quote))
}

/// Which facts a card has, by name.
fn facts(card: &Status, ideal: &Ideal) -> Vec<(String, bool)> {
    let newest = card.timeline.first();
    let mut facts = vec![
        (
            "document",
            newest.is_some_and(|newest| newest.document.path == ideal.document),
        ),
        (
            "date",
            newest
                .and_then(|newest| newest.date)
                .map(|date| date.to_string())
                == Some(ideal.date.clone()),
        ),
        ("state", {
            let state = serde_json::to_value(card.state).unwrap();
            ideal.states.iter().any(|right| state == right.as_str())
        }),
        (
            "summary",
            card.summary.as_ref().is_some_and(|summary| {
                ideal
                    .summary_any
                    .iter()
                    .any(|quote| holds(&summary.text, quote))
            }),
        ),
        (
            "next",
            match (&ideal.next, &card.next) {
                (None, next) => next.is_none(),
                (Some(right), Some(next)) => holds(&next.text, right),
                (Some(_), None) => false,
            },
        ),
    ];
    if ideal.next.is_some() {
        let date = card
            .next
            .as_ref()
            .and_then(|next| next.date)
            .map(|date| date.to_string());
        facts.push(("date of the next step", date == ideal.next_date));
    }
    let mut facts: Vec<(String, bool)> = facts
        .into_iter()
        .map(|(name, right)| (name.to_owned(), right))
        .collect();
    let positions = || newest.into_iter().flat_map(|newest| &newest.positions);
    for right in &ideal.positions {
        let told = positions().any(|told| {
            told.holder.as_deref() == Some(&right.holder) && holds(&told.text, &right.quote)
        });
        facts.push((format!("{}: {}", right.holder, right.quote), told));
    }
    for old in &ideal.never_current {
        let next = card.next.as_ref().map(|next| &next.excerpt);
        let mut current = card.summary.iter().chain(next).chain(positions());
        facts.push((
            format!("not {old}"),
            !current.any(|shown| holds(&shown.text, old)),
        ));
    }
    for earlier in &ideal.history {
        let told = card
            .timeline
            .iter()
            .skip(1)
            .any(|meeting| meeting.document.path == earlier.document);
        facts.push((format!("earlier: {}", earlier.document), told));
    }
    facts
}

/// The share of the facts in `file` that the cards on `knowledge` have; what they lack is printed.
fn share(knowledge: &Path, file: &Path) -> f64 {
    let bot = bot_on(knowledge);
    let today: Date = "2026-11-22".parse().unwrap();
    let (mut right, mut all) = (0_u32, 0_u32);
    for line in std::fs::read_to_string(file).unwrap().lines() {
        let ideal: Ideal = serde_json::from_str(line).unwrap();
        for query in &ideal.queries {
            let card = bot.status(query, None, today).unwrap();
            for (fact, found) in facts(&card, &ideal) {
                all += 1;
                right += u32::from(found);
                if !found {
                    println!("{query}: {fact}");
                }
            }
        }
    }
    println!("{right} of {all} facts");
    f64::from(right) / f64::from(all)
}

#[test]
fn cards_on_the_documents_that_ship() {
    let knowledge = repository().join("knowledge");
    let share = share(
        &knowledge,
        &repository().join("tests/knowledge-status.jsonl"),
    );
    assert!(share >= 0.85, "{share}");
}

#[test]
fn cards_on_other_documents() {
    let variable = |name| std::env::var_os(name).map(std::path::PathBuf::from);
    let (Some(knowledge), Some(file)) = (variable("REFERENT_CORPUS"), variable("REFERENT_STATUS"))
    else {
        println!("REFERENT_CORPUS and REFERENT_STATUS are not set: nothing to check");
        return;
    };
    let share = share(&knowledge, &file);
    assert!(share >= 0.85, "{share}");
}

#[test]
fn what_no_document_mentions_has_no_card() {
    let bot = bot_on(&repository().join("knowledge"));
    let today: Date = "2026-11-22".parse().unwrap();
    let card = bot.status("romfart", None, today).unwrap();
    assert!(!card.found && card.timeline.is_empty());
    assert_eq!(card.state, Standing::Unknown);
    assert!(card.searched.documents > 5 && card.searched.last > card.searched.first);
    let since: Date = "2026-09".parse().unwrap();
    let card = bot.status("Saksløftet", Some(since), today).unwrap();
    assert!(
        card.found
            && card
                .timeline
                .iter()
                .all(|meeting| meeting.date >= Some(since))
    );
    let card = bot
        .status("Saksløftet", "2026-10".parse().ok(), today)
        .unwrap();
    assert_eq!(
        phrases::no_status(&card),
        "Ingen dokumenter behandler «Saksløftet» fra oktober 2026 eller senere; det siste er fra 24. september 2026."
    );
    let card = bot.status("hva", None, today).unwrap();
    assert!(phrases::no_status(&card).starts_with("Skriv hva saken gjelder"));
}

#[test]
fn what_other_matters_say_later_is_told_and_other_matters_are_offered() {
    let bot = bot_on(&repository().join("knowledge"));
    let today: Date = "2026-11-22".parse().unwrap();
    let card = bot.status("Kladd", None, today).unwrap();
    assert!(
        card.mentions[0]
            .text
            .starts_with("Nynorsktesten er ikke bestått")
    );
    let card = bot.status("Svartjenesten", None, today).unwrap();
    let other = "Sammendrag av telefonsamtaler ved Svartjenesten";
    assert_eq!(card.others, [other]);
}
