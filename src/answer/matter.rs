//! What a document tells of a matter: where it stands, what was decided, who holds what, what comes next.
//!
//! Read sentence by sentence. What is wished, believed, denied or depends on something is no state of a
//! matter, and the last of the strongest words counts: minutes tell a matter from its beginning to its end.

use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Excerpt, Links, Reading, Stance, holder};
use crate::corpus::format::BlockKind;
use crate::corpus::metadata::{Kind, find_date, month_of};
use crate::corpus::{Date, Span};
use crate::language::cues::{Words, cues, folded};
use crate::language::{fold, words};

/// Where a matter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Something is settled.
    Decided,
    /// It is being discussed.
    #[serde(rename = "under discussion")]
    UnderDiscussion,
    /// The parties negotiate.
    Negotiation,
    /// It was put off.
    Postponed,
    /// It is told of, not yet treated.
    Announced,
    /// It is over.
    Concluded,
    /// The documents do not say.
    Unknown,
}

/// What a matter waits for.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Next {
    /// The words that tell it.
    pub text: String,
    /// When, where the words and the document's date tell.
    #[schema(value_type = Option<String>)]
    pub date: Option<Date>,
    /// The words with their source.
    pub excerpt: Excerpt,
}

/// The part of a document that treats a matter.
#[derive(Clone)]
pub struct Item {
    /// The document.
    pub reading: Arc<Reading>,
    /// The sentences that treat it.
    pub units: Range<usize>,
}

/// An excerpt is made no longer than this, in bytes.
const MAX_LENGTH: usize = 500;
/// A summary or next step shorter than this, in bytes, is shown with what stands beside it.
const MIN_SUMMARY: usize = 160;

/// A longer sentence is no mere formula.
const MAX_FORMULA: usize = 16;
/// A sentence with fewer words opens no matter.
const MIN_WORDS: usize = 4;

impl Item {
    /// The date of its document.
    pub fn date(&self) -> Option<Date> {
        self.reading.document.metadata.date
    }

    /// Where the matter stands, and the sentence that tells it.
    pub fn standing(&self) -> (Standing, Option<usize>) {
        let told = self
            .units
            .clone()
            .filter_map(|unit| Some((self.told(unit)?, unit)));
        // The last of the strongest.
        let strongest = told.max_by_key(|((_, strength), _)| *strength);
        match strongest {
            Some(((standing, _), unit)) => (standing, Some(unit)),
            None if self
                .units
                .clone()
                .any(|unit| holder::holder(&self.reading, unit).is_some()) =>
            {
                (Standing::UnderDiscussion, None)
            }
            None if self.units.is_empty() => (Standing::Unknown, None),
            None if self.is_report() => (Standing::Unknown, None),
            None => (Standing::Announced, None),
        }
    }

    /// Whether its document tells how things are rather than what happened to a matter.
    fn is_report(&self) -> bool {
        let kind = self.reading.document.metadata.kind;
        matches!(kind, Kind::Report | Kind::Slides | Kind::Policy)
    }

    /// What the sentence tells of the state, and how strongly.
    fn told(&self, unit: usize) -> Option<(Standing, u8)> {
        self.reading.told(unit, || self.tells(unit))
    }

