//! What there is to ask about, by name: completed while somebody types, so kept in memory.

use super::Bot;
use crate::language::fold;

/// Names of what is indexed, each once, what was last told of first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// Matters, by their headings.
    pub matters: Vec<String>,
    /// Whose views are told.
    pub holders: Vec<String>,
    /// Meeting bodies and publishers.
    pub bodies: Vec<String>,
    /// Collections.
    pub collections: Vec<String>,
    /// Documents: id, and title with date.
    pub documents: Vec<(String, String)>,
}

impl Bot {
    /// What can be asked about by name. The first call links all matters.
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| self.collect_names())
    }

    fn collect_names(&self) -> Names {
        let entries = self.newest_first();
        let title = |entry: &&crate::index::Entry| {
            let metadata = entry.metadata()?;
            let date = metadata.date.filter(|date| {
                // A title often ends with the date already.
                !metadata.title.contains(&date.year().to_string())
            });
            let date = date.map_or(String::new(), |date| format!(" · {date}"));
            Some((entry.id.to_string(), format!("{}{date}", metadata.title)))
        };
        let matters = self.headings().unwrap_or_else(|error| {
            tracing::warn!("matters cannot be completed: {error:#}");
            Vec::new()
        });
        Names {
            matters: once_each(matters),
            holders: once_each(
                entries
                    .iter()
                    .flat_map(|entry| entry.holders.clone())
                    .collect(),
            ),
            bodies: once_each(
                entries
                    .iter()
                    .filter_map(|entry| entry.metadata()?.body.clone())
                    .collect(),
            ),
            collections: once_each(
                entries
                    .iter()
                    .map(|entry| entry.collection.clone())
                    .collect(),
            ),
            documents: entries.iter().filter_map(title).collect(),
        }
    }

    /// What matters are called, those that were treated last first, and then what else they were called.
    fn headings(&self) -> anyhow::Result<Vec<String>> {
        let matters = self.matters()?.all().iter();
        let mut agendas = self.index.agendas()?;
        agendas.sort_by_key(|agenda| std::cmp::Reverse(agenda.date));
        let items = agendas.into_iter().flat_map(|agenda| agenda.items);
        let names = matters.map(|matter| matter.name.clone());
        Ok(names.chain(items.map(|item| item.heading)).collect())
    }

    /// The documents that can be searched, the latest first.
    pub(super) fn newest_first(&self) -> Vec<&crate::index::Entry> {
        let mut entries: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| entry.metadata().is_some())
            .collect();
        entries.sort_by_key(|entry| {
            std::cmp::Reverse(entry.metadata().and_then(|metadata| metadata.date))
        });
        entries
    }
}

fn once_each(mut names: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| !name.trim().is_empty() && seen.insert(fold(name)));
    names
}

/// The `limit` items whose names fit best what somebody has typed so far: those that begin with it,
/// those with a word that does, those that hold it; in their order otherwise.
pub fn complete<'a, T>(
    items: &'a [T],
    name: impl Fn(&T) -> &str,
    typed: &str,
    limit: usize,
) -> Vec<&'a T> {
    let typed = fold(typed.trim());
    let rank = |item: &&'a T| {
        let name = fold(name(item));
        let at = name.find(&typed)?;
        let word_starts = !name[..at]
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric);
        Some(match at {
            0 => 0,
            _ if word_starts => 1,
            _ => 2,
        })
    };
    let mut found: Vec<(i32, &T)> = items
        .iter()
        .filter_map(|item| Some((rank(&item)?, item)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found
        .into_iter()
        .take(limit)
        .map(|(_, item)| item)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_the_typed_comes_first() {
        let names = [
            "Ny kantine",
            "Hjemmekontor",
            "Kantinepriser",
            "Skolekantine",
        ];
        let found = complete(&names, |name| name, "kant", 25);
        assert_eq!(found, [&"Kantinepriser", &"Ny kantine", &"Skolekantine"]);
        assert_eq!(
            complete(&names, |name| name, "", 2),
            [&"Ny kantine", &"Hjemmekontor"]
        );
    }
}
