//! The web page as a browser's requests see it, on the real program. What a person sees is in `tests/web/`.

mod hostile;
mod programs;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Desk, end, finish};

/// The program with its web page on a port of its own.
struct Page {
    desk: Desk,
    child: Child,
    host: String,
}

/// What came back.
struct Response {
    status: u16,
    head: String,
    body: String,
}

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

impl Page {
    fn start(desk: Desk, config: &str) -> Page {
        Page::start_with(desk, config, &[])
    }

    fn start_with(desk: Desk, config: &str, environment: &[(&str, &str)]) -> Page {
        let config = format!("[web]\nlisten = \"127.0.0.1:0\"\n{config}");
        std::fs::write(desk.root().join("config.toml"), config).unwrap();
        let mut child = desk
            .command(&["serve"])
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line.split_whitespace().last().unwrap_or_default();
        let host = address.split_once("://").map_or("", |(_, host)| host);
        let host = host.trim_end_matches('/');
        assert!(!host.is_empty(), "no address was printed");
        Page {
            host: host.to_owned(),
            desk,
            child,
        }
    }

    /// The program, ended and started again after something was done to its documents.
    fn restarted(mut self, meanwhile: impl FnOnce(&Desk)) -> Page {
        end(&mut self.child);
        meanwhile(&self.desk);
        let desk = std::mem::replace(&mut self.desk, Desk::new());
        Page::start(desk, "")
    }

    /// Sends a request as it is, without the lines that end its head.
    fn send(&self, to: &str, head: &str, body: &str) -> Response {
        let mut stream = TcpStream::connect(to).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let length = body.len();
        let request =
            format!("{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        // What is refused may be answered before all is sent.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        Response {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn get(&self, path: &str) -> Response {
        self.get_with(path, "")
    }

    fn get_with(&self, path: &str, more: &str) -> Response {
        let host = &self.host;
        self.send(
            host,
            &format!("GET {path} HTTP/1.1\r\nHost: {host}{more}"),
            "",
        )
    }

    fn post(&self, path: &str, more: &str, body: &str) -> Response {
        let host = &self.host;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded{more}"
        );
        self.send(host, &head, body)
    }

    /// Asks in a conversation of its own and gets the page with the answer.
    fn ask(&self, question: &str) -> Response {
        let asked = self.post("/", "", &format!("question={}", question.replace(' ', "+")));
        assert_eq!(asked.status, 303, "{}", asked.head);
        let cookie = asked.header("set-cookie").unwrap();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
            "{cookie}"
        );
        let cookie = cookie.split(';').next().unwrap();
        self.get_with("/", &format!("\r\nCookie: {cookie}"))
    }

    /// The ids of the documents that the page lists.
    fn documents(&self) -> Vec<String> {
        let page = self.get("/dokumenter").body;
        let links = page.split("href=\"/d/").skip(1);
        let ids = links.map(|rest| rest.split('"').next().unwrap().to_owned());
        let mut ids: Vec<String> = ids.collect();
        ids.sort();
        ids.dedup();
        ids
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

const MINUTES: &str = "# Møte 12. mars 2026\n\n## Sykkelparkering\n\nTaket over sykkelparkeringen koster 180 000 kroner.\n";

fn minutes() -> Desk {
    let desk = Desk::new();
    desk.write("referater/2026-03-12-mote.md", MINUTES);
    desk
}

#[test]
fn only_who_means_this_page_is_let_in() {
    let page = Page::start(minutes(), "");
    let host = page.host.clone();
    let port = host.rsplit_once(':').unwrap().1;
    let named = |name: &str| page.send(&host, &format!("GET / HTTP/1.1\r\nHost: {name}"), "");
    for ours in [&*host, &format!("localhost:{port}"), "[::1]", "127.0.0.1"] {
        assert_eq!(named(ours).status, 200, "{ours}");
    }
    for other in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""] {
        let refused = named(other);
        assert_eq!(refused.status, 421, "{other}");
        assert!(!refused.body.contains("sykkel"));
    }
    let twice = format!("GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example");
    assert_ne!(page.send(&host, &twice, "").status, 200);
    // Other sites may not write here.
    let asked = |more: &str| page.post("/", more, "question=Hva").status;
    assert_eq!(asked(""), 303);
    assert_eq!(asked(&format!("\r\nOrigin: http://{host}")), 303);
    assert_eq!(asked("\r\nSec-Fetch-Site: same-origin"), 303);
    for elsewhere in [
        "\r\nOrigin: http://evil.example",
        "\r\nOrigin: null",
        "\r\nSec-Fetch-Site: cross-site",
        "\r\nSec-Fetch-Site: same-site",
    ] {
        assert_eq!(asked(elsewhere), 403, "{elsewhere}");
    }
}

