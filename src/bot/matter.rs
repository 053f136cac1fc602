//! The card of a matter: which parts of which documents treat a topic, where it stands, and who holds what.
//!
//! A topic finds its matter by the headings over its items and, where none has it, by what is said in
//! them. Then all items of the matter are told of, whatever their headings are.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::Bot;
use super::ask::query;
use crate::answer::card::{HolderPositions, Meeting, Positions, Searched, Status};
use crate::answer::excerpt::MAX_EXCERPTS;
use crate::answer::matter::{Item, Standing};
use crate::answer::{Excerpt, Reading, Source, Weights};
use crate::corpus::metadata::Kind;
use crate::corpus::{Date, Document, DocumentId, Span};
use crate::language::cues::cues;
use crate::language::{detect, fold, terms};
use crate::matter::{Matter, Matters, item_of};
use crate::question::restriction::Filter;
use crate::question::{Course, Question};

/// Passages that are looked at for a topic.
const PASSAGES: usize = 100;
/// The share of a topic's words, by weight, that a heading over its matter has.
const IN_HEADING: f32 = 0.6;
/// The share that a heading has at least where the rest is what the document's first lines name.
const SOME_IN_HEADING: f32 = 0.3;
/// The blocks that name a document and whose it is.
const LETTERHEAD: usize = 3;
/// A line of theirs has no more words.
const MAX_LETTERHEAD: usize = 8;
/// The share that a passage has which treats it under another heading.
const IN_TEXT: f32 = 0.75;
/// The share that a sentence has which speaks of it in another matter.
const IN_PASSING: f32 = 0.95;
/// A heading that has this much less of the topic than the best is over another matter.
const LESS: f32 = 0.15;
/// A topic that no heading has is that of a matter if this share of its items speaks of it, …
const MOST_ITEMS: f32 = 0.5;
/// … or if it has so many of the parts that speak of it.
const MOST_FOUND: f32 = 0.6;
/// Positions of one holder that are shown.
const MAX_POSITIONS: usize = 12;
/// Other matters that are offered.
const MAX_OTHERS: usize = 5;
/// Later mentions that are shown.
const MAX_MENTIONS: usize = 3;

/// A part of a document that may treat a topic.
struct Part {
    item: Item,
    document: DocumentId,
    /// The section of its heading: that of an item, where it is in one.
    section: usize,
    /// The number of its matter.
    matter: Option<usize>,
    /// The share of the topic that its heading has.
    in_heading: f32,
    /// The share that it has somewhere in one passage.
    in_text: f32,
    /// The sentence that has most of it, and the share it has.
    best: (usize, f32),
}

/// What fits a topic.
#[derive(Default)]
struct Fit {
    /// The parts that treat it, newest first.
    parts: Vec<Part>,
    /// Other matters that the topic may mean.
    others: Vec<String>,
    /// Parts of other matters that speak of it, newest first.
    in_passing: Vec<Part>,
}

impl Bot {
    /// The matters of all documents. They are linked when they are first needed.
    pub fn matters(&self) -> anyhow::Result<&Matters> {
        if let Some(matters) = self.matters.get() {
            return Ok(matters);
        }
        let linked = Matters::link(&self.index().agendas()?);
        Ok(self.matters.get_or_init(|| linked))
    }

    /// Where the matter `topic` stands; with `since`, by what is told from that day on. A next
    /// step is past or to come on the day `today`.
    pub fn status(&self, topic: &str, since: Option<Date>, today: Date) -> anyhow::Result<Status> {
        let question = self.question(topic, &Filter::default());
        let mut fit = self.fit(&question)?;
        // Where meetings tell of it, what a report planned is not where it stands.
        if fit.parts.iter().any(Part::is_of_meeting) {
            fit.parts.retain(Part::is_of_meeting);
        }
        let mut only_before = None;
        if let Some(since) = since {
            let newest = fit.parts.first().map(|part| part.item.date());
            fit.parts
                .retain(|part| part.item.date().is_some_and(|date| date >= since));
            let newest = newest.filter(|_| fit.parts.is_empty());
            only_before = newest.map(|newest| (since, newest));
        }
        let newest = fit.parts.first().map(|part| &part.item);
        let next = newest.and_then(|item| item.next(&self.links));
        let later = |part: &&Part| newest.is_some_and(|newest| newest.date() < part.item.date());
        let mentions = fit.in_passing.iter().filter(later).take(MAX_MENTIONS);
        Ok(Status {
            next_has_passed: next
                .as_ref()
                .and_then(|next| next.date)
                .is_some_and(|date| date < today && !date.overlaps(today)),
            topic: topic.to_owned(),
            language: detect(topic),
            names_topic: !question.keywords.is_empty(),
            found: newest.is_some(),
            only_before,
            state: newest.map_or(Standing::Unknown, |item| item.standing().0),
            summary: newest.and_then(|item| item.summary(&self.links)),
            mentions: mentions
                .map(|part| part.item.said(part.best.0, &self.links))
                .collect(),
            next,
            timeline: fit.parts.iter().map(|part| self.meeting(part)).collect(),
            others: fit.others,
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
        let fit = self.fit(&self.question(topic, &Filter::default()))?;
        let mut holders: Vec<(Option<String>, HolderPositions)> = Vec::new();
        for position in fit
            .parts
            .iter()
            .flat_map(|part| part.item.positions(&self.links))
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
            names_topic: !question.keywords.is_empty(),
            holders,
        })
    }

