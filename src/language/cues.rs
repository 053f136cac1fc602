//! The words that tell who holds a view, which view it is, and where a matter stands.
//!
//! They stand in `cues/`, one file a language, and in the file that a union names in its configuration,
//! which adds to them. All languages count at the same time: minutes mix them, and a word that means one
//! thing in one and another in the other is rare.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::{fold, words};

/// The files that ship.
const SHIPPED: [&str; 3] = [
    include_str!("cues/nb.toml"),
    include_str!("cues/nn.toml"),
    include_str!("cues/en.toml"),
];

/// The cues of this process and what tells them from others.
///
/// One process serves one configuration, and these are words of the language like stems and synonyms,
/// asked for at every word of every sentence by ingest, questions and answers: passed along, they would be
/// a parameter of nearly every function there is. They are set once, before anything is read, and never
/// changed.
static CUES: OnceLock<(Cues, u32)> = OnceLock::new();

/// The words that count.
pub fn cues() -> &'static Cues {
    &known().0
}

/// Tells the cues that count from others: who holds what is stored in the index, which must be made anew
/// when they change.
pub fn fingerprint() -> u32 {
    known().1
}

fn known() -> &'static (Cues, u32) {
    CUES.get_or_init(|| read(None).unwrap_or_default())
}

/// Adds the words of a file; `Err` says what is wrong with it, and in which line. Once, before any words
/// are looked at.
pub fn extend(source: &str) -> Result<(), Invalid> {
    let found = read(Some(source))?;
    let known = CUES.get_or_init(|| found.clone());
    if known.1 == found.1 {
        Ok(())
    } else {
        Err(Invalid {
            line: 1,
            message: "other words are in use already: restart the program".to_owned(),
        })
    }
}

/// A file of cues cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Invalid {
    line: usize,
    message: String,
}

fn read(added: Option<&str>) -> Result<(Cues, u32), Invalid> {
    let mut cues = Cues::default();
    let mut checksum = crc32fast::Hasher::new();
    for source in SHIPPED.into_iter().chain(added) {
        cues.extend(parse(source)?);
        checksum.update(source.as_bytes());
    }
    Ok((cues, checksum.finalize()))
}

fn parse(source: &str) -> Result<Cues, Invalid> {
    toml::from_str(source).map_err(|error| {
        let before = error
            .span()
            .map_or("", |span| source.get(..span.start).unwrap_or_default());
        Invalid {
            line: before.matches('\n').count() + 1,
            message: error.message().trim().replace('\n', ", "),
        }
    })
}

/// A section of a file: lists of words by their names.
macro_rules! section {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $list:ident,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $($(#[$doc])* pub $list: Words,)*
        }

        impl $name {
            /// Adds lists; where a phrase can be in one of them only, the last that names it counts.
            fn extend(&mut self, added: $name, in_one_list: bool) {
                let given = [$(&added.$list),*].into_iter().flat_map(Words::iter);
                for phrase in given.filter(|_| in_one_list) {
                    $(self.$list.remove(phrase);)*
                }
                $(self.$list.extend(added.$list);)*
            }
        }
    };
}

/// All words, by what they tell.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cues {
    /// Who can hold a view.
    pub holders: Holders,
    /// What they do, which tells the view.
    pub verbs: Verbs,
    /// Where a matter stands.
    pub states: States,
    /// What stands round them.
    pub words: Around,
}

section! {
    /// `[holders]`
    Holders {
        /// Organisations, bodies and roles, alone or at a compound's end.
        parties,
        /// Organisations whose names no ending tells from other words. They are written with a capital.
        names,
        /// Abbreviations that are nobody's name.
        nobody,
        /// Roles of one who has a name, alone or at a compound's end.
        roles,
        /// Words by which people mean the union whose minutes they read.
        union,
        /// Both parties together.
        both,
        /// Those set down for one matter, alone or at a compound's end: another's is another.
        ad_hoc,
    }
}

section! {
    /// `[verbs]`: a phrase counts before its first word alone.
    Verbs {
        /// For it.
        supports,
        /// Against it.
        opposes,
        /// Doubts it, asks.
        questions,
        /// Puts something forward.
        proposes,
        /// Asks for something as of right.
        demands,
        /// Says something.
        states,
    }
}

