//! Sentences for Matrix, where commands are typed as words.

use super::{follow, pick};
use crate::bot::typed::Name;
use crate::language::Language;
use crate::subscription::Rhythm;

/// What a command does.
pub fn does(name: Name, language: Language) -> &'static str {
    match name {
        Name::Ask => pick(
            language,
            "spør om det som står i referatene",
            "spør om det som står i referata",
            "ask what the minutes say",
        ),
        Name::Status => pick(
            language,
            "hvor en sak står og hva som skjer videre",
            "kvar ei sak står og kva som skjer vidare",
            "where a matter stands and what comes next",
        ),
        Name::Positions => pick(
            language,
            "hvem som mener hva om en sak; med part:NAVN bare denne parten",
            "kven som meiner kva om ei sak; med part:NAMN berre denne parten",
            "who holds which position on a topic; with holder:NAME only this party",
        ),
        Name::Latest => pick(
            language,
            "dokumentene som sist ble lagt til",
            "dokumenta som sist vart lagde til",
            "the most recently added documents",
        ),
        Name::Document => pick(
            language,
            "hva et dokument er, og sakene i det",
            "kva eit dokument er, og sakene i det",
            "what a document is, and its agenda items",
        ),
        Name::Follow => pick(
            language,
            "få melding når det kommer noe nytt om en sak; med «hver dag» eller «hver uke» til slutt kommer alt samlet",
            "få melding når det kjem noko nytt om ei sak; med «kvar dag» eller «kvar veke» til slutt kjem alt samla",
            "get a message when something new comes on a topic; with “every day” or “every week” at the end, all in one",
        ),
        Name::Following => pick(
            language,
            "det som følges her",
            "det som blir følgt her",
            "what is followed here",
        ),
        Name::Pause => pick(
            language,
            "få ingen meldinger om noe som følges, inntil videre",
            "få ingen meldingar om noko som blir følgt, inntil vidare",
            "get no messages about something that is followed, for now",
        ),
        Name::Resume => pick(
            language,
            "få meldinger om det igjen",
            "få meldingar om det att",
            "get messages about it again",
        ),
        Name::Unfollow => pick(
            language,
            "slutt å følge noe",
            "slutt å følgje noko",
            "stop following something",
        ),
        Name::Sources => pick(
            language,
            "hvor dokumentene hentes fra, og når det sist gikk bra",
            "kvar dokumenta blir henta frå, og når det sist gjekk bra",
            "where documents are fetched from, and when that last went well",
        ),
        Name::Add => pick(
            language,
            "legg til et dokument: som svar på en fil, eller som tekst til den",
            "legg til eit dokument: som svar på ei fil, eller som tekst til ho",
            "add a document: in reply to a file, or as its caption",
        ),
        Name::Help => pick(language, "denne hjelpen", "denne hjelpa", "this help"),
    }
}

/// What stands after the name of a command, in capitals.
pub fn takes(name: Name, language: Language) -> &'static str {
    match name {
        Name::Ask => pick(language, "SPØRSMÅL", "SPØRSMÅL", "QUESTION"),
        Name::Pause | Name::Resume | Name::Unfollow => pick(language, "NUMMER", "NUMMER", "NUMBER"),
        Name::Follow | Name::Status | Name::Positions => pick(language, "SAK", "SAK", "TOPIC"),
        Name::Document => pick(language, "TITTEL", "TITTEL", "TITLE"),
        Name::Latest | Name::Following | Name::Sources | Name::Add | Name::Help => "",
    }
}

/// What can be done besides commands.
pub fn help(language: Language) -> &'static str {
    pick(
        language,
        "Du kan også nevne meg, svare på meldingene mine eller spørre videre i en tråd der jeg har svart. Er vi alene, trengs ikke noe foran. Gi et svar 👍 eller 👎 for å si om det hjalp.",
        "Du kan òg nemne meg, svare på meldingane mine eller spørje vidare i ein tråd der eg har svart. Er vi åleine, trengst ikkje noko framføre. Gje eit svar 👍 eller 👎 for å seie om det hjelpte.",
        "You can also mention me, reply to my messages or keep asking in a thread where I have answered. When we are alone, nothing is needed in front. React to an answer with 👍 or 👎 to say whether it helped.",
    )
}

