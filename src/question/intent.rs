//! What kind of answer a question asks for, by its cues.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::language::{fold, is_party, means_union, words};

/// The kinds of answer that are asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Intent {
    /// Something that is so, or was done.
    #[default]
    Fact,
    /// How many, how much.
    Number,
    /// When.
    Date,
    /// What a word or an abbreviation means.
    Definition,
    /// Several things of one kind.
    List,
    /// What somebody thinks or answered.
    Position,
    /// Where a matter stands.
    Status,
    /// Which of two, or how they differ.
    Comparison,
}

/// What of a matter's course a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Where it stands.
    Standing,
    /// What it waits for.
    Next,
}

/// Phrases that ask for somebody's view.
pub(super) const POSITION: &[&str] = &[
    "mener",
    "meiner",
    "mente",
    "meinte",
    "mening",
    "meining",
    "synes",
    "synest",
    "syn på",
    "sier",
    "seier",
    "sa",
    "standpunkt",
    "holdning",
    "haldning",
    "svarte",
    "svara",
    "svarer",
    "sagt",
    "ment",
    "meint",
    "svart",
    "uttalt",
    "krevd",
    "foreslått",
    "føreslått",
    "reagerte",
    "enig",
    "enige",
    "einig",
    "einige",
    "uenig",
    "kritikk",
    "krever",
    "krev",
    "krevde",
    "foreslo",
    "føreslo",
    "ønsker",
    "ønskjer",
    "view",
    "views",
    "opinion",
    "position",
    "think",
    "thinks",
    "respond",
    "responded",
    "reply",
    "replied",
    "answered",
    "react",
    "agree",
    "disagree",
    "insist",
    "demand",
    "demanded",
    "proposed",
    "said",
    "tror",
    "trur",
    "fornøyd",
    "fornøgd",
    "nøgd",
    "klager",
    "klagar",
    "frykter",
    "fryktar",
    "ser for seg",
    "ser det",
    "trodde",
    "trudde",
];

/// Verbs that beside a party's name ask for what it holds.
pub(super) const WISHES: &[&str] = &[
    "vil", "ville", "want", "wants", "wanted", "see", "sees", "say", "says", "ser", "hold",
    "håper", "trenger", "treng",
];

/// Phrases that tell what kind of answer is asked for, the stronger first. Compared with the folded
/// question, spaces round each word.
const CUES: &[(Intent, &[&str])] = &[
    (
        Intent::Number,
        &[
            "hvor mange",
            "hvor mye",
            "hvor stor",
            "hvor store",
            "hvor høy",
            "hvor lenge",
            "hvor ofte",
            "kor mange",
            "kor mykje",
            "kor stor",
            "kor høg",
            "kor lenge",
            "how many",
            "how much",
            "how large",
            "how long",
            "how often",
            "hvor lang",
            "hvilken prosent",
            "hvor stor andel",
            "kor stor del",
            "what share",
            "what proportion",
            "what percentage",
            "hva koster",
            "hva kostet",
        ],
    ),
    (
        Intent::Status,
        &[
            "status",
            "siste nytt",
            "siste om",
            "nyeste om",
            "hvor står",
            "kor står",
            "hvor langt",
            "kor langt",
            "hva skjer med",
            "hva skjer",
            "kva skjer",
            "latest on",
            "latest",
            "where do things stand",
            "how far along",
            "what is happening",
            "neste steg",
            "neste skritt",
            "opp igjen",
            "opp att",
            "opp på nytt",
            "veien videre",
            "vegen vidare",
            "next step",
            "next steps",
            "up again",
            "happens next",
        ],
    ),
    (
        Intent::Definition,
        &[
            "står for",
            "betyr",
            "tyder",
            "menes med",
            "meinast med",
            "forkortelsen",
            "forkortinga",
            "forkortelse for",
            "forkorting for",
            "abbreviation",
            "short for",
            "stand for",
            "what is meant by",
            "the meaning of",
            "definisjonen av",
            "i ordet",
            "i begrepet",
            "i omgrepet",
            "med ordet",
            "med begrepet",
            "med omgrepet",
            "by the word",
            "by the term",
        ],
    ),
    (
        Intent::Date,
        &[
            "når",
            "hvilken dato",
            "hvilket år",
            "kva dato",
            "kva år",
            "fristen",
            "when",
            "what date",
            "which year",
            "deadline",
        ],
    ),
    (Intent::Position, POSITION),
    (
        Intent::Comparison,
        &[
            "sammenlignet",
            "samanlikna",
            "forskjellen",
            "skilnaden",
            "mest",
            "minst",
            "enklest",
            "compare",
            "compared",
            "difference",
            "versus",
        ],
    ),
    (
        Intent::List,
        &[
            "hvilke",
            "kva for",
            "list opp",
            "hvem er med",
            "which",
            "list",
            "what are",
        ],
    ),
];