section! {
    /// `[states]`
    States {
        /// Something is settled.
        decided,
        /// The parties agree.
        agreed,
        /// It is being discussed.
        under_discussion,
        /// The parties negotiate.
        negotiation,
        /// It was put off.
        postponed,
        /// It is told of, not yet treated.
        announced,
        /// It is over.
        concluded,
    }
}

section! {
    /// `[words]`
    Around {
        /// The writer: "vi".
        author,
        /// One who speaks: "jeg". English "I" needs no mention.
        speaker,
        /// What is the writer's: "vårt".
        own,
        /// What the writer's view is called: "vårt syn".
        view,
        /// What makes "vi" say what it holds to be needed: "vi må".
        needs,
        /// What makes a sentence advice: "bør".
        advice,
        /// What takes back a part of what was said: "men".
        but,
        /// What joins a later clause, with its own speaker.
        joining,
        /// What a sentence may begin with before its subject.
        openings,
        /// What stands before a name: "the".
        articles,
        /// What stands before a noun that names somebody: "de tillitsvalgte".
        determiners,
        /// What a clause begins with that names no subject: "fordi".
        clauses,
        /// What stands over the names of those present.
        attendance,
        /// What a sentence may begin with before its verb.
        before_verbs,
        /// What stands inside a phrase and leaves its meaning: "er også imot".
        adverbs,
        /// Verbs that may stand apart from what tells the view: "har i møtet bedt om".
        auxiliaries,
        /// What stands between the parts of a name: "Lederen for Svartjenesten".
        inside_names,
        /// Verbs that tell what somebody wants, or what will be: "vil".
        futures,
        /// What makes them tell what will be: "vil bli".
        becoming,
        /// What a view begins with: "mener at".
        that,
        /// "I innspill fra kommunene".
        r#in,
        /// "I innspill fra kommunene".
        from,
        /// "For FASA er det viktig".
        r#for,
        /// "For FASA er det viktig".
        it_is,
        /// What makes a sentence depend on something: "dersom".
        conditions,
        /// What makes it somebody's belief: "oppfatning".
        beliefs,
        /// What tells when something else is settled: "etter at gruppene er ferdige".
        times,
        /// What may stand between a verb and what denies it: "støtter det ikke".
        pronouns,
        /// What begins a clause about somebody named before: "som avgjorde saka".
        relatives,
        /// What denies it: "ikke".
        denials,
        /// What makes it a wish: "burde".
        wishes,
        /// What makes it tell of what was: "hadde".
        past,
        /// What stands before a time that has been: "siden".
        since,
        /// What stands before a month whose name is a word with another meaning too: "in May".
        before_months,
        /// What leads in what was settled, beside the words that tell it anywhere: "Konklusjon: …".
        conclusions,
        /// What says that a matter was only told of: "til orientering".
        noted,
        /// What brings a matter back: "kommer tilbake".
        returns,
        /// What says that talks go on: a decision that they do settles nothing.
        goes_on,
        /// What is to come, where a time stands with it: "legges fram".
        comes,
        /// What somebody said that another answers to: "kritikken".
        utterances,
        /// What people call what came of something: "resultatet".
        outcomes,
        /// Times without a date: "uka", "høsten".
        seasons,
        /// What tells when people meet next, whatever the matter.
        next_meeting,
    }
}

impl Cues {
    fn extend(&mut self, added: Cues) {
        self.holders.extend(added.holders, false);
        self.verbs.extend(added.verbs, true);
        self.states.extend(added.states, true);
        self.words.extend(added.words, false);
    }
}

/// A list of words and phrases, folded. `*` at the end of a word that stands alone is any end.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Words {
    all: Vec<Vec<String>>,
    by_first_word: HashMap<String, Vec<Vec<String>>>,
    beginnings: Vec<String>,
}

impl TryFrom<Vec<String>> for Words {
    type Error = String;

    fn try_from(list: Vec<String>) -> Result<Words, String> {
        let mut found = Words::default();
        for given in list {
            let mut phrase = folded(&given);
            let last = phrase.last_mut().ok_or_else(|| {
                format!("\"{given}\" has no letters: write a word or a phrase, or remove it")
            })?;
            if given.ends_with('*') {
                last.push('*');
            }
            found.add(phrase);
        }
        Ok(found)
    }
}

impl Words {
    /// Whether `word`, folded, is in the list by itself.
    pub fn has(&self, word: &str) -> bool {
        let alone = |phrases: &Vec<Vec<String>>| phrases.iter().any(|phrase| phrase.len() == 1);
        self.by_first_word.get(word).is_some_and(alone)
            || self.beginnings.iter().any(|start| word.starts_with(start))
    }

