//! Documents and people that mean harm: what they wrote is seen, and does nothing.

use proptest::prelude::*;
use referent::answer::card::{HolderPositions, Meeting, Positions, Searched, Status};
use referent::answer::matter::Standing;
use referent::answer::{Answer, Elsewhere, Excerpt, Reason, Source};
use referent::bot::command::{Facts, Recent};
use referent::bot::follow::{Change, News, Preview, Told};
use referent::corpus::Date;
use referent::corpus::metadata::Kind;
use referent::language::Language;
use referent::question::Intent;
use referent::render::discord::{self, Buttons, Message, Page};
use referent::subscription::{Correction, Rhythm, State, Subscription, Target, What};
use serde_json::json;

use super::standin::{BOT, Place, rules};
use super::{Chat, Manner, text};
use crate::support::Desk;

const KARI: u64 = 5_000_000_000_000_000_000;
const HALL: u64 = 300;

const EVIL: &str = "@everyone <@123> <@&5> <#7> [x](http://evil) ```kode``` ||skjult|| \u{202E}abc\u{202C} :smile: https://evil.example <t:1:R>";

fn hostile() -> Desk {
    let desk = Desk::new();
    let long = "kantine ".repeat(1_250);
    desk.write(
        "a.md",
        format!(
            "+++\ntitle = \"Møte **@everyone** [x](http://evil)\"\ndate = \"2026-03-12\"\nbody = \"<@123> `MBU`\"\n+++\n\n\
             ## Sak 1/26: Kantine @here\n\nKantinen åpner i mai og koster 5 kroner {}.\n\n\
             ## Sak 2/26: Garderobe\n\nGarderoben {long} er lang.\n",
            EVIL.replace('`', "\\`").replace('[', "\\[").replace('<', "\\<").replace('|', "\\|")
        ),
    );
    desk.write("b.txt", format!("Møte i trivselsutvalget 3. april 2026\n\n1. Heis\n\nHeisen koster 9 kroner. {EVIL}\n\n2. Lang\n\nDen lange linja {long}\n"));
    desk
}

#[test]
fn what_a_document_holds_does_nothing() {
    let chat = Chat::with(Manner::default(), hostile(), "");
    let place = Place::channel(KARI, HALL);
    for question in [
        "Hva koster kantinen?",
        "Hva koster heisen? @everyone <@123> [x](http://evil)",
        "Hva er garderoben?",
        "Hva er den lange linja?",
        "Hvem er @everyone <@123>?",
        "**",
    ] {
        let typed = chat
            .discord
            .command(&place, "ask", &[("question", json!(question))]);
        let answer = chat.discord.answer(&typed);
        if question.contains("koster") {
            assert!(text(&answer).contains(" kroner"), "{}", text(&answer));
            let more = chat.discord.press(&place, &answer, "around:");
            chat.discord.answer(&more);
        }
        let asked = chat
            .discord
            .write(&place, &format!("<@{BOT}> {question}"), None);
        chat.discord.reply_to(asked);
    }
    for (name, option) in [
        ("status", "topic"),
        ("positions", "topic"),
        ("document", "document"),
    ] {
        for value in ["kantine", "Møte", "@everyone [x](http://evil)"] {
            let typed = chat
                .discord
                .command(&place, name, &[(option, json!(value))]);
            chat.discord.answer(&typed);
        }
        let typed = chat.discord.type_in(&place, name, option, "");
        assert_eq!(chat.discord.first_response(&typed).0, 8);
    }
    chat.discord
        .answer(&chat.discord.command(&place, "latest", &[]));
    chat.finish();
}

/// Text of any kind, and often of the kind that does something.
fn words(most: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zæøå ]{1,12}",
        1 => Just(EVIL.to_owned()),
        1 => "[*_~`|<>@#\\[\\]():.\\\\0-9\n -]{1,8}",
        1 => "[\n\u{202E}\u{200B}\u{FEFF}\u{B}\u{A0}\u{2028}]{1,3}[#+-] nei",
        1 => any::<String>(),
        1 => Just("👩‍👩‍👧‍👦".to_owned()),
        1 => "\\PC{1,4}",
    ];
    (proptest::collection::vec(piece, 0..60), 1..=most).prop_map(|(pieces, most)| {
        let long: String = pieces.concat().repeat(1 + most / 400);
        long.chars().take(most).collect()
    })
}

fn excerpt() -> impl Strategy<Value = Excerpt> {
    let highlights = proptest::collection::vec((0..3000_usize, 0..400_usize), 0..6);
    let place = (
        words(300),
        words(80),
        words(200),
        proptest::option::of(words(60)),
        words(700),
    );
    (words(12_000), highlights, place).prop_map(
        |(text, highlights, (title, body, heading, holder, link))| {
            let length = text.chars().count();
            let inside =
                |(start, more): (usize, usize)| [start.min(length), (start + more).min(length)];
            let document = Source {
                id: "a".to_owned(),
                title,
                date: Date::new(2026, Some(3), Some(12)),
                kind: Kind::Minutes,
                body: Some(body),
                collection: "mote".to_owned(),
                path: "a.md".to_owned(),
            };
            let link = format!("https://ombruk.example/{link}");
            let elsewhere = Elsewhere {
                document: document.clone(),
                heading: None,
                page: Some(3),
                start: 0,
                end: length,
                link: link.clone(),
            };
            Excerpt {
                text,
                highlights: highlights.into_iter().map(inside).collect(),
                document,
                heading: Some(heading),
                page: Some(7),
                start: 0,
                end: length,
                holder,
                stance: None,
                link,
                score: 1.0,
                also: vec![elsewhere; 2],
            }
        },
    )
}

