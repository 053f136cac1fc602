//! Whether what was found answers. Better no answer than a wrong one: people act on minutes.

use super::excerpt::Candidate;
use crate::corpus::Date;
use crate::question::restriction::Refusal;
use crate::question::{Intent, Question};

/// How much each keyword of a question counts: a word that stands in few passages tells more.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    /// Inverse document frequency of each keyword, in the order of [`Question::keywords`].
    pub keywords: Vec<f32>,
    /// In how many passages each keyword's term occurs.
    pub frequencies: Vec<u64>,
    /// How many passages there are.
    passages: u64,
}

impl Weights {
    /// Weights from the number of passages that hold each keyword, of `passages` in all
    /// (Robertson and Spärck Jones's inverse document frequency, as BM25 has it).
    pub fn new(frequencies: Vec<u64>, passages: u64) -> Weights {
        let idf = |frequency: &u64| {
            let (n, df) = (passages as f32, *frequency as f32);
            (1.0 + (n - df + 0.5).max(0.0) / (df + 0.5)).ln()
        };
        Weights {
            keywords: frequencies.iter().map(idf).collect(),
            frequencies,
            passages,
        }
    }

    /// Whether what answers must hold the keyword: a name or a number says which of several things is
    /// meant, unless it stands nearly everywhere.
    pub fn must_hold(&self, question: &Question, keyword: usize) -> bool {
        let Some((asked, frequency)) = question
            .keywords
            .get(keyword)
            .zip(self.frequencies.get(keyword))
        else {
            return false;
        };
        let of_period = question.period.is_some_and(|period| asked.names(period));
        let number = asked.word.bytes().all(|byte| byte.is_ascii_digit());
        let common = *frequency as f32 > COMMON * self.passages as f32;
        // "AAP-mottakere" may be told of in other words.
        let part = question.bare.contains(&format!("{}-", asked.word));
        !asked.told_of
            && !part
            && (asked.name || number)
            && !asked.holder
            && !of_period
            && !asked.remembered
            && !common
    }

    /// The weight of all keywords together.
    pub fn total(&self) -> f32 {
        self.keywords.iter().sum()
    }

    /// The same, as so many words of which each stands in one passage only.
    fn in_words(&self) -> f32 {
        self.total() / (1.0 + self.passages as f32).ln().max(1.0)
    }
}

/// A name in more than this share of the passages tells nothing.
const COMMON: f32 = 0.1;

/// Whether there is an answer, and how sure that is.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// From 0 to 1.
    pub confidence: f32,
    /// Why not, where there is none.
    pub declined: Option<Reason>,
}

/// Why a question is declined.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// No word to look for.
    NothingAsked,
    /// No document is indexed.
    EmptyCorpus,
    /// No document is from, or speaks of, the period that is asked about.
    PeriodNotCovered(Date),
    /// A name in the question occurs nowhere.
    UnknownName(String),
    /// The word that is asked about occurs, but nothing says what it means.
    NotDefined(String),
    /// The holder is known, but no view of theirs on the matter.
    NoView(String),
    /// A restriction that cannot be kept.
    Refused(Refusal),
    /// No document fits all that is restricted.
    NoDocument,
    /// A phrase between quotation marks that no document has.
    PhraseNowhere(String),
    /// Too little of what is asked stands together anywhere.
    NotFound,
}

/// An answer is shown from this confidence on: of the questions that the curve was fitted on, this
/// declined four in five of those without an answer, and one in thirteen of those with one.
const MIN_CONFIDENCE: f32 = 0.46;

/// How likely it is that what is shown holds the answer, by the share of the question that it covers
/// and by how much is found at all: a share of little is easily had. A logistic curve, fitted on some 200
/// questions on two corpora.
mod likelihood {
    /// What the covered share counts, the kind of thing that is asked for taken in.
    pub const SHARE: f32 = 3.8;
    /// What each word counts that stands in one window, a word that stands in one passage being one.
    pub const WORDS: f32 = 1.55;
    /// What both must outweigh.
    pub const AGAINST: f32 = 2.7;
}

/// The share of the question's words, by weight, that a named holder's view must cover.
pub const MIN_COVERAGE: f32 = 0.25;
/// What holding the asked kind of thing counts for in the confidence.
const FIT: f32 = 0.25;
/// What lacking it costs.
const MISSING_KIND: f32 = 0.45;

/// What the dates of the documents say about the period that a question names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// None is named, or a document is from it.
    Covered,
    /// A document is from the month that the day lies in, and may be of that day or not.
    Within,
    /// No document is from it, but one may speak of it.
    Between,
    /// It begins after the newest document.
    Ahead,
}

