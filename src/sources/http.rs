//! Requests to servers of others: polite, within limits, and never to where nobody meant them to go.
//!
//! Addresses come from feeds and pages, and so from strangers. Nothing with a private address is asked,
//! by whatever name or redirect it is reached: the address that is connected to is looked at, not the
//! one that a name had a moment before. Only a server that the configuration itself says is in one's own
//! network may have one.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Method, Response, StatusCode, Url};
use robotxt::{AccessResult, Robots};
use sha2::{Digest, Sha256};

use super::name::hexadecimal;
use crate::config::{Secret, Source};

/// How the program introduces itself, and is named in a robots.txt.
const AGENT: &str = "referent";
const INTRODUCTION: &str = concat!("referent/", env!("CARGO_PKG_VERSION"));
/// Redirects that are followed one after another.
const REDIRECTS: usize = 5;
/// A connection must come about within this.
const CONNECT: Duration = Duration::from_secs(10);
/// Everything that one request brings must have come within this.
const WHOLE: Duration = Duration::from_secs(15 * 60);
/// The longest list of documents: a feed, a page, a folder.
pub(super) const LIST: u64 = 10 << 20;
/// What is read of a robots.txt.
const ROBOTS: u64 = 500 << 10;
/// A robots.txt may ask for no longer pause than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Nobody is believed who asks to be left alone for longer.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Why something could not be fetched, in words for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The server has no such thing.
    #[error("the server says that it is not there ({0})")]
    Missing(u16),
    /// The server wants to know who asks.
    #[error("the server wants a password, or refuses this one ({0})")]
    Forbidden(u16),
    /// The server asks to wait.
    #[error("the server asks to wait ({status})")]
    Wait {
        /// 429 or 503.
        status: u16,
        /// For how long, where it says so.
        seconds: Option<u64>,
    },
    /// Another answer that is no success.
    #[error("the server answers with {0}")]
    Status(u16),
    /// It leads to where nothing is fetched from.
    #[error("{0}")]
    Address(String),
    /// robots.txt forbids it.
    #[error("the server's robots.txt asks programs to leave this alone")]
    Robots,
    /// More than is fetched.
    #[error("more than {0} MiB: it was not fetched")]
    TooLarge(u64),
    /// Redirects that lead nowhere.
    #[error("it is redirected again and again")]
    Redirects,
    /// Nothing came, or not enough.
    #[error("the server does not answer in time")]
    Timeout,
    /// No connection.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// It is not what it is said to be.
    #[error("{0}")]
    Content(String),
    /// It could not be put where it belongs.
    #[error("{0}")]
    Disk(String),
}

impl Failure {
    /// Whether the whole server is in trouble, and not one document.
    pub(super) fn is_of_server(&self) -> bool {
        matches!(
            self,
            Failure::Wait { .. } | Failure::Timeout | Failure::Unreachable(_)
        )
    }
}

/// What a server calls a state of something, to be asked for a newer one only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Validators {
    pub(super) etag: Option<String>,
    pub(super) modified: Option<String>,
}

/// What came.
#[derive(Debug, Clone)]
pub(super) struct Received {
    /// Where it came from in the end.
    pub(super) url: Url,
    pub(super) validators: Validators,
    /// Without parameters, in small letters.
    pub(super) media_type: Option<String>,
    /// The name that the server gives the file.
    pub(super) file_name: Option<String>,
    /// SHA-256 of the content.
    pub(super) hash: String,
}

/// Asks servers on behalf of one source.
pub(super) struct Visitor {
    own: Url,
    /// Whether the source's own server may have a private address.
    is_private: bool,
    hosts: Vec<String>,
    login: Option<(String, Secret)>,
    pause: Duration,
    /// Connects to any address: for the source's own server where that is private.
    inside: Client,
    /// Connects to public addresses only.
    outside: Client,
    robots: HashMap<String, Robots>,
    last: Option<Instant>,
}

impl Visitor {
    pub(super) fn new(source: &Source, password: Option<Secret>) -> Result<Visitor, Failure> {
        let own = Url::parse(source.address())
            .map_err(|error| Failure::Address(format!("its address is none: {error}")))?;
        let is_private = source.private || is_private_name(&own);
        let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
        let client = || {
            Client::builder()
                .user_agent(INTRODUCTION)
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(CONNECT.min(seconds(source.timeout_seconds)))
                .read_timeout(seconds(source.timeout_seconds))
                // A proxy would look up the names itself.
                .no_proxy()
        };
        let built = |client: reqwest::ClientBuilder| {
            client
                .build()
                .map_err(|error| Failure::Unreachable(in_words(&error)))
        };
        Ok(Visitor {
            inside: built(client())?,
            outside: built(client().dns_resolver(Arc::new(PublicOnly)))?,
            login: source.user.clone().zip(password),
            hosts: source.hosts.clone(),
            pause: seconds(source.pause_seconds),
            robots: HashMap::new(),
            last: None,
            own,
            is_private,
        })
    }

