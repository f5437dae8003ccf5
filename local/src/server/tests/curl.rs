//! The same by a program that knows nothing of this one, with nothing but its environment.

use super::exact::exact;
use super::*;

#[tokio::test]
async fn curl_goes_through_the_proxy_by_its_environment() {
    if !crate::tls::has_tool("curl") {
        return;
    }
    let server = exact();
    for (option, version) in [("--http1.1", "1.1"), ("--http2", "2")] {
        let output =
            curl(&server, &[option, "--write-out", " by %{http_version}", "https://app.cfaccess.test/a"])
                .await;
        assert_eq!(output, format!("GET /a at app.cfaccess.test, 0 bytes by {version}"));
    }
    let code = ["--output", "/dev/null", "--write-out", "%{http_connect}"];
    let output = curl(&server, &[&code[..], &["https://example.com/"]].concat()).await;
    assert_eq!(output, "403");
    server.end().await;
}

async fn curl(server: &Running, arguments: &[&str]) -> String {
    let output = tokio::process::Command::new("curl")
        .args(["--silent", "--max-time", "10"])
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs(server.environment.iter().map(|(name, value)| (name, value)))
        .output()
        .await
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}
