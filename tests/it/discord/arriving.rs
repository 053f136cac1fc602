//! Documents that come, change and go while the program runs.

use std::io::Write;
use std::time::{Duration, Instant};

use referent::index::Index;
use serde_json::json;

use super::standin::{GUILD, Place};
use super::{Chat, text};
use crate::support::PATIENCE;

const KARI: u64 = 5_000_000_000_000_000_000;
const HALL: u64 = 300;
const UP_TO_DATE: &str = "up to date:";

/// Minutes that tell what one thing costs.
fn minutes(thing: &str, cost: &str) -> String {
    format!(
        "+++\ntitle = \"Møte om {thing}\"\ndate = \"2026-05-04\"\n+++\n\n## Sak 1/26: {thing}\n\nUtvalget vedtok å kjøpe {thing} for {cost} kroner.\n"
    )
}

impl Chat {
    fn asked(&self, words: &str) -> String {
        let place = Place::channel(KARI, HALL);
        let typed = self
            .discord
            .command(&place, "ask", &[("question", json!(words))]);
        text(&self.discord.answer(&typed))
    }

    fn log(&self) -> String {
        let program = self.program.as_ref().unwrap();
        program.log.lock().unwrap().clone()
    }

    /// How often what is answered from was replaced.
    fn updates(&self) -> usize {
        self.log().matches(UP_TO_DATE).count()
    }

