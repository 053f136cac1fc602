//! Scores answers against gold questions: questions with verbatim quotes that answer them.
//!
//! A share of few questions says little, so each comes with its 95 % interval; and a gold file that
//! asks for what no document says is told so, line by line. `tests/README.md` is the guide to adding
//! questions.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Excerpt};
use crate::bot::Bot;
use crate::corpus::DocumentId;
use crate::question::Intent;

/// A gold question: one line of the file.
#[derive(Debug, Clone, Deserialize)]
pub struct Gold {
    /// Its id.
    pub id: String,
    /// The question.
    pub question: String,
    /// The language of the question, for the table.
    #[serde(default)]
    pub lang: String,
    /// Kind of answer, for the table.
    #[serde(default)]
    pub kind: String,
    /// Path of the document that holds the evidence.
    #[serde(default)]
    pub doc: Option<String>,
    /// Paths of the documents that hold the quotes, where they are several.
    #[serde(default)]
    pub evidence_docs: Vec<String>,
    /// Quotes any of which answers; none: the right answer is to decline.
    pub evidence: Vec<String>,
    /// Whether only all quotes together answer.
    #[serde(default)]
    pub all_evidence_needed: bool,
    /// Whose view is asked for.
    #[serde(default)]
    pub holder: Option<String>,
    /// The line it stands in, from 1.
    #[serde(skip)]
    line: usize,
}

/// A gold question that does not measure what it is meant to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flaw {
    /// Its line in the file, from 1.
    pub line: usize,
    /// Its id.
    pub id: String,
    /// What is wrong and how to mend it.
    pub flaw: String,
}

/// Figures over a set of questions. Shares are from 0 to 1 and absent where there is nothing to share;
/// beside each stands its 95 % interval.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Questions that have evidence.
    pub answerable: usize,
    /// Share of them whose first excerpt holds a quote.
    #[serde(rename = "evidence@1")]
    pub evidence_at_1: Option<f64>,
    /// Its interval.
    pub evidence_at_1_interval: Option<Interval>,
    /// Share of them whose first three excerpts hold a quote.
    #[serde(rename = "evidence@3")]
    pub evidence_at_3: Option<f64>,
    /// Its interval.
    pub evidence_at_3_interval: Option<Interval>,
    /// Of the questions that need all their quotes: mean share of the quotes shown.
    pub all_evidence: Option<f64>,
    /// Mean characters of all excerpts of an answer.
    pub mean_characters: Option<f64>,
    /// Position questions with a matching excerpt.
    pub positions: usize,
    /// Share of them whose first one names the right holder.
    pub holder_accuracy: Option<f64>,
    /// Its interval.
    pub holder_accuracy_interval: Option<Interval>,
    /// Share of the answerable questions that were declined.
    pub false_declines: Option<f64>,
    /// Its interval.
    pub false_declines_interval: Option<Interval>,
    /// Questions without evidence.
    pub unanswerable: usize,
    /// Share of them that were declined.
    pub declined: Option<f64>,
    /// Its interval.
    pub declined_interval: Option<Interval>,
    /// Excerpts that were shown.
    pub excerpts: usize,
    /// Share of them that stand in their document character by character.
    pub verbatim: Option<f64>,
    /// Its interval.
    pub verbatim_interval: Option<Interval>,
    /// Mean time of an answer, in milliseconds.
    pub mean_ms: f64,
}

/// From which to which share the truth is, 95 times of 100.
pub type Interval = [f64; 2];

/// What answers with about the same confidence were worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Band {
    /// The least confidence.
    pub from: f32,
    /// Answers that were shown.
    pub shown: usize,
    /// Share of them that hold a quote in the first three excerpts. An answer to a question that has
    /// none holds none.
    pub right: Option<f64>,
    /// Its interval.
    pub right_interval: Option<Interval>,
}

/// The least confidence of each band.
const BANDS: [f32; 4] = [0.8, 0.6, 0.4, 0.0];

