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
