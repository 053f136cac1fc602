//! Commands, choices while they are typed, buttons and forms. Each is acknowledged before any work.

use std::time::{Duration, Instant};

use serenity::model::application::{
    ActionRowComponent, CommandInteraction, CommandType, ComponentInteraction,
    Interaction as Interacted, ModalInteraction,
};
use serenity::model::channel::{MessageFlags, PartialChannel};
use serenity::model::guild::Member;
use serenity::model::user::User;
use sha2::Digest;

use super::api::{Acknowledge, Interaction, Target};
use super::viewer::{Origin, Viewer, is_thread};
use super::{Discord, commands};
use crate::answer::Answer;
use crate::bot::audience::Audience;
use crate::bot::command::{Command, Reply};
use crate::bot::complete;
use crate::language::Language;
use crate::platform::shared::{Again, Done, Job, now};
use crate::question::Intent;
use crate::question::restriction::{Filter, Key, Refusal};
use crate::render::discord::{self, Buttons, Message, limit};
use crate::render::phrases::chat;

/// Choices are worth nothing after Discord has stopped to wait for them.
const CHOICES_WITHIN: Duration = Duration::from_millis(2500);
/// So many further passages are shown at once, and may be asked for in all.
const MORE: usize = 3;
const MOST: usize = 30;
/// So much of a message is searched with.
const SEARCHED: usize = 1000;

/// What a button or a form is for, as its id has it: `WHAT:ANSWER` and perhaps `:FROM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Press {
    More { answer: i64, from: usize },
    Around(i64),
    Back(i64),
    Show(i64),
    Thread(i64),
    Good(i64),
    Bad(i64),
}

impl Press {
    fn parse(custom_id: &str) -> Option<Press> {
        let mut parts = custom_id.split(':');
        let what = parts.next()?;
        let answer = parts.next()?.parse().ok()?;
        let from = parts.next().map(str::parse).transpose().ok()?;
        Some(match (what, from) {
            ("more", from) => Press::More {
                answer,
                from: from.unwrap_or(0),
            },
            ("around", None) => Press::Around(answer),
            ("back", None) => Press::Back(answer),
            ("show", None) => Press::Show(answer),
            ("thread", None) => Press::Thread(answer),
            ("good", None) => Press::Good(answer),
            ("bad", None) => Press::Bad(answer),
            _ => return None,
        })
    }
}

impl Discord {
    pub(super) async fn interaction(self: &std::sync::Arc<Self>, interaction: Interacted) {
        match interaction {
            Interacted::Command(command) => self.command(command).await,
            Interacted::Autocomplete(typing) => self.complete(typing).await,
            Interacted::Component(pressed) => self.pressed(pressed).await,
            Interacted::Modal(form) => self.filled(form).await,
            _ => {}
        }
    }

    async fn command(self: &std::sync::Arc<Self>, typed: CommandInteraction) {
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
            return tracing::warn!("discord: too late to answer a command: {failure}");
        }
        let target = Target::Original(by.clone());
        let viewer = match at_once {
            Some(viewer) => viewer,
            None => self.viewer(origin).await,
        };
        let asked = match asked.command {
            Ok(Some(command)) => command,
            Ok(None) => {
                let nothing = Message::plain(chat::nothing_asked(language));
                return self.say(&target, by.id, &nothing, language).await;
            }
            Err(refusal) => {
                let refused = discord::refused(&refusal, language);
                return self.say(&target, by.id, &refused, language).await;
            }
        };
        let in_thread = typed.channel.as_ref().is_some_and(is_in_thread);
        let job = Job {
            command: asked,
            audience: viewer.audience(&self.visibility, private),
            conversation: None,
            before: None,
            channel: format!("discord:{}", viewer.channel),
        };
        let done = self.shared.work(move |shared| shared.perform(&job)).await;
        let done = match done {
            Ok(done) => done,
            Err(error) => return self.apologise(&target, by.id, &error, language).await,
        };
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

    /// Remembers by which message an answer was given, for replies to it.
    pub(super) async fn answered(self: &std::sync::Arc<Self>, done: Done, message: Option<u64>) {
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
        match &done.reply {
            Reply::Answer(answer, searched) => {
                let title = around.title.then_some(answer.question.as_str());
                let show = around.private && !answer.excerpts.is_empty() && {
                    let aloud = viewer.aloud(&self.visibility);
                    answer
                        .excerpts
                        .iter()
                        .all(|shown| admits(&aloud, &shown.document.collection))
                };
                let buttons = done.answer.map(|number| Buttons {
                    answer: number,
                    show,
                    thread: around.thread && answer.declined.is_none(),
                });
                discord::answer(answer, searched, title, buttons)
            }
            Reply::Status(status) => discord::status(status),
            Reply::Positions(positions, searched) => discord::positions(positions, searched),
            Reply::Latest(recent, searched) => discord::latest(recent, searched, language),
            Reply::Document(facts) => discord::document(facts, language),
            Reply::NoDocument(name, searched) => discord::no_document(name, searched, language),
            Reply::Refused(refusal, language) => discord::refused(refusal, *language),
        }
    }

