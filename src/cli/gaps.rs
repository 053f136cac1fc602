//! The command `gaps`: what people asked in vain, and what they disliked.

use std::io::Write;

use crate::app::App;
use crate::render::one_line;

/// Shows gaps and feedback of the last `days`, or all that is kept.
pub(super) fn run(
    app: &App,
    gold: bool,
    days: Option<u32>,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let gaps = app.gaps(days)?;
    if json {
        writeln!(out, "{}", serde_json::to_string(&gaps)?)?;
        return Ok(());
    }
    if gold {
        for question in gaps.gold() {
            writeln!(out, "{}", serde_json::to_string(&question)?)?;
        }
        return Ok(());
    }
    for topic in &gaps.unanswered {
        writeln!(out, "{:4} x  {}", topic.times, one_line(&topic.topic))?;
        for asked in topic.questions.iter().skip(1) {
            writeln!(out, "        {}", one_line(&asked.question))?;
        }
    }
    for disliked in &gaps.disliked {
        let (up, down) = (disliked.up, disliked.down);
        writeln!(out, "+{up} -{down}  {}", one_line(&disliked.asked.question))?;
        for reason in &disliked.reasons {
            writeln!(out, "        because: {}", one_line(reason))?;
        }
        for shown in &disliked.shown {
            writeln!(
                out,
                "        shown: {} ({})",
                one_line(&shown.text),
                one_line(&shown.path)
            )?;
        }
    }
    if gaps.unanswered.is_empty() && gaps.disliked.is_empty() {
        writeln!(out, "nothing was asked in vain, and nothing disliked")?;
    }
    Ok(())
}
