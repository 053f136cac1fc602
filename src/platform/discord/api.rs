//! Requests to Discord, all through here: limits on their rate are waited for, what cannot succeed is not
//! tried again, and nothing that is sent or edited mentions anybody.
//!
//! serenity's own client is not used for them. It ignores another base address while its limiter
//! is on, and without the limiter it does not tell how long to wait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{Method, Response, StatusCode, header};
use serde_json::{Value, json};
use sha2::Digest;
use tokio::sync::watch;

use super::{REFUSED_TOKEN, TOKEN};
use crate::config::{Invalid, Secret};
use crate::render::discord::Message;
use crate::render::timeline::Picture;

/// The version of the interface.
const VERSION: &str = "/api/v10";
/// How Discord wants programs to introduce themselves.
const AGENT: &str = concat!("DiscordBot (referent, ", env!("CARGO_PKG_VERSION"), ")");
/// One request may take so long.
const TIMEOUT: Duration = Duration::from_secs(20);
/// A request that got no answer is sent so many times again.
const RETRIES: u32 = 4;
/// So long a request may be kept waiting by limits on its rate.
const PATIENCE: Duration = Duration::from_secs(600);
/// Discord bars an address after 10,000 refused requests in ten minutes: well before, this stops for the
/// rest of the time.
const MANY_REFUSED: u32 = 2_000;
const REFUSED_WINDOW: Duration = Duration::from_secs(600);

/// Only the one who pressed or typed sees it.
const EPHEMERAL: u64 = 1 << 6;

/// Why a request came to nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Failure {
    /// Discord refused it.
    #[error("Discord refused {path}: {status}, code {code}: {message}")]
    Refused {
        status: u16,
        code: u64,
        message: String,
        path: String,
    },
    /// There was no answer.
    #[error("Discord cannot be reached: {0}")]
    Unreachable(String),
    /// Limits on the rate would have kept it waiting too long.
    #[error("Discord asks to wait for too long")]
    TooSlow,
}

impl Failure {
    pub(super) fn status(&self) -> u16 {
        match self {
            Failure::Refused { status, .. } => *status,
            _ => 0,
        }
    }

    pub(super) fn code(&self) -> u64 {
        match self {
            Failure::Refused { code, .. } => *code,
            _ => 0,
        }
    }
}

/// Where a message goes.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// The first response to an interaction, at once.
    Response {
        interaction: Interaction,
        private: bool,
    },
    /// In place of the response that was put off, or of the message with the button.
    Original(Interaction),
    /// A further response.
    Further {
        interaction: Interaction,
        private: bool,
    },
    /// A message in a channel, as a reply to another where one is named.
    Channel { channel: u64, reply_to: Option<u64> },
    /// A letter in a channel: sent twice with one key it is still one message.
    Letter { channel: u64, key: String },
    /// In place of a message of the bot.
    Edit { channel: u64, message: u64 },
}

/// What a response is sent by.
#[derive(Debug, Clone)]
pub(super) struct Interaction {
    pub(super) id: u64,
    pub(super) token: String,
    pub(super) application: u64,
}

/// The first response to an interaction that is not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Acknowledge {
    /// A message follows.
    Message { private: bool },
    /// The message with the button is changed, or another one follows.
    Update,
}

/// A connection to Discord's interface.
pub(super) struct Api {
    client: reqwest::Client,
    base: String,
    token: Secret,
    waits: Mutex<Waits>,
    /// Whether the token was refused.
    dead: watch::Sender<bool>,
}

#[derive(Default)]
struct Waits {
    /// Until when no request may be sent to a route.
    routes: HashMap<String, Instant>,
    /// Until when none may be sent at all.
    all: Option<Instant>,
    refused: u32,
    refused_since: Option<Instant>,
}

