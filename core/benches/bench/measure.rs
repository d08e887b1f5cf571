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

/// The value in the middle.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Lines of the report, each beside the line that it is compared with; medians of the rounds.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    micros: f64,
    rate: f64,
    ratio: Option<f64>,
    budget: Option<f64>,
}

impl Row {
    fn new(name: &str, rounds: &[Sample]) -> Self {
        let micros = median(rounds.iter().map(|round| round.micros()));
        let rate = median(rounds.iter().map(|round| round.rate()));
        Self { name: name.to_owned(), micros, rate, ratio: None, budget: None }
    }
}

impl Table {
    pub(crate) fn baseline(&mut self, name: &str, rounds: &[Sample]) {
        self.rows.push(Row::new(name, rounds));
    }

    /// `budget` is the highest ratio to `baseline` that was promised. The ratio is of each round
    /// by itself, since the machine is another one in the next.
    pub(crate) fn row(
        &mut self,
        name: &str,
        rounds: &[Sample],
        baseline: &[Sample],
        budget: Option<f64>,
    ) {
        let pairs = rounds.iter().zip(baseline);
        let ratio = Some(median(pairs.map(|(own, base)| own.micros() / base.micros())));
        self.rows.push(Row { ratio, budget, ..Row::new(name, rounds) });
    }

    #[allow(clippy::print_stdout)]
    pub(crate) fn print(&self) {
        println!("| what | CPU µs an event | events/s | ratio | budget |");
        println!("|---|---|---|---|---|");
        for Row { name, micros, rate, ratio, budget } in &self.rows {
            let ratio = ratio.map_or_else(|| "1 (baseline)".to_owned(), |r| format!("{r:.2}"));
            let budget = budget.map_or_else(String::new, |b| format!("≤ {b:.2}"));
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
