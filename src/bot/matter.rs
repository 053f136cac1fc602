//! Matters across meetings: which parts of which documents treat a topic, where it stands, and who holds
//! what.
//!
//! A topic finds its matter by the headings over it and, where no heading has it, by what is said. The
//! headings found then find the same matter in other meetings, where the topic's own words may lack.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::Bot;
use super::ask::query;
use crate::answer::card::{HolderPositions, Meeting, Positions, Searched, Status};
use crate::answer::matter::{Item, Standing};
use crate::answer::{Excerpt, Reading, Source, Weights};
use crate::corpus::metadata::Kind;
use crate::corpus::{Date, Document, Section, Span};
use crate::language::cues::cues;
use crate::language::{detect, fold, terms};
use crate::question::Question;
use crate::question::restriction::Filter;

/// Passages that are looked at for a topic.
const PASSAGES: usize = 100;
/// The share of a topic's words, by weight, that a heading over its matter has.
const IN_HEADING: f32 = 0.6;
/// The share that a passage has which treats it under another heading.
const IN_TEXT: f32 = 0.75;
/// The same, where other headings have the topic, and this one has some of it.
const BESIDE_HEADINGS: f32 = 0.95;
/// A heading with this share is over a part that is about the topic as a whole.
const ABOUT: f32 = 0.3;
/// The share of the words of one heading that another has of the same matter.
const SAME_HEADING: f32 = 0.7;
/// The same, where that heading's other words may lead on to further ones.
const SURELY_SAME: f32 = 0.95;
/// So many names of a matter are looked for in other meetings.
const MAX_NAMES: usize = 8;
/// A word in at most this share of the passages tells a matter from others.
const RARE: f32 = 0.05;
/// The same in a small collection, as so many passages.
const RARE_AT_LEAST: f32 = 12.0;
/// Positions of one holder that are shown.
const MAX_POSITIONS: usize = 12;

/// A part of a document that may treat a topic.
struct Found {
    item: Item,
    document: usize,
    section: usize,
    heading: String,
    /// The share of the topic that its heading has.
    in_heading: f32,
    /// The share that it has somewhere in one passage.
    in_text: f32,
    /// Whether its heading surely names the matter, and may lead to others.
    leads: bool,
}

impl Bot {
    /// Where the matter `topic` stands; with `since`, by what is told from that day on. A next
    /// step is past or to come on the day `today`.
    pub fn status(&self, topic: &str, since: Option<Date>, today: Date) -> anyhow::Result<Status> {
        let mut found = self.matter(topic)?;
        // Where meetings tell of it, what a report planned is not where it stands.
        let of_meetings = |found: &Found| {
            matches!(
                found.item.reading.document.metadata.kind,
                Kind::Minutes | Kind::Other
            )
        };
        if found.iter().any(of_meetings) {
            found.retain(of_meetings);
        }
        if let Some(since) = since {
            found.retain(|found| found.item.date().is_some_and(|date| date >= since));
        }
        found.sort_by_key(|found| {
            Reverse((found.item.date(), found.document, Reverse(found.section)))
        });
        let timeline: Vec<Meeting> = found.iter().map(|found| self.meeting(found)).collect();
        let newest = found.first().map(|found| &found.item);
        let mut matters: Vec<String> = Vec::new();
        for found in &found {
            if !found.heading.is_empty() && !matters.contains(&found.heading) {
                matters.push(found.heading.clone());
            }
        }
        let next = newest.and_then(|item| item.next(&self.links));
        Ok(Status {
            next_has_passed: next
                .as_ref()
                .and_then(|next| next.date)
                .is_some_and(|date| date < today && !date.overlaps(today)),
            topic: topic.to_owned(),
            language: detect(topic),
            found: newest.is_some(),
            state: newest.map_or(Standing::Unknown, |item| item.standing().0),
            summary: newest.and_then(|item| item.summary(&self.links)),
            next,
            timeline,
            matters,
            searched: self.searched(),
        })
    }

    /// Who holds which position on `topic`, of the holders that `filter` leaves.
    pub fn positions(&self, topic: &str, filter: &Filter) -> anyhow::Result<Positions> {
        let mut question = self.question(topic, filter);
        question
            .restrictions
            .filters
            .retain(|filter| !filter.holders.is_empty());
        let mut found = self.matter(topic)?;
        found.sort_by_key(|found| {
            Reverse((found.item.date(), found.document, Reverse(found.section)))
        });
        let mut holders: Vec<(Option<String>, HolderPositions)> = Vec::new();
        for position in found
            .iter()
            .flat_map(|found| found.item.positions(&self.links))
        {
            let Some(holder) = position.holder.clone() else {
                continue;
            };
            if question.restrictions.ask_for_holder()
                && !question.restrictions.admit_holder(Some(&holder))
            {
                continue;
            }
            // The working group of one report is not that of another.
            let of = is_ad_hoc(&holder).then(|| position.document.id.clone());
            let known = holders.iter_mut().find(|(document, known)| {
                // "Arbeidsgivar" is "Arbeidsgiver".
                *document == of && sorted_terms(&known.holder) == sorted_terms(&holder)
            });
            match known {
                Some((_, known)) if known.positions.len() < MAX_POSITIONS => {
                    known.positions.push(position)
                }
                Some(_) => {}
                None => holders.push((
                    of,
                    HolderPositions {
                        holder,
                        positions: vec![position],
                        changed: false,
                    },
                )),
            }
        }
        let mut holders: Vec<HolderPositions> =
            holders.into_iter().map(|(_, holder)| holder).collect();
        for holder in &mut holders {
            holder.changed = has_changed(&holder.positions);
        }
        Ok(Positions {
            topic: topic.to_owned(),
            language: detect(topic),
            holders,
        })
    }

