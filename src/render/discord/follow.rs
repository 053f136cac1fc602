//! What followers hear, and what they do with what they follow.

use super::cards::Card;
use super::text::{date, escaped_within, label as inline, linked, units};
use super::{Button, DECLINED, FOUND, Message, Row, limit};
use crate::bot::follow::{Change, News, Preview, Told};
use crate::language::Language;
use crate::render::phrases::follow::{self as phrases, Label};
use crate::render::phrases::{self as words, chat};
use crate::subscription::{Correction, Rhythm, State, Subscription, What};

/// Agenda items that are listed of one document, and of one of several.
const ITEMS: usize = 10;
const ITEMS_OF_MANY: usize = 4;
/// Sentences of a correction that are shown, and their length.
const SENTENCES: usize = 3;
const SENTENCE: usize = 300;
/// Subscriptions on a list that have a button.
const LISTED: usize = 20;
const A_ROW: usize = 5;

fn named(what: &What, language: Language) -> String {
    inline(&phrases::what(what, language), 300)
}

fn worded(what: &str, id: i64, label: Label, language: Language) -> Button {
    Button::worded(format!("{what}:{id}"), phrases::label(label, language))
}

/// What is new; `page` leads to all of it, and `key` tells the message from others.
pub fn news(news: &[News], page: Option<&str>, key: &str, language: Language) -> Message {
    let corrected = news.iter().filter(|news| news.corrected).count();
    let title = match corrected {
        0 => phrases::news(news.len(), language),
        all if all == news.len() => phrases::corrected(all, language),
        _ => phrases::new_and_corrected(news.len(), language),
    };
    let command = if language == Language::English {
        "/latest"
    } else {
        "/siste"
    };
    let to_page = page.map(|page| linked(phrases::all_news(language), page));
    let all = to_page.unwrap_or_else(|| phrases::ask_for_all(command, language));
    let mut card = Card::new(language);
    card.last += units(&all);
    let mut left = 0;
    for (i, document) in news.iter().enumerate() {
        if left > 0 || !card.push(&heading(document, i > 0, corrected < news.len(), language)) {
            left += 1;
            continue;
        }
        if let (Some(correction), []) = (&document.correction, &document.matters[..]) {
            self::corrected(&mut card, correction);
            continue;
        }
        let most = if news.len() > 1 { ITEMS_OF_MANY } else { ITEMS };
        items(&mut card, document, most);
        for told in &document.matters {
            matter(&mut card, told);
        }
    }
    left += card.left_out;
    card.left_out = 0;
    let button = Button::worded(
        format!("following:{key}"),
        phrases::label(Label::List, language),
    );
    let mut message = card.finish(Some(&title));
    if left > 0
        && let Some(embed) = message.embeds.first_mut()
    {
        let more = phrases::and_more(left, &all, language);
        embed.description.push_str(&format!("\n-# {more}"));
    }
    message.components = vec![Row::new(vec![button])];
    message
}

/// The title of a document with what it is.
fn heading(news: &News, gap: bool, tells_corrected: bool, language: Language) -> String {
    let document = &news.document;
    let title = linked(&inline(&document.title, 200), &news.link);
    let mut parts = vec![format!("**{title}**")];
    parts.extend(document.body.as_deref().map(|body| inline(body, 100)));
    parts.extend(document.date.map(|day| date(day, language)));
    if news.corrected && tells_corrected {
        parts.push(format!("**{}**", phrases::is_corrected(language)));
    }
    format!("{}{}\n", if gap { "\n" } else { "" }, parts.join(" · "))
}

fn items(card: &mut Card, news: &News, most: usize) {
    let language = card.language;
    if news.items.is_empty() {
        return;
    }
    let mut text = format!("{}:\n", chat::agenda(language));
    for (number, heading) in news.items.iter().take(most) {
        let number = number.as_deref();
        let number = number.map(|number| format!("{} ", inline(number, 40)));
        text.push_str(&format!(
            "• {}{}\n",
            number.unwrap_or_default(),
            inline(heading, 100)
        ));
    }
    if news.items.len() > most {
        let more = chat::and_more(news.items.len() - most, language);
        text.push_str(&format!("-# {more}\n"));
    }
    card.push(&text);
}

