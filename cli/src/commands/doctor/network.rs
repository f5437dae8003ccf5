//! What lies between this machine and the certs endpoint, and what time it is there.

use std::time::Instant;

use cfaccess::{CertsAnswer, Keys, Refusal, RemoteOptions};

use super::check::{Check, Finding, bad, check};
use crate::exit::CLOCKS_APART;
use crate::output::count;
use crate::time;

/// Tokens are refused beyond this: the default leeway.
const CLOCK_FAULT: f64 = 30.0;

/// What lies between this machine and the endpoint.
pub fn network(team: &str, options: &RemoteOptions) -> Vec<Check> {
    let proxy = match options.proxy_to(team) {
        Ok(None) => Finding::Good("none; the endpoint is connected to directly".into()),
        Ok(Some(server)) => Finding::Good(server),
        Err(refusal) => {
            bad(&refusal, "set HTTPS_PROXY to http://HOST:PORT, or the endpoint's host in NO_PROXY")
        }
    };
    let begun = (time::precise_now(), Instant::now());
    let answer = options.fetch_certs(team);
    let took = begun.1.elapsed();
    let ended = time::precise_now();
    let certs = match answer.as_ref().map(keys_in) {
        Ok(Ok(keys)) => Finding::Good(format!("{} in {} ms", count(keys, "key"), took.as_millis())),
        Ok(Err(refusal)) => bad(
            &refusal,
            "something else answers in place of Access: look at the document with `curl -v` on the same machine",
        ),
        Err(refusal) => bad(refusal, advice(refusal.message())),
    };
    let clock = match answer.ok().and_then(|answer| answer.date) {
        Some(date) => clock(date.seconds(), begun.0, ended),
        None => Finding::Skipped("the endpoint did not say what time it is"),
    };
    vec![check("proxy", proxy), check("certs endpoint", certs), check("clock", clock)]
}

fn keys_in(answer: &CertsAnswer) -> Result<usize, Refusal> {
    Keys::from_json(&answer.document).map(|keys| keys.status().keys.len())
}

/// What helps, by the words of the library.
fn advice(reason: &str) -> &'static str {
    const ADVICE: [(&str, &str); 8] = [
        ("is the team", "compare the team's name with the dashboard, under Zero Trust > Settings"),
        ("by this machine's clock", "set the clock: timedatectl set-ntp true"),
        ("is not trusted", "if a proxy here re-signs TLS, name its authority with --ca-file"),
        ("certificate authority", "if a proxy here re-signs TLS, name its authority with --ca-file"),
        ("name lookup", "look at /etc/resolv.conf: getent hosts with the team's host must answer"),
        ("does not resolve", "look at /etc/resolv.conf: getent hosts with the team's host must answer"),
        ("proxy", "look at HTTPS_PROXY, and at what the proxy lets through"),
        ("timeout", "let this machine connect to port 443 of the team's host, or set HTTPS_PROXY"),
    ];
    let known = ADVICE.iter().find(|(words, _)| reason.contains(words));
    known
        .map_or("let this machine connect to port 443 of the team's host, or set HTTPS_PROXY", |(_, help)| {
            help
        })
}

/// Compares the endpoint's second with the time between question and answer by this machine's clock.
fn clock(date: i64, begun: f64, ended: f64) -> Finding {
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 have far fewer than 53 bits")]
    let date = date as f64;
    let (least, most) = (date - ended, date + 1.0 - begun);
    // Behind if the endpoint's is later.
    let behind = if least > 0.0 { least } else { most.min(0.0) };
    let direction = if behind > 0.0 { "behind" } else { "ahead of" };
    let words = format!("this machine's clock is {:.0} s {direction} the endpoint's", behind.abs());
    let advice = || "set the clock: timedatectl set-ntp true".to_owned();
    match behind.abs() {
        difference if difference > CLOCK_FAULT => Finding::Bad(words, advice()),
        difference if difference > f64::from(CLOCKS_APART) => Finding::Warning(words, advice()),
        _ => Finding::Good("agrees with the endpoint's".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(date: i64, begun: f64, ended: f64) -> &'static str {
        Check { name: "clock", finding: clock(date, begun, ended) }.parts().0
    }

    /// The endpoint's second may be any moment of the second that it names, and of the fetch.
    #[test]
    fn clocks_are_compared_with_the_grain_of_the_header() {
        assert_eq!(told(1_000, 1_000.0, 1_000.1), "ok");
        assert_eq!(told(1_000, 1_000.9, 1_004.9), "ok");
        assert_eq!(told(1_000, 1_005.9, 1_006.0), "ok");
        assert_eq!(told(1_000, 1_006.1, 1_006.2), "warning");
        assert_eq!(told(1_000, 994.0, 994.9), "warning");
        assert_eq!(told(1_000, 1_032.0, 1_032.1), "failed");
        assert_eq!(told(1_000, 960.0, 969.9), "failed");
        assert_eq!(told(1_000, 960.0, 970.1), "warning");
    }
}
