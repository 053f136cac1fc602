//! A thousand requests that mean no good: nothing changes, nothing leaks, and the page answers on.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::time::Duration;

use super::{MINUTES, Page, minutes};

const REQUESTS: usize = 1_000;
const SEED: u64 = 20_261_122;
/// What stands beside the knowledge folder, and must come out nowhere.
const SECRET: &str = "KODEN-ER-4711";
const TOKEN: &str = "operatorens-eget-ord";

/// Numbers that look like chance and are the same in every run (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn one(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len())]
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.next() as u8).collect()
    }
}

const METHODS: [&str; 14] = [
    "GET", "GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "PATCH", "TRACE",
    "CONNECT", "PROPFIND", "G\u{0}T",
];

const PLACES: [&str; 22] = [
    "/",
    "/d/",
    "/d/ID",
    "/d/ID/fil",
    "/assets/",
    "/status?topic=",
    "/standpunkter?topic=",
    "/sok?q=",
    "/nytt",
    "/dokumenter",
    "/vurder",
    "/ny",
    "/feed.atom?topic=",
    "/mcp",
    "/metrics",
    "/operator",
    "/operator/gaps.json",
    "/api/v1/ask?question=",
    "/api/v1/search?query=",
    "/api/v1/documents/",
    "/api/v1/changes?since=",
    "/api/v1/status?topic=",
];

const BAIT: [&str; 30] = [
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "..%252f..%252fhemmelig.txt",
    "%2e%2e/%2e%2e/hemmelig.txt",
    "....//....//hemmelig.txt",
    "..\\..\\hemmelig.txt",
    "..%5c..%5chemmelig.txt",
    "..%c0%af..%c0%afhemmelig.txt",
    "/hemmelig.txt",
    "//hemmelig.txt",
    "file:///etc/passwd",
    "hemmelig.txt%00.md",
    "%00",
    "%FF%FE",
    "%",
    "%zz",
    "<script>alert(1)</script>",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
    "javascript:alert(1)",
    "'%20OR%201=1--",
    "\");DROP%20TABLE%20answer;--",
    "${jndi:ldap://127.0.0.1/a}",
    "{{7*7}}",
    "%0d%0aSet-Cookie:%20a=b",
    "AND%20NOT%20(((((((((((((((((((((((((",
    "*:*",
    "a*b?c~d^e",
    "%F0%9F%92%A9",
    "-%22",
];

const HEADERS: [&str; 22] = [
    "Host: evil.example",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-For: 127.0.0.1",
    "X-Original-URL: /operator",
    "X-Rewrite-URL: /operator",
    "Origin: https://evil.example",
    "Origin: null",
    "Sec-Fetch-Site: cross-site",
    "Authorization: Bearer ",
    "Authorization: Basic Og==",
    "Authorization: Basic \u{fffd}",
    "Cookie: referent-conversation=../../../../etc/passwd",
    "Cookie: referent-language=%3Cscript%3E",
    "Accept-Language: <script>alert(1)</script>",
    "Accept-Encoding: gzip, br;q=\u{1}",
    "Range: bytes=0-99999999999999999999",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked, identity",
    "Content-Type: multipart/form-data; boundary=",
    "Content-Type: application/json; charset=utf-16",
    "Expect: 100-continue",
    "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings",
];

/// A request that means no good.
fn request(chance: &mut Chance, host: &str, id: &str) -> Vec<u8> {
    if chance.below(40) == 0 {
        // No HTTP at all: what a browser says first on a safe line, or anything.
        return match chance.below(2) {
            0 => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
            _ => chance.bytes(4_000),
        };
    }
    let method = chance.one(&METHODS);
    let mut path = chance.one(&PLACES).replace("ID", id);
    for _ in 0..=chance.below(3) {
        path.push_str(chance.one(&BAIT));
    }
    match chance.below(12) {
        0 => path.push_str(&"a".repeat(chance.below(60_000))),
        1 => path.push_str(&"&topic=x".repeat(chance.below(2_000))),
        2 => path.push_str(&"%C3%A5".repeat(chance.below(500))),
        _ => {}
    }
    // A space would end it early, which is a case of its own.
    if chance.below(10) > 0 {
        path = path.replace(' ', "+");
    }
    let version = chance.one(&[
        "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/9.9", "",
    ]);
    let mut head = format!("{method} {path} {version}\r\n");
    if chance.below(8) > 0 {
        head.push_str(&format!("Host: {host}\r\n"));
    }
    for _ in 0..chance.below(4) {
        head.push_str(chance.one(&HEADERS));
        head.push_str("\r\n");
    }
    match chance.below(20) {
        0 => head.push_str(&format!(
            "X-Long: {}\r\n",
            "b".repeat(chance.below(300_000))
        )),
        1 => head.push_str(&"X-Many: c\r\n".repeat(chance.below(500))),
        2 => head.push_str("X-Folded: a\r\n b\r\n"),
        _ => {}
    }
    let body = match chance.below(8) {
        0 => format!("question={}", chance.one(&BAIT)).into_bytes(),
        1 => b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"ask\",\"arguments\":{\"question\":\"<script>alert(1)</script>\"}}}".to_vec(),
        2 => "[".repeat(chance.below(60_000)).into_bytes(),
        3 => vec![b'x'; chance.below(1 << 20)],
        4 => chance.bytes(3_000),
        _ => Vec::new(),
    };
    match chance.below(6) {
        0 => {}
        // More or less than comes.
        1 => head.push_str(&format!("Content-Length: {}\r\n", chance.below(200_000))),
        2 => head.push_str("Content-Length: -1\r\n"),
        _ => head.push_str(&format!("Content-Length: {}\r\n", body.len())),
    }
    if chance.below(15) > 0 {
        head.push_str("Connection: close\r\n");
    }
    [head.as_bytes(), b"\r\n", &body].concat()
}

