//! What the console can show: colours, its width, and a bar of progress.

use std::io::IsTerminal;

use crate::ingest::{Progress, Silent};
use crate::render::plain::Style;

/// Whether escape codes may be written there: it is a terminal and nobody asked for none
/// (<https://no-color.org>).
pub(super) fn colored(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

pub(super) fn style() -> Style {
    let stdout = std::io::stdout();
    let width = stdout.is_terminal().then(|| console_width().min(100));
    Style {
        color: colored(&stdout),
        width,
    }
}

fn console_width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0))
}

pub(super) fn progress() -> Box<dyn Progress> {
    if std::io::stderr().is_terminal() {
        Box::new(Bar(progress_bar()))
    } else {
        Box::new(Silent)
    }
}

/// A progress bar that appears with the first step, on a terminal.
pub(super) fn progress_bar() -> indicatif::ProgressBar {
    indicatif::ProgressBar::hidden()
}

pub(super) fn show(bar: &indicatif::ProgressBar, done: u64, total: u64, what: &str) {
    if bar.is_hidden() && std::io::stderr().is_terminal() {
        bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
        let style = indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
        bar.set_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()));
    }
    bar.set_length(total);
    bar.set_position(done);
    bar.set_message(what.to_owned());
}

/// Progress of reading and embedding, as a bar.
struct Bar(indicatif::ProgressBar);

impl Progress for Bar {
    fn file(&self, done: usize, total: usize, path: &str) {
        show(&self.0, done as u64, total as u64, path);
        if done == total {
            self.0.finish_and_clear();
        }
    }

    fn passages(&self, done: usize, total: usize) {
        self.file(done, total, "passages embedded");
    }
}