fn keeps_to_the_rules(message: &Message) {
    let mut wrong = Vec::new();
    for message in [message.clone(), message.without_embeds()] {
        let mut body = json!(message);
        body["allowed_mentions"] = json!({"parse": []});
        rules::message(&body, &mut wrong);
        let first: String = wrong
            .first()
            .map_or(String::new(), |first| first.chars().take(600).collect());
        assert!(wrong.is_empty(), "{first}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_shown_keeps_to_the_limits(
        excerpts in proptest::collection::vec(excerpt(), 1..6),
        question in words(5_000),
        nearest in proptest::collection::vec(words(400), 0..5),
    ) {
        let searched = Searched { documents: 3, first: None, last: Date::new(2026, None, None), failing: Vec::new() };
        let source = excerpts[0].document.clone();
        let link = excerpts[0].link.clone();
        let language = Language::Nynorsk;
        let mut answer = Answer {
            question: question.clone(), language, intent: Intent::Fact, answered: true, confidence: 1.0,
            excerpts: excerpts.clone(), declined: None, nearest: Vec::new(),
        };
        let buttons = Buttons { answer: i64::MAX, show: true, thread: true };
        let page = Page { answer: i64::MAX, language, title: Some(&question) };
        keeps_to_the_rules(&discord::answer(&answer, &searched, Some(&question), Some(buttons)));
        keeps_to_the_rules(&discord::more(&excerpts, 1, Some(30), &page));
        keeps_to_the_rules(&discord::around(&excerpts, &page));
        answer.excerpts.clear();
        answer.declined = Some(Reason::UnknownName(question.clone()));
        answer.nearest = nearest.clone();
        keeps_to_the_rules(&discord::answer(&answer, &searched, Some(&question), Some(buttons)));
        let meeting = |excerpt: &Excerpt| Meeting {
            date: excerpt.document.date, document: source.clone(), heading: excerpt.heading.clone(),
            summary: Some(excerpt.clone()), decisions: excerpts.clone(), positions: excerpts.clone(),
        };
        keeps_to_the_rules(&discord::status(&Status {
            topic: question.clone(), language, names_topic: true, only_before: None, found: true, state: Standing::Decided, summary: excerpts.first().cloned(),
            next: None, next_has_passed: false, timeline: excerpts.iter().map(meeting).collect(), mentions: excerpts.clone(), others: nearest.clone(),
            searched: searched.clone(),
        }, Some(buttons)));
        let holder = |excerpt: &Excerpt| HolderPositions {
            holder: excerpt.document.title.clone(), positions: excerpts.clone(), changed: true,
        };
        keeps_to_the_rules(&discord::positions(&Positions {
            topic: question.clone(), language, names_topic: true, holders: excerpts.iter().map(holder).collect(),
        }, &searched, Some(buttons)));
        let recent = |excerpt: &Excerpt| Recent { source: excerpt.document.clone(), since: Some(5), link: excerpt.link.clone() };
        keeps_to_the_rules(&discord::latest(&excerpts.iter().map(recent).collect::<Vec<_>>(), &searched, language));
        let items = nearest.iter().map(|name| (Some(name.clone()), name.clone())).collect();
        keeps_to_the_rules(&discord::document(&Facts { source, pages: Some(1), items, link }, language));
        keeps_to_the_rules(&discord::no_document(&question, &searched, language));
        let what = What {
            topic: Some(question.clone()), without: nearest.clone(), holder: Some(question.clone()),
            body: Some(question.clone()), collection: None,
        };
        let told = |excerpt: &Excerpt| Told {
            what: what.clone(), heading: excerpt.heading.clone(), quote: excerpt.clone(),
            change: Some(Change { before: None, standing: Some((Standing::Decided, Standing::Postponed)), positions: excerpts.clone(), next: None }),
            correction: excerpt.text.len().is_multiple_of(2).then(|| Correction { added: vec![question.clone(); 5], removed: nearest.clone() }),
        };
        let one = |excerpt: &Excerpt| News {
            document: excerpt.document.clone(), link: excerpt.link.clone(), corrected: excerpt.text.len().is_multiple_of(2),
            correction: Some(Correction { added: vec![question.clone(); 5], removed: nearest.clone() }),
            items: nearest.iter().map(|name| (Some(name.clone()), name.clone())).collect(),
            matters: excerpts.iter().map(told).collect(),
        };
        let news: Vec<News> = excerpts.iter().map(one).collect();
        let page = format!("https://ombruk.example/{}", "a".repeat(400));
        keeps_to_the_rules(&discord::follow::news(&news, Some(&page), "0123456789abcdef0123", language));
        keeps_to_the_rules(&discord::follow::news(&news, None, "0123456789abcdef0123", language));
        let whole: Vec<News> = news.iter().map(|news| News { matters: Vec::new(), ..news.clone() }).collect();
        keeps_to_the_rules(&discord::follow::news(&whole, None, "0123456789abcdef0123", language));
        let subscription = Subscription {
            id: i64::MAX, owner: "discord:1".to_owned(), target: Target::new("discord", "1/2"), direct: Target::new("discord", "@1"),
            what, rhythm: Rhythm::Weekly, language, state: State::Lost(question.clone()), since: 0,
        };
        keeps_to_the_rules(&discord::follow::preview(&subscription, &Preview { documents: 9, newest: news }, language));
        keeps_to_the_rules(&discord::follow::list(&(0..40).map(|id| Subscription { id, ..subscription.clone() }).collect::<Vec<_>>(), language));
        keeps_to_the_rules(&discord::follow::one(&subscription, language));
        keeps_to_the_rules(&discord::follow::followed(&subscription, language));
        keeps_to_the_rules(&discord::follow::lost(&subscription, &question));
    }
}