#[test]
fn a_browser_is_told_what_it_must_not_do() {
    let page = Page::start(minutes(), "");
    for path in ["/", "/dokumenter", "/finnes-ikke", "/assets/x.css"] {
        let shown = page.get(path);
        let policy = shown.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(shown.header("referrer-policy"), Some("no-referrer"));
        assert!(!shown.body.contains(" style=") && !shown.body.contains(" onclick="));
    }
    assert_eq!(page.get("/finnes-ikke").status, 404);
    assert_eq!(page.get(&format!("/{}", "a".repeat(9000))).status, 414);
    let large = format!("question={}", "a".repeat(100_000));
    assert_eq!(page.post("/", "", &large).status, 413);
    assert_eq!(page.post("/", "", &large[..2000]).status, 413);
    assert_eq!(page.get("/vurder").status, 405, "reading changes nothing");
}

#[test]
fn what_documents_hold_is_text_and_nothing_else() {
    let desk = Desk::new();
    let hostile = "<script>alert(1)</script> <img src=x onerror=alert(2)> sykkelparkering";
    desk.write(
        "a/møte.txt",
        format!("+++\ntitle = '{hostile}'\nurl = 'javascript:alert(3)'\n+++\n{hostile} koster 180 000 kroner.\n"),
    );
    desk.write(
        "a/side.html",
        "<html><title>Side</title><h1>Side</h1><p>Kantina stenger klokka tre.</p><script>alert(4)</script></html>",
    );
    let page = Page::start(desk, "");
    let ids = page.documents();
    assert_eq!(ids.len(), 2);
    let answer = page.ask("Hva koster sykkelparkering?");
    assert!(answer.body.contains("180 000"), "{}", answer.body);
    let mut pages = vec![answer.body];
    let paths = [
        "/dokumenter",
        "/nytt",
        "/status?topic=%3Cscript%3Ealert(1)",
        "/sok?topic=sykkelparkering",
    ];
    pages.extend(paths.map(|path| page.get(path).body));
    pages.extend(ids.iter().map(|id| page.get(&format!("/d/{id}")).body));
    for shown in &pages {
        for alive in ["<script>alert", "<img", "href=\"javascript:"] {
            assert!(!shown.contains(alive), "{alive} in {shown}");
        }
    }
    let html = ids.iter().find(|id| id.starts_with("side")).unwrap();
    let file = page.get(&format!("/d/{html}/fil"));
    assert!(
        file.header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
    assert!(
        file.header("content-security-policy")
            .unwrap()
            .contains("sandbox")
    );
    assert!(file.body.contains("alert(4)"), "it is the file itself");
}

#[test]
fn others_see_what_is_opened_and_no_sign_of_the_rest() {
    let desk = minutes();
    desk.write(
        "styret/2026-04-01-mote.md",
        "# Styret\n\nDirektøren slutter ved nyttår.\n",
    );
    let open = Page::start(Desk::new(), "");
    assert!(open.get("/").body.contains("ingen dokumenter"));
    let config = "public_url = \"https://referent.example.org\"\n[[web.show]]\ncollections = [\"referater\"]\n";
    let mut page = Page::start(desk, config);
    // The address that is printed is the public one; where it listens, the system tells.
    assert_eq!(page.host, "referent.example.org");
    page.host = listening(page.child.id());
    let shown = page.documents();
    assert_eq!(shown.len(), 1, "{shown:?}");
    let all = page.desk.json(&["documents"]);
    let all = all
        .as_array()
        .or_else(|| all["documents"].as_array())
        .unwrap();
    let hidden = all
        .iter()
        .find(|entry| entry["collection"] == "styret")
        .unwrap();
    let hidden = hidden["id"].as_str().unwrap();
    for path in [
        format!("/d/{hidden}"),
        format!("/d/{hidden}/fil"),
        format!("/?dok={hidden}"),
    ] {
        assert!(!page.get(&path).body.contains("Direktøren"), "{path}");
    }
    assert_eq!(page.get(&format!("/d/{hidden}")).status, 404);
    for path in [
        "/dokumenter",
        "/nytt",
        "/sok?topic=Direkt%C3%B8ren",
        "/status?topic=Direkt%C3%B8ren",
    ] {
        assert!(
            !page.get(path).body.to_lowercase().contains("styret"),
            "{path}"
        );
    }
    assert!(!page.ask("Når slutter direktøren?").body.contains("nyttår"));
}

/// Where a process listens, as Linux tells.
fn listening(process: u32) -> String {
    let sockets: Vec<String> = std::fs::read_dir(format!("/proc/{process}/fd"))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| {
            let link = link.to_string_lossy().into_owned();
            Some(link.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
        })
        .collect();
    let table = std::fs::read_to_string(format!("/proc/{process}/net/tcp")).unwrap();
    let mut lines = table
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let line = lines.find(|line| line[3] == "0A" && sockets.iter().any(|socket| socket == line[9]));
    let port = line.unwrap()[1].split_once(':').unwrap().1.to_owned();
    format!("127.0.0.1:{}", u16::from_str_radix(&port, 16).unwrap())
}

#[test]
fn citations_lead_to_the_page_with_the_words_marked() {
    let desk = minutes();
    desk.write(
        "referater/2026-05-01-mote.md",
        "# Møte 1. mai 2026\n\nPorten ved kantina koster 90 000 kroner.\n",
    );
    desk.write(
        "referater/2026-05-01-mote.md.toml",
        "url = \"https://example.org/mai.html\"\n",
    );
    let link = |desk: &Desk, question: &str| {
        let answer: Value = desk.json(&["ask", question]);
        answer["excerpts"][0]["link"].as_str().unwrap().to_owned()
    };
    let cost = "Hva koster taket over sykkelparkeringen?";
    let own = link(&desk, cost);
    assert!(own.starts_with("http://127.0.0.1:8080/d/"), "{own}");
    // Where everybody reads the document already, that is where a citation leads, until others reach the page too.
    let closes = "Hva koster porten ved kantina?";
    let public = link(&desk, closes);
    assert!(
        public.starts_with("https://example.org/mai.html#:~:text="),
        "{public}"
    );
    let config = desk.root().join("config.toml");
    std::fs::write(&config, "[web]\nenabled = false\n").unwrap();
    assert!(link(&desk, cost).starts_with("file://"));
    std::fs::write(
        &config,
        "[web]\npublic_url = \"https://r.example.org\"\n[[web.show]]\ncollections = [\"*\"]\n",
    )
    .unwrap();
    assert!(link(&desk, closes).starts_with("https://r.example.org/d/2026-05-01"));
    let page = Page::start(desk, "");
    let path = own.strip_prefix("http://127.0.0.1:8080").unwrap();
    let shown = page.get(path.split('#').next().unwrap());
    let marked = "<mark id=\"sitat\">Taket over sykkelparkeringen koster 180 000 kroner.</mark>";
    assert!(shown.body.contains(marked), "{}", shown.body);
    assert!(path.ends_with("#sitat"));
}

#[test]
fn no_path_of_a_request_reaches_the_disk() {
    let desk = minutes();
    std::fs::write(desk.root().join("secret.md"), "# Hemmelig\n\nhemmelighet\n").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(
        desk.root().join("secret.md"),
        desk.knowledge().join("lenke.md"),
    )
    .unwrap();
    let page = Page::start(desk, "");
    for path in [
        "/d/../../etc/passwd/fil",
        "/d/..%2f..%2fsecret.md/fil",
        "/d/secret.md/fil",
        "/d/%00/fil",
        "/assets/..%2f..%2fCargo.toml",
        "/d/lenke/fil",
        "/../secret.md",
        "//secret.md",
    ] {
        let answer = page.get(path);
        assert!(
            answer.status == 404 || answer.status == 400,
            "{path}: {}",
            answer.status
        );
        assert!(!answer.body.contains("hemmelighet"));
    }
    // A file that became a link to another after it was read.
    let id = page
        .documents()
        .into_iter()
        .find(|id| id.starts_with("2026-03-12"))
        .unwrap();
    assert!(page.get(&format!("/d/{id}/fil")).body.contains("180 000"));
    #[cfg(unix)]
    {
        let file = page.desk.knowledge().join("referater/2026-03-12-mote.md");
        std::fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink(page.desk.root().join("secret.md"), &file).unwrap();
        let answer = page.get(&format!("/d/{id}/fil"));
        assert!(!answer.body.contains("hemmelighet"), "{}", answer.body);
    }
}

#[test]
fn pages_speak_the_browsers_language() {
    let page = Page::start(minutes(), "");
    let spoken = |language: &str| {
        let shown = page.get_with("/", &format!("\r\nAccept-Language: {language}"));
        assert!(shown.header("vary").unwrap().contains("accept-language"));
        shown.body
    };
    assert!(spoken("nn").contains("<html lang=\"nn\">") && spoken("nn").contains("Spør referata"));
    assert!(spoken("en-GB,nb;q=0.5").contains("Ask the minutes"));
    assert!(spoken("fr").contains("Spør referatene"));
}

#[test]
fn what_no_page_takes_is_refused_in_words_for_people() {
    let page = Page::start(minutes(), "");
    let host = &page.host;
    let nynorsk = "\r\nAccept-Language: nn";
    for address in ["/status?topic=a&topic=b", "/d/%ff"] {
        let refused = page.get_with(address, nynorsk);
        assert_eq!(refused.status, 400, "{address}");
        assert!(
            refused.body.contains("Sida finst ikkje"),
            "{}",
            refused.body
        );
    }
    let head = format!("DELETE /nytt HTTP/1.1\r\nHost: {host}{nynorsk}");
    let refused = page.send(host, &head, "");
    assert_eq!(refused.status, 405);
    assert_eq!(refused.header("allow"), Some("GET,HEAD"));
    assert!(
        refused.body.contains("Sida finst ikkje"),
        "{}",
        refused.body
    );
    // A place that nobody could have quoted, in an address that somebody made up.
    for id in page.documents() {
        let far = page.get(&format!(
            "/d/{id}?sted=0-18446744073709551615-0000000000-abcabc"
        ));
        assert_eq!(far.status, 200, "{}", far.body);
    }
    let refused = page.get("/sok?topic=hjemmekontor+fra:igaar");
    assert!(
        refused.body.contains("«igaar» er ingen dato"),
        "{}",
        refused.body
    );
}

#[test]
fn an_address_that_is_taken_is_named_with_what_to_change() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let desk = minutes();
    std::fs::write(
        desk.root().join("config.toml"),
        format!("[web]\nlisten = \"{address}\"\n"),
    )
    .unwrap();
    let run = finish(desk.command(&[]), Duration::from_secs(60), |_| ());
    assert_eq!(run.status.code(), Some(1));
    assert!(
        run.stderr
            .contains(&format!("web: cannot listen on {address}"))
            && run.stderr.contains("web.listen"),
        "{}",
        run.stderr
    );
}
