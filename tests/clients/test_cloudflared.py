"""A client that logs in as cloudflared does, written from a description of its protocol."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from local.origin import Origin
from local.program import running

from . import environments

CONFIG = """
[team]
cloudflared = true

[[application]]
name = "app"
upstream = "{upstream}"
skip_interstitial = true
[[application.policy]]
name = "everyone"
decision = "allow"
include = {{ everyone = true }}
"""


def test_wrangler_sees_that_a_host_is_behind_access(origin: Origin) -> None:
    with running(["--tls", "--upstream", origin.url]) as local:
        environment = local.ready["environment"]
        asked = subprocess.run(
            [
                *("curl", "--silent", "--show-error", "--output", "/dev/null"),
                *("--write-out", "%{http_code} %{redirect_url}"),
                *("--proxy", environment["HTTPS_PROXY"], "--cacert", environment["SSL_CERT_FILE"]),
                local.url("/"),
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )

    # What it looks for: https://github.com/cloudflare/workers-sdk, domainUsesAccess.
    assert asked.stdout.startswith("302 https://")
    assert "cloudflareaccess.com" in asked.stdout


def test_both_tokens_arrive_and_the_application_takes_them(origin: Origin, tmp_path: Path) -> None:
    program = environments.go("cloudflared")
    with running(["--tls", "--auto-login", "ada@example.com"], CONFIG.format(upstream=origin.url)) as local:
        environment = local.ready["environment"]
        client = subprocess.Popen(
            [program, local.url("/")],
            env={"HOME": str(tmp_path), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert client.stdout is not None
        address = client.stdout.readline().strip()
        assert "/cdn-cgi/access/cli?" in address, client.communicate(timeout=10)

        jar = str(tmp_path / "jar")
        subprocess.run(
            [
                *(
                    "curl",
                    "--silent",
                    "--show-error",
                    "--fail",
                    "--location",
                    "--output",
                    str(tmp_path / "page"),
                ),
                *("--proxy", environment["HTTPS_PROXY"], "--cacert", environment["SSL_CERT_FILE"]),
                *("--cookie", jar, "--cookie-jar", jar, address),
            ],
            check=True,
            timeout=30,
        )
        out, err = client.communicate(timeout=60)

    assert client.returncode == 0, err
    answer = json.loads(out)
    assert answer["app_token"].count(".") == 2
    assert (answer["is_taken"], answer["is_refused"], answer["is_exchanged"]) == (True, True, True)
