//! Questions and answers, by every way there is to ask.

use serde_json::{Value, json};

use referent::store::Store;

use super::standin::{BOT, GUILD, Place, Request, is_id};
use super::{Chat, text};

const KARI: u64 = 5_000_000_000_000_000_000;
const OLA: u64 = 5_000_000_000_000_000_900;
const HALL: u64 = 300;

const BIKES: &str = "Hva koster taket over sykkelparkeringen?";
const BIKES_LINK: &str = "https://ombruk.example/mote-12-mars.html#:~:text=Taket%20over%20sykkelparkeringen%20koster,starter%20i%20juni%202026.";

/// What every answer to [`BIKES`] holds.
fn bikes() -> String {
    format!(
        "> **Taket over sykkelparkeringen koster 240 000 kroner.** Arbeidet starter i juni 2026.\n\
         -# [1 · Møte i medbestemmelsesutvalget](<{BIKES_LINK}>) · MBU · Sykkelparkering · <t:1773316800:D>"
    )
}

/// The number of the answer in a message.
fn number(message: &Value) -> i64 {
    let id = message["components"][0]["components"][0]["custom_id"].as_str();
    id.unwrap().split(':').nth(1).unwrap().parse().unwrap()
}

/// The words or pictures on the buttons of a message, and what they are for; N is the answer's number.
fn buttons(message: &Value) -> Vec<String> {
    let rows = message["components"].as_array().unwrap().iter();
    let all = rows.flat_map(|row| row["components"].as_array().unwrap());
    all.map(|button| {
        let shown = button["label"]
            .as_str()
            .or(button["emoji"]["name"].as_str());
        format!(
            "{} = {}",
            shown.unwrap(),
            button["custom_id"]
                .as_str()
                .unwrap()
                .replace(&number(message).to_string(), "N")
        )
    })
    .collect()
}

fn question(text: &str) -> [(&'static str, Value); 1] {
    [("question", json!(text))]
}

#[test]
fn a_command_is_answered_with_a_quotation_and_its_source() {
    let chat = Chat::start("");
    let typed = chat
        .discord
        .command(&Place::channel(KARI, HALL), "ask", &question(BIKES));
    let answer = chat.discord.answer(&typed);
    assert_eq!(chat.discord.first_response(&typed), (5, Value::Null));
    assert_eq!(text(&answer), format!("{BIKES}\n{}", bikes()));
    assert_eq!(
        buttons(&answer),
        [
            "Flere utdrag = more:N:0",
            "Mer sammenheng = around:N",
            "👍 = good:N",
            "👎 = bad:N",
            "Følg saken = follow:N",
            "Fortsett i en tråd = thread:N"
        ]
    );
    chat.finish();
}

#[test]
fn the_words_round_an_answer_are_in_the_language_of_the_question() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let ask = |words: &str| {
        let typed = chat.discord.command(&place, "ask", &question(words));
        chat.discord.answer(&typed)
    };
    let nynorsk = ask("Kva kostar taket over sykkelparkeringa?");
    assert_eq!(buttons(&nynorsk)[1], "Meir samanheng = around:N");
    let english = ask("What does the roof over the bicycle parking cost?");
    assert_eq!(
        buttons(&english).last().unwrap(),
        "Continue in a thread = thread:N",
        "{}",
        text(&english)
    );
    assert_eq!(
        text(&ask("Når legges Atlantis ned?")),
        "Når legges Atlantis ned?\nDokumentene nevner ikke «Atlantis».\n\
         Jeg søkte i 3 dokumenter; det nyeste er fra 12. mars 2026."
    );
    assert_eq!(
        text(&ask("When will Atlantis be closed?")),
        "When will Atlantis be closed?\nThe documents do not mention “Atlantis”.\n\
         I searched 3 documents; the newest is from 12 March 2026."
    );
    chat.finish();
}

