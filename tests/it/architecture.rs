//! The layers of `src/lib.rs` hold: read from its table, checked against the source.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::repository;

/// Source files with their module (the first folder or file under `src/`), tests left out.
fn sources() -> Vec<(String, PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![repository().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
                let code = code
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"))
                    .collect::<Vec<_>>()
                    .join("\n");
                found.push((module(&path), path, code));
            }
        }
    }
    found
}

fn module(path: &Path) -> String {
    let inside = path.strip_prefix(repository().join("src")).unwrap();
    inside
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_str()
        .unwrap()
        .trim_end_matches(".rs")
        .to_owned()
}

/// The table "The rooms" of `src/lib.rs`: module → what it may use of ours.
fn table() -> BTreeMap<String, Vec<String>> {
    let lib = std::fs::read_to_string(repository().join("src/lib.rs")).unwrap();
    let rows = lib.lines().filter(|line| line.starts_with("//! | [`"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let name = cells[1].trim_matches(|c| "[]`".contains(c)).to_owned();
        let uses = cells[3]
            .split(|c: char| !c.is_alphanumeric())
            .map(str::to_owned)
            .collect();
        (name, uses)
    })
    .collect()
}

#[test]
fn modules_use_only_what_the_map_allows() {
    let table = table();
    assert!(
        table.len() >= 10,
        "the table of rooms is gone from src/lib.rs"
    );
    for (module, path, code) in sources() {
        if ["lib", "main", "cli"].contains(&module.as_str()) {
            continue;
        }
        let allowed = table
            .get(&module)
            .unwrap_or_else(|| panic!("src/lib.rs does not show {module}"));
        for used in code.split("crate::").skip(1).map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap()
        }) {
            let fine = used == module
                || allowed.iter().any(|name| name == used)
                || !table.contains_key(used);
            assert!(
                fine,
                "{} uses crate::{used}, which src/lib.rs does not allow to {module}",
                path.display()
            );
        }
    }
}

#[test]
fn each_library_is_named_in_its_room_only() {
    for (library, rooms) in [
        ("candle", &["semantic"][..]),
        ("matrix_sdk", &["platform"]),
        ("reqwest", &["platform", "sources"]),
        ("rusqlite", &["store"]),
        ("serenity", &["platform"]),
        ("axum", &["web"]),
        ("tokio", &["platform", "web", "sources", "app", "cli"]),
        ("ureq", &["semantic"]),
        ("tantivy", &["index"]),
        ("feed_rs", &["sources"]),
        ("robotxt", &["sources"]),
        ("hayro", &["corpus"]),
        ("rustyline", &["platform"]),
        ("clap", &["cli"]),
        ("indicatif", &["cli"]),
    ] {
        for (module, path, code) in sources() {
            let named =
                code.contains(&format!("{library}::")) || code.contains(&format!("{library}_"));
            assert!(
                !named || rooms.contains(&module.as_str()),
                "{} names {library}",
                path.display()
            );
        }
    }
}

#[test]
fn what_is_sent_to_discord_goes_through_one_file() {
    for (_, path, code) in sources() {
        let discord = path.starts_with(repository().join("src/platform/discord"));
        let own = path.ends_with("platform/discord/api.rs");
        for way in [
            "reqwest",
            "allowed_mentions",
            "serenity::builder",
            "execute(",
            "Method::",
        ] {
            assert!(
                !discord || own || !code.contains(way),
                "{} names {way}",
                path.display()
            );
        }
    }
}

#[test]
fn what_is_said_on_matrix_goes_through_one_file() {
    for (_, path, code) in sources() {
        let matrix = path.starts_with(repository().join("src/platform/matrix"));
        assert!(
            matrix || !code.contains("matrix_sdk::"),
            "{} names matrix_sdk",
            path.display()
        );
        let own = path.ends_with("platform/matrix/send.rs");
        for way in [
            "send_raw(",
            "room.send(",
            "send_queue(",
            "m.mentions\": {}",
            "make_reply",
        ] {
            assert!(
                !matrix || own || !code.contains(way),
                "{} names {way}",
                path.display()
            );
        }
    }
}

#[test]
fn what_decides_touches_neither_disk_nor_clock() {
    for (module, path, code) in sources() {
        let pure = ["corpus", "language", "question", "answer", "render"]
            .contains(&module.as_str())
            && !path.ends_with("corpus/source.rs");
        for outside in ["std::fs", "std::net", "std::env", "SystemTime", "Instant::"] {
            assert!(
                !pure || !code.contains(outside),
                "{} uses {outside}",
                path.display()
            );
        }
    }
}
