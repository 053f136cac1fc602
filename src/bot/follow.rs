//! What followers hear: which of them a document concerns, the words of it that do, and what changed
//! since the matter was last told of.

use std::collections::HashMap;
use std::sync::Arc;

use super::Bot;
use super::ask::query;
use crate::answer::matter::{Item, Next, Standing};
use crate::answer::{Excerpt, Reading, Retrieved, Source, candidates, choose, excerpt};
use crate::corpus::metadata::Kind;
use crate::corpus::passage::passages;
use crate::corpus::{Date, DocumentId};
use crate::index::{Entry, Hit};
use crate::language::{fold, terms, words};
use crate::question::restriction::{Filter, Key, Refusal, is_named};
use crate::question::{Keyword, Question};
use crate::subscription::matching::Word;
use crate::subscription::{Correction, MAX_WORDS, Matcher, Part, Pattern, What, correction, parts};

/// A word that more passages have than this, …
const COMMON: u64 = 10;
/// … and one of so many, tells little where it stands once.
const COMMON_SHARE: u64 = 50;
/// Passages that are looked at for what would have been told.
const PASSAGES: usize = 500;
/// So many examples of it are shown.
const EXAMPLES: usize = 3;
/// New positions that are told of a matter, at most.
const MAX_POSITIONS: usize = 2;

/// A document that is new, with what of it concerns a follower.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// The document.
    pub document: Source,
    /// Where the public reads it, or the file.
    pub link: String,
    /// Its agenda items, or else its headings of the highest level, each with its number.
    pub items: Vec<(Option<String>, String)>,
    /// Whether it takes the place of a version that was told of before.
    pub corrected: bool,
    /// What of it was corrected, where the document as a whole is followed.
    pub correction: Option<Correction>,
    /// The matters that are followed.
    pub matters: Vec<Told>,
}

/// What a document says of a matter that somebody follows.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// What is followed.
    pub what: What,
    /// The heading over it.
    pub heading: Option<String>,
    /// The words that concern the follower.
    pub quote: Excerpt,
    /// What changed since the matter was last told of.
    pub change: Option<Change>,
    /// What was corrected.
    pub correction: Option<Correction>,
}

/// What changed in a matter since it was last told of.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// When it was last told of.
    pub before: Option<Date>,
    /// Where it stood then and stands now, if that is not the same.
    pub standing: Option<(Standing, Standing)>,
    /// Positions of those who had none or another one.
    pub positions: Vec<Excerpt>,
    /// What it waits for now, if that is new.
    pub next: Option<Next>,
}

impl Change {
    fn is_empty(&self) -> bool {
        self.standing.is_none() && self.positions.is_empty() && self.next.is_none()
    }
}

/// What would have been told of something in the last year.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// Documents with something of it.
    pub documents: usize,
    /// The newest of them.
    pub newest: Vec<News>,
}

/// Why something cannot be followed.
#[derive(Debug, Clone, PartialEq)]
pub enum Unfit {
    /// The topic has no word to look for.
    NoWords,
    /// Words are left out, and there is no topic that they could be left out of.
    OnlyWithout,
    /// The topic has too many words.
    TooLong,
    /// There is no such holder, body or collection.
    Unknown(Refusal),
}

impl Bot {
    /// Whether something can be followed: by those who may see what this bot knows.
    pub fn can_follow(&self, what: &What) -> Result<(), Unfit> {
        if let Some(topic) = &what.topic {
            let long = topic.chars().count() > crate::subscription::MAX_TOPIC;
            let pattern = self.pattern(what);
            let many = pattern.as_ref().map_or(0, |pattern| pattern.words.len()) > MAX_WORDS;
            match pattern {
                _ if long || many => return Err(Unfit::TooLong),
                None => return Err(Unfit::NoWords),
                Some(_) => {}
            }
        }
        if what.topic.is_none() && !what.without.is_empty() {
            return Err(Unfit::OnlyWithout);
        }
        let mut filter = Filter::default();
        let named = [
            (Key::Holder, &what.holder),
            (Key::Body, &what.body),
            (Key::Collection, &what.collection),
        ];
        let named = named
            .into_iter()
            .filter_map(|(key, value)| Some((key, value.as_ref()?)));
        for (key, value) in named {
            filter.add(key, value).map_err(Unfit::Unknown)?;
        }
        self.check(&filter).map_err(Unfit::Unknown)
    }