    fn tells(&self, unit: usize) -> Option<(Standing, u8)> {
        let text = self.reading.text(unit);
        let folded = folded(text);
        let (known, states) = (&cues().words, &cues().states);
        let is_report = self.is_report();
        let is = |list: &Words| list.position(&folded).is_some();
        if is(&known.conditions) || is(&known.beliefs) || text.ends_with('?') {
            return None;
        }
        // One who speaks tells of much else: "the other project adopted one".
        // "Vedtak: Saken tas til orientering" settles nothing; what was told before it does.
        if known.noted.position(&folded).is_some() && words(text).len() <= MAX_FORMULA {
            return Some((Standing::Announced, 1));
        }
        let least = if holder::is_spoken(&self.reading, unit) {
            2
        } else {
            1
        };
        let place = |list: &Words| list.position_of(&folded, least);
        let tells = |list: &Words| place(list).is_some();
        let wished =
            holder::holder(&self.reading, unit).is_some_and(|(_, stance)| stance != Stance::States);
        let settled = [
            (&states.postponed, Standing::Postponed),
            (&states.concluded, Standing::Concluded),
            (&states.decided, Standing::Decided),
        ];
        let time = known.times.position(&folded);
        let cue = settled
            .iter()
            .map(|(list, _)| *list)
            .chain([&states.agreed])
            .filter_map(place)
            .min();
        let settled = settled.into_iter().find(|(list, _)| tells(list));
        let beside = time.zip(cue).is_some_and(|(time, cue)| time < cue);
        // "It was decided that staff may", but "it may be decided".
        let wish = |told: Option<usize>| {
            let wish = known.wishes.position(&folded);
            wish.is_some_and(|wish| told.is_none_or(|told| wish < told))
        };
        // "It was the backlog that decided the matter."
        let relative = cue
            .and_then(|cue| cue.checked_sub(1))
            .is_some_and(|before| known.relatives.has(&folded[before]));
        let as_told = !wished && !beside && !relative && !is(&known.denials) && !wish(cue);
        if let Some((_, standing)) = settled.filter(|_| as_told) {
            // "It was decided that the negotiations go on."
            let goes_on = standing == Standing::Decided && is(&known.goes_on);
            let standing = match goes_on {
                true if tells(&states.negotiation) => Standing::Negotiation,
                true => Standing::UnderDiscussion,
                false => standing,
            };
            return Some((standing, 3));
        }
        let labelled = text
            .split_once(':')
            .is_some_and(|(label, _)| known.conclusions.at(&folded, 0) == Some(words(label).len()));
        if labelled && !is_report {
            return Some((Standing::Decided, 3));
        }
        if tells(&states.negotiation) && !is_report {
            Some((Standing::Negotiation, 2))
        } else if tells(&states.under_discussion)
            && !wished
            && !wish(place(&states.under_discussion))
            || settled.is_some() && is(&known.denials)
        {
            Some((Standing::UnderDiscussion, 2))
        } else if tells(&states.agreed) && as_told {
            Some((Standing::Decided, 3))
        } else {
            tells(&states.announced).then_some((Standing::Announced, 1))
        }
    }

    /// The words that say where the matter stands, or open it where none do.
    pub fn summary(&self, links: &Links) -> Option<Excerpt> {
        // "Link: https://…" and "Labels: nominated, budget" tell nothing of it.
        let tells = |unit: &usize| {
            let text = self.reading.text(*unit);
            words(text).len() >= MIN_WORDS && text.ends_with(['.', '!', '?'])
        };
        let first = || self.units.clone().find(tells);
        let unit = self
            .standing()
            .1
            .or_else(first)
            .or_else(|| self.units.clone().next())?;
        Some(self.around(unit, MIN_SUMMARY, links))
    }

    /// What one sentence of it says, with what makes it fair.
    pub fn said(&self, unit: usize, links: &Links) -> Excerpt {
        self.around(unit, MIN_SUMMARY, links)
    }

    /// What was decided.
    pub fn decisions(&self, links: &Links) -> Vec<Excerpt> {
        let decided = |unit: &usize| {
            matches!(
                self.told(*unit),
                Some((Standing::Decided | Standing::Postponed, 3))
            )
        };
        let units = self.units.clone().filter(decided);
        units
            .map(|unit| self.excerpt(self.with_list(unit), links))
            .collect()
    }

    /// Who holds what, in the order of the document: sentences that follow each other and are one
    /// holder's stand together.
    pub fn positions(&self, links: &Links) -> Vec<Excerpt> {
        let mut positions = Vec::new();
        let mut open: Option<(Range<usize>, String, Vec<Stance>)> = None;
        let reading = &self.reading;
        for unit in self.units.clone() {
            let told = holder::holder(reading, unit);
            let told = told.filter(|_| self.waits(unit) < BROUGHT_BACK);
            if let Some((units, name, stances)) = &mut open
                && let Some((next, other)) = &told
                && name == next
                && units.end == unit
                && reading.span(&(units.start..unit + 1)).len() <= MAX_LENGTH
                && (!reading.units[unit - 1].ends_block || reading.text(unit - 1).ends_with(':'))
            {
                units.end = unit + 1;
                stances.push(*other);
                continue;
            }
            positions.extend(open.take());
            open = told.map(|(name, stance)| (unit..unit + 1, name, vec![stance]));
        }
        positions.extend(open);
        let excerpt = |(units, name, stances): (_, _, Vec<Stance>)| Excerpt {
            holder: Some(name),
            stance: Some(together(&stances)),
            ..self.excerpt(units, links)
        };
        positions.into_iter().map(excerpt).collect()
    }

