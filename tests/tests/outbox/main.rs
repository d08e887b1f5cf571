//! Runs `vectors/outbox.json`: the outbox in a file or a database of its own, against the sandbox.

mod play;
mod steps;

use std::sync::Mutex;

use connectly_conformance::{Report, vectors};

use play::{Failure, outbox, play};
use steps::Case;

/// Each case waits for its disk and its connections, so a few are played at once.
const AT_ONCE: usize = 4;

#[test]
fn every_case_in_a_file() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    every_case(&|case| {
        Ok(format!("sqlite://{}", folder.path().join(format!("{case}.db")).display()))
    })
}

#[test]
fn every_case_in_a_database() -> Result<(), Failure> {
    let server = connectly_test_postgres::server()?;
    every_case(&|_| Ok(server.database()?.url()))
}

/// Plays all of them, each with an outbox at the URL that `place` gives.
fn every_case(place: &(dyn Fn(usize) -> Result<String, Failure> + Sync)) -> Result<(), Failure> {
    let cases = vectors::<Case>("outbox").map_err(|error| error.to_string())?;
    let (queue, report) =
        (Mutex::new(cases.into_iter().enumerate()), Mutex::new(Report::default()));
    let play_some = || -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        loop {
            let next = queue.lock().map_err(|_| "a case panicked")?.next();
            let Some((index, case)) = next else { return Ok(()) };
            let played = runtime.block_on(play(&case, outbox(&place(index)?)?));
            let problem = played.unwrap_or_else(|failure| Some(failure.to_string()));
            report.lock().map_err(|_| "a case panicked")?.case(&case.name, problem);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(play_some)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a case panicked")?)
    })?;
    report.into_inner().map_err(|_| "a case panicked")?.finish()?;
    Ok(())
}
