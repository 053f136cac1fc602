//! Which parts of a web page are its content, and which are navigation and the like.
//!
//! What the page marks as something else (by element, role or class) goes. Then the way leads from
//! the outside in, as long as one part of the page holds most of its text: what stands beside that
//! part and consists of links, or is a line of contact details, goes. Nothing that holds a large share
//! of the text is dropped on the strength of a class name, and [`plain`] drops hardly anything, for
//! pages on which all this goes wrong. (The weighing of text against link text is that of boilerplate
//! removal: Kohlschütter et al. 2010, "Boilerplate detection using shallow text features".)

use super::tree::{Step, Tree, is_heading};

/// The share of the text that a part must hold to be followed inwards.
const DOMINANT: f64 = 0.6;
/// The share of the text above which a part is not dropped for its class.
const TOO_MUCH: f64 = 0.4;
/// The share of link text from which a list is navigation.
const LINKS: f64 = 0.4;
/// The most elements and texts that such a line consists of.
const CONTACT_NODES: u32 = 500;
/// From how many bytes on a block is running text.
const PROSE: usize = 120;
/// How many first-level headings are looked at.
const HEADINGS: usize = 50;
/// The longest line of contact details, in characters.
const CONTACT: usize = 400;

/// The nodes that are left out, and where the content is.
pub struct Content {
    /// The element that holds the content.
    pub root: usize,
    dropped: Vec<bool>,
}

impl Content {
    /// Whether a node is left out.
    pub fn drops(&self, node: usize) -> bool {
        is_set(&self.dropped, node)
    }
}

/// The content of a page with everything but what is never shown and what is navigation by its tag.
pub fn plain(tree: &Tree) -> Content {
    let mut dropped = vec![false; tree.all().len()];
    let titled = titled(tree);
    for node in tree.all() {
        let by_tag = matches!(tree.name(node), "nav" | "footer" | "aside" | "header");
        set_if(
            &mut dropped,
            node,
            is_unseen(tree, node) || by_tag && !is_set(&titled, node),
        );
    }
    Content { root: 0, dropped }
}

/// The content of a page.
pub fn select(tree: &Tree) -> Content {
    let mut content = Content {
        root: 0,
        dropped: tree.all().map(|node| is_unseen(tree, node)).collect(),
    };
    let whole = Weights::of(tree, &content);
    let titled = titled(tree);
    let has_title = is_set(&titled, 0);
    for node in tree.all() {
        let small = whole.own(node) < TOO_MUCH * whole.own(0).max(1.0);
        let chrome = match is_marked(tree, node) {
            Mark::Surely => true,
            _ if is_set(&titled, node) => false,
            Mark::ByStructure => has_title || small,
            Mark::ByClass => small,
            Mark::No => false,
        };
        set_if(&mut content.dropped, node, chrome);
    }
    let weights = Weights::of(tree, &content);
    content.root = marked_root(tree, &content, &weights);
    prune(tree, &mut content, &weights, &titled);
    content
}

fn set_if(flags: &mut [bool], node: usize, condition: bool) {
    if let (true, Some(slot)) = (condition, flags.get_mut(node)) {
        *slot = true;
    }
}

fn is_set(flags: &[bool], node: usize) -> bool {
    flags.get(node).copied().unwrap_or(false)
}

/// Never shown, or not text to read.
fn is_unseen(tree: &Tree, node: usize) -> bool {
    let by_name = matches!(
        tree.name(node),
        "head"
            | "script"
            | "style"
            | "template"
            | "noscript"
            | "svg"
            | "iframe"
            | "object"
            | "embed"
            | "canvas"
            | "audio"
            | "video"
            | "button"
            | "select"
            | "textarea"
            | "input"
            | "datalist"
            | "map"
            | "noframes"
    );
    let hidden = tree
        .attribute(node, "hidden")
        .is_some_and(|value| value != "until-found")
        || tree.attribute(node, "aria-hidden") == Some("true");
    let style = tree
        .attribute(node, "style")
        .map(|style| style.replace(' ', "").to_lowercase());
    let styled = style
        .is_some_and(|style| style.contains("display:none") || style.contains("visibility:hidden"));
    let class = tree.attribute(node, "class").unwrap_or_default();
    let for_screen_readers = class.split_whitespace().any(|class| {
        matches!(
            class,
            "visually-hidden" | "sr-only" | "screen-reader-text" | "skip-link"
        )
    });
    by_name || hidden || styled || for_screen_readers && !is_heading(tree.name(node))
}

