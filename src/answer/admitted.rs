//! Which windows of a passage may be shown where the asker restricts what answers.

use std::sync::Arc;

use super::excerpt::Candidate;
use super::{Reading, holder};
use crate::corpus::Span;
use crate::corpus::passage::Passage;
use crate::language::Phrase;
use crate::question::Question;

/// The holders whose views the sentences in `span` tell, each once.
pub fn holders(reading: &Reading, span: Span) -> Vec<String> {
    let mut names: Vec<String> = reading
        .within(span)
        .filter_map(|unit| Some(holder::holder(reading, unit)?.0))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Where a phrase stands, as far as a passage is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In its words.
    Words,
    /// In the headings over it.
    Headings,
}

/// Whether a passage has a phrase at that place.
pub fn has(phrase: &Phrase, place: Place, reading: &Reading, passage: &Passage) -> bool {
    stands(phrase, place, reading, passage.span, Some(passage.section))
}

fn stands(
    phrase: &Phrase,
    place: Place,
    reading: &Reading,
    span: Span,
    section: Option<usize>,
) -> bool {
    match place {
        Place::Words => phrase.stands_in(reading.document.slice(span)),
        Place::Headings => section.is_some_and(|section| {
            let headings = reading.document.heading_path(section);
            headings.iter().any(|heading| phrase.stands_in(heading))
        }),
    }
}

fn headings<'a>(reading: &'a Reading, passage: &Passage) -> Vec<&'a str> {
    reading.document.heading_path(passage.section)
}

/// Whether a passage has nothing that the question leaves out, and a view of those it asks for.
pub fn admits(question: &Question, reading: &Reading, passage: &Passage) -> bool {
    let restrictions = &question.restrictions;
    let left_out = restrictions.exclude(reading.document.slice(passage.span))
        || headings(reading, passage)
            .iter()
            .any(|heading| restrictions.exclude(heading));
    !left_out
        && (!restrictions.ask_for_holder()
            || holders(reading, passage.span)
                .iter()
                .any(|name| restrictions.admit_holder(Some(name))))
}

/// Keeps the windows that may be shown: those whose best sentence tells a view of the holder that is
/// asked for, and, where there are such, those that have the phrases themselves
/// or else stand under a heading that has.
pub fn keep(question: &Question, readings: &[Arc<Reading>], candidates: &mut Vec<Candidate>) {
    let restrictions = &question.restrictions;
    if restrictions.ask_for_holder() {
        candidates.retain(|candidate| {
            let told = holder::holder(&readings[candidate.reading], candidate.best);
            restrictions.admit_holder(told.as_ref().map(|(name, _)| name.as_str()))
        });
    }
    for phrase in &restrictions.phrases {
        for place in [Place::Words, Place::Headings] {
            let has = |candidate: &Candidate| {
                let reading = &readings[candidate.reading];
                let span = reading.span(&candidate.units);
                stands(
                    phrase,
                    place,
                    reading,
                    span,
                    reading.document.section_at(span.start),
                )
            };
            if candidates.iter().any(has) {
                candidates.retain(has);
                break;
            }
        }
    }
}

/// `wider`, unless it shows words that the question leaves out.
pub fn unless_excluded(
    question: &Question,
    candidate: Candidate,
    wider: impl FnOnce(Candidate) -> Candidate,
    readings: &[Arc<Reading>],
) -> Candidate {
    if question.restrictions.is_empty() {
        return wider(candidate);
    }
    let wide = wider(candidate.clone());
    let reading = &readings[wide.reading];
    let words = reading.document.slice(reading.span(&wide.units));
    if question.restrictions.exclude(words) {
        candidate
    } else {
        wide
    }
}
