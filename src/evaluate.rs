//! Scores answers against gold questions: questions with verbatim quotes that answer them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Excerpt};
use crate::bot::Bot;
use crate::corpus::DocumentId;

/// A gold question: one line of the file.
#[derive(Debug, Clone, Deserialize)]
pub struct Gold {
    /// Its id.
    pub id: String,
    /// The question.
    pub question: String,
    /// Kind of answer, for the table.
    #[serde(default)]
    pub kind: String,
    /// Quotes any of which answers; none: the right answer is to decline.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// Whether only all quotes together answer.
    #[serde(default)]
    pub all_evidence_needed: bool,
    /// Whose view is asked for.
    #[serde(default)]
    pub holder: Option<String>,
}

/// Figures over a set of questions. Shares are from 0 to 1; absent where there is nothing to share.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Questions that have evidence.
    pub answerable: usize,
    /// Share of them whose first excerpt holds a quote.
    #[serde(rename = "evidence@1")]
    pub evidence_at_1: Option<f64>,
    /// Share of them whose first three excerpts hold a quote.
    #[serde(rename = "evidence@3")]
    pub evidence_at_3: Option<f64>,
    /// Of the questions that need all their quotes: mean share of the quotes shown.
    pub all_evidence: Option<f64>,
    /// Mean characters of all excerpts of an answer.
    pub mean_characters: Option<f64>,
    /// Of position questions with a matching excerpt: share whose first one names the right holder.
    pub holder_accuracy: Option<f64>,
    /// Share of the answerable questions that were declined.
    pub false_declines: Option<f64>,
    /// Questions without evidence.
    pub unanswerable: usize,
    /// Share of them that were declined.
    pub declined: Option<f64>,
    /// Share of excerpts that stand in their document character by character.
    pub verbatim: Option<f64>,
    /// Mean time of an answer, in milliseconds.
    pub mean_ms: f64,
}

/// The figures in all and by kind of question, and every question's outcome.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// Over all questions.
    #[serde(flatten)]
    pub all: Figures,
    /// Over the questions of each kind.
    pub kinds: BTreeMap<String, Figures>,
    /// One by one.
    pub questions: Vec<Outcome>,
}

/// What became of one question.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Id of the question.
    pub id: String,
    /// The question.
    pub question: String,
    #[serde(skip)]
    kind: String,
    #[serde(skip)]
    answerable: bool,
    /// The place, from 1, of the first excerpt that holds a quote.
    pub rank: Option<usize>,
    /// Whether it was answered.
    pub answered: bool,
    /// How sure the answer was.
    pub confidence: f32,
    /// The share of quotes shown, where all are needed.
    pub all_evidence: Option<f64>,
    /// Whether the first matching excerpt names the right holder.
    pub right_holder: Option<bool>,
    /// Characters of all excerpts.
    pub characters: usize,
    verbatim: Vec<bool>,
    /// Time of the answer.
    pub took_ms: f64,
}

/// Reads gold questions, one JSON object a line.
pub fn read(path: &Path) -> anyhow::Result<Vec<Gold>> {
    let source =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = source
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(i, line)| {
            serde_json::from_str(line)
                .with_context(|| format!("{}, line {}: not a gold question", path.display(), i + 1))
        })
        .collect()
}

/// Asks every question and scores the answers.
pub fn evaluate(bot: &Bot, questions: &[Gold]) -> anyhow::Result<Evaluation> {
    let outcomes = questions
        .iter()
        .map(|gold| outcome(bot, gold))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut kinds: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for outcome in &outcomes {
        kinds.entry(outcome.kind.clone()).or_default().push(outcome);
    }
    Ok(Evaluation {
        all: figures(&outcomes.iter().collect::<Vec<_>>()),
        kinds: kinds
            .into_iter()
            .map(|(kind, of)| (kind, figures(&of)))
            .collect(),
        questions: outcomes,
    })
}

