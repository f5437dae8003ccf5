//! `docs/local.md` says what a file may say.

use std::path::Path;

use super::super::Upstream;
use super::*;

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/local.md");
    std::fs::read_to_string(path).expect("docs/local.md")
}

#[test]
fn its_examples_are_configurations() {
    let document = document();
    let blocks: Vec<&str> =
        document.split("\n```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 3, "{}", blocks.len());
    for block in &blocks {
        let face_is_exact = block.starts_with("# --tls\n");
        assert!(
            Config::parse(block, face_is_exact).is_ok(),
            "{:?}\n{block}",
            Config::parse(block, face_is_exact)
        );
    }
    let upstream = Upstream { host: "127.0.0.1".into(), port: 8_000 };
    let default = format!("{:?}", Config::for_upstream(upstream, false));
    let first = Config::parse(blocks[0], false).expect("a configuration");
    assert_eq!(default, format!("{first:?}"), "the first is the default");
}

#[test]
fn its_tables_have_every_name_and_no_other() {
    let document = document();
    let secrets = ["secret", "client_secret"];
    for (heading, known) in [
        ("`[team]`", &TEAM[..]),
        ("`[[application]]`", &application::APPLICATION[..]),
        ("`[application.cors_headers]`", &application::CORS[..]),
        ("`[[application.policy]]`", &policy::POLICY[..]),
        ("`include`", &policy::INCLUDE[..]),
        ("`[[user]]`", &people::USER[..]),
        ("`[[service_token]]`", &people::SERVICE_TOKEN[..]),
    ] {
        let (_, section) = document.split_once(&format!("\n### {heading}\n")).expect(heading);
        let section = section.split("\n##").next().expect("a section");
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let mut told: Vec<&str> = rows.collect();
        let mut known: Vec<&str> = known.iter().copied().filter(|name| !secrets.contains(name)).collect();
        told.sort_unstable();
        known.sort_unstable();
        assert_eq!(told, known, "{heading}");
    }
}
