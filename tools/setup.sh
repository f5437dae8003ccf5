#!/usr/bin/env bash
# Installs what the tests use: Debian packages, target/venv, target/tools. Skips what is there already.
# setup.sh packages: what `make test-packages` uses besides, with target/packages-venv.
# Only the virtual environment is required; a test that lacks anything else is skipped and names it.
set -uo pipefail
cd "$(dirname "$0")/.."
mkdir -p target/tools

# up_to_date STAMP TEXT: whether the last run left the same text
up_to_date() {
    [ "$(cat "$1" 2>/dev/null)" = "$2" ]
}

for_tests() {
    command -v valgrind >/dev/null || packages+=(valgrind)
    command -v strace >/dev/null || packages+=(strace)
    command -v c++ >/dev/null || packages+=(g++)
    command -v pkg-config >/dev/null || packages+=(pkg-config)
    echo '#include <jansson.h>' | "${CC:-cc}" -E - >/dev/null 2>&1 || packages+=(libjansson-dev)
    echo '#include <microhttpd.h>' | "${CC:-cc}" -E - >/dev/null 2>&1 || packages+=(libmicrohttpd-dev)
    echo '#include <jwt.h>' | "${CC:-cc}" -E - >/dev/null 2>&1 || packages+=(libjwt-dev)
    command -v clang >/dev/null || packages+=(clang)
    command -v luajit >/dev/null || packages+=(luajit)
    command -v zsh >/dev/null || packages+=(zsh)
    command -v fish >/dev/null || packages+=(fish)
    command -v php >/dev/null || packages+=(php-cli)
    command -v chromium >/dev/null || command -v chromium-headless-shell >/dev/null || packages+=(chromium)
    command -v redis-server >/dev/null || packages+=(redis-server)
    "$PYTHON" -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)
}

for_packages() {
    command -v nginx >/dev/null || packages+=(nginx)
    [ -d /usr/share/nginx/src ] || packages+=(nginx-dev)
    [ -e /usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so ] ||
        packages+=(libnginx-mod-http-headers-more-filter)
    command -v wrk >/dev/null || packages+=(wrk)
    command -v caddy >/dev/null || packages+=(caddy)
    command -v haproxy >/dev/null || packages+=(haproxy)
    command -v dh >/dev/null || packages+=(debhelper)
    command -v lintian >/dev/null || packages+=(lintian)
    command -v cmake >/dev/null || packages+=(cmake)
    ruby -e 'require "ffi"' 2>/dev/null || packages+=(ruby ruby-ffi)
    [ -e /usr/share/java/jna.jar ] || packages+=(default-jdk-headless libjna-java)
}

install_packages() {
    [ ${#packages[@]} -eq 0 ] && return

    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "setup: not installed, since that takes root and apt-get: ${packages[*]}" >&2
        return
    fi
    echo "setup: installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    timeout 300 apt-get update -qq >/dev/null
    # One by one, so that a package that is not available does not prevent the others.
    for package in "${packages[@]}"; do
        timeout 300 apt-get install -y -qq --no-install-recommends "$package" >/dev/null ||
            echo "setup: not installed, since apt-get failed: $package" >&2
    done
}

# virtual_environment FOLDER REQUIREMENTS
virtual_environment() {
    local wanted folder=$1 requirements=$2
    wanted="$PWD $("$PYTHON" -VV) $(sha256sum <"$requirements")"
    up_to_date "$folder/made-from" "$wanted" && return
    echo "setup: making $folder"
    rm -rf "$folder"
    "$PYTHON" -m venv "$folder" &&
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
            --require-hashes --only-binary :all: -r "$requirements" &&
        echo "$wanted" >"$folder/made-from"
}

go_tools() {
    local wanted stamp=target/tools/made-from
    command -v go >/dev/null || return
    wanted="$(go version) $(sha256sum <tools/go.sum)"
    up_to_date $stamp "$wanted" && return
    echo "setup: building staticcheck"
    if go build -C tools -o ../target/tools/ honnef.co/go/tools/cmd/staticcheck; then
        echo "$wanted" >$stamp
    else
        rm -f target/tools/staticcheck
        echo "setup: not built: staticcheck" >&2
    fi
}

PYTHON=${PYTHON:-python3}
packages=()
folder=target/venv requirements=tests/requirements.txt
if [ "${1:-}" = packages ]; then
    for_packages
    folder=target/packages-venv requirements=tests/packages/requirements.txt
else
    for_tests
    go_tools
fi
install_packages
virtual_environment "$folder" "$requirements" || {
    echo "setup: $folder could not be made" >&2
    exit 1
}
