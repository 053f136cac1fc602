//! Words that name somebody who can hold a view: an organisation, a body, a role.

use std::sync::LazyLock;

use super::{fold, term, words};

/// Endings of such words, alone or at a compound's end.
static PARTIES: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("parties.tsv").lines().collect());

/// Words by which people mean the union whose minutes they read.
const UNION: &[&str] = &[
    "fagforening",
    "fagforbund",
    "forbund",
    "tillitsvalgt",
    "tillitsvald",
    "organisasjonen",
    "klubben",
    "union",
    "unions",
];

/// Whether a name is somebody's: an abbreviation, or a word that ends as parties' names do.
pub fn is_party(name: &str) -> bool {
    words(name).iter().any(|word| {
        let word = &name[word.start..word.end];
        let abbreviation = word.chars().count() >= 2 && word.chars().all(char::is_uppercase);
        let folded = fold(word);
        abbreviation || PARTIES.iter().any(|ending| folded.ends_with(ending))
    })
}

/// Roles of one who has a name, alone or at a compound's end.
const ROLES: &[&str] = &[
    "direktør",
    "direktøren",
    "leder",
    "lederen",
    "leiar",
    "leiaren",
    "sjef",
    "sjefen",
    "director",
    "manager",
];

/// Whether a word names a role that somebody with a name has.
pub fn is_role(word: &str) -> bool {
    let folded = fold(word);
    folded == "head" || ROLES.iter().any(|role| folded.ends_with(role))
}

/// Whether a word means the union without naming it.
pub fn means_union(word: &str) -> bool {
    let asked = term(word);
    let genitive = fold(word).strip_suffix('s').map(term);
    UNION.iter().any(|word| {
        let known = term(word);
        known == asked || genitive.as_deref() == Some(&known)
    })
}
