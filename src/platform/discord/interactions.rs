//! Interactions: commands, choices while they are typed, buttons and forms. Each is acknowledged before any
//! work. What is typed is in `typed.rs`, what is pressed in `buttons.rs`; here is what both need.

use std::sync::Arc;
use std::time::Instant;

use serenity::model::application::Interaction as Interacted;
use serenity::model::channel::PartialChannel;
use serenity::model::guild::Member;
use serenity::model::user::User;

use super::Discord;
use super::api::{Failure, Interaction, Target};
use super::viewer::{Origin, Viewer, is_thread};
use crate::answer::Excerpt;
use crate::bot::audience::Audience;
use crate::bot::command::Reply;
use crate::clock::now;
use crate::language::Language;
use crate::platform::shared::Done;
use crate::render::discord::{self, Buttons, Message};
use crate::render::phrases::chat;

/// What a message depends on besides what it says.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    /// Whether only one person sees it.
    pub(super) private: bool,
    /// Whether the question stands over the answer.
    pub(super) title: bool,
    /// Whether a thread can be opened on it.
    pub(super) thread: bool,
    /// The language where no question tells it.
    pub(super) language: Language,
}

impl Discord {
    pub(super) async fn interaction(self: &Arc<Self>, interaction: Interacted) {
        match interaction {
            Interacted::Command(command) => self.command(command).await,
            Interacted::Autocomplete(typing) => self.complete(typing).await,
            Interacted::Component(pressed) => self.pressed(pressed).await,
            Interacted::Modal(form) => self.filled(form).await,
            _ => {}
        }
    }

    /// Remembers by which message an answer was given, for replies to it.
    pub(super) async fn answered(self: &Arc<Self>, done: Done, message: Option<u64>) {
        let Some(message) = message else { return };
        self.shared.remember(conversation_of(message), done.said);
        let Some(answer) = done.answer else { return };
        let kept = self
            .shared
            .work(move |shared| shared.store.keep_message(answer, &message.to_string()))
            .await;
        if let Err(error) = kept {
            tracing::error!("discord: an answer cannot be kept: {error:#}");
        }
    }

    /// What comes back, as a message.
    pub(super) fn message_for(
        &self,
        done: &Done,
        viewer: &Viewer,
        around: &Surroundings,
    ) -> Message {
        let language = around.language;
        let found = !done.reply.excerpts().is_empty();
        let buttons = done.answer.map(|answer| {
            let aloud = viewer.aloud(&self.visibility);
            let admitted = |shown: &&Excerpt| admits(&aloud, &shown.document.collection);
            Buttons {
                answer,
                show: around.private && found && done.reply.excerpts().iter().all(admitted),
                thread: around.thread && found,
            }
        });
        match &done.reply {
            Reply::Answer(answer, searched) => {
                let title = around.title.then_some(answer.question.as_str());
                discord::answer(answer, searched, title, buttons)
            }
            Reply::Status(status) => Message {
                picture: done.picture.clone(),
                ..discord::status(status, buttons)
            },
            Reply::Positions(positions, searched) => {
                discord::positions(positions, searched, buttons)
            }
            Reply::Latest(recent, searched) => discord::latest(recent, searched, language),
            Reply::Document(facts) => discord::document(facts, language),
            Reply::NoDocument(name, searched) => discord::no_document(name, searched, language),
            Reply::Refused(refusal, language) => discord::refused(refusal, *language),
            Reply::Sources(sources, searched) => discord::sources(sources, searched, language),
        }
    }

    /// Discord has stopped to wait.
    pub(super) fn late(&self, what: &str, failure: &Failure) {
        self.shared.metrics.late.inc();
        tracing::warn!("discord: too late to answer {what}: {failure}");
    }

    pub(super) async fn say_at_once(&self, by: &Interaction, message: &Message) {
        let target = Target::Response {
            interaction: by.clone(),
            private: true,
        };
        if let Err(failure) = self.api.send(&target, message).await {
            tracing::warn!("discord: an answer cannot be given: {failure}");
        }
    }

    pub(super) async fn say(
        &self,
        target: &Target,
        event: u64,
        message: &Message,
        language: Language,
    ) {
        if let Err(failure) = self.api.send(target, message).await {
            self.apologise(target, event, &failure.into(), language)
                .await;
        }
    }

    /// What is said to somebody who asks too fast.
    pub(super) fn too_fast(&self, origin: &Origin, language: Language) -> Option<Message> {
        let wait = self
            .limits
            .take(origin.user, origin.guild, Instant::now())
            .err()?;
        let when = now() + i64::try_from(wait.as_secs()).unwrap_or(60) + 1;
        Some(Message::plain(chat::too_fast(
            &format!("<t:{when}:R>"),
            language,
        )))
    }
}

/// What a conversation is remembered by that a message belongs to.
pub(super) fn conversation_of(id: u64) -> String {
    format!("discord:{id}")
}

/// Where an answer is kept to have been given.
pub(super) fn place_of(channel: u64) -> String {
    format!("discord:{channel}")
}

pub(super) fn admits(audience: &Audience, collection: &str) -> bool {
    match audience {
        Audience::Everything => true,
        Audience::Collections(seen) => seen.contains(collection),
    }
}

pub(super) fn of_locale(locale: &str) -> Language {
    match locale {
        "no" => Language::Bokmal,
        _ => Language::English,
    }
}

pub(super) fn is_in_thread(channel: &PartialChannel) -> bool {
    is_thread(Some(u64::from(u8::from(channel.kind))))
}

pub(super) fn origin(
    guild: Option<u64>,
    channel: u64,
    of: Option<&PartialChannel>,
    member: Option<&Member>,
    user: &User,
) -> Origin {
    let roles = member.map(|member| member.roles.iter().map(|role| role.get()).collect());
    let parent = of.filter(|of| is_in_thread(of)).and_then(|of| of.parent_id);
    Origin {
        user: user.id.get(),
        guild,
        channel,
        parent: parent.map(u64::from),
        roles: roles.unwrap_or_default(),
    }
}
