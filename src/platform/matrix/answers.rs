//! What becomes of what was heard: whether the bot is meant, what is wanted, and where it is answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::{
    TimelineEventKind, UnableToDecryptInfo, UnableToDecryptReason, WithheldCode,
};
use sha2::Digest;

use super::Matrix;
use super::heard::{self, Heard, What, Words};
use super::listen::json_of;
use super::rooms::{Encrypted, Waiting};
use super::send::{Failure, Place};
use crate::bot::command::{Command, Reply};
use crate::bot::typed::{self, Wish};
use crate::clock::now;
use crate::language::{Language, detect};
use crate::platform::shared::{Done, Job};
use crate::render::matrix::{self, Message};
use crate::render::phrases::{chat, matrix as phrases};

/// So many further passages are folded up under an answer.
const FURTHER: usize = 3;

/// What was asked in a message, and which message answers it, for when it is edited.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    words: Words,
    answer: String,
}

/// A message to the bot.
struct Question<'a> {
    /// The event that is answered: the message, or its edit.
    event: &'a str,
    sender: &'a str,
    wish: Wish,
    text: String,
    /// The conversation that it belongs to.
    on: On,
    place: Place,
    /// What the conversation of the answer is remembered by, if not by the answer alone.
    thread: Option<String>,
}

/// What a question goes on from.
enum On {
    Nothing,
    /// A thread, or a room with two.
    Thread(String),
    /// A message of the bot.
    Message(String),
}

impl On {
    fn key(&self) -> Option<String> {
        match self {
            On::Nothing => None,
            On::Thread(id) | On::Message(id) => Some(key(id)),
        }
    }
}

impl Matrix {
    /// Does what is to be done about something that was heard.
    pub(super) async fn handle(self: &Arc<Self>, room: &Room, waiting: Waiting) {
        let Waiting {
            heard,
            encrypted,
            begun,
        } = waiting;
        let id = heard.id.clone();
        let finished = match heard.what {
            What::Words(words) => {
                self.readable(room, &heard.sender).await;
                self.words(room, &heard.id, &heard.sender, words).await
            }
            What::Reaction { to, key } => {
                self.reacted(room, (heard.id, heard.sender), to, &key).await
            }
            What::Redaction { of } => self.taken_back(of).await,
            What::Unreadable => {
                // Its key may come, and nobody need wait for that.
                let (matrix, room) = (self.clone(), room.clone());
                tokio::spawn(async move {
                    matrix.unreadable(&room, heard, encrypted, begun).await;
                });
                return;
            }
        };
        // What could not be said before the end is heard again after the next start.
        if finished {
            self.done(&id).await;
        }
    }

    /// Answers what was written, if the bot is meant. Says whether that is done with.
    async fn words(self: &Arc<Self>, room: &Room, id: &str, sender: &str, words: Words) -> bool {
        if let Some(replaced) = &words.replaces {
            return self.edited(room, id, sender, replaced, &words).await;
        }
        let Some(question) = self.meant(room, id, sender, &words).await else {
            return true;
        };
        match self.answer(room, question).await {
            Ok(Some(answer)) => {
                self.asked.put(id.to_owned(), Asked { words, answer });
                true
            }
            Ok(None) => true,
            Err(Failure::Ending) => false,
            Err(failure) => {
                tracing::error!("matrix: a question in a room cannot be answered: {failure}");
                true
            }
        }
    }

    /// Answers anew what was asked in other words after all.
    async fn edited(
        self: &Arc<Self>,
        room: &Room,
        id: &str,
        sender: &str,
        replaced: &str,
        words: &Words,
    ) -> bool {
        let Some(asked) = self.asked.get(&replaced.to_owned()) else {
            return true;
        };
        let edited = Words {
            body: words.body.clone(),
            html: words.html.clone(),
            mentions: words.mentions.clone().or(asked.words.mentions.clone()),
            ..asked.words.clone()
        };
        if edited.body == asked.words.body {
            return true;
        }
        let Some(question) = self.meant(room, replaced, sender, &edited).await else {
            return true;
        };
        let question = Question {
            event: id,
            place: Place::Instead(asked.answer.clone()),
            ..question
        };
        match self.answer(room, question).await {
            Err(Failure::Ending) => false,
            Err(failure) => {
                tracing::error!("matrix: an edited question cannot be answered: {failure}");
                true
            }
            Ok(_) => {
                let answer = asked.answer;
                self.asked.put(
                    replaced.to_owned(),
                    Asked {
                        words: edited,
                        answer,
                    },
                );
                true
            }
        }
    }

