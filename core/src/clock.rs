//! The API's clock, as its answers tell it by their `Date`, and how this machine's differs.
//!
//! What is learned is always a lower bound of the API's time, so that whoever goes by it accepts
//! no moment that lies in the API's future. It holds for as long as both clocks of the machine go
//! on in step: a wall clock that was set, or a machine that slept, makes it void.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use crate::model::{EARLIEST, unix_seconds};

/// Clocks that differ by less, in seconds, are as good as the same: the rules of time allow more.
pub(crate) const TOLERANCE: i64 = 60;

/// Two clocks of one machine that differ by more have not gone on in step.
const STEP: Duration = Duration::from_secs(5);

/// The clock of the API that this process talks to.
static OF_PROCESS: LazyLock<ServerClock> = LazyLock::new(ServerClock::default);

/// What this process was first warned of.
static WARNING: OnceLock<String> = OnceLock::new();

/// That this machine's clock is wrong, once an answer has told it. For a binding that logs it.
pub fn clock_warning() -> Option<&'static str> {
    WARNING.get().map(String::as_str)
}

/// What is known of a server's clock; clones know the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServerClock(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    learned: Mutex<Option<Learned>>,
    warned: AtomicBool,
}

#[derive(Debug, Clone, Copy)]
struct Learned {
    /// Add these seconds to the machine's time.
    offset: i64,
    at: Moment,
}

/// A moment by both clocks of this machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub wall: SystemTime,
    pub steady: Instant,
}

impl Moment {
    pub(crate) fn now() -> Self {
        Self { wall: SystemTime::now(), steady: Instant::now() }
    }

    /// Whether both clocks have gone on by the same time since.
    fn is_in_step_with(self, earlier: Self) -> bool {
        let steady = self.steady.saturating_duration_since(earlier.steady);
        let wall = self.wall.duration_since(earlier.wall).unwrap_or_default();
        steady.abs_diff(wall) <= STEP
    }
}

/// So many seconds the server's clock, which wrote `date` between `sent` and `received`, is ahead
/// of the machine's, and never more than it is; 0 where they may be the same or differ by little.
pub(crate) fn offset(date: i64, sent: i64, received: i64) -> i64 {
    // Each is a floored second, so either end may be one second off.
    let (least, most) = (date - received - 1, date + 1 - sent);
    let differs = least > TOLERANCE || most < -TOLERANCE;
    if differs { least } else { 0 }
}

fn warning(offset: i64) -> String {
    let way = if offset > 0 { "behind" } else { "ahead of" };
    format!(
        "this machine's clock is {} s {way} the API's: set it. Until then, whether an event lies in \
         the future is judged by the API's clock",
        offset.abs()
    )
}

impl ServerClock {
    /// What all clients of the real API share.
    pub(crate) fn of_process() -> &'static Self {
        &OF_PROCESS
    }

    /// An answer with this `Date` came.
    pub(crate) fn learn(&self, date: SystemTime, sent: Moment, received: Moment) {
        let date = unix_seconds(date);
        if date < EARLIEST || !received.is_in_step_with(sent) {
            return;
        }
        let offset = offset(date, unix_seconds(sent.wall), unix_seconds(received.wall));
        // Never waited for: another thread may hold it, and in a forked child for ever.
        if let Ok(mut learned) = self.0.learned.try_lock() {
            *learned = (offset != 0).then_some(Learned { offset, at: received });
        }
        if offset != 0 && !self.0.warned.swap(true, Ordering::Relaxed) {
            let warning = warning(offset);
            tracing::warn!("{warning}");
            // Another client may have been first.
            let _ = WARNING.set(warning);
        }
    }

    /// The server's time for what the machine's wall clock calls `wall` now; the machine's own
    /// where nothing is known.
    pub(crate) fn corrected(&self, wall: i64) -> i64 {
        self.learned().map_or(wall, |learned| learned.correct(wall, Moment::now()))
    }

    /// Never waited for, as above.
    fn learned(&self) -> Option<Learned> {
        self.0.learned.try_lock().ok().and_then(|learned| *learned)
    }
}

impl Learned {
    fn correct(self, wall: i64, at: Moment) -> i64 {
        if at.is_in_step_with(self.at) { wall.saturating_add(self.offset) } else { wall }
    }
}

/// Clocks are the same where they know the same for ever.
impl PartialEq for ServerClock {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ServerClock {}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::time::UNIX_EPOCH;

    use tracing::{Metadata, span};

    use super::*;

    const NOW: i64 = 1_770_000_000;

