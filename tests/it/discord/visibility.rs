//! Who may see what: everything is as if the rest did not exist.

use std::collections::BTreeSet;

use referent::bot::Handle;
use referent::bot::audience::Audience;
use referent::corpus::Date;
use referent::question::restriction::Filter;
use serde_json::{Value, json};

use super::standin::{BOT, GUILD, Place};
use super::{Chat, text};
use crate::support::{bot_on, copy_folder, repository};

const KARI: u64 = 5_000_000_000_000_000_000;
const OLA: u64 = 5_000_000_000_000_000_900;
const HALL: u64 = 300;
const BOARD: u64 = 400;
const BOARD_MEMBER: u64 = 77;

const TORSNES: &str = "Når legges Torsnes ned?";
const DECLINED: &str = "Dokumentene nevner ikke «Torsnes».\nJeg søkte i 2 dokumenter; det nyeste er fra 12. mars 2026.";

/// The minutes for all in the guild; the board's in its channel, and for its members.
fn rules() -> String {
    format!(
        "[[discord.show]]\ncollections = [\"mote\"]\nguild = \"{GUILD}\"\ndirect_messages = true\n\
         [[discord.show]]\ncollections = [\"styret\"]\nguild = \"{GUILD}\"\nchannel = \"{BOARD}\"\n\
         [[discord.show]]\ncollections = [\"styret\"]\nguild = \"{GUILD}\"\nrole = \"{BOARD_MEMBER}\"\ndirect_messages = true\n"
    )
}

fn ask(chat: &Chat, place: &Place, question: &str) -> Value {
    let typed = chat
        .discord
        .command(place, "ask", &[("question", json!(question))]);
    chat.discord.answer(&typed)
}

#[test]
fn a_collection_is_shown_where_the_rules_say_and_nothing_tells_of_it_elsewhere() {
    let chat = Chat::start(&rules());
    let hall = Place::channel(KARI, HALL);
    let answer = ask(&chat, &hall, TORSNES);
    assert_eq!(text(&answer), format!("{TORSNES}\n{DECLINED}"));
    assert_eq!(answer["flags"], 0);
    let board = ask(&chat, &Place::channel(KARI, BOARD), TORSNES);
    assert!(
        text(&board).contains("1. september 2026"),
        "{}",
        text(&board)
    );
    let thread = ask(
        &chat,
        &Place::channel(KARI, 401).in_thread_of(BOARD),
        TORSNES,
    );
    assert!(
        text(&thread).contains("1. september 2026"),
        "{}",
        text(&thread)
    );
    // Whoever sees more than the others there gets an answer of their own.
    let member = ask(
        &chat,
        &Place::channel(OLA, HALL).with_role(BOARD_MEMBER),
        TORSNES,
    );
    assert!(
        text(&member).contains("1. september 2026"),
        "{}",
        text(&member)
    );
    assert_eq!(member["flags"], 64);
    assert!(
        !member.to_string().contains("show:"),
        "it may not be shown to all"
    );
    chat.finish();
}

#[test]
fn no_command_and_no_list_tells_of_what_is_hidden() {
    let chat = Chat::start(&rules());
    let hall = Place::channel(KARI, HALL);
    let said = |name: &str, options: &[(&str, Value)]| {
        text(
            &chat
                .discord
                .answer(&chat.discord.command(&hall, name, options)),
        )
    };
    for hidden in [
        said("status", &[("topic", json!("nedleggelse av Torsnes"))]),
        said("positions", &[("topic", json!("nedleggelse av Torsnes"))]),
        said("latest", &[]),
        said("document", &[("document", json!("Styremøte"))]),
        said(
            "ask",
            &[
                ("question", json!("Hvem overtar bygget?")),
                ("body", json!("Styret")),
            ],
        ),
        said("ask", &[("question", json!("Hva er Kvernbekk Eiendom?"))]),
    ] {
        let shown = hidden
            .replace("«Styret»", "")
            .replace("«nedleggelse av Torsnes»", "")
            .replace("«Styremøte»", "");
        for word in [
            "Torsnes",
            "Styre",
            "september",
            "3 dokumenter",
            "3 dokumentene",
        ] {
            assert!(!shown.contains(word), "{word} in {hidden}");
        }
    }
    for (command, option, typed) in [
        ("status", "topic", "ned"),
        ("ask", "body", "st"),
        ("document", "document", "styre"),
        ("ask", "holder", "Styret"),
    ] {
        let typed = chat.discord.type_in(&hall, command, option, typed);
        assert_eq!(
            chat.discord.first_response(&typed),
            (8, json!({"choices": []}))
        );
    }
    let asked = chat
        .discord
        .write(&hall, &format!("<@{BOT}> {TORSNES}"), None);
    assert_eq!(text(&chat.discord.reply_to(asked)), DECLINED);
    // A mention is answered aloud, whoever asks.
    let member = hall.clone().with_role(BOARD_MEMBER);
    let asked = chat
        .discord
        .write(&member, &format!("<@{BOT}> {TORSNES}"), None);
    assert_eq!(text(&chat.discord.reply_to(asked)), DECLINED);
    chat.finish();
}

#[test]
fn in_direct_messages_members_see_what_their_roles_show() {
    let chat = Chat::start(&rules());
    chat.discord.world().members.insert((GUILD, KARI), vec![]);
    chat.discord
        .world()
        .members
        .insert((GUILD, OLA), vec![BOARD_MEMBER]);
    let write = |user: u64| {
        let asked = chat.discord.write(&Place::direct(user), TORSNES, None);
        text(&chat.discord.reply_to(asked))
    };
    assert_eq!(write(KARI), DECLINED);
    assert!(write(OLA).contains("1. september 2026"));
    let stranger = write(OLA + 7);
    assert_eq!(
        stranger,
        "Ingen dokumenter er indeksert ennå.\nDet er ingen dokumenter å søke i."
    );
    let typed = chat
        .discord
        .type_in(&Place::direct(OLA), "status", "topic", "ned");
    assert_eq!(
        chat.discord.first_response(&typed).1["choices"][0]["name"],
        "Nedleggelse av Torsnes"
    );
    chat.finish();
}

