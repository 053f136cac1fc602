//! Requests: what they change, and what they are answered with.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::events::{GUILD, Place, message_object};
use super::http::{Incoming, Outgoing};
use super::{BOT, Request, Shared, TOKEN, World, is_id, rules};

const FIRST_RESPONSE: Duration = Duration::from_secs(3);
const TOKEN_HOLDS: Duration = Duration::from_secs(15 * 60);
/// So many messages may be sent to a channel in a second.
const A_CHANNEL: u32 = 5;
/// So many requests may be sent in a second, those to interactions left out.
const IN_ALL: u32 = 50;

type Answer = Result<Value, Refusal>;

struct Refusal {
    status: u16,
    code: u64,
    words: String,
}

fn refuse<T>(status: u16, code: u64, words: impl Into<String>) -> Result<T, Refusal> {
    let words = words.into();
    Err(Refusal {
        status,
        code,
        words,
    })
}

pub(super) fn answer(shared: &Shared, incoming: &Incoming) -> Outgoing {
    let (json, files) = match incoming.header("content-type") {
        Some(kind) if kind.starts_with("multipart/form-data; boundary=") => {
            form(kind, &incoming.body)
        }
        _ => (incoming.body.clone(), Vec::new()),
    };
    let body: Value = match json.is_empty() {
        true => Value::Null,
        false => {
            serde_json::from_slice(&json).unwrap_or_else(|error| json!(format!("no JSON: {error}")))
        }
    };
    let target = incoming
        .target
        .strip_prefix("/api/v10")
        .unwrap_or(&incoming.target)
        .to_owned();
    shared.change(|world| {
        let outgoing = in_weather(shared, world, incoming, &target, &body, &files);
        world.requests.push(Request {
            method: incoming.method.clone(),
            path: target,
            status: outgoing.status,
        });
        outgoing
    })
}

/// The status with which a connection breaks off instead of an answer.
pub(super) const BROKEN_OFF: u16 = 0;

/// What comes back over a network that may fail: before a request arrives, or after it was done.
fn in_weather(
    shared: &Shared,
    world: &mut World,
    incoming: &Incoming,
    target: &str,
    body: &Value,
    files: &[File],
) -> Outgoing {
    let plain = |status| Outgoing {
        status,
        headers: Vec::new(),
        body: Value::Null,
    };
    let roll = world.weather.as_mut().map_or(100, |dice| dice.below(100));
    match roll {
        0..8 => plain(502),
        8..12 => plain(BROKEN_OFF),
        12..16 => too_many(0.05, false),
        16..24 => {
            answered(shared, world, incoming, target, body, files);
            plain(BROKEN_OFF)
        }
        _ => answered(shared, world, incoming, target, body, files),
    }
}

