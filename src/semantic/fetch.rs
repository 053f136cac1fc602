//! Gets a model from a model hub into a folder, whole and checked, or says why not.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};
use ureq::http::{Response, StatusCode};

use super::FILES;

/// The model that is got where no other is named.
pub const DEFAULT: &str = "multilingual-e5-small";
/// The hub, where no other is named.
pub const HUB: &str = "https://huggingface.co";

/// A model that this program knows: what its files must be.
struct Published {
    name: &'static str,
    repository: &'static str,
    revision: &'static str,
    /// SHA-256 of each of [`FILES`].
    checksums: [&'static str; 3],
}

const PUBLISHED: [Published; 1] = [Published {
    name: DEFAULT,
    repository: "intfloat/multilingual-e5-small",
    revision: "614241f622f53c4eeff9890bdc4f31cfecc418b3",
    checksums: [
        "69137736cab8b8903a07fe8afaafdda25aac55415a12a55d1bffa9f581abf959",
        "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
        "1a55775f53449dac10a2bcbc312469fac40b96d53198c407081a831f81c98477",
    ],
}];

/// How long to wait for a connection, and for an answer to begin.
const PATIENCE: Duration = Duration::from_secs(30);

/// Gets the model `name` from the hub at `base` into a folder under `models`, which is returned. A name
/// is one that is known, or OWNER/NAME as the hub has it. `progress` hears of each file how many bytes
/// of how many have come.
pub fn fetch(
    name: &str,
    base: &str,
    models: &Path,
    progress: &mut dyn FnMut(&str, u64, u64),
) -> anyhow::Result<PathBuf> {
    let known = PUBLISHED.iter().find(|model| model.name == name);
    let (repository, revision) = match known {
        Some(model) => (model.repository, model.revision),
        None => (name, "main"),
    };
    let own = repository.rsplit('/').next().unwrap_or_default();
    let fine = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    ensure!(
        repository.split('/').count() == 2 && repository.split('/').all(fine),
        "no model \"{name}\" is known: leave the name out for {DEFAULT}, or write OWNER/NAME as the model hub has it"
    );
    let folder = models.join(own);
    let part = models.join(format!("{own}.part"));
    std::fs::create_dir_all(&part).map_err(|error| unwritable(&part, error))?;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .http_status_as_error(false)
        .max_redirects_will_error(false)
        .build()
        .into();
    for (i, file) in FILES.into_iter().enumerate() {
        let url = format!(
            "{}/{repository}/resolve/{revision}/{file}",
            base.trim_end_matches('/')
        );
        let pinned = known.map(|model| model.checksums[i]);
        Download {
            agent: &agent,
            url: &url,
            path: &part.join(file),
            pinned,
        }
        .run(&mut |done, total| progress(file, done, total))?;
    }
    // The old model gives way only now that the new one is whole.
    let old = models.join(format!("{own}.old"));
    let _ = std::fs::remove_dir_all(&old);
    let replace = || -> std::io::Result<()> {
        if folder.exists() {
            std::fs::rename(&folder, &old)?;
        }
        std::fs::rename(&part, &folder)
    };
    replace().map_err(|error| unwritable(&folder, error))?;
    let _ = std::fs::remove_dir_all(&old);
    Ok(folder)
}

struct Download<'a> {
    agent: &'a ureq::Agent,
    url: &'a str,
    path: &'a Path,
    /// The SHA-256 that the file must have, if it is known beforehand.
    pinned: Option<&'a str>,
}

/// What the hub says of a file.
struct Stated {
    size: Option<u64>,
    checksum: Option<String>,
}

