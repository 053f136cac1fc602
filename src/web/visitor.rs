//! Who looks: in which language, and which conversation is theirs.

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use percent_encoding::percent_decode_str;

use crate::language::Language;

/// The cookie that holds the language of the pages.
pub(super) const LANGUAGE: &str = "referent-language";
/// The cookie that holds the name of a conversation.
pub(super) const CONVERSATION: &str = "referent-conversation";

/// Who looks at a page, as far as that is known.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The language of the page's own words.
    pub language: Language,
    /// Whether the address chose it, and so the browser is to remember it.
    pub(super) chose: bool,
    /// The name of the conversation, where there is one.
    pub(super) conversation: Option<String>,
    /// The address that was asked for, the choice of a language left out.
    pub(super) address: String,
}

impl Visitor {
    pub(super) fn of(address: &Uri, headers: &HeaderMap) -> Visitor {
        let chosen = pairs(address.query().unwrap_or_default())
            .filter(|(name, _)| *name == "lang")
            .find_map(|(_, value)| by_code(value));
        let remembered = || by_code(&cookie(headers, LANGUAGE)?);
        let spoken = || {
            let spoken = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
            preferred(spoken)
        };
        let language = chosen.or_else(remembered).or_else(spoken);
        let conversation = cookie(headers, CONVERSATION)
            .filter(|name| name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let rest: Vec<&str> = address
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("lang="))
            .collect();
        let query = match rest.is_empty() {
            true => String::new(),
            false => format!("{}&", rest.join("&")),
        };
        Visitor {
            language: language.unwrap_or(Language::Bokmal),
            chose: chosen.is_some(),
            conversation,
            // Two slashes in the beginning would lead to another host.
            address: format!("/{}?{query}", address.path().trim_start_matches('/')),
        }
    }

    /// The page that is shown, in another language.
    pub(super) fn here_in(&self, language: Language) -> String {
        format!("{}lang={}", self.address, language.code())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visitor, Self::Rejection> {
        let known = parts.extensions.get::<Visitor>().cloned();
        Ok(known.unwrap_or_else(|| Visitor::of(&parts.uri, &parts.headers)))
    }
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter_map(|pair| pair.split_once('='))
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(found, _)| *found == name)?.1;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn by_code(code: &str) -> Option<Language> {
    let code = code.trim().to_ascii_lowercase();
    match code.split('-').next().unwrap_or_default() {
        "nb" | "no" => Some(Language::Bokmal),
        "nn" => Some(Language::Nynorsk),
        "en" => Some(Language::English),
        _ => None,
    }
}

/// The best of the languages that a browser asks for, as "nn-NO, nb;q=0.9, en;q=0.5".
fn preferred(spoken: &str) -> Option<Language> {
    let weighed = spoken.split(',').filter_map(|part| {
        let (code, weight) = part.split_once(';').unwrap_or((part, "q=1"));
        let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
        Some((by_code(code)?, weight)).filter(|(_, weight)| *weight > 0.0)
    });
    // Of equal ones the first.
    weighed
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    #[test]
    fn the_language_is_the_chosen_one_or_the_best_that_the_browser_names() {
        let visitor = |address: &str, with: &[(HeaderName, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in with {
                headers.append(name, value.parse().unwrap());
            }
            Visitor::of(&address.parse().unwrap(), &headers)
        };
        let spoken = (ACCEPT_LANGUAGE, "da, nn-NO;q=0.8, en;q=0.9, nb;q=0");
        assert_eq!(
            visitor("/", std::slice::from_ref(&spoken)).language,
            Language::English
        );
        let cookie = (COOKIE, "a=b; referent-language=nn");
        let remembered = visitor("/", &[spoken.clone(), cookie.clone()]);
        assert_eq!(remembered.language, Language::Nynorsk);
        let chosen = visitor("/nytt?lang=nb&a=1", &[spoken, cookie]);
        assert_eq!((chosen.language, chosen.chose), (Language::Bokmal, true));
        assert_eq!(chosen.here_in(Language::English), "/nytt?a=1&lang=en");
        let elsewhere = visitor("//evil.example/a", &[]);
        assert_eq!(
            elsewhere.here_in(Language::English),
            "/evil.example/a?lang=en"
        );
        assert_eq!(visitor("/?lang=fr", &[]).language, Language::Bokmal);
    }
}
