//! The configuration: `config.toml`, checked before anything starts. Every key has a default; a key
//! that nobody knows is refused by name and line. Secrets are never in it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What `config.toml` says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where documents are.
    pub knowledge: Knowledge,
    /// Where index and store are.
    pub data: Data,
    /// What reading one file may cost.
    pub extraction: Extraction,
    /// The local web page.
    pub web: Web,
    /// The bot on Discord.
    pub discord: Discord,
    /// The bot on Matrix.
    pub matrix: Matrix,
    /// Search by meaning.
    pub semantic: Semantic,
    /// What is known of the language beforehand.
    pub language: Language,
}

/// `[knowledge]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knowledge {
    /// The folder with the documents. Default: `knowledge`.
    pub path: PathBuf,
}

/// `[data]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// The folder for index and store. Default: `data`.
    pub path: PathBuf,
}

/// `[extraction]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Extraction {
    /// Memory for reading one file, in MiB. Default: 900.
    pub memory_mib: u64,
    /// Time for reading one file, in seconds. Default: 60.
    pub seconds: u64,
    /// Largest file that is read, in MiB. Default: 200.
    pub file_mib: u64,
}

/// `[web]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Whether the page is served. Default: true.
    pub enabled: bool,
    /// Address to listen on. Default: `127.0.0.1:8080`.
    pub listen: String,
    /// Address under which others reach the page. Default: the one it listens on.
    pub public_url: String,
}

/// `[discord]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Discord {
    /// Whether the bot runs there. Default: false.
    pub enabled: bool,
    /// Base address of the interface. Default: `https://discord.com`.
    pub api_url: String,
}

/// `[matrix]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Matrix {
    /// Whether the bot runs there. Default: false.
    pub enabled: bool,
    /// The server.
    pub homeserver: String,
    /// The bot's account.
    pub user_id: String,
    /// Users or servers whose invites are accepted.
    pub allowed_inviters: Vec<String>,
}

/// `[language]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Language {
    /// File with words that compounds may be made of, one a line; empty: only those that the documents
    /// use.
    pub words: PathBuf,
    /// File with words that tell who holds a view, which, and where a matter stands, besides those that
    /// ship; empty: none.
    pub cues: PathBuf,
}

/// `[semantic]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Semantic {
    /// Folder or name of the model; empty: lexical search only.
    pub model: String,
}

impl Default for Knowledge {
    fn default() -> Self {
        Knowledge {
            path: "knowledge".into(),
        }
    }
}

impl Default for Data {
    fn default() -> Self {
        Data {
            path: "data".into(),
        }
    }
}

impl Default for Extraction {
    fn default() -> Self {
        Extraction {
            memory_mib: 900,
            seconds: 60,
            file_mib: 200,
        }
    }
}

impl Default for Web {
    fn default() -> Self {
        Web {
            enabled: true,
            listen: "127.0.0.1:8080".to_owned(),
            public_url: String::new(),
        }
    }
}

impl Default for Discord {
    fn default() -> Self {
        Discord {
            enabled: false,
            api_url: "https://discord.com".to_owned(),
        }
    }
}

impl Default for Matrix {
    fn default() -> Self {
        Matrix {
            enabled: false,
            homeserver: "https://matrix.example.org".to_owned(),
            user_id: "@referent:example.org".to_owned(),
            allowed_inviters: Vec::new(),
        }
    }
}

/// The configuration cannot be used. One sentence: file, line, key, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(String);

impl Invalid {
    /// What is wrong with a file that the configuration names, and how to mend it.
    pub fn new(message: String) -> Invalid {
        Invalid(message)
    }
}

impl Config {
    /// Reads the file at `path`. Without a file everything has its default, unless `required`.
    pub fn load(path: &Path, required: bool) -> Result<Config, Invalid> {
        match std::fs::read_to_string(path) {
            Ok(source) => Ok(Config::parse(&source, path)?.beside(path)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => {
                Ok(Config::default())
            }
            Err(error) => Err(Invalid(format!(
                "{}: cannot be read ({error}): name another file with --config",
                path.display()
            ))),
        }
    }

    /// Reads the text of a configuration; `path` is for messages.
    pub fn parse(source: &str, path: &Path) -> Result<Config, Invalid> {
        let config: Config = toml::from_str(source).map_err(|error| {
            // The error's own rendering repeats the line of the file, and a token that somebody
            // put there by mistake would end up in the log.
            let line = error.span().map_or(1, |span| source[..span.start.min(source.len())].matches('\n').count() + 1);
            let secret = ["token", "password"].iter().any(|word| error.message().contains(&format!("unknown field `{word}")));
            let advice = if secret {
                "secrets are not read from this file: set REFERENT_DISCORD_TOKEN or REFERENT_MATRIX_PASSWORD in the environment, or the same with _FILE for a file that holds it"
            } else {
                "correct it or remove the line"
            };
            Invalid(format!("{}, line {line}: {}: {advice}", path.display(), error.message().trim().replace('\n', ", ")))
        })?;
        config
            .validate()
            .map_err(|message| Invalid(format!("{}: {message}", path.display())))?;
        Ok(config)
    }

    /// The same with the files that it names found from where the configuration at `path` is.
    fn beside(mut self, path: &Path) -> Config {
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in [&mut self.language.words, &mut self.language.cues] {
            if !file.as_os_str().is_empty() {
                *file = folder.join(&*file);
            }
        }
        self
    }

    fn validate(&self) -> Result<(), String> {
        let Extraction {
            memory_mib,
            seconds,
            file_mib,
        } = self.extraction;
        if !(64..=65_536).contains(&memory_mib) {
            return Err(format!(
                "extraction.memory_mib = {memory_mib}: write a number from 64 to 65536"
            ));
        }
        if !(1..=3_600).contains(&seconds) {
            return Err(format!(
                "extraction.seconds = {seconds}: write a number from 1 to 3600"
            ));
        }
        if !(1..=4_096).contains(&file_mib) {
            return Err(format!(
                "extraction.file_mib = {file_mib}: write a number from 1 to 4096"
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(source: &str) -> String {
        Config::parse(source, Path::new("config.toml"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn the_shipped_file_says_what_the_defaults_are() {
        let shipped = include_str!("../config.toml");
        assert_eq!(
            Config::parse(shipped, Path::new("config.toml")),
            Ok(Config::default())
        );
    }

    #[test]
    fn mistakes_are_named_by_line_and_key() {
        let message = error("[data]\npath = \"data\"\npaht = \"x\"\n");
        assert!(
            message.contains("line 3") && message.contains("paht"),
            "{message}"
        );
        assert!(error("[extraction]\nseconds = 0\n").contains("extraction.seconds"));
    }

    #[test]
    fn a_token_in_the_file_is_refused_and_not_repeated() {
        let message = error("[discord]\ntoken = \"very-secret\"\n");
        assert!(
            message.contains("REFERENT_DISCORD_TOKEN") && !message.contains("very-secret"),
            "{message}"
        );
    }
}
