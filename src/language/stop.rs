//! Words that carry a question, not what it is about. Left out of queries only: a full stop list
//! costs hits, since "IT", "ha" and "eller" mean something in minutes.

use super::Language;

const NORWEGIAN: &str = "hva hvem hvor hvordan hvorfor hvilken hvilket hvilke når mon kva kven korleis kvifor kor kvar er var \
    det den som i på om ble blir ein en et og å sin sitt sine si vart vert noe noko du meg jeg eg fortell vet veit \
    ifølge ifølgje ga gav gir gjev fikk fekk har hadde egentlig eigentleg";

const ENGLISH: &str = "what which who whom whose when where why how is are was were be been do does did has have had will \
    would should could can may must the a an of in on at to for from by with about into as and or that this these \
    those it its their they them there than then if so not much many any some s i me you we us our under according tell \
    give gave say said really actually through out up off e g ie eg";

/// Whether a folded word only carries the question, in a question of this language.
pub fn is_question_word(word: &str, language: Language) -> bool {
    match language {
        Language::English => ENGLISH.split_whitespace().any(|stopped| stopped == word),
        Language::Bokmal | Language::Nynorsk => {
            NORWEGIAN.split_whitespace().any(|stopped| stopped == word)
        }
    }
}
