//! The one path for a question: question → search → sentences → verdict. Terminal, chat and batch
//! all take it.

use std::sync::Arc;

use super::Bot;
use crate::answer::{
    self, Answer, Excerpt, Period, Reading, Reason, Retrieved, Verdict, Weights, choose, judge,
    whole_passage,
};
use crate::corpus::passage::{Passage, passages};
use crate::corpus::{Date, DocumentId};
use crate::index::{Hit, Query, State};
use crate::question::{Keyword, Question};

/// Passages that sentences are chosen from.
const PASSAGES: usize = 20;
/// How much the words of the question before count in a question that leans on it.
const REMEMBERED: f32 = 0.5;

/// What a conversation remembers: what its last answered question was about.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    /// The keywords that were looked for.
    keywords: Vec<Keyword>,
    /// The document and heading that answered.
    place: Option<(DocumentId, Option<String>)>,
}

/// Passages with the documents they are from.
struct Found {
    passages: Vec<Retrieved>,
    readings: Vec<Arc<Reading>>,
}

impl Bot {
    /// Answers `text` by itself.
    pub fn ask(&self, text: &str) -> anyhow::Result<Answer> {
        self.ask_in(text, &mut Conversation::default())
    }

    /// Answers `text` as the next question of `conversation`.
    pub fn ask_in(&self, text: &str, conversation: &mut Conversation) -> anyhow::Result<Answer> {
        let mut question = Question::parse_with(text, &self.parties);
        let own = question.keywords.len();
        question.leans = !conversation.keywords.is_empty() && question.is_follow_up();
        if question.leans {
            let new = |keyword: &&Keyword| {
                !question
                    .keywords
                    .iter()
                    .any(|known| known.term == keyword.term)
            };
            let remembered: Vec<Keyword> =
                conversation.keywords.iter().filter(new).cloned().collect();
            question
                .keywords
                .extend(remembered.into_iter().map(|keyword| Keyword {
                    remembered: true,
                    ..keyword
                }));
        }
        let mut weights = self.weights(&question)?;
        weights
            .keywords
            .iter_mut()
            .skip(own)
            .for_each(|weight| *weight *= REMEMBERED);
        let mut found = self.find(&question, PASSAGES)?;
        if question.leans {
            self.add_place(&mut found, conversation)?;
        }
        let chosen = choose(&question, &weights, &found.passages, &found.readings);
        let verdict = self.verdict(&question, &weights, &chosen);
        let mut excerpts: Vec<Excerpt> = chosen
            .iter()
            .map(|candidate| answer::excerpt::excerpt(candidate, &found.readings, &self.links))
            .collect();
        if verdict.declined.is_none() {
            conversation.keywords = question
                .keywords
                .iter()
                .filter(|keyword| !is_party(keyword))
                .cloned()
                .collect();
            conversation.place = excerpts.first().map(|best| {
                (
                    DocumentId::from(best.document.id.as_str()),
                    best.heading.clone(),
                )
            });
        }
        let nearest = if verdict.declined == Some(Reason::NotFound) {
            nearest(&std::mem::take(&mut excerpts))
        } else {
            Vec::new()
        };
        if verdict.declined.is_some() {
            excerpts.clear();
        }
        Ok(Answer {
            question: text.to_owned(),
            language: question.language,
            intent: question.intent,
            answered: verdict.declined.is_none(),
            confidence: verdict.confidence,
            excerpts,
            declined: verdict.declined,
            nearest,
        })
    }

    /// The passages that fit `text` best, best first.
    pub fn search(&self, text: &str, limit: usize) -> anyhow::Result<Vec<Excerpt>> {
        let question = Question::parse_with(text, &self.parties);
        let found = self.find(&question, limit)?;
        let show = |retrieved: &Retrieved| {
            whole_passage(
                &question,
                &retrieved.hit,
                &found.readings[retrieved.reading],
                &self.links,
            )
        };
        Ok(found.passages.iter().map(show).collect())
    }

    fn weights(&self, question: &Question) -> anyhow::Result<Weights> {
        let mut frequencies = Vec::with_capacity(question.keywords.len());
        let mut passages = 0;
        for keyword in &question.keywords {
            let terms: Vec<String> = std::iter::once(&keyword.term)
                .chain(&keyword.alternatives)
                .cloned()
                .collect();
            let (counts, all) = self.index.passage_frequencies(&terms)?;
            frequencies.push(counts.into_iter().max().unwrap_or(0));
            passages = all;
        }
        let mut weights = Weights::new(frequencies, passages);
        // Whose view is asked for is a condition of its own, not a part of the matter.
        let parts = question.keywords.iter().zip(&mut weights.keywords);
        parts
            .filter(|(keyword, _)| keyword.holder)
            .for_each(|(_, weight)| *weight = 0.0);
        Ok(weights)
    }

