//! What other programs get: JSON that is what the commands print, feeds, changes, and what is the operator's.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{MINUTES, Page, listening, minutes};

fn get(page: &Page, path: &str) -> Value {
    let response = page.get(path);
    assert_eq!(response.status, 200, "{path}: {}", response.body);
    assert_eq!(
        response.header("content-type"),
        Some("application/json"),
        "{path}"
    );
    serde_json::from_str(&response.body).unwrap()
}

/// A value without what differs from run to run.
fn lasting(mut value: Value) -> Value {
    match &mut value {
        Value::Object(members) => {
            members.retain(|name, _| name != "link" && name != "took_ms");
            for member in members.values_mut() {
                *member = lasting(member.take());
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = lasting(item.take());
            }
        }
        // The same number, read from text and from a shorter form.
        Value::Number(number) if number.is_f64() => {
            value = json!(number.as_f64().unwrap() as f32);
        }
        _ => {}
    }
    value
}

#[test]
fn what_is_described_is_there_and_is_what_the_commands_print() {
    let page = Page::start(minutes(), "");
    let description = get(&page, "/api/v1/openapi.json");
    let paths: BTreeSet<&str> = (description["paths"].as_object().unwrap().keys())
        .map(String::as_str)
        .collect();
    let asked = [
        (
            "/api/v1/ask",
            "?question=Hva+koster+taket%3F",
            &["ask", "Hva koster taket?"][..],
        ),
        (
            "/api/v1/search",
            "?query=taket&limit=2",
            &["search", "taket", "--limit", "2"],
        ),
        (
            "/api/v1/status",
            "?topic=sykkelparkering",
            &["status", "sykkelparkering"],
        ),
        (
            "/api/v1/positions",
            "?topic=sykkelparkering",
            &["positions", "sykkelparkering"],
        ),
    ];
    let mut tried = BTreeSet::from(["/api/v1/openapi.json", "/api/v1/changes"]);
    for (path, query, command) in asked {
        let answered = get(&page, &format!("{path}{query}"));
        assert_eq!(
            lasting(answered),
            lasting(page.desk.json(command)),
            "{path}"
        );
        tried.insert(path);
    }
    let all = get(&page, "/api/v1/documents");
    assert_eq!(all["documents"], page.desk.json(&["documents"]));
    let id = all["documents"][0]["id"].as_str().unwrap();
    let text = get(&page, &format!("/api/v1/documents/{id}"));
    assert_eq!(text, page.desk.json(&["documents", "--text", id]));
    tried.extend(["/api/v1/documents", "/api/v1/documents/{id}"]);
    assert_eq!(paths, tried);
    // An excerpt is what stands in the text.
    let answer = get(&page, "/api/v1/ask?question=Hva+koster+taket%3F");
    let excerpt = &answer["excerpts"][0];
    let at = |name: &str| usize::try_from(excerpt[name].as_u64().unwrap()).unwrap();
    let stands: String = (text["text"].as_str().unwrap().chars())
        .skip(at("start"))
        .take(at("end") - at("start"))
        .collect();
    assert_eq!(excerpt["text"], stands.as_str());
}

#[test]
fn what_is_wrong_with_a_request_is_told_in_a_sentence() {
    let page = Page::start(minutes(), "");
    for (path, status, named) in [
        ("/api/v1/ask", 400, "question"),
        ("/api/v1/ask?question=", 400, "question"),
        ("/api/v1/ask?question=a&sporsmal=b", 400, "sporsmal"),
        ("/api/v1/ask?question=%FF", 400, "UTF-8"),
        ("/api/v1/search?query=a&limit=101", 400, "limit"),
        ("/api/v1/search?query=a&from=i+fjor", 400, "from"),
        ("/api/v1/search?query=a&body=Ingen", 404, "Ingen"),
        ("/api/v1/positions?topic=a&holder=Ingen", 404, "Ingen"),
        ("/api/v1/documents/ingen", 404, "document"),
        ("/api/v1/ingenting", 404, "openapi.json"),
        ("/api/v2/ask?question=a", 404, "openapi.json"),
    ] {
        let response = page.get(path);
        assert_eq!(response.status, status, "{path}: {}", response.body);
        let told: Value = serde_json::from_str(&response.body).unwrap();
        assert!(
            told["error"].as_str().unwrap().contains(named),
            "{path}: {told}"
        );
    }
}

