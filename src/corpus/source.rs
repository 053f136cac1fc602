//! The knowledge folder: which files it holds, what they hash to, their bytes. The only reading of
//! documents from the disk.

use std::collections::{BTreeSet, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::format::Format;

/// A file that may be a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it is.
    pub absolute: PathBuf,
    /// Its path under the knowledge folder, `/` between folders.
    pub path: String,
    /// The reader for it; `None` where its name's ending is unknown.
    pub format: Option<Format>,
    /// The sidecar file `NAME.EXT.toml` beside it, where there is one.
    pub sidecar: Option<PathBuf>,
}

impl SourceFile {
    /// The first-level folder it is in, or "default".
    pub fn collection(&self) -> &str {
        self.path
            .split_once('/')
            .map_or("default", |(folder, _)| folder)
    }

    /// SHA-256 of the file and of its sidecar, in hexadecimal.
    pub fn content_hash(&self) -> std::io::Result<String> {
        let mut hasher = Sha256::new();
        hash_file(&self.absolute, &mut hasher)?;
        if let Some(sidecar) = &self.sidecar {
            hasher.update([0]);
            hash_file(sidecar, &mut hasher)?;
        }
        Ok(hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect())
    }
}

fn hash_file(path: &Path, hasher: &mut Sha256) -> std::io::Result<()> {
    let mut file = std::fs::File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// The bytes of the file at `path` under `root`, as an index has it; nothing where it is gone, or leads outside.
pub fn bytes(root: &Path, path: &str) -> std::io::Result<Option<Vec<u8>>> {
    let read = || {
        let (root, file) = (root.canonicalize()?, root.join(path).canonicalize()?);
        let inside = file.starts_with(&root) && file.is_file();
        inside.then(|| std::fs::read(file)).transpose()
    };
    match read() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        read => read,
    }
}

/// What a walk of the knowledge folder found.
#[derive(Debug, Default)]
pub struct Walk {
    /// Files, ordered by path.
    pub files: Vec<SourceFile>,
    /// Folders and files that could not be looked at, with the reason.
    pub problems: Vec<(String, String)>,
}

impl Walk {
    fn problem(&mut self, root: &Path, path: &Path, what: &str) {
        self.problems.push((relative(root, path), what.to_owned()));
    }
}

/// Lists the files under `root`. Hidden files, lock files of office programs and sidecars are not
/// documents; links are followed only where they stay inside `root`, and no folder is listed twice.
/// The folder `except`, where the program keeps its own files, is passed over.
pub fn walk(root: &Path, except: Option<&Path>) -> std::io::Result<Walk> {
    let root = root.canonicalize()?;
    if !root.is_dir() {
        return Err(std::io::ErrorKind::NotADirectory.into());
    }
    let mut walk = Walk::default();
    let mut queue = Folders::default();
    queue.real.push((root.clone(), 0));
    queue
        .listed
        .extend(except.and_then(|folder| folder.canonicalize().ok()));
    while let Some((folder, depth)) = queue.next() {
        if let Err(error) = visit(&root, &folder, depth, &mut queue, &mut walk) {
            walk.problems
                .push((relative(&root, &folder), error.to_string()));
        }
    }
    walk.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(walk)
}

/// Whether nothing at all lies in a folder, or there is none: rather a drive that is away than one where
/// everything was removed.
pub fn is_bare(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return true;
    };
    let hidden = |name: std::ffi::OsString| name.to_string_lossy().starts_with('.');
    entries.flatten().all(|entry| hidden(entry.file_name()))
}

/// Deeper folders than this are not looked into: nobody files minutes so.
const MAX_DEPTH: usize = 32;

/// Folders that are still to be listed, with their depth.
#[derive(Default)]
struct Folders {
    real: Vec<(PathBuf, usize)>,
    /// Links to folders. They come last, so that a file is known by its own path.
    linked: BTreeSet<(PathBuf, usize)>,
    /// Where the folders that have been listed really are: two links to the folder that they are in
    /// would otherwise lead to 2^32 folders.
    listed: HashSet<PathBuf>,
}

impl Folders {
    fn next(&mut self) -> Option<(PathBuf, usize)> {
        loop {
            let next = self.real.pop().or_else(|| self.linked.pop_first())?;
            // A folder that has no real path any more gives its error when it is listed.
            let real = next.0.canonicalize().unwrap_or_else(|_| next.0.clone());
            if self.listed.insert(real) {
                return Some(next);
            }
        }
    }
}

fn visit(
    root: &Path,
    folder: &Path,
    depth: usize,
    queue: &mut Folders,
    walk: &mut Walk,
) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            walk.problem(root, &path, "the file's name is not UTF-8: rename it");
            continue;
        };
        if name.starts_with(['.', '~']) {
            continue;
        }
        let kind = match std::fs::metadata(&path) {
            Ok(kind) => kind,
            Err(error) => {
                walk.problem(root, &path, &error.to_string());
                continue;
            }
        };
        let is_link = entry.file_type()?.is_symlink();
        if is_link && !leads_inside(root, &path) {
            let advice = "the link leads out of the knowledge folder: copy the file instead";
            walk.problem(root, &path, advice);
        } else if kind.is_dir() && depth >= MAX_DEPTH {
            walk.problem(root, &path, "the folder lies too deep: move it up");
        } else if kind.is_dir() && is_link {
            queue.linked.insert((path, depth + 1));
        } else if kind.is_dir() {
            queue.real.push((path, depth + 1));
        } else if !kind.is_file() {
            walk.problem(root, &path, "neither a file nor a folder: remove it");
        } else if !is_sidecar(name, folder) {
            let sidecar = folder.join(format!("{name}.toml"));
            walk.files.push(SourceFile {
                path: relative(root, &path),
                format: Format::of(name),
                sidecar: sidecar.is_file().then_some(sidecar),
                absolute: path,
            });
        }
    }
    Ok(())
}

fn leads_inside(root: &Path, link: &Path) -> bool {
    link.canonicalize()
        .is_ok_and(|target| target.starts_with(root))
}

fn is_sidecar(name: &str, folder: &Path) -> bool {
    name.strip_suffix(".toml")
        .is_some_and(|document| Format::of(document).is_some() || folder.join(document).exists())
}

fn relative(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    relative
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}
