//! What people do: they type commands, press buttons, fill in forms and write messages.

use std::time::Instant;

use serde_json::{Value, json};

use super::{BOT, Interaction, Standin, is_id};

pub const GUILD: u64 = 200_000_000_000_000_001;

/// Where somebody is, and with which roles.
#[derive(Debug, Clone, Default)]
pub struct Place {
    pub user: u64,
    pub guild: Option<u64>,
    pub channel: u64,
    /// The channel that this one is a thread of.
    pub parent: Option<u64>,
    pub roles: Vec<u64>,
    /// Whether the user may manage the channel.
    pub manages: bool,
}

impl Place {
    /// A channel of the guild.
    pub fn channel(user: u64, channel: u64) -> Place {
        Place {
            user,
            guild: Some(GUILD),
            channel,
            ..Place::default()
        }
    }

    /// Alone with the bot.
    pub fn direct(user: u64) -> Place {
        Place {
            user,
            channel: user + 1,
            ..Place::default()
        }
    }

    pub fn with_role(mut self, role: u64) -> Place {
        self.roles.push(role);
        self
    }

    pub fn managing(mut self) -> Place {
        self.manages = true;
        self
    }

    pub fn in_thread_of(mut self, parent: u64) -> Place {
        self.parent = Some(parent);
        self
    }

    fn user(&self) -> Value {
        json!({"id": self.user.to_string(), "username": format!("bruker{}", self.user % 1000), "discriminator": "0",
               "avatar": null, "global_name": null, "public_flags": 0})
    }

    fn roles(&self) -> Vec<String> {
        self.roles.iter().map(u64::to_string).collect()
    }

    fn member(&self, with_user: bool) -> Value {
        let mut member = json!({
            "roles": self.roles(), "joined_at": "2024-01-01T00:00:00.000000+00:00", "deaf": false, "mute": false,
            "flags": 0, "nick": null, "avatar": null, "premium_since": null, "pending": false,
            "communication_disabled_until": null,
        });
        if with_user {
            member["user"] = self.user();
            const ORDINARY: u64 = 2_248_473_465_835_073;
            const MANAGE_CHANNELS: u64 = 1 << 4;
            let more = if self.manages { MANAGE_CHANNELS } else { 0 };
            member["permissions"] = json!((ORDINARY | more).to_string());
        }
        member
    }
}

/// An interaction that was sent: its token tells what became of it.
#[derive(Debug, Clone)]
pub struct Typed(pub String);

pub(super) fn message_object(id: u64, channel: u64, author: &Value, content: &str) -> Value {
    json!({
        "id": id.to_string(), "channel_id": channel.to_string(), "author": author, "content": content,
        "timestamp": "2026-11-22T10:00:00.000000+00:00", "edited_timestamp": null, "tts": false,
        "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
        "pinned": false, "type": 0, "flags": 0, "components": [],
    })
}

impl Standin {
    /// Types a command; `options` are pairs of a name and a text or a truth.
    pub fn command(&self, place: &Place, name: &str, options: &[(&str, Value)]) -> Typed {
        self.command_in(place, name, options, "nb")
    }

    /// The same, with Discord set to another language.
    pub fn command_in(
        &self,
        place: &Place,
        name: &str,
        options: &[(&str, Value)],
        locale: &str,
    ) -> Typed {
        let options: Vec<Value> = options
            .iter()
            .map(|(name, value)| json!({"name": name, "type": if value.is_boolean() { 5 } else { 3 }, "value": value}))
            .collect();
        let data = json!({"id": "700", "name": name, "type": 1, "options": options});
        self.interact(place, 2, data, None, locale)
    }

    /// Types a command with a file attached, and further options.
    pub fn command_with_file(
        &self,
        place: &Place,
        name: &str,
        file: (&str, &str),
        options: &[(&str, &str)],
    ) -> Typed {
        let (file_name, content) = file;
        let id = self.world().id().to_string();
        self.world().files.insert(id.clone(), content.to_owned());
        let url = format!("{}/attachments/{id}", self.address);
        let attachment = json!({
            "id": id, "filename": file_name, "size": content.len(), "url": url, "proxy_url": url,
            "content_type": "application/octet-stream",
        });
        let mut all = vec![json!({"name": "file", "type": 11, "value": id})];
        let others = options.iter();
        all.extend(others.map(|(name, value)| json!({"name": name, "type": 3, "value": value})));
        let data = json!({
            "id": "700", "name": name, "type": 1, "options": all,
            "resolved": {"attachments": {id: attachment}},
        });
        self.interact(place, 2, data, None, "nb")
    }

