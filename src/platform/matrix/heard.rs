//! What an event of a room's timeline means to the bot. Pure: JSON in, data out; whatever is not as the
//! specification says means nothing.

use serde_json::Value;

/// So many characters of a message are read: many messages are remembered.
const LONGEST: usize = 8_000;

/// Something in a room that the bot may have to do something about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heard {
    /// The event's id.
    pub(super) id: String,
    /// Who sent it.
    pub(super) sender: String,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// Somebody wrote something.
    Words(Words),
    /// Somebody put a sign to a message.
    Reaction { to: String, key: String },
    /// Something was taken back.
    Redaction { of: String },
    /// Something that could not be decrypted.
    Unreadable,
}

/// A message.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Words {
    pub(super) body: String,
    /// The same as HTML, where it has some.
    pub(super) html: String,
    /// Users that are mentioned; nothing where the client tells only by the text.
    pub(super) mentions: Option<Vec<String>>,
    /// The root of the thread that it is a part of.
    pub(super) thread: Option<String>,
    /// The message that it is a reply to.
    pub(super) reply_to: Option<String>,
    /// The message that it takes the place of.
    pub(super) replaces: Option<String>,
    /// The file over it.
    pub(super) file: Option<File>,
}

/// A file that somebody sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct File {
    pub(super) name: String,
    /// Where the server keeps it.
    pub(super) address: String,
    /// What it is decrypted with, where it is encrypted.
    pub(super) keys: Option<Value>,
    /// How many bytes it has, as its sender says.
    pub(super) size: Option<u64>,
}

/// The file that the content of a message has.
pub(super) fn file_of(content: &Value) -> Option<File> {
    if content["msgtype"] != "m.file" {
        return None;
    }
    let keys = content.get("file").cloned();
    let address = keys.as_ref().map_or(&content["url"], |keys| &keys["url"]);
    let name = content["filename"].as_str().or(content["body"].as_str())?;
    Some(File {
        name: name.chars().take(LONGEST).collect(),
        address: address.as_str()?.to_owned(),
        size: content["info"]["size"].as_u64(),
        keys,
    })
}

/// Reads an event. Nothing for what the bot has nothing to do with, and for what a program said: an
/// answer to that could be answered in turn.
pub(super) fn read(event: &Value, me: &str) -> Option<Heard> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let (id, sender) = (text(&event["event_id"])?, text(&event["sender"])?);
    let content = &event["content"];
    if sender == me || event.get("state_key").is_some() {
        return None;
    }
    let what = match event["type"].as_str()? {
        "m.room.message" => What::Words(words(content)?),
        "m.reaction" => What::Reaction {
            to: text(&content["m.relates_to"]["event_id"])?,
            key: text(&content["m.relates_to"]["key"])?,
        },
        "m.room.redaction" => What::Redaction {
            of: text(&event["redacts"]).or_else(|| text(&content["redacts"]))?,
        },
        // What was taken back has no content left.
        "m.room.encrypted" if content.get("algorithm").is_some() => What::Unreadable,
        _ => return None,
    };
    Some(Heard { id, sender, what })
}

/// What an event of the bot answers: what it has answered is done, whatever else is remembered of it.
pub(super) fn answered(event: &Value, me: &str) -> Option<String> {
    // Also where the event itself cannot be decrypted, this stands in the open.
    let relation = &event["content"]["m.relates_to"];
    if event["sender"] != me || relation["rel_type"] == "m.replace" {
        return None;
    }
    let to = relation["m.in_reply_to"]["event_id"].as_str();
    to.map(str::to_owned)
}

/// Whether an event makes the bot a member, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Membership {
    Invited,
    Joined,
}

/// What an event makes of the bot's membership; a new name or picture is no new membership.
pub(super) fn membership(event: &Value, me: &str) -> Option<Membership> {
    let own = event["type"] == "m.room.member" && event["state_key"] == me;
    let before = [&event["unsigned"]["prev_content"], &event["prev_content"]];
    match event["content"]["membership"].as_str()? {
        "invite" if own => Some(Membership::Invited),
        "join" if own && before.iter().all(|before| before["membership"] != "join") => {
            Some(Membership::Joined)
        }
        _ => None,
    }
}

/// When an event was sent, in milliseconds since 1970.
pub(super) fn sent_at(event: &Value) -> i64 {
    event["origin_server_ts"].as_i64().unwrap_or_default()
}

