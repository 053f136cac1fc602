//! Requests held against Discord's own description of its interface, where a file of it is at hand.

use serde_json::Value;

use crate::support::path_from_environment;

pub(super) struct Description(Value);

impl Description {
    pub(super) fn named_in_environment() -> Option<Description> {
        let path = path_from_environment("REFERENT_DISCORD_OPENAPI")?;
        let text = std::fs::read_to_string(&path).unwrap();
        Some(Description(serde_json::from_str(&text).unwrap()))
    }

    /// What is wrong with a request; `target` is its path below the version, with the query.
    pub(super) fn faults(&self, method: &str, target: &str, body: &Value) -> Vec<String> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let Some(item) = self.path(path) else {
            return vec![format!("there is no path {path}")];
        };
        let operation = &item[method.to_lowercase()];
        if operation.is_null() {
            return vec![format!("{path} takes no {method}")];
        }
        let mut faults = Vec::new();
        let parameters = || {
            let of = |holder: &Value| holder["parameters"].as_array().cloned().unwrap_or_default();
            of(item).into_iter().chain(of(operation))
        };
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let name = part.split('=').next().unwrap();
            if !parameters()
                .any(|parameter| parameter["in"] == "query" && parameter["name"] == name)
            {
                faults.push(format!("{path} has no parameter {name}"));
            }
        }
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        match (schema.is_null(), body.is_null()) {
            (true, false) => faults.push(format!("{method} {path} takes no body")),
            (false, true) if operation["requestBody"]["required"] == true => {
                faults.push(format!("{method} {path} needs a body"))
            }
            (false, false) => self.check(schema, body, "body", &mut faults),
            _ => {}
        }
        faults
    }

    /// The item of the path, the one with most words in common where several fit.
    fn path(&self, path: &str) -> Option<&Value> {
        let given: Vec<&str> = path.split('/').collect();
        let paths = self.0["paths"].as_object()?.iter();
        let fitting = paths.filter_map(|(template, item)| {
            let parts: Vec<&str> = template.split('/').collect();
            let literal = parts
                .iter()
                .zip(&given)
                .filter(|(part, given)| part == given)
                .count();
            let fits = parts.len() == given.len()
                && parts
                    .iter()
                    .zip(&given)
                    .all(|(part, given)| part == given || part.starts_with('{'));
            fits.then_some((literal, item))
        });
        fitting
            .max_by_key(|(literal, _)| *literal)
            .map(|(_, item)| item)
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        if let Some(name) = schema["$ref"].as_str() {
            let target = self.0.pointer(name.trim_start_matches('#')).unwrap();
            return self.check(target, value, at, faults);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.check(part, value, at, faults);
        }
        for key in ["anyOf", "oneOf"] {
            let Some(variants) = schema[key].as_array() else {
                continue;
            };
            let of = |variant: &Value| {
                let mut faults = Vec::new();
                self.check(variant, value, at, &mut faults);
                faults
            };
            let least = variants.iter().map(of).min_by_key(Vec::len);
            faults.extend(least.unwrap_or_default());
        }
        if let Some(constant) = schema.get("const")
            && constant != value
        {
            faults.push(format!("{at} is {value}, not {constant}"));
        }
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            faults.push(format!("{at} is {value}, none of {allowed:?}"));
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let fits = kinds.is_empty()
            || kinds.contains(&kind)
            || kind == "integer" && kinds.contains(&"number");
        if !fits {
            faults.push(format!("{at} is {kind}, not {kinds:?}"));
            return;
        }
        let bound = |key: &str| schema[key].as_f64();
        let mut within = |number: f64, least: &str, most: &str| {
            if bound(least).is_some_and(|least| number < least)
                || bound(most).is_some_and(|most| number > most)
            {
                faults.push(format!("{at} has {number}, outside of {least} and {most}"));
            }
        };
        match value {
            Value::String(text) => {
                within(text.encode_utf16().count() as f64, "minLength", "maxLength")
            }
            Value::Number(number) => within(number.as_f64().unwrap(), "minimum", "maximum"),
            Value::Array(items) => {
                within(items.len() as f64, "minItems", "maxItems");
                for (i, item) in items.iter().enumerate() {
                    self.check(&schema["items"], item, &format!("{at}[{i}]"), faults);
                }
            }
            Value::Object(members) => {
                within(members.len() as f64, "minProperties", "maxProperties");
                for name in schema["required"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                {
                    if !members.contains_key(name) {
                        faults.push(format!("{at} lacks {name}"));
                    }
                }
                let Some(known) = schema["properties"].as_object() else {
                    for (name, member) in members {
                        if schema["additionalProperties"].is_object() {
                            self.check(
                                &schema["additionalProperties"],
                                member,
                                &format!("{at}.{name}"),
                                faults,
                            );
                        }
                    }
                    return;
                };
                for (name, member) in members {
                    match known.get(name) {
                        Some(schema) => self.check(schema, member, &format!("{at}.{name}"), faults),
                        // The description allows what it does not name; a misspelt name would be one.
                        None => faults.push(format!("{at} has a {name} that is not described")),
                    }
                }
            }
            _ => {}
        }
    }
}

#[test]
fn what_a_description_does_not_allow_is_seen() {
    let description = Description(serde_json::json!({
        "paths": {"/channels/{id}/messages": {"post": {"requestBody": {"required": true, "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Message"}
        }}}}}},
        "components": {"schemas": {
            "Message": {"type": "object", "required": ["content"], "properties": {
                "content": {"type": "string", "maxLength": 5},
                "flags": {"oneOf": [{"type": "null"}, {"type": "integer", "enum": [0, 64]}]},
            }},
        }},
    }));
    for (body, faults) in [
        (r#"{"content": "ja", "flags": 64}"#, 0),
        (r#"{"content": "altfor langt"}"#, 1),
        (r#"{"content": "ja", "flags": 3}"#, 1),
        (r#"{"flag": null}"#, 2),
        (r#"{"content": null, "flags": "x"}"#, 2),
        ("null", 1),
    ] {
        let found = description.faults(
            "POST",
            "/channels/7/messages",
            &serde_json::from_str(body).unwrap(),
        );
        assert_eq!(found.len(), faults, "{body}: {found:?}");
    }
    assert_eq!(
        description
            .faults("GET", "/channels/7/messages", &Value::Null)
            .len(),
        1
    );
    assert_eq!(
        description
            .faults("POST", "/channels/7", &Value::Null)
            .len(),
        1
    );
    assert_eq!(
        description
            .faults(
                "POST",
                "/channels/7/messages?x=1",
                &serde_json::json!({"content": "ja"})
            )
            .len(),
        1
    );
}
