//! Time to index and to answer, beside plain tantivy (its Norwegian stemmer, BM25, ten hits) on the
//! same passages in the same run: `cargo bench`. First on real documents, then on many invented ones.
//!
//! REFERENT_CORPUS names other documents than those that ship, REFERENT_GOLD other questions;
//! REFERENT_BENCH_COPIES (default 1) copies the documents so many times. REFERENT_BENCH_PASSAGES
//! (default 5,000; 0: none) is how many passages are invented: to see how time grows, take 100000.
//! Then on the invented minutes of 1,000 meetings, in which matters come up again: where they stand, and how
//! long it takes to find which of 10,000 subscriptions a new document concerns. Last over HTTP, on the
//! documents that ship, at a fixed rate. `cargo bench -- real`, `invented`, `minutes` or `http` measures one
//! part. REFERENT_BENCH_RATE (default 200) is how many requests come in a second.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod invented;
mod served;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use referent::bot::Bot;
use referent::corpus::Date;
use referent::corpus::passage::passages;
use referent::evaluate::read;
use referent::index::Index;
use referent::ingest::extract::{Extractor, Limits};
use referent::ingest::{Check, Silent, ingest};
use referent::question::restriction::Filter;
use referent::subscription::What;
use tantivy::collector::TopDocs;
use tantivy::query::QueryParser;
use tantivy::schema::{IndexRecordOption, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::tokenizer::{LowerCaser, SimpleTokenizer, Stemmer, TextAnalyzer};

const QUESTIONS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/knowledge-questions.jsonl"
);
const KNOWLEDGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/knowledge");

fn main() {
    if let Some(folder) = std::env::var_os(served::PLAIN) {
        return served::serve_plain(Path::new(&folder));
    }
    let work = tempfile::tempdir().unwrap();
    let path = |name: &str, default: &str| {
        std::env::var_os(name).map_or(PathBuf::from(default), PathBuf::from)
    };
    let number = |name: &str, default: usize| match std::env::var(name) {
        Ok(number) => number
            .parse()
            .unwrap_or_else(|_| panic!("{name} must be a whole number, not {number:?}")),
        Err(_) => default,
    };
    let corpus = path("REFERENT_CORPUS", KNOWLEDGE);
    let copies = number("REFERENT_BENCH_COPIES", 1);
    let knowledge = work.path().join("real/knowledge");
    for copy in 0..copies {
        copy_folder(&corpus, &knowledge.join(format!("copy{copy}")));
    }
    let program = PathBuf::from(env!("CARGO_BIN_EXE_referent"));
    let readers = Extractor::Child {
        program,
        limits: Limits::default(),
    };
    let only = std::env::args().skip(1).find(|part| !part.starts_with('-'));
    let wants = |part: &str| only.as_deref().is_none_or(|only| only == part);
    if wants("real") {
        println!("{} ({copies} copies)", corpus.display());
        measure(
            &work.path().join("real"),
            &readers,
            &questions(&path("REFERENT_GOLD", QUESTIONS)),
        );
    }

    let wanted = number("REFERENT_BENCH_PASSAGES", 5_000);
    if wanted > 0 && wants("invented") {
        println!("\ninvented documents");
        let folder = work.path().join("invented");
        invented::write(Path::new(KNOWLEDGE), &folder.join("knowledge"), wanted);
        // Text needs no reader that could fail: this is the time of everything after reading.
        let questions = questions(Path::new(QUESTIONS));
        measure(&folder, &Extractor::InProcess, &questions);
    }

    if wants("minutes") {
        println!("\ninvented minutes");
        let folder = work.path().join("minutes");
        let knowledge = folder.join("knowledge");
        let matters = invented::write_minutes(Path::new(KNOWLEDGE), &knowledge, MEETINGS, MATTERS);
        measure_matters(&folder, &matters);
    }

    if wants("http") {
        println!("\nserved");
        let mut index = Index::in_memory().unwrap();
        let (knowledge, readers) = (Path::new(KNOWLEDGE), Extractor::InProcess);
        ingest(knowledge, &mut index, &readers, Check::Content, &Silent).unwrap();
        let texts = passage_texts(&Bot::new(index, knowledge.to_owned()).unwrap());
        let questions = questions(Path::new(QUESTIONS));
        let rate = number("REFERENT_BENCH_RATE", 200);
        served::measure(&work.path().join("served"), &questions, &texts, rate);
    }
}

/// Meetings, and the matters that come up in them.
const MEETINGS: usize = 1_000;
const MATTERS: usize = 400;

