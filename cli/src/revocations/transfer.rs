//! The form of an export: a head, a JSON object for each entry, and a tail by which a reader sees that it has all.

use std::io::{self, BufRead, IsTerminal, Write};
use std::time::{Duration, Instant};

use cfaccess::RevocationEntry;
use serde::Deserialize;
use serde_json::json;

use crate::exit::Failure;

const FORMAT: &str = "cfaccess-revocations";
const VERSION: u64 = 1;
/// Of a line: values and notes are far shorter.
const LINE_BYTES_MAX: u64 = 16 << 10;

pub fn head_line(team: &str) -> String {
    format!("{}\n", json!({"format": FORMAT, "version": VERSION, "team": team}))
}

pub fn entry_line(entry: &RevocationEntry) -> String {
    entry.to_json() + "\n"
}

pub fn tail_line(entries: u64) -> String {
    format!("{}\n", json!({"entries": entries}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    version: u64,
    team: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tail {
    entries: usize,
}

/// Reads an export to its end, so that nothing is written of one that is cut off or has a mistake.
pub fn read_export(source: impl BufRead, team: &str) -> Result<Vec<RevocationEntry>, Failure> {
    let mut lines = Lines { source, number: 0 };
    let head = lines.next()?.ok_or_else(|| Failure::internal("the export is empty"))?;
    let head: Head = serde_json::from_str(&head)
        .ok()
        .filter(|head: &Head| head.format == FORMAT)
        .ok_or_else(|| Failure::internal("line 1 is not the head of an export"))?;
    if head.version != VERSION {
        return Err(Failure::internal(format!(
            "the export has version {}; {VERSION} is known",
            head.version
        )));
    }
    if head.team != team {
        return Err(Failure::usage(format!("the export is of the team {}, not of {team}", head.team)));
    }
    let mut entries = Vec::new();
    while let Some(line) = lines.next()? {
        let wrong = |why: &str| Failure::internal(format!("line {} of the export: {why}", lines.number));
        let Ok(Tail { entries: expected }) = serde_json::from_str(&line) else {
            let entry = RevocationEntry::from_json(&line).map_err(|refusal| wrong(refusal.message()))?;
            entries.push(entry);
            continue;
        };
        if expected == entries.len() {
            return Ok(entries);
        }
        return Err(wrong(&format!(
            "it says that there are {expected} entries, and there are {}",
            entries.len()
        )));
    }
    Err(Failure::internal("the export is cut off: its last line is missing"))
}

struct Lines<S> {
    source: S,
    number: u64,
}

impl<S: BufRead> Lines<S> {
    fn next(&mut self) -> Result<Option<String>, Failure> {
        let mut line = String::new();
        let mut limited = io::Read::take(&mut self.source, LINE_BYTES_MAX);
        limited.read_line(&mut line).map_err(|error| Failure::io("read the export", &error))?;
        self.number += 1;
        Ok((!line.is_empty()).then_some(line))
    }
}

/// Says on standard error how far something has come, if it takes longer than a second.
pub struct Progress {
    what: &'static str,
    total: Option<usize>,
    next: Instant,
    is_terminal: bool,
    is_shown: bool,
}

impl Progress {
    pub fn new(what: &'static str, total: Option<usize>) -> Progress {
        let next = Instant::now() + Duration::from_secs(1);
        Progress { what, total, next, is_terminal: io::stderr().is_terminal(), is_shown: false }
    }

    pub fn reach(&mut self, done: usize) {
        if let Some(text) = self.text_at(done, Instant::now()) {
            self.is_shown = true;
            self.say(&text);
        }
    }

    fn text_at(&mut self, done: usize, now: Instant) -> Option<String> {
        if now < self.next {
            return None;
        }
        let pause = if self.is_terminal { Duration::from_millis(200) } else { Duration::from_secs(10) };
        self.next = now + pause;
        let of = self.total.map(|total| format!(" of {total}")).unwrap_or_default();
        Some(format!("{}: {done}{of} entries", self.what))
    }

    fn say(&self, text: &str) {
        let mut stderr = io::stderr();
        // There is nobody left to tell that standard error cannot be written.
        let _ = match self.is_terminal {
            true => write!(stderr, "\r\u{1b}[K{text}"),
            false => writeln!(stderr, "{text}"),
        };
    }
}

impl Drop for Progress {
    /// Makes room for the result.
    fn drop(&mut self) {
        if self.is_terminal && self.is_shown {
            self.say("");
        }
    }
}

#[cfg(test)]
mod tests {
    use cfaccess::{Target, TargetKind, Terms, Timestamp};

    use super::*;

    fn entry(value: &str) -> RevocationEntry {
        let terms =
            Terms { not_issued_after: Timestamp::new(5), blocked_until: None, expires_at: Timestamp::MAX };
        let target = Target::new(TargetKind::Email, value).expect("a target");
        let mut entry = RevocationEntry::new(target, terms, Timestamp::MAX);
        entry.made_by = "ada".into();
        entry.reason = "a \"b\"".into();
        entry
    }

    fn export() -> String {
        [head_line("acme"), entry_line(&entry("a@b")), entry_line(&entry("c@d")), tail_line(2)].concat()
    }

    fn read(text: &str) -> Result<Vec<RevocationEntry>, String> {
        read_export(text.as_bytes(), "acme").map_err(|failure| failure.message)
    }

    #[test]
    fn what_is_written_is_read() {
        let entries = read(&export()).expect("entries");
        assert_eq!(entries.len(), 2);
        let before = entry("a@b");
        assert_eq!(entries.first(), Some(&before));
    }

    #[test]
    fn what_takes_longer_than_a_second_says_how_far_it_has_come() {
        let begin = Instant::now();
        let at = |milliseconds| begin + Duration::from_millis(milliseconds);
        let line = |done| Some(format!("imported: {done} of 9 entries"));
        let next = at(1_000);
        let mut file =
            Progress { what: "imported", total: Some(9), next, is_terminal: false, is_shown: false };
        let mut terminal = Progress { is_terminal: true, ..file };

        assert_eq!(
            [999, 1_000, 10_999, 11_000].map(|now| file.text_at(1, at(now))),
            [None, line(1), None, line(1)]
        );
        assert_eq!(
            [999, 1_000, 1_199, 1_200].map(|now| terminal.text_at(2, at(now))),
            [None, line(2), None, line(2)]
        );
    }

    #[test]
    fn nothing_is_taken_of_what_is_not_whole() {
        let whole = export();
        for end in 0..whole.len() - 1 {
            assert!(read(&whole[..end]).is_err(), "{end}");
        }
        let lines: Vec<&str> = whole.lines().collect();
        assert!(read(&[lines[0], lines[1], lines[3]].join("\n")).expect_err("a gap").contains("2 entries"));
        assert!(read(&whole.replace("acme", "other")).expect_err("a team").contains("of the team other"));
        assert!(read(&whole.replace("\"version\":1", "\"version\":2")).is_err());
        assert!(read(&whole.replace("email", "e-mail")).expect_err("a kind").starts_with("line 2"));
    }
}