    /// The machine's clocks so many seconds after a start.
    fn moment(start: Instant, seconds: u64) -> Moment {
        let now = UNIX_EPOCH + Duration::from_secs(NOW.unsigned_abs());
        let later = Duration::from_secs(seconds);
        Moment { wall: now + later, steady: start + later }
    }

    fn date(seconds: i64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())
    }

    #[test]
    fn clocks_that_may_be_the_same_or_differ_by_little_are_not_corrected() {
        for (date, sent, received) in [
            (NOW, NOW, NOW),
            // Written at any second of a slow request.
            (NOW, NOW, NOW + 300),
            (NOW + 300, NOW, NOW + 300),
            (NOW + 61, NOW, NOW),
            (NOW - 61, NOW, NOW),
        ] {
            assert_eq!(offset(date, sent, received), 0, "{date} {sent} {received}");
        }
    }

    #[test]
    fn the_servers_time_is_never_overestimated() {
        // The server writes its date at some moment between the two; its clock shows `ahead` more
        // than the machine's, with any fraction of a second on each.
        for ahead in [-86_400, -600, -70, 70, 600, 86_400_i64] {
            for (took, wrote) in [(0, 0), (9, 0), (9, 5), (9, 9)] {
                let offset = offset(NOW + wrote + ahead, NOW, NOW + took);
                let is_small = ahead.abs() <= TOLERANCE + took + 1;
                assert!(offset <= ahead || offset == 0 && is_small, "{ahead} {took}: {offset}");
                assert!(offset == 0 || ahead - offset <= took + 1, "{ahead} {took}: {offset}");
            }
        }
        assert_eq!(offset(NOW + 600, NOW, NOW), 599);
        assert_eq!(offset(NOW - 600, NOW, NOW), -601);
    }

    #[test]
    fn what_was_learned_holds_while_the_machines_clocks_go_on_in_step() {
        let (clock, start) = (ServerClock::default(), Instant::now());
        assert_eq!(clock.corrected(NOW), NOW);
        clock.learn(date(NOW + 600), moment(start, 0), moment(start, 0));
        let learned = clock.learned().unwrap();
        assert_eq!(learned.correct(NOW, moment(start, 0)), NOW + 599);
        assert_eq!(learned.correct(NOW + 3_600, moment(start, 3_600)), NOW + 4_199);
        // The wall clock was set, forth or back, and a machine slept: its steady clock stood.
        for seconds in [600, -600, 30_000] {
            let mut at = moment(start, 700);
            at.wall = date(NOW + 700 + seconds);
            assert_eq!(learned.correct(NOW, at), NOW, "{seconds}");
        }
        // The next answer tells that it is well again.
        clock.learn(date(NOW + 700), moment(start, 700), moment(start, 700));
        assert_eq!(clock.corrected(NOW + 700), NOW + 700);
    }

    /// Counts what is logged on this thread.
    struct Counter(Arc<AtomicUsize>);

    impl tracing::Subscriber for Counter {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }

        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

        fn event(&self, _: &tracing::Event<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }

        fn enter(&self, _: &span::Id) {}

        fn exit(&self, _: &span::Id) {}
    }

    #[test]
    fn a_clock_that_differs_is_warned_of_once() {
        let (clock, start, warned) = (ServerClock::default(), Instant::now(), Arc::default());
        tracing::subscriber::with_default(Counter(Arc::clone(&warned)), || {
            clock.learn(date(NOW + 10), moment(start, 0), moment(start, 0));
            assert_eq!(warned.load(Ordering::Relaxed), 0);
            for ahead in [600, 600, -600] {
                clock.clone().learn(date(NOW + ahead), moment(start, 0), moment(start, 0));
            }
        });
        assert_eq!(warned.load(Ordering::Relaxed), 1);
        assert!(clock_warning().unwrap().starts_with("this machine's clock is "));
    }

    #[test]
    fn the_warning_says_which_way_it_is_wrong_and_by_how_much() {
        assert!(
            warning(599).starts_with("this machine's clock is 599 s behind the API's: set it.")
        );
        assert!(warning(-601).starts_with("this machine's clock is 601 s ahead of the API's: set"));
    }

    #[test]
    fn nothing_is_learned_from_a_clock_that_stands_or_a_request_in_which_it_was_set() {
        let (clock, start) = (ServerClock::default(), Instant::now());
        clock.learn(UNIX_EPOCH, moment(start, 0), moment(start, 0));
        let set = Moment { wall: date(NOW + 900), steady: start };
        clock.learn(date(NOW), moment(start, 0), set);
        assert_eq!(clock.corrected(NOW), NOW);
    }
}