#[test]
fn a_question_can_be_restricted_and_what_cannot_be_kept_is_refused() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let ask = |options: &[(&str, Value)]| {
        let typed = chat.discord.command(&place, "ask", options);
        text(&chat.discord.answer(&typed))
    };
    let canteen = ("question", json!("Hva skjer med kantinen?"));
    let early = ask(&[canteen.clone(), ("to", json!("2025"))]);
    assert!(
        early.contains("<t:1762430400:D>")
            && !early.contains("2\\. mai")
            && !early.contains("2. mai"),
        "{early}"
    );
    let holder = ask(&[canteen.clone(), ("holder", json!("VFS"))]);
    assert!(
        holder.contains("imot å stenge den gamle kantinen"),
        "{holder}"
    );
    assert_eq!(
        ask(&[canteen.clone(), ("from", json!("i fjor"))]),
        "«i fjor» er ingen dato: skriv en dag (2021-06-16), en måned (2021-06) eller et år (2021)."
    );
    let unknown = ask(&[canteen, ("body", json!("Rådet"))]);
    assert!(
        unknown.contains("Det finnes ikke noe organ «Rådet». Disse finnes: MBU, Styret."),
        "{unknown}"
    );
    chat.finish();
}

#[test]
fn a_private_answer_is_seen_by_one_and_can_be_shown_to_all() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let options = [("question", json!(BIKES)), ("private", json!(true))];
    let typed = chat.discord.command(&place, "ask", &options);
    let answer = chat.discord.answer(&typed);
    assert_eq!(
        chat.discord.first_response(&typed),
        (5, json!({"flags": 64}))
    );
    assert_eq!(answer["flags"], 64);
    assert_eq!(
        buttons(&answer),
        [
            "Flere utdrag = more:N:0",
            "Mer sammenheng = around:N",
            "Vis i kanalen = show:N",
            "👍 = good:N",
            "👎 = bad:N",
            "Følg saken = follow:N"
        ]
    );
    let pressed = chat.discord.press(&place, &answer, "show:");
    let shown = chat.discord.further(&pressed);
    let left = chat.discord.answer(&pressed);
    assert_eq!((text(&left), &left["flags"]), (text(&answer), &json!(64)));
    assert!(!left.to_string().contains("show:"), "it was shown already");
    assert_eq!(
        (text(&shown), &shown["flags"]),
        (format!("{BIKES}\n{}", bikes()), &json!(0))
    );
    chat.finish();
}

#[test]
fn a_matter_that_several_meetings_treated_has_a_picture() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let card = |topic: &str| {
        let typed = chat
            .discord
            .command(&place, "status", &[("topic", json!(topic))]);
        chat.discord.answer(&typed)
    };
    let shown = card("ny kantine");
    let told = &shown["attachments"][0];
    assert_eq!(
        told["description"],
        "Tidslinje for saken «Ny kantine»: 2 dokumenter fra 6. november 2025 til 12. mars 2026. Siste kjente status: vedtatt. Neste steg (2. mai 2026): Utvalget vedtok å åpne kantinen 2. mai 2026."
    );
    assert_eq!(shown["embeds"][0]["image"]["url"], told["url"]);
    // One meeting says it all in words.
    assert_eq!(card("garderober")["attachments"], json!([]));
    chat.finish();
}

#[test]
fn a_picture_that_is_refused_does_not_take_the_card_with_it() {
    let manner = super::Manner {
        no_files: true,
        ..super::Manner::default()
    };
    let chat = Chat::with(manner, super::minutes(), "");
    let place = Place::channel(KARI, HALL);
    let typed = chat
        .discord
        .command(&place, "status", &[("topic", json!("ny kantine"))]);
    let shown = chat.discord.answer(&typed);
    assert!(text(&shown).starts_with("Ny kantine\nSiste kjente status"));
    assert_eq!(shown["attachments"], json!([]));
    assert!(shown["embeds"][0]["image"].is_null());
    chat.finish();
}