fn words(content: &Value) -> Option<Words> {
    let relation = &content["m.relates_to"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let kind = relation["rel_type"].as_str();
    let replaces = (kind == Some("m.replace"))
        .then(|| text(&relation["event_id"]))
        .flatten();
    let written = match replaces {
        Some(_) => &content["m.new_content"],
        None => content,
    };
    // What stands under a file says something where it is not the file's name.
    let file = file_of(written);
    let named = written["filename"].as_str();
    let has_words = named.is_some_and(|name| written["body"] != name);
    if written["msgtype"] != "m.text" && (file.is_none() || !has_words) {
        return None;
    }
    let thread = (kind == Some("m.thread"))
        .then(|| text(&relation["event_id"]))
        .flatten();
    let falls_back = thread.is_some() && relation["is_falling_back"] == true;
    let reply_to = text(&relation["m.in_reply_to"]["event_id"]).filter(|_| !falls_back);
    let mentions = written.get("m.mentions").map(|mentions| {
        let users = mentions["user_ids"].as_array().into_iter().flatten();
        users.filter_map(text).collect()
    });
    let is_reply = relation.get("m.in_reply_to").is_some();
    let body = written["body"].as_str()?;
    let body = match is_reply {
        true => without_fallback(body),
        false => body,
    };
    let first = |text: &str| text.chars().take(LONGEST).collect::<String>();
    Some(Words {
        body: first(body),
        html: first(written["formatted_body"].as_str().unwrap_or_default()),
        mentions,
        thread,
        reply_to,
        replaces,
        file,
    })
}

/// The text of a reply without the lines of what it replies to that older clients put before it.
fn without_fallback(body: &str) -> &str {
    if !body.starts_with("> <") && !body.starts_with("> * <") {
        return body;
    }
    let mut rest = body;
    while rest.starts_with('>') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest.trim_start_matches('\n')
}

impl Words {
    /// Whether a user is mentioned: by the list of mentions, or where there is none by name.
    pub(super) fn mention(&self, user: &str, name: &str) -> bool {
        match &self.mentions {
            Some(users) => users.iter().any(|mentioned| mentioned == user),
            None => {
                let linked = links(user).iter().any(|link| self.html.contains(link));
                linked
                    || self.body.contains(user)
                    || address(&self.body, user, name, false).is_some()
            }
        }
    }

    /// Whether it is said to others, by name.
    pub(super) fn mention_others(&self, user: &str) -> bool {
        let users = self.mentions.iter().flatten();
        let mut others = users.filter(|mentioned| *mentioned != user);
        others.next().is_some() && !self.mentions.iter().flatten().any(|one| one == user)
    }

    /// What is said, without the name of the bot.
    pub(super) fn said(&self, user: &str, name: &str) -> String {
        let listed = self.mentions.iter().flatten().any(|one| one == user);
        let body = without_links(self.body.trim(), user);
        let rest = address(body.trim(), user, name, listed).unwrap_or(&body);
        let rest = rest.replace(user, "");
        rest.trim_start_matches([':', ',']).trim().to_owned()
    }

    /// What stands after one of these prefixes, if it begins with one.
    pub(super) fn after_prefix(&self, prefixes: &[String]) -> Option<&str> {
        let body = self.body.trim();
        let mut prefixes: Vec<&String> = prefixes.iter().collect();
        // Of "!ref" and "!referent" the longer is meant where both fit.
        prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
        prefixes.into_iter().find_map(|prefix| {
            let rest = strip(body, prefix)?;
            let ends = rest.chars().next().is_none_or(|c| !is_part_of_word(c));
            ends.then(|| rest.trim_start_matches([':', ',', '.', '!', '?']).trim())
        })
    }
}

fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

/// Addresses that stand for a user.
fn links(user: &str) -> [String; 2] {
    let escaped = user.replace('@', "%40").replace(':', "%3A");
    [user, &escaped].map(|user| format!("https://matrix.to/#/{user}"))
}

/// A text without links to a user, as "[Referent](https://matrix.to/#/@referent:example.org)": so clients
/// write a mention as plain text.
fn without_links(body: &str, user: &str) -> String {
    let mut text = body.to_owned();
    for link in links(user) {
        while let Some(at) = text.find(&link) {
            let end = at + link.len();
            let opens = text[..at].ends_with("](").then(|| text[..at].rfind('['));
            match opens.flatten().filter(|_| text[end..].starts_with(')')) {
                Some(from) => text.replace_range(from..=end, ""),
                None => text.replace_range(at..end, ""),
            }
        }
    }
    text
}

/// What stands after the name with which a text begins, as "Referent: …" or "@referent, …"; where it is
/// known to be a mention, without such a mark too.
fn address<'a>(body: &'a str, user: &str, name: &str, known: bool) -> Option<&'a str> {
    let local = user.split(':').next().unwrap_or_default();
    let names = [user, local, local.trim_start_matches('@'), name];
    names
        .into_iter()
        .filter(|name| !name.is_empty())
        .find_map(|name| {
            let begins = strip(body, name).or_else(|| strip(body.strip_prefix('@')?, name))?;
            let marked = (known || name.starts_with('@'))
                && begins.chars().next().is_none_or(char::is_whitespace);
            let called = begins.starts_with([':', ',']) || begins.is_empty() || marked;
            called.then(|| begins.trim_start_matches([':', ',']).trim())
        })
}

