//! Sentences about documents that arrive: sources and how they are doing, and files that people add.

use super::{date, pick};
use crate::answer::card::{Freshness, Searched};
use crate::corpus::Date;
use crate::corpus::format::Unreadable;
use crate::language::Language;

/// Over the list of sources.
pub fn sources(language: Language) -> &'static str {
    pick(language, "Kilder", "Kjelder", "Sources")
}

/// That no source is set up.
pub fn no_sources(language: Language) -> &'static str {
    pick(
        language,
        "Det er ikke satt opp noen kilder. Dokumentene blir lagt inn for hånd.",
        "Det er ikkje sett opp nokon kjelder. Dokumenta blir lagde inn for hand.",
        "No sources are set up. Documents are added by hand.",
    )
}

/// A day in words.
pub fn day(seconds: i64, language: Language) -> String {
    let day = Date::of_seconds(seconds);
    day.map_or(String::new(), |day| date(day, language))
}

/// What came from a source, and how it is doing; `when` writes a time.
pub fn source(source: &Freshness, when: &dyn Fn(i64) -> String, language: Language) -> [String; 2] {
    let documents = source.documents;
    let facts = match (documents, language) {
        (1, Language::Bokmal) => "ett dokument".to_owned(),
        (1, Language::Nynorsk) => "eitt dokument".to_owned(),
        (1, Language::English) => "one document".to_owned(),
        (_, Language::Bokmal) => format!("{documents} dokumenter"),
        (_, Language::Nynorsk) => format!("{documents} dokument"),
        (_, Language::English) => format!("{documents} documents"),
    };
    let mut state = match (source.failing_since, source.succeeded) {
        (Some(since), _) => {
            let since = when(since);
            match language {
                Language::Bokmal => format!("Ikke tilgjengelig; det begynte {since}."),
                Language::Nynorsk => format!("Ikkje tilgjengeleg; det byrja {since}."),
                Language::English => format!("Not available; this began {since}."),
            }
        }
        (None, Some(at)) => {
            let at = when(at);
            match language {
                Language::Bokmal => format!("Sist sjekket {at}."),
                Language::Nynorsk => format!("Sist sjekka {at}."),
                Language::English => format!("Last checked {at}."),
            }
        }
        (None, None) => pick(
            language,
            "Ikke sjekket ennå.",
            "Ikkje sjekka enno.",
            "Not checked yet.",
        )
        .to_owned(),
    };
    let failed = source.failed;
    let lacking = match (failed, language) {
        (0, _) => String::new(),
        (1, Language::Bokmal) => " Ett dokument kunne ikke hentes.".to_owned(),
        (1, Language::Nynorsk) => " Eitt dokument kunne ikkje hentast.".to_owned(),
        (1, Language::English) => " One document could not be fetched.".to_owned(),
        (_, Language::Bokmal) => format!(" {failed} dokumenter kunne ikke hentes."),
        (_, Language::Nynorsk) => format!(" {failed} dokument kunne ikkje hentast."),
        (_, Language::English) => format!(" {failed} documents could not be fetched."),
    };
    state.push_str(&lacking);
    [facts, state]
}

/// That newer documents may be missing, where a source has given nothing for long.
pub fn failing(searched: &Searched, language: Language) -> Option<String> {
    let names: Vec<String> = searched
        .failing
        .iter()
        .map(|failing| match language {
            Language::English => format!("“{}”", failing.name),
            _ => format!("«{}»", failing.name),
        })
        .collect();
    let since = searched.failing.iter().filter_map(|it| it.since).min();
    let since = since.map(|since| date(since, language));
    let (last, others) = names.split_last()?;
    let and = pick(language, " og ", " og ", " and ");
    let names = match others {
        [] => last.clone(),
        others => format!("{}{and}{last}", others.join(", ")),
    };
    let since = since.map_or(String::new(), |since| {
        let word = pick(language, " siden", " sidan", " since");
        format!("{word} {since}")
    });
    Some(match (others.is_empty(), language) {
        (true, Language::Bokmal) => format!(
            "Kilden {names} har ikke vært tilgjengelig{since}, så nyere dokumenter kan mangle."
        ),
        (false, Language::Bokmal) => format!(
            "Kildene {names} har ikke vært tilgjengelige{since}, så nyere dokumenter kan mangle."
        ),
        (true, Language::Nynorsk) => format!(
            "Kjelda {names} har ikkje vore tilgjengeleg{since}, så nyare dokument kan mangle."
        ),
        (false, Language::Nynorsk) => format!(
            "Kjeldene {names} har ikkje vore tilgjengelege{since}, så nyare dokument kan mangle."
        ),
        (true, Language::English) => format!(
            "The source {names} has not been available{since}, so newer documents may be missing."
        ),
        (false, Language::English) => format!(
            "The sources {names} have not been available{since}, so newer documents may be missing."
        ),
    })
}