#[test]
fn a_matter_its_positions_the_latest_and_a_document_have_cards() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let card = |name: &str, options: &[(&str, Value)]| {
        let typed = chat.discord.command(&place, name, options);
        text(&chat.discord.answer(&typed))
    };
    let status = card("status", &[("topic", json!("ny kantine"))]);
    assert!(
        status.starts_with("Ny kantine\nSiste kjente status (<t:1773316800:D>): **vedtatt**\n> "),
        "{status}"
    );
    assert!(status.contains("\n**Tidligere møter**\n> "), "{status}");
    let positions = card("positions", &[("topic", json!("kantine"))]);
    assert!(
        positions.starts_with("kantine\n**Direktøren**\n> ") && positions.contains("**FASA**\n> "),
        "{positions}"
    );
    assert!(positions.contains("**VFS**\n> "), "{positions}");
    let one = card(
        "positions",
        &[("topic", json!("kantine")), ("holder", json!("VFS"))],
    );
    assert!(
        one.starts_with("kantine\n**VFS**\n> ") && !one.contains("FASA"),
        "{one}"
    );
    let latest = card("latest", &[]);
    assert!(
        latest.starts_with("Sist lagt til\n**[Møte i medbestemmelsesutvalget](<https://ombruk.example/mote-12-mars.html>)** · MBU · <t:1773316800:D> · referat\n-# <t:"),
        "{latest}"
    );
    let linked = card("document", &[("document", json!("Møte"))]);
    assert!(
        linked.contains("\n[Åpne dokumentet](<https://ombruk.example/mote-12-mars.html>)\n"),
        "{linked}"
    );
    let all = chat
        .discord
        .command(&place, "document", &[("document", json!("styre"))]);
    assert_eq!(
        text(&chat.discord.answer(&all)),
        "Styremøte\nreferat · Styret · <t:1769947200:D>\n\n**Saker**\n• 3/26 Nedleggelse av Torsnes\n"
    );
    assert_eq!(
        card("document", &[("document", json!("Årsregnskap"))]),
        "Jeg fant ikke noe dokument som heter «Årsregnskap».\n\
         Jeg søkte i 3 dokumenter; det nyeste er fra 12. mars 2026."
    );
    chat.finish();
}

#[test]
fn help_lists_the_commands_in_the_language_of_the_reader_and_for_them_alone() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let norwegian = chat.discord.command(&place, "help", &[]);
    let help = chat.discord.answer(&norwegian);
    assert_eq!(help["flags"], 64);
    assert!(
        text(&help).contains("`/spør` – Spør om det som står i referatene\n`/status` – "),
        "{}",
        text(&help)
    );
    let english = chat.discord.command_in(&place, "help", &[], "en-GB");
    assert!(text(&chat.discord.answer(&english)).contains("`/ask` – Ask what the minutes say\n"));
    chat.finish();
}

#[test]
fn what_is_typed_is_completed_from_what_is_indexed() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let choices = |command: &str, option: &str, typed: &str| -> Vec<(String, String)> {
        let typed = chat.discord.type_in(&place, command, option, typed);
        let (kind, data) = chat.discord.first_response(&typed);
        assert_eq!(kind, 8);
        let of = |choice: &Value, key: &str| choice[key].as_str().unwrap().to_owned();
        let choices = data["choices"].as_array().unwrap().iter();
        choices
            .map(|choice| (of(choice, "name"), of(choice, "value")))
            .collect()
    };
    let names = |command: &str, option: &str, typed: &str| -> Vec<String> {
        choices(command, option, typed)
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    };
    assert_eq!(names("status", "topic", "KANT"), ["Ny kantine"]);
    assert_eq!(
        names("status", "topic", ""),
        [
            "Ny kantine",
            "Sykkelparkering",
            "Garderober",
            "Nedleggelse av Torsnes"
        ]
    );
    assert_eq!(names("ask", "body", "st"), ["Styret"]);
    assert!(names("positions", "holder", "").contains(&"VFS".to_owned()));
    let documents = choices("document", "document", "styre");
    assert_eq!(documents[0].0, "Styremøte · 2026-02-01");
    let typed = chat
        .discord
        .command(&place, "document", &[("document", json!(documents[0].1))]);
    assert!(text(&chat.discord.answer(&typed)).starts_with("Styremøte\n"));
    chat.finish();
}

