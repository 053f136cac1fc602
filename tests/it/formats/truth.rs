//! A folder of documents whose right content is known, see [`super`].

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::facts::is_page_number;
use crate::support::{Desk, path_from_environment};

/// The least share of the words of a document that must be read.
const WORD_RECALL: f64 = 0.995;

/// So many blocks in all may be on another page than the folder's own account says: it was made from
/// another program's text, which now and then is off by one.
const PAGE_TOLERANCE: usize = 2;

/// A quote that is longer is known by any run of this many characters in it.
const RUN: usize = 60;

/// What one document should hold.
#[derive(Deserialize)]
struct Truth {
    #[serde(default)]
    blocks: Vec<TrueBlock>,
    #[serde(default)]
    slides: Vec<Vec<String>>,
    header: Option<String>,
}

#[derive(Deserialize)]
struct TrueBlock {
    kind: String,
    page: u64,
    text: String,
}

impl Truth {
    /// Texts with their page.
    fn texts(&self) -> Vec<(u64, &str)> {
        let blocks = self.blocks.iter().filter(|block| block.kind != "toc");
        let blocks = blocks.map(|block| (block.page, block.text.as_str()));
        let slides = (1..).zip(&self.slides);
        let slides = slides.flat_map(|(page, texts)| texts.iter().map(move |text| (page, &**text)));
        blocks.chain(slides).collect()
    }

    fn headings(&self) -> Vec<&str> {
        self.blocks
            .iter()
            .filter(|block| block.kind.starts_with('h'))
            .map(|block| block.text.as_str())
            .collect()
    }

    fn folded(&self) -> String {
        self.texts().iter().map(|(_, text)| folded(text)).collect()
    }
}

/// Text without white space, hyphens and marks of the layout, in small letters.
fn folded(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !"-\u{ad}\u{2010}\u{2011}|•".contains(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether `quote` is in `text`, both folded; of a longer quote a run is enough.
fn holds(text: &str, quote: &str) -> bool {
    let ends: Vec<usize> = quote
        .char_indices()
        .map(|(at, _)| at)
        .chain([quote.len()])
        .collect();
    if ends.len() <= RUN {
        return text.contains(quote);
    }
    ends.iter()
        .zip(&ends[RUN..])
        .any(|(from, to)| text.contains(&quote[*from..*to]))
}

/// A document as the program shows it.
struct Shown {
    text: String,
    headings: Vec<String>,
    /// The folded text, and the page of each of its bytes.
    folded: String,
    pages: Vec<u64>,
}

impl Shown {
    fn of(document: &Value) -> Shown {
        let text = document["text"].as_str().unwrap().to_owned();
        let characters: Vec<char> = text.chars().collect();
        let at = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
        let mut shown = Shown {
            text,
            headings: Vec::new(),
            folded: String::new(),
            pages: Vec::new(),
        };
        for block in document["blocks"].as_array().unwrap() {
            let (from, to) = (at(&block["place"][0]), at(&block["place"][1]));
            if block["kind"]["heading"].is_u64() {
                shown.headings.push(characters[from..to].iter().collect());
            }
            let breaks = block["pages"].as_array().unwrap();
            let starts = breaks.iter().map(|step| (at(&step[0]), &step[1]));
            let mut starts: Vec<_> = [(from, &block["page"])].into_iter().chain(starts).collect();
            starts.push((to, &Value::Null));
            for pair in starts.windows(2) {
                let part: String = characters[pair[0].0..pair[1].0].iter().collect();
                shown.folded.push_str(&folded(&part));
                let page = pair[0].1.as_u64().unwrap_or(0);
                shown.pages.resize(shown.folded.len(), page);
            }
        }
        shown
    }

    /// The pages on which `text` begins.
    fn pages_of(&self, text: &str) -> Vec<u64> {
        let text: String = folded(text).chars().take(RUN).collect();
        self.folded
            .match_indices(&text)
            .map(|(at, _)| self.pages[at])
            .collect()
    }
}

/// The share of the words in `truth` that `text` has too, as often.
fn word_recall(truth: &[(u64, &str)], text: &str) -> f64 {
    let mut has: HashMap<String, usize> = HashMap::new();
    for word in words(text) {
        *has.entry(word).or_default() += 1;
    }
    let (mut found, mut all) = (0_u32, 0_u32);
    for word in truth.iter().flat_map(|(_, text)| words(text)) {
        all += 1;
        if let Some(left) = has.get_mut(&word).filter(|left| **left > 0) {
            *left -= 1;
            found += 1;
        }
    }
    f64::from(found) / f64::from(all.max(1))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace()
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
        })
        .filter(|word| !word.is_empty())
}