/// Why a file was not added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAdded {
    /// Whoever asked may not, there.
    Forbidden,
    /// It was not said which of these collections it goes to.
    Which(Vec<String>),
    /// No reader takes its kind.
    Kind,
    /// It has more than so many MiB.
    TooLarge(u64),
    /// It is not what its name says.
    Other,
    /// A reader cannot make anything of it.
    Unreadable(Unreadable),
    /// It could not be had from where it was sent.
    Lost,
}

/// Why a file was not added, and what helps.
pub fn not_added(reason: &NotAdded, language: Language) -> String {
    let said = |bokmal, nynorsk, english| pick(language, bokmal, nynorsk, english).to_owned();
    match reason {
        NotAdded::Forbidden => said(
            "Du kan ikke legge til dokumenter her. Spør den som driver meg om å få lov.",
            "Du kan ikkje leggje til dokument her. Spør den som driv meg om å få lov.",
            "You cannot add documents here. Ask whoever runs me for permission.",
        ),
        NotAdded::Which(names) => {
            let names = names.join(", ");
            match language {
                Language::Bokmal => format!("Velg hvilken samling dokumentet skal til: {names}."),
                Language::Nynorsk => format!("Vel kva samling dokumentet skal til: {names}."),
                Language::English => format!("Choose the collection for the document: {names}."),
            }
        }
        NotAdded::Kind => said(
            "Den typen filer kan jeg ikke lese. Send PDF, DOCX, ODT, ODP, PPTX, HTML, Markdown eller ren tekst.",
            "Den typen filer kan eg ikkje lese. Send PDF, DOCX, ODT, ODP, PPTX, HTML, Markdown eller rein tekst.",
            "I cannot read that kind of file. Send PDF, DOCX, ODT, ODP, PPTX, HTML, Markdown or plain text.",
        ),
        NotAdded::TooLarge(limit) => match language {
            Language::Bokmal => format!("Filen er for stor. Den kan ha inntil {limit} MiB."),
            Language::Nynorsk => format!("Fila er for stor. Ho kan ha inntil {limit} MiB."),
            Language::English => format!("The file is too large. It may have up to {limit} MiB."),
        },
        NotAdded::Other => said(
            "Innholdet er noe annet enn filnavnet sier. Lagre filen på nytt i programmet den kommer fra, og send den igjen.",
            "Innhaldet er noko anna enn filnamnet seier. Lagre fila på nytt i programmet ho kjem frå, og send ho igjen.",
            "The content is not what the file name says. Save the file anew in the program it comes from, and send it again.",
        ),
        NotAdded::Unreadable(reason) => unreadable(reason, language).to_owned(),
        NotAdded::Lost => said(
            "Jeg fikk ikke hentet filen. Prøv igjen om litt.",
            "Eg fekk ikkje henta fila. Prøv igjen om litt.",
            "I could not get the file. Try again in a while.",
        ),
    }
}