impl Api {
    pub(super) fn new(base: &str, token: Secret) -> anyhow::Result<Api> {
        reqwest::Url::parse(base).map_err(|error| {
            Invalid::new(format!(
                "discord.api_url = \"{base}\" is no address ({error}): correct it"
            ))
        })?;
        if header::HeaderValue::from_str(token.reveal()).is_err() {
            return Err(Invalid::new(format!(
                "{TOKEN} holds more than a token, such as a second line: put the token alone there"
            ))
            .into());
        }
        let client = reqwest::Client::builder()
            .user_agent(AGENT)
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Api {
            client,
            base: format!("{}{VERSION}", base.trim_end_matches('/')),
            token,
            waits: Mutex::default(),
            dead: watch::Sender::new(false),
        })
    }

    /// A failure of the first request, in which another server than one that speaks as Discord does shows
    /// itself.
    pub(super) fn first_failure(&self, failure: Failure) -> anyhow::Error {
        match failure.status() {
            401 => anyhow::anyhow!(REFUSED_TOKEN),
            300..=399 | 404 | 405 => self.no_discord().into(),
            _ => failure.into(),
        }
    }

    /// That it is no Discord that answers.
    pub(super) fn no_discord(&self) -> Invalid {
        let base = self.base.trim_end_matches(VERSION);
        Invalid::new(format!(
            "{base} does not answer as Discord does: correct discord.api_url"
        ))
    }

    /// Waits until Discord refuses the token.
    pub(super) async fn until_refused(&self) {
        let mut dead = self.dead.subscribe();
        // The sender lives as long as this does.
        let _ = dead.wait_for(|dead| *dead).await;
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.request(Method::GET, path, None).await
    }

    /// Sends a message or edits one; returns the message's id where there is one. Everything that people
    /// see goes through here, and mentions nobody: without this a plain message would ping
    /// everybody it names, and an edit would too.
    pub(super) async fn send(
        &self,
        target: &Target,
        message: &Message,
    ) -> Result<Option<u64>, Failure> {
        let mut body = json!(message);
        body["allowed_mentions"] = json!({"parse": []});
        let flags = |private: &bool| json!(if *private { EPHEMERAL } else { 0 });
        let (method, path) = match target {
            Target::Response {
                interaction,
                private,
            } => {
                body["flags"] = flags(private);
                let data = body;
                let answered = self
                    .respond(interaction, &json!({"type": 4, "data": data}))
                    .await;
                return answered.map(|()| None);
            }
            Target::Original(Interaction {
                token, application, ..
            }) => {
                let path = format!("/webhooks/{application}/{token}/messages/@original");
                (Method::PATCH, path)
            }
            Target::Further {
                interaction,
                private,
            } => {
                body["flags"] = flags(private);
                let Interaction {
                    token, application, ..
                } = interaction;
                (
                    Method::POST,
                    format!("/webhooks/{application}/{token}?wait=true"),
                )
            }
            Target::Channel { channel, reply_to } => {
                if let Some(message) = reply_to {
                    body["message_reference"] =
                        json!({"message_id": message.to_string(), "fail_if_not_exists": false});
                    body["allowed_mentions"]["replied_user"] = json!(false);
                    // Sent twice after a lost answer, it is still one message.
                    body["nonce"] = json!(message.to_string());
                    body["enforce_nonce"] = json!(true);
                }
                (Method::POST, format!("/channels/{channel}/messages"))
            }
            Target::Letter { channel, key } => {
                body["nonce"] = json!(key);
                body["enforce_nonce"] = json!(true);
                (Method::POST, format!("/channels/{channel}/messages"))
            }
            Target::Edit { channel, message } => {
                let path = format!("/channels/{channel}/messages/{message}");
                (Method::PATCH, path)
            }
        };
        let sent = match &message.picture {
            None => self.request(method, &path, Some(&body)).await,
            Some(picture) => {
                let with = with_picture(&body, picture);
                let sent = self
                    .try_request(method.clone(), &path, Some(&with), Some(picture), &mut 0)
                    .await;
                match sent {
                    // It may be too large there, or the right to attach files is lacking. What may have
                    // come through all the same is not sent twice.
                    Err(failure)
                        if method != Method::POST || matches!(failure, Failure::Refused { .. }) =>
                    {
                        tracing::warn!("discord: {failure}; sending the words without the picture");
                        self.request(method, &path, Some(&body)).await
                    }
                    sent => sent,
                }
            }
        };
        Ok(id(&sent?["id"]))
    }

    pub(super) async fn acknowledge(
        &self,
        interaction: &Interaction,
        how: Acknowledge,
    ) -> Result<(), Failure> {
        let body = match how {
            Acknowledge::Message { private: true } => {
                json!({"type": 5, "data": {"flags": EPHEMERAL}})
            }
            Acknowledge::Message { private: false } => json!({"type": 5}),
            Acknowledge::Update => json!({"type": 6}),
        };
        self.respond(interaction, &body).await
    }

    /// Offers choices for what is being typed.
    pub(super) async fn offer(
        &self,
        interaction: &Interaction,
        choices: &[(String, String)],
    ) -> Result<(), Failure> {
        let choice = |(name, value): &(String, String)| json!({"name": name, "value": value});
        let choices: Vec<Value> = choices.iter().map(choice).collect();
        let body = json!({"type": 8, "data": {"choices": choices}});
        self.respond(interaction, &body).await
    }

    /// Shows a form with one field for a longer text.
    pub(super) async fn ask_for_text(
        &self,
        interaction: &Interaction,
        custom_id: &str,
        [title, field, hint]: [&str; 3],
    ) -> Result<(), Failure> {
        let input = json!({
            "type": 4, "custom_id": "text", "style": 2, "label": field, "placeholder": hint,
            "required": false, "max_length": 1000,
        });
        let row = json!({"type": 1, "components": [input]});
        let data = json!({"custom_id": custom_id, "title": title, "components": [row]});
        self.respond(interaction, &json!({"type": 9, "data": data}))
            .await
    }

    /// Fetches a file that somebody attached, from where Discord keeps it, and no more than `limit` bytes.
    pub(super) async fn download(
        &self,
        address: &str,
        limit: u64,
        file: &std::path::Path,
    ) -> Result<(), Failure> {
        use std::io::Write;
        let lost = |error: &dyn std::fmt::Display| Failure::Unreachable(error.to_string());
        let url = reqwest::Url::parse(address).map_err(|error| lost(&error))?;
        let base = reqwest::Url::parse(&self.base).map_err(|error| lost(&error))?;
        let host = url.host_str().unwrap_or_default();
        let kept = ["cdn.discordapp.com", "media.discordapp.net"].contains(&host);
        if !(kept && url.scheme() == "https" || url.origin() == base.origin()) {
            return Err(lost(
                &"the attachment lies on another server than Discord's",
            ));
        }
        // The bot's token is not for those servers.
        let got = self.client.get(url).send().await;
        let mut got = got.map_err(|error| lost(&error.without_url()))?;
        if !got.status().is_success() {
            return Err(lost(&got.status()));
        }
        let mut out = std::fs::File::create(file).map_err(|error| lost(&error))?;
        let mut size = 0;
        while let Some(part) = got
            .chunk()
            .await
            .map_err(|error| lost(&error.without_url()))?
        {
            size += part.len() as u64;
            if size > limit {
                return Err(lost(&"the attachment is longer than it was said to be"));
            }
            out.write_all(&part).map_err(|error| lost(&error))?;
        }
        out.sync_all().map_err(|error| lost(&error))
    }

    async fn respond(&self, interaction: &Interaction, body: &Value) -> Result<(), Failure> {
        const ALREADY_ACKNOWLEDGED: u64 = 40060;
        let path = format!(
            "/interactions/{}/{}/callback",
            interaction.id, interaction.token
        );
        let mut lost = 0;
        let answered = self
            .try_request(Method::POST, &path, Some(body), None, &mut lost)
            .await;
        match answered {
            // A try before had come through, and only its answer was lost. Without one it was another
            // program with the same token that answered.
            Err(failure) if failure.code() == ALREADY_ACKNOWLEDGED && lost > 0 => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// Shows that an answer is being written. Best effort: nothing depends on it.
    pub(super) async fn typing(&self, channel: u64) {
        let path = format!("/channels/{channel}/typing");
        if let Err(failure) = self.request(Method::POST, &path, None).await {
            tracing::debug!("{failure}");
        }
    }

    /// The channel in which the bot is alone with a user.
    pub(super) async fn direct_channel(&self, user: u64) -> Result<u64, Failure> {
        let body = json!({"recipient_id": user.to_string()});
        let channel = self
            .request(Method::POST, "/users/@me/channels", Some(&body))
            .await?;
        id(&channel["id"]).ok_or_else(|| Failure::Unreachable("it names no channel".to_owned()))
    }

    /// Opens a thread on a message and returns its id.
    pub(super) async fn open_thread(
        &self,
        channel: u64,
        message: u64,
        name: &str,
    ) -> Result<u64, Failure> {
        const THREAD_EXISTS: u64 = 160_004;
        const A_DAY: u64 = 1440;
        let path = format!("/channels/{channel}/messages/{message}/threads");
        let body = json!({"name": name, "auto_archive_duration": A_DAY});
        match self.request(Method::POST, &path, Some(&body)).await {
            Ok(thread) => Ok(id(&thread["id"]).unwrap_or(message)),
            // A thread has the id of the message that it was opened on.
            Err(failure) if failure.code() == THREAD_EXISTS => Ok(message),
            Err(failure) => Err(failure),
        }
    }

    /// Puts these commands in place of all there are.
    pub(super) async fn put_commands(&self, path: &str, commands: &Value) -> Result<(), Failure> {
        self.request(Method::PUT, path, Some(commands))
            .await
            .map(|_| ())
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        self.try_request(method, path, body, None, &mut 0).await
    }

    /// Sends a request, again where that makes sense; `lost` counts the tries that got no answer.
    async fn try_request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        picture: Option<&Picture>,
        lost: &mut u32,
    ) -> Result<Value, Failure> {
        let route = route(&method, path);
        // Responses to interactions are not counted among all requests, and must not wait for them.
        let counted = !path.starts_with("/interactions/") && !path.starts_with("/webhooks/");
        // What may have come through although its answer was lost is sent again only where that makes no
        // second message.
        let repeatable = method != Method::POST
            || path.starts_with("/interactions/")
            || path.starts_with("/users/@me/channels")
            || body.is_some_and(|body| body["nonce"].is_string());
        let start = Instant::now();
        loop {
            let until = self.free_at(&route, counted);
            if until > start + PATIENCE {
                return Err(Failure::TooSlow);
            }
            tokio::time::sleep_until(until.into()).await;
            let mut request = self
                .client
                .request(method.clone(), format!("{}{path}", self.base));
            if counted {
                let token = format!("Bot {}", self.token.reveal());
                request = request.header(header::AUTHORIZATION, token);
            }
            request = match (body, picture) {
                (Some(body), Some(picture)) => {
                    let (kind, form) = form(body, picture);
                    request.header(header::CONTENT_TYPE, kind).body(form)
                }
                (Some(body), None) => request
                    .header(header::CONTENT_TYPE, "application/json")
                    .body(body.to_string()),
                (None, _) => request.header(header::CONTENT_LENGTH, 0),
            };
            let (failure, arrived) = match request.send().await {
                Ok(response) if response.status() == StatusCode::TOO_MANY_REQUESTS => {
                    self.wait_as_told(&route, path, response).await;
                    continue;
                }
                Ok(response) if response.status().is_server_error() => {
                    let answer = format!("it answers {}", response.status());
                    (Failure::Unreachable(answer), true)
                }
                Ok(response) => return self.read(&route, path, counted, response).await,
                // The address may hold a token.
                Err(error) => {
                    let arrived = !error.is_connect();
                    (
                        Failure::Unreachable(describe(&error.without_url())),
                        arrived,
                    )
                }
            };
            *lost += 1;
            if *lost > RETRIES || arrived && !repeatable {
                return Err(failure);
            }
            tokio::time::sleep(Duration::from_millis(250 << *lost)).await;
        }
    }

    async fn read(
        &self,
        route: &str,
        path: &str,
        counted: bool,
        response: Response,
    ) -> Result<Value, Failure> {
        let status = response.status();
        let number = |name: &str| -> Option<f64> {
            response.headers().get(name)?.to_str().ok()?.parse().ok()
        };
        if number("x-ratelimit-remaining") == Some(0.0)
            && let Some(after) = number("x-ratelimit-reset-after")
        {
            self.hold(Some(route), after);
        }
        let text = response.text().await.unwrap_or_default();
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        if status.is_success() {
            return Ok(json);
        }
        if matches!(status.as_u16(), 401 | 403) {
            self.count_refused();
        }
        // Elsewhere it is the interaction's own token that holds no longer.
        if status == StatusCode::UNAUTHORIZED && counted {
            self.dead.send_replace(true);
        }
        Err(Failure::Refused {
            status: status.as_u16(),
            code: json["code"].as_u64().unwrap_or_default(),
            message: json["message"].as_str().unwrap_or_default().to_owned(),
            path: without_token(path),
        })
    }

    fn waits(&self) -> std::sync::MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn free_at(&self, route: &str, counted: bool) -> Instant {
        let now = Instant::now();
        let mut waits = self.waits();
        waits.routes.retain(|_, until| *until > now);
        let route = waits.routes.get(route).copied();
        let all = waits.all.filter(|_| counted);
        [route, all].into_iter().flatten().fold(now, Instant::max)
    }

    fn hold(&self, route: Option<&str>, seconds: f64) {
        // A little more than was said: the other side's clock has started later.
        let seconds = if seconds.is_finite() {
            seconds.clamp(0.0, 86_400.0)
        } else {
            1.0
        };
        let until = Instant::now() + Duration::from_secs_f64(seconds) + Duration::from_millis(20);
        let mut waits = self.waits();
        match route {
            Some(route) => {
                waits.routes.insert(route.to_owned(), until);
            }
            None => waits.all = Some(waits.all.map_or(until, |known| known.max(until))),
        }
    }

    async fn wait_as_told(&self, route: &str, path: &str, response: Response) {
        let header = |name: &str| {
            response
                .headers()
                .get(name)?
                .to_str()
                .ok()
                .map(str::to_owned)
        };
        let shared = header("x-ratelimit-scope").as_deref() == Some("shared");
        let all = header("x-ratelimit-global").is_some();
        let after: Option<f64> = header("retry-after").and_then(|after| after.parse().ok());
        let text = response.text().await.unwrap_or_default();
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        let all = all || json["global"] == json!(true);
        let after = json["retry_after"].as_f64().or(after).unwrap_or(1.0);
        tracing::debug!("waiting {after} s for {}", without_token(path));
        self.hold((!all).then_some(route), after);
        if !shared {
            self.count_refused();
        }
    }

    fn count_refused(&self) {
        let now = Instant::now();
        let mut waits = self.waits();
        if waits
            .refused_since
            .is_none_or(|since| now.duration_since(since) > REFUSED_WINDOW)
        {
            (waits.refused, waits.refused_since) = (0, Some(now));
        }
        waits.refused += 1;
        if waits.refused == MANY_REFUSED {
            tracing::error!(
                "Discord has refused {MANY_REFUSED} requests in ten minutes: nothing is sent for as long"
            );
            waits.all = Some(now + REFUSED_WINDOW);
        }
    }
}

