//! How alike two words are: equal, one a part of the other's compound, or a slip of the finger apart.

/// How well the term `found` in a text serves for the term `asked`: 1 where they are equal, less
/// where the text has a compound of what was asked ("skystrategi" for "sky") or a typing error is
/// between them, little where it has only a part of what was asked ("kontor" for "hjemmekontor"),
/// 0 for different words.
pub fn similarity(asked: &str, found: &str) -> f32 {
    if asked == found {
        return 1.0;
    }
    let narrower = asked.len() <= found.len();
    let (short, long) = if narrower {
        (asked, found)
    } else {
        (found, asked)
    };
    let letters = short.chars().count();
    if letters < 3 || short.bytes().any(|b| b.is_ascii_digit()) {
        return 0.0;
    }
    let part = letters >= 4 && long.contains(short)
        || letters == 3 && (long.starts_with(short) && long.chars().count() >= 7);
    if part {
        return if narrower { COMPOUND } else { PART };
    }
    if letters >= 5 && one_slip_apart(short, long) {
        SLIP
    } else {
        0.0
    }
}

const COMPOUND: f32 = 0.7;
const PART: f32 = 0.24;
const SLIP: f32 = 0.75;

/// Whether one letter put in, left out, changed or swapped with its neighbour makes one word of the
/// other (the restricted edit distance of Damerau, at most 1).
pub fn one_slip_apart(a: &str, b: &str) -> bool {
    // Words are held against every word of a passage: nothing may be allocated here.
    let (mut a, mut b) = (a.chars(), b.chars());
    while let (Some(x), Some(y)) = (a.clone().next(), b.clone().next())
        && x == y
    {
        a.next();
        b.next();
    }
    while let (Some(x), Some(y)) = (a.clone().next_back(), b.clone().next_back())
        && x == y
    {
        a.next_back();
        b.next_back();
    }
    let [a, b] = [a, b].map(|mut rest| [rest.next(), rest.next(), rest.next()]);
    match (a, b) {
        ([_, None, _], [_, None, _]) => true,
        ([w, x, None], [y, z, None]) => w == z && x == y,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_one_letter_or_two_swapped() {
        for (a, b) in [
            ("", ""),
            ("a", ""),
            ("møte", "møte"),
            ("møte", "møtee"),
            ("møte", "mte"),
            ("møte", "måte"),
            ("møte", "møet"),
            ("aab", "ab"),
        ] {
            assert!(one_slip_apart(a, b) && one_slip_apart(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("", "ab"),
            ("møte", "møtene"),
            ("møte", "måta"),
            ("abcd", "badc"),
        ] {
            assert!(!one_slip_apart(a, b) && !one_slip_apart(b, a), "{a} {b}");
        }
    }

    #[test]
    fn parts_and_slips_count_and_other_words_do_not() {
        assert_eq!(similarity("leverandør", "skyleverandør"), COMPOUND);
        assert_eq!(similarity("sky", "skystrategi"), COMPOUND);
        assert_eq!(similarity("hjemmekontor", "kontor"), PART);
        assert_eq!(similarity("forhandling", "forhandlig"), SLIP);
        assert_eq!(similarity("arbeid", "arbied"), SLIP);
        assert_eq!(similarity("møte", "måte"), 0.0);
        assert_eq!(similarity("nav", "navn"), 0.0);
    }
}
