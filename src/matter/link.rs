//! Links items by what they say.
//!
//! How alike two items are is the cosine of their terms, rare ones and those of headings weighing
//! more, beside how alike each is to the items of other documents on the whole: minutes that all speak
//! of the same people and offices are alike without treating the same matter. How alike is enough is
//! read from the documents themselves: the items of one meeting treat different matters, so two of
//! different meetings must be clearly more alike than those are. Then the two groups that are most
//! alike on average become one, until none are alike enough (average linkage).
//!
//! The constants were chosen on two sets of minutes in which people, or issue numbers in the headings,
//! say what is the same matter: the shipped documents and two years of an English council's. On a third, of
//! short minutes of a municipality, a union and a housing cooperative, fewer than 1.4 deviations join
//! what has only the town hall in common; from 1.4 to 2.1 that and the shipped documents' cards stay as
//! they are.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use super::Item;

/// What a heading's word weighs beside one that occurs once.
const IN_HEADING: f32 = 2.0;
/// How much more rare terms weigh.
const RARITY: f32 = 1.5;
/// So many of an item's weightiest terms are compared.
const MAX_TERMS: usize = 100;
/// Terms in more items than this, or than this share, tell nothing.
const COMMON: usize = 100;
const COMMON_SHARE: f32 = 0.04;
/// An item that is like no other is compared as if it were this much like them, beside the mean.
const LEAST_ALIKE: f32 = 0.25;
/// How many standard deviations above the items of one meeting, …
const DEVIATIONS: f32 = 1.5;
/// … and never less than this times as alike as items are on the whole.
const MIN_ALIKE: f32 = 1.5;
/// A name of one term in more than this share of the items does not tell a matter from others, …
const COMMON_NAME: f32 = 0.15;
/// … unless it is in so few.
const RARE_NAME: usize = 3;

/// Groups of items, by their numbers in `items`, each of which treats one matter. An item comes with the
/// number of its document.
pub(super) fn link(items: &[(usize, &Item)]) -> Vec<Vec<usize>> {
    let vectors = vectors(items);
    let enough = alike_enough(items, &vectors);
    let mut groups = Groups::new(items, vectors);
    groups.join_names(items);
    groups.join_alike(enough);
    groups.members()
}

type Vector = Vec<(u32, f32)>;

/// The terms of each item, numbered anew, with weights such that the product of two items' vectors is how
/// alike they are.
fn vectors(items: &[(usize, &Item)]) -> Vec<Vector> {
    let mut numbers: HashMap<u32, u32> = HashMap::new();
    let mut frequencies: Vec<usize> = Vec::new();
    for (term, ..) in items.iter().flat_map(|(_, item)| &item.terms) {
        let number = *numbers.entry(*term).or_insert_with(|| {
            frequencies.push(0);
            frequencies.len() as u32 - 1
        });
        frequencies[number as usize] += 1;
    }
    let all = items.len() as f32;
    let common = COMMON.max((COMMON_SHARE * all) as usize);
    let mut vectors: Vec<Vector> = items
        .iter()
        .map(|(_, item)| {
            let weighed = item.terms.iter().filter_map(|(term, count, in_heading)| {
                let number = *numbers.get(term)?;
                let frequency = frequencies[number as usize];
                let rarity = (all / frequency as f32).ln().powf(RARITY);
                let heading = if *in_heading { IN_HEADING } else { 0.0 };
                let weight = (f32::from(*count).ln_1p() + heading) * rarity;
                let tells = frequency > 1 && frequency <= common && weight > 0.0;
                tells.then_some((number, weight))
            });
            let mut vector: Vector = weighed.collect();
            vector.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            vector.truncate(MAX_TERMS);
            let length = length(&vector);
            scale(&mut vector, 1.0 / length.max(f32::EPSILON));
            vector
        })
        .collect();
    // How alike each is to those of other documents.
    let mut total = vec![0.0; frequencies.len()];
    let mut of_document: HashMap<usize, (HashMap<u32, f32>, usize)> = HashMap::new();
    for ((document, _), vector) in items.iter().zip(&vectors) {
        let own = of_document.entry(*document).or_default();
        own.1 += 1;
        for (term, weight) in vector {
            total[*term as usize] += weight;
            *own.0.entry(*term).or_default() += weight;
        }
    }
    let alike: Vec<f32> = items
        .iter()
        .zip(&vectors)
        .map(|((document, _), vector)| {
            let (own, count) = &of_document[document];
            let others = (items.len() - count).max(1) as f32;
            let sum = vector.iter().map(|(term, weight)| {
                weight * (total[*term as usize] - own.get(term).copied().unwrap_or_default())
            });
            sum.sum::<f32>() / others
        })
        .collect();
    let mean = alike.iter().sum::<f32>() / all.max(1.0);
    let least = (LEAST_ALIKE * mean).max(f32::EPSILON);
    for (vector, alike) in vectors.iter_mut().zip(alike) {
        scale(vector, 1.0 / alike.max(least).sqrt());
        vector.sort_by_key(|(term, _)| *term);
    }
    vectors
}

