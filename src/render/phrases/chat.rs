//! Sentences for chats: what stands round answers there, on buttons, and where something cannot be done.

use super::{date, pick};
use crate::answer::card::Searched;
use crate::corpus::metadata::Kind;
use crate::language::Language;

/// What was searched, and how fresh it is.
pub fn searched(searched: &Searched, language: Language) -> String {
    let mut said = all_searched(searched, language);
    if let Some(failing) = super::added::failing(searched, language) {
        said.push(' ');
        said.push_str(&failing);
    }
    said
}

fn all_searched(searched: &Searched, language: Language) -> String {
    let documents = searched.documents;
    let last = searched.last.map(|last| date(last, language));
    match (documents, last, language) {
        (0, _, _) => pick(
            language,
            "Det er ingen dokumenter å søke i.",
            "Det er ingen dokument å søkje i.",
            "There are no documents to search.",
        )
        .to_owned(),
        (1, Some(last), Language::Bokmal) => format!("Jeg søkte i ett dokument, fra {last}."),
        (1, Some(last), Language::Nynorsk) => format!("Eg søkte i eitt dokument, frå {last}."),
        (1, Some(last), Language::English) => format!("I searched one document, from {last}."),
        (1, None, _) => pick(
            language,
            "Jeg søkte i ett dokument.",
            "Eg søkte i eitt dokument.",
            "I searched one document.",
        )
        .to_owned(),
        (_, Some(last), Language::Bokmal) => {
            format!("Jeg søkte i {documents} dokumenter; det nyeste er fra {last}.")
        }
        (_, Some(last), Language::Nynorsk) => {
            format!("Eg søkte i {documents} dokument; det nyaste er frå {last}.")
        }
        (_, Some(last), Language::English) => {
            format!("I searched {documents} documents; the newest is from {last}.")
        }
        (_, None, Language::Bokmal) => format!("Jeg søkte i {documents} dokumenter."),
        (_, None, Language::Nynorsk) => format!("Eg søkte i {documents} dokument."),
        (_, None, Language::English) => format!("I searched {documents} documents."),
    }
}

/// What a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Shows further passages.
    More,
    /// Shows what stands round the excerpts.
    Around,
    /// Shows the answer again.
    Back,
    /// Shows a private answer to all.
    Show,
    /// Opens a thread for follow-up questions.
    Thread,
}

/// The words on a button.
pub fn label(label: Label, language: Language) -> &'static str {
    match label {
        Label::More => pick(language, "Flere utdrag", "Fleire utdrag", "More excerpts"),
        Label::Around => pick(language, "Mer sammenheng", "Meir samanheng", "More context"),
        Label::Back => pick(
            language,
            "Tilbake til svaret",
            "Tilbake til svaret",
            "Back to the answer",
        ),
        Label::Show => pick(
            language,
            "Vis i kanalen",
            "Vis i kanalen",
            "Show in channel",
        ),
        Label::Thread => pick(
            language,
            "Fortsett i en tråd",
            "Hald fram i ein tråd",
            "Continue in a thread",
        ),
    }
}

/// Over further passages.
pub fn more(language: Language) -> &'static str {
    pick(
        language,
        "Flere steder i dokumentene",
        "Fleire stader i dokumenta",
        "More places in the documents",
    )
}

/// That there are no further passages.
pub fn no_more(language: Language) -> &'static str {
    pick(
        language,
        "Jeg fant ikke flere steder om dette.",
        "Eg fann ikkje fleire stader om dette.",
        "I found no more places about this.",
    )
}

/// That what was shown stands nowhere any more.
pub fn gone(language: Language) -> &'static str {
    pick(
        language,
        "Utdragene som ble vist her, finnes ikke lenger i dokumentene.",
        "Utdraga som vart viste her, finst ikkje lenger i dokumenta.",
        "The excerpts that were shown here are no longer in the documents.",
    )
}

/// That an answer is not remembered.
pub fn forgotten(language: Language) -> &'static str {
    pick(
        language,
        "Jeg husker ikke dette svaret lenger. Still spørsmålet på nytt.",
        "Eg hugsar ikkje dette svaret lenger. Still spørsmålet på nytt.",
        "I no longer remember this answer. Please ask again.",
    )
}

