//! `cfaccess doctor`

use cfaccess::{Config, Keys, RemoteOptions};
use serde_json::{Value, json};

use super::check::{Check, Finding, bad, check};
use super::network::network;
use super::store::store;
use crate::arguments::Doctor;
use crate::exit::{Exit, Failure};
use crate::output::{Output, count};
use crate::settings::Settings;

pub fn run(command: &Doctor, output: &Output) -> Result<Exit, Failure> {
    let settings = Settings::read(&command.common)?;
    let team = settings.team(&command.team).and_then(|team| Ok(Config::new(&team).map(|_| team)?));
    let options = settings.remote(&command.network);

    let mut checks = vec![
        check("configuration", configuration(&settings)),
        check("team", named_team(&team)),
        check("audience", audience(command, &settings)),
        check("trust store", trust_store(&options)),
    ];
    match &team {
        Ok(team) => checks.extend(network(team, &options)),
        Err(_) => checks.extend(
            ["proxy", "certs endpoint", "clock"]
                .map(|name| check(name, Finding::Skipped("there is no team"))),
        ),
    }
    if let Some(path) = settings.keys_file(&command.keys) {
        let finding = match Keys::from_file(&path) {
            Ok(keys) => {
                Finding::Good(format!("{}: {}", path.display(), count(keys.status().keys.len(), "key")))
            }
            Err(refusal) => bad(&refusal, "write it again: cfaccess keys fetch --output PATH"),
        };
        checks.push(check("keys file", finding));
    }

    checks.extend(store(command, &settings));
    let failed = checks.iter().any(|check| matches!(check.finding, Finding::Bad(..)));
    output.result(
        || json!({"ok": !failed, "checks": checks.iter().map(Check::to_json).collect::<Value>()}),
        || checks.iter().map(|check| check.told(output)).collect(),
    )?;
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

fn configuration(settings: &Settings) -> Finding {
    Finding::Good(match settings.path() {
        Some(path) => path.display().to_string(),
        None => "no file; flags and environment".to_owned(),
    })
}

fn named_team(team: &Result<String, Failure>) -> Finding {
    match team {
        Ok(team) => Finding::Good(team.clone()),
        Err(failure) => Finding::Bad(
            failure.message.clone(),
            "it is the name before .cloudflareaccess.com, in the dashboard under Zero Trust > Settings"
                .to_owned(),
        ),
    }
}

fn audience(command: &Doctor, settings: &Settings) -> Finding {
    const WHERE: &str =
        "the Application Audience (AUD) tag is in the dashboard, in the application's settings";
    let audiences = match settings.audiences(&command.application) {
        Ok(audiences) if audiences.is_empty() => {
            return Finding::Bad(
                "no audience; name it with --audience or CFACCESS_AUDIENCE".into(),
                WHERE.into(),
            );
        }
        Ok(audiences) => audiences,
        Err(failure) => return Finding::Bad(failure.message, WHERE.into()),
    };
    // The team is judged above, and any serves to look at the audiences.
    let Ok(mut config) = Config::new("any") else { return Finding::Skipped("there is no team") };
    for audience in &audiences {
        if let Err(refusal) = config.add_audience(audience) {
            return bad(&refusal, WHERE);
        }
    }
    let odd =
        audiences.iter().find(|tag| tag.len() != 64 || !tag.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match odd {
        Some(odd) => Finding::Warning(format!("'{odd}' is not an AUD tag of 64 hex digits"), WHERE.into()),
        None => Finding::Good(audiences.join(", ")),
    }
}

fn trust_store(options: &RemoteOptions) -> Finding {
    match options.authorities() {
        Ok(authorities) => Finding::Good(count(authorities, "certificate authority")),
        Err(refusal) => bad(
            &refusal,
            "install the package ca-certificates, or name a PEM file with --ca-file or SSL_CERT_FILE",
        ),
    }
}
