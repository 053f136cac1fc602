//! The one path for a question: question → search → sentences → verdict. Terminal, chat and batch
//! all take it.

use std::sync::Arc;

use super::Bot;
use super::restrict::Bounds;
use crate::answer::{
    self, Answer, Excerpt, Period, Reading, Reason, Retrieved, Source, Verdict, Weights,
    candidates, choose, judge, marks,
};
use crate::corpus::passage::{Passage, passages};
use crate::corpus::{Date, DocumentId};
use crate::index::{Hit, Query, State};

use crate::language::cues::cues;
use crate::language::{Language, fold, term};
use crate::question::restriction::Filter;
use crate::question::{EXPANSION, Keyword, Question};

/// Passages that sentences are chosen from.
const PASSAGES: usize = 20;
/// How much the words of the question before count in a question that leans on it.
const REMEMBERED: f32 = 0.5;

/// How much another word for the same thing counts in the search beside what it counts once a passage
/// is found: there it must not outweigh the word that was asked with.
const SEARCHED: f32 = 0.5;

/// How much an English word counts that no document holds and no dictionary translates, beside a
/// Norwegian one.
const UNTRANSLATED: f32 = 0.4;

/// How much the name of another party than the one whose view is asked for counts beside other words.
const OTHER_PARTY: f32 = 0.3;

/// How much a word counts that only says what is asked for, and that minutes rarely say: "bekymringen" that
/// somebody answered to, "resultatet" of talks.
const RARELY_SAID: f32 = 0.3;

/// How surely the card of a matter answers what is asked of its course, where a heading names it.
const COURSE: f32 = 0.8;
/// How surely the decisions of a meeting answer what it decided.
const DECIDED: f32 = 0.9;

/// What a conversation remembers: what its last answered question was about.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    /// The keywords that were looked for.
    keywords: Vec<Keyword>,
    /// The document and heading that answered.
    place: Option<(DocumentId, Option<String>)>,
}

impl Conversation {
    /// Notes what was asked, and what answered it.
    pub(super) fn remember<'a>(
        &mut self,
        question: &Question,
        excerpts: impl IntoIterator<Item = &'a Excerpt>,
    ) {
        let keywords = question.keywords.iter();
        self.keywords = keywords
            .filter(|keyword| !is_party(keyword))
            .cloned()
            .collect();
        self.place = excerpts.into_iter().next().map(|best| {
            (
                DocumentId::from(best.document.id.as_str()),
                best.heading.clone(),
            )
        });
    }
}

/// Passages with the documents they are from.
#[derive(Default)]
pub(super) struct Found {
    pub passages: Vec<Retrieved>,
    pub readings: Vec<Arc<Reading>>,
}

impl Bot {
    /// Answers `text` by itself.
    pub fn ask(&self, text: &str) -> anyhow::Result<Answer> {
        self.ask_in(text, &mut Conversation::default())
    }

    /// Answers `text` by itself, from what `filter` leaves.
    pub fn ask_within(&self, text: &str, filter: &Filter) -> anyhow::Result<Answer> {
        self.answer(self.question(text, filter), &mut Conversation::default())
    }

    /// Answers `text` as the next question of `conversation`.
    pub fn ask_in(&self, text: &str, conversation: &mut Conversation) -> anyhow::Result<Answer> {
        self.answer(self.question(text, &Filter::default()), conversation)
    }

    /// Answers `text` as the next question of `conversation`, from what `filter` leaves.
    pub fn ask_within_in(
        &self,
        text: &str,
        filter: &Filter,
        conversation: &mut Conversation,
    ) -> anyhow::Result<Answer> {
        self.answer(self.question(text, filter), conversation)
    }

    pub(super) fn question(&self, text: &str, filter: &Filter) -> Question {
        let mut question = Question::parse_with(text, &self.parties);
        question.expand(&self.abbreviations);
        // Somebody who is told of, but never quoted.
        let quoted = |keyword: &Keyword| {
            let mut holders = self.entries.iter().flat_map(|entry| &entry.holders);
            keyword.means_union() || holders.any(|name| keyword.names_holder(name))
        };
        let told_of = question
            .keywords
            .iter_mut()
            .filter(|keyword| keyword.holder && !quoted(keyword) && self.occurs(&keyword.term));
        told_of.for_each(|keyword| {
            keyword.holder = false;
            keyword.told_of = true;
        });
        if !filter.is_empty() {
            question.restrictions.filters.push(filter.clone());
        }
        question
    }

    /// Answers from the minutes of the meeting that the question names, where they do, and else from all
    /// documents.
    fn answer(
        &self,
        question: Question,
        conversation: &mut Conversation,
    ) -> anyhow::Result<Answer> {
        if let Some(excerpts) = self.decided_in_meeting(&question)? {
            return Ok(known(question, excerpts, DECIDED, conversation));
        }
        let minutes = self.minutes_of_meeting(&question);
        if !minutes.is_empty() {
            let mut said = conversation.clone();
            let answer = self.answer_from(Some(&minutes), question.clone(), &mut said)?;
            if answer.answered {
                *conversation = said;
                return Ok(answer);
            }
        }
        self.answer_from(None, question, conversation)
    }

