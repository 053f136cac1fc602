//! Nynorsk words and their bokmål counterparts, so that a question in one finds text in the other.

/// Whole words that no ending explains: function words and common words of minutes. One pair a line.
const PAIRS: &str = include_str!("nynorsk.tsv");

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

static BOKMAL: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    PAIRS
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .collect()
});

/// Stems that differ inside words too, compounds included: "teneste" in "tenestepensjon".
const STEMS: &[(&str, &str)] = &[
    ("løns", "lønns"),
    ("tenest", "tjenest"),
    ("leiar", "leder"),
    ("leiing", "ledels"),
    ("medarbeidar", "medarbeider"),
    ("gjevar", "giver"),
    ("givar", "giver"),
    ("takar", "taker"),
    ("verksemd", "virksomhet"),
    ("mogleg", "mulig"),
    ("mogeleg", "mulig"),
    ("høyring", "høring"),
    ("røyst", "stem"),
    ("løysing", "løsning"),
    ("løysin", "løsnin"),
    ("utgreiing", "utredning"),
    ("vedtek", "vedta"),
    ("tilset", "ansat"),
    ("brukar", "bruker"),
    ("rettleiing", "veiledning"),
    ("rettleiar", "veileder"),
    ("naudsyn", "nødvendi"),
    ("framlegg", "forslag"),
    ("tryggleik", "sikkerhet"),
    ("sjukepeng", "sykepeng"),
    ("sjukmeld", "sykmeld"),
    ("sjukefråvær", "sykefravær"),
    ("fråvær", "fravær"),
    ("heimekontor", "hjemmekontor"),
    ("høgskul", "høyskol"),
    ("skule", "skole"),
    ("avgjer", "avgjør"),
    ("samanslåing", "sammenslåing"),
    ("rekneskap", "regnskap"),
    ("røynsl", "erfaring"),
    ("heimel", "hjemmel"),
    ("hovud", "hoved"),
    ("sjuk", "syk"),
    ("heime", "hjemme"),
    ("heim", "hjem"),
    ("godtgjersl", "godtgjørels"),
    ("eining", "enhet"),
    ("foreining", "forening"),
    ("einskild", "enkelt"),
    ("hald", "hold"),
    ("innhald", "innhold"),
    ("byrj", "begynn"),
    ("fleir", "fler"),
    ("heiltid", "heltid"),
    ("reingjering", "rengjøring"),
    ("reinhald", "renhold"),
    ("teikn", "tegn"),
    ("vatn", "vann"),
    ("bustad", "bolig"),
    ("løyv", "bevilg"),
    ("klede", "klær"),
    ("ferdsl", "ferdsel"),
    ("tilhøv", "forhold"),
    ("forbod", "forbud"),
    ("tilbod", "tilbud"),
    ("påbod", "påbud"),
    ("gras", "gress"),
    ("lærar", "lærer"),
    ("arbeidsløys", "arbeidsledig"),
    ("nedlegging", "nedleggels"),
    ("kjøken", "kjøkken"),
    ("framtid", "fremtid"),
    ("verkstad", "verksted"),
];

/// Finds the stems in one pass: every word of every document is looked at.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(STEMS.iter().map(|(nynorsk, _)| nynorsk))
        .ok()
});

/// The bokmål form of a folded word, or the word itself.
pub fn bokmal(word: &str) -> String {
    if let Some(bokmal) = BOKMAL.get(word) {
        return (*bokmal).to_owned();
    }
    let mut word = match word
        .strip_suffix("leg")
        .or_else(|| word.strip_suffix("lege"))
    {
        Some(stem) if stem.chars().count() >= 3 => format!("{stem}lig"),
        _ => word.to_owned(),
    };
    if let Some(finder) = FINDER.as_ref() {
        // From the last to the first, so that the places stay right.
        let found: Vec<_> = finder.find_iter(&word).collect();
        for stem in found.iter().rev() {
            word.replace_range(stem.range(), STEMS[stem.pattern().as_usize()].1);
        }
    }
    if let Some(at) = word.find("heit") {
        word.replace_range(at..at + "heit".len(), "het");
    }
    word
}