    /// The question, if the bot is meant.
    async fn meant<'a>(
        self: &Arc<Self>,
        room: &Room,
        id: &'a str,
        sender: &'a str,
        words: &Words,
    ) -> Option<Question<'a>> {
        let name = self.name();
        let direct = self.is_direct(room).await;
        let typed = words.after_prefix(&self.prefixes);
        let mentioned = words.mention(&self.me, &name);
        let replied = match &words.reply_to {
            Some(to) => Some((to.clone(), self.is_own(room, to).await)),
            None => None,
        };
        let replies = matches!(&replied, Some((_, true)));
        let own_thread = match &words.thread {
            // What is said to others there, or in reply to them, is theirs.
            Some(root) => {
                let among = replied.is_none() && !words.mention_others(&self.me);
                among && self.is_own_thread(root).await
            }
            None => false,
        };
        if !(direct || typed.is_some() || mentioned || replies || own_thread) {
            return None;
        }
        let mut text = match typed {
            Some(typed) => typed.to_owned(),
            None => words.said(&self.me, &name),
        };
        if text.is_empty()
            && typed.is_none()
            && let Some((to, false)) = &replied
        {
            // To mention the bot in reply to somebody's question is to pass that on.
            text = self.said_in(room, to).await.unwrap_or_default();
        }
        let wish = match typed {
            Some(_) => typed::after_prefix(&text),
            None => typed::said(&text),
        };
        let on = match (&words.thread, replied) {
            (Some(root), _) => On::Thread(root.clone()),
            (None, Some((to, true))) => On::Message(to),
            (None, _) if direct => On::Thread(room.room_id().to_string()),
            (None, _) => On::Nothing,
        };
        // Other commands are not gone on from.
        let goes_on = matches!(&wish, Wish::Command(command) if command.parts().is_some());
        let place = match &words.thread {
            Some(root) => Place::Thread {
                root: root.clone(),
                to: id.to_owned(),
            },
            None if !direct && goes_on && !text.is_empty() => Place::Thread {
                root: id.to_owned(),
                to: id.to_owned(),
            },
            None => Place::Reply(id.to_owned()),
        };
        let thread = match (&place, &on) {
            (Place::Thread { root, .. }, _) => Some(root.clone()),
            (_, On::Thread(room)) => Some(room.clone()),
            _ => None,
        };
        Some(Question {
            event: id,
            sender,
            wish,
            text,
            on,
            place,
            thread,
        })
    }

    /// Answers a question; returns the answer's event.
    async fn answer(
        self: &Arc<Self>,
        room: &Room,
        question: Question<'_>,
    ) -> Result<Option<String>, Failure> {
        let language = match question.text.is_empty() {
            true => Language::Bokmal,
            false => detect(&question.text),
        };
        if let Err(wait) = self.limits.take(question.sender, room.room_id().as_str()) {
            let Some(wait) = wait else { return Ok(None) };
            let when = phrases::in_seconds(wait, language);
            let words = Message::plain(&chat::too_fast(&when, language));
            let said = self.say(room, &words, &question.place, question.event, "answer");
            return said.await.map(Some);
        }
        let prefix = &self.prefixes[0];
        let at_once = match &question.wish {
            _ if question.text.is_empty() && !matches!(question.wish, Wish::Help) => {
                Some(Message::plain(chat::nothing_asked(false, language)))
            }
            Wish::Help => Some(matrix::help(prefix, language)),
            Wish::Meant(command, rest) => Some(matrix::meant(prefix, command, rest, language)),
            Wish::Lacks(name) => {
                let usage = matrix::usage(prefix, *name, language);
                Some(Message::plain(&phrases::lacks(&usage, language)))
            }
            Wish::Command(_) => None,
        };
        if let Some(message) = at_once {
            let said = self.say(room, &message, &question.place, question.event, "answer");
            return said.await.map(Some);
        }
        let Wish::Command(command) = question.wish.clone() else {
            return Ok(None);
        };
        let typing = self.typing(room);
        let found = self.work_on(room, &question, command.clone()).await;
        let (done, message) = match found {
            Ok(found) => found,
            Err(error) => {
                drop(typing);
                let digest = sha2::Sha256::digest(question.event);
                let id: String = digest
                    .iter()
                    .take(4)
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                tracing::error!("matrix: {id}: {error:#}");
                let message = Message::plain(&chat::failed(&id, language));
                let said = self.say(room, &message, &question.place, question.event, "answer");
                return said.await.map(Some);
            }
        };
        let said = self
            .say(room, &message, &question.place, question.event, "answer")
            .await;
        drop(typing);
        let event = said?;
        self.remember(room, &question, &command, done, &event).await;
        Ok(Some(event))
    }

    /// Finds the answer and makes a message of it.
    async fn work_on(
        self: &Arc<Self>,
        room: &Room,
        question: &Question<'_>,
        command: Command,
    ) -> anyhow::Result<(Done, Message)> {
        let members = match self.places.need_members() {
            true => self.members(room).await,
            false => Vec::new(),
        };
        let room = room.room_id().as_str();
        let audience = self.places.audience(room, &members);
        let conversation = question.on.key();
        let (thread, message) = match &question.on {
            On::Nothing => (None, None),
            On::Thread(thread) => (Some(thread.clone()), None),
            On::Message(message) => (None, Some(message.clone())),
        };
        let channel = key(room);
        let language = detect(&question.text);
        self.shared
            .work(move |shared| {
                let before = match (thread, message) {
                    (Some(thread), _) => shared.before_in_thread(&thread),
                    (None, Some(message)) => shared.before_message(&message),
                    (None, None) => None,
                };
                let job = Job {
                    command,
                    audience,
                    conversation,
                    before,
                    channel,
                };
                let done = shared.perform(&job)?;
                let further = match (&job.command, &done.reply) {
                    (Command::Ask(question, filter), Reply::Answer(answer, _))
                        if answer.declined.is_none() =>
                    {
                        let bot = shared.bots.bot(&job.audience)?;
                        bot.beyond(question, filter, &answer.excerpts, FURTHER)?
                    }
                    _ => Vec::new(),
                };
                let message = match &done.reply {
                    Reply::Answer(answer, searched) => matrix::answer(answer, searched, &further),
                    Reply::Status(status) => matrix::status(status),
                    Reply::Positions(positions, searched) => matrix::positions(positions, searched),
                    Reply::Latest(recent, searched) => matrix::latest(recent, searched, language),
                    Reply::Document(facts) => matrix::document(facts, language),
                    Reply::NoDocument(name, searched) => {
                        matrix::no_document(name, searched, language)
                    }
                    Reply::Refused(refusal, language) => matrix::refused(refusal, *language),
                };
                Ok((done, message))
            })
            .await
    }

    /// Remembers an answer: for replies to it, for its thread and for what people think of it.
    async fn remember(
        self: &Arc<Self>,
        room: &Room,
        question: &Question<'_>,
        command: &Command,
        done: Done,
        event: &str,
    ) {
        // The answer's own event is what it was given in, also where it was changed.
        let event = match &question.place {
            Place::Instead(answer) => answer.clone(),
            _ => event.to_owned(),
        };
        self.own.put(event.clone(), true);
        self.shared.remember(key(&event), done.said.clone());
        let thread = question.thread.clone();
        if let Some(thread) = &thread {
            self.shared.remember(key(thread), done.said.clone());
        }
        let parent = room.room_id().to_string();
        let command = command.clone();
        let kept = self
            .shared
            .work(move |shared| {
                if let Some(answer) = done.answer {
                    shared.store.keep_message(answer, &event)?;
                }
                let Some(thread) = thread else { return Ok(()) };
                let new = shared.store.thread(&thread)?.is_none();
                match command.parts() {
                    // A thread is the bot's from its first answer on, whatever that was.
                    Some((name, asked, _)) if new => {
                        shared
                            .store
                            .keep_thread(&thread, &parent, name, asked, now())?;
                    }
                    _ => shared.note_in_thread(&thread, &command, &done),
                }
                Ok(())
            })
            .await;
        if let Err(error) = kept {
            tracing::error!("matrix: an answer cannot be kept: {error:#}");
        }
    }

    /// Whether the bot sent an event.
    async fn is_own(&self, room: &Room, event: &str) -> bool {
        if let Some(own) = self.own.get(&event.to_owned()) {
            return own;
        }
        let Some(found) = self.event(room, event).await else {
            return false;
        };
        let own = found["sender"] == self.me.as_str();
        self.own.put(event.to_owned(), own);
        own
    }

    async fn is_own_thread(self: &Arc<Self>, root: &str) -> bool {
        let root = root.to_owned();
        let known = self.shared.work(move |shared| shared.store.thread(&root));
        known.await.is_ok_and(|known| known.is_some())
    }

    /// What somebody said in a message.
    async fn said_in(&self, room: &Room, event: &str) -> Option<String> {
        let event = self.event(room, event).await?;
        match heard::read(&event, &self.me)?.what {
            What::Words(words) => Some(words.said(&self.me, &self.name())),
            _ => None,
        }
    }

    async fn event(&self, room: &Room, event: &str) -> Option<serde_json::Value> {
        let id = matrix_sdk::ruma::EventId::parse(event).ok()?;
        let found = room.event(&id, None).await.ok()?;
        Some(json_of(&found))
    }

    /// Shows that the bot is working, until what comes back is dropped.
    fn typing(&self, room: &Room) -> Typing {
        // The library lets it last four seconds.
        const AGAIN: Duration = Duration::from_secs(3);
        let room = room.clone();
        let (done, mut over) = tokio::sync::oneshot::channel::<()>();
        tokio::spawn(async move {
            loop {
                // Whether it is seen is of no consequence.
                let _ = room.typing_notice(true).await;
                if tokio::time::timeout(AGAIN, &mut over).await.is_ok() {
                    break;
                }
            }
            let _ = room.typing_notice(false).await;
        });
        Typing(Some(done))
    }

    /// Keeps what somebody thinks of an answer.
    async fn reacted(
        self: &Arc<Self>,
        room: &Room,
        (reaction, sender): (String, String),
        to: String,
        sign: &str,
    ) -> bool {
        let Some(good) = verdict(sign) else {
            return true;
        };
        let place = key(room.room_id().as_str());
        let kept = self
            .shared
            .work(move |shared| {
                let Some((answer, given)) = shared.store.given_in(&to)? else {
                    return Ok(None);
                };
                if given.channel != place {
                    return Ok(None);
                }
                let voter = voter(&sender, answer);
                shared.store.judge(answer, &voter, good, None, now())?;
                Ok(Some((answer, voter)))
            })
            .await;
        match kept {
            Ok(Some((answer, voter))) => {
                self.votes_change(answer, &voter, |votes| {
                    votes.retain(|(known, _)| *known != reaction);
                    votes.push((reaction.clone(), good));
                })
                .await;
                let of = serde_json::to_vec(&(answer, &voter)).unwrap_or_default();
                self.put(&reaction_key(&reaction), of).await;
            }
            Ok(None) => {}
            Err(error) => tracing::error!("matrix: a verdict cannot be kept: {error:#}"),
        }
        true
    }

    /// Takes back what somebody thought of an answer, if that is what was taken back: what they said of it
    /// otherwise holds again.
    async fn taken_back(self: &Arc<Self>, event: String) -> bool {
        let store = self.client.state_store();
        let key = reaction_key(&event);
        let Ok(Some(of)) = store.remove_custom_value(key.as_bytes()).await else {
            return true;
        };
        let Ok((answer, voter)) = serde_json::from_slice::<(i64, String)>(&of) else {
            return true;
        };
        let left = self
            .votes_change(answer, &voter, |votes| {
                votes.retain(|(known, _)| *known != event)
            })
            .await;
        let last = left.last().map(|(_, good)| *good);
        let kept = self
            .shared
            .work(move |shared| match last {
                Some(good) => shared.store.judge(answer, &voter, good, None, now()),
                None => shared.store.withdraw(answer, &voter),
            })
            .await;
        if let Err(error) = kept {
            tracing::error!("matrix: a verdict cannot be taken back: {error:#}");
        }
        true
    }

    /// Changes which reactions somebody has to an answer; returns them, the last one last.
    async fn votes_change(
        &self,
        answer: i64,
        voter: &str,
        change: impl FnOnce(&mut Vec<(String, bool)>),
    ) -> Vec<(String, bool)> {
        let key = format!("referent.votes.{answer}.{voter}");
        let known = self
            .client
            .state_store()
            .get_custom_value(key.as_bytes())
            .await;
        let known = known.ok().flatten();
        let mut votes: Vec<(String, bool)> = known
            .and_then(|votes| serde_json::from_slice(&votes).ok())
            .unwrap_or_default();
        change(&mut votes);
        self.put(&key, serde_json::to_vec(&votes).unwrap_or_default())
            .await;
        votes
    }

    async fn put(&self, key: &str, value: Vec<u8>) {
        let kept = self
            .client
            .state_store()
            .set_custom_value(key.as_bytes(), value);
        if let Err(error) = kept.await {
            tracing::error!("matrix: something cannot be kept: {error}");
        }
    }

    /// Waits for the key of a message; where none comes, says once that it cannot be read.
    async fn unreadable(
        self: &Arc<Self>,
        room: &Room,
        heard: Heard,
        encrypted: Option<Encrypted>,
        begun: super::Begun,
    ) {
        // Keys often come a moment after what they open.
        const WAIT: [u64; 5] = [1, 1, 2, 3, 5];
        let mut withheld = false;
        if let Some(encrypted) = &encrypted {
            for seconds in WAIT {
                let mut stop = self.stop.clone();
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
                    _ = stop.wait_for(|stop| *stop) => return,
                }
                let Ok(event) = room.decrypt_event(encrypted, None).await else {
                    continue;
                };
                if let TimelineEventKind::UnableToDecrypt { utd_info, .. } = &event.kind {
                    withheld = is_withheld(utd_info);
                    continue;
                }
                return match heard::read(&json_of(&event), &self.me) {
                    Some(heard) => self.enqueue(
                        room,
                        Waiting {
                            heard,
                            encrypted: None,
                            begun,
                        },
                    ),
                    None => self.done(&heard.id).await,
                };
            }
        }
        if self.note_unreadable(room, &heard.sender, true).await {
            tracing::warn!(
                "matrix: a message in {} cannot be decrypted{}",
                room.room_id(),
                if withheld {
                    ": its key is withheld"
                } else {
                    ""
                }
            );
            // What it was written in is not known.
            let languages = [Language::Bokmal, Language::English];
            let words = languages.map(|language| phrases::unreadable(withheld, language));
            let words = Message::plain(&words.join("\n\n"));
            let place = Place::Reply(heard.id.clone());
            match self
                .say(room, &words, &place, &heard.id, "unreadable")
                .await
            {
                Ok(_) => {}
                Err(Failure::Ending) => {
                    self.note_unreadable(room, &heard.sender, false).await;
                    return;
                }
                Err(failure) => tracing::warn!("matrix: that could not be said: {failure}"),
            }
        }
        self.done(&heard.id).await;
    }

    /// Something of a sender could be read: when that changes, it is said anew.
    async fn readable(&self, room: &Room, sender: &str) {
        if room.encryption_state().is_encrypted() {
            self.note_unreadable(room, sender, false).await;
        }
    }

    /// Takes note whether a sender's messages in a room cannot be read. Says whether that is new.
    async fn note_unreadable(&self, room: &Room, sender: &str, cannot: bool) -> bool {
        let name = format!("{} {sender}", room.room_id());
        let mut unreadable = self.unreadable.lock().await;
        let new = match cannot {
            true => unreadable.insert(name),
            false => unreadable.remove(&name),
        };
        if new {
            let all = serde_json::to_vec(&*unreadable).unwrap_or_default();
            self.put(super::UNREADABLE, all).await;
        }
        new
    }
}

