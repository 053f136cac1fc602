//! Numbers as list labels write them: 3, c, iii.

/// How a label writes its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Numeral {
    /// 1, 2, 3.
    #[default]
    Decimal,
    /// 01, 02, 03.
    Padded,
    /// a, b, c … z, aa, bb.
    Letter,
    /// A, B, C.
    CapitalLetter,
    /// i, ii, iii.
    Roman,
    /// I, II, III.
    CapitalRoman,
    /// No number.
    Nothing,
    /// A glyph instead of a number.
    Bullet,
}

impl Numeral {
    /// `number` as this numeral writes it.
    pub fn write(self, number: u32) -> String {
        match self {
            Numeral::Decimal => number.to_string(),
            Numeral::Padded => format!("{number:02}"),
            Numeral::Letter => letters(number),
            Numeral::CapitalLetter => letters(number).to_uppercase(),
            Numeral::Roman => roman(number),
            Numeral::CapitalRoman => roman(number).to_uppercase(),
            Numeral::Nothing | Numeral::Bullet => String::new(),
        }
    }
}

/// Office programs repeat the letter after z: aa, bb, cc.
fn letters(number: u32) -> String {
    let Some(index) = number.checked_sub(1) else {
        return number.to_string();
    };
    let letter = char::from_u32(u32::from(b'a') + index % 26).unwrap_or('a');
    let times = (index / 26 + 1).min(8) as usize;
    std::iter::repeat_n(letter, times).collect()
}

fn roman(number: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if number == 0 || number > 4000 {
        return number.to_string();
    }
    let mut left = number;
    let mut out = String::new();
    for (value, sign) in SIGNS {
        while left >= value {
            out.push_str(sign);
            left -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_written_as_in_lists() {
        assert_eq!(Numeral::CapitalRoman.write(49), "XLIX");
        assert_eq!(Numeral::Letter.write(28), "bb");
        assert_eq!(Numeral::Padded.write(7), "07");
    }
}
