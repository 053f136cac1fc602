//! What becomes of what was heard: whether the bot is meant, what is wanted, and where it is answered.

use std::sync::Arc;
use std::time::Duration;

use matrix_sdk::Room;
use sha2::Digest;

use super::Matrix;
use super::heard::{self, File, What, Words};
use super::listen::json_of;
use super::rooms::Waiting;
use super::send::{Failure, Place};
use crate::bot::command::{Command, Reply};
use crate::bot::typed::{self, Wish};
use crate::clock::now;
use crate::language::{Language, detect};
use crate::platform::shared::{Done, Job};
use crate::render::matrix::{self, Message};
use crate::render::phrases::{chat, matrix as phrases};

/// Of what is asked, so many characters count.
const LONGEST: usize = 2_000;
/// So many further passages are folded up under an answer.
const FURTHER: usize = 3;

/// What was asked in a message, and which message answers it, for when it is edited.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    room: String,
    sender: String,
    words: Words,
    answer: String,
}

/// A message to the bot.
pub(super) struct Question<'a> {
    /// The event that is answered: the message, or its edit.
    pub(super) event: &'a str,
    pub(super) sender: &'a str,
    /// Whether it began with a prefix.
    typed: bool,
    /// Whether others are there.
    among_others: bool,
    pub(super) wish: Wish,
    text: String,
    /// The conversation that it belongs to.
    on: On,
    pub(super) place: Place,
    /// The thread of the bot, or the room with two, that the conversation is remembered by.
    pub(super) thread: Option<String>,
    /// The file over it, and the message that it replies to.
    pub(super) file: Option<File>,
    pub(super) replies_to: Option<String>,
}

/// What a question goes on from.
enum On {
    Nothing,
    /// A thread, or a room with two; whether it is known to be the bot's.
    Thread(String, bool),
    /// A message of the bot.
    Message(String),
}