fn matter<'a>(card: &mut Card<'a>, told: &'a Told) {
    let language = card.language;
    let because = phrases::because(&named(&told.what, language), language);
    let heading = told.heading.as_deref().map(|heading| inline(heading, 200));
    let heading = heading.filter(|heading| !heading.is_empty());
    let over = match heading {
        Some(heading) => format!("\n**{heading}** · {because}\n"),
        None => format!("\n{because}\n"),
    };
    // Nothing stands under a heading that has no room.
    if card.left_out > 0 || !card.push(&over) {
        card.left_out += 1;
        return;
    }
    card.excerpt(&told.quote);
    if let Some(correction) = &told.correction {
        corrected(card, correction);
    } else if let Some(change) = &told.change {
        changed(card, change);
    }
}

fn changed<'a>(card: &mut Card<'a>, change: &'a Change) {
    let language = card.language;
    card.push(&format!(
        "**{}**\n",
        phrases::since(change.before, language)
    ));
    if let Some((before, now)) = change.standing {
        let [before, now] = [before, now].map(|standing| words::standing(standing, language));
        card.push(&format!("{}\n", phrases::standing(before, now, language)));
    }
    change
        .positions
        .iter()
        .for_each(|position| card.excerpt(position));
    if let Some(next) = &change.next {
        let when = next.date.map(|day| format!(" ({})", date(day, language)));
        let title = words::card(language).next;
        card.push(&format!("{title}{}:\n", when.unwrap_or_default()));
        card.excerpt(&next.excerpt);
    }
}

fn corrected(card: &mut Card, correction: &Correction) {
    let language = card.language;
    for (title, sentences) in [
        (phrases::added(language), &correction.added),
        (phrases::removed(language), &correction.removed),
    ] {
        let sentences = sentences.iter().map(|sentence| inline(sentence, SENTENCE));
        // What has nothing to be seen is no line of a quotation.
        let sentences: Vec<String> = sentences.filter(|line| !line.trim().is_empty()).collect();
        if sentences.is_empty() {
            continue;
        }
        let mut text = format!("**{title}**\n");
        for sentence in sentences.iter().take(SENTENCES) {
            text.push_str(&format!("> {sentence}\n"));
        }
        if sentences.len() > SENTENCES {
            let more = chat::and_more(sentences.len() - SENTENCES, language);
            text.push_str(&format!("-# {more}\n"));
        }
        card.push(&text);
    }
}

/// That something can be told no more where it was.
pub fn lost(subscription: &Subscription, reason: &str) -> Message {
    let language = subscription.language;
    let what = phrases::what(&subscription.what, language);
    let text = phrases::lost(&what, reason, language);
    Message {
        components: vec![Row::new(vec![
            worded("resume", subscription.id, Label::Resume, language),
            worded("unfollow", subscription.id, Label::Unfollow, language),
        ])],
        ..Message::embed(
            None,
            escaped_within(&text, limit::DESCRIPTION),
            DECLINED,
            None,
        )
    }
}

/// What following would have told, and whether to.
pub fn preview(draft: &Subscription, preview: &Preview, language: Language) -> Message {
    let mut card = Card::new(language);
    let direct = draft.target == draft.direct;
    card.push(&format!("**{}**\n", named(&draft.what, language)));
    card.push(&format!(
        "{}\n",
        phrases::told_where(direct, draft.rhythm, language)
    ));
    card.push(&format!(
        "\n{}\n",
        phrases::preview(preview.documents, language)
    ));
    for news in &preview.newest {
        if !card.push(&heading(news, true, false, language)) {
            break;
        }
        news.matters
            .iter()
            .for_each(|told| card.excerpt(&told.quote));
    }
    card.left_out = 0;
    let mut message = card.finish(Some(phrases::question(language)));
    message.components = vec![Row::new(vec![
        worded("confirm", draft.id, Label::Confirm, language),
        worded("drop", draft.id, Label::Drop, language),
    ])];
    message
}

