#!/usr/bin/env bash
# Builds the module for the nginx that is installed: target/nginx/ngx_http_cfaccess_module.so, linked with
# target/release/libcfaccess.so where it lies. nginx-dev of Debian has the sources; NGINX_SOURCE names others.
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD
source=${NGINX_SOURCE:-/usr/share/nginx/src}
build=$root/target/nginx
module=ngx_http_cfaccess_module.so

[ -f "$source/conf_flags" ] || {
    echo "nginx.sh: $source is missing (Debian: apt-get install nginx-dev)" >&2
    exit 1
}
mkdir -p "$build"

# What it is configured from; as long as that stays the same, make knows what to compile.
configured_from() {
    cat "$source/conf_flags" tools/nginx.sh bindings/nginx/config
    echo "$root"
    nginx -V 2>&1 || true
}

if [ "$(configured_from | sha256sum)" != "$(cat "$build/configured-from" 2>/dev/null)" ]; then
    . "$source/conf_flags"
    export CFACCESS_CFLAGS="-I$root/include"
    export CFACCESS_LIBS="-L$root/target/release -Wl,-rpath,$root/target/release -lcfaccess"
    # Blanks in the path of the checkout are not for nginx's configure.
    (
        cd "$source"
        ./configure \
            --with-cc-opt="$(dpkg-buildflags --get CFLAGS) -fPIC $(dpkg-buildflags --get CPPFLAGS)" \
            --with-ld-opt="$(dpkg-buildflags --get LDFLAGS) -fPIC" \
            "${NGX_CONF_FLAGS[@]}" \
            --add-dynamic-module="$root/bindings/nginx" \
            --builddir="$build"
    ) >"$build/configure.log" 2>&1 || {
        tail -n 20 "$build/configure.log" >&2
        exit 1
    }
    configured_from | sha256sum >"$build/configured-from"
fi
make -f "$build/Makefile" -C "$source" modules >"$build/make.log" 2>&1 || {
    cat "$build/make.log" >&2
    exit 1
}
echo "target/nginx/$module"
