//! What a request can ask for: read strictly, so that a misspelt name is told and not passed over.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, ToSchema};

use super::refused::Refused;
use crate::corpus::Date;
use crate::corpus::metadata::Kind;
use crate::question::restriction::{Filter, Key};

/// The longest question or topic, in characters.
const LONGEST: usize = 500;
/// The longest cursor.
const CURSOR: usize = 100;
/// So many values a parameter may have.
const VALUES: usize = 20;

/// The parameters of a request.
pub(in crate::web) struct Asked<T>(pub(in crate::web) T);

/// What can be wrong with parameters that can be read.
pub(in crate::web) trait Parameters: DeserializeOwned {
    /// One sentence about what is wrong.
    fn wrong(&self) -> Option<String>;
}

impl<S: Send + Sync, T: Parameters> FromRequestParts<S> for Asked<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked<T>, Refused> {
        let query = parts.uri.query().unwrap_or_default();
        // What cannot be decoded would be read as something else.
        if percent_encoding::percent_decode_str(&query.replace('+', " "))
            .decode_utf8()
            .is_err()
        {
            return Err(Refused::parameter(
                "the parameters are not UTF-8: encode them anew",
            ));
        }
        let asked: T = serde_html_form::from_str(query)
            .map_err(|error| Refused::parameter(in_words(&error.to_string())))?;
        match asked.wrong() {
            Some(wrong) => Err(Refused::parameter(wrong)),
            None => Ok(Asked(asked)),
        }
    }
}

/// Why parameters cannot be read, with what to do.
fn in_words(error: &str) -> String {
    let named = |start: &str| Some(error.strip_prefix(start)?.split('`').next()?.to_owned());
    if let Some(name) = named("missing field `") {
        return format!("\"{name}\" is missing: add it, as ?{name}=…");
    }
    if error == "unsupported value" {
        return "a parameter is there twice that is one: give it once".to_owned();
    }
    if let Some(name) = named("unknown field `") {
        let known = error.split_once("expected ").map_or("", |(_, known)| known);
        let known = known.trim_start_matches("one of ").replace('`', "\"");
        let mend = match known.is_empty() {
            true => "leave it out".to_owned(),
            false => format!("there is {known}"),
        };
        return format!("\"{name}\" is no parameter here: {mend}");
    }
    format!("a parameter cannot be read ({error}): see /api/v1/openapi.json")
}

/// What is wrong with a question or a topic.
pub(in crate::web) fn text(name: &str, value: &str) -> Option<String> {
    at_most(name, value, LONGEST)
}

fn at_most(name: &str, value: &str, most: usize) -> Option<String> {
    match value.chars().count() {
        0 => Some(format!("\"{name}\" is empty: put words there")),
        long if long > most => Some(format!(
            "\"{name}\" has {long} characters: shorten it to {most}"
        )),
        _ => None,
    }
}

fn values<T>(name: &str, values: &[T]) -> Option<String> {
    (values.len() > VALUES).then(|| {
        format!(
            "\"{name}\" has {} values: give at most {VALUES}",
            values.len()
        )
    })
}

fn date(name: &str, value: Option<&str>) -> Result<Option<Date>, Refused> {
    value
        .map(str::parse)
        .transpose()
        .map_err(|error: crate::corpus::InvalidDate| {
            Refused::parameter(format!("\"{name}\": {error}"))
        })
}

/// No parameter at all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

impl Parameters for Nothing {
    fn wrong(&self) -> Option<String> {
        None
    }
}

macro_rules! restricted {
    ($name:ident) => {
        impl $name {
            /// What the answer is restricted to.
            pub(super) fn filter(&self) -> Result<Filter, Refused> {
                let mut filter = Filter::default();
                for (key, values) in [
                    (Key::Holder, &self.holder),
                    (Key::Body, &self.body),
                    (Key::Collection, &self.collection),
                ] {
                    for value in values {
                        filter.add(key, value)?;
                    }
                }
                filter.kinds.extend(&self.kind);
                filter.from = date("from", self.from.as_deref())?;
                filter.to = date("to", self.to.as_deref())?;
                Ok(filter)
            }

            fn too_many(&self) -> Option<String> {
                (values("holder", &self.holder))
                    .or_else(|| values("body", &self.body))
                    .or_else(|| values("kind", &self.kind))
                    .or_else(|| values("collection", &self.collection))
            }
        }
    };
}

/// What a question is, and what its answer is restricted to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Ask {
    /// The question, in bokmål, nynorsk or English.
    #[param(min_length = 1, max_length = 500)]
    pub(super) question: String,
    /// Only views of this holder; may be given several times.
    #[serde(default)]
    #[param(max_items = 20)]
    holder: Vec<String>,
    /// Only documents of this meeting body or publisher; may be given several times.
    #[serde(default)]
    #[param(max_items = 20)]
    body: Vec<String>,
    /// Only documents of this kind; may be given several times.
    #[serde(default)]
    #[param(max_items = 20)]
    kind: Vec<Kind>,
    /// Only documents in this collection; may be given several times.
    #[serde(default)]
    #[param(max_items = 20)]
    collection: Vec<String>,
    /// Only documents of this day, month or year, or later ones.
    #[param(
        pattern = r"^(1[89]|2[01])[0-9]{2}(-((0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31))?$",
        example = "2024-03-14"
    )]
    from: Option<String>,
    /// Only documents of this day, month or year, or earlier ones.
    #[param(
        pattern = r"^(1[89]|2[01])[0-9]{2}(-((0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31))?$",
        example = "2024"
    )]
    to: Option<String>,
}

