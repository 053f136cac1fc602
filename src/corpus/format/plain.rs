//! Text without markup: its lines become headings, paragraphs and list items again.
//!
//! Text taken out of PDFs has lost its layout in many ways: a blank line after every line, bullets
//! turned into an indent, words broken at line ends, headings that are just short lines. So no
//! single sign decides; each gap between two lines is judged by what stands on both sides of it
//! and by the habits of the lines around.

use super::clean::{clean, strip_bullet};
use super::decode::decode;
use super::front_matter::{front_matter, yaml_front_matter};
use super::join::{Vocabulary, append_line};
use super::{Block, BlockKind, Extracted, Unreadable};

/// How many lines on each side show the habits of the text round a line.
const NEIGHBOURHOOD: usize = 20;
/// A heading is not longer than this, in characters.
const MAX_HEADING: usize = 90;

/// Reads text in UTF-8 (or UTF-16 with a byte order mark), else Windows-1252.
pub fn read(bytes: &[u8]) -> Result<Extracted, Unreadable> {
    let binary = bytes.iter().filter(|&&byte| byte == 0).count();
    let marked = encoding_rs::Encoding::for_bom(bytes).is_some();
    if binary * 100 > bytes.len() && !marked {
        let reason = "it holds binary data".to_owned();
        return Err(Unreadable::Damaged {
            format: "text".to_owned(),
            reason,
        });
    }
    let text = decode(bytes, None);
    let lost = text.matches('\u{FFFD}').count();
    let problem =
        (lost > 0).then(|| format!("{lost} characters are damaged and shown as \u{FFFD}"));
    let (toml, body) = front_matter(&text);
    let (properties, body) = yaml_front_matter(body);
    let problems = problem.into_iter().collect();
    Ok(Extracted {
        blocks: blocks(body),
        properties,
        front_matter: toml.map(str::to_owned),
        problems,
    })
}

/// A line with words on it.
struct Line {
    /// Its words, cleaned.
    text: String,
    /// Spaces before its first word.
    indent: usize,
    /// Blank lines before it.
    blanks: usize,
    /// Whether one of the blank lines before it holds spaces, as some writers end a paragraph.
    marked_blank: bool,
    /// Whether a form feed, and so a page, came before it.
    page_break: bool,
    /// Whether it ends in two spaces, as some writers end a paragraph.
    trailing_spaces: bool,
}

impl Line {
    fn len(&self) -> usize {
        self.text.chars().count()
    }

    fn ends_sentence(&self) -> bool {
        self.text
            .trim_end_matches(['»', '"', ')', '”'])
            .ends_with(['.', '!', '?', ':', ';'])
    }

    fn starts_lowercase(&self) -> bool {
        self.text.starts_with(char::is_lowercase)
    }

    fn is_upper_case(&self) -> bool {
        let letters = self.text.chars().filter(|c| c.is_alphabetic()).count();
        letters >= 4 && self.text.chars().filter(|c| c.is_uppercase()).count() * 10 >= letters * 9
    }
}

/// The text's lines as blocks.
fn blocks(text: &str) -> Vec<Block> {
    let lines = lines(text);
    let vocabulary = Vocabulary::of_lines(lines.iter().map(|line| line.text.as_str()));
    let habits = Habits::of(&lines);
    let mut drafts: Vec<Draft> = Vec::new();
    let mut number = 0;
    for (i, line) in lines.iter().enumerate() {
        let item = habits.list_item(line, number);
        if let Some(found) = label(&line.text)
            .and_then(label_number)
            .filter(|_| item.is_some())
        {
            number = found;
        }
        match drafts.last_mut() {
            Some(draft) if i > 0 && item.is_none() && habits.joins(i, &lines) => {
                append_line(&mut draft.text, &line.text, &vocabulary);
                draft.lines += 1;
            }
            _ => drafts.push(Draft {
                text: item.clone().unwrap_or_else(|| line.text.clone()),
                is_item: item.is_some(),
                lines: 1,
                after_gap: i == 0 || line.blanks > 0 || habits.starts_page(line),
            }),
        }
    }
    let spaced_out = SpacedOut::of(&drafts);
    drafts.retain(|draft| !is_page_number(&draft.text));
    drafts.iter_mut().for_each(|draft| spaced_out.mend(draft));
    let numbered = numbers_headings(&drafts);
    (0..drafts.len())
        .map(|i| {
            let kind = match numbered && is_numbered_line(&drafts[i]) && says_more(&drafts, i) {
                true => BlockKind::Heading(1),
                false => kind(&drafts, i),
            };
            Block::new(kind, &drafts[i].text, None)
        })
        .collect()
}

