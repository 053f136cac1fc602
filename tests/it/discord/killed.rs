//! The program is killed again and again while documents come and messages are sent over a network that
//! fails: in the end everybody has heard of everything, once.
//!
//! REFERENT_KILLS says how often (by default [`KILLS`] times), REFERENT_SEED which moments.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use referent::language::Language;
use referent::store::Store;
use referent::subscription::{Rhythm, State, Subscription, Target, What};
use serde_json::Value;

use super::standin::{BOT, GUILD, Place, is_id};
use super::{Chat, Dice, text};

/// So often, where nothing else is said.
const KILLS: u64 = 6;
/// It is killed within this many milliseconds after it was started, or after something was sent.
const WHILE_STARTING: u64 = 1_500;
const WHILE_SENDING: u64 = 30;
/// In the end, all must have come within this time.
const LAST: Duration = Duration::from_secs(120);

const KARI: u64 = 5_000_000_000_000_000_000;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |number| {
        number
            .parse()
            .unwrap_or_else(|_| panic!("{name} must be a whole number, not {number:?}"))
    })
}

/// Who follows what: the channel in which it is told, and whether an even and an odd document concerns them.
fn followers() -> Vec<(u64, Target, What, [bool; 2])> {
    let channel = |id: u64| (id, Target::new("discord", &format!("{GUILD}/{id}")));
    let alone = (
        Place::direct(KARI).channel,
        Target::new("discord", &format!("@{KARI}")),
    );
    let topic = |words: &str| What {
        topic: Some(words.to_owned()),
        ..What::default()
    };
    let body = What {
        body: Some("MBU".to_owned()),
        ..What::default()
    };
    [
        (channel(301), topic("heisen"), [true, false]),
        (channel(302), topic("brygga parkering"), [false, true]),
        (channel(303), What::default(), [true, true]),
        (channel(304), body, [true, true]),
        (alone, topic("heis"), [true, false]),
    ]
    .map(|((channel, target), what, concerned)| (channel, target, what, concerned))
    .into()
}

fn document(number: u64) -> String {
    let item = match number % 2 {
        0 => "Heisen\n\nHeisen i fløy",
        _ => "Parkering ved brygga\n\nParkering ved brygga på felt",
    };
    format!(
        "+++\ntitle = \"Referat nummer {number}.\"\ndate = \"2026-04-{:02}\"\nbody = \"MBU\"\n+++\n\n## Sak {number}/26: {item} {number} er stengt til våren.\n",
        1 + number % 28
    )
}

/// The numbers of the documents that a message tells of, one for each time.
fn told(message: &Value) -> Vec<u64> {
    // Each document stands once in a line of its own; what is quoted from it names it again.
    let shown = text(message);
    let headings = shown
        .lines()
        .filter(|line| line.starts_with("**Referat nummer "));
    let number = |line: &str| {
        line.strip_prefix("**Referat nummer ")?
            .split('.')
            .next()?
            .parse()
            .ok()
    };
    headings
        .filter_map(|line| number(&line.replace('\\', "")))
        .collect()
}

#[test]
fn killed_at_any_moment_it_tells_everybody_everything_once() {
    let kills = number("REFERENT_KILLS", KILLS);
    let seed = number("REFERENT_SEED", 1);
    println!("REFERENT_KILLS={kills} REFERENT_SEED={seed}");
    let begun = Instant::now();
    let mut dice = Dice(seed);
    let mut chat = Chat::start("");
    let store = Store::open(&chat.desk.data()).unwrap();
    // What was there at first is no news.
    while store.compared().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let direct = Target::new("discord", &format!("@{KARI}"));
    for (_, target, what, _) in followers() {
        let subscription = Subscription {
            id: 0,
            owner: format!("discord:{KARI}"),
            target,
            direct: direct.clone(),
            what,
            rhythm: Rhythm::Once,
            language: Language::Bokmal,
            state: State::Active,
            since: 0,
        };
        store.follow(&subscription).unwrap();
    }
    chat.discord.world().weather = Some(Dice(seed ^ 0xBAD));
    let mut written = 0;
    for _ in 0..kills {
        for _ in 0..dice.below(3) {
            chat.desk
                .write(&format!("mote/nummer-{written}.md"), document(written));
            written += 1;
        }
        let sent = chat.discord.world().nonces.len();
        let start = Instant::now();
        let (moment, patience) = match dice.below(2) {
            0 => (dice.below(WHILE_STARTING), 0),
            _ => (dice.below(WHILE_SENDING), 2 * WHILE_STARTING),
        };
        let patience = Duration::from_millis(patience);
        while start.elapsed() < patience && chat.discord.world().nonces.len() == sent {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(moment));
        chat.kill();
        chat.begin();
    }
    chat.discord.world().weather = None;
    let mut expected: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    for (channel, _, _, concerned) in followers() {
        let of = (0..written).filter(|number| concerned[(number % 2) as usize]);
        expected.insert(channel, of.collect());
    }
    let heard = || {
        let world = chat.discord.world();
        let mut heard: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for message in world.messages.values() {
            if !is_id(&message["author"]["id"], BOT) {
                continue;
            }
            let channel = message["channel_id"].as_str().unwrap().parse().unwrap();
            heard.entry(channel).or_default().extend(told(message));
        }
        heard
    };
    let end = Instant::now();
    let complete = |heard: &BTreeMap<u64, Vec<u64>>| {
        expected.iter().all(|(channel, all)| {
            let heard = heard.get(channel);
            all.iter()
                .all(|number| heard.is_some_and(|heard| heard.contains(number)))
        })
    };
    while !complete(&heard()) && end.elapsed() < LAST {
        std::thread::sleep(Duration::from_millis(50));
    }
    // Nothing is on its way any more.
    while store.post().unwrap().open > 0 && end.elapsed() < LAST {
        std::thread::sleep(Duration::from_millis(50));
    }
    for (channel, all) in &expected {
        let mut heard = heard().remove(channel).unwrap_or_default();
        heard.sort_unstable();
        let all: Vec<u64> = all.iter().copied().collect();
        assert_eq!(heard, all, "seed {seed}: what was heard in {channel}");
    }
    let post = store.post().unwrap();
    assert_eq!(
        (post.waiting, post.open, post.dead),
        (0, 0, 0),
        "seed {seed}"
    );
    // One that is told to end while it starts has nothing to end in good order.
    chat.kill();
    chat.begin();
    chat.discord.connected();
    chat.stop();
    let documents = chat.desk.json(&["documents"]);
    let paths: BTreeSet<&str> = documents["documents"]
        .as_array()
        .unwrap_or_else(|| documents.as_array().unwrap())
        .iter()
        .map(|document| document["path"].as_str().unwrap())
        .collect();
    for number in 0..written {
        let path = format!("mote/nummer-{number}.md");
        assert!(
            paths.contains(path.as_str()),
            "seed {seed}: {path} is not indexed"
        );
    }
    let world = chat.discord.world();
    assert!(world.wrong.is_empty(), "seed {seed}: {:#?}", world.wrong);
    let posted = world.requests.iter();
    let posted = posted.filter(|of| of.method == "POST" && of.path.ends_with("/messages"));
    println!(
        "killed {kills} times in {:?}: {written} documents, {} notices in {} messages, posted {} times, each heard once (seed {seed})",
        begun.elapsed(),
        expected.values().map(BTreeSet::len).sum::<usize>(),
        world.nonces.len(),
        posted.count()
    );
}
