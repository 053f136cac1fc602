//! How alike two words are: equal, one a part of the other's compound, or a slip of the finger apart.

/// 1 for equal terms, less for a compound part or a typing error, 0 for different words.
pub fn similarity(a: &str, b: &str) -> f32 {
    if a == b {
        return 1.0;
    }
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let letters = short.chars().count();
    if letters < 3 || short.bytes().any(|b| b.is_ascii_digit()) {
        return 0.0;
    }
    // The head of a Norwegian compound is its last part, and what stands before it narrows it down.
    let part = letters >= 4 && long.contains(short) || letters == 3 && (long.starts_with(short) && long.chars().count() >= 7);
    if part {
        return PART;
    }
    if letters >= 5 && one_slip_apart(short, long) { SLIP } else { 0.0 }
}

const PART: f32 = 0.7;
const SLIP: f32 = 0.75;

/// Whether one letter put in, left out, changed or swapped with its neighbour makes one word of the
/// other (the restricted edit distance of Damerau, at most 1).
fn one_slip_apart(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    match (a, b) {
        ([_] | [], [_] | []) => true,
        ([w, x], [y, z]) => w == z && x == y,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_slips_count_and_other_words_do_not() {
        assert_eq!(similarity("leverandør", "skyleverandør"), PART);
        assert_eq!(similarity("sky", "skystrategi"), PART);
        assert_eq!(similarity("forhandling", "forhandlig"), SLIP);
        assert_eq!(similarity("arbeid", "arbied"), SLIP);
        assert_eq!(similarity("møte", "måte"), 0.0);
        assert_eq!(similarity("nav", "navn"), 0.0);
    }
}
