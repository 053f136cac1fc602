//! How long an answer takes over HTTP: so many requests a second come at fixed times, whether those before are answered or
//! not, and each is measured from the time at which it was meant to be sent. Beside it plain tantivy, served the same way, in
//! a process of its own too.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::{RawQuery, State};
use axum::routing::get;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{KNOWLEDGE, Plain, ms};

/// Set for the process that serves plain tantivy: the folder of its index.
pub const PLAIN: &str = "REFERENT_BENCH_PLAIN";
/// Seconds that a turn lasts.
const TURN: u32 = 10;
/// Turns of each server, one after the other.
const TURNS: usize = 3;

/// Asks both servers, and tells how long they took.
pub fn measure(folder: &Path, questions: &[String], texts: &[String], rate: usize) {
    let rate = u32::try_from(rate).unwrap();
    drop(Plain::new(&folder.join("plain"), texts));
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(
        folder.join("config.toml"),
        "[web]\nlisten = \"127.0.0.1:0\"\n",
    )
    .unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_referent"));
    command.current_dir(folder);
    command.args(["--knowledge", KNOWLEDGE, "--data", "data", "serve"]);
    let own = Server::start(command, "/api/v1/ask?question=");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(PLAIN, folder.join("plain"));
    let plain = Server::start(command, "/search?query=");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let servers = [("plain tantivy", plain), ("ask", own)];
    // Whatever is made when it is first needed is made before.
    for (_, server) in &servers {
        runtime.block_on(turn(server, questions, (rate, 2)));
    }
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..TURNS {
        for ((_, server), times) in servers.iter().zip(&mut times) {
            times.extend(runtime.block_on(turn(server, questions, (rate, TURN))));
        }
    }
    println!(
        "{rate} requests a second over HTTP, from the time at which each was meant to be sent"
    );
    for ((name, _), times) in servers.iter().zip(&mut times) {
        let asked = times.len();
        let mut times: Vec<Duration> = times.drain(..).flatten().collect();
        times.sort_unstable();
        let refused = asked - times.len();
        if times.is_empty() {
            println!("{name:14} answered none of {asked} requests");
            continue;
        }
        let at = |hundredth: usize| ms(times[times.len() * hundredth / 100]);
        let longest = times.last().copied().map(ms).unwrap_or_default();
        let count = times.len();
        println!(
            "{name:14} median {}, 99 % within {}, longest {longest} ({count} requests, {refused} refused)",
            at(50),
            at(99)
        );
    }
}

/// Serves plain tantivy until the process is ended.
pub fn serve_plain(folder: &Path) {
    let plain = Arc::new(Plain::open(folder));
    let router = axum::Router::new()
        .route("/search", get(search))
        .with_state(plain);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("plain: http://{}/", listener.local_addr().unwrap());
        axum::serve(listener, router).await.unwrap();
    });
}

async fn search(State(plain): State<Arc<Plain>>, RawQuery(query): RawQuery) -> String {
    let query = query.unwrap_or_default();
    let words = query.strip_prefix("query=").unwrap_or_default().to_owned();
    let words = percent_decode_str(&words).decode_utf8_lossy().into_owned();
    tokio::task::spawn_blocking(move || plain.found(&words).join("\n"))
        .await
        .unwrap()
}

/// A server in a process of its own.
struct Server {
    child: Child,
    host: String,
    path: &'static str,
}

impl Server {
    fn start(mut command: Command, path: &'static str) -> Server {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let host = line
            .trim()
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap();
        assert!(host.contains(':'), "no address was printed: {line:?}");
        Server {
            host: host.to_owned(),
            child,
            path,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks so many times a second for so many seconds; of what was refused there is no time.
async fn turn(
    server: &Server,
    questions: &[String],
    (rate, seconds): (u32, u32),
) -> Vec<Option<Duration>> {
    let idle: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
    let begin = Instant::now() + Duration::from_millis(100);
    let mut asked = Vec::new();
    for (number, question) in (0..rate * seconds).zip(questions.iter().cycle()) {
        let at = begin + Duration::from_secs(1) * number / rate;
        tokio::time::sleep_until(at.into()).await;
        let words = utf8_percent_encode(question, NON_ALPHANUMERIC);
        let request = format!(
            "GET {}{words} HTTP/1.1\r\nHost: {}\r\n\r\n",
            server.path, server.host
        );
        let (idle, host) = (idle.clone(), server.host.clone());
        asked.push(tokio::spawn(async move {
            let free = idle.lock().unwrap().pop();
            let mut stream = match free {
                Some(stream) => stream,
                None => TcpStream::connect(&host).await.unwrap(),
            };
            stream.set_nodelay(true).unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let good = receive(&mut stream).await;
            let took = good.then(|| at.elapsed());
            idle.lock().unwrap().push(stream);
            took
        }));
    }
    let mut times = Vec::new();
    for asked in asked {
        times.push(asked.await.unwrap());
    }
    times
}

/// Takes one response; says whether it is an answer, and not that too many ask.
async fn receive(stream: &mut TcpStream) -> bool {
    let mut bytes = Vec::new();
    loop {
        let read = stream.read_buf(&mut bytes).await.unwrap();
        assert!(read > 0, "the connection was closed");
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let busy = head.starts_with("http/1.1 503");
        assert!(busy || head.starts_with("http/1.1 200"), "{head}");
        let length = head.split("content-length: ").nth(1).unwrap();
        let length: usize = length.lines().next().unwrap().trim().parse().unwrap();
        if bytes.len() >= end + 4 + length {
            return !busy;
        }
    }
}
