//! Conversations with the bot on the documents that ship with it.

use referent::answer::Reason;
use referent::answer::card::Failing;
use referent::bot::Bot;
use referent::bot::ask::Conversation;
use referent::bot::command::{Command, Seen};
use referent::corpus::Date;
use referent::render::plain::{self, Style};

use crate::support::{SHIPPED, ask, bot_on, copy_folder, repository};

const PLAIN: Style = Style {
    color: false,
    width: None,
};

/// What the terminal shows, without the links, which differ from machine to machine.
fn reply(question: &str) -> String {
    without_links(&plain::answer(&ask(question), &SHIPPED.searched(), PLAIN))
}

fn without_links(reply: &str) -> String {
    reply
        .lines()
        .filter(|line| !line.contains("file://"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The first excerpt of a reply.
fn best(question: &str) -> String {
    let reply = reply(question);
    reply.split("\n\n[2]").next().unwrap().to_owned()
}

#[test]
fn a_question_gets_words_of_the_minutes_with_their_source() {
    let reply = best("Når stenges KARVE?");
    assert!(
        reply.starts_with("[1] KARVE stenges 31. mars 2027. Digitaliseringsdirektøren opplyste "),
        "{reply}"
    );
    let source = "— Referat fra medbestemmelsesmøte · Saksløftet · 24. september 2026 · s. 2";
    assert!(reply.ends_with(source), "{reply}");
}

#[test]
fn a_position_is_the_words_of_the_one_who_is_asked_about_the_newest_first() {
    let answer = ask("Hva mener FASA om hjemmekontor?");
    let views: Vec<(&str, Option<&str>)> = answer
        .excerpts
        .iter()
        .map(|excerpt| (excerpt.text.as_str(), excerpt.holder.as_deref()))
        .collect();
    assert!(
        views[0].0.contains("fremmer FASA ikke lenger dette kravet"),
        "{views:?}"
    );
    let first_demand = "FASA mener at hjemmekontor må være en rett for den enkelte";
    assert!(
        views.iter().any(|(text, _)| text.starts_with(first_demand)),
        "{views:?}"
    );
    assert_eq!(views[0].1, Some("FASA"));
}

#[test]
fn a_list_is_shown_whole() {
    let answer = ask("Hvilke sju anbefalinger ga arbeidsgruppa for fjernarbeid?");
    let items = answer.excerpts[0].text.matches("Anbefaling ").count();
    assert_eq!(items, 7, "{}", answer.excerpts[0].text);
}

#[test]
fn an_abbreviation_is_answered_with_the_words_it_stands_for() {
    assert!(
        ask("Hva står FASA for?").excerpts[0]
            .text
            .contains("Forvaltningsansattes Samband (FASA)")
    );
}

#[test]
fn abbreviations_that_a_document_explains_serve_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "a.md",
        "# Møte 4. mai 2024\n\n## Flytting\n\nSaken gjelder også Torsnes Løypeforening (TLF), som fikk ordet først.\n\n## Kart\n\nTLF har bedt om nye kart over hele området før vinteren kommer.\n",
    );
    write(
        "b.md",
        "# Møte 8. juni 2024\n\n## Skilt\n\nTorsnes Løypeforening får 40 000 kroner til skilt i år, og arbeidet starter i august.\n\n## Bru\n\nBrua over elva er stengt fra mandag.\n",
    );
    let bot = bot_on(folder.path());
    let best = |question: &str| bot.ask(question).unwrap().excerpts[0].text.clone();
    for question in [
        "Hva er TLF?",
        "Hva står tlf for?",
        "What does TLF stand for?",
    ] {
        assert!(best(question).contains("Løypeforening (TLF)"), "{question}");
    }
    assert!(best("Hvor mye får TLF til skilt?").contains("40 000 kroner"));
    assert!(best("Hvilke kart har Torsnes løypeforening bedt om?").contains("nye kart"));
}

#[test]
fn the_latest_word_on_a_matter_is_from_the_newest_document() {
    let answer = ask("Kva er siste nytt om dei lokale lønsforhandlingane?");
    assert_eq!(
        answer.excerpts[0]
            .document
            .date
            .map(|date| date.to_string())
            .as_deref(),
        Some("2026-09-24")
    );
}

#[test]
fn a_matter_is_followed_up() {
    let mut conversation = Conversation::default();
    let mut ask = |question: &str| SHIPPED.ask_in(question, &mut conversation).unwrap();
    let first = ask("Hva er siste nytt om oppmøte og felles kontordager?");
    let holds =
        |answer: &referent::answer::Answer, words: &str| answer.excerpts[0].text.contains(words);
    assert!(
        holds(&first, "Saken utsettes til møtet 20. januar 2027"),
        "{first:?}"
    );
    let employer = ask("og hva svarte arbeidsgiver?");
    assert_eq!(employer.excerpts[0].holder.as_deref(), Some("Arbeidsgiver"));
    assert!(
        holds(&employer, "Arbeidsgiver trakk forslaget"),
        "{employer:?}"
    );
    let next = ask("når kommer saken opp igjen?");
    assert!(
        holds(&next, "Saken utsettes til møtet 20. januar 2027"),
        "{next:?}"
    );
    let other = ask("what did VFS say?");
    assert!(holds(&other, "VFS gjentok forslaget"), "{other:?}");
}

#[test]
fn a_card_is_followed_up() {
    let mut conversation = Conversation::default();
    let status = Command::Status("felles kontordag".to_owned());
    let today = "2026-11-22".parse().unwrap();
    SHIPPED
        .reply(&status, &mut conversation, &Seen::default(), today)
        .unwrap();
    let employer = SHIPPED
        .ask_in("og hva svarte arbeidsgiver?", &mut conversation)
        .unwrap();
    let first = &employer.excerpts[0];
    assert_eq!(first.holder.as_deref(), Some("Arbeidsgiver"));
    assert_eq!(
        first.heading.as_deref(),
        Some("Oppmøte og felles kontordager")
    );
}

#[test]
fn what_is_not_there_is_declined_in_the_language_of_the_question() {
    for (question, expected) in [
        (
            "Hva mener Lyktespillet om hjemmekontor?",
            "Dokumentene nevner ikke «Lyktespillet».",
        ),
        (
            "What is the weather in Paris?",
            "The documents do not mention “Paris”.",
        ),
        (
            "Kva vart drøfta på møtet i mars 2019?",
            "Samlinga har ingen dokument frå mars 2019.",
        ),
        (
            "Hva mener hovedverneombudet om Kladd?",
            "Dokumentene gjengir ikke hva hovedverneombudet mener om dette.",
        ),
        (
            "Hva er vfs en forkortelse for?",
            "Dokumentene forklarer ikke hva «vfs» er.",
        ),
        (
            "Hva er «det sorte hullet»?",
            "«det sorte hullet» står ikke i noe dokument.",
        ),
        (
            "Kva meiner FASA om reisetid? samling:tull",
            "Det finst inga samling «tull». Desse finst: medbestemmelse, rapporter, default.",
        ),
        (
            "What does FASA think about travel time? kind:poem",
            "There is no kind \"poem\": there are minutes, report, slides, policy, other.",
        ),
        (
            "Hva mener FASA om reisetid? fra:2030",
            "Ingen dokumenter passer til avgrensningen.",
        ),
    ] {
        let said = reply(question);
        let (why, scope) = said.split_once('\n').unwrap();
        assert_eq!(why, expected, "{question}");
        let searched = ["Jeg søkte i ", "Eg søkte i ", "I searched "];
        assert!(
            searched.iter().any(|start| scope.starts_with(start)),
            "{scope}"
        );
    }
}

#[test]
fn where_nothing_is_found_a_source_that_fails_is_named_to_those_who_see_what_comes_from_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("nett")).unwrap();
    let text = "# Møte 3. mai 2026\n\nKantina stenger fredag 8. mai.\n";
    std::fs::write(folder.path().join("nett/kantina.md"), text).unwrap();
    let bot = bot_on(folder.path());
    let failing = |name: &str, collection: &str| Failing {
        name: name.to_owned(),
        collection: collection.to_owned(),
        since: Date::new(2026, Some(6), Some(12)),
    };
    bot.note_failing(vec![
        failing("nettsted", "nett"),
        failing("styret", "lukket"),
    ]);
    let answer = bot.ask("Når åpner Atlantis?").unwrap();
    assert_eq!(
        plain::answer(&answer, &bot.searched(), PLAIN),
        "Dokumentene nevner ikke «Atlantis».\n\
         Jeg søkte i ett dokument, fra 3. mai 2026. Kilden «nettsted» har ikke vært tilgjengelig siden 12. juni 2026, så nyere dokumenter kan mangle.\n"
    );
}