/// The rest of a text that begins with `start`, in capitals or not.
fn strip<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for expected in start.chars() {
        let c = rest.next()?;
        if c != expected && !c.to_lowercase().eq(expected.to_lowercase()) {
            return None;
        }
    }
    Some(rest.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ME: &str = "@referent:example.org";

    fn message(content: Value) -> Value {
        json!({"type": "m.room.message", "event_id": "$1", "sender": "@kari:example.org", "content": content})
    }

    fn heard(content: Value) -> Option<Words> {
        match read(&message(content), ME)?.what {
            What::Words(words) => Some(words),
            _ => None,
        }
    }

    #[test]
    fn what_programs_say_means_nothing() {
        assert_eq!(heard(json!({"msgtype": "m.notice", "body": "Hva?"})), None);
        let own = json!({"type": "m.room.message", "event_id": "$1", "sender": ME,
                         "content": {"msgtype": "m.text", "body": "Hva?"}});
        assert_eq!(read(&own, ME), None);
        for odd in [
            json!(null),
            json!([]),
            json!({"type": 5}),
            message(json!({"body": 5})),
        ] {
            assert_eq!(read(&odd, ME), None);
        }
    }

    #[test]
    fn replies_threads_and_edits_are_told_apart() {
        let in_thread = heard(
            json!({"msgtype": "m.text", "body": "> <@a:b> Hei\n> der\n\nOg når?", "m.relates_to": {
            "rel_type": "m.thread", "event_id": "$root", "is_falling_back": true,
            "m.in_reply_to": {"event_id": "$last"}}}),
        )
        .unwrap();
        assert_eq!(
            (
                in_thread.thread.as_deref(),
                in_thread.reply_to,
                in_thread.body.as_str()
            ),
            (Some("$root"), None, "Og når?")
        );
        let reply = heard(
            json!({"msgtype": "m.text", "body": "> et sitat\nOg når?", "m.relates_to": {
            "m.in_reply_to": {"event_id": "$last"}}}),
        )
        .unwrap();
        assert_eq!(
            (reply.reply_to.as_deref(), reply.body.as_str()),
            (Some("$last"), "> et sitat\nOg når?")
        );
        let edit = heard(
            json!({"msgtype": "m.text", "body": "* Hvem?", "m.new_content": {
            "msgtype": "m.text", "body": "Hvem?"}, "m.relates_to": {
            "rel_type": "m.replace", "event_id": "$old"}}),
        )
        .unwrap();
        assert_eq!(
            (edit.replaces.as_deref(), edit.body.as_str()),
            (Some("$old"), "Hvem?")
        );
    }

    #[test]
    fn the_bot_is_mentioned_by_the_list_or_where_there_is_none_by_name() {
        let said = |content: Value| {
            let words = heard(content).unwrap();
            words
                .mention(ME, "Referent")
                .then(|| words.said(ME, "Referent"))
        };
        let text = |body: &str| said(json!({"msgtype": "m.text", "body": body}));
        for body in [
            "Referent: Når stenges KARVE?",
            "referent, Når stenges KARVE?",
            "@referent Når stenges KARVE?",
            "@referent:example.org: Når stenges KARVE?",
            "@Referent: Når stenges KARVE?",
        ] {
            assert_eq!(text(body).as_deref(), Some("Når stenges KARVE?"), "{body}");
        }
        assert_eq!(text("Referenten svarer ikke"), None);
        assert_eq!(text("referent er et ord"), None);
        let listed = |users: Value| {
            said(
                json!({"msgtype": "m.text", "body": "Referent: Når?", "m.mentions": {"user_ids": users}}),
            )
        };
        assert_eq!(listed(json!([ME])).as_deref(), Some("Når?"));
        for body in [
            "Referent når stenges KARVE?",
            "[@Referent](https://matrix.to/#/@referent:example.org) når stenges KARVE?",
            "[Referent](https://matrix.to/#/%40referent%3Aexample.org): når stenges KARVE?",
            "når stenges KARVE? https://matrix.to/#/@referent:example.org",
        ] {
            let content =
                json!({"msgtype": "m.text", "body": body, "m.mentions": {"user_ids": [ME]}});
            assert_eq!(
                said(content).as_deref(),
                Some("når stenges KARVE?"),
                "{body}"
            );
        }
        assert_eq!(listed(json!([])), None);
    }

    #[test]
    fn the_longest_prefix_counts_and_is_a_word() {
        let prefixes = ["!ref".to_owned(), "!referent".to_owned()];
        let after = |body: &str| {
            let words = Words {
                body: body.to_owned(),
                ..Words::default()
            };
            words.after_prefix(&prefixes).map(str::to_owned)
        };
        assert_eq!(after("!ref status taket").as_deref(), Some("status taket"));
        assert_eq!(after("!Referent: hjelp").as_deref(), Some("hjelp"));
        assert_eq!(after("!ref").as_deref(), Some(""));
        assert_eq!(after("!ref?").as_deref(), Some(""));
        assert_eq!(after("!ref, hjelp").as_deref(), Some("hjelp"));
        assert_eq!(after("!ref-en er borte"), None);
        assert_eq!(after("!reform av taket"), None);
    }

    #[test]
    fn a_file_says_something_where_words_stand_under_it() {
        let file = |body: &str| {
            heard(
                json!({"msgtype": "m.file", "body": body, "filename": "møte.pdf", "info": {"size": 7},
                "file": {"url": "mxc://a.no/b", "key": {}}}),
            )
        };
        assert_eq!(file("møte.pdf"), None);
        let words = file("!ref add").unwrap();
        assert_eq!(words.body, "!ref add");
        let found = words.file.unwrap();
        assert_eq!(
            (found.name.as_str(), found.address.as_str(), found.size),
            ("møte.pdf", "mxc://a.no/b", Some(7))
        );
        assert!(found.keys.is_some());
        let plain = json!({"msgtype": "m.file", "body": "møte.pdf", "url": "mxc://a.no/c"});
        let found = file_of(&plain).unwrap();
        assert_eq!((found.name.as_str(), found.keys), ("møte.pdf", None));
        assert_eq!(
            file_of(&json!({"msgtype": "m.image", "body": "a", "url": "mxc://a.no/c"})),
            None
        );
    }

    #[test]
    fn an_answer_of_the_bot_tells_what_is_done() {
        let event = |sender: &str, relation: Value| json!({"type": "m.room.encrypted", "sender": sender, "content": {"m.relates_to": relation}});
        let reply = json!({"rel_type": "m.thread", "event_id": "$root", "is_falling_back": true,
                           "m.in_reply_to": {"event_id": "$asked"}});
        assert_eq!(
            answered(&event(ME, reply.clone()), ME).as_deref(),
            Some("$asked")
        );
        assert_eq!(answered(&event("@a:b", reply), ME), None);
        let edit = json!({"rel_type": "m.replace", "event_id": "$answer"});
        assert_eq!(answered(&event(ME, edit), ME), None);
    }

    #[test]
    fn a_new_name_is_no_new_membership() {
        let member = |membership: &str, before: &str| {
            json!({"type": "m.room.member", "state_key": ME, "content": {"membership": membership},
                   "unsigned": {"prev_content": {"membership": before}}})
        };
        assert_eq!(
            membership(&member("join", "invite"), ME),
            Some(Membership::Joined)
        );
        assert_eq!(membership(&member("join", "join"), ME), None);
        assert_eq!(
            membership(&member("invite", "leave"), ME),
            Some(Membership::Invited)
        );
        assert_eq!(membership(&member("invite", "leave"), "@a:b"), None);
    }
}
