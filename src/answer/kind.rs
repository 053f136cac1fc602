//! Whether a sentence holds the kind of thing that a question asks for: a number of what is counted,
//! a time, a meaning, a list, somebody's view, how a matter stands, a person.

use super::excerpt::names_document;
use super::{Reading, holder};
use crate::corpus::format::BlockKind;
use crate::corpus::metadata::month_of;
use crate::corpus::{Date, Document, Metadata};
use crate::language::abbreviation::{Abbreviation, abbreviations, content_terms};
use crate::language::{Language, fold, is_party, is_question_word, is_role, term, words};
use crate::question::{Intent, Keyword, Question};

/// How surely unit `i` holds the kind of thing that the question asks for, from 0 to 1.
pub fn fit(question: &Question, reading: &Reading, i: usize) -> f32 {
    let text = reading.text(i);
    let found = match question.intent {
        Intent::Number => return number(question, text),
        Intent::Date => has_date(text),
        Intent::Definition => return meaning(question, text),
        Intent::List => reading.units[i].kind != BlockKind::Paragraph || text.ends_with(':'),
        Intent::Position => return view(question, reading, i),
        Intent::Status => any_word(text, STATUS),
        Intent::Fact | Intent::Comparison => {
            (question.asks_who || question.asks_name) && names_person(text, !question.asks_name)
        }
    };
    f32::from(u8::from(found))
}

/// Whether unit `i` tells what will be, not what was decided: an announcement is no outcome.
pub fn foretells(reading: &Reading, i: usize) -> bool {
    let text = reading.text(i);
    any_word(text, FUTURE) && !any_word(text, DECIDED)
}

const FUTURE: &str = "skal vil kommer kjem planlegges planlegg planlagt foreslås føreslåast vurderes vurderast avventer \
    pågår pågår utredes greies will planned proposed expected";
const GOES_ON: &str = "fortsetter fortset gjenopptas gjenopptar gjenopptek utsettes utsettast utsatt utsett flyttes \
    continues continue resumes resume postponed";
const DECIDED: &str = "enig enige einig einige samde vedtatt vedtok vedteke vedtak besluttet beslutta avgjort avgjorde \
    bestemt bestemte avsluttet avslutta ble vart blei resultatet agreed decided adopted concluded was were";

/// Whether a sentence names the year and the month that are asked about; the month alone will do in a
/// document of that year.
pub fn names(period: Date, document: &Document, text: &str) -> bool {
    let found = words(text);
    let has = |wanted: &dyn Fn(&str) -> bool| {
        found.iter().any(|word| wanted(&text[word.start..word.end]))
    };
    let year = has(&|word| word.parse() == Ok(period.year()));
    let same_year = document
        .metadata
        .date
        .is_some_and(|date| date.year() == period.year());
    match period.month() {
        Some(month) => has(&|word| month_of(word) == Some(month)) && (year || same_year),
        None => year,
    }
}

/// Whether a sentence names the day of `period`, the year left out or not.
pub fn names_day(period: Date, text: &str) -> bool {
    let found = words(text);
    let word = |i: usize| found.get(i).map_or("", |word| &text[word.start..word.end]);
    period.day().is_some_and(|day| {
        (1..found.len())
            .any(|i| month_of(word(i)) == period.month() && word(i - 1).parse() == Ok(day))
    })
}

/// Whether a sentence tells of something that is to come.
pub fn is_to_come(text: &str) -> bool {
    any_word(text, FUTURE) || any_word(text, GOES_ON)
}

/// Whether one of the words in `list` (space between them) is in the text.
fn any_word(text: &str, list: &str) -> bool {
    words(text).iter().any(|word| {
        let folded = fold(&text[word.start..word.end]);
        list.split_whitespace().any(|listed| listed == folded)
    })
}

const NUMBER_WORDS: &str = "to tre fire fem seks sju syv åtte ni ti elleve tolv tjue tretti førti femti halvparten \
    tredjedel fjerdedel flertallet fleirtalet ingen two three four five six seven eight nine ten half third \
    quarter doblet dobla none";
const UNITS_OF_MEASURE: &str = "kroner kr prosent million millioner millionar milliard milliarder milliardar tusen \
    dag dager dagar uke uker veke veker måned måneder månader år time timer timar minutt minutter minutt årsverk \
    percent per kilometer km desibel meter poeng days weeks months years hours minutes halvparten halvdelen halve \
    tredjedel tredjedelar tredjedeler fjerdedel fjerdedeler femtedel half third quarter";