/// That an answer may not be shown where others see it.
pub fn not_here(language: Language) -> &'static str {
    pick(
        language,
        "Dette svaret kan ikke vises i denne kanalen.",
        "Dette svaret kan ikkje visast i denne kanalen.",
        "This answer cannot be shown in this channel.",
    )
}

/// Thanks for a verdict on an answer.
pub fn thanks(language: Language) -> &'static str {
    pick(
        language,
        "Takk for tilbakemeldingen!",
        "Takk for tilbakemeldinga!",
        "Thank you for the feedback!",
    )
}

/// The form in which somebody may say why an answer was bad: its title, its field and a hint.
pub fn reason_form(language: Language) -> [&'static str; 3] {
    [
        pick(
            language,
            "Hva var galt med svaret?",
            "Kva var gale med svaret?",
            "What was wrong with the answer?",
        ),
        pick(
            language,
            "Grunn (valgfritt)",
            "Grunn (valfritt)",
            "Reason (optional)",
        ),
        pick(
            language,
            "Feil sak, utdatert, mangler noe …",
            "Feil sak, utdatert, manglar noko …",
            "Wrong topic, outdated, something missing …",
        ),
    ]
}

/// That something went wrong; the log tells more under the id.
pub fn failed(id: &str, language: Language) -> String {
    match language {
        Language::Bokmal => {
            format!("Noe gikk galt hos meg. Feilen står i loggen som `{id}`. Prøv gjerne igjen.")
        }
        Language::Nynorsk => format!(
            "Noko gjekk gale hos meg. Feilen står i loggen som `{id}`. Prøv gjerne på nytt."
        ),
        Language::English => {
            format!("Something went wrong on my side. The log has it as `{id}`. Please try again.")
        }
    }
}

/// That somebody asks too fast; `when` says from when on it goes on.
pub fn too_fast(when: &str, language: Language) -> String {
    match language {
        Language::Bokmal => {
            format!("Nå gikk det litt fort for meg. Spør gjerne igjen {when}.")
        }
        Language::Nynorsk => {
            format!("No gjekk det litt fort for meg. Spør gjerne på nytt {when}.")
        }
        Language::English => format!("That was a little fast for me. Please ask again {when}."),
    }
}

/// That the bot was addressed and nothing was asked: in a message that mentions it, or in a direct message.
pub fn nothing_asked(mentioned: bool, language: Language) -> &'static str {
    if mentioned {
        pick(
            language,
            "Hva lurer du på? Skriv spørsmålet i samme melding som du nevner meg i.",
            "Kva lurer du på? Skriv spørsmålet i same melding som du nemner meg i.",
            "What would you like to know? Put the question in the message that mentions me.",
        )
    } else {
        pick(
            language,
            "Hva lurer du på? Skriv gjerne et spørsmål til meg.",
            "Kva lurer du på? Skriv gjerne eit spørsmål til meg.",
            "What would you like to know? Write me a question.",
        )
    }
}

/// That a message that was to be searched with has no words.
pub fn no_words(language: Language) -> &'static str {
    pick(
        language,
        "Meldingen har ingen ord å søke med.",
        "Meldinga har ingen ord å søkje med.",
        "The message has no words to search with.",
    )
}

/// Where to go on asking, in a thread that was just opened; `readable` tells whether its messages can
/// be read without a mention.
pub fn thread_opened(readable: bool, language: Language) -> &'static str {
    if readable {
        pick(
            language,
            "Spør videre her. Jeg husker hva det handler om.",
            "Spør vidare her. Eg hugsar kva det handlar om.",
            "Keep asking here. I remember what it is about.",
        )
    } else {
        pick(
            language,
            "Spør videre her: svar på meldingene mine, eller nevn meg. Andre meldinger får jeg ikke lese.",
            "Spør vidare her: svar på meldingane mine, eller nemn meg. Andre meldingar får eg ikkje lese.",
            "Keep asking here: reply to my messages, or mention me. I cannot read other messages.",
        )
    }
}