    fn meeting(&self, found: &Found) -> Meeting {
        let document = &found.item.reading.document;
        Meeting {
            date: document.metadata.date,
            document: Source::new(
                &document.id,
                &document.metadata,
                &document.path,
                &document.collection,
            ),
            heading: Some(found.heading.clone()).filter(|heading| !heading.is_empty()),
            summary: found.item.summary(&self.links),
            decisions: found.item.decisions(&self.links),
            positions: found.item.positions(&self.links),
        }
    }

    fn searched(&self) -> Searched {
        let all = || self.entries.iter().filter_map(|entry| entry.metadata());
        let dates = || all().filter_map(|metadata| metadata.date);
        Searched {
            documents: all().count(),
            first: dates().min(),
            last: dates().max(),
        }
    }

    /// The parts of documents that treat `topic`.
    fn matter(&self, topic: &str) -> anyhow::Result<Vec<Found>> {
        let mut places = HashMap::new();
        let mut found = self.parts(topic, &mut places)?;
        let by_heading = found.iter().any(|found| found.in_heading >= IN_HEADING);
        found.retain(|found| match by_heading {
            true => {
                found.in_heading >= IN_HEADING
                    || found.in_heading >= ABOUT && found.in_text >= BESIDE_HEADINGS
            }
            false => found.in_text >= IN_TEXT,
        });
        if by_heading {
            self.add_linked(topic, &mut found, &mut places)?;
        }
        Ok(found)
    }

    /// Adds what stands under a heading of the same matter in other meetings.
    fn add_linked(
        &self,
        topic: &str,
        found: &mut Vec<Found>,
        places: &mut HashMap<String, usize>,
    ) -> anyhow::Result<()> {
        let mut asked: Vec<Vec<String>> = vec![sorted_terms(topic)];
        // A matter may have changed its name more than once.
        while asked.len() <= MAX_NAMES {
            let leading = found.iter().filter(|found| found.leads);
            let names = leading.flat_map(|found| names(&found.heading));
            let new = names.filter(|name| !asked.contains(&sorted_terms(name)));
            // What has least in common with the names that were looked for tells most.
            let shared = |name: &String| {
                let terms = sorted_terms(name);
                let known = terms
                    .iter()
                    .filter(|term| asked.iter().any(|of| of.contains(term)));
                known.count() * 100 / terms.len().max(1)
            };
            let Some(name) = new.min_by_key(|name| (shared(name), name.clone())) else {
                break;
            };
            asked.push(sorted_terms(&name));
            if !self.tells_apart(&name)? {
                continue;
            }
            for part in self.parts(&name, places)? {
                let known = found
                    .iter()
                    .any(|found| (found.document, found.section) == (part.document, part.section));
                let same = part.in_heading >= SAME_HEADING
                    || part.in_heading >= ABOUT && part.in_text >= IN_TEXT;
                if !known && same {
                    let leads = part.in_heading >= SURELY_SAME;
                    found.push(Found { leads, ..part });
                }
            }
        }
        Ok(())
    }

    /// Whether a name has a word that stands in few passages: "Status" is over many a matter. So
    /// does an abbreviation, however often it is used.
    fn tells_apart(&self, name: &str) -> anyhow::Result<bool> {
        let (frequencies, passages) = self.index().passage_frequencies(&sorted_terms(name))?;
        let rarest = frequencies.into_iter().min().unwrap_or(passages);
        let abbreviation = name.chars().count() >= 2 && name.chars().all(char::is_uppercase);
        Ok(abbreviation || rarest as f32 <= (RARE * passages as f32).max(RARE_AT_LEAST))
    }