    /// Searches with a message.
    pub fn search_with(&self, place: &Place, content: &str) -> Typed {
        let id = self.world().id();
        let message = message_object(id, place.channel, &place.user(), content);
        let data = json!({
            "id": "706", "name": "Search the minutes", "type": 3, "target_id": id.to_string(),
            "resolved": {"messages": {id.to_string(): message}},
        });
        self.interact(place, 2, data, None, "nb")
    }

    /// Types into an option that is completed.
    pub fn type_in(&self, place: &Place, command: &str, option: &str, text: &str) -> Typed {
        let option = json!({"name": option, "type": 3, "value": text, "focused": true});
        let data = json!({"id": "700", "name": command, "type": 1, "options": [option]});
        self.interact(place, 4, data, None, "nb")
    }

    /// Presses the button of a message whose id begins with `what`.
    pub fn press(&self, place: &Place, message: &Value, what: &str) -> Typed {
        let custom_id =
            button(message, what).unwrap_or_else(|| panic!("no button {what} under {message:#}"));
        let data = json!({"component_type": 2, "custom_id": custom_id, "id": 1});
        self.interact(place, 3, data, Some(message.clone()), "nb")
    }

    /// Fills in a form.
    pub fn fill_in(&self, place: &Place, form: &Value, text: &str) -> Typed {
        let input = &form["components"][0]["components"][0];
        let data = json!({
            "custom_id": form["custom_id"],
            "components": [{"type": 1, "components": [{"type": 4, "custom_id": input["custom_id"], "value": text}]}],
        });
        self.interact(place, 5, data, None, "nb")
    }

    fn interact(
        &self,
        place: &Place,
        kind: u8,
        data: Value,
        on: Option<Value>,
        locale: &str,
    ) -> Typed {
        let id = self.world().id();
        let token = format!("token-{id}");
        let thread = place.parent.is_some();
        let kind_of_channel = match (place.guild, thread) {
            (None, _) => 1,
            (_, true) => 11,
            _ => 0,
        };
        let mut event = json!({
            "id": id.to_string(), "application_id": BOT.to_string(), "type": kind, "data": data, "token": token,
            "version": 1, "channel_id": place.channel.to_string(), "locale": match locale { "nb" => "no", other => other },
            "app_permissions": "2248473465835073", "entitlements": [], "attachment_size_limit": 10_485_760,
            "authorizing_integration_owners": {"0": GUILD.to_string()}, "context": if place.guild.is_some() { 0 } else { 1 },
            "channel": {"id": place.channel.to_string(), "type": kind_of_channel, "name": "referater",
                        "parent_id": place.parent.map(|parent| parent.to_string()), "permissions": "2248473465835073"},
        });
        match place.guild {
            Some(guild) => {
                event["guild_id"] = json!(guild.to_string());
                event["guild_locale"] = json!("no");
                event["member"] = place.member(true);
            }
            None => event["user"] = place.user(),
        }
        let mut original = None;
        if let Some(message) = on {
            original = message["id"].as_str().and_then(|id| id.parse().ok());
            event["message"] = message;
        }
        self.world().interactions.insert(
            token.clone(),
            Interaction {
                id,
                channel: place.channel,
                sent: Instant::now(),
                acknowledged: None,
                private: false,
                original: None,
                data: Value::Null,
                further: Vec::new(),
                edits: 0,
                on: original,
            },
        );
        self.dispatch("INTERACTION_CREATE", event);
        Typed(token)
    }

    /// Writes a message; its content reaches the bot only where Discord would send it.
    pub fn write(&self, place: &Place, content: &str, reply_to: Option<&Value>) -> u64 {
        let (id, event) = self.written(place, content, reply_to);
        self.dispatch("MESSAGE_CREATE", event);
        id
    }

    /// Writes a message that the bot does not hear of, as it has no connection.
    pub fn write_unheard(&self, place: &Place, content: &str) -> u64 {
        self.written(place, content, None).0
    }

