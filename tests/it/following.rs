//! Following: which documents concern whom, what they hear, and that they hear it once. Without any platform:
//! letters go to a courier that keeps them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use referent::bot::audience::Audience;
use referent::bot::command::Following;
use referent::bot::follow::Unfit;
use referent::platform::Shared;
use referent::platform::courier::{Courier, Errand, Refused, Tidings};
use referent::platform::following::{Follower, Outcome};
use referent::platform::post::{Rules, look, round};
use referent::store::Store;
use referent::subscription::{Rhythm, Schedule, State, Target, What};

use crate::support::{Desk, bot_on};

/// A Sunday in November, at ten in the evening in Oslo.
const NOW: i64 = 1_795_381_200;
const A_DAY: i64 = 24 * 60 * 60;

/// Keeps letters by their keys, as platforms do, and refuses as it is told.
#[derive(Default)]
struct Mailbox {
    /// Whether letters arrive although the answer to that is lost.
    unheard: Mutex<bool>,
    /// How often a letter came in.
    came: Mutex<usize>,
    letters: Mutex<BTreeMap<String, (Target, Tidings)>>,
    refuse: Mutex<Vec<Refused>>,
    sees: Mutex<Option<Audience>>,
}

struct ToMailbox(Arc<Mailbox>);

impl Courier for ToMailbox {
    fn platform(&self) -> &'static str {
        "box"
    }

    fn audience<'a>(&'a self, _: &'a Target) -> Errand<'a, Audience> {
        let sees = self.0.sees.lock().unwrap().clone();
        Box::pin(async move { Ok(sees.unwrap_or(Audience::Everything)) })
    }

    fn send<'a>(&'a self, target: &'a Target, letter: &'a Tidings, key: &'a str) -> Errand<'a, ()> {
        assert!(key.len() <= 25 && key.bytes().all(|c| c.is_ascii_alphanumeric()));
        let refused = self.0.refuse.lock().unwrap().pop();
        let unheard = std::mem::take(&mut *self.0.unheard.lock().unwrap());
        if refused.is_none() || unheard {
            *self.0.came.lock().unwrap() += 1;
            let mut letters = self.0.letters.lock().unwrap();
            letters.insert(key.to_owned(), (target.clone(), letter.clone()));
        }
        Box::pin(async move { refused.map_or(Ok(()), Err) })
    }

    fn is_there<'a>(&'a self, _: &'a Target, key: &'a str) -> Errand<'a, bool> {
        let there = self.0.letters.lock().unwrap().contains_key(key);
        Box::pin(async move { Ok(there) })
    }
}

/// The post on a desk.
struct Office {
    desk: Desk,
    shared: Arc<Shared>,
    letters: Arc<Mailbox>,
    runtime: tokio::runtime::Runtime,
}

/// A document, whether it is corrected, and the matters with what is said of them.
type News = (String, bool, Vec<(String, String)>);

impl Office {
    fn new(desk: Desk) -> Office {
        let office = Office {
            shared: open(&desk),
            desk,
            letters: Arc::default(),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
        };
        office
            .shared
            .couriers
            .add(Arc::new(ToMailbox(office.letters.clone())));
        office
    }

    fn rules(&self) -> Rules {
        Rules {
            knowledge: self.desk.knowledge(),
            max_age: 100 * 365 * A_DAY,
            page: None,
        }
    }

    /// The program ends and begins again.
    fn restart(&mut self) {
        self.shared = open(&self.desk);
        self.shared
            .couriers
            .add(Arc::new(ToMailbox(self.letters.clone())));
    }

    fn index(&self) {
        self.shared.bots.replace(bot_on(&self.desk.knowledge()));
    }

    fn look(&self, now: i64) -> usize {
        self.runtime
            .block_on(look(&self.shared, &self.rules(), now))
            .unwrap()
    }

    /// What arrives at `now`, and when something is due next.
    fn post(&self, now: i64) -> (Vec<Tidings>, Option<i64>) {
        self.look(now);
        let next = self
            .runtime
            .block_on(round(&self.shared, &self.rules(), now))
            .unwrap();
        let letters = std::mem::take(&mut *self.letters.letters.lock().unwrap());
        let letters = letters.into_values().map(|(_, letter)| letter);
        (letters.collect(), next)
    }

