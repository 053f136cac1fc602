//! What several tests need: a bot on a folder of documents, the program as a child.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use referent::answer::Answer;
use referent::bot::Bot;
use referent::index::Index;
use referent::ingest::extract::Extractor;
use referent::ingest::{Check, Silent, ingest};

/// A file or folder of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
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
pub static SHIPPED: LazyLock<Bot> = LazyLock::new(|| bot_on(&repository("knowledge")));

/// What the shipped documents answer.
pub fn ask(question: &str) -> Answer {
    SHIPPED.ask(question).unwrap()
}

/// Runs the program in `folder`.
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
