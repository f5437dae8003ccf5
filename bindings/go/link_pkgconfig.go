//go:build !cfaccess_dev

package cfaccess

// #cgo pkg-config: cfaccess
import "C"