    /// What news arrives: for each document its title, whether it is corrected, and the matters with
    /// their quotes.
    fn news(&self, now: i64) -> Vec<News> {
        let (letters, _) = self.post(now);
        let of = |letter: Tidings| match letter {
            Tidings::News { news, .. } => news,
            Tidings::Lost { .. } => Vec::new(),
        };
        let news = letters.into_iter().flat_map(of);
        news.map(|news| {
            let matters = news.matters.into_iter();
            let matters = matters.map(|told| (told.heading.unwrap_or_default(), told.quote.text));
            (news.document.title, news.corrected, matters.collect())
        })
        .collect()
    }

    fn follower(&self, user: &str) -> Follower {
        let alone = Target::new("box", user);
        Follower {
            owner: format!("box:{user}"),
            target: alone.clone(),
            direct: alone.clone(),
            manages: false,
            here: alone,
            audience: Audience::Everything,
            language: referent::language::Language::Bokmal,
        }
    }

    fn wish(&self, user: &str, wish: &Following) -> Outcome {
        let today = "2026-11-22".parse().unwrap();
        let who = self.follower(user);
        self.shared.following(&who, wish, today, NOW).unwrap()
    }

    /// Follows, and returns the number of the subscription.
    fn follow(&self, user: &str, what: What, rhythm: Rhythm) -> i64 {
        let Outcome::Tried(draft, _) = self.wish(user, &Following::Try(what, rhythm)) else {
            panic!("it cannot be followed");
        };
        let Outcome::Followed(known) = self.wish(user, &Following::Confirm(draft.id)) else {
            panic!("it is not followed");
        };
        assert_eq!(known.state, State::Active);
        known.id
    }
}

fn open(desk: &Desk) -> Arc<Shared> {
    let store = Store::open(&desk.data()).unwrap();
    Arc::new(Shared::new(bot_on(&desk.knowledge()), store).unwrap())
}

fn topic(words: &str) -> What {
    What {
        topic: Some(words.to_owned()),
        ..What::default()
    }
}

fn minutes(day: &str, items: &[(&str, &str)]) -> String {
    let mut text =
        format!("+++\ntitle = \"Møte i MBU {day}\"\ndate = \"{day}\"\nbody = \"MBU\"\n+++\n\n");
    for (i, (heading, words)) in items.iter().enumerate() {
        text.push_str(&format!("## Sak {}/26: {heading}\n\n{words}\n\n", i + 1));
    }
    text
}

fn office() -> Office {
    let desk = Desk::new();
    desk.write(
        "mote/a.md",
        minutes(
            "2026-03-12",
            &[
                ("Ny kantine", "Direktøren orienterte om planene for en ny kantine på Tangen. VFS er imot å stenge den gamle kantinen før jul."),
                ("Arbeidsavklaringspenger", "Arbeidsavklaringspenger (AAP) blir behandlet raskere. Ventetiden er nå fire uker."),
            ],
        ),
    );
    Office::new(desk)
}

#[test]
fn the_first_import_is_silent_and_what_comes_after_is_told_once() {
    let mut office = office();
    assert_eq!(office.news(NOW), []);
    office.follow("kari", topic("kantine"), Rhythm::Once);
    assert_eq!(office.news(NOW), []);
    office.desk.write(
        "mote/b.md",
        minutes(
            "2026-06-04",
            &[
                ("Ny kantine", "FASA støtter forslaget. Utvalget vedtok å åpne den nye kantinen på Tangen 2. august 2026."),
                ("Parkering", "Plassene ved brygga blir avgiftsbelagt fra høsten."),
            ],
        ),
    );
    office.index();
    let told = office.news(NOW);
    let [(title, false, matters)] = &told[..] else {
        panic!("{told:?}")
    };
    let [(heading, quote)] = &matters[..] else {
        panic!("{matters:?}")
    };
    assert_eq!(
        (title.as_str(), heading.as_str()),
        ("Møte i MBU 2026-06-04", "Ny kantine")
    );
    assert!(quote.contains("Utvalget vedtok å åpne"), "{quote}");
    // Looked at again, indexed again, begun again, moved.
    assert_eq!(office.news(NOW), []);
    office.index();
    assert_eq!(office.news(NOW), []);
    office.restart();
    assert_eq!(office.news(NOW), []);
    let knowledge = office.desk.knowledge();
    std::fs::rename(knowledge.join("mote/b.md"), knowledge.join("mote/c.md")).unwrap();
    office.index();
    assert_eq!(office.news(NOW + 10), []);
}

