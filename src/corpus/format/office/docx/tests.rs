use super::super::testing::archive;
use super::*;
use BlockKind::{Contents, Heading, ListItem, Paragraph as Text, TableRow};

fn document(body: &str) -> String {
    format!(
        r#"<w:document xmlns:w="w" xmlns:r="r" xmlns:mc="mc"><w:body>{body}</w:body></w:document>"#
    )
}

fn read_body(body: &str) -> Extracted {
    read(&archive(&[("word/document.xml", &document(body))])).unwrap()
}

fn texts(extracted: &Extracted) -> Vec<(BlockKind, &str)> {
    extracted
        .blocks
        .iter()
        .map(|block| (block.kind, block.text.as_str()))
        .collect()
}

fn paragraph(properties: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn the_text_is_that_of_the_final_version() {
    let extracted = read_body(
        r#"<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr><w:r><w:t xml:space="preserve">Kari </w:t></w:r></w:p>
        <w:p><w:pPr><w:pPrChange><w:pPr><w:pStyle w:val="Overskrift1"/></w:pPr></w:pPrChange></w:pPr>
        <w:ins><w:r><w:t>Lie</w:t></w:r></w:ins><w:del><w:r><w:delText>Dal</w:delText></w:r></w:del>
        <w:moveFrom><w:r><w:t>bort</w:t></w:r></w:moveFrom>
        <w:r><w:rPr><w:vanish/></w:rPr><w:t>skjult</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t xml:space="preserve"> ledet</w:t></w:r>
        <w:r><w:t xml:space="preserve"> e</w:t><w:noBreakHyphen/><w:t>post</w:t><w:softHyphen/><w:t>listen</w:t><w:br/><w:t>R&amp;D&#8211;x</w:t></w:r></w:p>"#,
    );
    assert_eq!(
        texts(&extracted),
        [(Text, "Kari Lie ledet e-postlisten R&D–x")]
    );
}

#[test]
fn headings_come_from_styles_in_any_language() {
    let styles = r#"<w:styles xmlns:w="w">
        <w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
        <w:style w:type="paragraph" w:styleId="Otsikko2"><w:name w:val="heading 2"/><w:basedOn w:val="Normal"/></w:style>
        <w:style w:type="paragraph" w:styleId="Sak"><w:name w:val="Sakstittel"/><w:basedOn w:val="Otsikko2"/></w:style>
        <w:style w:type="paragraph" w:styleId="Egen"><w:name w:val="Egen"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
        <w:style w:type="paragraph" w:styleId="Brdtekst"><w:name w:val="Vedtak"/><w:basedOn w:val="Sak"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>
        </w:styles>"#;
    let styled = |id: &str, text: &str| paragraph(&format!(r#"<w:pStyle w:val="{id}"/>"#), text);
    let body = [
        styled("Tittel", "Årsmelding"),
        styled("Overskriftforinnholdsfortegnelse", "Innhold"),
        styled("INNH1", "Lønn 3"),
        styled("Sak", "Lønn"),
        styled("Egen", "Bakgrunn"),
        styled("Brdtekst", "Vedtatt"),
        paragraph(r#"<w:outlineLvl w:val="0"/>"#, "Vedlegg"),
    ];
    let bytes = archive(&[
        ("word/document.xml", &document(&body.concat())),
        ("word/styles.xml", styles),
    ]);
    assert_eq!(
        texts(&read(&bytes).unwrap()),
        [
            (Heading(0), "Årsmelding"),
            (Contents, "Innhold"),
            (Contents, "Lønn 3"),
            (Heading(2), "Lønn"),
            (Heading(3), "Bakgrunn"),
            (Text, "Vedtatt"),
            (Heading(1), "Vedlegg"),
        ]
    );
}

#[test]
fn list_labels_are_rebuilt() {
    let numbering = r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="5">
        <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="Sak %1"/></w:lvl>
        <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl>
        <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl></w:abstractNum>
        <w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>
        <w:num w:numId="2"><w:abstractNumId w:val="5"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>
        </w:numbering>"#;
    let item = |list: u8, level: u8, text: &str| {
        paragraph(
            &format!(r#"<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list}"/></w:numPr>"#),
            text,
        )
    };
    let body = [
        item(1, 0, "Lønn"),
        item(1, 1, "Krav"),
        item(1, 1, "Tilbud"),
        item(1, 0, "Ferie"),
        item(1, 1, "Uke"),
        item(1, 2, "Juli"),
        item(2, 0, "Nytt"),
        item(2, 0, "Mer"),
        item(0, 0, "Uten"),
    ];
    let bytes = archive(&[
        ("word/document.xml", &document(&body.concat())),
        ("word/numbering.xml", numbering),
    ]);
    let extracted = read(&bytes).unwrap();
    let expected = [
        "Sak 1 Lønn",
        "1.a) Krav",
        "1.b) Tilbud",
        "Sak 2 Ferie",
        "2.a) Uke",
        "Juli",
        "Sak 7 Nytt",
        "Sak 8 Mer",
        "Uten",
    ];
    assert_eq!(
        texts(&extracted)
            .iter()
            .map(|(_, text)| *text)
            .collect::<Vec<_>>(),
        expected
    );
    assert_eq!(extracted.blocks.last().unwrap().kind, Text);
    assert_eq!(extracted.blocks[5].kind, ListItem);
}

#[test]
fn tables_boxes_and_notes_lose_nothing_and_repeat_nothing() {
    let notes = r#"<w:footnotes xmlns:w="w"><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>strek</w:t></w:r></w:p></w:footnote>
        <w:footnote w:id="4"><w:p><w:r><w:t>Se protokollen</w:t></w:r></w:p></w:footnote></w:footnotes>"#;
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let body = format!(
        r#"<w:tbl><w:tr>{}{}<w:tc><w:tbl><w:tr>{}{}</w:tr></w:tbl><w:p><w:r><w:t>Ola</w:t></w:r></w:p></w:tc></w:tr>
        <w:tr><w:trPr><w:del w:id="2"/></w:trPr>{}</w:tr></w:tbl>
        <w:p><w:r><w:t>Tekst</w:t><w:footnoteReference w:id="4"/><mc:AlternateContent>
        <mc:Choice><w:txbxContent><w:p><w:r><w:t>Boks</w:t></w:r></w:p></w:txbxContent></mc:Choice>
        <mc:Fallback><w:txbxContent><w:p><w:r><w:t>Boks</w:t></w:r></w:p></w:txbxContent></mc:Fallback>
        </mc:AlternateContent><w:t xml:space="preserve"> videre</w:t></w:r></w:p>"#,
        cell("Sak"),
        cell(""),
        cell("indre"),
        cell("to"),
        cell("slettet")
    );
    let bytes = archive(&[
        ("word/document.xml", &document(&body)),
        ("word/footnotes.xml", notes),
    ]);
    assert_eq!(
        texts(&read(&bytes).unwrap()),
        [
            (TableRow, "Sak | | Ola"),
            (TableRow, "indre | to"),
            (Text, "Tekst videre"),
            (Text, "Se protokollen"),
            (Text, "Boks"),
        ]
    );
}

#[test]
fn pages_are_those_that_word_has_laid_out() {
    let extracted = read_body(
        r#"<w:p><w:r><w:t>En</w:t></w:r></w:p><w:p><w:r><w:t xml:space="preserve">To starter </w:t><w:lastRenderedPageBreak/><w:t>og slutter</w:t></w:r></w:p>
        <w:p><w:r><w:br w:type="page"/></w:r></w:p><w:p><w:r><w:lastRenderedPageBreak/><w:t>Tre</w:t></w:r></w:p>"#,
    );
    let pages: Vec<_> = extracted
        .blocks
        .iter()
        .map(|block| (block.page, block.page_breaks.clone()))
        .collect();
    assert_eq!(
        pages,
        [
            (Some(1), vec![]),
            (Some(1), vec![(11, 2)]),
            (Some(3), vec![])
        ]
    );
    assert_eq!(
        read_body(&paragraph("", "Uten <w:br w:type=\"page\"/>")).blocks[0].page,
        None
    );
}

#[test]
fn a_bold_line_is_a_heading_and_a_bold_lead_in_is_not() {
    let extracted = read_body(
        r#"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Orientering</w:t></w:r></w:p>
        <w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Lønn. </w:t></w:r><w:r><w:t>Partene møttes.</w:t></w:r></w:p>
        <w:tbl><w:tr><w:tc><w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Navn</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"#,
    );
    assert_eq!(
        texts(&extracted),
        [
            (Heading(1), "Orientering"),
            (Text, "Lønn. Partene møttes."),
            (TableRow, "Navn")
        ]
    );
}

#[test]
fn damage_is_told_and_what_can_be_read_is_kept() {
    let body = format!("{}<w:p><w:r><w:t>halv</w:t></w:x>", paragraph("", "Hel"));
    let extracted = read_body(&body);
    assert_eq!(texts(&extracted), [(Text, "Hel"), (Text, "halv")]);
    assert_eq!(extracted.problems.len(), 1);

    let mut encrypted = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    assert!(matches!(read(&encrypted), Err(Unreadable::Damaged { .. })));
    encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(read(&encrypted), Err(Unreadable::Encrypted));
    assert!(matches!(
        read(&archive(&[("ppt/presentation.xml", "<p/>")])),
        Err(Unreadable::Damaged { .. })
    ));
    let zeros = " ".repeat(65 << 20);
    assert!(matches!(
        read(&archive(&[("word/document.xml", &zeros)])),
        Err(Unreadable::TooLarge { .. })
    ));
    let deep = read_body(&[paragraph("", "Først"), "<w:sdt>".repeat(20_000)].concat());
    assert_eq!((deep.blocks.len(), deep.problems.len()), (1, 1));
}