    fn meeting(&self, part: &Part) -> Meeting {
        let document = &part.item.reading.document;
        Meeting {
            date: document.metadata.date,
            document: Source::new(
                &document.id,
                &document.metadata,
                &document.path,
                &document.collection,
            ),
            heading: part.heading().map(str::to_owned),
            summary: part.item.summary(&self.links),
            decisions: part.item.decisions(&self.links),
            positions: part.item.positions(&self.links),
        }
    }

    /// How much there is to search: absence is an answer only beside what was looked through.
    pub fn searched(&self) -> Searched {
        let all = || self.entries.iter().filter_map(|entry| entry.metadata());
        let dates = || all().filter_map(|metadata| metadata.date);
        Searched {
            documents: all().count(),
            first: dates().min(),
            last: dates().max(),
            failing: self.failing(),
        }
    }

    /// The words that answer a question for a matter's course as a whole, and how surely they do;
    /// nothing where it asks for something else, or no matter has its words in a heading.
    pub(super) fn course(
        &self,
        question: &Question,
        place: Option<&(DocumentId, Option<String>)>,
    ) -> anyhow::Result<Option<(Vec<Excerpt>, f32)>> {
        let Some(course) = question.course else {
            return Ok(None);
        };
        if !question.restrictions.is_empty() || question.period.is_some() {
            return Ok(None);
        }
        let found = match place.filter(|_| question.leans && !question.names_matter()) {
            Some((document, heading)) => self.newest_of(document, heading.as_deref())?,
            None => {
                let parts = self.fit(question)?.parts.into_iter();
                let mut parts = parts.filter(Part::is_of_meeting).peekable();
                let newest = parts.next();
                let named = newest.iter().map(|part| part.in_heading);
                let named = parts.map(|part| part.in_heading).chain(named);
                let named = named.fold(0.0, f32::max);
                newest
                    .filter(|_| named >= IN_HEADING)
                    .map(|part| (part.item, named))
            }
        };
        let Some((item, named)) = found else {
            return Ok(None);
        };
        let next = item.next(&self.links).map(|next| next.excerpt);
        let summary = item.summary(&self.links);
        let excerpts: Vec<Excerpt> = match course {
            Course::Next if next.is_none() => return Ok(None),
            Course::Next => next.into_iter().chain(summary).collect(),
            Course::Standing => {
                let positions = item.positions(&self.links);
                summary.into_iter().chain(next).chain(positions).collect()
            }
        };
        let mut chosen: Vec<Excerpt> = Vec::new();
        for excerpt in excerpts {
            let apart = |other: &Excerpt| other.end <= excerpt.start || excerpt.end <= other.start;
            if chosen.len() < MAX_EXCERPTS && chosen.iter().all(apart) {
                chosen.push(excerpt);
            }
        }
        Ok((!chosen.is_empty()).then_some((chosen, named)))
    }

    /// The newest item of the matter that stands under `heading` in a document.
    fn newest_of(
        &self,
        document: &DocumentId,
        heading: Option<&str>,
    ) -> anyhow::Result<Option<(Item, f32)>> {
        let Some(reading) = self.ready(document)? else {
            return Ok(None);
        };
        let sections = reading.document.sections.iter();
        let section = sections
            .enumerate()
            .find(|(_, section)| section.heading == heading.unwrap_or_default())
            .map(|(index, _)| index);
        let matters = self.matters()?;
        let matter = section
            .and_then(|section| item_of(&reading.document, section))
            .and_then(|section| matters.of(document, section))
            .and_then(|number| matters.all().get(number));
        let Some(place) = matter.and_then(|matter| matter.places.first()) else {
            return Ok(None);
        };
        let Some(reading) = self.ready(&place.document)? else {
            return Ok(None);
        };
        let units = units_of(&reading, place.section);
        Ok(Some((Item { reading, units }, 1.0)))
    }

