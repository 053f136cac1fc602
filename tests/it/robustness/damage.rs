//! Copies of good files, damaged in ways that disks, networks and people damage them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::peak::Peak;
use crate::support::{Desk, finish, path_from_environment, repository};

/// The same copies in every run.
const SEED: u64 = 0x5eed_0f0e_0f1e_d0c5;

/// How many copies an ordinary run reads.
const COPIES: usize = 120;

/// No damaged copy may take longer than this, in a build without optimisation.
const SECONDS: u64 = 20;

/// Steele, Lea and Flood's SplitMix64 ("Fast splittable pseudorandom number generators", 2014).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, or 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap()
    }

    /// Other bytes in some places.
    pub fn flip(&mut self, bytes: &mut [u8]) {
        for _ in 0..=self.below(64) {
            let at = self.below(bytes.len());
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= u8::try_from(1 + self.below(255)).unwrap();
            }
        }
    }

    fn cut(&mut self, bytes: &mut Vec<u8>) {
        let length = self.below(bytes.len());
        bytes.truncate(length);
    }

    fn zero(&mut self, bytes: &mut [u8]) {
        let from = self.below(bytes.len());
        let to = (from + 1 + self.below(4096)).min(bytes.len());
        bytes[from..to].fill(0);
    }
}

const ENDINGS: &[&str] = &["pdf", "docx", "odt", "odp", "pptx", "html", "md", "txt"];

/// A damaged copy: what was done to it, its ending and its bytes.
fn damaged(random: &mut Random, source: &Path) -> (&'static str, String, Vec<u8>) {
    let mut bytes = std::fs::read(source).unwrap();
    let mut ending = source.extension().unwrap().to_str().unwrap().to_owned();
    let mut act = |which: usize, bytes: &mut Vec<u8>, random: &mut Random| match which {
        0 => {
            random.cut(bytes);
            "cut"
        }
        1 => {
            random.flip(bytes);
            "flipped"
        }
        2 => {
            random.zero(bytes);
            "zeroed"
        }
        _ => {
            ending = ENDINGS[random.below(ENDINGS.len())].to_owned();
            "renamed"
        }
    };
    let what = match random.below(5) {
        4 => {
            for _ in 0..2 {
                let which = random.below(4);
                act(which, &mut bytes, random);
            }
            "twice"
        }
        which => act(which, &mut bytes, random),
    };
    (what, ending, bytes)
}

/// The files with a known ending in `folder`, ordered.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_dir() {
            sources(&path, found);
        } else if ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
            found.push(path);
        }
    }
}

/// What `index --json` or `documents --json` says of each path.
pub fn by_path(list: &Value, key: &str) -> BTreeMap<String, String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let path = entry["path"].as_str().unwrap().to_owned();
            let value = entry[key].as_str().map(str::to_owned);
            (path, value.unwrap_or_else(|| entry[key].to_string()))
        })
        .collect()
}

#[test]
fn damaged_copies_are_read_or_skipped_with_a_reason() {
    let copies = std::env::var("REFERENT_DAMAGED").map_or(COPIES, |n| n.parse().unwrap());
    let mut originals = Vec::new();
    sources(&repository().join("knowledge"), &mut originals);
    for name in ["REFERENT_CORPUS", "REFERENT_FORMATS"] {
        if let Some(folder) = path_from_environment(name) {
            sources(&folder, &mut originals);
        }
    }
    let desk = Desk::with_copy_of(&repository().join("knowledge"));
    let good = by_path(&desk.json(&["documents"]), "characters");
    let mut random = Random(SEED);
    let mut bad = BTreeSet::new();
    for i in 0..copies {
        let (what, ending, bytes) = damaged(&mut random, &originals[i % originals.len()]);
        let path = format!("damaged/{i:04}-{what}.{ending}");
        desk.write(&path, bytes);
        bad.insert(path);
    }
    let config = desk.root().join("config.toml");
    std::fs::write(config, format!("[extraction]\nseconds = {SECONDS}\n")).unwrap();
    let mut peak = Peak::default();
    let patience = Duration::from_secs(60 + copies as u64 * 2);
    let run = finish(desk.command(&["index", "--json"]), patience, |id| {
        peak.glance(id);
    });
    let report = run.json();
    let listed = by_path(&desk.json(&["documents"]), "characters");
    let skipped = by_path(&report["skipped"], "reason");
    println!(
        "{copies} damaged copies of {} files in {:.1} s: {} read, {} skipped; peak memory of a process {} MiB",
        originals.len(),
        run.took.as_secs_f64(),
        bad.iter().filter(|path| listed.contains_key(*path)).count(),
        bad.iter()
            .filter(|path| skipped.contains_key(*path))
            .count(),
        peak.kib >> 10
    );
    for (path, characters) in &good {
        assert_eq!(listed.get(path), Some(characters), "{path}");
    }
    for path in &bad {
        let reason = skipped.get(path);
        assert!(
            listed.contains_key(path) != reason.is_some_and(|reason| !reason.is_empty()),
            "{path}: {reason:?}"
        );
    }
    // A reader that crashes or runs out of time harms nobody, but it is a fault all the same.
    let crashed = |reason: &str| {
        ["the reader", "of reading", "memory"]
            .iter()
            .any(|sign| reason.contains(sign))
    };
    let crashes: Vec<_> = skipped.iter().filter(|(_, why)| crashed(why)).collect();
    assert!(crashes.is_empty(), "{crashes:#?}");
    peak.check();
}
