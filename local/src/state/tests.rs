use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::*;

fn refusal(path: &Path) -> String {
    let StateError(line) = State::open(path).err().unwrap();
    assert!(!line.contains('\n') && line.contains(&*path.to_string_lossy()), "{line}");
    line
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_missing_folder_is_made_for_its_user_alone() {
    let outer = tempfile::tempdir().unwrap();
    let path = outer.path().join("state");
    let state = State::open(&path).unwrap();
    assert_eq!(mode(&path), 0o700);
    assert!(state.read("sessions").unwrap().is_none());
    state.write("sessions", b"one").unwrap();
    state.write("sessions", b"two").unwrap();
    assert_eq!(mode(&path.join("sessions")), 0o600);
    assert_eq!(State::open(&path).unwrap().read("sessions").unwrap().unwrap(), b"two");
    assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
    assert!(refusal(&outer.path().join("missing/state")).contains("No such file"));
}

#[test]
fn a_folder_that_others_can_enter_is_refused_and_not_repaired() {
    let outer = tempfile::tempdir().unwrap();
    let path = outer.path().join("state");
    fs::create_dir(&path).unwrap();
    for wide in [0o755, 0o750, 0o701, 0o710, 0o702, 0o777, 0o1777] {
        fs::set_permissions(&path, fs::Permissions::from_mode(wide)).unwrap();
        assert!(refusal(&path).contains(&format!("{wide:04o}")));
        assert_eq!(mode(&path), wide);
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    State::open(&path).unwrap();
}

#[test]
fn a_link_or_a_file_is_refused() {
    let outer = tempfile::tempdir().unwrap();
    let path = outer.path().join("state");
    State::open(&path).unwrap();
    let link = outer.path().join("link");
    symlink(&path, &link).unwrap();
    for link in [link.clone(), link.join("")] {
        let StateError(line) = State::open(&link).err().unwrap();
        assert!(line.contains("symbolic link"), "{line}");
    }
    let dangling = outer.path().join("dangling");
    symlink(outer.path().join("nowhere"), &dangling).unwrap();
    refusal(&dangling);
    let file = outer.path().join("file");
    fs::write(&file, "").unwrap();
    refusal(&file);
}

#[test]
fn a_folder_of_another_user_is_refused() {
    let outer = tempfile::tempdir().unwrap();
    let path = outer.path().join("state");
    State::open(&path).unwrap();
    // Only root can give a folder away; everybody else has the root folder, which is not theirs.
    let path = match chown(&path, Some(65_534), None) {
        Ok(()) => path,
        Err(_) => "/".into(),
    };
    assert!(refusal(&path).contains("another user"));
}

#[test]
fn a_link_inside_is_not_followed() {
    let outer = tempfile::tempdir().unwrap();
    let path = outer.path().join("state");
    let state = State::open(&path).unwrap();
    let target = outer.path().join("target");
    fs::write(&target, "theirs").unwrap();
    symlink(&target, path.join("keys")).unwrap();
    symlink(&target, path.join(".control.new")).unwrap();
    assert!(state.read("keys").is_err());
    assert!(state.write("control", b"ours").is_err());
    state.write("keys", b"ours").unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"theirs");
    assert_eq!(state.read("keys").unwrap().unwrap(), b"ours");
}

#[test]
fn nothing_is_kept_in_memory() {
    let state = State::in_memory();
    state.write("keys", b"some").unwrap();
    assert!(state.read("keys").unwrap().is_none());
    assert_eq!(state.read_or_create("keys", || Ok::<_, StateError>(b"new".to_vec())).unwrap(), b"new");
}

#[test]
fn changes_of_many_are_all_there() {
    let outer = tempfile::tempdir().unwrap();
    let path = outer.path().join("state");
    let one_more = |kept: Option<Vec<u8>>| {
        let mut bytes = kept.unwrap_or_default();
        bytes.push(b'x');
        Ok::<_, StateError>(bytes)
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let state = State::open(&path).unwrap();
                for _ in 0..5 {
                    state.update("count", one_more).unwrap();
                }
            });
        }
    });
    assert_eq!(State::open(&path).unwrap().read("count").unwrap().unwrap().len(), 20);
}

#[test]
fn one_server_at_a_time_uses_a_folder() {
    let outer = tempfile::tempdir().unwrap();
    let path = outer.path().join("state");
    let claim = State::open(&path).unwrap().claim().unwrap();
    assert!(State::open(&path).unwrap().claim().err().unwrap().0.contains("another server"));
    State::open(&path).unwrap().write("keys", b"others may").unwrap();
    drop(claim);
    State::open(&path).unwrap().claim().unwrap();
}

const WRITER: &str = "CFACCESS_LOCAL_TEST_WRITER";
const LENGTH: usize = 1 << 20;

/// The process that is killed by the test after this one; nothing without its variable.
#[test]
fn writer() {
    let Some(path) = std::env::var_os(WRITER) else { return };
    let state = State::open(Path::new(&path)).unwrap();
    for byte in (0..=u8::MAX).cycle() {
        state.write("sessions", &vec![byte; LENGTH]).unwrap();
    }
}

#[test]
fn a_process_killed_while_it_writes_leaves_a_whole_file() {
    let outer = tempfile::tempdir().unwrap();
    let path = outer.path().join("state");
    let state = State::open(&path).unwrap();
    for round in 0..8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "state::tests::writer"])
            .env(WRITER, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        while round == 0 && state.read("sessions").unwrap().is_none() {
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(Duration::from_millis(40 + 7 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let bytes = state.read("sessions").unwrap().unwrap();
        assert!(bytes.len() == LENGTH && bytes.iter().all(|byte| Some(byte) == bytes.first()));
        state.write("sessions", &[7; LENGTH]).unwrap();
    }
    assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
}