    /// Waits for the next update after so many.
    fn wait_for_update(&self, after: usize) {
        let start = Instant::now();
        while self.updates() <= after {
            assert!(start.elapsed() < PATIENCE, "no update: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn what_comes_and_goes_is_known_without_a_restart() {
    let chat = Chat::start("");
    let path = "mote/2026-05-04-badstue.md";
    let what = "Hva koster badstuen?";
    assert!(!chat.asked(what).contains("31 000"));
    chat.desk.write(path, minutes("badstuen", "31 000"));
    let written = Instant::now();
    chat.wait_for_update(0);
    assert!(written.elapsed() < Duration::from_secs(20));
    assert!(chat.asked(what).contains("31 000"), "{}", chat.asked(what));
    // Corrected minutes take the place of what they correct.
    chat.desk.write(path, minutes("badstuen", "32 500"));
    chat.wait_for_update(1);
    let answer = chat.asked(what);
    assert!(
        answer.contains("32 500") && !answer.contains("31 000"),
        "{answer}"
    );
    std::fs::rename(
        chat.desk.knowledge().join(path),
        chat.desk.knowledge().join("styret/badstue.md"),
    )
    .unwrap();
    chat.wait_for_update(2);
    assert!(chat.asked(what).contains("32 500"));
    std::fs::remove_file(chat.desk.knowledge().join("styret/badstue.md")).unwrap();
    chat.wait_for_update(3);
    assert!(!chat.asked(what).contains("32 500"));
    let log = chat.log();
    for told in [
        "badstue.md: Added",
        "badstue.md: Changed",
        "styret/badstue.md: Moved",
        "styret/badstue.md: Removed",
    ] {
        assert_eq!(log.matches(told).count(), 1, "{told}: {log}");
    }
    chat.finish();
}

#[test]
fn a_file_that_is_still_being_written_is_not_read() {
    let chat = Chat::start("");
    let whole = format!(
        "{}\n## Sak 2/26: Naust\n\nUtvalget vedtok å kjøpe naustet for 88 000 kroner.\n",
        minutes("robåten", "19 000")
    );
    let (first, rest) = whole.split_at(whole.find("## Sak 2").unwrap());
    let path = chat.desk.knowledge().join("mote/robaat.md");
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(first.as_bytes()).unwrap();
    // Others need not wait for it.
    chat.desk
        .write("mote/kajakk.md", minutes("kajakken", "9 500"));
    chat.wait_for_update(0);
    assert!(chat.asked("Hva koster kajakken?").contains("9 500"));
    assert!(!chat.asked("Hva koster robåten?").contains("19 000"));
    file.write_all(rest.as_bytes()).unwrap();
    drop(file);
    chat.wait_for_update(1);
    assert!(chat.asked("Hva koster robåten?").contains("19 000"));
    assert!(chat.asked("Hva koster naustet?").contains("88 000"));
    assert!(chat.log().matches("robaat.md:").count() == 1);
    chat.finish();
}

#[test]
fn a_burst_is_one_update() {
    let chat = Chat::start("");
    // Written elsewhere first: however slow the machine is, they come all at once.
    let elsewhere = crate::support::Desk::new();
    for number in 1..=200 {
        let thing = format!("hytte nummer {number}");
        elsewhere.write(&format!("{number}.md"), minutes(&thing, "70 000"));
    }
    let folder = chat.desk.knowledge().join("hytter");
    std::fs::create_dir(&folder).unwrap();
    for number in 1..=200 {
        let name = format!("{number}.md");
        std::fs::rename(elsewhere.knowledge().join(&name), folder.join(&name)).unwrap();
    }
    chat.wait_for_update(0);
    assert!(
        chat.log().contains("up to date: 200 of 203"),
        "{}",
        chat.log()
    );
    assert!(chat.asked("Hva koster hytte nummer 143?").contains("143"));
    assert_eq!(chat.updates(), 1);
    chat.finish();
}

#[test]
fn what_another_process_indexes_is_taken_over() {
    let chat = Chat::start("");
    // While another process writes to the index, questions are answered.
    let index = Index::open(&chat.desk.data()).unwrap();
    let writer = index.writer().unwrap();
    chat.desk
        .write("mote/trampoline.md", minutes("trampolinen", "12 000"));
    std::thread::sleep(Duration::from_secs(3));
    let roof = "Hva koster taket over sykkelparkeringen?";
    assert!(chat.asked(roof).contains("240 000"));
    assert_eq!(chat.updates(), 0);
    drop(writer);
    chat.wait_for_update(0);
    assert!(chat.asked("Hva koster trampolinen?").contains("12 000"));
    // What does not show by size and time is found by `referent index`, and answered from here.
    let path = chat.desk.knowledge().join("mote/trampoline.md");
    let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
    chat.desk
        .write("mote/trampoline.md", minutes("trampolinen", "14 000"));
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(modified).unwrap();
    drop(file);
    let report = chat.desk.json(&["index"]);
    assert_eq!(report["changed"], json!(["mote/trampoline.md"]));
    chat.wait_for_update(1);
    assert!(chat.asked("Hva koster trampolinen?").contains("14 000"));
    chat.finish();
}

#[test]
fn a_drive_that_is_away_takes_no_answers_with_it() {
    let chat = Chat::start("");
    let (here, away) = (chat.desk.knowledge(), chat.desk.root().join("away"));
    std::fs::rename(&here, &away).unwrap();
    std::fs::create_dir(&here).unwrap();
    chat.wait_for_log("is empty all of a sudden");
    let roof = "Hva koster taket over sykkelparkeringen?";
    assert!(chat.asked(roof).contains("240 000"));
    assert_eq!(chat.updates(), 0);
    chat.finish();
}

#[test]
fn whoever_is_allowed_adds_documents() {
    const EDITOR: u64 = 7;
    let chat = Chat::start(&format!(
        "[[discord.add]]\ncollection = \"mote\"\nguild = {GUILD}\nroles = [{EDITOR}]\n\
         [[discord.add]]\ncollection = \"styret\"\nguild = {GUILD}\nchannel = 301\nusers = [{KARI}]\n"
    ));
    let anybody = Place::channel(KARI, HALL);
    let editor = Place::channel(KARI, HALL).with_role(EDITOR);
    let add = |place: &Place, name: &str, content: &str, options: &[(&str, &str)]| {
        let typed = chat
            .discord
            .command_with_file(place, "add", (name, content), options);
        let answer = chat.discord.answer(&typed);
        assert_eq!(chat.discord.first_response(&typed).0, 5);
        text(&answer)
    };
    let sauna = minutes("badstuen", "31 000");
    let refused = add(&anybody, "badstue.md", &sauna, &[]);
    assert!(
        refused.starts_with("Du kan ikke legge til dokumenter her."),
        "{refused}"
    );
    let added = add(&editor, "../Badstue.md", &sauna, &[]);
    assert!(
        added.starts_with("Lagt til: Møte om badstuen (4. mai 2026), ")
            && added.contains(" avsnitt."),
        "{added}"
    );
    assert!(chat.desk.knowledge().join("mote/Badstue.md").is_file());
    assert!(chat.asked("Hva koster badstuen?").contains("31 000"));
    for (name, content, said) in [
        (
            "en kopi.md",
            sauna.as_str(),
            "Det samme dokumentet er der allerede: Møte om badstuen.",
        ),
        ("spill.exe", "MZ", "Den typen filer kan jeg ikke lese."),
        (
            "referat.pdf",
            "<!doctype html><html>Logg inn</html>",
            "Innholdet er noe annet enn filnavnet sier.",
        ),
        (
            "tom.md",
            "  \n",
            "Det er ingen tekst i filen, så den er ikke lagt til.",
        ),
    ] {
        let answer = add(&editor, name, content, &[]);
        assert!(answer.starts_with(said), "{name}: {answer}");
    }
    // Where somebody may add to several, they say to which.
    let both = Place::channel(KARI, 301).with_role(EDITOR);
    let kayak = minutes("kajakken", "9 500");
    let asked = add(&both, "kajakk.md", &kayak, &[]);
    assert!(asked.ends_with("mote, styret."), "{asked}");
    let added = add(&both, "kajakk.md", &kayak, &[("collection", "styret")]);
    assert!(added.starts_with("Lagt til: "), "{added}");
    let others = add(&editor, "x.md", &kayak, &[("collection", "styret")]);
    assert!(others.ends_with("skal til: mote."), "{others}");
    let lies = |path: &str| chat.desk.knowledge().join(path).is_file();
    assert!(lies("styret/kajakk.md") && !lies("mote/x.md"));
    chat.finish();
}

#[test]
fn sources_are_shown_to_those_who_see_what_comes_from_them() {
    let source = |name: &str, collection: &str| {
        format!(
            "[[source]]\nname = \"{name}\"\ncollection = \"{collection}\"\nfeed = \"http://127.0.0.1:1/\"\n"
        )
    };
    let chat = Chat::start(&format!(
        "[[discord.show]]\ncollections = [\"mote\"]\nguild = {GUILD}\n{}{}",
        source("nettsted", "mote"),
        source("lukket", "styret"),
    ));
    chat.wait_for_log("source lukket: the server cannot be reached");
    chat.wait_for_log("source nettsted: the server cannot be reached");
    let place = Place::channel(KARI, HALL);
    let typed = chat.discord.command(&place, "sources", &[]);
    let card = text(&chat.discord.answer(&typed));
    assert!(
        card.starts_with(
            "Kilder\n**nettsted** · mote · 0 dokumenter\n-# Ikke tilgjengelig; det begynte <t:"
        ),
        "{card}"
    );
    assert!(card.ends_with("\n2 dokumenter i alt"), "{card}");
    assert!(
        !card.contains("lukket") && !card.contains("127.0.0.1"),
        "{card}"
    );
    chat.finish();
}
