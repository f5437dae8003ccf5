//go:build cfaccess_dev

package cfaccess

// The run path, unlike the older kind of rpath, lets LD_LIBRARY_PATH put another build in its place.

// #cgo CFLAGS: -I${SRCDIR}/../../include
// #cgo LDFLAGS: -L${SRCDIR}/../../target/release -lcfaccess -Wl,-rpath,${SRCDIR}/../../target/release -Wl,--enable-new-dtags
import "C"