/// Whether short numbered lines are the writer's headings and not items of lists: most of them stand over
/// text ("2. Balkonger", and the talk about them below it), and not over the next number.
fn numbers_headings(drafts: &[Draft]) -> bool {
    let lines = || (0..drafts.len()).filter(|&i| is_numbered_line(&drafts[i]));
    let over_text = lines().filter(|&i| says_more(drafts, i)).count();
    over_text >= 2 && over_text * 3 >= lines().count() * 2
}

/// Whether a block is one short line after a gap that a number begins and no full stop ends.
fn is_numbered_line(draft: &Draft) -> bool {
    let text = draft.text.as_str();
    let title = label(text)
        .filter(|label| label_number(label).is_some())
        .map_or("", |label| text[label.len()..].trim_start());
    draft.after_gap
        && draft.lines == 1
        && title.starts_with(char::is_uppercase)
        && text.chars().count() <= MAX_HEADING
        && text.split(' ').count() <= 14
        && !text.ends_with([',', ';', ':', '!'])
        && (!text.ends_with('.') || text.split(' ').count() == 2)
}

/// Whether running text or a list without numbers comes after block `i`.
fn says_more(drafts: &[Draft], i: usize) -> bool {
    drafts.get(i + 1).is_some_and(|next| {
        let numbered = label(&next.text).is_some_and(|label| label_number(label).is_some());
        !numbered && is_text(next)
    })
}

/// Whether a block reads like text and not like a heading.
fn is_text(draft: &Draft) -> bool {
    draft.is_item
        || draft.text.ends_with(['.', ':', '?', '!'])
        || draft.text.split(' ').count() >= 8
}

fn lines(text: &str) -> Vec<Line> {
    let (mut lines, mut blanks, mut marked_blank, mut page_break) = (Vec::new(), 0, false, false);
    for raw in text.lines() {
        page_break |= raw.contains('\u{0C}');
        let words = clean(raw);
        if words.is_empty() {
            blanks += 1;
            marked_blank |= !raw.is_empty();
            continue;
        }
        lines.push(Line {
            text: words,
            indent: raw
                .chars()
                .take_while(|c| c.is_whitespace())
                .map(|c| if c == '\t' { 4 } else { 1 })
                .sum(),
            blanks: std::mem::take(&mut blanks),
            marked_blank: std::mem::take(&mut marked_blank),
            page_break: std::mem::take(&mut page_break),
            trailing_spaces: raw.ends_with("  "),
        });
    }
    lines
}

/// How the writer of a text breaks lines and paragraphs, where it matters to a gap.
struct Habits {
    /// For each line: whether single blank lines round it stand inside sentences, and so mean nothing.
    blank_is_noise: Vec<bool>,
    /// For each line: how wide the lines round it run, in characters.
    width: Vec<usize>,
    /// Whether an indent of one space after a blank line is a bullet whose glyph is lost.
    lost_bullets: bool,
}

