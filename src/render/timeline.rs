//! The picture of a matter: its meetings on an axis of time, newest first, what was decided and who said
//! what, where it stands and what it waits for. As SVG for pages, and as PNG for chats.
//!
//! Words are measured with the font that the PNG is drawn with. A browser may draw with another, so in a page
//! lines leave some room.

mod lines;
mod picture;

use maud::{Markup, PreEscaped, html};

use super::phrases;
use super::phrases::timeline as words;
use crate::answer::card::{Meeting, Status};
use crate::answer::matter::Standing;
use crate::answer::{Excerpt, Stance};
use crate::corpus::Date;
use crate::corpus::metadata::Kind;
use crate::language::Language;
use lines::{Line, Run, Weight, wrapped};

pub use picture::{Picture, picture, png};

/// How wide a picture is, and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    name: &'static str,
    width: f32,
    /// The size of its letters.
    size: f32,
    /// Where the axis stands.
    axis: f32,
    /// Whether dates stand beside the axis, not over what was said.
    dates_beside: bool,
    /// So many meetings are shown.
    meetings: usize,
    /// So many holders of each.
    holders: usize,
    /// So many lines of what somebody said.
    lines: usize,
}

impl Shape {
    /// For a phone, or a column: 360 wide.
    pub const NARROW: Shape = Shape {
        name: "narrow",
        width: 360.0,
        size: 15.0,
        axis: 18.0,
        dates_beside: false,
        meetings: 12,
        holders: 4,
        lines: 3,
    };
    /// For a page, or a message: 720 wide.
    pub const WIDE: Shape = Shape {
        name: "wide",
        width: 720.0,
        size: 17.0,
        axis: 168.0,
        dates_beside: true,
        meetings: 12,
        holders: 4,
        lines: 2,
    };
    /// For a message in a chat, which shows no high picture: few meetings, of which little is said.
    pub const CHAT: Shape = Shape {
        meetings: 4,
        holders: 2,
        ..Shape::WIDE
    };

    fn text_at(&self) -> f32 {
        self.axis + 18.0
    }

    fn height_of_line(&self) -> f32 {
        self.size * 1.4
    }
}

/// Where the colours of a picture come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colors {
    /// The page that it stands in has [`STYLE`] among its style sheets.
    OfPage,
    /// It brings them itself, light or dark as the reader's system is.
    Own,
    /// It is light, on a background of its own: what makes a PNG of it knows no more.
    Light,
}

/// Colours for pictures in a page, light or dark as the reader's system is.
pub const STYLE: &str = concat!(
    include_str!("timeline/light.css"),
    "@media (prefers-color-scheme: dark) {\n",
    include_str!("timeline/dark.css"),
    "}\n"
);

/// The style of a light picture.
const LIGHT: &str = include_str!("timeline/light.css");

/// Room at the edges.
const EDGE: f32 = 14.0;
/// The radius of a meeting's mark.
const MARK: f32 = 6.0;
/// Meetings that follow at once lie so far from each other, …
const NEAR: f32 = 14.0;
/// … those that lie long from each other so much more for each doubling of the months, up to the most.
const PER_DOUBLING: f32 = 7.0;
const FAR: f32 = 44.0;

/// The picture of a matter as SVG; nothing where no document treats it.
pub fn svg(status: &Status, shape: &Shape, colors: Colors) -> Option<String> {
    let drawn = draw(status, shape, colors)?;
    let title = words::title(&named(status), status.language);
    let description = description(status);
    let [title_id, description_id] =
        ["title", "description"].map(|part| format!("timeline-{}-{part}", shape.name));
    let (width, height) = (number(shape.width), number(drawn.height));
    let style = match colors {
        Colors::OfPage => None,
        Colors::Own => Some(STYLE),
        Colors::Light => Some(LIGHT),
    };
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" class=(format!("timeline timeline-{}", shape.name))
            viewBox=(format!("0 0 {width} {height}")) width=(width) height=(height) role="img"
            aria-labelledby=(format!("{title_id} {description_id}"))
            font-family="'Noto Sans', system-ui, sans-serif" font-size=(number(shape.size)) {
            title id=(title_id) { (title) }
            desc id=(description_id) { (description) }
            @if let Some(style) = style {
                style { (PreEscaped(style)) }
                rect class="timeline-ground" width=(width) height=(height) {}
            }
            @for part in &drawn.parts { (part) }
        }
    };
    Some(svg.into_string())
}

