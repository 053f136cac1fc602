//! Which windows say what the question's words mean, in whatever words: told by a model that compares
//! them token by token.

use std::ops::Range;

use super::Bot;
use super::ask::Found;
use crate::answer::{Candidate, Weights};
use crate::question::Question;
use crate::semantic::{TokenStates, similarities};

/// So many passages, those with the best windows, are compared: each costs some hundredths of a second.
/// Five or eight told no more on the questions that this was chosen on.
const PASSAGES: usize = 3;

impl Bot {
    /// Tells each of `candidates`, best first, how much it says what the question's words mean. Nothing
    /// is told without a model, or while passages lack a meaning.
    pub(super) fn interact(
        &self,
        question: &Question,
        weights: &Weights,
        found: &Found,
        candidates: &mut [Candidate],
    ) -> anyhow::Result<()> {
        let by_meaning = found
            .passages
            .iter()
            .any(|found| found.hit.cosine.is_some());
        let Some(meanings) = self.meanings.as_ref().filter(|_| by_meaning) else {
            return Ok(());
        };
        let mut passages: Vec<usize> = Vec::new();
        for candidate in &*candidates {
            if passages.len() < PASSAGES && !passages.contains(&candidate.passage) {
                passages.push(candidate.passage);
            }
        }
        let asked = meanings.model.question_tokens(&question.text)?;
        let keywords = keywords(question, weights, &asked);
        if keywords.is_empty() {
            return Ok(());
        }
        let texts: Vec<&str> = passages
            .iter()
            .map(|passage| {
                let retrieved = &found.passages[*passage];
                let document = &found.readings[retrieved.reading].document;
                document.slice(retrieved.hit.passage.span)
            })
            .collect();
        let states = meanings.passage_tokens(&texts)?;
        let states: Vec<&TokenStates> = states.iter().map(AsRef::as_ref).collect();
        let compared = similarities(&asked, &states);
        let similarity = |candidate: &Candidate| {
            let at = passages.iter().position(|of| *of == candidate.passage)?;
            let start = found.passages[passages[at]].hit.passage.span.start;
            let span = found.readings[candidate.reading].span(&candidate.units);
            let window = span.start.saturating_sub(start)..span.end.saturating_sub(start);
            let most = |token: &usize| compared[at].most(*token, &window);
            let of = |(tokens, weight): &(Vec<usize>, f32)| {
                let sum: Option<f32> = tokens.iter().map(most).sum();
                Some(weight * sum? / tokens.len() as f32)
            };
            keywords.iter().map(of).sum::<Option<f32>>()
        };
        let similarities: Vec<Option<f32>> = candidates.iter().map(similarity).collect();
        for (candidate, scaled) in candidates.iter_mut().zip(scaled(&similarities)) {
            candidate.signals.late_interaction = scaled;
        }
        Ok(())
    }
}

/// The tokens of each keyword that stands in the question, and how much it counts.
fn keywords(question: &Question, weights: &Weights, asked: &TokenStates) -> Vec<(Vec<usize>, f32)> {
    let mut taken: Vec<usize> = Vec::new();
    let mut keywords = Vec::new();
    for (keyword, weight) in question.keywords.iter().zip(&weights.keywords) {
        let places = places(&question.text, &keyword.word);
        let mut tokens: Vec<usize> = places
            .flat_map(|place| asked.within(&place).collect::<Vec<_>>())
            .collect();
        tokens.retain(|token| !taken.contains(token));
        taken.extend(&tokens);
        if !tokens.is_empty() && *weight > 0.0 {
            keywords.push((tokens, weight.sqrt()));
        }
    }
    keywords
}

/// Where `word` stands in `text`, by itself.
fn places(text: &str, word: &str) -> impl Iterator<Item = Range<usize>> {
    let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let alone = move |place: &Range<usize>| {
        !joins(text[..place.start].chars().next_back()) && !joins(text[place.end..].chars().next())
    };
    let found = text.match_indices(word);
    found.map(|(at, word)| at..at + word.len()).filter(alone)
}

/// From 0, the least, to 1, the most; what is not known is as good as the mean.
fn scaled(values: &[Option<f32>]) -> Vec<f32> {
    let known = || values.iter().flatten().copied();
    let (least, most) = (
        known().fold(f32::MAX, f32::min),
        known().fold(f32::MIN, f32::max),
    );
    let scale = |value: f32| (value - least) / (most - least).max(f32::EPSILON);
    let count = known().count().max(1) as f32;
    let mean = known().map(scale).sum::<f32>() / count;
    values
        .iter()
        .map(|value| value.map_or(mean, scale))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_stands_where_it_is_a_word_by_itself() {
        let found: Vec<Range<usize>> = places("Åpne NAV-kontor og NAVs Åp, NAV?", "NAV").collect();
        assert_eq!(found, [6..9, 30..33]);
    }

    #[test]
    fn what_is_not_known_is_as_good_as_the_mean() {
        let values = [Some(2.0), None, Some(4.0), Some(3.0)];
        assert_eq!(scaled(&values), [0.0, 0.5, 1.0, 0.5]);
        assert_eq!(scaled(&[None, None]), [0.0, 0.0]);
        assert_eq!(scaled(&[Some(7.0)]), [0.0]);
    }
}
