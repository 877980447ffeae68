//! Points in time on the command line: RFC 3339 or milliseconds since the Unix epoch.
//!
//! Days are counted in the proleptic Gregorian calendar with years that begin in March, so that a leap day ends its
//! year. No time zones but UTC and fixed offsets, no leap seconds.

use anyhow::{Context, ensure};

const MS_A_DAY: i64 = 86_400_000;
/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_EPOCH: i64 = 719_468;
const DAYS_IN_400_YEARS: i64 = 146_097;

/// Reads `2013-01-31T10:00:00.250Z`, with `Z` or an offset such as `+02:00`, or a number of milliseconds.
pub(crate) fn parse(text: &str) -> anyhow::Result<i64> {
    if let Ok(ms) = text.parse() {
        return Ok(ms);
    }
    rfc3339(text).with_context(|| {
        format!("{text:?} is neither milliseconds since 1970 nor of the form 2013-01-31T10:00:00Z")
    })
}

/// Writes milliseconds since the Unix epoch as `2013-01-31T10:00:00.250Z`; whole seconds without the fraction.
pub(crate) fn format(ms: i64) -> String {
    let (days, rest) = (ms.div_euclid(MS_A_DAY), ms.rem_euclid(MS_A_DAY));
    let (year, month, day) = date_of(days);
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
    let fraction = match rest % 1000 {
        0 => String::new(),
        fraction => format!(".{fraction:03}"),
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

fn rfc3339(text: &str) -> anyhow::Result<i64> {
    let (date, time) = text.split_once(['T', 't', ' ']).context("there is no time of day")?;
    let (time, offset_minutes) = offset(time)?;
    let [year, month, day] = numbers(date, '-')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(time, ':')?;
    ensure!((0..=9999).contains(&year) && (1..=12).contains(&month), "there is no such month");
    ensure!(date_of(days_of(year, month, day)) == (year, month, day), "there is no such day");
    ensure!(hour < 24 && minute < 60 && second < 60, "there is no such time of day");
    ensure!(fraction.bytes().all(|digit| digit.is_ascii_digit()), "the fraction is not a number");
    let ms: i64 = format!("{fraction:0<3.3}").parse()?;
    let minutes = hour * 60 + minute - offset_minutes;
    Ok(days_of(year, month, day) * MS_A_DAY + minutes * 60_000 + second * 1000 + ms)
}

/// Splits the offset from UTC, in minutes, off a time of day.
fn offset(time: &str) -> anyhow::Result<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Ok((time, 0));
    }
    let sign_at = time.rfind(['+', '-']).context("there is no Z and no offset")?;
    let (time, offset) = time.split_at(sign_at);
    let (sign, offset) = offset.split_at(1);
    let [hours, minutes] = numbers(offset, ':')?;
    ensure!(hours < 24 && minutes < 60, "there is no such offset");
    let minutes = hours * 60 + minutes;
    Ok((time, if sign == "-" { -minutes } else { minutes }))
}

fn numbers<const COUNT: usize>(text: &str, separator: char) -> anyhow::Result<[i64; COUNT]> {
    let parts: Result<Vec<i64>, _> =
        text.split(separator).map(|part| part.parse::<u32>().map(i64::from)).collect();
    parts?.try_into().ok().context("a part is missing")
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_400 = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = of_400 * 365 + of_400 / 4 - of_400 / 100 + day_of_year;
    year.div_euclid(400) * DAYS_IN_400_YEARS + days - DAYS_TO_EPOCH
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_EPOCH;
    let (era, of_era) = (days.div_euclid(DAYS_IN_400_YEARS), days.rem_euclid(DAYS_IN_400_YEARS));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year + year / 4 - year / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_points_in_time_read_and_write_alike() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999Z", -1),
            ("2000-02-29T12:00:00Z", 951_825_600_000),
            ("2013-01-01T10:00:00Z", 1_357_034_400_000),
            ("2100-03-01T00:00:00.007Z", 4_107_542_400_007),
        ] {
            assert_eq!(parse(text).unwrap(), ms, "{text}");
            assert_eq!(format(ms), text);
        }
    }

    #[test]
    fn every_day_of_500_years_survives_the_way_there_and_back() {
        for days in -200_000..0_i64 {
            let text = format(days * MS_A_DAY);
            assert_eq!(parse(&text).unwrap(), days * MS_A_DAY, "{text}");
        }
    }

    #[test]
    fn an_offset_is_taken_off_and_milliseconds_pass_as_they_are() {
        assert_eq!(parse("1970-01-01T02:30:00+02:30").unwrap(), 0);
        assert_eq!(parse("1969-12-31T23:00:00-01:00").unwrap(), 0);
        assert_eq!(parse("1970-01-01 00:00:00.5Z").unwrap(), 500);
        assert_eq!(parse("-7").unwrap(), -7);
    }

    #[test]
    fn what_is_no_point_in_time_is_refused_with_its_text() {
        for text in
            ["yesterday", "2013-02-29T00:00:00Z", "2013-01-01", "2013-01-01T24:00:00Z", "2013-01-01T00:00:00"]
        {
            let error = parse(text).unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
        }
    }
}
