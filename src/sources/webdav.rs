//! WebDAV folders, as Nextcloud and others have them: what lies in a folder and in those below.

use percent_encoding::percent_decode_str;
use quick_xml::Reader;
use quick_xml::events::Event;
use reqwest::Url;

use super::Listed;
use super::http::{Failure, Visitor};
use crate::corpus::format::Format;

/// What a folder is asked.
pub(super) const QUESTION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
    <propfind xmlns=\"DAV:\"><prop><resourcetype/><getetag/><getlastmodified/><getcontentlength/></prop></propfind>";

/// Folders that lie deeper are not looked into.
const DEEPEST: usize = 16;
/// So many folders are looked into, and so many files taken.
const FOLDERS: usize = 2_000;
const FILES: usize = 20_000;

/// What a server says of one file or folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Resource {
    href: String,
    is_folder: bool,
    etag: Option<String>,
    modified: Option<String>,
    length: Option<String>,
}

/// What lies in a folder and in those below.
pub(super) async fn listed(visitor: &mut Visitor) -> Result<Vec<Listed>, Failure> {
    let mut top = visitor.own().clone();
    if !top.path().ends_with('/') {
        top.set_path(&format!("{}/", top.path()));
    }
    let mut folders = vec![(top.clone(), 0)];
    let mut asked = std::collections::HashSet::new();
    let mut files = Vec::new();
    while let Some((folder, depth)) = folders.pop() {
        if !asked.insert(decoded(&folder)) {
            continue;
        }
        if asked.len() > FOLDERS || files.len() > FILES {
            let what = "too many files and folders: name a folder below it";
            return Err(Failure::Content(what.to_owned()));
        }
        let (received, bytes) = visitor.folder(&folder).await?;
        for resource in resources(&bytes)? {
            // Nothing but what lies in the folder itself, whatever the server says.
            let Some(url) = inside(&received.url, &folder, &top, &resource.href) else {
                continue;
            };
            let hidden = super::name::in_address(&url).starts_with('.');
            if resource.is_folder && depth < DEEPEST && !hidden {
                let mut below = url;
                if !below.path().ends_with('/') {
                    below.set_path(&format!("{}/", below.path()));
                }
                folders.push((below, depth + 1));
            } else if !resource.is_folder && !hidden && Format::of(url.path()).is_some() {
                let told = [resource.modified.as_deref(), resource.length.as_deref()];
                let stamp = || told.iter().flatten().copied().collect::<Vec<_>>().join(";");
                files.push(Listed {
                    url,
                    title: None,
                    date: None,
                    version: Some(resource.etag.clone().unwrap_or_else(stamp)),
                });
            }
        }
    }
    files.sort_by(|a, b| a.url.cmp(&b.url));
    files.dedup_by(|a, b| a.url == b.url);
    Ok(files)
}

fn decoded(url: &Url) -> String {
    percent_decode_str(url.path())
        .decode_utf8_lossy()
        .into_owned()
}

/// The address of something in `folder`, if it lies there.
fn inside(answered: &Url, folder: &Url, top: &Url, href: &str) -> Option<Url> {
    let mut url = answered.join(href).ok()?;
    url.set_fragment(None);
    url.set_query(None);
    let (path, within) = (decoded(&url), decoded(folder));
    let below = path.strip_prefix(within.as_str())?;
    let one = below.trim_end_matches('/');
    let fits = url.origin() == top.origin() && !one.is_empty() && !one.contains('/') && one != "..";
    fits.then_some(url)
}

