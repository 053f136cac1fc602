//! What people write to the bot: mentions, direct messages, replies to it, and whatever is written in
//! a thread that it opened.

use std::sync::Arc;

use serenity::model::Timestamp;
use serenity::model::channel::{Message as Written, MessageType};
use serenity::model::event::MessageUpdateEvent;
use serenity::model::user::User;

use super::api::{Failure, Target};
use super::interactions::{Surroundings, conversation_of, place_of};
use super::viewer::Origin;
use super::{Discord, commands};
use crate::bot::command::Command;
use crate::language::{Language, detect};
use crate::platform::shared::Job;
use crate::question::restriction::Filter;
use crate::render::discord::{self, Message};
use crate::render::phrases::chat;

/// The last message that came in a channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Last {
    message: u64,
    guild: Option<u64>,
}

/// What was asked in a message, and which message answers it.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    heard: Heard,
    /// When it was last edited: events may come in another order than they were sent.
    edited: Option<Timestamp>,
    /// Nothing while it is being worked on.
    answer: Option<u64>,
}

/// A message that the bot is to answer.
#[derive(Debug, Clone)]
struct Heard {
    message: u64,
    question: String,
    origin: Origin,
    /// The message of the bot that it replies to.
    replies_to: Option<u64>,
    /// Whether it was written in a thread that the bot opened.
    in_thread: bool,
}

impl Heard {
    /// What the conversation is remembered by that it belongs to.
    fn conversation(&self) -> Option<u64> {
        match self.origin.guild {
            // In a thread and between two, one thing leads to another.
            None => Some(self.origin.channel),
            Some(_) if self.in_thread => Some(self.origin.channel),
            Some(_) => self.replies_to,
        }
    }
}

impl Discord {
    pub(super) async fn message(self: &Arc<Self>, message: Written) {
        let (id, channel) = (message.id.get(), message.channel_id.get());
        let guild = message.guild_id.map(u64::from);
        let plain = matches!(
            message.kind,
            MessageType::Regular | MessageType::InlineReply
        );
        let person = !message.author.bot && message.webhook_id.is_none();
        if !plain || !person || !self.events.put(id, ()) {
            return;
        }
        let last = Last { message: id, guild };
        if self.channels.get(&channel).is_some() {
            self.channels.put(channel, last);
        }
        let me = self.me();
        let replied = message.referenced_message.as_deref();
        let replies_to = replied.filter(|replied| replied.author.id.get() == me);
        let mentioned = message.mentions.iter().any(|user| user.id.get() == me);
        let in_thread = guild.is_some() && self.is_own_thread(channel);
        if guild.is_some() && !mentioned && replies_to.is_none() && !in_thread {
            return;
        }
        self.channels.put(channel, last);
        let mut question = words(&message.content, &message.mentions, me);
        if question.is_empty() && mentioned {
            // To mention the bot in reply to somebody's question is to pass that on.
            let passed = replied.filter(|replied| replied.author.id.get() != me);
            let passed = passed.map(|replied| words(&replied.content, &replied.mentions, me));
            question = passed.unwrap_or_default();
        }
        let member = message.member.as_deref();
        let roles = member.map(|member| member.roles.iter().map(|role| role.get()).collect());
        let heard = Heard {
            message: id,
            question,
            origin: Origin {
                user: message.author.id.get(),
                guild,
                channel,
                parent: None,
                roles: roles.unwrap_or_default(),
            },
            replies_to: replies_to.map(|replied| replied.id.get()),
            in_thread,
        };
        if heard.question.is_empty() {
            let overheard = in_thread && !mentioned && replies_to.is_none();
            return match overheard {
                // A picture, or a mere "@somebody", is no question.
                true if !message.content.is_empty() || !message.attachments.is_empty() => {}
                true => self.unreadable(&heard).await,
                false => self.nothing_asked(&heard).await,
            };
        }
        self.answer(heard, None).await;
    }

    /// Says that nothing was asked.
    async fn nothing_asked(self: &Arc<Self>, heard: &Heard) {
        let language = Language::Bokmal;
        let words = Message::plain(chat::nothing_asked(heard.origin.guild.is_some(), language));
        self.reply(heard, &words, None, language).await;
    }

    /// Says in a thread that what was written cannot be read, once and in the language that was asked in.
    async fn unreadable(self: &Arc<Self>, heard: &Heard) {
        let id = heard.origin.channel.to_string();
        let first = self.shared.work(move |shared| {
            let first = shared.store.hint(&id)?;
            let thread = shared.store.thread(&id)?.filter(|_| first);
            Ok(thread.map(|thread| detect(&thread.question)))
        });
        match first.await {
            Ok(Some(language)) => {
                let words = Message::plain(chat::thread_opened(false, language));
                self.reply(heard, &words, None, language).await;
            }
            Ok(None) => {}
            Err(error) => tracing::error!("discord: {error:#}"),
        }
    }

