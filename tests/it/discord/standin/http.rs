//! Requests over HTTP/1.1, as far as the bot sends them.

use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Shared, rest};

pub(super) struct Incoming {
    pub(super) method: String,
    /// With the query.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Incoming {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

pub(super) struct Outgoing {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Value,
}

pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            // A connection that breaks off is no matter.
            let _ = connection(stream, shared).await;
        });
    }
}

async fn connection(mut stream: TcpStream, shared: Arc<Shared>) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
        let mut lines = text.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let headers = lines.filter_map(|line| line.split_once(": "));
        let mut incoming = Incoming {
            method: first.next().unwrap_or_default().to_owned(),
            target: first.next().unwrap_or_default().to_owned(),
            headers: headers
                .map(|(key, value)| (key.to_lowercase(), value.to_owned()))
                .collect(),
            body: Vec::new(),
        };
        let length: usize = incoming
            .header("content-length")
            .map_or(0, |length| length.parse().unwrap());
        while buffer.len() < head + 4 + length {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        incoming.body = buffer[head + 4..head + 4 + length].to_vec();
        buffer.drain(..head + 4 + length);
        let Outgoing {
            status,
            headers,
            body,
        } = rest::answer(&shared, &incoming);
        if status == rest::BROKEN_OFF {
            return Ok(());
        }
        let body = match body {
            _ if status == 204 => String::new(),
            // A file, as it is.
            Value::String(text) => text,
            body => body.to_string(),
        };
        let mut answer = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (key, value) in headers {
            answer.push_str(&format!("{key}: {value}\r\n"));
        }
        answer.push_str("\r\n");
        answer.push_str(&body);
        stream.write_all(answer.as_bytes()).await?;
    }
}
