//! What is known of one airport and hour.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Flight;

/// The flights of one airport that were scheduled for one hour. Its text form is JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourSummary {
    /// Flights that were to depart.
    pub scheduled: u64,
    /// Flights that did.
    pub departed: u64,
    /// The sum of the departures' delays in minutes; early departures count as negative.
    pub delay_minutes: i64,
}

impl HourSummary {
    /// Returns the summary with one more flight.
    #[must_use]
    pub fn with(self, flight: &Flight) -> Self {
        Self {
            scheduled: self.scheduled + 1,
            departed: self.departed + u64::from(flight.delay_minutes.is_some()),
            delay_minutes: self.delay_minutes + flight.delay_minutes.unwrap_or(0),
        }
    }

    /// Returns the mean delay of the departures in minutes; nothing if no flight departed.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a mean of minutes needs no more than 52 bits")]
    pub fn mean_delay_minutes(&self) -> Option<f64> {
        (self.departed > 0).then(|| self.delay_minutes as f64 / self.departed as f64)
    }
}

impl fmt::Display for HourSummary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for HourSummary {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}
