//! Web pages: which documents a page links to.

use std::collections::HashSet;

use reqwest::Url;
use scraper::{ElementRef, Html, Selector};

use super::Listed;
use super::http::Failure;
use super::name;
use crate::config::Source;
use crate::corpus::format::Format;

/// What a page lists, each address once: the links that the configuration says, and else all that lead to
/// files which a reader takes.
pub(super) fn listed(bytes: &[u8], at: &Url, source: &Source) -> Result<Vec<Listed>, Failure> {
    let text = String::from_utf8_lossy(bytes);
    let found = match (&source.select, &source.link) {
        (Some(select), _) => {
            let selector = Selector::parse(select).map_err(|_| {
                Failure::Content(format!("select = \"{select}\" is no CSS selector"))
            })?;
            links(&text, at, Some(&selector))
        }
        (None, Some(pattern)) => {
            let mut all = links(&text, at, None);
            all.retain(|(url, _)| fits(url, pattern));
            all
        }
        (None, None) => links_to_documents(&text, at),
    };
    let mut seen = HashSet::new();
    let listed = found
        .into_iter()
        .filter(|(url, _)| seen.insert(url.clone()))
        .map(|(url, title)| Listed {
            url,
            title: Some(title).filter(|title| !title.is_empty()),
            date: None,
            version: None,
        });
    Ok(listed.collect())
}

/// The links that lead to files, and not to further pages, with the words on them.
pub(super) fn links_to_documents(html: &str, at: &Url) -> Vec<(Url, String)> {
    let mut all = links(html, at, None);
    all.retain(|(url, _)| !matches!(Format::of(url.path()), None | Some(Format::Html)));
    all
}

/// The links in what is selected, or all.
fn links(html: &str, at: &Url, selector: Option<&Selector>) -> Vec<(Url, String)> {
    let document = Html::parse_document(html);
    let css = |css: &str| Selector::parse(css).ok();
    let base = css("base[href]").and_then(|base| {
        let found = document.select(&base).next()?;
        at.join(found.attr("href")?).ok()
    });
    let base = base.unwrap_or_else(|| at.clone());
    let Some(anchors) = css("a[href]") else {
        return Vec::new();
    };
    let chosen: Vec<ElementRef> = match selector {
        None => document.select(&anchors).collect(),
        Some(selector) => document
            .select(selector)
            .flat_map(|chosen| {
                let own = anchors.matches(&chosen).then_some(chosen);
                own.into_iter().chain(chosen.select(&anchors))
            })
            .collect(),
    };
    let link = |anchor: ElementRef| {
        let mut url = base.join(anchor.attr("href")?.trim()).ok()?;
        url.set_fragment(None);
        let text: String = anchor.text().collect();
        let words: Vec<&str> = text.split_whitespace().collect();
        Some((url, words.join(" ")))
    };
    chosen.into_iter().filter_map(link).collect()
}

/// Whether the file name of an address fits a pattern, or all of the address where the pattern has a `/`.
fn fits(url: &Url, pattern: &str) -> bool {
    let all: Vec<char> = pattern.to_lowercase().chars().collect();
    let whole = || {
        percent_encoding::percent_decode_str(url.as_str())
            .decode_utf8_lossy()
            .into_owned()
    };
    let text = match pattern.contains('/') {
        true => whole(),
        false => name::in_address(url),
    };
    let text: Vec<char> = text.to_lowercase().chars().collect();
    // Goes back to the last `*` where it does not go on: no pattern takes long.
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match all.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == text[t] || *c == '?' => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    all[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<html><body><nav><a href='/om.pdf'>Om oss</a></nav>\
        <ul class=ref><li><a class=document href='a/juni.pdf'>Møte  i <b>juni</b></a>\
        <li><a class=document href='a/juni.pdf#side2'>igjen</a>\
        <li><a class=document href='https://andre.example/mai.docx'>Mai</a>\
        <li><a class=document href='javascript:alert(1)'>x</a></ul>\
        <a href='/side.html'>Side</a></body></html>";

    fn of(page: &str, lines: &str) -> Vec<String> {
        let text = format!("name = \"a\"\ncollection = \"b\"\npage = \"x\"\n{lines}");
        let source: Source = toml::from_str(&text).unwrap();
        let at = Url::parse("https://nav.example/ref/").unwrap();
        let listed = listed(page.as_bytes(), &at, &source).unwrap();
        let shown = |item: Listed| format!("{} {}", item.url, item.title.unwrap_or_default());
        listed.into_iter().map(shown).collect()
    }

    #[test]
    fn links_are_chosen_by_selector_by_pattern_or_by_what_they_lead_to() {
        let june = "https://nav.example/ref/a/juni.pdf Møte i juni";
        let may = "https://andre.example/mai.docx Mai";
        let about = "https://nav.example/om.pdf Om oss";
        assert_eq!(
            of(PAGE, "select = \".ref\"\n"),
            [june, may, "javascript:alert(1) x"]
        );
        assert_eq!(of(PAGE, "select = \"a.document[href$='.docx']\"\n"), [may]);
        assert_eq!(of(PAGE, "link = \"*.PDF\"\n"), [about, june]);
        assert_eq!(of(PAGE, "link = \"*/ref/*\"\n"), [june]);
        assert_eq!(of(PAGE, ""), [about, june, may]);
        let elsewhere = format!("<base href='https://filer.example/x/'>{PAGE}");
        assert_eq!(
            of(&elsewhere, "link = \"j?n*.pdf\"\n"),
            ["https://filer.example/x/a/juni.pdf Møte i juni"]
        );
    }

    #[test]
    fn a_pattern_takes_no_time() {
        let url = Url::parse(&format!("https://a.example/{}", "a".repeat(2000))).unwrap();
        assert!(!fits(&url, &format!("{}b", "*a".repeat(200))));
    }
}
