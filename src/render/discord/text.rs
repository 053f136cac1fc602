//! Text of documents and people in Discord's Markdown: what they wrote is seen, and does nothing.

use std::fmt::Write;

use unicode_segmentation::UnicodeSegmentation;

use crate::answer::Excerpt;
use crate::corpus::Date;
use crate::language::Language;
use crate::render::phrases::{self, chat};
use crate::render::visible::{is_public, is_seen, level};

pub use crate::render::visible::one_line;
pub(super) use crate::render::visible::plain;

/// The length of a text as Discord may count it.
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A text of at most `most` units, with an ellipsis where it is cut. Not for Markdown, which a cut may
/// bring to life.
pub fn shortened(text: &str, most: usize) -> String {
    if units(text) <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut length = 0;
    for grapheme in text.graphemes(true) {
        length += units(grapheme);
        if length + 1 > most {
            break;
        }
        short.push_str(grapheme);
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// Text in which Markdown, mentions, links and names of emoji stay what was written.
pub fn escape(text: &str) -> String {
    pieces(text).concat()
}

/// Escaped text of at most `most` units, cut before it is escaped.
pub(super) fn escaped_within(text: &str, most: usize) -> String {
    let whole = escape(text);
    if units(&whole) <= most {
        return whole;
    }
    let pieces = pieces(text);
    let mut cut = String::new();
    let mut at = 0;
    for grapheme in text.graphemes(true) {
        let next = at + grapheme.chars().count();
        let piece = pieces[at..next].concat();
        at = next;
        if units(&cut) + units(&piece) + 1 > most {
            break;
        }
        cut.push_str(&piece);
    }
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// The same in one line, as a part of one.
pub(super) fn label(text: &str, most: usize) -> String {
    escaped_within(&one_line(text), most)
}

/// Each character of a text as it must be written to be seen as it is, and to do nothing.
fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    // What begins a line, spaces and digits apart, may be a list or a heading.
    let mut begins = true;
    let mut digits = false;
    let mut pieces = Vec::with_capacity(letters.len());
    let mut before = None;
    for (i, &c) in letters.iter().enumerate() {
        if !is_seen(c) {
            // What stands round it stands together.
            pieces.push(String::new());
            continue;
        }
        let after = letters[i + 1..].iter().find(|c| is_seen(**c));
        let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
        let escaped = match c {
            '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '<' | '[' | ']' => true,
            '#' | '-' | '+' => begins && !digits,
            '.' => begins && digits,
            // As in "http://" and ":smile:", not as in "Sak 4: Kantine" and "10:30".
            ':' => after.is_some_and(|c| !c.is_whitespace()) && !(digit(before) && digit(after)),
            _ => false,
        };
        before = Some(&letters[i]);
        pieces.push(match c {
            // A backslash does not keep a server from counting "@everyone" as a mention.
            '@' => "@\u{200B}".to_owned(),
            c if escaped => format!("\\{c}"),
            c => level(c).to_string(),
        });
        match c {
            '\n' => (begins, digits) = (true, false),
            c if c.is_whitespace() && !digits => {}
            '0'..='9' => digits = begins,
            '#' | '-' if begins && !digits => {}
            _ => begins = false,
        }
    }
    pieces
}

/// The words of an excerpt as a quotation of at most `most` units, the parts that answer in bold. What
/// does not fit is left out before and after, so that the first part that answers is seen.
pub(super) fn quotation(excerpt: &Excerpt, most: usize) -> String {
    let whole = quoted(excerpt, 0, most);
    if let Some(whole) = whole.filter(|(_, complete)| *complete) {
        return whole.0;
    }
    // Some words before what answers say what it is about.
    const BEFORE: usize = 160;
    let first = excerpt.highlights.first().map_or(0, |[start, _]| *start);
    let from = first.saturating_sub(BEFORE);
    let text: Vec<char> = excerpt.text.chars().collect();
    let from = match from {
        0 => 0,
        from => (from..first)
            .find(|i| {
                text.get(i.wrapping_sub(1))
                    .is_some_and(|c| c.is_whitespace())
            })
            .unwrap_or(first),
    };
    quoted(excerpt, from, most).map_or(String::new(), |(quote, _)| quote)
}

/// The characters of an excerpt from `from` on as a quotation, as far as they fit, and whether it is the
/// whole excerpt.
fn quoted(excerpt: &Excerpt, from: usize, most: usize) -> Option<(String, bool)> {
    const ENDS: usize = 8;
    let most = most.checked_sub(ENDS)?;
    let is_bold = |i: usize| {
        let mut parts = excerpt.highlights.iter();
        parts.any(|[start, end]| (*start..*end).contains(&i))
    };
    let mut out = String::from("> ");
    if from > 0 {
        out.push_str("… ");
    }
    let mut length = units(&out);
    let mut bold = false;
    let mut complete = true;
    let mut at = 0;
    let pieces = pieces(&excerpt.text);
    for grapheme in excerpt.text.graphemes(true) {
        let i = at;
        at += grapheme.chars().count();
        if i < from {
            continue;
        }
        let mut next = String::new();
        let space = grapheme.chars().all(char::is_whitespace);
        // Bold that begins or ends with a space, or goes on over lines, is not shown as bold.
        let wants = is_bold(i) && !grapheme.contains('\n') && (bold || !space);
        if wants != bold {
            if bold {
                let spaces = out.len() - out.trim_end_matches(' ').len();
                out.insert_str(out.len() - spaces, "**");
            } else {
                next.push_str("**");
            }
            length += 2;
            bold = wants;
        }
        if grapheme == "\n" || grapheme == "\r\n" {
            next.push_str("\n> ");
        } else {
            next.push_str(&pieces[i..at].concat());
        }
        if length + units(&next) > most {
            complete = false;
            break;
        }
        length += units(&next);
        out.push_str(&next);
    }
    if !complete {
        // The last word may be half.
        let lines = out.trim_end_matches([' ', '\n', '>']);
        let whole = lines.rfind([' ', '\n']).filter(|at| lines.len() - at < 40);
        let mut keep = lines[..whole.unwrap_or(lines.len())].trim_end().to_owned();
        if bold && keep.ends_with("**") {
            keep.truncate(keep.len() - 2);
            bold = false;
        }
        if bold && opened(&keep) {
            keep.push_str("**");
        }
        keep.push_str(" …");
        return Some((keep, false));
    }
    if bold {
        let spaces = out.len() - out.trim_end_matches(' ').len();
        out.insert_str(out.len() - spaces, "**");
    }
    Some((out, from == 0))
}

/// Whether bold is opened and not closed; asterisks of the text itself are escaped.
fn opened(text: &str) -> bool {
    let plain = text.replace("\\\\", "").replace("\\*", "");
    plain.matches("**").count() % 2 == 1
}

/// A line of a quotation as it was written here, cut to at most `most` units.
pub(super) fn cut_line(line: &str, most: usize) -> String {
    if units(line) <= most {
        return line.to_owned();
    }
    const END: usize = 4;
    let mut cut = String::new();
    let mut length = END;
    for grapheme in line.graphemes(true) {
        length += units(grapheme);
        if length > most {
            break;
        }
        cut.push_str(grapheme);
    }
    // Whole words, where they are not endless; nothing of an escape or of the marks for bold.
    let whole = cut.rfind(' ').filter(|at| cut.len() - at < 40);
    cut.truncate(whole.unwrap_or(cut.len()));
    cut.truncate(cut.trim_end_matches([' ', '*', '\\']).len());
    if opened(&cut) {
        cut.push_str("**");
    }
    cut.push_str(" …");
    cut
}

/// Title · body · heading · holder · date · page, the title leading to the place where the excerpt stands.
/// What directly follows an excerpt of the same document, `before`, does not say it all again.
pub(super) fn citation(
    number: usize,
    excerpt: &Excerpt,
    before: Option<&Excerpt>,
    language: Language,
) -> String {
    let document = &excerpt.document;
    let part = |text: &str| label(text, 120);
    if let Some(before) = before.filter(|before| before.document.id == document.id) {
        let words = format!("{number} · {}", chat::same_document(language));
        let mut parts = vec![linked(&words, &excerpt.link)];
        let heading = excerpt.heading.as_deref();
        parts.extend(
            heading
                .filter(|_| before.heading != excerpt.heading)
                .map(part),
        );
        let holder = excerpt.holder.as_ref();
        parts.extend(holder.map(|holder| phrases::stance(&part(holder), excerpt.stance, language)));
        let page = excerpt.page.filter(|_| before.page != excerpt.page);
        parts.extend(page.map(|page| phrases::page(page, language)));
        return format!("-# {}", parts.join(" · "));
    }
    let mut parts = vec![linked(
        &format!("{number} · {}", part(&document.title)),
        &excerpt.link,
    )];
    let repeats = |text: &&str| !document.title.contains(*text);
    parts.extend(document.body.as_deref().filter(repeats).map(part));
    parts.extend(excerpt.heading.as_deref().filter(repeats).map(part));
    let holder = excerpt.holder.as_ref();
    parts.extend(holder.map(|holder| phrases::stance(&part(holder), excerpt.stance, language)));
    parts.extend(document.date.map(|date| self::date(date, language)));
    parts.extend(excerpt.page.map(|page| phrases::page(page, language)));
    format!("-# {}", parts.join(" · "))
}

/// Words that lead to an address, where it is one that others can follow.
pub(super) fn linked(words: &str, address: &str) -> String {
    const MOST: usize = 500;
    // Where the words stand is worth less than a link that works.
    let short = match units(address) {
        0..=MOST => address,
        _ => address.split("#:~:").next().unwrap_or(address),
    };
    if !is_public(address) || units(short) > MOST {
        return words.to_owned();
    }
    let mut safe = String::new();
    let mut bytes = [0; 4];
    for c in short.chars().filter(|c| is_seen(*c)) {
        let acts = matches!(
            c,
            '(' | ')' | '<' | '>' | '[' | ']' | '"' | '\\' | '`' | '*' | '|' | '@'
        );
        if acts || c.is_whitespace() {
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(safe, "%{byte:02X}");
            }
        } else {
            safe.push(c);
        }
    }
    format!("[{words}](<{safe}>)")
}

/// A date in the reader's own way of writing, where the day is known; else in words.
pub(super) fn date(date: Date, language: Language) -> String {
    match unix_noon(date) {
        Some(seconds) => format!("<t:{seconds}:D>"),
        None => phrases::date(date, language),
    }
}

/// Noon of a day in Greenwich, which is the same day nearly everywhere.
fn unix_noon(date: Date) -> Option<i64> {
    let month = time::Month::try_from(date.month()?).ok()?;
    let day = time::Date::from_calendar_date(i32::from(date.year()), month, date.day()?).ok()?;
    Some(day.with_hms(12, 0, 0).ok()?.assume_utc().unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_discord_is_inert() {
        for (written, inert) in [
            ("@everyone", "@\u{200B}everyone"),
            ("<@123>", "\\<@\u{200B}123\\>"),
            ("[x](http://evil)", "\\[x\\](http\\://evil)"),
            ("```sh", "\\`\\`\\`sh"),
            ("1. juni", "1\\. juni"),
            ("- nei\n## Nei", "\\- nei\n\\#\\# Nei"),
            ("Sak 4-12: kl. 10:30 (ny)", "Sak 4-12: kl. 10:30 (ny)"),
            ("a\u{202E}b", "ab"),
            (":smile:", "\\:smile:"),
            // What is left out must not stand between a mark and what it would do.
            ("\u{202E}# Nei\n\u{200B}- nei", "\\# Nei\n\\- nei"),
            ("http:\u{0B}//evil", "http\\://evil"),
            ("a\u{2028}# nei\n\u{A0}# nei", "a # nei\n\u{A0}\\# nei"),
        ] {
            assert_eq!(escape(written), inert);
        }
    }

    #[test]
    fn a_cut_never_leaves_half_an_escape() {
        let cut = escaped_within("********", 8);
        assert_eq!(cut, "\\*\\*\\*…");
    }

    #[test]
    fn a_link_leads_only_where_others_can_follow() {
        assert_eq!(linked("x", "file:///home/me/a.pdf"), "x");
        assert_eq!(
            linked("x", "https://a.no/b(1).pdf"),
            "[x](<https://a.no/b%281%29.pdf>)"
        );
        assert_eq!(
            linked("x", "https://a.no/b\u{A0}c"),
            "[x](<https://a.no/b%C2%A0c>)"
        );
    }
}
