//! Documents that people add in chats. A platform fetches the file into [`Library::scratch`] and hands it
//! on; everything else is the same wherever it was sent.

use std::path::Path;

use super::Library;
use super::keep::{self, Put, Said};
use super::name;
use crate::corpus::format::{Format, Unreadable};
use crate::corpus::source::walk;

/// Where an added document is, under the knowledge folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It was put there.
    New(String),
    /// The same one was there already.
    Same(String),
}

/// Why a document was not added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No reader takes its kind.
    Kind,
    /// It has more than so many MiB.
    TooLarge(u64),
    /// It is not what its name says.
    Other,
    /// A reader cannot make anything of it.
    Unreadable(Unreadable),
    /// It cannot be put there, for a reason that the operator has to know.
    Disk(String),
}

/// Whether a file of this name can be added at all.
pub fn is_named_well(written: &str) -> bool {
    name::plain(written).is_some()
}

/// Checks a file that somebody calls `written`, and puts it into a collection. It is gone from where it
/// was, or may be removed.
pub fn add(
    library: &Library,
    collection: &str,
    written: &str,
    file: &Path,
) -> Result<Added, Refused> {
    let disk = |error: std::io::Error| Refused::Disk(format!("{}: {error}", file.display()));
    let name = name::plain(written).ok_or(Refused::Kind)?;
    let length = std::fs::metadata(file).map_err(disk)?.len();
    if length > library.file_mib << 20 {
        return Err(Refused::TooLarge(library.file_mib));
    }
    let head = keep::head_of(file).map_err(disk)?;
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(Refused::Unreadable(Unreadable::Empty));
    }
    keep::check(&head, &name.ending).map_err(|_| Refused::Other)?;
    let hash = keep::hash_of(file).map_err(disk)?;
    let is_same = |there: &Path| {
        std::fs::metadata(there).is_ok_and(|of| of.len() == length)
            && keep::hash_of(there).is_ok_and(|of| of == hash)
    };
    // Under whatever name it lies there, it is the same document.
    let walk = walk(&library.knowledge, None).map_err(disk)?;
    let mut there = walk
        .files
        .into_iter()
        .filter(|file| file.collection() == collection && Format::of(&file.path).is_some());
    if let Some(same) = there.find(|file| is_same(&file.absolute)) {
        return Ok(Added::Same(same.path));
    }
    let path = format!("{collection}/{}", name.numbered(1));
    (library.read)(file, &path).map_err(Refused::Unreadable)?;
    let put = keep::put(
        file,
        &hash,
        &library.knowledge,
        collection,
        &name,
        &Said::default(),
    );
    match put.map_err(|failure| Refused::Disk(failure.to_string()))? {
        Put::New(path, _) => Ok(Added::New(path)),
        Put::Same(path) => Ok(Added::Same(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Told;
    use crate::store::Store;

    #[test]
    fn what_is_added_is_checked_and_there_once() {
        let root = tempfile::tempdir().unwrap();
        let knowledge = root.path().join("knowledge");
        std::fs::create_dir_all(knowledge.join("mote")).unwrap();
        let read = |file: &Path, _: &str| match std::fs::read_to_string(file) {
            Ok(text) if text.contains("passord") => Err(Unreadable::Encrypted),
            _ => Ok(Told::default()),
        };
        let store = Store::open(&root.path().join("data")).unwrap();
        let library =
            Library::new(store, knowledge.clone(), root.path(), 1, Box::new(read)).unwrap();
        let add = |written: &str, text: &str| {
            let file = library.scratch().unwrap();
            std::fs::write(&file, text).unwrap();
            super::add(&library, "mote", written, &file)
        };
        let new = |path: &str| Ok(Added::New(path.to_owned()));
        assert_eq!(add("../Møte.MD", "Sak 1"), new("mote/Møte.md"));
        assert_eq!(add("Møte.md", "Sak 2"), new("mote/Møte (2).md"));
        let same = Ok(Added::Same("mote/Møte.md".to_owned()));
        assert_eq!(add("et annet navn.md", "Sak 1"), same);
        assert_eq!(add("virus.exe", "MZ"), Err(Refused::Kind));
        assert_eq!(add("referat.pdf", "Sak 1"), Err(Refused::Other));
        assert_eq!(
            add("tom.txt", ""),
            Err(Refused::Unreadable(Unreadable::Empty))
        );
        let locked = add("låst.txt", "med passord");
        assert_eq!(locked, Err(Refused::Unreadable(Unreadable::Encrypted)));
        assert_eq!(
            add("stor.txt", &"x".repeat((1 << 20) + 1)),
            Err(Refused::TooLarge(1))
        );
        assert_eq!(
            std::fs::read_dir(knowledge.join("mote")).unwrap().count(),
            2
        );
    }
}
