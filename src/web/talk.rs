//! Conversations, one a browser: what was asked and answered, to be shown again with every page.

use std::sync::Arc;

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::site::Site;
use crate::bot::command::{Command, Reply};
use crate::platform::{Job, Recent};
use crate::question::restriction::Filter;

/// So many browsers' conversations are remembered.
const TALKS: usize = 1000;
/// So many questions of each.
const TURNS: usize = 30;

/// A question and what came of it.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    /// Its place in the conversation, from 1.
    pub(super) number: usize,
    pub(super) question: String,
    pub(super) reply: Reply,
    /// The number under which the answer is kept.
    pub(super) answer: Option<i64>,
    /// Whether the answer was found good, if it was judged.
    pub(super) verdict: Option<bool>,
}

/// All conversations, by the name that a browser keeps.
pub(super) struct Talks(Recent<String, Vec<Turn>>);

impl Talks {
    pub(super) fn new() -> Talks {
        Talks(Recent::new(TALKS))
    }

    /// What was said in a conversation, the first first.
    pub(super) fn turns(&self, name: Option<&String>) -> Vec<Turn> {
        name.and_then(|name| self.0.get(name)).unwrap_or_default()
    }

    fn add(&self, name: &str, mut turn: Turn) -> usize {
        let key = name.to_owned();
        let number = self.0.change(&key, |turns| {
            turn.number = turns.last().map_or(1, |last| last.number + 1);
            turns.push(turn.clone());
            if turns.len() > TURNS {
                turns.remove(0);
            }
            turn.number
        });
        number.unwrap_or_else(|| {
            turn.number = 1;
            self.0.put(key, vec![turn]);
            1
        })
    }
}

/// A name for a conversation that nobody guesses.
pub(super) fn new_name() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("this machine gives no random numbers: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Asks as the next of a conversation. Says which place the question has in it.
pub(super) async fn ask(site: &Arc<Site>, name: &str, question: String) -> anyhow::Result<usize> {
    let key = format!("web:{name}");
    let job = Job {
        command: Command::Ask(question.clone(), Filter::default()),
        audience: site.audience.clone(),
        conversation: Some(key.clone()),
        before: None,
        channel: "web".to_owned(),
    };
    let done = site.shared.work(move |shared| shared.perform(&job)).await?;
    site.shared.remember(key, done.said);
    let turn = Turn {
        number: 0,
        question,
        reply: done.reply,
        answer: done.answer,
        verdict: None,
    };
    Ok(site.talks.add(name, turn))
}

/// Keeps what somebody thinks of an answer that they got.
pub(super) async fn judge(
    site: &Arc<Site>,
    name: &str,
    number: usize,
    good: bool,
    reason: Option<String>,
) -> anyhow::Result<()> {
    let key = name.to_owned();
    let answer = site.talks.0.change(&key, |turns| {
        let turn = turns.iter_mut().find(|turn| turn.number == number)?;
        turn.verdict = Some(good);
        turn.answer
    });
    let Some(answer) = answer.flatten() else {
        return Ok(());
    };
    let voter = voter(answer, name);
    site.shared
        .work(move |shared| {
            let now = crate::clock::now();
            shared
                .store
                .judge(answer, &voter, good, reason.as_deref(), now)
                .context("a verdict cannot be kept")
        })
        .await?;
    Ok(())
}

/// What tells those who judge an answer apart: nobody is named by it, and nobody has two verdicts.
fn voter(answer: i64, name: &str) -> String {
    let digest = Sha256::digest(format!("web:{answer}:{name}").as_bytes());
    digest.iter().take(16).map(|b| format!("{b:02x}")).collect()
}
