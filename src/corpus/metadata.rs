//! What a document is: title, date, kind, body, author. Said beside the file, in its front matter or
//! its own properties; else worked out from the first lines of the text and the file's name.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Date;
use super::format::{Block, BlockKind, Format, Properties};
use super::segment::split_number;

/// What is known of a document as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Metadata {
    /// Title, never empty.
    pub title: String,
    /// Day, month or year of the meeting or of publication.
    #[schema(value_type = Option<String>)]
    pub date: Option<Date>,
    /// What it is.
    pub kind: Kind,
    /// The meeting body or publisher.
    pub body: Option<String>,
    /// Whose words these are: "vi" in the text is this holder.
    pub author: Option<String>,
    /// Language code: "nb", "nn", "en".
    pub language: Option<String>,
    /// Where the public reads it.
    pub url: Option<String>,
}

/// The kinds of document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Minutes of a meeting.
    Minutes,
    /// A report.
    Report,
    /// Slides of a talk.
    Slides,
    /// Rules, strategies, agreements.
    Policy,
    /// Anything else.
    #[default]
    Other,
}

/// What somebody says of a document, in a sidecar file or in front matter. Whatever is absent is
/// worked out.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// Title.
    pub title: Option<String>,
    /// A day, a month or a year, as a string or a TOML date.
    #[serde(default, deserialize_with = "toml_date")]
    pub date: Option<Date>,
    /// "minutes", "report", "slides", "policy" or "other".
    pub kind: Option<Kind>,
    /// Meeting body or publisher.
    pub body: Option<String>,
    /// Whose words these are.
    pub author: Option<String>,
    /// Language code.
    pub language: Option<String>,
    /// Public address, http or https.
    pub url: Option<String>,
}

/// TOML has dates of its own; people write them with and without quotation marks, a year as a number.
fn toml_date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    use serde::de::Error;
    let text = match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => text,
        toml::Value::Datetime(date) => date.to_string(),
        toml::Value::Integer(year) => year.to_string(),
        other => {
            return Err(D::Error::custom(format!(
                "{other} is not a date: write \"2021-06-16\", \"2021-06\" or \"2021\""
            )));
        }
    };
    text.parse().map(Some).map_err(D::Error::custom)
}

impl Stated {
    /// Reads what is stated in TOML; the error names line and key.
    pub fn from_toml(source: &str) -> Result<Stated, toml::de::Error> {
        use serde::de::Error;
        let stated: Stated = toml::from_str(source)?;
        match &stated.url {
            Some(url) if !url.starts_with("https://") && !url.starts_with("http://") => {
                Err(toml::de::Error::custom(format!(
                    "url = \"{url}\" is not a public address: begin it with https://"
                )))
            }
            _ => Ok(stated),
        }
    }

    /// Takes from `other` what is not stated here.
    pub fn or(self, other: Stated) -> Stated {
        Stated {
            title: self.title.or(other.title),
            date: self.date.or(other.date),
            kind: self.kind.or(other.kind),
            body: self.body.or(other.body),
            author: self.author.or(other.author),
            language: self.language.or(other.language),
            url: self.url.or(other.url),
        }
    }
}

