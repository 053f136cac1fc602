//! Facts of the documents in `knowledge/`.

use std::collections::HashMap;

use serde_json::Value;

use crate::support::{Desk, repository};

/// What is known of a document.
struct Fact {
    path: &'static str,
    title: &'static str,
    /// Day, month or year, as it is known.
    date: &'static str,
    kind: &'static str,
    /// Number of pages or slides; of text documents only where the file marks page breaks.
    pages: Option<u64>,
    /// What the file marks as a heading, all of it and in order; not a title that is marked as such.
    headings: &'static [&'static str],
    /// The numbers of its agenda items.
    agenda: &'static [&'static str],
    /// Words that stand in the text so, and the page that they stand on (0: no pages).
    says: &'static [(u64, &'static str)],
    /// Lines that stand on the pages but belong to the layout.
    layout: &'static [&'static str],
}

const FACTS: &[Fact] = &[
    Fact {
        path: "medbestemmelse/2021-09-23-medbestemmelsesmote.txt",
        title: "Referat til medlemmene: medbestemmelsesmøtet 23. september 2021",
        date: "2021-09-23",
        kind: "minutes",
        pages: None,
        headings: &[],
        agenda: &[],
        says: &[
            (
                0,
                "Forvaltningsansattes Samband (FASA) skriver sine egne referater fra møtene med ledelsen i Ombruksetaten.",
            ),
            (
                0,
                "Møtet gikk for første gang på halvannet år med alle i samme rom, på Havnsund.",
            ),
            (
                0,
                "Systemet fryser flere ganger om dagen på Furuvik, og alle vedlegg over 10 megabyte må skrives ut",
            ),
        ],
        layout: &[],
    },
    Fact {
        path: "medbestemmelse/2022-03-10-medbestemmelsesmote.docx",
        title: "Referat MBU 10. mars 2022",
        date: "2022-03-10",
        kind: "minutes",
        pages: None,
        headings: &[
            "Sak 3/22: Godkjenning av innkalling og referat",
            "Sak 4/22: Retningslinjer for hjemmekontor",
            "Sak 5/22: Leieavtalen i Kaigata",
            "Sak 6/22: Nytt saksbehandlingssystem",
            "Sak 7/22: Vold og trusler i publikumsmottaket",
            "Sak 8/22: Eventuelt",
            "Oppfølging",
        ],
        agenda: &["3/22", "4/22", "5/22", "6/22", "7/22", "8/22"],
        says: &[
            (
                0,
                "Lederen for eiendom og innkjøp | sak 5/22 | arbeidsgiver",
            ),
            (
                0,
                "6/22 | Legge fram gevinstplan for PNS | Digitaliseringsdirektøren | 1. oktober 2022",
            ),
            (
                0,
                "Saken ble drøftet. Partene var enige om at PNS skal være fast sak på møtene i MBU.",
            ),
        ],
        layout: &["Ombruksetaten, MBU 10. mars 2022"],
    },
    Fact {
        path: "medbestemmelse/2022-11-17-medbestemmingsmote.odt",
        title: "Referat frå medbestemmingsmøte 17. november 2022",
        date: "2022-11-17",
        kind: "minutes",
        pages: Some(2),
        headings: &[
            "Robuste regionar",
            "Arbeidstida ved Svartenesta",
            "Lokale lønsforhandlingar",
            "PNS",
            "Lokale på Havnsund",
            "Heimekontor",
            "Ymse",
        ],
        agenda: &[],
        says: &[
            (1, "FASA er ikkje overtydd."),
            (2, "Neste møte er 2. februar 2023 på Havnsund."),
        ],
        layout: &["FASA Lauvdal"],
    },
    Fact {
        path: "medbestemmelse/2023-05-11-medbestemmelsesmote.pdf",
        title: "Referat fra medbestemmelsesmøte",
        date: "2023-05-11",
        kind: "minutes",
        pages: Some(2),
        headings: &[
            "Sak 12/23: Prinsipper for regional organisering",
            "Sak 13/23: Program for ny saksbehandling, status",
            "Sak 14/23: Nye lokaler på Havnsund",
            "Sak 15/23: Arbeidstid ved Svartjenesten",
            "Sak 16/23: Sykefravær første kvartal",
        ],
        agenda: &["12/23", "13/23", "14/23", "15/23", "16/23"],
        says: &[
            (
                1,
                "digitaliseringsdirektøren, økonomidirektøren. Til stede for arbeidstakerne",
            ),
            (1, "ba om organisasjonenes syn på dem"),
            (
                1,
                "FASA hadde ingen innvendinger mot det første, men mente at",
            ),
            (1, "økt fra 148 til 171 millioner kroner."),
            (
                1,
                "4. Hver region skal ha én leder med ansvar for både fag, personal og økonomi.",
            ),
            (2, "Partene er uenige om gevinstplanen."),
            (2, "Dersom etaten velger Mølla, må alle"),
            (2, "Fraværet er høyest ved Svartjenesten, med 11,2 prosent"),
        ],
        layout: &["Ombruksetaten. Referat fra medbestemmelsesmøte"],
    },
    Fact {
        path: "medbestemmelse/2023-10-19-medbestemmelsesmote.md",
        title: "FASA-referat: medbestemmelsesmøtet i oktober 2023",
        date: "2023-10-19",
        kind: "minutes",
        pages: None,
        headings: &[
            "FASA-referat fra medbestemmelsesmøtet 19. oktober 2023",
            "Brudd i lønnsforhandlingene",
            "Mølla er valgt",
            "Evaluering av hjemmekontoret",
            "KI på jobben",
            "PNS og gevinstene",
            "Regionene",
        ],
        agenda: &[],
        says: &[
            (
                0,
                "Behovet for møterom er regnet ut på nytt. Det blir 16, ikke 11.",
            ),
            (0, "Verktøyene skal ikke brukes til å måle enkeltpersoner."),
        ],
        layout: &["language = \"nb\""],
    },
    Fact {
        path: "medbestemmelse/2024-03-14-medbestemmelsesmote.pdf",
        title: "Referat fra møtet i medbestemmelsesutvalget 14. mars 2024",
        date: "2024-03-14",
        kind: "minutes",
        pages: Some(2),
        headings: &[],
        agenda: &[],
        says: &[
            (
                1,
                "Rivingen inne i Mølla er i gang, og entreprenøren er i rute.",
            ),
            (
                1,
                "én plass per ansatt, og at dette hentes inn i avdelinger med mye reising.",
            ),
            (
                1,
                "løser ikke problemet for saksbehandlerne. Hvis sonen skal dele ut faste plasser til halvparten",
            ),
            (
                1,
                "Ny dato legges fram etter påske. Arbeidsgiver ville ikke si om kostnadsrammen på 171 millioner holder.",
            ),
            (2, "Snakk med den tillitsvalgte der du jobber."),
        ],
        layout: &["FASA-posten nr. 1/2024"],
    },
    Fact {
        path: "medbestemmelse/2024-11-21-medbestemmingsmote.docx",
        title: "Medbestemmingsmøte 21. november 2024: referat frå FASA",
        date: "2024-11-21",
        kind: "minutes",
        pages: None,
        headings: &[
            "Budsjettet for 2025 og bemanninga",
            "Regionane: FASA har snudd",
            "Flyttinga til Mølla er utsett",
            "PNS: ny dato igjen",
            "Kladd",
            "Torsdagskveldane",
            "Fjernarbeid",
            "Til oppfølging",
        ],
        agenda: &[],
        says: &[
            (
                0,
                "Felles evaluering av torsdagskveldane | FASA, VFS og Svartenesta | 1. mars 2025",
            ),
            (
                0,
                "Neste møte er 30. januar 2025, og då håper vi ferja går.",
            ),
        ],
        layout: &["FASA"],
    },
    Fact {
        path: "medbestemmelse/2025-10-16-medbestemmelsesmote.txt",
        title: "Møte i medbestemmelsesutvalget (MBU), Ombruksetaten",
        date: "2025-10-16",
        kind: "minutes",
        pages: None,
        headings: &[
            "REFERAT",
            "Møte i medbestemmelsesutvalget (MBU), Ombruksetaten",
            "Sak 26/25: Innkalling og referat",
            "Sak 27/25: Videre bruk av Kladd",
            "Sak 28/25: Fjernarbeid, erfaringer etter to måneder",
            "Sak 29/25: Program for ny saksbehandling (PNS)",
            "Sak 30/25: Regionene Kyst og Innland, innplassering",
            "Sak 31/25: Åpningstid ved Svartjenesten",
            "Sak 32/25: Flytting til Mølla",
            "Sak 33/25: Bemanning og budsjett for 2026",
            "Oppfølging",
        ],
        agenda: &[
            "26/25", "27/25", "28/25", "29/25", "30/25", "31/25", "32/25", "33/25",
        ],
        says: &[(
            0,
            "FASA ikke «tok til etterretning», men «tok avstand fra» arbeidsgivers regnestykke for overtid.",
        )],
        layout: &[],
    },
    Fact {
        path: "medbestemmelse/2026-03-12-medbestemmingsmote.md",
        title: "Frå medbestemmingsmøtet 12. mars 2026",
        date: "2026-03-12",
        kind: "minutes",
        pages: None,
        headings: &[
            "Frå medbestemmingsmøtet 12. mars 2026",
            "Slik vart det på Havnsund",
            "Nytt saksbehandlingssystem: Lauvdal må vente",
            "Kladd skriv ikkje nynorsk",
            "Dei første vekene med Kyst og Innland",
            "Bemanning",
            "Utstyr til heimekontoret",
            "Lønskrav",
        ],
        agenda: &[],
        says: &[(0, "FASA Lauvdal informerer. Møtet var det første i Mølla.")],
        layout: &[],
    },
    Fact {
        path: "medbestemmelse/2026-09-24-medbestemmelsesmote.pdf",
        title: "Referat fra medbestemmelsesmøte",
        date: "2026-09-24",
        kind: "minutes",
        pages: Some(3),
        headings: &[
            "Sak 28/26: Innkalling og referat",
            "Sak 29/26: Evaluering av flyttingen til Mølla",
            "Sak 30/26: Oppmøte og felles kontordager",
            "Sak 31/26: Saksløftet",
            "Sak 32/26: Lokale lønnsforhandlinger",
            "Sak 33/26: Sammendrag av telefonsamtaler ved Svartjenesten",
            "Sak 34/26: Klagesaker på Ullerbråten",
            "Sak 35/26: Foreløpig budsjett for 2027",
            "Oppfølging",
        ],
        agenda: &[
            "28/26", "29/26", "30/26", "31/26", "32/26", "33/26", "34/26", "35/26",
        ],
        says: &[
            (
                1,
                "Digitaliseringsdirektøren, sak 31/26 og 33/26 | arbeidsgiver",
            ),
            (1, "ba om at saksbehandlerne i tredje etasje får egne rom"),
            (
                1,
                "har vært på høring i seksjonene. 29 av 36 seksjoner er imot.",
            ),
            (
                1,
                "FASA kan drøfte en felles dag dersom de 24 nye plassene er på plass først.",
            ),
            (2, "Ved overtakelsen var det 412 ubehandlede klager"),
            (
                3,
                "29/26 | Besvare avvik om støy | Lederen for eiendom og innkjøp | 15. oktober 2026",
            ),
        ],
        layout: &["Ombruksetaten, MBU 24. september 2026"],
    },
    Fact {
        path: "medbestemmelse/fasa-nytt-2024-01-25.html",
        title: "Lønna er i havn, og torsdagskveldene er avtalt",
        date: "2024-01-25",
        kind: "other",
        pages: None,
        headings: &[
            "Lønna er i havn, og torsdagskveldene er avtalt",
            "Enighet uten nemnd",
            "Forsøk med åpen telefon torsdag kveld",
            "Program for ny saksbehandling",
            "Hjemmekontor forlenges",
            "Kort fra møtet",
        ],
        agenda: &[],
        says: &[
            (
                0,
                "Tillegget er 350 kroner per kveldsvakt og kommer i tillegg til vanlig ulempetillegg.",
            ),
            (0, "Neste medbestemmelsesmøte er 14. mars 2024."),
        ],
        layout: &[
            "Bli medlem",
            "Mest lest",
            "Lei foreningshytta",
            "FASA Ombruk. Spørsmål om medlemskap rettes til kontoret.",
        ],
    },
    Fact {
        path: "rapporter/fjernarbeid-og-lokaler-2025.pdf",
        title: "Fjernarbeid og bruk av lokaler",
        date: "2025-01-31",
        kind: "report",
        pages: Some(7),
        headings: &[
            "Forord",
            "1 Sammendrag",
            "2 Mandat og arbeidsform",
            "2.1 Mandatet",
            "2.2 Medlemmer",
            "2.3 Begreper",
            "3 Dagens ordning",
            "3.1 Reglene",
            "3.2 Hvor mange bruker den",
            "3.3 Avslag",
            "3.4 Svartjenesten",
            "4 Erfaringer",
            "4.1 Spørreundersøkelsen",
            "4.2 Samtaler på kontorene",
            "4.3 Nyansatte",
            "4.4 Arbeidsmiljø og utstyr",
            "5 Lokalene",
            "5.1 Bruken av Kaigata i dag",
            "5.2 Mølla",
            "5.3 Andre kontorsteder",
            "6 Vurderinger og anbefalinger",
            "6.1 Fast ordning",
            "6.2 Avtale eller individuell rett",
            "6.3 Felles kontordag",
            "6.4 Svartjenesten",
            "6.5 Opplæring av nyansatte",
            "6.6 Utstyr",
            "6.7 Antall arbeidsplasser",
            "7 Økonomi",
            "8 Særmerknader",
            "8.1 Medlemmene fra FASA",
            "8.2 Medlemmet fra VFS",
            "8.3 Medlemmene fra arbeidsgiver",
        ],
        agenda: &[],
        says: &[
            (2, "Forslagene skulle holde seg innenfor lov og avtaleverk"),
            (3, "Saksbehandlingen på Furuvik | 94 | 66 | 70 %"),
            (
                3,
                "fire oppnevnt av arbeidsgiver, tre av FASA, én av VFS og hovedverneombudet.",
            ),
            (4, "det ble den gangen avvist av hensyn til budsjettet."),
            (
                5,
                "Et avslag må vise til forhold ved oppgavene, opplæringen eller bemanningen.",
            ),
            (6, "Bookingsystem for soner i Mølla | 0,9 | 0,2"),
            (
                7,
                "De viser til innsparingskravet på 19 millioner kroner i 2025.",
            ),
        ],
        layout: &[],
    },
    Fact {
        path: "rapporter/kladd-pilot-evaluation.docx",
        title: "Evaluation of the Kladd pilot at Furuvik",
        date: "2025-06",
        kind: "report",
        pages: None,
        headings: &[
            "Summary",
            "1 Background",
            "2 What we did",
            "3 Time",
            "4 Quality",
            "4.1 Errors in drafts",
            "4.2 The letters that were sent",
            "4.3 Language",
            "5 The work of case officers",
            "6 Costs",
            "7 Recommendations",
        ],
        agenda: &[],
        says: &[(
            0,
            "Test drafts in Nynorsk before the tool is introduced at Lauvdal.",
        )],
        layout: &["Evaluation of the Kladd pilot"],
    },
    Fact {
        path: "rapporter/ny-regionstruktur-allmote-2025-04-08.pptx",
        title: "Ny regionstruktur",
        date: "2025-04-08",
        kind: "slides",
        pages: Some(9),
        headings: &[
            "Ny regionstruktur",
            "Det som er bestemt",
            "Hvorfor to og ikke tre?",
            "Slik blir regionene",
            "Hva endres for deg?",
            "Innplassering",
            "Spørsmål fra høringen",
            "Tidsplan",
            "Kontakt",
        ],
        agenda: &[],
        says: &[
            (
                2,
                "Direktøren besluttet 27. februar 2025 at etaten skal ha to regioner: Kyst og Innland",
            ),
            (4, "Regionleder | lyses ut i mai 2025 | lyses ut i mai 2025"),
            (8, "1. september 2026 | Klagesaker samles på Ullerbråten"),
        ],
        layout: &[],
    },
];

