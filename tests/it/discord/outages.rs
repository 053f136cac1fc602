//! What goes wrong between the bot and Discord, and what the bot makes of it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::standin::{BOT, Place};
use super::{Chat, Manner, minutes, text};
use crate::support::finish;

const KARI: u64 = 5_000_000_000_000_000_000;
const HALL: u64 = 300;
const QUESTION: &str = "Hva koster taket over sykkelparkeringen?";

fn ask(chat: &Chat, place: &Place) -> Value {
    let typed = chat
        .discord
        .command(place, "ask", &[("question", json!(QUESTION))]);
    chat.discord.answer(&typed)
}

/// Runs the program until it ends by itself.
fn run(
    manner: Manner,
    token: &str,
    config: &str,
) -> (Option<i32>, String, super::standin::Standin) {
    let desk = minutes();
    let discord = super::standin::Standin::start(manner);
    let path = desk.root().join("config.toml");
    let config = format!(
        "[web]\nenabled = false\n[discord]\nenabled = true\napi_url = \"{}\"\n{config}",
        discord.address
    );
    std::fs::write(&path, config).unwrap();
    let mut command = desk.command(&["serve", "--config", path.to_str().unwrap()]);
    command.env("REFERENT_DISCORD_TOKEN", token);
    let run = finish(command, Duration::from_secs(60), |_| ());
    (run.status.code(), run.stderr, discord)
}

#[test]
fn a_wrong_token_and_a_refused_intent_are_said_in_one_sentence() {
    let (status, said, _) = run(Manner::default(), "wrong", "");
    assert_eq!(
        (status, said.as_str()),
        (
            Some(1),
            "referent: discord: Discord refuses the token in REFERENT_DISCORD_TOKEN: copy it anew from \"Bot\" in the developer portal\n"
        )
    );
    let (status, said, discord) = run(Manner::default(), super::TOKEN, "message_content = true\n");
    assert_eq!(
        (status, said.as_str()),
        (
            Some(1),
            "referent: discord: Discord refuses to send the content of messages: switch \"Message Content Intent\" on under \"Bot\" in the developer portal, or set discord.message_content = false\n"
        )
    );
    assert_eq!(
        discord.world().identifies,
        1,
        "a refused session is not tried again"
    );
}

#[test]
fn without_a_token_or_anything_enabled_it_says_what_to_set() {
    let desk = minutes();
    std::fs::write(desk.root().join("config.toml"), "[web]\nenabled = false\n").unwrap();
    let run = desk.run(&["serve"]);
    assert_eq!(
        (run.status.code(), run.stderr.as_str()),
        (
            Some(2),
            "referent: nothing is enabled: set web.enabled, discord.enabled or matrix.enabled = true, or talk in the terminal with `referent chat`\n"
        )
    );
    std::fs::write(
        desk.root().join("config.toml"),
        "[web]\nenabled = false\n[discord]\nenabled = true\n",
    )
    .unwrap();
    let mut command = desk.command(&[]);
    command
        .env_remove("REFERENT_DISCORD_TOKEN")
        .env_remove("REFERENT_DISCORD_TOKEN_FILE");
    let run = finish(command, Duration::from_secs(60), |_| ());
    assert_eq!(
        (run.status.code(), run.stderr.as_str()),
        (
            Some(2),
            "referent: REFERENT_DISCORD_TOKEN is not set: set it, or REFERENT_DISCORD_TOKEN_FILE to the name of a file that holds it\n"
        )
    );
}

#[test]
fn two_hundred_questions_at_once_are_answered_once_each_while_the_gateway_drops() {
    let chat = Chat::start("");
    let start = Instant::now();
    let mut asked = Vec::new();
    for i in 0..200 {
        let user = KARI + (i % 50) * 1000;
        let place = Place::channel(user, HALL + i % 7);
        asked.push(
            chat.discord
                .command(&place, "ask", &[("question", json!(QUESTION))]),
        );
        if i % 40 == 39 {
            chat.discord.connected();
            // With a code that allows to resume, and without a word.
            let code = if i % 80 == 39 { Some(4000) } else { None };
            chat.discord.drop_gateway(code);
            // What is sent meanwhile comes when the session is resumed.
        }
    }
    for typed in &asked {
        let answer = chat.discord.answer(typed);
        assert!(
            text(&answer).contains("240 000 kroner"),
            "{}",
            text(&answer)
        );
    }
    println!("200 questions took {:?}", start.elapsed());
    chat.discord.wait("five resumed sessions", |world| {
        (world.resumes == 5).then_some(())
    });
    let world = chat.discord.world();
    for typed in &asked {
        let interaction = &world.interactions[&typed.0];
        let (kind, took) = interaction.acknowledged.unwrap();
        assert_eq!(
            (kind, interaction.edits, interaction.further.len()),
            (5, 1, 0)
        );
        assert!(took < Duration::from_secs(3), "{took:?}");
    }
    assert_eq!(world.identifies, 1);
    drop(world);
    chat.finish();
}

