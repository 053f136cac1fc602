//! Every sentence that users of the bot read, in bokmål, nynorsk and English.

pub mod added;
pub mod chat;
pub mod feed;
pub mod follow;
pub mod matrix;
pub mod operator;
pub mod timeline;
pub mod web;

use crate::answer::card::{Positions, Searched, Status};
use crate::answer::matter::Standing;
use crate::answer::{Reason, Stance};
use crate::corpus::Date;
use crate::language::Language;
use crate::question::restriction::{Key, Refusal};

/// One text of three, by language.
fn pick<'a>(language: Language, bokmal: &'a str, nynorsk: &'a str, english: &'a str) -> &'a str {
    match language {
        Language::Bokmal => bokmal,
        Language::Nynorsk => nynorsk,
        Language::English => english,
    }
}

/// Why there is no answer, in one sentence.
pub fn reason(reason: &Reason, language: Language) -> String {
    match reason {
        Reason::NothingAsked => pick(
            language,
            "Jeg fant ingen ord å lete etter i spørsmålet.",
            "Eg fann ingen ord å leite etter i spørsmålet.",
            "I found no words to look for in the question.",
        )
        .to_owned(),
        Reason::EmptyCorpus => pick(
            language,
            "Ingen dokumenter er indeksert ennå.",
            "Ingen dokument er indekserte enno.",
            "No documents are indexed yet.",
        )
        .to_owned(),
        Reason::PeriodNotCovered(period) => {
            let period = date(*period, language);
            match language {
                Language::Bokmal => format!("Samlingen har ingen dokumenter fra {period}."),
                Language::Nynorsk => format!("Samlinga har ingen dokument frå {period}."),
                Language::English => format!("The collection has no documents from {period}."),
            }
        }
        Reason::UnknownName(name) => match language {
            Language::Bokmal => format!("Dokumentene nevner ikke «{name}»."),
            Language::Nynorsk => format!("Dokumenta nemner ikkje «{name}»."),
            Language::English => format!("The documents do not mention “{name}”."),
        },
        Reason::NotDefined(word) => match language {
            Language::Bokmal => format!("Dokumentene forklarer ikke hva «{word}» er."),
            Language::Nynorsk => format!("Dokumenta forklarer ikkje kva «{word}» er."),
            Language::English => format!("The documents do not explain what “{word}” is."),
        },
        Reason::NoView(holder) => match language {
            Language::Bokmal => format!("Dokumentene gjengir ikke hva {holder} mener om dette."),
            Language::Nynorsk => format!("Dokumenta gjev ikkje att kva {holder} meiner om dette."),
            Language::English => {
                format!("The documents do not record what “{holder}” thinks of this.")
            }
        },
        Reason::Refused(refusal) => self::refusal(refusal, language),
        Reason::NoDocument => pick(
            language,
            "Ingen dokumenter passer til avgrensningen.",
            "Ingen dokument passar til avgrensinga.",
            "No documents match the restrictions.",
        )
        .to_owned(),
        Reason::PhraseNowhere(phrase) => match language {
            Language::Bokmal => format!("«{phrase}» står ikke i noe dokument."),
            Language::Nynorsk => format!("«{phrase}» står ikkje i noko dokument."),
            Language::English => format!("No document contains “{phrase}”."),
        },
        Reason::NotFound => pick(
            language,
            "Det står ikke noe om dette i dokumentene.",
            "Det står ikkje noko om dette i dokumenta.",
            "The documents say nothing about this.",
        )
        .to_owned(),
    }
}

