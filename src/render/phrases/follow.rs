//! Sentences round what people follow.

use super::{date, pick};
use crate::bot::follow::Unfit;
use crate::corpus::Date;
use crate::language::Language;
use crate::subscription::{MAX_TOPIC, MAX_WORDS, Rhythm, State, What};

/// What is followed, in one line of plain text.
pub fn what(what: &What, language: Language) -> String {
    let quoted = |text: &str| match language {
        Language::English => format!("“{text}”"),
        _ => format!("«{text}»"),
    };
    let mut parts: Vec<String> = what.topic.iter().map(|topic| quoted(topic)).collect();
    if !what.without.is_empty() {
        let words: Vec<String> = what.without.iter().map(|word| quoted(word)).collect();
        let without = pick(language, "uten", "utan", "without");
        parts.push(format!("{without} {}", words.join(", ")));
    }
    for (before, value) in [
        (
            pick(
                language,
                "standpunkter fra",
                "standpunkt frå",
                "positions of",
            ),
            &what.holder,
        ),
        (
            pick(language, "dokumenter fra", "dokument frå", "documents from"),
            &what.body,
        ),
        (
            pick(language, "samlingen", "samlinga", "the collection"),
            &what.collection,
        ),
    ] {
        parts.extend(value.iter().map(|value| format!("{before} {value}")));
    }
    match parts.is_empty() {
        true => pick(language, "alt nytt", "alt nytt", "everything new").to_owned(),
        false => parts.join(" · "),
    }
}

/// When it is told.
pub fn rhythm(rhythm: Rhythm, language: Language) -> &'static str {
    match rhythm {
        Rhythm::Once => pick(language, "med en gang", "med ein gong", "at once"),
        Rhythm::Daily => pick(language, "hver dag", "kvar dag", "every day"),
        Rhythm::Weekly => pick(language, "hver uke", "kvar veke", "every week"),
    }
}

/// What a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Follows the matter of an answer.
    FollowThis,
    /// Follows what was shown.
    Confirm,
    /// Does not.
    Drop,
    /// Hears nothing for now.
    Pause,
    /// Hears of it again.
    Resume,
    /// Follows no longer.
    Unfollow,
    /// Shows all that is followed.
    List,
}

/// The words on a button.
pub fn label(label: Label, language: Language) -> &'static str {
    match label {
        Label::FollowThis => pick(language, "Følg saken", "Følg saka", "Follow this"),
        Label::Confirm => pick(language, "Følg", "Følg", "Follow"),
        Label::Drop => pick(language, "Avbryt", "Avbryt", "Cancel"),
        Label::Pause => pick(language, "Ta pause", "Ta pause", "Pause"),
        Label::Resume => pick(language, "Gjenoppta", "Ta opp att", "Resume"),
        Label::Unfollow => pick(language, "Slutt å følge", "Slutt å følgje", "Unfollow"),
        Label::List => pick(
            language,
            "Det som følges",
            "Det som blir følgt",
            "What is followed",
        ),
    }
}

/// Over the question whether to follow.
pub fn question(language: Language) -> &'static str {
    pick(
        language,
        "Vil du følge dette?",
        "Vil du følgje dette?",
        "Follow this?",
    )
}

/// What following would have told in the last year.
pub fn preview(documents: usize, language: Language) -> String {
    match (documents, language) {
        (0, _) => pick(
            language,
            "Det siste året ville ingen dokumenter ha gitt deg melding.",
            "Det siste året ville ingen dokument ha gjeve deg melding.",
            "In the last year, no document would have been announced.",
        )
        .to_owned(),
        (1, _) => pick(
            language,
            "Det siste året ville ett dokument ha gitt deg melding:",
            "Det siste året ville eitt dokument ha gjeve deg melding:",
            "In the last year, one document would have been announced:",
        )
        .to_owned(),
        (_, Language::Bokmal) => {
            format!("Det siste året ville {documents} dokumenter ha gitt deg melding. De nyeste:")
        }
        (_, Language::Nynorsk) => {
            format!("Det siste året ville {documents} dokument ha gjeve deg melding. Dei nyaste:")
        }
        (_, Language::English) => format!(
            "In the last year, {documents} documents would have been announced. The newest:"
        ),
    }
}

