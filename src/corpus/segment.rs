//! A reader's blocks as a document's text and sections. Never fails: what cannot be understood as
//! structure is running text.

use super::format::{Block, BlockKind};
use super::{PlacedBlock, Section, Span};

/// The text of a document with the places of its blocks, and its sections.
pub struct Segmented {
    /// Blocks, one or two line breaks between them.
    pub text: String,
    /// Where each block stands.
    pub blocks: Vec<PlacedBlock>,
    /// The parts of the text under their headings.
    pub sections: Vec<Section>,
}

/// Lays the blocks out as one text and finds its sections.
pub fn segment(blocks: Vec<Block>) -> Segmented {
    let (text, blocks) = lay_out(blocks);
    let sections = sections(&text, &blocks);
    Segmented {
        text,
        blocks,
        sections,
    }
}

fn lay_out(blocks: Vec<Block>) -> (String, Vec<PlacedBlock>) {
    let mut text = String::new();
    let mut placed: Vec<PlacedBlock> = Vec::new();
    for block in blocks {
        if block.text.trim().is_empty() {
            continue;
        }
        if let Some(before) = placed.last() {
            let tight = before.kind == block.kind
                && matches!(
                    block.kind,
                    BlockKind::ListItem | BlockKind::TableRow | BlockKind::Contents
                );
            text.push_str(if tight { "\n" } else { "\n\n" });
        }
        let start = text.len();
        if block.kind == BlockKind::ListItem && split_number(&block.text).0.is_none() {
            text.push_str("• ");
        }
        let shift = text.len();
        text.push_str(&block.text);
        placed.push(PlacedBlock {
            kind: block.kind,
            span: Span::new(start, text.len()),
            page: block.page,
            page_breaks: block
                .page_breaks
                .into_iter()
                .map(|(at, page)| (shift + at, page))
                .collect(),
        });
    }
    (text, placed)
}

/// A heading found in the text.
struct Heading {
    /// Where it stands.
    span: Span,
    /// Where the text under it begins.
    body: usize,
    level: u8,
    run_in: bool,
}

fn sections(text: &str, blocks: &[PlacedBlock]) -> Vec<Section> {
    let headings = headings(text, blocks);
    let first = headings
        .first()
        .map_or(text.len(), |heading| heading.span.start);
    let mut sections: Vec<Section> = Vec::new();
    // The sections that the next heading may stand under, each under the one before.
    let mut open: Vec<usize> = Vec::new();
    if !text[..first].trim().is_empty() {
        let span = trimmed(text, 0, first);
        sections.push(Section {
            heading: String::new(),
            number: None,
            level: 1,
            agenda_item: false,
            heading_span: Span::new(0, 0),
            span,
            parent: None,
        });
    }
    for (i, heading) in headings.iter().enumerate() {
        let end = headings
            .get(i + 1)
            .map_or(text.len(), |next| next.span.start);
        let words = text[heading.span.range()].trim_end_matches('.');
        let (number, title) = split_number(words);
        while let Some(above) = open.last()
            && sections[*above].level >= heading.level
        {
            open.pop();
        }
        let parent = open.last().copied();
        open.push(sections.len());
        sections.push(Section {
            heading: title.to_owned(),
            number: number.map(str::to_owned),
            level: heading.level,
            agenda_item: heading.run_in || is_agenda_number(words),
            heading_span: heading.span,
            span: trimmed(text, heading.body, end),
            parent,
        });
    }
    sections
}

fn trimmed(text: &str, start: usize, end: usize) -> Span {
    let piece = &text[start..end];
    let words = piece.trim();
    let lead = piece.len() - piece.trim_start().len();
    if words.is_empty() {
        Span::new(end, end)
    } else {
        Span::new(start + lead, start + lead + words.len())
    }
}