impl Download<'_> {
    fn run(&self, progress: &mut dyn FnMut(u64, u64)) -> anyhow::Result<()> {
        let stated = self.stated()?;
        let wanted = self.pinned.map(str::to_owned).or(stated.checksum);
        // What an earlier run left is gone on with.
        let mut digest = Sha256::new();
        let mut have = self.read_so_far(&mut digest)?;
        if stated.size.is_some_and(|size| have > size) {
            (have, digest) = (0, Sha256::new());
        }
        if have == 0 || stated.size != Some(have) {
            have = self.get(have, &mut digest, stated.size, progress)?;
        }
        let found: String = digest
            .finalize()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let whole = stated.size.is_none_or(|size| size == have);
        if whole && wanted.as_ref().is_none_or(|wanted| *wanted == found) {
            return Ok(());
        }
        if whole {
            let _ = std::fs::remove_file(self.path);
            bail!(
                "{} is not what it must be (its SHA-256 is {found}): it has been thrown away; run `referent model fetch` again, and if it happens again get the file another way",
                self.url
            );
        }
        bail!(
            "{} broke off after {have} bytes: run `referent model fetch` again, it goes on from there",
            self.url
        );
    }

    /// What the hub says of the file: of large ones the checksum, and where to get them.
    fn stated(&self) -> anyhow::Result<Stated> {
        let request = self.agent.head(self.url).config().max_redirects(0).build();
        let response = request.call().map_err(|error| self.unreachable(&error))?;
        self.check(&response)?;
        let header = |name: &str| response.headers().get(name)?.to_str().ok();
        let moved = response.status().is_redirection();
        let size = header("x-linked-size").or_else(|| header("content-length").filter(|_| !moved));
        let tag = header("x-linked-etag").or_else(|| header("etag"));
        let tag = tag.map(|tag| tag.trim_start_matches("W/").trim_matches('"'));
        let is_sum = |tag: &&str| tag.len() == 64 && tag.bytes().all(|b| b.is_ascii_hexdigit());
        Ok(Stated {
            size: size.and_then(|size| size.parse().ok()),
            checksum: tag.filter(is_sum).map(str::to_lowercase),
        })
    }

    fn read_so_far(&self, digest: &mut Sha256) -> anyhow::Result<u64> {
        let Ok(mut file) = File::open(self.path) else {
            return Ok(0);
        };
        let mut buffer = vec![0; 1 << 20];
        let mut have = 0;
        loop {
            let read = file
                .read(&mut buffer)
                .with_context(|| format!("cannot read {}: remove it", self.path.display()))?;
            if read == 0 {
                return Ok(have);
            }
            digest.update(&buffer[..read]);
            have += read as u64;
        }
    }

    /// Gets the file from byte `have` on; returns how many bytes are there afterwards.
    fn get(
        &self,
        mut have: u64,
        digest: &mut Sha256,
        size: Option<u64>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> anyhow::Result<u64> {
        let mut request = self.agent.get(self.url);
        if have > 0 {
            request = request.header("range", format!("bytes={have}-"));
        }
        let mut response = request.call().map_err(|error| self.unreachable(&error))?;
        self.check(&response)?;
        if have > 0 && response.status() != StatusCode::PARTIAL_CONTENT {
            (have, *digest) = (0, Sha256::new());
        }
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(self.path)
            .and_then(|mut file| {
                file.set_len(have)?;
                std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0))?;
                Ok(file)
            })
            .map_err(|error| unwritable(self.path, error))?;
        let mut body = response.body_mut().as_reader();
        let mut buffer = vec![0; 1 << 18];
        // A connection that breaks leaves what has come, to go on from.
        while let Ok(read @ 1..) = body.read(&mut buffer) {
            file.write_all(&buffer[..read])
                .map_err(|error| unwritable(self.path, error))?;
            digest.update(&buffer[..read]);
            have += read as u64;
            progress(have, size.unwrap_or(have).max(have));
        }
        file.sync_all()
            .map_err(|error| unwritable(self.path, error))?;
        Ok(have)
    }

    fn check<B>(&self, response: &Response<B>) -> anyhow::Result<()> {
        let status = response.status();
        if status == StatusCode::NOT_FOUND || status == StatusCode::UNAUTHORIZED {
            bail!(
                "there is no {} ({status}): check the model's name, and HF_ENDPOINT if it is set",
                self.url
            );
        }
        ensure!(
            status.is_success() || status.is_redirection(),
            "{} cannot be had ({status}): try again later",
            self.url
        );
        Ok(())
    }

    fn unreachable(&self, error: &ureq::Error) -> anyhow::Error {
        anyhow::anyhow!(
            "{} cannot be reached ({error}): check the connection, or copy the files {} from another machine into a folder and name it in [semantic] model",
            self.url,
            FILES.join(", ")
        )
    }
}

fn unwritable(path: &Path, error: std::io::Error) -> anyhow::Error {
    let mend = match error.kind() {
        std::io::ErrorKind::StorageFull => "the disk is full: make room, 500 MB are needed",
        _ => "choose another [data] path or --data",
    };
    anyhow::anyhow!("cannot write {} ({error}): {mend}", path.display())
}
