//! The meanings of passages, kept beside the index in one file for each model.
//!
//! A row is a passage's key, a scale, and one byte a number; the question is compared with every row,
//! which for a hundred thousand passages takes some milliseconds. Rows are only ever added at the end,
//! under a lock that all processes respect. Whoever reads meanwhile sees the rows written so far; a row
//! that a killed process left half written is cut off by the next one that writes. Everything here can
//! be made anew from the passages.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// First bytes of the file; the digit counts up when the form changes.
const MAGIC: &[u8; 8] = b"RFMEANS1";
/// The header: what the file is, dimension, edition, checksum.
const HEADER: usize = 8 + 32 + 8 + 8 + 8;
/// What stands before a row's numbers: key, scale, checksum.
const ROW: usize = 8 + 4 + 4;
/// So many rows are worth handing to another thread.
const WORTH: usize = 4096;
/// The largest number that one byte holds.
const BYTE: f32 = 127.0;
/// The question's numbers are kept more exactly than the rows': in so many steps. With 2,048 numbers
/// a sum of products still fits into 32 bits.
const STEPS: f32 = 8191.0;

/// The meanings that are known.
pub struct Vectors {
    path: PathBuf,
    fingerprint: [u8; 32],
    dimension: usize,
    /// Which file this is: it changes when the file is made anew.
    edition: u64,
    /// Where the last whole row ends.
    end: u64,
    rows: HashMap<u64, u32>,
    scales: Vec<f32>,
    numbers: Vec<i8>,
}

/// Which rows there are: in the same state the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    edition: u64,
    rows: usize,
}

impl Vectors {
    /// The meanings under `data` that the model `fingerprint` made; none if there are none yet.
    pub fn open(data: &Path, fingerprint: &str, dimension: usize) -> anyhow::Result<Vectors> {
        ensure!(
            (1..=2048).contains(&dimension),
            "a model with {dimension} numbers a text cannot be used"
        );
        let mut vectors = Vectors {
            path: data.join(format!("meanings-{fingerprint}")),
            fingerprint: Sha256::digest(fingerprint.as_bytes()).into(),
            dimension,
            edition: 0,
            end: 0,
            rows: HashMap::new(),
            scales: Vec::new(),
            numbers: Vec::new(),
        };
        vectors.refresh()?;
        Ok(vectors)
    }

    /// How many passages are known.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Changes whenever rows are added or change their place.
    pub fn state(&self) -> State {
        State {
            edition: self.edition,
            rows: self.scales.len(),
        }
    }

    /// Whether no passage is known.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of the passage with this key.
    pub fn row(&self, key: u64) -> Option<u32> {
        self.rows.get(&key).copied()
    }

    /// The cosine of a question of length one with every row.
    pub fn scores(&self, question: &[f32]) -> Vec<f32> {
        let most = question.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        if question.len() != self.dimension || most == 0.0 {
            return vec![0.0; self.scales.len()];
        }
        let steps: Vec<i16> = question
            .iter()
            .map(|x| (x / most * STEPS).round() as i16)
            .collect();
        let unit = most / STEPS;
        let cosine = |(row, scale): (&[i8], &f32)| dot(row, &steps) as f32 * scale * unit;
        let rows = self.numbers.par_chunks(self.dimension);
        rows.zip(&self.scales)
            .with_min_len(WORTH)
            .map(cosine)
            .collect()
    }