/// Why a restriction cannot be kept, in one sentence that says what can.
pub fn refusal(refusal: &Refusal, language: Language) -> String {
    let norwegian = |bokmal: String, nynorsk: String| match language {
        Language::Bokmal => bokmal,
        Language::Nynorsk => nynorsk,
        Language::English => format!("{refusal}."),
    };
    let sentence = match refusal {
        Refusal::Unknown { key, value, known } => {
            let (bokmal, nynorsk) = match key {
                Key::Holder => ("ingen part", "ingen part"),
                Key::Body => ("ikke noe organ", "ikkje noko organ"),
                Key::Kind => ("ingen dokumenttype", "ingen dokumenttype"),
                Key::Collection => ("ingen samling", "inga samling"),
                Key::From | Key::To => ("ingen dato", "ingen dato"),
            };
            let none = known.is_empty();
            let known = known.join(", ");
            let there_are = |none_known: &str, known_are: &str| match none {
                true => none_known.to_owned(),
                false => format!("{known_are}: {known}"),
            };
            norwegian(
                format!(
                    "det finnes {bokmal} «{value}». {}.",
                    there_are("Ingen er kjent", "Disse finnes")
                ),
                format!(
                    "det finst {nynorsk} «{value}». {}.",
                    there_are("Ingen er kjende", "Desse finst")
                ),
            )
        }
        Refusal::NoDate(value) => norwegian(
            format!(
                "«{value}» er ingen dato: skriv en dag (2021-06-16), en måned (2021-06) eller et år (2021)."
            ),
            format!(
                "«{value}» er ingen dato: skriv ein dag (2021-06-16), ein månad (2021-06) eller eit år (2021)."
            ),
        ),
        Refusal::Reversed { from, to } => norwegian(
            format!(
                "«fra:{from}» er senere enn «til:{to}»: skriv den tidligste datoen etter «fra:»."
            ),
            format!(
                "«frå:{from}» er seinare enn «til:{to}»: skriv den tidlegaste datoen etter «frå:»."
            ),
        ),
    };
    // A list that is cut short ends the sentence by itself.
    let sentence = sentence.replace("….", "…");
    let mut letters = sentence.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Why a card has nothing on its topic: none was named, or nothing was found in what was looked through.
pub fn no_status(status: &Status) -> String {
    let (topic, language) = (&status.topic, status.language);
    let found_nothing = match status.only_before {
        Some((since, last)) => not_since(topic, since, last, language),
        None if status.names_topic => not_found(topic, &status.searched, language),
        None => return no_topic(language).to_owned(),
    };
    match added::failing(&status.searched, language) {
        Some(failing) => format!("{found_nothing} {failing}"),
        None => found_nothing,
    }
}

/// That there is nothing on a topic since a day, and when it was told of last.
fn not_since(topic: &str, since: Date, last: Option<Date>, language: Language) -> String {
    let since = date(since, language);
    let last = last.map(|last| date(last, language));
    let last = |word: &str| {
        let last = last.as_ref();
        last.map_or(String::new(), |last| format!("; {word} {last}"))
    };
    match language {
        Language::Bokmal => format!(
            "Ingen dokumenter behandler «{topic}» fra {since} eller senere{}.",
            last("det siste er fra")
        ),
        Language::Nynorsk => format!(
            "Ingen dokument handsamar «{topic}» frå {since} eller seinare{}.",
            last("det siste er frå")
        ),
        Language::English => format!(
            "No document treats “{topic}” on {since} or later{}.",
            last("the last is from")
        ),
    }
}

/// That nothing was said of what the topic is.
fn no_topic(language: Language) -> &'static str {
    pick(
        language,
        "Skriv hva saken gjelder, for eksempel «hjemmekontor».",
        "Skriv kva saka gjeld, til dømes «heimekontor».",
        "Write what the matter is about, such as “home office”.",
    )
}

