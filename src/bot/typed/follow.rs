//! What is typed to follow something: "hjemmekontor -ferie part:FASA hver uke".

use crate::language::fold;
use crate::question::restriction::{self, Filter};
use crate::subscription::{Rhythm, What};

/// What says how often, at the end of what is typed.
const RHYTHMS: [(Rhythm, &[&str]); 3] = [
    (
        Rhythm::Weekly,
        &[
            "hver uke",
            "kvar veke",
            "kvar uke",
            "ukentlig",
            "every week",
            "weekly",
        ],
    ),
    (
        Rhythm::Daily,
        &[
            "hver dag",
            "kvar dag",
            "daglig",
            "dagleg",
            "every day",
            "daily",
        ],
    ),
    (
        Rhythm::Once,
        &["med en gang", "med ein gong", "straks", "at once"],
    ),
];

/// What follows everything.
const ALL: [&str; 4] = ["alt", "alt nytt", "everything", "all"];

/// What is to be followed, and how often it is told, where that is said. Nothing where nothing is named, and
/// where something is restricted that following cannot keep to: that is not ignored.
pub(super) fn followed(text: &str) -> Option<(What, Option<Rhythm>)> {
    let (text, rhythm) = rhythm(text);
    let (mut rest, mut without) = (Vec::new(), Vec::new());
    for word in text.split_whitespace() {
        let excluded = word.strip_prefix('-');
        match excluded.filter(|word| word.starts_with(char::is_alphanumeric)) {
            Some(word) => without.push(word.trim_end_matches(',').to_owned()),
            None => rest.push(word),
        }
    }
    let parsed = restriction::parse(&rest.join(" "));
    let topic = parsed.text.trim();
    let everything = ALL.iter().any(|all| fold(all) == fold(topic));
    let mut what = What {
        topic: Some(topic.to_owned()).filter(|topic| !topic.is_empty() && !everything),
        without,
        ..What::default()
    };
    let restrictions = parsed.restrictions;
    if restrictions.refused.is_some() || !restrictions.excluded_phrases.is_empty() {
        return None;
    }
    for filter in restrictions.filters {
        let Filter {
            holders,
            bodies,
            collections,
            kinds,
            from,
            to,
        } = filter;
        if !kinds.is_empty() || from.is_some() || to.is_some() {
            return None;
        }
        for (values, kept) in [
            (holders, &mut what.holder),
            (bodies, &mut what.body),
            (collections, &mut what.collection),
        ] {
            let mut values = values.into_iter().chain(kept.take());
            *kept = values.next();
            if values.next().is_some() {
                return None;
            }
        }
    }
    (everything || what != What::default()).then_some((what, rhythm))
}

fn rhythm(text: &str) -> (&str, Option<Rhythm>) {
    for (rhythm, ways) in RHYTHMS {
        for way in ways {
            let length = way.chars().count();
            let at = text.char_indices().rev().nth(length - 1).map(|(at, _)| at);
            let Some((head, tail)) = at.map(|at| text.split_at(at)) else {
                continue;
            };
            let apart = head.is_empty() || head.ends_with([' ', ',']);
            if fold(tail) == fold(way) && apart {
                return (head.trim_end_matches([' ', ',']), Some(rhythm));
            }
        }
    }
    (text, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(words: &str) -> What {
        What {
            topic: Some(words.to_owned()),
            ..What::default()
        }
    }

    #[test]
    fn what_is_typed_is_followed() {
        for (typed, what, rhythm) in [
            ("hjemmekontor", topic("hjemmekontor"), None),
            (
                "ny kantine hver uke",
                topic("ny kantine"),
                Some(Rhythm::Weekly),
            ),
            (
                "ny kantine, Kvar dag",
                topic("ny kantine"),
                Some(Rhythm::Daily),
            ),
            (
                "canteen -prices part:VFS every day",
                What {
                    without: vec!["prices".to_owned()],
                    holder: Some("VFS".to_owned()),
                    ..topic("canteen")
                },
                Some(Rhythm::Daily),
            ),
            ("alt nytt", What::default(), None),
            (
                "organ:MBU",
                What {
                    body: Some("MBU".to_owned()),
                    ..What::default()
                },
                None,
            ),
            ("ukentlig møte", topic("ukentlig møte"), None),
        ] {
            assert_eq!(followed(typed), Some((what, rhythm)), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_kept_to_is_not_ignored() {
        for typed in [
            "",
            "hver uke",
            "taket fra:2024",
            "taket type:referat",
            "taket part:FASA part:VFS",
            "taket -\"ny dato\"",
        ] {
            assert_eq!(followed(typed), None, "{typed}");
        }
    }
}