/// Indexes the minutes in `knowledge` under `folder`, and asks where each matter stands.
fn measure_matters(folder: &Path, matters: &[String]) {
    let knowledge = folder.join("knowledge");
    let mut index = Index::open(&folder.join("data")).unwrap();
    let readers = Extractor::InProcess;
    ingest(&knowledge, &mut index, &readers, Check::Content, &Silent).unwrap();
    let bot = Bot::new(index, knowledge).unwrap();
    let texts = passage_texts(&bot);
    let plain = Plain::new(&folder.join("plain"), &texts);
    let start = Instant::now();
    let found = bot.matters().unwrap().all().len();
    println!(
        "{} files, {} passages; {found} matters linked in {}",
        bot.entries().len(),
        texts.len(),
        ms(start.elapsed())
    );
    measure_following(&bot, matters);
    let today: Date = "2026-01-01".parse().unwrap();
    let acts: [Act; 3] = [
        ("plain tantivy", &|topic| plain.search(topic)),
        ("status", &|topic| {
            drop(bot.status(topic, None, today).unwrap())
        }),
        ("positions", &|topic| {
            drop(bot.positions(topic, &Filter::default()).unwrap())
        }),
    ];
    let times = times(matters, &acts);
    for ((name, _), own) in acts.iter().zip(&times) {
        report(name, own, &times[0]);
    }
}

/// Subscriptions to topics, and new documents that are held against all of them.
const SUBSCRIPTIONS: usize = 10_000;
const NEW_DOCUMENTS: usize = 300;

