//! Documents that people add with a command and a file.

use std::sync::Arc;

use serenity::model::application::CommandInteraction;
use serenity::model::channel::Attachment;

use super::Discord;
use super::api::{Acknowledge, Interaction, Target};
use super::viewer::Origin;
use crate::config::Add;
use crate::language::Language;
use crate::platform::adding::Outcome;
use crate::render::discord::{Message, escape, one_line, shortened};
use crate::render::phrases::added::NotAdded;
use crate::sources::upload::is_named_well;

/// So much of a title is repeated.
const TITLE: usize = 200;

impl Discord {
    /// The collections that somebody may add to, there.
    fn may_add_to(&self, origin: &Origin) -> Vec<String> {
        let fits = |rule: &&Add| {
            let here = rule.channel.is_none_or(|channel| {
                origin.channel == channel.0 || origin.parent == Some(channel.0)
            });
            let by_role = rule.roles.iter().any(|role| origin.roles.contains(&role.0));
            let by_name = rule.users.iter().any(|user| user.0 == origin.user);
            origin.guild == Some(rule.guild.0) && here && (by_name || by_role)
        };
        let mut names: Vec<String> = self
            .add
            .iter()
            .filter(fits)
            .map(|rule| rule.collection.clone())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Offers the collections that somebody may add to.
    pub(super) fn collections(&self, origin: &Origin, typed: &str) -> Vec<(String, String)> {
        let typed = typed.to_lowercase();
        let names = self.may_add_to(origin).into_iter();
        let fitting = names.filter(|name| name.to_lowercase().starts_with(&typed));
        fitting.take(25).map(|name| (name.clone(), name)).collect()
    }

    /// Adds a document. What came of it is said to whoever added it, and nobody else.
    pub(super) async fn add(
        self: &Arc<Self>,
        typed: &CommandInteraction,
        by: &Interaction,
        origin: &Origin,
        language: Language,
    ) {
        let acknowledged = Acknowledge::Message { private: true };
        if let Err(failure) = self.api.acknowledge(by, acknowledged).await {
            return tracing::warn!("discord: too late to answer a command: {failure}");
        }
        let target = Target::Original(by.clone());
        match self.added(typed, origin).await {
            Ok(outcome) => {
                if !matches!(outcome, Outcome::Not(_)) {
                    // Whoever runs the bot must be able to see who put what there.
                    tracing::info!(
                        "discord: user {} added a document: {outcome:?}",
                        origin.user
                    );
                }
                let inert = |words: &str| escape(&shortened(&one_line(words), TITLE));
                let message = Message::plain(outcome.words(language, &inert));
                self.say(&target, by.id, &message, language).await;
            }
            Err(error) => self.apologise(&target, by.id, &error, language).await,
        }
    }

    async fn added(
        self: &Arc<Self>,
        typed: &CommandInteraction,
        origin: &Origin,
    ) -> anyhow::Result<Outcome> {
        let allowed = self.may_add_to(origin);
        let not = |reason| Ok(Outcome::Not(reason));
        let options = &typed.data.options;
        let wanted = options.iter().find(|option| option.name == "collection");
        let wanted = wanted
            .and_then(|option| option.value.as_str())
            .map(str::trim);
        let collection = match (wanted, &allowed[..]) {
            (_, []) => return not(NotAdded::Forbidden),
            (Some(wanted), all) => match all.iter().find(|name| *name == wanted) {
                Some(name) => name.clone(),
                None => return not(NotAdded::Which(allowed)),
            },
            (None, [one]) => one.clone(),
            (None, _) => return not(NotAdded::Which(allowed)),
        };
        let Some(file) = typed.data.resolved.attachments.values().next() else {
            return not(NotAdded::Lost);
        };
        if !is_named_well(&file.filename) {
            return not(NotAdded::Kind);
        }
        self.fetched(collection, file).await
    }

    async fn fetched(
        self: &Arc<Self>,
        collection: String,
        file: &Attachment,
    ) -> anyhow::Result<Outcome> {
        let Some(library) = self.shared.library() else {
            anyhow::bail!("no documents can be added");
        };
        let limit = library.file_mib;
        if u64::from(file.size) > limit << 20 {
            return Ok(Outcome::Not(NotAdded::TooLarge(limit)));
        }
        let part = library.scratch()?;
        let fetched = self.api.download(&file.url, limit << 20, &part).await;
        if let Err(failure) = fetched {
            let _ = std::fs::remove_file(&part);
            tracing::warn!("discord: an attachment cannot be fetched: {failure}");
            return Ok(Outcome::Not(NotAdded::Lost));
        }
        self.shared
            .add(collection, file.filename.clone(), part)
            .await
    }
}