const MONEY: &str = "kroner kr krone nok mill mrd million millioner millionar milliard milliarder milliardar tusen \
    euro dollar";
/// Words that make a number a name.
const LABELS: &str = "prinsipp fase kapittel kapittelet punkt pkt sak side figur tabell nr nummer trinn artikkel \
    paragraf vedlegg del versjon principle phase chapter section page figure table item";
/// Words after which a number at the end of a clause is no name's part.
const BEFORE_NUMBERS: &str = "omtrent rundt nesten circa cirka minst høyst over under mellom totalt samlet utgjør utgjorde \
    about around almost least than total";
/// Words between a number and what it counts: "447 av etatens 598 ansatte".
const COUNTING_DISTANCE: usize = 5;

/// A number is a full fit beside what is counted, or with a unit where the question asks how much.
fn number(question: &Question, text: &str) -> f32 {
    let found = words(text);
    let word = |i: usize| &text[found[i].start..found[i].end];
    let folded = |i: Option<usize>| {
        i.and_then(|i| found.get(i))
            .map(|w| fold(&text[w.start..w.end]))
    };
    // The number of a list's item, of a paragraph or a day of a month counts nothing.
    let labels = |i: usize| {
        let listed = i == 0 && text[found[0].end..].starts_with(['.', ')']);
        let before = folded(i.checked_sub(1)).unwrap_or_default();
        let named = LABELS.split_whitespace().any(|label| before == label)
            || text[..found[i].start].trim_end().ends_with('§');
        let dated = folded(Some(i + 1)).is_some_and(|next| month_of(&next).is_some());
        // "anbefaling 2," but not "er 598."
        let closed =
            text[found[i].end..].starts_with(['.', ',', ')', ';', ':']) || i + 1 == found.len();
        let numbered = closed
            && before.chars().count() > 3
            && before.chars().all(char::is_alphabetic)
            && !BEFORE_NUMBERS.split_whitespace().any(|word| before == word);
        let year = word(i)
            .parse()
            .is_ok_and(|year: u16| (1990..2100).contains(&year));
        listed || named || numbered || dated || year
    };
    let is_number = |i: &usize| {
        let digits = word(*i).bytes().any(|b| b.is_ascii_digit());
        let spelt = || {
            let word = fold(word(*i));
            NUMBER_WORDS.split_whitespace().any(|number| number == word)
        };
        if digits { !labels(*i) } else { spelt() }
    };
    let numbers: Vec<usize> = (0..found.len()).filter(is_number).collect();
    if numbers.is_empty() {
        return 0.0;
    }
    let beside = |i: usize| {
        numbers
            .iter()
            .any(|&number| number.abs_diff(i) <= COUNTING_DISTANCE && number != i)
    };
    let right = match question.keywords.iter().find(|keyword| keyword.counted) {
        _ if question.asks_amount => any_word(text, MONEY),
        Some(counted) => (0..found.len()).any(|i| serves(counted, word(i)) && beside(i)),
        None => any_word(text, UNITS_OF_MEASURE) || text.contains('%'),
    };
    if right { 1.0 } else { 0.3 }
}

fn serves(keyword: &Keyword, word: &str) -> bool {
    keyword.served_by(&[term(word)]) > 0.5
}

const TIME_WORDS: &str = "høsten hausten høst våren vår sommeren sommaren vinteren uke veke uka veka kvartal halvår \
    årsskiftet januar februar mars april mai juni juli august september oktober november desember autumn spring \
    summer winter week quarter";

fn has_date(text: &str) -> bool {
    any_word(text, TIME_WORDS)
        || words(text).iter().any(|word| {
            let word = &text[word.start..word.end];
            month_of(word).is_some()
                || word
                    .parse::<u16>()
                    .is_ok_and(|year| (1990..2100).contains(&year))
        })
}

const MEANS: &str = "betyr tyder menes meinast means innebærer inneber forstås";
const MEAN: &str = "mener meiner menes meinast forstår forstås mean";
const ARTICLES: &str = "en ein ei et eit a an the alt all";

/// Words in brackets beside the asked word, which may explain it or not.
const BRACKETED: f32 = 0.8;