#[test]
fn what_is_restricted_holds_for_every_hit() {
    let hits = |text: &str| SHIPPED.search(text, 10).unwrap();
    let plain = hits("hjemmekontor");
    assert!(plain.iter().any(|hit| hit.text.contains("FASA")));
    let without = hits("hjemmekontor -FASA");
    assert_eq!(without.len(), 10);
    assert!(without.iter().all(|hit| !hit.text.contains("FASA")));
    let slides = hits("hjemmekontor type:lysark");
    assert!(!slides.is_empty());
    assert!(
        slides
            .iter()
            .all(|hit| hit.document.path.ends_with(".pptx"))
    );
    let dated = hits("Kladd fra:2025-05 til:2025-06-10 samling:Rapporter");
    assert!(!dated.is_empty());
    assert!(
        dated
            .iter()
            .all(|hit| hit.document.path.starts_with("rapporter/kladd"))
    );
    let quoted = hits("saker «må flyttes for  HÅND»");
    assert!(!quoted.is_empty());
    assert!(
        quoted
            .iter()
            .all(|hit| hit.text.contains("må flyttes for hånd"))
    );
}

#[test]
fn only_the_holder_who_is_restricted_to_answers() {
    let answer = ask("Hva skjer med KARVE? hvem:digitaliseringsdirektøren");
    assert!(answer.answered);
    for excerpt in &answer.excerpts {
        assert_eq!(excerpt.holder.as_deref(), Some("Digitaliseringsdirektøren"));
    }
    let newest = ask("Hva mener FASA om hjemmekontor? til:2021");
    for excerpt in &newest.excerpts {
        assert_eq!(
            excerpt
                .document
                .date
                .map(|date| date.to_string())
                .as_deref(),
            Some("2021-09-23")
        );
    }
}