#[test]
fn a_message_can_be_searched_with() {
    let chat = Chat::start("");
    let typed = chat.discord.search_with(&Place::channel(KARI, HALL), BIKES);
    let answer = chat.discord.answer(&typed);
    assert_eq!(
        (text(&answer), &answer["flags"]),
        (format!("{BIKES}\n{}", bikes()), &json!(64))
    );
    let empty = chat.discord.search_with(&Place::channel(KARI, HALL), "");
    assert!(text(&chat.discord.answer(&empty)) == "Meldingen har ingen ord å søke med.");
    chat.finish();
}

#[test]
fn a_mention_is_answered_by_a_reply_and_a_reply_to_it_carries_the_topic_on() {
    let chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let asked = chat
        .discord
        .write(&place, &format!("<@{BOT}>, når åpner kantinen?"), None);
    let answer = chat.discord.reply_to(asked);
    assert!(
        text(&answer).starts_with("> Direktøren foreslo å åpne")
            || text(&answer).contains("2. mai 2026"),
        "{}",
        text(&answer)
    );
    let other = Place::channel(OLA, HALL);
    let followed = chat
        .discord
        .write(&other, "Hvem støtter det?", Some(&answer));
    let reply = text(&chat.discord.reply_to(followed));
    assert!(reply.contains("FASA støtter forslaget"), "{reply}");
    chat.finish();
}

#[test]
fn it_speaks_only_when_spoken_to() {
    let chat = Chat::start("");
    let discord = &chat.discord;
    let place = Place::channel(KARI, HALL);
    discord.write(&place, BIKES, None);
    discord.write(&place, "@everyone Hva koster taket?", None);
    discord.write_as_bot(&place, &format!("<@{BOT}> {BIKES}"));
    let asked = discord.write(&place, &format!("<@{BOT}> {BIKES}"), None);
    let answer = discord.reply_to(asked);
    assert_eq!(text(&answer), bikes());
    // A preview of a link that appears is an edit, and so is another question.
    discord.edit(asked, &format!("<@{BOT}> {BIKES}"));
    discord.edit(asked, &format!("<@{BOT}> Hva skjer med garderobene?"));
    let edited = discord.wait("an edited answer", |world| {
        let edits = world
            .requests
            .iter()
            .filter(|request| request.method == "PATCH");
        (edits.count() > 0).then(|| world.messages.values().last().cloned().unwrap())
    });
    assert!(
        text(&edited).contains("Garderobene i kjelleren"),
        "{}",
        text(&edited)
    );
    let empty = discord.write(&place, &format!("<@{BOT}>"), None);
    assert_eq!(
        text(&discord.reply_to(empty)),
        "Hva lurer du på? Skriv spørsmålet i samme melding som du nevner meg i."
    );
    let sent = |request: &&Request| request.path.ends_with("/messages") && request.method == "POST";
    assert_eq!(discord.world().requests.iter().filter(sent).count(), 2);
    chat.finish();
}

#[test]
fn a_question_of_somebody_else_can_be_passed_on() {
    let chat = Chat::start("");
    let discord = &chat.discord;
    let asked = discord.write(&Place::channel(OLA, HALL), BIKES, None);
    let original = discord.world().messages[&asked].clone();
    let passed = discord.write(
        &Place::channel(KARI, HALL),
        &format!("<@{BOT}>"),
        Some(&original),
    );
    assert_eq!(text(&discord.reply_to(passed)), bikes());
    chat.finish();
}

#[test]
fn in_direct_messages_one_question_leads_to_another_also_after_a_restart() {
    let mut chat = Chat::start("");
    let place = Place::direct(KARI);
    let asked = chat.discord.write(&place, "Når åpner kantinen?", None);
    let answer = chat.discord.reply_to(asked);
    assert!(
        !buttons(&answer)
            .iter()
            .any(|button| button.contains("thread"))
    );
    let followed = chat.discord.write(&place, "Hvem støtter det?", None);
    let reply = text(&chat.discord.reply_to(followed));
    assert!(reply.contains("FASA støtter forslaget"), "{reply}");
    let help = chat.discord.write(&place, "hjelp", None);
    assert!(text(&chat.discord.reply_to(help)).contains("`/spør`"));
    chat.restart();
    let followed = chat
        .discord
        .write(&place, "Hvem støtter det?", Some(&answer));
    let reply = text(&chat.discord.reply_to(followed));
    assert!(reply.contains("FASA støtter forslaget"), "{reply}");
    chat.finish();
}

