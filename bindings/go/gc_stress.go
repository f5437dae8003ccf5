//go:build cfaccess_gc

package cfaccess

import "runtime"

// collectGarbage runs before every call into the library, so that an object that can be freed too early
// is freed here, where a test notices it.
func collectGarbage() { runtime.GC() }
