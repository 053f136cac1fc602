//! Words that name somebody who can hold a view: an organisation, a body, a role.

use super::{cues::cues, fold, term, words};

/// Whether a name is somebody's: an abbreviation, or a word that ends as parties' names do.
pub fn is_party(name: &str) -> bool {
    words(name).iter().any(|word| {
        let word = &name[word.start..word.end];
        let abbreviation = word.chars().count() >= 2 && word.chars().all(char::is_uppercase);
        abbreviation && !cues().holders.nobody.has(&fold(word))
            || word.starts_with(char::is_uppercase) && cues().holders.names.has(&fold(word))
            || cues().holders.parties.end(&fold(word))
    })
}

/// Whether a word names a role that somebody with a name has.
pub fn is_role(word: &str) -> bool {
    let folded = fold(word);
    folded == "head" || cues().holders.roles.end(&folded)
}

/// Whether a word means the union without naming it.
pub fn means_union(word: &str) -> bool {
    let asked = term(word);
    let genitive = fold(word).strip_suffix('s').map(term);
    cues().holders.union.iter().flatten().any(|word| {
        let known = term(word);
        known == asked || genitive.as_deref() == Some(&known)
    })
}