/// Cues of [`Intent::Status`] that ask for a matter's standing as a whole.
const STANDING: &[&str] = &[
    "status",
    "siste nytt",
    "hvor står",
    "kor står",
    "hva skjer med",
    "kva skjer med",
    "latest on",
    "the latest",
    "where do things stand",
];
/// Cues of [`Intent::Status`] that ask for its next step.
const NEXT: &[&str] = &[
    "neste steg",
    "neste skritt",
    "opp igjen",
    "opp att",
    "opp på nytt",
    "skjer videre",
    "skjer vidare",
    "veien videre",
    "vegen vidare",
    "next step",
    "next steps",
    "up again",
    "happens next",
];

/// What of a matter's course a question asks for, if it asks for it as a whole.
pub(super) fn course(text: &str) -> Option<Course> {
    let folded = folded(text);
    let has = |cues: &[&str]| cues.iter().any(|cue| folded.contains(&format!(" {cue} ")));
    if has(NEXT) {
        Some(Course::Next)
    } else if has(STANDING) || folded.starts_with(" where ") && folded.contains(" stand ") {
        Some(Course::Standing)
    } else {
        None
    }
}

/// The folded words of a text, a space round each.
pub(super) fn folded(text: &str) -> String {
    let words: Vec<String> = words(text)
        .iter()
        .map(|word| fold(&text[word.start..word.end]))
        .collect();
    format!(" {} ", words.join(" "))
}

pub(super) fn intent(text: &str) -> Intent {
    let folded = folded(text);
    let has = |cue: &&&str| folded.contains(&format!(" {cue} "));
    let asks = |intent: &Intent, cue: &&&str| match **cue {
        // Inside a sentence they join clauses: "hva skjer hvis …, når det er stengt".
        "når" | "when" => {
            let opens = |before: &str| folded.starts_with(&format!(" {before}{cue} "));
            [
                "", "fra ", "frå ", "siden ", "sidan ", "since ", "og ", "and ",
            ]
            .into_iter()
            .any(opens)
        }
        _ if *intent == Intent::Status
            && [" hvis ", " dersom ", " if "]
                .iter()
                .any(|cue| folded.contains(cue)) =>
        {
            false
        }
        _ => has(cue),
    };
    // "Når burde de ha fått vite det, ifølge VFS?"
    let source = ["ifølge ", "according to the ", "according to "]
        .iter()
        .find_map(|cue| folded.split_once(&format!(" {cue}")));
    let told = source.is_some_and(|(_, source)| {
        source.split(' ').next().is_some_and(|word| {
            let asked = words(text).into_iter().map(|w| &text[w.start..w.end]);
            asked.clone().any(|w| fold(w) == word && is_party(w)) || means_union(word)
        })
    });
    let cued = CUES
        .iter()
        .find(|(intent, cues)| cues.iter().any(|cue| asks(intent, &cue)))
        .map(|(intent, _)| *intent);
    match cued {
        None | Some(Intent::Date | Intent::List | Intent::Comparison) if told => {
            return Intent::Position;
        }
        Some(intent) => return intent,
        None => {}
    }
    // "Where does the cloud matter stand?"
    if folded.starts_with(" where ") && folded.contains(" stand ") {
        return Intent::Status;
    }
    // "Hva står ELD for?"
    if folded.contains(" står ") && folded.ends_with(" for ") {
        return Intent::Definition;
    }
    if asks_what_is(&folded) {
        Intent::Definition
    } else {
        Intent::Fact
    }
}

/// "Hva er X?", with no more than two words for X.
pub(super) fn asks_what_is(folded: &str) -> bool {
    let short = folded.split_whitespace().count() <= 4;
    short
        && ["hva er", "kva er", "hva var", "what is", "what are"]
            .iter()
            .any(|start| folded.starts_with(&format!(" {start} ")))
}

const COUNTS: &[&str] = &[
    "to", "tre", "fire", "fem", "seks", "sju", "syv", "åtte", "ni", "ti", "two", "three", "four",
    "five", "six", "seven", "eight", "nine", "ten",
];

/// Words of cues that say what is looked for too.
const TELLING: &[&str] = &[
    "fristen",
    "deadline",
    "mest",
    "minst",
    "enklest",
    "kritikk",
    "prosent",
    "percentage",
    "date",
    "dato",
];

/// Whether a folded word only tells the kind of answer: "mener" in a question about a position says
/// nothing about the matter.
pub(super) fn carries_intent(word: &str, intent: Intent) -> bool {
    if TELLING.contains(&word) {
        return false;
    }
    // "Hvilke sju anbefalinger": the list shows how many there are.
    if intent == Intent::List && COUNTS.contains(&word) {
        return true;
    }
    let own = CUES
        .iter()
        .filter(|(of, _)| *of == intent)
        .flat_map(|(_, cues)| cues.iter());
    own.flat_map(|cue| cue.split(' ')).any(|part| part == word)
        || intent == Intent::Status && ["siste", "nytt", "nyeste"].contains(&word)
}