#[test]
fn what_changed_since_the_matter_was_last_told_of() {
    let office = office();
    office.news(NOW);
    office.follow("kari", topic("kantine"), Rhythm::Once);
    office.desk.write(
        "mote/b.md",
        minutes(
            "2026-06-04",
            &[(
                "Ny kantine",
                "FASA støtter forslaget om ny kantine på Tangen. Utvalget vedtok å åpne den nye kantinen 2. august 2026. Saken tas opp igjen i september.",
            )],
        ),
    );
    office.index();
    let (letters, _) = office.post(NOW);
    let [Tidings::News { news, .. }] = &letters[..] else {
        panic!("{letters:?}")
    };
    let change = news[0].matters[0].change.as_ref().unwrap();
    assert_eq!(change.before, "2026-03-12".parse().ok());
    let now = change.standing.map(|(_, now)| format!("{now:?}"));
    assert_eq!(now.as_deref(), Some("Decided"));
    assert!(
        !change
            .positions
            .iter()
            .any(|position| position.holder.as_deref() == Some("VFS"))
    );
}

#[test]
fn a_correction_says_so_and_what_was_changed() {
    let mut office = office();
    office.news(NOW);
    office.follow("kari", topic("kantine"), Rhythm::Once);
    office.follow("ola", topic("ventetid"), Rhythm::Once);
    let path = office.desk.knowledge().join("mote/a.md");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("før jul", "før påske")).unwrap();
    office.index();
    let (letters, _) = office.post(NOW);
    let [Tidings::News { news, .. }] = &letters[..] else {
        panic!("{letters:?}")
    };
    assert!(news[0].corrected);
    let correction = news[0].matters[0].correction.as_ref().unwrap();
    assert_eq!(
        correction.added,
        ["VFS er imot å stenge den gamle kantinen før påske."]
    );
    assert_eq!(
        correction.removed,
        ["VFS er imot å stenge den gamle kantinen før jul."]
    );
    // As it was before: that is no news either.
    std::fs::write(&path, text).unwrap();
    office.index();
    assert_eq!(office.news(NOW), []);
    office.restart();
    assert_eq!(office.news(NOW), []);
}

#[test]
fn a_store_that_is_put_back_tells_nothing_twice() {
    let mut office = office();
    office.news(NOW);
    office.follow("kari", topic("kantine"), Rhythm::Once);
    office.news(NOW);
    let new = minutes(
        "2026-06-04",
        &[(
            "Ny kantine",
            "Utvalget vedtok å åpne den nye kantinen 2. august 2026.",
        )],
    );
    // The last one who has it open closes it.
    let empty = Desk::new();
    office.shared = open(&empty);
    let store = office.desk.data().join("referent.sqlite");
    let copy = std::fs::read(&store).unwrap();
    office.restart();
    office.desk.write("mote/b.md", new);
    office.index();
    assert_eq!(office.news(NOW).len(), 1);
    office.shared = open(&empty);
    std::fs::write(&store, copy).unwrap();
    office.restart();
    assert_eq!(office.news(NOW), []);
    // What comes from now on is told.
    office.desk.write(
        "mote/d.md",
        minutes(
            "2026-08-20",
            &[("Ny kantine", "Den nye kantinen åpnet 2. august 2026.")],
        ),
    );
    office.index();
    assert_eq!(office.news(NOW).len(), 1);
}

