//! A stand-in for Discord on this machine: gateway and requests, as strict as Discord is. What Discord
//! would refuse is refused, and fails the test.
//!
//! `rules` holds what Discord's documentation demands of messages and commands. Where the environment
//! variable `REFERENT_DISCORD_OPENAPI` names Discord's own description of its interface, every request is
//! held against that too (`openapi`).

mod events;
mod gateway;
mod http;
mod openapi;
mod rest;
pub mod rules;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

pub use events::{GUILD, Place};

pub const TOKEN: &str = "MTIz.abc.def";
/// The bot's user and application.
pub const BOT: u64 = 123_000_000_000_000_001;
/// How long a test waits for something to happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether a value is this id, as Discord writes it.
pub fn is_id(value: &Value, id: u64) -> bool {
    value.as_str().is_some_and(|text| text.parse() == Ok(id))
}

/// What is different from the ordinary.
#[derive(Clone)]
pub struct Manner {
    /// Whether the application may have the content of all messages.
    pub message_content: bool,
    pub heartbeat: Duration,
    /// So many sessions may still be begun.
    pub sessions: u64,
    /// Whether files are refused.
    pub no_files: bool,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner {
            message_content: false,
            heartbeat: Duration::from_millis(41_250),
            sessions: 1000,
            no_files: false,
        }
    }
}

/// A running stand-in.
pub struct Standin {
    pub address: String,
    shared: Arc<Shared>,
    _runtime: tokio::runtime::Runtime,
}

struct Shared {
    manner: Manner,
    gateway: String,
    world: Mutex<World>,
    changed: Condvar,
    openapi: Option<openapi::Description>,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub status: u16,
}

/// A question by command, button or form.
#[derive(Debug, Clone)]
pub struct Interaction {
    pub id: u64,
    pub channel: u64,
    pub sent: Instant,
    /// The type of the first response, and how long it took.
    pub acknowledged: Option<(u64, Duration)>,
    pub private: bool,
    /// The message that `@original` means.
    pub original: Option<u64>,
    /// The data of the first response.
    pub data: Value,
    /// Messages that came further.
    pub further: Vec<u64>,
    /// How often the original was edited.
    pub edits: usize,
    /// The message with the button that was pressed.
    on: Option<u64>,
}

#[derive(Default)]
pub struct World {
    /// What Discord would have refused, or what no bot should do.
    pub wrong: Vec<String>,
    pub requests: Vec<Request>,
    pub messages: BTreeMap<u64, Value>,
    pub interactions: HashMap<String, Interaction>,
    pub commands: Value,
    /// How often commands were registered.
    pub registrations: usize,
    pub members: HashMap<(u64, u64), Vec<u64>>,
    /// Files that were attached.
    pub files: HashMap<String, String>,
    /// Threads with the channels that they are a part of.
    pub threads: HashMap<u64, u64>,
    /// Channels where the bot lacks all rights.
    pub forbidden: HashSet<u64>,
    /// The network fails at random, if it does.
    pub weather: Option<Dice>,
    /// Users who take no messages from the bot.
    pub unreachable: HashSet<u64>,
    /// Channels where messages must be plain and no replies.
    pub plain: HashSet<u64>,
    /// The next requests whose path holds this are put off so many times.
    pub put_off: Vec<(String, usize, f64)>,
    /// Requests whose path holds this are answered by an error of the server so many times.
    pub broken: Vec<(String, usize)>,
    pub identifies: usize,
    pub resumes: usize,
    pub heartbeats: usize,
    /// Whether resuming is refused.
    pub forget_sessions: bool,
    /// Interactions whose tokens hold no longer.
    pub expired: HashSet<String>,
    /// Messages by their nonces.
    pub nonces: HashMap<String, u64>,
    buckets: HashMap<String, (Instant, u32)>,
    session: Option<Session>,
    next: u64,
}

/// Numbers that look random and are the same every time (Vigna's splitmix64).
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ z >> 31) % end
    }
}

/// What the gateway knows of the bot's session.
struct Session {
    id: String,
    intents: u64,
    seq: u64,
    log: Vec<(u64, Value)>,
    connection: Option<UnboundedSender<gateway::Send>>,
    last_identify: Instant,
}

impl World {
    fn new() -> World {
        World {
            next: 900_000_000_000_000_000,
            commands: json!([]),
            ..World::default()
        }
    }

    /// A new id, as Discord makes them.
    pub fn id(&mut self) -> u64 {
        self.next += 1 << 12;
        self.next
    }
}

impl Standin {
    pub fn start(manner: Manner) -> Standin {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let bind = || {
            runtime
                .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
                .unwrap()
        };
        let (requests, gateway) = (bind(), bind());
        let shared = Arc::new(Shared {
            manner,
            gateway: format!("ws://{}", gateway.local_addr().unwrap()),
            world: Mutex::new(World::new()),
            changed: Condvar::new(),
            openapi: openapi::Description::named_in_environment(),
        });
        let address = format!("http://{}", requests.local_addr().unwrap());
        runtime.spawn(http::serve(requests, shared.clone()));
        runtime.spawn(gateway::serve(gateway, shared.clone()));
        Standin {
            address,
            shared,
            _runtime: runtime,
        }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world()
    }

    /// Waits until `found` finds something.
    pub fn wait<T>(&self, what: &str, mut found: impl FnMut(&mut World) -> Option<T>) -> T {
        let start = Instant::now();
        let mut world = self.world();
        loop {
            if let Some(found) = found(&mut world) {
                return found;
            }
            let left = PATIENCE.saturating_sub(start.elapsed());
            assert!(
                !left.is_zero(),
                "waited in vain for {what}; wrong: {:#?}",
                world.wrong
            );
            world = self.shared.changed.wait_timeout(world, left).unwrap().0;
        }
    }

    /// Sends an event to the bot, or keeps it for when the bot resumes.
    pub fn dispatch(&self, name: &str, data: Value) {
        let mut world = self.world();
        let session = world.session.as_mut().expect("the bot has no session");
        session.seq += 1;
        let event = json!({"op": 0, "t": name, "s": session.seq, "d": data});
        session.log.push((session.seq, event.clone()));
        if let Some(connection) = &session.connection {
            let _ = connection.send(gateway::Send::Event(event));
        }
    }

    /// Waits until the bot is connected.
    pub fn connected(&self) {
        self.wait("a connection", |world| {
            world
                .session
                .as_ref()
                .filter(|session| session.connection.is_some())
                .map(|_| ())
        });
    }

    /// Lets as much time go by as must lie between two sessions.
    pub fn let_time_pass(&self) {
        let mut world = self.world();
        if let Some(session) = &mut world.session {
            session.last_identify -= gateway::BETWEEN_IDENTIFIES;
        }
    }

    /// Breaks the gateway's connection off: with a close code, or without a word.
    pub fn drop_gateway(&self, code: Option<u16>) {
        let mut world = self.world();
        let session = world.session.as_mut().expect("the bot has no session");
        if let Some(connection) = session.connection.take() {
            let _ = connection.send(gateway::Send::End(code));
        }
    }

    /// What must hold at the end of every test.
    pub fn nothing_wrong(&self) {
        let world = self.world();
        assert!(
            world.wrong.is_empty(),
            "Discord would have refused: {:#?}",
            world.wrong
        );
    }
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Changes the world and wakes who waits.
    fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let changed = change(&mut self.world());
        self.changed.notify_all();
        changed
    }
}