#[derive(PartialEq, Eq)]
enum Mark {
    /// Navigation, or another window.
    Surely,
    /// A part of the page that lies around the content.
    ByStructure,
    /// Has the name of such a part.
    ByClass,
    No,
}

/// Whether the page itself says that an element is not content.
fn is_marked(tree: &Tree, node: usize) -> Mark {
    let role = tree.attribute(node, "role").unwrap_or_default();
    let in_content = || {
        tree.ancestors(node)
            .any(|around| matches!(tree.name(around), "main" | "article"))
    };
    match (tree.name(node), role) {
        ("nav", _)
        | (_, "navigation" | "search" | "dialog" | "alertdialog" | "menu" | "menubar") => {
            return Mark::Surely;
        }
        ("aside" | "footer", _) | (_, "contentinfo" | "complementary") => return Mark::ByStructure,
        ("header", _) | (_, "banner") if !in_content() => return Mark::ByStructure,
        ("" | "html" | "body" | "main" | "article", _) => return Mark::No,
        _ => {}
    }
    let class = tree.attribute(node, "class").unwrap_or_default();
    let id = tree.attribute(node, "id").unwrap_or_default();
    if [class, id]
        .into_iter()
        .flat_map(words)
        .any(|word| is_furniture(&word))
    {
        Mark::ByClass
    } else {
        Mark::No
    }
}

