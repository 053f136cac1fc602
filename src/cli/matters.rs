//! The commands on matters: `status` and `positions`.

use std::io::Write;
use std::path::Path;

use anyhow::Context;

use super::console::style;
use super::questions::bot;
use crate::answer::card::Status;
use crate::app::App;
use crate::clock::today;
use crate::config::Invalid;
use crate::corpus::Date;
use crate::question::restriction::{Filter, Key};
use crate::render::timeline::{self, Colors, Shape};
use crate::render::{json, plain};

/// Shows where a matter stands.
pub(super) fn status(
    app: &App,
    topic: &[String],
    since: Option<Date>,
    picture: Option<&Path>,
    as_json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let status = bot(app, false)?.status(&topic.join(" "), since, today()?)?;
    if let Some(file) = picture {
        draw(&status, file)?;
    }
    if as_json {
        writeln!(out, "{}", serde_json::to_value(json::Status::from(status))?)?;
    } else {
        write!(out, "{}", plain::status(&status, style()))?;
    }
    Ok(())
}

/// Draws the meetings of a matter over time.
fn draw(status: &Status, file: &Path) -> anyhow::Result<()> {
    let ending = file.extension().and_then(|ending| ending.to_str());
    let drawn = match ending.map(str::to_lowercase).as_deref() {
        Some("svg") => timeline::svg(status, &Shape::WIDE, Colors::Own).map(String::into_bytes),
        Some("png") => timeline::png(status, &Shape::WIDE),
        _ => {
            return Err(Invalid::new(format!(
                "{}: a picture is PNG or SVG: let the name end with .png or .svg",
                file.display()
            ))
            .into());
        }
    };
    let Some(drawn) = drawn else { return Ok(()) };
    std::fs::write(file, drawn).with_context(|| format!("cannot write {}", file.display()))
}

/// Shows who holds which position.
pub(super) fn positions(
    app: &App,
    topic: &[String],
    holders: &[String],
    as_json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let bot = bot(app, false)?;
    let mut filter = Filter::default();
    for holder in holders {
        filter.add(Key::Holder, holder)?;
    }
    bot.check(&filter)?;
    let positions = bot.positions(&topic.join(" "), &filter)?;
    if as_json {
        writeln!(out, "{}", serde_json::to_value(&positions)?)?;
    } else {
        write!(
            out,
            "{}",
            plain::positions(&positions, &bot.searched(), style())
        )?;
    }
    Ok(())
}
