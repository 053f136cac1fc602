//! The promise to the reader: what is shown as a quotation stands in the document, character by
//! character. Held for every gold question, every passage and every document, here and, where
//! REFERENT_CORPUS and REFERENT_GOLD name them, on other documents and questions.

use std::path::{Path, PathBuf};

use referent::answer::Excerpt;
use referent::bot::Bot;
use referent::evaluate::read;

use crate::support::{SHIPPED, bot_on, repository};

/// Checks excerpts against the text that the program prints for their documents.
fn hold(bot: &Bot, excerpts: &[Excerpt]) {
    for excerpt in excerpts {
        let document = bot
            .index()
            .document(&excerpt.document.id.as_str().into())
            .unwrap()
            .unwrap();
        let text: Vec<char> = document.text.chars().collect();
        let there: String = text[excerpt.start..excerpt.end].iter().collect();
        assert_eq!(there, excerpt.text, "{}", excerpt.document.path);
        let length = excerpt.end - excerpt.start;
        assert!(
            excerpt
                .highlights
                .iter()
                .all(|[start, end]| start < end && *end <= length),
            "{:?}",
            excerpt.highlights
        );
    }
}

fn every_excerpt_holds(bot: &Bot, questions: &Path) {
    let questions = read(questions).unwrap();
    assert!(questions.len() >= 50);
    for gold in &questions {
        hold(bot, &bot.ask(&gold.question).unwrap().excerpts);
        hold(bot, &bot.search(&gold.question, 10).unwrap());
    }
    for entry in bot.entries() {
        let words = &entry
            .metadata()
            .unwrap_or_else(|| panic!("{} is not indexed", entry.path))
            .title;
        let hits = bot.search(words, 30).unwrap();
        assert!(!hits.is_empty(), "{words}");
        hold(bot, &hits);
    }
}

#[test]
fn on_the_documents_that_ship() {
    every_excerpt_holds(
        &SHIPPED,
        &repository().join("tests/knowledge-questions.jsonl"),
    );
}

#[test]
fn on_other_documents() {
    let named = |name| std::env::var_os(name).map(PathBuf::from);
    let (Some(corpus), Some(gold)) = (named("REFERENT_CORPUS"), named("REFERENT_GOLD")) else {
        println!("REFERENT_CORPUS and REFERENT_GOLD are not set: nothing to check");
        return;
    };
    every_excerpt_holds(&bot_on(&corpus), &gold);
}