    /// Answers from some documents, or from all.
    fn answer_from(
        &self,
        documents: Option<&[DocumentId]>,
        mut question: Question,
        conversation: &mut Conversation,
    ) -> anyhow::Result<Answer> {
        let mut bounds = match self.bounds(&mut question)? {
            Ok(bounds) => bounds,
            Err(reason) => return Ok(declined(question, reason)),
        };
        if let Some(documents) = documents {
            bounds.only(documents);
        }
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
        if let Some((excerpts, named)) = self.course(&question, conversation.place.as_ref())? {
            let confidence = COURSE * named.min(1.0);
            return Ok(known(question, excerpts, confidence, conversation));
        }
        let mut weights = self.weights(&question)?;
        weights
            .keywords
            .iter_mut()
            .skip(own)
            .for_each(|weight| *weight *= REMEMBERED);
        let mut found = self.find(&question, &bounds, PASSAGES)?;
        if question.leans {
            self.add_place(&mut found, conversation)?;
            self.hold(&question, &bounds, &mut found);
        }
        let mut candidates = candidates(&question, &weights, &found.passages, &found.readings);
        self.interact(&question, &weights, &found, &mut candidates)?;
        let chosen = choose(&question, candidates, &found.readings);
        let verdict = self.verdict(&question, &weights, &chosen);
        let mut excerpts: Vec<Excerpt> = chosen
            .iter()
            .map(|candidate| answer::excerpt::excerpt(candidate, &found.readings, &self.links))
            .collect();
        if verdict.declined.is_none() {
            conversation.remember(&question, &excerpts);
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
            question: question.text,
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
        self.search_within(text, &Filter::default(), limit)
    }

    /// The best passage of each document, best first; otherwise as [`Bot::search_within`].
    pub fn search_by_document(
        &self,
        text: &str,
        filter: &Filter,
        limit: usize,
    ) -> anyhow::Result<Vec<Excerpt>> {
        let mut seen = std::collections::HashSet::new();
        let mut hits = self.search_within(text, filter, limit.saturating_mul(10))?;
        hits.retain(|hit| seen.insert(hit.document.id.clone()));
        hits.truncate(limit);
        Ok(hits)
    }

    /// The passages that fit `text` best, best first, of those that `filter` leaves. A restriction
    /// that cannot be kept is an error of the type [`Refusal`](crate::question::restriction::Refusal).
    pub fn search_within(
        &self,
        text: &str,
        filter: &Filter,
        limit: usize,
    ) -> anyhow::Result<Vec<Excerpt>> {
        let mut question = self.question(text, filter);
        let bounds = match self.bounds(&mut question)? {
            Ok(bounds) => bounds,
            Err(Reason::Refused(refusal)) => return Err(refusal.into()),
            Err(_) => return Ok(Vec::new()),
        };
        let hits = if question.restrictions.is_empty() {
            self.hits(&question.text, &query(&question), limit)?
        } else {
            let found = self.find(&question, &bounds, limit)?;
            found.passages.into_iter().map(|found| found.hit).collect()
        };
        let mut excerpts = Vec::with_capacity(hits.len());
        for hit in hits {
            let entry = self.entry(&hit.document);
            let known = entry.and_then(|entry| Some((entry, entry.metadata()?)));
            let (Some((entry, metadata)), Some(quotation)) = (known, self.index.quotation(&hit)?)
            else {
                continue;
            };
            excerpts.push(Excerpt::quoting(
                quotation.clone(),
                Source::new(&entry.id, metadata, &entry.path, &entry.collection),
                metadata.url.as_deref(),
                &marks(&question, &quotation.text),
                hit.score,
                &self.links,
            ));
        }
        Ok(excerpts)
    }

    /// Whether most documents are in English.
    fn is_english(&self) -> bool {
        let known = self.entries.iter().filter_map(|entry| entry.metadata());
        let (english, other): (Vec<_>, Vec<_>) =
            known.partition(|metadata| metadata.language.as_deref() == Some("en"));
        english.len() > other.len()
    }

    fn occurs(&self, term: &String) -> bool {
        let found = self.index.passage_frequencies(std::slice::from_ref(term));
        found.is_ok_and(|(frequencies, _)| frequencies.iter().any(|frequency| *frequency > 0))
    }

    /// The passages that fit a query and what `text` means, best first.
    pub(super) fn hits(&self, text: &str, query: &Query, limit: usize) -> anyhow::Result<Vec<Hit>> {
        match &self.meanings {
            Some(meanings) => meanings.with(&self.index, text, |meaning| {
                self.index.search(query, meaning, limit)
            }),
            None => self.index.search(query, None, limit),
        }
    }

    pub(super) fn weights(&self, question: &Question) -> anyhow::Result<Weights> {
        let mut frequencies = Vec::with_capacity(question.keywords.len());
        let mut passages = 0;
        for keyword in &question.keywords {
            let terms: Vec<String> = std::iter::once(&keyword.term)
                .chain(&keyword.alternatives)
                .cloned()
                .collect();
            let (counts, all) = self.index.passage_frequencies(&terms)?;
            let mut frequency = counts.into_iter().max().unwrap_or(0);
            for terms in &keyword.expansions {
                let (counts, _) = self.index.passage_frequencies(terms)?;
                frequency = frequency.max(counts.into_iter().min().unwrap_or(0));
            }
            frequencies.push(frequency);
            passages = all;
        }
        let mut weights = Weights::new(frequencies, passages);
        // Whose view is asked for is a condition of its own, not a part of the matter.
        // An English word that the documents lack is more often one that was not translated than one that
        // they do not speak of.
        let foreign = question.language == Language::English && !self.is_english();
        // "Hva svarte arbeidsgiver på kritikken fra FASA?" is about the criticism.
        let other = |keyword: &Keyword| {
            let mut parties = self.parties.iter();
            question.holder().is_some() && parties.any(|party| term(party) == keyword.term)
        };
        // "Hva svarte arbeidsgiver på bekymringen for støy?" is about the noise.
        let rarely_said = |keyword: &Keyword| {
            let (word, known) = (fold(&keyword.word), &cues().words);
            question.holder().is_some() && known.utterances.has(&word)
                || question.asks_outcome && known.outcomes.has(&word)
        };
        let parts = question.keywords.iter().zip(&weights.frequencies);
        for ((keyword, frequency), weight) in parts.zip(&mut weights.keywords) {
            if keyword.holder {
                *weight = 0.0;
            } else if other(keyword) {
                *weight *= OTHER_PARTY;
            } else if rarely_said(keyword) {
                *weight *= RARELY_SAID;
            } else if foreign && *frequency == 0 && !keyword.name {
                *weight *= UNTRANSLATED;
            }
        }
        Ok(weights)
    }

    fn find(&self, question: &Question, bounds: &Bounds, limit: usize) -> anyhow::Result<Found> {
        self.find_within(question, bounds, query(question), limit)
    }

    /// The document `id` among the readings of `found`, read if it is not there yet.
    pub(super) fn reading(
        &self,
        found: &mut Found,
        id: &DocumentId,
    ) -> anyhow::Result<Option<usize>> {
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
            cosine: None,
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
        // A document "of 2021" is not one of September.
        let covers = |date: Date, asked: Date| {
            date.overlaps(asked) && (date.month().is_some() || asked.month().is_none())
        };
        let exact = |date: Date, asked: Date| date.day().is_some() || asked.day().is_none();
        match asked {
            Some(asked) if dates().any(|date| covers(date, asked) && exact(date, asked)) => {
                Period::Covered
            }
            Some(asked) if dates().any(|date| covers(date, asked)) => Period::Within,
            Some(asked) if dates().all(|date| date < asked) => Period::Ahead,
            Some(_) => Period::Between,
            None => Period::Covered,
        }
    }
}

/// The answer that the structure of the minutes gives, without a search.
fn known(
    question: Question,
    excerpts: Vec<Excerpt>,
    confidence: f32,
    conversation: &mut Conversation,
) -> Answer {
    conversation.remember(&question, &excerpts);
    Answer {
        question: question.text,
        language: question.language,
        intent: question.intent,
        answered: true,
        confidence,
        excerpts,
        declined: None,
        nearest: Vec::new(),
    }
}

/// An answer that says why there is none.
fn declined(question: Question, reason: Reason) -> Answer {
    Answer {
        question: question.text,
        language: question.language,
        intent: question.intent,
        answered: false,
        confidence: 0.0,
        excerpts: Vec::new(),
        declined: Some(reason),
        nearest: Vec::new(),
    }
}

/// What to search for, to answer a question.
pub(super) fn query(question: &Question) -> Query {
    // The words of an expansion share what it counts.
    let expansions = |keyword: &Keyword| {
        let of = |terms: &Vec<String>| {
            let share = EXPANSION / terms.len() as f32;
            let shared = terms.iter().map(|term| (term.clone(), share));
            shared.collect::<Vec<_>>()
        };
        keyword.expansions.iter().flat_map(of).collect::<Vec<_>>()
    };
    let alternatives = |keyword: &Keyword| {
        let weight = keyword.alternative_weight * SEARCHED;
        let terms = keyword.alternatives.iter();
        terms
            .map(|term| (term.clone(), weight))
            .chain(expansions(keyword))
            .collect::<Vec<_>>()
    };
    let keywords = || question.keywords.iter();
    Query {
        terms: keywords().map(|keyword| keyword.term.clone()).collect(),
        alternatives: keywords().flat_map(alternatives).collect(),
        grams: question.grams(),
        ..Query::default()
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
