//! Markdown: CommonMark with tables, footnotes and strikethrough, as pulldown-cmark reads it.

use std::borrow::Cow;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::super::metadata::month_of;
use super::decode::decode;
use super::front_matter::{front_matter, yaml_front_matter};
use super::html;
use super::pieces::{Line, Piece, Table, blocks_of};
use super::{BlockKind, Extracted, Properties, Unreadable};

/// Reads a Markdown file.
pub fn read(bytes: &[u8]) -> Result<Extracted, Unreadable> {
    let text = decode(bytes, None);
    let (toml, rest) = front_matter(&text);
    let (properties, rest) = if toml.is_some() {
        (Properties::default(), rest)
    } else {
        yaml_front_matter(rest)
    };
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let mut reader = Reader::default();
    let rest = without_false_lists(rest);
    for event in Parser::new_ext(&rest, options) {
        reader.event(event);
    }
    reader.flush();
    let mut problems = Vec::new();
    let front_matter = toml.map(str::to_owned);
    Ok(Extracted {
        blocks: blocks_of(reader.out, &mut problems),
        properties,
        problems,
        front_matter,
    })
}

/// The source with the full stop of "5. mars" escaped where a line begins with it: the day is no number of a
/// list's item.
fn without_false_lists(source: &str) -> Cow<'_, str> {
    let is_date = |line: &str| {
        line.trim_start()
            .split_once(". ")
            .is_some_and(|(day, rest)| {
                let month = rest.split(' ').next().unwrap_or_default();
                (1..=2).contains(&day.len())
                    && day.bytes().all(|b| b.is_ascii_digit())
                    && month_of(month.trim_end_matches(['.', ',', ':'])).is_some()
            })
    };
    if !source.lines().any(is_date) {
        return Cow::Borrowed(source);
    }
    let lines = source
        .split_inclusive('\n')
        .map(|line| match is_date(line) {
            true => line.replacen(". ", "\\. ", 1),
            false => line.to_owned(),
        });
    Cow::Owned(lines.collect())
}

/// An item of an outermost list.
struct OuterItem {
    /// Where its first block stands in what was read.
    at: usize,
    /// Whether a list stands under it.
    has_list: bool,
}

#[derive(Default)]
struct Reader {
    line: Line,
    out: Vec<Piece>,
    table: Option<Table>,
    /// For each open list the number of its next item; `None` with bullets.
    lists: Vec<Option<u64>>,
    /// The items of the outermost list that is being read.
    outer: Vec<OuterItem>,
    /// The level of the last heading.
    above: u8,
    /// The label of the list item whose first block is still to come.
    item: Option<String>,
    heading: Option<u8>,
    bold: usize,
    images: usize,
    html: String,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text)
            | Event::Code(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => {
                if self.images == 0 {
                    self.line.push(&text, self.bold > 0, None);
                }
            }
            Event::SoftBreak | Event::HardBreak => self.line.space(),
            Event::Html(html) => self.html.push_str(&html),
            Event::InlineHtml(tag) if tag.to_lowercase().starts_with("<br") => self.line.space(),
            Event::Rule => self.flush(),
            Event::InlineHtml(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn open(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.bold += 1,
            Tag::Image { .. } => self.images += 1,
            Tag::Emphasis
            | Tag::Strikethrough
            | Tag::Link { .. }
            | Tag::Superscript
            | Tag::Subscript => {}
            tag => {
                self.flush();
                self.open_block(tag);
            }
        }
    }

    fn open_block(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.above = depth(level);
                self.heading = Some(self.above);
            }
            Tag::List(start) => {
                if let ([_], Some(item)) = (&self.lists[..], self.outer.last_mut()) {
                    item.has_list = true;
                }
                self.lists.push(start);
            }
            Tag::Item => {
                if self.lists.len() == 1 {
                    let at = self.out.len();
                    self.outer.push(OuterItem {
                        at,
                        has_list: false,
                    });
                }
                let number = self.lists.last_mut().and_then(Option::as_mut);
                self.item = Some(number.map_or_else(String::new, |next| {
                    let label = format!("{next}.");
                    *next = next.saturating_add(1);
                    label
                }));
            }
            Tag::Table(_) => self.table = Some(Table::default()),
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.open_row();
                }
            }
            Tag::TableCell => {
                if let Some(table) = &mut self.table {
                    table.open_cell();
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            TagEnd::Emphasis
            | TagEnd::Strikethrough
            | TagEnd::Link
            | TagEnd::Superscript
            | TagEnd::Subscript => {}
            tag => {
                self.flush();
                self.close_block(tag);
            }
        }
    }

    fn close_block(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.heading = None,
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.close_agenda();
                }
            }
            TagEnd::Item => self.item = None,
            TagEnd::TableHead | TagEnd::TableRow => {
                let rows = self.table.as_mut().map(Table::close_row);
                self.out.extend(rows.unwrap_or_default());
            }
            TagEnd::Table => self.table = None,
            TagEnd::HtmlBlock => {
                let pieces = html::fragment(&std::mem::take(&mut self.html));
                self.out.extend(pieces);
            }
            _ => {}
        }
    }

    /// Items that refer to an issue by its number, with what was said in lists under them, are an agenda:
    /// each is the heading of what follows.
    fn close_agenda(&mut self) {
        let items = std::mem::take(&mut self.outer);
        let text = |item: &OuterItem| self.out.get(item.at).map(|piece| piece.block.text.as_str());
        let refers = |item: &OuterItem| text(item).is_some_and(refers_to_issue);
        let is_agenda = items.iter().any(|item| item.has_list && refers(item));
        let headings: Vec<usize> = items
            .iter()
            .filter(|item| is_agenda && (item.has_list || refers(item)))
            .filter(|item| text(item).is_some_and(|text| text.len() <= MAX_HEADING))
            .map(|item| item.at)
            .collect();
        for at in headings {
            self.out[at].block.kind = BlockKind::Heading(self.above.saturating_add(1));
        }
    }

    /// Ends the block that is being read.
    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return;
        }
        let item = self.item.take();
        let kind = match (self.heading, &item) {
            (Some(level), _) => BlockKind::Heading(level),
            (None, Some(_)) => BlockKind::ListItem,
            (None, None) => BlockKind::Paragraph,
        };
        let piece = line.finish(kind, &item.unwrap_or_default(), false);
        match &mut self.table {
            Some(table) => table.push(piece.into_iter().collect(), false),
            None => self.out.extend(piece),
        }
    }
}

