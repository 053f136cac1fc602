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
    /// When followers hear of what is new.
    pub follow: Follow,
    /// Search by meaning.
    pub semantic: Semantic,
    /// What is known of the language beforehand.
    pub language: Language,
    /// How long questions and what people thought of answers are kept.
    pub feedback: Feedback,
    /// Where documents come from by themselves.
    pub source: Vec<Source>,
}

/// `[feedback]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Feedback {
    /// Questions and their answers are kept for so many days. Default: 90.
    pub days: u32,
    /// Those that somebody judged for so many. Default: 365.
    pub judged_days: u32,
}

/// `[knowledge]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knowledge {
    /// The folder with the documents. Default: `knowledge`.
    pub path: PathBuf,
    /// So often `serve` looks at every file, in minutes, for what nobody tells it of: on network
    /// drives. Default: 10.
    pub rescan_minutes: u32,
}

/// `[[source]]`: a feed, a web page or a folder on a server that documents are fetched from. Exactly
/// one of `feed`, `page` and `webdav` is given.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What it is called, unlike all others: letters, digits, `-` and `_`.
    pub name: String,
    /// Address of an Atom or RSS feed.
    pub feed: Option<String>,
    /// Address of a web page that lists documents.
    pub page: Option<String>,
    /// Address of a WebDAV folder, as Nextcloud has them.
    pub webdav: Option<String>,
    /// Which links of the page lead to documents: a CSS selector.
    pub select: Option<String>,
    /// Or a pattern that their addresses or file names fit, with `*` for anything.
    pub link: Option<String>,
    /// The collection that the documents go to: a folder of the knowledge folder.
    pub collection: String,
    /// So often it is looked at. Default: 60.
    #[serde(default = "hourly")]
    pub every_minutes: u32,
    /// The user of the WebDAV folder; the password is never in this file.
    pub user: Option<String>,
    /// Other servers that documents may be fetched from, where the source links to them. Default: none.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Whether the server is one of your own network. Default: false, and nothing that has a private
    /// address is fetched.
    #[serde(default)]
    pub private: bool,
    /// So long it waits between two requests. Default: 1.
    #[serde(default = "one")]
    pub pause_seconds: u32,
    /// So long a server may say nothing. Default: 30.
    #[serde(default = "half_a_minute")]
    pub timeout_seconds: u32,
}

fn hourly() -> u32 {
    60
}

fn one() -> u32 {
    1
}

fn half_a_minute() -> u32 {
    30
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
    /// What the page shows. Default: without any rule, everything while only this machine reaches it, and
    /// nothing where others do.
    pub show: Vec<ShowOnWeb>,
}

/// `[[web.show]]`: collections that the page shows to whoever reaches it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShowOnWeb {
    /// The collections; `"*"` means all.
    pub collections: Vec<String>,
}

/// `[discord]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Discord {
    /// Whether the bot runs there. Default: false.
    pub enabled: bool,
    /// Base address of the interface. Default: `https://discord.com`.
    pub api_url: String,
    /// A guild to register the commands in, at once and nowhere else, while they are being developed.
    /// Default: none, the commands are global.
    pub guild: Option<Snowflake>,
    /// Whether messages are read that do not mention the bot, in threads that it opened: needs the
    /// privileged intent for message content. Default: false.
    pub message_content: bool,
    /// So many questions a user may ask in a minute. Default: 10.
    pub user_per_minute: u32,
    /// So many questions may be asked in a guild in a minute. Default: 300.
    pub guild_per_minute: u32,
    /// What may be seen where. Default: without any rule, everything wherever the bot is.
    pub show: Vec<Show>,
    /// Who may add documents. Default: nobody.
    pub add: Vec<Add>,
}

/// `[[discord.add]]`: who may add documents, and to which collection.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// The collection.
    pub collection: String,
    /// The guild that it is done in.
    pub guild: Snowflake,
    /// Only in this channel of it, and the channel's threads.
    pub channel: Option<Snowflake>,
    /// These users may.
    #[serde(default)]
    pub users: Vec<Snowflake>,
    /// And all members with one of these roles.
    #[serde(default)]
    pub roles: Vec<Snowflake>,
}

