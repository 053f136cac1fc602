use super::*;
use BlockKind::{Heading, ListItem, Paragraph, TableRow};

fn blocks(html: &str) -> Vec<(BlockKind, String)> {
    read(html.as_bytes())
        .unwrap()
        .blocks
        .into_iter()
        .map(|block| (block.kind, block.text))
        .collect()
}

fn joined(html: &str) -> String {
    blocks(html)
        .into_iter()
        .map(|(_, text)| text)
        .collect::<Vec<_>>()
        .join(" / ")
}

#[test]
fn blocks_keep_apart_and_inline_tags_do_not_split_words() {
    let html = "<main><h1>Refe<b>rat</b></h1><div>Sak 3/25</div><div>Til stede: K<i>ari</i><br>Ola</div>
        <ol start=4><li>Lønn<ul><li>Krav</ul><li>5. Ferie</ol><dl><dt>Dato<dd>3. mai</dl>
        <table><caption>Frister</caption><tr><th>Sak<th>Frist<tr><td>Lønn<td>mai</table><p><strong>Eventuelt</strong></p>Ingen saker.</main>";
    let expected = [
        (Heading(1), "Referat"),
        (Paragraph, "Sak 3/25"),
        (Paragraph, "Til stede: Kari Ola"),
        (ListItem, "4. Lønn"),
        (ListItem, "Krav"),
        (ListItem, "5. Ferie"),
        (TableRow, "Dato | 3. mai"),
        (Paragraph, "Frister"),
        (TableRow, "Sak | Frist"),
        (TableRow, "Lønn | mai"),
        (Heading(2), "Eventuelt"),
        (Paragraph, "Ingen saker."),
    ];
    assert_eq!(
        blocks(html),
        expected.map(|(kind, text)| (kind, text.to_owned()))
    );
}

#[test]
fn the_page_around_the_article_goes() {
    let body =
        "Styret behandlet budsjettet for neste år og vedtok å øke rammen til opplæring. ".repeat(8);
    let menu =
        "<ul><li><a href=/a>Hjem</a><li><a href=/b>Nyheter</a><li><a href=/c>Kontakt</a></ul>";
    let marked = format!(
        "<body class=has-menu><header><a href=/>Laget</a></header><nav>{menu}</nav><div id=cookieBanner>Godta kaker</div>
        <article><header><h1>Møte</h1></header><p hidden>skjult<p>{body}<p>Se <a href=/v>vedlegg</a>.</article>
        <aside>Annet</aside><footer>Bunn</footer>"
    );
    let soup = format!(
        "<div><div>{menu}</div><div><div><h1>Møte</h1><p>{body}<p>Se <a href=/v>vedlegg</a>.</div></div>
        <div>Telefon 22 00 00 00 · E-post post@lag.example</div></div>"
    );
    let table = format!(
        "<table><tr><td colspan=2>{menu}<tr><td>{menu}<td><h1>Møte</h1><p>{body}<p>Se <a href=/v>vedlegg</a>.</table>"
    );
    for page in [marked, soup, table] {
        assert_eq!(
            joined(&page),
            format!("Møte / {} / Se vedlegg.", body.trim())
        );
    }
}

#[test]
fn text_without_an_article_stays() {
    assert_eq!(
        joined("<p>Møtet er <a href=x>avlyst</a>."),
        "Møtet er avlyst."
    );
    assert_eq!(
        joined("<div class=sidebar><p>Hele teksten står her.</div>"),
        "Hele teksten står her."
    );
    let links = "<h2>Referater</h2><ul><li><a href=1>Mars</a><li><a href=2>April</a></ul>";
    assert_eq!(joined(links), "Referater / Mars / April");
    assert_eq!(joined("En linje<br><br>En til"), "En linje / En til");
}

#[test]
fn properties_are_those_of_the_article() {
    let html = "<html lang=nb><title>Møte &amp; vedtak</title><meta name=author content='Kari Lie'>
        <meta name=date content=2020-01-01><meta property=article:published_time content=2024-05-03T10:00>
        <body><p>Tekst <time datetime=1999-01-01>før</time></p></body>";
    let properties = read(html.as_bytes()).unwrap().properties;
    assert_eq!(properties.title.as_deref(), Some("Møte & vedtak"));
    assert_eq!(properties.author.as_deref(), Some("Kari Lie"));
    assert_eq!(properties.date.as_deref(), Some("2024-05-03T10:00"));
    assert_eq!(properties.language.as_deref(), Some("nb"));
    let header = "<article><header><h1>A</h1><time datetime=2024-02-02>i dag</time></header><p>Tekst</article>";
    assert_eq!(
        read(header.as_bytes()).unwrap().properties.date.as_deref(),
        Some("2024-02-02")
    );
    assert_eq!(
        read("<p>Den <time datetime=2024-02-02>dagen</time>".as_bytes())
            .unwrap()
            .properties
            .date,
        None
    );
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = format!(
        "{}innerst{}",
        "<div>".repeat(60_000),
        "</div>".repeat(60_000)
    );
    let extracted = read(deep.as_bytes()).unwrap();
    assert_eq!((extracted.blocks.len(), extracted.problems.len()), (1, 1));
    assert!(matches!(
        read(&vec![b'x'; SIZE + 1]),
        Err(Unreadable::TooLarge { .. })
    ));
}
