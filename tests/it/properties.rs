//! What must hold for any text, however strange.

use proptest::prelude::*;
use referent::corpus::format::{self, Format};
use referent::corpus::passage::passages;
use referent::corpus::source::SourceFile;
use referent::ingest::document;
use referent::language::{grams, terms};
use referent::question::Question;

/// Lines as minutes have them, and lines as nobody would write them.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ ]{0,3}[A-ZÆØÅ][a-zæøå]{1,9}( [a-zæøå]{1,12}){0,14}[.:?-]?[ ]{0,2}",
        "(Sak )?[0-9]{1,3}(/[0-9]{2})?[.:]? [A-ZÆØÅ][a-zæøå ]{0,30}",
        "[•*–o-] [a-zæøå ]{1,40}",
        "[A-ZÆØÅ ]{1,40}",
        Just(String::new()),
        Just(" ".to_owned()),
        "\\PC{0,60}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(line(), 0..60).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn passages_and_sections_lie_in_the_text(text in text(), markup in prop_oneof![Just(Format::Plain), Just(Format::Markdown), Just(Format::Html)]) {
        let Ok(extracted) = format::read(markup, text.as_bytes()) else { return Ok(()) };
        let file = SourceFile { absolute: "a".into(), path: "møter/a.txt".to_owned(), format: Some(markup), sidecar: None };
        let document = document(&file, extracted);
        prop_assert!(!document.metadata.title.trim().is_empty());
        let mut end = 0;
        for passage in passages(&document) {
            prop_assert!(passage.span.start >= end && !passage.span.is_empty(), "passages overlap or are empty");
            prop_assert!(document.text.get(passage.span.range()).is_some_and(|words| words.trim() == words));
            prop_assert!(document.sections.get(passage.section).is_some());
            end = passage.span.end;
        }
        for section in &document.sections {
            prop_assert!(document.text.get(section.span.range()).is_some() && document.text.get(section.heading_span.range()).is_some());
        }
    }

    #[test]
    fn terms_stand_where_they_say(text in "\\PC{0,80}") {
        for term in terms(&text).into_iter().chain(grams(&text)) {
            prop_assert!(text.get(term.start..term.end).is_some_and(|word| !word.is_empty()));
            prop_assert!(!term.text.is_empty());
        }
    }

    #[test]
    fn any_words_can_be_asked(text in "(\\PC|[-\"«»“”„:\n]| fra:| hvem:){0,100}") {
        let question = Question::parse(&text);
        prop_assert!(question.keywords.iter().all(|keyword| !keyword.term.is_empty()));
    }
}
