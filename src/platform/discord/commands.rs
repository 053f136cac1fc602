//! The commands that Discord offers, in English and Norwegian, and when they must be registered.

use serde_json::{Map, Value, json};

use super::api::{Api, Failure};
use crate::language::Language;

/// Discord's key for Norwegian.
const NORWEGIAN: &str = "no";
/// The command that a message is searched with, in English.
pub(super) const SEARCH: &str = "Search the minutes";

/// A command as it is typed.
struct Typed {
    name: &'static str,
    norwegian: &'static str,
    does: &'static str,
    does_norwegian: &'static str,
    options: &'static [Option],
}

/// Something that is given with a command.
struct Option {
    name: &'static str,
    norwegian: &'static str,
    does: &'static str,
    does_norwegian: &'static str,
    takes: Takes,
    required: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Text,
    /// A text that can be completed.
    Name,
    YesOrNo,
    File,
    /// One of these: its value, and what it is called in English and Norwegian.
    Choice(&'static [[&'static str; 3]]),
}

const TOPIC: Option = Option {
    name: "topic",
    norwegian: "sak",
    does: "What the matter is about",
    does_norwegian: "Hva saken handler om",
    takes: Takes::Name,
    required: true,
};

const HOLDER: Option = Option {
    name: "holder",
    norwegian: "part",
    does: "Only the views of this party",
    does_norwegian: "Bare denne partens syn",
    takes: Takes::Name,
    required: false,
};

const COMMANDS: &[Typed] = &[
    Typed {
        name: "ask",
        norwegian: "spør",
        does: "Ask what the minutes say",
        does_norwegian: "Spør om det som står i referatene",
        options: &[
            Option {
                name: "question",
                norwegian: "spørsmål",
                does: "The question, in Norwegian or English",
                does_norwegian: "Spørsmålet, på norsk eller engelsk",
                takes: Takes::Text,
                required: true,
            },
            HOLDER,
            Option {
                name: "body",
                norwegian: "organ",
                does: "Only the meetings of this body",
                does_norwegian: "Bare møtene i dette organet",
                takes: Takes::Name,
                required: false,
            },
            Option {
                name: "from",
                norwegian: "fra",
                does: "From this day, month or year on, such as 2024-03",
                does_norwegian: "Fra og med en dag, en måned eller et år, for eksempel 2024-03",
                takes: Takes::Text,
                required: false,
            },
            Option {
                name: "to",
                norwegian: "til",
                does: "Up to and including this day, month or year, such as 2024",
                does_norwegian: "Til og med en dag, en måned eller et år, for eksempel 2024",
                takes: Takes::Text,
                required: false,
            },
            Option {
                name: "private",
                norwegian: "privat",
                does: "Show the answer to me alone",
                does_norwegian: "Vis svaret bare for meg",
                takes: Takes::YesOrNo,
                required: false,
            },
        ],
    },
    Typed {
        name: "status",
        norwegian: "status",
        does: "Where a matter stands and what comes next",
        does_norwegian: "Hvor en sak står og hva som skjer videre",
        options: &[TOPIC],
    },
    Typed {
        name: "positions",
        norwegian: "standpunkter",
        does: "Who holds which position on a topic",
        does_norwegian: "Hvem som mener hva om en sak",
        options: &[TOPIC, HOLDER],
    },
    Typed {
        name: "latest",
        norwegian: "siste",
        does: "The most recently added documents",
        does_norwegian: "Dokumentene som sist ble lagt til",
        options: &[],
    },
    Typed {
        name: "document",
        norwegian: "dokument",
        does: "A document's facts, agenda items and link",
        does_norwegian: "Fakta, saker og lenke for et dokument",
        options: &[Option {
            name: "document",
            norwegian: "dokument",
            does: "A part of its title",
            does_norwegian: "En del av tittelen",
            takes: Takes::Name,
            required: true,
        }],
    },
    Typed {
        name: "follow",
        norwegian: "følg",
        does: "Get a message when something new comes on a matter",
        does_norwegian: "Få melding når det kommer noe nytt i en sak",
        options: &[
            Option {
                required: false,
                ..TOPIC
            },
            Option {
                name: "without",
                norwegian: "uten",
                does: "Not where these words stand, with commas between them",
                does_norwegian: "Ikke der disse ordene står, med komma mellom",
                takes: Takes::Text,
                required: false,
            },
            Option {
                does: "Only positions of this party",
                does_norwegian: "Bare standpunkter fra denne parten",
                ..HOLDER
            },
            Option {
                name: "body",
                norwegian: "organ",
                does: "Only the meetings of this body",
                does_norwegian: "Bare møtene i dette organet",
                takes: Takes::Name,
                required: false,
            },
            Option {
                name: "collection",
                norwegian: "samling",
                does: "Only documents of this collection",
                does_norwegian: "Bare dokumenter i denne samlingen",
                takes: Takes::Name,
                required: false,
            },
            Option {
                name: "how-often",
                norwegian: "hvor-ofte",
                does: "At once, or all together every day or every week",
                does_norwegian: "Med en gang, eller samlet hver dag eller hver uke",
                takes: Takes::Choice(&[
                    ["once", "at once", "med en gang"],
                    ["daily", "every day", "hver dag"],
                    ["weekly", "every week", "hver uke"],
                ]),
                required: false,
            },
            Option {
                name: "here",
                norwegian: "her",
                does: "Tell this channel, and not me alone",
                does_norwegian: "Si fra i denne kanalen, og ikke bare til meg",
                takes: Takes::YesOrNo,
                required: false,
            },
        ],
    },
    Typed {
        name: "following",
        norwegian: "følger",
        does: "What is followed here and by you; pause and resume it",
        does_norwegian: "Det som følges her og av deg; sett det på pause og gjenoppta det",
        options: &[],
    },
    Typed {
        name: "unfollow",
        norwegian: "slutt-å-følge",
        does: "Stop following something",
        does_norwegian: "Slutt å følge noe",
        options: &[Option {
            name: "followed",
            norwegian: "hva",
            does: "What is followed",
            does_norwegian: "Det som følges",
            takes: Takes::Name,
            required: false,
        }],
    },
    Typed {
        name: "sources",
        norwegian: "kilder",
        does: "Where documents are fetched from, and when that last went well",
        does_norwegian: "Hvor dokumentene hentes fra, og når det sist gikk bra",
        options: &[],
    },
    Typed {
        name: "add",
        norwegian: "leggtil",
        does: "Add minutes or a report, where you are allowed to",
        does_norwegian: "Legg til et referat eller en rapport, der du har lov til det",
        options: &[
            Option {
                name: "file",
                norwegian: "fil",
                does: "PDF, DOCX, ODT, PPTX, HTML, Markdown or text",
                does_norwegian: "PDF, DOCX, ODT, PPTX, HTML, Markdown eller ren tekst",
                takes: Takes::File,
                required: true,
            },
            Option {
                name: "collection",
                norwegian: "samling",
                does: "Which collection it goes to, if there are several",
                does_norwegian: "Hvilken samling det skal til, hvis det er flere",
                takes: Takes::Name,
                required: false,
            },
        ],
    },
    Typed {
        name: "help",
        norwegian: "hjelp",
        does: "What I can do",
        does_norwegian: "Hva jeg kan",
        options: &[],
    },
];

