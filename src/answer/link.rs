//! Where a citation leads.

use std::path::PathBuf;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Makes the address of an excerpt: the document's public one where it has one, else the file itself.
#[derive(Debug, Clone)]
pub struct Links {
    /// The knowledge folder, absolute.
    knowledge: PathBuf,
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
        Links { knowledge }
    }

    /// The address of `words` in the document at `path`, or at `url` where the public reads it: at the
    /// page for a PDF, at the words, if there are any, for a web page.
    pub fn to(&self, url: Option<&str>, path: &str, page: Option<u32>, words: &str) -> String {
        let base = url.map(str::to_owned).unwrap_or_else(|| {
            let file = self.knowledge.join(path);
            format!(
                "file://{}",
                utf8_percent_encode(&file.to_string_lossy(), PATH)
            )
        });
        let file = path.to_lowercase();
        let path = base
            .split(['#', '?'])
            .next()
            .unwrap_or(&base)
            .to_lowercase();
        let is = |endings: &[&str]| {
            let ends = |ending: &&str| path.ends_with(ending) || file.ends_with(ending);
            endings.iter().any(ends)
        };
        if base.contains('#') {
            base
        } else if is(&[".pdf"]) {
            page.map_or(base.clone(), |page| format!("{base}#page={page}"))
        } else if is(&[".html", ".htm", ".xhtml"]) && !words.is_empty() {
            format!("{base}#:~:text={}", text_fragment(words))
        } else {
            base
        }
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
