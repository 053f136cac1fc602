//! The knowledge folder: which files it holds, what they hash to, their bytes. The only reading of
//! documents from the disk.

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

/// What a walk of the knowledge folder found.
#[derive(Debug, Default)]
pub struct Walk {
    /// Files, ordered by path.
    pub files: Vec<SourceFile>,
    /// Folders and files that could not be looked at, with the reason.
    pub problems: Vec<(String, String)>,
}

/// Lists the files under `root`. Hidden files, lock files of office programs and sidecars are not
/// documents; links are followed only where they stay inside `root`.
pub fn walk(root: &Path) -> std::io::Result<Walk> {
    let root = root.canonicalize()?;
    let mut walk = Walk::default();
    let mut folders = vec![(root.clone(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        if let Err(error) = visit(&root, &folder, depth, &mut folders, &mut walk) {
            walk.problems
                .push((relative(&root, &folder), error.to_string()));
        }
    }
    walk.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(walk)
}

/// Deeper folders than this are not looked into: nobody files minutes so, but a link loop does.
const MAX_DEPTH: usize = 32;

fn visit(
    root: &Path,
    folder: &Path,
    depth: usize,
    folders: &mut Vec<(PathBuf, usize)>,
    walk: &mut Walk,
) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            walk.problems.push((
                relative(root, &entry.path()),
                "the file's name is not UTF-8: rename it".to_owned(),
            ));
            continue;
        };
        if name.starts_with(['.', '~']) {
            continue;
        }
        let path = entry.path();
        let kind = match std::fs::metadata(&path) {
            Ok(kind) => kind,
            Err(error) => {
                walk.problems
                    .push((relative(root, &path), error.to_string()));
                continue;
            }
        };
        if entry.file_type()?.is_symlink()
            && !path
                .canonicalize()
                .is_ok_and(|target| target.starts_with(root))
        {
            walk.problems.push((
                relative(root, &path),
                "the link leads out of the knowledge folder: copy the file instead".to_owned(),
            ));
        } else if kind.is_dir() {
            if depth < MAX_DEPTH {
                folders.push((path, depth + 1));
            }
        } else if kind.is_file() && !is_sidecar(name, folder) {
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