#[test]
fn a_button_shows_no_more_than_whoever_presses_it_may_see_there() {
    let mut chat = Chat::start(&rules());
    let board = Place::channel(KARI, BOARD);
    let question = "Hva ble vedtatt om Torsnes?";
    let answer = ask(&chat, &board, question);
    assert!(text(&answer).contains("1. september 2026"));
    // A button that was made up: neither the answer nor the question is told elsewhere.
    let elsewhere = Place::channel(OLA, HALL);
    for what in ["more:", "around:", "thread:"] {
        let pressed = chat.discord.press(&elsewhere, &answer, what);
        assert_eq!(
            text(&chat.discord.further(&pressed)),
            "Jeg husker ikke dette svaret lenger. Still spørsmålet på nytt."
        );
    }
    // Private, and not to be shown to all, even if a button said so.
    let member = Place::channel(OLA, HALL).with_role(BOARD_MEMBER);
    let mut private = ask(&chat, &member, question);
    let number = private["components"][0]["components"][0]["custom_id"]
        .as_str()
        .unwrap()
        .split(':')
        .nth(1)
        .unwrap()
        .to_owned();
    private["components"][0]["components"][0]["custom_id"] = json!(format!("show:{number}"));
    let refused = chat
        .discord
        .further(&chat.discord.press(&member, &private, "show:"));
    assert_eq!(
        (text(&refused).as_str(), &refused["flags"]),
        ("Dette svaret kan ikke vises i denne kanalen.", &json!(64))
    );
    // After a restart with fewer rights.
    let fewer = format!("[[discord.show]]\ncollections = [\"mote\"]\nguild = \"{GUILD}\"\n");
    chat.stop();
    chat.configure(&fewer);
    chat.begin();
    chat.discord.connected();
    let pressed = chat.discord.press(&board, &answer, "around:");
    assert_eq!(
        text(&chat.discord.answer(&pressed)),
        "Utdragene som ble vist her, finnes ikke lenger i dokumentene."
    );
    chat.finish();
}

#[test]
fn a_card_that_one_person_sees_is_shown_to_all_only_if_all_may_see_it() {
    let chat = Chat::start(&rules());
    let member = Place::channel(OLA, HALL).with_role(BOARD_MEMBER);
    let card = |name: &str, topic: &str| {
        let typed = chat
            .discord
            .command(&member, name, &[("topic", json!(topic))]);
        chat.discord.answer(&typed)
    };
    let hidden = card("status", "nedleggelse av Torsnes");
    assert!(text(&hidden).contains("1. september 2026"));
    assert!(!hidden.to_string().contains("show:"), "{hidden}");
    for name in ["status", "positions"] {
        let private = card(name, "ny kantine");
        assert_eq!(private["flags"], 64);
        let pressed = chat.discord.press(&member, &private, "show:");
        let shown = chat.discord.further(&pressed);
        assert_eq!((text(&shown), &shown["flags"]), (text(&private), &json!(0)));
        let left = chat.discord.answer(&pressed);
        assert!(!left.to_string().contains("show:"), "it was shown already");
    }
    chat.finish();
}

#[test]
fn who_may_see_some_collections_gets_what_a_bot_on_these_alone_would_say() {
    let shipped = repository().join("knowledge");
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&shipped.join("rapporter"), &folder.path().join("rapporter"));
    let alone = bot_on(folder.path());
    let all = Handle::new(bot_on(&shipped));
    let narrowed = all
        .bot(&Audience::Collections(BTreeSet::from([
            "rapporter".to_owned()
        ])))
        .unwrap();
    let gold =
        std::fs::read_to_string(repository().join("tests/knowledge-questions.jsonl")).unwrap();
    let lines = gold.lines().filter(|line| !line.trim().is_empty());
    for line in lines.step_by(4) {
        let gold: Value = serde_json::from_str(line).unwrap();
        let question = gold["question"].as_str().unwrap();
        let said = |bot: &referent::bot::Bot| {
            let answer = bot.ask(question).unwrap();
            let mut value = serde_json::to_value(&answer).unwrap();
            forget_links(&mut value);
            (value, format!("{:?}", answer.declined), answer.nearest)
        };
        assert_eq!(said(&narrowed), said(&alone), "{question}");
    }
    assert_eq!(narrowed.names(), alone.names());
    let matters = alone.names().matters.iter().step_by(5);
    for topic in matters.map(String::as_str).chain(["hjemmekontor", "KARVE"]) {
        let today = Date::new(2026, Some(11), Some(22)).unwrap();
        let said = |bot: &referent::bot::Bot| {
            let mut status = serde_json::to_value(bot.status(topic, None, today).unwrap()).unwrap();
            let positions = bot.positions(topic, &Filter::default()).unwrap();
            let mut positions = serde_json::to_value(positions).unwrap();
            forget_links(&mut status);
            forget_links(&mut positions);
            (status, positions)
        };
        assert_eq!(said(&narrowed), said(&alone), "{topic}");
    }
}

fn forget_links(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(forget_links),
        Value::Object(fields) => {
            fields.remove("link");
            fields.values_mut().for_each(forget_links);
        }
        _ => {}
    }
}
