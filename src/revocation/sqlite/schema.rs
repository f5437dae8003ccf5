//! The content of a new file, and how a file is recognised.

use aws_lc_rs::rand;
use rusqlite::Connection;

use super::fault::Fault;

/// "cfac": names the application in the header of the file.
const APPLICATION: i32 = 0x6366_6163;
/// Files of later formats are refused.
const FORMAT: i32 = 1;

/// Times are seconds since 1970; 0 is none and 9007199254740991 always, never or for ever. Versions are times in
/// microseconds.
const TABLES: &str = "
    CREATE TABLE meta (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        epoch TEXT NOT NULL
    ) STRICT;
    CREATE TABLE teams (
        team TEXT PRIMARY KEY,
        version INTEGER NOT NULL CHECK (version > 0),
        entries INTEGER NOT NULL CHECK (entries >= 0),
        audit_lines INTEGER NOT NULL CHECK (audit_lines >= 0)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE entries (
        team TEXT NOT NULL,
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        not_issued_after INTEGER NOT NULL CHECK (not_issued_after BETWEEN 0 AND 9007199254740991),
        blocked_until INTEGER NOT NULL CHECK (blocked_until BETWEEN 0 AND 9007199254740991),
        expires_at INTEGER NOT NULL CHECK (expires_at BETWEEN 0 AND 9007199254740991),
        version INTEGER NOT NULL CHECK (version > 0),
        made_at INTEGER NOT NULL,
        made_by TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (team, kind, value)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX entries_by_version ON entries (team, version);
    CREATE INDEX entries_by_expiry ON entries (team, expires_at);
    CREATE TABLE audit (
        team TEXT NOT NULL,
        id INTEGER NOT NULL,
        at INTEGER NOT NULL,
        action TEXT NOT NULL,
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        not_issued_after INTEGER NOT NULL,
        blocked_until INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        made_by TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (team, id)
    ) STRICT, WITHOUT ROWID;
";

/// Fills an empty file, inside of a transaction.
pub(super) fn initialise(connection: &Connection) -> Result<(), Fault> {
    connection.execute_batch(TABLES)?;
    connection.pragma_update(None, "application_id", APPLICATION)?;
    connection.pragma_update(None, "user_version", FORMAT)?;
    connection.execute("INSERT INTO meta VALUES (1, ?1)", [new_epoch()?])?;
    Ok(())
}

/// Not by SQLite, whose random numbers go on in the same way in parent and child.
fn new_epoch() -> Result<String, Fault> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| Fault::unavailable("no random numbers"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether nobody has put anything into the file yet.
pub(super) fn is_empty(connection: &Connection) -> Result<bool, Fault> {
    Ok(number(connection, "PRAGMA application_id")? == 0
        && number(connection, "SELECT count(*) FROM sqlite_schema")? == 0)
}

/// The epoch of the file, if it is one of ours, inside of a transaction.
pub(super) fn check(connection: &Connection) -> Result<String, Fault> {
    if number(connection, "PRAGMA application_id")? != APPLICATION {
        return Err(Fault::refused("it is an SQLite file, but not a store of revocations"));
    }
    let format = number(connection, "PRAGMA user_version")?;
    if format != FORMAT {
        return Err(Fault::refused(format!("it has format {format}; this library reads format {FORMAT}")));
    }
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    if mode != "delete" {
        let advice = "PRAGMA journal_mode=DELETE sets it back";
        return Err(Fault::refused(format!("its journal mode was changed to {mode}; {advice}")));
    }
    Ok(connection.query_row("SELECT epoch FROM meta", [], |row| row.get(0))?)
}

fn number(connection: &Connection, query: &str) -> Result<i32, Fault> {
    Ok(connection.query_row(query, [], |row| row.get(0))?)
}
