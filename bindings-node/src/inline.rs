//! Futures that run where they are woken.

use connectly_conversions::Result;

use crate::answers::{Answers, Unanswered};
use crate::{engine, record};

/// Begins the future on this thread, and answers the call `id` with its record. Whoever wakes it
/// carries it on: the store's own thread, as soon as an event is on the disk. By way of the engine
/// each call would wait for one thread more.
///
/// For futures that are done soon once they are woken: they hold up who wakes them.
pub(crate) fn answer<T: Send + 'static>(
    id: u32,
    answers: Answers,
    future: impl Future<Output = Result<T>> + Send + 'static,
    told: impl FnOnce(&T) -> String + Send + 'static,
) -> Result<()> {
    let _timers = engine::handle()?.enter();
    let whole = async move {
        let unanswered = Unanswered::new(id, answers.clone());
        let result = future.await;
        answers.give(id, &result.map_or_else(|error| record::error(&error), |done| told(&done)));
        unanswered.answered();
    };
    let builder = async_task::Builder::new().propagate_panic(true);
    let (runnable, task) = builder.spawn(
        |()| whole,
        |runnable: async_task::Runnable| {
            runnable.run();
        },
    );
    task.detach();
    runnable.run();
    Ok(())
}
