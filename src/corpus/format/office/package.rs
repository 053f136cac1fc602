//! The zip container of Office Open XML and OpenDocument: parts found by name, whatever its case,
//! and inflated within limits.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use encoding_rs::{Encoding, UTF_8};
use zip::ZipArchive;
use zip::result::ZipError;

use super::super::Unreadable;
use super::xml::{Flow, Tag, Visitor, walk};

/// How many files an archive may hold.
const ENTRIES: usize = 10_000;
/// How much one part may inflate to.
const PART: u64 = 64 << 20;
/// How much all parts that are read may inflate to.
const TOTAL: u64 = 256 << 20;

/// An opened archive.
pub struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    by_name: HashMap<String, usize>,
    left: u64,
    format: &'static str,
    /// What could not be read so far.
    pub problems: Vec<String>,
}

/// One relationship of an Office Open XML part.
#[derive(Debug, Clone)]
pub struct Relation {
    /// The name by which the part's text refers to it.
    pub id: String,
    /// The last word of its type, as "styles" or "slide".
    pub kind: String,
    /// The name of the part that it leads to.
    pub target: String,
}

impl<'a> Package<'a> {
    /// Opens `bytes` as the container of `format`.
    pub fn open(bytes: &'a [u8], format: &'static str) -> Result<Self, Unreadable> {
        if let Some(refusal) = compound_file(bytes, format) {
            return Err(refusal);
        }
        if !bytes.starts_with(b"PK") {
            return Err(damaged(format, "it is not a zip archive"));
        }
        let archive = ZipArchive::new(Cursor::new(bytes))
            .map_err(|error| damaged(format, error.to_string()))?;
        if archive.len() > ENTRIES {
            return Err(Unreadable::TooLarge {
                limit: format!("{ENTRIES} files in the archive"),
            });
        }
        let mut by_name = HashMap::new();
        for index in 0..archive.len() {
            if let Some(Ok(name)) = archive.name_for_index(index) {
                by_name.entry(normalized(&name)).or_insert(index);
            }
        }
        Ok(Package {
            archive,
            by_name,
            left: TOTAL,
            format,
            problems: Vec::new(),
        })
    }

    /// Whether there is a part of this name.
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(&normalized(name))
    }

    /// The text of a part that the document cannot be read without.
    pub fn required(&mut self, name: &str) -> Result<String, Unreadable> {
        self.read(name)?
            .ok_or_else(|| damaged(self.format, format!("it has no part {name}")))
    }

    /// The text of a part that may be missing; one that cannot be read is a problem.
    pub fn optional(&mut self, name: &str) -> Option<String> {
        match self.read(name) {
            Ok(text) => text,
            Err(error) => {
                self.problems.push(format!("{name} was left out: {error}"));
                None
            }
        }
    }

    /// Walks through a part that may be missing, noting what is wrong with it.
    pub fn visit(&mut self, name: &str, visitor: &mut impl Visitor) {
        if let Some(xml) = self.optional(name) {
            self.walk(name, &xml, visitor);
        }
    }

    /// Walks through the text of a part, noting what is wrong with it.
    pub fn walk(&mut self, name: &str, xml: &str, visitor: &mut impl Visitor) {
        if let Some(problem) = walk(xml, visitor) {
            self.problems
                .push(format!("{name} was only partly read: {problem}"));
        }
    }

    /// The relationships of a part; of the whole package with an empty name.
    pub fn relations(&mut self, part: &str) -> Vec<Relation> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let name = if folder.is_empty() {
            format!("_rels/{file}.rels")
        } else {
            format!("{folder}/_rels/{file}.rels")
        };
        let mut relations = Relations {
            folder: folder.to_owned(),
            found: Vec::new(),
        };
        self.visit(&name, &mut relations);
        relations.found
    }

    /// The main part according to the package's relationships, else `usual`.
    pub fn main_part(&mut self, usual: &str) -> String {
        let named = self
            .relations("")
            .into_iter()
            .find(|relation| relation.kind == "officeDocument");
        named
            .map(|relation| relation.target)
            .filter(|target| self.has(target))
            .unwrap_or_else(|| usual.to_owned())
    }

    /// Refuses an Office Open XML package whose main part is that of another program.
    pub fn expect_main(&self, main: &str, others: &[(&str, &str)]) -> Result<(), Unreadable> {
        if self.has(main) {
            return Ok(());
        }
        let other = others
            .iter()
            .find(|(part, _)| self.has(part))
            .map(|(_, name)| *name);
        Err(damaged(
            self.format,
            other.map_or_else(
                || format!("it has no part {main}"),
                |name| format!("it is {name}"),
            ),
        ))
    }

    fn read(&mut self, name: &str) -> Result<Option<String>, Unreadable> {
        let Some(&index) = self.by_name.get(&normalized(name)) else {
            return Ok(None);
        };
        let limit = PART.min(self.left);
        let mut bytes = Vec::new();
        let entry = self
            .archive
            .by_index(index)
            .map_err(|error| refused(self.format, &error))?;
        let outcome = entry.take(limit + 1).read_to_end(&mut bytes);
        let size = bytes.len() as u64;
        self.left = self.left.saturating_sub(size);
        if size > limit {
            return Err(Unreadable::TooLarge {
                limit: format!("{} MiB inflated", limit >> 20),
            });
        }
        if let Err(error) = outcome {
            if bytes.is_empty() {
                return Err(damaged(self.format, error.to_string()));
            }
            self.problems.push(format!(
                "{name} is damaged and was read as far as it goes: {error}"
            ));
        }
        Ok(Some(decode(&bytes)))
    }
}

