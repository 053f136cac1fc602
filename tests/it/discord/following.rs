//! Following on Discord: from the command to the message, and what becomes of it when rights are lost.

use serde_json::{Value, json};

use super::standin::{BOT, Place, is_id};
use super::{Chat, text};

const KARI: u64 = 5_000_000_000_000_000_000;
const HALL: u64 = 300;

/// The messages of the bot in a channel that no question was answered with.
fn letters(chat: &Chat, channel: u64) -> Vec<Value> {
    let world = chat.discord.world();
    let own = world.messages.values().filter(|message| {
        is_id(&message["author"]["id"], BOT)
            && is_id(&message["channel_id"], channel)
            && !world.interactions.values().any(|of| {
                let id = message["id"].as_str().and_then(|id| id.parse().ok());
                of.original == id || id.is_some_and(|id| of.further.contains(&id))
            })
    });
    own.cloned().collect()
}

/// Waits for so many letters in a channel, and returns the last.
fn letter(chat: &Chat, channel: u64, number: usize) -> Value {
    chat.discord.wait("a letter", |world| {
        let own = world.messages.values().filter(|message| {
            is_id(&message["author"]["id"], BOT)
                && is_id(&message["channel_id"], channel)
                && !world.interactions.values().any(|of| {
                    let id = message["id"].as_str().and_then(|id| id.parse().ok());
                    of.original == id || id.is_some_and(|id| of.further.contains(&id))
                })
        });
        own.skip(number - 1).last().cloned()
    })
}

fn buttons(message: &Value) -> Vec<String> {
    let rows = message["components"].as_array().unwrap().iter();
    let all = rows.flat_map(|row| row["components"].as_array().unwrap());
    all.map(|button| button["label"].as_str().unwrap().to_owned())
        .collect()
}

const NEW: &str = "+++\ntitle = \"Møte i medbestemmelsesutvalget\"\ndate = \"2026-09-10\"\nbody = \"MBU\"\nurl = \"https://ombruk.example/september.html\"\n+++\n\n\
    ## Sak 20/26: Ny kantine\n\nVFS er imot at den nye kantinen stenger klokka to. Utvalget utsatte saken om kantinen til november 2026.\n\n\
    ## Sak 21/26: Heisen\n\nHeisen i Torsnes repareres i oktober. Leverandøren har fått beskjed.\n";

#[test]
fn from_the_command_to_the_message_and_back() {
    let mut chat = Chat::start("");
    let place = Place::channel(KARI, HALL).managing();
    let typed = chat.discord.command(
        &place,
        "follow",
        &[("topic", json!("kantine")), ("here", json!(true))],
    );
    let preview = chat.discord.answer(&typed);
    assert_eq!(
        chat.discord.first_response(&typed),
        (5, json!({"flags": 64}))
    );
    let shown = text(&preview);
    assert!(
        shown.starts_with("Vil du følge dette?\n**«kantine»**\nMeldingene kommer i denne kanalen med en gang.\n\nDet siste året ville "),
        "{shown}"
    );
    assert_eq!(buttons(&preview), ["Følg", "Avbryt"]);
    let pressed = chat.discord.press(&place, &preview, "confirm:");
    assert_eq!(
        text(&chat.discord.answer(&pressed)),
        "Nå følger jeg med på «kantine». Meldingene kommer i denne kanalen med en gang."
    );
    // New minutes come while the program does not run.
    chat.stop();
    chat.desk.write("mote/2026-09-10.md", NEW);
    chat.begin();
    let told = letter(&chat, HALL, 1);
    assert_eq!(
        text(&told),
        "Nytt dokument\n**[Møte i medbestemmelsesutvalget](<https://ombruk.example/september.html>)** · MBU · <t:1789041600:D>\n\
         Saker:\n• 20/26 Ny kantine\n• 21/26 Heisen\n\n**Ny kantine** · følges: «kantine»\n\
         > **VFS er imot at den nye kantinen stenger klokka to.** Utvalget utsatte saken om kantinen til november 2026.\n\
         -# [1 · Møte i medbestemmelsesutvalget](<https://ombruk.example/september.html#:~:text=VFS%20er%20imot%20at,kantinen%20til%20november%202026.>) · MBU · Ny kantine · VFS er imot · <t:1789041600:D>\n\
         **Nytt siden 12. mars 2026**\nStatus: utsatt (før: vedtatt)\n"
    );
    chat.restart();
    // The next round is over when something else is answered.
    chat.discord
        .answer(&chat.discord.command(&place, "following", &[]));
    assert_eq!(letters(&chat, HALL).len(), 1);
    chat.finish();
}

