//! The index: it is brought up to date and no more, it survives runs that are killed, and it mends
//! itself.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use referent::index::Index;
use serde_json::Value;

use super::damage::Random;
use crate::support::{Desk, copy_folder, end, repository};

/// Enough files for a commit in the middle of a run.
const FILES: usize = 90;

const QUESTIONS: &[&str] = &[
    "Hva ble vedtatt om naust nummer sju?",
    "Hvem vil male naustet grønt?",
    "Hva mener FASA om gevinstplanen?",
];

/// The text of an invented document; both parts of it tell which version it is. Only one of them says
/// what most documents say, since a search looks no further than its best few hundred passages, and
/// of passages that are equally good any may be among them.
fn minutes(number: usize, version: u32) -> String {
    let colour = ["rødt", "grønt", "blått"][version as usize % 3];
    format!(
        "# Referat fra styremøtet om naust {number}\n\n\
         ## Sak 1/{number}: Maling\n\n\
         Styret vil male naust nummer {number} {colour}. Utgave {version}.\n\n\
         ## Sak 2/{number}: Eventuelt\n\nIngen ting, utgave {version}.\n"
    )
}

fn path_of(number: usize) -> String {
    format!("naust/2022-{:02}-{number:02}-naust.md", 1 + number % 12)
}

/// A desk with invented documents and those of the repository.
fn desk() -> Desk {
    let desk = Desk::with_copy_of(&repository().join("knowledge"));
    for number in 0..FILES {
        desk.write(&path_of(number), minutes(number, 1));
    }
    desk
}

/// Most documents in their second version, enough for a commit in between, and one gone.
fn change(desk: &Desk) {
    for number in (0..FILES).filter(|number| number % 5 != 1) {
        desk.write(&path_of(number), minutes(number, 2));
    }
    fs::remove_file(desk.knowledge().join(path_of(1))).unwrap();
}

/// What a person sees: the list of documents and the answers.
fn view(desk: &Desk) -> Vec<Value> {
    let questions: String = QUESTIONS
        .iter()
        .map(|text| format!("{}\n", serde_json::json!({"id": text, "text": text})))
        .collect();
    let file = desk.root().join("questions.jsonl");
    fs::write(&file, questions).unwrap();
    let run = desk.run(&["ask", "--batch", file.to_str().unwrap(), "--json"]);
    assert!(run.status.success(), "{}", run.stderr);
    // Links lead to files under the desk, which is another one each time.
    let answers = run.stdout.replace(desk.root().to_str().unwrap(), "");
    let answers = answers.lines().map(|line| {
        let mut answer: Value = serde_json::from_str(line).unwrap();
        answer.as_object_mut().unwrap().remove("took_ms");
        answer
    });
    [desk.json(&["documents"])]
        .into_iter()
        .chain(answers)
        .collect()
}

/// The documents in the index as it is, without bringing it up to date.
fn texts_in_index(desk: &Desk) -> BTreeMap<String, String> {
    let index = Index::open(&desk.data()).unwrap();
    let entries = index.entries().unwrap();
    let text = |entry: &referent::index::Entry| {
        let document = index.document(&entry.id).unwrap().unwrap();
        (entry.path.clone(), document.text)
    };
    let texts: BTreeMap<_, _> = entries.iter().map(text).collect();
    assert_eq!(texts.len(), entries.len(), "a document is there twice");
    texts
}

#[test]
fn a_killed_run_leaves_each_document_old_or_new() {
    let undisturbed = desk();
    undisturbed.json(&["index"]);
    let old = texts_in_index(&undisturbed);
    change(&undisturbed);
    let start = SystemTime::now();
    undisturbed.json(&["index"]);
    let whole = start.elapsed().unwrap();
    let new = texts_in_index(&undisturbed);
    // The index of a run from nothing: what has been replaced must leave no trace.
    fs::remove_dir_all(undisturbed.data()).unwrap();
    let expected = view(&undisturbed);

    let disturbed = desk();
    let before = disturbed.root().join("before");
    disturbed.json(&["index"]);
    copy_folder(&disturbed.data(), &before);
    change(&disturbed);
    let moments = [1, 4, 6, 8, 9, 10];
    let mut states = Vec::new();
    for moment in moments {
        fs::remove_dir_all(disturbed.data()).unwrap();
        copy_folder(&before, &disturbed.data());
        kill_after(&disturbed, whole * moment / 10);
        let found = texts_in_index(&disturbed);
        let is = |texts: &BTreeMap<String, String>, path| found.get(path) == texts.get(path);
        for path in old.keys() {
            assert!(is(&old, path) || is(&new, path), "{path} is neither");
        }
        states.push(new.keys().filter(|path| is(&new, path)).count());
        assert_eq!(view(&disturbed), expected, "killed at {moment} tenths");
    }
    println!(
        "documents as they should become after a kill: {states:?} of {}",
        new.len()
    );
}

