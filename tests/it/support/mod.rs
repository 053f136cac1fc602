//! What several tests need: a bot on a folder of documents, a folder of their own, and ways to run
//! `referent`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use referent::answer::Answer;
use referent::bot::Bot;
use referent::index::Index;
use referent::ingest::extract::Extractor;
use referent::ingest::{Check, Silent, ingest};
use serde_json::Value;
use tempfile::TempDir;
use wait_timeout::ChildExt;

/// How long an ordinary run may take.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How often a running process is looked at.
const GLANCE: Duration = Duration::from_millis(10);

/// The folder of this repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The path that the environment variable `name` holds, where it is set.
pub fn path_from_environment(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// A knowledge folder and a data folder that vanish with the test.
pub struct Desk {
    root: TempDir,
}

impl Desk {
    /// An empty knowledge folder.
    pub fn new() -> Desk {
        let desk = Desk {
            root: TempDir::with_prefix("referent-test-").unwrap(),
        };
        std::fs::create_dir(desk.knowledge()).unwrap();
        desk
    }

    /// A knowledge folder with a copy of everything in `folder`.
    pub fn with_copy_of(folder: &Path) -> Desk {
        let desk = Desk::new();
        copy_folder(folder, &desk.knowledge());
        desk
    }

    /// The folder that holds the two others.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    pub fn knowledge(&self) -> PathBuf {
        self.root().join("knowledge")
    }

    pub fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    /// Writes a file into the knowledge folder, with the folders that it needs.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.knowledge().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// `referent` with the two folders of this desk and `arguments`, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_referent"));
        command
            .current_dir(self.root())
            .arg("--knowledge")
            .arg(self.knowledge())
            .arg("--data")
            .arg(self.data())
            .args(arguments);
        command
    }

    /// Runs `referent` to its end.
    pub fn run(&self, arguments: &[&str]) -> Run {
        finish(self.command(arguments), PATIENCE, |_| ())
    }

    /// Runs `referent --json` and reads what it prints; it must succeed.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[&["--json"], arguments].concat());
        run.json()
    }
}

/// Copies a folder with its folders and files; links are copied as what they lead to.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            // Not `fs::copy`: the copy of a file that is protected from writing would be so too.
            std::fs::write(target, std::fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

/// A run that came to its end.
pub struct Run {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl Run {
    /// What it printed, as JSON; it must have succeeded.
    pub fn json(&self) -> Value {
        assert!(
            self.status.success(),
            "ended with {}: {}",
            self.status,
            self.stderr
        );
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {:?}", self.stdout))
    }
}

/// Runs a command to its end and calls `glance` with its process id again and again meanwhile. A
/// command that goes on for longer than `limit` is ended and fails the test.
pub fn finish(mut command: Command, limit: Duration, mut glance: impl FnMut(u32)) -> Run {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = drain(child.stdout.take().unwrap());
    let stderr = drain(child.stderr.take().unwrap());
    let status = loop {
        glance(child.id());
        if let Some(status) = child.wait_timeout(GLANCE).unwrap() {
            break status;
        }
        if start.elapsed() > limit {
            end(&mut child);
            panic!("{command:?} did not end within {limit:?}");
        }
    };
    Run {
        status,
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
        took: start.elapsed(),
    }
}

/// Ends a process that may have ended by itself.
pub fn end(child: &mut Child) {
    let _ = child.kill();
    child.wait().unwrap();
}

/// Empties a pipe while its process runs, or the process would wait for ever.
fn drain(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A bot on the documents in `knowledge`, its index in memory.
pub fn bot_on(knowledge: &Path) -> Bot {
    let mut index = Index::in_memory().unwrap();
    ingest(
        knowledge,
        &mut index,
        &Extractor::InProcess,
        Check::Content,
        &Silent,
    )
    .unwrap();
    Bot::new(index, knowledge.to_owned()).unwrap()
}

/// The bot on the documents that ship with the program.
pub static SHIPPED: LazyLock<Bot> = LazyLock::new(|| bot_on(&repository().join("knowledge")));

/// What the shipped documents answer.
pub fn ask(question: &str) -> Answer {
    SHIPPED.ask(question).unwrap()
}

/// Runs the program in `folder`, with the configuration that it finds there.
pub fn referent(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_referent"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// Standard output of a run, which must have succeeded.
pub fn stdout(output: Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