/// The first words in a room.
pub fn greeting(prefix: &str, direct: bool, language: Language) -> String {
    match (direct, language) {
        (true, Language::Bokmal) => {
            "Hei! Spør meg om det som står i referatene. Skriv «hjelp» for mer.".to_owned()
        }
        (true, Language::Nynorsk) => {
            "Hei! Spør meg om det som står i referata. Skriv «hjelp» for meir.".to_owned()
        }
        (true, Language::English) => {
            "Hello! Ask me what the minutes say. Type “help” for more.".to_owned()
        }
        (false, Language::Bokmal) => format!(
            "Hei! Nevn meg eller skriv «{prefix}» og et spørsmål om det som står i referatene. «{prefix} hjelp» sier mer."
        ),
        (false, Language::Nynorsk) => format!(
            "Hei! Nemn meg eller skriv «{prefix}» og eit spørsmål om det som står i referata. «{prefix} hjelp» seier meir."
        ),
        (false, Language::English) => format!(
            "Hello! Mention me or type “{prefix}” and a question about the minutes. “{prefix} help” says more."
        ),
    }
}

/// That no command is called so, and which may be meant.
pub fn meant(command: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("Den kommandoen kjenner jeg ikke. Mente du «{command}»?"),
        Language::Nynorsk => format!("Den kommandoen kjenner eg ikkje. Meinte du «{command}»?"),
        Language::English => format!("I know no such command. Did you mean “{command}”?"),
    }
}

/// That a command needs more, and how it is typed.
pub fn lacks(usage: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("Skriv det slik: «{usage}»."),
        Language::Nynorsk => format!("Skriv det slik: «{usage}»."),
        Language::English => format!("Type it like this: “{usage}”."),
    }
}

/// That an encrypted message could not be read, and what helps. `withheld`: the client would not let
/// the bot read it.
pub fn unreadable(withheld: bool, language: Language) -> &'static str {
    match withheld {
        true => pick(
            language,
            "Jeg kan ikke lese meldingen din: den er kryptert, og programmet ditt gir ikke nøkkelen til enheter som du ikke har bekreftet. Slå av «Send aldri krypterte meldinger til ubekreftede økter» for dette rommet, og send den på nytt.",
            "Eg kan ikkje lese meldinga di: ho er kryptert, og programmet ditt gjev ikkje nøkkelen til einingar som du ikkje har stadfesta. Slå av «Send aldri krypterte meldingar til ikkje-stadfesta økter» for dette rommet, og send ho på nytt.",
            "I cannot read your message: it is encrypted, and your client does not give the key to devices that you have not verified. Switch “Never send encrypted messages to unverified sessions” off for this room, and send it again.",
        ),
        false => pick(
            language,
            "Jeg kan ikke lese meldingen din: den er kryptert, og jeg har ikke fått nøkkelen til den. Send den på nytt; hjelper ikke det, start programmet ditt på nytt eller ta meg ut av rommet og inviter meg igjen.",
            "Eg kan ikkje lese meldinga di: ho er kryptert, og eg har ikkje fått nøkkelen til ho. Send ho på nytt; hjelper ikkje det, start programmet ditt på nytt eller ta meg ut av rommet og inviter meg igjen.",
            "I cannot read your message: it is encrypted, and I was not given its key. Send it again; if that does not help, restart your client, or remove me from the room and invite me again.",
        ),
    }
}