/// How surely a text says what the asked word means: "Etat Lønn og drift (ELD)", "Med sone mener vi
/// …" and "sone betyr …" do, "ELD er en …" may.
pub(super) fn meaning(question: &Question, text: &str) -> f32 {
    let asked = content_terms(&question.bare);
    let says = |pair: &Abbreviation| {
        let short = |keyword: &Keyword| pair.is_written(&keyword.word);
        question.keywords.iter().any(short) || question.asks_meaning && pair.is_spelt_out(&asked)
    };
    if abbreviations(text).iter().any(says) {
        return 1.0;
    }
    let found = words(text);
    let word = |i: usize| &text[found[i].start..found[i].end];
    let folded = |i: usize| {
        if i < found.len() {
            fold(word(i))
        } else {
            String::new()
        }
    };
    let is = |i: usize, list: &str| list.split_whitespace().any(|listed| listed == folded(i));
    let of = |keyword: &Keyword, i: usize| -> f32 {
        if term(word(i)) != keyword.term {
            return 0.0;
        }
        let bracketed =
            text[..found[i].start].ends_with('(') && text[found[i].end..].starts_with(')') && i > 0;
        let explained = text[found[i].end..].starts_with(" (") && keyword.name;
        let with = i > 0 && folded(i - 1) == "med" && is(i + 1, MEAN);
        if with || is(i + 1, MEANS) || folded(i + 1) == "står" && folded(i + 2) == "for" {
            1.0
        } else if bracketed || explained {
            BRACKETED
        } else if matches!(folded(i + 1).as_str(), "er" | "is" | "var") && is(i + 2, ARTICLES) {
            0.7
        } else {
            0.0
        }
    };
    let fits = question
        .keywords
        .iter()
        .flat_map(|keyword| (0..found.len()).map(move |i| (keyword, i)));
    fits.map(|(keyword, i)| of(keyword, i)).fold(0.0, f32::max)
}

/// How surely a sentence that names somebody tells their view, where it is not told as theirs.
const TOLD: f32 = 0.5;

/// How surely unit `i` tells the view that is asked for: somebody's, or that of the holder who is
/// named.
fn view(question: &Question, reading: &Reading, i: usize) -> f32 {
    let mut told_of = question
        .keywords
        .iter()
        .filter(|keyword| keyword.told_of)
        .peekable();
    if told_of.peek().is_some() {
        let named = told_of.all(|keyword| keyword.served_by(reading.terms(i)) > 0.6);
        return f32::from(u8::from(named && holder::tells(reading.text(i))));
    }
    let holder = holder::holder(reading, i);
    let Some(asked) = question.holder() else {
        return f32::from(u8::from(holder.is_some()));
    };
    let Some((name, _)) = holder else {
        let told = asked.served_by(reading.terms(i)) > 0.6 && holder::tells(reading.text(i));
        return if told { TOLD } else { 0.0 };
    };
    let is_author = reading.document.metadata.author.as_ref() == Some(&name);
    f32::from(u8::from(
        asked.names_holder(&name) || is_author && asked.means_union(),
    ))
}

/// How surely a heading is what is asked about, so that the text under it says what that is.
pub(super) fn titles(question: &Question, heading: &str, metadata: &Metadata) -> f32 {
    let stopped = |word: &str| {
        [Language::Bokmal, Language::English]
            .into_iter()
            .any(|l| is_question_word(word, l))
    };
    let found = words(heading).into_iter();
    let named: Vec<String> = found
        .map(|word| fold(&heading[word.start..word.end]))
        .filter(|word| !stopped(word))
        .map(|word| term(&word))
        .collect();
    let mut asked = question.keywords.iter();
    let whole = !named.is_empty()
        && named.iter().all(|term| {
            question
                .keywords
                .iter()
                .any(|keyword| keyword.term == *term)
        })
        && asked.all(|keyword| {
            named.contains(&keyword.term) || names_document(&keyword.word, metadata)
        });
    f32::from(u8::from(whole))
}

/// Whether two words with capitals stand side by side inside the sentence, or, where `role` will do, a
/// role is named.
fn names_person(text: &str, role: bool) -> bool {
    let found = words(text);
    let word = |i: usize| &text[found[i].start..found[i].end];
    let name = |i: usize| {
        word(i).starts_with(char::is_uppercase) && word(i).chars().any(char::is_lowercase)
    };
    let beside = |i: usize| text[found[i - 1].end..found[i].start] == *" ";
    let person = |i: usize| !is_party(word(i - 1)) && !is_party(word(i));
    let two = (1..found.len()).any(|i| name(i - 1) && name(i) && beside(i) && person(i));
    two || role && (0..found.len()).any(|i| is_role(word(i)))
}

