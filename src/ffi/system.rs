//! What the core asks of the system's C library: the other direction of this folder.

#[cfg(not(unix))]
pub(crate) use elsewhere::*;
#[cfg(unix)]
pub(crate) use unix::*;

#[cfg(unix)]
mod unix {
    use std::cell::UnsafeCell;
    use std::mem::MaybeUninit;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    /// How often this process and its ancestors forked since [`watch_process`].
    static FORKS: AtomicU64 = AtomicU64::new(0);
    static UNFORKABLE: Lock = Lock(UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER));

    /// Counts forks from now on, and makes [`without_fork_or_exit`] do what it says. Registers handlers once.
    pub(crate) fn watch_process() {
        static IS_WATCHED: AtomicBool = AtomicBool::new(false);
        if IS_WATCHED.swap(true, Ordering::AcqRel) {
            return;
        }
        // SAFETY: the handlers live as long as the process, since the library is linked with -z nodelete.
        // Without memory for them a fork is noticed by the process id alone.
        let _ = unsafe { libc::pthread_atfork(Some(before_fork), Some(in_parent), Some(in_child)) };
        // SAFETY: as above.
        let _ = unsafe { libc::atexit(at_exit) };
    }

    pub(crate) fn forks() -> u64 {
        FORKS.load(Ordering::Relaxed)
    }

    /// Runs a body in the middle of which this process neither forks nor exits: whoever does either waits until
    /// the body has ended, and a body that begins after exit() never runs.
    pub(crate) fn without_fork_or_exit<T>(body: impl FnOnce() -> T) -> T {
        struct Unlock;
        impl Drop for Unlock {
            fn drop(&mut self) {
                UNFORKABLE.unlock();
            }
        }
        UNFORKABLE.lock();
        let _unlock = Unlock;
        body()
    }

    /// Runs a body with all signals blocked for this thread and for those that it starts.
    pub(crate) fn with_signals_blocked<T>(body: impl FnOnce() -> T) -> T {
        struct Restore(libc::sigset_t);
        impl Drop for Restore {
            fn drop(&mut self) {
                // SAFETY: the set was written by pthread_sigmask(); no old set is asked for.
                unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
            }
        }
        let mut all = MaybeUninit::uninit();
        // SAFETY: the place is valid for writing a set.
        unsafe { libc::sigfillset(all.as_mut_ptr()) };
        let mut before = MaybeUninit::uninit();
        // SAFETY: sigfillset() wrote the first set, and the second place is valid for writing one.
        let failed = unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) };
        // SAFETY: the call wrote the set, since it succeeded.
        let _restore = (failed == 0).then(|| Restore(unsafe { before.assume_init() }));
        body()
    }

    /// A lock of the C library, which may be unlocked in the child by the thread that locked it in the parent.
    struct Lock(UnsafeCell<libc::pthread_mutex_t>);

    // SAFETY: a mutex is made to be used by several threads at once.
    unsafe impl Sync for Lock {}

    impl Lock {
        fn lock(&self) {
            // SAFETY: the mutex is initialised, never moves and is never destroyed.
            unsafe { libc::pthread_mutex_lock(self.0.get()) };
        }

        fn unlock(&self) {
            // SAFETY: as above, and this thread has locked it, or the one that forked it has.
            unsafe { libc::pthread_mutex_unlock(self.0.get()) };
        }
    }

    extern "C" fn before_fork() {
        UNFORKABLE.lock();
    }

    extern "C" fn in_parent() {
        UNFORKABLE.unlock();
    }

    extern "C" fn in_child() {
        FORKS.fetch_add(1, Ordering::Relaxed);
        UNFORKABLE.unlock();
    }

    /// Never unlocked: what is destroyed after it must not be in use.
    extern "C" fn at_exit() {
        UNFORKABLE.lock();
    }
}

#[cfg(not(unix))]
mod elsewhere {
    pub(crate) fn watch_process() {}

    pub(crate) fn forks() -> u64 {
        0
    }

    pub(crate) fn without_fork_or_exit<T>(body: impl FnOnce() -> T) -> T {
        body()
    }

    pub(crate) fn with_signals_blocked<T>(body: impl FnOnce() -> T) -> T {
        body()
    }
}
