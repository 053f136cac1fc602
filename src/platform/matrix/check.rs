//! What `doctor` looks at: login, the device's keys and signatures, and what the bot may do in its rooms.
//! It asks the server only, and so leaves alone the keys that a running bot uses.

use std::path::Path;
use std::time::Duration;

// The library's own, so that it trusts the same certificates.
use matrix_sdk::reqwest;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::session::{Kept, Login, no_server};
use crate::config::{self, Secret};

/// What is wrong with the bot on Matrix, and how to mend it: each with where it is.
pub async fn check(config: &config::Matrix, data: &Path, login: &Login) -> Vec<(String, String)> {
    match findings(config, data, login).await {
        Ok(findings) => findings,
        Err(error) => vec![("matrix".to_owned(), format!("{error:#}"))],
    }
}

/// The server as `doctor` asks it.
struct Server {
    client: reqwest::Client,
    address: String,
    token: Option<String>,
}

impl Server {
    /// What the server answers, and with which status.
    async fn ask(&self, path: &str, body: Option<Value>) -> anyhow::Result<(u16, Value)> {
        let address = format!("{}/_matrix/client/{path}", self.address);
        let mut request = match body {
            None => self.client.get(address),
            Some(body) => self
                .client
                .post(address)
                .header("content-type", "application/json")
                .body(body.to_string()),
        };
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let unreachable = |error: reqwest::Error| {
            anyhow::Error::new(error.without_url()).context(format!(
                "{} cannot be reached: correct matrix.homeserver, or wait until it is there",
                self.address
            ))
        };
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status().as_u16();
        let text = answer.text().await.map_err(unreachable)?;
        Ok((status, serde_json::from_str(&text).unwrap_or_default()))
    }
}

impl Server {
    /// The room that a room was upgraded to, if it was.
    async fn successor(&self, room: &str) -> anyhow::Result<Option<String>> {
        let name = utf8_percent_encode(room, NON_ALPHANUMERIC);
        let path = format!("v3/rooms/{name}/state/m.room.tombstone");
        let (status, tombstone) = self.ask(&path, None).await?;
        let next = tombstone["replacement_room"].as_str();
        Ok(next.filter(|_| status == 200).map(str::to_owned))
    }
}

async fn findings(
    config: &config::Matrix,
    data: &Path,
    login: &Login,
) -> anyhow::Result<Vec<(String, String)>> {
    let mut findings = Vec::new();
    let mut find = |at: &str, what: &str| findings.push((at.to_owned(), what.to_owned()));
    if config.allowed_inviters.is_empty() {
        find(
            "matrix.allowed_inviters",
            "nobody may invite the bot: name users or servers",
        );
    }
    let mut server = Server {
        client: reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build()?,
        address: config.homeserver.trim_end_matches('/').to_owned(),
        token: None,
    };
    let (status, versions) = server.ask("versions", None).await?;
    if status != 200 || !versions["versions"].is_array() {
        anyhow::bail!("{}", no_server(&server.address));
    }
    let kept = Kept::read(data)?.filter(|kept| kept.user_id == config.user_id);
    let device = kept.as_ref().map(|kept| kept.device_id.to_string());
    server.token = login
        .token()
        .map(str::to_owned)
        .or_else(|| kept.and_then(|kept| kept.access_token));
    if server.token.is_none() {
        if let Some(password) = login.password()
            && let Some(finding) = refused(&mut server, config, password).await?
        {
            find("matrix login", finding);
        }
        find(
            "matrix",
            "the bot has not logged in yet: `referent serve` does so when it starts",
        );
        return Ok(findings);
    }
    let (status, me) = server.ask("v3/account/whoami", None).await?;
    if status != 200 {
        find(
            "matrix login",
            match login.token() {
                Some(_) => "Matrix refuses the token in REFERENT_MATRIX_TOKEN: copy it anew",
                None => {
                    "the server refuses the session: if it was ended from elsewhere, move the folder matrix away from the data folder, and the bot logs in as a new device"
                }
            },
        );
        return Ok(findings);
    }
    if me["user_id"] != config.user_id.as_str() {
        find(
            "matrix.user_id",
            &format!("the session is one of {}: name that user", me["user_id"]),
        );
        return Ok(findings);
    }
    let device = device.or_else(|| me["device_id"].as_str().map(str::to_owned));
    let user = config.user_id.as_str();
    let query = json!({"device_keys": {user: []}});
    let (_, keys) = server.ask("v3/keys/query", Some(query)).await?;
    if let Some(finding) = unsigned(&keys, user, &device.unwrap_or_default()) {
        find("matrix encryption", finding);
    }
    let (_, joined) = server.ask("v3/joined_rooms", None).await?;
    let rooms: Vec<&str> = joined["joined_rooms"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if rooms.is_empty() {
        find("matrix", "the bot is in no room: invite it, as README says");
    }
    for room in &rooms {
        let name = utf8_percent_encode(room, NON_ALPHANUMERIC);
        let path = format!("v3/rooms/{name}/state/m.room.power_levels");
        let (status, levels) = server.ask(&path, None).await?;
        let silent = status == 200 && !may_speak(&levels, user);
        // In a room that was upgraded nobody speaks.
        if silent && server.successor(room).await?.is_none() {
            find(
                &format!("matrix, room {room}"),
                "the bot may not send messages there: give it the right to",
            );
        }
    }
    for show in &config.show {
        if let Some(room) = show.room.as_deref().filter(|room| !rooms.contains(room)) {
            find(
                &format!("matrix.show, room {room}"),
                "the bot is not in it: correct the id, or invite the bot",
            );
        }
    }
    for room in config.show.iter().filter_map(|show| show.room.as_deref()) {
        if rooms.contains(&room)
            && let Some(next) = server.successor(room).await?
        {
            find(
                &format!("matrix.show, room {room}"),
                &format!("the room was upgraded: name {next} in its place"),
            );
        }
    }
    Ok(findings)
}

/// Why the server does not take a password, if so: it is tried, and the session ended again.
async fn refused(
    server: &mut Server,
    config: &config::Matrix,
    password: &Secret,
) -> anyhow::Result<Option<&'static str>> {
    let (_, flows) = server.ask("v3/login", None).await?;
    let mut flows = flows["flows"].as_array().into_iter().flatten();
    if !flows.any(|flow| flow["type"] == "m.login.password") {
        return Ok(Some(
            "the server takes no passwords: log in with a client, and set REFERENT_MATRIX_TOKEN to its access token",
        ));
    }
    let login = json!({
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": config.user_id},
        "password": password.reveal(),
        "initial_device_display_name": "referent doctor",
    });
    let (status, session) = server.ask("v3/login", Some(login)).await?;
    if let Some(token) = session["access_token"].as_str() {
        server.token = Some(token.to_owned());
        server.ask("v3/logout", Some(json!({}))).await?;
        server.token = None;
    }
    Ok((status == 403).then_some(
        "Matrix refuses the password in REFERENT_MATRIX_PASSWORD: correct it, or matrix.user_id",
    ))
}