/// The metadata of a document: what is stated, then the file's own properties, then its first lines,
/// then its path. Language is left open where nobody states it.
pub fn resolve(
    stated: Stated,
    properties: Properties,
    blocks: &[Block],
    path: &str,
    format: Format,
) -> Metadata {
    let head = Head::of(blocks);
    let name = file_words(path);
    let mut own = from_properties(properties, path);
    // Web pages add the site's name to the title: "Lønna er i havn | Forbundet".
    if let (Some(title), Some(heading)) = (&own.title, head.title)
        && title.starts_with(heading)
    {
        own.title = Some(heading.to_owned());
    }
    let stated = stated.or(own);
    let said = stated
        .title
        .or_else(|| head.title())
        .filter(|title| !title.trim().is_empty());
    let found = [
        said.as_deref().and_then(find_date),
        head.date(),
        date_in_name(path),
    ];
    let date = stated
        .date
        .or_else(|| most_exact(found.into_iter().flatten()));
    let title = said.unwrap_or_else(|| name.clone());
    let kind = stated
        .kind
        .or_else(|| is_slides(format, path).then_some(Kind::Slides))
        .or_else(|| kind_of(&title))
        .or_else(|| kind_of(&name))
        .or_else(|| head.lines.first().and_then(|line| kind_of(line)))
        // The line under a title says what the document is with its first word: "Rapport fra …".
        .or_else(|| {
            let next = head.lines.iter().skip(1).take(2);
            next.filter_map(|line| line.split_whitespace().next())
                .find_map(kind_of)
        });
    Metadata {
        date,
        kind: kind.unwrap_or_default(),
        body: stated.body.or_else(|| body_in(&title)).or_else(|| {
            head.lines.iter().find_map(|line| {
                labelled(line, BODY_LABELS)
                    .map(str::to_owned)
                    .or_else(|| body_in(line))
            })
        }),
        author: stated.author.or_else(|| {
            head.lines
                .iter()
                .find_map(|line| {
                    let writer = || labelled(line, WRITER_LABELS).filter(|name| !is_person(name));
                    labelled(line, AUTHOR_LABELS).or_else(writer)
                })
                .map(str::to_owned)
        }),
        language: stated
            .language
            .map(|language| {
                language
                    .split(['-', '_'])
                    .next()
                    .unwrap_or_default()
                    .to_lowercase()
            })
            .map(|l| if l == "no" { "nb".to_owned() } else { l }),
        url: stated.url,
        title,
    }
}

/// What a file's own properties say, without what office programs put there by themselves.
fn from_properties(properties: Properties, path: &str) -> Stated {
    let stem = path.rsplit('/').next().unwrap_or(path);
    let useful = |text: &String| {
        let lower = text.trim().to_lowercase();
        let is_file_name = Format::of(&lower).is_some()
            || lower.ends_with(".doc")
            || stem.to_lowercase().starts_with(&lower);
        let template = [
            "microsoft ",
            "untitled",
            "uten navn",
            "document",
            "dokument1",
            "presentasjon",
            "powerpoint",
            "lysbilde",
            "slide ",
            "python-docx",
            "libreoffice",
            "word document",
        ];
        !(lower.is_empty() || is_file_name || template.iter().any(|start| lower.starts_with(start)))
    };
    let person = |text: &String| {
        ![
            "user",
            "bruker",
            "admin",
            "administrator",
            "windows user",
            "owner",
            "eier",
            "python-docx",
            "steve canny",
        ]
        .contains(&text.to_lowercase().as_str())
    };
    Stated {
        title: properties.title.filter(useful),
        date: properties.date.and_then(|date| date.parse().ok()),
        author: properties.author.filter(useful).filter(person),
        language: properties.language.filter(|language| language.len() >= 2),
        ..Stated::default()
    }
}

/// The lines over the first section, where minutes say what they are.
struct Head<'a> {
    title: Option<&'a str>,
    lines: Vec<&'a str>,
}

const DATE_LABELS: &[&str] = &[
    "dato",
    "møtedato",
    "tid",
    "tid og sted",
    "tid og stad",
    "tidspunkt",
    "møtetid",
    "når",
    "date",
    "time",
    "time and place",
    "meeting date",
    "publisert",
    "vedtatt",
    "vedteke",
    "utgitt",
    "published",
];
/// Who held the pen: whose words these are only if it is an organisation.
const WRITER_LABELS: &[&str] = &["referent", "minutes by", "minutes taken by"];
const AUTHOR_LABELS: &[&str] = &[
    "skrevet av",
    "skrive av",
    "forfatter",
    "forfattar",
    "author",
    "utgiver",
    "utgivar",
];
const BODY_LABELS: &[&str] = &["utvalg", "utval", "organ", "møteorgan", "body", "committee"];