/// What minutes say when they tell where a matter stands.
const STATUS: &str = "enig enige einig einige samde vedtatt vedtok vedteke vedtak besluttet beslutta avgjort bestemt \
    utsatt utsett utsettes utsetjast fortsetter fortset gjenopptar gjenopptas tilbake avsluttet avslutta avsluttes ferdig neste \
    foreløpig førebels klart gjenstår agreed decided postponed continues resumed next adopted concluded";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_must_count_what_is_asked() {
        let question = Question::parse("Hvor mange ansatte har avtale?");
        assert_eq!(
            number(
                &question,
                "I oktober hadde 447 av etatens 598 ansatte avtale."
            ),
            1.0
        );
        assert_eq!(
            number(
                &question,
                "Ansatte kan lese om avtalen fra 3. mai på nettsidene."
            ),
            0.0
        );
        for (text, expected) in [
            ("Hvert kontor har 20 plasser.", 0.3),
            (
                "De ansatte slutter seg til anbefaling 2, men ikke til kapittel 4.",
                0.0,
            ),
            ("2. Avtalen gjelder ansatte.", 0.0),
            ("Tallet på ansatte med avtale er 598.", 1.0),
        ] {
            assert_eq!(number(&question, text), expected, "{text}");
        }
        let amount = Question::parse("Hvor mye kostet festen?");
        assert_eq!(number(&amount, "Festen varte i 6 timer."), 0.3);
        assert_eq!(
            number(
                &Question::parse("Hva koster ombyggingen?"),
                "Den koster 3 millioner kroner."
            ),
            1.0
        );
        assert_eq!(number(&question, "De ansatte har avtale."), 0.0);
    }

    #[test]
    fn meanings_are_told_in_some_ways() {
        for (question, text, expected) in [
            (
                "Hva er MBU?",
                "Saken tas opp i medbestemmelsesutvalget (MBU) i mai.",
                1.0,
            ),
            (
                "hva er en sone",
                "Med sone mener vi et avgrenset område i et bygg.",
                1.0,
            ),
            ("Hva betyr turnus?", "Turnus er en plan for vakter.", 0.7),
            ("Hva står VFS for?", "VFS støttet forslaget.", 0.0),
        ] {
            assert_eq!(
                meaning(&Question::parse(question), text),
                expected,
                "{question}"
            );
        }
    }

    #[test]
    fn a_heading_may_be_what_is_asked_about() {
        let metadata = Metadata {
            title: "Flytteplan: lysark".to_owned(),
            kind: crate::corpus::metadata::Kind::Slides,
            ..Metadata::default()
        };
        for (question, heading, expected) in [
            ("Hva menes med «stille soner»?", "Stille soner", 1.0),
            (
                "Hva menes med «stille soner» i flyttelysarkene?",
                "Stille soner",
                1.0,
            ),
            (
                "Hva menes med «stille soner» i lønnslysarkene?",
                "Stille soner",
                0.0,
            ),
            ("Hva menes med soner?", "Stille soner i Mølla", 0.0),
        ] {
            let question = Question::parse(question);
            let found = titles(&question, heading, &metadata);
            assert_eq!(found, expected, "{} {heading}", question.text);
        }
    }

    #[test]
    fn a_day_that_is_named_may_be_to_come() {
        let day = "2021-06-22".parse().unwrap();
        let told = |text| names_day(day, text) && is_to_come(text);
        assert!(told("Forhandlingene fortsetter i møtet 22. juni."));
        assert!(!told("I møtet 22. juni ble partene enige."));
        assert!(!told("Forhandlingene fortsetter 2. juni."));
    }

    #[test]
    fn a_month_is_of_the_year_of_its_document() {
        let period = "2026-08".parse().unwrap();
        let mut document = Document {
            id: "a".into(),
            path: String::new(),
            collection: String::new(),
            metadata: crate::corpus::Metadata::default(),
            text: String::new(),
            blocks: Vec::new(),
            sections: Vec::new(),
            problems: Vec::new(),
        };
        assert!(names(period, &document, "Raten var 1,6 i august 2026."));
        assert!(!names(period, &document, "Raten var 1,6 i august."));
        document.metadata.date = Some("2026-09".parse().unwrap());
        assert!(names(period, &document, "Raten var 1,6 i august."));
    }
}
