//! Many documents made of few: their sentences in another order, and other words in them, so that the
//! words are as unevenly frequent as words are and no two documents are alike.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::path::Path;

use referent::answer::Reading;
use referent::index::Index;
use referent::ingest::extract::Extractor;
use referent::ingest::{Check, Silent, ingest};
use referent::language::words;

const SECTIONS: usize = 10;
const PARAGRAPHS: usize = 4;
/// A paragraph with so many words is a passage.
const PARAGRAPH_WORDS: usize = 75;
/// Invented compounds, beside the words of the documents.
const COMPOUNDS: usize = 60_000;
/// Of so many words that may be another, one is.
const ONE_IN: usize = 4;

/// Writes documents with about `passages` passages into `folder`, made of the sentences of those in
/// `from`. The same are made every time.
pub fn write(from: &Path, folder: &Path, passages: usize) {
    let sentences = sentences(from);
    let mut dice = Dice(0x5EED);
    let words = vocabulary(&sentences, &mut dice);
    std::fs::create_dir_all(folder).unwrap();
    for number in 0..passages.div_ceil(SECTIONS * PARAGRAPHS) {
        let (year, month, day) = (
            1990 + number % 36,
            1 + number / 36 % 12,
            1 + number / 432 % 28,
        );
        let mut text = format!("# Møte {day}. {} {year}\n", MONTHS[month - 1]);
        for section in 1..=SECTIONS {
            let topic = [dice.word(&words), dice.word(&words)].join(" og ");
            let _ = writeln!(text, "\n## Sak {section}/{}: {topic}", year % 100);
            for _ in 0..PARAGRAPHS {
                text.push('\n');
                let mut length = 0;
                while length < PARAGRAPH_WORDS {
                    let sentence =
                        varied(&sentences[dice.below(sentences.len())], &words, &mut dice);
                    length += sentence.split(' ').count();
                    text.push_str(&sentence);
                    text.push(' ');
                }
                text.push('\n');
            }
        }
        std::fs::write(
            folder.join(format!("{year}-{month:02}-{day:02}-mote-{number}.md")),
            text,
        )
        .unwrap();
    }
}

const MONTHS: [&str; 12] = [
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
];

/// Items in one document of [`write_minutes`], sentences in an item, and sentences of a matter.
const ITEMS: usize = 8;
const ITEM_SENTENCES: usize = 10;
const MATTER_SENTENCES: usize = 60;

/// Writes the minutes of `meetings` meetings into `folder`, in which `matters` matters come up again and
/// again, and returns the matters' names. The same are made every time.
pub fn write_minutes(from: &Path, folder: &Path, meetings: usize, matters: usize) -> Vec<String> {
    let sentences = sentences(from);
    let mut dice = Dice(0xACE);
    let words = vocabulary(&sentences, &mut dice);
    let matters: Vec<(String, Vec<String>)> = (0..matters)
        .map(|_| {
            let rare = || words.len() / 2;
            let name = [(); 2].map(|()| words[rare() + dice.below(rare())].clone());
            let own = (0..MATTER_SENTENCES)
                .map(|_| varied(&sentences[dice.below(sentences.len())], &words, &mut dice));
            let own = own.collect();
            (name.join(" og "), own)
        })
        .collect();
    std::fs::create_dir_all(folder).unwrap();
    for number in 0..meetings {
        let (year, month, day) = (1990 + number / 336, 1 + number / 28 % 12, 1 + number % 28);
        let mut text = format!("# Referat fra møte {day}. {} {year}\n", MONTHS[month - 1]);
        for item in 1..=ITEMS {
            let (name, own) = &matters[dice.below(matters.len())];
            let _ = writeln!(text, "\n## Sak {item}/{}: {name}\n", year % 100);
            for _ in 0..ITEM_SENTENCES {
                let _ = writeln!(text, "{}", own[dice.below(own.len())]);
            }
        }
        std::fs::write(
            folder.join(format!("{year}-{month:02}-{day:02}-mote.md")),
            text,
        )
        .unwrap();
    }
    matters.into_iter().map(|(name, _)| name).collect()
}

/// The sentences of the documents in `folder`, each on one line.
fn sentences(folder: &Path) -> Vec<String> {
    let mut index = Index::in_memory().unwrap();
    ingest(
        folder,
        &mut index,
        &Extractor::InProcess,
        Check::Content,
        &Silent,
    )
    .unwrap();
    let mut sentences = Vec::new();
    for entry in index.entries().unwrap() {
        let Some(document) = index.document(&entry.id).unwrap() else {
            continue;
        };
        let reading = Reading::new(document);
        let lines = (0..reading.units.len()).map(|i| reading.text(i).split_whitespace());
        sentences.extend(lines.map(|words| words.collect::<Vec<_>>().join(" ")));
    }
    sentences
}

/// Whether a word may be another: no name, number or short word.
fn may_vary(word: &str) -> bool {
    word.chars().count() >= 4 && word.chars().all(char::is_lowercase)
}

/// The words of the sentences, the most frequent first, and behind them compounds of any two.
fn vocabulary(sentences: &[String], dice: &mut Dice) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for sentence in sentences {
        let found = words(sentence).into_iter();
        let found = found.map(|word| &sentence[word.start..word.end]);
        for word in found.filter(|word| may_vary(word)) {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut known: Vec<(&str, usize)> = counts.into_iter().collect();
    known.sort_unstable_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
    let known: Vec<String> = known.into_iter().map(|(word, _)| word.to_owned()).collect();
    let mut compounds = BTreeSet::new();
    while compounds.len() < COMPOUNDS {
        let [first, second] = [(); 2].map(|()| &known[dice.below(known.len())]);
        compounds.insert(format!("{first}{}{second}", ["", "s"][dice.below(2)]));
    }
    // In the order of the alphabet they would share their beginnings with their frequency.
    let mut compounds: Vec<String> = compounds.into_iter().collect();
    for i in (1..compounds.len()).rev() {
        compounds.swap(i, dice.below(i + 1));
    }
    known.into_iter().chain(compounds).collect()
}

/// The sentence with some words changed for others.
fn varied(sentence: &str, vocabulary: &[String], dice: &mut Dice) -> String {
    let mut varied = String::new();
    let mut end = 0;
    for word in words(sentence) {
        // "4,1" is one word and then its parts.
        if word.start < end {
            continue;
        }
        varied.push_str(&sentence[end..word.start]);
        end = word.end;
        let this = &sentence[word.start..word.end];
        let other = may_vary(this) && dice.below(ONE_IN) == 0;
        varied.push_str(if other { dice.word(vocabulary) } else { this });
    }
    varied.push_str(&sentence[end..]);
    varied
}

/// Numbers that look random and are the same every time (Vigna's splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A word, the one of rank r about 1/r times as often as the first (Zipf's law).
    fn word<'a>(&mut self, words: &'a [String]) -> &'a str {
        let unit = self.next() as f64 / u64::MAX as f64;
        let rank = (words.len() as f64).powf(unit) as usize;
        &words[rank.clamp(1, words.len()) - 1]
    }
}