/// That an answer could not be sent.
pub fn refused(language: Language) -> &'static str {
    pick(
        language,
        "Jeg har et svar, men serveren lar meg ikke sende det her. Den som driver meg, finner grunnen i loggen.",
        "Eg har eit svar, men serveren let meg ikkje sende det her. Den som driv meg, finn grunnen i loggen.",
        "I have an answer, but the server does not let me send it here. Whoever runs me finds the reason in the log.",
    )
}

/// That somebody was answered so often that it may be a program, and how to go on.
pub fn enough(prefix: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!(
            "Nå har jeg svart deg mange ganger på kort tid, og stopper her, i tilfelle vi er to programmer som svarer hverandre. Skriv «{prefix}» foran spørsmålet, så svarer jeg videre."
        ),
        Language::Nynorsk => format!(
            "No har eg svart deg mange gonger på kort tid, og stoppar her, i tilfelle vi er to program som svarar kvarandre. Skriv «{prefix}» framfor spørsmålet, så svarar eg vidare."
        ),
        Language::English => format!(
            "I have answered you many times in a short while now, and stop here in case we are two programs answering each other. Put “{prefix}” before your question, and I will go on."
        ),
    }
}

/// That no file was found, and how one is added.
pub fn add_what(prefix: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!(
            "Hvilket dokument? Send det her, og svar på meldingen med {}.",
            typed(prefix, "legg til", language)
        ),
        Language::Nynorsk => format!(
            "Kva for eit dokument? Send det her, og svar på meldinga med {}.",
            typed(prefix, "legg til", language)
        ),
        Language::English => format!(
            "Which document? Send it here, and reply to that message with {}.",
            typed(prefix, "add", language)
        ),
    }
}

/// Where and when something that is followed would be told, or is.
pub fn told_where(direct: bool, when: Rhythm, language: Language) -> String {
    let when = follow::rhythm(when, language);
    match (direct, language) {
        (true, Language::Bokmal) => format!("Du får melding fra meg her {when}."),
        (true, Language::Nynorsk) => format!("Du får melding frå meg her {when}."),
        (true, Language::English) => format!("You get a message from me here {when}."),
        (false, Language::Bokmal) => format!("Meldingene kommer i dette rommet {when}."),
        (false, Language::Nynorsk) => format!("Meldingane kjem i dette rommet {when}."),
        (false, Language::English) => format!("Messages come to this room {when}."),
    }
}

/// How to follow what was shown, or not.
pub fn confirm(language: Language) -> &'static str {
    pick(
        language,
        "Skal jeg følge med på dette? Svar «ja» eller «nei», eller reager med 👍 eller 👎.",
        "Skal eg følgje med på dette? Svar «ja» eller «nei», eller reager med 👍 eller 👎.",
        "Shall I watch for this? Answer “yes” or “no”, or react with 👍 or 👎.",
    )
}

/// How a command is typed, between quotation marks.
fn typed(prefix: &str, command: &str, language: Language) -> String {
    match language {
        Language::English => format!("“{prefix} {command}”"),
        _ => format!("«{prefix} {command}»"),
    }
}

/// How to see what is followed.
pub fn to_list(prefix: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!(
            "{} viser det som følges her.",
            typed(prefix, "følger", language)
        ),
        Language::Nynorsk => format!(
            "{} viser det som blir følgt her.",
            typed(prefix, "følgjer", language)
        ),
        Language::English => format!(
            "{} shows what is followed here.",
            typed(prefix, "following", language)
        ),
    }
}

/// How to see all that is new.
pub fn ask_for_all(prefix: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!("Skriv {} for å se alt.", typed(prefix, "siste", language)),
        Language::Nynorsk => format!("Skriv {} for å sjå alt.", typed(prefix, "siste", language)),
        Language::English => format!("Type {} to see all.", typed(prefix, "latest", language)),
    }
}