fn answered(
    shared: &Shared,
    world: &mut World,
    incoming: &Incoming,
    target: &str,
    body: &Value,
    files: &[File],
) -> Outgoing {
    let plain = |status, body| Outgoing {
        status,
        headers: Vec::new(),
        body,
    };
    if let Some(name) = incoming.target.strip_prefix("/attachments/") {
        if incoming.header("authorization").is_some() {
            world
                .wrong
                .push("the token was sent to where files lie".to_owned());
        }
        return match world.files.get(name) {
            Some(file) => plain(200, json!(file)),
            None => plain(404, json!({})),
        };
    }
    let method = incoming.method.as_str();
    let path = target.split('?').next().unwrap();
    let own = path.starts_with("/interactions/") || path.starts_with("/webhooks/");
    if !incoming.target.starts_with("/api/v10/") {
        world
            .wrong
            .push(format!("{} has no version", incoming.target));
    }
    if !incoming
        .header("user-agent")
        .is_some_and(|agent| agent.starts_with("DiscordBot ("))
    {
        world.wrong.push(format!(
            "{path}: the user agent {:?}",
            incoming.header("user-agent")
        ));
    }
    if !body.is_null()
        && files.is_empty()
        && incoming.header("content-type") != Some("application/json")
    {
        world
            .wrong
            .push(format!("{path}: a body that is no application/json"));
    }
    if let Some(broken) = world
        .broken
        .iter_mut()
        .find(|(part, left)| path.contains(part.as_str()) && *left > 0)
    {
        broken.1 -= 1;
        return plain(502, json!({"message": "502: Bad Gateway"}));
    }
    if let Some(late) = world
        .put_off
        .iter_mut()
        .find(|(part, left, _)| path.contains(part.as_str()) && *left > 0)
    {
        late.1 -= 1;
        let after = late.2;
        return too_many(after, false);
    }
    if !own && incoming.header("authorization") != Some(&format!("Bot {TOKEN}")) {
        return plain(401, json!({"message": "401: Unauthorized", "code": 0}));
    }
    if !own && let Some(after) = spend(world, "all", IN_ALL) {
        return too_many(after, true);
    }
    let mut headers = Vec::new();
    if method == "POST" && path.starts_with("/channels/") && path.ends_with("/messages") {
        let spent = spend(world, path, A_CHANNEL);
        let bucket = world
            .buckets
            .get(path)
            .map_or((Instant::now(), 0), |bucket| *bucket);
        let reset = 1.0 - bucket.0.elapsed().as_secs_f64().min(1.0);
        headers = vec![
            ("x-ratelimit-limit".to_owned(), A_CHANNEL.to_string()),
            (
                "x-ratelimit-remaining".to_owned(),
                (A_CHANNEL - bucket.1.min(A_CHANNEL)).to_string(),
            ),
            ("x-ratelimit-reset-after".to_owned(), format!("{reset:.3}")),
            (
                "x-ratelimit-bucket".to_owned(),
                "channel-messages".to_owned(),
            ),
        ];
        if let Some(after) = spent {
            return too_many(after, false);
        }
    }
    if !files.is_empty() && shared.manner.no_files {
        return plain(
            413,
            json!({"code": 40005, "message": "Request entity too large"}),
        );
    }
    let mut wrong = match &shared.openapi {
        Some(description) => description.faults(method, target, body),
        None => Vec::new(),
    };
    rules::files(body, files, &mut wrong);
    let answer = route(shared, world, method, target, body, &mut wrong);
    if !wrong.is_empty() {
        let faults = wrong.join("; ");
        world.wrong.push(format!("{method} {path}: {faults}"));
        return plain(
            400,
            json!({"code": 50035, "message": "Invalid Form Body", "errors": {"_errors": [{"code": "X", "message": faults}]}}),
        );
    }
    match answer {
        Ok(body) => Outgoing {
            status: if body.is_null() { 204 } else { 200 },
            headers,
            body,
        },
        Err(Refusal {
            status,
            code,
            words,
        }) => Outgoing {
            status,
            headers,
            body: json!({"code": code, "message": words}),
        },
    }
}

/// A file beside a message: the name of its part, its own name and what is in it.
pub(super) type File = (String, String, Vec<u8>);

/// What a form holds: the message, and files.
fn form(kind: &str, body: &[u8]) -> (Vec<u8>, Vec<File>) {
    let boundary = kind.split("boundary=").nth(1).unwrap();
    let between = format!("\r\n--{boundary}");
    let body = [b"\r\n", body].concat();
    let mut json = Vec::new();
    let mut files = Vec::new();
    let mut rest = &body[..];
    let find = |rest: &[u8], what: &[u8]| rest.windows(what.len()).position(|part| part == what);
    while let Some(at) = find(rest, between.as_bytes()) {
        let part = &rest[at + between.len()..];
        if part.starts_with(b"--") {
            break;
        }
        let end = find(part, between.as_bytes()).unwrap();
        let head = find(part, b"\r\n\r\n").unwrap();
        let content = part[head + 4..end].to_vec();
        let head = String::from_utf8_lossy(&part[..head]).into_owned();
        let named = |key: &str| {
            let value = head.split(&format!(" {key}=\"")).nth(1)?;
            value.split('"').next().map(str::to_owned)
        };
        match named("name").unwrap().as_str() {
            "payload_json" => json = content,
            name => files.push((
                name.to_owned(),
                named("filename").unwrap_or_default(),
                content,
            )),
        }
        rest = &part[end..];
    }
    (json, files)
}

fn too_many(after: f64, all: bool) -> Outgoing {
    let mut headers = vec![("retry-after".to_owned(), after.ceil().to_string())];
    if all {
        headers.push(("x-ratelimit-global".to_owned(), "true".to_owned()));
    }
    Outgoing {
        status: 429,
        headers,
        body: json!({"message": "You are being rate limited.", "retry_after": after, "global": all}),
    }
}