#[test]
fn a_thread_is_opened_on_an_answer_and_goes_on_after_a_restart() {
    let mut chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let asked = chat
        .discord
        .write(&place, &format!("<@{BOT}> Når åpner kantinen?"), None);
    let answer = chat.discord.reply_to(asked);
    let pressed = chat.discord.press(&place, &answer, "thread:");
    assert_eq!(chat.discord.first_response(&pressed).0, 6);
    let thread: u64 = answer["id"].as_str().unwrap().parse().unwrap();
    let first = chat.discord.wait("the thread's first message", |world| {
        let mut messages = world.messages.values();
        messages
            .find(|message| is_id(&message["channel_id"], thread))
            .cloned()
    });
    assert_eq!(
        text(&first),
        "Spør videre her: svar på meldingene mine, eller nevn meg. Andre meldinger får jeg ikke lese."
    );
    chat.restart();
    let inside = Place::channel(OLA, thread).in_thread_of(HALL);
    let followed = chat
        .discord
        .write(&inside, &format!("<@{BOT}> Hvem støtter det?"), None);
    let reply = text(&chat.discord.reply_to(followed));
    assert!(reply.contains("FASA støtter forslaget"), "{reply}");
    // What cannot be read is said once.
    let unreadable = chat.discord.write(&inside, "Og hvorfor?", None);
    assert!(text(&chat.discord.reply_to(unreadable)).starts_with("Spør videre her: svar på"));
    chat.discord.write(&inside, "Hallo?", None);
    let last = chat.discord.write(&inside, &format!("<@{BOT}>"), None);
    chat.discord.reply_to(last);
    let said = |message: &&Value| {
        is_id(&message["channel_id"], thread) && message["author"]["bot"] == true
    };
    assert_eq!(
        chat.discord.world().messages.values().filter(said).count(),
        4
    );
    chat.finish();
}

#[test]
fn a_card_is_judged_and_followed_up_as_an_answer_is() {
    let mut chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let topic = [("topic", json!("ny kantine"))];
    let typed = chat.discord.command(&place, "status", &topic);
    let card = chat.discord.answer(&typed);
    assert_eq!(
        buttons(&card),
        [
            "👍 = good:N",
            "👎 = bad:N",
            "Følg saken = follow:N",
            "Fortsett i en tråd = thread:N"
        ]
    );
    let liked = chat.discord.press(&place, &card, "good:");
    assert_eq!(
        text(&chat.discord.answer(&liked)),
        "Takk for tilbakemeldingen!"
    );
    // A follow-up in the thread on a card is about its matter, also after a restart.
    chat.discord.press(&place, &card, "thread:");
    let thread: u64 = card["id"].as_str().unwrap().parse().unwrap();
    chat.discord.wait("the thread", |world| {
        let mut messages = world.messages.values();
        messages
            .any(|message| is_id(&message["channel_id"], thread))
            .then_some(())
    });
    chat.restart();
    let inside = Place::channel(OLA, thread).in_thread_of(HALL);
    let followed = chat
        .discord
        .write(&inside, &format!("<@{BOT}> Hvem støtter det?"), None);
    let reply = text(&chat.discord.reply_to(followed));
    assert!(reply.contains("FASA støtter forslaget"), "{reply}");
    // In a thread a command goes on with it too, and what comes next goes on with the command.
    let typed = chat
        .discord
        .command(&inside, "status", &[("topic", json!("sykkelparkering"))]);
    chat.discord.answer(&typed);
    let followed = chat
        .discord
        .write(&inside, &format!("<@{BOT}> Hva koster det?"), None);
    let reply = text(&chat.discord.reply_to(followed));
    assert!(reply.contains("240 000 kroner"), "{reply}");
    let direct = Place::direct(KARI);
    let typed = chat.discord.command(&direct, "positions", &topic);
    assert_eq!(
        buttons(&chat.discord.answer(&typed)),
        ["👍 = good:N", "👎 = bad:N", "Følg saken = follow:N"]
    );
    let followed = chat.discord.write(&direct, "Når åpner den?", None);
    let reply = text(&chat.discord.reply_to(followed));
    assert!(reply.contains("2. mai 2026"), "{reply}");
    chat.stop();
    let store = Store::open(&chat.desk.data()).unwrap();
    let given = store.given(number(&card)).unwrap().unwrap();
    assert_eq!(
        (given.command.as_str(), given.question.as_str()),
        ("status", "ny kantine")
    );
    assert!(given.shown.contains("2. mai 2026"));
    assert!(store.verdicts(number(&card)).unwrap()[0].good);
    chat.discord.nothing_wrong();
}

