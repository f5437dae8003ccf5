//go:build !cgo

package cfaccess

// Without cgo the compiler stops here and prints the name.
var _ = cfaccess_needs_cgo_set_CGO_ENABLED_to_1_and_install_a_C_compiler