    /// Answers what was heard, in place of an earlier answer where there is one.
    async fn answer(self: &Arc<Self>, heard: Heard, instead_of: Option<u64>) {
        let language = detect(&heard.question);
        if is_help(&heard.question) {
            let help = discord::help(&commands::listed(language), language);
            let sent = self.reply(&heard, &help, instead_of, language).await;
            return self.answered_message(heard, sent).await;
        }
        if let Some(slow_down) = self.too_fast(&heard.origin, language) {
            let sent = self.reply(&heard, &slow_down, instead_of, language).await;
            return self.answered_message(heard, sent).await;
        }
        let channel = heard.origin.channel;
        if instead_of.is_none() {
            let asked = Asked {
                heard: heard.clone(),
                edited: None,
                answer: None,
            };
            self.asked.put(heard.message, asked);
            // The answer does not wait for it.
            let discord = self.clone();
            tokio::spawn(async move { discord.api.typing(channel).await });
        }
        let mut origin = heard.origin.clone();
        if origin.guild.is_some() {
            origin.parent = self.parent_of(channel).await;
        }
        let viewer = self.viewer(origin).await;
        // A message in a channel is read by all who are there.
        let audience = viewer.aloud(&self.visibility);
        let (thread, replies_to) = (heard.in_thread.then_some(channel), heard.replies_to);
        let (question, conversation) = (heard.question.clone(), heard.conversation());
        let done = self
            .shared
            .work(move |shared| {
                let before = match (thread, replies_to) {
                    (Some(thread), _) => shared.before_in_thread(&thread.to_string()),
                    (None, Some(message)) => shared.before_message(&message.to_string()),
                    (None, None) => None,
                };
                let job = Job {
                    command: Command::Ask(question, Filter::default()),
                    audience,
                    conversation: conversation.map(conversation_of),
                    before,
                    channel: place_of(channel),
                };
                let done = shared.perform(&job)?;
                if let Some(thread) = thread {
                    shared.note_in_thread(&thread.to_string(), &job.command, &done);
                }
                Ok(done)
            })
            .await;
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                let target = self.target(&heard, instead_of);
                self.apologise(&target, heard.message, &error, language)
                    .await;
                return self.answered_message(heard, instead_of).await;
            }
        };
        if let Some(on) = heard
            .conversation()
            .filter(|on| Some(*on) != heard.replies_to)
        {
            self.shared.remember(conversation_of(on), done.said.clone());
        }
        let around = Surroundings {
            private: false,
            title: false,
            thread: heard.origin.guild.is_some() && !heard.in_thread,
            language,
        };
        let message = self.message_for(&done, &viewer, &around);
        let sent = self.reply(&heard, &message, instead_of, language).await;
        self.answered(done, sent).await;
        self.answered_message(heard, sent).await;
    }

    /// Takes note of which message answers another, and answers anew where that was edited meanwhile.
    async fn answered_message(self: &Arc<Self>, heard: Heard, answer: Option<u64>) {
        let edited = self.asked.change(&heard.message, |asked| {
            let edited = asked.heard.question != heard.question && answer.is_some();
            // Whoever works on it has the answer.
            asked.answer = answer.filter(|_| !edited);
            edited.then(|| asked.heard.clone())
        });
        if let Some(edited) = edited.flatten() {
            Box::pin(self.answer(edited, answer)).await;
        }
    }

    fn target(&self, heard: &Heard, instead_of: Option<u64>) -> Target {
        let channel = heard.origin.channel;
        match instead_of {
            Some(message) => Target::Edit { channel, message },
            None => Target::Channel {
                channel,
                reply_to: Some(heard.message),
            },
        }
    }

    /// Replies, in a plainer way where the bot has few rights; returns the message's id.
    async fn reply(
        self: &Arc<Self>,
        heard: &Heard,
        message: &Message,
        instead_of: Option<u64>,
        language: Language,
    ) -> Option<u64> {
        let target = self.target(heard, instead_of);
        let sent = match self.api.send(&target, message).await {
            Err(failure @ Failure::Refused { .. }) if is_lack_of_rights(&failure) => {
                tracing::warn!(
                    "discord: {failure}; trying in plain text: give the bot \"Embed Links\" and \"Read Message History\""
                );
                let target = Target::Channel {
                    channel: heard.origin.channel,
                    reply_to: None,
                };
                self.api.send(&target, &message.without_embeds()).await
            }
            sent => sent,
        };
        match sent {
            Ok(message) => message,
            Err(failure) if is_lack_of_rights(&failure) => {
                // There is no way left to say so.
                tracing::error!("discord: a question in a channel cannot be answered: {failure}");
                None
            }
            Err(failure) => {
                let error = failure.into();
                self.apologise(&target, heard.message, &error, language)
                    .await;
                None
            }
        }
    }

    /// Answers anew what was asked in other words after all.
    pub(super) async fn edited(self: &Arc<Self>, event: MessageUpdateEvent) {
        // A link's preview that appears is an update too, and no edit.
        let (Some(content), Some(at)) = (&event.content, event.edited_timestamp) else {
            return;
        };
        let mentions = event.mentions.as_deref().unwrap_or_default();
        let question = words(content, mentions, self.me());
        let to_answer = self.asked.change(&event.id.get(), |asked| {
            let old = asked.edited.is_some_and(|before| before >= at);
            if old || question.is_empty() || question == asked.heard.question {
                return None;
            }
            asked.heard.question = question;
            asked.edited = Some(at);
            // Where it is being answered, that goes on with the new question.
            let answer = asked.answer.take()?;
            Some((asked.heard.clone(), answer))
        });
        if let Some((heard, answer)) = to_answer.flatten() {
            self.answer(heard, Some(answer)).await;
        }
    }

    /// Reads what was written where the bot is talked to since it last heard anything.
    pub(super) async fn catch_up(self: &Arc<Self>) {
        for (channel, last) in self.channels.all() {
            let path = format!(
                "/channels/{channel}/messages?after={}&limit=100",
                last.message
            );
            let missed = match self.api.get(&path).await {
                Ok(missed) => missed,
                Err(failure) => {
                    tracing::warn!("discord: what was missed cannot be read: {failure}");
                    continue;
                }
            };
            let missed = missed.as_array().into_iter().flatten();
            let mut missed: Vec<Written> = missed
                .filter_map(|message| serde_json::from_value(message.clone()).ok())
                .collect();
            missed.sort_by_key(|message| message.id);
            for mut message in missed {
                message.guild_id = last.guild.map(Into::into);
                let (discord, begun) = (self.clone(), self.tasks.begin());
                tokio::spawn(async move {
                    discord.message(message).await;
                    drop(begun);
                });
            }
        }
    }
}

