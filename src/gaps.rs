//! What people asked in vain, and what they thought ill of: what the documents, or the program, lack.

use serde::Serialize;

use crate::language::abbreviation::content_terms;
use crate::store::{Judged, Store};

/// What people asked in vain and what they disliked.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Gaps {
    /// Questions without an answer, those on one topic together, the topic that was asked about most first.
    pub unanswered: Vec<Topic>,
    /// Answers that somebody gave a thumb down, the newest first.
    pub disliked: Vec<Disliked>,
}

/// Questions on one topic that were not answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Topic {
    /// The question that stands for the others: the newest.
    pub topic: String,
    /// How often it was asked about.
    pub times: usize,
    /// The questions, the newest first.
    pub questions: Vec<Asked>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// The number under which it is kept.
    pub id: i64,
    /// When, in seconds since 1970.
    pub at: i64,
    /// What was wanted: "ask", "status" or "positions".
    pub command: String,
    /// The question, or the topic.
    pub question: String,
    /// Code of its language.
    pub language: String,
    /// Why it was declined, in words.
    pub reason: Option<String>,
}

/// An answer that somebody gave a thumb down.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Disliked {
    /// What was asked.
    #[serde(flatten)]
    pub asked: Asked,
    /// How many liked it.
    pub up: usize,
    /// How many did not.
    pub down: usize,
    /// Why not, in their words.
    pub reasons: Vec<String>,
    /// What was shown.
    pub shown: Vec<Shown>,
}

/// An excerpt that was shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// Its words.
    pub text: String,
    /// The document's title.
    pub title: String,
    /// The document's path under the knowledge folder.
    pub path: String,
}

/// A gold question to be completed: a line of the file that `evaluate` reads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gold {
    id: String,
    question: String,
    lang: String,
    kind: String,
    doc: Option<String>,
    evidence: Vec<String>,
    all_evidence_needed: bool,
    holder: Option<String>,
    notes: String,
}

/// Questions share a topic that share this part of their words.
const ALIKE: f32 = 0.5;

impl Gaps {
    /// What was asked since `since` and is still kept.
    pub fn read(store: &Store, since: i64) -> anyhow::Result<Gaps> {
        let mut topics: Vec<(Vec<String>, Topic)> = Vec::new();
        for judged in store.declined(since)? {
            let asked = Asked::new(&judged);
            let terms = terms(&asked.question);
            let known = topics.iter_mut().find(|(other, _)| alike(other, &terms));
            match known {
                Some((_, topic)) => {
                    topic.times += 1;
                    topic.questions.push(asked);
                }
                None => topics.push((
                    terms,
                    Topic {
                        topic: asked.question.clone(),
                        times: 1,
                        questions: vec![asked],
                    },
                )),
            }
        }
        let mut unanswered: Vec<Topic> = topics.into_iter().map(|(_, topic)| topic).collect();
        // A stable sort: of two that were asked as often the newer stays first.
        unanswered.sort_by_key(|topic| std::cmp::Reverse(topic.times));
        let disliked = store.disliked(since)?;
        Ok(Gaps {
            unanswered,
            disliked: disliked.iter().map(Disliked::new).collect(),
        })
    }

    /// The questions as gold questions: what the right answer is has still to be said.
    pub fn gold(&self) -> Vec<Gold> {
        let unanswered = self.unanswered.iter().filter_map(|topic| {
            let asked = topic.questions.first()?;
            let notes = format!("asked {} times in vain", topic.times);
            Some(Gold::new(asked, notes))
        });
        let disliked = self.disliked.iter().map(|disliked| {
            let shown = disliked.shown.iter();
            let shown: Vec<String> = shown
                .map(|shown| format!("{}: {}", shown.path, shown.text))
                .collect();
            let reasons = disliked.reasons.join("; ");
            let notes = format!("disliked ({reasons}); shown: {}", shown.join(" | "));
            Gold::new(&disliked.asked, notes)
        });
        unanswered.chain(disliked).collect()
    }
}

impl Asked {
    fn new(judged: &Judged) -> Asked {
        let given = &judged.given;
        Asked {
            id: judged.id,
            at: given.at,
            command: given.command.clone(),
            question: given.question.clone(),
            language: given.language.clone(),
            reason: given.reason.clone(),
        }
    }
}

