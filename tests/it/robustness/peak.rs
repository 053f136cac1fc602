//! How much memory a process and its children take, seen from outside.

use std::fs;

/// No process may ever have more in memory than this.
const MOST_KIB: u64 = 1 << 20;

/// The most memory that any one process of a run had. Only on Linux, where `/proc` tells it
/// (`VmHWM`, the high-water mark of the resident set); elsewhere it stays 0. A process is last seen up
/// to a glance before its end, so what it takes in its very last moment may be missed.
#[derive(Default)]
pub struct Peak {
    pub kib: u64,
    pub command: String,
}

impl Peak {
    /// Looks at process `id` and its children.
    pub fn glance(&mut self, id: u32) {
        if !cfg!(target_os = "linux") {
            return;
        }
        self.look(id);
        for child in children(id) {
            self.look(child);
        }
    }

    fn look(&mut self, id: u32) {
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let mark = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.split_whitespace().next())
            .and_then(|number| number.parse().ok());
        if let Some(kib) = mark
            && kib > self.kib
        {
            let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            self.kib = kib;
            self.command = String::from_utf8_lossy(&command).replace('\0', " ");
        }
    }

    /// Fails the test if a process had more than a GiB.
    pub fn check(&self) {
        assert!(self.kib < MOST_KIB, "{} KiB: {}", self.kib, self.command);
    }
}

fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|id: &u32| parent_of(*id) == Some(parent))
        .collect()
}

fn parent_of(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // "id (name) state parent …", and the name may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}
