//! The composition root: puts the parts together from the configuration.

mod live;
mod serve;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use crate::answer::card::Freshness;
use crate::answer::link::Reader;
use crate::bot::audience::Audience;
use crate::bot::{Bot, Meanings};
use crate::clock::now;
use crate::config::{Config, Invalid};
use crate::corpus::format::Format;
use crate::corpus::source::{SourceFile, is_bare};
use crate::gaps::Gaps;
use crate::index::Index;
use crate::ingest::document;
use crate::ingest::embed::embed;
use crate::ingest::extract::{Extractor, Limits};
use crate::ingest::{Check, Progress, Report, ingest};
use crate::language::cues;
use crate::semantic::{Model, Vectors};
use crate::sources::{self, Library, Told};
use crate::store::Store;
use crate::web;

/// How far search by meaning goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It is not needed.
    Unused,
    /// As far as passages are embedded: nobody has to wait.
    AsFarAsKnown,
    /// All passages are embedded first.
    Complete,
}

/// Lets the words of the configured file count besides those that ship.
fn learn_cues(path: &Path) -> Result<(), Invalid> {
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    let source = std::fs::read_to_string(path).map_err(|error| {
        Invalid::new(format!(
            "{}: cannot be read ({error}): correct language.cues",
            path.display()
        ))
    })?;
    cues::extend(&source).map_err(|error| {
        Invalid::new(format!(
            "{}, {error}: correct it or remove the line",
            path.display()
        ))
    })
}

/// The program with its configuration.
pub struct App {
    config: Config,
    extractor: Extractor,
}