    /// Where the source is.
    pub(super) fn own(&self) -> &Url {
        &self.own
    }

    /// Whether documents may be fetched from there where the source links to it.
    pub(super) fn admits(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        matches!(url.scheme(), "http" | "https")
            && (is_same_server(url, &self.own)
                || (!self.is_private && Some(host) == self.own.host_str())
                || self.hosts.iter().any(|known| known == host))
    }

    /// Reads a list, if it is another one than the validators tell of.
    pub(super) async fn list(
        &mut self,
        url: &Url,
        known: &Validators,
    ) -> Result<Option<(Received, Vec<u8>)>, Failure> {
        let mut bytes = Vec::new();
        let received = self
            .fetch(Method::GET, url, known, LIST, &mut bytes)
            .await?;
        Ok(received.map(|received| (received, bytes)))
    }

    /// Reads a folder of a WebDAV server.
    pub(super) async fn folder(&mut self, url: &Url) -> Result<(Received, Vec<u8>), Failure> {
        let mut bytes = Vec::new();
        let method = Method::from_bytes(b"PROPFIND").unwrap_or_default();
        let received = self
            .fetch(method, url, &Validators::default(), LIST, &mut bytes)
            .await?;
        let received = received.ok_or(Failure::Status(304))?;
        Ok((received, bytes))
    }

    /// Fetches a document into `file`, if it is another one than the validators tell of. What could not
    /// be fetched whole is left there.
    pub(super) async fn document(
        &mut self,
        url: &Url,
        known: &Validators,
        limit_mib: u64,
        file: &Path,
    ) -> Result<Option<Received>, Failure> {
        let disk = |error: std::io::Error| {
            Failure::Disk(format!("{} cannot be written: {error}", file.display()))
        };
        let mut content = File::create(file).map_err(disk)?;
        let received = self
            .fetch(Method::GET, url, known, limit_mib << 20, &mut content)
            .await?;
        content.sync_all().map_err(disk)?;
        Ok(received)
    }

    async fn fetch(
        &mut self,
        method: Method,
        url: &Url,
        known: &Validators,
        limit: u64,
        into: &mut (dyn Write + Send),
    ) -> Result<Option<Received>, Failure> {
        let whole = async {
            let response = self.ask(method, url, known).await?;
            if response.status() == StatusCode::NOT_MODIFIED {
                return Ok(None);
            }
            read(response, limit, into).await.map(Some)
        };
        let ended = tokio::time::timeout(WHOLE, whole).await;
        ended.unwrap_or(Err(Failure::Timeout))
    }

    /// Asks, and follows where it is sent. What comes back is a success or tells that nothing is new.
    async fn ask(
        &mut self,
        method: Method,
        url: &Url,
        known: &Validators,
    ) -> Result<Response, Failure> {
        let mut url = url.clone();
        let mut seen = HashSet::new();
        loop {
            url.set_fragment(None);
            if !seen.insert(url.clone()) || seen.len() > REDIRECTS + 1 {
                return Err(Failure::Redirects);
            }
            self.robots(&url).await?;
            let response = self.request(method.clone(), &url, known).await?;
            let status = response.status();
            if !status.is_redirection() || status == StatusCode::NOT_MODIFIED {
                return match status.is_success() || status == StatusCode::NOT_MODIFIED {
                    true => Ok(response),
                    false => Err(refused(status, response.headers())),
                };
            }
            let to = text(response.headers(), header::LOCATION);
            let next = to.and_then(|to| url.join(&to).ok());
            let next = next.ok_or(Failure::Status(status.as_u16()))?;
            if url.scheme() == "https" && next.scheme() != "https" {
                return Err(Failure::Address(
                    "it is redirected to an address that anybody on the way can read".to_owned(),
                ));
            }
            url = next;
        }
    }

    /// Goes by what the server's robots.txt says. A folder that somebody gave the program a password for
    /// is not meant by it.
    async fn robots(&mut self, url: &Url) -> Result<(), Failure> {
        if self.login.is_some() && is_same_server(url, &self.own) {
            return Ok(());
        }
        let server = url.origin().ascii_serialization();
        if !self.robots.contains_key(&server) {
            let robots = self.read_robots(url).await?;
            if let Some(delay) = robots.crawl_delay() {
                self.pause = self.pause.max(delay.min(LONGEST_PAUSE));
            }
            self.robots.insert(server.clone(), robots);
        }
        let allowed = self
            .robots
            .get(&server)
            .is_none_or(|robots| robots.is_url_allowed(url));
        match allowed {
            true => Ok(()),
            false => Err(Failure::Robots),
        }
    }

