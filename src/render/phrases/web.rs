//! Sentences of the web page.

use super::pick;
use crate::language::Language;

/// The link over the menu, for those who go by keyboard.
pub fn skip(language: Language) -> &'static str {
    pick(
        language,
        "Hopp til innholdet",
        "Hopp til innhaldet",
        "Skip to content",
    )
}

/// The name of the menu.
pub fn menu(language: Language) -> &'static str {
    pick(language, "Hovedmeny", "Hovudmeny", "Main menu")
}

/// The name of the choice of language.
pub fn choose_language(language: Language) -> &'static str {
    pick(language, "Språk", "Språk", "Language")
}

/// The name of the page at an address, in the menu.
pub fn place(address: &str, language: Language) -> &'static str {
    match address {
        "/nytt" => pick(language, "Nytt", "Nytt", "What is new"),
        "/dokumenter" => pick(language, "Dokumenter", "Dokument", "Documents"),
        _ => pick(language, "Spør", "Spør", "Ask"),
    }
}

/// What the first page is about.
pub fn title(language: Language) -> &'static str {
    pick(
        language,
        "Spør referatene",
        "Spør referata",
        "Ask the minutes",
    )
}

/// How many documents there are.
pub fn documents(count: usize, language: Language) -> String {
    match (count, language) {
        (1, Language::Bokmal | Language::Nynorsk) => "1 dokument".to_owned(),
        (1, Language::English) => "1 document".to_owned(),
        (_, Language::Bokmal) => format!("{count} dokumenter"),
        (_, Language::Nynorsk) => format!("{count} dokument"),
        (_, Language::English) => format!("{count} documents"),
    }
}

/// A link to the first page.
pub fn back_to_start(language: Language) -> &'static str {
    pick(
        language,
        "Til forsiden",
        "Til framsida",
        "To the front page",
    )
}

/// What lacks where there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacks {
    /// The page.
    Page,
    /// Something went wrong.
    Luck,
    /// Too much to do at once.
    Time,
    /// More was sent than is read.
    Room,
    /// It came from where it should not come from.
    Trust,
}

/// Why there is no page: a heading and a sentence.
pub fn failure(lacks: Lacks, language: Language) -> [&'static str; 2] {
    match lacks {
        Lacks::Page => [
            pick(
                language,
                "Siden finnes ikke",
                "Sida finst ikkje",
                "No such page",
            ),
            pick(
                language,
                "Enten er adressen feil, eller så er dokumentet ikke lenger i samlingen.",
                "Anten er adressa feil, eller så er dokumentet ikkje lenger i samlinga.",
                "Either the address is wrong, or the document is no longer in the collection.",
            ),
        ],
        Lacks::Luck => [
            pick(
                language,
                "Noe gikk galt",
                "Noko gjekk gale",
                "Something went wrong",
            ),
            pick(
                language,
                "Feilen ligger hos oss og står i loggen under dette navnet. Prøv gjerne igjen.",
                "Feilen ligg hos oss og står i loggen under dette namnet. Prøv gjerne på nytt.",
                "The error is ours and stands in the log under this name. Please try again.",
            ),
        ],
        Lacks::Time => [
            pick(
                language,
                "Det ble for mye",
                "Det vart for mykje",
                "Too busy",
            ),
            pick(
                language,
                "Mange spør akkurat nå. Prøv igjen om litt.",
                "Mange spør akkurat no. Prøv på nytt om litt.",
                "Many are asking right now. Please try again in a moment.",
            ),
        ],
        Lacks::Room => [
            pick(language, "For langt", "For langt", "Too long"),
            pick(
                language,
                "Det som ble sendt, er lengre enn det som kan leses. Skriv det kortere.",
                "Det som vart sendt, er lengre enn det som kan lesast. Skriv det kortare.",
                "What was sent is longer than what can be read. Please make it shorter.",
            ),
        ],
        Lacks::Trust => [
            pick(
                language,
                "Forespørselen ble avvist",
                "Førespurnaden vart avvist",
                "The request was refused",
            ),
            pick(
                language,
                "Den kom fra et annet nettsted eller brukte et annet navn på denne siden. Åpne siden på adressen som Referent skrev da den startet.",
                "Han kom frå ein annan nettstad eller brukte eit anna namn på denne sida. Opne sida på adressa som Referent skreiv då han starta.",
                "It came from another site or used another name for this page. Open the page at the address that Referent printed when it started.",
            ),
        ],
    }
}