#[test]
fn with_the_content_of_messages_a_thread_needs_no_mentions() {
    let manner = super::Manner {
        message_content: true,
        ..Default::default()
    };
    let chat = Chat::with(manner, super::minutes(), "message_content = true\n");
    let place = Place::channel(KARI, HALL);
    let typed = chat
        .discord
        .command(&place, "ask", &question("Når åpner kantinen?"));
    let answer = chat.discord.answer(&typed);
    chat.discord.press(&place, &answer, "thread:");
    let thread: u64 = answer["id"].as_str().unwrap().parse().unwrap();
    chat.discord.wait("the thread", |world| {
        let here = |message: &&Value| is_id(&message["channel_id"], thread);
        world
            .messages
            .values()
            .any(|message| here(&message))
            .then_some(())
    });
    let followed = chat
        .discord
        .write(&Place::channel(OLA, thread), "Hvem støtter det?", None);
    let reply = text(&chat.discord.reply_to(followed));
    assert!(reply.contains("FASA støtter forslaget"), "{reply}");
    chat.finish();
}

#[test]
fn buttons_show_more_in_place_also_after_a_restart() {
    let mut chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let typed = chat.discord.command(&place, "ask", &question(BIKES));
    let answer = chat.discord.answer(&typed);
    chat.restart();
    let other = Place::channel(OLA, HALL);
    let more = chat
        .discord
        .answer(&chat.discord.press(&other, &answer, "more:"));
    assert_eq!(more["id"], answer["id"]);
    assert_eq!(
        text(&more),
        format!("{BIKES}\nJeg fant ikke flere steder om dette.")
    );
    assert_eq!(buttons(&more)[0], "Tilbake til svaret = back:N");
    let back = chat
        .discord
        .answer(&chat.discord.press(&other, &more, "back:"));
    assert_eq!(
        (text(&back), buttons(&back)),
        (text(&answer), buttons(&answer))
    );
    let around = chat
        .discord
        .answer(&chat.discord.press(&place, &back, "around:"));
    assert!(text(&around).contains("> **Taket over sykkelparkeringen koster 240 000 kroner. Arbeidet starter i juni 2026.**"), "{}", text(&around));
    chat.finish();
}

#[test]
fn an_answer_whose_words_were_withdrawn_is_not_shown_again() {
    let mut chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let typed = chat.discord.command(&place, "ask", &question(BIKES));
    let answer = chat.discord.answer(&typed);
    chat.stop();
    std::fs::remove_file(
        chat.desk
            .knowledge()
            .join("mote/2026-03-12-medbestemmelse.md"),
    )
    .unwrap();
    chat.begin();
    chat.discord.connected();
    let around = chat
        .discord
        .answer(&chat.discord.press(&place, &answer, "around:"));
    assert_eq!(
        text(&around),
        "Utdragene som ble vist her, finnes ikke lenger i dokumentene."
    );
    assert_eq!(around["embeds"], json!([]));
    chat.finish();
}