/// The figures in all, by kind and by language of question, and every question's outcome.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// Whether passages were found by meaning beside words.
    pub by_meaning: bool,
    /// Over all questions.
    #[serde(flatten)]
    pub all: Figures,
    /// Over the questions of each kind.
    pub kinds: BTreeMap<String, Figures>,
    /// Over the questions in each language.
    pub languages: BTreeMap<String, Figures>,
    /// How far confidence can be trusted, the highest first.
    pub calibration: Vec<Band>,
    /// Questions that do not measure what they are meant to.
    pub flaws: Vec<Flaw>,
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
    /// Its language, as the file has it.
    pub lang: String,
    /// Kind of answer, as the file has it.
    pub kind: String,
    /// Kind of answer that the question was taken to ask for.
    pub intent: Intent,
    /// Whether it has evidence.
    pub answerable: bool,
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
    /// The first excerpt.
    pub first_excerpt: Option<String>,
    verbatim: Vec<bool>,
    /// Time of the answer.
    pub took_ms: f64,
}

impl Outcome {
    /// Whether the best was missed: the evidence was not first, or nothing could answer and yet
    /// something was shown.
    pub fn is_miss(&self) -> bool {
        if self.answerable {
            self.rank != Some(1)
        } else {
            self.answered
        }
    }
}

/// Reads gold questions, one JSON object a line.
pub fn read(path: &Path) -> anyhow::Result<Vec<Gold>> {
    let source =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = (1..).zip(source.lines());
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(line, json)| {
            gold(line, json).with_context(|| {
                format!(
                    "{}, line {line}: write {{\"id\": …, \"question\": …, \"evidence\": […]}}",
                    path.display()
                )
            })
        })
        .collect()
}

fn gold(line: usize, json: &str) -> anyhow::Result<Gold> {
    let gold: Gold = serde_json::from_str(json)?;
    // An empty quote would stand in every excerpt.
    let empty = gold.evidence.iter().any(|quote| folded(quote).is_empty());
    anyhow::ensure!(!empty, "a quote in \"evidence\" is empty");
    Ok(Gold { line, ..gold })
}

/// What of the questions does not measure what it is meant to: above all evidence that stands in no
/// document, which no answer can hold.
pub fn check(bot: &Bot, questions: &[Gold]) -> anyhow::Result<Vec<Flaw>> {
    let mut texts = Texts::new(bot);
    let mut ids = HashSet::new();
    let mut flaws = Vec::new();
    for gold in questions {
        let mut flaw = |flaw: String| {
            flaws.push(Flaw {
                line: gold.line,
                id: gold.id.clone(),
                flaw,
            });
        };
        if !ids.insert(gold.id.as_str()) {
            flaw("another question has the same id: give it one of its own".to_owned());
        }
        let mut named: Vec<&String> = gold.doc.iter().chain(&gold.evidence_docs).collect();
        named.sort_unstable();
        named.dedup();
        let unknown: Vec<&&String> = named.iter().filter(|path| !texts.has(path)).collect();
        for path in &unknown {
            flaw(format!("no document has the path {path}: correct it"));
        }
        if gold.evidence.is_empty() && !named.is_empty() {
            flaw(
                "it names a document but no evidence, so it counts as unanswerable: quote the document, or leave it out"
                    .to_owned(),
            );
        }
        let mut nowhere = 0;
        for quote in &gold.evidence {
            let folded = folded(quote);
            if texts.hold(&named, &folded)? {
                continue;
            }
            match texts.holder(&folded)? {
                Some(_) if named.len() == unknown.len() => {}
                Some(path) => flaw(format!(
                    "the evidence {} stands in {path}, not where the line says: correct \"doc\" or \"evidence_docs\"",
                    beginning(quote)
                )),
                None => {
                    nowhere += 1;
                    flaw(format!(
                        "the evidence {} stands in no document: quote one word for word",
                        beginning(quote)
                    ));
                }
            }
        }
        if nowhere > 0 && nowhere == gold.evidence.len() {
            flaw(
                "no answer can hold its evidence: it counts as missed whatever is shown".to_owned(),
            );
        }
    }
    Ok(flaws)
}