    /// What a topic is looked for by: as a search looks for it, with other words for the same things and the
    /// abbreviations that the documents explain. Nothing where it has no words.
    fn pattern(&self, what: &What) -> Option<Pattern> {
        let topic = what.topic.as_deref()?;
        let mut question = Question::parse(topic);
        question.expand(&self.abbreviations);
        let phrase = |words: &String| terms(words).into_iter().map(|term| term.text).collect();
        let without = what.without.iter().map(phrase);
        let pattern = Pattern {
            words: question
                .keywords
                .iter()
                .map(|word| self.word(word))
                .collect(),
            without: without
                .filter(|all: &Vec<String>| !all.is_empty())
                .collect(),
        };
        (!pattern.words.is_empty()).then_some(pattern)
    }

    fn word(&self, keyword: &Keyword) -> Word {
        let own: Vec<String> = terms(&keyword.word)
            .into_iter()
            .map(|term| term.text)
            .collect();
        let others = keyword.alternatives.iter().map(|term| vec![term.clone()]);
        let ways: Vec<Vec<String>> = std::iter::once(vec![keyword.term.clone()])
            .chain((own.len() > 1).then_some(own))
            .chain(others)
            .chain(keyword.expansions.iter().cloned())
            .collect();
        let firsts: Vec<String> = ways.iter().map(|way| way[0].clone()).collect();
        let frequency = self.index.passage_frequencies(&firsts);
        Word {
            common: frequency.is_ok_and(|(found, all)| {
                let most = found.into_iter().max().unwrap_or(0);
                most > COMMON && most * COMMON_SHARE > all
            }),
            ways,
        }
    }