    /// What fits a topic; one that nothing fits may be in English.
    fn fit(&self, topic: &Question) -> anyhow::Result<Fit> {
        let fit = self.fit_in_language(topic)?;
        match topic.in_english().filter(|_| fit.parts.is_empty()) {
            Some(english) => self.fit_in_language(&english),
            None => Ok(fit),
        }
    }

    fn fit_in_language(&self, topic: &Question) -> anyhow::Result<Fit> {
        let parts = self.parts(topic)?;
        let matters = self.matters()?;
        let by_heading = parts.iter().any(|part| part.in_heading >= IN_HEADING);
        let treats = |part: &Part| match by_heading {
            true => part.in_heading >= IN_HEADING,
            false => part.in_text >= IN_TEXT,
        };
        // How well each matter fits: what its headings have, and how many of its items.
        let mut fitting: BTreeMap<usize, (f32, usize)> = BTreeMap::new();
        for part in parts.iter().filter(|part| treats(part)) {
            if let Some(number) = part.matter {
                let (share, count) = fitting.entry(number).or_default();
                *share = share.max(part.in_heading);
                *count += 1;
            }
        }
        let matter = |number: usize| -> Option<&Matter> { matters.all().get(number) };
        if !by_heading {
            let found = parts.iter().filter(|part| treats(part)).count() as f32;
            fitting.retain(|number, (_, count)| {
                let items = matter(*number).map_or(0, |matter| matter.places.len()) as f32;
                let count = *count as f32;
                count >= MOST_ITEMS * items || count > 1.0 && count >= MOST_FOUND * found
            });
        }
        let best = fitting
            .values()
            .map(|(share, _)| *share)
            .fold(0.0, f32::max);
        fitting.retain(|_, (share, _)| *share + LESS >= best);
        let mut ranked: Vec<(usize, usize)> = fitting
            .into_iter()
            .map(|(number, (_, count))| (count, number))
            .collect();
        // Matters come newest first.
        ranked.sort_by_key(|(count, number)| (Reverse(*count), *number));
        let Some((_, chosen)) = ranked.first().copied() else {
            let mut parts: Vec<Part> = parts.into_iter().filter(treats).collect();
            sort(&mut parts);
            return Ok(Fit {
                parts,
                ..Fit::default()
            });
        };
        let others = ranked.iter().skip(1).take(MAX_OTHERS);
        let others = others
            .filter_map(|(_, number)| Some(matter(*number)?.name.clone()))
            .collect();
        let (mut of_matter, beside): (Vec<Part>, Vec<Part>) = parts
            .into_iter()
            .partition(|part| part.matter == Some(chosen));
        for place in matter(chosen).into_iter().flat_map(|matter| &matter.places) {
            let known = of_matter
                .iter()
                .any(|part| part.document == place.document && part.section == place.section);
            if !known && let Some(reading) = self.ready(&place.document)? {
                of_matter.push(Part {
                    item: Item {
                        units: 0..0,
                        reading,
                    },
                    document: place.document.clone(),
                    section: place.section,
                    matter: Some(chosen),
                    in_heading: 0.0,
                    in_text: 0.0,
                    best: (0, 0.0),
                });
            }
        }
        for part in &mut of_matter {
            part.item.units = units_of(&part.item.reading, part.section);
        }
        // Reports that treat it, and meetings that speak of it in other matters.
        let (of_reports, mut in_passing): (Vec<Part>, Vec<Part>) = beside
            .into_iter()
            .partition(|part| !part.is_of_meeting() && treats(part));
        of_matter.extend(of_reports);
        in_passing.retain(|part| part.is_of_meeting() && part.best.1 >= IN_PASSING);
        sort(&mut of_matter);
        sort(&mut in_passing);
        Ok(Fit {
            parts: of_matter,
            others,
            in_passing,
        })
    }

