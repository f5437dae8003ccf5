//! What the command line says, and what follows from it.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::config::{Origin, Source, USUAL_FILE, Upstream, email, session_duration};

use super::Failure;
use crate::server::ServerOptions;
use crate::tls::Names;

/// How a local Access is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The application under development, `http://HOST:PORT`, where there is no file.
    pub upstream: Option<String>,
    /// The configuration; without it and without `upstream`, `cfaccess-local.toml` of the working directory.
    pub config: Option<PathBuf>,
    /// 0 for any that is free.
    pub port: u16,
    /// TLS under real names, through a CONNECT proxy.
    pub tls: bool,
    /// The folder that keeps keys, secrets and sessions.
    pub state: Option<PathBuf>,
    /// Whether the proxy passes on connections to other hosts.
    pub tunnel_others: bool,
    /// Who is signed in without a page.
    pub auto_login: Option<String>,
    /// In place of `session_duration` of the team, such as `24h`.
    pub session_duration: Option<String>,
    /// Whether what there is to know is printed as one line of JSON.
    pub ready_json: bool,
    /// Another address than those of this computer alone.
    pub listen: Option<IpAddr>,
    /// Whether other computers may connect.
    pub expose: bool,
    /// The program to start once there is an Access, and its arguments.
    pub command: Vec<OsString>,
}

/// Options that fit together.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) source: Source,
    /// In lower case.
    pub(super) auto_login: Option<String>,
}

impl Options {
    pub(super) fn check(&self) -> Result<Checked, Failure> {
        let origin = self.origin()?.ok_or_else(|| {
            Failure::Usage(format!(
                "there is no {USUAL_FILE} here; say where your application listens: --upstream http://127.0.0.1:8000"
            ))
        })?;
        let auto_login = self.auto_login.as_deref().map(email).transpose();
        self.server(Names::new([], false))?.check().map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Checked {
            source: self.source(origin)?,
            auto_login: auto_login.map_err(|error| Failure::Usage(format!("--auto-login: {error}")))?,
        })
    }

    /// Where the configuration comes from, if anywhere.
    pub(super) fn origin(&self) -> Result<Option<Origin>, Failure> {
        match (&self.upstream, &self.config) {
            (Some(_), Some(_)) => Err(Failure::Usage(
                "--upstream is for a start without --config; the file names its own".into(),
            )),
            (Some(upstream), None) => Upstream::parse(upstream)
                .map(|upstream| Some(Origin::Upstream(upstream)))
                .map_err(|error| Failure::Usage(format!("--upstream: {error}"))),
            (None, Some(path)) => Ok(Some(Origin::File(path.clone()))),
            (None, None) => {
                Ok(Path::new(USUAL_FILE).exists().then(|| Origin::File(PathBuf::from(USUAL_FILE))))
            }
        }
    }

    pub(super) fn source(&self, origin: Origin) -> Result<Source, Failure> {
        let duration = self.session_duration.as_deref().map(session_duration).transpose();
        Ok(Source {
            origin,
            face_is_exact: self.tls,
            session_duration: duration
                .map_err(|error| Failure::Usage(format!("--session-duration: {error}")))?,
        })
    }

    pub(super) fn server(&self, names: Names) -> Result<ServerOptions, Failure> {
        Ok(ServerOptions {
            port: self.port,
            tls: self.tls,
            names,
            listen: self.listen,
            expose: self.expose,
            tunnel_others: self.tunnel_others,
            state: self.state_folder()?,
        })
    }

    /// As an absolute path, since programs that are told of it may run elsewhere.
    pub(super) fn state_folder(&self) -> Result<Option<PathBuf>, Failure> {
        let absolute = self.state.as_ref().map(std::path::absolute).transpose();
        absolute.map_err(|error| Failure::Usage(format!("--state: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        Options { upstream: Some("http://127.0.0.1:8000".into()), ..Options::default() }
    }

    fn usage(options: &Options) -> String {
        match options.check() {
            Err(Failure::Usage(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_upstream_is_enough() {
        let checked = options().check().expect("options");
        assert!(matches!(checked.source.origin, Origin::Upstream(_)));
        assert!(checked.auto_login.is_none() && !checked.source.face_is_exact);
    }

    #[test]
    fn it_takes_an_upstream_or_a_file() {
        assert!(usage(&Options::default()).contains("--upstream http://"));
        assert!(usage(&Options { config: Some("x".into()), ..options() }).contains("--config"));
        assert!(
            usage(&Options { upstream: Some("https://x".into()), ..options() }).starts_with("--upstream: ")
        );
        let file = Options { config: Some("x".into()), ..Options::default() };
        assert!(matches!(file.check().expect("options").source.origin, Origin::File(_)));
    }

    #[test]
    fn values_are_read() {
        let given = Options {
            auto_login: Some("Ada@Example.com".into()),
            session_duration: Some("1h".into()),
            ..options()
        };
        let checked = given.check().expect("options");
        assert_eq!(checked.auto_login.as_deref(), Some("ada@example.com"));
        assert_eq!(checked.source.session_duration, Some(3_600));
        assert!(usage(&Options { auto_login: Some("ada".into()), ..options() }).contains("--auto-login"));
        assert!(
            usage(&Options { session_duration: Some("1d".into()), ..options() }).contains("--session-dur")
        );
    }

    #[test]
    fn other_computers_come_in_by_two_options_only() {
        let listen = Some("0.0.0.0".parse().expect("an address"));
        for (tls, expose) in [(false, false), (true, false), (false, true)] {
            assert!(usage(&Options { listen, tls, expose, ..options() }).contains("--expose"));
        }
        assert!(Options { listen, tls: true, expose: true, ..options() }.check().is_ok());
    }
}