impl On {
    fn key(&self, room: &str) -> Option<String> {
        match self {
            On::Nothing => None,
            On::Thread(id, _) | On::Message(id) => Some(conversation(room, id)),
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
        let question = match self.meant(room, id, sender, &words).await {
            Ok(Some(question)) => question,
            Ok(None) => return true,
            Err(_) => return false,
        };
        let language = language_of(&question);
        match self.answer(room, question).await {
            Ok(Some(answer)) => {
                let asked = Asked {
                    room: room.room_id().to_string(),
                    sender: sender.to_owned(),
                    words,
                    answer,
                };
                self.asked.put(id.to_owned(), asked);
                true
            }
            Ok(None) => true,
            Err(Failure::Ending) => false,
            Err(failure) => {
                let room_id = room.room_id();
                tracing::error!("matrix: a question in {room_id} cannot be answered: {failure}");
                // Where it is the answer's words that the server does not let through, others may pass.
                let words = Message::plain(phrases::refused(language));
                let place = Place::Reply(id.to_owned());
                let said = self.say(room, &words, &place, id, "refused").await;
                !matches!(said, Err(Failure::Ending))
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
        // Servers do not look whose message is edited.
        if asked.sender != sender || asked.room != room.room_id().as_str() {
            return true;
        }
        let edited = Words {
            body: words.body.clone(),
            html: words.html.clone(),
            mentions: words.mentions.clone().or(asked.words.mentions.clone()),
            ..asked.words.clone()
        };
        if edited.body == asked.words.body {
            return true;
        }
        let question = match self.meant(room, replaced, sender, &edited).await {
            Ok(Some(question)) => question,
            Ok(None) => return true,
            Err(_) => return false,
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
                let asked = Asked {
                    words: edited,
                    ..asked
                };
                self.asked.put(replaced.to_owned(), asked);
                true
            }
        }
    }

    /// The question, if the bot is meant. Fails only where the end comes before that is known.
    async fn meant<'a>(
        self: &Arc<Self>,
        room: &Room,
        id: &'a str,
        sender: &'a str,
        words: &Words,
    ) -> Result<Option<Question<'a>>, Failure> {
        let name = self.name();
        let direct = self.is_direct(room).await?;
        let typed = words.after_prefix(&self.prefixes);
        let mentioned = words.mention(&self.me, &name);
        let replied = match &words.reply_to {
            Some(to) => Some((to.clone(), self.is_own(room, to).await?)),
            None => None,
        };
        let replies = matches!(&replied, Some((_, true)));
        let own_thread = match &words.thread {
            Some(root) => self.is_own_thread(room, root).await?,
            None => false,
        };
        // What is said to others in its threads, or in reply to them, is theirs.
        let among = own_thread && replied.is_none() && !words.mention_others(&self.me);
        if !(direct || typed.is_some() || mentioned || replies || among) {
            return Ok(None);
        }
        let mut text = match typed {
            Some(typed) => typed.to_owned(),
            None => words.said(&self.me, &name),
        };
        if let Some((end, _)) = text.char_indices().nth(LONGEST) {
            text.truncate(end);
        }
        if text.is_empty()
            && typed.is_none()
            && let Some((to, false)) = &replied
        {
            // To mention the bot in reply to somebody's question is to pass that on.
            text = self.said_in(room, to).await?.unwrap_or_default();
        }
        let wish = match typed {
            Some(_) => typed::after_prefix(&text),
            None => typed::said(&text),
        };
        let on = match (&words.thread, replied) {
            (Some(root), _) => On::Thread(root.clone(), own_thread),
            (None, Some((to, true))) => On::Message(to),
            (None, _) if direct => On::Thread(room.room_id().to_string(), true),
            (None, _) => On::Nothing,
        };
        // Other commands are not gone on from.
        let goes_on = match &wish {
            Wish::Command(command) => command.parts().is_some(),
            // A yes or no follows.
            Wish::Follow(..) => true,
            _ => false,
        };
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
            // To be asked in a thread of others makes it none of the bot's.
            (Place::Thread { root, .. }, _) if !direct && !own_thread && root != id => None,
            (Place::Thread { root, .. }, _) => Some(root.clone()),
            (_, On::Thread(room, _)) => Some(room.clone()),
            _ => None,
        };
        Ok(Some(Question {
            event: id,
            sender,
            typed: typed.is_some(),
            among_others: !direct,
            wish,
            text,
            on,
            place,
            thread,
            file: words.file.clone(),
            replies_to: words.reply_to.clone(),
        }))
    }

    /// Answers a question; returns the answer's event.
    async fn answer(
        self: &Arc<Self>,
        room: &Room,
        question: Question<'_>,
    ) -> Result<Option<String>, Failure> {
        let language = language_of(&question);
        if let Err(wait) = self.pace.take(question.sender, room.room_id().as_str()) {
            let Some(wait) = wait else { return Ok(None) };
            let when = phrases::in_seconds(wait, language);
            let words = Message::plain(&chat::too_fast(&when, language));
            let said = self.say(room, &words, &question.place, question.event, "answer");
            return said.await.map(Some);
        }
        let prefix = &self.prefixes[0];
        if !question.typed
            && let Err(first) = self.pace.goes_on(question.sender, room.room_id().as_str())
        {
            tracing::warn!("matrix: {} may be a program that answers", question.sender);
            if !first {
                return Ok(None);
            }
            let words = Message::plain(&phrases::enough(prefix, language));
            let said = self.say(room, &words, &question.place, question.event, "answer");
            return said.await.map(Some);
        }
        let confirmed = match typed::yes_or_no(&question.text) {
            Some(yes) => {
                self.confirmed(room, question.sender, yes, question.event)
                    .await?
            }
            None => None,
        };
        let at_once = match &question.wish {
            _ if confirmed.is_some() => confirmed,
            _ if question.text.is_empty() && !matches!(question.wish, Wish::Help) => Some(
                Message::plain(chat::nothing_asked(question.among_others, language)),
            ),
            Wish::Help => Some(matrix::help(prefix, language)),
            Wish::Meant(command, rest) => Some(matrix::meant(prefix, command, rest, language)),
            Wish::Lacks(name) => {
                let usage = matrix::usage(prefix, *name, language);
                Some(Message::plain(&phrases::lacks(&usage, language)))
            }
            Wish::Follow(..) | Wish::Following | Wish::Change(..) => {
                self.follow_wish(room, &question, language).await?
            }
            Wish::Add(collection) => {
                let _typing = self.typing(room);
                let wanted = collection.as_deref();
                Some(self.add(room, &question, wanted, language).await?)
            }
            Wish::Command(_) => None,
        };
        if let Some(message) = at_once {
            let said = self.say(room, &message, &question.place, question.event, "answer");
            let said = said.await?;
            self.own
                .put(conversation(room.room_id().as_str(), &said), true);
            if let Wish::Follow(what, _) = &question.wish {
                self.note_thread(room, &question, what.topic.clone()).await;
            }
            return Ok(Some(said));
        }
        let Wish::Command(command) = question.wish.clone() else {
            return Ok(None);
        };
        let typing = self.typing(room);
        let members = match self.places.need_members() {
            // Of whom nothing is known, nothing is shown to.
            true => self.members(room).await?.unwrap_or_default(),
            false => Vec::new(),
        };
        let found = self.work_on(room, &members, &question, command.clone());
        let (done, message) = match found.await {
            Ok(found) => found,
            Err(error) => {
                drop(typing);
                let id = error_id(question.event);
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
        // An answer that takes another's place leaves that one's picture.
        let replaces = matches!(question.place, Place::Instead(_));
        if let Some(picture) = done.picture.as_ref().filter(|_| !replaces) {
            self.show(room, picture, &question.place, question.event)
                .await;
        }
        self.remember(room, &question, &command, done, &event).await;
        Ok(Some(event))
    }

    /// Finds the answer and makes a message of it.
    async fn work_on(
        self: &Arc<Self>,
        room: &Room,
        members: &[String],
        question: &Question<'_>,
        command: Command,
    ) -> anyhow::Result<(Done, Message)> {
        let room = room.room_id().as_str();
        let audience = self.places.audience(room, members);
        let conversation = question.on.key(room);
        let (thread, message) = match &question.on {
            On::Nothing => (None, None),
            On::Thread(_, false) => (None, None),
            On::Thread(thread, true) => (Some(thread.clone()), None),
            On::Message(message) => (None, Some(message.clone())),
        };
        let channel = key(room);
        let language = language_of(question);
        let (alone, prefix) = (!question.among_others, self.prefixes[0].clone());
        self.shared
            .work(move |shared| {
                let before = match (thread, message) {
                    // Somebody may have opened it on a message of the bot.
                    (Some(thread), _) => shared
                        .before_in_thread(&thread)
                        .or_else(|| shared.before_message(&thread)),
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
                let done = shared.perform(&job)?.drawn();
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
                    Reply::Status(status) => {
                        let card = matrix::status(status);
                        match alone && !status.timeline.is_empty() {
                            // In a room with others, it would be read again and again by those who may not.
                            true => matrix::with_line(
                                card,
                                &phrases::follow_this(
                                    &prefix,
                                    &matrix::inert(&status.topic),
                                    status.language,
                                ),
                            ),
                            false => card,
                        }
                    }
                    Reply::Positions(positions, searched) => matrix::positions(positions, searched),
                    Reply::Latest(recent, searched) => matrix::latest(recent, searched, language),
                    Reply::Document(facts) => matrix::document(facts, language),
                    Reply::NoDocument(name, searched) => {
                        matrix::no_document(name, searched, language)
                    }
                    Reply::Refused(refusal, language) => matrix::refused(refusal, *language),
                    Reply::Sources(sources, searched) => {
                        matrix::sources(sources, searched, language)
                    }
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
        let parent = room.room_id().to_string();
        self.own.put(conversation(&parent, &event), true);
        let on = [Some(&event), question.thread.as_ref()];
        for id in on.into_iter().flatten() {
            self.shared
                .remember(conversation(&parent, id), done.said.clone());
        }
        let thread = question.thread.clone();
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

    /// Takes note that a thread is the bot's, where what is said there needs no mention.
    async fn note_thread(
        self: &Arc<Self>,
        room: &Room,
        question: &Question<'_>,
        topic: Option<String>,
    ) {
        let (Some(thread), parent) = (question.thread.clone(), room.room_id().to_string()) else {
            return;
        };
        let topic = topic.unwrap_or_default();
        let kept = self.shared.work(move |shared| {
            let store = &shared.store;
            match store.thread(&thread)? {
                Some(_) => Ok(()),
                None => store.keep_thread(&thread, &parent, "ask", &topic, now()),
            }
        });
        if let Err(error) = kept.await {
            tracing::error!("matrix: a thread cannot be kept: {error:#}");
        }
    }

    /// Whether the bot sent an event.
    async fn is_own(self: &Arc<Self>, room: &Room, event: &str) -> Result<bool, Failure> {
        // What is a message of the bot in one room is none in another.
        let key = conversation(room.room_id().as_str(), event);
        if let Some(own) = self.own.get(&key) {
            return Ok(own);
        }
        let Some(found) = self.event(room, event).await? else {
            return Ok(false);
        };
        let own = found["sender"] == self.me.as_str();
        self.own.put(key, own);
        Ok(own)
    }

    /// Whether a thread was opened by an answer of the bot, or on a message of it.
    async fn is_own_thread(self: &Arc<Self>, room: &Room, root: &str) -> Result<bool, Failure> {
        let thread = root.to_owned();
        let known = self.shared.work(move |shared| shared.store.thread(&thread));
        let known = known.await.ok().flatten();
        Ok(
            known.is_some_and(|known| known.parent == room.room_id().as_str())
                || self.is_own(room, root).await?,
        )
    }

    /// What somebody said in a message.
    async fn said_in(&self, room: &Room, event: &str) -> Result<Option<String>, Failure> {
        let event = self.event(room, event).await?;
        let heard = event.and_then(|event| heard::read(&event, &self.me));
        Ok(match heard.map(|heard| heard.what) {
            Some(What::Words(words)) => Some(words.said(&self.me, &self.name())),
            _ => None,
        })
    }

    /// An event of a room; nothing where there is none that the bot may see.
    pub(super) async fn event(
        &self,
        room: &Room,
        event: &str,
    ) -> Result<Option<serde_json::Value>, Failure> {
        let Ok(id) = &matrix_sdk::ruma::EventId::parse(event) else {
            return Ok(None);
        };
        let found = self.insist(|| async move { room.event(id, None).await });
        match found.await {
            Ok(found) => Ok(Some(json_of(&found))),
            Err(Failure::Ending) => Err(Failure::Ending),
            Err(_) => Ok(None),
        }
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
}

/// The bot is shown to be working as long as this is there.
struct Typing(
    #[expect(dead_code, reason = "the other end sees it dropped")]
    Option<tokio::sync::oneshot::Sender<()>>,
);

/// What an error is found by in the log.
pub(super) fn error_id(event: &str) -> String {
    let digest = sha2::Sha256::digest(event);
    let first = digest.iter().take(4);
    first.map(|byte| format!("{byte:02x}")).collect()
}

/// The language to answer in, for what has none of its own.
fn language_of(question: &Question<'_>) -> Language {
    let told = match &question.wish {
        Wish::Meant(command, _) => typed::language(command),
        // A question has its own, and cards do.
        Wish::Command(Command::Ask(..) | Command::Status(..) | Command::Positions(..)) => None,
        _ => typed::language(&question.text),
    };
    told.unwrap_or_else(|| match question.text.is_empty() {
        true => Language::Bokmal,
        false => detect(&question.text),
    })
}

/// What a conversation in a room is remembered by: an event, or the room itself.
fn conversation(room: &str, id: &str) -> String {
    format!("matrix:{room} {id}")
}

/// What something is kept under, with the platform's name before it.
pub(super) fn key(id: &str) -> String {
    format!("matrix:{id}")
}
