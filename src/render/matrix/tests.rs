use proptest::prelude::*;

use super::*;
use crate::answer::{Source, Stance};
use crate::corpus::metadata::Kind;
use crate::question::Intent;
use text::{html, link};

fn excerpt(text: &str, highlights: Vec<[usize; 2]>, title: &str, address: &str) -> Excerpt {
    Excerpt {
        text: text.to_owned(),
        highlights,
        document: Source {
            id: "1".to_owned(),
            title: title.to_owned(),
            date: None,
            kind: Kind::Minutes,
            body: None,
            collection: "default".to_owned(),
            path: "a.md".to_owned(),
        },
        heading: Some(title.to_owned()),
        page: Some(2),
        start: 0,
        end: text.chars().count(),
        holder: Some("FASA".to_owned()),
        stance: Some(Stance::Demands),
        link: address.to_owned(),
        score: 1.0,
        also: Vec::new(),
    }
}

fn answer_of(excerpts: Vec<Excerpt>) -> Answer {
    Answer {
        question: "Hva?".to_owned(),
        language: Language::Bokmal,
        intent: Intent::Fact,
        answered: true,
        confidence: 1.0,
        excerpts,
        declined: None,
        nearest: Vec::new(),
    }
}

/// The tags of a message are those that clients let through, and each is closed in its turn.
fn is_well_formed(html: &str) -> Result<(), String> {
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let end = rest[at..].find('>').ok_or("a tag without an end")? + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        let name: String = tag
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '/')
            .collect();
        match name.strip_prefix('/') {
            Some(closed) if open.pop().as_deref() == Some(closed) => {}
            Some(closed) => return Err(format!("{closed} is closed and not open")),
            None if tag == "br" => {}
            None => {
                let plain = [
                    "p",
                    "strong",
                    "blockquote",
                    "details",
                    "summary",
                    "ul",
                    "ol",
                    "li",
                    "code",
                ];
                let known = plain.contains(&tag)
                    || tag.starts_with("a href=\"http")
                        && tag.ends_with('"')
                        && tag.matches('"').count() == 2;
                if !known {
                    return Err(format!("<{tag}>"));
                }
                open.push(name);
            }
        }
    }
    match open.is_empty() && !html.contains("mx-reply") {
        true => Ok(()),
        false => Err(format!("not closed: {open:?}")),
    }
}

const HOSTILE: &str = "</blockquote><script>alert(1)</script> @room @kari:example.org https://evil.example <img src=x onerror=y> \u{202E}www.evil.example \"'&";

#[test]
fn what_documents_hold_does_nothing() {
    let hostile = excerpt(
        HOSTILE,
        vec![[0, 40]],
        HOSTILE,
        "https://a.no/\"><script>@room",
    );
    let message = answer(
        &answer_of(vec![hostile.clone()]),
        &Searched::default(),
        &[hostile],
    );
    is_well_formed(&message.html).unwrap();
    for acts in [
        "<script", "<img", "@room", "@kari", "://evil", "www.evil", "\u{202E}",
    ] {
        assert!(!message.html.contains(acts), "{acts}: {}", message.html);
        assert!(
            !message.body.contains(acts) || acts.starts_with('<'),
            "{acts}: {}",
            message.body
        );
    }
    let words = Message::plain(&text::inert(HOSTILE));
    is_well_formed(&words.html).unwrap();
}

#[test]
fn an_answer_is_a_quotation_with_its_source_in_both_forms() {
    let one = excerpt(
        "Taket tettes i mai. Det haster.",
        vec![[0, 19]],
        "Møte i mars",
        "https://a.no/mars.pdf#page=2",
    );
    let mut other = excerpt(
        "Noe annet om taket.",
        Vec::new(),
        "Møte i mai",
        "file:///hjem/mai.pdf",
    );
    other.document.id = "2".to_owned();
    let message = answer(&answer_of(vec![one]), &Searched::default(), &[other]);
    assert_eq!(
        message.body,
        "[1] Taket tettes i mai. Det haster.\n    — Møte i mars · FASA krever · s. 2\n    https://a.no/mars.pdf#page=2\n\n\
         Flere steder i dokumentene\n\n[2] Noe annet om taket.\n    — Møte i mai · FASA krever · s. 2"
    );
    assert_eq!(
        message.html,
        "<blockquote><strong>Taket tettes i mai.</strong> Det haster.</blockquote>\
         <p>[1] <a href=\"https://a.no/mars.pdf#page=2\">Møte i mars</a> · FASA krever · s. 2</p>\
         <details><summary>Flere steder i dokumentene</summary>\
         <blockquote>Noe annet om taket.</blockquote><p>[2] Møte i mai · FASA krever · s. 2</p></details>"
    );
}

#[test]
fn a_long_quotation_shows_what_answers() {
    let long = format!(
        "{}DETTE svarer.{}",
        "ord ".repeat(2000),
        " mer".repeat(2000)
    );
    let quote = text::quotation(1, &excerpt(&long, vec![[8000, 8013]], "Møte", ""), 600);
    assert!(quote.body.contains("DETTE svarer.") && quote.body.starts_with("[1] … "));
    assert!(quote.body.chars().count() < 650 && quote.body.ends_with(" …"));
    assert!(quote.html.contains("<strong>DETTE svarer.</strong>"));
}

#[test]
fn help_names_every_command_after_the_prefix() {
    let help = help("!ref", Language::English);
    for command in [
        "!ref ask QUESTION",
        "!ref status TOPIC",
        "!ref latest",
        "!ref help",
    ] {
        assert!(help.body.contains(command), "{}", help.body);
        assert!(
            help.html.contains(&format!("<code>{command}</code>")),
            "{}",
            help.html
        );
    }
    is_well_formed(&help.html).unwrap();
}

#[test]
fn a_link_leads_only_where_others_can_follow() {
    assert_eq!(link("file:///home/me/a.pdf"), None);
    assert_eq!(link("javascript:alert(1)"), None);
    assert_eq!(
        link("https://a.no/\"b c").as_deref(),
        Some("https://a.no/%22b%20c")
    );
    assert_eq!(html("a<b>\n&"), "a&lt;b&gt;<br>&amp;");
}

proptest! {
    #[test]
    fn any_answer_fits_into_an_event_and_is_well_formed(
        texts in prop::collection::vec(("\\PC{0,4000}|[<>&\"\n@]{0,4000}|(ord ){0,3000}", 0usize..4000, 0usize..4000, "\\PC{0,300}"), 0..12),
        further in prop::collection::vec("\\PC{0,3000}|[\"\\\\\u{1}\n]{0,3000}", 0..4),
    ) {
        let excerpts: Vec<Excerpt> = texts.iter().enumerate().map(|(i, (text, start, length, title))| {
            let all = text.chars().count();
            let start = (*start).min(all);
            let end = (start + length).min(all);
            let mut excerpt = excerpt(text, vec![[start, end]], title, "https://a.no/x");
            excerpt.document.id = i.to_string();
            excerpt
        }).collect();
        let further: Vec<Excerpt> = further.iter().enumerate().map(|(i, text)| {
            let mut excerpt = excerpt(text, Vec::new(), "Møte", "");
            excerpt.document.id = format!("f{i}");
            excerpt
        }).collect();
        let message = answer(&answer_of(excerpts), &Searched::default(), &further);
        prop_assert_eq!(is_well_formed(&message.html), Ok(()));
        let json = serde_json::json!({"body": message.body, "formatted_body": message.html});
        prop_assert!(json.to_string().len() <= MOST);
        prop_assert!(!message.body.starts_with("> "));
    }
}
