//! CPU time of this process, user and system, and a table of it.

use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// One measured loop.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    cpu: Duration,
    wall: Duration,
    events: usize,
}

impl Sample {
    pub(crate) fn micros(self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.events as f64
    }

    pub(crate) fn rate(self) -> f64 {
        self.events as f64 / self.wall.as_secs_f64()
    }
}

fn cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    let seconds = |time: TimeVal| {
        Duration::from_secs(time.tv_sec().unsigned_abs())
            + Duration::from_micros(time.tv_usec().unsigned_abs())
    };
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// Begins to measure; the answer ends it after this many events.
pub(crate) fn start() -> impl FnOnce(usize) -> Sample {
    let (cpu_before, began) = (cpu(), Instant::now());
    move |events| Sample { cpu: cpu().saturating_sub(cpu_before), wall: began.elapsed(), events }
}

/// Measures what `work` does for `events` events.
pub(crate) fn sample(events: usize, work: impl FnOnce()) -> Sample {
    let end = start();
    work();
    end(events)
}

/// The median of the rounds, by CPU time.
pub(crate) fn median(mut samples: Vec<Sample>) -> Sample {
    samples.sort_by(|a, b| a.micros().total_cmp(&b.micros()));
    samples[samples.len() / 2]
}

/// Lines of the report, each beside the line that it is compared with.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<(String, Sample, Option<f64>, Option<f64>)>,
}

impl Table {
    pub(crate) fn baseline(&mut self, name: &str, sample: Sample) {
        self.rows.push((name.to_owned(), sample, None, None));
    }

    /// `budget` is the highest ratio to `baseline` that was promised.
    pub(crate) fn row(
        &mut self,
        name: &str,
        sample: Sample,
        baseline: Sample,
        budget: Option<f64>,
    ) {
        let ratio = sample.micros() / baseline.micros();
        self.rows.push((name.to_owned(), sample, Some(ratio), budget));
    }

    #[allow(clippy::print_stdout)]
    pub(crate) fn print(&self) {
        println!("| what | CPU µs an event | events/s | ratio | budget |");
        println!("|---|---|---|---|---|");
        for (name, sample, ratio, budget) in &self.rows {
            let ratio = ratio.map_or_else(|| "1 (baseline)".to_owned(), |r| format!("{r:.2}"));
            let budget = budget.map_or_else(String::new, |b| format!("≤ {b:.2}"));
            let (micros, rate) = (sample.micros(), sample.rate());
            println!("| {name} | {micros:.2} | {rate:.0} | {ratio} | {budget} |");
        }
    }
}

/// Resident memory in KiB.
pub(crate) fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0)
}