    /// Sees what other processes have added since.
    pub fn refresh(&mut self) -> anyhow::Result<()> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.forget(0);
                return Ok(());
            }
            Err(error) => return Err(error).with_context(|| self.place("cannot be read")),
        };
        self.read(file)
            .with_context(|| self.place("cannot be read"))
    }

    fn read(&mut self, mut file: File) -> anyhow::Result<()> {
        let mut header = [0; HEADER];
        let whole = file.read_exact(&mut header).is_ok();
        let Some(edition) = self.edition_of(&header).filter(|_| whole) else {
            self.forget(0);
            return Ok(());
        };
        if edition != self.edition {
            self.forget(edition);
        }
        file.seek(SeekFrom::Start(self.end))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        for row in bytes.chunks_exact(ROW + self.dimension) {
            let Some((key, scale, numbers)) = parse(row) else {
                break;
            };
            self.insert(key, scale, numbers);
            self.end += row.len() as u64;
        }
        Ok(())
    }

    /// Adds meanings, and sees what others have added. Keys that are known already are left out.
    pub fn append(&mut self, new: &[(u64, Vec<f32>)]) -> anyhow::Result<()> {
        let _lock = self.lock()?;
        self.refresh()?;
        if self.end == 0 {
            self.write_anew(&HashSet::new())?;
            self.refresh()?;
        }
        let mut bytes = Vec::new();
        let mut seen = HashSet::new();
        for (key, meaning) in new {
            ensure!(
                meaning.len() == self.dimension,
                "a meaning of another model"
            );
            if !self.rows.contains_key(key) && seen.insert(*key) {
                bytes.extend(row(*key, meaning));
            }
        }
        let write = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().write(true).open(&self.path)?;
            file.set_len(self.end)?;
            file.seek(SeekFrom::Start(self.end))?;
            file.write_all(&bytes)?;
            file.sync_data()
        };
        write().with_context(|| self.place("cannot be written (is the disk full?)"))?;
        self.refresh()
    }

    /// Forgets all but these passages.
    pub fn retain(&mut self, keys: &HashSet<u64>) -> anyhow::Result<()> {
        let _lock = self.lock()?;
        self.refresh()?;
        self.write_anew(keys)?;
        self.refresh()
    }

    /// Writes the file anew with the rows of `keys`, in their order.
    fn write_anew(&self, keys: &HashSet<u64>) -> anyhow::Result<()> {
        let mut kept: Vec<(u32, u64)> = self
            .rows
            .iter()
            .filter(|(key, _)| keys.contains(key))
            .map(|(key, row)| (*row, *key))
            .collect();
        kept.sort_unstable();
        // Any number that is not the last one will do.
        let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        let edition = (now.as_nanos() as u64).max(self.edition + 1);
        let mut bytes = self.header(edition);
        for (at, key) in kept {
            let at = at as usize;
            let numbers = &self.numbers[at * self.dimension..(at + 1) * self.dimension];
            bytes.extend(written(key, self.scales[at], numbers));
        }
        let new = self.path.with_extension("new");
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&new)?;
            file.write_all(&bytes)?;
            file.sync_data()?;
            std::fs::rename(&new, &self.path)
        };
        write().with_context(|| self.place("cannot be written (is the disk full?)"))
    }

    /// Waits until no other process writes.
    fn lock(&self) -> anyhow::Result<File> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).with_context(|| {
                format!(
                    "cannot make the folder {}: choose another [data] path or --data",
                    folder.display()
                )
            })?;
        }
        let open = || -> std::io::Result<File> {
            let path = self.path.with_extension("lock");
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            file.lock()?;
            Ok(file)
        };
        open().with_context(|| self.place("cannot be locked"))
    }

    fn header(&self, edition: u64) -> Vec<u8> {
        let mut header = MAGIC.to_vec();
        header.extend(self.fingerprint);
        header.extend((self.dimension as u64).to_le_bytes());
        header.extend(edition.to_le_bytes());
        header.extend(&Sha256::digest(&header)[..8]);
        header
    }

    /// The edition that a header names, if it is whole and of this model.
    fn edition_of(&self, header: &[u8; HEADER]) -> Option<u64> {
        let edition: [u8; 8] = header[48..56].try_into().ok()?;
        let edition = u64::from_le_bytes(edition);
        (self.header(edition) == header).then_some(edition)
    }

    fn forget(&mut self, edition: u64) {
        self.edition = edition;
        self.end = if edition == 0 { 0 } else { HEADER as u64 };
        self.rows.clear();
        self.scales.clear();
        self.numbers.clear();
    }

    fn insert(&mut self, key: u64, scale: f32, numbers: &[u8]) {
        let Ok(row) = u32::try_from(self.scales.len()) else {
            return;
        };
        self.rows.insert(key, row);
        self.scales.push(scale);
        self.numbers.extend(numbers.iter().map(|byte| *byte as i8));
    }

    fn place(&self, what: &str) -> String {
        format!(
            "{} {what}: it can be removed and is made anew",
            self.path.display()
        )
    }
}

/// A meaning as it is written.
fn row(key: u64, meaning: &[f32]) -> Vec<u8> {
    let most = meaning
        .iter()
        .fold(f32::MIN_POSITIVE, |most, x| most.max(x.abs()));
    let numbers: Vec<i8> = meaning
        .iter()
        .map(|x| (x / most * BYTE).round() as i8)
        .collect();
    written(key, most / BYTE, &numbers)
}

