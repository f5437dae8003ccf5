//! The file and its folder, as they are found before each operation.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::fault::Fault;
use super::location::Location;
use super::network::check_local;
use crate::file_access;

/// A file that may be opened by SQLite. It must be opened by nothing else: closing any descriptor of a file gives back
/// the locks that the process has on it.
pub(super) struct Place {
    /// Without symbolic links.
    pub(super) path: PathBuf,
    /// Another one after the file was replaced.
    pub(super) identity: u64,
}

impl Place {
    /// Whoever can write the file, its folder or a journal next to it decides who is let in.
    pub(super) fn find(location: &Location) -> Result<Place, Fault> {
        let (folder, path) = resolve(&location.path)?;
        file_access::check_shared_folder(&fs::metadata(&folder)?)?;
        if !location.allow_network {
            check_local(&folder)?;
        }
        let file = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound && location.require_initialised => {
                return Err(Fault::refused(
                    "it does not exist, and require_initialised forbids to create it",
                ));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => create(&path, &fs::metadata(&folder)?)?,
            other => other?,
        };
        if file.is_symlink() {
            return Err(Fault::refused("it is a symbolic link"));
        }
        file_access::check_shared_file(&file)?;
        for suffix in ["-journal", "-wal", "-shm"] {
            match fs::symlink_metadata(beside(&path, suffix)) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                found => file_access::check_companion(&found?, &file)?,
            }
        }
        Ok(Place { identity: identity(&file), path })
    }
}

/// The folder and the file in it, without symbolic links but for the file itself.
fn resolve(path: &Path) -> io::Result<(PathBuf, PathBuf)> {
    let not_a_file = || io::Error::other("it is not a file");
    let (folder, name) = path.parent().zip(path.file_name()).ok_or_else(not_a_file)?;
    let folder = fs::canonicalize(folder).map_err(|error| match error.kind() {
        ErrorKind::NotFound => io::Error::new(ErrorKind::NotFound, "its folder does not exist"),
        _ => error,
    })?;
    let path = folder.join(name);
    Ok((folder, path))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Makes an empty file for its owner alone, and for the group of a folder that gives its group to what is made in it
/// (set-group-ID), as far as that group may use the folder and the umask permits. Nobody can have locked the file yet,
/// so it does no harm that it is closed.
fn create(path: &Path, folder: &Metadata) -> Result<Metadata, Fault> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode_of_new(folder));
    match file_access::open(path, &mut options) {
        Ok(file) => Ok(file.metadata()?),
        // Another process was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(fs::symlink_metadata(path)?),
        Err(error) => Err(Fault::unavailable(format!("it does not exist and cannot be created: {error}"))),
    }
}

#[cfg(unix)]
fn mode_of_new(folder: &Metadata) -> u32 {
    const SET_GROUP_ID: u32 = 0o2000;
    let mode = std::os::unix::fs::MetadataExt::mode(folder);
    0o600 | if mode & SET_GROUP_ID == 0 { 0 } else { mode & 0o060 }
}

#[cfg(unix)]
fn identity(file: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    file.ino() ^ file.dev().rotate_left(32)
}

#[cfg(not(unix))]
fn identity(_file: &Metadata) -> u64 {
    0
}