impl Habits {
    fn of(lines: &[Line]) -> Habits {
        let around =
            |i: usize| i.saturating_sub(NEIGHBOURHOOD)..(i + NEIGHBOURHOOD + 1).min(lines.len());
        let blank_is_noise = (0..lines.len()).map(|i| {
            let window = around(i);
            let gaps = window
                .clone()
                .skip(1)
                .filter(|&j| lines[j].blanks == 1 && !lines[j].marked_blank);
            let (mut gaps_seen, mut inside_sentences) = (0, 0);
            for j in gaps {
                gaps_seen += 1;
                inside_sentences +=
                    usize::from(!lines[j - 1].ends_sentence() && lines[j].starts_lowercase());
            }
            inside_sentences >= 2 && inside_sentences * 4 >= gaps_seen
        });
        let width = (0..lines.len()).map(|i| {
            let mut lengths: Vec<usize> = around(i).map(|j| lines[j].len()).collect();
            lengths.sort_unstable();
            lengths.get(lengths.len() * 9 / 10).copied().unwrap_or(0)
        });
        let indented = lines.iter().filter(|line| line.indent > 0).count();
        Habits {
            blank_is_noise: blank_is_noise.collect(),
            width: width.collect(),
            lost_bullets: indented * 10 < lines.len() * 4,
        }
    }

    /// The words of a list item that begins on this line, without its bullet. A number must follow
    /// that of the item before: a line that happens to begin with "15." is no item.
    fn list_item(&self, line: &Line, before: u32) -> Option<String> {
        let text = line.text.as_str();
        if let Some(rest) = strip_bullet(text).or_else(|| text.strip_prefix("o ")) {
            return (!rest.is_empty()).then(|| rest.to_owned());
        }
        let lost = self.lost_bullets && line.indent == 1 && line.blanks > 0;
        let numbered = label(text).is_some_and(|label| {
            label_number(label).map_or(label.ends_with(')'), |number| {
                number == 1 || number == before + 1
            })
        });
        (lost || numbered).then(|| text.to_owned())
    }

    /// Whether a new page begins with this line: a form feed, or what is left of one.
    fn starts_page(&self, line: &Line) -> bool {
        line.page_break || self.lost_bullets && line.indent > 0 && line.blanks == 0
    }

    /// Whether line `i` goes on with the paragraph of the line before it.
    fn joins(&self, i: usize, lines: &[Line]) -> bool {
        let (before, line) = (&lines[i - 1], &lines[i]);
        if self.starts_page(line) && before.ends_sentence() && !line.starts_lowercase() {
            return false;
        }
        if line.blanks > 1 || line.marked_blank || before.is_upper_case() != line.is_upper_case() {
            return false;
        }
        let goes_on = line.starts_lowercase() && !before.ends_sentence();
        if line.blanks == 1 && !self.blank_is_noise[i] {
            return goes_on;
        }
        if label(&line.text).is_some()
            && (before.ends_sentence() || line.blanks > 0)
            && !line.starts_lowercase()
        {
            return false;
        }
        if line.starts_lowercase() && !before.text.ends_with(['!', '?', ';']) {
            return true;
        }
        // A line that stops well before the others do was ended by its writer, not by the margin.
        let first_word = line
            .text
            .split(' ')
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        let room = before.len() + 1 + first_word <= self.width[i] * 9 / 10;
        if before.ends_sentence() {
            !room && !before.trailing_spaces
        } else {
            !room || before.text.ends_with(['-', ','])
        }
    }
}

/// A block in the making.
struct Draft {
    text: String,
    is_item: bool,
    lines: usize,
    after_gap: bool,
}

/// The label of a numbered or lettered item at the start of a text: "2.", "b)", "4.6.1", "3.1.".
fn label(text: &str) -> Option<&str> {
    let (label, rest) = text.split_once(' ')?;
    let body = label.trim_end_matches(['.', ')']);
    let closed = body.len() + 1 == label.len();
    let number = body.len() <= 8
        && body
            .split('.')
            .all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    let letter =
        body.len() == 1 && body.bytes().all(|b| b.is_ascii_lowercase()) && label.ends_with(')');
    let chapter = number && body.contains('.');
    // "12. juni 2018" is a date, not a label.
    let date =
        super::super::metadata::month_of(rest.split(' ').next().unwrap_or_default()).is_some();
    ((number && closed || chapter || letter) && !date && !rest.is_empty()).then_some(label)
}

/// The number of a label such as "2." or "2)"; none for letters and chapter numbers.
fn label_number(label: &str) -> Option<u32> {
    label.trim_end_matches(['.', ')']).parse().ok()
}