    fn find(&self, question: &Question, limit: usize) -> anyhow::Result<Found> {
        let alternatives = |keyword: &Keyword| {
            keyword
                .alternatives
                .iter()
                .map(|term| (term.clone(), keyword.alternative_weight))
                .collect::<Vec<_>>()
        };
        let terms = question
            .keywords
            .iter()
            .flat_map(|keyword| {
                std::iter::once((keyword.term.clone(), 1.0)).chain(alternatives(keyword))
            })
            .collect();
        let grams = question
            .grams()
            .into_iter()
            .map(|gram| (gram, 1.0))
            .collect();
        let query = Query { terms, grams };
        let hits = match &self.meanings {
            Some(meanings) => meanings.with(&self.index, &question.text, |meaning| {
                self.index.search(&query, meaning, limit)
            })?,
            None => self.index.search(&query, None, limit)?,
        };
        let mut found = Found {
            passages: Vec::new(),
            readings: Vec::new(),
        };
        for hit in hits {
            if let Some(reading) = self.reading(&mut found, &hit.document)? {
                found.passages.push(Retrieved {
                    hit,
                    reading,
                    same_matter: false,
                });
            }
        }
        Ok(found)
    }

    /// The document `id` among the readings of `found`, read if it is not there yet.
    fn reading(&self, found: &mut Found, id: &DocumentId) -> anyhow::Result<Option<usize>> {
        let known = found
            .readings
            .iter()
            .position(|reading| reading.document.id == *id);
        if known.is_none()
            && let Some(reading) = self.ready(id)?
        {
            found.readings.push(reading);
            return Ok(Some(found.readings.len() - 1));
        }
        Ok(known)
    }

    /// Puts the passages under the heading that answered before among those found, as good as the best.
    fn add_place(&self, found: &mut Found, conversation: &Conversation) -> anyhow::Result<()> {
        let Some((document, heading)) = &conversation.place else {
            return Ok(());
        };
        let Some(reading) = self.reading(found, document)? else {
            return Ok(());
        };
        let top = found.passages.first().map_or(1.0, |best| best.hit.score);
        let ready = found.readings[reading].clone();
        let document = &ready.document;
        let here = |passage: &Passage| {
            let section = document.sections.get(passage.section);
            section.is_some_and(|section| heading.as_deref().unwrap_or_default() == section.heading)
        };
        let place: Vec<Passage> = passages(document).into_iter().filter(here).collect();
        found
            .passages
            .retain(|other| other.reading != reading || !place.contains(&other.hit.passage));
        let id = document.id.clone();
        let hits = place.into_iter().map(|passage| Hit {
            document: id.clone(),
            passage,
            score: top,
        });
        found.passages.extend(hits.map(|hit| Retrieved {
            hit,
            reading,
            same_matter: true,
        }));
        found
            .passages
            .sort_by(|a, b| b.hit.score.total_cmp(&a.hit.score));
        Ok(())
    }

    fn verdict(
        &self,
        question: &Question,
        weights: &Weights,
        chosen: &[answer::excerpt::Candidate],
    ) -> Verdict {
        if !self
            .entries
            .iter()
            .any(|entry| matches!(entry.state, State::Indexed { .. }))
        {
            return Verdict {
                confidence: 0.0,
                declined: Some(Reason::EmptyCorpus),
            };
        }
        judge(question, weights, chosen, self.period(question.period))
    }

    /// What the documents' dates say about a period that is asked about.
    fn period(&self, asked: Option<Date>) -> Period {
        let dates = || {
            self.entries
                .iter()
                .filter_map(|entry| entry.metadata()?.date)
        };
        match asked {
            Some(asked) if dates().any(|date| date.overlaps(asked)) => Period::Covered,
            Some(asked) if dates().all(|date| date < asked) => Period::Ahead,
            Some(_) => Period::Between,
            None => Period::Covered,
        }
    }
}

/// The headings over what came nearest, each once.
fn nearest(excerpts: &[Excerpt]) -> Vec<String> {
    let mut headings: Vec<String> = Vec::new();
    for heading in excerpts
        .iter()
        .filter_map(|excerpt| excerpt.heading.clone())
    {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    headings
}

/// Whether a keyword names who speaks, not what is spoken of: a new question may name another.
fn is_party(keyword: &Keyword) -> bool {
    keyword.name
}
