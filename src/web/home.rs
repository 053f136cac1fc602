//! The first page: to ask, and to go on asking, with the document beside that is quoted.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Redirect};
use maud::{Markup, html};
use serde::Deserialize;

use super::failure::{Failure, Page};
use super::layout::{Place, layout, with_document};
use super::quote::Quotes;
use super::reader::Beside;
use super::site::Site;
use super::talk::{self, Turn};
use super::visitor::{CONVERSATION, Visitor};
use crate::bot::Bot;
use crate::bot::command::Reply;
use crate::language::detect;
use crate::render::phrases::{self, chat, web};

/// The longest question, in characters.
const LONGEST: usize = 1000;
/// So many matters are offered to one who does not know what to ask.
const OFFERED: usize = 6;

/// The first page.
pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Query(beside): Query<Beside>,
    visitor: Visitor,
) -> Page {
    let asked = visitor.clone();
    let page = site.clone();
    let body = site
        .shared
        .work(move |_| {
            let bot = page.bot()?;
            let turns = page.talks.turns(asked.conversation.as_ref());
            let quotes = Quotes {
                language: asked.language,
                base: "/".to_owned(),
                open: beside.open(),
            };
            let talk = talk(&bot, &asked, &turns, &quotes)?;
            let document = beside.show(&page, &bot, &asked, "/")?;
            Ok(with_document(talk, document))
        })
        .await?;
    let title = web::title(visitor.language);
    Ok(layout(&visitor, title, Place::Home, &body))
}

fn talk(bot: &Bot, visitor: &Visitor, turns: &[Turn], quotes: &Quotes) -> anyhow::Result<Markup> {
    let language = visitor.language;
    let first = turns.is_empty();
    let searched = bot.searched();
    let mut shown = Vec::with_capacity(turns.len());
    for turn in turns.iter().rev() {
        shown.push(one(bot, turn, quotes)?);
    }
    Ok(html! {
        h1 { (web::title(language)) }
        form.ask action="/" method="post" data-swap="samtale" {
            label for="sporsmal" { (web::ask_label(first, language)) }
            div.row {
                input #sporsmal type="text" name="question" required maxlength=(LONGEST) autocomplete="off"
                    enterkeyhint="search" autofocus[first] aria-describedby="om-sok";
                button type="submit" { (web::ask(language)) }
            }
            p #om-sok .hint { (web::about(&searched, language)) }
        }
        p #melding .unseen role="status" {}
        div #samtale data-said=(web::said(turns.last().map_or(0, |turn| turn.reply.excerpts().len()), language)) {
            @for turn in &shown { (turn) }
            @if first { (offers(bot, visitor)) } @else {
                form.end action="/ny" method="post" { button.quiet type="submit" { (web::new_talk(language)) } }
            }
        }
    })
}

/// What there is to ask about.
fn offers(bot: &Bot, visitor: &Visitor) -> Markup {
    let language = visitor.language;
    let matters = &bot.names().matters;
    html! {
        @if !matters.is_empty() {
            section.offers aria-labelledby="saker" {
                h2 #saker { (web::recent_matters(language)) }
                ul {
                    @for matter in matters.iter().take(OFFERED) {
                        li { a href=(super::card::address("/status", matter)) lang=(detect(matter).code()) { (matter) } }
                    }
                }
            }
        }
    }
}