/// The bot is shown to be working as long as this is there.
struct Typing(
    #[expect(dead_code, reason = "the other end sees it dropped")]
    Option<tokio::sync::oneshot::Sender<()>>,
);

/// What something is remembered or kept under, with the platform's name before it.
fn key(id: &str) -> String {
    format!("matrix:{id}")
}

fn reaction_key(event: &str) -> String {
    format!("referent.reaction.{event}")
}

/// Whether a sign says that an answer is good, or that it is bad; in whatever colour.
fn verdict(sign: &str) -> Option<bool> {
    match sign.chars().next()? {
        '👍' => Some(true),
        '👎' => Some(false),
        _ => None,
    }
}

/// What tells those who judge an answer apart: nobody is named by it, and nobody has two verdicts.
fn voter(user: &str, answer: i64) -> String {
    let digest = sha2::Sha256::digest(format!("matrix:{user}:{answer}"));
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn is_withheld(info: &UnableToDecryptInfo) -> bool {
    matches!(
        &info.reason,
        UnableToDecryptReason::MissingMegolmSession {
            withheld_code: Some(WithheldCode::Unverified | WithheldCode::Blacklisted)
        }
    )
}

/// How fast people may ask, by the core's rule; who was told so is not told again for a while.
pub(super) struct Limits {
    limits: crate::platform::limits::Limits,
    told: crate::platform::recent::Recent<u64, Instant>,
}

impl Limits {
    pub(super) fn new(user_per_minute: u32, room_per_minute: u32) -> Limits {
        Limits {
            limits: crate::platform::limits::Limits::new(user_per_minute, room_per_minute),
            told: crate::platform::recent::Recent::new(1000),
        }
    }

    /// Counts a question. Where it comes too soon, says for how many seconds to wait; nothing to one who
    /// was told so a moment ago, or two programs could go on telling each other.
    fn take(&self, user: &str, room: &str) -> Result<(), Option<u64>> {
        const AGAIN: Duration = Duration::from_secs(60);
        let (user, now) = (number(user), Instant::now());
        let taken = self.limits.take(user, Some(number(room)), now);
        taken.map_err(|wait| {
            let told = self.told.get(&user);
            let told = told.is_some_and(|at| now.duration_since(at) < AGAIN);
            if !told {
                self.told.put(user, now);
            }
            (!told).then(|| wait.as_secs() + 1)
        })
    }
}

fn number(id: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}
