//! What followers hear, and what they do with what they follow.

use super::text::{Block, html, label, link, linked};
use super::{Message, Page};
use crate::bot::follow::{Change, News, Preview, Told};
use crate::language::Language;
use crate::render::phrases::{self as words, chat, follow as phrases, matrix};
use crate::subscription::{Correction, Rhythm, Subscription, What};

/// Agenda items that are listed of one document, and of one of several.
const ITEMS: usize = 10;
const ITEMS_OF_MANY: usize = 4;
/// Sentences of a correction that are shown, and their length.
const SENTENCES: usize = 3;
const SENTENCE: usize = 300;
/// An excerpt has so many characters at most, if it is long.
const QUOTE: usize = 1_000;

fn named(what: &What, language: Language) -> String {
    label(&phrases::what(what, language), 300)
}

/// What is new; `address` leads to all of it.
pub fn news(news: &[News], address: Option<&str>, prefix: &str, language: Language) -> Message {
    let corrected = news.iter().filter(|news| news.corrected).count();
    let title = match corrected {
        0 => phrases::news(news.len(), language),
        all if all == news.len() => phrases::corrected(all, language),
        _ => phrases::new_and_corrected(news.len(), language),
    };
    let mut page = Page::new(language);
    page.push(Block::heading(&title));
    for document in news {
        let is_corrected = document.corrected && corrected < news.len();
        if page.left_out > 0 || !page.push(heading(document, is_corrected, language)) {
            page.left_out += 1;
            continue;
        }
        if let (Some(correction), []) = (&document.correction, &document.matters[..]) {
            self::corrected(&mut page, correction);
            continue;
        }
        let most = if news.len() > 1 { ITEMS_OF_MANY } else { ITEMS };
        items(&mut page, document, most);
        for told in &document.matters {
            matter(&mut page, told);
        }
    }
    let left = std::mem::take(&mut page.left_out);
    if left > 0 {
        let address = address.and_then(|address| Some((address, link(address)?)));
        let block = match address {
            Some((address, shown)) => {
                let all = phrases::all_news(language);
                Block {
                    body: phrases::and_more(left, &format!("{all}: {shown}"), language),
                    html: format!(
                        "<p>{}</p>",
                        phrases::and_more(left, &linked(all, address), language)
                    ),
                    apart: true,
                }
            }
            None => {
                let all = matrix::ask_for_all(prefix, language);
                Block::paragraph(&phrases::and_more(left, &all, language))
            }
        };
        page.last(block);
    }
    page.last(Block::paragraph(&matrix::to_list(prefix, language)));
    page.message()
}

/// The title of a document with what it is.
fn heading(news: &News, is_corrected: bool, language: Language) -> Block {
    let document = &news.document;
    let title = label(&document.title, 200);
    let mut parts: Vec<String> = document.body.iter().map(|body| label(body, 100)).collect();
    parts.extend(document.date.map(|day| words::date(day, language)));
    parts.extend(is_corrected.then(|| phrases::is_corrected(language).to_owned()));
    let rest: String = parts.iter().map(|part| format!(" · {part}")).collect();
    let address = link(&news.link).map(|link| format!("\n    {link}"));
    Block {
        body: format!("{title}{rest}{}", address.unwrap_or_default()),
        html: format!(
            "<p><strong>{}</strong>{}</p>",
            linked(&title, &news.link),
            html(&rest)
        ),
        apart: true,
    }
}

fn items(page: &mut Page<'_>, news: &News, most: usize) {
    if news.items.is_empty() {
        return;
    }
    let language = page.language;
    let mut lines: Vec<String> = news
        .items
        .iter()
        .take(most)
        .map(|(number, heading)| {
            let number = number.as_deref();
            let number = number.map(|number| format!("{} ", label(number, 40)));
            format!("{}{}", number.unwrap_or_default(), label(heading, 100))
        })
        .collect();
    if news.items.len() > most {
        lines.push(chat::and_more(news.items.len() - most, language));
    }
    let title = chat::agenda(language);
    let in_html: String = lines
        .iter()
        .map(|line| format!("<li>{}</li>", html(line)))
        .collect();
    page.push(Block {
        body: format!("{title}:\n• {}", lines.join("\n• ")),
        html: format!("<p>{title}:</p><ul>{in_html}</ul>"),
        apart: false,
    });
}

fn matter<'a>(page: &mut Page<'a>, told: &'a Told) {
    let language = page.language;
    let because = phrases::because(&named(&told.what, language), language);
    let heading = told.heading.as_deref().map(|heading| label(heading, 200));
    let over = match heading.filter(|heading| !heading.is_empty()) {
        Some(heading) => format!("{heading} · {because}"),
        None => because,
    };
    page.heading(&over);
    page.excerpt(&told.quote, QUOTE);
    page.heading = None;
    if let Some(correction) = &told.correction {
        corrected(page, correction);
    } else if let Some(change) = &told.change {
        changed(page, change);
    }
}

