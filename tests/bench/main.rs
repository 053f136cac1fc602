//! Time to index and to answer, beside plain tantivy (its Norwegian stemmer, BM25, ten hits) on the
//! same passages in the same run: `cargo bench`.
//!
//! REFERENT_CORPUS names other documents than those that ship; REFERENT_BENCH_COPIES (default 1)
//! copies the documents so many times, to see how time grows.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use referent::bot::Bot;
use referent::corpus::passage::passages;
use referent::evaluate::read;
use referent::index::Index;
use referent::ingest::extract::{Extractor, Limits};
use referent::ingest::{Check, Silent, ingest};
use tantivy::collector::TopDocs;
use tantivy::query::QueryParser;
use tantivy::schema::{IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{LowerCaser, SimpleTokenizer, Stemmer, TextAnalyzer};

const QUESTIONS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/knowledge-questions.jsonl"
);
const KNOWLEDGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/knowledge");

fn main() {
    let work = tempfile::tempdir().unwrap();
    let corpus =
        std::env::var_os("REFERENT_CORPUS").map_or(PathBuf::from(KNOWLEDGE), PathBuf::from);
    let copies: usize = std::env::var("REFERENT_BENCH_COPIES")
        .ok()
        .and_then(|copies| copies.parse().ok())
        .unwrap_or(1);
    let knowledge = work.path().join("knowledge");
    for copy in 0..copies {
        copy_folder(&corpus, &knowledge.join(format!("copy{copy}")));
    }
    let questions =
        std::env::var_os("REFERENT_GOLD").map_or(PathBuf::from(QUESTIONS), PathBuf::from);
    let questions: Vec<String> = read(&questions)
        .unwrap()
        .into_iter()
        .map(|gold| gold.question)
        .collect();

    let data = work.path().join("data");
    let start = Instant::now();
    let mut index = Index::open(&data).unwrap();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_referent"));
    ingest(
        &knowledge,
        &mut index,
        &Extractor::Child {
            program,
            limits: Limits::default(),
        },
        Check::Content,
        &Silent,
    )
    .unwrap();
    let indexed = start.elapsed();
    let start = Instant::now();
    ingest(
        &knowledge,
        &mut index,
        &Extractor::InProcess,
        Check::Stamps,
        &Silent,
    )
    .unwrap();
    let checked = start.elapsed();

    let bot = Bot::new(index, knowledge).unwrap();
    let texts = passage_texts(&bot);
    let start = Instant::now();
    let plain = Plain::new(&work.path().join("plain"), &texts);
    let plain_indexed = start.elapsed();

    println!(
        "{} files, {} passages, {} questions, {copies} copies",
        bot.entries().len(),
        texts.len(),
        questions.len()
    );
    println!(
        "index: {} (readers, sections, passages and search index); nothing changed: {}",
        ms(indexed),
        ms(checked)
    );
    println!(
        "index, plain tantivy, passages ready made: {}",
        ms(plain_indexed)
    );
    let tantivy = times(&questions, |question| plain.search(question));
    report("plain tantivy", &tantivy, &tantivy);
    report(
        "search",
        &times(&questions, |question| {
            drop(bot.search(question, 10).unwrap())
        }),
        &tantivy,
    );
    report(
        "ask",
        &times(&questions, |question| drop(bot.ask(question).unwrap())),
        &tantivy,
    );
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
        let analyzer = TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(LowerCaser)
            .filter(Stemmer::new(tantivy::tokenizer::Language::Norwegian))
            .build();
        index.tokenizers().register("nb", analyzer);
        let mut writer = index.writer_with_num_threads(1, 60_000_000).unwrap();
        for text in texts {
            writer
                .add_document(tantivy::doc!(field => text.as_str()))
                .unwrap();
        }
        writer.commit().unwrap();
        writer.wait_merging_threads().unwrap();
        Plain {
            searcher: index.reader().unwrap().searcher(),
            parser: QueryParser::for_index(&index, vec![field]),
        }
    }

    fn search(&self, question: &str) {
        let query = self.parser.parse_query_lenient(question).0;
        let hits = self
            .searcher
            .search(&query, &TopDocs::with_limit(10).order_by_score())
            .unwrap();
        for (_, address) in hits {
            self.searcher
                .doc::<tantivy::TantivyDocument>(address)
                .unwrap();
        }
    }
}

/// The time of each question, after one round to warm up.
fn times(questions: &[String], mut act: impl FnMut(&str)) -> Vec<Duration> {
    questions.iter().for_each(|question| act(question));
    let mut times: Vec<Duration> = questions
        .iter()
        .map(|question| {
            let start = Instant::now();
            act(question);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
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