#[test]
fn a_phrase_must_stand_in_what_is_quoted() {
    let answer = ask("Hva er «et lite uhell»?");
    assert_eq!(answer.excerpts, []);
    let answer = ask("Hva står det om \"4 000 åpne saker\"?");
    assert!(answer.answered);
    assert!(
        answer
            .excerpts
            .iter()
            .all(|excerpt| excerpt.text.contains("4 000 åpne saker"))
    );
    // A title chooses its document.
    let answer =
        ask("Hva står i «FASA-referat: medbestemmelsesmøtet i oktober 2023» om hjemmekontor?");
    assert!(answer.answered);
    assert!(answer.excerpts.iter().all(|excerpt| {
        excerpt
            .document
            .path
            .ends_with("2023-10-19-medbestemmelsesmote.md")
    }));
}

#[test]
fn a_follow_up_stays_with_the_matter() {
    let mut conversation = Conversation::default();
    let mut say = |question: &str| SHIPPED.ask_in(question, &mut conversation).unwrap();
    let before = say("Hva mener FASA om hjemmekontor?");
    let after = say("og hva svarte arbeidsgiver?");
    let (before, after) = (&before.excerpts[0], &after.excerpts[0]);
    assert_eq!(
        after.holder.as_deref(),
        Some("Arbeidsgiver"),
        "{}",
        after.text
    );
    assert_eq!(
        (&after.document.id, &after.heading),
        (&before.document.id, &before.heading)
    );
}

