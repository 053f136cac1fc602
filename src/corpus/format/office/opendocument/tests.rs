use super::super::testing::archive;
use super::*;
use BlockKind::{Contents, Heading, ListItem, Paragraph as Text, TableRow};

fn content(styles: &str, body: &str) -> String {
    format!(
        r#"<office:document-content xmlns:office="o" xmlns:text="t" xmlns:style="s" xmlns:table="ta" xmlns:draw="d"
        xmlns:presentation="p" xmlns:fo="f"><office:automatic-styles>{styles}</office:automatic-styles>
        <office:body>{body}</office:body></office:document-content>"#
    )
}

fn read_content(styles: &str, body: &str) -> Extracted {
    read(&archive(&[("Content.xml", &content(styles, body))])).unwrap()
}

fn texts(extracted: &Extracted) -> Vec<(BlockKind, &str)> {
    extracted
        .blocks
        .iter()
        .map(|block| (block.kind, block.text.as_str()))
        .collect()
}

#[test]
fn paragraphs_are_what_their_styles_say() {
    let styles = r#"<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Heading_20_2"/>
        <style:style style:name="Heading_20_2" style:family="paragraph" style:parent-style-name="Heading"/>
        <style:style style:name="Title" style:family="paragraph"/>
        <style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>"#;
    let extracted = read_content(
        styles,
        r#"<text:tracked-changes><text:p>slettet</text:p></text:tracked-changes><text:p text:style-name="Title">Referat</text:p>
        <text:table-of-content><text:index-body><text:p>Lønn 1</text:p></text:index-body></text:table-of-content>
        <text:p text:style-name="P1">Lønn</text:p><text:h text:outline-level="3">Krav</text:h>
        <text:p>Kari<text:s text:c="3"/>Lie<text:tab/>møtte<text:note><text:note-citation>1</text:note-citation><text:note-body>
        <text:p>Fra kl. 10</text:p></text:note-body></text:note>.<office:annotation><text:p>sjekk</text:p></office:annotation></text:p>
        <text:p><text:span text:style-name="T1">Eventuelt</text:span></text:p><text:p>Slutt</text:p>"#,
    );
    assert_eq!(
        texts(&extracted),
        [
            (Heading(0), "Referat"),
            (Contents, "Lønn 1"),
            (Heading(2), "Lønn"),
            (Heading(3), "Krav"),
            (Text, "Kari Lie møtte."),
            (Text, "Fra kl. 10"),
            (Heading(4), "Eventuelt"),
            (Text, "Slutt"),
        ]
    );
}

#[test]
fn lists_count_on_where_they_say_so() {
    let styles = r#"<text:list-style style:name="L1">
        <text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
        <text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")" text:display-levels="2"/>
        </text:list-style>"#;
    let item = |inner: &str| format!("<text:list-item>{inner}</text:list-item>");
    let list = |more: &str, inner: String| {
        format!(r#"<text:list text:style-name="L1" {more}>{inner}</text:list>"#)
    };
    let nested = format!(
        "<text:p>Lønn</text:p><text:list>{}</text:list>",
        item("<text:p>Krav</text:p>")
    );
    let body = [
        list(
            "",
            [
                item(&nested),
                item("<text:p>Ferie</text:p><text:p>Mer om ferie</text:p>"),
            ]
            .concat(),
        ),
        "<text:p>Pause</text:p>".to_owned(),
        list(
            r#"text:continue-numbering="true""#,
            item("<text:p>Eventuelt</text:p>"),
        ),
        list("", item("<text:p>Ny</text:p>")),
    ];
    assert_eq!(
        texts(&read_content(styles, &body.concat())),
        [
            (ListItem, "1. Lønn"),
            (ListItem, "1.a) Krav"),
            (ListItem, "2. Ferie"),
            (Text, "Mer om ferie"),
            (Text, "Pause"),
            (ListItem, "3. Eventuelt"),
            (ListItem, "1. Ny"),
        ]
    );
}

#[test]
fn pages_and_tables() {
    let extracted = read_content(
        "",
        r#"<text:p>Først <text:soft-page-break/>sist</text:p><table:table><table:table-row>
        <table:table-cell table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell>
        <table:table-cell table:number-columns-repeated="99999999"/></table:table-row></table:table>"#,
    );
    assert_eq!(
        texts(&extracted),
        [(Text, "Først sist"), (TableRow, "x | x")]
    );
    assert_eq!(
        (
            extracted.blocks[0].page_breaks.clone(),
            extracted.blocks[1].page
        ),
        (vec![(7, 2)], Some(2))
    );
}

#[test]
fn slides_begin_with_their_title_and_end_with_their_notes() {
    let frame = |class: &str, text: &str| {
        format!(
            r#"<draw:frame presentation:class="{class}"><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>"#
        )
    };
    let body = format!(
        "<draw:page>{}</draw:page><draw:page>{}{}{}<presentation:notes>{}</presentation:notes></draw:page>",
        frame("title", "Mål"),
        frame("subtitle", "Ut på tur"),
        frame("title", "Vei"),
        frame("page-number", "2"),
        frame("notes", "Husk kart")
    );
    let extracted = read_content(
        "",
        &format!("<office:presentation>{body}</office:presentation>"),
    );
    assert_eq!(
        texts(&extracted),
        [
            (Heading(1), "Mål"),
            (Heading(1), "Vei"),
            (Text, "Ut på tur"),
            (Text, "Husk kart")
        ]
    );
    assert_eq!(
        extracted
            .blocks
            .iter()
            .map(|block| block.page)
            .collect::<Vec<_>>(),
        [Some(1), Some(2), Some(2), Some(2)]
    );
}

#[test]
fn encrypted_and_foreign_files_are_told() {
    let manifest = r#"<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"#;
    let encrypted = archive(&[("content.xml", "x"), ("META-INF/manifest.xml", manifest)]);
    assert_eq!(read(&encrypted), Err(Unreadable::Encrypted));
    let sheet = archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", "<x/>"),
    ]);
    assert!(matches!(read(&sheet), Err(Unreadable::Damaged { .. })));
}
