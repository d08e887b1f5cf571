//! What is done before a fork, and after it on both sides.

use std::cell::RefCell;
use std::ffi::c_int;
use std::io;
use std::panic::catch_unwind;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where a fork has led.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The process that forked, also where no child came of it.
    Parent,
    /// The new process.
    Child,
}

/// What is done after a fork, on either side, by the thread that forked.
pub type After = Box<dyn FnOnce(Side)>;

static BEFORE: OnceLock<fn() -> After> = OnceLock::new();
static IS_REGISTERED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// What the fork that this thread makes has to do yet.
    static AFTER: RefCell<Option<After>> = const { RefCell::new(None) };
}

// Of the C library on every Unix; the standard library links it.
unsafe extern "C" {
    fn pthread_atfork(
        prepare: Option<unsafe extern "C" fn()>,
        parent: Option<unsafe extern "C" fn()>,
        child: Option<unsafe extern "C" fn()>,
    ) -> c_int;
}

/// From now on, whoever forks this process, in whichever language: `before` is called first, and
/// what it gives is called after the fork, once in each of the two processes. Both run on the
/// thread that forks.
///
/// There is one such function a process; a second one is ignored. What starts a program without a
/// copy of this process (`posix_spawn`, `vfork`) does not count as a fork.
///
/// # Errors
/// Where the C library has no memory for it.
pub fn around_fork(before: fn() -> After) -> io::Result<()> {
    // Whoever came first is the one.
    let _ = BEFORE.set(before);
    if IS_REGISTERED.load(Ordering::Acquire) {
        return Ok(());
    }
    // Two threads may both come here; handlers that are called twice do nothing the second time.
    // SAFETY: the handlers are functions of this library, which stays loaded or, where the C
    // library lets it be unloaded, takes its handlers with it.
    match unsafe { pthread_atfork(Some(prepare), Some(in_parent), Some(in_child)) } {
        0 => {
            IS_REGISTERED.store(true, Ordering::Release);
            Ok(())
        }
        code => Err(io::Error::from_raw_os_error(code)),
    }
}

unsafe extern "C" fn prepare() {
    guarded(|| {
        let is_due = AFTER.try_with(|after| after.borrow().is_none());
        if let (Ok(true), Some(before)) = (is_due, BEFORE.get()) {
            let after = before();
            let _ = AFTER.try_with(|slot| *slot.borrow_mut() = Some(after));
        }
    });
}

unsafe extern "C" fn in_parent() {
    after(Side::Parent);
}

unsafe extern "C" fn in_child() {
    after(Side::Child);
}

fn after(side: Side) {
    guarded(|| {
        let after = AFTER.try_with(|slot| slot.borrow_mut().take());
        if let Ok(Some(after)) = after {
            after(side);
        }
    });
}

/// A panic cannot pass through C.
fn guarded(what: impl FnOnce() + std::panic::UnwindSafe) {
    let _ = catch_unwind(what);
}
