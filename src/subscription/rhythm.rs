//! When somebody hears of what is new: at once, or at an hour of the day or week where they live.

use jiff::ToSpan;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// How often somebody wants to hear.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rhythm {
    /// As soon as it is known.
    #[default]
    Once,
    /// Once a day.
    Daily,
    /// Once a week.
    Weekly,
}

impl Rhythm {
    /// All there are.
    pub const ALL: [Rhythm; 3] = [Rhythm::Once, Rhythm::Daily, Rhythm::Weekly];

    /// The name by which it is kept and typed.
    pub fn name(self) -> &'static str {
        match self {
            Rhythm::Once => "once",
            Rhythm::Daily => "daily",
            Rhythm::Weekly => "weekly",
        }
    }

    /// The rhythm with this name.
    pub fn of(name: &str) -> Option<Rhythm> {
        Rhythm::ALL.into_iter().find(|rhythm| rhythm.name() == name)
    }
}

/// When digests are told.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    zone: TimeZone,
    at: Time,
    weekday: Weekday,
}

/// What a schedule cannot be made of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchedule {
    /// No such time zone.
    #[error("there is no time zone \"{0}\": write one as \"Europe/Oslo\"")]
    Zone(String),
    /// No such time of the day.
    #[error("\"{0}\" is no time of the day: write one as \"08:00\"")]
    Time(String),
    /// No such day of the week.
    #[error("\"{0}\" is no day of the week: write one as \"monday\"")]
    Day(String),
}

impl Default for Schedule {
    fn default() -> Self {
        Schedule {
            zone: TimeZone::get("Europe/Oslo").unwrap_or(TimeZone::UTC),
            at: Time::constant(8, 0, 0, 0),
            weekday: Weekday::Monday,
        }
    }
}

impl Schedule {
    /// Digests at the time `at` ("08:00") in `zone` ("Europe/Oslo"); those of a week on `weekday` ("monday").
    pub fn new(zone: &str, at: &str, weekday: &str) -> Result<Schedule, InvalidSchedule> {
        const DAYS: [(&str, Weekday); 7] = [
            ("monday", Weekday::Monday),
            ("tuesday", Weekday::Tuesday),
            ("wednesday", Weekday::Wednesday),
            ("thursday", Weekday::Thursday),
            ("friday", Weekday::Friday),
            ("saturday", Weekday::Saturday),
            ("sunday", Weekday::Sunday),
        ];
        let number = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse::<i8>().ok()).flatten()
        };
        let time = at
            .split_once(':')
            .and_then(|(hour, minute)| Time::new(number(hour)?, number(minute)?, 0, 0).ok());
        let day = DAYS.iter().find(|(name, _)| *name == weekday);
        Ok(Schedule {
            zone: TimeZone::get(zone).map_err(|_| InvalidSchedule::Zone(zone.to_owned()))?,
            at: time.ok_or_else(|| InvalidSchedule::Time(at.to_owned()))?,
            weekday: day
                .ok_or_else(|| InvalidSchedule::Day(weekday.to_owned()))?
                .1,
        })
    }

    /// When something is told that is known at `now`, in seconds since 1970. A time that a clock skips is
    /// told as much later, one that comes twice is told the first time.
    pub fn due(&self, rhythm: Rhythm, now: i64) -> i64 {
        if rhythm == Rhythm::Once {
            return now;
        }
        self.next(rhythm, now).unwrap_or(now)
    }

    fn next(&self, rhythm: Rhythm, now: i64) -> Option<i64> {
        let here = jiff::Timestamp::from_second(now)
            .ok()?
            .to_zoned(self.zone.clone());
        let mut day = here.date();
        // A week ahead every day has come, and the hour of the eighth is past `now`.
        for _ in 0..=8 {
            let fits = rhythm == Rhythm::Daily || day.weekday() == self.weekday;
            let at = day.to_datetime(self.at).to_zoned(self.zone.clone()).ok()?;
            let at = at.timestamp().as_second();
            if fits && at > now {
                return Some(at);
            }
            day = day.checked_add(1.day()).ok()?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_second()
    }

    fn due(schedule: &Schedule, rhythm: Rhythm, now: &str) -> String {
        let due = schedule.due(rhythm, second(now));
        jiff::Timestamp::from_second(due).unwrap().to_string()
    }

    #[test]
    fn a_digest_comes_at_its_hour_in_summer_and_winter() {
        let schedule = Schedule::new("Europe/Oslo", "08:00", "monday").unwrap();
        for (rhythm, now, at) in [
            (Rhythm::Once, "2026-11-22T21:00:00Z", "2026-11-22T21:00:00Z"),
            (
                Rhythm::Daily,
                "2026-11-22T21:00:00Z",
                "2026-11-23T07:00:00Z",
            ),
            (
                Rhythm::Daily,
                "2026-07-01T05:59:59Z",
                "2026-07-01T06:00:00Z",
            ),
            // What is known at that very second is told the next time.
            (
                Rhythm::Daily,
                "2026-07-01T06:00:00Z",
                "2026-07-02T06:00:00Z",
            ),
            // The nights in which summer time begins and ends.
            (
                Rhythm::Daily,
                "2026-03-28T20:00:00Z",
                "2026-03-29T06:00:00Z",
            ),
            (
                Rhythm::Daily,
                "2026-10-24T20:00:00Z",
                "2026-10-25T07:00:00Z",
            ),
            (
                Rhythm::Weekly,
                "2026-10-24T20:00:00Z",
                "2026-10-26T07:00:00Z",
            ),
            (
                Rhythm::Weekly,
                "2026-10-26T07:00:00Z",
                "2026-11-02T07:00:00Z",
            ),
            (
                Rhythm::Weekly,
                "2026-03-23T07:00:00Z",
                "2026-03-30T06:00:00Z",
            ),
        ] {
            assert_eq!(due(&schedule, rhythm, now), at, "{rhythm:?} {now}");
        }
    }

    #[test]
    fn an_hour_that_is_skipped_or_comes_twice_is_told_once() {
        let schedule = Schedule::new("Europe/Oslo", "02:30", "sunday").unwrap();
        for (now, at) in [
            // In March the clock goes from two to three.
            ("2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),
            ("2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"),
            // In October half past two comes at 00:30 and at 01:30 in Greenwich.
            ("2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
            ("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
            ("2026-10-25T01:29:00Z", "2026-10-26T01:30:00Z"),
        ] {
            assert_eq!(due(&schedule, Rhythm::Daily, now), at, "{now}");
        }
    }

    #[test]
    fn what_is_no_schedule_says_so() {
        let said = |zone, at, day| Schedule::new(zone, at, day).unwrap_err().to_string();
        assert!(said("Europa/Oslo", "08:00", "monday").contains("Europa/Oslo"));
        for at in ["8:00", "24:00", "08.00", "0800", ""] {
            assert!(said("Europe/Oslo", at, "monday").contains("write one as \"08:00\""));
        }
        assert!(said("Europe/Oslo", "08:00", "mandag").contains("mandag"));
    }
}