/// So long a text may be that is given with a command.
const LONGEST: usize = 1000;

/// The commands with what they do, for people.
pub(super) fn listed(language: Language) -> Vec<(&'static str, &'static str)> {
    let of = |command: &Typed| match language {
        Language::English => (command.name, command.does),
        _ => (command.norwegian, command.does_norwegian),
    };
    COMMANDS.iter().map(of).collect()
}

/// The commands as Discord takes them; those of a guild say nothing of where they can be used.
pub(super) fn definitions(in_guild: bool) -> Value {
    const CHAT: u8 = 1;
    const MESSAGE: u8 = 3;
    let typed = COMMANDS.iter().map(|command| {
        let options: Vec<Value> = command.options.iter().map(option).collect();
        json!({
            "type": CHAT,
            "name": command.name,
            "name_localizations": {NORWEGIAN: command.norwegian},
            "description": command.does,
            "description_localizations": {NORWEGIAN: command.does_norwegian},
            "options": options,
        })
    });
    let search = json!({
        "type": MESSAGE,
        "name": SEARCH,
        "name_localizations": {NORWEGIAN: "Søk i referatene"},
    });
    let all = typed.chain([search]).map(|mut command| {
        if !in_guild {
            // In guilds that installed the bot, and in direct messages with it.
            command["contexts"] = json!([0, 1]);
            command["integration_types"] = json!([0]);
        }
        command
    });
    all.collect()
}

