//! Replaces a file whole: nobody sees half of it, and a process that ends during the write leaves nothing.

use std::fs::{self, DirEntry};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use tempfile::{Builder, TempPath};

const PREFIX: &str = ".cfaccess-";
const SUFFIX: &str = ".new";
/// The age at which a file of that name is no longer being written.
const LEFT_OVER: Duration = Duration::from_secs(60);

fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    builder
}

/// Creates or replaces the file at `path`, which is in `folder`, readable by its owner alone.
pub(super) fn replace(path: &Path, folder: &Path, content: &[u8]) -> io::Result<()> {
    // Where it can be, the new file has no name until it is whole. Elsewhere it has one from the beginning,
    // and a process that is killed leaves it until the next one starts.
    let whole = unnamed::whole_file(folder, content).or_else(|_| named_file(folder, content));
    Ok(whole?.persist(path)?)
}

/// Whether files can be created in the folder.
pub(super) fn try_folder(folder: &Path) -> io::Result<()> {
    unnamed::file(folder).map(drop).or_else(|_| builder().tempfile_in(folder).map(drop))
}

fn named_file(folder: &Path, content: &[u8]) -> io::Result<TempPath> {
    let mut file = builder().tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

/// Removes what a killed process left; what cannot be removed does no harm.
pub(super) fn remove_leftovers(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_left_over(&entry) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_left_over(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let is_new_file = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
    is_new_file
        && entry.metadata().is_ok_and(|metadata| {
            let age = metadata.modified().ok().and_then(|modified| modified.elapsed().ok());
            metadata.is_file() && age.is_some_and(|age| age > LEFT_OVER)
        })
}

#[cfg(target_os = "linux")]
mod unnamed {
    use std::fs::File;
    use std::os::fd::AsRawFd;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags};

    use super::{Path, TempPath, Write, builder, io};

    pub(super) fn file(folder: &Path) -> io::Result<File> {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        Ok(File::from(rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR)?))
    }

    pub(super) fn whole_file(folder: &Path, content: &[u8]) -> io::Result<TempPath> {
        let mut file = file(folder)?;
        file.write_all(content)?;
        file.sync_all()?;
        let open_file = format!("/proc/self/fd/{}", file.as_raw_fd());
        let link = |name: &Path| Ok(rustix::fs::linkat(CWD, &open_file, CWD, name, AtFlags::SYMLINK_FOLLOW)?);
        Ok(builder().make_in(folder, link)?.into_temp_path())
    }
}

#[cfg(not(target_os = "linux"))]
mod unnamed {
    use super::{Path, TempPath, io};

    pub(super) fn file(_folder: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn whole_file(_folder: &Path, _content: &[u8]) -> io::Result<TempPath> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::SystemTime;

    use super::*;

    const CONTENT: usize = 1 << 20;
    const RUNS: u64 = 20;
    /// Set in the process that is killed: the folder that it writes in.
    const FOLDER: &str = "CFACCESS_TEST_REPLACEMENT_FOLDER";
    const TEST: &str = "keys::replacement::tests::processes_that_are_killed_leave_nothing_else";

    fn names_in(folder: &Path) -> Vec<String> {
        let entries =
            fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        entries.map(|name| name.into_string().expect("a name")).collect()
    }

    #[test]
    fn a_file_is_made_and_replaced() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("keys.json");
        for (write, content) in [b"one", b"two"].iter().enumerate() {
            replace(&path, folder.path(), *content).expect("a file");
            assert_eq!(fs::read(&path).expect("a file"), *content, "write {write}");
        }
        named_file(folder.path(), b"three").expect("a file").persist(&path).expect("a file");
        assert_eq!(fs::read(&path).expect("a file"), b"three");
        assert_eq!(names_in(folder.path()), ["keys.json"]);
    }

    #[test]
    fn only_what_a_killed_process_left_is_removed() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let long_ago = SystemTime::now() - LEFT_OVER - LEFT_OVER;
        let make = |name: &str, modified: SystemTime| {
            let file = fs::File::create(folder.path().join(name)).expect("a file");
            file.set_modified(modified).expect("a date");
        };
        make(".cfaccess-abc.new", long_ago);
        make(".cfaccess-def.new", SystemTime::now());
        make("keys.json", long_ago);
        fs::create_dir(folder.path().join(".cfaccess-dir.new")).expect("a folder");

        remove_leftovers(folder.path());

        let mut left = names_in(folder.path());
        left.sort_unstable();
        assert_eq!(left, [".cfaccess-def.new", ".cfaccess-dir.new", "keys.json"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn processes_that_are_killed_leave_nothing_else() {
        if let Some(folder) = std::env::var_os(FOLDER) {
            let folder = Path::new(&folder);
            loop {
                replace(&folder.join("keys.json"), folder, &vec![b'x'; CONTENT]).expect("a file");
            }
        }
        let folder = tempfile::TempDir::new().expect("a folder");
        let program = std::env::current_exe().expect("this program");
        for run in 0..RUNS {
            let path = folder.path().join("keys.json");
            let mut child = Command::new(&program)
                .args(["--exact", TEST])
                .env(FOLDER, folder.path())
                .stdout(Stdio::null())
                .spawn()
                .expect("a process");
            while !path.exists() {
                thread::yield_now();
            }
            thread::sleep(Duration::from_millis(run));
            child.kill().expect("its end");
            child.wait().expect("its end");
            fs::remove_file(path).expect("a file");
        }

        // Between its name and its place there are two calls of the system, in which a few may be killed.
        let left = names_in(folder.path()).len() as u64;
        assert!(left <= RUNS / 4, "{left} of {RUNS} left a file");
    }
}
