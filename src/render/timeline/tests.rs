use super::*;
use crate::answer::Source;
use crate::answer::card::Searched;
use crate::answer::matter::Next;
use crate::corpus::metadata::Kind;

fn excerpt(document: &Source, text: &str, start: usize, holder: Option<(&str, Stance)>) -> Excerpt {
    Excerpt {
        text: text.to_owned(),
        highlights: Vec::new(),
        document: document.clone(),
        heading: None,
        page: None,
        start,
        end: start + text.chars().count(),
        holder: holder.map(|(name, _)| name.to_owned()),
        stance: holder.map(|(_, stance)| stance),
        link: String::new(),
        score: 1.0,
        also: Vec::new(),
    }
}

fn meeting(number: u16, said: &str) -> Meeting {
    let date = Date::new(2010 + number, Some(3), Some(14));
    let document = Source {
        id: format!("m{number}"),
        title: format!("Møte {number}"),
        date,
        kind: Kind::Minutes,
        body: Some("Styret".to_owned()),
        collection: "styret".to_owned(),
        path: format!("styret/{number}.md"),
    };
    Meeting {
        date,
        heading: Some("Kantine & <pris>".to_owned()),
        summary: Some(excerpt(&document, said, 0, None)),
        decisions: vec![excerpt(&document, "Vedtak: Kantinen åpner.", 100, None)],
        positions: vec![excerpt(
            &document,
            said,
            200,
            Some(("NTL", Stance::Demands)),
        )],
        document,
    }
}

fn status(meetings: u16, said: &str) -> Status {
    let timeline: Vec<Meeting> = (0..meetings).rev().map(|i| meeting(i, said)).collect();
    let next = timeline.first().map(|newest| Next {
        text: "Saken tas opp i juni.".to_owned(),
        date: Date::new(2030, Some(6), None),
        excerpt: excerpt(&newest.document, "Saken tas opp i juni.", 300, None),
    });
    Status {
        topic: "kantine".to_owned(),
        language: Language::Bokmal,
        names_topic: true,
        found: true,
        only_before: None,
        state: Standing::Decided,
        summary: timeline.first().and_then(|newest| newest.summary.clone()),
        next,
        next_has_passed: false,
        timeline,
        mentions: Vec::new(),
        others: Vec::new(),
        searched: Searched::default(),
    }
}

/// What the tags of an SVG enclose, read as XML.
fn texts(svg: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(svg);
    let mut texts = Vec::new();
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(_) => {
                depth += 1;
                texts.push(String::new());
            }
            quick_xml::events::Event::End(_) => depth -= 1,
            quick_xml::events::Event::Text(text) => {
                texts.last_mut().unwrap().push_str(&text.xml10_content())
            }
            quick_xml::events::Event::GeneralRef(name) => {
                let character = match &*name {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    other => panic!("&{other};"),
                };
                texts.last_mut().unwrap().push_str(character);
            }
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    texts
}

#[test]
fn what_was_said_decided_and_comes_is_in_the_picture() {
    for shape in [Shape::NARROW, Shape::WIDE, Shape::CHAT] {
        let svg = svg(&status(3, "Prisene må holdes."), &shape, Colors::Own).unwrap();
        let texts = texts(&svg);
        let has = |text: &str| texts.iter().any(|of| of.trim() == text);
        for text in [
            "Tidslinje for saken «Kantine & <pris>»",
            "Kantine & <pris>",
            "vedtatt",
            "NTL krever:",
            "«Prisene må holdes.»",
            "Vedtak:",
            "«Kantinen åpner.»",
        ] {
            assert!(has(text), "{text} is not in {texts:?}");
        }
        let next = texts.iter().any(|text| text.starts_with("Neste steg"));
        assert!(next && texts.concat().contains("juni 2030"));
    }
}

#[test]
fn words_of_a_document_are_words_and_nothing_else() {
    let hostile =
        "</text><script>alert(1)</script>\u{202E}\u{1b}[31m\0<![CDATA[ ]]> &amp; \"x\" 'y'";
    let mut hostile_status = status(2, hostile);
    hostile_status.topic = hostile.to_owned();
    for meeting in &mut hostile_status.timeline {
        meeting.heading = Some(hostile.to_owned());
        meeting.document.body = Some(hostile.to_owned());
        meeting.positions[0].holder = Some(hostile.to_owned());
    }
    for colors in [Colors::OfPage, Colors::Own, Colors::Light] {
        let svg = svg(&hostile_status, &Shape::WIDE, colors).unwrap();
        texts(&svg);
        assert!(!svg.contains("<script") && !svg.contains("<!["));
        assert!(!svg.contains(['\u{202E}', '\u{1b}', '\0']));
    }
    assert!(picture(&hostile_status).is_some());
}

#[test]
fn many_meetings_are_not_all_shown_and_long_words_are_cut() {
    let long = "Vi mener at saken må drøftes grundig med alle parter. ".repeat(40);
    let svg = svg(&status(30, &long), &Shape::NARROW, Colors::OfPage).unwrap();
    let texts = texts(&svg);
    assert!(
        texts.iter().any(|text| text == "og 18 tidligere møter"),
        "{texts:?}"
    );
    assert!(texts.iter().all(|text| text.chars().count() < 600));
    assert!(texts.iter().any(|text| text.ends_with(" …»")));
    // A page has its own style sheet, and forbids others.
    assert!(!svg.contains("<style") && !svg.contains("style="));
}

#[test]
fn a_message_gets_a_picture_where_there_is_more_than_one_meeting() {
    let picture = picture(&status(5, "Prisene må holdes.")).unwrap();
    assert!(picture.png.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(picture.width, 1440);
    assert!((400..1600).contains(&picture.height), "{picture:?}");
    assert!(
        picture
            .description
            .contains("5 dokumenter fra 14. mars 2010 til 14. mars 2014")
    );
    assert!(super::picture(&status(1, "Prisene må holdes.")).is_none());
    assert!(super::picture(&status(0, "")).is_none());
}

#[test]
fn meetings_long_from_each_other_lie_further_apart() {
    let day = |year, month| Date::new(year, Some(month), None).unwrap();
    let near = apart(Some(day(2024, 3)), day(2024, 4));
    let far = apart(Some(day(2020, 3)), day(2024, 4));
    assert!(0.0 < near && near < far && far <= FAR);
    assert_eq!(apart(None, day(2024, 4)), 0.0);
}
