//! Dates as minutes have them: a day, a month or a year, as known.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A day, a month or a year. Written "2021-06-16", "2021-06" or "2021"; ordered by the first day it
/// can mean, the less exact first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Date {
    year: u16,
    /// 1 to 12; 0 where unknown.
    month: u8,
    /// 1 to 31; 0 where unknown.
    day: u8,
}

/// A text that is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a date: write a day (2021-06-16), a month (2021-06) or a year (2021)")]
pub struct InvalidDate(String);

impl Date {
    /// The date, if there is such a day; month and day may be absent. Years from 1800 to 2199.
    pub fn new(year: u16, month: Option<u8>, day: Option<u8>) -> Option<Date> {
        let date = Date {
            year,
            month: month.unwrap_or(0),
            day: day.unwrap_or(0),
        };
        let real = (1800..2200).contains(&year)
            && month.is_none_or(|month| (1..=12).contains(&month))
            && day.is_none_or(|day| {
                month.is_some_and(|month| (1..=days_in(year, month)).contains(&day))
            });
        real.then_some(date)
    }

    /// The day that a time in seconds since 1970 lies in, by UTC.
    pub fn of_seconds(seconds: i64) -> Option<Date> {
        let day = time::OffsetDateTime::from_unix_timestamp(seconds).ok()?;
        let year = u16::try_from(day.year()).ok()?;
        Date::new(year, Some(day.month().into()), Some(day.day()))
    }

    /// The year.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1, where it is known.
    pub fn month(self) -> Option<u8> {
        (self.month > 0).then_some(self.month)
    }

    /// The day of the month, where it is known.
    pub fn day(self) -> Option<u8> {
        (self.day > 0).then_some(self.day)
    }

    /// Whether a day that this date may mean is also one that `other` may mean: June 2021 overlaps
    /// 16 June 2021 and the year 2021.
    pub fn overlaps(self, other: Date) -> bool {
        let same = |a: u8, b: u8| a == 0 || b == 0 || a == b;
        self.year == other.year && same(self.month, other.month) && same(self.day, other.day)
    }
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if self.month > 0 {
            write!(f, "-{:02}", self.month)?;
        }
        if self.day > 0 {
            write!(f, "-{:02}", self.day)?;
        }
        Ok(())
    }
}

impl FromStr for Date {
    type Err = InvalidDate;

    /// Reads ISO 8601, whole or a leading part of it; a time after the day is left out.
    fn from_str(text: &str) -> Result<Date, InvalidDate> {
        let invalid = || InvalidDate(text.to_owned());
        let date = text.split(['T', ' ']).next().unwrap_or_default();
        let mut parts = date.split('-').map(|part| {
            let plain = part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse::<u16>().ok()).flatten()
        });
        let year = parts.next().flatten().ok_or_else(invalid)?;
        let mut part = || match parts.next() {
            None => Ok(None),
            Some(number) => number
                .and_then(|n| u8::try_from(n).ok())
                .map(Some)
                .ok_or_else(invalid),
        };
        let (month, day) = (part()?, part()?);
        if part()?.is_some() {
            return Err(invalid());
        }
        Date::new(year, month, day).ok_or_else(invalid)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

impl TryFrom<String> for Date {
    type Error = InvalidDate;

    fn try_from(text: String) -> Result<Date, InvalidDate> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_as_exact_as_they_are_known() {
        for text in ["2021-06-16", "2021-06", "2021"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        assert_eq!(
            "2021-06-16T09:00:00Z".parse::<Date>().unwrap().to_string(),
            "2021-06-16"
        );
        for text in [
            "2021-13",
            "2021-02-29",
            "21",
            "juni",
            "2021-06-16-1",
            "",
            "2021-",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_month_overlaps_its_days_and_its_year() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        assert!(date("2021-06").overlaps(date("2021-06-16")));
        assert!(date("2021").overlaps(date("2021-06")));
        assert!(!date("2021-06").overlaps(date("2021-08")));
    }
}
