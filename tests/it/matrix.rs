//! The bot on Matrix as far as no server is needed: what it says when something lacks, and how cards look. For
//! conversations over a real server see `tests/matrix/`.

use std::time::Duration;

use referent::bot::ask::Conversation;
use referent::bot::command::{Command, Reply, Seen};
use referent::corpus::Date;
use referent::language::Language;
use referent::render::matrix::{self, MOST, Message};

use crate::support::{Desk, bot_on, finish, repository};

const CONFIG: &str = "[web]\nenabled = false\n[matrix]\nenabled = true\nhomeserver = \"http://127.0.0.1:9\"\nuser_id = \"@referent:a.no\"\nallowed_inviters = [\"a.no\"]\n";

#[test]
fn what_lacks_is_said_with_what_to_set() {
    let desk = Desk::new();
    std::fs::write(desk.root().join("config.toml"), CONFIG).unwrap();
    let run = |arguments: &[&str], password: Option<&str>| {
        let mut command = desk.command(arguments);
        for name in ["PASSWORD", "PASSWORD_FILE", "TOKEN", "TOKEN_FILE"] {
            command.env_remove(format!("REFERENT_MATRIX_{name}"));
        }
        if let Some(password) = password {
            command.env("REFERENT_MATRIX_PASSWORD", password);
        }
        finish(command, Duration::from_secs(60), |_| ())
    };
    let without = run(&["serve"], None);
    assert_eq!(
        (without.status.code(), without.stderr.as_str()),
        (
            Some(2),
            "referent: REFERENT_MATRIX_PASSWORD is not set: set it, or REFERENT_MATRIX_PASSWORD_FILE to the name of a file that holds it\n"
        )
    );
    let doctor = run(&["doctor"], Some("hemmelig"));
    assert!(
        doctor
            .stdout
            .contains("mend: matrix: http://127.0.0.1:9 cannot be reached"),
        "{}",
        doctor.stdout
    );
}

/// Whether each tag is closed in its turn.
fn is_well_formed(html: &str) -> bool {
    let mut open = Vec::new();
    for tag in html.split('<').skip(1) {
        let Some((tag, _)) = tag.split_once('>') else {
            return false;
        };
        let name = tag.split(' ').next().unwrap_or_default();
        match name.strip_prefix('/') {
            Some(closed) if open.pop() == Some(closed) => {}
            Some(_) => return false,
            None if name == "br" => {}
            None => open.push(name),
        }
    }
    open.is_empty()
}

#[test]
fn every_card_of_the_sample_documents_fits_and_tells_its_sources() {
    let bot = bot_on(&repository().join("knowledge"));
    let today: Date = "2026-11-22".parse().unwrap();
    let reply = |command: Command| {
        let mut conversation = Conversation::default();
        bot.reply(&command, &mut conversation, &Seen::new(), today)
            .unwrap()
    };
    let message = |reply: &Reply| -> Message {
        let message = match reply {
            Reply::Answer(answer, searched) => matrix::answer(answer, searched, &answer.excerpts),
            Reply::Status(status) => matrix::status(status),
            Reply::Positions(positions, searched) => matrix::positions(positions, searched),
            Reply::Latest(recent, searched) => matrix::latest(recent, searched, Language::Bokmal),
            Reply::Document(facts) => matrix::document(facts, Language::English),
            Reply::NoDocument(name, searched) => {
                matrix::no_document(name, searched, Language::Nynorsk)
            }
            Reply::Refused(refusal, language) => matrix::refused(refusal, *language),
            Reply::Sources(sources, searched) => {
                matrix::sources(sources, searched, Language::Bokmal)
            }
        };
        assert!(is_well_formed(&message.html), "{}", message.html);
        assert!(message.body.len() + message.html.len() < MOST);
        assert!(!message.body.is_empty() && !message.html.contains("file:"));
        message
    };
    let mut cards = 0;
    for matter in &bot.names().matters {
        let status = reply(Command::Status(matter.clone()));
        let told = message(&status);
        if let Reply::Status(status) = &status
            && let Some(summary) = &status.summary
        {
            cards += 1;
            let title = summary.document.title.split('.').next().unwrap();
            assert!(told.body.contains(title), "{}", told.body);
            assert!(told.html.contains("<blockquote>"), "{}", told.html);
        }
        message(&reply(Command::Positions(matter.clone(), None)));
    }
    assert!(cards > 5, "{cards} cards");
    for (id, title) in &bot.names().documents {
        let told = message(&reply(Command::Document(id.clone())));
        let title = title.split(" · ").next().unwrap();
        assert!(told.body.contains(title), "{title}: {}", told.body);
    }
    assert!(message(&reply(Command::Latest)).body.contains("10. "));
    message(&reply(Command::Document("finnes ikke".to_owned())));
    message(&reply(Command::Positions(
        "kantine".to_owned(),
        Some("ingen".to_owned()),
    )));
}
