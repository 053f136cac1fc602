//! The composition root: puts the parts together from the configuration.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;

use crate::bot::Bot;
use crate::config::Config;
use crate::index::Index;
use crate::ingest::extract::{Extractor, Limits};
use crate::ingest::{Check, Progress, Report, ingest};

/// The program with its configuration.
pub struct App {
    config: Config,
    extractor: Extractor,
}

impl App {
    /// An app that reads documents in child processes made from this program.
    pub fn new(config: Config) -> anyhow::Result<App> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let limits = Limits {
            memory_mib: config.extraction.memory_mib,
            time: Duration::from_secs(config.extraction.seconds),
            file_mib: config.extraction.file_mib,
        };
        Ok(App {
            config,
            extractor: Extractor::Child { program, limits },
        })
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Brings the index up to date.
    pub fn update(&self, check: Check, progress: &dyn Progress) -> anyhow::Result<(Index, Report)> {
        let mut index = Index::open(&self.config.data.path)?;
        let report = ingest(
            &self.config.knowledge.path,
            &mut index,
            &self.extractor,
            check,
            progress,
        )?;
        Ok((index, report))
    }

    /// A bot on an index that is up to date; on the index as it is while another process updates it.
    pub fn bot(&self, progress: &dyn Progress) -> anyhow::Result<Bot> {
        let mut index = Index::open(&self.config.data.path)?;
        if let Err(error) = ingest(
            &self.config.knowledge.path,
            &mut index,
            &self.extractor,
            Check::Stamps,
            progress,
        ) {
            let busy = error.downcast_ref::<crate::index::Busy>().is_some();
            if !busy {
                return Err(error);
            }
            tracing::warn!("{error:#}; answering from what is indexed so far");
        }
        Bot::new(index, self.knowledge()?)
    }

    fn knowledge(&self) -> anyhow::Result<PathBuf> {
        let path = &self.config.knowledge.path;
        path.canonicalize()
            .with_context(|| format!("cannot find the knowledge folder {}", path.display()))
    }
}