#[test]
fn who_follows_what_hears_of_it_in_any_of_its_words() {
    let office = office();
    office.news(NOW);
    let hear = |words: &str, day: &str, heading: &str, text: &str| {
        let number = office.follow("kari", topic(words), Rhythm::Once);
        office
            .desk
            .write(&format!("mote/{day}.md"), minutes(day, &[(heading, text)]));
        office.index();
        let news = office.news(NOW);
        office.wish("kari", &Following::Unfollow(number));
        news.len()
    };
    // An abbreviation that the documents explain, and what it stands for.
    assert_eq!(
        hear(
            "AAP",
            "2026-07-01",
            "Ytelser",
            "Arbeidsavklaringspenger skal gis i tre år."
        ),
        1
    );
    assert_eq!(
        hear(
            "arbeidsavklaringspenger",
            "2026-07-02",
            "Ytelser",
            "Det kom flere søknader om AAP i juni."
        ),
        1
    );
    // Compounds, and both forms of Norwegian.
    assert_eq!(
        hear(
            "kantine",
            "2026-07-03",
            "Priser",
            "Kantineprisene går opp med fem prosent."
        ),
        1
    );
    assert_eq!(
        hear(
            "arbeidsgiveren",
            "2026-07-04",
            "Lønn",
            "Arbeidsgivaren vil ikkje forhandle om lønna no."
        ),
        1
    );
    // All its words, in one matter.
    assert_eq!(
        hear(
            "kantine pris",
            "2026-07-05",
            "Åpningstid",
            "Kantinen holder åpent til fire."
        ),
        0
    );
    // Another word that only begins alike.
    assert_eq!(
        hear(
            "ferie",
            "2026-07-06",
            "Fergen",
            "Fergen til øya går hver time."
        ),
        0
    );
}

#[test]
fn a_word_in_passing_is_no_news_where_many_have_it() {
    let desk = Desk::new();
    for month in 1..=12 {
        let text = "Lederne tar ut ferie etter avtale. Vaktlisten følger når ferien er satt opp, og de som er igjen, tar vaktene.";
        desk.write(
            &format!("mote/{month}.md"),
            minutes(&format!("2025-{month:02}-01"), &[("Vakter", text)]),
        );
    }
    let office = Office::new(desk);
    office.news(NOW);
    office.follow("kari", topic("ferie"), Rhythm::Once);
    let passing = "Møtet ble kort. Etter ferien blir lokalene malt, og stolene byttes ut med nye.";
    office
        .desk
        .write("mote/x.md", minutes("2026-01-05", &[("Lokaler", passing)]));
    office.index();
    assert_eq!(office.news(NOW), []);
    let treated = "Ansatte kan overføre inntil to uker.";
    office.desk.write(
        "mote/y.md",
        minutes("2026-02-05", &[("Overføring av ferie", treated)]),
    );
    office.index();
    assert_eq!(office.news(NOW).len(), 1);
}

#[test]
fn what_is_left_out_whose_it_is_and_where_it_is_from_restrict() {
    let office = office();
    office.news(NOW);
    let named = |what: What| {
        office.follow(
            &format!("{what:?}").replace(|c: char| !c.is_alphanumeric(), ""),
            what,
            Rhythm::Once,
        )
    };
    named(What {
        without: vec!["priser".to_owned()],
        ..topic("kantine")
    });
    named(What {
        holder: Some("VFS".to_owned()),
        ..topic("kantine")
    });
    named(What {
        body: Some("MBU".to_owned()),
        ..What::default()
    });
    named(What {
        collection: Some("mote".to_owned()),
        ..topic("brygga")
    });
    named(What::default());
    let heard = |file: &str, text: String| {
        office.desk.write(file, text);
        office.index();
        office.post(NOW).0.len()
    };
    // The one who wants no prices does not, those who follow the body and everything do.
    let prices = [(
        "Ny kantine",
        "FASA mener at priser i den nye kantinen er for høye.",
    )];
    assert_eq!(heard("mote/b.md", minutes("2026-06-04", &prices)), 2);
    let vfs = [("Ny kantine", "VFS er imot at kantinen stenger klokka to.")];
    assert_eq!(heard("mote/c.md", minutes("2026-06-05", &vfs)), 4);
    let harbour = minutes("2026-06-06", &[("Brygga", "Plassene ved brygga er fulle.")])
        .replace("\"MBU\"", "\"Styret\"");
    assert_eq!(heard("styret/d.md", harbour), 1);
    let refused = Following::Try(
        What {
            holder: Some("Ukjent".to_owned()),
            ..What::default()
        },
        Rhythm::Once,
    );
    assert!(matches!(
        office.wish("per", &refused),
        Outcome::Unfit(Unfit::Unknown(_))
    ));
    let nothing = Following::Try(topic("hva er det?"), Rhythm::Once);
    assert_eq!(office.wish("per", &nothing), Outcome::Unfit(Unfit::NoWords));
}

