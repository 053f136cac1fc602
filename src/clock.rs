//! What time it is: the only place that looks.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;

use crate::corpus::Date;

/// The time, in seconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// The day it is, by UTC.
pub fn today() -> anyhow::Result<Date> {
    day(now()).context("this machine's clock is wrong: set it")
}

/// The day, by UTC, of a time in seconds since 1970.
pub fn day(time: i64) -> Option<Date> {
    let day = time::OffsetDateTime::from_unix_timestamp(time).ok()?.date();
    let year = u16::try_from(day.year()).ok()?;
    Date::new(year, Some(day.month().into()), Some(day.day()))
}