#[test]
fn codes_in_a_document_do_not_reach_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Sak 1/24: Kantina\n\nKantina \u{1b}]0;eid\u{7} stenger \u{1b}[31mfredag 3. mai\u{1b}[0m, og det blir ikke servert mat den dagen.\n";
    std::fs::write(folder.path().join("kantina.txt"), text).unwrap();
    let bot = bot_on(folder.path());
    let answer = bot.ask("Når stenger kantina?").unwrap();
    assert!(answer.answered);
    assert!(!plain::answer(&answer, &bot.searched(), PLAIN).contains(['\u{1b}', '\u{7}']));
}

#[test]
fn a_mistyped_word_and_a_word_inside_a_compound_find_what_they_mean() {
    let bot = &SHIPPED;
    let best = |words: &str| bot.search(words, 3).unwrap().remove(0).text;
    assert!(best("hjemekontor").contains("hjemmekontor"));
    assert!(best("kontordager").to_lowercase().contains("kontordag"));
}

/// A bot on minutes of an invented housing cooperative.
fn bot_on_minutes(minutes: &[(&str, &str)]) -> Bot {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in minutes {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    bot_on(folder.path())
}

#[test]
fn what_a_meeting_decided_is_read_from_its_own_minutes() {
    let bot = bot_on_minutes(&[
        (
            "2024-04-04.md",
            "+++\ntitle = \"Referat 4. april\"\ndate = \"2024-04-04\"\nkind = \"minutes\"\n+++\n\n# Sak 1/24: Sykkelboden\n\nDet skal bli bestemt i møtet 3. mai 2024 hvem som får nøkkel til sykkelboden.\n",
        ),
        (
            "2024-05-03.md",
            "+++\ntitle = \"Referat 3. mai\"\ndate = \"2024-05-03\"\nkind = \"minutes\"\n+++\n\n# Sak 2/24: Sykkelboden\n\nStyret drøftet nøklene lenge.\n\nVedtak: Alle andelseiere får hver sin nøkkel.\n\n# Sak 3/24: Dugnaden\n\nLederen la fram to forslag til dag.\n\nVedtak: Dugnaden holdes 1. juni.\n",
        ),
    ]);
    let answer = bot.ask("Hva ble bestemt i møtet 3. mai 2024?").unwrap();
    let texts: Vec<&str> = answer.excerpts.iter().map(|e| e.text.as_str()).collect();
    assert!(answer.answered);
    assert_eq!(
        texts,
        [
            "Vedtak: Alle andelseiere får hver sin nøkkel.",
            "Vedtak: Dugnaden holdes 1. juni.",
        ]
    );
    let answer = bot
        .ask("Hva ble bestemt om sykkelboden i møtet 3. mai 2024?")
        .unwrap();
    let best = &answer.excerpts[0];
    assert_eq!(best.document.title, "Referat 3. mai");
    assert!(best.text.contains("hver sin nøkkel"), "{}", best.text);
}

#[test]
fn a_meeting_that_is_only_announced_has_no_outcome() {
    let announced = "+++\ntitle = \"Referat fra mai\"\ndate = \"2024-05\"\nkind = \"minutes\"\n+++\n\n# Sak 4/24: Kartene\n\nPartene forhandlet om kartene over tomtegrensen, men kom ikke i mål. Forhandlingene om kartene fortsetter i møtet 22. mai 2024.\n";
    let held = "+++\ntitle = \"Referat 22. mai\"\ndate = \"2024-05-22\"\nkind = \"minutes\"\n+++\n\n# Sak 5/24: Kartene\n\nForhandlingene er ferdige, og partene ble enige om kartene: grensen følger bekken.\n";
    let question = "Hva ble resultatet av forhandlingene om kartene i møtet 22. mai 2024?";
    let before = bot_on_minutes(&[("a.md", announced)])
        .ask(question)
        .unwrap();
    let day = "2024-05-22".parse().unwrap();
    assert_eq!(before.declined, Some(Reason::PeriodNotCovered(day)));
    // Beside other minutes, as words weigh nothing where there are only two.
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&repository().join("knowledge"), folder.path());
    std::fs::write(folder.path().join("a.md"), announced).unwrap();
    std::fs::write(folder.path().join("b.md"), held).unwrap();
    let after = bot_on(folder.path()).ask(question).unwrap();
    assert!(after.excerpts[0].text.contains("følger bekken"));
}

#[test]
fn an_answer_to_somebody_is_found_by_what_it_is_about() {
    let bot = bot_on_minutes(&[(
        "2024-06-05.md",
        "+++\ntitle = \"Referat 5. juni\"\ndate = \"2024-06-05\"\nkind = \"minutes\"\n+++\n\n# Sak 6/24: Landskapet\n\nKlubben var redd for støy i det nye landskapet. Arbeidsgiver svarte at skillevegger settes opp før sommeren.\n\n# Sak 7/24: Sykefraværet\n\nKlubben viste bekymring for sykefraværet. Arbeidsgiver svarte at tallene går ned.\n",
    )]);
    let answer = bot
        .ask("Hva svarte arbeidsgiver på bekymringen for støy i landskapet?")
        .unwrap();
    assert!(answer.answered, "{:?}", answer.declined);
    assert!(answer.excerpts[0].text.contains("skillevegger"));
}
