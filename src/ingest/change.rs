//! What differs between two states of the index: what is told of to whoever waits for new documents.

use std::collections::HashMap;

use crate::corpus::DocumentId;
use crate::index::Entry;

/// A document that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The document; of one that is gone, the id that it had.
    pub id: DocumentId,
    /// Its path under the knowledge folder; of one that is gone, the path that it had.
    pub path: String,
    /// What became of it.
    pub what: What,
}

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// It is new.
    Added,
    /// Its file or its sidecar is another; the index as it was has what stood there.
    Changed,
    /// The same file has another place, and so another id; this is the one that it had.
    Moved {
        /// The id under which the index as it was has it.
        from: DocumentId,
    },
    /// It is gone, or cannot be read any more.
    Removed,
}

/// What lies between two states of an index, ordered by path. Files that cannot be read are none.
pub fn changes(before: &[Entry], after: &[Entry]) -> Vec<Change> {
    let readable = |entries: &[Entry]| -> HashMap<DocumentId, Entry> {
        let entries = entries.iter().filter(|entry| entry.metadata().is_some());
        entries
            .map(|entry| (entry.id.clone(), entry.clone()))
            .collect()
    };
    let (mut old, new) = (readable(before), readable(after));
    let mut changes = Vec::new();
    let mut added = Vec::new();
    for entry in new.into_values() {
        match old.remove(&entry.id) {
            Some(same) if same.hash == entry.hash => {}
            Some(_) => changes.push(change(&entry, What::Changed)),
            None => added.push(entry),
        }
    }
    // In order, so that of several that are alike always the same ones are taken together.
    added.sort_by(|a, b| a.path.cmp(&b.path));
    let mut gone: Vec<Entry> = old.into_values().collect();
    gone.sort_by(|a, b| a.path.cmp(&b.path));
    for entry in added {
        let what = match gone.iter().position(|gone| gone.hash == entry.hash) {
            Some(at) => What::Moved {
                from: gone.remove(at).id,
            },
            None => What::Added,
        };
        changes.push(change(&entry, what));
    }
    changes.extend(gone.iter().map(|entry| change(entry, What::Removed)));
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

fn change(entry: &Entry, what: What) -> Change {
    Change {
        id: entry.id.clone(),
        path: entry.path.clone(),
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::State;

    fn entry(path: &str, hash: &str) -> Entry {
        Entry {
            id: DocumentId::of_path(path),
            path: path.to_owned(),
            collection: String::new(),
            hash: hash.to_owned(),
            stamp: String::new(),
            state: State::Indexed {
                metadata: Box::default(),
                passages: 0,
                characters: 0,
                pages: None,
            },
            problems: Vec::new(),
            holders: Vec::new(),
            abbreviations: Vec::new(),
        }
    }

    fn unreadable(path: &str) -> Entry {
        Entry {
            state: State::Skipped {
                reason: String::new(),
            },
            ..entry(path, "x")
        }
    }

    fn told(before: &[Entry], after: &[Entry]) -> Vec<(String, What)> {
        let changes = changes(before, after);
        changes
            .into_iter()
            .map(|change| (change.path, change.what))
            .collect()
    }

    #[test]
    fn each_change_is_told_for_what_it_is() {
        let before = [entry("a", "1"), entry("b", "2"), entry("c", "3")];
        let after = [entry("a", "1"), entry("b", "9"), entry("d", "4")];
        let expected = [
            ("b".to_owned(), What::Changed),
            ("c".to_owned(), What::Removed),
            ("d".to_owned(), What::Added),
        ];
        assert_eq!(told(&before, &after), expected);
        assert_eq!(told(&after, &after), []);
    }

    #[test]
    fn a_moved_file_is_neither_new_nor_gone() {
        let from = |path| What::Moved {
            from: DocumentId::of_path(path),
        };
        let moved = told(&[entry("a", "1")], &[entry("b/a", "1")]);
        assert_eq!(moved, [("b/a".to_owned(), from("a"))]);
        // Two that are alike, and only one of them is still there.
        let alike = [entry("a", "1"), entry("b", "1")];
        let moved = told(&alike, &[entry("c", "1")]);
        let expected = [("b".to_owned(), What::Removed), ("c".to_owned(), from("a"))];
        assert_eq!(moved, expected);
        // A copy is new: what it is a copy of is still there.
        let copied = told(&alike[..1], &alike);
        assert_eq!(copied, [("b".to_owned(), What::Added)]);
    }

    #[test]
    fn what_cannot_be_read_is_no_document() {
        assert_eq!(told(&[], &[unreadable("a")]), []);
        let mended = told(&[unreadable("a")], &[entry("a", "1")]);
        assert_eq!(mended, [("a".to_owned(), What::Added)]);
        let broken = told(&[entry("a", "1")], &[unreadable("a")]);
        assert_eq!(broken, [("a".to_owned(), What::Removed)]);
    }
}