fn headings(text: &str, blocks: &[PlacedBlock]) -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    let mut run_ins: Vec<Heading> = Vec::new();
    let mut deepest = 1;
    // Whether the last heading has text of its own before any that run into theirs.
    let mut own_text = false;
    for (i, block) in blocks.iter().enumerate() {
        match block.kind {
            BlockKind::Heading(level) => {
                deepest = level.max(1);
                own_text = false;
                headings.push(Heading {
                    span: block.span,
                    body: block.span.end,
                    level,
                    run_in: false,
                });
            }
            BlockKind::Paragraph => {
                let under_heading =
                    i > 0 && matches!(blocks[i - 1].kind, BlockKind::Heading(level) if level > 0);
                if let Some(length) = run_in_heading(&text[block.span.range()])
                    && !(under_heading
                        && headings
                            .last()
                            .is_some_and(|above| is_agenda_number(&text[above.span.range()])))
                {
                    let span = Span::new(block.span.start, block.span.start + length);
                    // After text under a heading that is no item of an agenda it is one like that.
                    let beside = own_text
                        && headings
                            .last()
                            .is_some_and(|above| !is_agenda_number(&text[above.span.range()]));
                    run_ins.push(Heading {
                        span,
                        body: span.end,
                        level: deepest.saturating_add(u8::from(!beside)),
                        run_in: true,
                    });
                } else if under_heading {
                    own_text = true;
                }
            }
            _ => {}
        }
    }
    // One short verbless sentence among many headings is a coincidence; where the writer uses no
    // headings, or leads in again and again, it is the writer's way to set a heading.
    let real = headings.iter().filter(|heading| heading.level > 0).count();
    if real == 0 || run_ins.len() >= 2 && run_ins.len() * 2 >= real {
        let level = if real == 0 { Some(1) } else { None };
        headings.extend(run_ins.into_iter().map(|heading| Heading {
            level: level.unwrap_or(heading.level),
            ..heading
        }));
        headings.sort_by_key(|heading| heading.span);
    }
    headings
}

/// Words that make a short sentence at the start of a paragraph a sentence, not a heading.
const SENTENCE_WORDS: &[&str] = &[
    "er", "var", "har", "hadde", "skal", "skulle", "må", "måtte", "kan", "kunne", "vil", "ville",
    "bør", "burde", "ble", "blir", "blei", "vart", "vert", "fikk", "får", "fekk", "ga", "gir",
    "gav", "gjør", "gjer", "gjorde", "går", "gikk", "gjekk", "kom", "kommer", "kjem", "sa", "sier",
    "seier", "mener", "mente", "meiner", "meinte", "ønsker", "ønsket", "ønskjer", "svarte",
    "svarer", "svara", "stilte", "tok", "tar", "viste", "viser", "la", "ligger", "ligg", "står",
    "sto", "stod", "vet", "veit", "tror", "trur", "fins", "finnes", "finst", "is", "was", "were",
    "are", "has", "have", "had", "will", "would", "should", "can", "could", "must", "said",
    "asked", "agreed", "noted", "enige", "einige", "ja", "nei",
];

/// Words that a heading does not begin with.
const SENTENCE_STARTS: &[&str] = &[
    "det", "dette", "vi", "jeg", "eg", "de", "dei", "disse", "desse", "ingen", "we", "this", "it",
    "they", "there",
];

/// Headings that minutes have in any case, however short what stands under them is.
const KNOWN: &[&str] = &[
    "eventuelt",
    "ymse",
    "orienteringer",
    "orienteringar",
    "neste møte",
    "any other business",
    "next meeting",
];

