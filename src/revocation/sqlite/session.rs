//! One connection, for one operation.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::fault::Fault;
use super::location::Location;
use super::schema;

/// A connection inside of a transaction, which is rolled back unless it is committed.
pub(super) struct Session {
    pub(super) connection: Connection,
    /// Names the life of the file.
    pub(super) epoch: String,
}

/// Set on every connection. `EXTRA` makes a commit survive a loss of power, the removal of the journal included; without
/// memory mapping a file that somebody truncates is an error and no signal.
const SETTINGS: &str = "
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;
    PRAGMA cell_size_check = ON;
    PRAGMA fullfsync = ON;
    PRAGMA synchronous = EXTRA;
";

impl Session {
    pub(super) fn to_read(path: &Path) -> Result<Session, Fault> {
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.execute_batch("BEGIN")?;
        if schema::is_empty(&connection)? {
            return Err(Fault::Empty);
        }
        Session::of(connection)
    }

    /// Begins with the lock of writers: a transaction that read first could fail as soon as it writes.
    pub(super) fn to_write(location: &Location, path: &Path) -> Result<Session, Fault> {
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        if schema::is_empty(&connection)? {
            if location.require_initialised {
                return Err(Fault::refused("it is empty, and require_initialised forbids to fill it"));
            }
            schema::initialise(&connection)?;
        }
        Session::of(connection)
    }

    fn of(connection: Connection) -> Result<Session, Fault> {
        let epoch = schema::check(&connection)?;
        Ok(Session { connection, epoch })
    }

    /// Waits for readers, while no new ones come in.
    pub(super) fn commit(self, patience: Duration) -> Result<(), Fault> {
        self.connection.busy_timeout(patience)?;
        Ok(self.connection.execute_batch("COMMIT")?)
    }
}

/// Rolls back a write that was interrupted.
pub(super) fn roll_back(path: &Path) -> Result<(), Fault> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch("BEGIN")?;
    schema::is_empty(&connection).map(drop)
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, Fault> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    // Nobody waits inside of SQLite, where this process could not fork.
    connection.busy_timeout(Duration::ZERO)?;
    for (setting, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        connection.set_db_config(setting, value)?;
    }
    connection.execute_batch(SETTINGS)?;
    Ok(connection)
}