/// Judges the best of what was found.
pub fn judge(
    question: &Question,
    weights: &Weights,
    chosen: &[Candidate],
    period: Period,
) -> Verdict {
    let declined = |reason| Verdict {
        confidence: 0.0,
        declined: Some(reason),
    };
    if question.keywords.is_empty() {
        return declined(Reason::NothingAsked);
    }
    let unknown =
        question
            .keywords
            .iter()
            .zip(&weights.frequencies)
            .find(|(keyword, frequency)| {
                keyword.name && **frequency == 0 && is_plain_name(&keyword.word)
            });
    if let Some((keyword, _)) = unknown {
        return declined(Reason::UnknownName(keyword.word.clone()));
    }
    let spoken_of = chosen.iter().any(|candidate| candidate.names_period);
    let announced = chosen.iter().any(|candidate| candidate.announces) && question.in_past;
    let known = match period {
        Period::Covered => true,
        Period::Within => !announced,
        Period::Between => spoken_of && !question.about_meeting,
        Period::Ahead => spoken_of && !question.about_meeting && !question.in_past,
    };
    if let Some(period) = question.period.filter(|_| !known) {
        return declined(Reason::PeriodNotCovered(period));
    }
    let Some(best) = chosen.first() else {
        return declined(Reason::NotFound);
    };
    if !best.holds_names {
        return declined(Reason::NotFound);
    }
    let coverage = chosen
        .iter()
        .map(|candidate| candidate.signals.covered)
        .fold(best.signals.covered, f32::max);
    let defined = chosen.iter().any(|candidate| candidate.signals.fit > 0.0);
    let abbreviation = question
        .keywords
        .iter()
        .any(|keyword| keyword.word.chars().filter(|c| c.is_uppercase()).count() >= 2);
    // Words that stand together in one sentence may be what explains them.
    let short = question
        .keywords
        .iter()
        .any(|keyword| keyword.word.chars().count() <= 4);
    let told = !short
        && chosen
            .iter()
            .any(|candidate| candidate.signals.sentence >= 0.8);
    if question.intent == Intent::Definition
        && !defined
        && question.restrictions.phrases.is_empty()
        && (abbreviation || question.asks_meaning && !told)
    {
        let words: Vec<&str> = question
            .keywords
            .iter()
            .map(|keyword| keyword.word.as_str())
            .collect();
        return Verdict {
            confidence: 0.2 * coverage,
            declined: Some(Reason::NotDefined(words.join(" "))),
        };
    }
    let held = |candidate: &&Candidate| {
        candidate.signals.fit > 0.0 && candidate.signals.covered >= MIN_COVERAGE
    };
    if let Some(holder) = question
        .whose_view()
        .filter(|_| !chosen.iter().any(|candidate| held(&candidate)))
    {
        return Verdict {
            confidence: 0.2 * coverage,
            declined: Some(Reason::NoView(holder)),
        };
    }
    // Where a number, a time or a name is asked for, only what has one answers.
    let right = |least: f32| {
        chosen
            .iter()
            .filter(|candidate| candidate.signals.fit >= least)
            .map(|candidate| candidate.signals.covered)
            .fold(0.0, f32::max)
    };
    let fit = chosen
        .iter()
        .map(|candidate| candidate.signals.fit)
        .fold(0.0, f32::max);
    let outcome = || {
        let told = chosen.iter().filter(|candidate| !candidate.foretells);
        told.map(|candidate| candidate.signals.covered)
            .fold(coverage - MISSING_KIND, f32::max)
    };
    let share = match question.intent {
        _ if question.asks_outcome => outcome(),
        _ if question.asks_name && question.asks_who => right(f32::EPSILON),
        Intent::Number | Intent::Date => right(0.5).max(coverage - MISSING_KIND),
        Intent::Fact | Intent::List | Intent::Comparison => coverage,
        _ => (1.0 - FIT) * coverage + FIT * fit,
    };
    // What a view is about stands before it as often as in it.
    let together = |candidate: &Candidate| match question.whose_view() {
        Some(_) => candidate.signals.covered,
        None => candidate.signals.inside,
    };
    let of_kind = |candidate: &&Candidate| match question.intent {
        Intent::Number | Intent::Date => candidate.signals.fit >= 0.5,
        _ => true,
    };
    let inside = chosen
        .iter()
        .filter(of_kind)
        .map(together)
        .fold(0.0, f32::max);
    let confidence = likelihood(share.clamp(0.0, 1.0), inside * weights.in_words());
    Verdict {
        confidence,
        declined: (confidence < MIN_CONFIDENCE).then_some(Reason::NotFound),
    }
}

/// The confidence, from the share of the question that is covered and the words found in one window.
fn likelihood(share: f32, words: f32) -> f32 {
    let evidence = likelihood::SHARE * share + likelihood::WORDS * words - likelihood::AGAINST;
    1.0 / (1.0 + (-evidence).exp())
}

/// Whether a word looks like a name that text would have in the same form: letters only.
fn is_plain_name(word: &str) -> bool {
    word.chars().count() >= 2 && word.chars().all(char::is_alphabetic)
}
