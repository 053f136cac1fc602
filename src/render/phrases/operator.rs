//! The words of the operator's page.

use super::pick;
use crate::language::Language;

/// The headings of the operator's page.
pub struct Words {
    /// Over all.
    pub title: &'static str,
    /// Over what was asked in vain.
    pub unanswered: &'static str,
    /// Over what was disliked.
    pub disliked: &'static str,
    /// Where there is nothing.
    pub none: &'static str,
    /// On the way to gold questions.
    pub export: &'static str,
    /// On the way to figures.
    pub figures: &'static str,
}

/// The words of the operator's page.
pub fn page(language: Language) -> Words {
    Words {
        title: pick(
            language,
            "Hull og tilbakemeldinger",
            "Hol og tilbakemeldingar",
            "Gaps and feedback",
        ),
        unanswered: pick(
            language,
            "Spørsmål uten svar",
            "Spørsmål utan svar",
            "Questions without an answer",
        ),
        disliked: pick(
            language,
            "Svar som fikk tommelen ned",
            "Svar som fekk tommelen ned",
            "Answers that got a thumbs down",
        ),
        none: pick(language, "Ingen ennå.", "Ingen enno.", "None yet."),
        export: pick(
            language,
            "Last ned som testspørsmål",
            "Last ned som testspørsmål",
            "Download as gold questions",
        ),
        figures: pick(language, "Måltall", "Måltal", "Metrics"),
    }
}
