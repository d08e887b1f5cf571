//! How the I/O thread tells whoever waits that there is news.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;

use crate::exit_guard;

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) struct Bell {
    /// For who blocks.
    condition: Condvar,
    /// For who does not: what is called.
    wakes: bool,
    /// Taken, cloned and dropped with the GIL only: a reference that is dropped without it waits
    /// in a locked list of pyo3's, which a fork could inherit.
    wake: Mutex<Option<Py<PyAny>>>,
}

impl Bell {
    pub(crate) fn new(wake: Option<Py<PyAny>>) -> Self {
        Self { condition: Condvar::new(), wakes: wake.is_some(), wake: Mutex::new(wake) }
    }

    /// On the I/O thread.
    pub(crate) fn ring(&self) {
        self.condition.notify_all();
        if self.wakes {
            exit_guard::with_python(|py| {
                let wake = locked(&self.wake).as_ref().map(|wake| wake.clone_ref(py));
                // Fails where the event loop is closed: then nobody waits.
                let _ = wake.map(|wake| wake.call0(py));
            });
        }
    }

    /// Blocks until it is as asked for, or the time is over; tells which.
    pub(crate) fn wait<T>(
        &self,
        state: &Mutex<T>,
        patience: Duration,
        ready: impl Fn(&T) -> bool,
    ) -> bool {
        let waits = |state: &mut T| !ready(state);
        let waited = self.condition.wait_timeout_while(locked(state), patience, waits);
        ready(&waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    /// Calls nobody any more. With the GIL. A forked child may have inherited the lock held.
    pub(crate) fn silence(&self) {
        if let Ok(mut wake) = self.wake.try_lock() {
            drop(wake.take());
        }
    }
}
