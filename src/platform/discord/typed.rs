//! Commands that people type, and choices while they do.

use std::sync::Arc;
use std::time::Duration;

use serenity::model::application::{CommandInteraction, CommandType};

use super::api::{Acknowledge, Interaction, Target};
use super::interactions::{
    Surroundings, conversation_of, is_in_thread, of_locale, origin, place_of,
};
use super::{Discord, commands};
use crate::bot::command::Command;
use crate::bot::{Names, complete};
use crate::platform::shared::Job;
use crate::question::restriction::{Filter, Key, Refusal};
use crate::render::discord::{self, Message, limit};
use crate::render::phrases::chat;

/// Choices are worth nothing after Discord has stopped to wait for them.
const CHOICES_WITHIN: Duration = Duration::from_millis(2500);
/// So much of a message is searched with.
const SEARCHED: usize = 1000;

impl Discord {
    pub(super) async fn command(self: &Arc<Self>, typed: CommandInteraction) {
        let language = of_locale(&typed.locale);
        let by = Interaction {
            id: typed.id.get(),
            token: typed.token.clone(),
            application: typed.application_id.get(),
        };
        let origin = origin(
            typed.guild_id.map(u64::from),
            typed.channel_id.get(),
            typed.channel.as_ref(),
            typed.member.as_deref(),
            &typed.user,
        );
        if typed.data.name == "help" {
            let help = discord::help(&commands::listed(language), language);
            return self.say_at_once(&by, &help).await;
        }
        if let Some(slow_down) = self.too_fast(&origin, language) {
            return self.say_at_once(&by, &slow_down).await;
        }
        if typed.data.name == "add" {
            return self.add(&typed, &by, &origin, language).await;
        }
        if ["follow", "following", "unfollow"].contains(&typed.data.name.as_str()) {
            return self.follow(&typed, &by, origin).await;
        }
        let asked = asked(&typed);
        let at_once = self.viewer_at_once(&origin);
        // Who sees more than others do there gets an answer of their own.
        let sees_more = at_once
            .as_ref()
            .is_some_and(|viewer| viewer.alone(&self.visibility) != viewer.aloud(&self.visibility));
        let private = origin.guild.is_some()
            && (sees_more || asked.private || typed.data.kind == CommandType::Message);
        let acknowledged = self
            .api
            .acknowledge(&by, Acknowledge::Message { private })
            .await;
        if let Err(failure) = acknowledged {
            return self.late("a command", &failure);
        }
        let target = Target::Original(by.clone());
        let viewer = match at_once {
            Some(viewer) => viewer,
            None => self.viewer(origin).await,
        };
        let asked = match asked.command {
            Ok(Some(command)) => command,
            Ok(None) => {
                let nothing = Message::plain(match typed.data.kind {
                    CommandType::Message => chat::no_words(language),
                    _ => chat::nothing_asked(false, language),
                });
                return self.say(&target, by.id, &nothing, language).await;
            }
            Err(refusal) => {
                let refused = discord::refused(&refusal, language);
                return self.say(&target, by.id, &refused, language).await;
            }
        };
        let in_thread = typed.channel.as_ref().is_some_and(is_in_thread);
        // In a thread and between two, one thing leads to another; what one person sees leads nobody on.
        let own_thread = Some(viewer.channel).filter(|channel| self.is_own_thread(*channel));
        let thread = own_thread.filter(|_| !private).map(|id| id.to_string());
        let talk = match viewer.guild {
            None => Some(viewer.channel),
            Some(_) => own_thread.filter(|_| !private),
        };
        let talk = talk.map(conversation_of);
        let job = Job {
            command: asked,
            audience: viewer.audience(&self.visibility, private),
            conversation: talk.clone(),
            before: None,
            channel: place_of(viewer.channel),
        };
        let done = self
            .shared
            .work(move |shared| {
                let before = thread.as_ref();
                let before = before.and_then(|thread| shared.before_in_thread(thread));
                let job = Job { before, ..job };
                let done = shared.perform(&job)?.drawn();
                if let Some(thread) = thread {
                    shared.note_in_thread(&thread, &job.command, &done);
                }
                Ok(done)
            })
            .await;
        let done = match done {
            Ok(done) => done,
            Err(error) => return self.apologise(&target, by.id, &error, language).await,
        };
        if let Some(talk) = talk {
            self.shared.remember(talk, done.said.clone());
        }
        let around = Surroundings {
            private,
            title: true,
            thread: viewer.guild.is_some() && !in_thread && !private,
            language,
        };
        let message = self.message_for(&done, &viewer, &around);
        match self.api.send(&target, &message).await {
            Ok(message) => self.answered(done, message).await,
            Err(failure) => {
                self.apologise(&target, by.id, &failure.into(), language)
                    .await
            }
        }
    }

