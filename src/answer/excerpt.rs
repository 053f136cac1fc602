//! Which words to quote: the sentences of the passages found that cover the question best and hold
//! the kind of thing it asks for.

use std::ops::Range;
use std::sync::Arc;

use super::signals::Signals;
use super::verdict::{MIN_COVERAGE, Weights};
use super::{Elsewhere, Excerpt, Links, Reading, Stance, admitted, holder, kind};
use crate::corpus::format::BlockKind;
use crate::corpus::{Metadata, Span};
use crate::index::Hit;
use crate::language::{Term, fold, similarity, terms, words};
use crate::question::restriction::{compound_kind_of, kind_of};
use crate::question::{Intent, Question};

/// Excerpts of one answer, at most.
pub const MAX_EXCERPTS: usize = 3;
/// An excerpt is not made longer than this, in bytes, unless its first sentence is.
const MAX_LENGTH: usize = 500;
/// A list is shown whole up to this, in bytes.
const MAX_LIST_LENGTH: usize = 1_500;
/// The first excerpt, shorter than this, in bytes, is shown with what stands round it.
const MIN_FIRST: usize = 300;
/// The same for those after it.
const MIN_LENGTH: usize = 160;

/// Sentences on each side of a passage that tell what it is about.
const CONTEXT_UNITS: usize = 3;
/// An excerpt with this share of the best one's score is about as good.
const NEARLY_AS_GOOD: f32 = 0.9;
/// Sentences, items or rows that are scored together, at most.
const MAX_UNITS: usize = 3;

/// A further excerpt covers at least this share of what the best one covers.
const WORTH_SHOWING: f32 = 0.5;

/// How much late interaction counts for what is shown beside the first excerpt. Chosen on 203 questions,
/// from 0.3 to 1.5; for the first excerpt it gained nothing, on English questions neither.
const LATE_INTERACTION: f32 = 0.8;

/// A word is held by what serves it so well.
const HELD: f32 = 0.6;

/// How much what stands round a window serves for a word, beside the window itself.
mod weight {
    /// The sentences before and after.
    pub const CONTEXT: f32 = 0.4;
    /// The same, where a holder's view is asked for: what is answered stands before the answer.
    pub const VIEW_CONTEXT: f32 = 0.55;
    /// The headings over it.
    pub const HEADING: f32 = 0.6;
}

/// A window of sentences that may be shown.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Which of the passages found it is from.
    pub passage: usize,
    /// Which of the readings it is from.
    pub reading: usize,
    /// Its units.
    pub units: Range<usize>,
    /// The unit that answers best.
    pub best: usize,
    /// Where else the same words stand: reading and units.
    pub also: Vec<(usize, Range<usize>)>,
    /// Whether the heading over it is shown with it, as it holds what is asked for.
    pub with_heading: bool,
    /// Whether it names the period that is asked about.
    pub names_period: bool,
    /// Whether it holds the names and numbers that the question names.
    pub holds_names: bool,
    /// Whether it only tells what will be.
    pub foretells: bool,
    /// Whether its passage tells that the meeting which is asked about is to come.
    pub announces: bool,
    /// What speaks for it.
    pub signals: Signals,
    /// Score to rank by.
    pub score: f32,
}

/// A passage that a search found, or that stands where the conversation is.
#[derive(Debug, Clone)]
pub struct Retrieved {
    /// The passage and its score.
    pub hit: Hit,
    /// Its document, as an index among the readings.
    pub reading: usize,
    /// Whether it stands under the heading that the question before was answered from: what was asked
    /// then need not be named there again.
    pub same_matter: bool,
}