/// What a label before a title begins with.
const TITLE_LABELS: &[&str] = &[
    "referat",
    "møtereferat",
    "protokoll",
    "møteprotokoll",
    "møte",
    "rapport",
    "minutes",
    "report",
];

const WEEKDAYS: &[&str] = &[
    "mandag",
    "måndag",
    "tirsdag",
    "tysdag",
    "onsdag",
    "torsdag",
    "fredag",
    "lørdag",
    "laurdag",
    "søndag",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
];

impl<'a> Head<'a> {
    fn of(blocks: &'a [Block]) -> Head<'a> {
        let mut title = None;
        let mut lines = Vec::new();
        for (i, block) in blocks.iter().take(14).enumerate() {
            match block.kind {
                BlockKind::Heading(level) if title.is_none() && (level == 0 || i < 3) => {
                    title = Some(block.text.as_str())
                }
                BlockKind::Heading(_) if i > 3 || split_number(&block.text).0.is_some() => break,
                BlockKind::Contents => break,
                _ => {}
            }
            if block.text.chars().count() <= 160 {
                lines.push(block.text.as_str());
            }
        }
        Head { title, lines }
    }

    /// What the document calls itself: its title, unless that is a letterhead ("Medlemsbladet") or a
    /// bare "REFERAT" and one of the next lines says more.
    fn title(&self) -> Option<String> {
        let tells = |line: &str| {
            kind_of(line).is_some()
                && line.split(' ').count() >= 3
                && line.chars().count() <= 110
                && !line.ends_with('.')
        };
        let title = self.title.or_else(|| {
            self.lines
                .first()
                .copied()
                .filter(|line| line.chars().count() <= 110 && !line.ends_with(['.', ':']))
        })?;
        // "Møtested: Rådhuset" tells of the meeting; "Referat: Styremøtet i mai" names its minutes.
        let label = |line: &str| {
            line.split_once(':').is_some_and(|(label, _)| {
                let label = label.trim().to_lowercase();
                let first = label.split(' ').next().unwrap_or_default();
                label.split(' ').count() <= 3 && !TITLE_LABELS.contains(&first)
            })
        };
        let better = self
            .lines
            .iter()
            .take(4)
            .copied()
            .find(|line| tells(line) && !label(line));
        if tells(title) || title.split(' ').count() > 3 {
            return Some(title.to_owned());
        }
        // "NORDVIK KOMMUNE", "ARBEIDSMILJØUTVALGET", "PROTOKOLL": one name over three lines.
        let letterhead = self.lines.iter().take_while(|line| {
            line.split(' ').count() <= 3 && !line.contains(|c: char| c.is_lowercase())
        });
        let letterhead: Vec<&str> = letterhead.copied().collect();
        Some(match better {
            Some(better) => better.to_owned(),
            None if letterhead.len() > 1 => letterhead.join(", "),
            None => title.to_owned(),
        })
    }

    /// The date in a labelled line, or in a line that says that it is about the meeting or stands by
    /// itself ("Oslo, 14. mars 2024"). A date in running text is some other date.
    fn date(&self) -> Option<Date> {
        most_exact(self.lines.iter().filter_map(|line| {
            let lower = line.to_lowercase();
            let starts = |words: &[&str]| words.iter().any(|word| lower.starts_with(word));
            let of_meeting = starts(OF_MEETING) && !line.ends_with('.');
            let held =
                HELD.iter().any(|word| lower.contains(word)) && line.split(' ').count() <= 14;
            let alone = line.split(' ').count() <= 5 || starts(WEEKDAYS) && !line.ends_with('.');
            find_date(
                labelled(line, DATE_LABELS).or((of_meeting || held || alone).then_some(line))?,
            )
        }))
    }
}

const OF_MEETING: &[&str] = &[
    "møte",
    "referat",
    "protokoll",
    "minutes",
    "meeting",
    "rapport",
    "report",
];
const HELD: &[&str] = &[
    "avholdt ",
    "holdt ",
    "haldt ",
    "halde ",
    "fastsatt ",
    "fastsett ",
    "held on ",
    "adopted on ",
];

/// The first of some dates, or a later one that says the same more exactly: a title with "2025" and a
/// line with "4. mars 2025".
fn most_exact(dates: impl Iterator<Item = Date>) -> Option<Date> {
    let exactness =
        |date: &Date| usize::from(date.month().is_some()) + usize::from(date.day().is_some());
    dates.reduce(|first, next| {
        if first.overlaps(next) && exactness(&next) > exactness(&first) {
            next
        } else {
            first
        }
    })
}

/// What stands after "Label:" in a line, if the label is one of `labels`.
fn labelled<'a>(line: &'a str, labels: &[&str]) -> Option<&'a str> {
    let (label, rest) = line.split_once([':', '|'])?;
    let rest = rest.trim();
    (labels.contains(&label.trim().to_lowercase().as_str()) && !rest.is_empty()).then_some(rest)
}

