//! Puts finished files where documents lie: whole or not at all, and never in place of a file that is
//! somebody's own.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::http::Failure;
use super::name::{Name, hexadecimal};
use crate::corpus::format::Format;

/// Names that are tried, with a number, where others have taken one.
const TRIES: usize = 99;
/// So much of a file shows what it is.
const HEAD: u64 = 4096;

/// Where a file was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Put {
    /// There, under the knowledge folder, and perhaps its sidecar with this hash.
    New(String, Option<String>),
    /// A file with the same content is there already.
    Same(String),
}

/// Puts `file`, whose content has this hash, into the folder of a collection. It is gone from where it
/// was. What is said of it goes into a sidecar.
pub(super) fn put(
    file: &Path,
    hash: &str,
    knowledge: &Path,
    collection: &str,
    name: &Name,
    said: &Said,
) -> Result<Put, Failure> {
    let folder = knowledge.join(collection);
    fs::create_dir_all(&folder).map_err(|error| disk(&folder, &error))?;
    for number in 1..=TRIES {
        let file_name = name.numbered(number);
        let (target, path) = (folder.join(&file_name), format!("{collection}/{file_name}"));
        if target.symlink_metadata().is_ok() {
            if hash_of(&target).is_ok_and(|there| there == hash) {
                return Ok(Put::Same(path));
            }
            continue;
        }
        // The sidecar comes first: a document without it would be another one a moment later.
        let sidecar = write_sidecar(&sidecar_of(&target), said, None)?;
        match move_to_new(file, &target) {
            Ok(()) => return Ok(Put::New(path, sidecar)),
            Err(error) => {
                if sidecar.is_some() {
                    let _ = fs::remove_file(sidecar_of(&target));
                }
                if error.kind() != ErrorKind::AlreadyExists {
                    return Err(disk(&target, &error));
                }
            }
        }
    }
    Err(Failure::Disk(format!(
        "there are {TRIES} files called {} already: remove some",
        name.numbered(1)
    )))
}

/// Puts `file` in place of one that was put there before, if that one is as it was put.
pub(super) fn replace(
    file: &Path,
    knowledge: &Path,
    path: &str,
    hash: &str,
) -> Result<(), Failure> {
    let target = knowledge.join(path);
    if hash_of(&target).map_err(|error| disk(&target, &error))? != hash {
        return Err(Failure::Disk(format!(
            "{path} was changed by hand and is left as it is: move it away to get the new one"
        )));
    }
    let moved = fs::rename(file, &target).or_else(|_| {
        let beside = beside(&target);
        fs::copy(file, &beside)?;
        fs::rename(&beside, &target)
    });
    moved.map_err(|error| disk(&target, &error))
}

/// Removes a file that was put there, and its sidecar, where they are as they were put.
pub(super) fn remove(knowledge: &Path, path: &str, hash: &str, sidecar: Option<&str>) {
    let target = knowledge.join(path);
    let remove = |file: &Path, hash: &str| {
        if hash_of(file).is_ok_and(|there| there == hash)
            && let Err(error) = fs::remove_file(file)
        {
            tracing::warn!("{} cannot be removed: {error}", file.display());
        }
    };
    remove(&target, hash);
    if let (Some(sidecar), false) = (sidecar, target.exists()) {
        remove(&sidecar_of(&target), sidecar);
    }
}

/// What is said of a document beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) title: Option<String>,
    pub(super) date: Option<String>,
    pub(super) url: Option<String>,
}

impl Said {
    /// The hash of a sidecar that says just this.
    pub(super) fn written(&self, sidecar: &Path) -> Option<String> {
        let there = hash_of(sidecar).ok()?;
        (there == hexadecimal(&Sha256::digest(self.text().as_bytes()))).then_some(there)
    }

    fn text(&self) -> String {
        let mut table = toml::Table::new();
        for (key, value) in [
            ("title", &self.title),
            ("date", &self.date),
            ("url", &self.url),
        ] {
            if let Some(value) = value {
                table.insert(key.to_owned(), toml::Value::String(value.clone()));
            }
        }
        table.to_string()
    }
}

