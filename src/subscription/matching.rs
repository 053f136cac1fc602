//! What of a document concerns whom. All subscriptions' terms are in one inverted index, so that a
//! document is read once, however many there are.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::What;
use crate::answer::Reading;
use crate::answer::admitted::holders;
use crate::corpus::passage::passages;
use crate::language::{fold, terms};
use crate::matter::item_of;
use crate::question::restriction::is_named;

/// A part of a document that treats one thing: an agenda item, or outside such a passage.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The section of its heading, where it is an agenda item.
    pub item: Option<usize>,
    /// The heading over it.
    pub heading: Option<String>,
    /// What meetings call the matter that it treats, folded.
    pub names: Vec<String>,
    /// What tells it from other parts of the document: parts under one heading are one.
    pub key: String,
    /// Its units.
    pub units: Range<usize>,
}

/// The parts of a document, in its order.
pub fn parts(reading: &Reading) -> Vec<Part> {
    let document = &reading.document;
    let items: Vec<Option<usize>> = (0..document.sections.len())
        .map(|section| item_of(document, section))
        .collect();
    let item_at = |unit: usize| -> Option<usize> {
        let section = document.section_at(reading.units[unit].span.start)?;
        items[section]
    };
    let mut found: Vec<Part> = Vec::new();
    let mut unit = 0;
    let mut passages = passages(document).into_iter().peekable();
    while unit < reading.units.len() {
        let start = reading.units[unit].span.start;
        let item = item_at(unit);
        let end = match item {
            Some(_) => (unit..reading.units.len()).find(|next| item_at(*next) != item),
            None => {
                while passages
                    .next_if(|passage| passage.span.end <= start)
                    .is_some()
                {}
                let passage = passages.peek().map_or(start, |passage| passage.span.end);
                let beyond = |next: &usize| {
                    item_at(*next).is_some() || reading.units[*next].span.start >= passage
                };
                (unit + 1..reading.units.len()).find(beyond)
            }
        };
        let section = item.or_else(|| document.section_at(start));
        let heading = section
            .map(|section| document.sections[section].heading.clone())
            .filter(|heading| !heading.is_empty());
        let end = end.unwrap_or(reading.units.len());
        found.push(Part {
            key: heading.as_deref().map(fold).unwrap_or_default(),
            names: Vec::new(),
            item,
            heading,
            units: unit..end,
        });
        unit = end;
    }
    found
}

/// What the words of a topic are looked for by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pattern {
    /// What must be there, all of it.
    pub words: Vec<Word>,
    /// What must not be there: of several terms in one not all of them.
    pub without: Vec<Vec<String>>,
}

/// A word of a topic.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Word {
    /// Ways to say it; of several terms in one way all must be there.
    pub ways: Vec<Vec<String>>,
    /// Whether so many passages have it that one sentence with it tells little.
    pub common: bool,
}

/// Something that concerns somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The number of the subscription.
    pub subscription: i64,
    /// The part, among [`parts`]; none where the document as a whole is meant.
    pub part: Option<usize>,
}

/// A term's number.
type Term = u32;

/// A topic that somebody follows, or several with the same words.
struct Topic {
    words: Vec<Way>,
    without: Vec<Vec<Term>>,
    /// By number, with what else must hold.
    followers: Vec<usize>,
}

impl Topic {
    /// Whether a part has words that are to be left out.
    fn is_left_out(&self, present: &BTreeMap<Term, Presence>) -> bool {
        let there = |phrase: &Vec<Term>| phrase.iter().all(|term| present.contains_key(term));
        self.without.iter().any(there)
    }
}

struct Way {
    ways: Vec<Vec<Term>>,
    common: bool,
}

/// All subscriptions, ready to be held against a document.
#[derive(Default)]
pub struct Matcher {
    subscriptions: Vec<(i64, What)>,
    terms: HashMap<String, Term>,
    /// The topics that have each term in the way they are listed by.
    topics_with: Vec<Vec<(u32, u32)>>,
    topics: Vec<Topic>,
    /// The topics that have these words, folded: a matter is followed by what one meeting calls it.
    named: HashMap<String, Vec<usize>>,
    /// Those without a topic.
    others: Vec<usize>,
}

/// A part of a word in a text is taken for a word of a topic from so many letters on, …
const MIN_PART: usize = 4;
/// … if so many are left, …
const MIN_REST: usize = 3;
/// … and a shorter one only at the beginning of a word with so many.
const MIN_LONG: usize = 7;