    /// The parts of documents in which a search for `topic` finds something, each once.
    fn parts(&self, question: &Question) -> anyhow::Result<Vec<Part>> {
        if question.keywords.is_empty() {
            return Ok(Vec::new());
        }
        let matters = self.matters()?;
        let weights = self.weights(question)?;
        let mut parts: Vec<Part> = Vec::new();
        for hit in self.hits(&question.text, &query(question), PASSAGES)? {
            let Some(reading) = self.ready(&hit.document)? else {
                continue;
            };
            for units in by_section(&reading, reading.within(hit.passage.span)) {
                let start = reading.units[units.start].span.start;
                let within = reading.document.section_at(start);
                let within = within.unwrap_or(hit.passage.section);
                let found = self.part(question, &weights, &hit.document, (&reading, within, units));
                let known = |part: &&mut Part| {
                    part.document == found.document && part.section == found.section
                };
                match parts.iter_mut().find(known) {
                    Some(part) => {
                        part.in_heading = part.in_heading.max(found.in_heading);
                        if found.in_text > part.in_text {
                            part.in_text = found.in_text;
                            part.item.units = found.item.units;
                            part.best = found.best;
                        }
                    }
                    None => parts.push(Part {
                        matter: matters.of(&found.document, found.section),
                        ..found
                    }),
                }
            }
        }
        // Under its own heading all is about the matter; elsewhere what names it is.
        for part in parts
            .iter_mut()
            .filter(|part| part.in_heading >= IN_HEADING)
        {
            part.item.units = units_of(&part.item.reading, part.section);
        }
        Ok(parts)
    }

    /// The part of a document that some sentences of section `within` belong to.
    fn part(
        &self,
        question: &Question,
        weights: &Weights,
        document: &DocumentId,
        (reading, within, units): (&Arc<Reading>, usize, Range<usize>),
    ) -> Part {
        let section = item_of(&reading.document, within).unwrap_or(within);
        let heading = headings(&reading.document, within, section);
        let in_heading = match covered(question, weights, std::slice::from_ref(&heading)) {
            // "Hund i borettslaget": whose minutes they are stands over all of them.
            share if (SOME_IN_HEADING..IN_HEADING).contains(&share) => {
                let named = [heading.clone(), letterhead(&reading.document)];
                covered(question, weights, &named)
            }
            share => share,
        };
        let mut texts: Vec<Vec<String>> = units
            .clone()
            .map(|unit| reading.terms(unit).to_vec())
            .collect();
        texts.push(heading);
        let in_text = covered(question, weights, &texts);
        let share = |unit: usize| {
            covered(
                question,
                weights,
                std::slice::from_ref(&texts[unit - units.start]),
            )
        };
        let shares = units.clone().map(|unit| (unit, share(unit)));
        let best = shares.max_by(|(_, a), (_, b)| a.total_cmp(b));
        Part {
            matter: None,
            best: best.unwrap_or((units.start, 0.0)),
            item: Item {
                reading: Arc::clone(reading),
                units,
            },
            document: document.clone(),
            section,
            in_heading,
            in_text,
        }
    }
}

/// The units of a passage by the sections they stand in: one passage may hold several short ones.
fn by_section(reading: &Reading, units: Range<usize>) -> Vec<Range<usize>> {
    let section = |unit: usize| reading.document.section_at(reading.units[unit].span.start);
    let mut found: Vec<Range<usize>> = Vec::new();
    for unit in units {
        match found.last_mut() {
            Some(last) if section(last.start) == section(unit) => last.end = unit + 1,
            _ => found.push(unit..unit + 1),
        }
    }
    found
}

impl Part {
    /// Whether it is of a meeting: what a report plans is no matter's course.
    fn is_of_meeting(&self) -> bool {
        let kind = self.item.reading.document.metadata.kind;
        matches!(kind, Kind::Minutes | Kind::Other)
    }

    fn heading(&self) -> Option<&str> {
        let section = self.item.reading.document.sections.get(self.section)?;
        Some(section.heading.as_str()).filter(|heading| !heading.is_empty())
    }
}

/// Newest first, and in the order of the document.
fn sort(parts: &mut [Part]) {
    parts.sort_by(|a, b| {
        (b.item.date().cmp(&a.item.date()))
            .then_with(|| a.document.as_str().cmp(b.document.as_str()))
            .then_with(|| a.section.cmp(&b.section))
    });
}

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

/// The terms of a document's first lines, and of what is known of whose it is.
fn letterhead(document: &Document) -> Vec<String> {
    let metadata = &document.metadata;
    let known = [
        Some(&metadata.title),
        metadata.body.as_ref(),
        metadata.author.as_ref(),
    ];
    // "Sted: Rådhuset" names a place, and what is longer tells something.
    let blocks = document.blocks.iter().take(LETTERHEAD);
    let blocks = blocks.map(|block| document.slice(block.span));
    let blocks = blocks
        .filter(|text| !text.contains(':') && text.split_whitespace().count() <= MAX_LETTERHEAD);
    let texts = known
        .into_iter()
        .flatten()
        .map(String::as_str)
        .chain(blocks);
    texts.flat_map(terms).map(|term| term.text).collect()
}

/// The units under the heading of section `index` and the headings below it.
pub(super) fn units_of(reading: &Arc<Reading>, index: usize) -> Range<usize> {
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