#[test]
fn a_digest_comes_at_its_hour_with_all_that_came() {
    let office = office();
    office.news(NOW);
    office.follow("kari", topic("kantine"), Rhythm::Weekly);
    for (file, day) in [("mote/b.md", "2026-06-04"), ("mote/c.md", "2026-06-11")] {
        office.desk.write(
            file,
            minutes(
                day,
                &[("Ny kantine", &format!("Den nye kantinen ble omtalt {day}."))],
            ),
        );
        office.index();
        assert_eq!(office.news(NOW), []);
    }
    let (_, next) = office.post(NOW);
    // Monday at eight in Oslo.
    let monday = Schedule::default().due(Rhythm::Weekly, NOW);
    assert_eq!((next, monday), (Some(monday), NOW + 10 * 60 * 60));
    assert_eq!(office.news(monday - 1), []);
    assert_eq!(office.news(monday).len(), 2);
    assert_eq!(office.news(monday + 7 * A_DAY), []);
}

#[test]
fn what_may_not_be_seen_is_neither_told_nor_counted() {
    let office = office();
    office.news(NOW);
    office.follow("kari", What::default(), Rhythm::Once);
    *office.letters.sees.lock().unwrap() = Some(Audience::Collections(["mote".to_owned()].into()));
    let items = [("Ny kantine", "Styret vedtok å legge ned kantinen.")];
    office
        .desk
        .write("styret/b.md", minutes("2026-06-04", &items));
    office
        .desk
        .write("mote/c.md", minutes("2026-06-05", &items));
    office.index();
    let told = office.news(NOW);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "Møte i MBU 2026-06-05");
}

#[test]
fn what_cannot_be_sent_is_tried_again_given_up_and_seen() {
    let office = office();
    office.news(NOW);
    let number = office.follow("kari", topic("kantine"), Rhythm::Once);
    let say = |file: &str, day: &str| {
        office.desk.write(
            file,
            minutes(
                day,
                &[("Ny kantine", &format!("Kantinen ble omtalt {day}."))],
            ),
        );
        office.index();
    };
    let refuse = |refused| office.letters.refuse.lock().unwrap().push(refused);
    say("mote/b.md", "2026-06-04");
    refuse(Refused::Later(
        "the line is busy".to_owned(),
        Some(std::time::Duration::from_secs(90)),
    ));
    let (letters, next) = office.post(NOW);
    assert_eq!((letters.len(), next), (0, Some(NOW + 91)));
    // What comes meanwhile does not overtake it.
    say("mote/c.md", "2026-06-05");
    assert_eq!(office.news(NOW + 90), []);
    assert_eq!(office.news(NOW + 91).len(), 1);
    assert_eq!(office.news(NOW + 92).len(), 1);
    say("mote/d.md", "2026-06-06");
    refuse(Refused::Never("no such form".to_owned()));
    assert_eq!(office.news(NOW + 93), []);
    let listed = office.shared.store.letters().unwrap();
    let [(letter, true)] = &listed[..] else {
        panic!("{listed:?}")
    };
    assert_eq!(letter.error.as_deref(), Some("no such form"));
    assert_eq!(
        office
            .shared
            .store
            .resend(Some(letter.id), NOW + 94)
            .unwrap(),
        1
    );
    assert_eq!(office.news(NOW + 94).len(), 1);
    // Rights that are lost: what comes meanwhile is told once it is resumed.
    say("mote/e.md", "2026-06-07");
    refuse(Refused::Rights("Missing Access".to_owned()));
    assert_eq!(office.news(NOW + 95), []);
    let known = office.shared.store.subscription(number).unwrap().unwrap();
    assert_eq!(known.state, State::Lost("Missing Access".to_owned()));
    say("mote/f.md", "2026-06-08");
    assert_eq!(office.news(NOW + 96), []);
    office.wish("kari", &Following::Resume(number));
    assert_eq!(office.news(NOW + 97).len(), 2);
    // Somebody else has no say in it.
    assert_eq!(
        office.wish("ola", &Following::Unfollow(number)),
        Outcome::Unknown
    );
    assert!(matches!(
        office.wish("kari", &Following::Unfollow(number)),
        Outcome::Unfollowed(_)
    ));
    say("mote/g.md", "2026-06-09");
    assert_eq!(office.news(NOW + 98), []);
}

