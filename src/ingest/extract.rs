//! Runs the readers where they can do no harm: in a child process under limits of memory and time.
//!
//! Documents come from anywhere, and a reader that meets a broken or hostile one may recurse, loop
//! or ask for more memory than there is. The child is this program itself with a hidden command; it
//! limits itself, reads one file and prints the blocks as JSON.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wait_timeout::ChildExt;

use crate::corpus::format::{self, Extracted, Format, Unreadable};
use crate::corpus::source::SourceFile;

/// The hidden command that makes this program a child that reads one file.
pub const COMMAND: &str = "extract";

/// What one file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory of the child, in MiB.
    pub memory_mib: u64,
    /// Time until the child is ended.
    pub time: Duration,
    /// Largest file, in MiB.
    pub file_mib: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory_mib: 900,
            time: Duration::from_secs(60),
            file_mib: 200,
        }
    }
}

/// How files are read.
#[derive(Debug, Clone)]
pub enum Extractor {
    /// In this process: inside the child, and for texts that a test has made itself.
    InProcess,
    /// In a child process made from `program`.
    Child {
        /// This program.
        program: PathBuf,
        /// What one file may cost.
        limits: Limits,
    },
}

/// What the child prints.
type Outcome = Result<Extracted, Unreadable>;

impl Extractor {
    /// Reads one file.
    pub fn extract(&self, file: &SourceFile) -> Outcome {
        let format = file.format.ok_or(Unreadable::Unsupported)?;
        match self {
            Extractor::InProcess => read_file(&file.absolute, format),
            Extractor::Child { program, limits } => {
                let megabytes =
                    std::fs::metadata(&file.absolute).map_or(0, |metadata| metadata.len() >> 20);
                if megabytes > limits.file_mib {
                    return Err(Unreadable::TooLarge {
                        limit: format!("{} MiB a file", limits.file_mib),
                    });
                }
                run_child(program, &file.absolute, format, *limits)
            }
        }
    }
}

fn damaged(format: Format, reason: impl Into<String>) -> Unreadable {
    Unreadable::Damaged {
        format: format.name().to_owned(),
        reason: reason.into(),
    }
}

fn read_file(path: &Path, format: Format) -> Outcome {
    let bytes = std::fs::read(path).map_err(|error| damaged(format, error.to_string()))?;
    format::read(format, &bytes)
}

/// Output beyond this is cut off, and then does not parse. No document within the limits of
/// [`format::read`] comes near it.
const MAX_OUTPUT: u64 = 128 << 20;

fn run_child(program: &Path, file: &Path, format: Format, limits: Limits) -> Outcome {
    let mut child = Command::new(program)
        .arg(COMMAND)
        .arg(
            serde_json::to_string(&Request {
                format,
                memory_mib: limits.memory_mib,
                seconds: limits.time.as_secs(),
            })
            .unwrap_or_default(),
        )
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| damaged(format, format!("the reader cannot be started ({error})")))?;
    let pipe = child.stdout.take();
    std::thread::scope(|scope| {
        // The pipe must be emptied while the child runs, or a long document would block it for ever.
        let output = scope.spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.map(|pipe| pipe.take(MAX_OUTPUT).read_to_end(&mut bytes));
            bytes
        });
        let status = child.wait_timeout(limits.time);
        if !matches!(status, Ok(Some(_))) {
            // Either it has run too long, or nothing is known of it: it must not go on.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Unreadable::TooLarge {
                limit: format!("{} s of reading", limits.time.as_secs()),
            });
        }
        let bytes = output.join().unwrap_or_default();
        serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Err(stopped(format, status.ok().flatten())))
    })
}

/// Why a child ended without a result.
fn stopped(format: Format, status: Option<std::process::ExitStatus>) -> Unreadable {
    if status.is_some_and(ran_out_of_memory) {
        return Unreadable::TooLarge {
            limit: "memory for one file".to_owned(),
        };
    }
    damaged(
        format,
        status.map_or("the reader stopped".to_owned(), |status| {
            format!("the reader stopped: {status}")
        }),
    )
}

/// Rust aborts when memory cannot be had, and so does a stack that is full.
fn ran_out_of_memory(status: std::process::ExitStatus) -> bool {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(ABORTED) {
        return true;
    }
    status.code() == Some(OUT_OF_MEMORY)
}

/// The number of the signal SIGABRT, the same on all systems.
#[cfg(unix)]
const ABORTED: i32 = 6;

/// The exit status of a child whose reader ran out of memory without aborting.
const OUT_OF_MEMORY: i32 = 12;

#[derive(Serialize, Deserialize)]
struct Request {
    format: Format,
    memory_mib: u64,
    seconds: u64,
}

/// The child: limits itself, reads the file and prints what came of it. Returns the exit status.
pub fn child(request: &str, file: &Path) -> i32 {
    let Ok(request) = serde_json::from_str::<Request>(request) else {
        return 2;
    };
    limit(request.memory_mib, request.seconds);
    // A reader's panic is an answer like any other; its message would only clutter the log.
    std::panic::set_hook(Box::new(|_| {}));
    let read = || read_file(file, request.format);
    let outcome = std::panic::catch_unwind(read).unwrap_or_else(|_| {
        Err(damaged(
            request.format,
            "the reader gave up on its structure",
        ))
    });
    let printed = serde_json::to_vec(&outcome)
        .ok()
        .and_then(|json| std::io::stdout().lock().write_all(&json).ok());
    if printed.is_some() { 0 } else { OUT_OF_MEMORY }
}

#[cfg(unix)]
fn limit(memory_mib: u64, seconds: u64) {
    use rlimit::Resource;
    let bytes = memory_mib << 20;
    // Where a limit cannot be set the parent's clock still holds. It also comes first, so that it is
    // the parent that says why; the limit on the processor is for a child whose parent was killed.
    let _ = Resource::AS.set(bytes, bytes);
    let _ = Resource::CPU.set(seconds + 1, seconds + 2);
    let _ = Resource::CORE.set(0, 0);
}

#[cfg(not(unix))]
fn limit(_memory_mib: u64, _seconds: u64) {}