/// `[[discord.show]]`: collections and where they may be seen.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Show {
    /// The collections; `"*"` means all.
    pub collections: Vec<String>,
    /// The guild that they are shown in.
    pub guild: Snowflake,
    /// Only in this channel of it, and the channel's threads.
    pub channel: Option<Snowflake>,
    /// Only to members with this role, and so only in replies that nobody else sees.
    pub role: Option<Snowflake>,
    /// Whether those members see them in direct messages too.
    #[serde(default)]
    pub direct_messages: bool,
}

/// One of Discord's ids, with or without quotation marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "toml::Value")]
pub struct Snowflake(pub u64);

impl TryFrom<toml::Value> for Snowflake {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Snowflake, String> {
        let id = match &value {
            toml::Value::Integer(id) => u64::try_from(*id).ok(),
            toml::Value::String(id) => id.parse().ok(),
            _ => None,
        };
        let id = id.filter(|id| *id > 0).map(Snowflake);
        id.ok_or_else(|| {
            format!("{value} is no Discord id: copy one with \"Copy ID\", as \"80351110224678912\"")
        })
    }
}

impl std::fmt::Display for Snowflake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Something that must not be seen: a token, a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret that the environment variable `name` holds, or the file that `name` with `_FILE`
    /// names.
    pub fn from_environment(name: &str) -> Result<Secret, Invalid> {
        let file_name = format!("{name}_FILE");
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let text = match (variable(name), variable(&file_name)) {
            (Some(secret), _) => secret
                .into_string()
                .map_err(|_| Invalid(format!("{name} is no text: set it to what was copied")))?,
            (None, Some(file)) => std::fs::read_to_string(&file).map_err(|error| {
                let file = Path::new(&file).display();
                Invalid(format!(
                    "{file}, which {file_name} names, cannot be read ({error}): correct the name"
                ))
            })?,
            (None, None) => {
                return Err(Invalid(format!(
                    "{name} is not set: set it, or {file_name} to the name of a file that holds it"
                )));
            }
        };
        match text.trim() {
            "" => Err(Invalid(format!("{name} is empty: put the secret there"))),
            secret => Ok(Secret(secret.to_owned())),
        }
    }

    /// The secret itself, for whom it is meant.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
impl From<&str> for Secret {
    fn from(secret: &str) -> Secret {
        Secret(secret.to_owned())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
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
    /// What commands begin with in rooms with others. Default: `!ref` and `!referent`.
    pub prefixes: Vec<String>,
    /// So many questions a user may ask in a minute. Default: 10.
    pub user_per_minute: u32,
    /// So many questions may be asked in a room in a minute. Default: 100.
    pub room_per_minute: u32,
    /// What may be seen where. Default: without any rule, everything wherever the bot is.
    pub show: Vec<ShowOnMatrix>,
    /// Who may add documents. Default: nobody.
    pub add: Vec<AddOnMatrix>,
}

/// `[[matrix.add]]`: who may add documents, and to which collection.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddOnMatrix {
    /// The collection.
    pub collection: String,
    /// Only in this room, by its id.
    pub room: Option<String>,
    /// These users may.
    pub users: Vec<String>,
}

/// `[[matrix.show]]`: collections and where they may be seen.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShowOnMatrix {
    /// The collections; `"*"` means all.
    pub collections: Vec<String>,
    /// The room that they are shown in, by its id.
    pub room: Option<String>,
    /// Or the server: they are shown where all who are in the room are users of it.
    pub server: Option<String>,
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

/// `[follow]`
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Follow {
    /// Where those live whose digests come at an hour. Default: `Europe/Oslo`.
    pub time_zone: String,
    /// When digests are told. Default: `08:00`.
    pub digest_at: String,
    /// On which day those of a week are. Default: `monday`.
    pub digest_day: String,
    /// A document that lies in the knowledge folder for more days when it is first seen is no news.
    /// Default: 14.
    pub max_age_days: u32,
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
            rescan_minutes: 10,
        }
    }
}

impl Default for Feedback {
    fn default() -> Self {
        Feedback {
            days: 90,
            judged_days: 365,
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
            show: Vec::new(),
        }
    }
}

impl Default for Follow {
    fn default() -> Self {
        Follow {
            time_zone: "Europe/Oslo".to_owned(),
            digest_at: "08:00".to_owned(),
            digest_day: "monday".to_owned(),
            max_age_days: 14,
        }
    }
}