#[test]
fn what_came_through_unheard_is_not_sent_again_once_its_key_may_be_forgotten() {
    let office = office();
    office.news(NOW);
    office.follow("kari", topic("kantine"), Rhythm::Once);
    let items = [("Ny kantine", "Den nye kantinen åpner i mai.")];
    office
        .desk
        .write("mote/b.md", minutes("2026-06-04", &items));
    office.index();
    office.look(NOW);
    *office.letters.unheard.lock().unwrap() = true;
    let refused = Refused::Later(
        "no answer".to_owned(),
        Some(std::time::Duration::from_secs(600)),
    );
    office.letters.refuse.lock().unwrap().push(refused);
    let try_at = |now| {
        let rules = office.rules();
        let tried = round(&office.shared, &rules, now);
        office.runtime.block_on(tried).unwrap()
    };
    assert_eq!(try_at(NOW), Some(NOW + 601));
    assert_eq!(try_at(NOW + 601), None);
    assert_eq!(*office.letters.came.lock().unwrap(), 1);
    assert_eq!(office.shared.store.post().unwrap().open, 0);
}

#[test]
fn one_who_follows_the_same_thing_twice_hears_of_it_once() {
    let office = office();
    office.news(NOW);
    office.follow("kari", topic("kantine"), Rhythm::Once);
    office.follow("kari", topic("ny kantine"), Rhythm::Once);
    let same = Following::Try(topic("kantine"), Rhythm::Daily);
    assert!(matches!(office.wish("kari", &same), Outcome::Already(_)));
    office.desk.write(
        "mote/b.md",
        minutes(
            "2026-06-04",
            &[("Ny kantine", "Den nye kantinen åpner i mai.")],
        ),
    );
    office.index();
    let told = office.news(NOW);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].2.len(), 1);
    assert_eq!(office.news(NOW), []);
}

#[test]
fn an_old_file_is_no_news() {
    let office = office();
    office.news(NOW);
    office.follow("kari", topic("kantine"), Rhythm::Once);
    office.desk.write(
        "mote/b.md",
        minutes(
            "2026-06-04",
            &[("Ny kantine", "Den nye kantinen åpner i mai.")],
        ),
    );
    office.index();
    let rules = Rules {
        max_age: A_DAY,
        ..office.rules()
    };
    // The file came when this test began, which is long before this time.
    let later = referent::clock::now() + 2 * A_DAY;
    let new = office
        .runtime
        .block_on(look(&office.shared, &rules, later))
        .unwrap();
    assert_eq!(new, 0);
}

#[test]
fn what_is_moved_or_away_before_it_is_told_is_told_all_the_same() {
    let office = office();
    office.news(NOW);
    office.follow("kari", topic("kantine"), Rhythm::Weekly);
    let items = [("Ny kantine", "Den nye kantinen åpner i mai.")];
    office
        .desk
        .write("innboks/b.md", minutes("2026-06-04", &items));
    office.index();
    assert_eq!(office.news(NOW), []);
    let knowledge = office.desk.knowledge();
    let (from, to) = (knowledge.join("innboks/b.md"), knowledge.join("mote/b.md"));
    std::fs::rename(from, to).unwrap();
    office.index();
    assert_eq!(office.news(NOW + 1), []);
    // The drive is away when the digest is due.
    let monday = Schedule::default().due(Rhythm::Weekly, NOW);
    let away = office.desk.data().join("away");
    std::fs::rename(&knowledge, &away).unwrap();
    std::fs::create_dir(&knowledge).unwrap();
    office.index();
    assert_eq!(office.news(monday), []);
    std::fs::remove_dir(&knowledge).unwrap();
    std::fs::rename(&away, &knowledge).unwrap();
    office.index();
    let told = office.news(monday + 60);
    let [(title, false, matters)] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(
        (title.as_str(), matters.len()),
        ("Møte i MBU 2026-06-04", 1)
    );
    assert_eq!(office.news(monday + 120), []);
}