fn unreadable(reason: &Unreadable, language: Language) -> &'static str {
    match reason {
        Unreadable::Empty => pick(
            language,
            "Det er ingen tekst i filen, så den er ikke lagt til.",
            "Det er ingen tekst i fila, så ho er ikkje lagd til.",
            "There is no text in the file, so it was not added.",
        ),
        Unreadable::Encrypted => pick(
            language,
            "Filen er beskyttet med passord, så den er ikke lagt til. Lagre en kopi uten passord, og send den.",
            "Fila er verna med passord, så ho er ikkje lagd til. Lagre ein kopi utan passord, og send han.",
            "The file is protected by a password, so it was not added. Save a copy without one, and send that.",
        ),
        Unreadable::Scanned { .. } => pick(
            language,
            "Filen har bare bilder av tekst, så den er ikke lagt til. Kjør tekstgjenkjenning (OCR) på den først.",
            "Fila har berre bilete av tekst, så ho er ikkje lagd til. Køyr tekstattkjenning (OCR) på ho først.",
            "The file holds pictures of text only, so it was not added. Run text recognition (OCR) on it first.",
        ),
        Unreadable::TooLarge { .. } => pick(
            language,
            "Filen er for omfattende til at jeg kan lese den, så den er ikke lagt til. Del den opp.",
            "Fila er for omfattande til at eg kan lese ho, så ho er ikkje lagd til. Del ho opp.",
            "The file is too extensive for me to read, so it was not added. Split it.",
        ),
        Unreadable::Damaged { .. } | Unreadable::Unsupported => pick(
            language,
            "Jeg kan ikke lese filen, så den er ikke lagt til. Lagre den på nytt i programmet den kommer fra, og send den igjen.",
            "Eg kan ikkje lese fila, så ho er ikkje lagd til. Lagre ho på nytt i programmet ho kjem frå, og send ho igjen.",
            "I cannot read the file, so it was not added. Save it anew in the program it comes from, and send it again.",
        ),
    }
}

/// That a document was added, with what it is called, its date and how many passages it has.
pub fn added(title: &str, day: Option<Date>, passages: usize, language: Language) -> String {
    let day = match (day.map(|day| date(day, language)), language) {
        (Some(day), _) => day,
        (None, Language::Bokmal) => "uten dato".to_owned(),
        (None, Language::Nynorsk) => "utan dato".to_owned(),
        (None, Language::English) => "no date".to_owned(),
    };
    match language {
        Language::Bokmal => {
            format!(
                "Lagt til: {title} ({day}), {passages} avsnitt. Nå kan alle som har tilgang, spørre om det."
            )
        }
        Language::Nynorsk => {
            format!(
                "Lagt til: {title} ({day}), {passages} avsnitt. No kan alle som har tilgang, spørje om det."
            )
        }
        Language::English => {
            let word = if passages == 1 { "passage" } else { "passages" };
            format!(
                "Added: {title} ({day}), {passages} {word}. Everybody with access can ask about it now."
            )
        }
    }
}

/// That a document was put where it belongs, and will be read.
pub fn will_be_read(name: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("{name} er lagt til, og blir lest om litt."),
        Language::Nynorsk => format!("{name} er lagd til, og blir lesen om litt."),
        Language::English => format!("{name} was added, and will be read in a while."),
    }
}

/// That the same document is there already.
pub fn already_there(title: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("Det samme dokumentet er der allerede: {title}."),
        Language::Nynorsk => format!("Det same dokumentet er der allereie: {title}."),
        Language::English => format!("The same document is there already: {title}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::card::Failing;

    #[test]
    fn a_source_that_fails_for_long_is_told_of() {
        let failing = |names: &[&str], language| {
            let since = Date::new(2026, Some(6), Some(12));
            let failing = names.iter().map(|name| Failing {
                name: (*name).to_owned(),
                collection: String::new(),
                since,
            });
            let searched = Searched {
                failing: failing.collect(),
                ..Searched::default()
            };
            super::failing(&searched, language)
        };
        assert_eq!(failing(&[], Language::Bokmal), None);
        assert_eq!(
            failing(&["nett"], Language::Bokmal).unwrap(),
            "Kilden «nett» har ikke vært tilgjengelig siden 12. juni 2026, så nyere dokumenter kan mangle."
        );
        assert_eq!(
            failing(&["a", "b", "c"], Language::English).unwrap(),
            "The sources “a”, “b” and “c” have not been available since 12 June 2026, so newer documents may be missing."
        );
    }
}
