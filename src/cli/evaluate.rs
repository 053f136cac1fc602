//! The command `evaluate`: scores the answers to gold questions.

use std::io::Write;
use std::path::Path;

use super::arguments::Half;
use super::questions::bot;
use super::scores;
use crate::app::App;
use crate::evaluate::{evaluate, read};

/// Asks the questions in `file`, or every other, and shows what the answers are worth.
pub(super) fn run(
    app: &App,
    file: &Path,
    misses: bool,
    half: Option<Half>,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let mut questions = read(file)?;
    let mut odd = false;
    questions.retain(|_| {
        odd = !odd;
        half.is_none_or(|half| (half == Half::Odd) == odd)
    });
    let evaluation = evaluate(&bot(app, true)?, &questions)?;
    for flaw in &evaluation.flaws {
        let (file, line) = (file.display(), flaw.line);
        eprintln!("referent: {file}, line {line} ({}): {}", flaw.id, flaw.flaw);
    }
    if json {
        writeln!(out, "{}", serde_json::to_string(&evaluation)?)?;
        return Ok(());
    }
    scores::write(&evaluation, out)?;
    if misses {
        scores::misses(&evaluation, out)?;
    }
    Ok(())
}
