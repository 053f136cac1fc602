//! The gateway: hello, identify, heartbeats, resume, close codes and events.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::{BOT, Session, Shared, TOKEN};

/// What the connection is told to do.
pub(super) enum Send {
    Event(Value),
    /// Ends it, with a close code or without a word.
    End(Option<u16>),
}

/// Members, presences, content of messages.
const PRIVILEGED: u64 = 1 << 1 | 1 << 8 | 1 << 15;
const MESSAGE_CONTENT: u64 = 1 << 15;
/// Two sessions must not begin sooner after each other.
pub(super) const BETWEEN_IDENTIFIES: Duration = Duration::from_millis(4_900);

pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, shared.clone()));
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    if let Ok(socket) = tokio_tungstenite::accept_async(stream).await {
        let (sender, orders) = mpsc::unbounded_channel();
        talk(socket, &shared, &sender, orders).await;
        shared.change(|world| {
            let session = world.session.as_mut();
            if let Some(session) = session.filter(|session| {
                session
                    .connection
                    .as_ref()
                    .is_some_and(|own| own.same_channel(&sender))
            }) {
                session.connection = None;
            }
        });
    }
}

async fn talk(
    mut socket: WebSocketStream<TcpStream>,
    shared: &Shared,
    sender: &mpsc::UnboundedSender<Send>,
    mut orders: mpsc::UnboundedReceiver<Send>,
) {
    let interval = u64::try_from(shared.manner.heartbeat.as_millis()).unwrap();
    let hello = json!({"op": 10, "d": {"heartbeat_interval": interval}, "s": null, "t": null});
    if socket.send(Message::Text(hello.to_string())).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(Send::Event(event)) => {
                    if socket.send(Message::Text(event.to_string())).await.is_err() {
                        return;
                    }
                }
                Some(Send::End(Some(code))) => {
                    let frame = CloseFrame { code: code.into(), reason: "".into() };
                    let _ = socket.close(Some(frame)).await;
                    // The other side answers, or is gone.
                    while let Ok(Some(Ok(_))) = tokio::time::timeout(Duration::from_secs(1), socket.next()).await {}
                    return;
                }
                Some(Send::End(None)) | None => return,
            },
            message = socket.next() => {
                let Some(Ok(message)) = message else { return };
                let Message::Text(text) = message else { continue };
                let message: Value = serde_json::from_str(&text).unwrap();
                if text.len() > 4096 {
                    shared.change(|world| world.wrong.push(format!("a payload of {} bytes", text.len())));
                }
                for answer in answers(shared, &message, sender) {
                    let sent = match answer {
                        Send::Event(event) => socket.send(Message::Text(event.to_string())).await,
                        Send::End(code) => {
                            let frame = code.map(|code| CloseFrame { code: code.into(), reason: "".into() });
                            socket.close(frame).await
                        }
                    };
                    if sent.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

fn answers(
    shared: &Shared,
    message: &Value,
    connection: &mpsc::UnboundedSender<Send>,
) -> Vec<Send> {
    shared.change(|world| match message["op"].as_u64() {
        Some(1) => {
            world.heartbeats += 1;
            let known = world.session.as_ref().map_or(0, |session| session.seq);
            if message["d"].as_u64().is_some_and(|seq| seq > known) {
                world.wrong.push(format!("a heartbeat from the future: {message}"));
            }
            vec![Send::Event(json!({"op": 11}))]
        }
        Some(2) => {
            let data = &message["d"];
            world.identifies += 1;
            if data["token"] != TOKEN && data["token"] != format!("Bot {TOKEN}") {
                return vec![Send::End(Some(4004))];
            }
            let intents = data["intents"].as_u64().unwrap_or_default();
            let allowed = if shared.manner.message_content { MESSAGE_CONTENT } else { 0 };
            if intents & PRIVILEGED & !allowed != 0 {
                return vec![Send::End(Some(4014))];
            }
            if let Some(before) = &world.session
                && before.last_identify.elapsed() < BETWEEN_IDENTIFIES
            {
                world.wrong.push("identified twice within five seconds".to_owned());
                return vec![Send::Event(json!({"op": 9, "d": false}))];
            }
            let id = format!("session-{}", world.identifies);
            let ready = json!({
                "v": 10,
                "user": {"id": BOT.to_string(), "username": "Referent", "discriminator": "0", "avatar": null,
                         "bot": true, "mfa_enabled": false, "verified": true, "email": null, "flags": 0},
                "guilds": [{"id": super::events::GUILD.to_string(), "unavailable": true}],
                "session_id": id,
                "resume_gateway_url": shared.gateway,
                "shard": data["shard"],
                "application": {"id": BOT.to_string(), "flags": 0},
            });
            let ready = json!({"op": 0, "t": "READY", "s": 1, "d": ready});
            world.session = Some(Session {
                id,
                intents,
                seq: 1,
                log: Vec::new(),
                connection: Some(connection.clone()),
                last_identify: Instant::now(),
            });
            vec![Send::Event(ready)]
        }
        Some(6) => {
            let data = &message["d"];
            world.resumes += 1;
            let forget = world.forget_sessions;
            let session = world.session.as_mut().filter(|session| !forget && data["session_id"] == session.id.as_str());
            let Some(session) = session else {
                return vec![Send::Event(json!({"op": 9, "d": false}))];
            };
            let seen = data["seq"].as_u64().unwrap_or_default();
            if seen > session.seq {
                return vec![Send::End(Some(4007))];
            }
            session.connection = Some(connection.clone());
            let missed = session.log.iter().filter(|(seq, _)| *seq > seen);
            let mut sent: Vec<Send> = missed.map(|(_, event)| Send::Event(event.clone())).collect();
            session.seq += 1;
            sent.push(Send::Event(json!({"op": 0, "t": "RESUMED", "s": session.seq, "d": {"_trace": []}})));
            sent
        }
        // A change of presence is nothing to answer.
        Some(3) => Vec::new(),
        _ => {
            world.wrong.push(format!("an unknown payload: {message}"));
            vec![Send::End(Some(4001))]
        }
    })
}

impl Session {
    /// Whether messages come with their content although they do not mention the bot.
    pub(super) fn reads_all(&self) -> bool {
        self.intents & MESSAGE_CONTENT != 0
    }
}
