//! The copy of the key document on disk, for a restart during an outage.
//!
//! It is the document as it came; the time of its last change is when the endpoint last confirmed it.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

use super::document::{DOCUMENT_MAX, KeySet};
use crate::status::{Refusal, Status};

/// How far ahead of this machine's clock a copy may be dated.
const CLOCK_SLACK: Duration = Duration::from_secs(300);

pub(super) struct CacheFile {
    path: PathBuf,
}

/// A copy that can be used.
pub(super) struct Copy {
    pub(super) document: Vec<u8>,
    pub(super) set: KeySet,
    pub(super) age: Duration,
}

impl CacheFile {
    /// Finds out at once whether the place can be used, rather than during the first outage.
    pub(super) fn new(path: PathBuf) -> Result<CacheFile, Refusal> {
        let usable = match fs::metadata(&path) {
            Ok(found) if !found.is_file() => Err(io::Error::other("it is not a file")),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => NamedTempFile::new_in(folder_of(&path)).map(drop),
        };
        match usable {
            Ok(()) => Ok(CacheFile { path }),
            Err(error) => {
                let message = format!("the cache_file {} cannot be used: {error}", path.display());
                Err(Refusal::new(Status::InvalidConfig, message))
            }
        }
    }

    /// The copy, if there is one, or why it is left aside.
    pub(super) fn load(&self, max_stale: Duration) -> Option<Result<Copy, String>> {
        match open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => Some(Err(left_aside(&error.to_string()))),
            Ok(file) => Some(read(file, max_stale).map_err(|reason| left_aside(&reason))),
        }
    }

    /// Replaces the copy whole; whoever reads meanwhile sees the old one or the new one.
    pub(super) fn store(&self, document: &[u8], confirmed_at: SystemTime) -> Result<(), String> {
        let write = || {
            let mut file = NamedTempFile::new_in(folder_of(&self.path))?;
            file.write_all(document)?;
            file.as_file().set_modified(confirmed_at)?;
            file.as_file().sync_all()?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|error: io::Error| format!("the copy in the cache_file was not replaced: {error}"))
    }
}

fn left_aside(reason: &str) -> String {
    format!("the copy in the cache_file was left aside: {reason}")
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn read(file: File, max_stale: Duration) -> Result<Copy, String> {
    let metadata = file.metadata().map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a file".to_owned());
    }
    check_owner(&metadata)?;
    let confirmed_at = metadata.modified().map_err(|error| error.to_string())?;
    let age = age_of(confirmed_at, SystemTime::now())?;
    if age >= max_stale {
        return Err("it is older than max_stale".to_owned());
    }
    let mut document = Vec::new();
    file.take(DOCUMENT_MAX as u64 + 1).read_to_end(&mut document).map_err(|error| error.to_string())?;
    let set = KeySet::parse(&document).map_err(|refusal| refusal.message().to_owned())?;
    Ok(Copy { document, set, age })
}

fn age_of(confirmed_at: SystemTime, now: SystemTime) -> Result<Duration, String> {
    match now.duration_since(confirmed_at) {
        Ok(age) => Ok(age),
        Err(ahead) if ahead.duration() <= CLOCK_SLACK => Ok(Duration::ZERO),
        Err(_) => Err("it is dated in the future".to_owned()),
    }
}

/// Whoever may write it may choose who is let in.
#[cfg(unix)]
fn check_owner(metadata: &Metadata) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    const WRITABLE_BY_OTHERS: u32 = 0o022;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err("it belongs to somebody else".to_owned());
    }
    if metadata.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err("it is writable by others".to_owned());
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner(_metadata: &Metadata) -> Result<(), String> {
    Ok(())
}

/// Does not wait for a writer, should a pipe have taken the place of the file.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let without_waiting = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    File::options().read(true).custom_flags(without_waiting).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}
