//! Rows of figures; those where an aim is missed come first.

use std::time::Instant;

/// One line.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) own: f64,
    pub(crate) other: f64,
    pub(crate) ratio: f64,
    pub(crate) is_met: bool,
}

/// Prints them under these heads.
pub(crate) fn print(heads: [&str; 4], aim: &str, mut rows: Vec<Row>) {
    rows.sort_by_key(|row| row.is_met);
    let [what, own, other, ratio] = heads;
    println!("| {what} | {own} | {other} | {ratio} | aim {aim} |\n|---|--:|--:|--:|---|");
    for Row { what, own, other, ratio, is_met } in rows {
        let met = if is_met { "met" } else { "missed" };
        println!("| {what} | {own:.1} | {other:.1} | {ratio:.2} | {met} |");
    }
}

/// Microseconds for each of so many.
pub(crate) fn micros(count: usize, work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64() * 1e6 / count as f64
}

/// The value in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