    /// What the matter waits for.
    pub fn next(&self, links: &Links) -> Option<Next> {
        let waits = |unit| Some((self.waits(unit), unit)).filter(|(strength, _)| *strength > 0);
        let (_, unit) = self.units.clone().filter_map(waits).max()?;
        let text = self.reading.text(unit);
        Some(Next {
            text: text.to_owned(),
            date: self.date().and_then(|meeting| self.ahead(unit, meeting)),
            excerpt: self.around(unit, MIN_SUMMARY, links),
        })
    }

    /// How surely a sentence tells what the matter waits for.
    fn waits(&self, unit: usize) -> u8 {
        let told = folded(self.reading.text(unit));
        let known = &cues().words;
        let is = |list: &Words| list.position(&told).is_some();
        // What somebody asks for is no plan, and when people meet next is none of the matter's.
        let wished = matches!(
            holder::holder(&self.reading, unit),
            Some((_, Stance::Demands | Stance::Opposes | Stance::Questions))
        );
        let of_meeting = known.next_meeting.at(&told, 0).is_some();
        if is(&known.conditions) || wished || of_meeting {
            0
        } else if let Some(at) = known.returns.position(&told) {
            // "When it comes back we shall have to deal with it" tells no time.
            let open = known.times.position(&told).is_some_and(|time| time < at);
            if open { 0 } else { BROUGHT_BACK }
        } else {
            // One who speaks names many a time that is none of the matter's.
            let spoken = holder::is_spoken(&self.reading, unit);
            let text = self.reading.text(unit);
            // "The talks of 20 May were called off, and new ones are on 12 June": only the second is to come.
            let told = is(&known.comes);
            let ahead = |clause: &str, meeting: Date| {
                let words_of = folded(clause);
                let is = |list: &Words| list.position(&words_of).is_some();
                // "Every May", in a report, is no plan; "in May 2027" may be one.
                let stated = |date: Date| text.contains(&date.year().to_string());
                // "Two of us leave in June" has no day, and nothing that says it is of the matter.
                let exact = |date: Date| told || date.day().is_some();
                (told || !spoken)
                    && !is(&known.denials)
                    && !is(&known.past)
                    && when(clause, meeting).is_some_and(|date| {
                        date > meeting && exact(date) && (!self.is_report() || stated(date))
                    })
            };
            let ahead = self
                .date()
                .is_some_and(|meeting| clauses(text).any(|clause| ahead(clause, meeting)));
            u8::from(ahead || told && is(&known.seasons))
        }
    }

    /// The first time that a sentence names after the meeting; else the first that it names.
    fn ahead(&self, unit: usize, meeting: Date) -> Option<Date> {
        let text = self.reading.text(unit);
        let mut named = clauses(text).filter_map(|clause| when(clause, meeting));
        let ahead = named.find(|date| *date > meeting);
        ahead.or_else(|| when(text, meeting))
    }

    /// A sentence, and where it leads a list in ("Vedtak:"), as much of that as fits.
    fn with_list(&self, unit: usize) -> Range<usize> {
        let reading = &self.reading;
        let mut units = unit..unit + 1;
        if !reading.text(unit).ends_with(':') {
            return units;
        }
        let is_item = |unit: usize| reading.units[unit].kind != BlockKind::Paragraph;
        while units.end < self.units.end
            && (units.end == unit + 1 || is_item(units.end))
            && reading.span(&(unit..units.end + 1)).len() <= MAX_LENGTH
        {
            units.end += 1;
        }
        units
    }

