//! One reader per file format: bytes in, [`Extracted`] blocks out.
//!
//! A new format is one file here with `read(&[u8]) -> Result<Extracted, Unreadable>`, one line in
//! [`Format::of`] and in [`read`], and one document in `knowledge/`. Readers are pure; they may be
//! slow or run out of memory on hostile input, so [`crate::ingest`] runs them in a child process.

use serde::{Deserialize, Serialize};

pub mod clean;
mod decode;
pub mod front_matter;
mod html;
pub mod join;
mod markdown;
mod numerals;
mod office;
mod pdf;
mod pieces;
mod plain;

/// What a reader found in a file, in reading order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Extracted {
    /// The text, one block per heading, paragraph, list item or table row.
    pub blocks: Vec<Block>,
    /// What the file says of itself.
    pub properties: Properties,
    /// Notes for the operator: what was left out or only partly read.
    pub problems: Vec<String>,
    /// The TOML at the top of the file, where it has any (`+++`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub front_matter: Option<String>,
}

/// A piece of a document that stands by itself on the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// What the piece is.
    pub kind: BlockKind,
    /// Its text: one line, cleaned with [`clean::clean`], lines joined with [`join::append_line`].
    /// A bullet is not part of it, a number or letter label ("2.", "b)") is.
    pub text: String,
    /// The page (or slide), from 1, on which it begins; `None` where the format has no pages.
    pub page: Option<u32>,
    /// Where it runs on to further pages: byte offset in `text` and the page that begins there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub page_breaks: Vec<(usize, u32)>,
}

impl Block {
    /// A block that stands on one page.
    pub fn new(kind: BlockKind, text: impl Into<String>, page: Option<u32>) -> Self {
        Block {
            kind,
            text: text.into(),
            page,
            page_breaks: Vec::new(),
        }
    }
}

/// The kinds of [`Block`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// A heading; level 0 is the document's title, 1 the top level of headings.
    Heading(u8),
    /// Running text.
    Paragraph,
    /// An item of a list.
    ListItem,
    /// A table row, cells separated by " | ".
    TableRow,
    /// A line of a table of contents: shown nowhere, searched nowhere.
    Contents,
}

/// What a file says of itself in its own properties.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Properties {
    /// Title.
    pub title: Option<String>,
    /// Author.
    pub author: Option<String>,
    /// Date as the file writes it, ISO 8601 or a leading part of it.
    pub date: Option<String>,
    /// Language code, as "nb-NO".
    pub language: Option<String>,
}

/// Why a file gives no document. The sentence is for the operator and says how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// No bytes, or no text at all.
    #[error("the file is empty: remove it or add its text")]
    Empty,
    /// A password is needed.
    #[error("the file is encrypted and needs a password: save a copy without one")]
    Encrypted,
    /// Pictures of text only.
    #[error(
        "the file holds pictures of text only (scanned, {pages} pages): run text recognition (OCR) on it first"
    )]
    Scanned {
        /// How many pages were looked at.
        pages: u32,
    },
    /// Not what its name says, or broken.
    #[error(
        "the file cannot be read as {format}: {reason}; open and save it anew in the program it comes from"
    )]
    Damaged {
        /// The format that was tried.
        format: String,
        /// What was wrong.
        reason: String,
    },
    /// Over a limit.
    #[error(
        "the file goes beyond a limit ({limit}): split it, or raise the limit if it is one of [extraction]"
    )]
    TooLarge {
        /// The limit, in words.
        limit: String,
    },
    /// An ending that no reader takes.
    #[error(
        "no reader for this kind of file: use PDF, DOCX, ODT, ODP, PPTX, HTML, Markdown or text"
    )]
    Unsupported,
}

/// The formats that have a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Portable Document Format.
    Pdf,
    /// Word (DOCX).
    Docx,
    /// OpenDocument text and slides (ODT, ODP).
    OpenDocument,
    /// PowerPoint (PPTX).
    Pptx,
    /// Web pages.
    Html,
    /// Markdown.
    Markdown,
    /// Text without markup.
    Plain,
}

impl Format {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Format::Pdf => "PDF",
            Format::Docx => "DOCX",
            Format::OpenDocument => "OpenDocument",
            Format::Pptx => "PPTX",
            Format::Html => "HTML",
            Format::Markdown => "Markdown",
            Format::Plain => "text",
        }
    }

    /// The format that a file name's ending stands for.
    pub fn of(name: &str) -> Option<Format> {
        let (_, ending) = name.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "pdf" => Format::Pdf,
            "docx" | "docm" => Format::Docx,
            "odt" | "odp" => Format::OpenDocument,
            "pptx" | "pptm" => Format::Pptx,
            "html" | "htm" | "xhtml" => Format::Html,
            "md" | "markdown" => Format::Markdown,
            "txt" | "text" => Format::Plain,
            _ => return None,
        })
    }
}

/// The most text that a document may have, in MiB: more than the longest report of a thousand pages,
/// and still little beside what its index takes to make.
const MAX_TEXT_MIB: usize = 10;
/// The most blocks that a document may have.
const MAX_BLOCKS: usize = 200_000;

/// Reads `bytes` as `format`. A file whose first bytes say that it is something else than its name
/// says is read as what it is.
pub fn read(format: Format, bytes: &[u8]) -> Result<Extracted, Unreadable> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::Empty);
    }
    let extracted = match content_format(bytes).unwrap_or(format) {
        Format::Pdf => pdf::read(bytes),
        Format::Docx => office::docx::read(bytes),
        Format::OpenDocument => office::opendocument::read(bytes),
        Format::Pptx => office::pptx::read(bytes),
        Format::Html => html::read(bytes),
        Format::Markdown => markdown::read(bytes),
        Format::Plain => plain::read(bytes),
    }?;
    let text: usize = extracted.blocks.iter().map(|block| block.text.len()).sum();
    if text > MAX_TEXT_MIB << 20 || extracted.blocks.len() > MAX_BLOCKS {
        return Err(Unreadable::TooLarge {
            limit: format!("{MAX_TEXT_MIB} MiB of text in {MAX_BLOCKS} blocks"),
        });
    }
    if extracted
        .blocks
        .iter()
        .all(|block| block.text.trim().is_empty())
    {
        return Err(Unreadable::Empty);
    }
    Ok(extracted)
}

/// The format that a file's bytes show, where they show one: names lie, and a PDF called
/// "referat.docx" is still a PDF.
pub fn content_format(bytes: &[u8]) -> Option<Format> {
    if bytes.starts_with(b"%PDF-") {
        return Some(Format::Pdf);
    }
    if !bytes.starts_with(b"PK\x03\x04") {
        return None;
    }
    // The names of a zip archive's parts stand in its directory, which is not compressed.
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    if has(b"word/document.xml") {
        Some(Format::Docx)
    } else if has(b"ppt/presentation.xml") {
        Some(Format::Pptx)
    } else if has(b"mimetypeapplication/vnd.oasis.opendocument") {
        Some(Format::OpenDocument)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_what_it_is() {
        assert_eq!(content_format(b"%PDF-1.7\n"), Some(Format::Pdf));
        assert_eq!(
            content_format(b"PK\x03\x04....word/document.xml"),
            Some(Format::Docx)
        );
        assert_eq!(content_format(b"PK\x03\x04....other.xml"), None);
        assert_eq!(read(Format::Plain, b" \n\t"), Err(Unreadable::Empty));
    }
}
