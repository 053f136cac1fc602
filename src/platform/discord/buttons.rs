//! Buttons under answers, and the form in which somebody may say what was wrong with one.

use std::sync::Arc;

use anyhow::Context;
use serenity::model::application::{ActionRowComponent, ComponentInteraction, ModalInteraction};
use serenity::model::channel::MessageFlags;
use serenity::model::user::User;
use sha2::Digest;

use super::Discord;
use super::api::{Acknowledge, Failure, Interaction, Target};
use super::interactions::{Surroundings, admits, is_in_thread, of_locale, origin};
use super::viewer::Viewer;
use crate::answer::{Answer, Excerpt};
use crate::bot::command::{Command, Reply};
use crate::clock::now;
use crate::language::Language;
use crate::platform::shared::Again;
use crate::question::Intent;
use crate::render::discord::{self, Buttons, Message, limit};
use crate::render::phrases::chat;
use crate::render::timeline::picture;
use crate::store::Given;

/// So many further passages are shown at once, and may be asked for in all.
const MORE: usize = 3;
const MOST: usize = 30;

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
    pub(super) async fn pressed(self: &Arc<Self>, pressed: ComponentInteraction) {
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
        if let Some(press) = super::following::Press::parse(&pressed.data.custom_id) {
            if let Some(slow_down) = self.too_fast(&origin, locale) {
                return self.say_at_once(&by, &slow_down).await;
            }
            return self.pressed_to_follow(&pressed, &by, press).await;
        }
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
            return self.late("a button", &failure);
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
            Press::Show(answer) => self.show(&by, &viewer, answer, &around).await,
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
        self: &Arc<Self>,
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
        let here = viewer.clone();
        let message = self
            .shared
            .work(move |shared| {
                let again = shared.again(answer, &audience)?;
                let again = again.filter(|again| here.is_in(&again.channel));
                let is_answer = |again: &Again| matches!(again.command, Command::Ask(..));
                let Some(again) = again.filter(is_answer) else {
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
                        let mut wider: Vec<Excerpt> = Vec::new();
                        for shown in &again.excerpts {
                            let around = again.bot.around(shown)?;
                            // Two excerpts under one heading may have the same round them.
                            wider.extend(around.filter(|around| {
                                !wider.iter().any(|known| {
                                    known.document.id == around.document.id
                                        && known.start <= around.start
                                        && around.end <= known.end
                                })
                            }));
                        }
                        match wider.is_empty() {
                            false => discord::around(&wider, &page),
                            true => Message::plain(chat::gone(language)),
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

    /// Shows an answer to all that only one saw; only what all may see, and all of it or nothing. Where it
    /// is shown, it is not offered again.
    async fn show(
        self: &Arc<Self>,
        by: &Interaction,
        viewer: &Viewer,
        answer: i64,
        around: &Surroundings,
    ) -> anyhow::Result<()> {
        let aloud = viewer.aloud(&self.visibility);
        let (locale, titled) = (around.language, around.title);
        let here = viewer.clone();
        let shown = self
            .shared
            .work(move |shared| {
                let again = shared.again(answer, &aloud)?;
                let Some(again) = again.filter(|again| here.is_in(&again.channel)) else {
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
                if !matches!(again.command, Command::Ask(..)) {
                    let card = card(&again.anew(shared)?, buttons);
                    let card = card.context("a card that is none")?;
                    return Ok(Ok((card.clone(), card)));
                }
                let (given, searched) = (given(&again), again.bot.searched());
                let under =
                    |title: Option<&str>| discord::answer(&given, &searched, title, Some(buttons));
                let question = again.question.as_str();
                Ok(Ok((
                    under(Some(question)),
                    under(titled.then_some(question)),
                )))
            })
            .await?;
        let further = |private| Target::Further {
            interaction: by.clone(),
            private,
        };
        match shown {
            Ok((to_all, to_one)) => {
                self.api.send(&further(false), &to_all).await?;
                self.api
                    .send(&Target::Original(by.clone()), &to_one)
                    .await?;
            }
            Err(words) => {
                self.api
                    .send(&further(true), &Message::plain(words))
                    .await?;
            }
        }
        Ok(())
    }

    /// Opens a thread on the message with an answer.
    async fn open_thread(
        self: &Arc<Self>,
        viewer: &Viewer,
        message: u64,
        answer: i64,
        locale: Language,
        further: &Target,
    ) -> anyhow::Result<()> {
        let given = self
            .shared
            .work(move |shared| shared.store.given(answer))
            .await?;
        let Some(given) = given.filter(|given| viewer.is_in(&given.channel)) else {
            self.api
                .send(further, &Message::plain(chat::forgotten(locale)))
                .await?;
            return Ok(());
        };
        let name = discord::shortened(&discord::one_line(&given.question), limit::NAME);
        let thread = match self.api.open_thread(viewer.channel, message, &name).await {
            Ok(thread) => thread,
            Err(failure @ Failure::Refused { .. }) => {
                tracing::warn!("discord: {failure}");
                self.api
                    .send(further, &Message::plain(chat::no_thread(locale)))
                    .await?;
                return Ok(());
            }
            Err(failure) => return Err(failure.into()),
        };
        let parent = viewer.channel;
        self.parents.put(thread, Some(parent));
        self.threads().insert(thread);
        let new = self
            .shared
            .work(move |shared| {
                let new = shared.store.thread(&thread.to_string())?.is_none();
                let (thread, parent) = (thread.to_string(), parent.to_string());
                let Given {
                    command, question, ..
                } = &given;
                shared
                    .store
                    .keep_thread(&thread, &parent, command, question, now())?;
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
        self: &Arc<Self>,
        by: &Interaction,
        pressed: &ComponentInteraction,
        answer: i64,
        locale: Language,
    ) {
        let private = Acknowledge::Message { private: true };
        if let Err(failure) = self.api.acknowledge(by, private).await {
            return self.late("a button", &failure);
        }
        let target = Target::Original(by.clone());
        let voter = voter(&pressed.user, answer);
        self.judge(&target, by.id, answer, voter, true, None, locale)
            .await;
    }

    /// Keeps that an answer was bad, and asks for the reason.
    async fn bad(
        self: &Arc<Self>,
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
            self.late("a button", &failure);
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

    pub(super) async fn filled(self: &Arc<Self>, form: ModalInteraction) {
        let locale = of_locale(&form.locale);
        let by = Interaction {
            id: form.id.get(),
            token: form.token.clone(),
            application: form.application_id.get(),
        };
        let private = Acknowledge::Message { private: true };
        if let Err(failure) = self.api.acknowledge(&by, private).await {
            return self.late("a form", &failure);
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
        self: &Arc<Self>,
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

/// A card as a message.
fn card(reply: &Reply, buttons: Buttons) -> Option<Message> {
    match reply {
        Reply::Status(status) => Some(Message {
            picture: picture(status),
            ..discord::status(status, Some(buttons))
        }),
        Reply::Positions(positions, searched) => {
            Some(discord::positions(positions, searched, Some(buttons)))
        }
        _ => None,
    }
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

/// What tells those who judge an answer apart: nobody is named by it, and nobody has two verdicts.
fn voter(user: &User, answer: i64) -> String {
    let digest = sha2::Sha256::digest(format!("discord:{}:{answer}", user.id));
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