/// Follows something in the hall.
fn follow_kantine(chat: &Chat, place: &Place) {
    let options = [("topic", json!("kantine")), ("here", json!(true))];
    let typed = chat.discord.command(place, "follow", &options);
    let preview = chat.discord.answer(&typed);
    let pressed = chat.discord.press(place, &preview, "confirm:");
    chat.discord.answer(&pressed);
}

#[test]
fn what_is_corrected_says_so_and_lost_rights_are_told_to_the_owner() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL).managing();
    follow_kantine(&chat, &place);
    chat.desk.write("mote/2026-09-10.md", NEW);
    let first = letter(&chat, HALL, 1);
    assert!(
        text(&first).starts_with("Nytt dokument\n"),
        "{}",
        text(&first)
    );
    chat.desk
        .write("mote/2026-09-10.md", NEW.replace("klokka to", "klokka tre"));
    let corrected = letter(&chat, HALL, 2);
    assert_eq!(
        text(&corrected),
        "Rettet dokument\n**[Møte i medbestemmelsesutvalget](<https://ombruk.example/september.html>)** · MBU · <t:1789041600:D>\n\
         Saker:\n• 20/26 Ny kantine\n• 21/26 Heisen\n\n**Ny kantine** · følges: «kantine»\n\
         > **VFS er imot at den nye kantinen stenger klokka tre.** Utvalget utsatte saken om kantinen til november 2026.\n\
         -# [1 · Møte i medbestemmelsesutvalget](<https://ombruk.example/september.html#:~:text=VFS%20er%20imot%20at,kantinen%20til%20november%202026.>) · MBU · Ny kantine · VFS er imot · <t:1789041600:D>\n\
         **Nå står det**\n> VFS er imot at den nye kantinen stenger klokka tre.\n\
         **Før sto det**\n> VFS er imot at den nye kantinen stenger klokka to.\n"
    );
    // The rights go, and its owner hears of it.
    chat.discord.world().forbidden.insert(HALL);
    let later = NEW
        .replace("2026-09-10", "2026-10-08")
        .replace("klokka to", "klokka fire");
    chat.desk.write("mote/2026-10-08.md", later);
    let alone = Place::direct(KARI);
    let lost = letter(&chat, alone.channel, 1);
    assert_eq!(
        text(&lost),
        "Jeg får ikke lenger skrevet i kanalen der «kantine» følges (jeg mangler rettigheter). Jeg har satt det på pause. \
         Gi meg rettighetene tilbake og trykk «Gjenoppta»; det som er nytt i mellomtiden, kommer da."
    );
    assert_eq!(buttons(&lost), ["Gjenoppta", "Slutt å følge"]);
    let list = chat
        .discord
        .answer(&chat.discord.command(&place, "following", &[]));
    assert_eq!(
        text(&list),
        "Det som følges\n**1** «kantine» · i kanalen · med en gang · **stanset: jeg mangler rettigheter**\n"
    );
    // They come back, and with them what came meanwhile.
    chat.discord.world().forbidden.remove(&HALL);
    let resumed = chat.discord.press(&alone, &lost, "resume:");
    let resumed = chat.discord.answer(&resumed);
    assert_eq!(text(&resumed), "«kantine» · i kanalen · med en gang");
    let third = letter(&chat, HALL, 3);
    assert!(text(&third).contains("klokka fire"), "{}", text(&third));
    assert_eq!(letters(&chat, HALL).len(), 3);
    chat.finish();
}

