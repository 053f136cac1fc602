//! What an asker restricts, held against what is indexed.

use super::Bot;
use super::ask::Found;
use crate::answer::admitted::{self, Place};
use crate::answer::{Reason, Retrieved};
use crate::corpus::DocumentId;
use crate::index::{Entry, Query, Scope};
use crate::language::{Phrase, fold};
use crate::question::Question;
use crate::question::restriction::{Filter, Key, Refusal, Restrictions, is_named};

/// So many values are named to somebody who asked for one that there is not.
const MAX_NAMED: usize = 12;
/// So many passages are looked at first where words must stand verbatim; more if too few hold.
const FIRST_LOOK: usize = 50;

/// Restrictions as the index takes them.
#[derive(Debug, Default)]
pub struct Bounds {
    scope: Scope,
    /// For each phrase where it must stand; `None` for one that documents are chosen by.
    places: Vec<Option<Place>>,
}

impl Bounds {
    /// Leaves no other documents than these.
    pub(super) fn only(&mut self, documents: &[DocumentId]) {
        let left = |id: &&DocumentId| {
            let known = self.scope.documents.as_ref();
            known.is_none_or(|known| known.contains(id))
        };
        let left = documents.iter().filter(left).cloned().collect();
        self.scope.documents = Some(left);
    }
}

impl Bot {
    /// Whether every value of `filter` is one that some document has.
    pub fn check(&self, filter: &Filter) -> Result<(), Refusal> {
        self.check_values(Key::Holder, &filter.holders, is_named, holders_of)?;
        self.check_values(Key::Body, &filter.bodies, is_named, |entry| {
            bodies_of(entry).into_iter().collect()
        })?;
        self.check_values(Key::Collection, &filter.collections, same_name, |entry| {
            vec![entry.collection.as_str()]
        })
    }

    fn check_values<'a>(
        &'a self,
        key: Key,
        asked: &[String],
        is: fn(&str, &str) -> bool,
        values: impl Fn(&'a Entry) -> Vec<&'a str>,
    ) -> Result<(), Refusal> {
        if asked.is_empty() {
            return Ok(());
        }
        let indexed = || {
            self.entries
                .iter()
                .filter(|entry| entry.metadata().is_some())
        };
        let mut counts: std::collections::BTreeMap<&str, usize> = Default::default();
        for value in indexed().flat_map(values) {
            *counts.entry(value).or_default() += 1;
        }
        let unknown = asked
            .iter()
            .find(|asked| !counts.keys().any(|known| is(asked, known)));
        let Some(value) = unknown else {
            return Ok(());
        };
        // One name in two spellings is one to whoever asks.
        let mut known: Vec<(&str, usize)> = Vec::new();
        for (name, count) in counts {
            match known.iter_mut().find(|(other, _)| same_name(other, name)) {
                Some((_, all)) => *all += count,
                None => known.push((name, count)),
            }
        }
        // Those that most documents have tell most; a long list tells nothing.
        known.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let mut known: Vec<String> = known
            .into_iter()
            .take(MAX_NAMED + 1)
            .map(|(name, _)| name.to_owned())
            .collect();
        if known.len() > MAX_NAMED {
            known[MAX_NAMED] = "…".to_owned();
        }
        Err(Refusal::Unknown {
            key,
            value: value.clone(),
            known,
        })
    }