impl Matcher {
    /// Makes subscriptions ready, each with its number and, where it has a topic, what that is looked for by.
    pub fn new(subscriptions: impl IntoIterator<Item = (i64, What, Option<Pattern>)>) -> Matcher {
        let mut matcher = Matcher::default();
        let mut known: HashMap<(String, Vec<String>), usize> = HashMap::new();
        for (id, what, pattern) in subscriptions {
            let number = matcher.subscriptions.len();
            match (&what.topic, pattern) {
                (None, _) => matcher.others.push(number),
                // Nothing to look for: it can concern nobody.
                (Some(_), None) => {}
                (Some(_), Some(pattern)) if pattern.words.is_empty() => {}
                (Some(topic), Some(pattern)) => {
                    let key = (topic.clone(), what.without.clone());
                    let topic = match known.get(&key) {
                        Some(topic) => *topic,
                        None => {
                            let number = matcher.add(&pattern);
                            matcher.named.entry(fold(topic)).or_default().push(number);
                            known.insert(key, number);
                            number
                        }
                    };
                    matcher.topics[topic].followers.push(number);
                }
            }
            matcher.subscriptions.push((id, what));
        }
        matcher
    }

    fn term(&mut self, term: &str) -> Term {
        let next = self.topics_with.len() as Term;
        match self.terms.get(term) {
            Some(known) => *known,
            None => {
                self.terms.insert(term.to_owned(), next);
                self.topics_with.push(Vec::new());
                next
            }
        }
    }

    fn add(&mut self, pattern: &Pattern) -> usize {
        let number = self.topics.len();
        let words: Vec<Way> = pattern
            .words
            .iter()
            .map(|word| {
                let ways = word.ways.iter().filter(|way| !way.is_empty());
                Way {
                    ways: ways
                        .map(|way| way.iter().map(|term| self.term(term)).collect())
                        .collect(),
                    common: word.common,
                }
            })
            .collect();
        // Listed by the first term of each way: whether the others are there is looked at then.
        for (index, word) in words.iter().enumerate() {
            let firsts: HashSet<Term> = word.ways.iter().map(|way| way[0]).collect();
            for first in firsts {
                self.topics_with[first as usize].push((number as u32, index as u32));
            }
        }
        let phrase = |all: &Vec<String>| all.iter().map(|term| self.term(term)).collect();
        let without = pattern.without.iter().map(phrase).collect();
        self.topics.push(Topic {
            words,
            without,
            followers: Vec::new(),
        });
        number
    }

    /// What of a document concerns whom; a subscription hears of what stands under one heading once.
    pub fn find(&self, reading: &Reading, parts: &[Part]) -> Vec<Found> {
        let document = &reading.document;
        let mut named: HashMap<String, bool> = HashMap::new();
        let mut body_is = |asked: &str| {
            let body = document.metadata.body.as_deref();
            *named
                .entry(asked.to_owned())
                .or_insert_with(|| body.is_some_and(|body| is_named(asked, body)))
        };
        let collection = fold(&document.collection);
        let mut holders_of: HashMap<usize, Vec<String>> = HashMap::new();
        let mut holds = |asked: &str, part: usize| {
            let held = holders_of.entry(part).or_insert_with(|| {
                let units = &parts[part].units;
                match units.is_empty() {
                    true => Vec::new(),
                    false => holders(reading, reading.span(units)),
                }
            });
            held.iter().any(|holder| is_named(asked, holder))
        };
        let mut admits = |what: &What| {
            what.body.as_deref().is_none_or(&mut body_is)
                && what
                    .collection
                    .as_deref()
                    .is_none_or(|asked| fold(asked) == collection)
        };
        let mut found = Vec::new();
        for &number in &self.others {
            let (id, what) = &self.subscriptions[number];
            if !admits(what) {
                continue;
            }
            match &what.holder {
                None => found.push((*id, None)),
                Some(holder) => {
                    let held = (0..parts.len()).filter(|part| holds(holder, *part));
                    found.extend(held.map(|part| (*id, Some(part))));
                }
            }
        }
        let mut served = Served::new(&self.terms);
        for (index, part) in parts.iter().enumerate() {
            let present = served.part(reading, part);
            for topic in self.topics_of(part, &present) {
                for &number in &self.topics[topic].followers {
                    let (id, what) = &self.subscriptions[number];
                    let holder = what.holder.as_deref();
                    if admits(what) && holder.is_none_or(|holder| holds(holder, index)) {
                        found.push((*id, Some(index)));
                    }
                }
            }
        }
        let mut told = HashSet::new();
        found.retain(|(id, part)| told.insert((*id, part.map(|part| parts[part].key.as_str()))));
        let found = found.into_iter();
        found
            .map(|(subscription, part)| Found { subscription, part })
            .collect()
    }

