//! Where somebody asks: which of the configured places a room is, for the core's rule of who may see
//! what.

use std::collections::HashMap;

use crate::bot::audience::{Audience, Place, Rule, Visibility};
use crate::config;

/// The configured places. The core knows numbers only: each room and each server that a rule names has
/// its own.
pub(super) struct Places {
    rooms: HashMap<String, u64>,
    servers: HashMap<String, u64>,
    visibility: Visibility,
}

/// All that is on Matrix is one group to the core.
const GROUP: u64 = 0;

impl Places {
    pub(super) fn new(rules: &[config::ShowOnMatrix]) -> Places {
        let (mut rooms, mut servers) = (HashMap::new(), HashMap::new());
        let mut numbers = 1..;
        let mut number = |names: &mut HashMap<String, u64>, name: &String| {
            let known = names.get(name).copied();
            let number = known.or_else(|| numbers.next());
            number.inspect(|number| {
                names.insert(name.clone(), *number);
            })
        };
        let rules = rules.iter().filter_map(|show| {
            let channel = match (&show.room, &show.server) {
                (Some(room), _) => number(&mut rooms, room),
                (None, Some(server)) => number(&mut servers, server),
                (None, None) => None,
            };
            let all = show.collections.iter().any(|name| name == "*");
            Some(Rule {
                collections: (!all).then(|| show.collections.clone()),
                group: GROUP,
                // A rule without a place is no rule.
                channel: Some(channel?),
                role: None,
                direct: false,
            })
        });
        let visibility = Visibility {
            rules: rules.collect(),
        };
        Places {
            rooms,
            servers,
            visibility,
        }
    }

    /// Whether a rule names a room.
    pub(super) fn name(&self, room: &str) -> bool {
        self.rooms.contains_key(room)
    }

    /// Whether it must be known who is in a room.
    pub(super) fn need_members(&self) -> bool {
        !self.servers.is_empty()
    }

    /// What everybody sees who is in a room with these users besides the bot, or was invited to it.
    pub(super) fn audience(&self, room: &str, members: &[String]) -> Audience {
        let mut channels: Vec<u64> = self.rooms.get(room).copied().into_iter().collect();
        let mut servers = members
            .iter()
            .map(|member| member.split_once(':').map(|(_, server)| server));
        if let Some(Some(first)) = servers.next()
            && servers.all(|server| server == Some(first))
        {
            channels.extend(self.servers.get(first));
        }
        self.visibility.aloud(&Place::Group {
            group: GROUP,
            channels,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(collection: &str, room: Option<&str>, server: Option<&str>) -> config::ShowOnMatrix {
        config::ShowOnMatrix {
            collections: vec![collection.to_owned()],
            room: room.map(str::to_owned),
            server: server.map(str::to_owned),
        }
    }

    #[test]
    fn a_collection_is_shown_in_its_room_and_where_all_are_of_its_server() {
        let places = Places::new(&[
            show("styret", Some("!styret:a.no"), None),
            show("moter", None, Some("a.no")),
            show("referat", None, Some("a.no")),
        ]);
        let seen = |room: &str, members: &[&str]| {
            let members: Vec<String> = members.iter().map(|name| (*name).to_owned()).collect();
            match places.audience(room, &members) {
                Audience::Everything => panic!("everything is seen"),
                Audience::Collections(names) => names.into_iter().collect::<Vec<_>>(),
            }
        };
        assert_eq!(
            seen("!hall:a.no", &["@k:a.no", "@o:a.no"]),
            ["moter", "referat"]
        );
        assert!(seen("!hall:a.no", &["@k:a.no", "@o:b.no"]).is_empty());
        assert!(seen("!hall:a.no", &[]).is_empty());
        assert_eq!(seen("!styret:a.no", &["@o:b.no"]), ["styret"]);
        assert!(seen("!other:a.no", &["@o:a.no:8448"]).is_empty());
        // What a room's id ends with says nothing of who is in it.
        assert!(seen("!styret:b.no", &["@k:b.no"]).is_empty());
    }

    #[test]
    fn without_rules_all_is_shown() {
        assert_eq!(Places::new(&[]).audience("!a:b", &[]), Audience::Everything);
    }
}