/// A page number that survived by itself, or "Side 3 av 48".
fn is_page_number(text: &str) -> bool {
    let mut words = text.split([' ', '/']).filter(|word| {
        !matches!(
            word.to_lowercase().as_str(),
            "side" | "page" | "av" | "of" | ""
        )
    });
    words
        .by_ref()
        .take(2)
        .all(|word| word.len() <= 4 && word.bytes().all(|b| b.is_ascii_digit()))
        && words.next().is_none()
}

fn kind(drafts: &[Draft], i: usize) -> BlockKind {
    let draft = &drafts[i];
    if is_contents_line(&draft.text) {
        return BlockKind::Contents;
    }
    match heading_level(draft) {
        Some(level) if draft.text.starts_with(|c: char| c.is_ascii_digit()) || leads(drafts, i) => {
            BlockKind::Heading(level)
        }
        _ if draft.is_item => BlockKind::ListItem,
        _ => BlockKind::Paragraph,
    }
}

/// "4.2 Partnerskapet ....... 17": a line of a table of contents.
fn is_contents_line(text: &str) -> bool {
    let words = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let leaders = words
        .trim_end()
        .chars()
        .rev()
        .take_while(|c| matches!(c, '.' | '…' | ' ' | '_'))
        .filter(|c| *c != ' ')
        .count();
    words.len() < text.len() && (leaders >= 4 || words.trim_end().ends_with("……"))
}

/// The level that a block would have as a heading, by its own looks.
fn heading_level(draft: &Draft) -> Option<u8> {
    let text = draft.text.as_str();
    let length = text.chars().count();
    let mut words = text.split(' ');
    let shape = (3..=MAX_HEADING).contains(&length)
        && draft.lines <= 2
        && text.split(' ').count() <= 14
        && !text.ends_with(['.', ',', ';', ':', '-', '–']);
    let first = words.next()?;
    let number = first.trim_end_matches('.');
    if shape
        && !number.is_empty()
        && number
            .split('.')
            .all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
    {
        let starts = words.next()?.starts_with(char::is_uppercase);
        let depth = u8::try_from(number.split('.').count()).unwrap_or(u8::MAX);
        return (starts
            && draft.after_gap
            && !first.ends_with(')')
            && (depth > 1 || !first.ends_with('.')))
        .then_some(depth.min(6));
    }
    let capital = text.starts_with(char::is_uppercase);
    (shape && capital && !draft.is_item && draft.after_gap).then(|| {
        if text.chars().any(char::is_lowercase) {
            3
        } else {
            2
        }
    })
}

/// Whether the blocks after `i` read like what stands under a heading: running text or a list,
/// perhaps after one heading more.
fn leads(drafts: &[Draft], i: usize) -> bool {
    let mut next = drafts[i + 1..].iter();
    match next.next() {
        Some(first) if is_text(first) => true,
        Some(first) => {
            heading_level(first).is_some()
                && next.next().is_some_and(is_text)
                && drafts[i].text.chars().all(|c| !c.is_lowercase())
        }
        None => false,
    }
}

/// Titles whose letters stand apart ("POLIT IKK OG RAMME V ILK Å R"), and the readable twins of some.
struct SpacedOut {
    twins: std::collections::HashMap<String, String>,
}

impl SpacedOut {
    fn of(drafts: &[Draft]) -> SpacedOut {
        let readable = drafts
            .iter()
            .filter(|draft| draft.text.len() <= MAX_HEADING && !is_spaced_out(&draft.text));
        SpacedOut {
            twins: readable
                .map(|draft| (squeeze(&draft.text), draft.text.clone()))
                .collect(),
        }
    }

    /// Gives a spaced-out title the words of its readable twin.
    fn mend(&self, draft: &mut Draft) {
        if is_spaced_out(&draft.text)
            && let Some(twin) = self.twins.get(&squeeze(&draft.text))
        {
            draft.text.clone_from(twin);
        }
    }
}

