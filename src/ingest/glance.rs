//! How the knowledge folder looks at a moment, to see whether somebody is still writing there.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::corpus::source::walk;

/// The size and time of every file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Glance(HashMap<String, String>);

impl Glance {
    /// How the folder `knowledge` looks now; `except` is passed over.
    pub fn at(knowledge: &Path, except: Option<&Path>) -> std::io::Result<Glance> {
        let files = walk(knowledge, except)?.files;
        // A file that goes away meanwhile shows by the next glance, which lacks it.
        let stamped = files
            .into_iter()
            .map(|file| (super::stamp(&file).unwrap_or_default(), file.path));
        Ok(Glance(stamped.map(|(stamp, path)| (path, stamp)).collect()))
    }

    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The paths of what is not as it was `before`, of what came and of what went.
    pub fn moving(&self, before: &Glance) -> HashSet<String> {
        let differs = |path: &&String| self.0.get(*path) != before.0.get(*path);
        let paths = self.0.keys().chain(before.0.keys());
        paths.filter(differs).cloned().collect()
    }
}
