//! A web page as a tree, built from the tokens of html5ever within limits that hold for any input.
//!
//! The rules are those of the HTML standard as far as they move text: end tags that may be left out,
//! and end tags that match nothing. The standard's repair of misnested formatting is left out, since
//! it moves no text and can multiply a page's elements.

use std::cell::RefCell;
use std::collections::HashMap;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::{Attribute, LocalName};

/// How deep elements may be nested; the tags of deeper ones are read as spaces.
const DEPTH: usize = 512;
/// How many elements and stretches of text a page may have.
const NODES: usize = 250_000;
/// How many parts a tag may have: comparing its attributes takes quadratic time.
const TAG_PARTS: usize = 200;

/// A page. The node at 0 is the root.
pub struct Tree {
    nodes: Vec<Node>,
    /// Whether the page went beyond the limits.
    pub truncated: bool,
}

struct Node {
    parent: usize,
    /// Which child of its parent it is.
    place: usize,
    children: Vec<usize>,
    content: Content,
}

enum Content {
    Element {
        name: LocalName,
        attributes: Vec<Attribute>,
    },
    Text(StrTendril),
}

/// What a walk through the tree meets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// An element begins, or a stretch of text stands.
    Open(usize),
    /// An element ends.
    Close(usize),
}

impl Tree {
    /// Parses a page.
    pub fn parse(html: &str) -> Tree {
        let xml = html.trim_start().starts_with("<?xml");
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from(shortened_tags(html).as_str()));
        let root = Node {
            parent: 0,
            place: 0,
            children: Vec::new(),
            content: Content::Element {
                name: LocalName::from("root"),
                attributes: Vec::new(),
            },
        };
        let tree = Tree {
            nodes: vec![root],
            truncated: false,
        };
        let builder = Builder(RefCell::new(State {
            tree,
            open: vec![0],
            names: HashMap::new(),
            xml,
        }));
        let tokenizer = Tokenizer::new(builder, TokenizerOpts::default());
        let _ = tokenizer.feed(&queue);
        tokenizer.end();
        tokenizer.sink.0.into_inner().tree
    }

    /// The name of an element; empty for text.
    pub fn name(&self, node: usize) -> &str {
        match self.nodes.get(node).map(|node| &node.content) {
            Some(Content::Element { name, .. }) => name,
            _ => "",
        }
    }

    /// The text of a stretch of text.
    pub fn text(&self, node: usize) -> Option<&str> {
        match &self.nodes.get(node)?.content {
            Content::Text(text) => Some(text),
            Content::Element { .. } => None,
        }
    }

    /// The value of an attribute.
    pub fn attribute(&self, node: usize, wanted: &str) -> Option<&str> {
        match &self.nodes.get(node)?.content {
            Content::Element { attributes, .. } => attributes
                .iter()
                .find(|attribute| &*attribute.name.local == wanted)
                .map(|found| &*found.value),
            Content::Text(_) => None,
        }
    }

    /// What stands directly inside a node.
    pub fn children(&self, node: usize) -> &[usize] {
        self.nodes.get(node).map_or(&[], |node| &node.children)
    }

    /// What follows a node in the element around it.
    pub fn following(&self, node: usize) -> &[usize] {
        let Some(found) = self.nodes.get(node) else {
            return &[];
        };
        self.children(found.parent)
            .get(found.place + 1..)
            .unwrap_or_default()
    }

    /// The elements around a node, from the inside out.
    pub fn ancestors(&self, node: usize) -> impl Iterator<Item = usize> {
        let parent = |node: usize| {
            self.nodes
                .get(node)
                .map(|found| found.parent)
                .filter(|_| node != 0)
        };
        std::iter::successors(parent(node), move |node| parent(*node))
    }

    /// All nodes in the order of the page: an element before its content.
    pub fn all(&self) -> std::ops::Range<usize> {
        0..self.nodes.len()
    }

    /// The text inside a node, without what `skip` leaves out; a space where an element that is not
    /// part of a line begins or ends.
    pub fn inner_text(&self, node: usize, skip: &dyn Fn(usize) -> bool) -> String {
        let mut out = String::new();
        self.walk(node, |step| match step {
            Step::Open(node) if skip(node) => false,
            Step::Open(node) => {
                match self.text(node) {
                    Some(text) => out.push_str(text),
                    None if !is_inline(self.name(node)) => out.push(' '),
                    None => {}
                }
                true
            }
            Step::Close(node) => {
                if !is_inline(self.name(node)) {
                    out.push(' ');
                }
                true
            }
        });
        out
    }

    /// Walks through a node and what is inside it; `visit` says at an opening whether to go inside.
    pub fn walk(&self, node: usize, mut visit: impl FnMut(Step) -> bool) {
        let mut steps = vec![Step::Open(node)];
        while let Some(step) = steps.pop() {
            let inside = visit(step);
            if let (Step::Open(node), true) = (step, inside)
                && self.text(node).is_none()
            {
                steps.push(Step::Close(node));
                steps.extend(
                    self.children(node)
                        .iter()
                        .rev()
                        .map(|child| Step::Open(*child)),
                );
            }
        }
    }
}

/// Whether an element is part of a line of text.
pub fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "" | "a"
            | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "ins"
            | "kbd"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
            | "label"
            | "nobr"
    )
}

/// Ends the tags that have far too many parts.
fn shortened_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut quote = None;
    let mut parts = 0_usize;
    let mut in_tag = false;
    let mut previous = ' ';
    for character in html.chars() {
        if !in_tag {
            in_tag = previous == '<' && character.is_ascii_alphabetic();
            parts = 0;
            quote = None;
        } else if quote == Some(character) {
            quote = None;
            parts += 1;
        } else if quote.is_none() {
            match character {
                '>' => in_tag = false,
                '"' | '\'' if previous == '=' || previous.is_whitespace() => {
                    quote = Some(character)
                }
                ' ' | '\t' | '\n' | '\r' | '\u{C}' | '/' => parts += 1,
                _ => {}
            }
        }
        if in_tag && parts > TAG_PARTS {
            out.push('>');
            in_tag = false;
        }
        out.push(character);
        previous = character;
    }
    out
}

