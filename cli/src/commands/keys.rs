//! `cfaccess keys show` and `cfaccess keys fetch`

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use cfaccess::{Keys, KeysStatus};
use serde_json::{Value, json};

use crate::arguments::{KeysFetch, KeysShow};
use crate::exit::{Exit, Failure};
use crate::output::count;
use crate::output::{Output, Style};
use crate::redaction::printable;
use crate::settings::Settings;

pub fn show(command: &KeysShow, output: &Output) -> Result<Exit, Failure> {
    let settings = Settings::read(&command.common)?;
    let keys = settings.keys(&command.team, &command.keys, &command.network)?;
    keys.connect()?;
    let status = keys.status();
    output.result(
        || serde_json::from_str(&status.to_json()).unwrap_or(Value::Null),
        || told(&status, output),
    )?;
    Ok(Exit::Done)
}

fn told(status: &KeysStatus, output: &Output) -> String {
    let mut text = String::new();
    for key in &status.keys {
        text += &format!("{}  RSA {}\n", printable(&key.key_id), key.bits);
        if key.sha256 != key.key_id {
            text += &format!("  {} {}\n", output.paint(Style::Faint, "SHA-256"), key.sha256);
        }
    }
    for entry in &status.skipped {
        let name = printable(entry.key_id.as_deref().unwrap_or("(no kid)"));
        text += &format!("{name}  {}: {}\n", output.paint(Style::Warning, "not used"), entry.reason);
    }
    text
}

pub fn fetch(command: &KeysFetch, output: &Output) -> Result<Exit, Failure> {
    let settings = Settings::read(&command.common)?;
    let answer = settings.remote(&command.network).fetch_certs(&settings.team(&command.team)?)?;
    // What no verifier could use is not handed out.
    let keys = Keys::from_json(&answer.document)?.status().keys;
    let Some(path) = &command.output else {
        output.raw(answer.document)?;
        return Ok(Exit::Done);
    };
    write(path, &answer.document)
        .map_err(|error| Failure::io(format!("write {}", path.display()), &error))?;
    let names: Vec<&str> = keys.iter().map(|key| key.key_id.as_str()).collect();
    output.result(
        || json!({"status": "OK", "path": path.to_string_lossy(), "keys": names}),
        || format!("{}: {}\n", path.display(), count(keys.len(), "key")),
    )?;
    Ok(Exit::Done)
}

/// Puts the file in its place whole, readable by everybody: the keys are public.
fn write(path: &Path, document: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(document)?;
    file.as_file().set_permissions(Permissions::from_mode(0o644))?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
