//! What `doctor` looks at: token, rights and commands.

use serde_json::Value;

use super::api::{Api, Failure, id};
use super::commands;
use crate::config::{self, Secret};

/// The rights that the bot needs in a guild, by their names in Discord's settings.
const RIGHTS: &[(u64, &str)] = &[
    (1 << 10, "View Channels"),
    (1 << 11, "Send Messages"),
    (1 << 14, "Embed Links"),
    (1 << 16, "Read Message History"),
    (1 << 35, "Create Public Threads"),
    (1 << 38, "Send Messages in Threads"),
];
const ADMINISTRATOR: u64 = 1 << 3;
/// The application may receive the content of messages: it was let, or it is in few guilds.
const MESSAGE_CONTENT: u64 = 1 << 18 | 1 << 19;

/// What is wrong with the bot on Discord, and how to mend it: each with where it is.
pub async fn check(config: &config::Discord, token: Secret) -> Vec<(String, String)> {
    match findings(config, token).await {
        Ok(findings) => findings,
        Err(error) => vec![("discord".to_owned(), format!("{error:#}"))],
    }
}

async fn findings(
    config: &config::Discord,
    token: Secret,
) -> anyhow::Result<Vec<(String, String)>> {
    let api = Api::new(&config.api_url, token)?;
    let application = api.get("/applications/@me").await;
    let application = application.map_err(|failure| api.first_failure(failure))?;
    let mut findings = Vec::new();
    let flags = application["flags"].as_u64().unwrap_or_default();
    if config.message_content && flags & MESSAGE_CONTENT == 0 {
        findings.push((
            "discord.message_content".to_owned(),
            "the application has no such intent: switch \"Message Content Intent\" on under \"Bot\" in the developer portal".to_owned(),
        ));
    }
    let guilds = api.get("/users/@me/guilds?limit=200").await?;
    let guilds: Vec<&Value> = guilds.as_array().into_iter().flatten().collect();
    if guilds.is_empty() {
        findings.push((
            "discord".to_owned(),
            "the bot is in no server: invite it, as README says".to_owned(),
        ));
    }
    findings.extend(guilds.iter().filter_map(|guild| lacking(guild)));
    for show in &config.show {
        if !guilds
            .iter()
            .any(|guild| id(&guild["id"]) == Some(show.guild.0))
        {
            findings.push((
                format!("discord.show, guild {}", show.guild),
                "the bot is not in it: correct the id, or invite the bot".to_owned(),
            ));
        }
    }
    let own = id(&application["id"]);
    let guild = config.guild.map(|guild| guild.0);
    if let Some(own) = own {
        match commands::are_registered(&api, own, guild).await {
            Ok(true) => {}
            Ok(false) => findings.push((
                "discord commands".to_owned(),
                "Discord has others: `referent serve` registers them when it starts".to_owned(),
            )),
            Err(failure) => findings.push(("discord commands".to_owned(), refusal(&failure))),
        }
    }
    Ok(findings)
}

fn refusal(failure: &Failure) -> String {
    format!("{failure}: invite the bot with the scope applications.commands")
}

/// The rights that the bot lacks in a guild.
fn lacking(guild: &Value) -> Option<(String, String)> {
    let rights: u64 = guild["permissions"].as_str()?.parse().ok()?;
    if rights & ADMINISTRATOR != 0 {
        return Some((
            place(guild),
            "the bot is an administrator there and need not be: take that right away".to_owned(),
        ));
    }
    let lacking: Vec<&str> = RIGHTS
        .iter()
        .filter(|(right, _)| rights & right == 0)
        .map(|(_, name)| *name)
        .collect();
    (!lacking.is_empty()).then(|| {
        (
            place(guild),
            format!("the bot lacks rights: give it {}", lacking.join(", ")),
        )
    })
}

fn place(guild: &Value) -> String {
    format!(
        "discord, server {}",
        guild["name"].as_str().unwrap_or_default()
    )
}