/// The windows of the passages that a search found which may be shown, best first.
pub fn candidates(
    question: &Question,
    weights: &Weights,
    passages: &[Retrieved],
    readings: &[Arc<Reading>],
) -> Vec<Candidate> {
    let top = passages
        .first()
        .map_or(1.0, |best| best.hit.score.max(f32::EPSILON));
    let cosines = || passages.iter().filter_map(|found| found.hit.cosine);
    let (least, most) = (
        cosines().fold(f32::MAX, f32::min),
        cosines().fold(f32::MIN, f32::max),
    );
    let nearness = |cosine: f32| (cosine - least) / (most - least).max(f32::EPSILON);
    let mut candidates: Vec<Candidate> = Vec::new();
    for (number, retrieved) in passages.iter().enumerate() {
        let reading = &readings[retrieved.reading];
        let passage = Scored::new(
            question,
            weights,
            reading,
            retrieved,
            Signals {
                search: retrieved.hit.score / top,
                meaning: retrieved.hit.cosine.map_or(0.0, nearness),
                here: f32::from(u8::from(retrieved.same_matter)),
                ..Signals::default()
            },
        );
        for start in passage.units.clone() {
            for end in start + 1..=(start + MAX_UNITS).min(passage.units.end) {
                candidates.extend(passage.window(
                    question,
                    weights,
                    (number, retrieved.reading),
                    reading,
                    start..end,
                ));
            }
        }
    }
    admitted::keep(question, readings, &mut candidates);
    if question.intent == Intent::Position && question.whose_view().is_some() {
        own_words(&mut candidates);
    }
    if candidates.iter().any(|candidate| candidate.holds_names) {
        candidates.retain(|candidate| candidate.holds_names);
    }
    mark_newest(&mut candidates, readings);
    for candidate in &mut candidates {
        candidate.score = candidate.signals.score(question);
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    candidates
}

/// Chooses what to show of the windows that may be shown, which are given best first. The first excerpt
/// is the best by what is known without a model's late interaction; that tells what to show beside it.
pub fn choose(
    question: &Question,
    mut candidates: Vec<Candidate>,
    readings: &[Arc<Reading>],
) -> Vec<Candidate> {
    let chosen = fill(question, Vec::new(), &candidates, readings);
    let compared = |candidate: &Candidate| candidate.signals.late_interaction > 0.0;
    if !candidates.iter().any(compared) {
        return chosen;
    }
    let first = chosen.into_iter().take(1).collect();
    let worth = |candidate: &Candidate| {
        candidate.score + LATE_INTERACTION * candidate.signals.late_interaction
    };
    candidates.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    fill(question, first, &candidates, readings)
}

/// Shows `candidates` one after the other beside those chosen already, as many as an answer has room for.
fn fill(
    question: &Question,
    mut chosen: Vec<Candidate>,
    candidates: &[Candidate],
    readings: &[Arc<Reading>],
) -> Vec<Candidate> {
    let given = chosen.len();
    for candidate in candidates {
        if chosen.len() == MAX_EXCERPTS {
            break;
        }
        // What holds much less of the question than the best is no second answer to it.
        if chosen
            .first()
            .is_some_and(|best| candidate.signals.covered < best.signals.covered * WORTH_SHOWING)
        {
            continue;
        }
        let least = if chosen.is_empty() {
            MIN_FIRST
        } else {
            MIN_LENGTH
        };
        let widen = |candidate| widened(question, candidate, readings, least);
        let candidate = admitted::unless_excluded(question, candidate.clone(), widen, readings);
        let same = chosen
            .iter_mut()
            .find_map(|other| Some((likeness(other, &candidate, readings)?, other)));
        match same {
            None => chosen.push(candidate),
            Some((Likeness::Repeated, other)) => {
                let place = (candidate.reading, candidate.units);
                if !other.also.contains(&place) {
                    other.also.push(place);
                }
            }
            Some((Likeness::Overlapping, _)) => {}
        }
    }
    if question.intent == Intent::Position && question.period.is_none() && !question.leans {
        newest_first(&mut chosen[given..], readings);
    }
    chosen
}

/// Keeps the windows with the view of the holder who is asked for, where any is on the matter.
fn own_words(candidates: &mut Vec<Candidate>) {
    let own = |candidate: &Candidate| {
        candidate.signals.fit > 0.0 && candidate.signals.covered >= MIN_COVERAGE
    };
    let fit = |candidate: &Candidate| candidate.signals.fit;
    let most = candidates
        .iter()
        .filter(|c| own(c))
        .map(fit)
        .fold(0.0, f32::max);
    if most > 0.0 {
        candidates.retain(|candidate| own(candidate) && fit(candidate) >= most);
    }
}

/// Marks the candidates of the newest document that covers the question about as well as any.
fn mark_newest(candidates: &mut [Candidate], readings: &[Arc<Reading>]) {
    let most = candidates
        .iter()
        .map(|candidate| candidate.signals.covered)
        .fold(0.0, f32::max);
    let date = |candidate: &Candidate| readings[candidate.reading].document.metadata.date;
    let newest = candidates
        .iter()
        .filter(|candidate| candidate.signals.covered >= most * 0.8)
        .filter_map(date)
        .max();
    for candidate in candidates
        .iter_mut()
        .filter(|candidate| date(candidate).is_some() && date(candidate) == newest)
    {
        candidate.signals.newest = 1.0;
    }
}

/// Puts the newest of views that fit about as well first: people act on the view that holds today.
fn newest_first(chosen: &mut [Candidate], readings: &[Arc<Reading>]) {
    let least = chosen
        .first()
        .map_or(0.0, |best| best.score * NEARLY_AS_GOOD);
    let near = chosen
        .iter()
        .take_while(|candidate| candidate.score >= least && candidate.signals.fit > 0.0)
        .count();
    let date = |candidate: &Candidate| readings[candidate.reading].document.metadata.date;
    chosen[..near].sort_by_key(|candidate| std::cmp::Reverse(date(candidate)));
}

/// The excerpt that a candidate makes.
pub fn excerpt(candidate: &Candidate, readings: &[Arc<Reading>], links: &Links) -> Excerpt {
    let reading = &readings[candidate.reading];
    let mut span = reading.span(&candidate.units);
    let mut heading = None;
    if candidate.with_heading
        && let Some(section) = reading.document.section_at(span.start)
    {
        let of = reading.document.sections[section].heading_span;
        heading = Some(of).filter(|of| !of.is_empty() && of.start < span.start);
        span = heading.map_or(span, |of| of.cover(span));
    }
    let mark = if candidate.units.len() > 1 {
        vec![reading.units[candidate.best].span]
    } else if let Some(heading) = heading {
        vec![heading]
    } else {
        vec![span]
    };
    let mut excerpt = Excerpt::new(&reading.document, span, &mark, candidate.score, links);
    excerpt.also = candidate
        .also
        .iter()
        .map(|(reading, units)| {
            let reading = &readings[*reading];
            Elsewhere::new(&reading.document, reading.span(units), links)
        })
        .collect();
    if let Some((name, stance)) = holder::holder(reading, candidate.best) {
        // With two speakers, or two stances, in one excerpt a label would be true of a part only.
        let mut all = candidate
            .units
            .clone()
            .filter_map(|unit| holder::holder(reading, unit));
        if all.all(|(other, told)| other == name && (told == stance || told == Stance::States)) {
            excerpt.stance = Some(stance);
        }
        excerpt.holder = Some(name);
    }
    excerpt
}

/// The words of a passage that the question asks with, as bytes of its text.
pub fn marks(question: &Question, text: &str) -> Vec<Span> {
    let served = |term: &Term| {
        let terms = std::slice::from_ref(&term.text);
        question
            .keywords
            .iter()
            .any(|keyword| keyword.served_by(terms) > 0.5)
    };
    let terms = terms(text).into_iter().filter(served);
    terms.map(|term| Span::new(term.start, term.end)).collect()
}

/// Whether a word says which document is meant: "lysarkene" of any slides, "strategilysarkene" of those
/// whose title names a strategy.
pub(super) fn names_document(word: &str, metadata: &Metadata) -> bool {
    if kind_of(word) == Some(metadata.kind) {
        return true;
    }
    let titled = |about: &str| {
        let title = terms(&metadata.title).into_iter();
        title
            .map(|term| similarity(about, &term.text))
            .fold(0.0, f32::max)
            >= HELD
    };
    compound_kind_of(word).is_some_and(|(kind, about)| kind == metadata.kind && titled(&about))
}

fn heading_terms(reading: &Reading, section: usize) -> Vec<String> {
    reading
        .document
        .heading_path(section)
        .iter()
        .flat_map(|heading| terms(heading))
        .map(|term| term.text)
        .collect()
}

/// A passage with what its windows share: how well each of its units serves each keyword.
struct Scored {
    units: Range<usize>,
    /// For each unit, for each keyword of the question.
    served: Vec<Vec<f32>>,
    /// What the headings over the passage serve each keyword with.
    heading: Vec<f32>,
    /// What they and the sentences round it serve each keyword with.
    around: Vec<f32>,
    /// How surely each unit holds the kind of thing that is asked for.
    fits: Vec<f32>,
    /// For each unit that tells a view whether it is that of the holder who is asked for.
    voices: Vec<Option<bool>>,
    /// The first unit of the section that the passage is in.
    opens: Option<usize>,
    /// How surely the heading over it says the meaning that is asked for.
    heading_fit: f32,
    /// What speaks for the passage as a whole.
    signals: Signals,
}

impl Scored {
    fn new(
        question: &Question,
        weights: &Weights,
        reading: &Reading,
        retrieved: &Retrieved,
        signals: Signals,
    ) -> Scored {
        debug_assert_eq!(question.keywords.len(), weights.keywords.len());
        let hit = &retrieved.hit;
        let units = reading.within(hit.passage.span);
        let serve = |terms: &[String]| -> Vec<f32> {
            question
                .keywords
                .iter()
                .map(|keyword| keyword.served_by(terms))
                .collect()
        };
        // Minutes tell how a matter stands without naming it again: its heading has done that.
        let counts = if question.intent == Intent::Status {
            1.0
        } else {
            weight::HEADING
        };
        let heading = serve(&heading_terms(reading, hit.passage.section));
        let mut around: Vec<f32> = heading.iter().map(|served| served * counts).collect();
        let near = units.start.saturating_sub(CONTEXT_UNITS)
            ..(units.end + CONTEXT_UNITS).min(reading.units.len());
        let same_section = |unit: &usize| {
            reading.document.section_at(reading.units[*unit].span.start)
                == Some(hit.passage.section)
        };
        // A document of the time that is asked about need not name it.
        if let Some(period) = question.period.filter(|period| {
            reading
                .document
                .metadata
                .date
                .is_some_and(|date| date.overlaps(*period))
        }) {
            let named = question
                .keywords
                .iter()
                .zip(&mut around)
                .filter(|(keyword, _)| keyword.names(period));
            named.for_each(|(_, around)| *around = 1.0);
        }
        let of_kind = question
            .keywords
            .iter()
            .zip(&mut around)
            .filter(|(keyword, _)| names_document(&keyword.word, &reading.document.metadata));
        of_kind.for_each(|(_, around)| *around = 1.0);
        if retrieved.same_matter {
            let named = question
                .keywords
                .iter()
                .zip(&mut around)
                .filter(|(keyword, _)| keyword.remembered);
            named.for_each(|(_, around)| *around = 1.0);
        }
        for unit in near.filter(same_section) {
            let served = serve(reading.terms(unit));
            let counts = if question.whose_view().is_some() {
                weight::VIEW_CONTEXT
            } else {
                weight::CONTEXT
            };
            around
                .iter_mut()
                .zip(served)
                .for_each(|(around, served)| *around = around.max(served * counts));
        }
        Scored {
            served: units
                .clone()
                .map(|unit| serve(reading.terms(unit)))
                .collect(),
            heading,
            around,
            fits: units
                .clone()
                .map(|unit| kind::fit(question, reading, unit))
                .collect(),
            voices: units
                .clone()
                .map(|unit| {
                    let asked = question
                        .holder()
                        .filter(|_| question.intent == Intent::Position)?;
                    let (name, _) = holder::holder(reading, unit)?;
                    Some(asked.names_holder(&name) || asked.means_union())
                })
                .collect(),
            opens: same_section(&units.start)
                .then_some(units.start)
                .filter(|first| *first == 0 || !same_section(&(first - 1))),
            heading_fit: match &reading.document.sections.get(hit.passage.section) {
                Some(section) if question.intent == Intent::Definition => {
                    kind::meaning(question, &section.heading).max(kind::titles(
                        question,
                        &section.heading,
                        &reading.document.metadata,
                    ))
                }
                _ => 0.0,
            },
            units,
            signals,
        }
    }

    /// Scores the window of `units`; `None` where it is too long to show.
    fn window(
        &self,
        question: &Question,
        weights: &Weights,
        (passage, index): (usize, usize),
        reading: &Reading,
        units: Range<usize>,
    ) -> Option<Candidate> {
        if units.len() > 1 && reading.span(&units).len() > MAX_LENGTH {
            return None;
        }
        let inside = units.start - self.units.start..units.end - self.units.start;
        // Whose view is asked for is shown in their own words, without another's beside them.
        if question.holder().is_some()
            && self.voices[inside.clone()].iter().flatten().any(|own| !own)
            && self.voices[inside.clone()].iter().flatten().any(|own| *own)
        {
            return None;
        }
        let (served, fits) = (&self.served[inside.clone()], &self.fits[inside]);
        let total = weights.total().max(f32::EPSILON);
        let share = |served: &dyn Fn(usize) -> f32| -> f32 {
            let weights = weights.keywords.iter().enumerate();
            let sum: f32 = weights
                .map(|(keyword, weight)| weight * served(keyword))
                .sum();
            sum / total
        };
        let opens = self.opens == Some(units.start) && self.heading_fit > 0.0;
        let inside = |keyword: usize| {
            let units = served.iter().map(|unit| unit[keyword]);
            let shown = if opens { self.heading[keyword] } else { 0.0 };
            units.fold(shown, f32::max)
        };
        let covered = |keyword: usize| inside(keyword).max(self.around[keyword]);
        let held = |keyword: usize| {
            inside(keyword).max(self.heading[keyword]) >= HELD
                || self.around[keyword] >= HELD * weight::CONTEXT
        };
        let mut names =
            (0..question.keywords.len()).filter(|&keyword| weights.must_hold(question, keyword));
        let holds_names = names.all(held);
        let each = |unit: &Vec<f32>| share(&|keyword| unit[keyword]);
        let worths = units.clone().zip(
            served
                .iter()
                .zip(fits)
                .map(|(unit, fit)| each(unit) + fit / 2.0),
        );
        let best = worths
            .fold((units.start, -1.0), |best, next| {
                if next.1 > best.1 { next } else { best }
            })
            .0;
        let more = |count: usize| f32::from(u8::try_from(count).unwrap_or(u8::MAX));
        let ends = |&unit: &usize| {
            reading.units[unit].ends_block && reading.units[unit].kind == BlockKind::Paragraph
        };
        let blocks = units.clone().rev().skip(1).filter(ends).count();
        let dated = question
            .period
            .zip(reading.document.metadata.date)
            .is_some_and(|(asked, date)| date.overlaps(asked));
        let signals = Signals {
            covered: share(&covered),
            inside: share(&inside),
            sentence: served.iter().map(each).fold(0.0, f32::max),
            heading: share(&|keyword| self.heading[keyword]),
            fit: fits
                .iter()
                .copied()
                .fold(if opens { self.heading_fit } else { 0.0 }, f32::max),
            dated: f32::from(u8::from(dated)),
            sentences: more(units.len() - 1),
            blocks: more(blocks),
            ..self.signals.clone()
        };
        let names_period = question.period.is_some_and(|period| {
            // What was written before a time cannot tell what happened then.
            let written = reading.document.metadata.date;
            let foretold = question.in_past && written.is_some_and(|date| date < period);
            !foretold
                && units
                    .clone()
                    .any(|unit| kind::names(period, &reading.document, reading.text(unit)))
        });
        let announces = question.period.filter(|_| question.about_meeting);
        let announces = announces.is_some_and(|day| {
            let mut texts = self.units.clone().map(|unit| reading.text(unit));
            texts.any(|text| kind::names_day(day, text) && kind::is_to_come(text))
        });
        Some(Candidate {
            passage,
            reading: index,
            units,
            best,
            also: Vec::new(),
            with_heading: opens,
            names_period,
            foretells: question.asks_outcome && kind::foretells(reading, best),
            announces,
            holds_names,
            signals,
            score: 0.0,
        })
    }
}

/// Words at the start of a sentence that lean on the one before it.
const LEANING: &str = "dette det disse desse den denne de dei her der slik slike videre vidare samtidig derfor difor \
    likevel dessuten han hun ho this these they it such therefore however";

/// Gives a window the context that makes it fair: the whole of a list for a list, the sentence that
/// "dette" points at, and something round a fragment.
fn widened(
    question: &Question,
    mut candidate: Candidate,
    readings: &[Arc<Reading>],
    least: usize,
) -> Candidate {
    let reading = &readings[candidate.reading];
    if question.intent == Intent::List {
        candidate.units = whole_list(reading, candidate.units);
    }
    let section = |i: usize| reading.document.section_at(reading.units[i].span.start);
    let length = |units: &Range<usize>| reading.span(units).len();
    let first = candidate.units.start;
    let folded = words(reading.text(first))
        .first()
        .map(|word| fold(&reading.text(first)[word.start..word.end]));
    let leans = folded.is_some_and(|word| LEANING.split(' ').any(|leaning| leaning == word));
    let fits = |units: &Range<usize>| length(units) <= MAX_LENGTH;
    // Another party's words would make it unclear whose view is shown.
    let voice = |unit: usize| holder::holder(reading, unit).map(|(name, _)| name);
    let speaker = candidate.units.clone().find_map(voice);
    let apart = |unit: usize| {
        let other = voice(unit);
        speaker.is_some() && other.is_some() && other != speaker
    };
    if leans && first > reading.block_start(first) {
        let wider = first - 1..candidate.units.end;
        if fits(&wider) {
            candidate.units = wider;
        }
    }
    // A number or a time is an answer by itself.
    let least = match question.intent {
        Intent::Number | Intent::Date => least / 2,
        _ => least,
    };
    // A row of a table is no context for a sentence.
    let row = |unit: usize| reading.units[unit].kind == BlockKind::TableRow;
    let joins = |unit: usize, beside: usize| row(unit) == row(beside);
    let here = section(candidate.units.start);
    let fair = |units: &Range<usize>, added: usize, beside: usize| {
        section(added) == here && fits(units) && joins(added, beside) && !apart(added)
    };
    while length(&candidate.units) < least {
        let Range { start, end } = candidate.units;
        let after = (end < reading.units.len() && fair(&(start..end + 1), end, end - 1))
            .then(|| start..end + 1);
        let before =
            (start > 0 && fair(&(start - 1..end), start - 1, start)).then(|| start - 1..end);
        // The rest of a paragraph comes before what follows it.
        let goes_on = !reading.units[end - 1].ends_block;
        candidate.units = match (after, before) {
            (Some(after), None) => after,
            (Some(after), Some(_)) if goes_on => after,
            (Some(after), Some(_)) if reading.units[start - 1].ends_block => after,
            (_, Some(before)) => before,
            (None, None) => break,
        };
    }
    candidate
}

/// The list that a window lies in, with the sentence that leads it in.
fn whole_list(reading: &Reading, units: Range<usize>) -> Range<usize> {
    let is_item = |i: usize| {
        reading
            .units
            .get(i)
            .is_some_and(|unit| unit.kind != BlockKind::Paragraph)
    };
    let Some(item) = (units.start..=units.end).find(|&i| is_item(i)) else {
        return units;
    };
    let start = (0..item)
        .rev()
        .take_while(|&i| is_item(i))
        .last()
        .unwrap_or(item);
    let end = (item..reading.units.len())
        .take_while(|&i| is_item(i))
        .last()
        .map_or(item + 1, |last| last + 1);
    let start = if start > 0 && reading.text(start - 1).ends_with(':') {
        start - 1
    } else {
        start
    };
    let whole = start.min(units.start)..end.max(units.end);
    if reading.span(&whole).len() <= MAX_LIST_LENGTH {
        whole
    } else {
        units
    }
}

/// How two candidates show the same words.
enum Likeness {
    /// They share a place, or one says what the other says and more.
    Overlapping,
    /// The same words stand in two places, as in a summary and a chapter.
    Repeated,
}

/// Whether and how two candidates show the same words, or nearly.
fn likeness(a: &Candidate, b: &Candidate, readings: &[Arc<Reading>]) -> Option<Likeness> {
    if a.reading == b.reading && a.units.start < b.units.end && b.units.start < a.units.end {
        return Some(Likeness::Overlapping);
    }
    let bag = |candidate: &Candidate| {
        let mut bag: Vec<&String> = candidate
            .units
            .clone()
            .flat_map(|unit| readings[candidate.reading].terms(unit))
            .collect();
        bag.sort();
        bag.dedup();
        bag.into_iter().cloned().collect::<Vec<String>>()
    };
    let (a, b) = (bag(a), bag(b));
    let shared = a
        .iter()
        .filter(|term| b.binary_search(term).is_ok())
        .count();
    let (shorter, longer) = (a.len().min(b.len()).max(1), a.len().max(b.len()).max(1));
    if shared * 5 < shorter * 4 {
        None
    } else if shared * 5 >= longer * 4 {
        Some(Likeness::Repeated)
    } else {
        Some(Likeness::Overlapping)
    }
}