/// That a thread could not be opened.
pub fn no_thread(language: Language) -> &'static str {
    pick(
        language,
        "Jeg får ikke åpnet en tråd her. Gi meg rettighetene «Opprett offentlige tråder» og «Send meldinger i tråder».",
        "Eg får ikkje opna ein tråd her. Gje meg rettane «Opprett offentlege trådar» og «Send meldingar i trådar».",
        "I cannot open a thread here. Give me the permissions “Create Public Threads” and “Send Messages in Threads”.",
    )
}

/// That no document is called so.
pub fn no_document(name: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("Jeg fant ikke noe dokument som heter «{name}»."),
        Language::Nynorsk => format!("Eg fann ikkje noko dokument som heiter «{name}»."),
        Language::English => format!("I found no document called “{name}”."),
    }
}

/// Over the list of what was indexed last.
pub fn latest(language: Language) -> &'static str {
    pick(language, "Sist lagt til", "Sist lagt til", "Recently added")
}

/// How many documents there are.
pub fn in_all(documents: usize, language: Language) -> String {
    match (documents, language) {
        (1, Language::Bokmal) => "Ett dokument i alt".to_owned(),
        (1, Language::Nynorsk) => "Eitt dokument i alt".to_owned(),
        (1, Language::English) => "One document in all".to_owned(),
        (_, Language::Bokmal) => format!("{documents} dokumenter i alt"),
        (_, Language::Nynorsk) => format!("{documents} dokument i alt"),
        (_, Language::English) => format!("{documents} documents in all"),
    }
}

/// What a document is.
pub fn kind(kind: Kind, language: Language) -> &'static str {
    match kind {
        Kind::Minutes => pick(language, "referat", "referat", "minutes"),
        Kind::Report => pick(language, "rapport", "rapport", "report"),
        Kind::Slides => pick(language, "presentasjon", "presentasjon", "slides"),
        Kind::Policy => pick(language, "retningslinje", "retningslinje", "policy"),
        Kind::Other => pick(language, "dokument", "dokument", "document"),
    }
}

/// How many pages a document has.
pub fn pages(pages: u32, language: Language) -> String {
    let word = match (pages, language) {
        (1, Language::English) => "page",
        (_, Language::English) => "pages",
        (1, Language::Bokmal) => "side",
        (1, Language::Nynorsk) => "side",
        (_, Language::Bokmal) => "sider",
        (_, Language::Nynorsk) => "sider",
    };
    format!("{pages} {word}")
}

/// What leads to a document.
pub fn open(language: Language) -> &'static str {
    pick(
        language,
        "Åpne dokumentet",
        "Opne dokumentet",
        "Open the document",
    )
}

/// Over the agenda items of a document.
pub fn agenda(language: Language) -> &'static str {
    pick(language, "Saker", "Saker", "Agenda items")
}

/// In place of a title that was just named.
pub fn same_document(language: Language) -> &'static str {
    pick(language, "samme dokument", "same dokument", "same document")
}

/// That a list goes on.
pub fn and_more(left: usize, language: Language) -> String {
    match language {
        Language::Bokmal => format!("… og {left} til"),
        Language::Nynorsk => format!("… og {left} til"),
        Language::English => format!("… and {left} more"),
    }
}

/// What can be done, over the list of commands and under it.
pub fn help(language: Language) -> [&'static str; 2] {
    [
        pick(
            language,
            "Jeg svarer på spørsmål om det som står i referater og rapporter, med ordrette utdrag og kilde. Finner jeg ikke svaret, sier jeg det.",
            "Eg svarar på spørsmål om det som står i referat og rapportar, med ordrette utdrag og kjelde. Finn eg ikkje svaret, seier eg det.",
            "I answer questions about minutes and reports with verbatim excerpts and their source. When I find no answer, I say so.",
        ),
        pick(
            language,
            "Du kan også nevne meg, svare på meldingene mine eller skrive til meg direkte. Høyreklikk på en melding og velg «Apper» for å søke med ordene i den.",
            "Du kan òg nemne meg, svare på meldingane mine eller skrive til meg direkte. Høgreklikk på ei melding og vel «Appar» for å søkje med orda i henne.",
            "You can also mention me, reply to my messages or write to me directly. Right-click a message and choose “Apps” to search with its words.",
        ),
    ]
}
