//! Front matter: a few lines of metadata at the top of a Markdown or text file, between two lines of
//! `+++` (TOML) or `---` (YAML).

use super::Properties;

/// Splits TOML front matter from the text: the TOML, if there is any, and the text after it.
pub fn front_matter(text: &str) -> (Option<&str>, &str) {
    match fenced(text, "+++") {
        Some((source, rest)) => (Some(source), rest),
        None => (None, text),
    }
}

/// Splits YAML front matter from the text, as far as it is lines of `key: value`: what those say, and
/// the text after it. Lines between rules that are no such pairs are text.
pub fn yaml_front_matter(text: &str) -> (Properties, &str) {
    let mut properties = Properties::default();
    let Some((source, rest)) = fenced(text, "---") else {
        return (properties, text);
    };
    let mut keys = 0;
    for line in source.lines() {
        let nested = line.starts_with([' ', '\t', '-', '#']) || line.trim().is_empty();
        let pair = line.split_once(':').filter(|(key, _)| is_key(key));
        match pair {
            Some((key, value)) => {
                keys += 1;
                take(&mut properties, key, value);
            }
            None if nested => {}
            None => return (Properties::default(), text),
        }
    }
    if keys == 0 {
        return (Properties::default(), text);
    }
    (properties, rest)
}

fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn take(properties: &mut Properties, key: &str, value: &str) {
    let value = unquoted(value);
    let slot = match key.to_lowercase().as_str() {
        "title" | "tittel" => &mut properties.title,
        "author" | "authors" | "forfatter" => &mut properties.author,
        "date" | "dato" => &mut properties.date,
        "lang" | "language" | "språk" => &mut properties.language,
        _ => return,
    };
    *slot = Some(value.to_owned()).filter(|value| !value.is_empty());
}

/// A value without its quotes, or without the comment after it.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some((inner, _)) = value
            .strip_prefix(quote)
            .and_then(|rest| rest.rsplit_once(quote))
        {
            return inner.trim();
        }
    }
    value.split(" #").next().unwrap_or(value).trim()
}

/// What stands between a first line of `fence` and the next such line, and what comes after.
fn fenced<'a>(text: &'a str, fence: &str) -> Option<(&'a str, &'a str)> {
    let text = text.trim_start_matches('\u{FEFF}');
    let (first, body) = text.split_once('\n')?;
    if first.trim_end() != fence {
        return None;
    }
    let mut offset = 0;
    for line in body.split_inclusive('\n') {
        if line.trim_end() == fence {
            return Some((body.get(..offset)?, body.get(offset + line.len()..)?));
        }
        offset += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_is_split_from_the_text() {
        let text = "\u{FEFF}+++\r\ntitle = \"Styremøte\"\r\n+++\r\nSak 1\r\n";
        assert_eq!(
            front_matter(text),
            (Some("title = \"Styremøte\"\r\n"), "Sak 1\r\n")
        );
        assert_eq!(front_matter("+++\nuten slutt"), (None, "+++\nuten slutt"));
    }

    #[test]
    fn yaml_is_read_and_a_rule_is_not_yaml() {
        let (properties, rest) = yaml_front_matter(
            "---\ntitle: \"Årsmøte: sak 3\"\ndate: 2024-03-01 # fredag\ntags:\n  - a\n---\nTekst",
        );
        assert_eq!(properties.title.as_deref(), Some("Årsmøte: sak 3"));
        assert_eq!(properties.date.as_deref(), Some("2024-03-01"));
        assert_eq!(rest, "Tekst");
        let text = "---\nKari sa at det gikk bra.\n---\nSlutt";
        assert_eq!(yaml_front_matter(text).1, text);
    }
}