/// Writes what is said of a document beside it, and returns the hash of that; nothing where somebody else
/// has said something there. `known` is the hash of what was written before.
pub(super) fn write_sidecar(
    sidecar: &Path,
    said: &Said,
    known: Option<&str>,
) -> Result<Option<String>, Failure> {
    let text = said.text();
    if text.is_empty() {
        return Ok(None);
    }
    let hash = hexadecimal(&Sha256::digest(text.as_bytes()));
    match hash_of(sidecar) {
        Ok(there) if there == hash => return Ok(Some(hash)),
        Ok(there) if Some(there.as_str()) != known => return Ok(None),
        Err(error) if error.kind() != ErrorKind::NotFound => return Ok(None),
        _ => {}
    }
    let part = beside(sidecar);
    let written = fs::write(&part, text).and_then(|()| fs::rename(&part, sidecar));
    written.map_err(|error| disk(sidecar, &error))?;
    Ok(Some(hash))
}

pub(super) fn sidecar_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".toml");
    name.into()
}

/// A hidden name in the same folder, which is no document's.
fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    // The name itself may be as long as names may be.
    let start = &name[..name.floor_char_boundary(60)];
    target.with_file_name(format!(".{start}.{}.part", std::process::id()))
}

/// Moves a file to where there is none: unlike a plain move, it takes no other file's place.
fn move_to_new(file: &Path, target: &Path) -> std::io::Result<()> {
    match fs::hard_link(file, target) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
        Err(_) => {
            // On another file system, or on one without links.
            let beside = beside(target);
            fs::copy(file, &beside)?;
            let linked = fs::hard_link(&beside, target);
            let moved = match linked {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
                Err(_) if target.symlink_metadata().is_ok() => Err(ErrorKind::AlreadyExists.into()),
                Err(_) => return fs::rename(&beside, target),
                Ok(()) => Ok(()),
            };
            let _ = fs::remove_file(&beside);
            moved?;
        }
        Ok(()) => {}
    }
    let _ = fs::remove_file(file);
    Ok(())
}

