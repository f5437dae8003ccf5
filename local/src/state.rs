//! What outlives the process, with `--state DIR`: keys, secrets, the control token, sessions.
//!
//! The folder is the user's alone. Each file is written next to its place and moved there whole, so that a process may
//! be killed at any moment. Without a folder, nothing is kept.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{FlockOperation, Mode, OFlags, fchmod, flock, fstat, fsync, open, openat, renameat};
use rustix::io::Errno;
use rustix::process::geteuid;

/// The state could not be kept or read; one line.
#[derive(Debug)]
pub(crate) struct StateError(pub(crate) String);

impl std::fmt::Display for StateError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for StateError {}

/// Where things are kept, if anywhere.
pub(crate) struct State(Option<Folder>);

struct Folder {
    path: PathBuf,
    /// Held while files change; the lock on the folder itself keeps other processes out.
    folder: Mutex<File>,
}

impl State {
    /// Keeps nothing.
    pub(crate) fn in_memory() -> State {
        State(None)
    }

    /// Opens a folder, or makes it. One that is a symbolic link, another user's or open to others is refused.
    pub(crate) fn open(path: &Path) -> Result<State, StateError> {
        let refuse = |why: &str| StateError(format!("state folder {}: {why}", path.display()));
        // With a slash at its end, a symbolic link would be followed.
        let path: &Path = &path.components().collect::<PathBuf>();
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(refuse(&error.to_string()));
            }
            _ => {}
        }
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
        let folder = open(path, flags, Mode::empty()).map_err(|error| match error {
            Errno::LOOP | Errno::NOTDIR => refuse("is not a folder, or a symbolic link"),
            error => refuse(&error.to_string()),
        })?;
        let stat = fstat(&folder).map_err(|error| refuse(&error.to_string()))?;
        if stat.st_uid != geteuid().as_raw() {
            return Err(refuse("belongs to another user"));
        }
        let mode = stat.st_mode & 0o7777;
        if mode & 0o077 != 0 {
            return Err(refuse(&format!("its mode is {mode:04o}, and has to be 0700")));
        }
        Ok(State(Some(Folder { path: path.to_owned(), folder: Mutex::new(File::from(folder)) })))
    }

    /// What was written under this name, if anything.
    pub(crate) fn read(&self, name: &'static str) -> Result<Option<Vec<u8>>, StateError> {
        let Some(kept) = &self.0 else { return Ok(None) };
        let folder = kept.folder.lock().unwrap_or_else(PoisonError::into_inner);
        kept.read(&folder, name)
    }

    /// Replaces what is kept under this name.
    pub(crate) fn write(&self, name: &'static str, bytes: &[u8]) -> Result<(), StateError> {
        let Some(kept) = &self.0 else { return Ok(()) };
        let folder = kept.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let _locked = kept.lock(&folder)?;
        kept.write(&folder, name, bytes)
    }

    /// What is kept under this name, or else what `create` makes, which is then kept. Of several processes, one makes
    /// it and all have the same.
    pub(crate) fn read_or_create<E: From<StateError>>(
        &self,
        name: &'static str,
        create: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Vec<u8>, E> {
        self.update(name, |kept| kept.map_or_else(create, Ok))
    }

    /// Replaces what is kept under this name by what `change` makes of it, while no other process changes anything.
    pub(crate) fn update<E: From<StateError>>(
        &self,
        name: &'static str,
        change: impl FnOnce(Option<Vec<u8>>) -> Result<Vec<u8>, E>,
    ) -> Result<Vec<u8>, E> {
        let Some(kept) = &self.0 else { return change(None) };
        let folder = kept.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let _locked = kept.lock(&folder)?;
        let before = kept.read(&folder, name)?;
        let after = change(before.clone())?;
        if before.as_ref() != Some(&after) {
            kept.write(&folder, name, &after)?;
        }
        Ok(after)
    }

    /// Makes this process the only server of the folder, until the answer is dropped or the process ends.
    pub(crate) fn claim(&self) -> Result<Claim, StateError> {
        let Some(kept) = &self.0 else { return Ok(Claim { _locked: None }) };
        let folder = kept.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&*folder, "server", flags, Mode::RUSR | Mode::WUSR)
            .map_err(|error| kept.error("server cannot be opened", error))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Claim { _locked: Some(File::from(file)) }),
            Err(Errno::WOULDBLOCK) => {
                Err(StateError(format!("state folder {}: another server uses it", kept.path.display())))
            }
            Err(error) => Err(kept.error("cannot be locked", error)),
        }
    }
}

/// That no other server uses the folder.
pub(crate) struct Claim {
    _locked: Option<File>,
}

/// The lock on a folder, which ends with this (or with the process).
struct Locked<'a>(&'a File);

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        let _ = flock(self.0, FlockOperation::Unlock);
    }
}

impl Folder {
    fn lock<'a>(&self, folder: &'a File) -> Result<Locked<'a>, StateError> {
        flock(folder, FlockOperation::LockExclusive)
            .map_err(|error| self.error("cannot be locked", error))?;
        Ok(Locked(folder))
    }

    fn read(&self, folder: &File, name: &str) -> Result<Option<Vec<u8>>, StateError> {
        let failed = |error: std::io::Error| self.error(&format!("{name} cannot be read"), error);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = match openat(folder, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(failed(error.into())),
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        Ok(Some(bytes))
    }

    /// The name of the unfinished file is fixed, so that those of killed processes do not pile up; the lock makes it
    /// one writer's.
    fn write(&self, folder: &File, name: &str, bytes: &[u8]) -> Result<(), StateError> {
        let failed = |error: std::io::Error| self.error(&format!("{name} cannot be written"), error);
        let unfinished = format!(".{name}.new");
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let file = openat(folder, unfinished.as_str(), flags, mode).map_err(|error| failed(error.into()))?;
        fchmod(&file, mode).map_err(|error| failed(error.into()))?;
        let mut file = File::from(file);
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        renameat(folder, unfinished.as_str(), folder, name).map_err(|error| failed(error.into()))?;
        fsync(folder).map_err(|error| failed(error.into()))
    }

    fn error(&self, what: &str, error: impl std::fmt::Display) -> StateError {
        StateError(format!("state folder {}: {what}: {error}", self.path.display()))
    }
}

#[cfg(test)]
mod tests;