impl Default for Discord {
    fn default() -> Self {
        Discord {
            enabled: false,
            api_url: "https://discord.com".to_owned(),
            guild: None,
            message_content: false,
            user_per_minute: 10,
            guild_per_minute: 300,
            show: Vec::new(),
            add: Vec::new(),
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
            prefixes: vec!["!ref".to_owned(), "!referent".to_owned()],
            user_per_minute: 10,
            room_per_minute: 100,
            show: Vec::new(),
            add: Vec::new(),
        }
    }
}

/// The configuration cannot be used. One sentence: file, line, key, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(String);

impl Invalid {
    /// What is wrong with the configuration or a file that it names, and how to mend it.
    pub fn new(message: impl Into<String>) -> Invalid {
        Invalid(message.into())
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
        let minutes = self.knowledge.rescan_minutes;
        if !(1..=1_440).contains(&minutes) {
            return Err(format!(
                "knowledge.rescan_minutes = {minutes}: write a number from 1 to 1440"
            ));
        }
        self.web.validate()?;
        let mut names = std::collections::HashSet::new();
        for source in &self.source {
            source.validate()?;
            if !names.insert(source.variable()) {
                return Err(format!(
                    "two [[source]] are called \"{}\": give each a name of its own",
                    source.name
                ));
            }
        }
        self.discord.validate()?;
        self.matrix.validate()
    }
}

/// Whether a name can be that of a folder of the knowledge folder, wherever it lies.
fn is_folder_name(name: &str) -> bool {
    let odd = |c: char| c.is_control() || "<>:\"/\\|?*".contains(c);
    (1..=100).contains(&name.len())
        && !name.starts_with(['.', '~', ' '])
        && !name.ends_with(['.', ' '])
        && !name.contains(odd)
}

/// What is called in a message for a collection that cannot be one.
const NO_FOLDER: &str = "write the name of one folder, without /";

impl Source {
    /// The environment variable that holds its password.
    pub fn variable(&self) -> String {
        let name = self.name.to_ascii_uppercase().replace('-', "_");
        format!("REFERENT_SOURCE_{name}_PASSWORD")
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        let given = [&self.feed, &self.page, &self.webdav];
        given
            .into_iter()
            .flatten()
            .next()
            .map_or("", String::as_str)
    }

    fn validate(&self) -> Result<(), String> {
        let name = &self.name;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !(1..=64).contains(&name.len()) || !name.chars().all(plain) {
            return Err(format!(
                "source.name = \"{name}\": use letters from a to z, digits, - and _, and no more than 64"
            ));
        }
        let wrong = |what: &str| Err(format!("[[source]] \"{name}\": {what}"));
        let given = [&self.feed, &self.page, &self.webdav];
        if given.into_iter().flatten().count() != 1 {
            return wrong("give one address, with feed, page or webdav");
        }
        let address = self.address();
        let rest = address
            .strip_prefix("https://")
            .or_else(|| address.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
        if host.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace)) {
            return wrong("its address must begin with https:// and the name of a server");
        }
        if host.is_some_and(|host| host.contains('@')) {
            return wrong(
                "take user and password out of the address: user = \"…\" and the environment hold them",
            );
        }
        if self.user.is_some() && self.webdav.is_none() {
            return wrong("user is for webdav only: take it away");
        }
        if self.user.is_some() && !is_safe(address) {
            return wrong("begin webdav with https://, as the password is sent there");
        }
        if self.page.is_none() && (self.select.is_some() || self.link.is_some()) {
            return wrong("select and link are for page only: take them away");
        }
        if self.select.is_some() && self.link.is_some() {
            return wrong("select and link are two ways to say the same: take one away");
        }
        if let Some(select) = &self.select
            && scraper::Selector::parse(select).is_err()
        {
            return wrong(&format!(
                "select = \"{select}\" is no CSS selector: write one, as \"a.document\""
            ));
        }
        if !is_folder_name(&self.collection) {
            return wrong(&format!(
                "collection = \"{}\": {NO_FOLDER}",
                self.collection
            ));
        }
        for (key, number, from, to) in [
            ("every_minutes", self.every_minutes, 1, 10_080),
            ("pause_seconds", self.pause_seconds, 0, 60),
            ("timeout_seconds", self.timeout_seconds, 1, 300),
        ] {
            if !(from..=to).contains(&number) {
                return wrong(&format!(
                    "{key} = {number}: write a number from {from} to {to}"
                ));
            }
        }
        Ok(())
    }
}

