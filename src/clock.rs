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
    Date::of_seconds(now()).context("this machine's clock is wrong: set it")
}
