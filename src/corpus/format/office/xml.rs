//! A walk over XML that never recurses, whatever the depth, and gives up softly: what was read
//! before an error stays.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// How deep elements may be nested.
const DEPTH: usize = 10_000;

/// What to do with an element that has just opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Visit its content; `close` is called at its end.
    Into,
    /// Leave its content out; `close` is not called.
    Skip,
}

/// Is told of the elements and the text of a document, in order. Names come without prefix.
pub trait Visitor {
    /// An element begins.
    fn open(&mut self, tag: &Tag<'_>) -> Flow;
    /// The element that was opened last ends.
    fn close(&mut self, _name: &str) {}
    /// Text between tags, in as many pieces as the parser likes.
    fn text(&mut self, _text: &str) {}
}

/// A start tag.
pub struct Tag<'a> {
    /// Its name without prefix.
    pub name: &'a str,
    /// The name of the element around it, empty at the top.
    pub parent: &'a str,
    start: &'a BytesStart<'a>,
}

impl Tag<'_> {
    /// The value of the attribute with this name, whatever its prefix.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.find(|prefixed, local| local == name || prefixed == name)
    }

    /// The value of the attribute with this name that has a prefix: `r:id` beside a plain `id`.
    pub fn prefixed(&self, name: &str) -> Option<String> {
        self.find(|whole, local| local == name && whole != local)
    }

    /// The `val` attribute of WordprocessingML.
    pub fn value(&self) -> Option<String> {
        self.attribute("val")
    }

    /// A number in an attribute.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.attribute(name)?.trim().parse().ok()
    }

    /// Whether an on/off element of Office Open XML is on: it is when it has no value.
    pub fn is_on(&self) -> bool {
        !matches!(
            self.value().as_deref(),
            Some("0" | "false" | "off" | "none")
        )
    }

    fn find(&self, wanted: impl Fn(&str, &str) -> bool) -> Option<String> {
        // Without the check for repeated names, which takes quadratic time.
        let mut attributes = self.start.attributes();
        attributes.with_checks(false);
        attributes.flatten().find_map(|attribute| {
            let whole = attribute.key.as_ref();
            let local = whole.rsplit_once(':').map_or(whole, |(_, local)| local);
            wanted(whole, local).then(|| unescape(&attribute.value).into_owned())
        })
    }
}

/// Walks through `xml`. The answer is what was wrong with it, if anything was; elements that are
/// open then are closed, so that the visitor can finish what it has.
pub fn walk(xml: &str, visitor: &mut impl Visitor) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    let mut open: Vec<String> = Vec::new();
    let problem = run(&mut reader, &mut open, visitor);
    while let Some(name) = open.pop() {
        visitor.close(&name);
    }
    problem
}

fn run(
    reader: &mut Reader<&[u8]>,
    open: &mut Vec<String>,
    visitor: &mut impl Visitor,
) -> Option<String> {
    let mut skipped = 0_usize;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                return Some(format!(
                    "faulty XML at byte {}: {error}",
                    reader.error_position()
                ));
            }
        };
        match event {
            Event::Start(_) if skipped > 0 => skipped += 1,
            Event::End(_) if skipped > 0 => skipped -= 1,
            Event::Start(start) => match visit(&start, open, visitor) {
                Flow::Into => open.push(start.local_name().as_ref().to_owned()),
                Flow::Skip => skipped = 1,
            },
            Event::Empty(start) if skipped == 0 && visit(&start, open, visitor) == Flow::Into => {
                visitor.close(start.local_name().as_ref());
            }
            Event::End(_) => {
                if let Some(name) = open.pop() {
                    visitor.close(&name);
                }
            }
            Event::Text(text) if skipped == 0 => visitor.text(&text.xml10_content()),
            Event::CData(text) if skipped == 0 => visitor.text(&text.xml10_content()),
            Event::GeneralRef(reference) if skipped == 0 => {
                if let Some(character) = resolve(&reference) {
                    visitor.text(character.encode_utf8(&mut [0; 4]));
                }
            }
            Event::Eof if skipped == 0 && open.is_empty() => return None,
            Event::Eof => return Some("the XML ends too early".to_owned()),
            _ => {}
        }
        if open.len() + skipped > DEPTH {
            return Some(format!("elements nested more than {DEPTH} deep"));
        }
    }
}

fn visit(start: &BytesStart<'_>, open: &[String], visitor: &mut impl Visitor) -> Flow {
    let name = start.local_name();
    visitor.open(&Tag {
        name: name.as_ref(),
        parent: open.last().map_or("", String::as_str),
        start,
    })
}

/// The character of an entity. Entities that a document declares itself are left out: no office
/// program writes any, and their expansion is an old way to exhaust memory.
fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    named(&reference.xml10_content())
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        _ => return None,
    })
}

/// An attribute's value with its entities resolved; an unknown one stays as it is.
fn unescape(value: &str) -> Cow<'_, str> {
    quick_xml::escape::unescape(value).unwrap_or(Cow::Borrowed(value))
}

/// Choices between renderings of the same thing, for newer and for older programs
/// (`mc:AlternateContent`): the first one is taken.
#[derive(Debug, Default)]
pub struct Alternatives {
    /// For each choice that is open, whether one has been taken.
    taken: Vec<bool>,
}

impl Alternatives {
    /// A choice, or one of its renderings, begins.
    pub fn open(&mut self, name: &str) -> Flow {
        if name == "AlternateContent" {
            self.taken.push(false);
        } else if let Some(taken) = self.taken.last_mut()
            && std::mem::replace(taken, true)
        {
            return Flow::Skip;
        }
        Flow::Into
    }

    /// The choice ends.
    pub fn close(&mut self) {
        self.taken.pop();
    }
}
