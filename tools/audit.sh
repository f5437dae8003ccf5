#!/usr/bin/env bash
# Looks up the crates, Python packages and Go modules in use in the advisory databases.
set -uo pipefail
cd "$(dirname "$0")/.."
cargo_audit_version=0.22.2
pip_audit_version=2.10.1
status=0

echo "== crates"
cargo install --quiet --locked --root target/tools --version $cargo_audit_version cargo-audit || status=1
while read -r lock; do
    target/tools/bin/cargo-audit audit --deny warnings --file "$lock" || status=1
done < <(find . -name Cargo.lock -not -path '*/target/*')

echo "== Python packages"
"${PYTHON:-python3}" -m venv target/audit-venv || status=1
target/audit-venv/bin/python -m pip install --quiet --disable-pip-version-check \
    "pip-audit==$pip_audit_version" || status=1
target/audit-venv/bin/pip-audit --strict --disable-pip --require-hashes \
    --requirement tests/requirements.txt || status=1

echo "== Go modules"
go build -C tools -o ../target/tools/ golang.org/x/vuln/cmd/govulncheck || status=1
while read -r module; do
    target/tools/govulncheck -C "$(dirname "$module")" -tags cfaccess_dev ./... || status=1
done < <(find bindings benches -name go.mod)
exit $status