/// The length in bytes of a heading that runs into its paragraph, its full stop or question mark
/// included: "Hjemmekontor i vaktordningen. Etaten har …", "Hva kommer nå? Etaten har …".
fn run_in_heading(paragraph: &str) -> Option<usize> {
    let end = paragraph
        .match_indices(['.', '?'])
        .map(|(at, _)| at)
        .find(|&at| {
            if !paragraph[at + 1..].starts_with(' ') {
                return false;
            }
            // "Fase 2. Utvikling" and "(før: NN.)." go on; "for 2024. Etaten" and "(BN0). Etaten" end.
            let word = paragraph[..at].rsplit(' ').next().unwrap_or_default();
            let number = word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit());
            !number
        })?;
    let (heading, rest) = (&paragraph[..end], paragraph[end + 1..].trim_start());
    let words: Vec<&str> = heading.split(' ').collect();
    let plain = |word: &str| {
        word.trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase()
    };
    let short = words.len() <= 12
        && heading.chars().count() <= 90
        && words.iter().any(|word| word.chars().count() >= 4);
    let capital = heading.starts_with(char::is_uppercase)
        && rest.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    // "Ordningen krever mye": a definite noun and a verb after it make a sentence.
    let first = plain(words.first()?);
    let second = words
        .get(1)
        .copied()
        .filter(|word| word.starts_with(char::is_lowercase))
        .map(plain);
    let name = words
        .first()
        .is_some_and(|word| word.ends_with(char::is_uppercase));
    let definite = !name
        && ["en", "et", "ene", "ane", "a"]
            .iter()
            .any(|ending| first.ends_with(ending));
    let finite = second.is_some_and(|word| {
        ["er", "te", "de", "et", "ar"]
            .iter()
            .any(|ending| word.ends_with(ending))
    });
    let sentence = definite && finite
        || SENTENCE_STARTS.contains(&first.as_str())
        || words
            .iter()
            .any(|word| SENTENCE_WORDS.contains(&plain(word).as_str()));
    let outside = heading.split('(').next().unwrap_or_default();
    let question = paragraph[end..].starts_with('?')
        && [
            "hva", "kva", "hvem", "kven", "hvor", "kor", "skal", "er", "what", "who", "when",
        ]
        .contains(&first.as_str());
    let verbless = (!sentence || question) && !outside.contains([':', ';', '?', '!']);
    if KNOWN.contains(&heading.to_lowercase().as_str()) {
        return Some(end + 1);
    }
    let text_follows = rest.split(' ').count() >= 20 && rest.matches(['.', '?', '!']).count() >= 2;
    (short && capital && verbless && text_follows).then_some(end + 1)
}

/// Whether a heading names an item of an agenda by number: "Sak 12/21: …", "PS 4/23 …".
fn is_agenda_number(heading: &str) -> bool {
    let (number, _) = split_number(heading);
    let lower = heading.to_lowercase();
    number.is_some_and(|number| number.contains('/'))
        || ["sak ", "saksnr", "punkt ", "item "]
            .iter()
            .any(|lead| lower.starts_with(lead))
            && number.is_some()
}