    /// Another bot writes a message.
    pub fn write_as_bot(&self, place: &Place, content: &str) {
        let (_, mut event) = self.written(place, content, None);
        event["author"]["bot"] = json!(true);
        self.dispatch("MESSAGE_CREATE", event);
    }

    fn written(&self, place: &Place, content: &str, reply_to: Option<&Value>) -> (u64, Value) {
        let mut world = self.world();
        let id = world.id();
        let mut message = message_object(id, place.channel, &place.user(), content);
        let bot = json!({"id": BOT.to_string(), "username": "Referent", "discriminator": "0", "avatar": null, "bot": true});
        let mut mentions = Vec::new();
        if content.contains(&format!("<@{BOT}>")) {
            mentions.push(bot.clone());
        }
        let mut readable = place.guild.is_none() || !mentions.is_empty();
        if let Some(reply_to) = reply_to {
            message["type"] = json!(19);
            message["message_reference"] = json!({"message_id": reply_to["id"], "channel_id": place.channel.to_string(), "type": 0});
            message["referenced_message"] = reply_to.clone();
            // A reply mentions whom it replies to, unless that is switched off.
            if is_id(&reply_to["author"]["id"], BOT) && mentions.is_empty() {
                mentions.push(bot);
                readable = true;
            }
        }
        message["mentions"] = json!(mentions);
        if let Some(guild) = place.guild {
            message["guild_id"] = json!(guild.to_string());
            message["member"] = place.member(false);
        }
        world.messages.insert(id, message.clone());
        let reads_all = world
            .session
            .as_ref()
            .is_some_and(|session| session.reads_all());
        if !readable && !reads_all {
            message["content"] = json!("");
        }
        (id, message)
    }

    /// Changes what a message says, or nothing of it.
    pub fn edit(&self, message: u64, content: &str) {
        let event = {
            let mut world = self.world();
            let message = world.messages.get_mut(&message).unwrap();
            message["content"] = json!(content);
            let edits = message["edits"].as_u64().unwrap_or_default() + 1;
            message["edits"] = json!(edits);
            message["edited_timestamp"] =
                json!(format!("2026-11-22T10:01:{edits:02}.000000+00:00"));
            let mut event = message.clone();
            event.as_object_mut().unwrap().remove("edits");
            event
        };
        self.dispatch("MESSAGE_UPDATE", event);
    }

    /// What came of an interaction, once the bot has said something.
    pub fn answer(&self, typed: &Typed) -> Value {
        let original = self.wait(&format!("an answer to {}", typed.0), |world| {
            let interaction = &world.interactions[&typed.0];
            let done =
                interaction.edits > 0 || matches!(interaction.acknowledged, Some((4 | 7, _)));
            done.then_some(interaction.original).flatten()
        });
        self.world().messages[&original].clone()
    }

    /// The first response to an interaction: its type and its data.
    pub fn first_response(&self, typed: &Typed) -> (u64, Value) {
        self.wait(&format!("a response to {}", typed.0), |world| {
            let interaction = &world.interactions[&typed.0];
            let (kind, _) = interaction.acknowledged?;
            Some((kind, interaction.data.clone()))
        })
    }

    /// The first message that came further upon an interaction.
    pub fn further(&self, typed: &Typed) -> Value {
        self.wait(&format!("something further to {}", typed.0), |world| {
            let id = world.interactions[&typed.0].further.first().copied()?;
            Some(world.messages[&id].clone())
        })
    }

    /// What the bot replied to a message.
    pub fn reply_to(&self, message: u64) -> Value {
        self.wait(&format!("a reply to {message}"), |world| {
            let replies = |reply: &&Value| {
                is_id(&reply["message_reference"]["message_id"], message) && is_of_bot(reply)
            };
            world.messages.values().find(replies).cloned()
        })
    }
}

fn is_of_bot(message: &Value) -> bool {
    is_id(&message["author"]["id"], BOT)
}

fn button<'a>(message: &'a Value, what: &str) -> Option<&'a str> {
    let rows = message["components"].as_array()?.iter();
    let mut buttons = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
    buttons.find_map(|button| {
        button["custom_id"]
            .as_str()
            .filter(|id| id.starts_with(what))
    })
}