    async fn read_robots(&mut self, url: &Url) -> Result<Robots, Failure> {
        let mut at = url.clone();
        at.set_path("/robots.txt");
        at.set_query(None);
        let mut left = REDIRECTS;
        loop {
            let response = self
                .request(Method::GET, &at, &Validators::default())
                .await?;
            let status = response.status();
            if status.is_redirection() {
                let to = text(response.headers(), header::LOCATION);
                let next = to.and_then(|to| at.join(&to).ok());
                match next.filter(|_| left > 0) {
                    Some(next) => (at, left) = (next, left - 1),
                    None => return Ok(Robots::from_access(AccessResult::TooManyRedirects, AGENT)),
                }
                continue;
            }
            if status.is_server_error() {
                return Err(refused(status, response.headers()));
            }
            if !status.is_success() {
                return Ok(Robots::from_access(AccessResult::Unavailable, AGENT));
            }
            let mut rules = Vec::new();
            return match read(response, ROBOTS, &mut rules).await {
                Ok(_) | Err(Failure::TooLarge(_)) => {
                    Ok(Robots::from_access(AccessResult::Successful(&rules), AGENT))
                }
                Err(failure) => Err(failure),
            };
        }
    }

    /// One request, some time after the last one.
    async fn request(
        &mut self,
        method: Method,
        url: &Url,
        known: &Validators,
    ) -> Result<Response, Failure> {
        let own = is_same_server(url, &self.own);
        let inside = own && self.is_private;
        if !matches!(url.scheme(), "http" | "https") {
            let what = format!("it leads to {}:, which is not fetched", url.scheme());
            return Err(Failure::Address(what));
        }
        if !inside && literal(url).is_some_and(|address| !is_public(address)) {
            return Err(private(url));
        }
        if let Some(last) = self.last {
            tokio::time::sleep(self.pause.saturating_sub(last.elapsed())).await;
        }
        let client = match inside {
            true => &self.inside,
            false => &self.outside,
        };
        let listing = method.as_str() == "PROPFIND";
        let mut request = client.request(method, url.clone());
        if let Some((user, password)) = self.login.as_ref().filter(|_| own) {
            request = request.basic_auth(user, Some(password.reveal()));
        }
        if listing {
            request = request
                .header("Depth", "1")
                .header(header::CONTENT_TYPE, "application/xml; charset=utf-8")
                .body(super::webdav::QUESTION);
        }
        if let Some(etag) = &known.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        } else if let Some(modified) = &known.modified {
            request = request.header(header::IF_MODIFIED_SINCE, modified);
        }
        let response = request.send().await;
        self.last = Some(Instant::now());
        let response = response.map_err(|error| failed(&error, url))?;
        let connected = response.remote_addr().map(|address| address.ip());
        if !inside && connected.is_some_and(|address| !is_public(address)) {
            return Err(private(url));
        }
        Ok(response)
    }
}

/// Reads a response, and no more of it than it may have.
async fn read(
    mut response: Response,
    limit: u64,
    into: &mut (dyn Write + Send),
) -> Result<Received, Failure> {
    let too_large = || Failure::TooLarge((limit >> 20).max(1));
    if response
        .content_length()
        .is_some_and(|length| length > limit)
    {
        return Err(too_large());
    }
    let (mut hasher, mut size) = (Sha256::new(), 0);
    let url = response.url().clone();
    while let Some(part) = response
        .chunk()
        .await
        .map_err(|error| failed(&error, &url))?
    {
        size += part.len() as u64;
        if size > limit {
            return Err(too_large());
        }
        hasher.update(&part);
        into.write_all(&part)
            .map_err(|error| Failure::Disk(format!("it cannot be written ({error})")))?;
    }
    let headers = response.headers();
    let media_type = text(headers, header::CONTENT_TYPE);
    let disposition = text(headers, header::CONTENT_DISPOSITION);
    Ok(Received {
        url,
        validators: Validators {
            etag: text(headers, header::ETAG),
            modified: text(headers, header::LAST_MODIFIED),
        },
        media_type: media_type.map(|kind| {
            let kind = kind.split(';').next().unwrap_or_default();
            kind.trim().to_ascii_lowercase()
        }),
        file_name: disposition.as_deref().and_then(super::name::in_disposition),
        hash: hexadecimal(&hasher.finalize()),
    })
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    // Names of files may be sent as they are, which is no ASCII.
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
        .filter(|text| !text.is_empty())
}

fn refused(status: StatusCode, headers: &HeaderMap) -> Failure {
    match status.as_u16() {
        status @ (404 | 410) => Failure::Missing(status),
        status @ (401 | 403) => Failure::Forbidden(status),
        status @ (429 | 503) => Failure::Wait {
            status,
            seconds: text(headers, header::RETRY_AFTER).and_then(|wait| seconds(&wait)),
        },
        status => Failure::Status(status),
    }
}