#[test]
fn what_discord_puts_off_is_sent_later_and_what_it_refuses_is_not_sent_again() {
    let chat = Chat::start("");
    {
        let mut world = chat.discord.world();
        world.put_off.push(("@original".to_owned(), 2, 0.2));
        world.broken.push((format!("/channels/{HALL}/messages"), 1));
    }
    let place = Place::channel(KARI, HALL);
    assert!(text(&ask(&chat, &place)).contains("240 000 kroner"));
    // An answer that was lost is sent again, and is one message.
    let asked = chat
        .discord
        .write(&place, &format!("<@{BOT}> {QUESTION}"), None);
    chat.discord.reply_to(asked);
    let forbidden = Place::channel(KARI, 666);
    chat.discord.world().forbidden.insert(666);
    chat.discord
        .write(&forbidden, &format!("<@{BOT}> {QUESTION}"), None);
    let posts = |world: &super::World, channel: u64| {
        let path = format!("/channels/{channel}/messages");
        world
            .requests
            .iter()
            .filter(|request| request.path == path)
            .map(|request| request.status)
            .collect::<Vec<_>>()
    };
    // Once as it is, once in plain text, and no more.
    chat.discord.wait("refused messages", |world| {
        (posts(world, 666) == [403, 403]).then_some(())
    });
    assert_eq!(posts(&chat.discord.world(), HALL), [502, 200]);
    chat.finish();
}

#[test]
fn where_it_may_not_embed_it_answers_in_plain_text() {
    let chat = Chat::start("");
    chat.discord.world().plain.insert(HALL);
    chat.discord.write(
        &Place::channel(KARI, HALL),
        &format!("<@{BOT}> {QUESTION}"),
        None,
    );
    let answer = chat.discord.wait("a plain answer", |world| {
        let mut messages = world.messages.values();
        messages
            .find(|message| message["author"]["bot"] == true)
            .cloned()
    });
    assert!(
        answer["content"]
            .as_str()
            .unwrap()
            .starts_with("> **Taket over"),
        "{answer:#}"
    );
    chat.finish();
}

#[test]
fn in_a_new_session_it_catches_up_with_what_was_written_meanwhile() {
    let manner = Manner {
        heartbeat: Duration::from_secs(1),
        ..Manner::default()
    };
    let chat = Chat::with(manner, minutes(), "");
    let place = Place::direct(KARI);
    chat.discord
        .reply_to(chat.discord.write(&place, QUESTION, None));
    chat.discord
        .wait("heartbeats", |world| (world.heartbeats > 1).then_some(()));
    chat.discord.world().forget_sessions = true;
    chat.discord.let_time_pass();
    chat.discord.drop_gateway(Some(4000));
    let missed = chat
        .discord
        .write_unheard(&place, "Hva skjer med garderobene?");
    let answer = chat.discord.reply_to(missed);
    assert!(
        text(&answer).contains("Garderobene i kjelleren"),
        "{}",
        text(&answer)
    );
    assert_eq!(chat.discord.world().identifies, 2);
    let replies = |world: &super::World| {
        let of_bot = |message: &&Value| message["author"]["bot"] == true;
        world.messages.values().filter(of_bot).count()
    };
    assert_eq!(replies(&chat.discord.world()), 2);
    chat.finish();
}

#[test]
fn an_answer_that_comes_too_late_stops_nothing_else() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    chat.discord
        .world()
        .put_off
        .push(("@original".to_owned(), 1, 0.3));
    let late = chat
        .discord
        .command(&place, "ask", &[("question", json!(QUESTION))]);
    chat.discord.world().expired.insert(late.0.clone());
    let refused =
        |request: &super::standin::Request| request.path.contains(&late.0) && request.status == 401;
    chat.discord.wait("a refused answer", |world| {
        world.requests.iter().any(refused).then_some(())
    });
    assert!(text(&ask(&chat, &place)).contains("240 000 kroner"));
    chat.finish();
}