fn outcome(bot: &Bot, gold: &Gold) -> anyhow::Result<Outcome> {
    let start = std::time::Instant::now();
    let answer = bot.ask(&gold.question)?;
    let took_ms = start.elapsed().as_secs_f64() * 1e3;
    let quotes: Vec<Vec<char>> = gold.evidence.iter().map(|quote| folded(quote)).collect();
    let shown: Vec<String> = answer
        .excerpts
        .iter()
        .map(|excerpt| folded(&excerpt.text).into_iter().collect())
        .collect();
    let rank = shown
        .iter()
        .take(3)
        .position(|text| quotes.iter().any(|quote| holds(text, quote)))
        .map(|at| at + 1);
    let right_holder = rank.filter(|_| gold.kind == "position").and_then(|rank| {
        let named = answer.excerpts[rank - 1]
            .holder
            .as_deref()
            .unwrap_or_default();
        gold.holder
            .as_ref()
            .map(|holder| holder.to_lowercase() == named.to_lowercase())
    });
    let all_evidence = gold.all_evidence_needed.then(|| {
        let found = quotes
            .iter()
            .filter(|quote| shown.iter().any(|text| holds(text, quote)))
            .count();
        found as f64 / quotes.len().max(1) as f64
    });
    Ok(Outcome {
        id: gold.id.clone(),
        question: gold.question.clone(),
        kind: gold.kind.clone(),
        answerable: !gold.evidence.is_empty(),
        rank,
        answered: answer.answered,
        confidence: answer.confidence,
        all_evidence,
        right_holder,
        characters: answer
            .excerpts
            .iter()
            .map(|excerpt| excerpt.text.chars().count())
            .sum(),
        verbatim: verbatim(bot, &answer)?,
        took_ms,
    })
}

/// Whether each excerpt stands in its document at the characters it names.
fn verbatim(bot: &Bot, answer: &Answer) -> anyhow::Result<Vec<bool>> {
    answer
        .excerpts
        .iter()
        .map(|excerpt| is_verbatim(bot, excerpt))
        .collect()
}

/// Whether the document's text, from character `start` to before `end`, is what the excerpt shows.
pub fn is_verbatim(bot: &Bot, excerpt: &Excerpt) -> anyhow::Result<bool> {
    let Some(document) = bot
        .index()
        .document(&DocumentId::from(excerpt.document.id.as_str()))?
    else {
        return Ok(false);
    };
    let there: String = document
        .text
        .chars()
        .skip(excerpt.start)
        .take(excerpt.end.saturating_sub(excerpt.start))
        .collect();
    Ok(!there.is_empty() && there == excerpt.text)
}

/// Case, white space and hyphens left out: what is compared.
fn folded(text: &str) -> Vec<char> {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{AD}' | '\u{2010}' | '\u{2011}'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A quote longer than this counts as held by a run of so many of its characters.
const RUN: usize = 60;

fn holds(text: &str, quote: &[char]) -> bool {
    let contains = |part: &[char]| text.contains(&part.iter().collect::<String>());
    if quote.len() <= RUN {
        contains(quote)
    } else {
        quote.windows(RUN).any(contains)
    }
}

fn share(values: impl Iterator<Item = bool>) -> Option<f64> {
    mean(values.map(|value| f64::from(u8::from(value))))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

fn figures(outcomes: &[&Outcome]) -> Figures {
    let answerable: Vec<&&Outcome> = outcomes
        .iter()
        .filter(|outcome| outcome.answerable)
        .collect();
    let unanswerable: Vec<&&Outcome> = outcomes
        .iter()
        .filter(|outcome| !outcome.answerable)
        .collect();
    let within = |k: usize| {
        share(
            answerable
                .iter()
                .map(|outcome| outcome.rank.is_some_and(|rank| rank <= k)),
        )
    };
    Figures {
        answerable: answerable.len(),
        evidence_at_1: within(1),
        evidence_at_3: within(3),
        all_evidence: mean(outcomes.iter().filter_map(|outcome| outcome.all_evidence)),
        mean_characters: mean(
            outcomes
                .iter()
                .filter(|outcome| outcome.answered)
                .map(|outcome| outcome.characters as f64),
        ),
        holder_accuracy: share(outcomes.iter().filter_map(|outcome| outcome.right_holder)),
        false_declines: share(answerable.iter().map(|outcome| !outcome.answered)),
        unanswerable: unanswerable.len(),
        declined: share(unanswerable.iter().map(|outcome| !outcome.answered)),
        verbatim: share(
            outcomes
                .iter()
                .flat_map(|outcome| outcome.verbatim.iter().copied()),
        ),
        mean_ms: mean(outcomes.iter().map(|outcome| outcome.took_ms)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_found_through_hyphens_and_space_and_long_ones_in_part() {
        let text: String = folded("Etter e-\npostutveksling ble det avgjort at forhandlingene fortsetter i neste møte, sa begge parter.").into_iter().collect();
        assert!(holds(&text, &folded("e-postutveksling ble det")));
        assert!(holds(
            &text,
            &folded(
                "ble det avgjort at forhandlingene fortsetter i neste møte, sa begge parter etter at de hadde snakket sammen"
            )
        ));
        assert!(!holds(&text, &folded("forhandlingene er slutt")));
    }
}
