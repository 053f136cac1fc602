//! Questions and answers, by every way there is to ask.

use serde_json::json;

use super::standin::{BOT, Place};
use super::{Chat, text};

const KARI: u64 = 5_000_000_000_000_000_000;
const HALL: u64 = 300;

#[test]
fn a_command_is_answered_with_a_quotation_and_its_source() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let typed = chat.discord.command(
        &place,
        "ask",
        &[(
            "question",
            json!("Hva koster taket over sykkelparkeringen?"),
        )],
    );
    let answer = chat.discord.answer(&typed);
    println!("{answer:#}\n{}", text(&answer));
    chat.finish();
}