/// Whether a name is of two or three words as people have them: "Tone Viken", but "FASA Ombruk".
fn is_person(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let part = |word: &&str| {
        let mut letters = word.chars();
        letters.next().is_some_and(char::is_uppercase)
            && letters.all(|c| c.is_lowercase() || c == '-' || c == '.')
            && !["forbundet", "forbund", "foreningen", "klubben"]
                .iter()
                .any(|end| word.to_lowercase().ends_with(end))
    };
    (2..=3).contains(&words.len()) && words.iter().all(part)
}

/// "Referat fra møte i etats-MBU 3. juni" → "etats-MBU".
fn body_in(line: &str) -> Option<String> {
    let lower = line.to_lowercase();
    let leads = [
        "møte i ",
        "møtet i ",
        "meeting of the ",
        "meeting of ",
        "meeting in the ",
    ];
    let (at, lead) = leads
        .iter()
        .find_map(|lead| lower.find(lead).map(|at| (at, lead)))?;
    // Lower-casing Norwegian and English keeps every letter's length; anything else is left alone.
    let rest = line.get(at + lead.len()..)?;
    let mut words = Vec::new();
    for word in rest.split(' ').take(6) {
        let date = word.starts_with(|c: char| c.is_ascii_digit())
            || month_of(word).is_some()
            || [
                "den", "torsdag", "mandag", "måndag", "tirsdag", "tysdag", "onsdag", "fredag",
                "kl", "kl.", "on", "–", "-",
            ]
            .contains(&word.to_lowercase().as_str());
        if date {
            break;
        }
        words.push(word.trim_end_matches([',', ':', ';', '.']));
        if word.ends_with([',', ':', ';', '.']) {
            break;
        }
    }
    (!words.is_empty() && words.len() < 6).then(|| words.join(" "))
}

/// Whether the file is made of slides: "allmote.pptx" is what was shown at a meeting, not its minutes.
fn is_slides(format: Format, path: &str) -> bool {
    matches!(format, Format::Pptx) || path.to_ascii_lowercase().ends_with(".odp")
}

fn kind_of(words: &str) -> Option<Kind> {
    let lower = words.to_lowercase();
    let has = |any: &[&str]| any.iter().any(|word| lower.contains(word));
    if has(&[
        "referat",
        "protokoll",
        "møtebok",
        "møteutskrift",
        "minutes",
        "mote",
        "møte",
    ]) {
        Some(Kind::Minutes)
    } else if has(&["lysark", "presentasjon", "slides", "foiler"]) {
        Some(Kind::Slides)
    } else if has(&[
        "rapport",
        "report",
        "utredning",
        "utgreiing",
        "årsmelding",
        "evaluering",
        "undersøkelse",
        "survey",
    ]) {
        Some(Kind::Report)
    } else if has(&[
        "strategi",
        "retningslinje",
        "reglement",
        "avtale",
        "vedtekter",
        "instruks",
        "policy",
        "guidelines",
        "agreement",
    ]) {
        Some(Kind::Policy)
    } else {
        None
    }
}

