//! A light stemmer for bokmål and nynorsk together: inflection goes, word formation stays.
//!
//! The idea (strip the longest inflectional ending that leaves a stem) is that of the light stemmers
//! of Savoy (2006); the tables are our own, made so that the forms of both written languages of one
//! word ("arbeidsgivarane", "arbeidsgiverne") give one stem.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Endings of nouns, adjectives and verbs, longest first, with the fewest letters the stem must keep.
const ENDINGS: &[(&str, usize)] = &[
    ("hetenes", 3),
    ("hetene", 3),
    ("hetens", 3),
    ("arane", 3),
    ("erane", 3),
    ("arnes", 3),
    ("ernes", 3),
    ("heten", 3),
    ("heter", 3),
    ("aene", 3),
    ("aets", 3),
    ("ande", 4),
    ("anes", 3),
    ("arar", 3),
    ("aren", 4),
    ("arne", 3),
    ("ende", 4),
    ("enes", 3),
    ("erar", 3),
    ("eren", 4),
    ("erer", 4),
    ("erne", 3),
    ("aer", 3),
    ("aet", 3),
    ("ane", 3),
    ("ene", 3),
    ("ens", 3),
    ("ere", 3),
    ("ers", 3),
    ("ets", 3),
    ("ast", 4),
    ("est", 4),
    ("het", 4),
    ("ar", 3),
    ("as", 4),
    ("en", 3),
    ("er", 3),
    ("es", 3),
    ("et", 3),
    ("a", 3),
    ("e", 3),
];

/// Verbs whose forms no ending explains: the infinitive, then other forms, tabs between them, one verb a
/// line. With a hyphen before it a verb stands after a prefix only: "ført" alone may be "før".
const VERBS: &str = include_str!("verbs.tsv");

/// What may stand before such a verb.
const PREFIXES: &[&str] = &[
    "an", "av", "be", "bort", "etter", "for", "fore", "fra", "fram", "frem", "gjen", "gjennom",
    "hen", "inn", "iverk", "med", "mot", "ned", "om", "opp", "opprett", "over", "på", "sam",
    "sammen", "til", "tilbake", "tilrette", "under", "unn", "ut", "ved", "videre",
];

/// A verb that changes otherwise than by endings.
struct Verb {
    /// The stem of its infinitive.
    stem: String,
    /// Whether it is meant after a prefix only.
    prefixed: bool,
}

/// Such verbs by their forms, and by the stems of these.
static FORMS: LazyLock<HashMap<String, Verb>> = LazyLock::new(|| {
    let mut found = HashMap::new();
    for line in VERBS.lines() {
        let (prefixed, line) = match line.strip_prefix('-') {
            Some(line) => (true, line),
            None => (false, line),
        };
        let forms: Vec<&str> = line.split('\t').collect();
        let stem = forms
            .first()
            .map_or_else(String::new, |infinitive| without_ending(infinitive));
        for form in forms {
            for key in [form.to_owned(), without_ending(form)] {
                let stem = stem.clone();
                found.entry(key).or_insert(Verb { stem, prefixed });
            }
        }
    }
    found
});

/// The stem of a folded word: that of the infinitive for a form of a verb that changes otherwise than by
/// endings ("vedtok", "foreslått", "valgte").
pub fn stem(word: &str) -> String {
    let stem = without_ending(word);
    let verb = |form: &str| {
        let whole = FORMS.get(form).filter(|verb| !verb.prefixed);
        let parted = || {
            PREFIXES.iter().find_map(|prefix| {
                let verb = FORMS.get(form.strip_prefix(prefix)?)?;
                Some(format!("{prefix}{}", verb.stem))
            })
        };
        whole.map(|verb| verb.stem.clone()).or_else(parted)
    };
    verb(word).or_else(|| verb(&stem)).unwrap_or(stem)
}

/// A word without its ending.
fn without_ending(word: &str) -> String {
    if word.bytes().any(|b| b.is_ascii_digit()) {
        return word.to_owned();
    }
    let word = genitive(word);
    for (ending, least) in ENDINGS {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.chars().count() >= *least
            && stem.chars().any(is_vowel)
        {
            return simplified(stem).to_owned();
        }
    }
    simplified(word).to_owned()
}

/// Drops a genitive s: "fasas" → "fasa", "etatens" → "etaten"; not that of "hus" or "prosess".
fn genitive(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(base)
            if base.chars().count() >= 3
                && !base.ends_with(['s', 'u', 'i', 'y', 'o', 'å', 'ø']) =>
        {
            base
        }
        _ => word,
    }
}

/// Verbs and adjectives double their consonant before an ending: "komm-er", "grønn-e".
fn simplified(stem: &str) -> &str {
    let mut last = stem.chars().rev();
    match (last.next(), last.next()) {
        (Some(a), Some(b)) if a == b && !is_vowel(a) && stem.chars().count() > 3 => {
            &stem[..stem.len() - a.len_utf8()]
        }
        _ => stem,
    }
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'æ' | 'ø' | 'å')
}
