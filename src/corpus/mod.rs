//! What a document of minutes is: its text, its metadata, its sections and its passages.
//!
//! Everything here is pure but [`source`], the only place that reads documents from the disk.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

pub mod anchor;
mod date;
pub mod format;
pub mod metadata;
pub mod passage;
pub mod segment;
pub mod sentence;
pub mod source;

pub use date::{Date, InvalidDate};
pub use metadata::Metadata;

use format::BlockKind;

/// A document's name in links, buttons and on the command line: short, stable, unique, made from its path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentId(String);

impl DocumentId {
    /// The id of the document at `path` (relative to the knowledge folder, `/` between folders): its
    /// file name in plain letters, and eight hexadecimal digits of the path's SHA-256, so that two
    /// files of one name stay apart.
    pub fn of_path(path: &str) -> DocumentId {
        use sha2::Digest;
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let mut slug = String::new();
        for c in stem.chars().flat_map(char::to_lowercase) {
            match c {
                'a'..='z' | '0'..='9' => slug.push(c),
                'æ' => slug.push_str("ae"),
                'ø' => slug.push('o'),
                'å' => slug.push('a'),
                _ if slug.ends_with('-') || slug.is_empty() => {}
                _ => slug.push('-'),
            }
        }
        slug.truncate(40);
        let digest = sha2::Sha256::digest(path.as_bytes());
        let hash: String = digest
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let slug = slug.trim_matches('-');
        DocumentId(if slug.is_empty() {
            hash
        } else {
            format!("{slug}-{hash}")
        })
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for DocumentId {
    fn from(id: &str) -> Self {
        DocumentId(id.to_owned())
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place in a document's text, in bytes, on character boundaries. Programs outside see
/// characters counted instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// Where it ends: the first byte after it.
    pub end: usize,
}

impl Span {
    /// The span from `start` to before `end`.
    pub fn new(start: usize, end: usize) -> Span {
        debug_assert!(
            start <= end,
            "a span ends where it begins or later: {start}..{end}"
        );
        Span { start, end }
    }

    /// The bytes as a range.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// How many bytes it covers.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly in it.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The span from the start of the first to the end of the last.
    pub fn cover(self, other: Span) -> Span {
        Span {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// A file of the knowledge folder as text that can be quoted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Its path under the knowledge folder, `/` between folders.
    pub path: String,
    /// The first-level folder, or "default".
    pub collection: String,
    /// What it is: title, date, kind and so on.
    pub metadata: Metadata,
    /// The text that excerpts are taken from: blocks, one or two line breaks between them.
    pub text: String,
    /// Where the blocks stand in the text.
    pub blocks: Vec<PlacedBlock>,
    /// Its parts under their headings, in reading order.
    pub sections: Vec<Section>,
    /// What of the file was left out or only partly read.
    pub problems: Vec<String>,
}

/// A block of a document and its place in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacedBlock {
    /// What it is.
    pub kind: BlockKind,
    /// Where it stands.
    pub span: Span,
    /// The page on which it begins, where pages are known.
    pub page: Option<u32>,
    /// Offsets in the document's text where further pages begin, inside the block.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub page_breaks: Vec<(usize, u32)>,
}

/// The part of a document under one heading, up to the next heading of any level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// The heading in words, without its number; empty before the first heading.
    pub heading: String,
    /// The number in front of the heading, as "12/21" or "4.6.1".
    pub number: Option<String>,
    /// 0 for the document's title, 1 for the top level of headings.
    pub level: u8,
    /// Whether the heading is that of an agenda item of a meeting.
    pub agenda_item: bool,
    /// Where the heading itself stands; empty where there is none.
    pub heading_span: Span,
    /// The text under the heading, the heading left out.
    pub span: Span,
    /// The section whose heading stands above this one, as an index in [`Document::sections`].
    pub parent: Option<usize>,
}

impl Document {
    /// The words at `span`.
    pub fn slice(&self, span: Span) -> &str {
        &self.text[span.range()]
    }

    /// The page on which the text at `offset` stands, where pages are known.
    pub fn page_at(&self, offset: usize) -> Option<u32> {
        let after = self
            .blocks
            .partition_point(|block| block.span.start <= offset);
        let block = &self.blocks[after.checked_sub(1)?];
        let run_on = block
            .page_breaks
            .iter()
            .rev()
            .find(|(start, _)| *start <= offset);
        run_on.map(|(_, page)| *page).or(block.page)
    }

    /// The section in which the text at `offset` stands, its heading included.
    pub fn section_at(&self, offset: usize) -> Option<usize> {
        let after = self
            .sections
            .partition_point(|section| section.heading_span.start <= offset);
        after.checked_sub(1)
    }

    /// The headings over section `index`, outermost first, the document's title left out.
    pub fn heading_path(&self, index: usize) -> Vec<&str> {
        let mut path: Vec<&str> =
            std::iter::successors(Some(index), |&i| self.sections.get(i)?.parent)
                .filter_map(|i| self.sections.get(i))
                .filter(|section| section.level > 0 && !section.heading.is_empty())
                .map(|section| section.heading.as_str())
                .collect();
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_readable_and_keeps_files_of_one_name_apart() {
        let (pdf, docx) = (
            DocumentId::of_path("møter/Årsmøte 2021.pdf"),
            DocumentId::of_path("møter/Årsmøte 2021.docx"),
        );
        assert!(pdf.as_str().starts_with("arsmote-2021-"), "{pdf}");
        assert_ne!(pdf, docx);
        assert_eq!(DocumentId::of_path("日本.txt").as_str().len(), 8);
    }
}
