//! Sentences of the web page.

use super::{date, pick};
use crate::answer::card::Searched;
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
        "/status" => pick(language, "Status", "Status", "Status"),
        "/standpunkter" => pick(language, "Standpunkter", "Standpunkt", "Positions"),
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

/// What is searched, and how.
pub fn about(searched: &Searched, language: Language) -> String {
    let documents = searched.documents;
    let years = match (searched.first, searched.last) {
        (Some(first), Some(last)) if first.year() < last.year() => {
            format!("{}–{}", first.year(), last.year())
        }
        (Some(first), _) => first.year().to_string(),
        _ => String::new(),
    };
    let of = |word: &str| match &*years {
        "" => String::new(),
        years => format!(" {word} {years}"),
    };
    let last = searched.last.filter(|_| documents > 1);
    let last = last.map(|last| date(last, language));
    let last = last.map_or(String::new(), |last| match language {
        Language::Bokmal => format!(" Det nyeste er fra {last}."),
        Language::Nynorsk => format!(" Det nyaste er frå {last}."),
        Language::English => format!(" The newest is from {last}."),
    });
    match (documents, language) {
        (0, _) => pick(
            language,
            "Det er ingen dokumenter å søke i.",
            "Det er ingen dokument å søkje i.",
            "There are no documents to search.",
        )
        .to_owned(),
        (1, Language::Bokmal) => {
            format!("Svarene er ordrette utdrag av ett dokument{}.", of("fra"))
        }
        (1, Language::Nynorsk) => {
            format!("Svara er ordrette utdrag av eitt dokument{}.", of("frå"))
        }
        (1, Language::English) => format!(
            "Answers are verbatim excerpts from one document{}.",
            of("from")
        ),
        (_, Language::Bokmal) => format!(
            "Svarene er ordrette utdrag av {documents} dokumenter{}.{last}",
            of("fra")
        ),
        (_, Language::Nynorsk) => format!(
            "Svara er ordrette utdrag av {documents} dokument{}.{last}",
            of("frå")
        ),
        (_, Language::English) => format!(
            "Answers are verbatim excerpts from {documents} documents{}.{last}",
            of("from")
        ),
    }
}

/// The name of the field for a question, the first of a conversation or a later one.
pub fn ask_label(first: bool, language: Language) -> &'static str {
    if first {
        pick(
            language,
            "Hva lurer du på?",
            "Kva lurer du på?",
            "What would you like to know?",
        )
    } else {
        pick(
            language,
            "Spør videre",
            "Spør vidare",
            "Ask a follow-up question",
        )
    }
}

/// That an answer is there, for those who do not see it come.
pub fn said(excerpts: usize, language: Language) -> String {
    match (excerpts, language) {
        (0, _) => pick(
            language,
            "Jeg fant ikke noe svar.",
            "Eg fann ikkje noko svar.",
            "I found no answer.",
        )
        .to_owned(),
        (1, Language::Bokmal | Language::Nynorsk) => pick(
            language,
            "Svaret er klart: ett utdrag.",
            "Svaret er klart: eitt utdrag.",
            "",
        )
        .to_owned(),
        (1, Language::English) => "The answer is here: one excerpt.".to_owned(),
        (_, Language::Bokmal | Language::Nynorsk) => format!("Svaret er klart: {excerpts} utdrag."),
        (_, Language::English) => format!("The answer is here: {excerpts} excerpts."),
    }
}

/// The heading of a page on a topic.
pub fn topic_title(path: &str, language: Language) -> &'static str {
    match path {
        "/status" => see_status(language),
        "/standpunkter" => see_positions(language),
        _ => pick(
            language,
            "Søk i dokumentene",
            "Søk i dokumenta",
            "Search the documents",
        ),
    }
}

/// The name of the field for a topic.
pub fn topic_label(path: &str, language: Language) -> &'static str {
    match path {
        "/sok" => pick(
            language,
            "Ord å lete etter",
            "Ord å leite etter",
            "Words to look for",
        ),
        _ => pick(
            language,
            "Sak eller tema",
            "Sak eller tema",
            "Matter or topic",
        ),
    }
}

/// How much there is to say of how a file was read.
pub fn problems(count: usize, language: Language) -> String {
    let notes = pick(
        language,
        "Merknader fra lesingen",
        "Merknader frå lesinga",
        "Notes from reading the file",
    );
    format!("{notes} ({count})")
}

