//! Tokens without a server.

use std::path::Path;
use std::sync::Arc;

use super::error::ControlError;
use super::mint;
use crate::clock::Clock;
use crate::config::{Config, Origin, Source, USUAL_FILE, Upstream};
use crate::keys::KeyRing;
use crate::state::State;

/// Makes a token with the keys of a state folder, by the system's clock.
///
/// `request` is the JSON of the call `mint`. The applications are those of `config`, or else of `cfaccess-local.toml`
/// in the current folder, or else the one that there is without a file. An error is one line.
pub fn mint_offline(state: &Path, config: Option<&Path>, request: &str) -> Result<String, String> {
    // Opening a folder makes it.
    if !state.is_dir() {
        return Err(format!("state folder {}: there is none", state.display()));
    }
    let wanted = serde_json::from_str(request).map_err(|error| format!("not as expected: {error}"))?;
    let config = read(config)?;
    let state = State::open(state).map_err(|error| error.0)?;
    let keys = KeyRing::open(Arc::new(state)).map_err(|error| error.0)?;
    mint::made(wanted, &config, &keys, Clock::default().now()).map_err(|ControlError { message, .. }| message)
}

fn read(path: Option<&Path>) -> Result<Config, String> {
    let usual = Path::new(USUAL_FILE);
    let origin = match path.or_else(|| usual.exists().then_some(usual)) {
        Some(path) => Origin::File(path.to_owned()),
        None => Origin::Upstream(Upstream { host: "127.0.0.1".into(), port: 80 }),
    };
    // Which face it is for is not known here, and changes the names of hosts only.
    let read =
        |face_is_exact| Source { origin: origin.clone(), face_is_exact, session_duration: None }.read();
    read(false).or_else(|plain| read(true).map_err(|_| plain)).map_err(|error| error.0)
}
