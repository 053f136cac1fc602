//! The words of feeds.

use super::pick;
use crate::language::Language;

/// What the feed of all documents is called.
pub fn all(language: Language) -> &'static str {
    pick(
        language,
        "Nye referater og rapporter",
        "Nye referat og rapportar",
        "New minutes and reports",
    )
}

/// What the feed of a matter is called.
pub fn about(topic: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("Nytt om «{topic}»"),
        Language::Nynorsk => format!("Nytt om «{topic}»"),
        Language::English => format!("News about “{topic}”"),
    }
}
