//! Which words to quote: the sentences of the passages found that cover the question best and hold
//! the kind of thing it asks for.

use std::ops::Range;

use super::verdict::Weights;
use super::{Excerpt, Links, Reading, holder};
use crate::corpus::format::BlockKind;
use crate::corpus::metadata::month_of;
use crate::corpus::{Date, Span};
use crate::index::Hit;
use crate::language::{fold, means_union, terms, words};
use crate::question::{Intent, Question};

/// Excerpts of one answer, at most.
pub const MAX_EXCERPTS: usize = 3;
/// An excerpt is not made longer than this, in bytes, unless its first sentence is.
const MAX_LENGTH: usize = 420;
/// A list is shown whole up to this, in bytes.
const MAX_LIST_LENGTH: usize = 1_500;
/// An excerpt shorter than this, in bytes, is shown with what stands round it.
const MIN_LENGTH: usize = 90;

/// Sentences, items or rows that are scored together, at most.
const MAX_UNITS: usize = 3;

/// A further excerpt covers at least this share of what the best one covers.
const WORTH_SHOWING: f32 = 0.5;

/// How much the parts of a window's score count.
mod weight {
    /// The share of the question's words that the window and its headings hold.
    pub const COVERAGE: f32 = 1.0;
    /// The passage's rank in the search, from 1 for the best to 0.
    pub const SEARCH: f32 = 0.6;
    /// Holding the kind of thing that is asked for.
    pub const INTENT: f32 = 0.25;
    /// The same where the kind of thing is a word's meaning.
    pub const DEFINITION: f32 = 0.8;
    /// The same where it is how a matter stands.
    pub const STATUS: f32 = 0.4;
    /// The same where it is the view of a holder who is named.
    pub const HOLDER: f32 = 0.6;
    /// Being from the time that is asked about.
    pub const PERIOD: f32 = 0.3;
    /// Being in the newest of the documents found, for a question about how a matter stands.
    pub const NEWEST: f32 = 1.0;
    /// The same for any other question: of two answers the later is more likely to hold.
    pub const NEWER: f32 = 0.05;
    /// Each block more: what stands in one paragraph belongs together.
    pub const BLOCKS: f32 = 0.08;
    /// Each sentence more.
    pub const LENGTH: f32 = 0.03;
    /// A word in the heading over the window, beside one in the window itself.
    pub const HEADING: f32 = 0.6;
}

/// A window of sentences that may be shown.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Which of the readings it is from.
    pub reading: usize,
    /// Its units.
    pub units: Range<usize>,
    /// The unit that answers best.
    pub best: usize,
    /// The share of the question's words, by weight, that it covers.
    pub coverage: f32,
    /// Whether it names the period that is asked about.
    pub names_period: bool,
    /// How surely it holds the kind of thing that is asked for, from 0 to 1.
    pub fit: f32,
    /// Score to rank by.
    pub score: f32,
}

/// Chooses what to show of the passages that a search found, best first.
pub fn choose(
    question: &Question,
    weights: &Weights,
    hits: &[(Hit, usize)],
    readings: &[Reading],
) -> Vec<Candidate> {
    let top = hits
        .first()
        .map_or(1.0, |(hit, _)| hit.score.max(f32::EPSILON));
    let mut candidates: Vec<Candidate> = Vec::new();
    for (hit, index) in hits {
        let reading = &readings[*index];
        let passage = Scored::new(question, weights, reading, hit, hit.score / top);
        for start in passage.units.clone() {
            for end in start + 1..=(start + MAX_UNITS).min(passage.units.end) {
                candidates.extend(passage.window(question, weights, *index, reading, start..end));
            }
        }
    }
    let newest = if question.intent == Intent::Status {
        weight::NEWEST
    } else {
        weight::NEWER
    };
    prefer_newest(&mut candidates, readings, newest);
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut chosen: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if chosen.len() == MAX_EXCERPTS {
            break;
        }
        // What holds much less of the question than the best is no second answer to it.
        if chosen
            .first()
            .is_some_and(|best| candidate.coverage < best.coverage * WORTH_SHOWING)
        {
            continue;
        }
        let candidate = widened(question, candidate, readings);
        if !chosen
            .iter()
            .any(|other| says_the_same(other, &candidate, readings))
        {
            chosen.push(candidate);
        }
    }
    chosen
}

