//! How fast three hosts deliver before, while and after something goes wrong.

use std::path::Path;
use std::time::{Duration, Instant};

use connectly_conversions::Fault;

use crate::chaos::Chaos;
use crate::event;
use crate::hosts::Hosts;

/// So long the API takes: it is what the rate depends on, and not the machine.
const DELAY: Duration = Duration::from_millis(100);

/// More than are delivered in this time by twelve requests at once.
const A_SECOND: u64 = 150;

/// After this time all shall be as before.
const RECOVERY: Duration = Duration::from_secs(5);

/// Longer than a lease.
const CUT_OFF: Duration = Duration::from_secs(70);

const LEFT_IDLE: Duration = Duration::from_secs(120);

/// Events a second around one kind of chaos.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// What went wrong.
    pub chaos: Chaos,
    /// Before.
    pub before: f64,
    /// Meanwhile.
    pub during: f64,
    /// After.
    pub after: f64,
}

/// Measures it for each kind, for so long before and after each; gives what is wrong, too.
#[must_use]
pub fn measure(program: &Path, window: Duration) -> (Vec<Rates>, Vec<String>, String) {
    let mut hosts = Hosts::start(program, None);
    hosts.until_each_works("at first");
    hosts.sandbox.clear_faults();
    hosts.sandbox.fail_next(Fault::delay(DELAY).times(0));
    let around = CUT_OFF + LEFT_IDLE + Duration::from_secs(120);
    let all = window * 2 * u32::try_from(Chaos::ALL.len()).unwrap() + around;
    hosts.fill(all.as_secs() * A_SECOND);
    let rates = Chaos::ALL.map(|chaos| {
        let before = hosts.rate(|_| std::thread::sleep(window));
        let during = hosts.rate(|hosts| match chaos {
            Chaos::HostCutOff => hosts.while_cut_off(|_| std::thread::sleep(CUT_OFF)),
            Chaos::SessionLeftIdle => hosts.while_left_idle(|_| std::thread::sleep(LEFT_IDLE)),
            chaos => hosts.strike(chaos),
        });
        std::thread::sleep(RECOVERY);
        let after = hosts.rate(|_| std::thread::sleep(window));
        Rates { chaos, before, during, after }
    });
    let (problems, sum) = hosts.judge();
    (rates.to_vec(), problems, sum)
}

impl Hosts<'_> {
    /// Delivered events a second meanwhile.
    fn rate(&mut self, meanwhile: impl FnOnce(&mut Self)) -> f64 {
        let (began, before) = (Instant::now(), self.sandbox.received().len());
        meanwhile(self);
        let count = self.sandbox.received().len() - before;
        f64::from(u32::try_from(count).unwrap()) / began.elapsed().as_secs_f64()
    }

    /// Enqueues so many events.
    fn fill(&self, count: u64) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let outbox = event::outbox_at(&self.database.tcp_url());
        let outbox = outbox.enqueue_timeout(Duration::from_secs(600)).build().unwrap();
        let names: Vec<_> = (0..count).map(|number| event::name("stock", number)).collect();
        runtime.block_on(async {
            for names in names.chunks(2_000) {
                let events = names.iter().map(|name| event::event(name));
                outbox.enqueue_many(events).await.unwrap();
            }
            outbox.close().await;
        });
    }
}