impl App {
    /// An app that reads documents in child processes made from this program.
    pub fn new(config: Config) -> anyhow::Result<App> {
        learn_cues(&config.language.cues)?;
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
    pub fn bot(&self, meaning: Meaning, progress: &dyn Progress) -> anyhow::Result<Bot> {
        let (index, meanings) = std::thread::scope(|scope| {
            // Model and index are opened at the same time.
            let meanings =
                (meaning != Meaning::Unused).then(|| scope.spawn(|| self.meanings_or_warn()));
            let index = self.index(progress);
            let meanings = meanings.and_then(|thread| thread.join().ok().flatten());
            (index, meanings)
        });
        let mut bot = Bot::new(index?, self.knowledge()?)?;
        if let Some(reader) = self.reader() {
            bot = bot.with_reader(reader);
        }
        bot.note_failing(sources::failing(&self.sources()?));
        let Some(meanings) = meanings else {
            return Ok(bot);
        };
        let bot = bot.with_meanings(meanings);
        if meaning == Meaning::Complete {
            self.embed(&bot, &mut |done, total| {
                progress.passages(done, total);
                ControlFlow::Continue(())
            })?;
        }
        Ok(bot)
    }

    /// Where the documents can be read that are cited, if a page is served.
    fn reader(&self) -> Option<Reader> {
        let web = &self.config.web;
        let public = web.public_url.trim_end_matches('/');
        web.enabled.then(|| Reader {
            base: match public {
                "" => format!("http://{}", web.listen),
                public => public.to_owned(),
            },
            collections: match web::audience(web) {
                Audience::Everything => None,
                Audience::Collections(collections) => Some(collections),
            },
            public: !public.is_empty(),
        })
    }

    fn index(&self, progress: &dyn Progress) -> anyhow::Result<Index> {
        let mut index = Index::open(&self.config.data.path)?;
        let knowledge = &self.config.knowledge.path;
        if knowledge.is_dir() && is_bare(knowledge) && index.entries()?.len() > 1 {
            tracing::warn!(
                "the knowledge folder {} is empty all of a sudden, and answers are from what was there: put the documents back, or run `referent index` if they are to be forgotten",
                knowledge.display()
            );
        } else if let Err(error) = ingest(
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
        Ok(index.with_words(self.words()?))
    }

    /// The configured list of words; none where none is configured.
    fn words(&self) -> anyhow::Result<Vec<String>> {
        let path = &self.config.language.words;
        if path.as_os_str().is_empty() {
            return Ok(Vec::new());
        }
        let list = std::fs::read_to_string(path).with_context(|| {
            format!(
                "cannot read the list of words {}: correct language.words",
                path.display()
            )
        })?;
        Ok(list.lines().map(|word| word.trim().to_owned()).collect())
    }

    /// Gives a meaning to the bot's passages that have none; `progress` may stop it.
    pub fn embed(
        &self,
        bot: &Bot,
        progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> anyhow::Result<()> {
        match bot.meanings() {
            Some(meanings) => embed(bot.index(), &meanings.model, &meanings.vectors, progress),
            None => Ok(()),
        }
    }

    /// The folder of the configured model; nothing where none is configured.
    pub fn model_folder(&self) -> Option<PathBuf> {
        let name = &self.config.semantic.model;
        let fetched = self.models().join(name);
        let is_name = !name.contains(['/', '\\']) && fetched.is_dir();
        match name.as_str() {
            "" => None,
            _ if is_name => Some(fetched),
            path => Some(Path::new(path).to_owned()),
        }
    }

    /// Where fetched models are.
    pub fn models(&self) -> PathBuf {
        self.config.data.path.join("models")
    }

    /// The configured model and what it has made so far; nothing where none is configured.
    pub fn meanings(&self) -> anyhow::Result<Option<Meanings>> {
        let Some(folder) = self.model_folder() else {
            return Ok(None);
        };
        let data = &self.config.data.path;
        let model = Model::open(&folder, data)?;
        let vectors = Vectors::open(data, model.fingerprint(), model.dimension())?;
        Ok(Some(Meanings::new(model, vectors)))
    }

    /// What people asked in vain and what they disliked, in the last days where so many are named.
    pub fn gaps(&self, days: Option<u32>) -> anyhow::Result<Gaps> {
        const A_DAY: i64 = 24 * 60 * 60;
        let since = days.map_or(0, |days| now() - i64::from(days) * A_DAY);
        Gaps::read(&Store::open(&self.config.data.path)?, since)
    }

    /// Answers programs on standard input and output, until that is closed.
    pub fn mcp(&self, progress: &dyn Progress) -> anyhow::Result<()> {
        let bot = Arc::new(self.bot(Meaning::AsFarAsKnown, progress)?);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        runtime.block_on(crate::web::on_standard_input(bot))
    }

    fn meanings_or_warn(&self) -> Option<Meanings> {
        self.meanings().unwrap_or_else(|error| {
            tracing::warn!("{error:#}; searching by words only");
            None
        })
    }

    /// Where documents go that arrive by themselves or are added.
    fn library(&self) -> anyhow::Result<Library> {
        let data = &self.config.data.path;
        let extractor = self.extractor.clone();
        let read = move |file: &Path, path: &str| {
            let named = |path: String| SourceFile {
                absolute: file.to_owned(),
                format: Format::of(&path),
                path,
                sidecar: None,
            };
            let extracted = extractor.extract(&named(path.to_owned()))?;
            // A title that it has under any name is its own.
            let ending = path.rsplit('.').next().unwrap_or_default();
            let nameless = document(&named(format!("x.{ending}")), extracted.clone());
            let whole = document(&named(path.to_owned()), extracted);
            Ok(Told {
                title: !nameless.metadata.title.eq_ignore_ascii_case("x"),
                date: whole.metadata.date.is_some(),
            })
        };
        let store = Store::open(data)?;
        let file_mib = self.config.extraction.file_mib;
        Library::new(store, self.knowledge()?, data, file_mib, Box::new(read)).with_context(|| {
            format!(
                "cannot use the folder {}: make it yours",
                data.join("downloads").display()
            )
        })
    }

    /// How the configured sources are doing.
    pub fn sources(&self) -> anyhow::Result<Vec<Freshness>> {
        if self.config.source.is_empty() {
            return Ok(Vec::new());
        }
        let store = Store::open(&self.config.data.path)?;
        let all = self.config.source.iter();
        all.map(|source| sources::freshness(&store, source))
            .collect()
    }

    /// Looks at every source now, whenever that would have been done next. What comes is indexed by
    /// the next command, or by `serve` where it runs.
    pub fn fetch_sources(&self) -> anyhow::Result<()> {
        let library = self.library()?;
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            for source in &self.config.source {
                sources::visit(&library, source).await?;
            }
            Ok(())
        })
    }

    /// Asks every source how many documents it lists; why not, where it cannot be told.
    pub fn check_sources(&self) -> anyhow::Result<Vec<(String, Result<usize, String>)>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let check = |source: &crate::config::Source| {
            let told = runtime.block_on(sources::check(source));
            (
                source.name.clone(),
                told.map_err(|failure| failure.to_string()),
            )
        };
        Ok(self.config.source.iter().map(check).collect())
    }

    fn knowledge(&self) -> anyhow::Result<PathBuf> {
        let path = &self.config.knowledge.path;
        path.canonicalize()
            .with_context(|| format!("cannot find the knowledge folder {}", path.display()))
    }
}