/// Counts a request in a second's bucket; where it is empty, says for how long to wait.
fn spend(world: &mut World, bucket: &str, most: u32) -> Option<f64> {
    let second = Duration::from_secs(1);
    let (since, used) = world
        .buckets
        .entry(bucket.to_owned())
        .or_insert((Instant::now(), 0));
    if since.elapsed() >= second {
        (*since, *used) = (Instant::now(), 0);
    }
    *used += 1;
    (*used > most).then(|| second.saturating_sub(since.elapsed()).as_secs_f64())
}

fn route(
    shared: &Shared,
    world: &mut World,
    method: &str,
    target: &str,
    body: &Value,
    wrong: &mut Vec<String>,
) -> Answer {
    let path = target.split('?').next().unwrap();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    match (method, &parts[..]) {
        ("GET", ["gateway"]) => Ok(json!({"url": shared.gateway})),
        ("GET", ["gateway", "bot"]) => Ok(json!({
            "url": shared.gateway, "shards": 1,
            "session_start_limit": {"total": 1000, "remaining": shared.manner.sessions, "reset_after": 600_000, "max_concurrency": 1},
        })),
        ("GET", ["applications", "@me"]) => {
            let content = if shared.manner.message_content {
                1 << 19
            } else {
                0
            };
            Ok(json!({"id": BOT.to_string(), "name": "Referent", "flags": content}))
        }
        ("GET", ["users", "@me", "guilds"]) => {
            Ok(json!([{"id": GUILD.to_string(), "name": "Ombruksetaten", "permissions": "379968"}]))
        }
        ("GET", ["applications", _, "commands"] | ["applications", _, "guilds", _, "commands"]) => {
            let mut commands = world.commands.clone();
            if !target.contains("with_localizations=true") {
                for command in commands.as_array_mut().unwrap() {
                    command
                        .as_object_mut()
                        .unwrap()
                        .retain(|key, _| !key.ends_with("_localizations"));
                }
            }
            Ok(commands)
        }
        ("PUT", ["applications", _, "commands"] | ["applications", _, "guilds", _, "commands"]) => {
            rules::commands(body, wrong);
            world.registrations += 1;
            let mut commands = body.clone();
            for (i, command) in commands.as_array_mut().into_iter().flatten().enumerate() {
                command["id"] = json!((700 + i).to_string());
                command["application_id"] = json!(BOT.to_string());
                command["version"] = json!("1");
                command["nsfw"] = json!(false);
                command["default_member_permissions"] = Value::Null;
                if command["description"].is_null() {
                    command["description"] = json!("");
                }
                for option in command["options"].as_array_mut().into_iter().flatten() {
                    // Discord does not repeat what is not so.
                    option
                        .as_object_mut()
                        .unwrap()
                        .retain(|_, value| *value != json!(false));
                }
            }
            world.commands = commands.clone();
            Ok(commands)
        }
        ("GET", ["guilds", guild, "members", user]) => {
            match world.members.get(&(number(guild), number(user))) {
                Some(roles) => {
                    let roles: Vec<String> = roles.iter().map(u64::to_string).collect();
                    Ok(json!({"user": {"id": user}, "roles": roles}))
                }
                None => refuse(404, 10007, "Unknown Member"),
            }
        }
        ("GET", ["channels", channel]) => {
            let channel = number(channel);
            let parent = world.threads.get(&channel);
            let kind = if parent.is_some() { 11 } else { 0 };
            let parent = parent.map(u64::to_string);
            Ok(
                json!({"id": channel.to_string(), "type": kind, "parent_id": parent, "guild_id": GUILD.to_string()}),
            )
        }
        ("GET", ["channels", channel, "messages"]) => {
            let after = target
                .split("after=")
                .nth(1)
                .map_or("0", |rest| rest.split('&').next().unwrap());
            let range = world.messages.range(number(after) + 1..);
            let here = range.filter(|(_, message)| message["channel_id"] == *channel);
            let mut found: Vec<Value> = here.map(|(_, message)| message.clone()).collect();
            found.reverse();
            for message in &mut found {
                message
                    .as_object_mut()
                    .unwrap()
                    .retain(|key, _| key != "guild_id" && key != "member");
            }
            Ok(json!(found))
        }
        ("POST", ["channels", _, "typing"]) => Ok(Value::Null),
        ("POST", ["channels", channel, "messages"]) => {
            let channel = number(channel);
            rules::message(body, wrong);
            may_write(world, channel)?;
            if world.plain.contains(&channel) {
                if body["message_reference"].is_object() {
                    return refuse(
                        403,
                        160_002,
                        "Cannot reply without permission to read message history",
                    );
                }
                if body["content"] == "" {
                    return refuse(400, 50_006, "Cannot send an empty message");
                }
            }
            if let Some(nonce) = body["nonce"]
                .as_str()
                .filter(|_| body["enforce_nonce"] == true)
            {
                if nonce.len() > 25 {
                    wrong.push(format!("a nonce of {} units", nonce.len()));
                }
                if let Some(known) = world.nonces.get(nonce) {
                    return Ok(world.messages[known].clone());
                }
            }
            let reference = body["message_reference"]["message_id"].as_str().map(number);
            if let Some(reference) = reference
                && body["message_reference"]["fail_if_not_exists"] != false
                && !world.messages.contains_key(&reference)
            {
                return refuse(400, 50_035, "Unknown message");
            }
            let id = post(world, channel, body, 0);
            if let Some(nonce) = body["nonce"].as_str() {
                world.nonces.insert(nonce.to_owned(), id);
            }
            Ok(world.messages[&id].clone())
        }
        ("POST", ["users", "@me", "channels"]) => {
            let user = number(body["recipient_id"].as_str().unwrap_or_default());
            if world.unreachable.contains(&user) {
                return refuse(403, 50_007, "Cannot send messages to this user");
            }
            let channel = Place::direct(user).channel;
            Ok(json!({"id": channel.to_string(), "type": 1}))
        }
        ("PATCH", ["channels", channel, "messages", message]) => {
            rules::message(body, wrong);
            may_write(world, number(channel))?;
            let Some(known) = world.messages.get_mut(&number(message)) else {
                return refuse(404, 10_008, "Unknown Message");
            };
            if !is_id(&known["author"]["id"], BOT) {
                return refuse(
                    403,
                    50_005,
                    "Cannot edit a message authored by another user",
                );
            }
            replace(known, body);
            Ok(known.clone())
        }
        ("POST", ["channels", channel, "messages", message, "threads"]) => {
            if !(1..=100).contains(
                &body["name"]
                    .as_str()
                    .unwrap_or_default()
                    .encode_utf16()
                    .count(),
            ) {
                wrong.push(format!("a thread called {}", body["name"]));
            }
            may_write(world, number(channel))?;
            let (thread, parent) = (number(message), number(channel));
            if !world.messages.contains_key(&thread) {
                return refuse(404, 10_008, "Unknown Message");
            }
            if world.threads.contains_key(&parent) {
                return refuse(400, 50_024, "Cannot execute action on this channel type");
            }
            if world.threads.insert(thread, parent).is_some() {
                return refuse(
                    400,
                    160_004,
                    "A thread has already been created for this message",
                );
            }
            Ok(json!({"id": message, "type": 11, "name": body["name"], "parent_id": channel}))
        }
        ("POST", ["interactions", id, token, "callback"]) => {
            respond(world, number(id), token, body, wrong)
        }
        ("PATCH", ["webhooks", application, token, "messages", "@original"]) => {
            rules::message(body, wrong);
            if number(application) != BOT {
                wrong.push("another application's webhook".to_owned());
            }
            let Some(interaction) = world.interactions.get_mut(*token) else {
                return refuse(404, 10_015, "Unknown Webhook");
            };
            if interaction.acknowledged.is_none() {
                wrong.push("an edit before the first response".to_owned());
            }
            if interaction.sent.elapsed() > TOKEN_HOLDS || world.expired.contains(*token) {
                return refuse(401, 50_027, "Invalid Webhook Token");
            }
            interaction.edits += 1;
            let (original, channel, private) = (
                interaction.original,
                interaction.channel,
                interaction.private,
            );
            let id = match original {
                Some(id) => id,
                None => post(world, channel, &json!({}), if private { 64 } else { 0 }),
            };
            if let Some(interaction) = world.interactions.get_mut(*token) {
                interaction.original = Some(id);
            }
            let Some(message) = world.messages.get_mut(&id) else {
                return refuse(404, 10_008, "Unknown Message");
            };
            replace(message, body);
            Ok(message.clone())
        }
        ("POST", ["webhooks", _, token]) => {
            rules::message(body, wrong);
            let Some(interaction) = world.interactions.get(*token) else {
                return refuse(404, 10_015, "Unknown Webhook");
            };
            if interaction.acknowledged.is_none() {
                wrong.push("something further before the first response".to_owned());
            }
            let (channel, flags) = (
                interaction.channel,
                body["flags"].as_u64().unwrap_or_default(),
            );
            let id = post(world, channel, body, flags);
            if let Some(interaction) = world.interactions.get_mut(*token) {
                interaction.further.push(id);
            }
            Ok(world.messages[&id].clone())
        }
        _ => {
            wrong.push(format!("nobody asks for {method} {path}"));
            refuse(404, 0, "404: Not Found")
        }
    }
}