/// Where and when it would be told, or is.
pub fn told_where(direct: bool, when: Rhythm, language: Language) -> String {
    let when = rhythm(when, language);
    match (direct, language) {
        (true, Language::Bokmal) => format!("Du får direktemelding {when}."),
        (true, Language::Nynorsk) => format!("Du får direktemelding {when}."),
        (true, Language::English) => format!("You get a direct message {when}."),
        (false, Language::Bokmal) => format!("Meldingene kommer i denne kanalen {when}."),
        (false, Language::Nynorsk) => format!("Meldingane kjem i denne kanalen {when}."),
        (false, Language::English) => format!("Messages come to this channel {when}."),
    }
}

/// That it is followed from now on.
pub fn followed(what: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("Nå følger jeg med på {what}."),
        Language::Nynorsk => format!("No følgjer eg med på {what}."),
        Language::English => format!("From now on I watch for {what}."),
    }
}

/// That it is not followed.
pub fn dropped(language: Language) -> &'static str {
    pick(
        language,
        "Greit, jeg lar det være.",
        "Greitt, eg lèt det vere.",
        "All right, I leave it.",
    )
}

/// That it is followed already.
pub fn already(what: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("Dette følges allerede: {what}."),
        Language::Nynorsk => format!("Dette blir følgt allereie: {what}."),
        Language::English => format!("This is followed already: {what}."),
    }
}

/// That it is followed no longer.
pub fn unfollowed(what: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("Jeg følger ikke lenger med på {what}."),
        Language::Nynorsk => format!("Eg følgjer ikkje lenger med på {what}."),
        Language::English => format!("I no longer watch for {what}."),
    }
}

/// That no more can be followed there.
pub fn too_many(most: usize, language: Language) -> String {
    match language {
        Language::Bokmal => {
            format!(
                "Her følges allerede {most} ting, og flere er det ikke plass til. Slutt å følge noe først."
            )
        }
        Language::Nynorsk => {
            format!(
                "Her blir alt {most} ting følgde, og fleire er det ikkje plass til. Slutt å følgje noko først."
            )
        }
        Language::English => {
            format!(
                "{most} things are followed here already, and no more fit. Unfollow something first."
            )
        }
    }
}

/// That somebody may not decide what is told in a channel.
pub fn not_theirs(language: Language) -> &'static str {
    pick(
        language,
        "Bare den som kan administrere kanalen, kan bestemme hva som følges her. Du kan følge det selv, i direktemelding.",
        "Berre den som kan administrere kanalen, kan bestemme kva som blir følgt her. Du kan følgje det sjølv, i direktemelding.",
        "Only those who can manage the channel decide what is followed here. You can follow it yourself, by direct message.",
    )
}

/// That the bot itself may not write in a channel.
pub fn cannot_write(language: Language) -> &'static str {
    pick(
        language,
        "Jeg får ikke skrive i denne kanalen. Gi meg rettighetene «Vis kanal», «Send meldinger» og «Bygg inn lenker» først.",
        "Eg får ikkje skrive i denne kanalen. Gje meg rettane «Vis kanal», «Send meldingar» og «Bygg inn lenkjer» først.",
        "I cannot write in this channel. Give me the permissions “View Channel”, “Send Messages” and “Embed Links” first.",
    )
}

/// That there is no such subscription.
pub fn unknown(language: Language) -> &'static str {
    pick(
        language,
        "Dette følges ikke lenger.",
        "Dette blir ikkje følgt lenger.",
        "This is no longer followed.",
    )
}