    /// A sentence with what stands beside it in its paragraph, up to a fair length.
    fn around(&self, unit: usize, least: usize, links: &Links) -> Excerpt {
        let reading = &self.reading;
        let mut units = self.with_list(unit);
        while reading.span(&units).len() < least {
            let after = units.start..units.end + 1;
            let before = units.start.saturating_sub(1)..units.end;
            let fits = |wider: &Range<usize>| reading.span(wider).len() <= MAX_LENGTH;
            if after.end <= self.units.end
                && !reading.units[units.end - 1].ends_block
                && fits(&after)
            {
                units = after;
            } else if units.start > self.units.start
                && !reading.units[before.start].ends_block
                && fits(&before)
            {
                units = before;
            } else {
                break;
            }
        }
        let span = reading.span(&units);
        let telling = reading.span(&self.with_list(unit));
        let mut excerpt = Excerpt::new(&reading.document, span, &[telling], 0.0, links);
        // Words of several are nobody's.
        let told: Vec<_> = units.map(|unit| holder::holder(reading, unit)).collect();
        let one = told.windows(2).all(|pair| {
            let name =
                |told: &Option<(String, Stance)>| told.as_ref().map(|(name, _)| name.clone());
            name(&pair[0]) == name(&pair[1])
        });
        if let Some((name, stance)) = holder::holder(reading, unit).filter(|_| one) {
            excerpt.holder = Some(name);
            excerpt.stance = Some(stance);
        }
        excerpt
    }

    fn excerpt(&self, units: Range<usize>, links: &Links) -> Excerpt {
        let span: Span = self.reading.span(&units);
        Excerpt::new(&self.reading.document, span, &[span], 0.0, links)
    }
}

/// The clauses of a sentence that stand beside each other.
fn clauses(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let left = rest?;
        let breaks = |at: &usize| {
            let next = left[*at..].trim_start_matches([',', ';', ' ']);
            let word = next.split(' ').next().unwrap_or_default();
            left[*at..].starts_with(';') || cues().words.joining.has(&fold(word))
        };
        let at = left
            .match_indices([',', ';'])
            .map(|(at, _)| at)
            .find(breaks);
        rest = at.map(|at| &left[at + 1..]);
        Some(&left[..at.unwrap_or(left.len())])
    })
}

/// What a sentence is worth as a next step that brings the matter back.
const BROUGHT_BACK: u8 = 2;

/// What sentences of one holder come to: the stance that some of them take, if they do not differ.
fn together(stances: &[Stance]) -> Stance {
    let mut taken = stances.iter().filter(|stance| **stance != Stance::States);
    match taken.next() {
        Some(first) if taken.all(|other| other == first) => *first,
        _ => Stance::States,
    }
}