restricted!(Ask);

impl Parameters for Ask {
    fn wrong(&self) -> Option<String> {
        text("question", &self.question).or_else(|| self.too_many())
    }
}

/// What is searched for, how much of it, and in which documents.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Search {
    /// The words.
    #[param(min_length = 1, max_length = 500)]
    pub(super) query: String,
    /// So many hits at most.
    #[serde(default = "ten")]
    #[param(minimum = 1, maximum = 100, default = 10)]
    pub(super) limit: u8,
    /// Whether several passages of one document may be among them.
    #[serde(default)]
    #[param(inline)]
    pub(super) per: Per,
    /// Only views of this holder; may be given several times.
    #[serde(default)]
    #[param(max_items = 20)]
    holder: Vec<String>,
    /// Only documents of this meeting body or publisher; may be given several times.
    #[serde(default)]
    #[param(max_items = 20)]
    body: Vec<String>,
    /// Only documents of this kind; may be given several times.
    #[serde(default)]
    #[param(max_items = 20)]
    kind: Vec<Kind>,
    /// Only documents in this collection; may be given several times.
    #[serde(default)]
    #[param(max_items = 20)]
    collection: Vec<String>,
    /// Only documents of this day, month or year, or later ones.
    #[param(
        pattern = r"^(1[89]|2[01])[0-9]{2}(-((0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31))?$",
        example = "2024-03-14"
    )]
    from: Option<String>,
    /// Only documents of this day, month or year, or earlier ones.
    #[param(
        pattern = r"^(1[89]|2[01])[0-9]{2}(-((0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31))?$",
        example = "2024"
    )]
    to: Option<String>,
}

restricted!(Search);

impl Parameters for Search {
    fn wrong(&self) -> Option<String> {
        text("query", &self.query)
            .or_else(|| limit(self.limit))
            .or_else(|| self.too_many())
    }
}

/// What hits are.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Per {
    /// Passages.
    #[default]
    Passage,
    /// The best passage of each document.
    Document,
}

fn ten() -> u8 {
    10
}

fn hundred() -> u8 {
    100
}

fn limit(limit: u8) -> Option<String> {
    (!(1..=100).contains(&limit)).then(|| format!("\"limit\" is {limit}: write 1 to 100"))
}

/// What a matter is about.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Topic {
    /// What the matter is about.
    #[param(min_length = 1, max_length = 500)]
    pub(super) topic: String,
    /// Only what was told from this day, month or year on.
    #[param(
        pattern = r"^(1[89]|2[01])[0-9]{2}(-((0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31))?$",
        example = "2024-03"
    )]
    since: Option<String>,
}

impl Topic {
    pub(super) fn since(&self) -> Result<Option<Date>, Refused> {
        date("since", self.since.as_deref())
    }
}

impl Parameters for Topic {
    fn wrong(&self) -> Option<String> {
        text("topic", &self.topic)
    }
}

/// What positions are on, and whose.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Positions {
    /// What the positions are on.
    #[param(min_length = 1, max_length = 500)]
    pub(super) topic: String,
    /// Only those of this holder; may be given several times.
    #[serde(default)]
    #[param(max_items = 20)]
    pub(super) holder: Vec<String>,
}

impl Parameters for Positions {
    fn wrong(&self) -> Option<String> {
        text("topic", &self.topic).or_else(|| values("holder", &self.holder))
    }
}

/// From where on, and how much.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Since {
    /// The cursor that came back before.
    #[param(max_length = 100)]
    pub(super) since: Option<String>,
    /// So many changes at most.
    #[serde(default = "hundred")]
    #[param(minimum = 1, maximum = 100, default = 100)]
    pub(super) limit: u8,
}

impl Parameters for Since {
    fn wrong(&self) -> Option<String> {
        let since = self.since.as_deref().filter(|since| !since.is_empty());
        since
            .and_then(|since| at_most("since", since, CURSOR))
            .or_else(|| limit(self.limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong<T: Parameters>(query: &str) -> String {
        match serde_html_form::from_str::<T>(query) {
            Ok(asked) => asked.wrong().unwrap_or_default(),
            Err(error) => in_words(&error.to_string()),
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_name_with_what_to_do() {
        for (query, said) in [
            ("", "\"question\" is missing: add it, as ?question=…"),
            ("question=", "\"question\" is empty: put words there"),
            (
                "question=a&question=b",
                "a parameter is there twice that is one: give it once",
            ),
        ] {
            assert_eq!(wrong::<Ask>(query), said, "{query}");
        }
        let unknown = wrong::<Topic>("topic=a&tema=b");
        assert_eq!(
            unknown,
            "\"tema\" is no parameter here: there is \"topic\" or \"since\""
        );
        let long = format!("question={}", "å".repeat(501));
        assert!(wrong::<Ask>(&long).contains("501 characters: shorten it to 500"));
        assert_eq!(wrong::<Ask>("question=a&holder=b&holder=c"), "");
        assert!(wrong::<Search>("query=a&limit=0").contains("1 to 100"));
        // What is there without a value is wrong, and not left out.
        assert_ne!(wrong::<Since>("limit="), "");
        assert_eq!(wrong::<Since>(""), "");
        let asked: Topic = serde_html_form::from_str("topic=a&since=i+fjor").unwrap();
        assert!(asked.since().is_err());
    }
}