    /// The topics whose words a part of a document has, or another meeting's words for its matter.
    fn topics_of(&self, part: &Part, present: &BTreeMap<Term, Presence>) -> Vec<usize> {
        let mut found = self.topics_in(present);
        let names = part.names.iter().filter_map(|name| self.named.get(name));
        let named = names.flatten().copied();
        found.extend(named.filter(|topic| !self.topics[*topic].is_left_out(present)));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The topics whose words a part of a document has.
    fn topics_in(&self, present: &BTreeMap<Term, Presence>) -> Vec<usize> {
        let mut words: HashMap<u32, u64> = HashMap::new();
        for term in present.keys() {
            for &(topic, word) in &self.topics_with[*term as usize] {
                let of = &self.topics[topic as usize].words[word as usize];
                let there = |way: &Vec<Term>| way.iter().all(|term| present.contains_key(term));
                if of.ways.iter().any(|way| way[0] == *term && there(way)) {
                    *words.entry(topic).or_default() |= 1 << (word % 64);
                }
            }
        }
        let mut found: Vec<usize> = words
            .into_iter()
            .map(|(topic, words)| (topic as usize, words))
            .filter(|(topic, words)| {
                let topic = &self.topics[*topic];
                words.count_ones() as usize == topic.words.len().min(64)
                    && !topic.is_left_out(present)
                    && tells(topic, present)
            })
            .map(|(topic, _)| topic)
            .collect();
        found.sort_unstable();
        found
    }
}

/// Whether it is more than a word in passing: where many passages have all words of a topic, they stand in
/// the heading or in two sentences.
fn tells(topic: &Topic, present: &BTreeMap<Term, Presence>) -> bool {
    if !topic.words.iter().all(|word| word.common) {
        return true;
    }
    let weight = |way: &Vec<Term>| {
        let of = |term: &Term| present.get(term).map_or(0, Presence::weight);
        way.iter().map(of).min().unwrap_or(0)
    };
    topic.words.iter().all(|word| {
        let weights = word.ways.iter().map(weight);
        weights.sum::<usize>() >= 2
    })
}

/// How a term stands in a part.
#[derive(Debug, Clone, Copy, Default)]
struct Presence {
    units: usize,
    heading: bool,
}

impl Presence {
    fn weight(&self) -> usize {
        self.units + if self.heading { 2 } else { 0 }
    }
}

/// Which terms of topics the words of a text serve; each word is looked up once.
struct Served<'a> {
    terms: &'a HashMap<String, Term>,
    known: HashMap<String, Vec<Term>>,
}

impl<'a> Served<'a> {
    fn new(terms: &'a HashMap<String, Term>) -> Served<'a> {
        Served {
            terms,
            known: HashMap::new(),
        }
    }

    fn of(&mut self, word: &str) -> &[Term] {
        if !self.known.contains_key(word) {
            let found = serves(word, self.terms);
            self.known.insert(word.to_owned(), found);
        }
        self.known.get(word).map_or(&[], Vec::as_slice)
    }

    /// The terms of topics that a part has.
    fn part(&mut self, reading: &Reading, part: &Part) -> BTreeMap<Term, Presence> {
        let mut present: BTreeMap<Term, Presence> = BTreeMap::new();
        for unit in part.units.clone() {
            let mut seen = HashSet::new();
            for word in reading.terms(unit) {
                for term in self.of(word) {
                    if seen.insert(*term) {
                        present.entry(*term).or_default().units += 1;
                    }
                }
            }
        }
        for word in heading_terms(reading, part) {
            for term in self.of(&word) {
                present.entry(*term).or_default().heading = true;
            }
        }
        present
    }
}

/// The terms of the headings over the words of a part, up to its own.
fn heading_terms(reading: &Reading, part: &Part) -> Vec<String> {
    let document = &reading.document;
    let mut sections: Vec<usize> = part
        .units
        .clone()
        .filter_map(|unit| document.section_at(reading.units[unit].span.start))
        .chain(part.item)
        .collect();
    sections.sort_unstable();
    sections.dedup();
    let own = |section: &&usize| part.item.is_none_or(|item| **section >= item);
    let headings = sections.iter().filter(own);
    let headings = headings.map(|section| document.sections[*section].heading.as_str());
    let found = headings.flat_map(terms).map(|term| term.text);
    found.collect()
}

/// The terms of topics that a word of a text serves: the same word, and the first or last part of a
/// compound.
fn serves(word: &str, terms: &HashMap<String, Term>) -> Vec<Term> {
    let mut found: Vec<Term> = terms.get(word).copied().into_iter().collect();
    let letters = word.chars().count();
    if letters <= MIN_PART || word.bytes().any(|byte| byte.is_ascii_digit()) {
        return found;
    }
    for (left, (at, _)) in word.char_indices().enumerate().skip(1) {
        let right = letters - left;
        let (head, tail) = word.split_at(at);
        let begins =
            left >= MIN_PART && right >= MIN_REST || left == MIN_REST && letters >= MIN_LONG;
        if begins {
            found.extend(terms.get(head));
        }
        if right >= MIN_PART && left >= MIN_REST {
            found.extend(terms.get(tail));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
