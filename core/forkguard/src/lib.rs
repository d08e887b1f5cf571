//! For what cannot survive `fork`: a value per process (runtimes, connection pools, locks), and
//! something to be done around the fork itself (files whose locks are not inherited).
//!
//! After a fork the child has the parent's memory and one of its threads. A runtime whose threads
//! are gone hangs on use and even on drop, a lock that another thread held stays locked for ever,
//! and an epoll descriptor is shared with the parent. So the child must touch none of it: it makes
//! its own value and *leaks* the inherited one.
//!
//! This crate is the one place of the workspace for `unsafe`. Nothing here blocks, and nothing
//! here is a lock, since a lock could itself be inherited while held.

#[cfg(unix)]
mod around;

#[cfg(unix)]
pub use around::{After, Side, around_fork};

use std::fmt;
use std::marker::PhantomData;
use std::process;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A lazily made value that belongs to the process that made it.
///
/// A process that did not make the value, because it was forked since, makes its own. Within one
/// process the value stays the same until the cell is dropped.
///
/// Processes are told apart by their ids. A descendant could in theory be given the id of a dead
/// ancestor whose value nobody between them replaced; with 2^22 ids that does not happen by
/// accident.
///
/// ```
/// use connectly_forkguard::PerProcess;
///
/// static OWNER: PerProcess<u32> = PerProcess::new();
/// assert_eq!(*OWNER.get_or_init(std::process::id), std::process::id());
/// ```
pub struct PerProcess<T> {
    /// Null, or a box that this cell owns.
    slot: AtomicPtr<Slot<T>>,
    /// The cell drops and hands out `T` as a box would.
    owns: PhantomData<Box<Slot<T>>>,
}

struct Slot<T> {
    pid: u32,
    value: T,
}

// SAFETY: the cell owns its value as a `Box<T>` does, so it may move where the value may.
unsafe impl<T: Send> Send for PerProcess<T> {}

// SAFETY: threads that share the cell get `&T` (hence `T: Sync`), and one of them may install a
// value that another thread later drops with the cell (hence `T: Send`).
unsafe impl<T: Send + Sync> Sync for PerProcess<T> {}

impl<T> PerProcess<T> {
    /// An empty cell.
    #[must_use]
    pub const fn new() -> Self {
        Self { slot: AtomicPtr::new(ptr::null_mut()), owns: PhantomData }
    }

    /// This process's value, if there is one yet.
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.of_process(self.slot.load(Ordering::Acquire), process::id())
    }

    /// This process's value; made now where there is none.
    ///
    /// Threads that come at the same time may each make one: the first to finish is kept, the
    /// others are dropped before anybody has used them.
    pub fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        match self.get_or_try_init(|| Ok::<T, std::convert::Infallible>(make())) {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    /// As [`PerProcess::get_or_init`], for a value that can fail to be made.
    ///
    /// # Errors
    /// Whatever `make` returns; the cell is then as before.
    pub fn get_or_try_init<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        let pid = process::id();
        let mut seen = self.slot.load(Ordering::Acquire);
        if let Some(value) = self.of_process(seen, pid) {
            return Ok(value);
        }
        let fresh = Box::into_raw(Box::new(Slot { pid, value: make()? }));
        loop {
            let swap = self.slot.compare_exchange(seen, fresh, Ordering::AcqRel, Ordering::Acquire);
            let Err(now) = swap else {
                // A replaced value was inherited. It is leaked on purpose: dropping it hangs.
                // SAFETY: `fresh` came from `Box::into_raw`, and the cell now keeps it until it
                // is dropped itself: the slot of a process is never replaced in that process.
                return Ok(unsafe { &(*fresh).value });
            };
            if let Some(value) = self.of_process(now, pid) {
                // SAFETY: `fresh` came from `Box::into_raw` and was never shared.
                drop(unsafe { Box::from_raw(fresh) });
                return Ok(value);
            }
            seen = now;
        }
    }

    /// The value behind a pointer that was read from `self.slot`, if this process made it.
    #[expect(clippy::unused_self, reason = "ties the reference to the cell")]
    fn of_process(&self, slot: *mut Slot<T>, pid: u32) -> Option<&T> {
        // SAFETY: a pointer in the slot is null or a box that lives as long as the cell: what is
        // replaced is leaked, so an inherited one may be read too (only its plain `pid` is).
        let slot = unsafe { slot.as_ref() }?;
        (slot.pid == pid).then_some(&slot.value)
    }
}

impl<T> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Drop for PerProcess<T> {
    /// Drops the value in the process that made it; leaks an inherited one.
    fn drop(&mut self) {
        let slot = *self.slot.get_mut();
        // SAFETY: as in `of_process`; `&mut self` says that nobody else holds a reference.
        if unsafe { slot.as_ref() }.is_some_and(|slot| slot.pid == process::id()) {
            // SAFETY: it came from `Box::into_raw` and only this cell owned it.
            drop(unsafe { Box::from_raw(slot) });
        }
    }
}

impl<T> fmt::Debug for PerProcess<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerProcess").field("made", &self.get().is_some()).finish()
    }
}