/// Whether what is sent to an address is read by nobody on the way.
fn is_safe(address: &str) -> bool {
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    address.starts_with("https://")
        || local.iter().any(|start| {
            let rest = address.strip_prefix(start);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        })
}

impl Web {
    /// Whether only programs on this machine reach the page.
    pub fn is_local(&self) -> bool {
        let address: Option<std::net::SocketAddr> = self.listen.parse().ok();
        address.map_or(self.listen.starts_with("localhost:"), |address| {
            address.ip().is_loopback()
        })
    }

    fn validate(&self) -> Result<(), String> {
        let port = self.listen.rsplit_once(':');
        let port = port.filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        if port.is_none() {
            return Err(format!(
                "web.listen = \"{}\": write an address and a port, as \"127.0.0.1:8080\"",
                self.listen
            ));
        }
        let public = &self.public_url;
        let begins = ["https://", "http://"]
            .iter()
            .find_map(|start| public.strip_prefix(start));
        let host = begins.map(|rest| rest.trim_end_matches('/'));
        let is_host = |host: &str| {
            !host.is_empty() && !host.contains(|c: char| "/?#@\"".contains(c) || c.is_whitespace())
        };
        if !public.is_empty() && !host.is_some_and(is_host) {
            return Err(format!(
                "web.public_url = \"{public}\": write https:// and a name without a path, as \"https://referent.example.org\""
            ));
        }
        if self.show.iter().any(|show| show.collections.is_empty()) {
            return Err(
                "web.show has a rule without collections: name some, or \"*\" for all".to_owned(),
            );
        }
        Ok(())
    }
}

