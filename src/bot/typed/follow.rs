//! What is typed to follow something: "følg hjemmekontor -ferie part:FASA hver uke".

use super::first_word;
use crate::language::{fold, one_slip_apart};
use crate::question::restriction::{self, Refusal};
use crate::subscription::{Rhythm, What};

/// What somebody wants who typed something about what they follow.
#[derive(Debug, Clone, PartialEq)]
pub enum FollowWish {
    /// To follow this.
    Follow(What, Rhythm),
    /// A restriction that cannot be kept.
    Refused(Refusal),
    /// To see what is followed.
    List,
    /// To follow no longer what stands at this place of the list; the list where none is named.
    Unfollow(Option<usize>),
    /// To hear nothing of it for now.
    Pause(Option<usize>),
    /// To hear of it again.
    Resume(Option<usize>),
    /// To know what can be typed after this word.
    Lacks(&'static str),
    /// Perhaps this, with these words after it, but it was spelt otherwise.
    Meant(&'static str, String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Follow,
    Following,
    Unfollow,
    Pause,
    Resume,
}

/// How they are typed: in English, in Norwegian, and how else.
const NAMES: [(Name, &[&str]); 5] = [
    (
        Name::Unfollow,
        &["unfollow", "slutt å følge", "slutt å følgje", "avfølg"],
    ),
    (
        Name::Following,
        &["following", "følger", "følgjer", "abonnement"],
    ),
    (
        Name::Follow,
        &["follow", "følg", "følge", "følgje", "abonner"],
    ),
    (Name::Pause, &["pause"]),
    (Name::Resume, &["resume", "gjenoppta", "gjenopptak"]),
];

/// What says how often, at the end of what is typed.
const RHYTHMS: [(Rhythm, &[&str]); 3] = [
    (
        Rhythm::Weekly,
        &[
            "hver uke",
            "kvar veke",
            "ukentlig",
            "kvar uke",
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

/// What is meant by words that begin with the name of a command for what is followed; nothing where they
/// begin with none, and not nearly with one.
pub fn follow(text: &str) -> Option<FollowWish> {
    let text = text.trim();
    for (name, words) in NAMES {
        for word in words {
            if let Some(rest) = after(text, word) {
                return Some(wish(name, words[0], rest));
            }
        }
    }
    let (word, rest) = first_word(text);
    let mut all = NAMES.iter().flat_map(|(_, words)| words.iter().copied());
    // Of short words, too many are one letter apart.
    let near = all.find(|known| {
        word.chars().count() >= 4 && known.len() >= 5 && one_slip_apart(&fold(word), &fold(known))
    });
    near.map(|known| FollowWish::Meant(known, rest.to_owned()))
}

/// What stands after some words, whatever their capitals, if the text begins with them.
fn after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let end = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let end = end.into_iter().nth(words.chars().count())?;
    let (head, rest) = text.split_at(end);
    let apart = rest.is_empty() || rest.starts_with([' ', ':', '\n', '\t']);
    (fold(head) == fold(words) && apart).then(|| rest.trim_start_matches(':').trim())
}

fn wish(name: Name, word: &'static str, rest: &str) -> FollowWish {
    let place = || rest.trim_start_matches('#').parse::<usize>().ok();
    match name {
        Name::Following => FollowWish::List,
        Name::Unfollow => FollowWish::Unfollow(place()),
        Name::Pause => FollowWish::Pause(place()),
        Name::Resume => FollowWish::Resume(place()),
        Name::Follow if rest.is_empty() => FollowWish::Lacks(word),
        Name::Follow => {
            let (rest, rhythm) = rhythm(rest);
            match what(rest) {
                Ok(what) => FollowWish::Follow(what, rhythm),
                Err(refusal) => FollowWish::Refused(refusal),
            }
        }
    }
}

fn rhythm(text: &str) -> (&str, Rhythm) {
    for (rhythm, ways) in RHYTHMS {
        for way in ways {
            let length = way.chars().count();
            let at = text.char_indices().rev().nth(length - 1).map(|(at, _)| at);
            let Some((head, tail)) = at.map(|at| text.split_at(at)) else {
                continue;
            };
            let apart = head.is_empty() || head.ends_with([' ', ',']);
            if fold(tail) == fold(way) && apart {
                return (head.trim_end_matches([' ', ',']), rhythm);
            }
        }
    }
    (text, Rhythm::default())
}

fn what(text: &str) -> Result<What, Refusal> {
    let mut what = What::default();
    let mut kept: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        match word
            .strip_prefix('-')
            .filter(|word| word.starts_with(char::is_alphanumeric))
        {
            Some(word) => what.without.push(word.trim_end_matches(',').to_owned()),
            None => kept.push(word),
        }
    }
    let parsed = restriction::parse(&kept.join(" "));
    if let Some(refused) = parsed.restrictions.refused {
        return Err(refused);
    }
    for filter in parsed.restrictions.filters {
        what.holder = what.holder.or(filter.holders.into_iter().next());
        what.body = what.body.or(filter.bodies.into_iter().next());
        what.collection = what.collection.or(filter.collections.into_iter().next());
    }
    let topic = parsed.text.trim();
    if !topic.is_empty() && !ALL.iter().any(|all| fold(all) == fold(topic)) {
        what.topic = Some(topic.to_owned());
    }
    Ok(what)
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
            ("følg hjemmekontor", topic("hjemmekontor"), Rhythm::Once),
            (
                "Følg: ny kantine hver uke",
                topic("ny kantine"),
                Rhythm::Weekly,
            ),
            (
                "følgje ny kantine kvar dag",
                topic("ny kantine"),
                Rhythm::Daily,
            ),
            (
                "follow canteen -prices part:VFS every day",
                What {
                    without: vec!["prices".to_owned()],
                    holder: Some("VFS".to_owned()),
                    ..topic("canteen")
                },
                Rhythm::Daily,
            ),
            ("følg alt", What::default(), Rhythm::Once),
            (
                "følg organ:MBU",
                What {
                    body: Some("MBU".to_owned()),
                    ..What::default()
                },
                Rhythm::Once,
            ),
            ("følg ukentlig møte", topic("ukentlig møte"), Rhythm::Once),
        ] {
            assert_eq!(
                follow(typed),
                Some(FollowWish::Follow(what, rhythm)),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_is_followed_is_listed_paused_and_ended() {
        for (typed, wish) in [
            ("følger", FollowWish::List),
            ("slutt å følge 2", FollowWish::Unfollow(Some(2))),
            ("unfollow", FollowWish::Unfollow(None)),
            ("pause #1", FollowWish::Pause(Some(1))),
            ("gjenoppta 3", FollowWish::Resume(Some(3))),
            ("følg", FollowWish::Lacks("follow")),
            ("folow tak", FollowWish::Meant("follow", "tak".to_owned())),
        ] {
            assert_eq!(follow(typed), Some(wish), "{typed}");
        }
        for other in ["status kantine", "Hva følger av vedtaket?", "følgende sak"] {
            assert_eq!(follow(other), None, "{other}");
        }
    }
}
