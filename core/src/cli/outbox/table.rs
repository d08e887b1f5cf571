//! Tables for people, lines of JSON for machines.

use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::cli::exit::Failure;
use crate::outbox::{Millis, Record};
use crate::text::one_line;

/// One object on a line of its own.
pub(super) fn json(out: &mut impl Write, value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *out, value).map_err(io::Error::from)?;
    Ok(writeln!(out)?)
}

/// Names, and a value to each.
pub(super) fn facts(out: &mut impl Write, facts: &[(&str, String)]) -> Result<(), Failure> {
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, value) in facts {
        writeln!(out, "{name:width$}  {}", one_line(value))?;
    }
    Ok(())
}

/// Rows below a head, each column as wide as its widest cell; the last one is not padded.
pub(super) fn rows<const N: usize>(
    out: &mut impl Write,
    head: [&str; N],
    rows: &[[String; N]],
) -> Result<(), Failure> {
    let head = head.map(str::to_owned);
    let all = || std::iter::once(&head).chain(rows);
    let widths: [usize; N] = std::array::from_fn(|column| {
        all().map(|row| row[column].chars().count()).max().unwrap_or_default()
    });
    for row in all() {
        let cells: Vec<_> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

/// What the order was worth.
pub(super) fn money(record: &Record) -> String {
    match (&record.value, &record.currency) {
        (Some(value), Some(currency)) => format!("{value} {currency}"),
        _ => "-".to_owned(),
    }
}

/// A text of the shop's, or a dash.
pub(super) fn text(given: Option<&str>) -> String {
    given.map_or("-".to_owned(), |text| one_line(text).to_string())
}

/// A time as RFC 3339, in UTC.
pub(super) fn time(millis: Millis) -> String {
    let seconds = jiff::Timestamp::from_millisecond(millis).map(jiff::Timestamp::as_second);
    match seconds.and_then(jiff::Timestamp::from_second) {
        Ok(time) => time.to_string(),
        // Further away than any calendar: a pause without an end.
        Err(_) => "never".to_owned(),
    }
}

/// How long ago that was.
pub(super) fn ago(millis: Millis) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let then = Duration::from_millis(u64::try_from(millis).unwrap_or_default());
    span(now.saturating_sub(then))
}

/// A span in its largest unit.
pub(super) fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut out = Vec::new();
        let cells = |row: [&str; 2]| row.map(str::to_owned);
        rows(&mut out, ["ID", "ORDER"], &[cells(["1", "A"]), cells(["1000", "ÄÖ"])]).ok().unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "ID    ORDER\n1     A\n1000  ÄÖ\n");
    }

    #[test]
    fn a_span_is_told_in_its_largest_unit() {
        let told = |seconds| span(Duration::from_secs(seconds));
        assert_eq!(told(0), "0 s");
        assert_eq!(told(119), "119 s");
        assert_eq!(told(120), "2 min");
        assert_eq!(told(7_200), "2 h");
        assert_eq!(told(172_800), "2 d");
    }

    #[test]
    fn a_time_is_in_utc_and_without_an_end_it_is_never() {
        assert_eq!(time(1_770_000_000_999), "2026-02-02T02:40:00Z");
        assert_eq!(time(Millis::MAX), "never");
    }
}