/// A question and its answer.
fn one(bot: &Bot, turn: &Turn, quotes: &Quotes) -> anyhow::Result<Markup> {
    let language = quotes.language;
    let number = turn.number;
    let answer = match &turn.reply {
        Reply::Answer(answer, searched) => match &answer.declined {
            Some(reason) => html! {
                div.declined {
                    p { (phrases::reason(reason, language)) }
                    @if !answer.nearest.is_empty() {
                        p { (phrases::nearest(language)) ":" }
                        ul {
                            @for heading in &answer.nearest {
                                li { a href=(super::card::address("/status", heading)) lang=(detect(heading).code()) { (heading) } }
                            }
                        }
                    }
                    p.hint { (chat::searched(searched, language)) }
                }
            },
            None => {
                let standing = bot.standing(answer.excerpts.clone())?;
                html! {
                    @for excerpt in &standing { (quotes.show(excerpt)) }
                    @if standing.is_empty() { (quotes.gone()) }
                }
            }
        },
        Reply::Refused(refusal, _) => {
            html! { p.declined { (phrases::refusal(refusal, language)) } }
        }
        _ => html! {},
    };
    let answered = !turn.reply.excerpts().is_empty();
    let judged = |good: bool| (turn.verdict == Some(good)).then_some("true");
    let [_, reason, hint] = chat::reason_form(language);
    Ok(html! {
        article.turn id={ "svar-" (number) } aria-labelledby={ "q-" (number) } {
            h2 id={ "q-" (number) } lang=(detect(&turn.question).code()) { (turn.question) }
            (answer)
            footer {
                p.links {
                    @if answered {
                        a href=(super::card::address("/status", &turn.question)) { (web::see_status(language)) }
                        a href=(super::card::address("/standpunkter", &turn.question)) { (web::see_positions(language)) }
                    }
                    a href=(super::card::address("/sok", &turn.question)) { (web::see_more(language)) }
                }
                @if turn.answer.is_some() {
                    form.judge action="/vurder" method="post" data-swap="samtale" {
                        input type="hidden" name="turn" value=(number);
                        button type="submit" name="verdict" value="up" aria-pressed=[judged(true)] aria-label=(web::good(language)) { "👍" }
                        button type="submit" name="verdict" value="down" aria-pressed=[judged(false)] aria-label=(web::bad(language)) { "👎" }
                        @if turn.verdict == Some(true) { span.hint { (chat::thanks(language)) } }
                    }
                    @if turn.verdict == Some(false) {
                        form.reason action="/vurder" method="post" data-swap="samtale" {
                            input type="hidden" name="turn" value=(number);
                            input type="hidden" name="verdict" value="down";
                            label for={ "grunn-" (number) } { (reason) }
                            div.row {
                                input id={ "grunn-" (number) } type="text" name="reason" maxlength="500" placeholder=(hint) autocomplete="off";
                                button type="submit" { (web::send(language)) }
                            }
                        }
                    }
                }
            }
        }
    })
}

/// A question that was typed.
#[derive(Deserialize)]
pub(super) struct Asked {
    question: String,
}

/// Answers, and leads to the answer.
pub(super) async fn ask(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(asked): Form<Asked>,
) -> Page {
    let question = asked.question.trim().to_owned();
    if question.chars().count() > LONGEST {
        return Err(Failure::TooLarge);
    }
    let known = visitor.conversation.clone();
    let name = match known {
        Some(name) => name,
        None => talk::new_name()?,
    };
    let number = talk::ask(&site, &name, question).await?;
    let secure = if site.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{CONVERSATION}={name}; Path=/; SameSite=Strict; HttpOnly{secure}");
    Ok((
        AppendHeaders([(SET_COOKIE, cookie)]),
        Redirect::to(&format!("/#svar-{number}")),
    )
        .into_response())
}

/// Begins a new conversation.
pub(super) async fn anew() -> Page {
    let cookie = format!("{CONVERSATION}=; Path=/; Max-Age=0; SameSite=Strict; HttpOnly");
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Redirect::to("/")).into_response())
}

/// What somebody thinks of an answer.
#[derive(Deserialize)]
pub(super) struct Judged {
    turn: usize,
    verdict: String,
    reason: Option<String>,
}

/// Keeps a verdict.
pub(super) async fn judge(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(judged): Form<Judged>,
) -> Page {
    let reason = judged.reason.map(|reason| reason.trim().to_owned());
    let reason = reason.filter(|reason| !reason.is_empty());
    if reason
        .as_ref()
        .is_some_and(|reason| reason.chars().count() > LONGEST)
    {
        return Err(Failure::TooLarge);
    }
    if let Some(name) = &visitor.conversation {
        let good = judged.verdict == "up";
        talk::judge(&site, name, judged.turn, good, reason).await?;
    }
    Ok(Redirect::to(&format!("/#svar-{}", judged.turn)).into_response())
}