impl Disliked {
    fn new(judged: &Judged) -> Disliked {
        let shown: Vec<serde_json::Value> =
            serde_json::from_str(&judged.given.shown).unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let (up, down): (Vec<_>, Vec<_>) = judged.verdicts.iter().partition(|verdict| verdict.good);
        Disliked {
            asked: Asked::new(judged),
            up: up.len(),
            down: down.len(),
            reasons: down
                .iter()
                .filter_map(|verdict| verdict.reason.clone())
                .collect(),
            shown: shown
                .iter()
                .map(|shown| Shown {
                    text: text(&shown["text"]),
                    title: text(&shown["document"]["title"]),
                    path: text(&shown["document"]["path"]),
                })
                .collect(),
        }
    }
}

impl Gold {
    fn new(asked: &Asked, notes: String) -> Gold {
        Gold {
            id: format!("gap-{}", asked.id),
            question: asked.question.clone(),
            lang: asked.language.clone(),
            kind: match asked.command.as_str() {
                "status" => "status",
                "positions" => "position",
                _ => "fact",
            }
            .to_owned(),
            doc: None,
            evidence: Vec::new(),
            all_evidence_needed: false,
            holder: None,
            notes,
        }
    }
}

fn terms(question: &str) -> Vec<String> {
    let mut terms = content_terms(question);
    terms.sort();
    terms.dedup();
    terms
}

fn alike(one: &[String], other: &[String]) -> bool {
    let both = one.iter().filter(|term| other.contains(term)).count();
    let all = one.len() + other.len() - both;
    // Two without a word are alike.
    all == 0 || both as f32 >= ALIKE * all as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Given;

    #[test]
    fn questions_on_one_topic_stand_together_and_what_was_disliked_with_what_was_shown() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let keep = |at, question: &str, reason: Option<&str>| {
            let given = Given {
                at,
                command: "ask".to_owned(),
                question: question.to_owned(),
                language: "nb".to_owned(),
                reason: reason.map(str::to_owned),
                shown:
                    r#"[{"text": "Taket lekker.", "document": {"title": "Møte", "path": "a.md"}}]"#
                        .to_owned(),
                ..Given::default()
            };
            store.keep(&given).unwrap()
        };
        keep(
            1,
            "Hva koster parkering?",
            Some("Det står ikke noe om dette."),
        );
        keep(
            2,
            "Når åpner barnehagen?",
            Some("Det står ikke noe om dette."),
        );
        keep(
            3,
            "hva koster en parkering",
            Some("Det står ikke noe om dette."),
        );
        let bad = keep(4, "Hvem reparerer taket?", None);
        let good = keep(5, "Hvem vasker?", None);
        for (answer, voter, is_good, why) in [
            (bad, "a", false, Some("feil møte")),
            (bad, "b", true, None),
            (good, "a", true, None),
        ] {
            store.judge(answer, voter, is_good, why, 6).unwrap();
        }
        let gaps = Gaps::read(&store, 0).unwrap();
        let told: Vec<(&str, usize)> = (gaps.unanswered.iter())
            .map(|topic| (topic.topic.as_str(), topic.times))
            .collect();
        assert_eq!(
            told,
            [("hva koster en parkering", 2), ("Når åpner barnehagen?", 1)]
        );
        let [disliked] = &gaps.disliked[..] else {
            panic!("{:?}", gaps.disliked)
        };
        assert_eq!((disliked.asked.id, disliked.up, disliked.down), (bad, 1, 1));
        assert_eq!(disliked.reasons, ["feil møte"]);
        assert_eq!(disliked.shown[0].text, "Taket lekker.");
        assert_eq!(Gaps::read(&store, 3).unwrap().unanswered.len(), 1);
        // What is exported is read as gold questions are.
        let lines: Vec<String> = (gaps.gold().iter())
            .map(|gold| serde_json::to_string(gold).unwrap())
            .collect();
        let file = folder.path().join("gold.jsonl");
        std::fs::write(&file, lines.join("\n")).unwrap();
        let gold = crate::evaluate::read(&file).unwrap();
        assert_eq!(gold.len(), 3);
        assert_eq!(gold[0].question, "hva koster en parkering");
    }
}