    /// What `question` may be answered from, or why it cannot be.
    pub(super) fn bounds(&self, question: &mut Question) -> anyhow::Result<Result<Bounds, Reason>> {
        let restrictions = question.restrictions.clone();
        let mut bounds = Bounds::default();
        if restrictions.is_empty() {
            return Ok(Ok(bounds));
        }
        if let Some(refusal) = self.refusal(&restrictions) {
            return Ok(Err(Reason::Refused(refusal)));
        }
        let mut allowed: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| {
                restrictions
                    .filters
                    .iter()
                    .all(|filter| admits(filter, entry))
            })
            .collect();
        for filter in &restrictions.filters {
            let named = |name: &&str| filter.holders.iter().any(|asked| is_named(asked, name));
            if !filter.holders.is_empty() {
                let mut names: Vec<String> = self
                    .entries
                    .iter()
                    .flat_map(holders_of)
                    .filter(named)
                    .map(str::to_owned)
                    .collect();
                names.sort();
                names.dedup();
                bounds.scope.holders.push(names);
            }
        }
        for phrase in &restrictions.phrases {
            let place = self.place_of(phrase)?;
            match place {
                Some(_) => bounds.scope.phrases.push(phrase.term_sequences()),
                None => {
                    let titled = |entry: &&Entry| {
                        entry
                            .metadata()
                            .is_some_and(|metadata| phrase.stands_in(&metadata.title))
                    };
                    if !self.entries.iter().any(|entry| titled(&entry)) {
                        return Ok(Err(Reason::PhraseNowhere(phrase.text.clone())));
                    }
                    allowed.retain(titled);
                    // A document that is named by its title need not name itself.
                    question
                        .keywords
                        .retain(|keyword| !phrase.has_word(&keyword.word));
                }
            }
            bounds.places.push(place);
        }
        if allowed.is_empty() {
            return Ok(Err(Reason::NoDocument));
        }
        let ids: Vec<DocumentId> = allowed.iter().map(|entry| entry.id.clone()).collect();
        bounds.scope.documents = (ids.len() < self.entries.len()).then_some(ids);
        bounds.scope.excluded.clone_from(&restrictions.excluded);
        Ok(Ok(bounds))
    }

    fn refusal(&self, restrictions: &Restrictions) -> Option<Refusal> {
        restrictions.refused.clone().or_else(|| {
            restrictions
                .filters
                .iter()
                .find_map(|filter| self.check(filter).err())
        })
    }

    /// The best place at which some passage has a phrase: a heading counts where no words do.
    fn place_of(&self, phrase: &Phrase) -> anyhow::Result<Option<Place>> {
        let query = Query {
            scope: Scope {
                phrases: vec![phrase.term_sequences()],
                ..Scope::default()
            },
            ..Query::default()
        };
        let mut best = None;
        let mut seen = 0;
        let mut look = FIRST_LOOK;
        loop {
            let hits = self.index.search(&query, None, look)?;
            for hit in &hits[seen..] {
                let Some(reading) = self.ready(&hit.document)? else {
                    continue;
                };
                if admitted::has(phrase, Place::Words, &reading, &hit.passage) {
                    return Ok(Some(Place::Words));
                }
                if admitted::has(phrase, Place::Headings, &reading, &hit.passage) {
                    best = Some(Place::Headings);
                }
            }
            if hits.len() < look {
                return Ok(best);
            }
            seen = hits.len();
            look *= 4;
        }
    }

    /// The passages that fit `query` best and hold to what the question restricts.
    pub(super) fn find_within(
        &self,
        question: &Question,
        bounds: &Bounds,
        mut query: Query,
        limit: usize,
    ) -> anyhow::Result<Found> {
        query.scope.clone_from(&bounds.scope);
        let restricted = !question.restrictions.is_empty();
        let mut look = if restricted {
            limit.max(FIRST_LOOK)
        } else {
            limit
        };
        loop {
            let hits = self.hits(&question.bare, &query, look)?;
            let all = hits.len() < look;
            let mut found = Found::default();
            for hit in hits {
                let Some(reading) = self.reading(&mut found, &hit.document)? else {
                    continue;
                };
                found.passages.push(Retrieved {
                    hit,
                    reading,
                    same_matter: false,
                });
            }
            self.hold(question, bounds, &mut found);
            if !restricted || all || found.passages.len() >= limit {
                found.passages.truncate(limit);
                return Ok(found);
            }
            look *= 4;
        }
    }

    /// Leaves only the passages that hold to what the question restricts.
    pub(super) fn hold(&self, question: &Question, bounds: &Bounds, found: &mut Found) {
        if question.restrictions.is_empty() {
            return;
        }
        let phrases = &question.restrictions.phrases;
        let readings = &found.readings;
        found.passages.retain(|retrieved| {
            let reading = &readings[retrieved.reading];
            let passage = &retrieved.hit.passage;
            let documents = bounds.scope.documents.as_ref();
            documents.is_none_or(|ids| ids.contains(&retrieved.hit.document))
                && phrases.iter().zip(&bounds.places).all(|(phrase, place)| {
                    place.is_none_or(|place| admitted::has(phrase, place, reading, passage))
                })
                && admitted::admits(question, reading, passage)
        });
    }
}

fn admits(filter: &Filter, entry: &Entry) -> bool {
    let Some(metadata) = entry.metadata() else {
        return false;
    };
    let any = |asked: &[String], values: &[&str], is: fn(&str, &str) -> bool| {
        asked.is_empty()
            || asked
                .iter()
                .any(|asked| values.iter().any(|value| is(asked, value)))
    };
    any(&filter.holders, &holders_of(entry), is_named)
        && any(
            &filter.bodies,
            &bodies_of(entry).into_iter().collect::<Vec<_>>(),
            is_named,
        )
        && any(&filter.collections, &[&entry.collection], same_name)
        && (filter.kinds.is_empty() || filter.kinds.contains(&metadata.kind))
        && filter.covers(metadata.date)
}

fn holders_of(entry: &Entry) -> Vec<&str> {
    entry.holders.iter().map(String::as_str).collect()
}

fn bodies_of(entry: &Entry) -> Option<&str> {
    entry.metadata()?.body.as_deref()
}

fn same_name(asked: &str, name: &str) -> bool {
    fold(asked) == fold(name)
}