    async fn say_at_once(&self, by: &Interaction, message: &Message) {
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

    /// Offers what begins as the name does that is being typed.
    async fn complete(self: &std::sync::Arc<Self>, typing: CommandInteraction) {
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
        let found = async {
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

    async fn pressed(self: &std::sync::Arc<Self>, pressed: ComponentInteraction) {
        let locale = of_locale(&pressed.locale);
        let by = Interaction {
            id: pressed.id.get(),
            token: pressed.token.clone(),
            application: pressed.application_id.get(),
        };
        let origin = origin(
            pressed.guild_id.map(u64::from),
            pressed.channel_id.get(),
            pressed.channel.as_ref(),
            pressed.member.as_ref(),
            &pressed.user,
        );
        let Some(press) = Press::parse(&pressed.data.custom_id) else {
            let forgotten = Message::plain(chat::forgotten(locale));
            return self.say_at_once(&by, &forgotten).await;
        };
        match press {
            Press::Bad(answer) => return self.bad(&by, &pressed, answer, locale).await,
            Press::Good(answer) => return self.good(&by, &pressed, answer, locale).await,
            _ => {}
        }
        if let Some(slow_down) = self.too_fast(&origin, locale) {
            return self.say_at_once(&by, &slow_down).await;
        }
        if let Err(failure) = self.api.acknowledge(&by, Acknowledge::Update).await {
            return tracing::warn!("discord: too late to answer a button: {failure}");
        }
        let viewer = self.viewer(origin).await;
        let private = pressed
            .message
            .flags
            .is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL));
        let around = Surroundings {
            private,
            title: pressed
                .message
                .embeds
                .first()
                .is_some_and(|embed| embed.title.is_some()),
            thread: viewer.guild.is_some()
                && !pressed.channel.as_ref().is_some_and(is_in_thread)
                && !private,
            language: locale,
        };
        let further = Target::Further {
            interaction: by.clone(),
            private: true,
        };
        let done = match press {
            Press::Show(answer) => self.show(&by, &viewer, answer, locale).await,
            Press::Thread(answer) => {
                self.open_thread(&viewer, pressed.message.id.get(), answer, locale, &further)
                    .await
            }
            press => self.turn(&by, press, &viewer, &around).await,
        };
        if let Err(error) = done {
            self.apologise(&further, by.id, &error, locale).await;
        }
    }

    /// Changes a message with an answer in place: further passages, what stands round, the answer again.
    async fn turn(
        self: &std::sync::Arc<Self>,
        by: &Interaction,
        press: Press,
        viewer: &Viewer,
        around: &Surroundings,
    ) -> anyhow::Result<()> {
        let (Press::More { answer, .. } | Press::Around(answer) | Press::Back(answer)) = press
        else {
            return Ok(());
        };
        let audience = viewer.audience(&self.visibility, around.private);
        let aloud = viewer.aloud(&self.visibility);
        let around = around.clone();
        let locale = around.language;
        let message = self
            .shared
            .work(move |shared| {
                let Some(again) = shared.again(answer, &audience)? else {
                    return Ok(None);
                };
                let (language, title) = (
                    again.language,
                    around.title.then_some(again.question.as_str()),
                );
                let show = around.private
                    && again
                        .excerpts
                        .iter()
                        .all(|shown| admits(&aloud, &shown.document.collection));
                let buttons = Buttons {
                    answer,
                    show,
                    thread: around.thread,
                };
                if again.excerpts.is_empty() && !again.declined {
                    return Ok(Some(Message::plain(chat::gone(language))));
                }
                let page = discord::Page {
                    answer,
                    language,
                    title,
                };
                Ok(Some(match press {
                    Press::More { from, .. } => {
                        let from = from.min(MOST);
                        let (bot, shown) = (&again.bot, &again.excerpts);
                        let most = from + MORE + 1;
                        let found = bot.beyond(&again.question, &again.filter, shown, most)?;
                        let found = found.get(from..).unwrap_or_default();
                        let next = from + MORE;
                        let next = (found.len() > MORE && next < MOST).then_some(next);
                        let first = shown.len() + from + 1;
                        discord::more(&found[..found.len().min(MORE)], first, next, &page)
                    }
                    Press::Around(_) => {
                        let first = again.excerpts.first();
                        let wider = first.map(|first| again.bot.around(first)).transpose()?;
                        match wider.flatten() {
                            Some(wider) => discord::around(&wider, &page),
                            None => Message::plain(chat::gone(language)),
                        }
                    }
                    _ => {
                        discord::answer(&given(&again), &again.bot.searched(), title, Some(buttons))
                    }
                }))
            })
            .await?;
        match message {
            Some(message) => {
                self.api
                    .send(&Target::Original(by.clone()), &message)
                    .await?;
            }
            None => {
                let forgotten = Message::plain(chat::forgotten(locale));
                let target = Target::Further {
                    interaction: by.clone(),
                    private: true,
                };
                self.api.send(&target, &forgotten).await?;
            }
        }
        Ok(())
    }

    /// Shows an answer to all that only one saw; only what all may see, and all of it or nothing.
    async fn show(
        self: &std::sync::Arc<Self>,
        by: &Interaction,
        viewer: &Viewer,
        answer: i64,
        locale: Language,
    ) -> anyhow::Result<()> {
        let aloud = viewer.aloud(&self.visibility);
        let message = self
            .shared
            .work(move |shared| {
                let Some(again) = shared.again(answer, &aloud)? else {
                    return Ok(Err(chat::forgotten(locale)));
                };
                if !again.complete {
                    return Ok(Err(chat::not_here(locale)));
                }
                let buttons = Buttons {
                    answer,
                    show: false,
                    thread: false,
                };
                let question = again.question.clone();
                let title = Some(question.as_str());
                Ok(Ok(discord::answer(
                    &given(&again),
                    &again.bot.searched(),
                    title,
                    Some(buttons),
                )))
            })
            .await?;
        let (message, private) = match message {
            Ok(message) => (message, false),
            Err(words) => (Message::plain(words), true),
        };
        let target = Target::Further {
            interaction: by.clone(),
            private,
        };
        self.api.send(&target, &message).await?;
        Ok(())
    }

    /// Opens a thread on the message with an answer.
    async fn open_thread(
        self: &std::sync::Arc<Self>,
        viewer: &Viewer,
        message: u64,
        answer: i64,
        locale: Language,
        further: &Target,
    ) -> anyhow::Result<()> {
        let Some(given) = self
            .shared
            .work(move |shared| shared.store.given(answer))
            .await?
        else {
            self.api
                .send(further, &Message::plain(chat::forgotten(locale)))
                .await?;
            return Ok(());
        };
        let name = discord::shortened(given.question.trim(), limit::NAME);
        let thread = match self.api.open_thread(viewer.channel, message, &name).await {
            Ok(thread) => thread,
            Err(failure) => {
                tracing::warn!("discord: {failure}");
                self.api
                    .send(further, &Message::plain(chat::no_thread(locale)))
                    .await?;
                return Ok(());
            }
        };
        let parent = viewer.channel;
        self.parents.put(thread, Some(parent));
        self.threads().insert(thread);
        let new = self
            .shared
            .work(move |shared| {
                let new = shared.store.thread(&thread.to_string())?.is_none();
                let (thread, parent) = (thread.to_string(), parent.to_string());
                shared
                    .store
                    .keep_thread(&thread, &parent, &given.question)?;
                Ok(new)
            })
            .await?;
        if new {
            let opened = Message::plain(chat::thread_opened(self.message_content, locale));
            let target = Target::Channel {
                channel: thread,
                reply_to: None,
            };
            self.api.send(&target, &opened).await?;
        }
        Ok(())
    }

    async fn good(
        self: &std::sync::Arc<Self>,
        by: &Interaction,
        pressed: &ComponentInteraction,
        answer: i64,
        locale: Language,
    ) {
        let private = Acknowledge::Message { private: true };
        if let Err(failure) = self.api.acknowledge(by, private).await {
            return tracing::warn!("discord: too late to answer a button: {failure}");
        }
        let target = Target::Original(by.clone());
        let voter = voter(&pressed.user, answer);
        self.judge(&target, by.id, answer, voter, true, None, locale)
            .await;
    }

    /// Keeps that an answer was bad, and asks for the reason.
    async fn bad(
        self: &std::sync::Arc<Self>,
        by: &Interaction,
        pressed: &ComponentInteraction,
        answer: i64,
        locale: Language,
    ) {
        let form = format!("why:{answer}");
        let asked = self
            .api
            .ask_for_text(by, &form, chat::reason_form(locale))
            .await;
        if let Err(failure) = asked {
            tracing::warn!("discord: too late to answer a button: {failure}");
        }
        let voter = voter(&pressed.user, answer);
        let kept = self
            .shared
            .work(move |shared| shared.store.judge(answer, &voter, false, None, now()))
            .await;
        if let Err(error) = kept {
            tracing::error!("discord: a verdict cannot be kept: {error:#}");
        }
    }

    async fn filled(self: &std::sync::Arc<Self>, form: ModalInteraction) {
        let locale = of_locale(&form.locale);
        let by = Interaction {
            id: form.id.get(),
            token: form.token.clone(),
            application: form.application_id.get(),
        };
        let private = Acknowledge::Message { private: true };
        if let Err(failure) = self.api.acknowledge(&by, private).await {
            return tracing::warn!("discord: too late to answer a form: {failure}");
        }
        let target = Target::Original(by.clone());
        let answer = form.data.custom_id.strip_prefix("why:");
        let Some(answer) = answer.and_then(|answer| answer.parse().ok()) else {
            let forgotten = Message::plain(chat::forgotten(locale));
            return self.say(&target, by.id, &forgotten, locale).await;
        };
        let fields = form.data.components.iter().flat_map(|row| &row.components);
        let reason = fields
            .filter_map(|field| match field {
                ActionRowComponent::InputText(input) => input.value.clone(),
                _ => None,
            })
            .find(|text| !text.trim().is_empty());
        let voter = voter(&form.user, answer);
        self.judge(&target, by.id, answer, voter, false, reason, locale)
            .await;
    }

    #[expect(clippy::too_many_arguments, reason = "a verdict has as many parts")]
    async fn judge(
        self: &std::sync::Arc<Self>,
        target: &Target,
        event: u64,
        answer: i64,
        voter: String,
        good: bool,
        reason: Option<String>,
        locale: Language,
    ) {
        let kept = self
            .shared
            .work(move |shared| {
                shared
                    .store
                    .judge(answer, &voter, good, reason.as_deref(), now())
            })
            .await;
        let words = match kept {
            Ok(true) => chat::thanks(locale),
            Ok(false) => chat::forgotten(locale),
            Err(error) => return self.apologise(target, event, &error, locale).await,
        };
        self.say(target, event, &Message::plain(words), locale)
            .await;
    }
}

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

/// What a conversation is remembered by that a message belongs to.
pub(super) fn conversation_of(id: u64) -> String {
    format!("discord:{id}")
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

fn choices(names: &crate::bot::Names, field: &str, typed: &str) -> Vec<(String, String)> {
    let of = |list: &[String]| {
        let found = complete(list, |name| name, typed, limit::CHOICES);
        let choice = |name: &&String| (discord::shortened(name, limit::NAME), cut(name));
        found.iter().map(choice).collect()
    };
    match field {
        "topic" => of(&names.matters),
        "holder" => of(&names.holders),
        "body" => of(&names.bodies),
        "document" => {
            let found = complete(&names.documents, |(_, title)| title, typed, limit::CHOICES);
            let choice =
                |(id, title): &&(String, String)| (discord::shortened(title, limit::NAME), cut(id));
            found.iter().map(choice).collect()
        }
        _ => Vec::new(),
    }
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

/// An answer as it was given, what cannot be shown any more left out.
fn given(again: &Again) -> Answer {
    Answer {
        question: again.question.clone(),
        language: again.language,
        intent: Intent::Fact,
        answered: !again.declined,
        confidence: 0.0,
        excerpts: again.excerpts.clone(),
        declined: again.declined.then_some(crate::answer::Reason::NotFound),
        nearest: Vec::new(),
    }
}

fn admits(audience: &Audience, collection: &str) -> bool {
    match audience {
        Audience::Everything => true,
        Audience::Collections(seen) => seen.contains(collection),
    }
}

/// Who gave a verdict, so that nobody can be read from it and yet nobody has two.
fn voter(user: &User, answer: i64) -> String {
    let digest = sha2::Sha256::digest(format!("discord:{}:{answer}", user.id));
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn of_locale(locale: &str) -> Language {
    match locale {
        "no" => Language::Bokmal,
        _ => Language::English,
    }
}

fn is_in_thread(channel: &PartialChannel) -> bool {
    is_thread(Some(u64::from(u8::from(channel.kind))))
}

fn origin(
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