/// That nothing was found on a topic, and what was looked through.
fn not_found(topic: &str, searched: &Searched, language: Language) -> String {
    let documents = searched.documents;
    let years = match (searched.first, searched.last) {
        (Some(first), Some(last)) if first.year() < last.year() => {
            Some(format!("{}–{}", first.year(), last.year()))
        }
        (Some(first), _) => Some(first.year().to_string()),
        _ => None,
    };
    let of = |word: &str| {
        let years = years.as_ref();
        years.map_or(String::new(), |years| format!(" {word} {years}"))
    };
    let last = searched.last.filter(|_| documents > 1);
    let last = last.map(|last| date(last, language));
    let last = last.map_or(String::new(), |last| match language {
        Language::Bokmal => format!("; det siste er fra {last}"),
        Language::Nynorsk => format!("; det siste er frå {last}"),
        Language::English => format!("; the last is from {last}"),
    });
    let those = match (documents, language) {
        (0, _) => {
            return pick(
                language,
                "Det er ingen dokumenter å søke i.",
                "Det er ingen dokument å søkje i.",
                "There are no documents to search.",
            )
            .to_owned();
        }
        (1, Language::Bokmal) => "det ene dokumentet".to_owned(),
        (1, Language::Nynorsk) => "det eine dokumentet".to_owned(),
        (1, Language::English) => "the one document".to_owned(),
        (_, Language::Bokmal) => format!("de {documents} dokumentene"),
        (_, Language::Nynorsk) => format!("dei {documents} dokumenta"),
        (_, Language::English) => format!("the {documents} documents"),
    };
    match language {
        Language::Bokmal => {
            format!(
                "Jeg fant ikke noe om «{topic}» i {those}{}{last}.",
                of("fra")
            )
        }
        Language::Nynorsk => {
            format!(
                "Eg fann ikkje noko om «{topic}» i {those}{}{last}.",
                of("frå")
            )
        }
        Language::English => {
            format!(
                "I found nothing about “{topic}” in {those}{}{last}.",
                of("from")
            )
        }
    }
}

/// That nobody's position on a topic is told.
pub fn no_positions(positions: &Positions) -> String {
    let (topic, language) = (&positions.topic, positions.language);
    if !positions.names_topic {
        return no_topic(language).to_owned();
    }
    match language {
        Language::Bokmal => {
            format!("Dokumentene gjengir ikke hva noen av partene mener om «{topic}».")
        }
        Language::Nynorsk => {
            format!("Dokumenta gjev ikkje att kva nokon av partane meiner om «{topic}».")
        }
        Language::English => format!("The documents record nobody's position on “{topic}”."),
    }
}

/// Where a matter stands, in a word or two.
pub fn standing(standing: Standing, language: Language) -> &'static str {
    match standing {
        Standing::Decided => pick(language, "vedtatt", "vedteke", "decided"),
        Standing::UnderDiscussion => pick(
            language,
            "under drøfting",
            "under drøfting",
            "under discussion",
        ),
        Standing::Negotiation => pick(language, "forhandles", "blir forhandla", "being negotiated"),
        Standing::Postponed => pick(language, "utsatt", "utsett", "postponed"),
        Standing::Announced => pick(language, "lagt fram", "lagt fram", "announced"),
        Standing::Concluded => pick(language, "avsluttet", "avslutta", "concluded"),
        Standing::Unknown => pick(language, "ukjent", "ukjent", "unknown"),
    }
}

/// The headings of a status card, in its order.
pub struct CardWords {
    /// Before the state.
    pub state: &'static str,
    /// Before the next step.
    pub next: &'static str,
    /// Before decisions.
    pub decisions: &'static str,
    /// Before positions.
    pub positions: &'static str,
    /// Before what was said earlier.
    pub earlier: &'static str,
    /// Before what was said later in other matters.
    pub mentions: &'static str,
    /// Before the number of what has been shown already.
    pub see: &'static str,
    /// Before other matters that may be meant.
    pub others: &'static str,
    /// After a next step that lies in the past.
    pub passed: &'static str,
    /// Beside a holder whose stance differs between meetings.
    pub changed: &'static str,
}

/// The words of a status card.
pub fn card(language: Language) -> CardWords {
    CardWords {
        state: pick(
            language,
            "Siste kjente status",
            "Siste kjende status",
            "Last known state",
        ),
        next: pick(language, "Neste steg", "Neste steg", "Next step"),
        decisions: pick(language, "Vedtak", "Vedtak", "Decisions"),
        positions: pick(language, "Syn", "Syn", "Positions"),
        earlier: pick(
            language,
            "Tidligere møter",
            "Tidlegare møte",
            "Earlier meetings",
        ),
        mentions: pick(
            language,
            "Nevnt senere i andre saker",
            "Nemnt seinare i andre saker",
            "Mentioned later in other matters",
        ),
        see: pick(language, "se", "sjå", "see"),
        others: pick(
            language,
            "Du mener kanskje",
            "Du meiner kanskje",
            "You may also mean",
        ),
        passed: pick(
            language,
            "tiden er gått, og ingen nyere dokumenter i samlingen behandler saken",
            "tida er gått, og ingen nyare dokument i samlinga handsamar saka",
            "the time has passed, and no newer document in the collection treats the matter",
        ),
        changed: pick(
            language,
            "synet er endret",
            "synet er endra",
            "the position has changed",
        ),
    }
}

