//! Who can write a file: whoever can write the copy of the keys, or the revocations, chooses who is let in.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

#[cfg(all(unix, feature = "store-sqlite"))]
pub(crate) use unix::{check_companion, check_shared_file, check_shared_folder};
#[cfg(unix)]
pub(crate) use unix::{check_folder, check_owner, open};

/// Whether the file is one that only this process's user and groups can write.
pub(crate) fn check_file(file: &Metadata) -> io::Result<()> {
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

    pub(crate) fn check_owner(file: &Metadata) -> io::Result<()> {
        if file.uid() == geteuid().as_raw() {
            return Ok(());
        }
        Err(io::Error::other("it belongs to another user"))
    }

    /// A group of this process may write: Kubernetes gives volumes to one (`fsGroup`).
    pub(super) fn check_writers(file: &Metadata) -> io::Result<()> {
        check_others(file)?;
        if file.mode() & WRITABLE_BY_GROUP != 0 && !is_own_group(file.gid()) {
            return Err(io::Error::other("it is writable by a group that this process is not in"));
        }
        Ok(())
    }

    fn check_others(file: &Metadata) -> io::Result<()> {
        if file.mode() & WRITABLE_BY_OTHERS != 0 {
            return Err(io::Error::other("it is writable by others"));
        }
        Ok(())
    }

    /// Whoever can write a folder can replace the files in it, unless it is sticky as `/tmp` is.
    pub(crate) fn check_folder(folder: &Metadata) -> io::Result<()> {
        if !folder.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        if folder.uid() != ROOT && folder.uid() != geteuid().as_raw() {
            return Err(io::Error::other("its folder belongs to another user"));
        }
        if folder.mode() & STICKY != 0 {
            return Ok(());
        }
        check_writers(folder).map_err(of_folder)
    }

    /// As [`check_shared_folder`] of a file in it.
    #[cfg(feature = "store-sqlite")]
    pub(crate) fn check_shared_file(file: &Metadata) -> io::Result<()> {
        if !file.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        if !is_trusted(file.uid()) {
            return Err(io::Error::other("it belongs to another user"));
        }
        check_others(file)
    }

    /// A group may write whoever is in it, since only the owner can have chosen it: operators need not be users of the
    /// application's group. Not even a sticky folder may be writable by others, who could add a file to it.
    #[cfg(feature = "store-sqlite")]
    pub(crate) fn check_shared_folder(folder: &Metadata) -> io::Result<()> {
        if !folder.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        if !is_trusted(folder.uid()) {
            return Err(io::Error::other("its folder belongs to another user"));
        }
        check_others(folder).map_err(of_folder)
    }

    /// Whether a file next to a shared one was made by somebody who may write that.
    #[cfg(feature = "store-sqlite")]
    pub(crate) fn check_companion(companion: &Metadata, file: &Metadata) -> io::Result<()> {
        let is_of_group = file.mode() & WRITABLE_BY_GROUP != 0 && companion.gid() == file.gid();
        if companion.is_file()
            && (is_trusted(companion.uid()) || is_of_group)
            && companion.mode() & WRITABLE_BY_OTHERS == 0
        {
            return Ok(());
        }
        Err(io::Error::other("its journal was not made by somebody who may write the file"))
    }

    #[cfg(feature = "store-sqlite")]
    fn is_trusted(user: u32) -> bool {
        user == ROOT || user == geteuid().as_raw()
    }

    fn of_folder(error: io::Error) -> io::Error {
        let text = error.to_string();
        io::Error::other(["its folder", text.strip_prefix("it").unwrap_or(&text)].concat())
    }

    /// Follows no symbolic link, and does not wait for the other end of a pipe.
    pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed()).open(path)
    }

    fn is_own_group(group: u32) -> bool {
        let belongs = || Ok::<_, rustix::io::Errno>(getgroups()?.iter().any(|own| own.as_raw() == group));
        getegid().as_raw() == group || belongs().unwrap_or(false)
    }
}

#[cfg(not(unix))]
pub(crate) fn check_owner(_file: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn check_folder(_folder: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.open(path)
}

#[cfg(all(not(unix), feature = "store-sqlite"))]
pub(crate) fn check_shared_file(file: &Metadata) -> io::Result<()> {
    check_file(file)
}

#[cfg(all(not(unix), feature = "store-sqlite"))]
pub(crate) fn check_shared_folder(_folder: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(all(not(unix), feature = "store-sqlite"))]
pub(crate) fn check_companion(_companion: &Metadata, _file: &Metadata) -> io::Result<()> {
    Ok(())
}
