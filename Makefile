# Everything that is built or fetched goes to target/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
prefix ?= /usr/local
libdir ?= $(prefix)/lib
bindir ?= $(prefix)/bin
mandir ?= $(prefix)/share/man
# Where bash, zsh and fish look by themselves.
completions = $(addprefix $(prefix)/share/,bash-completion/completions/cfaccess \
	zsh/site-functions/_cfaccess fish/vendor_completions.d/cfaccess.fish)
DESTDIR ?=
VENV := target/venv/bin
PACKAGES_VENV := target/packages-venv/bin
ONLY ?=
SECONDS ?= 60
DOCS ?=
TARGET ?=

export PYTHON
export CARGO_TARGET_DIR := $(CURDIR)/target
program = $(CARGO_TARGET_DIR)/cli/release/cfaccess
export RUFF_CACHE_DIR := $(CURDIR)/target/ruff

.PHONY: help build cli static install install-library install-cli deb reproducible size failpoint later demo check test \
	test-packages nginx bless notices sbom wheel bench bench-scale bench-servers bench-faults \
	bench-revocation bench-local bench-nginx fuzz audit setup format vectors requirements clean

help: ## Show this help
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1|\2/p' Makefile | while IFS='|' read -r name about; do \
		printf '  make %-15s %s\n' "$$name" "$$about"; done

build: ## Build the library: target/release/libcfaccess.so
	@tools/require.sh rust c
	cargo build --release --locked

# Thin LTO: the program answers within milliseconds either way, and fat LTO takes minutes more to build it.
cli: export CARGO_PROFILE_RELEASE_LTO := thin
cli: export CARGO_PROFILE_RELEASE_CODEGEN_UNITS := 16
cli: ## Build the program cfaccess: target/cli/release/cfaccess
	@tools/require.sh rust c
	tools/without_paths.sh cargo build --release --locked --package cfaccess-cli --target-dir $(CARGO_TARGET_DIR)/cli

static: build ## Build the static library for C programs: target/static/libcfaccess.a
	@mkdir -p target/static
	tools/localize.sh target/release/libcfaccess.a target/static/libcfaccess.a

install: install-library install-cli ## Install library and program: prefix=/usr/local DESTDIR=

install-library: ## Install library, header and pkg-config file for C
	@tools/require.sh rust cargo-c c
	tools/without_paths.sh cargo cinstall --release --locked "--prefix=$(prefix)" "--libdir=$(libdir)" "--destdir=$(DESTDIR)/"
	tools/localize.sh "$(DESTDIR)$(libdir)"/libcfaccess.a "$(DESTDIR)$(libdir)"/libcfaccess.a

install-cli: cli ## Install the program cfaccess, its manual pages and completions
	install -D -m 755 $(program) $(DESTDIR)$(bindir)/cfaccess
	$(program) man $(DESTDIR)$(mandir)/man1
	@mkdir -p $(foreach folder,$(completions),$(DESTDIR)$(dir $(folder)))
	$(program) completions bash >$(DESTDIR)$(word 1,$(completions))
	$(program) completions zsh >$(DESTDIR)$(word 2,$(completions))
	$(program) completions fish >$(DESTDIR)$(word 3,$(completions))

deb: ## Build the Debian packages: target/debian/
	@tools/require.sh rust c
	tools/debian.sh target/debian

reproducible: ## Build the Debian packages a second time, elsewhere, and compare the bytes; takes minutes
	@tools/require.sh rust c
	tools/reproducible.sh

size: ## Say what the bytes of the library are for: docs/size.md has the table
	@tools/require.sh rust c python
	CARGO_PROFILE_RELEASE_STRIP=debuginfo cargo build --release --locked --target-dir target/size
	@$(PYTHON) tools/size.py target/size/release/libcfaccess.so

failpoint: ## Build it with the panic of tests: target/failpoint/libcfaccess.so
	@tools/require.sh rust c
	cargo build --locked --features failpoint
	@mkdir -p target/failpoint
	install -m 755 target/debug/libcfaccess.so target/failpoint/

later: ## Build it with the claims of a later version, for tests: target/later/libcfaccess.so
	@tools/require.sh rust c
	cargo build --locked --features later
	@mkdir -p target/later
	install -m 755 target/debug/libcfaccess.so target/later/

demo: ## Verify the same tokens from C, Python and Go, revoke a person, and sign in at a local Access
	@tools/require.sh rust c python go
	@$(MAKE) --no-print-directory build cli
	@$(PYTHON) examples/demo