fn option(option: &Option) -> Value {
    const STRING: u8 = 3;
    const BOOLEAN: u8 = 5;
    const ATTACHMENT: u8 = 11;
    let mut value = json!({
        "type": match option.takes {
            Takes::YesOrNo => BOOLEAN,
            Takes::File => ATTACHMENT,
            Takes::Text | Takes::Name | Takes::Choice(_) => STRING,
        },
        "name": option.name,
        "name_localizations": {NORWEGIAN: option.norwegian},
        "description": option.does,
        "description_localizations": {NORWEGIAN: option.does_norwegian},
        "required": option.required,
    });
    match option.takes {
        Takes::Text => value["max_length"] = json!(LONGEST),
        Takes::Name => {
            value["max_length"] = json!(LONGEST);
            value["autocomplete"] = json!(true);
        }
        Takes::Choice(all) => {
            let choice = |[value, name, norwegian]: &[&str; 3]| json!({"name": name, "name_localizations": {NORWEGIAN: norwegian}, "value": value});
            value["choices"] = all.iter().map(choice).collect();
        }
        Takes::YesOrNo | Takes::File => {}
    }
    value
}

/// Where the commands are registered.
pub(super) fn path(application: u64, guild: std::option::Option<u64>) -> String {
    match guild {
        Some(guild) => format!("/applications/{application}/guilds/{guild}/commands"),
        None => format!("/applications/{application}/commands"),
    }
}

/// Whether Discord has the commands as they are defined here.
pub(super) async fn are_registered(
    api: &Api,
    application: u64,
    guild: std::option::Option<u64>,
) -> Result<bool, Failure> {
    let path = path(application, guild);
    let there = api.get(&format!("{path}?with_localizations=true")).await?;
    Ok(same(&there, &definitions(guild.is_some())))
}

/// Registers the commands where Discord has others; says whether it had.
pub(super) async fn register(
    api: &Api,
    application: u64,
    guild: std::option::Option<u64>,
) -> Result<bool, Failure> {
    if are_registered(api, application, guild).await? {
        return Ok(false);
    }
    let commands = definitions(guild.is_some());
    api.put_commands(&path(application, guild), &commands)
        .await?;
    Ok(true)
}

/// Whether two lists hold the same commands, what Discord adds and what is not said left out.
fn same(there: &Value, here: &Value) -> bool {
    let sorted = |list: &Value| {
        let commands = list.as_array().cloned().unwrap_or_default();
        let mut commands: Vec<Value> = commands.iter().map(told).collect();
        commands.sort_by_key(|command| command["name"].to_string());
        commands
    };
    sorted(there) == sorted(here)
}

/// What is said of a command or an option, nothing added.
fn told(value: &Value) -> Value {
    const KEYS: &[&str] = &[
        "type",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "options",
        "choices",
        "value",
        "required",
        "autocomplete",
        "max_length",
        "contexts",
        "integration_types",
    ];
    let Some(object) = value.as_object() else {
        return value.clone();
    };
    let mut kept = Map::new();
    for (key, value) in object
        .iter()
        .filter(|(key, _)| KEYS.contains(&key.as_str()))
    {
        let value = match (key.as_str(), value.as_array()) {
            ("options" | "choices", Some(options)) => options.iter().map(told).collect(),
            _ => value.clone(),
        };
        let nothing = value.is_null()
            || value == json!(false)
            || value == json!("")
            || value.as_array().is_some_and(Vec::is_empty);
        if !nothing {
            kept.insert(key.clone(), value);
        }
    }
    Value::Object(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_discord_adds_is_no_difference_and_another_word_is() {
        let here = definitions(false);
        let mut there = here.clone();
        for command in there.as_array_mut().unwrap() {
            command["id"] = json!("1");
            command["version"] = json!("2");
            command["nsfw"] = json!(false);
            command["default_member_permissions"] = Value::Null;
            if command["type"] == json!(3) {
                command["description"] = json!("");
            }
        }
        there.as_array_mut().unwrap().reverse();
        assert!(same(&there, &here));
        there[1]["description"] = json!("Something else");
        assert!(!same(&there, &here));
    }

    #[test]
    fn commands_keep_to_discords_limits() {
        let letters = |name: &str| {
            (1..=32).contains(&name.chars().count())
                && name
                    .chars()
                    .all(|c| c == '-' || c.is_alphanumeric() && !c.is_uppercase())
        };
        for command in COMMANDS {
            let mut said = 0;
            let all = std::iter::once((
                command.name,
                command.norwegian,
                command.does,
                command.does_norwegian,
            ));
            let options = command.options.iter();
            for (name, norwegian, does, does_norwegian) in
                all.chain(options.map(|o| (o.name, o.norwegian, o.does, o.does_norwegian)))
            {
                assert!(letters(name) && letters(norwegian), "{name}");
                for text in [does, does_norwegian] {
                    assert!((1..=100).contains(&text.chars().count()), "{text}");
                }
                let count = |text: &str| text.chars().count();
                said += count(name).max(count(norwegian)) + count(does).max(count(does_norwegian));
            }
            assert!(said <= 8000 && command.options.len() <= 25);
        }
    }
}
