//! What speaks for a window of sentences, and how much each signal counts.

use crate::question::{Intent, Question};

/// What is known of a window as an answer, each from 0 to 1 where nothing else is said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Signals {
    /// The share of the question's words, by weight, that it or what stands round it serves.
    pub covered: f32,
    /// The share that it serves by itself.
    pub inside: f32,
    /// The share that its best sentence serves.
    pub sentence: f32,
    /// The share that the headings over it serve.
    pub heading: f32,
    /// The passage's score in the search, beside the best one's.
    pub search: f32,
    /// How near the passage's meaning is to the question's, beside the other passages'; 0 where meanings
    /// are not known.
    pub meaning: f32,
    /// How much it says what the question's words mean, token by token, beside the other windows; the
    /// same for all where no model has compared them.
    pub late_interaction: f32,
    /// How surely it holds the kind of thing that is asked for.
    pub fit: f32,
    /// Whether its document is of the time that is asked about.
    pub dated: f32,
    /// Whether its document is the newest of those that serve the question about as well as any.
    pub newest: f32,
    /// Whether it stands where the question before was answered, and this one goes on with that.
    pub here: f32,
    /// Sentences beyond the first.
    pub sentences: f32,
    /// Blocks beyond the first: what stands in one paragraph belongs together.
    pub blocks: f32,
}

impl Signals {
    /// How well the window answers, to rank by. The weights lie half-way between those set by hand and
    /// those that a softmax over the windows learnt from some 200 questions, the ones on the sample
    /// documents among them: a figure measured on those is too kind.
    pub fn score(&self, question: &Question) -> f32 {
        let fit = match question.intent {
            Intent::Definition => 0.65,
            Intent::Status => 0.3,
            Intent::Position if question.holder().is_some() => 0.7,
            Intent::Number | Intent::Date => 0.45,
            _ => 0.25,
        };
        // A date that was moved, or a number that has grown, is asked for as it is today.
        let newest = match question.intent {
            Intent::Status => 1.0,
            Intent::Date | Intent::Number if question.period.is_none() => 0.2,
            _ => 0.05,
        };
        self.covered
            + 0.3 * self.inside
            + 0.25 * self.sentence
            + 0.2 * self.heading
            + 0.7 * self.search
            + 0.5 * self.meaning
            + fit * self.fit
            + 0.4 * self.dated
            + newest * self.newest
            + 0.6 * self.here
            - 0.05 * self.sentences
            - 0.1 * self.blocks
    }
}