#[test]
fn a_first_run_that_is_killed_is_continued() {
    let undisturbed = desk();
    let expected = view(&undisturbed);
    let disturbed = desk();
    for milliseconds in [20, 100, 300, 600, 1200] {
        kill_after(&disturbed, Duration::from_millis(milliseconds));
    }
    assert_eq!(view(&disturbed), expected);
}

fn kill_after(desk: &Desk, time: Duration) {
    let mut child = desk
        .command(&["index"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(time);
    end(&mut child);
}

/// The paths in a list of a report.
fn paths(report: &Value, list: &str) -> Vec<String> {
    let list = report[list].as_array().unwrap();
    let path = |value: &Value| value.as_str().unwrap().to_owned();
    list.iter().map(path).collect()
}

#[test]
fn only_what_changed_is_read_again() {
    let desk = Desk::new();
    for number in 0..4 {
        desk.write(&path_of(number), minutes(number, 1));
    }
    let files: Vec<String> = (0..4).map(path_of).collect();
    let report = desk.json(&["index"]);
    let mut all = files.clone();
    all.sort();
    assert_eq!(paths(&report, "added"), all);

    let touched = File::options()
        .write(true)
        .open(desk.knowledge().join(&files[0]));
    let hour = Duration::from_secs(3600);
    touched
        .unwrap()
        .set_modified(SystemTime::now() - hour)
        .unwrap();
    let report = desk.json(&["index"]);
    assert_eq!(report["unchanged"], 4, "{report}");

    desk.write(&files[1], minutes(1, 2));
    desk.write(&format!("{}.toml", files[2]), "title = \"Nytt navn\"\n");
    let moved = desk.knowledge().join("flyttet.md");
    fs::rename(desk.knowledge().join(&files[3]), &moved).unwrap();
    let report = desk.json(&["index"]);
    let mut changed = vec![files[1].clone(), files[2].clone()];
    changed.sort();
    assert_eq!(paths(&report, "changed"), changed);
    assert_eq!(paths(&report, "added"), ["flyttet.md"]);
    assert_eq!(paths(&report, "removed"), [files[3].clone()]);
    assert_eq!(report["unchanged"], 1);
    assert!(desk.json(&["documents"]).to_string().contains("Nytt navn"));

    fs::remove_file(desk.knowledge().join(format!("{}.toml", files[2]))).unwrap();
    assert_eq!(paths(&desk.json(&["index"]), "changed"), [files[2].clone()]);
    assert_eq!(desk.json(&["index"])["unchanged"], 4);
}

/// All files under `folder`.
fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_under(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn a_damaged_index_is_made_anew_or_says_how_to_mend_it() {
    let desk = Desk::new();
    for number in 0..6 {
        desk.write(&path_of(number), minutes(number, 1));
    }
    let expected = view(&desk);
    let sound = desk.root().join("sound");
    copy_folder(&desk.data(), &sound);
    // The names of the files, and so their order, are new in each run, but every file is damaged.
    let mut random = Random(7);
    let files = files_under(&sound);
    assert!(files.len() > 4, "{files:?}");
    for file in &files {
        let name = file.strip_prefix(&sound).unwrap();
        for damage in ["flipped", "cut", "empty", "gone"] {
            fs::remove_dir_all(desk.data()).unwrap();
            copy_folder(&sound, &desk.data());
            let victim = desk.data().join(name);
            let mut bytes = fs::read(file).unwrap();
            match damage {
                "flipped" => random.flip(&mut bytes),
                "cut" => bytes.truncate(bytes.len() / 2),
                "empty" => bytes.clear(),
                _ => fs::remove_file(&victim).unwrap(),
            }
            if damage != "gone" {
                fs::write(&victim, bytes).unwrap();
            }
            let run = desk.run(&["documents", "--json"]);
            if run.status.success() {
                assert_eq!(view(&desk), expected, "{} {damage}", name.display());
            } else {
                let says_how = run.stderr.contains("remove");
                let told = &run.stderr;
                assert!(says_how, "{} {damage}: {told}", name.display());
            }
        }
    }
}
