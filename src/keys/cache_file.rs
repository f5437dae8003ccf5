//! The copy of the key document on disk, for a restart during an outage.
//!
//! Its first line is `{"confirmed_at":1764245000}`: when the endpoint last confirmed the document, in seconds
//! since 1970. The file's own date would begin anew when the file is copied. The rest is the document as
//! received.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::document::{DOCUMENT_MAX, KeySet};
use super::replacement;
use crate::file_access;
use crate::status::{Refusal, Status};
use crate::team::Realm;

/// How far ahead of this machine's clock a copy may be dated.
const CLOCK_SLACK: Duration = Duration::from_secs(300);
/// The longest first line: that of the largest number of seconds.
const FIRST_LINE_MAX: usize = 40;

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
    /// Finds out at once whether the place can be used, rather than during the first outage. A relative path
    /// starts at the working directory of this moment.
    pub(super) fn new(path: &Path) -> Result<CacheFile, Refusal> {
        let usable = || {
            let path = std::path::absolute(path)?;
            let folder = folder_of(&path)?;
            check_present(&path)?;
            file_access::check_folder(&fs::metadata(folder)?)?;
            replacement::remove_leftovers(folder);
            match replacement::try_folder(folder) {
                Err(error) if must_be_written_in_place(&error) => {
                    open_in_place(&path).map_err(|_| error).map(drop)
                }
                other => other,
            }?;
            Ok(CacheFile { path })
        };
        usable().map_err(|error: io::Error| {
            let message = format!("the cache_file {} cannot be used: {error}", path.display());
            Refusal::new(Status::InvalidConfig, message)
        })
    }

    /// The copy, if there is one, or why it is ignored.
    pub(super) fn load(&self, realm: Realm, max_stale: Duration) -> Option<Result<Copy, String>> {
        match file_access::open(&self.path, File::options().read(true)) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            opened => {
                let copy =
                    opened.map_err(|error| error.to_string()).and_then(|file| read(file, realm, max_stale));
                Some(copy.map_err(|reason| format!("the copy in the cache_file was ignored: {reason}")))
            }
        }
    }

    /// Replaces the copy whole: whoever reads at the same time sees the old one or the new one. Where that
    /// cannot be done, as with a file that is mounted by itself, it is written in place.
    pub(super) fn store(&self, document: &[u8], confirmed_at: SystemTime) -> Result<(), String> {
        let seconds = confirmed_at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let first_line = format!("{{\"confirmed_at\":{seconds}}}\n");
        let content = [first_line.as_bytes(), document].concat();
        let folder = folder_of(&self.path);
        let written = match folder.and_then(|folder| replacement::replace(&self.path, folder, &content)) {
            Err(error) if must_be_written_in_place(&error) => write_in_place(&self.path, &content),
            other => other,
        };
        written.map_err(|error| format!("the copy in the cache_file was not written: {error}"))
    }
}

fn folder_of(path: &Path) -> io::Result<&Path> {
    path.parent().ok_or_else(|| io::Error::other("it is not a file"))
}

/// What is at the path already must be a file of ours.
fn check_present(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(found) if found.is_symlink() => Err(io::Error::other("it is a symbolic link")),
        Ok(found) if !found.is_file() => Err(io::Error::other("it is not a file")),
        Ok(found) => file_access::check_owner(&found),
    }
}

/// Nothing can be renamed onto a mount point, nor created in a read-only folder.
fn must_be_written_in_place(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ResourceBusy
            | ErrorKind::CrossesDevices
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::PermissionDenied
    )
}

fn open_in_place(path: &Path) -> io::Result<File> {
    let file = file_access::open(path, File::options().write(true))?;
    file_access::check_file(&file.metadata()?)?;
    Ok(file)
}

fn write_in_place(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = open_in_place(path)?;
    file.write_all(content)?;
    file.set_len(content.len() as u64)?;
    file.sync_all()
}

fn read(file: File, realm: Realm, max_stale: Duration) -> Result<Copy, String> {
    let metadata = file.metadata().map_err(|error| error.to_string())?;
    file_access::check_file(&metadata).map_err(|error| error.to_string())?;
    let mut content = Vec::new();
    let most = FIRST_LINE_MAX + DOCUMENT_MAX + 1;
    file.take(most as u64).read_to_end(&mut content).map_err(|error| error.to_string())?;
    let (confirmed_at, document) =
        parse(&content).ok_or("it does not begin with the time at which the endpoint confirmed it")?;
    let age = age_at(confirmed_at, SystemTime::now())?;
    if age >= max_stale {
        return Err("it is older than max_stale".to_owned());
    }
    let set = KeySet::parse_for(realm, document).map_err(|refusal| refusal.message().to_owned())?;
    Ok(Copy { document: document.to_vec(), set, age })
}

fn parse(content: &[u8]) -> Option<(SystemTime, &[u8])> {
    let end = content.iter().take(FIRST_LINE_MAX).position(|byte| *byte == b'\n')?;
    let (line, rest) = content.split_at_checked(end)?;
    let digits = line.strip_prefix(b"{\"confirmed_at\":")?.strip_suffix(b"}")?;
    let seconds = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?, rest.strip_prefix(b"\n")?))
}

fn age_at(confirmed_at: SystemTime, now: SystemTime) -> Result<Duration, String> {
    match now.duration_since(confirmed_at) {
        Ok(age) => Ok(age),
        Err(ahead) if ahead.duration() <= CLOCK_SLACK => Ok(Duration::ZERO),
        Err(_) => Err("it is dated in the future".to_owned()),
    }
}