/// What the picture shows, in a few sentences, for those who do not see it.
pub fn description(status: &Status) -> String {
    let language = status.language;
    let mut sentences = Vec::new();
    let stops = stops(status);
    if let Some(newest) = stops.first() {
        let oldest = stops.last().and_then(|stop| stop.date);
        let state = phrases::standing(status.state, language);
        sentences.push(words::told(
            &named(status),
            state,
            stops.len(),
            (oldest, newest.date),
            language,
        ));
    }
    if let Some(next) = &status.next {
        let date = next.date.map(|date| phrases::date(date, language));
        let date = date.map_or(String::new(), |date| format!(" ({date})"));
        let label = phrases::card(language).next;
        sentences.push(format!("{label}{date}: {}", said(&next.excerpt)));
    }
    let text = sentences.join(" ");
    // As much as platforms take.
    const MOST: usize = 1000;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => {
            let end = text[..end].rfind(' ').unwrap_or(end);
            format!("{} …", &text[..end])
        }
        None => text,
    }
}

/// What the matter is called: the heading over it where it was treated last.
fn named(status: &Status) -> String {
    let heading = status
        .timeline
        .first()
        .and_then(|meeting| meeting.heading.as_deref());
    super::visible::one_line(heading.unwrap_or(&status.topic))
}

/// A meeting on the axis.
struct Stop<'a> {
    date: Option<Date>,
    label: String,
    decisions: Vec<&'a Excerpt>,
    positions: Vec<&'a Excerpt>,
    summary: Option<&'a Excerpt>,
}

/// The meetings; two items of one are one.
fn stops(status: &Status) -> Vec<Stop<'_>> {
    let mut stops: Vec<(&str, Stop)> = Vec::new();
    for meeting in &status.timeline {
        let Meeting {
            date,
            document,
            summary,
            ..
        } = meeting;
        let known = stops.iter().position(|(id, _)| *id == document.id);
        let at = known.unwrap_or_else(|| {
            let label = document.body.as_deref().unwrap_or(&document.title);
            let stop = Stop {
                date: *date,
                label: begun(&super::visible::one_line(label)),
                decisions: Vec::new(),
                positions: Vec::new(),
                summary: summary.as_ref(),
            };
            stops.push((&document.id, stop));
            stops.len() - 1
        });
        let stop = &mut stops[at].1;
        // A report tells of what others decided.
        if matches!(document.kind, Kind::Minutes | Kind::Other) {
            stop.decisions.extend(&meeting.decisions);
        }
        stop.positions.extend(&meeting.positions);
    }
    stops.into_iter().map(|(_, stop)| stop).collect()
}

/// A label with a capital letter at its beginning, as what begins a line has.
fn begun(label: &str) -> String {
    let mut letters = label.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// The words of an excerpt that matter, in one line.
fn said(excerpt: &Excerpt) -> String {
    let first = excerpt.highlights.first();
    let [start, end] = first.copied().unwrap_or([0, usize::MAX]);
    let words = |start: usize, end: usize| -> String {
        let chosen: String = excerpt
            .text
            .chars()
            .skip(start)
            .take(end.saturating_sub(start))
            .collect();
        let line = super::visible::one_line(&chosen);
        line.trim_start_matches(['•', '–', '-', ' ']).to_owned()
    };
    match words(start, end) {
        none if none.is_empty() => words(0, usize::MAX),
        chosen => chosen,
    }
}

/// What is drawn, from above.
struct Drawing<'a> {
    shape: &'a Shape,
    /// How many times as wide as measured a line may be drawn.
    widest: f32,
    language: Language,
    parts: Vec<Markup>,
    /// How far down it goes.
    height: f32,
}