/// For how long to wait: a number of seconds, or a time.
fn seconds(wait: &str) -> Option<u64> {
    let until = || {
        let time = jiff::fmt::rfc2822::parse(wait).ok()?;
        let seconds = time.timestamp().as_second() - crate::clock::now();
        Some(u64::try_from(seconds).unwrap_or(0))
    };
    let seconds = wait.parse().ok().or_else(until);
    seconds.map(|seconds: u64| seconds.min(LONGEST_WAIT.as_secs()))
}

fn private(url: &Url) -> Failure {
    let host = url.host_str().unwrap_or_default();
    Failure::Address(format!(
        "{host} has an address of a private network, which nothing is fetched from: if the source itself is in your own network, say so with private = true"
    ))
}

/// Why a request came to nothing, without the address, which may hold a secret.
fn failed(error: &reqwest::Error, url: &Url) -> Failure {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<NotPublic>() {
            return private(url);
        }
        cause = error.source();
    }
    match error.is_timeout() {
        true => Failure::Timeout,
        false => Failure::Unreachable(in_words(error)),
    }
}

/// The innermost cause says most.
fn in_words(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn is_same_server(a: &Url, b: &Url) -> bool {
    a.origin() == b.origin()
}

/// The address that a URL names instead of a name.
fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_matches(['[', ']']).parse().ok()
}

/// Whether an address leads into one's own network by its name alone.
fn is_private_name(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    literal(url).is_some_and(|address| !is_public(address))
        || host == "localhost"
        || host.ends_with(".localhost")
}

/// A name that has no public address.
#[derive(Debug, thiserror::Error)]
#[error("the name has no public address")]
struct NotPublic;

/// Looks names up and leaves out what is not public, so that nothing else can be connected to.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| is_public(address.ip()))
                .collect();
            match public.is_empty() {
                true => Err(NotPublic.into()),
                false => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}

/// Whether an address is one of the internet, and not of a network of somebody's own.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        // Shared by customers of a provider, for protocols, for measurements, reserved.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let within = |[.., a, b, c, d]: [u8; 16]| is_public_v4(Ipv4Addr::new(a, b, c, d));
    let [first, second, ..] = address.segments();
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    match first {
        // IPv4 in other clothes: compatible addresses and translated ones.
        0 => false,
        0x64 => second == 0xff9b && address.segments()[2] == 0 && within(address.octets()),
        0x2002 => {
            let [_, _, a, b, c, d, ..] = address.octets();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Teredo and documentation.
        0x2001 => second != 0 && second != 0xdb8,
        _ => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        for address in [
            "93.184.215.14",
            "2606:4700::1111",
            "::ffff:93.184.215.14",
            "64:ff9b::5db8:d70e",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn how_long_to_wait_is_a_number_or_a_time() {
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("99999999999"), Some(LONGEST_WAIT.as_secs()));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:28:00 GMT"), Some(0));
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("-1"), None);
    }

    fn source(lines: &str) -> Source {
        let text = format!("name = \"a\"\ncollection = \"b\"\n{lines}");
        toml::from_str(&text).unwrap()
    }

    fn visitor(lines: &str) -> Visitor {
        Visitor::new(&source(lines), None).unwrap()
    }

    #[test]
    fn documents_come_from_the_source_s_own_server_and_those_that_are_named() {
        let visitor = visitor("page = \"https://nav.example/ref\"\nhosts = [\"filer.example\"]\n");
        let admits = |url: &str| visitor.admits(&Url::parse(url).unwrap());
        assert!(admits("https://nav.example/a.pdf"));
        assert!(admits("https://filer.example/a.pdf"));
        assert!(!admits("https://filer.example.evil.example/a.pdf"));
        assert!(!admits("file:///etc/passwd"));
        // Of a server in one's own network not another port, where something else may listen.
        let inside = super::tests::visitor("page = \"http://127.0.0.1:8081/\"\n");
        assert!(!inside.admits(&Url::parse("http://127.0.0.1:6379/a.pdf").unwrap()));
    }

    #[tokio::test]
    async fn what_is_private_is_not_asked_by_any_name() {
        let mut visitor = visitor("page = \"https://nav.example/\"\npause_seconds = 0\n");
        for url in [
            "http://127.0.0.1:1/",
            "http://[::1]:1/",
            "http://[::ffff:127.0.0.1]:1/",
            "http://2130706433:1/",
            "http://localhost:1/",
        ] {
            let url = Url::parse(url).unwrap();
            let nothing = Validators::default();
            let asked = visitor.request(Method::GET, &url, &nothing);
            let failure = asked.await.unwrap_err();
            assert!(
                matches!(&failure, Failure::Address(what) if what.contains("private network")),
                "{url}: {failure}"
            );
        }
    }
}
