//! What Discord demands of messages, commands and choices beyond the form of a request. Lengths are
//! counted in UTF-16 units, the strictest way.

use serde_json::Value;

fn length(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.encode_utf16().count())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Notes where a text is too long.
fn at_most(wrong: &mut Vec<String>, what: &str, value: &Value, most: usize) {
    if length(value) > most {
        wrong.push(format!(
            "{what} of {} units: {most} are allowed",
            length(value)
        ));
    }
}

/// A message that is sent, or that takes the place of another.
pub fn message(body: &Value, wrong: &mut Vec<String>) {
    if body["allowed_mentions"]["parse"] != serde_json::json!([]) {
        wrong.push("allowed_mentions does not forbid every mention".to_owned());
    }
    at_most(wrong, "content", &body["content"], 2000);
    let embeds: Vec<&Value> = list(&body["embeds"]).collect();
    if embeds.len() > 10 {
        wrong.push(format!("{} embeds", embeds.len()));
    }
    let empty = length(&body["content"]) == 0 && embeds.is_empty();
    if empty {
        wrong.push("an empty message".to_owned());
    }
    let mut all = 0;
    for embed in embeds {
        at_most(wrong, "title", &embed["title"], 256);
        at_most(wrong, "description", &embed["description"], 4096);
        at_most(wrong, "footer", &embed["footer"]["text"], 2048);
        at_most(wrong, "author", &embed["author"]["name"], 256);
        all += ["title", "description"]
            .iter()
            .map(|key| length(&embed[*key]))
            .sum::<usize>()
            + length(&embed["footer"]["text"])
            + length(&embed["author"]["name"]);
        if list(&embed["fields"]).count() > 25 {
            wrong.push("more than 25 fields".to_owned());
        }
        for field in list(&embed["fields"]) {
            at_most(wrong, "field name", &field["name"], 256);
            at_most(wrong, "field value", &field["value"], 1024);
            all += length(&field["name"]) + length(&field["value"]);
        }
        if length(&embed["title"]) + length(&embed["description"]) == 0 {
            wrong.push("an embed without words".to_owned());
        }
    }
    if all > 6000 {
        wrong.push(format!("embeds of {all} units"));
    }
    components(&body["components"], wrong);
    live(body, wrong);
}

/// The files beside a message, and what it says of them.
pub fn files(body: &Value, files: &[super::rest::File], wrong: &mut Vec<String>) {
    let attachments: Vec<&Value> = list(&body["attachments"]).collect();
    for (part, name, content) in files {
        let number = part
            .strip_prefix("files[")
            .and_then(|rest| rest.strip_suffix(']'));
        let told = attachments
            .iter()
            .find(|told| told["id"].as_str() == number && told["filename"] == **name);
        match told {
            Some(told) if (1..=1024).contains(&length(&told["description"])) => {}
            _ => wrong.push(format!("{part} is not described")),
        }
        if !content.starts_with(b"\x89PNG\r\n\x1a\n") || content.len() > 10 << 20 {
            wrong.push(format!("{part} is no picture, or too large"));
        }
    }
    for embed in list(&body["embeds"]) {
        let shown = embed["image"]["url"].as_str();
        let shown = shown.and_then(|url| url.strip_prefix("attachment://"));
        if let Some(shown) = shown
            && !files.iter().any(|(_, name, _)| name == shown)
        {
            wrong.push(format!("{shown} is shown and not sent"));
        }
    }
}