/// SHA-256 of a file, in hexadecimal.
pub(super) fn hash_of(file: &Path) -> std::io::Result<String> {
    let (mut file, mut hasher) = (fs::File::open(file)?, Sha256::new());
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hexadecimal(&hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// The first bytes of a file.
pub(super) fn head_of(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    fs::File::open(file)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// Whether what came is what its name says, as far as the first bytes show it: a page to log in is often
/// sent in place of a document, with the document's name.
pub(super) fn check(head: &[u8], ending: &str) -> Result<(), Failure> {
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(Failure::Content("an empty file came".to_owned()));
    }
    let format = Format::of(&format!("x.{ending}"));
    let start = String::from_utf8_lossy(&head[..head.len().min(1024)]).to_ascii_lowercase();
    let is_page = start.contains("<!doctype html") || start.contains("<html");
    let is_pdf = head.windows(5).take(1024).any(|window| window == b"%PDF-");
    let is_zip = head.starts_with(b"PK\x03\x04");
    let fits = match format {
        Some(Format::Pdf) => is_pdf,
        Some(Format::Docx | Format::OpenDocument | Format::Pptx) => is_zip,
        Some(Format::Html) => !is_pdf && !is_zip && !head.contains(&0),
        Some(Format::Markdown | Format::Plain) => {
            !is_pdf && !is_zip && !is_page && !head.starts_with(b"\xd0\xcf\x11\xe0")
        }
        None => false,
    };
    let name = format.map_or("document", Format::name);
    match (fits, is_page) {
        (true, _) => Ok(()),
        (false, true) => Err(Failure::Content(format!(
            "a web page came in place of the {name}: perhaps one to log in"
        ))),
        (false, false) => Err(Failure::Content(format!("what came is no {name}"))),
    }
}

fn disk(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Disk(format!("{} cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(stem: &str) -> Name {
        Name {
            stem: stem.to_owned(),
            ending: "md".to_owned(),
        }
    }

    fn put_text(root: &Path, text: &str, stem: &str, said: &Said) -> Put {
        let file = root.join("download");
        fs::write(&file, text).unwrap();
        let hash = hash_of(&file).unwrap();
        put(
            &file,
            &hash,
            &root.join("knowledge"),
            "nett",
            &named(stem),
            said,
        )
        .unwrap()
    }

    #[test]
    fn a_file_takes_no_other_s_place() {
        let root = tempfile::tempdir().unwrap();
        let knowledge = root.path().join("knowledge");
        fs::create_dir_all(knowledge.join("nett")).unwrap();
        fs::write(knowledge.join("nett/referat.md"), "min egen").unwrap();
        let said = Said {
            url: Some("https://nav.example/r".to_owned()),
            ..Said::default()
        };
        let Put::New(path, Some(sidecar)) = put_text(root.path(), "hentet", "referat", &said)
        else {
            panic!("not new");
        };
        assert_eq!(path, "nett/referat (2).md");
        let own = fs::read_to_string(knowledge.join("nett/referat.md")).unwrap();
        assert_eq!(own, "min egen");
        let beside = fs::read_to_string(knowledge.join("nett/referat (2).md.toml")).unwrap();
        assert_eq!(beside, "url = \"https://nav.example/r\"\n");
        assert!(!root.path().join("download").exists());
        // The same again is no second document.
        let again = put_text(root.path(), "hentet", "referat", &said);
        assert_eq!(again, Put::Same("nett/referat (2).md".to_owned()));
        // Corrected at its source: the new one takes the place of the old one, but not of what somebody
        // has changed.
        let old = hash_of(&knowledge.join(&path)).unwrap();
        let new = root.path().join("new");
        fs::write(&new, "rettet").unwrap();
        replace(&new, &knowledge, &path, &old).unwrap();
        assert_eq!(fs::read_to_string(knowledge.join(&path)).unwrap(), "rettet");
        fs::write(&new, "rettet igjen").unwrap();
        let refused = replace(&new, &knowledge, &path, &old).unwrap_err();
        assert!(refused.to_string().contains("changed by hand"), "{refused}");
        remove(&knowledge, &path, &old, Some(&sidecar));
        assert!(knowledge.join(&path).exists());
        let now = hash_of(&knowledge.join(&path)).unwrap();
        remove(&knowledge, &path, &now, Some(&sidecar));
        let left: Vec<_> = fs::read_dir(knowledge.join("nett")).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn what_somebody_says_of_a_document_stays() {
        let root = tempfile::tempdir().unwrap();
        let sidecar = root.path().join("a.md.toml");
        let said = |title: &str| Said {
            title: Some(title.to_owned()),
            ..Said::default()
        };
        let first = write_sidecar(&sidecar, &said("En \"tittel\""), None).unwrap();
        let read = fs::read_to_string(&sidecar).unwrap();
        let table: toml::Table = read.parse().unwrap();
        assert_eq!(table["title"].as_str(), Some("En \"tittel\""));
        assert!(
            write_sidecar(&sidecar, &said("To"), first.as_deref())
                .unwrap()
                .is_some()
        );
        fs::write(&sidecar, "title = \"Min\"\n").unwrap();
        assert_eq!(
            write_sidecar(&sidecar, &said("Tre"), first.as_deref()),
            Ok(None)
        );
        assert_eq!(fs::read_to_string(&sidecar).unwrap(), "title = \"Min\"\n");
    }

    #[test]
    fn a_page_to_log_in_is_no_document() {
        let page = b"<!DOCTYPE html>\n<html><body>Logg inn</body></html>";
        for ending in ["pdf", "docx", "txt", "md"] {
            let said = check(page, ending).unwrap_err().to_string();
            assert!(said.contains("log in"), "{ending}: {said}");
        }
        check(page, "html").unwrap();
        check(b"\xef\xbb\xbf\n%PDF-1.7\n", "pdf").unwrap();
        check(b"PK\x03\x04rest", "odt").unwrap();
        check("Referat fra møte".as_bytes(), "txt").unwrap();
        assert!(check(b"MZ\x90\0", "pdf").is_err());
        assert!(check(b" \n", "md").is_err());
    }
}