impl Discord {
    fn validate(&self) -> Result<(), String> {
        let address = &self.api_url;
        if !is_safe(address) {
            return Err(format!(
                "discord.api_url = \"{address}\": begin it with https://, as the token is sent there"
            ));
        }
        for (key, number) in [
            ("user_per_minute", self.user_per_minute),
            ("guild_per_minute", self.guild_per_minute),
        ] {
            if number == 0 {
                return Err(format!("discord.{key} = 0: write a number from 1"));
            }
        }
        // Not all members of the guild may read the channel, and who may is not known elsewhere.
        let leaks =
            |show: &&Show| show.direct_messages && show.channel.is_some() && show.role.is_none();
        if let Some(show) = self.show.iter().find(leaks) {
            return Err(format!(
                "discord.show for {} has a channel and direct_messages, which all members of the guild would see: name a role too, or take direct_messages away",
                show.collections.join(", ")
            ));
        }
        for add in &self.add {
            if !is_folder_name(&add.collection) {
                return Err(format!(
                    "discord.add has collection = \"{}\": {NO_FOLDER}",
                    add.collection
                ));
            }
            if add.users.is_empty() && add.roles.is_empty() {
                return Err(format!(
                    "discord.add for {} names nobody: name users or roles",
                    add.collection
                ));
            }
        }
        if self.show.iter().any(|show| show.collections.is_empty()) {
            return Err(
                "discord.show has a rule without collections: name some, or \"*\" for all"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

impl Matrix {
    fn validate(&self) -> Result<(), String> {
        let is_user = |id: &str| {
            let parts = id.strip_prefix('@').and_then(|id| id.split_once(':'));
            parts.is_some_and(|(name, server)| !name.is_empty() && !server.is_empty())
        };
        let is_server = |name: &str| !name.is_empty() && !name.contains(['@', '!', '#', '/', ' ']);
        if !is_safe(&self.homeserver) {
            return Err(format!(
                "matrix.homeserver = \"{}\": begin it with https://, as the password is sent there",
                self.homeserver
            ));
        }
        if !is_user(&self.user_id) {
            return Err(format!(
                "matrix.user_id = \"{}\": write the whole of it, as \"@referent:example.org\"",
                self.user_id
            ));
        }
        let wrong = |who: &&String| !is_user(who) && !is_server(who);
        if let Some(who) = self.allowed_inviters.iter().find(wrong) {
            return Err(format!(
                "matrix.allowed_inviters has \"{who}\": write a user, as \"@kari:example.org\", or a server, as \"example.org\""
            ));
        }
        let wrong = |prefix: &String| prefix.is_empty() || prefix.contains(char::is_whitespace);
        if self.prefixes.is_empty() || self.prefixes.iter().any(wrong) {
            return Err(
                "matrix.prefixes: write at least one, and none with a space, as \"!ref\""
                    .to_owned(),
            );
        }
        for (key, number) in [
            ("user_per_minute", self.user_per_minute),
            ("room_per_minute", self.room_per_minute),
        ] {
            if number == 0 {
                return Err(format!("matrix.{key} = 0: write a number from 1"));
            }
        }
        for add in &self.add {
            let collection = &add.collection;
            let wrong = |what: String| Err(format!("matrix.add for {collection}: {what}"));
            if !is_folder_name(collection) {
                return Err(format!(
                    "matrix.add has collection = \"{collection}\": {NO_FOLDER}"
                ));
            }
            if add.users.is_empty() {
                return wrong("it names nobody: name users".to_owned());
            }
            if let Some(user) = add.users.iter().find(|user| !is_user(user)) {
                return wrong(format!(
                    "\"{user}\" is no user: write the whole of it, as \"@kari:example.org\""
                ));
            }
            if let Some(room) = add.room.as_ref().filter(|room| !room.starts_with('!')) {
                return wrong(format!(
                    "\"{room}\" is no room's id: copy it from the room's settings, as \"!abc:example.org\""
                ));
            }
        }
        for show in &self.show {
            let place = match (&show.room, &show.server) {
                (Some(room), None) if room.starts_with('!') => None,
                (None, Some(server)) if is_server(server) => None,
                (Some(room), None) => Some(format!(
                    "\"{room}\" is no room's id: copy it from the room's settings, as \"!abc:example.org\""
                )),
                (None, Some(server)) => Some(format!(
                    "\"{server}\" is no server: write its name, as \"example.org\""
                )),
                _ => Some("name a room or a server, and not both".to_owned()),
            };
            if let Some(mend) = place {
                return Err(format!(
                    "matrix.show for {}: {mend}",
                    show.collections.join(", ")
                ));
            }
            if show.collections.is_empty() {
                return Err(
                    "matrix.show has a rule without collections: name some, or \"*\" for all"
                        .to_owned(),
                );
            }
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
        assert!(error("[knowledge]\nrescan_minutes = 0\n").contains("knowledge.rescan_minutes"));
    }

    #[test]
    fn rules_of_what_is_shown_where_name_real_ids() {
        let rule =
            |guild: &str| format!("[[discord.show]]\ncollections = [\"*\"]\nguild = {guild}\n");
        for guild in ["80351110224678912", "\"80351110224678912\""] {
            let config = Config::parse(&rule(guild), Path::new("config.toml")).unwrap();
            assert_eq!(
                config.discord.show[0].guild,
                Snowflake(80_351_110_224_678_912)
            );
        }
        assert!(error(&rule("\"vårt\"")).contains("Copy ID"));
        let of_channel = format!("{}channel = 5\ndirect_messages = true\n", rule("4"));
        assert!(error(&of_channel).contains("name a role too"));
        let of_role = format!("{of_channel}role = 6\n");
        Config::parse(&of_role, Path::new("")).unwrap();
    }

    #[test]
    fn a_source_is_one_address_and_a_folder() {
        let source = |lines: &str| format!("[[source]]\nname = \"referater\"\n{lines}");
        let right = source("feed = \"https://nav.example/feed.xml\"\ncollection = \"nett\"\n");
        Config::parse(&right, Path::new("")).unwrap();
        for (lines, said) in [
            ("collection = \"nett\"\n", "one address"),
            (
                "feed = \"https://a.example\"\npage = \"https://a.example\"\ncollection = \"nett\"\n",
                "one address",
            ),
            (
                "feed = \"ftp://a.example\"\ncollection = \"nett\"\n",
                "https://",
            ),
            (
                "page = \"https://kari:hemmelig@a.example\"\ncollection = \"nett\"\n",
                "out of the address",
            ),
            (
                "page = \"https://a.example\"\ncollection = \"../nett\"\n",
                "one folder",
            ),
            (
                "page = \"https://a.example\"\nselect = \"a[\"\ncollection = \"nett\"\n",
                "no CSS selector",
            ),
            (
                "feed = \"https://a.example\"\nlink = \"*.pdf\"\ncollection = \"nett\"\n",
                "for page only",
            ),
            (
                "webdav = \"http://a.example\"\nuser = \"kari\"\ncollection = \"nett\"\n",
                "https://",
            ),
            (
                "feed = \"https://a.example\"\nevery_minutes = 0\ncollection = \"nett\"\n",
                "every_minutes",
            ),
        ] {
            let message = error(&source(lines));
            assert!(message.contains(said), "{lines}: {message}");
        }
        assert!(error(&format!("{right}{right}")).contains("a name of its own"));
        assert!(error("[[source]]\nname = \"a/b\"\ncollection = \"x\"\n").contains("source.name"));
    }

    #[test]
    fn whoever_may_add_is_named() {
        let rule = |rest: &str| format!("[[discord.add]]\nguild = 4\n{rest}");
        Config::parse(&rule("collection = \"mote\"\nusers = [5]\n"), Path::new("")).unwrap();
        assert!(error(&rule("collection = \"mote\"\n")).contains("names nobody"));
        assert!(error(&rule("collection = \"a/b\"\nusers = [5]\n")).contains("one folder"));
    }

    #[test]
    fn a_token_is_not_sent_over_an_open_line() {
        assert!(
            error("[discord]\napi_url = \"http://discord.example\"\n").contains("discord.api_url")
        );
        assert!(
            error("[discord]\napi_url = \"http://localhost.example\"\n")
                .contains("discord.api_url")
        );
        Config::parse(
            "[discord]\napi_url = \"http://127.0.0.1:4000\"\n",
            Path::new(""),
        )
        .unwrap();
    }

    #[test]
    fn whoever_may_add_on_matrix_is_named() {
        let rule = |rest: &str| format!("[[matrix.add]]\n{rest}");
        let kari = "users = [\"@kari:a.no\"]\n";
        let right = rule(&format!("collection = \"mote\"\n{kari}"));
        Config::parse(&right, Path::new("")).unwrap();
        for (rest, said) in [
            (
                "collection = \"mote\"\nusers = []\n".to_owned(),
                "names nobody",
            ),
            (
                "collection = \"mote\"\nusers = [\"kari\"]\n".to_owned(),
                "no user",
            ),
            (format!("collection = \"a/b\"\n{kari}"), "one folder"),
            (
                format!("collection = \"mote\"\nroom = \"#a:a.no\"\n{kari}"),
                "no room's id",
            ),
        ] {
            assert!(error(&rule(&rest)).contains(said), "{rest}");
        }
    }

    #[test]
    fn rules_for_matrix_name_a_room_or_a_server() {
        let rule = |place: &str| format!("[[matrix.show]]\ncollections = [\"*\"]\n{place}\n");
        for right in ["room = \"!abc:example.org\"", "server = \"example.org\""] {
            Config::parse(&rule(right), Path::new("")).unwrap();
        }
        assert!(error(&rule("room = \"#styret:example.org\"")).contains("no room's id"));
        assert!(error(&rule("server = \"@kari:example.org\"")).contains("no server"));
        assert!(error(&rule("")).contains("a room or a server"));
        assert!(error("[matrix]\nuser_id = \"referent\"\n").contains("matrix.user_id"));
        assert!(error("[matrix]\nallowed_inviters = [\"@kari\"]\n").contains("@kari:example.org"));
        assert!(error("[matrix]\nhomeserver = \"http://example.org\"\n").contains("https://"));
    }

    #[test]
    fn where_the_page_is_served_is_an_address() {
        for right in [
            "listen = \"[::1]:80\"",
            "listen = \"localhost:80\"",
            "public_url = \"https://a.example.org:8443/\"",
        ] {
            Config::parse(&format!("[web]\n{right}\n"), Path::new("")).unwrap();
        }
        for wrong in [
            "listen = \"8080\"",
            "listen = \":8080\"",
            "listen = \"a:port\"",
        ] {
            assert!(error(&format!("[web]\n{wrong}\n")).contains("web.listen"));
        }
        for wrong in [
            "a.example.org",
            "ftp://a.no",
            "https://a.no/referent",
            "https://",
        ] {
            let said = error(&format!("[web]\npublic_url = \"{wrong}\"\n"));
            assert!(said.contains("web.public_url"), "{said}");
        }
        assert!(error("[[web.show]]\ncollections = []\n").contains("web.show"));
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
