//! What office files say of themselves: `docProps/core.xml` and `meta.xml`, which share the names of
//! Dublin Core.

use super::super::Properties;
use super::super::clean::clean;
use super::package::Package;
use super::xml::{Flow, Tag, Visitor};

/// Reads the properties in a part.
pub fn read(package: &mut Package<'_>, part: &str) -> Properties {
    let mut reader = Reader::default();
    package.visit(part, &mut reader);
    reader.properties
}

#[derive(Default)]
struct Reader {
    properties: Properties,
    text: String,
}

impl Visitor for Reader {
    fn open(&mut self, _tag: &Tag<'_>) -> Flow {
        self.text.clear();
        Flow::Into
    }

    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// No date is taken: `created` and `modified` tell when the file was made or saved, which for
    /// minutes is seldom the day of the meeting, and in a file made from a template years before it.
    fn close(&mut self, name: &str) {
        let text = Some(clean(&std::mem::take(&mut self.text))).filter(|text| !text.is_empty());
        let Some(text) = text else { return };
        let properties = &mut self.properties;
        match name {
            "title" => properties.title = Some(text),
            // OpenDocument's `creator` is who saved the file last.
            "initial-creator" => properties.author = Some(text),
            "creator" => properties.author = properties.author.take().or(Some(text)),
            "language" => properties.language = Some(text),
            _ => {}
        }
    }
}
