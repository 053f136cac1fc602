//! The bot on Discord: conversations of the real program over a stand-in.

mod arriving;
mod conversations;
mod following;
mod hostile;
mod killed;
mod outages;
mod standin;
mod visibility;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use wait_timeout::ChildExt;

use crate::support::{Desk, PATIENCE, end};
pub use standin::{Dice, Manner, World};
use standin::{Standin, TOKEN};

/// The program, connected to a stand-in.
pub struct Chat {
    pub discord: Standin,
    pub desk: Desk,
    config: String,
    program: Option<Program>,
}

struct Program {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: std::thread::JoinHandle<()>,
}

/// Minutes of an invented agency: what all may read, and what only some may.
pub fn minutes() -> Desk {
    let desk = Desk::new();
    desk.write(
        "mote/2026-03-12-medbestemmelse.md",
        "+++\ntitle = \"Møte i medbestemmelsesutvalget\"\ndate = \"2026-03-12\"\nbody = \"MBU\"\nurl = \"https://ombruk.example/mote-12-mars.html\"\n+++\n\n\
         ## Sak 1/26: Ny kantine\n\nDirektøren foreslo å åpne den nye kantinen 2. mai 2026. FASA støtter forslaget og ber om lengre åpningstid.\n\n\
         Utvalget vedtok å åpne kantinen 2. mai 2026.\n\n\
         ## Sak 2/26: Sykkelparkering\n\nTaket over sykkelparkeringen koster 240 000 kroner. Arbeidet starter i juni 2026.\n",
    );
    desk.write(
        "mote/2025-11-06-medbestemmelse.md",
        "+++\ntitle = \"Møte i medbestemmelsesutvalget\"\ndate = \"2025-11-06\"\nbody = \"MBU\"\n+++\n\n\
         ## Sak 9/25: Ny kantine\n\nDirektøren orienterte om planene for en ny kantine. VFS er imot å stenge den gamle kantinen før jul.\n\n\
         ## Sak 10/25: Garderober\n\nGarderobene i kjelleren pusses opp i januar 2026. Malingen tørker i tre uker, så skapene oppe i fjerde etasje kan brukes fram til påske.\n",
    );
    desk.write(
        "styret/2026-02-01-styret.md",
        "+++\ntitle = \"Styremøte\"\ndate = \"2026-02-01\"\nbody = \"Styret\"\n+++\n\n\
         ## Sak 3/26: Nedleggelse av Torsnes\n\nStyret vedtok å legge ned avdelingen i Torsnes 1. september 2026. Kvernbekk Eiendom overtar bygget. De ansatte får tilbud om arbeid i hovedkontoret, og flyttingen blir betalt.\n",
    );
    desk
}

impl Chat {
    /// The program on some minutes, with further lines for `[discord]`.
    pub fn start(config: &str) -> Chat {
        Chat::with(Manner::default(), minutes(), config)
    }

    pub fn with(manner: Manner, desk: Desk, config: &str) -> Chat {
        let chat = Chat::not_waiting(manner, desk, config);
        chat.discord.wait("the commands", |world| {
            let asked = |request: &standin::Request| request.path.contains("/commands");
            world.requests.iter().any(asked).then_some(())
        });
        chat.discord.connected();
        chat
    }

    /// The program, perhaps not yet connected.
    pub fn not_waiting(manner: Manner, desk: Desk, config: &str) -> Chat {
        let mut chat = Chat {
            discord: Standin::start(manner),
            desk,
            config: config.to_owned(),
            program: None,
        };
        chat.begin();
        chat
    }

    /// Starts the program, which must not be running.
    pub fn begin(&mut self) {
        self.discord.let_time_pass();
        self.program = Some(run(&self.desk, &self.discord.address, &self.config, TOKEN));
    }

    /// Changes the lines for `[discord]` that it is started with.
    pub fn configure(&mut self, config: &str) {
        config.clone_into(&mut self.config);
    }

    /// Ends the program in the middle of whatever it does.
    pub fn kill(&mut self) {
        self.program
            .take()
            .expect("the program is not running")
            .end();
    }

    /// Ends the program and starts it again.
    pub fn restart(&mut self) {
        self.stop();
        self.begin();
        self.discord.connected();
    }

    /// Ends the program as services are ended; it must do so in good order.
    pub fn stop(&mut self) -> String {
        let mut program = self.program.take().expect("the program is not running");
        let told = std::process::Command::new("kill")
            .args(["-TERM", &program.child.id().to_string()])
            .status()
            .unwrap();
        assert!(told.success());
        let status = program.child.wait_timeout(Duration::from_secs(40)).unwrap();
        let log = program.end();
        assert!(
            status.is_some_and(|status| status.success()),
            "{status:?}: {log}"
        );
        log
    }

    /// Waits until the program has written this.
    pub fn wait_for_log(&self, words: &str) {
        let program = self.program.as_ref().expect("the program is not running");
        let start = Instant::now();
        loop {
            let log = program.log.lock().unwrap().clone();
            if log.contains(words) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{words} is not in {log}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What must hold after every conversation: nothing was refused, no event was lost.
    pub fn finish(mut self) {
        // Without the time that a good end takes: `stop` is for conversations that go on after it.
        let log = self
            .program
            .take()
            .expect("the program is not running")
            .end();
        self.discord.nothing_wrong();
        for lost in ["deserializ", "missing field", "panicked"] {
            assert!(!log.contains(lost), "{log}");
        }
        // Neither the bot's token nor that of an interaction.
        for secret in [TOKEN, "token-"] {
            assert!(!log.contains(secret), "{log}");
        }
    }
}

impl Program {
    fn end(mut self) -> String {
        end(&mut self.child);
        self.reader.join().unwrap();
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        if let Some(program) = self.program.take() {
            let log = program.end();
            if std::thread::panicking() {
                eprintln!("{log}\nwrong: {:#?}", self.discord.world().wrong);
            }
        }
    }
}

fn run(desk: &Desk, address: &str, config: &str, token: &str) -> Program {
    let path = desk.root().join("config.toml");
    let config = format!(
        "[web]\nenabled = false\n[discord]\nenabled = true\napi_url = \"{address}\"\n{config}"
    );
    std::fs::write(&path, config).unwrap();
    let mut child = desk
        .command(&["serve", "--config", path.to_str().unwrap()])
        .env("REFERENT_DISCORD_TOKEN", token)
        .env("REFERENT_LOG", "warn,serenity=debug,referent=debug")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap());
    let log = Arc::new(Mutex::new(String::new()));
    let written = log.clone();
    let reader = std::thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            let mut log = written.lock().unwrap();
            log.push_str(&line);
            log.push('\n');
        }
    });
    Program { child, log, reader }
}

/// The text of a message: its content, or the title and the description of its embed.
pub fn text(message: &Value) -> String {
    let embed = &message["embeds"][0];
    let parts = [
        &message["content"],
        &embed["title"],
        &embed["description"],
        &embed["footer"]["text"],
    ];
    let parts: Vec<&str> = parts
        .iter()
        .filter_map(|part| part.as_str())
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("\n")
}