fn respond(
    world: &mut World,
    id: u64,
    token: &str,
    body: &Value,
    wrong: &mut Vec<String>,
) -> Answer {
    let kind = body["type"].as_u64().unwrap_or_default();
    let data = &body["data"];
    match kind {
        4 | 7 => rules::message(data, wrong),
        8 => rules::choices(&data["choices"], wrong),
        9 => {
            rules::components(&data["components"], wrong);
            if !(1..=45).contains(&data["title"].as_str().unwrap_or_default().chars().count()) {
                wrong.push(format!("a form called {}", data["title"]));
            }
        }
        _ => {}
    }
    let Some(interaction) = world
        .interactions
        .get_mut(token)
        .filter(|known| known.id == id)
    else {
        return refuse(404, 10_062, "Unknown interaction");
    };
    if interaction.acknowledged.is_some() {
        return refuse(400, 40_060, "Interaction has already been acknowledged.");
    }
    let took = interaction.sent.elapsed();
    if took > FIRST_RESPONSE {
        wrong.push(format!("a first response after {took:?}"));
        return refuse(404, 10_062, "Unknown interaction");
    }
    interaction.acknowledged = Some((kind, took));
    interaction.private = data["flags"].as_u64().unwrap_or_default() & 64 != 0;
    interaction.data = data.clone();
    match kind {
        6 | 7 => interaction.original = interaction.on,
        _ => {}
    }
    let (channel, private) = (interaction.channel, interaction.private);
    if kind == 4 {
        let id = post(world, channel, data, if private { 64 } else { 0 });
        if let Some(interaction) = world.interactions.get_mut(token) {
            interaction.original = Some(id);
        }
    }
    Ok(Value::Null)
}

