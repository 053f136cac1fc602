//! Text of documents and people without what is not seen and yet acts.

/// Text without control characters, marks that turn the direction of what follows, and what has no width,
/// behind which a list or a heading may begin.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| is_seen(*c)).map(level).collect()
}

/// The same in one line, for where there is no markup.
pub fn one_line(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(plain).collect();
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

pub(super) fn is_seen(c: char) -> bool {
    let turns = matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let thin = matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}');
    !turns && !thin && (!c.is_control() || c == '\n' || c == '\t')
}

/// Only what is a line to everybody is one.
pub(super) fn level(c: char) -> char {
    match c {
        '\t' | '\u{2028}' | '\u{2029}' => ' ',
        c => c,
    }
}

/// Whether others than who is at this machine can follow an address.
pub(super) fn is_public(address: &str) -> bool {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|start| address.strip_prefix(start));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or(rest));
    let here = ["localhost:", "127.", "[::1]", "0.0.0.0", "[::]"];
    host.is_some_and(|host| host != "localhost" && !here.iter().any(|name| host.starts_with(name)))
}
