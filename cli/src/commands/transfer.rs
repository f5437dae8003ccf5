//! `cfaccess revocations export` and `import`

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use cfaccess::{Revocations, Timestamp};
use serde_json::json;

use super::revocations::is_alive;
use crate::arguments::{Export, Import};
use crate::exit::{Exit, Failure};
use crate::output::{Output, count};
use crate::revocations::{Next, Progress, each, entry_line, head_line, read_export, tail_line};

/// Each is written as a whole.
const BATCH: usize = 1_000;

pub fn export(
    command: &Export,
    revocations: &Revocations,
    team: &str,
    output: &Output,
) -> Result<Exit, Failure> {
    let Some(path) = &command.output else {
        // Nothing is printed before the store has answered.
        revocations.connect()?;
        let written = write(revocations, team, io::stdout().lock());
        return match written {
            Err(Fault::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
            Err(fault) => Err(fault.into_failure("standard output")),
            Ok(_) => Ok(Exit::Done),
        };
    };
    let shown = path.display().to_string();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)
        .map_err(|error| Failure::io(format!("write {shown}"), &error))?;
    let entries = write(revocations, team, file.as_file_mut()).map_err(|fault| fault.into_failure(&shown))?;
    let kept = file.as_file().sync_all().and_then(|()| file.persist(path).map_err(|error| error.error));
    kept.map_err(|error| Failure::io(format!("write {shown}"), &error))?;
    output.result(
        || json!({"status": "OK", "path": shown, "entries": entries}),
        || format!("{shown}: {}\n", count(usize::try_from(entries).unwrap_or(usize::MAX), "entry")),
    )?;
    Ok(Exit::Done)
}

enum Fault {
    Store(Failure),
    Write(io::Error),
}

impl Fault {
    fn into_failure(self, place: &str) -> Failure {
        match self {
            Fault::Store(failure) => failure,
            Fault::Write(error) => Failure::io(format!("write {place}"), &error),
        }
    }
}

/// Writes what refuses anything, and says how many entries that were.
fn write(revocations: &Revocations, team: &str, target: impl Write) -> Result<u64, Fault> {
    let now = Timestamp::now();
    let mut target = BufWriter::new(target);
    let mut progress = Progress::new("exported", None);
    let mut entries = 0;
    let mut failed = None;
    target.write_all(head_line(team).as_bytes()).map_err(Fault::Write)?;
    each(revocations, None, None, |entry| {
        if is_alive(entry, now) {
            if let Err(error) = target.write_all(entry_line(entry).as_bytes()) {
                failed = Some(error);
                return Ok(Next::Stop);
            }
            entries += 1;
            progress.reach(usize::try_from(entries).unwrap_or(usize::MAX));
        }
        Ok(Next::GoOn)
    })
    .map_err(Fault::Store)?;
    if let Some(error) = failed {
        return Err(Fault::Write(error));
    }
    target.write_all(tail_line(entries).as_bytes()).and_then(|()| target.flush()).map_err(Fault::Write)?;
    Ok(entries)
}

pub fn import(
    command: &Import,
    revocations: &Revocations,
    team: &str,
    output: &Output,
) -> Result<Exit, Failure> {
    let entries = if command.source == Path::new("-") {
        read_export(io::stdin().lock(), team)?
    } else {
        let shown = command.source.display();
        let file =
            File::open(&command.source).map_err(|error| Failure::io(format!("read {shown}"), &error))?;
        read_export(BufReader::new(file), team)?
    };
    if !command.dry_run {
        let mut progress = Progress::new("imported", Some(entries.len()));
        let mut done = 0;
        for batch in entries.chunks(BATCH) {
            revocations.import(batch).map_err(|refusal| interrupted(refusal.into(), done))?;
            done += batch.len();
            progress.reach(done);
        }
    }
    let verb = if command.dry_run { "would be imported" } else { "imported" };
    output.result(
        || json!({"status": "OK", "dry_run": command.dry_run, "entries": entries.len()}),
        || format!("{verb}: {}\n", count(entries.len(), "entry")),
    )?;
    Ok(Exit::Done)
}

/// Importing again is harmless: entries only raise what is there.
fn interrupted(failure: Failure, done: usize) -> Failure {
    if done == 0 {
        return failure;
    }
    let message = format!("{}; {} were imported before, import again", failure.message, count(done, "entry"));
    Failure { exit: Exit::Partial, message, ..failure }
}
