//! Calls to the control interface of a running local Access.

use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use cfaccess::Status;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Method, Request};

use crate::arguments::ServerFlags;
use crate::exit::{Exit, Failure};
use crate::settings::variable;

const ADDRESS: &str = "CFACCESS_LOCAL";
const TOKEN: &str = "CFACCESS_LOCAL_CONTROL";
const PORT_DEFAULT: u16 = 8_780;
/// The file of the state folder that holds the control token.
const TOKEN_FILE: &str = "control";
const TOKEN_BYTES_MAX: u64 = 4_096;
/// A call for requests is held for 25 s, and a new key takes its time.
const TIMEOUT: Duration = Duration::from_secs(90);
const ANSWER_BYTES_MAX: u64 = 16 << 20;

/// One running local Access, with its control token.
pub struct Client {
    agent: Agent,
    address: SocketAddr,
    token: String,
}

impl Client {
    pub fn new(flags: &ServerFlags) -> Result<Client, Failure> {
        let address = match flags.port {
            Some(port) => SocketAddr::from(([127, 0, 0, 1], port)),
            None => match variable(ADDRESS)? {
                Some(text) => address(&text)?,
                None => SocketAddr::from(([127, 0, 0, 1], PORT_DEFAULT)),
            },
        };
        let token = match &flags.state {
            Some(folder) => read_token(&folder.join(TOKEN_FILE))?,
            None => variable(TOKEN)?.ok_or_else(|| {
                Failure::config(format!(
                    "no control token; name the state folder with --state, or set {TOKEN} as --ready-json tells it"
                ))
            })?,
        };
        let config = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .proxy(None)
            .user_agent(concat!("cfaccess/", env!("CARGO_PKG_VERSION")));
        Ok(Client { agent: config.build().new_agent(), address, token })
    }

    pub fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None)
    }

    pub fn post(&self, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        self.call(Method::POST, path, body)
    }

    pub fn put(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::PUT, path, Some(body))
    }

    pub fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::DELETE, path, None)
    }

    fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}/cdn-cgi/local/{path}", self.address))
            .header("Authorization", format!("Bearer {}", self.token));
        if body.is_some() {
            request = request.header("Content-Type", "application/json");
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request
            .body(body)
            .map_err(|_| Failure::config("the control token holds characters that a header cannot"))?;
        let mut response = self.agent.run(request).map_err(|error| self.unanswered(&error))?;
        let status = response.status().as_u16();
        let text = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        let answer = serde_json::from_str(&text.map_err(|error| self.unanswered(&error))?)
            .map_err(|_| self.somebody_else())?;
        match status {
            200 => Ok(answer),
            _ => Err(refused(status, &answer).unwrap_or_else(|| self.somebody_else())),
        }
    }

    fn unanswered(&self, error: &ureq::Error) -> Failure {
        unreachable(format!("no local Access answers at http://{}: {error}", self.address))
    }

    fn somebody_else(&self) -> Failure {
        unreachable(format!("what answers at http://{} is no local Access", self.address))
    }
}

fn unreachable(message: String) -> Failure {
    Failure { exit: Exit::Unreachable, status: Status::KeysUnavailable, message }
}

fn refused(status: u16, answer: &Value) -> Option<Failure> {
    let message = answer.get("error")?.as_str()?;
    Some(match status {
        400 | 413 => Failure::usage(message),
        403 => Failure::config(message),
        404 | 422 => Failure::not_done(message),
        _ => Failure::internal(message),
    })
}

/// The same addresses as the library takes, so that the token stays on this computer.
fn address(text: &str) -> Result<SocketAddr, Failure> {
    text.strip_prefix("http://")
        .and_then(|rest| rest.parse::<SocketAddr>().ok())
        .filter(|address| address.ip().is_loopback() && address.port() != 0)
        .ok_or_else(|| {
            Failure::config(format!("{ADDRESS} has to be http://127.0.0.1:PORT or http://[::1]:PORT"))
        })
}

fn read_token(path: &Path) -> Result<String, Failure> {
    let failed = |error| Failure::config(format!("cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(failed)?;
    let mut text = String::new();
    file.take(TOKEN_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
    match text.trim() {
        "" => Err(Failure::config(format!("{} holds no control token", path.display()))),
        token => Ok(token.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_on_this_computer() {
        for text in ["http://127.0.0.1:8780", "http://[::1]:1"] {
            assert!(address(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "127.0.0.1:8780",
            "https://127.0.0.1:8780",
            "http://127.0.0.1",
            "http://127.0.0.1:0",
            "http://127.0.0.1:8780/",
            "http://localhost:8780",
            "http://10.0.0.1:8780",
            "http://user@127.0.0.1:8780",
            "http://127.0.0.1.evil.test:8780",
            "http://2130706433:8780",
        ] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn refusals_are_told_by_their_kind() {
        let exit = |status| refused(status, &serde_json::json!({"error": "no"})).map(|failure| failure.exit);
        assert_eq!(exit(400), Some(Exit::Usage));
        assert_eq!(exit(403), Some(Exit::Usage));
        assert_eq!(exit(404), Some(Exit::Failed));
        assert_eq!(exit(500), Some(Exit::Failed));
        assert!(refused(400, &serde_json::json!({"message": "no"})).is_none());
    }
}
