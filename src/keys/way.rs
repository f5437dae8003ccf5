//! How the key document of a team is reached, decided once from the team, the options and the environment.

use std::ffi::OsString;
use std::path::Path;

use rustls::pki_types::CertificateDer;

use super::local_address::LocalAddress;
use super::options::{FetchFunction, RemoteOptions};
use crate::net::{certificates_in, trusted};
use crate::status::{Refusal, Status};
use crate::team::{Realm, Team};

/// Where a local Access listens. It is read for the local team alone: nothing but the team's name says where the keys
/// of any other team come from.
const VARIABLE: &str = "CFACCESS_LOCAL";

#[derive(Debug)]
pub(super) enum Way<'o> {
    /// Through a function of the caller's.
    Function(&'o FetchFunction),
    /// In plain text from this computer.
    Local(LocalAddress),
    /// From the team's own host.
    Https(Trust<'o>),
}

/// Which certificate authorities vouch for the team's host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust<'o> {
    /// Those of the platform, and those of a file.
    Platform(Option<&'o Path>),
    /// Those of a file alone. Nobody that the platform trusts can vouch for a local Access.
    Only(&'o Path),
}

impl Trust<'_> {
    pub(super) fn authorities(self) -> Result<Vec<CertificateDer<'static>>, Refusal> {
        match self {
            Trust::Platform(ca_file) => trusted(ca_file),
            Trust::Only(ca_file) => certificates_in(ca_file),
        }
    }
}

impl<'o> Way<'o> {
    pub(super) fn chosen(
        team: &Team,
        options: &'o RemoteOptions,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Way<'o>, Refusal> {
        match team.realm() {
            Realm::Access if options.local.is_some() => {
                Err(invalid(format!("local is for the team cfaccess-local only, not for {}", team.host())))
            }
            Realm::Access => Ok(match &options.fetch {
                Some(function) => Way::Function(function),
                None => Way::Https(Trust::Platform(options.ca_file.as_deref())),
            }),
            Realm::Local => Way::to_local_access(options, variable),
        }
    }

    fn to_local_access(
        options: &'o RemoteOptions,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Way<'o>, Refusal> {
        if let Some(function) = &options.fetch {
            return match options.local {
                None => Ok(Way::Function(function)),
                Some(_) => Err(invalid("local and fetch are both set, and only one can lead to the keys")),
            };
        }
        match (options.local, options.ca_file.as_deref()) {
            (Some(_), Some(_)) => Err(invalid(
                "local and ca_file are both set: a local Access is reached in plain text or over TLS, not both",
            )),
            (Some(address), None) => Ok(Way::Local(address)),
            (None, Some(ca_file)) => Ok(Way::Https(Trust::Only(ca_file))),
            (None, None) => match variable(VARIABLE).filter(|value| !value.is_empty()) {
                Some(value) => LocalAddress::of_variable(VARIABLE, &value).map(Way::Local),
                None => Err(invalid(
                    "nothing says where the local Access listens: start `cfaccess local`, then set CFACCESS_LOCAL",
                )),
            },
        }
    }
}

fn invalid(what: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(Status::InvalidConfig, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "http://127.0.0.1:8780";

    fn options(change: impl FnOnce(&mut RemoteOptions)) -> RemoteOptions {
        let mut options = RemoteOptions::default();
        change(&mut options);
        options
    }

    fn with_local(options: &mut RemoteOptions) {
        options.local = Some(LocalAddress::new("http://[::1]:8781").expect("an address"));
    }

    fn with_ca_file(options: &mut RemoteOptions) {
        options.ca_file = Some("ca.pem".into());
    }

    fn with_fetch(options: &mut RemoteOptions) {
        options.fetch = Some(FetchFunction::new(|_| Err("not called".to_owned())));
    }

    /// The way of the local team, with this value of the variable, or why there is none.
    fn way(value: Option<&str>, options: &RemoteOptions) -> Result<String, String> {
        let team = Team::parse("cfaccess-local").expect("a team");
        let variable = |name: &str| value.filter(|_| name == "CFACCESS_LOCAL").map(OsString::from);
        match Way::chosen(&team, options, variable) {
            Ok(way) => Ok(format!("{way:?}")),
            Err(refusal) => {
                assert_eq!(refusal.status(), Status::InvalidConfig);
                Err(refusal.message().to_owned())
            }
        }
    }

    #[test]
    fn other_teams_never_ask_for_the_variable() {
        let asked = |name: &str| -> Option<OsString> { panic!("{name} was read") };
        for team in ["acme", "cfaccess-local.fed.cloudflareaccess.com"] {
            let team = Team::parse(team).expect("a team");
            for options in [options(|_| {}), options(with_ca_file)] {
                let way = Way::chosen(&team, &options, asked).expect("a way");
                assert!(
                    matches!(way, Way::Https(Trust::Platform(file)) if file == options.ca_file.as_deref())
                );
            }
            let options = options(with_fetch);
            assert!(matches!(Way::chosen(&team, &options, asked), Ok(Way::Function(_))));
        }
    }

    #[test]
    fn other_teams_refuse_the_option() {
        let asked = |name: &str| -> Option<OsString> { panic!("{name} was read") };
        let acme = Team::parse("acme").expect("a team");
        for change in [with_local, |options: &mut _| {
            with_local(options);
            with_fetch(options)
        }] {
            let refusal = Way::chosen(&acme, &options(change), asked).map(drop).expect_err("a refusal");
            assert_eq!(refusal.status(), Status::InvalidConfig);
            assert!(refusal.message().starts_with("local is for the team cfaccess-local only"), "{refusal}");
        }
    }

    #[test]
    fn the_option_counts_instead_of_the_variable() {
        let local = options(with_local);
        let expected = Ok("Local(LocalAddress([::1]:8781))".to_owned());
        assert_eq!(way(None, &local), expected);
        assert_eq!(way(Some(ADDRESS), &local), expected);
        assert_eq!(way(Some("wrong"), &local), expected);
        let from_variable = Ok("Local(LocalAddress(127.0.0.1:8780))".to_owned());
        assert_eq!(way(Some(ADDRESS), &options(|_| {})), from_variable);
    }

    #[test]
    fn a_ca_file_alone_leads_over_tls_that_it_alone_vouches_for() {
        let expected = Ok("Https(Only(\"ca.pem\"))".to_owned());
        assert_eq!(way(None, &options(with_ca_file)), expected);
        for value in ["", ADDRESS, "wrong"] {
            assert_eq!(way(Some(value), &options(with_ca_file)), expected);
        }
    }

    #[test]
    fn two_ways_are_none() {
        let refused = |change: fn(&mut RemoteOptions)| way(None, &options(change)).expect_err("a refusal");
        let both = |options: &mut _| {
            with_local(options);
            with_ca_file(options)
        };
        assert!(refused(both).starts_with("local and ca_file are both set"));
        let both = |options: &mut _| {
            with_local(options);
            with_fetch(options)
        };
        assert!(refused(both).starts_with("local and fetch are both set"));
    }

    #[test]
    fn without_an_address_the_refusal_says_what_to_do() {
        for value in [None, Some("")] {
            let reason = way(value, &options(|_| {})).expect_err("a refusal");
            assert!(reason.ends_with("start `cfaccess local`, then set CFACCESS_LOCAL"), "{reason}");
        }
        let reason = way(Some("https://127.0.0.1:8780"), &options(|_| {})).expect_err("a refusal");
        assert!(reason.starts_with("CFACCESS_LOCAL is no address"), "{reason}");
        assert_eq!(way(None, &options(with_fetch)), Ok("Function(FetchFunction)".to_owned()));
    }
}