#[test]
fn what_is_published_after_it_lay_where_it_may_not_be_seen_is_told_then() {
    let office = office();
    office.news(NOW);
    office.follow("kari", topic("kantine"), Rhythm::Once);
    *office.letters.sees.lock().unwrap() = Some(Audience::Collections(["mote".to_owned()].into()));
    let of = |day: &str| minutes(day, &[("Ny kantine", "Den nye kantinen åpner i mai.")]);
    // In both at once, …
    office.desk.write("fortrolig/b.md", of("2026-06-04"));
    office.desk.write("mote/b.md", of("2026-06-04"));
    office.index();
    assert_eq!(office.news(NOW).len(), 1);
    // … or in one after the other.
    office.desk.write("fortrolig/c.md", of("2026-06-05"));
    office.index();
    assert_eq!(office.news(NOW + 1), []);
    office.desk.write("mote/c.md", of("2026-06-05"));
    office.index();
    assert_eq!(office.news(NOW + 2).len(), 1);
    office.desk.write("mote/d.md", of("2026-06-05"));
    office.index();
    assert_eq!(office.news(NOW + 3), []);
}

#[test]
fn two_matters_in_one_item_are_told_in_one_message_each_in_its_own_words() {
    let office = office();
    office.news(NOW);
    office.follow("kari", topic("parkering"), Rhythm::Once);
    office.follow("kari", topic("sykkelbod"), Rhythm::Once);
    let text = "Direktøren orienterte om byggets framdrift og viste tegninger av alle fire etasjer, som henger i gangen til og med fredag.\n\n\
        Parkeringen ved brygga blir avgiftsbelagt fra høsten, og det settes opp en automat ved porten innen 1. september.\n\n\
        Rørene i kjelleren skiftes i uke 31, og vannet er da stengt i to dager.\n\n\
        Heisen i nordre trapp får ny motor, men dørene blir som de er.\n\n\
        Malerne begynner i fjerde etasje og arbeider seg nedover utover høsten.\n\n\
        Taket over verkstedet tettes før snøen kommer, og takrennene renses.\n\n\
        Vinduene mot gata pusses opp, og karmene får samme farge som før.\n\n\
        Brannalarmen prøves den første mandagen i måneden klokka ni.\n\n\
        VFS krever at entreprenøren legger fram en ny plan for støy og støv før arbeidet i tredje etasje begynner over nyttår.\n\n\
        Sykkelboden i bakgården utvides med tretti plasser, og nøkkel hentes hos vaktmesteren i første etasje.";
    office
        .desk
        .write("mote/b.md", minutes("2026-06-04", &[("Bygget", text)]));
    office.index();
    let told = office.news(NOW);
    let [(_, false, matters)] = &told[..] else {
        panic!("{told:?}")
    };
    let [(_, parking), (_, bicycles)] = &matters[..] else {
        panic!("{matters:?}")
    };
    assert!(parking.contains("avgiftsbelagt"), "{parking}");
    assert!(bicycles.contains("tretti plasser"), "{bicycles}");
}

#[test]
fn who_follows_everything_hears_what_a_correction_changed() {
    let office = office();
    office.news(NOW);
    office.follow("kari", What::default(), Rhythm::Once);
    let path = office.desk.knowledge().join("mote/a.md");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("før jul", "før påske")).unwrap();
    office.index();
    let (letters, _) = office.post(NOW);
    let [Tidings::News { news, .. }] = &letters[..] else {
        panic!("{letters:?}")
    };
    let correction = news[0].correction.as_ref().unwrap();
    assert_eq!(
        correction.added,
        ["VFS er imot å stenge den gamle kantinen før påske."]
    );
}

