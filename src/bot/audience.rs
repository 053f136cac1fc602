//! Who may see what: from the configured rules, the place where somebody asks and what they are
//! there, the collections that an answer may be taken from.
//!
//! What nobody may see is not left out of answers: the bot that answers is made of what may be seen
//! (see [`Handle`](super::Handle)), and knows no more. So no path can forget to ask, and nothing tells
//! that there is more.

use std::collections::BTreeSet;

/// Collections that may be seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Audience {
    /// All there are.
    Everything,
    /// Only these.
    Collections(BTreeSet<String>),
}

impl Audience {
    /// Whether everything that `other` may see may be seen.
    pub fn includes(&self, other: &Audience) -> bool {
        match (self, other) {
            (Audience::Everything, _) => true,
            (Audience::Collections(_), Audience::Everything) => false,
            (Audience::Collections(own), Audience::Collections(other)) => own.is_superset(other),
        }
    }
}

/// Where collections may be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The collections; all where none are named.
    pub collections: Option<Vec<String>>,
    /// The group of people that sees them: on Discord a guild.
    pub group: u64,
    /// Only in this channel.
    pub channel: Option<u64>,
    /// Only for members with this role.
    pub role: Option<u64>,
    /// Whether these people see them when they talk to the bot alone.
    pub direct: bool,
}

/// The rules; without any, everything may be seen everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visibility {
    /// Each adds to what may be seen.
    pub rules: Vec<Rule>,
}

/// Where somebody asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Among the members of a group.
    Group {
        /// The group.
        group: u64,
        /// The channel, and those that it is a part of.
        channels: Vec<u64>,
    },
    /// Alone with the bot, as a member of these groups with these roles there.
    Direct {
        /// Groups, each with the roles that somebody has in it.
        memberships: Vec<(u64, Vec<u64>)>,
    },
}

impl Visibility {
    /// What everybody sees who is in that place: what may be said there aloud.
    pub fn aloud(&self, place: &Place) -> Audience {
        self.audience(place, None)
    }

    /// What somebody with these roles in the group sees there, if nobody else does.
    pub fn alone(&self, place: &Place, roles: &[u64]) -> Audience {
        self.audience(place, Some(roles))
    }

    /// The groups whose members may see something in direct messages.
    pub fn groups_of_direct_messages(&self) -> BTreeSet<u64> {
        let direct = self.rules.iter().filter(|rule| rule.direct);
        direct.map(|rule| rule.group).collect()
    }

    fn audience(&self, place: &Place, roles: Option<&[u64]>) -> Audience {
        if self.rules.is_empty() {
            return Audience::Everything;
        }
        let has = |roles: &[u64], rule: &Rule| rule.role.is_none_or(|role| roles.contains(&role));
        let fits = |rule: &&Rule| match place {
            Place::Group { group, channels } => {
                rule.group == *group
                    && rule
                        .channel
                        .is_none_or(|channel| channels.contains(&channel))
                    && has(roles.unwrap_or_default(), rule)
            }
            Place::Direct { memberships } => {
                rule.direct
                    && memberships
                        .iter()
                        .any(|(group, roles)| rule.group == *group && has(roles, rule))
            }
        };
        let mut seen = BTreeSet::new();
        for rule in self.rules.iter().filter(fits) {
            match &rule.collections {
                None => return Audience::Everything,
                Some(collections) => seen.extend(collections.iter().cloned()),
            }
        }
        Audience::Collections(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(collection: &str, channel: Option<u64>, role: Option<u64>, direct: bool) -> Rule {
        Rule {
            collections: Some(vec![collection.to_owned()]),
            group: 1,
            channel,
            role,
            direct,
        }
    }

    fn seen(audience: Audience) -> Vec<String> {
        match audience {
            Audience::Everything => vec!["*".to_owned()],
            Audience::Collections(names) => names.into_iter().collect(),
        }
    }

    #[test]
    fn a_rule_shows_where_it_says_and_nowhere_else() {
        let visibility = Visibility {
            rules: vec![
                rule("alle", None, None, false),
                rule("kanal", Some(10), None, false),
                rule("styret", None, Some(7), true),
            ],
        };
        let place = |group, channel| Place::Group {
            group,
            channels: vec![channel],
        };
        let direct = |group, roles: &[u64]| Place::Direct {
            memberships: vec![(group, roles.to_vec())],
        };
        assert_eq!(seen(visibility.aloud(&place(1, 11))), ["alle"]);
        assert_eq!(seen(visibility.aloud(&place(1, 10))), ["alle", "kanal"]);
        assert!(seen(visibility.aloud(&place(2, 10))).is_empty());
        assert_eq!(
            seen(visibility.alone(&place(1, 11), &[7])),
            ["alle", "styret"]
        );
        assert_eq!(seen(visibility.alone(&direct(1, &[7]), &[])), ["styret"]);
        assert!(seen(visibility.alone(&direct(1, &[8]), &[])).is_empty());
        assert!(seen(visibility.alone(&direct(2, &[7]), &[])).is_empty());
    }

    #[test]
    fn without_rules_all_is_shown() {
        let place = Place::Direct {
            memberships: Vec::new(),
        };
        assert_eq!(Visibility::default().aloud(&place), Audience::Everything);
    }
}
