//! Starts an Access as the command line asks for it, and ends it.

mod command;
mod environment;
mod failure;
mod options;
mod ready;
mod reload;
mod secrets;
mod signals;

pub use failure::Failure;
pub use options::Options;

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;

use crate::access::Access;
use crate::clock::Clock;
use crate::config::{Config, Origin, Source, Upstream};
use crate::edge::Upstreams;
use crate::faults::Faults;
use crate::keys::KeyRing;
use crate::request_log::RequestLog;
use crate::server::Server;
use crate::sessions::Sessions;
use crate::state::State;
use crate::tls::Names;
use crate::transfer::Transfers;
use command::Command;
use environment::Place;
use ready::Ready;
use secrets::Secret;
use signals::Signal;

/// In the state folder: what the control interface demands.
const CONTROL_FILE: &str = "control";

/// Runs until a signal or the end of the command; the exit code is that of the command.
pub fn run(options: &Options) -> Result<u8, Failure> {
    let checked = options.check()?;
    let config = checked.source.read()?;
    let state = Arc::new(match options.state_folder()? {
        Some(folder) => State::open(&folder)?,
        None => State::in_memory(),
    });
    let _claim = state.claim()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::NotStarted(format!("cannot start threads: {error}")))?;
    runtime.block_on(async {
        // Before anything is told, so that a signal that comes at once is not lost.
        let signals = signals::listen()?;
        let server = Server::bind(&options.server(Names::of(&config))?)?;
        server.warnings().iter().for_each(|warning| say(warning));
        let place = Place::of(&server);
        refuse_itself_as_upstream(&config, server.port())?;
        let secrets = secrets::secrets(&config.service_tokens, |name| std::env::var(name).ok(), &state)?;
        let control_token = control_token(&state)?;
        let ready = Ready {
            config: &config,
            face: server.face(),
            place: &place,
            secrets: &secrets,
            control_token: &control_token,
        };
        let told = if options.ready_json { ready.json()? } else { ready.text() };
        let variables = place.variables(&config);
        let access = Arc::new(Access {
            face: server.face(),
            names: server.names().cloned(),
            clock: Clock::default(),
            keys: KeyRing::open(Arc::clone(&state))?,
            sessions: Sessions::open(&state)?,
            faults: Faults::default(),
            requests: RequestLog::default(),
            transfers: Transfers::default(),
            upstreams: Upstreams::default(),
            secrets: texts(secrets),
            control_token,
            auto_login: checked.auto_login,
            config: ArcSwap::from_pointee(config),
            source: Some(checked.source.clone()),
        });
        let keeper = tokio::spawn({
            let (access, state) = (Arc::clone(&access), Arc::clone(&state));
            async move { access.sessions.keep(&state).await }
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(server.serve(Arc::clone(&access), async {
            let _ = stopped.await;
        }));
        tell(options.ready_json, &told)?;
        let command = Command::new(&options.command, variables);
        let code = match command {
            Some(command) => command.run(signals).await?,
            None => until_ended(&access, &checked.source, signals).await,
        };
        let _ = stop.send(());
        let ended = served.await;
        keeper.abort();
        access.sessions.save(&state);
        match ended {
            Ok(ended) => ended?,
            Err(error) => return Err(Failure::NotStarted(format!("the server ended: {error}"))),
        }
        Ok(code)
    })
}

/// What to set in a shell for programs that the Access of these options protects.
pub fn environment(options: &Options) -> Result<String, Failure> {
    if options.port == 0 {
        return Err(Failure::Usage("--port 0 is known only once it is taken; name the port".to_owned()));
    }
    // Where an application is says nothing of what it is told.
    let anywhere = Upstream { host: "127.0.0.1".to_owned(), port: 1 };
    let source = options.source(options.origin()?.unwrap_or(Origin::Upstream(anywhere)))?;
    let config = source.read()?;
    let place = Place::before_start(options.server(Names::of(&config))?.environment()?);
    Ok(environment::for_shell(&place.variables(&config)))
}

/// Answers signals; the exit code when one of them ends it.
async fn until_ended(access: &Access, source: &Source, mut signals: Receiver<Signal>) -> u8 {
    while let Some(Signal::Hup) = signals.recv().await {
        match access.read_again(source) {
            Ok(notes) => {
                say("the configuration was read again");
                notes.iter().for_each(|note| say(&format!("note: {note}")));
            }
            Err(error) => say(&format!("the configuration stays as it was: {}", error.0)),
        }
    }
    0
}

/// A request would go round until no connection is left.
fn refuse_itself_as_upstream(config: &Config, port: u16) -> Result<(), Failure> {
    let is_here =
        |host: &str| ["127.0.0.1", "[::1]", "localhost"].contains(&host) || host.ends_with(".localhost");
    let itself = config
        .applications
        .iter()
        .find(|application| application.upstream.port == port && is_here(&application.upstream.host));
    match itself {
        Some(application) => Err(Failure::Config(format!(
            "the upstream {} of application {:?} is where this Access itself listens; choose another --port",
            application.upstream, application.name
        ))),
        None => Ok(()),
    }
}

/// That of the state folder, or a new one.
fn control_token(state: &State) -> Result<String, Failure> {
    let token = state.read_or_create(CONTROL_FILE, || Ok::<_, Failure>(secrets::random().into_bytes()))?;
    String::from_utf8(token)
        .ok()
        .filter(|token| token.len() >= 32 && token.bytes().all(|byte| byte.is_ascii_graphic()))
        .ok_or_else(|| Failure::NotStarted(format!("the state folder's file {CONTROL_FILE:?} has no token")))
}

fn texts(secrets: HashMap<String, Secret>) -> HashMap<String, String> {
    secrets.into_iter().map(|(client_id, secret)| (client_id, secret.text)).collect()
}

fn tell(json: bool, text: &str) -> Result<(), Failure> {
    if !json {
        say(text.trim_end());
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::NotStarted(format!("cannot write to standard output: {error}")))
}

fn say(text: &str) {
    // There is nobody left to tell that standard error cannot be written.
    let _ = writeln!(io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_is_not_its_own_upstream() {
        let config =
            |upstream: &str| Config::for_upstream(Upstream::parse(upstream).expect("an upstream"), false);
        for host in ["127.0.0.1", "localhost", "[::1]", "wiki.localhost"] {
            let config = config(&format!("http://{host}:8780"));
            assert!(refuse_itself_as_upstream(&config, 8780).is_err(), "{host}");
            assert!(refuse_itself_as_upstream(&config, 8781).is_ok(), "{host}");
        }
        assert!(refuse_itself_as_upstream(&config("http://web:8780"), 8780).is_ok());
    }

    #[test]
    fn the_environment_is_known_before_the_start() {
        let options =
            Options { upstream: Some("http://127.0.0.1:8000".into()), port: 8780, ..Options::default() };
        let text = environment(&options).expect("an environment");
        assert!(text.starts_with("export CFACCESS_LOCAL=http://127.0.0.1:8780\n"), "{text}");
        assert!(environment(&Options { port: 0, ..options }).is_err());
    }
}