/// Rows of buttons, in a message or a form.
pub fn components(rows: &Value, wrong: &mut Vec<String>) {
    let mut ids: Vec<&str> = Vec::new();
    if list(rows).count() > 5 {
        wrong.push("more than five rows".to_owned());
    }
    for row in list(rows) {
        if !(1..=5).contains(&list(&row["components"]).count()) {
            wrong.push("a row without buttons or with more than five".to_owned());
        }
        for button in list(&row["components"]) {
            at_most(wrong, "label", &button["label"], 80);
            at_most(wrong, "custom_id", &button["custom_id"], 100);
            at_most(wrong, "url", &button["url"], 512);
            ids.extend(button["custom_id"].as_str());
            let is_button = button["type"] == 2;
            if is_button && button["label"].is_null() && button["emoji"].is_null() {
                wrong.push("a button with nothing on it".to_owned());
            }
            if is_button && button["custom_id"].is_null() == button["url"].is_null() {
                wrong.push("a button with neither or both of custom_id and url".to_owned());
            }
            if list(&button["options"]).count() > 25 {
                wrong.push("more than 25 options".to_owned());
            }
        }
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() < count {
        wrong.push("two components with one custom_id".to_owned());
    }
}

/// Words of documents that would act: what the bot itself writes has none of it.
fn live(body: &Value, wrong: &mut Vec<String>) {
    let embeds = list(&body["embeds"]);
    let texts = embeds.flat_map(|embed| [&embed["title"], &embed["description"]]);
    for text in texts.chain([&body["content"]]).filter_map(Value::as_str) {
        for mention in ["@everyone", "@here"] {
            if text.contains(mention) {
                wrong.push(format!("{mention} in {text:?}"));
            }
        }
        let mut rest = text;
        while let Some(at) = rest.find('<') {
            let escaped = rest[..at].ends_with('\\');
            rest = &rest[at + 1..];
            let acts = ["@", "#", ":", "a:", "/", "id:"];
            if !escaped && acts.iter().any(|start| rest.starts_with(start)) {
                wrong.push(format!("a live mention in {text:?}"));
            }
        }
        for (at, _) in text.match_indices("](") {
            if !text[..at].ends_with('\\') && !text[at..].starts_with("](<http") {
                wrong.push(format!("a live link in {text:?}"));
            }
        }
        for scheme in ["http://", "https://"] {
            // Within the address of a link, another is just letters.
            let outside = text.split("](<").enumerate().map(|(i, part)| match i {
                0 => part,
                _ => part.split_once(">)").map_or("", |(_, after)| after),
            });
            for part in outside {
                if part.contains(scheme) {
                    wrong.push(format!("a live address in {text:?}"));
                }
            }
        }
        for line in text.lines().filter(|line| !line.starts_with("-# ")) {
            let line = line.strip_prefix("> ").unwrap_or(line).trim_start();
            let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
            let list = ["- ", "+ ", "* "].iter().any(|mark| line.starts_with(mark));
            if list || line.starts_with(['#', '>']) || number != line && number.starts_with(". ") {
                wrong.push(format!("a live list, heading or quotation in {line:?}"));
            }
        }
        if text.contains("```") {
            wrong.push(format!("a live block of code in {text:?}"));
        }
        if text.chars().any(|c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{FEFF}')) {
            wrong.push(format!("a mark of direction in {text:?}"));
        }
    }
}

/// The commands that are registered.
pub fn commands(commands: &Value, wrong: &mut Vec<String>) {
    let of = |kind: u64| {
        list(commands).filter(move |command| command["type"].as_u64().unwrap_or(1) == kind)
    };
    if of(1).count() > 100 || of(2).count() > 15 || of(3).count() > 15 {
        wrong.push("too many commands".to_owned());
    }
    for command in list(commands) {
        let typed = command["type"].as_u64().unwrap_or(1) == 1;
        named(command, typed, wrong);
        if command["name_localizations"].get("nb").is_some() {
            wrong.push("the key for Norwegian is \"no\"".to_owned());
        }
        let options: Vec<&Value> = list(&command["options"]).collect();
        if options.len() > 25 {
            wrong.push("more than 25 options".to_owned());
        }
        if options
            .windows(2)
            .any(|two| two[0]["required"] != true && two[1]["required"] == true)
        {
            wrong.push("a required option behind one that is not".to_owned());
        }
        let mut all = length(&command["name"]) + length(&command["description"]);
        for option in options {
            named(option, true, wrong);
            all += length(&option["name"]) + length(&option["description"]);
            if list(&option["choices"]).count() > 25 {
                wrong.push("more than 25 choices".to_owned());
            }
            if option["autocomplete"] == true && !option["choices"].is_null() {
                wrong.push("choices beside autocomplete".to_owned());
            }
        }
        if all > 8000 {
            wrong.push("a command of more than 8000 units".to_owned());
        }
    }
}

fn named(what: &Value, typed: bool, wrong: &mut Vec<String>) {
    let localized = |key: &str| {
        let names = what[key].as_object().into_iter().flatten();
        names.map(|(_, name)| name.clone()).collect::<Vec<_>>()
    };
    for name in localized("name_localizations")
        .iter()
        .chain([&what["name"]])
    {
        let text = name.as_str().unwrap_or_default();
        let letters = text
            .chars()
            .all(|c| c == '-' || c == '_' || c == '\'' || c.is_alphanumeric());
        let fine = !typed || letters && text.to_lowercase() == text;
        if !fine || !(1..=32).contains(&text.chars().count()) {
            wrong.push(format!("a command or option called {text:?}"));
        }
    }
    if typed {
        for said in localized("description_localizations")
            .iter()
            .chain([&what["description"]])
        {
            if !(1..=100).contains(&length(said)) {
                wrong.push(format!("a description {said}"));
            }
        }
    }
}

/// What is offered while somebody types.
pub fn choices(choices: &Value, wrong: &mut Vec<String>) {
    if list(choices).count() > 25 {
        wrong.push("more than 25 choices".to_owned());
    }
    for choice in list(choices) {
        for key in ["name", "value"] {
            if !(1..=100).contains(&length(&choice[key])) {
                wrong.push(format!("a choice with the {key} {}", choice[key]));
            }
        }
    }
}