/// What leads in the headings nearest to a question without an answer.
pub fn nearest(language: Language) -> &'static str {
    pick(
        language,
        "Det nærmeste jeg fant, handler om",
        "Det nærmaste eg fann, handlar om",
        "The nearest I found is about",
    )
}

/// What comes before another place with the same words.
pub fn also(language: Language) -> &'static str {
    pick(language, "Står også i:", "Står òg i:", "Also in:")
}

/// A page number.
pub fn page(page: u32, language: Language) -> String {
    match language {
        Language::Bokmal | Language::Nynorsk => format!("s. {page}"),
        Language::English => format!("p. {page}"),
    }
}

/// A date in words, as exact as it is known.
pub fn date(date: Date, language: Language) -> String {
    const BOKMAL: [&str; 12] = [
        "januar",
        "februar",
        "mars",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "desember",
    ];
    const ENGLISH: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let names = if language == Language::English {
        ENGLISH
    } else {
        BOKMAL
    };
    let month = date
        .month()
        .and_then(|month| names.get(usize::from(month) - 1));
    match (month, date.day()) {
        (Some(month), Some(day)) if language == Language::English => {
            format!("{day} {month} {}", date.year())
        }
        (Some(month), Some(day)) => format!("{day}. {month} {}", date.year()),
        (Some(month), None) => format!("{month} {}", date.year()),
        (None, _) => date.year().to_string(),
    }
}

/// Whose words an excerpt tells, and in what spirit.
pub fn stance(holder: &str, stance: Option<Stance>, language: Language) -> String {
    let verb = stance.map(|stance| match stance {
        Stance::Supports => pick(language, "støtter", "støttar", "supports"),
        Stance::Opposes => pick(language, "er imot", "er imot", "opposes"),
        Stance::Questions => pick(language, "spør", "spør", "questions"),
        Stance::Proposes => pick(language, "foreslår", "føreslår", "proposes"),
        Stance::Demands => pick(language, "krever", "krev", "demands"),
        Stance::States => pick(language, "sier", "seier", "states"),
    });
    verb.map_or_else(|| holder.to_owned(), |verb| format!("{holder} {verb}"))
}

/// That a search found nothing.
pub fn no_hits(language: Language) -> &'static str {
    pick(language, "Ingen treff.", "Ingen treff.", "No hits.")
}

/// What can be typed in a conversation besides questions.
pub fn chat_help(language: Language) -> &'static str {
    pick(
        language,
        "Skriv et spørsmål, på bokmål, nynorsk eller engelsk. «/status TEMA» viser hvor en sak står, «/syn TEMA» hvem som mener hva. /slutt avslutter.",
        "Skriv eit spørsmål, på bokmål, nynorsk eller engelsk. «/status TEMA» viser kvar ei sak står, «/syn TEMA» kven som meiner kva. /slutt avsluttar.",
        "Type a question, in Norwegian or English. “/status TOPIC” shows where a matter stands, “/positions TOPIC” who holds what. /quit ends.",
    )
}

/// The first lines of a conversation in the terminal.
pub fn greeting(documents: usize, language: Language) -> String {
    match language {
        Language::Bokmal => {
            format!("Spør om det som står i de {documents} dokumentene. /slutt avslutter.")
        }
        Language::Nynorsk => {
            format!("Spør om det som står i dei {documents} dokumenta. /slutt avsluttar.")
        }
        Language::English => {
            format!("Ask about what stands in the {documents} documents. /quit ends.")
        }
    }
}
