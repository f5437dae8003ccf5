//go:build cfaccess_gc

package cfaccess_test

// A collection before every call of thousands of goroutines takes longer than any timeout.
const crowd = 100
