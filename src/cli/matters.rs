//! The commands on matters: `status` and `positions`.

use std::io::Write;

use serde_json::json;

use super::console::style;
use super::questions::bot;
use crate::app::App;
use crate::clock::today;
use crate::corpus::Date;
use crate::question::restriction::{Filter, Key};
use crate::render::{phrases, plain};

/// Shows where a matter stands.
pub(super) fn status(
    app: &App,
    topic: &[String],
    since: Option<Date>,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let status = bot(app, false)?.status(&topic.join(" "), since, today()?)?;
    if json {
        let mut value = serde_json::to_value(&status)?;
        let reason = (!status.found).then(|| phrases::no_status(&status));
        value["reason"] = json!(reason);
        writeln!(out, "{value}")?;
    } else {
        write!(out, "{}", plain::status(&status, style()))?;
    }
    Ok(())
}

/// Shows who holds which position.
pub(super) fn positions(
    app: &App,
    topic: &[String],
    holders: &[String],
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let bot = bot(app, false)?;
    let mut filter = Filter::default();
    for holder in holders {
        filter.add(Key::Holder, holder)?;
    }
    bot.check(&filter)?;
    let positions = bot.positions(&topic.join(" "), &filter)?;
    if json {
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