fn may_write(world: &World, channel: u64) -> Result<(), Refusal> {
    match world.forbidden.contains(&channel) {
        true => refuse(403, 50_013, "Missing Permissions"),
        false => Ok(()),
    }
}

/// A message of the bot.
fn post(world: &mut World, channel: u64, body: &Value, flags: u64) -> u64 {
    let id = world.id();
    let bot = json!({"id": BOT.to_string(), "username": "Referent", "discriminator": "0", "avatar": null, "bot": true});
    let mut message = message_object(id, channel, &bot, "");
    message["flags"] = json!(flags);
    replace(&mut message, body);
    if let Some(reference) = body["message_reference"]["message_id"].as_str() {
        message["type"] = json!(19);
        message["message_reference"] =
            json!({"message_id": reference, "channel_id": channel.to_string()});
    }
    world.messages.insert(id, message);
    id
}

fn replace(message: &mut Value, body: &Value) {
    for key in ["content", "embeds", "components", "attachments"] {
        if !body[key].is_null() {
            message[key] = body[key].clone();
        }
    }
    // Files get an address, and what shows them is led there.
    let address = |name: &str| format!("https://cdn.discordapp.com/attachments/1/2/{name}");
    for file in message["attachments"].as_array_mut().into_iter().flatten() {
        let url = address(file["filename"].as_str().unwrap_or_default());
        file["id"] = json!("900000000000000007");
        file["size"] = json!(1000);
        file["url"] = json!(url);
        file["proxy_url"] = json!(url);
    }
    for embed in message["embeds"].as_array_mut().into_iter().flatten() {
        embed["type"] = json!("rich");
        let shown = embed["image"]["url"].as_str().unwrap_or_default();
        if let Some(name) = shown.strip_prefix("attachment://") {
            let url = address(name);
            embed["image"] = json!({"url": url, "proxy_url": url, "width": 1440, "height": 800});
        }
    }
}