#[test]
fn what_people_think_of_an_answer_is_kept() {
    let mut chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let typed = chat.discord.command(&place, "ask", &question(BIKES));
    let answer = chat.discord.answer(&typed);
    let thanks = chat
        .discord
        .answer(&chat.discord.press(&place, &answer, "good:"));
    assert_eq!(
        (text(&thanks).as_str(), &thanks["flags"]),
        ("Takk for tilbakemeldingen!", &json!(64))
    );
    let pressed = chat
        .discord
        .press(&Place::channel(OLA, HALL), &answer, "bad:");
    let (kind, form) = chat.discord.first_response(&pressed);
    assert_eq!(
        (kind, &form["title"]),
        (9, &json!("Hva var galt med svaret?"))
    );
    let sent = chat
        .discord
        .fill_in(&Place::channel(OLA, HALL), &form, "Prisen er gammel");
    assert_eq!(
        text(&chat.discord.answer(&sent)),
        "Takk for tilbakemeldingen!"
    );
    chat.stop();
    let store = Store::open(&chat.desk.data()).unwrap();
    let mut verdicts: Vec<_> = store
        .verdicts(number(&answer))
        .unwrap()
        .into_iter()
        .map(|one| (one.good, one.reason))
        .collect();
    verdicts.sort();
    assert_eq!(
        verdicts,
        [(false, Some("Prisen er gammel".to_owned())), (true, None)]
    );
    let given = store.given(number(&answer)).unwrap().unwrap();
    assert_eq!(given.question, BIKES);
    assert!(given.shown.contains("240 000 kroner"));
    chat.begin();
    chat.discord.connected();
    chat.finish();
}

#[test]
fn an_answer_that_is_not_known_any_more_is_said_to_be_so() {
    let mut chat = Chat::start("");
    let place = Place::channel(KARI, HALL);
    let typed = chat.discord.command(&place, "ask", &question(BIKES));
    let answer = chat.discord.answer(&typed);
    chat.stop();
    std::fs::remove_file(chat.desk.data().join("referent.sqlite")).unwrap();
    chat.begin();
    chat.discord.connected();
    let pressed = chat.discord.press(&place, &answer, "around:");
    assert_eq!(
        text(&chat.discord.further(&pressed)),
        "Jeg husker ikke dette svaret lenger. Still spørsmålet på nytt."
    );
    chat.finish();
}

#[test]
fn commands_are_registered_when_they_differ() {
    let mut chat = Chat::start("");
    assert_eq!(
        chat.discord
            .wait("commands", |world| (world.registrations > 0)
                .then_some(world.registrations)),
        1
    );
    let restart = |chat: &mut Chat| {
        chat.stop();
        let looks = |world: &mut super::World| {
            let looks =
                |request: &&Request| request.method == "GET" && request.path.contains("/commands");
            world.requests.iter().filter(looks).count()
        };
        let before = looks(&mut chat.discord.world());
        chat.begin();
        chat.discord.wait("a look at the commands", |world| {
            (looks(world) > before).then_some(())
        });
        chat.discord.connected();
        let place = Place::channel(KARI, HALL);
        chat.discord
            .answer(&chat.discord.command(&place, "help", &[]));
    };
    restart(&mut chat);
    assert_eq!(chat.discord.world().registrations, 1);
    chat.discord.world().commands[0]["description"] = json!("Something else");
    restart(&mut chat);
    chat.discord
        .wait("commands", |world| (world.registrations == 2).then_some(()));
    let registered = chat.discord.world().commands.clone();
    assert_eq!(registered[0]["name_localizations"], json!({"no": "spør"}));
    chat.finish();

    let chat = Chat::start(&format!("guild = \"{GUILD}\"\n"));
    let path = chat.discord.wait("commands", |world| {
        let put = world
            .requests
            .iter()
            .find(|request| request.method == "PUT")?;
        Some(put.path.clone())
    });
    assert_eq!(path, format!("/applications/{BOT}/guilds/{GUILD}/commands"));
    chat.finish();
}
