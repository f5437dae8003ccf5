//go:build cfaccess_gc

package cfaccess_test

// With thousands of goroutines, a collection before every call takes longer than any timeout.
const manyCalls = 100
