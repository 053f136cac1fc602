//! What a PDF says of itself: the information dictionary, XMP metadata, and the outline.

use std::collections::HashSet;

use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{Dict, ObjectIdentifier, Stream, String as PdfString};
use quick_xml::events::Event;

use crate::corpus::format::{Properties, clean::clean};

/// Entries of an outline that are read.
const MAX_ENTRIES: usize = 5_000;
/// Bytes of XMP metadata that are read.
const MAX_XMP: usize = 1 << 20;

/// One entry of the outline (bookmarks).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub title: String,
    /// 1 for the top level.
    pub level: u8,
}

/// Title, author and language.
pub(super) fn properties(pdf: &Pdf) -> Properties {
    let info = pdf.metadata();
    let text =
        |bytes: &Option<Box<[u8]>>| bytes.as_deref().map(decode).filter(|text| !text.is_empty());
    let mut properties = Properties {
        title: text(&info.title),
        author: text(&info.author),
        // When the file was made says nothing about when the meeting was: minutes are exported
        // weeks after, and scanned years after.
        date: None,
        language: None,
    };
    let Some(catalog) = catalog(pdf) else {
        return properties;
    };
    properties.language = catalog
        .get::<PdfString<'_>>("Lang")
        .map(|lang| decode(lang.as_bytes()))
        .filter(|lang| !lang.is_empty());
    if let Some(xmp) = catalog
        .get::<Stream<'_>>("Metadata")
        .and_then(|stream| stream.decoded_data().ok().map(|data| data.into_owned()))
    {
        let found = read_xmp(xmp.get(..xmp.len().min(MAX_XMP)).unwrap_or_default());
        properties.title = properties.title.or(found.title);
        properties.author = properties.author.or(found.author);
    }
    properties
}

fn catalog(pdf: &Pdf) -> Option<Dict<'_>> {
    pdf.xref().get::<Dict<'_>>(pdf.xref().root_id())
}

/// The entries of the outline, in order.
pub(super) fn outline(pdf: &Pdf) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut seen: HashSet<ObjectIdentifier> = HashSet::new();
    let first = catalog(pdf)
        .and_then(|catalog| catalog.get::<Dict<'_>>("Outlines"))
        .and_then(|root| item(&root, "First"));
    let mut stack: Vec<(ObjectIdentifier, Dict<'_>, u8)> =
        first.map(|(id, item)| (id, item, 1)).into_iter().collect();
    while let Some((id, entry, level)) = stack.pop() {
        if entries.len() >= MAX_ENTRIES || !seen.insert(id) {
            continue;
        }
        if let Some(title) = entry.get::<PdfString<'_>>("Title") {
            entries.push(Entry {
                title: decode(title.as_bytes()),
                level,
            });
        }
        stack.extend(item(&entry, "Next").map(|(id, next)| (id, next, level)));
        stack.extend(item(&entry, "First").map(|(id, child)| (id, child, level.saturating_add(1))));
    }
    entries
}

fn item<'a>(dict: &Dict<'a>, key: &str) -> Option<(ObjectIdentifier, Dict<'a>)> {
    Some((dict.get_ref(key)?.into(), dict.get::<Dict<'a>>(key)?))
}

/// A text string of the format: UTF-16 or UTF-8 with a mark, else PDFDocEncoding, which is read as
/// Windows-1252 here (the two differ in rare signs only).
fn decode(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0,
        [0xFF, 0xFE, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0,
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest),
        _ => {
            encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(bytes)
                .0
        }
    };
    clean(&text)
}

/// Title and creator from XMP.
fn read_xmp(xmp: &[u8]) -> Properties {
    let mut properties = Properties::default();
    let text = String::from_utf8_lossy(xmp);
    let mut reader = quick_xml::Reader::from_str(&text);
    let mut path: Vec<String> = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => path.push(start.name().as_ref().to_owned()),
            Ok(Event::End(_)) => {
                path.pop();
            }
            Ok(Event::Text(words)) => {
                let words = clean(&words);
                let inside = |name: &str| path.iter().any(|element| element == name);
                let slot = if inside("dc:title") {
                    &mut properties.title
                } else if inside("dc:creator") {
                    &mut properties.author
                } else {
                    continue;
                };
                if slot.is_none() && !words.is_empty() {
                    *slot = Some(words);
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_strings_are_read_in_their_encodings() {
        assert_eq!(decode(b"\xFE\xFF\x00\xC5\x00r"), "År");
        assert_eq!(decode(b"M\xF8te"), "Møte");
        assert_eq!(decode("\u{FEFF}Møte".as_bytes()), "Møte");
    }

    #[test]
    fn xmp_gives_what_the_information_dictionary_lacks() {
        let found =
            read_xmp(b"<x><dc:title><rdf:Alt><rdf:li>Referat</rdf:li></rdf:Alt></dc:title></x>");
        assert_eq!(
            (found.title.as_deref(), found.author),
            (Some("Referat"), None)
        );
    }
}
