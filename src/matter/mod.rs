//! Matters across meetings: which agenda items of different documents treat the same matter.
//!
//! Documents are read into [`Item`]s once, when they are indexed; [`Matters`] links the items of all
//! documents in one language, both forms of Norwegian being one. What is linked is one matter, whatever
//! its headings were.

mod item;
mod link;

use std::collections::{BTreeMap, HashMap};

pub use item::{Item, item_of, items, names, openings};

use crate::corpus::{Date, DocumentId};
use crate::language::fold;

/// A document's items, with what puts them among those of others.
#[derive(Debug, Clone)]
pub struct Agenda {
    /// The document.
    pub document: DocumentId,
    /// Its language's code: words of different languages cannot be compared.
    pub language: String,
    /// Its date.
    pub date: Option<Date>,
    /// Its items.
    pub items: Vec<Item>,
}

/// Items of different documents that treat the same thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Matter {
    /// What the newest item calls it.
    pub name: String,
    /// All that its items are called, folded, each once.
    pub headings: Vec<String>,
    /// Where it is treated, newest first.
    pub places: Vec<Place>,
}

/// Where a matter is treated.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The document.
    pub document: DocumentId,
    /// The section whose heading is that of the item.
    pub section: usize,
    /// The document's date.
    pub date: Option<Date>,
}

/// All matters of all documents.
#[derive(Debug, Default)]
pub struct Matters {
    /// Those that were treated last come first.
    all: Vec<Matter>,
    /// The matter of each item.
    of: HashMap<(DocumentId, usize), usize>,
}

impl Matters {
    /// Links the items of `agendas`.
    pub fn link(agendas: &[Agenda]) -> Matters {
        let mut languages: BTreeMap<&str, Vec<&Agenda>> = BTreeMap::new();
        for agenda in agendas {
            let language = match agenda.language.as_str() {
                "nn" | "no" => "nb",
                other => other,
            };
            languages.entry(language).or_default().push(agenda);
        }
        let mut all: Vec<Matter> = Vec::new();
        for agendas in languages.into_values() {
            let items: Vec<(usize, &Item)> = agendas
                .iter()
                .enumerate()
                .flat_map(|(document, agenda)| {
                    agenda.items.iter().map(move |item| (document, item))
                })
                .collect();
            for linked in link::link(&items) {
                let mut found: Vec<(Place, &str)> = linked
                    .into_iter()
                    .map(|i| {
                        let (document, item) = items[i];
                        let agenda = agendas[document];
                        let place = Place {
                            document: agenda.document.clone(),
                            section: item.section,
                            date: agenda.date,
                        };
                        (place, item.heading.as_str())
                    })
                    .collect();
                found.sort_by(|(a, _), (b, _)| {
                    (b.date.cmp(&a.date))
                        .then_with(|| a.document.as_str().cmp(b.document.as_str()))
                        .then_with(|| a.section.cmp(&b.section))
                });
                let mut headings: Vec<String> =
                    found.iter().map(|(_, heading)| fold(heading)).collect();
                headings.sort_unstable();
                headings.dedup();
                all.push(Matter {
                    headings,
                    name: found
                        .first()
                        .map(|(_, heading)| (*heading).to_owned())
                        .unwrap_or_default(),
                    places: found.into_iter().map(|(place, _)| place).collect(),
                });
            }
        }
        let newest = |matter: &Matter| matter.places.first().and_then(|place| place.date);
        all.sort_by(|a, b| {
            (newest(b).cmp(&newest(a)))
                .then_with(|| b.places.len().cmp(&a.places.len()))
                .then_with(|| a.name.cmp(&b.name))
        });
        let places = all.iter().enumerate().flat_map(|(i, matter)| {
            let place = move |place: &Place| ((place.document.clone(), place.section), i);
            matter.places.iter().map(place)
        });
        Matters {
            of: places.collect(),
            all,
        }
    }