check: setup ## Run the quick checks and tests of every language; ONLY as in test
	@cd tests && exec $(PYTHON) -m run --quick $(ONLY)

test: ## Run every test; ONLY=--list names the suites, ONLY="go rust/lints" chooses some
	@tools/require.sh python
	@cd tests && exec $(PYTHON) -m run $(ONLY)

test-packages: ## Run every test of what is installed: packages, nginx, proxies; ONLY as in test
	@tools/require.sh python
	@cd tests && exec $(PYTHON) -m run --packages $(ONLY)

nginx: build ## Build the module for the nginx that is installed: target/nginx/ngx_http_cfaccess_module.so
	@tools/require.sh c
	tools/nginx.sh

bless: vectors ## Renew everything that is recorded: header, tests/abi, README, and what vectors makes
	@tools/require.sh rust c
	CFACCESS_BLESS=1 cargo test --locked --test abi --test header --test readme
	tools/debian_symbols.sh

notices: ## Write the licences of what is linked into library and program: target/notices/
	@tools/require.sh rust python
	@$(PYTHON) tools/third_party notices library target/notices/NOTICES-library.txt
	@$(PYTHON) tools/third_party notices program target/notices/NOTICES-program.txt

sbom: ## List what is linked into the library (CycloneDX): target/sbom/cfaccess.cdx.json
	@tools/require.sh rust python
	@tools/setup.sh packages
	@$(PACKAGES_VENV)/python tools/third_party sbom target/sbom/cfaccess.cdx.json

wheel: ## Build the Python wheel for glibc 2.17 and later, and the sdist: target/wheels/
	@tools/require.sh rust c python
	@tools/setup.sh packages
	$(PACKAGES_VENV)/python tools/wheel.py target/wheels

bench: setup build ## Measure next to other libraries: target/bench/report.md, docs/benchmarks.svg
	@tools/require.sh rust c python go
	$(VENV)/python benches

bench-scale: setup build ## Measure a million cached tokens: target/bench/scale.md
	@tools/require.sh rust c python
	$(VENV)/python benches scale

bench-servers: setup build ## Measure servers with and without the middleware: target/bench/servers.md
	@tools/require.sh rust c python go
	$(VENV)/python benches servers

bench-faults: setup build ## Measure faults of the key endpoint next to other libraries: docs/faults.md
	@tools/require.sh rust c python go node
	@cd benches && PYTHONPATH=$(CURDIR)/tests exec $(CURDIR)/$(VENV)/python -m faults $(ONLY)

bench-revocation: setup ## Measure revocations, and their stores under load: target/bench/revocation.md; docs/ with DOCS=1
	@tools/require.sh rust c python go
	@cd benches && exec env SECONDS="$(SECONDS)" DOCS="$(DOCS)" $(CURDIR)/$(VENV)/python -m revocation $(ONLY)

bench-local: setup cli ## Measure what a request costs through the local Access, and its memory for 1 GiB each way
	@cd benches && exec $(CURDIR)/$(VENV)/python -m local_access

bench-nginx: setup nginx ## Measure nginx with and without the module: target/bench/nginx.md; docs/ with DOCS=1
	@cd benches && exec env DOCS="$(DOCS)" $(CURDIR)/$(VENV)/python -m nginx

fuzz: ## Fuzz each target, or the one named by TARGET, for SECONDS (60)
	@tools/require.sh rust
	@tools/fuzz.sh "$(SECONDS)" $(TARGET)

audit: setup ## Look for known vulnerabilities in dependencies; needs the network
	@tools/require.sh rust python go
	@tools/audit.sh

setup: ## Fetch what the tests use: Debian packages, target/venv, target/tools
	@tools/require.sh python
	@tools/setup.sh

format: setup ## Format Rust, Python, Go and C sources
	cargo fmt --all
	cd benches && cargo fmt --all
	cd fuzz && cargo fmt --all
	$(VENV)/ruff check --quiet --fix .
	$(VENV)/ruff format .
	gofmt -w bindings examples benches
	tools/format_c.sh -i

vectors: setup ## Generate tests/vectors and the demo's tokens
	$(VENV)/python tests/vectors/generate
	$(VENV)/python examples/demo/make_tokens.py

requirements: ## Pin the newest versions of tests/requirements.in
	@tools/require.sh python
	@tools/requirements.sh

clean: ## Remove target/
	rm -rf target fuzz/target