/// Why something cannot be followed.
pub fn unfit(unfit: &Unfit, language: Language) -> String {
    match unfit {
        Unfit::NoWords => pick(
            language,
            "Jeg fant ingen ord å se etter. Skriv hva saken handler om, for eksempel «hjemmekontor».",
            "Eg fann ingen ord å sjå etter. Skriv kva saka handlar om, til dømes «heimekontor».",
            "I found no words to watch for. Write what the matter is about, such as “home office”.",
        )
        .to_owned(),
        Unfit::OnlyWithout => pick(
            language,
            "Du kan bare utelate ord fra en sak. Skriv også hva saken handler om.",
            "Du kan berre utelate ord frå ei sak. Skriv òg kva saka handlar om.",
            "You can only leave words out of a topic. Write what the matter is about as well.",
        )
        .to_owned(),
        Unfit::TooLong => match language {
            Language::Bokmal => format!("Det ble litt langt. Skriv høyst {MAX_WORDS} ord og {MAX_TOPIC} tegn."),
            Language::Nynorsk => format!("Det vart litt langt. Skriv høgst {MAX_WORDS} ord og {MAX_TOPIC} teikn."),
            Language::English => format!("That is a little long. Write at most {MAX_WORDS} words and {MAX_TOPIC} characters."),
        },
        Unfit::Unknown(refusal) => super::refusal(refusal, language),
    }
}

/// Over the list of what is followed.
pub fn list(language: Language) -> &'static str {
    pick(
        language,
        "Det som følges",
        "Det som blir følgt",
        "What is followed",
    )
}

/// That nothing is followed.
pub fn nothing(language: Language) -> &'static str {
    pick(
        language,
        "Ingenting følges her ennå. Skriv `/følg`, eller trykk «Følg saken» under et svar.",
        "Ingenting blir følgt her enno. Skriv `/følg`, eller trykk «Følg saka» under eit svar.",
        "Nothing is followed here yet. Type `/follow`, or press “Follow this” under an answer.",
    )
}

/// Where a subscription is told.
pub fn place(direct: bool, language: Language) -> &'static str {
    match direct {
        true => pick(
            language,
            "direktemelding",
            "direktemelding",
            "direct message",
        ),
        false => pick(language, "i kanalen", "i kanalen", "in the channel"),
    }
}

/// Why somebody cannot be reached, where a platform's own words for it are known.
fn reason(reason: &str, language: Language) -> &str {
    match reason {
        "Missing Access" => pick(
            language,
            "jeg ser ikke kanalen",
            "eg ser ikkje kanalen",
            "I cannot see the channel",
        ),
        "Missing Permissions" => pick(
            language,
            "jeg mangler rettigheter",
            "eg manglar rettar",
            "I lack permissions",
        ),
        "Unknown Channel" => pick(
            language,
            "kanalen finnes ikke lenger",
            "kanalen finst ikkje lenger",
            "the channel is gone",
        ),
        "Cannot send messages to this user" => pick(
            language,
            "jeg får ikke sende deg direktemeldinger",
            "eg får ikkje sende deg direktemeldingar",
            "I may not send you direct messages",
        ),
        other => other,
    }
}

/// Whether it is told, where it is not.
pub fn state(state: &State, language: Language) -> Option<String> {
    Some(match state {
        State::Active | State::Draft => return None,
        State::Paused => pick(language, "på pause", "på pause", "paused").to_owned(),
        State::Lost(why) => {
            let stopped = pick(language, "stanset", "stansa", "stopped");
            format!("{stopped}: {}", reason(why, language))
        }
    })
}

/// What is new, over a message: one document by its title, several by their number.
pub fn news(documents: usize, language: Language) -> String {
    match (documents, language) {
        (1, _) => pick(language, "Nytt dokument", "Nytt dokument", "New document").to_owned(),
        (_, Language::Bokmal) => format!("{documents} nye dokumenter"),
        (_, Language::Nynorsk) => format!("{documents} nye dokument"),
        (_, Language::English) => format!("{documents} new documents"),
    }
}

