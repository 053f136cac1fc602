//! What a corrected document says otherwise than before.

use std::collections::HashMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What was changed in a part of a document, sentence by sentence, as the document has or had it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// What stands there now and did not before.
    pub added: Vec<String>,
    /// What stood there before and does not now.
    pub removed: Vec<String>,
}

impl Correction {
    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// Longer documents are compared by their sentences alone, not by their order.
const MAX_ORDERED: usize = 4_000_000;

/// What was changed in the sentences `part` of `new`, which take the place of some of `old`. A sentence
/// that only moved was not changed.
pub fn correction(old: &[String], new: &[String], part: Range<usize>) -> Correction {
    let mut known: HashMap<&str, usize> = HashMap::new();
    for sentence in old {
        *known.entry(sentence).or_default() += 1;
    }
    let mut has: HashMap<&str, usize> = HashMap::new();
    for sentence in new {
        *has.entry(sentence).or_default() += 1;
    }
    let kept = kept(old, new);
    // Where in the new document what was removed would stand.
    let mut removed = Vec::new();
    let mut next = 0;
    for (i, sentence) in old.iter().enumerate() {
        match kept[i] {
            Some(at) => next = at + 1,
            None if !has.contains_key(sentence.as_str()) => {
                // Between two parts nobody can tell which it stood in: both tell it.
                let within = part.contains(&next) || (next > part.start && next == part.end);
                if within {
                    removed.push(sentence.clone());
                }
            }
            None => {}
        }
    }
    let added = new[part]
        .iter()
        .filter(|new| !known.contains_key(new.as_str()));
    Correction {
        added: added.cloned().collect(),
        removed,
    }
}

/// For each sentence of `old` its place in `new`, in a longest sequence that both have.
fn kept(old: &[String], new: &[String]) -> Vec<Option<usize>> {
    let mut kept = vec![None; old.len()];
    let same = |(a, b): &(&String, &String)| a == b;
    let start = old.iter().zip(new).take_while(same).count();
    let rest = old[start..].iter().rev().zip(new[start..].iter().rev());
    let end = rest.take_while(same).count();
    for (i, kept) in kept.iter_mut().enumerate().take(start) {
        *kept = Some(i);
    }
    for i in 0..end {
        kept[old.len() - 1 - i] = Some(new.len() - 1 - i);
    }
    let (a, b) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    if a.is_empty() || b.is_empty() || a.len() * b.len() > MAX_ORDERED {
        return kept;
    }
    let width = b.len() + 1;
    let mut lengths = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            lengths[i * width + j] = match a[i] == b[j] {
                true => lengths[(i + 1) * width + j + 1] + 1,
                false => lengths[(i + 1) * width + j].max(lengths[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            kept[start + i] = Some(start + j);
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<String> {
        text.split('|').map(str::to_owned).collect()
    }

    #[test]
    fn what_was_changed_is_told_of_the_part_that_it_stands_in() {
        let old = sentences("Kantinen åpner i mai.|FASA er for.|Taket koster 5.|Arbeidet starter.");
        let new =
            sentences("Kantinen åpner i juni.|FASA er for.|Taket koster 5.|Arbeidet starter.");
        let first = correction(&old, &new, 0..2);
        assert_eq!(first.added, ["Kantinen åpner i juni."]);
        assert_eq!(first.removed, ["Kantinen åpner i mai."]);
        assert!(correction(&old, &new, 2..4).is_empty());
        let shorter = sentences("Kantinen åpner i mai.|FASA er for.|Taket koster 5.");
        assert_eq!(
            correction(&old, &shorter, 2..3).removed,
            ["Arbeidet starter."]
        );
        assert!(correction(&old, &shorter, 0..2).is_empty());
    }

    #[test]
    fn what_moved_was_not_changed() {
        let old = sentences("a|b|c|d");
        let new = sentences("c|d|a|b");
        assert!(correction(&old, &new, 0..2).is_empty());
        assert!(correction(&old, &new, 2..4).is_empty());
    }

    #[test]
    fn a_part_that_is_new_is_added_as_a_whole() {
        let added = correction(&sentences("a|b"), &sentences("a|x|y|b"), 1..3);
        assert_eq!((added.added.len(), added.removed.len()), (2, 0));
    }
}