/// Everything that is known of the folder, and what the program made of it.
struct Folder {
    truths: BTreeMap<String, Truth>,
    shown: BTreeMap<String, Shown>,
    skipped: HashMap<String, String>,
}

impl Folder {
    fn read(folder: &Path) -> Folder {
        let account = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.extension().is_some_and(|ending| ending == "json"))
            .expect("a JSON file that says what the documents hold");
        let desk = Desk::with_copy_of(folder);
        let report = desk.json(&["index"]);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let skipped = report["skipped"].as_array().unwrap();
        let listed = desk.json(&["documents"]);
        let show = |entry: &Value| {
            let path = text(&entry["path"]);
            let document = desk.json(&["documents", "--text", &path]);
            (path, Shown::of(&document))
        };
        Folder {
            truths: serde_json::from_slice(&std::fs::read(account).unwrap()).unwrap(),
            shown: listed.as_array().unwrap().iter().map(show).collect(),
            skipped: skipped
                .iter()
                .map(|entry| (text(&entry["path"]), text(&entry["reason"])))
                .collect(),
        }
    }

    /// The truth about a file, and whether it is the file's own, with its pages.
    fn truth_of(&self, path: &str) -> Option<(&Truth, bool)> {
        let own = self.truths.get(path).map(|truth| (truth, true));
        own.or_else(|| {
            let same_text = |name: &&String| group(name) == group(path);
            let name = self.truths.keys().find(same_text)?;
            Some((&self.truths[name], false))
        })
    }
}

/// Files whose names begin with the same letters up to the first "_" hold the same text.
fn group(path: &str) -> &str {
    path.split_once('_').map_or(path, |(group, _)| group)
}

fn check_file(path: &str, shown: &Shown, truth: &Truth, own: bool) -> (Vec<String>, Vec<String>) {
    let (mut faults, mut misplaced) = (Vec::new(), Vec::new());
    let texts = truth.texts();
    let recall = word_recall(&texts, &shown.text);
    println!("{path}: word recall {recall:.4}");
    // What runs over the edge of a slide is in the slides, but not in a PDF printed from them.
    let is_print = !truth.slides.is_empty() && path.ends_with(".pdf");
    if recall < WORD_RECALL && !is_print {
        faults.push(format!("{path}: word recall {recall:.4}"));
    }
    for (page, text) in texts.iter().filter(|_| own) {
        let pages = shown.pages_of(text);
        if !pages.contains(page) {
            misplaced.push(format!("{path}: on {pages:?}, not {page}: {text:?}"));
        }
    }
    let header = truth.header.as_deref().map(folded).unwrap_or_default();
    let in_text = truth.folded().matches(&header).count();
    if !header.is_empty() && shown.folded.matches(&header).count() > in_text {
        faults.push(format!("{path}: the page header is in the text"));
    }
    for line in shown.text.lines().map(str::trim) {
        if is_page_number(line) && !texts.iter().any(|(_, text)| text.trim() == line) {
            faults.push(format!("{path}: the page number {line:?} is in the text"));
        }
    }
    let is_minutes = path.contains("referat");
    let headings: Vec<&str> = shown.headings.iter().map(String::as_str).collect();
    if is_minutes && headings != truth.headings() {
        faults.push(format!("{path}: headings {headings:?}"));
    }
    (faults, misplaced)
}