fn squeeze(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a title has more stray letters between its words than words can explain.
fn is_spaced_out(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    let short = words
        .iter()
        .filter(|word| word.chars().count() <= 2)
        .count();
    text.len() <= MAX_HEADING
        && !text.chars().any(char::is_lowercase)
        && words.len() >= 4
        && short * 5 >= words.len() * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(text: &str) -> Vec<(BlockKind, String)> {
        blocks(text)
            .into_iter()
            .map(|block| (block.kind, block.text))
            .collect()
    }

    #[test]
    fn a_blank_line_after_every_line_does_not_end_paragraphs() {
        let text = "Forbundet viste til at flere kom-\n\nmuner har sagt nei til ordningen, og at det \n\ngjelder både små og store. VFS-\n\nkontorene må få vite det.  \n\n \n\nEtaten svarte at saken \n\nkommer tilbake.\n";
        assert_eq!(
            shapes(text),
            [
                (BlockKind::Paragraph, "Forbundet viste til at flere kommuner har sagt nei til ordningen, og at det gjelder både små og store. VFS-kontorene må få vite det.".to_owned()),
                (BlockKind::Paragraph, "Etaten svarte at saken kommer tilbake.".to_owned()),
            ]
        );
    }

    #[test]
    fn headings_items_and_page_numbers_are_told_apart() {
        let text = "2 Hjemmekontor\n\nPartene drøftet ordningen i møtet.\n\n• to dager i uka\n• egen avtale\n\n7\n\n1. Lederen avgjør.\n2. Avtalen skal være skriftlig.\n\n2.1 Unntak\n\nFor vakttelefonen gjelder 12. juni 2018 fortsatt.\n";
        let kinds: Vec<BlockKind> = shapes(text).into_iter().map(|(kind, _)| kind).collect();
        use BlockKind::{Heading, ListItem, Paragraph};
        assert_eq!(
            kinds,
            [
                Heading(1),
                Paragraph,
                ListItem,
                ListItem,
                ListItem,
                ListItem,
                Heading(2),
                Paragraph
            ]
        );
    }

    #[test]
    fn short_numbered_lines_over_text_are_headings() {
        use BlockKind::{Heading, ListItem, Paragraph};
        let kinds = |text: &str| -> Vec<BlockKind> {
            shapes(text).into_iter().map(|(kind, _)| kind).collect()
        };
        let minutes = "1. Tak\nTaket lekker i tre oppganger, og styret vil ha det tettet før jul.\n\n2. Kjeller\n- nøkler er bestilt\n\n3. Evt.\nDugnaden er i mai, og alle får beskjed om tiden i god tid.\n";
        assert_eq!(
            kinds(minutes),
            [
                Heading(1),
                Paragraph,
                Heading(1),
                ListItem,
                Heading(1),
                Paragraph
            ]
        );
        let list = "Styret vedtok tre ting i møtet:\n\n1. Nye nøkler\n\n2. Nytt tak\n\n3. Nye lamper\n\nDugnaden er i mai, og alle får beskjed.\n";
        assert_eq!(
            kinds(list),
            [Paragraph, ListItem, ListItem, ListItem, Paragraph]
        );
    }

    #[test]
    fn a_title_with_letters_set_apart_is_read_as_its_twin() {
        let text = "OR GANISAS J O N OG KULTUR\n\nVi jobber ofte hver for oss, og det merkes.\n\nORGANISASJON OG KULTUR\n\nSlik vil vi ha det om to år.\n";
        assert_eq!(
            shapes(text)[0],
            (BlockKind::Heading(2), "ORGANISASJON OG KULTUR".to_owned())
        );
    }

    #[test]
    fn binary_data_is_not_text() {
        assert!(matches!(read(&[0; 64]), Err(Unreadable::Damaged { .. })));
        assert!(
            read(
                "\u{FEFF}Møte"
                    .encode_utf16()
                    .flat_map(u16::to_le_bytes)
                    .collect::<Vec<_>>()
                    .as_slice()
            )
            .is_ok()
        );
    }
}