/// Reads a `multistatus`. Properties that the server does not have are in a part of their own, with
/// nothing in them.
fn resources(bytes: &[u8]) -> Result<Vec<Resource>, Failure> {
    let wrong = |what: &str| {
        Failure::Content(format!(
            "the server does not answer as WebDAV does ({what}): is it the address of the folder?"
        ))
    };
    let xml = String::from_utf8_lossy(bytes);
    let mut reader = Reader::from_str(&xml);
    let mut found = Vec::new();
    let mut current: Option<Resource> = None;
    let (mut text, mut is_dav) = (String::new(), false);
    loop {
        let event = reader.read_event();
        match event.map_err(|error| wrong(&error.to_string()))? {
            Event::Start(start) => {
                text.clear();
                match start.local_name().as_ref() {
                    "multistatus" => is_dav = true,
                    "response" => current = Some(Resource::default()),
                    "collection" => current.iter_mut().for_each(|it| it.is_folder = true),
                    _ => {}
                }
            }
            Event::Empty(start) if start.local_name().as_ref() == "collection" => {
                current.iter_mut().for_each(|it| it.is_folder = true);
            }
            Event::Text(part) => text.push_str(&part.xml10_content()),
            Event::CData(part) => text.push_str(&part.xml10_content()),
            Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                Ok(Some(character)) => text.push(character),
                _ => text.push_str(match &*entity.xml10_content() {
                    "amp" => "&",
                    "quot" => "\"",
                    "apos" => "'",
                    "lt" => "<",
                    "gt" => ">",
                    _ => "",
                }),
            },
            Event::End(end) => {
                let value = || Some(text.trim().to_owned()).filter(|text| !text.is_empty());
                match (end.local_name().as_ref(), &mut current) {
                    ("href", Some(it)) if it.href.is_empty() => {
                        it.href = value().unwrap_or_default();
                    }
                    ("getetag", Some(it)) => it.etag = it.etag.take().or_else(value),
                    ("getlastmodified", Some(it)) => {
                        it.modified = it.modified.take().or_else(value);
                    }
                    ("getcontentlength", Some(it)) => it.length = it.length.take().or_else(value),
                    ("response", _) => {
                        found.extend(current.take().filter(|it| !it.href.is_empty()));
                    }
                    _ => {}
                }
                text.clear();
            }
            Event::DocType(_) => return Err(wrong("a document type")),
            Event::Eof => break,
            _ => {}
        }
    }
    match is_dav {
        true => Ok(found),
        false => Err(wrong("no list came")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_resources_is_read_whatever_its_prefixes() {
        let xml = "<?xml version=\"1.0\"?><d:multistatus xmlns:d=\"DAV:\">\
            <d:response><d:href>/dav/</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop>\
            <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>\
            <d:response><d:href>/dav/M%C3%B8te%20&amp;%20sak.pdf</d:href><d:propstat><d:prop><d:resourcetype/>\
            <d:getetag>&quot;5f3a&quot;</d:getetag><d:getcontentlength>12</d:getcontentlength></d:prop></d:propstat>\
            <d:propstat><d:prop><d:getlastmodified/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>\
            </d:multistatus>";
        let found = resources(xml.as_bytes()).unwrap();
        assert_eq!(found.len(), 2);
        assert!(found[0].is_folder && !found[1].is_folder);
        assert_eq!(found[1].href, "/dav/M%C3%B8te%20&%20sak.pdf");
        assert_eq!(found[1].etag.as_deref(), Some("\"5f3a\""));
        assert_eq!(found[1].length.as_deref(), Some("12"));
        assert_eq!(found[1].modified, None);
        assert!(resources(b"<html><body>Logg inn</body></html>").is_err());
    }

    #[test]
    fn only_what_lies_in_the_folder_is_taken() {
        let top = Url::parse("https://sky.example/dav/").unwrap();
        let of = |href: &str| inside(&top, &top, &top, href).map(|url| url.to_string());
        assert_eq!(
            of("/dav/a.pdf").as_deref(),
            Some("https://sky.example/dav/a.pdf")
        );
        assert_eq!(
            of("https://sky.example/dav/b/").as_deref(),
            Some("https://sky.example/dav/b/")
        );
        for outside in [
            "/dav/",
            "/annet/a.pdf",
            "https://andre.example/dav/a.pdf",
            "/dav/../a.pdf",
            "/dav/b/c.pdf",
            "/dav/%2e%2e",
        ] {
            assert_eq!(of(outside), None, "{outside}");
        }
    }
}