#[test]
fn words_that_are_left_out_are_taken_together_and_not_alone() {
    let office = office();
    office.news(NOW);
    let without = |words: &str| vec![words.to_owned()];
    office.follow(
        "kari",
        What {
            without: without("stengt brygge"),
            ..topic("kantine")
        },
        Rhythm::Once,
    );
    let heard = |day: &str, text: &str| {
        let text = minutes(day, &[("Ny kantine", text)]);
        office.desk.write(&format!("mote/{day}.md"), text);
        office.index();
        office.news(NOW).len()
    };
    assert_eq!(heard("2026-06-04", "Kantinen er stengt i juli."), 1);
    assert_eq!(
        heard("2026-06-05", "Kantinen ved den stengte brygga er full."),
        0
    );
    let alone = What {
        without: without("ferie"),
        ..What::default()
    };
    let alone = Following::Try(alone, Rhythm::Once);
    assert_eq!(
        office.wish("per", &alone),
        Outcome::Unfit(Unfit::OnlyWithout)
    );
}

#[test]
fn a_matter_that_is_followed_by_what_one_meeting_called_it_is_told_whatever_the_next_calls_it() {
    let office = Office::new(Desk::with_copy_of(
        &crate::support::repository().join("knowledge"),
    ));
    let bot = office.shared.bots.bot(&Audience::Everything).unwrap();
    let heading = |place: &referent::matter::Place| {
        let document = bot.index().document(&place.document).unwrap().unwrap();
        document.sections[place.section].heading.clone()
    };
    for matter in bot.matters().unwrap().all() {
        for places in matter.places.windows(2) {
            let what = topic(&heading(&places[1]));
            let key = referent::language::fold(&heading(&places[0]));
            let id = &places[0].document;
            let told = bot.told(&what, id, &key).unwrap();
            assert!(told.is_some(), "{what:?}: {key}");
            let matcher = bot.matcher([(1, &what)]);
            let found = bot.concerns(&matcher, id, None).unwrap();
            assert!(found.contains(&(1, key, None)), "{what:?}: {found:?}");
        }
    }
}

#[test]
fn the_terminal_shows_who_follows_what_and_what_could_not_be_sent() {
    let office = office();
    office.news(NOW);
    let what = What {
        without: vec!["priser".to_owned()],
        ..topic("kantine")
    };
    let number = office.follow("kari", what, Rhythm::Weekly);
    let other = office.follow("ola", topic("kantine"), Rhythm::Once);
    let items = [("Ny kantine", "Den nye kantinen åpner i mai.")];
    office
        .desk
        .write("mote/b.md", minutes("2026-06-04", &items));
    office.index();
    let refused = Refused::Never("no such form".to_owned());
    office.letters.refuse.lock().unwrap().push(refused);
    assert_eq!(office.news(NOW), []);
    let listed = office.desk.run(&["following"]).stdout;
    assert_eq!(
        listed,
        format!(
            "{number}  box:kari  weekly  active  “kantine” · without “priser”\n{other}  box:ola  once  active  “kantine”\n"
        )
    );
    let outbox = office.desk.json(&["outbox"]);
    assert_eq!(outbox["waiting"], 1);
    let letter = &outbox["letters"][0];
    assert_eq!(
        (&letter["target"], &letter["state"], &letter["error"]),
        (&"box:ola".into(), &"dead".into(), &"no such form".into())
    );
    let doctor = office.desk.run(&["doctor"]).stdout;
    let id = &letter["id"];
    let finding = format!(
        "mend: letter {id}: it was given up (no such form): `referent outbox --resend {id}` tries it again\n"
    );
    assert!(doctor.contains(&finding), "{doctor}");
    let wrong = office.desk.run(&["outbox", "--resend", "1"]);
    assert_eq!(
        (wrong.status.code(), wrong.stderr.as_str()),
        (
            Some(1),
            "referent: letter 1 was not given up: `referent outbox` lists those that were\n"
        )
    );
    let again = office.desk.run(&["outbox", "--resend", "all"]).stdout;
    assert!(
        again.starts_with("letters that are tried again while `referent serve` runs: 1\n"),
        "{again}"
    );
    // That is by the clock of the machine.
    let later = NOW.max(referent::clock::now()) + 1;
    assert!(
        office
            .news(later)
            .iter()
            .any(|(_, _, matters)| !matters.is_empty())
    );
}
