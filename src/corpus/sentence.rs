//! Where sentences begin and end in Norwegian and English prose.

use super::Span;
use super::metadata::month_of;

/// Short forms whose full stop does not end a sentence, without their last full stop.
const ABBREVIATIONS: &[&str] = &[
    "adm", "alt", "ang", "art", "avd", "bl.a", "ca", "d.v.s", "dir", "dr", "dvs", "e.g", "el",
    "etc", "evt", "f", "f.eks", "f.o.m", "ff", "fl", "forts", "fr", "gj.sn", "henh", "hhv", "hr",
    "i.e", "iflg", "ift", "inkl", "jf", "jfr", "kap", "kgl", "kl", "kr", "kst", "lnr", "m.a",
    "m.fl", "maks", "max", "mht", "mill", "min", "mnd", "mr", "mrd", "mrs", "ms", "nr", "o.l",
    "obs", "ot.prp", "pga", "pkt", "pr", "prof", "prop", "pst", "ref", "resp", "s", "s.k", "sen",
    "st", "st.meld", "stk", "t.o.m", "tilsv", "tlf", "t.d", "u.a", "vedr", "vs", "årg",
];

/// The sentences of `text[span]`, in order, without the space between them. The text of one block:
/// no line breaks inside a sentence.
pub fn sentences(text: &str, span: Span) -> Vec<Span> {
    let block = &text[span.range()];
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in block.char_indices() {
        let after = at + c.len_utf8();
        if !matches!(c, '.' | '!' | '?' | '…' | '\n') || after < start {
            continue;
        }
        let closing: usize = block[after..]
            .chars()
            .take_while(|c| matches!(c, '»' | '"' | '”' | ')' | '\'' | '’'))
            .map(char::len_utf8)
            .sum();
        let end = after + closing;
        if c == '\n' || ends_sentence(&block[start..after], &block[end..]) {
            push(&mut found, block, start, if c == '\n' { at } else { end });
            start = end;
        }
    }
    push(&mut found, block, start, block.len());
    found
        .iter()
        .map(|s| Span::new(span.start + s.start, span.start + s.end))
        .collect()
}

fn push(found: &mut Vec<Span>, block: &str, start: usize, end: usize) {
    let piece = &block[start..end];
    let lead = piece.len() - piece.trim_start().len();
    let words = piece.trim();
    if !words.is_empty() {
        found.push(Span::new(start + lead, start + lead + words.len()));
    }
}

/// Whether the mark that `before` ends in, with `after` behind it, closes a sentence.
fn ends_sentence(before: &str, after: &str) -> bool {
    let rest = after.trim_start();
    if rest.is_empty() {
        return true;
    }
    let spaced = rest.len() < after.len();
    let opens = rest.starts_with(|c: char| {
        c.is_uppercase()
            || c.is_ascii_digit()
            || matches!(c, '«' | '"' | '“' | '(' | '[' | '§' | '•' | '–' | '-')
    });
    if !spaced || !opens {
        return false;
    }
    let Some(before) = before.strip_suffix('.') else {
        return true;
    };
    let word = before
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '«' | '"'))
        .next()
        .unwrap_or_default();
    let next_word = rest
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if number {
        // "12. Juni", "2. Digital tjeneste" at the start of an item; "i 2024. Etaten" ends.
        let label = before.len() == word.len();
        return !label
            && month_of(next_word).is_none()
            && (word.len() > 2 || !rest.starts_with(|c: char| c.is_ascii_digit()));
    }
    let initial = word.chars().count() == 1
        && word.chars().all(char::is_uppercase)
        && !matches!(word, "I" | "Å");
    let lower = word.to_lowercase();
    !initial && !ABBREVIATIONS.contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text, Span::new(0, text.len()))
            .into_iter()
            .map(|span| &text[span.range()])
            .collect()
    }

    #[test]
    fn full_stops_that_end_no_sentence() {
        assert_eq!(
            split(
                "Hjemmekontor. 12. juni 2018 ble det inngått en avtale, jf. kap. 4 nr. 2. Den gjelder f.eks. for K. Berg til 1. Januar 2025. «Vi venter.» Så kom svaret!"
            ),
            [
                "Hjemmekontor.",
                "12. juni 2018 ble det inngått en avtale, jf. kap. 4 nr. 2.",
                "Den gjelder f.eks. for K. Berg til 1. Januar 2025.",
                "«Vi venter.»",
                "Så kom svaret!"
            ]
        );
        assert_eq!(
            split("2. Digital utvikling skjer i etaten. Det gjelder alle."),
            ["2. Digital utvikling skjer i etaten.", "Det gjelder alle."]
        );
        assert_eq!(
            split("• første punkt\n• andre punkt"),
            ["• første punkt", "• andre punkt"]
        );
    }
}