/// The collection that a document is in.
pub fn collection(name: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("samlingen «{name}»"),
        Language::Nynorsk => format!("samlinga «{name}»"),
        Language::English => format!("collection “{name}”"),
    }
}

/// A link to where the public reads a document.
pub fn published(page: Option<u32>, language: Language) -> String {
    let words = pick(
        language,
        "Se den publiserte utgaven",
        "Sjå den publiserte utgåva",
        "See the published version",
    );
    match page {
        Some(page) => format!("{words} ({})", super::page(page, language)),
        None => words.to_owned(),
    }
}

/// A link to the file, which the browser shows.
pub fn original(format: &str, page: Option<u32>, language: Language) -> String {
    let words = pick(
        language,
        "Åpne originalen",
        "Opne originalen",
        "Open the original",
    );
    match page {
        Some(page) => format!("{words} ({format}, {})", super::page(page, language)),
        None => format!("{words} ({format})"),
    }
}

/// A link to the file, which the browser saves.
pub fn download(format: &str, language: Language) -> String {
    let words = pick(
        language,
        "Last ned originalen",
        "Last ned originalen",
        "Download the original",
    );
    match format {
        "" => words.to_owned(),
        "text" => format!("{words} ({})", pick(language, "tekst", "tekst", "text")),
        format => format!("{words} ({format})"),
    }
}

/// Words as a sentence of their own.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).chain(['.']).collect()
    })
}

/// The button that asks.
pub fn ask(language: Language) -> &'static str {
    pick(language, "Spør", "Spør", "Ask")
}

/// The button that begins a new conversation.
pub fn new_talk(language: Language) -> &'static str {
    pick(language, "Ny samtale", "Ny samtale", "New conversation")
}

/// Over matters that meetings treated last.
pub fn recent_matters(language: Language) -> &'static str {
    pick(
        language,
        "Saker som nylig har vært oppe",
        "Saker som nyleg har vore oppe",
        "Matters treated lately",
    )
}

/// A link to where a matter stands.
pub fn see_status(language: Language) -> &'static str {
    pick(
        language,
        "Hvor står saken?",
        "Kvar står saka?",
        "Where does the matter stand?",
    )
}

/// A link to who holds which position.
pub fn see_positions(language: Language) -> &'static str {
    pick(
        language,
        "Hvem mener hva?",
        "Kven meiner kva?",
        "Who holds which position?",
    )
}

/// A link to every place that speaks of a topic.
pub fn see_more(language: Language) -> &'static str {
    pick(
        language,
        "Flere steder i dokumentene",
        "Fleire stader i dokumenta",
        "More places in the documents",
    )
}

/// The button for a good answer.
pub fn good(language: Language) -> &'static str {
    pick(
        language,
        "Svaret var nyttig",
        "Svaret var nyttig",
        "The answer was useful",
    )
}

/// The button for a bad answer.
pub fn bad(language: Language) -> &'static str {
    pick(
        language,
        "Svaret var ikke nyttig",
        "Svaret var ikkje nyttig",
        "The answer was not useful",
    )
}

/// The button that sends a reason.
pub fn send(language: Language) -> &'static str {
    pick(language, "Send", "Send", "Send")
}

/// That a document is gone.
pub fn no_document(language: Language) -> &'static str {
    pick(
        language,
        "Dokumentet er ikke lenger i samlingen.",
        "Dokumentet er ikkje lenger i samlinga.",
        "The document is no longer in the collection.",
    )
}

/// A link to the page without the document beside it.
pub fn close_document(language: Language) -> &'static str {
    pick(
        language,
        "Lukk dokumentet",
        "Lukk dokumentet",
        "Close the document",
    )
}

/// A link to a document's own page.
pub fn own_page(language: Language) -> &'static str {
    pick(
        language,
        "Åpne på egen side",
        "Opne på eiga side",
        "Open on its own page",
    )
}

/// That quoted words stand otherwise now.
pub fn changed(language: Language) -> &'static str {
    pick(
        language,
        "Sitatet står ikke lenger slik i dokumentet. Det som ligner mest, er merket.",
        "Sitatet står ikkje lenger slik i dokumentet. Det som liknar mest, er merkt.",
        "The quotation no longer stands like this in the document. What is most like it is marked.",
    )
}