/// Splits the number off a heading or an item: "Sak 12/21: Lønn" → ("12/21", "Lønn"),
/// "4.6.1 Vurdering" → ("4.6.1", "Vurdering"), "2. Digital" → ("2", "Digital"), "b) …" → ("b", "…").
pub fn split_number(heading: &str) -> (Option<&str>, &str) {
    let lead = [
        "Sak ", "SAK ", "sak ", "Saksnr. ", "Saksnr ", "PS ", "Punkt ", "Pkt. ", "Item ", "ITEM ",
    ]
    .into_iter()
    .find(|lead| heading.starts_with(lead));
    let rest = lead.map_or(heading, |lead| &heading[lead.len()..]);
    let length = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '/' | '-')))
        .unwrap_or(rest.len());
    let number = rest[..length].trim_end_matches(['.', '-', '/']);
    let after = &rest[number.len()..];
    let closed = after.starts_with(['.', ':', ')']);
    let title = after.trim_start_matches(['.', ':', ')', '-', '–', ' ']);
    let is_number = number.starts_with(|c: char| c.is_ascii_digit()) && number.len() <= 10;
    let chapter = is_number
        && number.len() <= 2
        && after.starts_with(' ')
        && title.starts_with(char::is_uppercase);
    if is_number
        && !title.is_empty()
        && (lead.is_some() || closed || chapter || number.contains(['.', '/']))
        && !(after.starts_with(". ") && title.starts_with(char::is_lowercase))
    {
        return (Some(number), title);
    }
    let mut letters = heading.chars();
    if let (Some('a'..='z'), Some(')')) = (letters.next(), letters.next())
        && letters.as_str().starts_with(' ')
    {
        return (Some(&heading[..1]), letters.as_str().trim_start());
    }
    (None, heading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_leave_headings() {
        for (heading, number, title) in [
            (
                "Sak 12/21: Revidert lønnspolitikk",
                Some("12/21"),
                "Revidert lønnspolitikk",
            ),
            (
                "4.6.1 Vurdering av rett",
                Some("4.6.1"),
                "Vurdering av rett",
            ),
            ("1 Sammendrag", Some("1"), "Sammendrag"),
            ("2. Digital utvikling", Some("2"), "Digital utvikling"),
            ("12. juni 2018 ble det", None, "12. juni 2018 ble det"),
            ("100 millioner kroner", None, "100 millioner kroner"),
            ("Forord", None, "Forord"),
            ("b) to dager", Some("b"), "to dager"),
        ] {
            assert_eq!(split_number(heading), (number, title), "{heading}");
        }
    }

    #[test]
    fn a_short_verbless_sentence_leads_a_paragraph_in() {
        let rest = " Etaten har hatt en ordning siden 2019, og den har vært brukt mye. Forbundet mener at den må gjelde alle. Etaten svarte at saken blir tatt opp igjen.";
        assert_eq!(
            run_in_heading(&format!("Hjemmekontor og reisetid (HR).{rest}")),
            Some("Hjemmekontor og reisetid (HR).".len())
        );
        assert_eq!(
            run_in_heading(&format!("Plan for 2024. {rest}")),
            Some("Plan for 2024.".len())
        );
        assert_eq!(
            run_in_heading(&format!(
                "Prosjekt-AMU kontorflyttinger. 12. juni 2018 kom saken.{rest}"
            )),
            Some("Prosjekt-AMU kontorflyttinger.".len())
        );
        assert_eq!(run_in_heading(&format!("Partene var enige.{rest}")), None);
        assert_eq!(
            run_in_heading(&format!("Ordningen krever mye.{rest}")),
            None
        );
        assert_eq!(run_in_heading("Hjemmekontor. Etaten har en ordning."), None);
        assert_eq!(
            run_in_heading(&format!("Hva kommer etter arkivet?{rest}")),
            Some("Hva kommer etter arkivet?".len())
        );
        assert_eq!(
            run_in_heading(&format!("Løftet (før: PNS).{rest}")),
            Some("Løftet (før: PNS).".len())
        );
        assert_eq!(
            run_in_heading("Eventuelt. Julebordet er 3. desember."),
            Some("Eventuelt.".len())
        );
    }

    #[test]
    fn sections_hold_the_text_under_their_headings() {
        let block = |kind, text: &str| Block::new(kind, text, None);
        let found = segment(vec![
            block(BlockKind::Heading(0), "Møte i utvalget"),
            block(BlockKind::Heading(2), "Sak 1/24: Lønn"),
            block(BlockKind::Paragraph, "Partene ble enige."),
            block(BlockKind::ListItem, "to prosent"),
            block(BlockKind::Heading(3), "Protokolltilførsel"),
            block(BlockKind::Paragraph, "Ingen."),
        ]);
        let parts: Vec<_> = found
            .sections
            .iter()
            .map(|s| {
                (
                    s.heading.as_str(),
                    s.number.as_deref(),
                    s.agenda_item,
                    &found.text[s.span.range()],
                    s.parent,
                )
            })
            .collect();
        assert_eq!(
            parts,
            [
                ("Møte i utvalget", None, false, "", None),
                (
                    "Lønn",
                    Some("1/24"),
                    true,
                    "Partene ble enige.\n\n• to prosent",
                    Some(0)
                ),
                ("Protokolltilførsel", None, false, "Ingen.", Some(1)),
            ]
        );
    }
}
