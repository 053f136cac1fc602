//! Letters that mean the same to a Norwegian reader become one. æ, ø and å stay what they are.

use unicode_normalization::UnicodeNormalization;

/// Lower case; Swedish, Danish and German ä, ö and older aa-letters as Norwegians type them; accents
/// dropped ("én" → "en", "idé" → "ide").
pub fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    // Nearly all words are of letters that are one character in any case.
    if word.is_ascii() {
        folded.push_str(word);
        folded.make_ascii_lowercase();
        return folded;
    }
    if is_composed(word) {
        word.chars()
            .flat_map(char::to_lowercase)
            .for_each(|c| push(c, &mut folded));
    } else {
        word.nfc()
            .flat_map(char::to_lowercase)
            .for_each(|c| push(c, &mut folded));
    }
    folded
}

/// Whether all characters are letters of Latin-1 or older ones: none that joins the one before it.
fn is_composed(word: &str) -> bool {
    word.chars().all(|c| c < '\u{300}')
}

/// Adds a lower-case letter as it is compared.
fn push(c: char, folded: &mut String) {
    match c {
        'a'..='z' | '0'..='9' | 'æ' | 'ø' | 'å' => folded.push(c),
        'ä' => folded.push('æ'),
        'ö' => folded.push('ø'),
        'ß' => folded.push_str("ss"),
        c => folded.extend(
            std::iter::once(c)
                .nfd()
                .filter(|c| !('\u{300}'..='\u{36F}').contains(c)),
        ),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn accents_go_and_norwegian_letters_stay() {
        assert_eq!(
            super::fold("Én IDÉ på Ærø, a\u{30A}ret"),
            "en ide på ærø, året"
        );
        assert_eq!(super::fold("Malmö"), "malmø");
    }
}