/// That quoted words stand nowhere now.
pub fn gone(language: Language) -> &'static str {
    pick(
        language,
        "Sitatet står ikke lenger i dokumentet, og det gjør heller ikke noe som ligner.",
        "Sitatet står ikkje lenger i dokumentet, og det gjer heller ikkje noko som liknar.",
        "The quotation is no longer in the document, nor is anything like it.",
    )
}

/// Over a quotation that can be taken along.
pub fn quotation(language: Language) -> &'static str {
    pick(
        language,
        "Sitat med kilde",
        "Sitat med kjelde",
        "Quotation with its source",
    )
}

/// The button that copies a quotation.
pub fn copy(language: Language) -> &'static str {
    pick(
        language,
        "Kopier sitatet med kilde",
        "Kopier sitatet med kjelde",
        "Copy the quotation with its source",
    )
}

/// That a quotation was copied.
pub fn copied(language: Language) -> &'static str {
    pick(language, "Kopiert", "Kopiert", "Copied")
}

/// Over the headings of a document.
pub fn contents(language: Language) -> &'static str {
    pick(language, "Innhold", "Innhald", "Contents")
}

/// The name of a table that may be wider than the page.
pub fn table(language: Language) -> &'static str {
    pick(language, "Tabell", "Tabell", "Table")
}

/// The name of the field for a party.
pub fn holder_label(language: Language) -> &'static str {
    pick(
        language,
        "Part (valgfritt)",
        "Part (valfritt)",
        "Party (optional)",
    )
}

/// The button that shows a topic.
pub fn show(language: Language) -> &'static str {
    pick(language, "Vis", "Vis", "Show")
}

/// In place of a meeting body.
pub fn no_body(language: Language) -> &'static str {
    pick(language, "Uten organ", "Utan organ", "No body")
}

/// In place of a year.
pub fn no_year(language: Language) -> &'static str {
    pick(language, "Uten dato", "Utan dato", "Undated")
}

/// Over the table of documents by body and year.
pub fn counts(language: Language) -> &'static str {
    pick(
        language,
        "Antall dokumenter etter organ og år",
        "Talet på dokument etter organ og år",
        "Number of documents by body and year",
    )
}

/// The last column of that table.
pub fn sum(language: Language) -> &'static str {
    pick(language, "Sum", "Sum", "Total")
}

/// Over files that were not or only partly read.
pub fn problem_files(language: Language) -> &'static str {
    pick(
        language,
        "Filer med merknader",
        "Filer med merknader",
        "Files with notes",
    )
}

/// What notes on files are.
pub fn problem_files_hint(language: Language) -> &'static str {
    pick(
        language,
        "Disse filene er ikke lest, eller ikke lest fullt ut. Merknadene er på engelsk, for den som drifter Referent.",
        "Desse filene er ikkje lesne, eller ikkje lesne fullt ut. Merknadene er på engelsk, for den som driftar Referent.",
        "These files were not read, or not in full. The notes are for whoever runs Referent.",
    )
}

/// What the list of new documents is.
pub fn latest_hint(language: Language) -> &'static str {
    pick(
        language,
        "De siste dokumentene, etter dagen de ble lagt til eller endret.",
        "Dei siste dokumenta, etter dagen dei vart lagde til eller endra.",
        "The latest documents, by the day they were added or changed.",
    )
}

/// That there are no documents.
pub fn nothing_new(language: Language) -> &'static str {
    pick(
        language,
        "Ingen dokumenter er indeksert ennå.",
        "Ingen dokument er indekserte enno.",
        "No documents are indexed yet.",
    )
}

/// Beside a document that was there before in another form.
pub fn document_changed(language: Language) -> &'static str {
    pick(language, "endret", "endra", "changed")
}

/// In place of a day.
pub fn no_day(language: Language) -> &'static str {
    pick(language, "Ukjent dag", "Ukjend dag", "Day unknown")
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
                "Prøv igjen om litt",
                "Prøv på nytt om litt",
                "Try again in a moment",
            ),
            pick(
                language,
                "Det er mye å gjøre akkurat nå, og svaret ble ikke ferdig i tide.",
                "Det er mykje å gjere akkurat no, og svaret vart ikkje ferdig i tide.",
                "There is much to do right now, and the answer was not ready in time.",
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
