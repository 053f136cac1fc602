//! The view of an evaluation: tables for people.

use std::collections::BTreeMap;
use std::io::{Result, Write};

use crate::evaluate::{Evaluation, Figures, Interval, Outcome};

/// Characters of an excerpt that a list shows.
const SHOWN: usize = 100;

/// All figures.
pub fn write(evaluation: &Evaluation, out: &mut impl Write) -> Result<()> {
    let all = &evaluation.all;
    writeln!(
        out,
        "{} questions, {}; an interval holds the truth 95 times of 100\n",
        evaluation.questions.len(),
        match evaluation.by_meaning {
            true => "searched by words and meaning",
            false => "searched by words only",
        }
    )?;
    writeln!(
        out,
        "{:16} {:>5}  {:11} {:>5}",
        "", "share", "interval", "of"
    )?;
    for (name, share, interval, of, what) in [
        (
            "evidence@1",
            all.evidence_at_1,
            all.evidence_at_1_interval,
            all.answerable,
            "answerable questions: the first excerpt holds a quote",
        ),
        (
            "evidence@3",
            all.evidence_at_3,
            all.evidence_at_3_interval,
            all.answerable,
            "answerable questions: one of the first three does",
        ),
        (
            "false declines",
            all.false_declines,
            all.false_declines_interval,
            all.answerable,
            "answerable questions",
        ),
        (
            "declined",
            all.declined,
            all.declined_interval,
            all.unanswerable,
            "unanswerable questions",
        ),
        (
            "holder accuracy",
            all.holder_accuracy,
            all.holder_accuracy_interval,
            all.positions,
            "position questions with a matching excerpt",
        ),
        (
            "verbatim",
            all.verbatim,
            all.verbatim_interval,
            all.excerpts,
            "excerpts",
        ),
    ] {
        writeln!(out, "{name:16} {} {of:>5} {what}", cell(share, interval))?;
    }
    writeln!(
        out,
        "characters of an answer: {}; quotes shown where all are needed: {}; time of an answer: {:.1} ms (means)",
        all.mean_characters
            .map_or("–".to_owned(), |mean| format!("{mean:.0}")),
        all.all_evidence
            .map_or("–".to_owned(), |mean| format!("{mean:.3}")),
        all.mean_ms
    )?;
    table("kind", &evaluation.kinds, all, out)?;
    table("language", &evaluation.languages, all, out)?;
    writeln!(
        out,
        "\n{:16} {:>5}  {:5}  interval",
        "confidence", "shown", "right"
    )?;
    let mut below = None;
    for band in &evaluation.calibration {
        let name = match below {
            None => format!("from {:.1}", band.from),
            Some(below) if band.from > 0.0 => format!("{:.1} to {below:.1}", band.from),
            Some(below) => format!("under {below:.1}"),
        };
        below = Some(band.from);
        let right = cell(band.right, band.right_interval);
        writeln!(out, "{name:16} {:>5}  {}", band.shown, right.trim_end())?;
    }
    Ok(())
}

/// A share and its interval, always as wide.
fn cell(share: Option<f64>, interval: Option<Interval>) -> String {
    match (share, interval) {
        (Some(share), Some([from, to])) => format!("{share:.3}  {from:.2} – {to:.2}"),
        _ => format!("{:18}", "–"),
    }
}

fn table(
    by: &str,
    groups: &BTreeMap<String, Figures>,
    all: &Figures,
    out: &mut impl Write,
) -> Result<()> {
    writeln!(
        out,
        "\n{by:14} {:>4}  {:18}  {:18}  {:18}  {:18}  {:>4}  declined",
        "n", "evidence@1", "evidence@3", "holder accuracy", "false declines", "none"
    )?;
    let named = groups
        .iter()
        .map(|(name, figures)| (name.as_str(), figures));
    for (name, f) in named.chain([("all", all)]) {
        let row = format!(
            "{:14} {:>4}  {}  {}  {}  {}  {:>4}  {}",
            if name.is_empty() { "not stated" } else { name },
            f.answerable,
            cell(f.evidence_at_1, f.evidence_at_1_interval),
            cell(f.evidence_at_3, f.evidence_at_3_interval),
            cell(f.holder_accuracy, f.holder_accuracy_interval),
            cell(f.false_declines, f.false_declines_interval),
            f.unanswerable,
            cell(f.declined, f.declined_interval)
        );
        writeln!(out, "{}", row.trim_end())?;
    }
    Ok(())
}

/// The questions that were not answered as they should be, in the order of the file.
pub fn misses(evaluation: &Evaluation, out: &mut impl Write) -> Result<()> {
    let missed: Vec<&Outcome> = evaluation
        .questions
        .iter()
        .filter(|outcome| outcome.is_miss())
        .collect();
    writeln!(out, "\n{} missed", missed.len())?;
    for outcome in missed {
        let rank = match (outcome.answered, outcome.answerable, outcome.rank) {
            (false, ..) => "declined".to_owned(),
            (true, false, _) => "should be declined".to_owned(),
            (true, true, Some(rank)) => format!("rank {rank}"),
            (true, true, None) => "not in three".to_owned(),
        };
        writeln!(
            out,
            "{}: {}\n  {} taken for {}; {rank}; confidence {:.2}",
            outcome.id,
            outcome.question,
            or_dash(&outcome.kind),
            format!("{:?}", outcome.intent).to_lowercase(),
            outcome.confidence
        )?;
        if let Some(excerpt) = &outcome.first_excerpt {
            // On one line, whatever the document breaks or holds.
            let words = excerpt.split(|c: char| c.is_whitespace() || c.is_control());
            let line: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            let line: String = line.join(" ").chars().take(SHOWN).collect();
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}
