//go:build !cfaccess_gc

package cfaccess_test

const crowd = 5000
