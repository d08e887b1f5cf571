//! How far it is, for whoever watches.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

use super::documents::Inputs;
use super::exit::{DONE, Failure, REFUSED, worse};
use super::render::Row;

/// Prints rows, counts them, and draws a line on standard error where that is a terminal.
pub(super) struct Progress {
    bar: ProgressBar,
    /// Rows go to the terminal that the line is drawn on.
    shares_terminal: bool,
    read: Arc<AtomicU64>,
    began: Instant,
    /// What has become of an event that did what was asked: `received`, `valid`.
    good: &'static str,
    counts: [u64; 3],
    as_json: bool,
    code: u8,
    printed: Result<(), Failure>,
}

impl Progress {
    pub(super) fn new(inputs: &Inputs, good: &'static str, as_json: bool) -> Self {
        let bar = match inputs.length {
            Some(length) => ProgressBar::new(length),
            None => ProgressBar::no_length(),
        };
        let template = match inputs.length {
            Some(_) => "{bar:30} {percent}% {msg}, {eta} left",
            None => "{spinner} {msg}, {elapsed}",
        };
        // Both are known to be templates.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(500));
        }
        Self {
            bar: bar.with_finish(ProgressFinish::Abandon),
            shares_terminal: std::io::stdout().is_terminal(),
            read: inputs.read(),
            began: Instant::now(),
            good,
            counts: [0; 3],
            as_json,
            code: DONE,
            printed: Ok(()),
        }
    }

    /// Prints a row. Whoever stops reading stops no event.
    pub(super) fn row(&mut self, row: &Row<'_>, out: &mut impl Write) {
        let code = row.exit_code();
        self.code = worse(self.code, code);
        self.counts[match code {
            DONE => 0,
            REFUSED => 1,
            _ => 2,
        }] += 1;
        if self.printed.is_ok() {
            let mut write = || row.write(out, self.as_json);
            self.printed = if self.shares_terminal { self.bar.suspend(write) } else { write() };
        }
        if !self.bar.is_hidden() {
            self.bar.set_position(self.read.load(Ordering::Relaxed));
            self.bar.set_message(self.message());
        }
    }

    fn message(&self) -> String {
        let [good, refused, failed] = self.counts;
        let all = u32::try_from(good + refused + failed).unwrap_or(u32::MAX);
        let rate = f64::from(all) / self.began.elapsed().as_secs_f64().max(1e-3);
        let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        format!("{good} {}, {refused} refused{failed}, {rate:.0}/s", self.good)
    }

    /// The exit code of all.
    pub(super) fn end(self) -> Result<u8, Failure> {
        match self.printed {
            Err(Failure::Io(_, error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            printed => printed?,
        }
        Ok(self.code)
    }
}