    /// The parts of documents in which a search for `topic` finds something, each once.
    fn parts(
        &self,
        topic: &str,
        places: &mut HashMap<String, usize>,
    ) -> anyhow::Result<Vec<Found>> {
        let question = self.question(topic, &Filter::default());
        if question.keywords.is_empty() {
            return Ok(Vec::new());
        }
        let weights = self.weights(&question)?;
        let mut parts: Vec<Found> = Vec::new();
        for hit in self.hits(topic, &query(&question), PASSAGES)? {
            let Some(reading) = self.ready(&hit.document)? else {
                continue;
            };
            let next = places.len();
            let document = *places.entry(hit.document.to_string()).or_insert(next);
            let section = matter_of(&reading.document, hit.passage.section);
            let units = reading.within(hit.passage.span);
            let heading = headings(&reading.document, hit.passage.section, section);
            let in_heading = covered(&question, &weights, std::slice::from_ref(&heading));
            let mut texts: Vec<Vec<String>> = units
                .clone()
                .map(|unit| reading.terms(unit).to_vec())
                .collect();
            texts.push(heading);
            let in_text = covered(&question, &weights, &texts);
            match parts
                .iter_mut()
                .find(|part| (part.document, part.section) == (document, section))
            {
                Some(part) => {
                    part.in_heading = part.in_heading.max(in_heading);
                    if in_text > part.in_text {
                        part.in_text = in_text;
                        part.item.units = units;
                    }
                }
                None => parts.push(Found {
                    heading: reading
                        .document
                        .sections
                        .get(section)
                        .map_or(String::new(), |of| of.heading.clone()),
                    item: Item { reading, units },
                    document,
                    section,
                    in_heading,
                    in_text,
                    leads: true,
                }),
            }
        }
        // Under its own heading all is about the matter; elsewhere what names it is.
        for part in parts.iter_mut().filter(|part| part.in_heading >= ABOUT) {
            part.item.units = units_of(&part.item.reading, part.section);
        }
        Ok(parts)
    }
}

/// The names that a heading gives its matter: "Ny kantine (før: Kafé Nord)" has two.
fn names(heading: &str) -> impl Iterator<Item = String> {
    let parts = heading.split(['(', ')']).map(|part| {
        let part = part.trim();
        let former = FORMER.iter().find_map(|word| part.strip_prefix(word));
        former.unwrap_or(part).trim_matches([':', ' ']).to_owned()
    });
    parts
        .filter(|part| part.chars().count() > 2)
        .collect::<Vec<_>>()
        .into_iter()
}

/// What stands before a name that a matter had.
const FORMER: &[&str] = &["før", "tidligere", "tidlegare", "formerly", "previously"];

/// Whether a holder is one that is set down for a matter, and another for another.
fn is_ad_hoc(holder: &str) -> bool {
    cues().holders.ad_hoc.end(&fold(holder))
}

/// Whether somebody was for in one meeting and against in another.
fn has_changed(positions: &[Excerpt]) -> bool {
    use crate::answer::Stance::{Opposes, Supports};
    let of = |stance| {
        positions
            .iter()
            .filter(move |position| position.stance == Some(stance))
    };
    of(Supports).any(|one| of(Opposes).any(|other| one.document.id != other.document.id))
}

/// The section whose heading names the matter that section `index` belongs to: the agenda item over it, or
/// the outermost heading.
fn matter_of(document: &Document, index: usize) -> usize {
    let sections = &document.sections;
    // A heading over the whole document names no matter in it.
    let alone = |level: u8| sections.iter().filter(|other| other.level == level).count() == 1;
    // Nor does one with no words of its own that is over headings only: "Nominated issues".
    let groups = |section: &Section| !section.agenda_item && section.span.is_empty();
    let mut at = index;
    while let Some(section) = sections.get(at) {
        let above = section.parent.filter(|parent| {
            sections
                .get(*parent)
                .is_some_and(|of| of.level > 0 && !alone(of.level) && !groups(of))
        });
        match above {
            Some(parent) if !section.agenda_item => at = parent,
            _ => return at,
        }
    }
    index
}

/// The terms of a text, each once.
fn sorted_terms(text: &str) -> Vec<String> {
    let mut found: Vec<String> = terms(text).into_iter().map(|term| term.text).collect();
    found.sort();
    found.dedup();
    found
}

/// The terms of the headings over section `index`, up to that of its matter, `matter`.
fn headings(document: &Document, index: usize, matter: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = Some(index);
    while let Some(section) = at.and_then(|at| document.sections.get(at)) {
        found.extend(terms(&section.heading).into_iter().map(|term| term.text));
        at = section.parent.filter(|_| at != Some(matter));
    }
    found
}

/// The units under the heading of section `index` and the headings below it.
fn units_of(reading: &Arc<Reading>, index: usize) -> Range<usize> {
    let sections = &reading.document.sections;
    let Some(first) = sections.get(index) else {
        return 0..0;
    };
    let below = sections[index + 1..]
        .iter()
        .take_while(|section| section.level > first.level);
    let last = below.last().unwrap_or(first);
    reading.within(Span::new(first.span.start, last.span.end))
}

/// The share of the question's words, by weight, that some texts serve together.
fn covered(question: &Question, weights: &Weights, texts: &[Vec<String>]) -> f32 {
    let served = question
        .keywords
        .iter()
        .zip(&weights.keywords)
        .map(|(keyword, weight)| {
            let best = texts
                .iter()
                .map(|terms| keyword.served_by(terms))
                .fold(0.0, f32::max);
            weight * best
        });
    served.sum::<f32>() / weights.total().max(f32::EPSILON)
}