/// Adds to the candidates of the newest document that covers the question about as well as any.
fn prefer_newest(candidates: &mut [Candidate], readings: &[Reading], worth: f32) {
    let most = candidates
        .iter()
        .map(|candidate| candidate.coverage)
        .fold(0.0, f32::max);
    let date = |candidate: &Candidate| readings[candidate.reading].document.metadata.date;
    let newest = candidates
        .iter()
        .filter(|candidate| candidate.coverage >= most * 0.8)
        .filter_map(date)
        .max();
    for candidate in candidates
        .iter_mut()
        .filter(|candidate| date(candidate).is_some() && date(candidate) == newest)
    {
        candidate.score += worth;
    }
}

/// The excerpt that a candidate makes.
pub fn excerpt(candidate: &Candidate, readings: &[Reading], links: &Links) -> Excerpt {
    let reading = &readings[candidate.reading];
    let span = reading.span(&candidate.units);
    let mark = if candidate.units.len() > 1 {
        vec![reading.units[candidate.best].span]
    } else {
        vec![span]
    };
    let mut excerpt = Excerpt::new(&reading.document, span, &mark, candidate.score, links);
    if let Some((name, stance)) = holder::holder(reading, candidate.best) {
        excerpt.holder = Some(name);
        excerpt.stance = Some(stance);
    }
    excerpt
}

/// A whole passage as an excerpt, the question's words marked: a search hit.
pub fn whole_passage(question: &Question, hit: &Hit, reading: &Reading, links: &Links) -> Excerpt {
    let document = &reading.document;
    let text = document.slice(hit.passage.span);
    let marks: Vec<Span> = terms(text)
        .into_iter()
        .filter(|term| {
            question
                .keywords
                .iter()
                .any(|keyword| keyword.served_by(std::slice::from_ref(&term.text)) > 0.5)
        })
        .map(|term| {
            Span::new(
                hit.passage.span.start + term.start,
                hit.passage.span.start + term.end,
            )
        })
        .collect();
    Excerpt::new(document, hit.passage.span, &marks, hit.score, links)
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
    headings: Vec<f32>,
    /// How surely each unit holds the kind of thing that is asked for.
    fits: Vec<f32>,
    /// The passage's rank in the search, from 1 for the best to 0.
    rank: f32,
}

impl Scored {
    fn new(
        question: &Question,
        weights: &Weights,
        reading: &Reading,
        hit: &Hit,
        rank: f32,
    ) -> Scored {
        debug_assert_eq!(question.keywords.len(), weights.keywords.len());
        let units = reading.within(hit.passage.span);
        let serve = |terms: &[String]| -> Vec<f32> {
            question
                .keywords
                .iter()
                .map(|keyword| keyword.served_by(terms))
                .collect()
        };
        // Minutes tell how a matter stands without naming it again: its heading has done that.
        let heading = if question.intent == Intent::Status {
            1.0
        } else {
            weight::HEADING
        };
        let headings = serve(&heading_terms(reading, hit.passage.section))
            .into_iter()
            .map(|served| served * heading);
        Scored {
            served: units
                .clone()
                .map(|unit| serve(reading.terms(unit)))
                .collect(),
            headings: headings.collect(),
            fits: units
                .clone()
                .map(|unit| fit(question, reading, unit))
                .collect(),
            units,
            rank,
        }
    }

    /// Scores the window of `units`; `None` where it is too long to show.
    fn window(
        &self,
        question: &Question,
        weights: &Weights,
        index: usize,
        reading: &Reading,
        units: Range<usize>,
    ) -> Option<Candidate> {
        if units.len() > 1 && reading.span(&units).len() > MAX_LENGTH {
            return None;
        }
        let inside = units.start - self.units.start..units.end - self.units.start;
        let (served, fits) = (&self.served[inside.clone()], &self.fits[inside]);
        let best_of = |keyword: usize| {
            served
                .iter()
                .map(|unit| unit[keyword])
                .fold(self.headings[keyword], f32::max)
        };
        let covered: f32 = weights
            .keywords
            .iter()
            .enumerate()
            .map(|(keyword, weight)| best_of(keyword) * weight)
            .sum();
        let total = weights.total().max(f32::EPSILON);
        let worth = |(unit, fit): (&Vec<f32>, &f32)| -> f32 {
            unit.iter()
                .zip(&weights.keywords)
                .map(|(served, weight)| served * weight)
                .sum::<f32>()
                + fit * total / 2.0
        };
        let worths = units.clone().zip(served.iter().zip(fits).map(worth));
        let best = worths
            .fold((units.start, -1.0), |best, next| {
                if next.1 > best.1 { next } else { best }
            })
            .0;
        let fit = fits.iter().copied().fold(0.0, f32::max);
        let bonus = fit
            * match question.intent {
                Intent::Definition => weight::DEFINITION,
                Intent::Status => weight::STATUS,
                Intent::Position if question.holder().is_some() => weight::HOLDER,
                _ => weight::INTENT,
            };
        let more = |count: usize| f32::from(u8::try_from(count).unwrap_or(u8::MAX));
        let ends = |&unit: &usize| {
            reading.units[unit].ends_block && reading.units[unit].kind == BlockKind::Paragraph
        };
        let blocks = units.clone().rev().skip(1).filter(ends).count();
        let cost = weight::LENGTH * more(units.len() - 1) + weight::BLOCKS * more(blocks);
        let dated = question
            .period
            .zip(reading.document.metadata.date)
            .is_some_and(|(asked, date)| date.overlaps(asked));
        let period = if dated { weight::PERIOD } else { 0.0 };
        let coverage = covered / total;
        let score =
            weight::COVERAGE * coverage + weight::SEARCH * self.rank + bonus + period - cost;
        let names_period = question
            .period
            .is_some_and(|period| units.clone().any(|unit| names(period, reading.terms(unit))));
        Some(Candidate {
            reading: index,
            units,
            best,
            coverage,
            names_period,
            fit,
            score,
        })
    }
}