/// That documents were corrected.
pub fn corrected(documents: usize, language: Language) -> String {
    match (documents, language) {
        (1, _) => pick(
            language,
            "Rettet dokument",
            "Retta dokument",
            "Corrected document",
        )
        .to_owned(),
        (_, Language::Bokmal) => format!("{documents} rettede dokumenter"),
        (_, Language::Nynorsk) => format!("{documents} retta dokument"),
        (_, Language::English) => format!("{documents} corrected documents"),
    }
}

/// That documents are new or were corrected.
pub fn new_and_corrected(documents: usize, language: Language) -> String {
    match language {
        Language::Bokmal => format!("{documents} nye eller rettede dokumenter"),
        Language::Nynorsk => format!("{documents} nye eller retta dokument"),
        Language::English => format!("{documents} new or corrected documents"),
    }
}

/// Beside a document that was corrected.
pub fn is_corrected(language: Language) -> &'static str {
    pick(language, "rettet", "retta", "corrected")
}

/// Beside the heading of a matter, why it is told.
pub fn because(what: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("følges: {what}"),
        Language::Nynorsk => format!("blir følgt: {what}"),
        Language::English => format!("followed: {what}"),
    }
}

/// Over what changed since a matter was last told of.
pub fn since(before: Option<Date>, language: Language) -> String {
    let day = before.map(|day| date(day, language));
    match (day, language) {
        (Some(day), Language::Bokmal) => format!("Nytt siden {day}"),
        (Some(day), Language::Nynorsk) => format!("Nytt sidan {day}"),
        (Some(day), Language::English) => format!("New since {day}"),
        (None, _) => pick(
            language,
            "Nytt siden sist",
            "Nytt sidan sist",
            "New since last",
        )
        .to_owned(),
    }
}

/// That the status of a matter is another than before.
pub fn standing(before: &str, now: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("Status: {now} (før: {before})"),
        Language::Nynorsk => format!("Status: {now} (før: {before})"),
        Language::English => format!("Status: {now} (before: {before})"),
    }
}

/// Over words that a correction put in.
pub fn added(language: Language) -> &'static str {
    pick(language, "Nå står det", "No står det", "It now says")
}

/// Over words that a correction took out.
pub fn removed(language: Language) -> &'static str {
    pick(language, "Før sto det", "Før stod det", "It said before")
}

/// That more is new than there is room for; `all` leads to it.
pub fn and_more(left: usize, all: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("… og {left} til. {all}"),
        Language::Nynorsk => format!("… og {left} til. {all}"),
        Language::English => format!("… and {left} more. {all}"),
    }
}

/// What leads to all that is new.
pub fn all_news(language: Language) -> &'static str {
    pick(
        language,
        "Se alt som er nytt",
        "Sjå alt som er nytt",
        "See all that is new",
    )
}

/// How to see all that is new where there is no page: `command` is what is typed.
pub fn ask_for_all(command: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("Skriv `{command}` for å se alt."),
        Language::Nynorsk => format!("Skriv `{command}` for å sjå alt."),
        Language::English => format!("Type `{command}` to see all."),
    }
}

/// That something can be told no more where it was told.
pub fn lost(what: &str, why: &str, language: Language) -> String {
    let reason = reason(why, language);
    match language {
        Language::Bokmal => format!(
            "Jeg får ikke lenger skrevet i kanalen der {what} følges ({reason}). Jeg har satt det på pause. Gi meg rettighetene tilbake og trykk «Gjenoppta»; det som er nytt i mellomtiden, kommer da."
        ),
        Language::Nynorsk => format!(
            "Eg får ikkje lenger skrive i kanalen der {what} blir følgt ({reason}). Eg har sett det på pause. Gje meg rettane tilbake og trykk «Ta opp att»; det som er nytt i mellomtida, kjem då."
        ),
        Language::English => format!(
            "I can no longer write in the channel where {what} is followed ({reason}). I have paused it. Give me the permissions back and press “Resume”; what is new meanwhile comes then."
        ),
    }
}