#[test]
fn the_button_under_an_answer_follows_its_matter_alone() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let question = json!("Hva koster taket over sykkelparkeringen?");
    let typed = chat
        .discord
        .command(&place, "ask", &[("question", question)]);
    let answer = chat.discord.answer(&typed);
    let pressed = chat.discord.press(&place, &answer, "follow:");
    let preview = chat.discord.answer(&pressed);
    assert_eq!(
        chat.discord.first_response(&pressed),
        (5, json!({"flags": 64}))
    );
    let shown = text(&preview);
    assert!(
        shown.starts_with("Vil du følge dette?\n**«Sykkelparkering»**\nDu får direktemelding med en gang.\n\nDet siste året ville ett dokument ha gitt deg melding:\n"),
        "{shown}"
    );
    assert!(shown.contains("240 000 kroner"), "{shown}");
    let confirmed = chat.discord.press(&place, &preview, "confirm:");
    chat.discord.answer(&confirmed);
    // It is theirs alone: another may not end it, even with its number.
    let other = Place::channel(KARI + 7, HALL).managing();
    let id = preview["components"][0]["components"][0]["custom_id"]
        .as_str()
        .unwrap();
    let id = id.split(':').nth(1).unwrap().to_owned();
    let unfollow = |place: &Place| {
        let typed = chat
            .discord
            .command(place, "unfollow", &[("followed", json!(id))]);
        text(&chat.discord.answer(&typed))
    };
    assert_eq!(unfollow(&other), "Dette følges ikke lenger.");
    chat.desk.write(
        "mote/tak.md",
        NEW.replace("Heisen i Torsnes", "Taket over sykkelparkeringen"),
    );
    let alone = Place::direct(KARI);
    let told = text(&letter(&chat, alone.channel, 1));
    assert!(
        told.contains("> **Taket over sykkelparkeringen repareres i oktober.**"),
        "{told}"
    );
    // What is followed is offered while it is typed.
    let typing = chat
        .discord
        .type_in(&place, "unfollow", "followed", "sykkel");
    let (_, offered) = chat.discord.first_response(&typing);
    assert_eq!(
        offered["choices"],
        json!([{"name": "«Sykkelparkering»", "value": id}])
    );
    assert_eq!(
        unfollow(&place),
        "Jeg følger ikke lenger med på «Sykkelparkering»."
    );
    let empty = chat
        .discord
        .answer(&chat.discord.command(&place, "following", &[]));
    assert!(
        text(&empty).starts_with("Ingenting følges her ennå."),
        "{}",
        text(&empty)
    );
    chat.finish();
}

#[test]
fn a_channel_is_decided_on_by_those_who_manage_it() {
    let chat = Chat::start("");
    let follow = |place: &Place| {
        let options = [("topic", json!("kantine")), ("here", json!(true))];
        let typed = chat.discord.command(place, "follow", &options);
        text(&chat.discord.answer(&typed))
    };
    let (other, manager) = (
        Place::channel(KARI + 7, HALL),
        Place::channel(KARI, HALL).managing(),
    );
    assert!(follow(&other).starts_with("Bare den som kan administrere kanalen"));
    follow_kantine(&chat, &manager);
    assert_eq!(follow(&manager), "Dette følges allerede: «kantine».");
    let list = chat
        .discord
        .answer(&chat.discord.command(&other, "following", &[]));
    let one = chat
        .discord
        .answer(&chat.discord.press(&other, &list, "subscription:"));
    assert_eq!(
        buttons(&one),
        [
            "Ta pause",
            "Slutt å følge",
            "Hver dag",
            "Hver uke",
            "Det som følges"
        ]
    );
    let refused = chat
        .discord
        .answer(&chat.discord.press(&other, &one, "unfollow:"));
    assert!(text(&refused).starts_with("Bare den som kan administrere kanalen"));
    let list = chat
        .discord
        .answer(&chat.discord.command(&manager, "following", &[]));
    let one = chat
        .discord
        .answer(&chat.discord.press(&manager, &list, "subscription:"));
    let weekly = chat
        .discord
        .answer(&chat.discord.press(&manager, &one, "rhythm:"));
    assert_eq!(text(&weekly), "«kantine» · i kanalen · hver dag");
    let paused = chat
        .discord
        .answer(&chat.discord.press(&manager, &weekly, "pause:"));
    assert_eq!(
        text(&paused),
        "«kantine» · i kanalen · hver dag · **på pause**"
    );
    chat.finish();
}