/// Whether a sentence with these terms names the year, and the month where one is asked about.
fn names(period: Date, terms: &[String]) -> bool {
    let year = period.year().to_string();
    terms.contains(&year)
        && period
            .month()
            .is_none_or(|month| terms.iter().any(|term| month_of(term) == Some(month)))
}

/// How surely unit `i` holds the kind of thing that the question asks for, from 0 to 1.
fn fit(question: &Question, reading: &Reading, i: usize) -> f32 {
    let text = reading.text(i);
    let found = match question.intent {
        Intent::Number => has_number(text),
        Intent::Date => has_date(text),
        Intent::Definition => return defines(question, text),
        Intent::List => reading.units[i].kind != BlockKind::Paragraph || text.ends_with(':'),
        Intent::Position => return view(question, reading, i),
        Intent::Status => tells_status(text),
        Intent::Fact | Intent::Comparison => question.asks_who && names_person(text),
    };
    f32::from(u8::from(found))
}

/// How surely unit `i` tells the view that is asked for: somebody's, or that of the holder who is
/// named.
fn view(question: &Question, reading: &Reading, i: usize) -> f32 {
    let Some((name, _)) = holder::holder(reading, i) else {
        return 0.0;
    };
    let Some(asked) = question.holder() else {
        return 1.0;
    };
    let is_author = reading.document.metadata.author.as_ref() == Some(&name);
    let named = asked.served_by(
        &terms(&name)
            .into_iter()
            .map(|term| term.text)
            .collect::<Vec<_>>(),
    ) > 0.6;
    f32::from(u8::from(named || is_author && means_union(&asked.word)))
}

/// Whether two words with capitals stand side by side inside the sentence, or a role is named.
fn names_person(text: &str) -> bool {
    let found = words(text);
    let capital = |i: usize| {
        text[found[i].start..].starts_with(char::is_uppercase)
            && text[found[i].start..found[i].end]
                .chars()
                .any(char::is_lowercase)
    };
    let beside = |i: usize| text[found[i - 1].end..found[i].start] == *" ";
    (1..found.len()).any(|i| capital(i - 1) && capital(i) && beside(i))
        || found.iter().any(|word| {
            [
                "direktør",
                "direktøren",
                "leder",
                "leiar",
                "lederen",
                "leiaren",
                "sjef",
                "sjefen",
            ]
            .iter()
            .any(|role| fold(&text[word.start..word.end]).ends_with(role))
        })
}

/// What minutes say when they tell where a matter stands.
const STATUS: &[&str] = &[
    "enig",
    "enige",
    "einig",
    "einige",
    "vedtatt",
    "vedtok",
    "vedteke",
    "besluttet",
    "beslutta",
    "avgjort",
    "bestemt",
    "utsatt",
    "utsett",
    "fortsetter",
    "fortset",
    "gjenopptar",
    "gjenopptas",
    "tilbake",
    "avsluttet",
    "avslutta",
    "ferdig",
    "neste",
    "foreløpig",
    "førebels",
    "klart",
    "gjenstår",
    "agreed",
    "decided",
    "postponed",
    "continues",
    "resumed",
    "next",
    "adopted",
    "concluded",
];

fn tells_status(text: &str) -> bool {
    words(text)
        .iter()
        .any(|word| STATUS.contains(&fold(&text[word.start..word.end]).as_str()))
}