fn file_words(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let words = stem
        .replace(['_', '-'], " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let mut chars = words.chars();
    chars.next().map_or(words.clone(), |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// The month that a Norwegian (bokmål or nynorsk) or English word names, short forms included.
pub fn month_of(word: &str) -> Option<u8> {
    const MONTHS: [&[&str]; 12] = [
        &["januar", "jan", "january"],
        &["februar", "feb", "february"],
        &["mars", "mar", "march"],
        &["april", "apr"],
        &["mai", "may"],
        &["juni", "jun", "june"],
        &["juli", "jul", "july"],
        &["august", "aug"],
        &["september", "sep", "sept"],
        &["oktober", "okt", "october", "oct"],
        &["november", "nov"],
        &["desember", "des", "december", "dec"],
    ];
    let word = word.trim_end_matches(['.', ',']).to_lowercase();
    let month = MONTHS
        .iter()
        .position(|names| names.contains(&word.as_str()))?;
    u8::try_from(month + 1).ok()
}

/// The first date written out in `text`: "16. juni 2021", "juni 2021", "16.06.2021", "2021-06-16",
/// "June 16, 2021"; a lone year only where it is the only number.
pub fn find_date(text: &str) -> Option<Date> {
    let words: Vec<&str> = text
        .split([' ', ',', '(', ')', ';', '\u{2013}'])
        .filter(|word| !word.is_empty())
        .collect();
    let year = |word: &str| {
        word.trim_end_matches(['.', ':'])
            .parse::<u16>()
            .ok()
            .filter(|year| (1900..2100).contains(year))
    };
    let day = |word: &str| {
        word.trim_end_matches(['.', ':'])
            .parse::<u8>()
            .ok()
            .filter(|day| (1..=31).contains(day))
    };
    for (i, word) in words.iter().enumerate() {
        if let Some(date) = numeric_date(word) {
            return Some(date);
        }
        if let Some(month) = month_of(word) {
            let before = i.checked_sub(1).and_then(|i| day(words[i]));
            let after = words.get(i + 1).copied();
            match after.and_then(year) {
                Some(year) => {
                    return Date::new(year, Some(month), before).or(Date::new(
                        year,
                        Some(month),
                        None,
                    ));
                }
                None => {
                    if let (Some(day), Some(year)) = (
                        after.and_then(day),
                        words.get(i + 2).and_then(|word| year(word)),
                    ) {
                        return Date::new(year, Some(month), Some(day));
                    }
                }
            }
        }
    }
    let mut years = words.iter().filter_map(|word| year(word));
    let only = years.next().filter(|_| years.next().is_none())?;
    Date::new(only, None, None)
}

/// "16.06.2021", "16/6/2021", "2021-06-16", "20210616".
fn numeric_date(word: &str) -> Option<Date> {
    let word = word.trim_end_matches(['.', ':']);
    let parts: Vec<&str> = word.split(['.', '/', '-']).collect();
    if !parts
        .iter()
        .all(|part| !part.is_empty() && part.len() <= 8 && part.bytes().all(|b| b.is_ascii_digit()))
    {
        return None;
    }
    let number = |text: &str| text.parse::<u16>().ok();
    let small = |text: &str| text.parse::<u8>().ok();
    match parts[..] {
        [year, month, day] if year.len() == 4 => {
            Date::new(number(year)?, Some(small(month)?), Some(small(day)?))
        }
        [day, month, year] if year.len() == 4 => {
            Date::new(number(year)?, Some(small(month)?), Some(small(day)?))
        }
        [day, month, year] if year.len() == 2 && word.contains('.') => {
            Date::new(2000 + number(year)?, Some(small(month)?), Some(small(day)?))
        }
        [year, month] if year.len() == 4 && month.len() == 2 => {
            Date::new(number(year)?, Some(small(month)?), None)
        }
        [all] if all.len() == 8 => Date::new(
            number(&all[..4])?,
            Some(small(&all[4..6])?),
            Some(small(&all[6..])?),
        ),
        _ => None,
    }
}

/// The date in a file's name: "2024-03-14-mote.pdf", "referat_juni_2021.docx", "rapport-2017.txt".
fn date_in_name(path: &str) -> Option<Date> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let words = stem.replace('_', " ");
    let chunks: Vec<&str> = words.split([' ']).collect();
    let joined = chunks.iter().find_map(|chunk| {
        let digits_end = chunk
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '.')))
            .unwrap_or(chunk.len());
        let digits_start = chunk
            .rfind(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '.')))
            .map_or(0, |at| {
                at + chunk[at..].chars().next().map_or(1, char::len_utf8)
            });
        numeric_date(chunk[..digits_end].trim_matches('-'))
            .or_else(|| numeric_date(chunk.get(digits_start..)?.trim_matches('-')))
    });
    joined.or_else(|| find_date(&words.replace('-', " ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(lines: &[&str], path: &str) -> Metadata {
        let blocks: Vec<Block> = lines
            .iter()
            .enumerate()
            .map(|(i, line)| {
                Block::new(
                    if i == 0 {
                        BlockKind::Heading(1)
                    } else {
                        BlockKind::Paragraph
                    },
                    *line,
                    None,
                )
            })
            .collect();
        resolve(
            Stated::default(),
            Properties::default(),
            &blocks,
            path,
            Format::Plain,
        )
    }

    fn date(text: &str) -> Option<Date> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_date_that_merely_occurs_is_not_the_documents() {
        let found = meta(
            &[
                "Lederstillingen",
                "Direktøren går av 31.12.2021 etter ti år, og saken ble drøftet i møtet den dagen.",
            ],
            "saker/lederstillingen.txt",
        );
        assert_eq!(found.date, None);
        let found = meta(
            &["Referat fra styremøte nr. 3 - 2025", "Dato: 4. mars 2025"],
            "a.txt",
        );
        assert_eq!(found.date, date("2025-03-04"));
        let found = meta(
            &[
                "Referat fra møte i samarbeidsutvalget",
                "Tid og sted: Torsdag 10. juni 2021 kl. 09.00–12.00, Teams",
                "Referent: Forbundet",
            ],
            "a.txt",
        );
        assert_eq!(
            (
                found.date,
                found.kind,
                found.body.as_deref(),
                found.author.as_deref()
            ),
            (
                date("2021-06-10"),
                Kind::Minutes,
                Some("samarbeidsutvalget"),
                Some("Forbundet")
            )
        );
    }

    #[test]
    fn a_letterhead_is_a_title_and_a_label_is_none_and_a_secretary_no_author() {
        let found = meta(
            &[
                "NORDVIK KOMMUNE",
                "ARBEIDSMILJØUTVALGET",
                "Møtested: Rådhuset, møterom 2",
                "Referent: Tone Vik",
            ],
            "a.txt",
        );
        assert_eq!(found.title, "NORDVIK KOMMUNE, ARBEIDSMILJØUTVALGET");
        assert_eq!(found.author, None);
    }

    #[test]
    fn file_names_tell_dates() {
        for (name, expected) in [
            ("x/2024-03-14-mote.pdf", "2024-03-14"),
            ("x/referat_16.06.2021.pdf", "2021-06-16"),
            ("x/mote-2023-06.txt", "2023-06"),
            ("x/rapport-2017.txt", "2017"),
            ("x/referat_juni_2021.docx", "2021-06"),
            ("x/20240314.txt", "2024-03-14"),
        ] {
            assert_eq!(date_in_name(name), date(expected), "{name}");
        }
        assert_eq!(date_in_name("x/sak-12-34.txt"), None);
    }

    #[test]
    fn what_is_stated_wins_and_mistakes_are_named() {
        let stated = Stated::from_toml("title = \"A\"\ndate = 2021-06-16\n").unwrap();
        assert_eq!(stated.date, date("2021-06-16"));
        let error = Stated::from_toml("titel = \"A\"\n")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("titel") && error.contains("line 1"),
            "{error}"
        );
    }
}
