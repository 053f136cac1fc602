//! Late interaction: a question and a passage are compared token by token, as ColBERT does it, where
//! one number for a whole passage could not tell which of its sentences answers.

use std::ops::Range;

/// What the model makes of each token of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenStates {
    /// The states, one after the other.
    numbers: Vec<f32>,
    dimension: usize,
    /// The bytes of the text that each token was made from.
    bytes: Vec<Range<usize>>,
}

impl TokenStates {
    /// States of `dimension` numbers, one for each of `bytes`.
    pub(super) fn new(
        numbers: Vec<f32>,
        dimension: usize,
        bytes: Vec<Range<usize>>,
    ) -> TokenStates {
        debug_assert_eq!(numbers.len(), dimension * bytes.len());
        TokenStates {
            numbers,
            dimension,
            bytes,
        }
    }

    /// The tokens that some of the bytes `part` of the text are in.
    pub fn within(&self, part: &Range<usize>) -> impl Iterator<Item = usize> {
        let tokens = self.bytes.iter().enumerate();
        tokens
            .filter(|(_, bytes)| {
                !bytes.is_empty() && bytes.start < part.end && bytes.end > part.start
            })
            .map(|(token, _)| token)
    }

    fn states(&self) -> impl Iterator<Item = &[f32]> {
        self.numbers.chunks_exact(self.dimension)
    }

    /// The states less `origin`, each of length one.
    fn directions(&self, origin: &[f32]) -> Vec<Vec<f32>> {
        let direction = |state: &[f32]| {
            let from: Vec<f32> = state.iter().zip(origin).map(|(x, o)| x - o).collect();
            let length = dot(&from, &from).sqrt().max(f32::EPSILON);
            from.into_iter().map(|x| x / length).collect()
        };
        self.states().map(direction).collect()
    }
}

/// How like each token of a question each token of a passage is.
pub struct Similarities<'a> {
    passage: &'a TokenStates,
    /// For each token of the question the cosine with each token of the passage.
    cosines: Vec<Vec<f32>>,
}

impl Similarities<'_> {
    /// How like a token of the question the most alike is of those in the bytes `part` of the passage
    /// ("MaxSim"). Nothing where none is there, as beyond what the model takes of a long passage.
    pub fn most(&self, token: usize, part: &Range<usize>) -> Option<f32> {
        let cosines = self.cosines.get(token)?;
        let within = self.passage.within(part);
        within
            .filter_map(|i| cosines.get(i).copied())
            .reduce(f32::max)
    }
}

/// Compares each token of a question with those of some passages. What the passages' tokens have in
/// common is taken off first: all states of such a model lie near each other.
pub fn similarities<'a>(
    question: &TokenStates,
    passages: &[&'a TokenStates],
) -> Vec<Similarities<'a>> {
    let mut common = vec![0.0_f32; question.dimension];
    let mut count = 0.0_f32;
    for state in passages.iter().flat_map(|passage| passage.states()) {
        common.iter_mut().zip(state).for_each(|(sum, x)| *sum += x);
        count += 1.0;
    }
    common.iter_mut().for_each(|sum| *sum /= count.max(1.0));
    let asked = question.directions(&common);
    let compared = passages.iter().map(|passage| {
        let there = passage.directions(&common);
        let cosines = |asked: &Vec<f32>| there.iter().map(|state| dot(asked, state)).collect();
        Similarities {
            passage,
            cosines: asked.iter().map(cosines).collect(),
        }
    });
    compared.collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_with_the_most_alike_token_is_told_from_the_others() {
        let states = |numbers: &[f32], bytes: &[Range<usize>]| {
            TokenStates::new(numbers.to_vec(), 2, bytes.to_vec())
        };
        let question = states(&[9.0, 10.0, 10.0, 11.0], &[0..3, 4..6]);
        let passage = states(&[11.0, 10.0, 10.0, 11.0, 9.0, 9.0], &[0..4, 5..8, 8..8]);
        let compared = similarities(&question, &[&passage]);
        let most = |token, part| compared[0].most(token, &part);
        assert!(most(1, 5..8).unwrap() > 0.99);
        assert!(most(1, 0..4).unwrap() < 0.1);
        assert_eq!(most(1, 0..8), most(1, 5..8));
        assert_eq!(
            most(1, 8..20),
            None,
            "no token was made from what stands there"
        );
        assert_eq!(most(2, 0..8), None);
    }
}