    /// All matters, those that were treated last first.
    pub fn all(&self) -> &[Matter] {
        &self.all
    }

    /// The number, in [`Matters::all`], of the matter that a document's item treats.
    pub fn of(&self, document: &DocumentId, section: usize) -> Option<usize> {
        self.of.get(&(document.clone(), section)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agenda(id: &str, date: &str, items: &[(&str, &str)]) -> Agenda {
        Agenda {
            document: DocumentId::from(id),
            language: "nb".to_owned(),
            date: date.parse().ok(),
            items: items
                .iter()
                .enumerate()
                .map(|(section, (heading, text))| Item::new(section, heading, text))
                .collect(),
        }
    }

    fn headings<'a>(matters: &'a Matters, agendas: &'a [Agenda]) -> Vec<Vec<&'a str>> {
        let heading = |place: &Place| {
            let agenda = agendas.iter().find(|of| of.document == place.document);
            let items = agenda.into_iter().flat_map(|agenda| &agenda.items);
            items
                .filter(|item| item.section == place.section)
                .map(|item| item.heading.as_str())
                .next()
                .unwrap()
        };
        let of = |matter: &'a Matter| matter.places.iter().map(heading).collect();
        matters.all().iter().map(of).collect()
    }

    #[test]
    fn a_matter_goes_by_its_names_and_by_what_is_said_not_by_one_common_word() {
        let agendas = [
            agenda(
                "a",
                "2023-02",
                &[
                    (
                        "Ny kantine",
                        "Kantina på Tangen stenger. Kjøkkenet på Tangen er for lite til varm mat, og kokken slutter i mai. Leverandøren Gryta vil ha svar om kjøleskapene.",
                    ),
                    (
                        "Parkering",
                        "Plassene ved brygga blir avgiftsbelagt. Pendlere med bil vil ha en ordning med oblat, og sykkelparkering under tak.",
                    ),
                ],
            ),
            agenda(
                "b",
                "2023-09",
                &[
                    (
                        "Kafé Nord (før: Ny kantine)",
                        "Kokken på Tangen er ansatt. Gryta leverer mat.",
                    ),
                    (
                        "Oblat for pendlere",
                        "Bilene ved brygga skal ha oblat. Parkering under tak koster det samme som før, og pendlere får rabatt.",
                    ),
                ],
            ),
            agenda(
                "c",
                "2024-03",
                &[
                    (
                        "Kafé Nord",
                        "Åpningstidene er utvidet til kvelden, og salget har gått opp.",
                    ),
                    (
                        "Ny organisering",
                        "Avdelingene for drift og innkjøp slås sammen til én enhet under ny leder fra høsten.",
                    ),
                ],
            ),
        ];
        let matters = Matters::link(&agendas);
        let found = headings(&matters, &agendas);
        assert!(
            found.contains(&vec![
                "Kafé Nord",
                "Kafé Nord (før: Ny kantine)",
                "Ny kantine"
            ]),
            "{found:?}"
        );
        assert!(
            found.contains(&vec!["Oblat for pendlere", "Parkering"]),
            "{found:?}"
        );
        assert!(found.contains(&vec!["Ny organisering"]), "{found:?}");
    }

    #[test]
    fn references_tell_matters_apart() {
        let text = "Kokken på Tangen er ansatt, og Gryta leverer varm mat fra mai.";
        let agendas = [
            agenda(
                "a",
                "2023",
                &[("Mat på Tangen #3", text), ("Kjøkken #4", text)],
            ),
            agenda(
                "b",
                "2024",
                &[("Gryta og kokken (#3)", text), ("Kokk #5", text)],
            ),
        ];
        let matters = Matters::link(&agendas);
        let mut found = headings(&matters, &agendas);
        found.sort();
        let both = vec!["Gryta og kokken (#3)", "Mat på Tangen #3"];
        assert_eq!(found, [both, vec!["Kjøkken #4"], vec!["Kokk #5"]]);
    }
}
