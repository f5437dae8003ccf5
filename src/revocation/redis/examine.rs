//! How the server is set up: what may lose revocations, and what time it is there.

use redis::cmd;

use super::super::store::{StoreError, StoreReport};
use super::connection::Connection;
use super::fault::Fault;
use super::reply::{array_of, number, text};
use crate::time::Timestamp;

pub(super) fn examine(connection: &mut Connection) -> Result<StoreReport, Fault> {
    let [seconds, _] = array_of(connection.ask(cmd("TIME"))?)?;
    let seconds = i64::try_from(number(seconds)?).ok().and_then(Timestamp::new);
    let clock_ahead = seconds.map(|there| there.since(Timestamp::now()));
    let concerns = match connection.ask(cmd("INFO")) {
        Ok(info) => concerns(&text(info)?),
        Err(Fault::Store(StoreError::Refused(_))) => vec![(
            "the user's ACL does not allow INFO, so that nothing is known of appendonly and maxmemory-policy"
                .to_owned(),
            "allow it (+info), or look with another user".to_owned(),
        )],
        Err(fault) => return Err(fault),
    };
    Ok(StoreReport { clock_ahead, concerns })
}

fn concerns(info: &str) -> Vec<(String, String)> {
    let value =
        |name: &str| info.lines().find_map(|line| line.trim_end().strip_prefix(name)?.strip_prefix(':'));
    let mut concerns = Vec::new();
    let mut add = |concern: String, help: &str| concerns.push((concern, help.to_owned()));
    let is_bounded = value("maxmemory").is_some_and(|bytes| bytes != "0");
    if let Some(policy) = value("maxmemory_policy").filter(|policy| policy.starts_with("allkeys"))
        && is_bounded
    {
        add(
            format!("maxmemory-policy {} lets the server drop revocations", crate::status::one_line(policy)),
            "set maxmemory-policy to noeviction or one of volatile-*",
        );
    }
    if value("aof_enabled") == Some("0") {
        add(
            "appendonly is off: a restart loses what was written since the last snapshot".to_owned(),
            "set appendonly to yes",
        );
    }
    for (name, good) in [("aof_last_write_status", "ok"), ("rdb_last_bgsave_status", "ok")] {
        if value(name).is_some_and(|status| status != good) {
            add(
                format!("{name} is not {good}: the server cannot save its data"),
                "look at its log and its disk",
            );
        }
    }
    if value("role") == Some("slave") {
        add("the server is a replica and takes no writes".to_owned(), "name its primary");
    }
    concerns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(info: &str) -> Vec<String> {
        concerns(info).into_iter().map(|(concern, _)| concern).collect()
    }

    #[test]
    fn what_may_lose_revocations_is_told() {
        let good = "# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\naof_enabled:1\r\nrole:master\r\n\
                    aof_last_write_status:ok\r\nrdb_last_bgsave_status:ok\r\n";
        assert_eq!(found(good), [""; 0]);
        for (change, to, begins) in [
            ("maxmemory:0", "maxmemory:1048576", "maxmemory-policy allkeys-lru"),
            ("aof_enabled:1", "aof_enabled:0", "appendonly is off"),
            ("role:master", "role:slave", "the server is a replica"),
            ("write_status:ok", "write_status:err", "aof_last_write_status"),
            ("bgsave_status:ok", "bgsave_status:err", "rdb_last_bgsave_status"),
        ] {
            let [concern] = found(&good.replace(change, to)).try_into().expect("one concern");
            assert!(concern.starts_with(begins), "{concern}");
        }
        assert_eq!(found(""), [""; 0]);
    }
}