/// The first words of a quote, set off as one.
fn beginning(quote: &str) -> String {
    match quote.char_indices().nth(60) {
        Some((at, _)) => format!("«{}…»", &quote[..at]),
        None => format!("«{quote}»"),
    }
}

/// The documents' texts as quotes are compared with them, each made when it is first needed.
struct Texts<'a> {
    bot: &'a Bot,
    by_path: HashMap<&'a str, &'a DocumentId>,
    folded: HashMap<&'a str, String>,
}

impl<'a> Texts<'a> {
    fn new(bot: &'a Bot) -> Texts<'a> {
        let entries = bot.entries().iter();
        Texts {
            bot,
            by_path: entries
                .map(|entry| (entry.path.as_str(), &entry.id))
                .collect(),
            folded: HashMap::new(),
        }
    }

    fn has(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
    }

    fn text(&mut self, path: &str) -> anyhow::Result<&str> {
        let Some((path, id)) = self.by_path.get_key_value(path) else {
            return Ok("");
        };
        if !self.folded.contains_key(path) {
            let document = self.bot.index().document(id)?;
            let text = document.map_or_else(Vec::new, |document| folded(&document.text));
            self.folded.insert(path, text.into_iter().collect());
        }
        Ok(self.folded.get(path).map_or("", String::as_str))
    }

    /// Whether one of the documents at `paths` holds the quote.
    fn hold(&mut self, paths: &[&String], quote: &[char]) -> anyhow::Result<bool> {
        for path in paths {
            if holds(self.text(path)?, quote) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The path of a document that holds the quote.
    fn holder(&mut self, quote: &[char]) -> anyhow::Result<Option<String>> {
        for entry in self.bot.entries() {
            if holds(self.text(&entry.path)?, quote) {
                return Ok(Some(entry.path.clone()));
            }
        }
        Ok(None)
    }
}

/// Asks every question and scores the answers.
pub fn evaluate(bot: &Bot, questions: &[Gold]) -> anyhow::Result<Evaluation> {
    let known = bot
        .meanings()
        .map(|meanings| meanings.known(bot.index()))
        .transpose()?;
    let outcomes = questions
        .iter()
        .map(|gold| outcome(bot, gold))
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Evaluation {
        by_meaning: known.is_some_and(|(known, all)| known == all && all > 0),
        all: figures(&outcomes.iter().collect::<Vec<_>>()),
        kinds: grouped(&outcomes, |outcome| &outcome.kind),
        languages: grouped(&outcomes, |outcome| &outcome.lang),
        calibration: calibration(&outcomes),
        flaws: check(bot, questions)?,
        questions: outcomes,
    })
}

fn grouped(outcomes: &[Outcome], name: impl Fn(&Outcome) -> &String) -> BTreeMap<String, Figures> {
    let mut groups: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        let group = groups.entry(name(outcome).clone()).or_default();
        group.push(outcome);
    }
    let groups = groups.into_iter();
    groups
        .map(|(name, outcomes)| (name, figures(&outcomes)))
        .collect()
}

fn calibration(outcomes: &[Outcome]) -> Vec<Band> {
    let mut bands = BANDS.map(|from| (from, Tally::default()));
    for outcome in outcomes.iter().filter(|outcome| outcome.answered) {
        let band = bands
            .iter_mut()
            .find(|(from, _)| outcome.confidence >= *from);
        if let Some((_, tally)) = band {
            tally.count(outcome.rank.is_some());
        }
    }
    let band = |(from, tally): (f32, Tally)| Band {
        from,
        shown: tally.of,
        right: tally.share(),
        right_interval: tally.interval(),
    };
    bands.map(band).into()
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
        lang: gold.lang.clone(),
        kind: gold.kind.clone(),
        intent: answer.intent,
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
        first_excerpt: answer.excerpts.first().map(|excerpt| excerpt.text.clone()),
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

/// So many of so many.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    hits: usize,
    of: usize,
}

/// Standard deviations that 95 % of a normal distribution lie within.
const Z: f64 = 1.96;

impl Tally {
    fn count(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.of += 1;
    }

    fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }

    /// Wilson's score interval, which holds for few questions and for shares of 0 and 1 too.
    fn interval(self) -> Option<Interval> {
        let share = self.share()?;
        let n = self.of as f64;
        let shrink = 1.0 + Z * Z / n;
        let middle = (share + Z * Z / (2.0 * n)) / shrink;
        let reach = Z / shrink * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        Some([(middle - reach).max(0.0), (middle + reach).min(1.0)])
    }
}

impl FromIterator<bool> for Tally {
    fn from_iter<I: IntoIterator<Item = bool>>(hits: I) -> Tally {
        let mut tally = Tally::default();
        hits.into_iter().for_each(|hit| tally.count(hit));
        tally
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

fn figures(outcomes: &[&Outcome]) -> Figures {
    let (answerable, unanswerable): (Vec<&Outcome>, Vec<&Outcome>) =
        outcomes.iter().partition(|outcome| outcome.answerable);
    let within = |k: usize| -> Tally {
        let ranks = answerable.iter().map(|outcome| outcome.rank);
        ranks
            .map(|rank| rank.is_some_and(|rank| rank <= k))
            .collect()
    };
    let declined = |of: &[&Outcome]| -> Tally { of.iter().map(|of| !of.answered).collect() };
    let (at_1, at_3) = (within(1), within(3));
    let holders: Tally = outcomes.iter().filter_map(|of| of.right_holder).collect();
    let (false_declines, declined) = (declined(&answerable), declined(&unanswerable));
    let verbatim: Tally = outcomes
        .iter()
        .flat_map(|outcome| outcome.verbatim.iter().copied())
        .collect();
    let answered = outcomes.iter().filter(|outcome| outcome.answered);
    Figures {
        answerable: answerable.len(),
        evidence_at_1: at_1.share(),
        evidence_at_1_interval: at_1.interval(),
        evidence_at_3: at_3.share(),
        evidence_at_3_interval: at_3.interval(),
        all_evidence: mean(outcomes.iter().filter_map(|outcome| outcome.all_evidence)),
        mean_characters: mean(answered.map(|outcome| outcome.characters as f64)),
        positions: holders.of,
        holder_accuracy: holders.share(),
        holder_accuracy_interval: holders.interval(),
        false_declines: false_declines.share(),
        false_declines_interval: false_declines.interval(),
        unanswerable: unanswerable.len(),
        declined: declined.share(),
        declined_interval: declined.interval(),
        excerpts: verbatim.of,
        verbatim: verbatim.share(),
        verbatim_interval: verbatim.interval(),
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

    #[test]
    fn intervals_are_wilsons() {
        // The first is worked out in Wilson's own way by hand; the ends must not leave 0 to 1.
        for (hits, of, [low, high]) in [
            (60, 100, [0.502, 0.691]),
            (0, 10, [0.0, 0.278]),
            (10, 10, [0.722, 1.0]),
        ] {
            let [from, to] = Tally { hits, of }.interval().unwrap();
            assert!((from - low).abs() < 6e-4 && (to - high).abs() < 6e-4);
        }
        assert_eq!(Tally::default().interval(), None);
    }

    #[test]
    fn a_line_that_measures_nothing_is_refused() {
        let line = |json| gold(1, json).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(
            line(r#"{"id": "a", "question": "?", "evidence": ["x"]}"#),
            Ok(())
        );
        for (json, said) in [
            (r#"{"id": "a", "question": "?"}"#, "`evidence`"),
            (
                r#"{"id": "a", "question": "?", "evidence": [" "]}"#,
                "empty",
            ),
            ("Hva sa FASA?", "expected value"),
        ] {
            assert!(
                line(json).is_err_and(|error| error.contains(said)),
                "{json}"
            );
        }
    }
}