    /// Offers what begins as the name does that is being typed.
    pub(super) async fn complete(self: &Arc<Self>, typing: CommandInteraction) {
        let by = Interaction {
            id: typing.id.get(),
            token: typing.token.clone(),
            application: typing.application_id.get(),
        };
        let origin = origin(
            typing.guild_id.map(u64::from),
            typing.channel_id.get(),
            typing.channel.as_ref(),
            typing.member.as_deref(),
            &typing.user,
        );
        let Some(field) = typing.data.autocomplete() else {
            return;
        };
        let (name, typed) = (field.name.to_owned(), field.value.to_owned());
        let language = of_locale(&typing.locale);
        let found = async {
            if typing.data.name == "add" {
                return Ok(self.collections(&origin, &typed));
            }
            if name == "followed" {
                return self.followed(origin, &typed, language).await;
            }
            let viewer = self.viewer(origin).await;
            // What only this person sees may be offered: nobody else sees the choices.
            let audience = viewer.alone(&self.visibility);
            let shared = self.shared.clone();
            let found = tokio::task::spawn_blocking(move || {
                let bot = shared.bots.bot(&audience)?;
                anyhow::Ok(choices(bot.names(), &name, &typed))
            });
            found.await.unwrap_or_else(|error| Err(error.into()))
        };
        let choices = match tokio::time::timeout(CHOICES_WITHIN, found).await {
            Ok(Ok(choices)) => choices,
            Ok(Err(error)) => {
                tracing::error!("discord: no choices: {error:#}");
                Vec::new()
            }
            Err(_) => Vec::new(),
        };
        if let Err(failure) = self.api.offer(&by, &choices).await {
            tracing::debug!("discord: choices come too late: {failure}");
        }
    }
}

/// What was asked with a command.
struct Asked {
    command: Result<Option<Command>, Refusal>,
    private: bool,
}

fn asked(typed: &CommandInteraction) -> Asked {
    let data = &typed.data;
    let text = |name: &str| {
        let mut options = data.options.iter();
        let value = options.find(|option| option.name == name)?.value.as_str()?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    let private = data
        .options
        .iter()
        .any(|option| option.name == "private" && option.value.as_bool() == Some(true));
    let filter = || {
        let mut filter = Filter::default();
        for (key, name) in [
            (Key::Holder, "holder"),
            (Key::Body, "body"),
            (Key::From, "from"),
            (Key::To, "to"),
        ] {
            if let Some(value) = text(name) {
                filter.add(key, &value)?;
            }
        }
        Ok(filter)
    };
    let command = match data.name.as_str() {
        "ask" => filter().map(|filter| Some(Command::Ask(text("question")?, filter))),
        "status" => Ok(text("topic").map(Command::Status)),
        "positions" => Ok(text("topic").map(|topic| Command::Positions(topic, text("holder")))),
        "latest" => Ok(Some(Command::Latest)),
        "document" => Ok(text("document").map(Command::Document)),
        "sources" => Ok(Some(Command::Sources)),
        commands::SEARCH => {
            let message = data.resolved.messages.values().next();
            let words =
                message.map(|message| message.content.trim().chars().take(SEARCHED).collect());
            let words = words.filter(|words: &String| !words.is_empty());
            Ok(words.map(|words| Command::Ask(words, Filter::default())))
        }
        _ => Ok(None),
    };
    Asked { command, private }
}

fn choices(names: &Names, field: &str, typed: &str) -> Vec<(String, String)> {
    let of = |list: &[String]| {
        let found = complete(list, |name| name, typed, limit::CHOICES);
        let choice = |name: &&String| (shown(name), cut(name));
        let found = found.iter().map(choice);
        // Discord refuses them all where one is empty.
        let found = found.filter(|(name, value)| !name.is_empty() && !value.is_empty());
        found.collect()
    };
    match field {
        "topic" => of(&names.matters),
        "holder" => of(&names.holders),
        "body" => of(&names.bodies),
        "collection" => of(&names.collections),
        "document" => {
            let found = complete(&names.documents, |(_, title)| title, typed, limit::CHOICES);
            let choice = |(id, title): &&(String, String)| (shown(title), cut(id));
            let found = found.iter().map(choice);
            found.filter(|(title, _)| !title.is_empty()).collect()
        }
        _ => Vec::new(),
    }
}

/// What is seen of a choice.
fn shown(name: &str) -> String {
    discord::shortened(&discord::one_line(name), limit::NAME)
}

/// What is sent back for a choice: no ellipsis, as it is searched for.
fn cut(name: &str) -> String {
    let mut cut = String::new();
    for c in name.chars() {
        if discord::units(&cut) + c.len_utf16() > limit::NAME {
            break;
        }
        cut.push(c);
    }
    cut.trim_end().to_owned()
}