/// The refusal of a [`Unreadable::Damaged`] file.
pub fn damaged(format: &str, reason: impl Into<String>) -> Unreadable {
    Unreadable::Damaged {
        format: format.to_owned(),
        reason: reason.into(),
    }
}

fn refused(format: &str, error: &ZipError) -> Unreadable {
    match error {
        ZipError::UnsupportedArchive(reason) if *reason == ZipError::PASSWORD_REQUIRED => {
            Unreadable::Encrypted
        }
        error => damaged(format, error.to_string()),
    }
}

/// A compound file is either an encrypted Office Open XML package, which names the stream
/// `EncryptedPackage` in its directory (MS-OFFCRYPTO 2.3), or a document of before 2007.
fn compound_file(bytes: &[u8], format: &str) -> Option<Unreadable> {
    const SIGNATURE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    if !bytes.starts_with(SIGNATURE) {
        return None;
    }
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    if bytes.windows(name.len()).any(|window| window == name) {
        return Some(Unreadable::Encrypted);
    }
    let new = if format == "PPTX" { "PPTX" } else { "DOCX" };
    Some(damaged(
        format,
        format!("it is a file of the old binary kind (.doc, .ppt): save it as {new}"),
    ))
}

fn normalized(name: &str) -> String {
    name.replace('\\', "/")
        .trim_start_matches("./")
        .trim_start_matches('/')
        .to_lowercase()
}

/// XML is UTF-8 unless a byte order mark or its declaration says otherwise.
fn decode(bytes: &[u8]) -> String {
    let head = bytes.get(..200.min(bytes.len())).unwrap_or_default();
    let declared = String::from_utf8_lossy(head)
        .split_once("encoding=")
        .and_then(|(_, rest)| rest.get(1..)?.split(['"', '\'']).next().map(str::to_owned))
        .and_then(|label| Encoding::for_label(label.as_bytes()));
    declared.unwrap_or(UTF_8).decode(bytes).0.into_owned()
}

struct Relations {
    folder: String,
    found: Vec<Relation>,
}

impl Visitor for Relations {
    fn open(&mut self, tag: &Tag<'_>) -> Flow {
        let external = tag
            .attribute("TargetMode")
            .is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
        if tag.name == "Relationship" && !external {
            let kind = tag.attribute("Type").unwrap_or_default();
            self.found.push(Relation {
                id: tag.attribute("Id").unwrap_or_default(),
                kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                target: resolve(&self.folder, &tag.attribute("Target").unwrap_or_default()),
            });
        }
        Flow::Into
    }
}

/// A target relative to the folder of the part that names it.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            step => path.push(step),
        }
    }
    path.join("/")
}
