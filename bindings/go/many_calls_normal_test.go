//go:build !cfaccess_gc

package cfaccess_test

const manyCalls = 5000