/// Whether a message cannot be sent for lack of rights: to write, to embed, to refer to another.
pub(super) fn is_lack_of_rights(failure: &Failure) -> bool {
    const EMPTY_MESSAGE: u64 = 50_006;
    const MISSING_ACCESS: u64 = 50_001;
    const MISSING_PERMISSIONS: u64 = 50_013;
    const NO_HISTORY: u64 = 160_002;
    [
        EMPTY_MESSAGE,
        MISSING_ACCESS,
        MISSING_PERMISSIONS,
        NO_HISTORY,
    ]
    .contains(&failure.code())
}

fn is_help(question: &str) -> bool {
    ["hjelp", "help", "/hjelp", "/help"].contains(&question.to_lowercase().as_str())
}

/// The words of a message: the mention of the bot is left out, those of others become their names.
fn words(content: &str, mentions: &[User], me: u64) -> String {
    let mut text = String::new();
    let mut rest = content;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(end) = rest.find('>') else { break };
        match named(&rest[1..end], mentions, me) {
            Some(name) => {
                text.push_str(&name);
                rest = &rest[end + 1..];
            }
            None => {
                text.push('<');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text.trim_start_matches([',', ':', ' ', '\n'])
        .trim_end()
        .to_owned()
}

/// What stands for a mention, an emoji or the like; nothing for what is none.
fn named(inside: &str, mentions: &[User], me: u64) -> Option<String> {
    let number = |text: &str| -> Option<u64> { text.parse().ok() };
    if let Some(user) = inside
        .strip_prefix('@')
        .and_then(|id| number(id.trim_start_matches('!')))
    {
        let known = mentions.iter().find(|known| known.id.get() == user);
        return Some(match known {
            Some(known) if user != me => known
                .global_name
                .clone()
                .unwrap_or_else(|| known.name.clone()),
            _ => String::new(),
        });
    }
    let is_other = ["@&", "#"].iter().any(|start| {
        let id = inside.strip_prefix(start);
        id.is_some_and(|id| number(id).is_some())
    });
    let is_emoji = inside.strip_prefix('a').unwrap_or(inside).starts_with(':')
        && inside.rsplit(':').next().and_then(number).is_some();
    (is_other || is_emoji).then(String::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_of_the_bot_is_no_part_of_the_question() {
        let user: User = serde_json::from_value(serde_json::json!({
            "id": "5", "username": "kari", "discriminator": "0", "avatar": null, "global_name": "Kari",
        }))
        .unwrap();
        let words = |content: &str| words(content, std::slice::from_ref(&user), 9);
        assert_eq!(
            words("<@9>, når stenges <#3> KARVE?"),
            "når stenges  KARVE?"
        );
        assert_eq!(words("Hva sa <@5>? <:smil:12>"), "Hva sa Kari?");
        assert_eq!(words("er 3 < 4 > 2"), "er 3 < 4 > 2");
        assert_eq!(words("<@9>"), "");
    }
}