fn written(key: u64, scale: f32, numbers: &[i8]) -> Vec<u8> {
    let mut row = Vec::with_capacity(ROW + numbers.len());
    row.extend(key.to_le_bytes());
    row.extend(scale.to_le_bytes());
    row.extend([0; 4]);
    row.extend(numbers.iter().map(|x| *x as u8));
    let sum = checksum(&row);
    row[12..ROW].copy_from_slice(&sum);
    row
}

fn parse(row: &[u8]) -> Option<(u64, f32, &[u8])> {
    let mut plain = row.to_vec();
    plain[12..ROW].fill(0);
    if checksum(&plain) != row[12..ROW] {
        return None;
    }
    let key = u64::from_le_bytes(row[..8].try_into().ok()?);
    let scale = f32::from_le_bytes(row[8..12].try_into().ok()?);
    Some((key, scale, &row[ROW..]))
}

fn checksum(row: &[u8]) -> [u8; 4] {
    crc32fast::hash(row).to_le_bytes()
}

fn dot(row: &[i8], question: &[i16]) -> i32 {
    row.iter()
        .zip(question)
        .map(|(a, b)| i32::from(*a) * i32::from(*b))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(seed: u64) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % 2001) as f32 / 1000.0 - 1.0
        };
        let numbers: Vec<f32> = (0..48).map(|_| next()).collect();
        let length = numbers.iter().map(|x| x * x).sum::<f32>().sqrt();
        numbers.iter().map(|x| x / length).collect()
    }

    fn rows(keys: std::ops::Range<u64>) -> Vec<(u64, Vec<f32>)> {
        keys.map(|key| (key, meaning(key))).collect()
    }

    #[test]
    fn cosines_are_those_of_the_meanings_that_were_put_in() {
        let data = tempfile::tempdir().unwrap();
        let mut vectors = Vectors::open(data.path(), "a", 48).unwrap();
        vectors.append(&rows(0..300)).unwrap();
        let question = meaning(1000);
        let scores = Vectors::open(data.path(), "a", 48)
            .unwrap()
            .scores(&question);
        for key in 0..300 {
            let exact: f32 = meaning(key).iter().zip(&question).map(|(a, b)| a * b).sum();
            let row = vectors.row(key).unwrap() as usize;
            assert!(
                (scores[row] - exact).abs() < 0.01,
                "{key}: {} {exact}",
                scores[row]
            );
        }
    }

    #[test]
    fn a_torn_end_is_cut_and_the_rest_is_kept() {
        let data = tempfile::tempdir().unwrap();
        let mut vectors = Vectors::open(data.path(), "a", 48).unwrap();
        vectors.append(&rows(0..10)).unwrap();
        let file = OpenOptions::new().write(true).open(&vectors.path).unwrap();
        file.set_len(vectors.end - 30).unwrap();
        let mut again = Vectors::open(data.path(), "a", 48).unwrap();
        assert_eq!((again.len(), again.row(9)), (9, None));
        again.append(&rows(9..12)).unwrap();
        assert_eq!(Vectors::open(data.path(), "a", 48).unwrap().len(), 12);
    }

    #[test]
    fn two_that_write_see_each_other_and_nothing_is_there_twice() {
        let data = tempfile::tempdir().unwrap();
        let mut one = Vectors::open(data.path(), "a", 48).unwrap();
        let mut two = Vectors::open(data.path(), "a", 48).unwrap();
        one.append(&rows(0..5)).unwrap();
        two.append(&rows(3..8)).unwrap();
        assert_eq!((two.len(), two.scales.len()), (8, 8));
        two.retain(&HashSet::from([1, 7])).unwrap();
        one.append(&rows(20..21)).unwrap();
        assert_eq!(
            (one.len(), one.row(1), one.row(7), one.row(20)),
            (3, Some(0), Some(1), Some(2))
        );
    }

    #[test]
    fn a_file_of_another_model_or_a_damaged_one_counts_as_none() {
        let data = tempfile::tempdir().unwrap();
        let mut vectors = Vectors::open(data.path(), "a", 48).unwrap();
        vectors.append(&rows(0..5)).unwrap();
        std::fs::copy(&vectors.path, data.path().join("meanings-b")).unwrap();
        let mut other = Vectors::open(data.path(), "b", 48).unwrap();
        assert!(other.is_empty());
        other.append(&rows(0..2)).unwrap();
        assert_eq!(Vectors::open(data.path(), "b", 48).unwrap().len(), 2);
    }
}