fn draw<'a>(status: &Status, shape: &'a Shape, colors: Colors) -> Option<Drawing<'a>> {
    let stops = stops(status);
    let newest = stops.first()?;
    let language = status.language;
    let card = phrases::card(language);
    let mut drawing = Drawing {
        // A browser may draw with another font; the widest that are common are a sixth wider.
        widest: match colors {
            Colors::Light => 1.0,
            Colors::OfPage | Colors::Own => 7.0 / 6.0,
        },
        shape,
        language,
        parts: Vec::new(),
        height: EDGE,
    };
    drawing.head(&named(status), status.state, newest.date);
    // Where the axis begins, and whether what comes is not settled.
    let mut from: Option<(f32, bool)> = None;
    if let Some(next) = &status.next {
        let at = drawing.mark_at();
        let passed = status.next_has_passed.then_some(card.passed);
        drawing.date(next.date, shape.dates_beside);
        let when = next.date.filter(|_| !shape.dates_beside);
        let when = when.map_or(String::new(), |date| {
            format!(" ({})", phrases::date(date, language))
        });
        drawing.said(
            &format!("{}{when}:", card.next),
            "timeline-next",
            &next.excerpt,
        );
        if let Some(passed) = passed {
            drawing.aside(passed, 2);
        }
        let mark = html! {
            circle class="timeline-open" cx=(number(shape.axis)) cy=(number(at)) r=(number(MARK)) {}
        };
        drawing.parts.push(mark);
        from = Some((at, true));
        drawing.height += NEAR;
    }
    let mut before: Option<Date> = None;
    for stop in stops.iter().take(shape.meetings) {
        if let Some(before) = before {
            drawing.height += apart(stop.date, before);
        }
        let at = drawing.mark_at();
        if let Some((from, open)) = from {
            drawing.axis(from, at, open);
        }
        from = Some((at, false));
        drawing.stop(stop);
        drawing.mark(at, !stop.decisions.is_empty());
        before = stop.date.or(before);
        drawing.height += NEAR;
    }
    let earlier = stops.len().saturating_sub(shape.meetings);
    if let (1.., Some((from, _))) = (earlier, from) {
        let at = drawing.mark_at();
        drawing.axis(from, at + shape.size * 0.4, true);
        drawing.aside(&words::earlier(earlier, language), 1);
        drawing.height += NEAR;
    }
    // Marks lie over the axis.
    let is_axis = |part: &Markup| part.0.starts_with("<line");
    let (axes, others) = drawing.parts.into_iter().partition(is_axis);
    drawing.parts = axes;
    let others: Vec<Markup> = others;
    drawing.parts.extend(others);
    drawing.height += EDGE - NEAR;
    Some(drawing)
}

