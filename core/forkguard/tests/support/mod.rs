//! Forks in C, as uWSGI makes them.

/// Runs `child` in a fork and gives its exit code; a hang ends as a signal, not as a code.
#[allow(dead_code, reason = "not every test uses it")]
pub(crate) fn in_fork(child: impl FnOnce() -> bool) -> Option<i32> {
    fork_and(child, || {})
}

/// The same, and does something in the parent before it waits for the child.
pub(crate) fn fork_and(child: impl FnOnce() -> bool, meanwhile: impl FnOnce()) -> Option<i32> {
    // SAFETY: the child touches only what is its own and leaves by `_exit`.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        // SAFETY: plain system calls. The alarm ends a child that hangs.
        unsafe {
            libc::alarm(30);
            libc::_exit(i32::from(!child()));
        }
    }
    meanwhile();
    let mut status = 0;
    // SAFETY: `status` is writable.
    let waited = unsafe { libc::waitpid(pid, &raw mut status, 0) };
    (pid > 0 && waited == pid && libc::WIFEXITED(status)).then(|| libc::WEXITSTATUS(status))
}