/// What is longer, in bytes, is no heading.
const MAX_HEADING: usize = 250;

/// Whether a text names an issue by its number: "add execve #56496".
fn refers_to_issue(text: &str) -> bool {
    let mut parts = text.split('#').skip(1);
    parts.any(|part| part.bytes().take_while(u8::is_ascii_digit).count() >= 2)
}

fn depth(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_its_structure_and_loses_its_marks() {
        let source = "+++\ntitle = \"Møte\"\n+++\n# Referat\n\nStyret *vedtok* [planen](http://x.no)<br>i dag.\n\n3. Først\n   - Under\n4. Så\n\n\
            | Sak | Frist |\n|---|---|\n| Lønn | **mai** |\n\n**Eventuelt**\n\nIngen saker.[^1]\n\n[^1]: Se vedlegg.\n\n<div>Til slutt <b>takk</b></div>\n";
        let extracted = read(source.as_bytes()).unwrap();
        use BlockKind::{Heading, ListItem, Paragraph, TableRow};
        let blocks: Vec<_> = extracted
            .blocks
            .iter()
            .map(|block| (block.kind, block.text.as_str()))
            .collect();
        assert_eq!(
            extracted.front_matter.as_deref(),
            Some("title = \"Møte\"\n")
        );
        assert_eq!(
            blocks,
            [
                (Heading(1), "Referat"),
                (Paragraph, "Styret vedtok planen i dag."),
                (ListItem, "3. Først"),
                (ListItem, "Under"),
                (ListItem, "4. Så"),
                (TableRow, "Sak | Frist"),
                (TableRow, "Lønn | mai"),
                (Heading(2), "Eventuelt"),
                (Paragraph, "Ingen saker."),
                (Paragraph, "Se vedlegg."),
                (Paragraph, "Til slutt takk"),
            ]
        );
    }

    #[test]
    fn issues_in_a_list_are_headings_of_what_was_said() {
        let source = "## Agenda\n\n* Paint the shed [#120](http://x.no)\n  * Ada, fine\n* Buy soil\n  * Bo, later\n* Ada asked\n\nThen:\n\n* One\n  * Two\n";
        let extracted = read(source.as_bytes()).unwrap();
        use BlockKind::{Heading, ListItem, Paragraph};
        let kinds: Vec<_> = extracted.blocks.iter().map(|block| block.kind).collect();
        assert_eq!(
            kinds,
            [
                Heading(2),
                Heading(3),
                ListItem,
                Heading(3),
                ListItem,
                ListItem,
                Paragraph,
                ListItem,
                ListItem,
            ]
        );
    }
}
