//! The command line: commands, their flags and what they mean.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::bot::Bot;
use crate::corpus::Date;
use crate::ingest::extract::COMMAND;
use crate::question::restriction::{Filter, Key};
use crate::semantic::fetch;

/// Answers questions about minutes and reports with cited, verbatim excerpts.
#[derive(Debug, Parser)]
#[command(name = "referent", version, about, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) options: Options,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// Configuration file [default: config.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Folder with minutes and reports, instead of the configuration's
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) knowledge: Option<PathBuf>,
    /// Folder for the index, instead of the configuration's
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    /// Print JSON and nothing else
    #[arg(long, global = true)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Bring the index up to date with the knowledge folder
    Index,
    /// Answer a question with excerpts
    Ask {
        /// The question, in bokmål, nynorsk or English
        #[arg(required_unless_present = "batch")]
        question: Vec<String>,
        /// Answer every line {"id","text"} of FILE
        #[arg(long, value_name = "FILE", conflicts_with = "question")]
        batch: Option<PathBuf>,
        #[command(flatten)]
        within: Within,
    },
    /// Show where a matter stands: the latest state, what comes next, who holds what
    Status {
        /// What the matter is about
        #[arg(required = true)]
        topic: Vec<String>,
        /// Only what was added from this day, month or year on
        #[arg(long, value_name = "DATE")]
        since: Option<Date>,
        /// Draw its meetings over time into this file, as PNG or SVG by its ending
        #[arg(long, value_name = "FILE")]
        picture: Option<PathBuf>,
    },
    /// Show what people asked in vain, by topic, and which answers they gave a thumb down
    Gaps {
        /// Print them as gold questions to be completed, one a line
        #[arg(long, conflicts_with = "json")]
        gold: bool,
        /// Only what was asked in the last days
        #[arg(long, value_name = "N")]
        days: Option<u32>,
    },
    /// Answer programs that speak the Model Context Protocol, on standard input and output
    Mcp,
    /// Show who holds which position on a topic, newest first
    Positions {
        /// What the positions are on
        #[arg(required = true)]
        topic: Vec<String>,
        /// Only those of this holder
        #[arg(long, value_name = "NAME")]
        holder: Vec<String>,
    },
    /// Find passages
    Search {
        /// Words to search for
        #[arg(required_unless_present = "batch")]
        query: Vec<String>,
        /// At most so many hits
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
        /// What a hit is: a passage, or the best passage of each document
        #[arg(long, value_enum, default_value_t = Per::Passage)]
        per: Per,
        /// Search for every line {"id","text"} of FILE
        #[arg(long, value_name = "FILE", conflicts_with = "query")]
        batch: Option<PathBuf>,
        #[command(flatten)]
        within: Within,
    },
    /// List what is indexed
    Documents {
        /// Print the text of one document
        #[arg(long, value_name = "ID")]
        text: Option<String>,
    },
    /// Score the answers to gold questions
    Evaluate {
        /// One JSON object a line: id, question, evidence …
        file: PathBuf,
        /// List the questions whose evidence did not come first, and those that should be declined
        #[arg(long)]
        misses: bool,
        /// Only every other question: to choose something by one half and report on the other
        #[arg(long, value_enum)]
        half: Option<Half>,
    },
    /// Talk in the terminal, with follow-up questions
    Chat,
    /// Search by meaning: which models are there, and which one is used
    Model {
        #[command(subcommand)]
        command: Option<ModelCommand>,
    },
    /// List where documents come from by themselves, and how that goes
    Sources {
        /// Look at all of them first, now
        #[arg(long)]
        fetch: bool,
    },
    /// List who follows what, and whether they are told
    Following,
    /// List what is to be told and could not be yet
    Outbox {
        /// Try a letter again that was given up: its number, or "all"
        #[arg(long, value_name = "ID")]
        resend: Option<Resend>,
    },
    /// Check configuration, index and every file, and say what to mend
    Doctor,
    /// Run every platform that the configuration enables
    Serve,
    #[command(name = COMMAND, hide = true)]
    Extract { request: String, file: PathBuf },
}

/// Which documents and whose views may answer. Of several values for one flag any will do.
#[derive(Debug, Clone, Args)]
pub(super) struct Within {
    /// Only views of this holder
    #[arg(long, value_name = "NAME")]
    holder: Vec<String>,
    /// Only documents of this meeting body or publisher
    #[arg(long, value_name = "NAME")]
    body: Vec<String>,
    /// Only documents of this kind: minutes, report, slides, policy, other
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// Only documents of this collection
    #[arg(long, value_name = "NAME")]
    collection: Vec<String>,
    /// Only documents from this day, month or year on
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Only documents up to this day, month or year
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
}

impl Within {
    /// The filter that the flags make, each value held against what is indexed.
    pub(super) fn filter(&self, bot: &Bot) -> anyhow::Result<Filter> {
        let mut filter = Filter::default();
        let lists = [
            (Key::Holder, &self.holder),
            (Key::Body, &self.body),
            (Key::Kind, &self.kind),
            (Key::Collection, &self.collection),
        ];
        let listed = lists
            .into_iter()
            .flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
        let dates = [(Key::From, &self.from), (Key::To, &self.to)];
        let dated = dates
            .into_iter()
            .filter_map(|(key, value)| Some((key, value.as_ref()?)));
        for (key, value) in listed.chain(dated) {
            filter.add(key, value)?;
        }
        bot.check(&filter)?;
        Ok(filter)
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum ModelCommand {
    /// Get a model from a model hub (HF_ENDPOINT, by default <https://huggingface.co>)
    Fetch {
        /// Its name, or OWNER/NAME as the hub has it
        #[arg(default_value = fetch::DEFAULT)]
        name: String,
    },
    /// List the models that are there
    List,
}

/// Which letters are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resend {
    All,
    Letter(i64),
}

impl std::str::FromStr for Resend {
    type Err = String;

    fn from_str(text: &str) -> Result<Resend, String> {
        match text {
            "all" => Ok(Resend::All),
            id => id.parse().map(Resend::Letter).map_err(|_| {
                "write the number of a letter that `referent outbox` lists, or \"all\"".to_owned()
            }),
        }
    }
}

/// Every other question of a file, the first being odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Half {
    Odd,
    Even,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Per {
    Passage,
    Document,
}

/// The arguments with words that a hyphen leaves out ("-natt") behind all others, where they are taken
/// for words and not for flags.
pub(super) fn words_last(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let excluded = |argument: &OsString| {
        argument.to_str().is_some_and(|argument| {
            let mut letters = argument.chars();
            letters.next() == Some('-')
                && letters
                    .next()
                    .is_some_and(|c| c.is_alphabetic() || c == '"')
                && letters.next().is_some()
        })
    };
    let mut arguments: Vec<OsString> = arguments.collect();
    if arguments.iter().any(|argument| argument == "--") {
        return arguments;
    }
    let words: Vec<OsString> = arguments
        .extract_if(.., |argument| excluded(argument))
        .collect();
    if !words.is_empty() {
        arguments.push("--".into());
        arguments.extend(words);
    }
    arguments
}