/// What others see of the bot's device that they should not.
fn unsigned(keys: &Value, user: &str, device: &str) -> Option<&'static str> {
    let device = &keys["device_keys"][user][device];
    if device.is_null() {
        return Some(
            "the device has no keys at the server, and cannot read encrypted rooms: `referent serve` makes them when it starts",
        );
    }
    let own = &keys["self_signing_keys"][user]["keys"];
    let signed = own.as_object().into_iter().flat_map(|keys| keys.keys());
    let signed = signed
        .into_iter()
        .any(|key| !device["signatures"][user][key].is_null());
    (!signed).then_some(
        "the device shows as not verified: start `referent serve` with REFERENT_MATRIX_PASSWORD, or with REFERENT_MATRIX_RECOVERY if the account's keys are kept",
    )
}

/// Whether somebody may send messages, by a room's levels of power.
fn may_speak(levels: &Value, user: &str) -> bool {
    let level = |value: &Value| value.as_i64();
    let own = level(&levels["users"][user]).or(level(&levels["users_default"]));
    let needed = |kind: &str| {
        let event = level(&levels["events"][kind]);
        event.or(level(&levels["events_default"])).unwrap_or(0)
    };
    let needed = needed("m.room.message").max(needed("m.room.encrypted"));
    own.unwrap_or(0) >= needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_its_account_did_not_sign_is_told_of() {
        let keys = json!({
            "device_keys": {"@r:a.no": {
                "A": {"signatures": {"@r:a.no": {"ed25519:A": "x", "ed25519:self": "y"}}},
                "B": {"signatures": {"@r:a.no": {"ed25519:B": "x"}}},
            }},
            "self_signing_keys": {"@r:a.no": {"keys": {"ed25519:self": "z"}}},
        });
        assert_eq!(unsigned(&keys, "@r:a.no", "A"), None);
        assert!(
            unsigned(&keys, "@r:a.no", "B")
                .unwrap()
                .contains("not verified")
        );
        assert!(unsigned(&keys, "@r:a.no", "C").unwrap().contains("no keys"));
    }

    #[test]
    fn who_may_speak_is_told_by_levels() {
        let levels =
            json!({"users": {"@a:b": 50}, "events_default": 25, "events": {"m.room.message": 50}});
        assert!(may_speak(&levels, "@a:b"));
        assert!(!may_speak(&levels, "@r:b"));
        assert!(may_speak(&json!({}), "@r:b"));
    }
}
