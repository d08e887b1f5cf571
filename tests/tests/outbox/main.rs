//! Runs `vectors/outbox.json`: the outbox in a file of its own, against the sandbox.

mod play;
mod steps;

use std::sync::Mutex;

use connectly_conformance::{Report, vectors};

use play::{Failure, outbox, play};
use steps::Case;

/// Each case waits for its disk and its connections, so a few are played at once.
const AT_ONCE: usize = 4;

#[test]
fn every_case() -> Result<(), Box<dyn std::error::Error>> {
    let cases = vectors::<Case>("outbox")?;
    let folder = tempfile::tempdir()?;
    let (queue, report) =
        (Mutex::new(cases.into_iter().enumerate()), Mutex::new(Report::default()));
    let play_some = || -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        loop {
            let next = queue.lock().map_err(|_| "a case panicked")?.next();
            let Some((index, case)) = next else { return Ok(()) };
            let file = folder.path().join(format!("{index}.db"));
            let outbox = outbox(&format!("sqlite://{}", file.display()))?;
            let played = runtime.block_on(play(&case, outbox));
            let problem = played.unwrap_or_else(|failure| Some(failure.to_string()));
            report.lock().map_err(|_| "a case panicked")?.case(&case.name, problem);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(play_some)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a case panicked")?)
    })
    .map_err(|failure| failure.to_string())?;
    report.into_inner()?.finish()?;
    Ok(())
}
