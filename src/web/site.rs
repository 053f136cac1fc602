//! What all pages share.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::operator::Access;
use super::talk::Talks;
use crate::bot::Bot;
use crate::bot::audience::Audience;
use crate::config::{Invalid, Web};
use crate::platform::Shared;

/// So many requests are worked on or wait at once; more are asked to come again.
const REQUESTS: usize = 256;

/// The page that is served.
pub struct Site {
    /// The bot and the store.
    pub shared: Arc<Shared>,
    /// Who the page is for: what it may show.
    pub audience: Audience,
    /// The address under which it is reached, without a slash at its end.
    pub base: String,
    /// The folder that documents are served from.
    pub knowledge: PathBuf,
    /// The name of the machine in [`Site::base`].
    pub(super) host: String,
    /// Whether only programs on this machine reach it without a proxy.
    pub(super) local: bool,
    pub(super) requests: Semaphore,
    /// Who may see what is the operator's.
    pub(super) access: Access,
    pub(super) talks: Talks,
    /// Whether the address leads to this page on this machine only.
    only_here: bool,
}

impl Site {
    /// The page, as configured, that listens on `address`.
    pub fn new(
        shared: Arc<Shared>,
        config: &Web,
        address: SocketAddr,
        knowledge: PathBuf,
    ) -> Result<Site, Invalid> {
        let base = match config.public_url.trim_end_matches('/') {
            "" => format!("http://{address}"),
            public => public.to_owned(),
        };
        let host = base.split_once("://").map_or(&*base, |(_, host)| host);
        // Behind a proxy, others look as if they were on this machine.
        let alone = address.ip().is_loopback() && config.public_url.is_empty();
        Ok(Site {
            access: Access::from_environment(alone)?,
            shared,
            audience: audience(config),
            host: without_port(host).to_lowercase(),
            base,
            knowledge,
            local: address.ip().is_loopback(),
            requests: Semaphore::new(REQUESTS),
            talks: Talks::new(),
            only_here: config.public_url.is_empty() && config.is_local(),
        })
    }

    /// The bot that knows what the page may show, and nothing else.
    pub fn bot(&self) -> anyhow::Result<Arc<Bot>> {
        self.shared.bots.bot(&self.audience)
    }

    /// Whether its address leads nowhere from other machines.
    pub(super) fn is_only_here(&self) -> bool {
        self.only_here
    }

    /// Whether browsers reach the page over a safe line only.
    pub(super) fn is_secure(&self) -> bool {
        self.base.starts_with("https://")
    }
}

/// What the web page may show. Where rules say what is opened, that. Without any rule: everything where only
/// people at this machine reach it, and nothing where others do.
pub fn audience(config: &Web) -> Audience {
    let opened = config.show.iter().flat_map(|show| &show.collections);
    if config.show.is_empty() && config.public_url.is_empty() && config.is_local()
        || opened.clone().any(|collection| collection == "*")
    {
        return Audience::Everything;
    }
    Audience::Collections(opened.cloned().collect())
}

/// The name in "name:port".
pub(super) fn without_port(host: &str) -> &str {
    let end = match host.rfind(']') {
        Some(bracket) => bracket + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    &host[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(config: &str) -> Audience {
        audience(&toml::from_str(config).unwrap())
    }

    #[test]
    fn what_others_reach_shows_what_is_opened_and_nothing_else() {
        let none = Audience::Collections(Default::default());
        let only = |name: &str| Audience::Collections([name.to_owned()].into());
        let public = "public_url = \"https://referent.example.org\"\n";
        let rule = "[[show]]\ncollections = [\"styret\"]\n";
        assert_eq!(seen(""), Audience::Everything);
        assert_eq!(seen("listen = \"[::1]:80\""), Audience::Everything);
        assert_eq!(seen("listen = \"0.0.0.0:8080\""), none);
        assert_eq!(seen(public), none);
        assert_eq!(seen(rule), only("styret"));
        assert_eq!(seen(&format!("{public}{rule}")), only("styret"));
        let all = "[[show]]\ncollections = [\"*\"]\n";
        assert_eq!(seen(&format!("{public}{all}")), Audience::Everything);
    }

    #[test]
    fn a_port_is_no_part_of_a_name() {
        for (host, name) in [
            ("127.0.0.1:8080", "127.0.0.1"),
            ("[::1]:8080", "[::1]"),
            ("[::1]", "[::1]"),
            ("referent.example.org", "referent.example.org"),
        ] {
            assert_eq!(without_port(host), name);
        }
    }
}
