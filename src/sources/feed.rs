//! Feeds: which documents an Atom or RSS feed leads to.

use std::collections::HashSet;

use feed_rs::model::Entry;
use reqwest::Url;

use super::Listed;
use super::http::Failure;
use super::name::ending_of;
use super::page::links_to_documents;
use crate::corpus::format::Format;

/// What a feed lists, each address once: the files that an entry encloses or links to, and else the page
/// that it leads to.
pub(super) fn listed(bytes: &[u8], at: &Url) -> Result<Vec<Listed>, Failure> {
    let parser = feed_rs::parser::Builder::new()
        .base_uri(Some(at.as_str()))
        .sanitize_content(false)
        .build();
    let feed = parser
        .parse(bytes)
        .map_err(|error| Failure::Content(format!("what came is no Atom or RSS feed: {error}")))?;
    let mut seen = HashSet::new();
    let all = feed.entries.iter().flat_map(|entry| of_entry(entry, at));
    Ok(all.filter(|item| seen.insert(item.url.clone())).collect())
}

fn of_entry(entry: &Entry, at: &Url) -> Vec<Listed> {
    let join = |href: &str| at.join(href.trim()).ok().map(without_fragment);
    let links = || entry.links.iter();
    let enclosed = links()
        .filter(|link| link.rel.as_deref() == Some("enclosure"))
        .filter_map(|link| Some((join(&link.href)?, link.media_type.clone())));
    let media = entry.media.iter().flat_map(|media| &media.content);
    let media = media.filter_map(|content| {
        let kind = content.content_type.as_ref().map(ToString::to_string);
        Some((join(content.url.as_ref()?.as_str())?, kind))
    });
    let mut files: Vec<Url> = enclosed
        .chain(media)
        .filter(|(url, kind)| is_document(url, kind.as_deref()))
        .map(|(url, _)| url)
        .collect();
    let alternate = links()
        .filter(|link| matches!(link.rel.as_deref(), None | Some("alternate")))
        .filter_map(|link| join(&link.href));
    let alternate: Vec<Url> = alternate.collect();
    if files.is_empty() {
        let body = entry
            .content
            .as_ref()
            .and_then(|content| content.body.as_deref());
        let summary = entry.summary.as_ref().map(|text| text.content.as_str());
        let texts = body.into_iter().chain(summary);
        files = texts
            .flat_map(|html| links_to_documents(html, at))
            .map(|(url, _)| url)
            .collect();
    }
    if files.is_empty() {
        files = alternate.into_iter().take(1).collect();
    }
    let title = entry.title.as_ref().map(|title| {
        let words = title.content.split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    });
    let published = entry.published.or(entry.updated);
    // The entry of several files tells the title of none of them.
    let title = title.filter(|title| !title.is_empty() && files.len() == 1);
    files
        .into_iter()
        .map(|url| Listed {
            url,
            title: title.clone(),
            date: published.map(|at| at.date_naive().to_string()),
            version: entry.updated.map(|at| at.timestamp().to_string()),
        })
        .collect()
}

fn is_document(url: &Url, kind: Option<&str>) -> bool {
    let kind = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim());
    Format::of(url.path()).is_some() || kind.and_then(ending_of).is_some()
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(feed: &str) -> Vec<Listed> {
        let at = Url::parse("https://nav.example/nytt/feed.xml").unwrap();
        listed(feed.as_bytes(), &at).unwrap()
    }

    #[test]
    fn an_rss_feed_leads_to_files_and_pages() {
        let found = of("<rss version=\"2.0\"><channel><title>Referater</title>\
            <item><title>Møte  i juni</title><link>https://nav.example/juni</link>\
              <enclosure url=\"/filer/juni.pdf\" type=\"application/pdf\" length=\"9\"/>\
              <pubDate>Fri, 12 Jun 2026 23:30:00 +0200</pubDate></item>\
            <item><title>Møte i mai</title><link>https://nav.example/mai#topp</link>\
              <description>&lt;p&gt;Les &lt;a href=&quot;../filer/mai.docx&quot;&gt;referatet&lt;/a&gt;&lt;/p&gt;</description></item>\
            <item><title>Nytt</title><link>https://nav.example/nytt-om-lonn/</link></item>\
            <item><title>Nytt</title><link>https://nav.example/nytt-om-lonn/</link></item>\
            </channel></rss>");
        let urls: Vec<&str> = found.iter().map(|item| item.url.as_str()).collect();
        assert_eq!(
            urls,
            [
                "https://nav.example/filer/juni.pdf",
                "https://nav.example/filer/mai.docx",
                "https://nav.example/nytt-om-lonn/"
            ]
        );
        assert_eq!(found[0].title.as_deref(), Some("Møte i juni"));
        assert_eq!(found[0].date.as_deref(), Some("2026-06-12"));
        assert_eq!(found[1].date, None);
    }

    #[test]
    fn an_atom_feed_tells_when_something_changed() {
        let found = of(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>R</title><id>a</id><updated>2026-06-01T00:00:00Z</updated>\
            <entry><id>b</id><title>Møte</title><updated>2026-06-02T10:00:00Z</updated><published>2026-06-01T10:00:00Z</published>\
            <link rel=\"enclosure\" type=\"text/html\" href=\"referat\"/></entry></feed>",
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].url.as_str(), "https://nav.example/nytt/referat");
        assert_eq!(found[0].date.as_deref(), Some("2026-06-01"));
        assert_eq!(found[0].version.as_deref(), Some("1780394400"));
    }

    #[test]
    fn what_is_no_feed_is_said_to_be_none() {
        let at = Url::parse("https://nav.example/").unwrap();
        let failure = listed(b"<html><body>Logg inn</body></html>", &at).unwrap_err();
        assert!(
            failure.to_string().contains("no Atom or RSS feed"),
            "{failure}"
        );
    }
}