/// Sends it and takes what comes back, if anything does.
fn exchange(host: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
        .set_write_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let _ = stream.write_all(request);
    // Nothing more comes: who waits for the rest of a body need not wait.
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.take(4 << 20).read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// All files under a folder with what is in them.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push((path.display().to_string(), std::fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}

#[test]
fn a_thousand_requests_that_mean_no_good_change_nothing_and_learn_nothing() {
    println!("seed {SEED}");
    let desk = minutes();
    desk.write(
        "referater/2026-04-01-mote.md",
        "+++\ntitle = \"</title><script>alert(1)</script>\"\nbody = \"<img src=x onerror=alert(1)>\"\ndate = \"2026-04-01\"\n+++\n\n\
         ## <script>alert(1)</script>\n\nFASA mener at <script>alert(1)</script> er feil. \"><img src=x onerror=alert(1)> {{7*7}}\n",
    );
    desk.write(
        "styret/2026-05-01-styret.md",
        format!("# Styret 1. mai 2026\n\n## Lås\n\n{SECRET}\n"),
    );
    std::fs::write(desk.root().join("hemmelig.txt"), SECRET).unwrap();
    let opened = "[[web.show]]\ncollections = [\"referater\"]\n";
    let page = Page::start_with(desk, opened, &[("REFERENT_OPERATOR_TOKEN", TOKEN)]);
    let before = files(&page.desk.knowledge());
    let documents = page.documents();
    let changes = page.get("/api/v1/changes").body;
    let folder = page.desk.root().display().to_string();

    // Bodies that never come to an end, all the while.
    let slow: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(&page.host).unwrap();
            let head = format!(
                "POST / HTTP/1.1\r\nHost: {}\r\nContent-Length: 60000\r\n\r\nq",
                page.host
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();

    let mut chance = Chance(SEED);
    let mut answered = 0;
    for number in 0..REQUESTS {
        let request = request(&mut chance, &page.host, &documents[0]);
        let answer = exchange(&page.host, &request);
        let told = || {
            let request = String::from_utf8_lossy(&request[..request.len().min(600)]).into_owned();
            format!("seed {SEED}, request {number}:\n{request}\n\n{answer}")
        };
        for leak in [
            SECRET,
            TOKEN,
            "root:x:0:0",
            "[package]",
            &folder,
            "panicked",
        ] {
            // What was sent may come back, as it is in an address on the page.
            let sent = request
                .windows(leak.len())
                .any(|part| part == leak.as_bytes());
            assert!(sent || !answer.contains(leak), "{leak}: {}", told());
        }
        // "Go on" may come before the answer itself.
        let going_on = "HTTP/1.1 100 Continue\r\n\r\n";
        let last = answer.strip_prefix(going_on).unwrap_or(&answer);
        let Some((head, body)) = last.split_once("\r\n\r\n") else {
            continue;
        };
        answered += 1;
        let head = head.to_lowercase();
        let status: u16 = head
            .split(' ')
            .nth(1)
            .unwrap_or_default()
            .parse()
            .unwrap_or(0);
        assert!(
            (200..500).contains(&status) || status == 501 || status == 505,
            "{}",
            told()
        );
        assert!(!head.contains("set-cookie: a=b"), "{}", told());
        if head.contains("content-type: text/html") {
            let live = body.contains("<script>alert") || body.contains("<img src=x");
            assert!(!live, "{}", told());
            assert!(
                head.contains("content-security-policy: default-src 'none'"),
                "{}",
                told()
            );
        }
    }
    drop(slow);
    assert!(
        answered > REQUESTS / 2,
        "only {answered} were answered at all"
    );
    assert_eq!(files(&page.desk.knowledge()), before);
    assert_eq!(page.documents(), documents);
    assert_eq!(page.get("/api/v1/changes").body, changes);
    // It answers on, and the documents say what they said.
    let answer = page.get("/api/v1/ask?question=Hva+koster+taket+over+sykkelparkeringen%3F");
    assert!(answer.body.contains("180 000 kroner"), "{}", answer.body);
    assert!(MINUTES.contains("180 000 kroner"));
    assert_eq!(page.get("/readyz").status, 200);
}