/// A document as the program shows it.
struct Shown {
    listed: Value,
    document: Value,
    text: Vec<char>,
}

impl Shown {
    fn slice(&self, place: &Value) -> String {
        let at = |i: usize| usize::try_from(place[i].as_u64().unwrap()).unwrap();
        self.text[at(0)..at(1)].iter().collect()
    }

    fn blocks(&self) -> impl Iterator<Item = (&Value, String)> {
        let blocks = self.document["blocks"].as_array().unwrap();
        blocks
            .iter()
            .map(|block| (block, self.slice(&block["place"])))
    }

    fn headings(&self) -> Vec<String> {
        self.blocks()
            .filter(|(block, _)| block["kind"]["heading"].as_u64().is_some_and(|l| l > 0))
            .map(|(_, text)| text)
            .collect()
    }

    fn agenda(&self) -> Vec<&str> {
        let sections = self.document["sections"].as_array().unwrap();
        sections
            .iter()
            .filter(|section| section["agenda_item"] == true)
            .filter_map(|section| section["number"].as_str())
            .collect()
    }

    /// The page of the block that says `words`.
    fn page_of(&self, words: &str) -> Option<u64> {
        let (block, _) = self.blocks().find(|(_, text)| text.contains(words))?;
        Some(block["page"].as_u64().unwrap_or(0))
    }
}

