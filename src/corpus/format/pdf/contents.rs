//! Tables of contents: lines with leaders, or titles with page numbers that do not fall.

use super::layout::Line;

/// For each line, whether it belongs to a table of contents.
pub(super) fn contents_lines(lines: &[Line], pages: usize) -> Vec<bool> {
    let mut marks: Vec<bool> = lines.iter().map(|line| has_leader(&line.text)).collect();
    // Without leaders: five lines or more that end in page numbers which do not fall.
    let limit = pages as u32 + 20;
    let mut run: Vec<(usize, u32)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let number = trailing_number(line).filter(|number| (1..=limit).contains(number));
        let follows = |number: u32| {
            run.last()
                .is_none_or(|(last, before)| *before <= number && index - last <= 2)
        };
        match number {
            Some(number) if follows(number) => run.push((index, number)),
            Some(number) => {
                mark(&mut marks, &run);
                run = vec![(index, number)];
            }
            None => {}
        }
    }
    mark(&mut marks, &run);
    // What stands between two contents lines is the first half of a wrapped one; what stands right
    // above them is their title.
    for index in (0..marks.len()).chain((0..marks.len()).rev()) {
        let between =
            index > 0 && marks.get(index - 1) == Some(&true) && marks.get(index + 1) == Some(&true);
        let beside =
            index > 0 && marks.get(index - 1) == Some(&true) || marks.get(index + 1) == Some(&true);
        let numbered = beside
            && lines
                .get(index)
                .and_then(trailing_number)
                .is_some_and(|number| (1..=limit).contains(&number));
        let above = lines
            .get(index)
            .is_some_and(|line| is_contents_title(&line.text))
            && marks.get(index + 1) == Some(&true);
        if (between || numbered || above)
            && let Some(mark) = marks.get_mut(index)
        {
            *mark = true;
        }
    }
    marks
}

fn mark(marks: &mut [bool], run: &[(usize, u32)]) {
    let distinct = run
        .iter()
        .map(|(_, number)| number)
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    if run.len() >= 5 && distinct >= 3 {
        run.iter().for_each(|(index, _)| {
            marks
                .iter_mut()
                .skip(*index)
                .take(1)
                .for_each(|mark| *mark = true)
        });
    }
}

fn is_contents_title(text: &str) -> bool {
    let title = text.trim().trim_end_matches(':').to_lowercase();
    matches!(
        title.as_str(),
        "innhold"
            | "innhald"
            | "innholdsfortegnelse"
            | "innhaldsliste"
            | "contents"
            | "table of contents"
    )
}

/// Whether dots lead to a page number at the end.
pub(super) fn has_leader(text: &str) -> bool {
    let text = text.trim_end();
    let before =
        text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, 'i' | 'v' | 'x'));
    let leader = before.trim_end();
    let dots = leader
        .chars()
        .rev()
        .take_while(|c| matches!(c, '.' | '…' | '·' | '_' | ' ' | '\u{A0}'))
        .filter(|c| !c.is_whitespace());
    let weight: usize = dots.map(|c| if c == '…' { 3 } else { 1 }).sum();
    before.len() < text.len() && weight >= 4 && leader.len() > weight
}

/// The number that a line ends in, set apart as a cell or by position.
fn trailing_number(line: &Line) -> Option<u32> {
    let numeric = |text: &str| {
        text.len() <= 4 && !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
    };
    let number = match line.cells.as_slice() {
        [] => {
            let (title, number) = line.text.rsplit_once(' ')?;
            let at_edge =
                line.x1 > line.column.1 - 0.5 * line.size && title.chars().any(char::is_alphabetic);
            number
                .trim()
                .to_owned()
                .into_bytes()
                .len()
                .le(&4)
                .then_some(number)
                .filter(|_| at_edge)?
        }
        [title, number] | [_, title, number] => number
            .first()
            .filter(|_| number.len() == 1 && !title.is_empty())?
            .as_str(),
        _ => return None,
    };
    Some(number.trim())
        .filter(|number| numeric(number))?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        let x1 = 50.0 + 5.0 * text.chars().count() as f32;
        Line {
            text: text.to_owned(),
            x0: 50.0,
            x1,
            size: 10.0,
            column: (50.0, x1),
            ..Line::default()
        }
    }

    #[test]
    fn leaders_and_their_title_are_contents() {
        let lines = [
            "Innhold",
            "1 Bakgrunn ........ 3",
            "2 Tiltak 4",
            "Bakgrunnen er kjent.",
        ]
        .map(line);
        assert_eq!(contents_lines(&lines, 10), [true, true, true, false]);
        assert!(!has_leader("Vent litt ..."));
    }

    #[test]
    fn titles_with_rising_page_numbers_are_contents_and_a_list_of_years_is_not() {
        let titles = ["Bakgrunn 2", "Mål 3", "Tiltak 3", "Økonomi 7", "Vedlegg 9"].map(line);
        assert_eq!(contents_lines(&titles, 10), [true; 5]);
        let years = [
            "Vedtatt 1998",
            "Endret 2004",
            "Endret 2011",
            "Endret 2019",
            "Endret 2030",
        ]
        .map(line);
        assert_eq!(contents_lines(&years, 10), [false; 5]);
    }
}
