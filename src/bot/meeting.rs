//! Questions about one meeting, named by its day: they are answered from what was written of that day.

use super::Bot;
use super::matter::units_of;
use crate::answer::Excerpt;
use crate::answer::excerpt::MAX_EXCERPTS;
use crate::answer::matter::Item;
use crate::corpus::DocumentId;
use crate::corpus::metadata::{Kind, month_of};
use crate::index::Entry;
use crate::language::fold;
use crate::matter::openings;
use crate::question::Question;

impl Bot {
    /// The minutes of the very day of the meeting that is asked about, as far as they are indexed.
    pub(super) fn minutes_of_meeting(&self, question: &Question) -> Vec<DocumentId> {
        let Some(day) = question.period.filter(|_| question.about_meeting) else {
            return Vec::new();
        };
        let of_day = |entry: &&Entry| {
            let metadata = entry.metadata();
            metadata.is_some_and(|of| of.kind == Kind::Minutes && of.date == Some(day))
        };
        let minutes = self.entries.iter().filter(of_day);
        minutes.map(|entry| entry.id.clone()).collect()
    }

    /// What a meeting decided, where nothing is asked but that: a decision for each of its items.
    pub(super) fn decided_in_meeting(
        &self,
        question: &Question,
    ) -> anyhow::Result<Option<Vec<Excerpt>>> {
        let nothing_else = question
            .keywords
            .iter()
            .all(|keyword| keyword.remembered || only_names_meeting(&keyword.word));
        let asked = question.asks_outcome && nothing_else && question.restrictions.is_empty();
        if !asked {
            return Ok(None);
        }
        let mut decided = Vec::new();
        for id in self.minutes_of_meeting(question) {
            let Some(reading) = self.ready(&id)? else {
                continue;
            };
            for section in openings(&reading.document) {
                let units = units_of(&reading, section);
                let reading = reading.clone();
                let item = Item { reading, units };
                decided.extend(item.decisions(&self.links).into_iter().next());
            }
        }
        decided.truncate(MAX_EXCERPTS);
        Ok((!decided.is_empty()).then_some(decided))
    }
}

/// Whether a word says no more than which meeting is meant, and that its outcome is asked for.
fn only_names_meeting(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "møtet",
        "møte",
        "meeting",
        "bestemt",
        "vedtatt",
        "vedteke",
        "besluttet",
        "resultatet",
        "utfallet",
        "konklusjonen",
        "enige",
        "einige",
        "decided",
        "outcome",
        "result",
        "agree",
        "agreed",
    ];
    let folded = fold(word);
    WORDS.contains(&folded.as_str())
        || month_of(&folded).is_some()
        || folded.bytes().all(|byte| byte.is_ascii_digit())
}