#[test]
fn a_program_hears_what_changed_while_it_and_the_page_were_away() {
    let page = Page::start(minutes(), "");
    let first = get(&page, "/api/v1/changes");
    assert_eq!(
        (&first["reset"], &first["more"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(first["changes"][0]["kind"], "added");
    let since = |page: &Page, cursor: &Value| {
        let cursor = cursor.as_str().unwrap();
        let told = get(page, &format!("/api/v1/changes?since={cursor}"));
        assert_eq!(told["reset"], false);
        let changes = told["changes"].as_array().unwrap().iter();
        let changes: Vec<(String, String)> = changes
            .map(|change| [&change["kind"], &change["path"]])
            .map(|pair| pair.map(|value| value.as_str().unwrap().to_owned()))
            .map(Into::into)
            .collect();
        (changes, told["cursor"].clone())
    };
    assert_eq!(since(&page, &first["cursor"]).0, []);
    let page = page.restarted(|desk| {
        desk.write(
            "referater/2026-03-12-mote.md",
            MINUTES.replace("180", "190"),
        );
        desk.write(
            "referater/2026-04-02-mote.md",
            "# Møte 2. april 2026\n\n## Skap\n\nSkapene males.\n",
        );
    });
    let is = |kind: &str, file: &str| (kind.to_owned(), format!("referater/2026-{file}-mote.md"));
    let (changes, cursor) = since(&page, &first["cursor"]);
    assert_eq!(changes, [is("changed", "03-12"), is("added", "04-02")]);
    let page = page.restarted(|desk| {
        std::fs::remove_file(desk.knowledge().join("referater/2026-03-12-mote.md")).unwrap();
    });
    assert_eq!(since(&page, &cursor).0, [is("removed", "03-12")]);
}

#[test]
fn feeds_tell_of_documents_that_may_be_seen() {
    let desk = minutes();
    desk.write(
        "styret/2026-05-01-styret.md",
        "# Styremøte 1. mai 2026\n\n## Sykkelparkering\n\nStyret solgte sykkelparkeringen.\n",
    );
    let page = Page::start(desk, "[[web.show]]\ncollections = [\"referater\"]\n");
    let read = |path: &str| {
        let response = page.get(path);
        let kind = response.header("content-type").unwrap();
        assert!(kind.starts_with("application/atom+xml"), "{kind}");
        feed_rs::parser::parse(response.body.as_bytes()).unwrap()
    };
    for path in ["/feed.atom", "/feed.atom?topic=sykkelparkering"] {
        let feed = read(path);
        assert_eq!(feed.entries.len(), 1, "{path}");
        let link = &feed.entries[0].links[0].href;
        let path = link.split_once(&page.host).unwrap().1;
        let path = path.split('#').next().unwrap();
        assert!(page.get(path).body.contains("180"), "{link}");
    }
    let topic = read("/feed.atom?topic=sykkelparkering");
    let summary = topic.entries[0].summary.as_ref().unwrap();
    assert!(summary.content.contains("180 000 kroner"), "{summary:?}");
}

#[test]
fn what_is_the_operators_needs_the_token_and_is_nowhere_without_one() {
    let page = Page::start(minutes(), "");
    assert_eq!(
        [page.get("/healthz").status, page.get("/readyz").status],
        [200, 200]
    );
    assert_eq!(page.get("/operator").status, 404);
    page.get("/api/v1/ask?question=Hva+koster+taket%3F");
    page.get("/api/v1/ask?question=Hvor+mange+giraffer+bor+her%3F");
    let figures = page.get("/metrics").body;
    for line in [
        "referent_documents{} 1.0",
        "referent_questions_total{platform=\"api\",command=\"ask\"} 2",
        "referent_declined_total{platform=\"api\",command=\"ask\"} 1",
    ] {
        assert!(
            figures.lines().any(|found| found == line),
            "{line}\n{figures}"
        );
    }
    // Who comes through a proxy looks as if at this machine.
    let public = "public_url = \"http://127.0.0.1\"\n[[web.show]]\ncollections = [\"*\"]\n";
    let mut page = Page::start(minutes(), public);
    page.host = listening(page.child.id());
    assert_eq!(page.get("/metrics").status, 404);
    let token = [("REFERENT_OPERATOR_TOKEN", "lang-og-hemmelig")];
    let mut page = Page::start_with(minutes(), public, &token);
    page.host = listening(page.child.id());
    for path in [
        "/metrics",
        "/operator",
        "/operator/gaps.json",
        "/operator/gold.jsonl",
    ] {
        for (more, status) in [
            ("", 401),
            ("\r\nAuthorization: Bearer lang-og-hemmeli", 401),
            ("\r\nAuthorization: Bearer lang-og-hemmelig", 200),
            // "x:lang-og-hemmelig"
            ("\r\nAuthorization: Basic eDpsYW5nLW9nLWhlbW1lbGln", 200),
        ] {
            let response = page.get_with(path, more);
            assert_eq!(response.status, status, "{path} {more}");
            assert!(!response.body.contains("lang-og-hemmelig"));
        }
    }
}

#[test]
fn what_was_asked_in_vain_is_told_to_the_operator() {
    let token = [("REFERENT_OPERATOR_TOKEN", "hemmelig")];
    let page = Page::start_with(minutes(), "", &token);
    page.ask("Hvor mange giraffer <b>bor</b> her?");
    page.ask("Hva koster taket?");
    let gaps = page.get_with("/operator", "\r\nAuthorization: Bearer hemmelig");
    assert!(
        gaps.body
            .contains("Hvor mange giraffer &lt;b&gt;bor&lt;/b&gt; her?"),
        "{}",
        gaps.body
    );
    assert!(!gaps.body.contains("koster taket"));
    let printed = page.desk.json(&["gaps"]);
    assert_eq!(printed["unanswered"][0]["times"], 1);
    let gold = page.desk.run(&["gaps", "--gold"]).stdout;
    let gold: Value = serde_json::from_str(gold.trim()).unwrap();
    assert_eq!(
        (&gold["doc"], &gold["evidence"]),
        (&Value::Null, &json!([]))
    );
}