/// The words of a class or an id: "siteFooter top-nav" → site, footer, top, nav.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for character in text.chars().take(500) {
        if !character.is_alphanumeric() || lower && character.is_uppercase() {
            words.push(String::new());
        }
        lower = character.is_lowercase();
        if let (true, Some(word)) = (character.is_alphanumeric(), words.last_mut()) {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_furniture(word: &str) -> bool {
    const PARTS: [&str; 14] = [
        "cookie",
        "navig",
        "navbar",
        "breadcrumb",
        "brodsm",
        "brødsm",
        "sidebar",
        "footer",
        "meny",
        "newsletter",
        "nyhetsbrev",
        "samtykke",
        "consent",
        "informasjonskaps",
    ];
    PARTS.iter().any(|part| word.contains(part))
        || word.starts_with("bunn")
        || matches!(
            word,
            "nav"
                | "menu"
                | "mainmenu"
                | "submenu"
                | "topmenu"
                | "sidefelt"
                | "gdpr"
                | "share"
                | "sharing"
                | "social"
                | "sosiale"
                | "related"
                | "relatert"
                | "relaterte"
                | "advert"
                | "annonse"
                | "popup"
                | "modal"
                | "paging"
                | "pagination"
                | "pager"
                | "skip"
                | "skiplink"
                | "toolbar"
                | "masthead"
                | "feedback"
                | "tilbakemelding"
                | "topbar"
                | "login"
                | "search"
                | "søk"
                | "sok"
                | "byline-share"
        )
}

/// The elements that hold a first-level heading which is more than a link to the front page.
fn titled(tree: &Tree) -> Vec<bool> {
    let mut titled = vec![false; tree.all().len()];
    for heading in tree
        .all()
        .filter(|node| tree.name(*node) == "h1")
        .take(HEADINGS)
    {
        let text = tree.inner_text(heading, &|node| tree.name(node) == "a");
        if !text.trim().is_empty() {
            let around = tree
                .ancestors(heading)
                .take_while(|node| tree.name(*node) != "main");
            std::iter::once(heading)
                .chain(around)
                .for_each(|node| set_if(&mut titled, node, true));
        }
    }
    titled
}

/// How much text the nodes hold, in characters: beside links, and in links.
struct Weights {
    text: Vec<f64>,
    link: Vec<f64>,
    links: Vec<u32>,
    nodes: Vec<u32>,
}

impl Weights {
    fn of(tree: &Tree, content: &Content) -> Weights {
        let total = tree.all().len();
        let mut weights = Weights {
            text: vec![0.0; total],
            link: vec![0.0; total],
            links: vec![0; total],
            nodes: vec![1; total],
        };
        let mut in_link = 0_u32;
        let mut around: Vec<usize> = Vec::new();
        tree.walk(0, |step| match step {
            Step::Open(node) if content.drops(node) => false,
            Step::Open(node) => {
                let is_link = tree.name(node) == "a" && tree.attribute(node, "href").is_some();
                match tree.text(node) {
                    Some(text) => {
                        let length = text
                            .split_whitespace()
                            .map(|word| word.chars().count() + 1)
                            .sum::<usize>();
                        let slot = if in_link > 0 {
                            weights.link.get_mut(node)
                        } else {
                            weights.text.get_mut(node)
                        };
                        if let Some(slot) = slot {
                            *slot = length as f64;
                        }
                        weights.carry(node, around.last().copied());
                    }
                    None => around.push(node),
                }
                in_link += u32::from(is_link);
                if let (true, Some(count)) = (is_link, weights.links.get_mut(node)) {
                    *count = 1;
                }
                true
            }
            Step::Close(node) => {
                around.pop();
                let is_link = tree.name(node) == "a" && tree.attribute(node, "href").is_some();
                in_link -= u32::from(is_link && in_link > 0);
                weights.carry(node, around.last().copied());
                true
            }
        });
        weights
    }

    fn carry(&mut self, node: usize, parent: Option<usize>) {
        let Some(parent) = parent else { return };
        let (text, link) = (self.own(node), self.link.get(node).copied().unwrap_or(0.0));
        let links = self.links.get(node).copied().unwrap_or(0);
        if let Some(slot) = self.text.get_mut(parent) {
            *slot += text;
        }
        if let Some(slot) = self.link.get_mut(parent) {
            *slot += link;
        }
        if let Some(slot) = self.links.get_mut(parent) {
            *slot += links;
        }
        let nodes = self.nodes.get(node).copied().unwrap_or(0);
        if let Some(slot) = self.nodes.get_mut(parent) {
            *slot += nodes;
        }
    }

    fn own(&self, node: usize) -> f64 {
        self.text.get(node).copied().unwrap_or(0.0)
    }

    fn link_share(&self, node: usize) -> f64 {
        let link = self.link.get(node).copied().unwrap_or(0.0);
        link / (link + self.own(node)).max(1.0)
    }
}

/// The `main` or the one `article` of the page, if it holds a good part of the text; else the root.
fn marked_root(tree: &Tree, content: &Content, weights: &Weights) -> usize {
    let shown = |node: &usize| {
        !content.drops(*node) && !tree.ancestors(*node).any(|around| content.drops(around))
    };
    let enough = |node: &usize| weights.own(*node) >= 0.3 * weights.own(0);
    let main =
        |node: &usize| tree.name(*node) == "main" || tree.attribute(*node, "role") == Some("main");
    if let Some(found) = tree
        .all()
        .find(|node| main(node) && shown(node) && enough(node))
    {
        return found;
    }
    let mut articles = tree
        .all()
        .filter(|node| tree.name(*node) == "article" && shown(node));
    match (articles.next(), articles.next()) {
        (Some(only), None) if enough(&only) && weights.own(only) >= 0.5 * weights.own(0) => only,
        _ => 0,
    }
}

fn is_container(name: &str) -> bool {
    matches!(
        name,
        "root"
            | "html"
            | "body"
            | "div"
            | "section"
            | "main"
            | "article"
            | "table"
            | "tbody"
            | "tr"
            | "td"
            | "form"
            | "center"
            | "fieldset"
            | "header"
            | "footer"
            | "aside"
            | "ul"
            | "ol"
            | "font"
            | "span"
    ) || name.contains('-')
}

/// Follows the text inwards and drops what stands beside it and is not content.
fn prune(tree: &Tree, content: &mut Content, weights: &Weights, titled: &[bool]) {
    let mut node = content.root;
    loop {
        let children: Vec<usize> = tree
            .children(node)
            .iter()
            .copied()
            .filter(|child| !content.drops(*child))
            .collect();
        let heaviest = children
            .iter()
            .copied()
            .filter(|child| is_container(tree.name(*child)))
            .filter(|child| is_set(titled, *child) || !is_beside(tree, weights, *child, true))
            .max_by(|left, right| weights.own(*left).total_cmp(&weights.own(*right)));
        let dominant = heaviest.filter(|child| weights.own(*child) >= DOMINANT * weights.own(node));
        // On a short page what stands around the text outweighs it: then the title leads to it.
        let with_title = || {
            children
                .iter()
                .copied()
                .find(|child| is_set(titled, *child) && is_container(tree.name(*child)))
        };
        let Some(inner) = dominant.or_else(with_title) else {
            return;
        };
        let mut after = false;
        for child in children {
            if child == inner {
                after = true;
            } else if !is_set(titled, child) && is_beside(tree, weights, child, after) {
                set_if(&mut content.dropped, child, true);
            }
        }
        node = inner;
    }
}

/// Whether something beside the main part of a page is not content: mostly links, a line about
/// sharing, a notice about cookies, or, after the main part, how to reach the owner of the site.
fn is_beside(tree: &Tree, weights: &Weights, node: usize, after: bool) -> bool {
    let name = tree.name(node);
    if name.is_empty() || is_heading(name) {
        return false;
    }
    let links = weights.links.get(node).copied().unwrap_or(0);
    if is_container(name) && links >= 2 && weights.link_share(node) >= LINKS {
        return true;
    }
    let length = weights.own(node);
    let nodes = weights.nodes.get(node).copied().unwrap_or(0);
    if length > CONTACT as f64 || nodes > CONTACT_NODES {
        return false;
    }
    let text = tree
        .inner_text(node, &|node| is_unseen(tree, node))
        .trim()
        .to_lowercase();
    let starts = [
        "del på",
        "skriv ut",
        "hopp til",
        "til toppen",
        "del saken",
        "del artikkelen",
    ];
    starts.iter().any(|start| text.starts_with(start)) && length < 120.0
        || ["informasjonskapsler", "cookies"]
            .iter()
            .any(|word| text.contains(word))
        || after && is_contact(&text)
}

/// Whether a text, in lower case, is how to reach the owner of a site, or what a site has to say.
fn is_contact(text: &str) -> bool {
    const SIGNS: [&[&str]; 9] = [
        &["©", "copyright", "alle rettigheter"],
        &["telefon", "tlf", "sentralbord"],
        &["org.nr", "orgnr", "organisasjonsnummer", "org. nr"],
        &["personvern"],
        &["tilgjengelighet"],
        &["e-post", "epost", "@"],
        &["postboks", "postadresse", "besøksadresse"],
        &["ansvarlig redaktør", "redaktør:", "nettredaktør"],
        &["følg oss", "facebook", "linkedin", "nyhetsbrev"],
    ];
    SIGNS
        .iter()
        .filter(|signs| signs.iter().any(|sign| text.contains(sign)))
        .count()
        >= 2
}

/// Whether a block is running text that a page would not be complete without.
pub fn is_prose(text: &str) -> bool {
    text.len() > PROSE && !(text.len() <= CONTACT && is_contact(&text.to_lowercase()))
}
