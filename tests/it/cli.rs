//! The commands, as people and programs call them.

use serde_json::Value;

use crate::support::{Desk, referent, repository, stdout};

/// A folder with one set of minutes and a file that cannot be read.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let minutes = folder.path().join("knowledge/styret");
    std::fs::create_dir_all(&minutes).unwrap();
    std::fs::write(
        minutes.join("2024-05-02-styremote.md"),
        "# Styremøte 2. mai 2024\n\n## Sak 4/24: Sykkelparkering\n\nStyret vedtok å bygge tak over sykkelparkeringen ved Havnegata. Arbeidet starter i juni og koster 240 000 kroner.\n",
    )
    .unwrap();
    std::fs::write(minutes.join("vedlegg.pdf"), "ikke en pdf").unwrap();
    folder
}

#[test]
fn index_tells_what_it_did_and_does_it_once() {
    let folder = folder();
    let report: Value =
        serde_json::from_str(&stdout(referent(folder.path(), &["index", "--json"]))).unwrap();
    assert_eq!(
        report["added"],
        serde_json::json!(["styret/2024-05-02-styremote.md"])
    );
    assert_eq!(report["skipped"][0]["path"], "styret/vedlegg.pdf");
    assert!(
        report["skipped"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("PDF")
    );
    let again = stdout(referent(folder.path(), &["index"]));
    assert!(
        again.contains("0 added, 0 changed, 0 removed, 1 unchanged, 1 skipped"),
        "{again}"
    );
}

#[test]
fn ask_prints_plain_text_to_a_pipe_and_json_when_asked() {
    let folder = folder();
    let plain = stdout(referent(
        folder.path(),
        &["ask", "Hva koster taket over sykkelparkeringen?"],
    ));
    assert!(
        plain.starts_with("[1] ") && plain.contains("240 000 kroner") && !plain.contains('\u{1b}'),
        "{plain}"
    );
    let json: Value = serde_json::from_str(&stdout(referent(
        folder.path(),
        &["ask", "--json", "Hva koster taket over sykkelparkeringen?"],
    )))
    .unwrap();
    assert_eq!(
        (&json["answered"], &json["reason"]),
        (&Value::Bool(true), &Value::Null)
    );
    let excerpt = &json["excerpts"][0];
    assert_eq!(
        (
            &excerpt["document"]["date"],
            &excerpt["document"]["kind"],
            &excerpt["heading"]
        ),
        (
            &"2024-05-02".into(),
            &"minutes".into(),
            &"Sykkelparkering".into()
        )
    );
    let text: Value = serde_json::from_str(&stdout(referent(
        folder.path(),
        &[
            "documents",
            "--json",
            "--text",
            excerpt["document"]["id"].as_str().unwrap(),
        ],
    )))
    .unwrap();
    let place = |key: &str| usize::try_from(excerpt[key].as_u64().unwrap()).unwrap();
    let there: String = text["text"]
        .as_str()
        .unwrap()
        .chars()
        .skip(place("start"))
        .take(place("end") - place("start"))
        .collect();
    assert_eq!(there, excerpt["text"].as_str().unwrap());
}

#[test]
fn batches_answer_line_by_line() {
    let folder = folder();
    let batch = folder.path().join("batch.jsonl");
    std::fs::write(
        &batch,
        "{\"id\": 7, \"text\": \"sykkelparkering\"}\n\n{\"id\": \"b\", \"text\": \"romfart\"}\n",
    )
    .unwrap();
    let batch = batch.to_str().unwrap();
    let lines = |arguments: &[&str]| -> Vec<Value> {
        stdout(referent(folder.path(), arguments))
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let hits = lines(&["search", "--batch", batch, "--limit", "5"]);
    assert_eq!((hits.len(), &hits[0]["id"]), (2, &7.into()));
    assert!(
        hits[0]["hits"][0]["text"]
            .as_str()
            .unwrap()
            .contains("Havnegata")
    );
    let answers = lines(&["ask", "--batch", batch]);
    assert_eq!(
        (
            &answers[1]["id"],
            &answers[1]["answered"],
            &answers[1]["excerpts"]
        ),
        (&"b".into(), &false.into(), &serde_json::json!([]))
    );
}

#[test]
fn wrong_use_ends_with_2_and_says_how_to_mend_it() {
    let folder = folder();
    std::fs::write(
        folder.path().join("config.toml"),
        "[knowledge]\npath = \"knowledge\"\ncolour = \"red\"\n",
    )
    .unwrap();
    let run = referent(folder.path(), &["documents"]);
    let message = String::from_utf8_lossy(&run.stderr).into_owned();
    assert_eq!(run.status.code(), Some(2));
    assert!(
        message.contains("config.toml, line 3") && message.contains("colour"),
        "{message}"
    );
    assert_eq!(
        referent(folder.path(), &["--config", "none.toml", "documents"])
            .status
            .code(),
        Some(2)
    );
    assert_eq!(
        referent(folder.path(), &["nonsense"]).status.code(),
        Some(2)
    );
}

#[test]
fn flags_restrict_and_unknown_values_are_wrong_use() {
    let folder = folder();
    let found = |arguments: &[&str]| -> Value {
        let all = [&["search", "--json", "styret"], arguments].concat();
        let hits: Value = serde_json::from_str(&stdout(referent(folder.path(), &all))).unwrap();
        hits["hits"].as_array().unwrap().len().into()
    };
    for (arguments, hits) in [
        (&["--collection", "Styret", "--kind", "referat"][..], 1),
        (&["--kind", "slides", "--kind", "minutes"], 1),
        (&["--kind", "slides"], 0),
        (&["--from", "2024-05", "--to", "2024"], 1),
        (&["--to", "2024-04"], 0),
        (&["-Havnegata"], 0),
        (&["-havn"], 1),
    ] {
        assert_eq!(found(arguments), Value::from(hits), "{arguments:?}");
    }
    for (arguments, sentence) in [
        (
            &["--collection", "rådet"][..],
            "there is no collection \"rådet\": there are styret",
        ),
        (&["--kind", "dikt"], "there is no kind \"dikt\""),
        (&["--from", "juni"], "\"juni\" is not a date"),
        (&["--from", "2025", "--to", "2024"], "from 2025 on"),
    ] {
        for command in ["ask", "search"] {
            let run = referent(folder.path(), &[&[command, "styret"], arguments].concat());
            let message = String::from_utf8_lossy(&run.stderr).into_owned();
            assert_eq!(run.status.code(), Some(2), "{message}");
            assert!(message.contains(sentence), "{message}");
        }
    }
    let text = stdout(referent(folder.path(), &["ask", "styret samling:rådet"]));
    assert!(text.contains("samling «rådet»"), "{text}");
}

#[test]
fn work_that_fails_ends_with_1() {
    let empty = tempfile::tempdir().unwrap();
    let run = referent(empty.path(), &["index"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&run.stderr).contains("--knowledge"));
}

#[test]
fn doctor_names_every_file_that_needs_mending() {
    let folder = folder();
    let report = stdout(referent(folder.path(), &["doctor"]));
    assert!(report.contains("styret/vedlegg.pdf"), "{report}");
}

#[test]
fn evaluate_tells_how_sure_its_figures_are_and_which_questions_measure_nothing() {
    let folder = folder();
    let gold = concat!(
        r#"{"id": "g1", "question": "Hva koster taket over sykkelparkeringen?", "lang": "nb", "kind": "number", "doc": "styret/2024-05-02-styremote.md", "evidence": ["koster 240 000 kroner"]}"#,
        "\n\n",
        r#"{"id": "g2", "question": "Kva tid startar arbeidet med taket?", "lang": "nn", "kind": "date", "doc": "styret/2024-05-02-styremote.md", "evidence": ["Arbeidet starter i august"]}"#,
        "\n",
        r#"{"id": "g3", "question": "Hva mener Kvikksølvlaget om sykler?", "lang": "nb", "kind": "unanswerable", "doc": null, "evidence": []}"#,
    );
    std::fs::write(folder.path().join("gold.jsonl"), gold).unwrap();
    let evaluate = |arguments: &[&str]| {
        let arguments = [&["evaluate", "gold.jsonl"], arguments].concat();
        referent(folder.path(), &arguments)
    };

    let output = evaluate(&["--json"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("gold.jsonl, line 3 (g2): the evidence «Arbeidet starter i august» stands in no document"),
        "{said}"
    );
    let figures: Value = serde_json::from_str(&stdout(output)).unwrap();
    assert_eq!(figures["evidence@1"], 0.5);
    assert_eq!(figures["languages"]["nb"]["evidence@1"], 1.0);
    assert_eq!(figures["declined"], 1.0);
    let interval = &figures["evidence_at_1_interval"];
    assert!(interval[0].as_f64() < Some(0.5) && interval[1].as_f64() > Some(0.5));
    assert!(
        figures["flaws"]
            .as_array()
            .unwrap()
            .iter()
            .all(|flaw| flaw["id"] == "g2")
    );
    let bands = figures["calibration"].as_array().unwrap();
    let shown: u64 = bands.iter().filter_map(|band| band["shown"].as_u64()).sum();
    let questions = figures["questions"].as_array().unwrap();
    let answered = questions.iter().filter(|one| one["answered"] == true);
    assert_eq!((bands.len(), shown), (4, answered.count() as u64));

    let table = stdout(evaluate(&["--misses"]));
    assert!(
        table.starts_with("3 questions, searched by words only"),
        "{table}"
    );
    assert!(
        table.contains("\ng2: Kva tid") && !table.contains("\ng1: "),
        "{table}"
    );
    let half = stdout(evaluate(&["--half", "even", "--misses"]));
    assert!(
        half.starts_with("1 questions") && half.contains("\ng2: "),
        "{half}"
    );
}

#[test]
fn a_conversation_over_a_pipe_answers_each_line() {
    use std::io::Write;
    let folder = folder();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_referent"))
        .arg("chat")
        .current_dir(folder.path())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all("Hva vedtok styret om sykkelparkeringen?\nog når starter arbeidet?\n".as_bytes())
        .unwrap();
    let said = stdout(child.wait_with_output().unwrap());
    assert_eq!(said.matches("[1] ").count(), 2, "{said}");
}

#[test]
fn the_shipped_configuration_and_documents_need_no_edit() {
    let data = tempfile::tempdir().unwrap();
    let listed = stdout(referent(
        repository(),
        &[
            "--data",
            data.path().to_str().unwrap(),
            "documents",
            "--json",
        ],
    ));
    let documents: Vec<Value> = serde_json::from_str(&listed).unwrap();
    assert!(documents.len() >= 12);
    assert!(
        documents.iter().all(|document| !document["date"].is_null()),
        "{listed}"
    );
}

/// What a union adds to the words that ship counts at once, in what is indexed already too.
#[test]
fn a_union_adds_its_own_holders_and_verbs() {
    let desk = Desk::new();
    desk.write(
        "referat.md",
        "# Møte 3. mai 2026\n\n## Fiskekvoter\n\nNotlauget gryntet over fiskekvotene for neste år.\n",
    );
    let config = desk.root().join("config.toml");
    let positions = |arguments: &[&str]| {
        let config = config.to_str().unwrap();
        desk.json(&[&["--config", config, "positions", "fiskekvoter"], arguments].concat())
    };
    std::fs::write(&config, "").unwrap();
    assert_eq!(positions(&[])["holders"], serde_json::json!([]));

    std::fs::write(&config, "[language]\ncues = \"cues.toml\"\n").unwrap();
    let cues = desk.root().join("cues.toml");
    let added = "[holders]\nparties = [\"lauget\"]\n[verbs]\nopposes = [\"gryntet\"]\n";
    std::fs::write(&cues, added).unwrap();
    let found = positions(&["--holder", "Notlauget"]);
    assert_eq!(found["holders"][0]["holder"], "Notlauget");
    assert_eq!(found["holders"][0]["positions"][0]["stance"], "opposes");
    let answer = desk.json(&[
        "--config",
        config.to_str().unwrap(),
        "ask",
        "--holder",
        "Notlauget",
        "Hva mener Notlauget om fiskekvoter?",
    ]);
    assert_eq!(answer["excerpts"][0]["holder"], "Notlauget");

    std::fs::write(&cues, "[verbs]\nopposes = [\"gryntet\"]\nlikes = []\n").unwrap();
    let run = desk.run(&["--config", config.to_str().unwrap(), "positions", "kvoter"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(
        run.stderr.contains("cues.toml, line 3") && run.stderr.contains("likes"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_folder_that_is_empty_all_of_a_sudden_is_taken_for_a_drive_that_is_away() {
    let desk = Desk::new();
    for number in 1..=2 {
        let text = format!("# Møte {number}\n\nKantinen stenger 3. mai 2026.\n");
        desk.write(&format!("mote/{number}.md"), text);
    }
    let ask = || {
        let answer = desk.json(&["ask", "Når stenger kantinen?"]);
        answer.to_string().contains("Kantinen stenger 3. mai 2026.")
    };
    assert!(ask());
    std::fs::rename(desk.knowledge(), desk.root().join("away")).unwrap();
    std::fs::create_dir(desk.knowledge()).unwrap();
    assert!(ask());
    // Only who says so makes it forget them.
    assert_eq!(
        desk.json(&["index"])["removed"].as_array().unwrap().len(),
        2
    );
    assert!(!ask());
}