/// What can be done with what is on the list.
pub fn manage(prefix: &str, language: Language) -> String {
    let [pause, resume, unfollow] = match language {
        Language::Bokmal => ["pause 1", "gjenoppta 1", "slutt 1"],
        Language::Nynorsk => ["pause 1", "gjenoppta 1", "slutt 1"],
        Language::English => ["pause 1", "resume 1", "unfollow 1"],
    }
    .map(|command| typed(prefix, command, language));
    match language {
        Language::Bokmal => {
            format!("Skriv {pause}, {resume} eller {unfollow}, med nummeret det gjelder.")
        }
        Language::Nynorsk => {
            format!("Skriv {pause}, {resume} eller {unfollow}, med nummeret det gjeld.")
        }
        Language::English => format!("Type {pause}, {resume} or {unfollow}, with its number."),
    }
}

/// That nothing is followed.
pub fn nothing_followed(prefix: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!(
            "Ingenting følges her ennå. Skriv {}, for eksempel.",
            typed(prefix, "følg hjemmekontor", language)
        ),
        Language::Nynorsk => format!(
            "Ingenting blir følgt her enno. Skriv til dømes {}.",
            typed(prefix, "følg heimekontor", language)
        ),
        Language::English => format!(
            "Nothing is followed here yet. Type, for instance, {}.",
            typed(prefix, "follow home office", language)
        ),
    }
}

/// How to hear what is new of a topic that was asked about.
pub fn follow_this(prefix: &str, topic: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!(
            "Vil du ha melding når det kommer noe nytt? Skriv {}.",
            typed(prefix, &format!("følg {topic}"), language)
        ),
        Language::Nynorsk => format!(
            "Vil du ha melding når det kjem noko nytt? Skriv {}.",
            typed(prefix, &format!("følg {topic}"), language)
        ),
        Language::English => format!(
            "Would you like a message when something new comes? Type {}.",
            typed(prefix, &format!("follow {topic}"), language)
        ),
    }
}

/// That nothing that is followed here has that number or name.
pub fn not_followed(prefix: &str, language: Language) -> String {
    let what = pick(
        language,
        "Jeg vet ikke hvilken du mener.",
        "Eg veit ikkje kva for ei du meiner.",
        "I do not know which one you mean.",
    );
    format!("{what} {}", to_list(prefix, language))
}

/// That somebody may not decide what is told in a room.
pub fn not_theirs(language: Language) -> &'static str {
    pick(
        language,
        "Bare de som kan endre navnet på rommet, kan bestemme hva som følges her. Skriv til meg alene, så kan du følge det selv.",
        "Berre dei som kan endre namnet på rommet, kan bestemme kva som blir følgt her. Skriv til meg åleine, så kan du følgje det sjølv.",
        "Only those who can change the room’s name decide what is followed here. Write to me alone, and you can follow it yourself.",
    )
}

/// That something can be told no more where it was told.
pub fn lost(what: &str, reason: &str, prefix: &str, language: Language) -> String {
    match language {
        Language::Bokmal => format!(
            "Jeg får ikke lenger skrevet i rommet der {what} følges ({reason}). Jeg har satt det på pause. Gi meg tilgang igjen og skriv {} der; det som er nytt i mellomtiden, kommer da.",
            typed(prefix, "gjenoppta", language)
        ),
        Language::Nynorsk => format!(
            "Eg får ikkje lenger skrive i rommet der {what} blir følgt ({reason}). Eg har sett det på pause. Gje meg tilgang att og skriv {} der; det som er nytt i mellomtida, kjem då.",
            typed(prefix, "gjenoppta", language)
        ),
        Language::English => format!(
            "I can no longer write in the room where {what} is followed ({reason}). I have paused it. Give me access again and type {} there; what is new meanwhile comes then.",
            typed(prefix, "resume", language)
        ),
    }
}

/// For how long somebody waits who asked too fast.
pub fn in_seconds(seconds: u64, language: Language) -> String {
    match language {
        Language::Bokmal | Language::Nynorsk => format!("om {seconds} s"),
        Language::English => format!("in {seconds} s"),
    }
}