#[test]
fn where_no_session_may_begin_it_waits_and_can_be_stopped() {
    let manner = Manner {
        sessions: 0,
        ..Manner::default()
    };
    let mut chat = Chat::not_waiting(manner, minutes(), "");
    chat.wait_for_log("Discord allows no further session for 10 minutes");
    let log = chat.stop();
    assert!(
        log.ends_with("referent: finishing what was begun\n"),
        "{log}"
    );
    assert_eq!(chat.discord.world().identifies, 0);
}

#[test]
fn who_asks_too_fast_is_asked_to_wait_and_others_are_not() {
    let chat = Chat::start("user_per_minute = 2\n");
    let place = Place::channel(KARI, HALL);
    ask(&chat, &place);
    ask(&chat, &place);
    let third = ask(&chat, &place);
    assert!(
        text(&third).starts_with("That was")
            || text(&third).starts_with("Nå gikk det litt fort for meg. Spør gjerne igjen <t:"),
        "{}",
        text(&third)
    );
    assert_eq!(third["flags"], 64);
    assert!(text(&ask(&chat, &Place::channel(KARI + 1000, HALL))).contains("240 000 kroner"));
    chat.finish();
}

#[test]
fn what_was_begun_is_finished_when_it_is_told_to_stop() {
    let mut chat = Chat::start("");
    chat.discord
        .world()
        .put_off
        .push(("@original".to_owned(), 1, 1.5));
    let place = Place::channel(KARI, HALL);
    let typed = chat
        .discord
        .command(&place, "ask", &[("question", json!(QUESTION))]);
    chat.discord.wait("an answer that is put off", |world| {
        let late = |request: &super::standin::Request| request.status == 429;
        world.requests.iter().any(late).then_some(())
    });
    chat.stop();
    assert!(text(&chat.discord.answer(&typed)).contains("240 000 kroner"));
    chat.discord.nothing_wrong();
}

#[test]
fn something_that_goes_wrong_is_said_under_an_id_that_the_log_has() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let kept = ask(&chat, &place);
    let store = rusqlite::Connection::open(chat.desk.data().join("referent.sqlite")).unwrap();
    store
        .execute_batch("DROP TABLE feedback; DROP TABLE answer")
        .unwrap();
    // An answer that cannot be kept is an answer all the same, but for its buttons.
    let unkept = ask(&chat, &place);
    assert_eq!(
        (text(&unkept), &unkept["components"]),
        (text(&kept), &json!([]))
    );
    let pressed = chat.discord.press(&place, &kept, "more:");
    let failed = text(&chat.discord.further(&pressed));
    let id = failed
        .split('`')
        .nth(1)
        .unwrap_or_else(|| panic!("{failed}"))
        .to_owned();
    assert_eq!(
        failed,
        format!("Noe gikk galt hos meg. Feilen står i loggen som `{id}`. Prøv gjerne igjen.")
    );
    chat.wait_for_log(&format!("discord: {id}: "));
}

#[test]
fn the_doctor_looks_at_token_rights_and_commands() {
    let desk = minutes();
    let discord = super::standin::Standin::start(Manner::default());
    let config = format!(
        "[web]\nenabled = false\n[discord]\nenabled = true\napi_url = \"{}\"\nmessage_content = true\n[[discord.show]]\ncollections = [\"møter\"]\nguild = \"5\"\n",
        discord.address
    );
    std::fs::write(desk.root().join("config.toml"), config).unwrap();
    let doctor = |token: &str| {
        let mut command = desk.command(&["doctor"]);
        command.env("REFERENT_DISCORD_TOKEN", token);
        finish(command, Duration::from_secs(60), |_| ()).stdout
    };
    let said = doctor(super::TOKEN);
    for finding in [
        "mend: discord.message_content: the application has no such intent",
        "mend: discord, server Ombruksetaten: the bot lacks rights: give it Create Public Threads, Send Messages in Threads",
        "mend: discord.show, guild 5: the bot is not in it",
        "mend: discord commands: Discord has others",
        "mend: [[discord.show]] collections: no document is in a collection \"møter\"",
    ] {
        assert!(said.contains(finding), "{finding} is not in {said}");
    }
    assert!(doctor("wrong").contains("mend: discord: Discord refuses the token"));
    discord.nothing_wrong();
}