    /// Whether `word`, folded, ends with one of the list.
    pub fn end(&self, word: &str) -> bool {
        let ends = |phrase: &Vec<String>| matches!(&phrase[..], [end] if word.ends_with(end));
        self.all.iter().any(ends)
    }

    /// How many words the longest of the list takes that begins at word `at`.
    pub fn at(&self, folded: &[String], at: usize) -> Option<usize> {
        let rest = folded.get(at..)?;
        let first = rest.first()?;
        let phrases = self.by_first_word.get(first).into_iter().flatten();
        let fitting = phrases
            .filter(|phrase| rest.starts_with(phrase))
            .map(Vec::len);
        let alone = || self.has(first).then_some(1);
        fitting.max().or_else(alone)
    }

    /// Where the first of the list begins.
    pub fn position(&self, folded: &[String]) -> Option<usize> {
        self.position_of(folded, 1)
    }

    /// Where the first of the list begins that has at least so many words.
    pub fn position_of(&self, folded: &[String], least: usize) -> Option<usize> {
        let long = |length: usize| length >= least;
        (0..folded.len()).find(|at| self.at(folded, *at).is_some_and(long))
    }

    /// The words and phrases.
    pub fn iter(&self) -> impl Iterator<Item = &[String]> {
        self.all.iter().map(Vec::as_slice)
    }

    fn add(&mut self, phrase: Vec<String>) {
        match &phrase[..] {
            [word] if word.ends_with('*') => {
                self.beginnings.push(word.trim_end_matches('*').to_owned());
            }
            [first, ..] => {
                let known = self.by_first_word.entry(first.clone()).or_default();
                known.push(phrase.clone());
            }
            [] => return,
        }
        self.all.push(phrase);
    }

    fn remove(&mut self, phrase: &[String]) {
        if self.all.iter().any(|known| known == phrase) {
            let kept = std::mem::take(self).all;
            kept.into_iter()
                .filter(|known| known != phrase)
                .for_each(|known| self.add(known));
        }
    }

    fn extend(&mut self, added: Words) {
        added.all.into_iter().for_each(|phrase| self.add(phrase));
    }
}

/// The words of `text`, folded.
pub fn folded(text: &str) -> Vec<String> {
    let found = words(text);
    found
        .iter()
        .map(|word| fold(&text[word.start..word.end]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_files_are_sound_and_no_verb_tells_two_stances() {
        let mut known: Vec<Vec<String>> = Vec::new();
        for source in SHIPPED {
            let verbs = parse(source).unwrap().verbs;
            let lists = [
                verbs.supports,
                verbs.opposes,
                verbs.questions,
                verbs.proposes,
                verbs.demands,
                verbs.states,
            ];
            known.extend(lists.into_iter().flat_map(|list| list.all));
        }
        let all = known.len();
        known.sort();
        known.dedup();
        assert_eq!(known.len(), all);
    }

    #[test]
    fn a_file_adds_words_and_gives_a_verb_another_meaning() {
        let added = "[holders]\nparties = [\"lauget\"]\n[verbs]\nopposes = [\"Noterte seg\", \"støtter\"]\n[states]\nconcluded = [\"lagt dø*\"]";
        let (cues, _) = read(Some(added)).unwrap();
        assert!(cues.holders.parties.end("billedlauget"));
        let said = folded("De noterte seg det");
        assert_eq!(cues.verbs.opposes.at(&said, 1), Some(2));
        assert!(cues.verbs.opposes.has("støtter") && !cues.verbs.supports.has("støtter"));
        assert_eq!(
            cues.states
                .under_discussion
                .position(&folded("Saken drøftes")),
            Some(1)
        );
    }

    #[test]
    fn mistakes_are_named_by_line() {
        let wrong = |source: &str| read(Some(source)).unwrap_err().to_string();
        let message = wrong("[verbs]\nsupports = [\"heier\"]\nlikes = [\"digger\"]\n");
        assert!(
            message.contains("line 3") && message.contains("likes"),
            "{message}"
        );
        let message = wrong("[verbs]\nsupports = [\"–\"]\n");
        assert!(
            message.contains("line 2") && message.contains("no letters"),
            "{message}"
        );
    }
}