#[test]
fn documents_with_known_content_are_read_in_full() {
    let Some(folder) = path_from_environment("REFERENT_FORMATS") else {
        println!("not run: REFERENT_FORMATS names no folder of documents with known content");
        return;
    };
    let folder = Folder::read(&folder);
    let (mut faults, mut misplaced) = (Vec::new(), Vec::new());
    for path in folder.truths.keys() {
        if !folder.shown.contains_key(path) {
            faults.push(format!("{path}: not a document"));
        }
    }
    for (path, shown) in &folder.shown {
        if let Some((truth, own)) = folder.truth_of(path) {
            let (more_faults, more_misplaced) = check_file(path, shown, truth, own);
            faults.extend(more_faults);
            misplaced.extend(more_misplaced);
        }
    }
    println!("misplaced blocks: {}", misplaced.len());
    misplaced.iter().for_each(|place| println!("{place}"));
    if misplaced.len() > PAGE_TOLERANCE {
        faults.extend(misplaced);
    }
    faults.extend(edges(&folder));
    if let Some(gold) = path_from_environment("REFERENT_GOLD") {
        faults.extend(missing_quotes(
            &folder,
            &std::fs::read_to_string(gold).unwrap(),
        ));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What a name says of its file, and words of the reason that must be given; none: it can be read.
const EDGES: &[(&str, Option<&str>)] = &[
    ("avkuttet", Some("cut short")),
    ("ikke_pdf", Some("nothing in it is part of a PDF")),
    ("kun_eierpassord", None),
    ("passord_", Some("encrypted")),
    ("skannet", Some("scanned, ")),
    ("tom_fil", Some("is empty")),
];

fn edges(folder: &Folder) -> Vec<String> {
    let all = folder.shown.keys().chain(folder.skipped.keys());
    let mut faults = Vec::new();
    for path in all.filter(|path| path.starts_with("kant_")) {
        let Some((_, words)) = EDGES.iter().find(|(name, _)| path.contains(name)) else {
            println!("{path}: this name says nothing of what to expect");
            continue;
        };
        let reason = folder.skipped.get(path);
        println!("{path}: {reason:?}");
        let right = match (words, reason) {
            (Some(words), Some(reason)) => reason.contains(words),
            (None, None) => folder.shown[path].text.chars().count() > 200,
            _ => false,
        };
        if !right {
            faults.push(format!("{path}: {reason:?}, not {words:?}"));
        }
    }
    faults
}

#[derive(Deserialize)]
struct Question {
    doc: Option<String>,
    #[serde(default)]
    evidence: Vec<String>,
    #[serde(default)]
    evidence_docs: Vec<String>,
}

/// The quotes that a file should hold and does not. A document of the questions is the group of files
/// that holds most of its quotes. What no account of the group has is not in its files, and is told.
fn missing_quotes(folder: &Folder, gold: &str) -> Vec<String> {
    let mut quotes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in gold.lines().filter(|line| !line.trim().is_empty()) {
        let question: Question = serde_json::from_str(line).unwrap();
        for (i, quote) in question.evidence.iter().enumerate() {
            let document = question.evidence_docs.get(i).or(question.doc.as_ref());
            let of_document = quotes.entry(document.cloned().unwrap_or_default());
            of_document.or_default().push(quote.clone());
        }
    }
    let accounts: Vec<(&str, String)> = folder
        .truths
        .iter()
        .map(|(name, truth)| (group(name), truth.folded()))
        .collect();
    let mut faults = Vec::new();
    for (document, quotes) in &quotes {
        let held = |text: &str| quotes.iter().filter(|q| holds(text, &folded(q))).count();
        let Some((best, _)) = accounts.iter().max_by_key(|(_, text)| held(text)) else {
            continue;
        };
        let in_account = |quote: &str| {
            let mut of_group = accounts.iter().filter(|(group, _)| group == best);
            of_group.any(|(_, text)| holds(text, &folded(quote)))
        };
        println!("{document} = {best}: {} quotes", quotes.len());
        for quote in quotes.iter().filter(|quote| !in_account(quote)) {
            println!("  in no account: {quote:?}");
        }
        for (path, shown) in folder.shown.iter().filter(|(path, _)| group(path) == *best) {
            let missing = quotes.iter().filter(|q| !holds(&shown.folded, &folded(q)));
            let missing: Vec<&String> = missing.collect();
            println!("  {path}: {} missing", missing.len());
            let faulty = missing.into_iter().filter(|quote| in_account(quote));
            faults.extend(faulty.map(|quote| format!("{path}: {quote:?} is not in the text")));
        }
    }
    faults
}