const NUMBER_WORDS: &[&str] = &[
    "to",
    "tre",
    "fire",
    "fem",
    "seks",
    "sju",
    "syv",
    "åtte",
    "ni",
    "ti",
    "elleve",
    "tolv",
    "tjue",
    "tretti",
    "halvparten",
    "tredjedel",
    "fjerdedel",
    "flertallet",
    "fleirtalet",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "half",
    "third",
    "quarter",
    "doblet",
    "dobla",
];

fn has_number(text: &str) -> bool {
    words(text).iter().any(|word| {
        let word = &text[word.start..word.end];
        word.bytes().any(|b| b.is_ascii_digit()) || NUMBER_WORDS.contains(&fold(word).as_str())
    })
}

const TIME_WORDS: &[&str] = &[
    "høsten",
    "hausten",
    "våren",
    "sommeren",
    "sommaren",
    "vinteren",
    "uke",
    "veke",
    "uka",
    "kvartal",
    "halvår",
    "årsskiftet",
    "autumn",
    "spring",
    "summer",
    "winter",
    "week",
    "quarter",
];

fn has_date(text: &str) -> bool {
    words(text).iter().any(|word| {
        let word = &text[word.start..word.end];
        month_of(word).is_some()
            || TIME_WORDS.contains(&fold(word).as_str())
            || word
                .parse::<u16>()
                .is_ok_and(|year| (1990..2100).contains(&year))
    })
}

/// How surely a text says what the asked word means: "NAV Økonomi pensjon (NØP)" and "NØP (NAV
/// Økonomi pensjon)" do, "NØP er …" may.
fn defines(question: &Question, text: &str) -> f32 {
    let shapes = |word: &str, shapes: &[&str]| {
        shapes
            .iter()
            .any(|shape| text.contains(&shape.replace("{}", word)))
    };
    let of = |word: &str| {
        if shapes(
            word,
            &[
                "({})",
                "{} (",
                "{} betyr",
                "{} tyder",
                "{} står for",
                "{} means",
                "{} stands for",
                "Med {} menes",
                "med {} menes",
            ],
        ) {
            1.0
        } else if shapes(
            word,
            &[
                "{} er et ",
                "{} er en ",
                "{} er eit ",
                "{} er ein ",
                "{} is a ",
                "{} is the ",
                "{}: ",
            ],
        ) {
            0.7
        } else {
            0.0
        }
    };
    question
        .keywords
        .iter()
        .map(|keyword| of(&keyword.word))
        .fold(0.0, f32::max)
}

/// Words at the start of a sentence that lean on the one before it.
const LEANING: &[&str] = &[
    "dette",
    "det",
    "disse",
    "desse",
    "den",
    "denne",
    "de",
    "dei",
    "her",
    "der",
    "slik",
    "slike",
    "videre",
    "vidare",
    "samtidig",
    "derfor",
    "difor",
    "likevel",
    "dessuten",
    "han",
    "hun",
    "ho",
    "this",
    "these",
    "they",
    "it",
    "such",
    "therefore",
    "however",
];

/// Gives a window the context that makes it fair: the whole of a list for a list, the sentence that
/// "dette" points at, and something round a fragment.
fn widened(question: &Question, mut candidate: Candidate, readings: &[Reading]) -> Candidate {
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
    let leans = folded.is_some_and(|word| LEANING.contains(&word.as_str()));
    let fits = |units: &Range<usize>| length(units) <= MAX_LENGTH;
    if leans && first > reading.block_start(first) {
        let wider = first - 1..candidate.units.end;
        if fits(&wider) {
            candidate.units = wider;
        }
    }
    while length(&candidate.units) < MIN_LENGTH {
        let after = candidate.units.start..candidate.units.end + 1;
        let before = candidate.units.start.saturating_sub(1)..candidate.units.end;
        let here = section(candidate.units.start);
        if after.end <= reading.units.len() && section(after.end - 1) == here && fits(&after) {
            candidate.units = after;
        } else if before.start < candidate.units.start
            && section(before.start) == here
            && fits(&before)
        {
            candidate.units = before;
        } else {
            break;
        }
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

/// Whether two candidates show the same words, or nearly.
fn says_the_same(a: &Candidate, b: &Candidate, readings: &[Reading]) -> bool {
    if a.reading == b.reading && a.units.start < b.units.end && b.units.start < a.units.end {
        return true;
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
    shared * 5 >= a.len().min(b.len()).max(1) * 4
}
