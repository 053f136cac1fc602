//! Web pages: the article without the page around it.

mod content;
mod render;
mod tree;

use encoding_rs::Encoding;

use super::clean::clean;
use super::decode::decode;
use super::pieces::{Piece, blocks_of};
use super::{BlockKind, Extracted, Properties, Unreadable};
use content::Content;
use tree::Tree;

/// The largest page that is read.
const SIZE: usize = 5 << 20;
/// Where a page says in what encoding it is written.
const HEAD: usize = 2048;
/// A selection shorter than this, in characters, is checked against the whole page.
const SHORT: usize = 200;

/// Reads a web page.
pub fn read(bytes: &[u8]) -> Result<Extracted, Unreadable> {
    if bytes.len() > SIZE {
        return Err(Unreadable::TooLarge {
            limit: format!("{} MiB for a web page", SIZE >> 20),
        });
    }
    let tree = Tree::parse(&decode(bytes, declared(bytes)));
    let mut problems = Vec::new();
    if tree.truncated {
        problems.push("the page has more or deeper elements than are read".to_owned());
    }
    let content = content::select(&tree);
    let mut pieces = render::render(&tree, &content);
    let plain = content::plain(&tree);
    let everything = render::render(&tree, &plain);
    if is_incomplete(&pieces, &everything) {
        pieces = everything;
    }
    add_title(&tree, &content, &mut pieces);
    let properties = properties(&tree);
    Ok(Extracted {
        blocks: blocks_of(pieces, &mut problems),
        properties,
        problems,
        front_matter: None,
    })
}

/// The pieces of a stretch of HTML inside another text.
pub fn fragment(html: &str) -> Vec<Piece> {
    let tree = Tree::parse(html);
    render::render(&tree, &content::plain(&tree))
}

/// Whether a selection has lost the text of the page: most of its running text, or, where no title
/// shows that the right place was found, most of a short text.
fn is_incomplete(selected: &[Piece], everything: &[Piece]) -> bool {
    let prose = |pieces: &[Piece]| -> usize {
        let texts = pieces.iter().map(|piece| piece.block.text.as_str());
        texts
            .filter(|text| content::is_prose(text))
            .map(str::len)
            .sum()
    };
    let titled = selected
        .iter()
        .any(|piece| piece.block.kind == BlockKind::Heading(1));
    let untitled = !titled && length(selected) < SHORT && length(selected) * 2 < length(everything);
    selected.len() < 2 && titled && everything.len() > 1
        || untitled
        || prose(selected) * 10 < prose(everything) * 3
}

fn length(pieces: &[Piece]) -> usize {
    pieces
        .iter()
        .map(|piece| piece.block.text.chars().count())
        .sum()
}

/// Puts the page's first-level heading on top where it stands outside the content.
fn add_title(tree: &Tree, content: &Content, pieces: &mut Vec<Piece>) {
    if pieces
        .iter()
        .any(|piece| piece.block.kind == BlockKind::Heading(1))
    {
        return;
    }
    let headings = tree
        .all()
        .filter(|node| tree.name(*node) == "h1" && !content.drops(*node));
    let unlinked = |node: usize| {
        !tree
            .inner_text(node, &|inner| tree.name(inner) == "a")
            .trim()
            .is_empty()
    };
    if let Some(heading) = headings.take(50).find(|node| unlinked(*node)) {
        let text = clean(&tree.inner_text(heading, &|node| content.drops(node)));
        pieces.insert(
            0,
            Piece::new(super::Block::new(BlockKind::Heading(1), text, None)),
        );
    }
}

/// The encoding that the page itself names, in a `meta` element or an XML declaration.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..HEAD.min(bytes.len()))?).to_lowercase();
    let name = |key: &str| -> Option<&'static Encoding> {
        let (_, rest) = head.split_once(key)?;
        let label = rest
            .trim_start_matches(['"', '\'', ' '])
            .split(['"', '\'', ' ', '>', ';', '/'])
            .next()?;
        Encoding::for_label(label.as_bytes())
    };
    name("charset=").or_else(|| name("encoding="))
}

fn properties(tree: &Tree) -> Properties {
    let mut properties = Properties::default();
    let mut dates: Vec<(usize, String)> = Vec::new();
    for node in tree.all() {
        match tree.name(node) {
            "html" => {
                properties.language = properties
                    .language
                    .take()
                    .or_else(|| value(tree, node, "lang"))
            }
            "title"
                if properties.title.is_none()
                    && !tree
                        .ancestors(node)
                        .any(|around| tree.name(around) == "svg") =>
            {
                properties.title = Some(clean(&tree.inner_text(node, &|_| false)))
                    .filter(|title| !title.is_empty());
            }
            "meta" => {
                let key = ["name", "property", "itemprop"]
                    .iter()
                    .find_map(|key| value(tree, node, key));
                let (Some(key), Some(content)) = (key, value(tree, node, "content")) else {
                    continue;
                };
                let key = key.to_lowercase();
                if matches!(key.as_str(), "author" | "dc.creator" | "dcterms.creator")
                    && properties.author.is_none()
                {
                    properties.author = Some(content);
                } else if let Some(rank) = date_rank(&key) {
                    dates.push((rank, content));
                }
            }
            "time" if in_article_header(tree, node) => {
                dates.extend(value(tree, node, "datetime").map(|date| (DATE_KEYS.len(), date)));
            }
            _ => {}
        }
    }
    dates.retain(|(_, date)| date.starts_with(|first: char| first.is_ascii_digit()));
    properties.date = dates
        .into_iter()
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, date)| date);
    properties
}

/// Names for the date of publication, the most telling first.
const DATE_KEYS: [&str; 9] = [
    "article:published_time",
    "dcterms.date",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.issued",
    "dc.date",
    "datepublished",
    "pubdate",
    "date",
];

fn date_rank(key: &str) -> Option<usize> {
    DATE_KEYS.iter().position(|known| *known == key)
}

fn value(tree: &Tree, node: usize, attribute: &str) -> Option<String> {
    tree.attribute(node, attribute)
        .map(clean)
        .filter(|value| !value.is_empty())
}

/// Other times on a page are those of other pages, or are mentioned in the text.
fn in_article_header(tree: &Tree, node: usize) -> bool {
    let mut around = tree
        .ancestors(node)
        .skip_while(|around| tree.name(*around) != "header")
        .skip(1);
    around.any(|around| matches!(tree.name(around), "article" | "main"))
}

#[cfg(test)]
mod tests;