    /// Makes subscriptions, each with its number, ready to be held against documents.
    pub fn matcher<'a>(&self, all: impl IntoIterator<Item = (i64, &'a What)>) -> Matcher {
        let mut patterns: HashMap<(&str, &[String]), Option<Pattern>> = HashMap::new();
        let all = all.into_iter().map(|(id, what)| {
            let topic = what.topic.as_deref().unwrap_or_default();
            let key = (topic, what.without.as_slice());
            let pattern = patterns.entry(key).or_insert_with(|| self.pattern(what));
            (id, what.clone(), pattern.clone())
        });
        let all: Vec<_> = all.collect();
        Matcher::new(all)
    }

    /// Which subscriptions the document `id` concerns: the number of each with the keys of the matters, empty
    /// for the document as a whole. Where there was another version, whose sentences are given, with what
    /// was corrected in the matter; what was not corrected concerns nobody.
    pub fn concerns(
        &self,
        matcher: &Matcher,
        id: &DocumentId,
        before: Option<&[String]>,
    ) -> anyhow::Result<Vec<(i64, String, Option<Correction>)>> {
        let Some(reading) = self.ready(id)? else {
            return Ok(Vec::new());
        };
        let parts = self.parts_of(&reading)?;
        let found = matcher.find(&reading, &parts);
        let sentences = before.map(|_| sentences(&reading));
        let mut concerns = Vec::with_capacity(found.len());
        let mut known: HashMap<Option<usize>, Correction> = HashMap::new();
        for one in found {
            let key = one
                .part
                .map_or(String::new(), |part| parts[part].key.clone());
            let corrected = before.zip(sentences.as_deref()).map(|(before, now)| {
                let changed = known.entry(one.part).or_insert_with(|| {
                    let all = one
                        .part
                        .map_or(0..now.len(), |part| parts[part].units.clone());
                    correction(before, now, all)
                });
                changed.clone()
            });
            if corrected
                .as_ref()
                .is_none_or(|corrected| !corrected.is_empty())
            {
                concerns.push((one.subscription, key, corrected));
            }
        }
        Ok(concerns)
    }

    /// The parts of a document, each with what meetings call its matter.
    fn parts_of(&self, reading: &Reading) -> anyhow::Result<Vec<Part>> {
        let mut parts = parts(reading);
        let matters = self.matters()?;
        for part in &mut parts {
            let number = part
                .item
                .and_then(|section| matters.of(&reading.document.id, section));
            if let Some(matter) = number.and_then(|number| matters.all().get(number)) {
                part.names.clone_from(&matter.headings);
            }
        }
        Ok(parts)
    }

    /// The sentences of a document, to see later what was changed.
    pub fn sentences(&self, id: &DocumentId) -> anyhow::Result<Vec<String>> {
        // Not kept ready: at the first import all documents are asked for.
        let document = self.index.document(id)?;
        Ok(document.map_or(Vec::new(), |document| sentences(&Reading::new(document))))
    }

    /// What the document `id` says of a matter that is followed; nothing where it says nothing of it any more.
    /// For the document as a whole it is told without a quote, so nothing either.
    pub fn told(&self, what: &What, id: &DocumentId, matter: &str) -> anyhow::Result<Option<Told>> {
        let Some(reading) = self.ready(id)? else {
            return Ok(None);
        };
        let all = self.parts_of(&reading)?;
        let matcher = self.matcher([(0, what)]);
        let own: Vec<Part> = all.into_iter().filter(|part| part.key == matter).collect();
        let found = matcher.find(&reading, &own).into_iter().next();
        let Some(part) = found.and_then(|found| Some(&own[found.part?])) else {
            return Ok(None);
        };
        let Some(quote) = self.quote(what, &reading, part)? else {
            return Ok(None);
        };
        Ok(Some(Told {
            what: what.clone(),
            heading: part.heading.clone(),
            change: self.change(&reading, part, &quote)?,
            quote,
            correction: None,
        }))
    }

    /// The words of a part that concern somebody: chosen as those of an answer are, or the position of the
    /// holder who is followed.
    fn quote(
        &self,
        what: &What,
        reading: &Arc<Reading>,
        part: &Part,
    ) -> anyhow::Result<Option<Excerpt>> {
        let item = Item {
            reading: reading.clone(),
            units: part.units.clone(),
        };
        if let Some(holder) = &what.holder {
            let mut positions = item.positions(&self.links).into_iter();
            let own = |said: &Excerpt| {
                let name = said.holder.as_deref();
                name.is_some_and(|name| is_named(holder, name))
            };
            if let Some(position) = positions.find(own) {
                return Ok(Some(position));
            }
        }
        if let Some(topic) = &what.topic {
            let question = self.question(topic, &Filter::default());
            let weights = self.weights(&question)?;
            let id = &reading.document.id;
            let span = reading.span(&part.units);
            let within = passages(&reading.document).into_iter();
            let within = within.filter(|passage| passage.span.overlaps(span));
            let retrieved: Vec<Retrieved> = within
                .map(|passage| Retrieved {
                    hit: Hit {
                        document: id.clone(),
                        passage,
                        score: 1.0,
                        cosine: None,
                    },
                    reading: 0,
                    same_matter: false,
                })
                .collect();
            let readings = [reading.clone()];
            let mut found = candidates(&question, &weights, &retrieved, &readings);
            // A passage may hold more than the item.
            found.retain(|candidate| {
                part.units.start <= candidate.units.start && candidate.units.end <= part.units.end
            });
            if let Some(best) = choose(&question, found, &readings).first() {
                return Ok(Some(excerpt::excerpt(best, &readings, &self.links)));
            }
        }
        Ok(item.summary(&self.links))
    }

    /// What changed in the matter of a part since an older document treated it; nothing where none did, or
    /// nothing changed. What `quote` says already is not told again.
    fn change(
        &self,
        reading: &Arc<Reading>,
        part: &Part,
        quote: &Excerpt,
    ) -> anyhow::Result<Option<Change>> {
        let document = &reading.document;
        let is_of_meeting = |reading: &Reading| {
            matches!(reading.document.metadata.kind, Kind::Minutes | Kind::Other)
        };
        let (Some(section), Some(date)) = (part.item, document.metadata.date) else {
            return Ok(None);
        };
        let matters = self.matters()?;
        let matter = matters
            .of(&document.id, section)
            .and_then(|number| matters.all().get(number));
        // Newest first.
        let places = matter.into_iter().flat_map(|matter| &matter.places);
        let mut earlier = places.filter(|place| {
            place.document != document.id && place.date.is_some_and(|other| other < date)
        });
        let Some(place) = earlier.next() else {
            return Ok(None);
        };
        let Some(before) = self.ready(&place.document)? else {
            return Ok(None);
        };
        if !is_of_meeting(reading) || !is_of_meeting(&before) {
            return Ok(None);
        }
        let then = Item {
            units: super::matter::units_of(&before, place.section),
            reading: before,
        };
        let now = Item {
            reading: reading.clone(),
            units: part.units.clone(),
        };
        let standing = (then.standing().0, now.standing().0);
        let changed = standing.0 != standing.1 && standing.1 != Standing::Unknown;
        let said = |excerpt: &Excerpt| excerpt.start >= quote.start && excerpt.end <= quote.end;
        let held = then.positions(&self.links);
        let same = |one: &Excerpt, other: &Excerpt| {
            one.stance == other.stance
                && one.holder.as_deref().map(fold) == other.holder.as_deref().map(fold)
        };
        let positions = now.positions(&self.links).into_iter();
        let positions = positions
            .filter(|position| !said(position) && !held.iter().any(|other| same(other, position)));
        let waited = then.next(&self.links);
        let next = now.next(&self.links).filter(|next| {
            let known = waited
                .as_ref()
                .is_some_and(|waited| waited.text == next.text);
            !known && !said(&next.excerpt)
        });
        let change = Change {
            before: place.date,
            standing: changed.then_some(standing),
            positions: positions.take(MAX_POSITIONS).collect(),
            next,
        };
        Ok((!change.is_empty()).then_some(change))
    }

    /// A document as news, with nothing of it told yet; nothing where this bot does not know it.
    pub fn news(&self, id: &DocumentId) -> anyhow::Result<Option<News>> {
        let Some(facts) = self.facts_of(id)? else {
            return Ok(None);
        };
        Ok(Some(News {
            document: facts.source,
            link: facts.link,
            items: facts.items,
            corrected: false,
            correction: None,
            matters: Vec::new(),
        }))
    }

    /// What would have been told of something from the day `since` on.
    pub fn preview(&self, what: &What, since: Date) -> anyhow::Result<Preview> {
        let recent = |entry: &&Entry| {
            let metadata = entry.metadata();
            let date = metadata.and_then(|metadata| metadata.date);
            date.is_some_and(|date| date >= since)
        };
        let mut entries: Vec<&Entry> = self.newest_first().into_iter().filter(recent).collect();
        if let Some(topic) = what.topic.as_deref() {
            let question = self.question(topic, &Filter::default());
            let hits = self.index.search(&query(&question), None, PASSAGES)?;
            entries.retain(|entry| hits.iter().any(|hit| hit.document == entry.id));
        }
        if let Some(holder) = &what.holder {
            entries.retain(|entry| entry.holders.iter().any(|name| is_named(holder, name)));
        }
        let matcher = self.matcher([(0, what)]);
        let mut preview = Preview::default();
        for entry in entries {
            let mut matters = Vec::new();
            if what.reads() {
                matters = self.concerns(&matcher, &entry.id, None)?;
                if matters.is_empty() {
                    continue;
                }
            } else {
                let is = |asked: &Option<String>, name: Option<&str>| {
                    asked
                        .as_deref()
                        .is_none_or(|asked| name.is_some_and(|name| is_named(asked, name)))
                };
                let body = entry
                    .metadata()
                    .and_then(|metadata| metadata.body.as_deref());
                if !is(&what.body, body) || !is(&what.collection, Some(&entry.collection)) {
                    continue;
                }
            }
            preview.documents += 1;
            if preview.newest.len() == EXAMPLES {
                continue;
            }
            let Some(mut news) = self.news(&entry.id)? else {
                continue;
            };
            for (_, matter, _) in matters.iter().take(1) {
                news.matters.extend(self.told(what, &entry.id, matter)?);
            }
            preview.newest.push(news);
        }
        Ok(preview)
    }

    /// What tells that two files have the same minutes: a meeting has one day, one body and one title, whatever
    /// is said of the version. Nothing where too little is known.
    pub fn minutes_key(&self, entry: &Entry) -> Option<String> {
        const VERSIONS: &[&str] = &[
            "utkast",
            "godkjent",
            "godkjend",
            "godkjente",
            "endelig",
            "endeleg",
            "foreløpig",
            "førebels",
            "rettet",
            "retta",
            "korrigert",
            "revidert",
            "versjon",
            "draft",
            "approved",
            "final",
            "corrected",
            "revised",
            "version",
        ];
        let metadata = entry.metadata()?;
        let (body, date) = (metadata.body.as_deref()?, metadata.date?);
        date.day()?;
        let title = &metadata.title;
        let title: Vec<String> = words(title)
            .into_iter()
            .map(|word| fold(&title[word.start..word.end]))
            .filter(|word| {
                let numbered = word.strip_prefix('v').unwrap_or_default();
                let numbered = !numbered.is_empty() && numbered.bytes().all(|c| c.is_ascii_digit());
                !VERSIONS.contains(&word.as_str()) && !numbered
            })
            .collect();
        let collection = fold(&entry.collection);
        Some(format!(
            "{collection}\n{date}\n{}\n{}",
            fold(body),
            title.join(" ")
        ))
    }
}

fn sentences(reading: &Reading) -> Vec<String> {
    let all = 0..reading.units.len();
    all.map(|unit| reading.text(unit).to_owned()).collect()
}