struct Builder(RefCell<State>);

struct State {
    tree: Tree,
    open: Vec<usize>,
    /// How many elements of each name are open.
    names: HashMap<LocalName, usize>,
    /// Whether `<div/>` closes itself, as in XHTML.
    xml: bool,
}

impl TokenSink for Builder {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        if state.tree.nodes.len() >= NODES {
            state.tree.truncated = true;
            return TokenSinkResult::Continue;
        }
        match token {
            Token::CharacterTokens(text) => {
                state.add(Content::Text(text));
            }
            Token::TagToken(tag) if tag.kind == TagKind::EndTag => state.close(&tag.name),
            Token::TagToken(tag) => {
                let raw = raw_kind(&tag.name);
                let closed = tag.self_closing && state.xml;
                state.open(tag);
                if let (Some(kind), false) = (raw, closed) {
                    return TokenSinkResult::RawData(kind);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => Some(RawKind::Rawtext),
        "title" | "textarea" => Some(RawKind::Rcdata),
        _ => None,
    }
}

impl State {
    fn current(&self) -> usize {
        self.open.last().copied().unwrap_or(0)
    }

    fn add(&mut self, content: Content) -> Option<usize> {
        if self.tree.nodes.len() >= NODES {
            self.tree.truncated = true;
            return None;
        }
        let parent = self.current();
        let node = self.tree.nodes.len();
        let siblings = &mut self.tree.nodes.get_mut(parent)?.children;
        siblings.push(node);
        let place = siblings.len() - 1;
        self.tree.nodes.push(Node {
            parent,
            place,
            children: Vec::new(),
            content,
        });
        Some(node)
    }

    fn open(&mut self, tag: Tag) {
        self.close_implied(&tag.name);
        let empty = is_void(&tag.name) || tag.self_closing && self.xml;
        if self.open.len() >= DEPTH && !empty {
            self.tree.truncated = true;
            self.add(Content::Text(StrTendril::from(" ")));
            return;
        }
        let name = tag.name.clone();
        let node = self.add(Content::Element {
            name: tag.name,
            attributes: tag.attrs,
        });
        if let (Some(node), false) = (node, empty) {
            self.open.push(node);
            *self.names.entry(name).or_default() += 1;
        }
    }

    /// Ends the elements that the beginning of `name` ends.
    fn close_implied(&mut self, name: &str) {
        match name {
            "li" => self.close_up_to(&["li"], &["ul", "ol", "menu"]),
            "dt" | "dd" => self.close_up_to(&["dt", "dd"], &["dl"]),
            "td" | "th" => self.close_up_to(&["td", "th"], &["tr", "table"]),
            "tr" => self.close_up_to(&["tr"], &["table"]),
            "thead" | "tbody" | "tfoot" => {
                self.close_up_to(&["thead", "tbody", "tfoot", "caption"], &["table"])
            }
            "option" | "optgroup" => self.close_up_to(&["option"], &["select"]),
            "title" | "meta" | "link" | "script" | "style" | "base" | "noscript" | "template"
            | "html" | "head" => {}
            _ => {
                // A head stands at the top, so that the others need not be looked at.
                let mut outer = self.open.iter().take(4);
                if let Some(place) = outer.position(|node| self.tree.name(*node) == "head") {
                    self.close_from(place);
                }
            }
        }
        if !is_inline(name) && !is_void(name) || name == "hr" {
            self.close_up_to(&["p"], &["td", "th", "table", "button", "object"]);
        }
        if is_heading(name) {
            self.close_up_to(
                &["h1", "h2", "h3", "h4", "h5", "h6"],
                &["td", "th", "div", "section", "article", "li"],
            );
        }
    }

    /// Ends the element at this place of the open ones, and those inside it.
    fn close_from(&mut self, place: usize) {
        for node in self.open.drain(place.min(self.open.len())..) {
            if let Some(Content::Element { name, .. }) =
                self.tree.nodes.get(node).map(|node| &node.content)
                && let Some(count) = self.names.get_mut(name)
            {
                *count = count.saturating_sub(1);
            }
        }
    }

    /// Ends the innermost of these elements, unless one of `limits` is nearer.
    fn close_up_to(&mut self, names: &[&str], limits: &[&str]) {
        let found = self.open.iter().rposition(|node| {
            let name = self.tree.name(*node);
            names.contains(&name) || limits.contains(&name)
        });
        if let Some(place) = found.filter(|place| *place > 0)
            && self
                .open
                .get(place)
                .is_some_and(|node| names.contains(&self.tree.name(*node)))
        {
            self.close_from(place);
        }
    }

    /// An end tag ends its element and those inside it; a formatting tag never ends a block, and
    /// nothing but the end of a table ends its cells.
    fn close(&mut self, name: &LocalName) {
        if self.names.get(name).is_none_or(|count| *count == 0) {
            return;
        }
        let inline = is_inline(name);
        for (place, node) in self.open.iter().enumerate().skip(1).rev() {
            let found = self.tree.name(*node);
            if found == &**name {
                self.close_from(place);
                return;
            }
            let table_part = matches!(
                &**name,
                "table" | "tr" | "tbody" | "thead" | "tfoot" | "td" | "th" | "body" | "html"
            );
            if inline && !is_inline(found) || matches!(found, "td" | "th") && !table_part {
                return;
            }
        }
    }
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Whether an element is a heading.
pub fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}