impl Drawing<'_> {
    /// What the matter is called, and where it stands.
    fn head(&mut self, name: &str, state: Standing, newest: Option<Date>) {
        let size = (self.shape.size * 1.2).round();
        let title = [Run::new(Weight::Bold, name)];
        let room = (self.shape.width - 2.0 * EDGE) / self.widest;
        for line in wrapped(&title, size, room, 2, "") {
            self.line(EDGE, size, &line, "text");
        }
        let size = self.shape.size;
        let words = phrases::standing(state, self.language);
        let width = lines::width(words, Weight::Bold, size) * self.widest + 20.0;
        let (top, height) = (self.height + 6.0, size * 1.65);
        let base = top + height / 2.0 + size * 0.36;
        let date = newest.map(|date| phrases::date(date, self.language));
        self.parts.push(html! {
            rect class=(format!("timeline-chip timeline-{}", class(state))) x=(number(EDGE)) y=(number(top))
                width=(number(width)) height=(number(height)) rx=(number(height / 2.0)) {}
            text class="timeline-on-chip" x=(number(EDGE + width / 2.0)) y=(number(base)) text-anchor="middle" font-weight="bold" { (words) }
            @if let Some(date) = date {
                text class="timeline-muted" x=(number(EDGE + width + 10.0)) y=(number(base)) { (date) }
            }
        });
        self.height = top + height + NEAR;
    }

    /// The middle of the line to come.
    fn mark_at(&self) -> f32 {
        self.height + self.shape.height_of_line() / 2.0
    }

    fn line(&mut self, x: f32, size: f32, line: &Line, class: &str) {
        let base = self.height + size * 1.05;
        self.parts.push(html! {
            text class=(format!("timeline-{class}")) x=(number(x)) y=(number(base))
                font-size=(number(size)) {
                @for run in &line.runs {
                    @match run.weight {
                        Weight::Bold => tspan font-weight="bold" class=[run.class] { (run.text) },
                        Weight::Plain => tspan class=[run.class] { (run.text) },
                    }
                }
            }
        });
        self.height += size * 1.4;
    }

    /// A date beside the axis, on the line to come.
    fn date(&mut self, date: Option<Date>, beside: bool) {
        if !beside {
            return;
        }
        let date = date.map_or_else(
            || words::undated(self.language).to_owned(),
            |date| words::short_date(date, self.language),
        );
        let base = self.height + self.shape.size * 1.05;
        self.parts.push(html! {
            text class="timeline-text" x=(number(self.shape.axis - 16.0)) y=(number(base))
                text-anchor="end" font-weight="bold" { (date) }
        });
    }

    fn room(&self) -> f32 {
        (self.shape.width - self.shape.text_at() - EDGE) / self.widest
    }

    /// Words that tell of what is shown.
    fn aside(&mut self, text: &str, most: usize) {
        let runs = [Run::new(Weight::Plain, text)];
        for line in wrapped(&runs, self.shape.size, self.room(), most, "") {
            self.line(self.shape.text_at(), self.shape.size, &line, "muted");
        }
    }

    /// What somebody said, and who.
    fn said(&mut self, who: &str, class: &'static str, excerpt: &Excerpt) {
        let [open, close] = words::quotation_marks(self.language);
        let mut runs = Vec::new();
        if !who.is_empty() {
            runs.push(Run::classed(Weight::Bold, who, class));
        }
        let said = said(excerpt);
        // "Vedtak: Vedtak: …" says it twice.
        let label = |label: &&str| {
            let begin = said.get(..label.len());
            class == "timeline-decided"
                && begin.is_some_and(|begin| begin.eq_ignore_ascii_case(label))
        };
        let label = ["Vedtak:", "Decision:"].into_iter().find(label);
        let said = said[label.map_or(0, str::len)..].trim_start();
        runs.push(Run::new(Weight::Plain, &format!("{open}{said}{close}")));
        let shape = self.shape;
        for line in wrapped(&runs, shape.size, self.room(), shape.lines, close) {
            self.line(shape.text_at(), shape.size, &line, "text");
        }
    }

    fn stop(&mut self, stop: &Stop) {
        /// So many decisions of one meeting are shown.
        const DECISIONS: usize = 2;
        let (shape, language) = (self.shape, self.language);
        self.date(stop.date, shape.dates_beside);
        let date = stop.date.filter(|_| !shape.dates_beside);
        let mut head = Vec::new();
        if let Some(date) = date {
            let date = words::short_date(date, language);
            head.push(Run::classed(Weight::Bold, &date, "timeline-strong"));
        }
        head.push(Run::new(Weight::Plain, &stop.label));
        let most = if shape.dates_beside { 1 } else { 2 };
        for line in wrapped(&head, shape.size, self.room(), most, "") {
            self.line(shape.text_at(), shape.size, &line, "muted");
        }
        let label = format!("{}:", words::decided(language));
        for decision in stop.decisions.iter().take(DECISIONS) {
            self.said(&label, "timeline-decided", decision);
        }
        let apart = |position: &&&Excerpt| {
            let mut decisions = stop.decisions.iter();
            decisions.all(|other| other.end <= position.start || position.end <= other.start)
        };
        let mut shown: Vec<&str> = Vec::new();
        let mut left = stop.decisions.len().saturating_sub(DECISIONS);
        for position in stop.positions.iter().filter(apart) {
            let Some(holder) = position.holder.as_deref() else {
                continue;
            };
            if shown.contains(&holder) {
                continue;
            }
            if shown.len() >= shape.holders {
                left += 1;
                continue;
            }
            shown.push(holder);
            let holder = super::visible::one_line(holder);
            let who = phrases::stance(&holder, position.stance, language);
            self.said(&format!("{who}:"), of_stance(position.stance), position);
        }
        if shown.is_empty()
            && stop.decisions.is_empty()
            && let Some(summary) = stop.summary
        {
            self.said("", "", summary);
        }
        if left > 0 {
            self.aside(&words::more(left, language), 1);
        }
    }

    fn mark(&mut self, at: f32, decided: bool) {
        let axis = self.shape.axis;
        self.parts.push(match decided {
            true => html! {
                rect class="timeline-mark-decided" x=(number(axis - MARK)) y=(number(at - MARK))
                    width=(number(2.0 * MARK)) height=(number(2.0 * MARK))
                    transform=(format!("rotate(45 {} {})", number(axis), number(at))) {}
            },
            false => html! {
                circle class="timeline-mark" cx=(number(axis)) cy=(number(at)) r=(number(MARK)) {}
            },
        });
    }

    fn axis(&mut self, from: f32, to: f32, open: bool) {
        let x = number(self.shape.axis);
        let dashes = open.then_some("3 4");
        self.parts.push(html! {
            line class="timeline-axis" x1=(x) x2=(x) y1=(number(from)) y2=(number(to)) stroke-dasharray=[dashes] {}
        });
    }
}

/// How much further from the meeting at `later` one at `earlier` lies than one that follows at once.
fn apart(earlier: Option<Date>, later: Date) -> f32 {
    let months = |date: Date| f32::from(date.year()) * 12.0 + f32::from(date.month().unwrap_or(6));
    let between = earlier.map_or(0.0, |earlier| (months(later) - months(earlier)).max(0.0));
    ((1.0 + between).log2() * PER_DOUBLING).min(FAR)
}

fn class(state: Standing) -> &'static str {
    match state {
        Standing::Decided => "state-decided",
        Standing::UnderDiscussion => "state-discussed",
        Standing::Negotiation => "state-negotiated",
        Standing::Postponed => "state-postponed",
        Standing::Announced => "state-announced",
        Standing::Concluded => "state-concluded",
        Standing::Unknown => "state-unknown",
    }
}

fn of_stance(stance: Option<Stance>) -> &'static str {
    match stance {
        Some(Stance::Supports) => "timeline-for",
        Some(Stance::Opposes) => "timeline-against",
        _ => "timeline-holder",
    }
}

/// A coordinate, to the tenth.
fn number(value: f32) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests;
