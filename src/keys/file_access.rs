//! Who can write a file: whoever can write the copy of the keys chooses who is let in.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

#[cfg(unix)]
pub(super) use unix::{check_folder, check_owner, open};

/// Whether the file is one that only this process's user and groups can write.
pub(super) fn check_file(file: &Metadata) -> io::Result<()> {
    if !file.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    check_owner(file)?;
    #[cfg(unix)]
    unix::check_writers(file)?;
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

    use rustix::fs::OFlags;
    use rustix::process::{getegid, geteuid, getgroups};

    use super::{File, Metadata, OpenOptions, Path, io};

    const ROOT: u32 = 0;
    const WRITABLE_BY_GROUP: u32 = 0o020;
    const WRITABLE_BY_OTHERS: u32 = 0o002;
    const STICKY: u32 = 0o1000;

    pub(in crate::keys) fn check_owner(file: &Metadata) -> io::Result<()> {
        if file.uid() == geteuid().as_raw() {
            return Ok(());
        }
        Err(io::Error::other("it belongs to another user"))
    }

    /// A group of this process may write: Kubernetes gives volumes to one (`fsGroup`).
    pub(super) fn check_writers(file: &Metadata) -> io::Result<()> {
        if file.mode() & WRITABLE_BY_OTHERS != 0 {
            return Err(io::Error::other("it is writable by others"));
        }
        if file.mode() & WRITABLE_BY_GROUP != 0 && !is_own_group(file.gid()) {
            return Err(io::Error::other("it is writable by a group that this process is not in"));
        }
        Ok(())
    }

    /// Whoever can write a folder can replace the files in it, unless it is sticky as `/tmp` is.
    pub(in crate::keys) fn check_folder(folder: &Metadata) -> io::Result<()> {
        if !folder.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        if folder.uid() != ROOT && folder.uid() != geteuid().as_raw() {
            return Err(io::Error::other("its folder belongs to another user"));
        }
        if folder.mode() & STICKY != 0 {
            return Ok(());
        }
        check_writers(folder).map_err(|error| {
            let text = error.to_string();
            io::Error::other(["its folder", text.strip_prefix("it").unwrap_or(&text)].concat())
        })
    }

    /// Follows no symbolic link, and does not wait for the other end of a pipe.
    pub(in crate::keys) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed()).open(path)
    }

    fn is_own_group(group: u32) -> bool {
        let belongs = || Ok::<_, rustix::io::Errno>(getgroups()?.iter().any(|own| own.as_raw() == group));
        getegid().as_raw() == group || belongs().unwrap_or(false)
    }
}

#[cfg(not(unix))]
pub(super) fn check_owner(_file: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn check_folder(_folder: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.open(path)
}