fn changed<'a>(page: &mut Page<'a>, change: &'a Change) {
    let language = page.language;
    page.heading(&phrases::since(change.before, language));
    if let Some((before, now)) = change.standing {
        let [before, now] = [before, now].map(|standing| words::standing(standing, language));
        page.push(Block::line(&phrases::standing(before, now, language)));
    }
    for position in &change.positions {
        page.excerpt(position, QUOTE);
    }
    if let Some(next) = &change.next {
        let when = next
            .date
            .map(|day| format!(" ({})", words::date(day, language)));
        let title = words::card(language).next;
        page.heading(&format!("{title}{}", when.unwrap_or_default()));
        page.excerpt(&next.excerpt, QUOTE);
    }
    page.heading = None;
}

fn corrected(page: &mut Page<'_>, correction: &Correction) {
    let language = page.language;
    for (title, sentences) in [
        (phrases::added(language), &correction.added),
        (phrases::removed(language), &correction.removed),
    ] {
        if sentences.is_empty() {
            continue;
        }
        let shown: Vec<String> = sentences
            .iter()
            .take(SENTENCES)
            .map(|sentence| label(sentence, SENTENCE))
            .collect();
        let left = sentences.len() - shown.len();
        let more = (left > 0).then(|| chat::and_more(left, language));
        let lines: Vec<String> = shown.into_iter().chain(more).collect();
        page.heading(title);
        page.push(Block {
            body: lines.join("\n"),
            html: format!("<blockquote>{}</blockquote>", html(&lines.join("\n"))),
            apart: false,
        });
        page.heading = None;
    }
}

/// That something can be told no more where it was.
pub fn lost(subscription: &Subscription, reason: &str, prefix: &str) -> Message {
    let language = subscription.language;
    let what = named(&subscription.what, language);
    Message::plain(&matrix::lost(&what, &label(reason, 200), prefix, language))
}

/// What following would have told, and whether to.
pub fn preview(draft: &Subscription, preview: &Preview, language: Language) -> Message {
    let direct = draft.target == draft.direct;
    let mut page = Page::new(language);
    page.push(Block::heading(&named(&draft.what, language)));
    page.push(Block::line(&matrix::told_where(
        direct,
        draft.rhythm,
        language,
    )));
    page.push(Block::paragraph(&phrases::preview(
        preview.documents,
        language,
    )));
    for news in &preview.newest {
        if page.left_out > 0 || !page.push(heading(news, false, language)) {
            break;
        }
        for told in &news.matters {
            page.excerpt(&told.quote, QUOTE);
        }
    }
    page.left_out = 0;
    page.last(Block::paragraph(matrix::confirm(language)));
    page.message()
}

/// That something is followed from now on.
pub fn followed(subscription: &Subscription, prefix: &str, language: Language) -> Message {
    let what = named(&subscription.what, language);
    let direct = subscription.target == subscription.direct;
    Message::plain(&format!(
        "{} {} {}",
        phrases::followed(&what, language),
        matrix::told_where(direct, subscription.rhythm, language),
        matrix::to_list(prefix, language)
    ))
}

/// A subscription in one line.
pub fn line(subscription: &Subscription, language: Language) -> String {
    let mut parts = vec![
        named(&subscription.what, language),
        rhythm(subscription.rhythm, language),
    ];
    let state = phrases::state(&subscription.state, language);
    parts.extend(state.map(|state| label(&state, 200)));
    parts.join(" · ")
}

fn rhythm(rhythm: Rhythm, language: Language) -> String {
    phrases::rhythm(rhythm, language).to_owned()
}

/// What is followed somewhere, each with the number by which it is named.
pub fn list(all: &[Subscription], prefix: &str, language: Language) -> Message {
    if all.is_empty() {
        return Message::plain(&matrix::nothing_followed(prefix, language));
    }
    let mut page = Page::new(language);
    page.push(Block::heading(phrases::list(language)));
    for (i, subscription) in all.iter().enumerate() {
        let line = line(subscription, language);
        let number = i + 1;
        let block = Block {
            body: format!("{number}. {line}"),
            html: format!("<ol start=\"{number}\"><li>{}</li></ol>", html(&line)),
            apart: false,
        };
        if page.left_out > 0 || !page.push(block) {
            page.left_out += 1;
        }
    }
    page.push(Block::paragraph(&matrix::manage(prefix, language)));
    page.message()
}
