//! Files that are not what a knowledge folder should hold, names that are hard to handle, and
//! documents that take too long.

use std::time::Duration;

use super::damage::by_path;
use crate::support::{Desk, PATIENCE, finish};

const TEXT: &str = "# Referat fra styremøtet 4. mai 2022\n\nStyret vedtok å male naustet grønt.\n";

#[test]
fn names_of_every_sort_are_indexed_and_opened() {
    let desk = Desk::new();
    let long = format!("{}.md", "å".repeat(100));
    let names = [
        "med mellomrom.md",
        "blåbærgrøt/Ærlig Østen på Å.MD",
        "to\nlinjer.md",
        "'hermetegn\" og $HOME;.md",
        "-h.md",
        long.as_str(),
    ];
    for name in names {
        desk.write(name, TEXT);
    }
    let report = desk.json(&["index"]);
    assert_eq!(report["skipped"].as_array().unwrap().len(), 0, "{report}");
    let ids = by_path(&desk.json(&["documents"]), "id");
    for name in names {
        let id = ids.get(name).unwrap_or_else(|| panic!("{name}: {ids:?}"));
        let document = desk.json(&["documents", "--text", id]);
        let text = document["text"].as_str().unwrap();
        assert!(text.contains("male naustet grønt"), "{name}: {text}");
    }
}

#[test]
fn what_is_no_document_is_told_or_passed_over() {
    let desk = Desk::new();
    desk.write("naust.md", TEXT);
    desk.write("tom.pdf", "");
    desk.write("bilde.png", b"\x89PNG\r\n\x1a\n");
    desk.write(".skjult.md", TEXT);
    desk.write("~$naust.docx", "lock");
    desk.write("feil.md", TEXT);
    desk.write("feil.md.toml", "titel = \"Naust\"\n");
    desk.write("halv.md", TEXT);
    desk.write("halv.md.toml", "title = \"Naust\n");
    let report = desk.json(&["index"]);
    let skipped = by_path(&report["skipped"], "reason");
    assert_eq!(
        skipped.keys().collect::<Vec<_>>(),
        ["bilde.png", "tom.pdf"],
        "{skipped:?}"
    );
    assert!(skipped["bilde.png"].contains("no reader"), "{skipped:?}");
    assert!(skipped["tom.pdf"].contains("empty"), "{skipped:?}");
    let notes = by_path(&report["notes"], "reason");
    assert!(
        notes["feil.md"].contains("titel") && notes["feil.md"].contains("line 1"),
        "{notes:?}"
    );
    assert!(notes["halv.md"].contains("halv.md.toml"), "{notes:?}");
    let listed = by_path(&desk.json(&["documents"]), "title");
    assert_eq!(
        listed.keys().collect::<Vec<_>>(),
        ["feil.md", "halv.md", "naust.md"]
    );
}

#[cfg(unix)]
#[test]
fn links_pipes_and_locked_files_do_no_harm() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let desk = Desk::new();
    let folder = desk.knowledge();
    desk.write("b/naust.md", TEXT);
    desk.write("b/låst.md", TEXT);
    std::fs::write(desk.root().join("utenfor.md"), TEXT).unwrap();
    symlink(desk.root().join("utenfor.md"), folder.join("ut.md")).unwrap();
    symlink(desk.root(), folder.join("opp")).unwrap();
    symlink(folder.join("borte.md"), folder.join("brutt.md")).unwrap();
    symlink(folder.join("b/naust.md"), folder.join("inn.md")).unwrap();
    // Links that lead round in circles, and double at each turn.
    for name in ["en", "to"] {
        symlink(&folder, folder.join("b").join(name)).unwrap();
    }
    let pipe = folder.join("rør.md");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let locked = folder.join("b/låst.md");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    let is_locked = std::fs::read(&locked).is_err();

    let run = finish(
        desk.command(&["index", "--json"]),
        Duration::from_secs(30),
        |_| (),
    );
    let skipped = by_path(&run.json()["skipped"], "reason");
    for (path, words) in [
        ("ut.md", "leads out"),
        ("opp", "leads out"),
        ("brutt.md", ""),
        ("rør.md", "neither a file nor a folder"),
    ] {
        assert!(
            skipped
                .get(path)
                .is_some_and(|reason| reason.contains(words)),
            "{path}: {skipped:?}"
        );
    }
    // The superuser reads what nobody may read.
    assert_eq!(is_locked, skipped.contains_key("b/låst.md"), "{skipped:?}");
    let listed = by_path(&desk.json(&["documents"]), "title");
    let mut expected = vec!["b/låst.md", "b/naust.md", "inn.md"];
    expected.retain(|path| !is_locked || *path != "b/låst.md");
    assert_eq!(listed.keys().collect::<Vec<_>>(), expected);
}

#[test]
fn a_document_that_takes_too_long_is_given_up_and_the_others_are_read() {
    let desk = Desk::new();
    desk.write("a.md", TEXT);
    desk.write("z.md", TEXT);
    // Under the limit of size, and far over what can be read in a second.
    desk.write("m.txt", b"Et ord.\n".repeat(4_000_000));
    let config = desk.root().join("config.toml");
    std::fs::write(config, "[extraction]\nseconds = 1\nmemory_mib = 4000\n").unwrap();
    let run = finish(desk.command(&["index", "--json"]), PATIENCE, |_| ());
    let report = run.json();
    let skipped = by_path(&report["skipped"], "reason");
    assert!(skipped["m.txt"].contains("1 s of reading"), "{skipped:?}");
    let listed = by_path(&desk.json(&["documents"]), "title");
    assert_eq!(listed.keys().collect::<Vec<_>>(), ["a.md", "z.md"]);
}