/// The day or month that a sentence of a meeting's minutes means: "i august", said in June 2021, is August
/// 2021, and "i februar" the one after.
fn when(text: &str, meeting: Date) -> Option<Date> {
    let found = words(text);
    let word = |i: usize| &text[found[i].start..found[i].end];
    let year_follows = |i: usize| {
        found.get(i + 1).is_some_and(|_| {
            word(i + 1)
                .parse::<u16>()
                .is_ok_and(|year| (1900..2200).contains(&year))
        })
    };
    let number = |at: usize, before: usize| word(at.checked_sub(before)?).parse::<u8>().ok();
    // "It may be" and "we march on" name no month.
    let is_month = |i: usize| {
        let numbered = || {
            number(i, 1).is_some() || found.get(i + 1).is_some_and(|_| number(i + 1, 0).is_some())
        };
        let led_in = || {
            i.checked_sub(1)
                .is_some_and(|before| cues().words.before_months.has(&fold(word(before))))
        };
        month_of(word(i)).is_some()
            && (!matches!(
                word(i),
                "may" | "May" | "march" | "March" | "mar" | "Mar" | "jul" | "Jul"
            ) || year_follows(i)
                || numbered()
                || word(i).starts_with('M') && led_in())
    };
    let at = (0..found.len()).find(|&i| is_month(i));
    // "Protokollen fra 11. juni" is of a time that was.
    let since = at.is_some_and(|at| {
        let first = if number(at, 1).is_some() { 2 } else { 1 };
        at.checked_sub(first)
            .is_some_and(|before| cues().words.since.has(&fold(word(before))))
    });
    if since {
        return None;
    }
    let Some(at) = at.filter(|&i| !year_follows(i)) else {
        return find_date(text).filter(|date| date.month().is_some());
    };
    let month = month_of(word(at))?;
    // "12.–14. oktober" begins on the 12th.
    let between = |a: usize, b: usize| text.get(found.get(a)?.end..found.get(b)?.start);
    let range =
        at >= 2 && between(at - 2, at - 1).is_some_and(|between| between.contains(['–', '-']));
    let day = number(at, 1).map(|day| number(at, 2).filter(|_| range).unwrap_or(day));
    let later = meeting.month().is_some_and(|of| month < of);
    // "Etter årsmøtet i september", said in October, was a month ago.
    let (known, folded) = (&cues().words, folded(text));
    let to_come = [&known.comes, &known.returns];
    if later && to_come.iter().all(|list| list.position(&folded).is_none()) {
        return None;
    }
    let year = meeting.year() + u16::from(later);
    Date::new(year, Some(month), day).or_else(|| Date::new(year, Some(month), None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::format::{Block, BlockKind};
    use crate::corpus::segment::segment;
    use crate::corpus::{Document, Metadata};

    fn item(paragraph: &str) -> Item {
        item_of(&[(BlockKind::Paragraph, paragraph)])
    }

    fn item_of(blocks: &[(BlockKind, &str)]) -> Item {
        let blocks = blocks
            .iter()
            .map(|(kind, text)| Block::new(*kind, *text, None));
        let found = segment(blocks.collect());
        let reading = Reading::new(Document {
            id: "a".into(),
            path: "a".to_owned(),
            collection: "default".to_owned(),
            metadata: Metadata {
                date: "2025-10".parse().ok(),
                ..Metadata::default()
            },
            text: found.text,
            blocks: found.blocks,
            sections: found.sections,
            problems: Vec::new(),
        });
        Item {
            units: 0..reading.units.len(),
            reading: Arc::new(reading),
        }
    }

    #[test]
    fn a_state_is_what_is_so_and_not_what_is_wished_believed_or_denied() {
        for (paragraph, expected) in [
            (
                "Vedtak: Kantina stenger kl. 14. Det ble notert.",
                Standing::Decided,
            ),
            (
                "VFS krever at kantina blir vedtatt stengt. Saken drøftes i mai.",
                Standing::UnderDiscussion,
            ),
            (
                "Ingenting er vedtatt om kantina.",
                Standing::UnderDiscussion,
            ),
            (
                "Dersom det ikke er vedtatt, må kantina holde åpent.",
                Standing::Announced,
            ),
            (
                "Det er en oppfatning at kantina er vedtatt stengt. Arbeidsgiver orienterte.",
                Standing::Announced,
            ),
            (
                "Partene ble ikke enige. Saken utsettes til møtet 20. januar.",
                Standing::Postponed,
            ),
            (
                "Partene er enige om at vi gjenopptar drøftingene.",
                Standing::UnderDiscussion,
            ),
            ("Partene er enige om ny åpningstid.", Standing::Decided),
            // A formula settles nothing, whatever it is the decision of.
            ("Vedtak: Saken tas til orientering.", Standing::Announced),
            (
                "Styret bestemte at kantina stenger. Vedtak: Tas til etterretning.",
                Standing::Decided,
            ),
            ("Konklusjon: Kari skriver til kommunen.", Standing::Decided),
            (
                "Forslaget om å stenge kantina ble nedstemt.",
                Standing::Decided,
            ),
            ("Forhandlingene fortsetter.", Standing::Negotiation),
            ("Er kantina vedtatt stengt?", Standing::Announced),
            (
                "The club decided that the garden may open.",
                Standing::Decided,
            ),
            ("They don't have consensus yet.", Standing::UnderDiscussion),
            (
                "Det ble vedtatt at forhandlingene fortsetter i mai.",
                Standing::Negotiation,
            ),
        ] {
            assert_eq!(item(paragraph).standing().0, expected, "{paragraph}");
        }
    }

    #[test]
    fn a_time_is_read_from_the_day_of_the_meeting() {
        let meeting = "2025-10".parse().unwrap();
        for (text, expected) in [
            ("Saken kommer tilbake i desember.", Some("2025-12")),
            ("Saken kommer tilbake i februar.", Some("2026-02")),
            (
                "Saken utsettes til møtet 20. januar 2027.",
                Some("2027-01-20"),
            ),
            ("Saken utsettes til 3. november.", Some("2025-11-03")),
            ("Forhandlingene er 12.–14. november.", Some("2025-11-12")),
            ("I protokollen fra 11. desember 2024 rettes et tall.", None),
            (
                "Arbeidsgruppen skal nå målet for 2021-2026 mars.",
                Some("2026-03"),
            ),
            ("Vi møtes i neste uke.", None),
            ("It will open in May.", Some("2026-05")),
            ("It may open; the march is over.", None),
            ("Det skal være klart til jul.", None),
            ("Etter årsmøtet i september er kravet falt.", None),
        ] {
            let found = when(text, meeting).map(|date| date.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_next_step_is_the_last_that_brings_the_matter_back() {
        let links = Links::new("knowledge".into());
        let next = item("VFS vil ha svar innen mai. Saken kommer tilbake i desember. VFS krever at saken blir utsatt til januar. Dersom det blir forhandlinger, blir de i februar. Neste møte er 3. november.")
            .next(&links)
            .unwrap();
        assert_eq!(next.text, "Saken kommer tilbake i desember.");
        assert_eq!(
            next.date.map(|date| date.to_string()).as_deref(),
            Some("2025-12")
        );
    }

    #[test]
    fn of_the_times_in_a_sentence_the_one_to_come_counts() {
        let links = Links::new("knowledge".into());
        let next =
            item("Møtet 20. september ble avlyst, og det er satt opp nytt møte 12. november.")
                .next(&links)
                .unwrap();
        assert_eq!(
            next.date.map(|date| date.to_string()).as_deref(),
            Some("2025-11-12")
        );
        let past = item("Møtet 20. november ble avlyst, og kantina stenger.");
        assert_eq!(past.next(&links), None);
    }

    #[test]
    fn what_was_decided_in_a_list_is_shown_with_it() {
        use BlockKind::{ListItem, Paragraph};
        let item = item_of(&[
            (Paragraph, "Partene drøftet kantina."),
            (Paragraph, "Vedtak:"),
            (ListItem, "1. Kantina stenger kl. 14."),
            (ListItem, "2. Kokken får tilbud om annet arbeid."),
            (Paragraph, "VFS var glad for det."),
        ]);
        let links = Links::new("knowledge".into());
        let texts = |excerpts: Vec<Excerpt>| -> Vec<String> {
            excerpts.into_iter().map(|excerpt| excerpt.text).collect()
        };
        let expected =
            "Vedtak:\n\n1. Kantina stenger kl. 14.\n2. Kokken får tilbud om annet arbeid.";
        assert_eq!(texts(item.decisions(&links)), [expected]);
        assert_eq!(item.summary(&links).unwrap().text, expected);
    }

    #[test]
    fn sentences_of_one_holder_stand_together() {
        let links = Links::new("knowledge".into());
        let positions =
            item("VFS støtter planen. Den er god. Arbeidsgiver svarte at den koster for mye.")
                .positions(&links);
        let found: Vec<(&str, Option<&str>, Option<Stance>)> = positions
            .iter()
            .map(|excerpt| {
                (
                    excerpt.text.as_str(),
                    excerpt.holder.as_deref(),
                    excerpt.stance,
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                (
                    "VFS støtter planen. Den er god.",
                    Some("VFS"),
                    Some(Stance::Supports)
                ),
                (
                    "Arbeidsgiver svarte at den koster for mye.",
                    Some("Arbeidsgiver"),
                    Some(Stance::States)
                ),
            ]
        );
    }
}
