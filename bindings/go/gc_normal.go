//go:build !cfaccess_gc

package cfaccess

func collectGarbage() {}
