//! Where a citation leads.

use std::collections::BTreeSet;
use std::path::PathBuf;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Excerpt, Source};
use crate::corpus::anchor::Anchor;

/// Makes the address of an excerpt: that of a reader which everybody reaches, else the document's public one, else
/// that of a reader on this machine, else the file itself.
#[derive(Debug, Clone)]
pub struct Links {
    /// The knowledge folder, absolute.
    knowledge: PathBuf,
    reader: Option<Reader>,
}

/// The pages on which documents can be read with the quoted words marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Their address, without a slash at its end.
    pub base: String,
    /// The collections that can be read there; all where none are named.
    pub collections: Option<BTreeSet<String>>,
    /// Whether everybody who gets a citation can read there, and not only who is at this machine.
    pub public: bool,
}

/// The part of the page where the quoted words are.
pub const QUOTE: &str = "sitat";

/// The address of a document on the pages, at the words that begin at character `start`, if there are any.
pub fn page(id: &str, start: usize, words: &str) -> String {
    match words {
        "" => format!("/d/{id}"),
        words => format!("/d/{id}?sted={}#{QUOTE}", Anchor::new(start, words)),
    }
}

/// The address of an excerpt on the pages.
pub fn page_of(excerpt: &Excerpt) -> String {
    page(&excerpt.document.id, excerpt.start, &excerpt.text)
}

/// What needs no escape in a path or a fragment.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const PATH: &AsciiSet = &PLAIN.remove(b'/');

impl Links {
    /// Links for documents under `knowledge`.
    pub fn new(knowledge: PathBuf) -> Links {
        Links {
            knowledge,
            reader: None,
        }
    }

    /// The same with pages to read on.
    pub fn with_reader(self, reader: Reader) -> Links {
        Links {
            reader: Some(reader),
            ..self
        }
    }

    /// The address of `words` in the document `source`, which the public reads at `url`, if it does. They begin at
    /// character `start`, on `page` where pages are known; without words it is the document's.
    pub fn to(
        &self,
        url: Option<&str>,
        source: &Source,
        page: Option<u32>,
        start: usize,
        words: &str,
    ) -> String {
        let reader = self.reader.as_ref().filter(|reader| {
            let collections = reader.collections.as_ref();
            collections.is_none_or(|names| names.contains(&source.collection))
                && (reader.public || url.is_none())
        });
        match (reader, url) {
            (Some(reader), _) => {
                format!("{}{}", reader.base, self::page(&source.id, start, words))
            }
            (None, Some(url)) => at_words(url, &source.path, page, words),
            (None, None) => {
                let file = self.knowledge.join(&source.path);
                let file = utf8_percent_encode(&file.to_string_lossy(), PATH).to_string();
                at_words(&format!("file://{file}"), &source.path, page, words)
            }
        }
    }
}

/// The address `base` of the file at `path`, at the page for a PDF, at the words, if there are any, for a web page.
pub fn at_words(base: &str, path: &str, page: Option<u32>, words: &str) -> String {
    let file = path.to_lowercase();
    let address = base.split(['#', '?']).next().unwrap_or(base).to_lowercase();
    let is = |endings: &[&str]| {
        let ends = |ending: &&str| address.ends_with(ending) || file.ends_with(ending);
        endings.iter().any(ends)
    };
    if base.contains('#') {
        base.to_owned()
    } else if is(&[".pdf"]) {
        page.map_or(base.to_owned(), |page| format!("{base}#page={page}"))
    } else if is(&[".html", ".htm", ".xhtml"]) && !words.is_empty() {
        format!("{base}#:~:text={}", text_fragment(words))
    } else {
        base.to_owned()
    }
}

/// First and last words of an excerpt, as browsers look them up
/// (<https://wicg.github.io/scroll-to-text-fragment/>).
fn text_fragment(words: &str) -> String {
    // The fragment must lie in one block of the page, so only the first is looked up.
    let block: Vec<&str> = words
        .split('\n')
        .next()
        .unwrap_or_default()
        .trim_start_matches("• ")
        .split(' ')
        .collect();
    let encode = |words: &[&str]| {
        utf8_percent_encode(&words.join(" "), PLAIN)
            .to_string()
            .replace('-', "%2D")
    };
    if block.len() <= 8 {
        encode(&block)
    } else {
        format!(
            "{},{}",
            encode(&block[..4]),
            encode(&block[block.len() - 4..])
        )
    }
}