/// That something is followed from now on.
pub fn followed(subscription: &Subscription, language: Language) -> Message {
    let what = phrases::what(&subscription.what, language);
    let direct = subscription.target == subscription.direct;
    let text = format!(
        "{} {}",
        phrases::followed(&what, language),
        phrases::told_where(direct, subscription.rhythm, language)
    );
    let list = Button::worded(
        "following:".to_owned(),
        phrases::label(Label::List, language),
    );
    Message {
        components: vec![Row::new(vec![list])],
        ..Message::embed(None, escaped_within(&text, limit::DESCRIPTION), FOUND, None)
    }
}

/// A sentence on its own.
pub fn said(text: &str) -> Message {
    Message::embed(
        None,
        escaped_within(text, limit::DESCRIPTION),
        DECLINED,
        None,
    )
}

fn line(subscription: &Subscription, language: Language) -> String {
    let direct = subscription.target == subscription.direct;
    let mut parts = vec![
        named(&subscription.what, language),
        phrases::place(direct, language).to_owned(),
        phrases::rhythm(subscription.rhythm, language).to_owned(),
    ];
    let state = phrases::state(&subscription.state, language);
    parts.extend(state.map(|state| format!("**{}**", inline(&state, 200))));
    parts.join(" · ")
}

/// What is followed here, each with a button that leads to it.
pub fn list(all: &[Subscription], language: Language) -> Message {
    if all.is_empty() {
        let text = phrases::nothing(language).to_owned();
        return Message::embed(None, text, DECLINED, None);
    }
    let mut card = Card::new(language);
    let mut buttons = Vec::new();
    for (i, subscription) in all.iter().enumerate() {
        let number = i + 1;
        let shown = card.push(&format!("**{number}** {}\n", line(subscription, language)));
        if !shown {
            card.left_out += 1;
        } else if buttons.len() < LISTED {
            buttons.push(Button::worded(
                format!("subscription:{}", subscription.id),
                &number.to_string(),
            ));
        }
    }
    let mut message = card.finish(Some(phrases::list(language)));
    message.components = buttons
        .chunks(A_ROW)
        .map(|row| Row::new(row.to_vec()))
        .collect();
    message
}

/// One subscription, and what can be done with it.
pub fn one(subscription: &Subscription, language: Language) -> Message {
    let id = subscription.id;
    let told = match subscription.state {
        State::Active | State::Draft => worded("pause", id, Label::Pause, language),
        State::Paused | State::Lost(_) => worded("resume", id, Label::Resume, language),
    };
    let others = Rhythm::ALL
        .into_iter()
        .filter(|rhythm| *rhythm != subscription.rhythm);
    let others = others.map(|rhythm| {
        let words = capital(phrases::rhythm(rhythm, language));
        Button::worded(format!("rhythm:{id}:{}", rhythm.name()), &words)
    });
    let first = [told, worded("unfollow", id, Label::Unfollow, language)];
    let list = Button::worded(
        "following:".to_owned(),
        phrases::label(Label::List, language),
    );
    let rows = vec![
        Row::new(first.into_iter().chain(others).collect()),
        Row::new(vec![list]),
    ];
    Message {
        components: rows,
        ..Message::embed(None, line(subscription, language), FOUND, None)
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The button that follows the matter of an answer.
pub(super) fn follow_this(answer: i64, language: Language) -> Button {
    worded("follow", answer, Label::FollowThis, language)
}

/// The words of a choice.
pub fn choice(subscription: &Subscription, language: Language) -> String {
    phrases::what(&subscription.what, language)
}
