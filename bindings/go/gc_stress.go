//go:build cfaccess_gc

package cfaccess

import "runtime"

// collectGarbage runs before every call into the library, so that a value which is freed too early
// is freed here, where a test sees it.
func collectGarbage() { runtime.GC() }
