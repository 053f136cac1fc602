//! The words of the picture of a matter.

use super::{date, pick};
use crate::corpus::Date;
use crate::language::Language;

/// What the picture is called.
pub fn title(matter: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("Tidslinje for saken «{matter}»"),
        Language::Nynorsk => format!("Tidslinje for saka «{matter}»"),
        Language::English => format!("Timeline of “{matter}”"),
    }
}

/// In how many meetings, from when to when, a matter was treated, and where it stands.
pub fn told(
    matter: &str,
    state: &str,
    meetings: usize,
    (first, last): (Option<Date>, Option<Date>),
    language: Language,
) -> String {
    let last = last.map(|last| date(last, language));
    let first = first.map(|first| date(first, language));
    let when = match (&first, &last) {
        (Some(first), Some(last)) if first != last => match language {
            Language::Bokmal => format!(" fra {first} til {last}"),
            Language::Nynorsk => format!(" frå {first} til {last}"),
            Language::English => format!(" from {first} to {last}"),
        },
        (_, Some(last)) => match language {
            Language::Bokmal => format!(" fra {last}"),
            Language::Nynorsk => format!(" frå {last}"),
            Language::English => format!(" from {last}"),
        },
        _ => String::new(),
    };
    match (language, meetings) {
        (Language::Bokmal, 1) => {
            format!(
                "Tidslinje for saken «{matter}»: ett dokument{when}. Siste kjente status: {state}."
            )
        }
        (Language::Nynorsk, 1) => {
            format!(
                "Tidslinje for saka «{matter}»: eitt dokument{when}. Siste kjende status: {state}."
            )
        }
        (Language::English, 1) => {
            format!("Timeline of “{matter}”: one document{when}. Last known state: {state}.")
        }
        (Language::Bokmal, _) => format!(
            "Tidslinje for saken «{matter}»: {meetings} dokumenter{when}. Siste kjente status: {state}."
        ),
        (Language::Nynorsk, _) => format!(
            "Tidslinje for saka «{matter}»: {meetings} dokument{when}. Siste kjende status: {state}."
        ),
        (Language::English, _) => format!(
            "Timeline of “{matter}”: {meetings} documents{when}. Last known state: {state}."
        ),
    }
}

/// A date that stands beside the axis: "14. mars 2024", "14 Mar 2024".
pub fn short_date(day: Date, language: Language) -> String {
    const MOST: usize = 4;
    let long = date(day, language);
    let short =
        |word: &str| match word.chars().count() > MOST && word.chars().all(char::is_alphabetic) {
            true if language == Language::English => word.chars().take(3).collect(),
            true => format!("{}.", word.chars().take(3).collect::<String>()),
            false => word.to_owned(),
        };
    let words: Vec<String> = long.split(' ').map(short).collect();
    words.join(" ")
}

/// In place of a date that is not known.
pub fn undated(language: Language) -> &'static str {
    pick(language, "uten dato", "utan dato", "undated")
}

/// Before what a meeting decided.
pub fn decided(language: Language) -> &'static str {
    pick(language, "Vedtak", "Vedtak", "Decision")
}

/// How many meetings before those are not shown.
pub fn earlier(meetings: usize, language: Language) -> String {
    match (meetings, language) {
        (1, Language::Bokmal) => "og ett tidligere møte".to_owned(),
        (1, Language::Nynorsk) => "og eitt tidlegare møte".to_owned(),
        (1, Language::English) => "and one earlier meeting".to_owned(),
        (_, Language::Bokmal) => format!("og {meetings} tidligere møter"),
        (_, Language::Nynorsk) => format!("og {meetings} tidlegare møte"),
        (_, Language::English) => format!("and {meetings} earlier meetings"),
    }
}

/// How much more was said in a meeting.
pub fn more(left: usize, language: Language) -> String {
    match language {
        Language::Bokmal | Language::Nynorsk => format!("og {left} til"),
        Language::English => format!("and {left} more"),
    }
}

/// What stands before and after somebody's words.
pub fn quotation_marks(language: Language) -> [&'static str; 2] {
    match language {
        Language::Bokmal | Language::Nynorsk => ["«", "»"],
        Language::English => ["“", "”"],
    }
}