/// Holds documents against subscriptions: to the matters, and to words and pairs of words of the minutes.
fn measure_following(bot: &Bot, matters: &[String]) {
    let texts = passage_texts(bot);
    let mut words: Vec<&str> = texts
        .iter()
        .flat_map(|text| text.split_whitespace())
        .filter(|word| word.chars().count() >= 5 && word.chars().all(char::is_lowercase))
        .collect();
    words.sort_unstable();
    words.dedup();
    // Every so many words: the same each time, and from the whole alphabet.
    let word = |i: usize| words[i * 7_919 % words.len()];
    let made = (0..).map(|i| match i % 3 {
        0 => word(i).to_owned(),
        _ => format!("{} {}", word(i), word(i + 1)),
    });
    let topics = matters.iter().cloned().chain(made).take(SUBSCRIPTIONS);
    let followed: Vec<What> = topics
        .map(|topic| What {
            topic: Some(topic),
            ..What::default()
        })
        .collect();
    let start = Instant::now();
    let matcher = bot.matcher((0..).zip(&followed));
    let made_ready = start.elapsed();
    let mut found = 0;
    let mut times: Vec<Duration> = bot.entries()[..NEW_DOCUMENTS]
        .iter()
        .map(|entry| {
            let start = Instant::now();
            found += bot.concerns(&matcher, &entry.id, None).unwrap().len();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!(
        "following: {} subscriptions made ready in {}; a new document matched in {} (median), {} (99 %), {} (longest), {:.1} notices each",
        followed.len(),
        ms(made_ready),
        ms(times[times.len() / 2]),
        ms(times[times.len() * 99 / 100]),
        ms(times[times.len() - 1]),
        found as f64 / times.len() as f64
    );
}

fn questions(path: &Path) -> Vec<String> {
    let questions = read(path).unwrap().into_iter();
    questions.map(|gold| gold.question).collect()
}

/// Indexes what is in `knowledge` under `folder`, and asks all questions.
fn measure(folder: &Path, extractor: &Extractor, questions: &[String]) {
    let knowledge = folder.join("knowledge");
    let start = Instant::now();
    let mut index = Index::open(&folder.join("data")).unwrap();
    ingest(&knowledge, &mut index, extractor, Check::Content, &Silent).unwrap();
    let indexed = start.elapsed();
    let start = Instant::now();
    ingest(&knowledge, &mut index, extractor, Check::Stamps, &Silent).unwrap();
    let checked = start.elapsed();

    let bot = Bot::new(index, knowledge).unwrap();
    let texts = passage_texts(&bot);
    let start = Instant::now();
    let plain = Plain::new(&folder.join("plain"), &texts);
    let plain_indexed = start.elapsed();
    let speed = |time: Duration| texts.len() as f64 / time.as_secs_f64();

    println!(
        "{} files, {} passages, {} questions",
        bot.entries().len(),
        texts.len(),
        questions.len()
    );
    println!(
        "index: {} (readers, sections, passages and search index), {:.0} passages a second; nothing changed: {}",
        ms(indexed),
        speed(indexed),
        ms(checked)
    );
    println!(
        "index, plain tantivy, passages ready made: {}, {:.0} passages a second",
        ms(plain_indexed),
        speed(plain_indexed)
    );
    let acts: [Act; 3] = [
        ("plain tantivy", &|question| plain.search(question)),
        ("search", &|question| {
            drop(bot.search(question, 10).unwrap())
        }),
        ("ask", &|question| drop(bot.ask(question).unwrap())),
    ];
    let times = times(questions, &acts);
    for ((name, _), own) in acts.iter().zip(&times) {
        report(name, own, &times[0]);
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target)
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn passage_texts(bot: &Bot) -> Vec<String> {
    let documents = bot
        .entries()
        .iter()
        .filter_map(|entry| bot.index().document(&entry.id).unwrap());
    documents
        .flat_map(|document| {
            passages(&document)
                .into_iter()
                .map(|passage| document.slice(passage.span).to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// What tantivy does out of the box.
struct Plain {
    searcher: tantivy::Searcher,
    parser: QueryParser,
}

impl Plain {
    fn new(folder: &Path, texts: &[String]) -> Plain {
        std::fs::create_dir_all(folder).unwrap();
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("nb")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let field = schema.add_text_field(
            "text",
            TextOptions::default()
                .set_indexing_options(indexing)
                .set_stored(),
        );
        let index = tantivy::Index::create_in_dir(folder, schema.build()).unwrap();
        register_analyzer(&index);
        let mut writer = index.writer_with_num_threads(1, 60_000_000).unwrap();
        for text in texts {
            writer
                .add_document(tantivy::doc!(field => text.as_str()))
                .unwrap();
        }
        writer.commit().unwrap();
        writer.wait_merging_threads().unwrap();
        Plain::of(&index)
    }

    /// What was indexed in a folder before.
    fn open(folder: &Path) -> Plain {
        let index = tantivy::Index::open_in_dir(folder).unwrap();
        register_analyzer(&index);
        Plain::of(&index)
    }

    fn of(index: &tantivy::Index) -> Plain {
        let field = index.schema().get_field("text").unwrap();
        Plain {
            searcher: index.reader().unwrap().searcher(),
            parser: QueryParser::for_index(index, vec![field]),
        }
    }

    fn search(&self, question: &str) {
        drop(self.found(question));
    }

    /// The stored texts of the best ten.
    fn found(&self, question: &str) -> Vec<String> {
        let query = self.parser.parse_query_lenient(question).0;
        let hits = self
            .searcher
            .search(&query, &TopDocs::with_limit(10).order_by_score())
            .unwrap();
        let documents = hits.into_iter().map(|(_, address)| {
            let document: tantivy::TantivyDocument = self.searcher.doc(address).unwrap();
            let text = document
                .field_values()
                .next()
                .map(|(_, value)| value.as_str().unwrap_or_default().to_owned());
            text.unwrap_or_default()
        });
        documents.collect()
    }
}

fn register_analyzer(index: &tantivy::Index) {
    let analyzer = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(LowerCaser)
        .filter(Stemmer::new(tantivy::tokenizer::Language::Norwegian))
        .build();
    index.tokenizers().register("nb", analyzer);
}

/// What is measured: its name, and what it does with a question.
type Act<'a> = (&'a str, &'a dyn Fn(&str));

/// So many times are measured at least: fewer have no hundredth part.
const MIN_TIMES: usize = 300;
/// Each act has so many turns at least, so that what else the machine does is shared by all.
const MIN_TURNS: usize = 3;

/// How long each act takes for each question, ascending, after one turn to warm up.
fn times(questions: &[String], acts: &[Act]) -> Vec<Vec<Duration>> {
    let turns = MIN_TIMES.div_ceil(questions.len()).max(MIN_TURNS);
    let mut times = vec![Vec::new(); acts.len()];
    for turn in 0..=turns {
        for ((_, act), times) in acts.iter().zip(&mut times) {
            for question in questions {
                let start = Instant::now();
                act(question);
                times.extend((turn > 0).then(|| start.elapsed()));
            }
        }
    }
    times.iter_mut().for_each(|times| times.sort_unstable());
    times
}

fn report(name: &str, times: &[Duration], beside: &[Duration]) {
    let (median, late) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    let ratio = median.as_secs_f64() / beside[beside.len() / 2].as_secs_f64();
    println!(
        "{name:14} median {}, 99 % within {}, {ratio:.1} × plain tantivy",
        ms(median),
        ms(late)
    );
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