/// An id as Discord writes it.
pub(super) fn id(value: &Value) -> Option<u64> {
    value.as_str()?.parse().ok()
}

/// What a picture is called there.
const PICTURE: &str = "timeline.png";

/// A message that shows a picture in its embed.
fn with_picture(body: &Value, picture: &Picture) -> Value {
    let mut body = body.clone();
    body["attachments"] =
        json!([{"id": "0", "filename": PICTURE, "description": picture.description}]);
    if let Some(embed) = body["embeds"].get_mut(0) {
        embed["image"] = json!({"url": format!("attachment://{PICTURE}")});
    }
    body
}

/// A message and its picture as a form (RFC 7578), and the type of that.
fn form(body: &Value, picture: &Picture) -> (String, Vec<u8>) {
    // What stands between the parts must not stand in them.
    let digest = sha2::Sha256::digest(&picture.png);
    let hex = digest.iter().take(16).map(|byte| format!("{byte:02x}"));
    let boundary = format!("referent-{}", hex.collect::<String>());
    let mut form = Vec::with_capacity(picture.png.len() + 8_000);
    let mut part = |head: &str, content: &[u8]| {
        form.extend_from_slice(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
        form.extend_from_slice(content);
        form.extend_from_slice(b"\r\n");
    };
    part(
        "Content-Disposition: form-data; name=\"payload_json\"\r\nContent-Type: application/json",
        body.to_string().as_bytes(),
    );
    part(
        &format!(
            "Content-Disposition: form-data; name=\"files[0]\"; filename=\"{PICTURE}\"\r\nContent-Type: image/png"
        ),
        &picture.png,
    );
    form.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), form)
}

/// A path as it may be told of: what follows an interaction's or an application's id is a token.
fn without_token(path: &str) -> String {
    match path.starts_with("/webhooks/") || path.starts_with("/interactions/") {
        true => path.split('/').take(2).collect::<Vec<_>>().join("/"),
        false => path.to_owned(),
    }
}

/// What a limit holds for: the method and the path, ids left out but those of what owns the limit.
fn route(method: &Method, path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let mut owner = "";
    let parts = path.split('/').map(|part| {
        let is_id = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let owned = ["channels", "guilds", "webhooks", "interactions"].contains(&owner);
        owner = part;
        if is_id && !owned { ":id" } else { part }
    });
    format!("{method} {}", parts.collect::<Vec<_>>().join("/"))
}

/// An error with its causes.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_belongs_to_a_channel_and_not_to_each_of_its_messages() {
        assert_eq!(
            route(&Method::PATCH, "/channels/1/messages/2?wait=true"),
            "PATCH /channels/1/messages/:id"
        );
        assert_ne!(
            route(&Method::POST, "/channels/1/messages"),
            route(&Method::POST, "/channels/2/messages")
        );
    }
}
