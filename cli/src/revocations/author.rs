//! Who makes a revocation, for the audit.

use std::env;

/// `--by`, or whoever called sudo, or user and host.
pub fn author(by: Option<&String>) -> String {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    by.cloned().or_else(|| variable("SUDO_USER")).unwrap_or_else(|| {
        let user = variable("USER")
            .or_else(|| variable("LOGNAME"))
            .unwrap_or_else(|| format!("uid {}", rustix::process::geteuid().as_raw()));
        format!("{user}@{}", rustix::system::uname().nodename().to_string_lossy())
    })
}