fn check(fact: &Fact, shown: &Shown, faults: &mut Vec<String>) {
    let mut expect = |what: &str, is: String, should: String| {
        if is != should {
            faults.push(format!("{}: {what}: {is}, not {should}", fact.path));
        }
    };
    let listed = |key: &str| format!("{:?}", shown.listed[key].as_str().unwrap_or_default());
    expect("title", listed("title"), format!("{:?}", fact.title));
    expect("date", listed("date"), format!("{:?}", fact.date));
    expect("kind", listed("kind"), format!("{:?}", fact.kind));
    expect(
        "pages",
        format!("{:?}", shown.listed["pages"].as_u64()),
        format!("{:?}", fact.pages),
    );
    expect(
        "headings",
        format!("{:?}", shown.headings()),
        format!("{:?}", fact.headings),
    );
    expect(
        "agenda",
        format!("{:?}", shown.agenda()),
        format!("{:?}", fact.agenda),
    );
    for (page, words) in fact.says {
        let found = shown.page_of(words);
        expect(words, format!("{found:?}"), format!("{:?}", Some(page)));
    }
    let text: String = shown.text.iter().collect();
    for line in text.lines().map(str::trim) {
        if fact.layout.contains(&line) || is_page_number(line) {
            faults.push(format!("{}: the layout's line {line:?}", fact.path));
        }
    }
}

/// "Side 2 av 7", "Page 1 of 3", "2 / 7", "7".
pub fn is_page_number(line: &str) -> bool {
    let words: Vec<&str> = line
        .split(|c: char| c.is_whitespace() || c == '/')
        .filter(|word| !matches!(*word, "" | "Side" | "side" | "Page" | "page" | "av" | "of"))
        .collect();
    matches!(words.len(), 1 | 2)
        && words
            .iter()
            .all(|word| word.len() < 4 && word.bytes().all(|byte| byte.is_ascii_digit()))
}

#[test]
fn documents_of_every_format_are_what_they_are() {
    let desk = Desk::with_copy_of(&repository().join("knowledge"));
    let listed: HashMap<String, Value> = desk
        .json(&["documents"])
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["path"].as_str().unwrap().to_owned(), entry.clone()))
        .collect();
    let mut faults = Vec::new();
    for fact in FACTS {
        let Some(entry) = listed.get(fact.path) else {
            faults.push(format!("{}: not listed", fact.path));
            continue;
        };
        let document = desk.json(&["documents", "--text", fact.path]);
        let shown = Shown {
            listed: entry.clone(),
            text: document["text"].as_str().unwrap().chars().collect(),
            document,
        };
        check(fact, &shown, &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