fn length(vector: &Vector) -> f32 {
    vector
        .iter()
        .map(|(_, weight)| weight * weight)
        .sum::<f32>()
        .sqrt()
}

fn scale(vector: &mut Vector, by: f32) {
    vector.iter_mut().for_each(|(_, weight)| *weight *= by);
}

/// The product of two vectors that are ordered by term.
fn product(a: &Vector, b: &Vector) -> f32 {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut sum = 0.0;
    while let (Some((left, x)), Some((right, y))) = (a.peek(), b.peek()) {
        match left.cmp(right) {
            Ordering::Less => _ = a.next(),
            Ordering::Greater => _ = b.next(),
            Ordering::Equal => {
                sum += x * y;
                a.next();
                b.next();
            }
        }
    }
    sum
}

/// How alike items of different meetings must be.
fn alike_enough(items: &[(usize, &Item)], vectors: &[Vector]) -> f32 {
    let mut found: Vec<f32> = Vec::new();
    for (i, (document, _)) in items.iter().enumerate() {
        // The items of a document follow each other.
        let others = items
            .iter()
            .enumerate()
            .skip(i + 1)
            .take_while(|(_, (of, _))| of == document);
        found.extend(others.map(|(j, _)| product(&vectors[i], &vectors[j])));
    }
    let count = found.len().max(1) as f32;
    let mean = found.iter().sum::<f32>() / count;
    let variance = found
        .iter()
        .map(|alike| (alike - mean).powi(2))
        .sum::<f32>()
        / count;
    (mean + DEVIATIONS * variance.sqrt()).max(MIN_ALIKE)
}

/// Items that have been joined so far.
struct Groups {
    all: Vec<Option<Group>>,
    /// For each term the groups that have it, with the weights. Those that are gone stay in it.
    postings: HashMap<u32, Vec<(usize, f32)>>,
}

struct Group {
    members: Vec<usize>,
    /// The sum of the members' vectors.
    sum: Vector,
    /// The document of all members, if it is one.
    document: Option<usize>,
    /// The members' references.
    references: Vec<u32>,
}

/// Two groups that might become one.
struct Pair {
    alike: f32,
    one: usize,
    other: usize,
}

impl Groups {
    fn new(items: &[(usize, &Item)], vectors: Vec<Vector>) -> Groups {
        let mut groups = Groups {
            all: Vec::with_capacity(2 * items.len()),
            postings: HashMap::new(),
        };
        for (i, ((document, item), sum)) in items.iter().zip(vectors).enumerate() {
            groups.add(Group {
                members: vec![i],
                sum,
                document: Some(*document),
                references: item.reference.into_iter().collect(),
            });
        }
        groups
    }

    fn add(&mut self, group: Group) -> usize {
        let number = self.all.len();
        for (term, weight) in &group.sum {
            self.postings
                .entry(*term)
                .or_default()
                .push((number, *weight));
        }
        self.all.push(Some(group));
        number
    }

    /// Makes one group of two; nothing if one is gone.
    fn join(&mut self, one: usize, other: usize) -> Option<usize> {
        if self.all.get(one)?.is_none() || self.all.get(other)?.is_none() || one == other {
            return None;
        }
        let (one, other) = (self.all[one].take()?, self.all[other].take()?);
        let mut sum: HashMap<u32, f32> = one.sum.into_iter().collect();
        for (term, weight) in other.sum {
            *sum.entry(term).or_default() += weight;
        }
        let mut sum: Vector = sum.into_iter().collect();
        sum.sort_by_key(|(term, _)| *term);
        Some(
            self.add(Group {
                members: one.members.into_iter().chain(other.members).collect(),
                sum,
                references: [one.references, other.references].concat(),
                document: one
                    .document
                    .filter(|document| other.document == Some(*document)),
            }),
        )
    }

    /// Joins items that have a name in common which tells a matter from others.
    fn join_names(&mut self, items: &[(usize, &Item)]) {
        let mut having: HashMap<u32, usize> = HashMap::new();
        for (term, ..) in items.iter().flat_map(|(_, item)| &item.terms) {
            *having.entry(*term).or_default() += 1;
        }
        let few = RARE_NAME.max((COMMON_NAME * items.len() as f32) as usize);
        let tells = |name: &[u32]| {
            name.len() > 1
                || name
                    .iter()
                    .all(|term| having.get(term).is_some_and(|of| *of <= few))
        };
        let mut first: HashMap<&[u32], usize> = HashMap::new();
        let mut group: Vec<usize> = (0..items.len()).collect();
        for (i, (_, item)) in items.iter().enumerate() {
            for name in item.names.iter().filter(|name| tells(name)) {
                let Some(known) = first.insert(name, i) else {
                    continue;
                };
                if let Some(joined) = self.join(group[known], group[i]) {
                    let members = self.all[joined].iter().flat_map(|group| &group.members);
                    members.for_each(|member| group[*member] = joined);
                }
            }
        }
    }

    /// Joins the groups that are most alike, until none are alike `enough`.
    fn join_alike(&mut self, enough: f32) {
        let mut scores: Vec<f32> = Vec::new();
        let mut queue: BinaryHeap<Pair> = (0..self.all.len())
            .filter_map(|one| self.nearest(one, enough, &mut scores))
            .collect();
        while let Some(pair) = queue.pop() {
            // A pair whose first has gone is told of by another.
            if self.all[pair.one].is_none() {
                continue;
            }
            // No two are more alike on average than the more alike of their parts were: what stood
            // behind is looked for anew when its turn comes, and never missed.
            let next = match self.all[pair.other].is_some() {
                true => self.join(pair.one, pair.other).unwrap_or(pair.one),
                false => pair.one,
            };
            queue.extend(self.nearest(next, enough, &mut scores));
        }
    }

    /// The group that `one` is most like, if it is alike `enough`.
    fn nearest(&self, one: usize, enough: f32, scores: &mut Vec<f32>) -> Option<Pair> {
        let group = self.all[one].as_ref()?;
        scores.resize(self.all.len(), 0.0);
        let mut touched = Vec::new();
        for (term, weight) in &group.sum {
            for (other, of) in self.postings.get(term).into_iter().flatten() {
                if scores[*other] == 0.0 {
                    touched.push(*other);
                }
                scores[*other] += weight * of;
            }
        }
        let mut best: Option<Pair> = None;
        for other in touched {
            let score = std::mem::take(&mut scores[other]);
            let Some(of) = self.all[other].as_ref().filter(|_| other != one) else {
                continue;
            };
            // The items of one meeting are not joined but by those of others.
            if group.document.is_some() && group.document == of.document {
                continue;
            }
            // Different references are different matters, however much they are alike.
            let named = |of: &Group| !of.references.is_empty();
            let same = |reference| of.references.contains(reference);
            if named(group) && named(of) && !group.references.iter().any(same) {
                continue;
            }
            let alike = score / (group.members.len() * of.members.len()) as f32;
            let pair = Pair { alike, one, other };
            if alike >= enough && best.as_ref().is_none_or(|best| pair > *best) {
                best = Some(pair);
            }
        }
        best
    }

    fn members(self) -> Vec<Vec<usize>> {
        self.all
            .into_iter()
            .flatten()
            .map(|group| group.members)
            .collect()
    }
}

impl Ord for Pair {
    fn cmp(&self, other: &Pair) -> Ordering {
        // Among equals the first in order, so that the outcome is the same every time.
        (self.alike.total_cmp(&other.alike))
            .then_with(|| (other.one, other.other).cmp(&(self.one, self.other)))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Pair) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pair {
    fn eq(&self, other: &Pair) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Pair {}
