//go:build !cgo

package cfaccess

// Without cgo the compiler stops here: types are checked first, and this file comes before those that
// miss what cgo declares.
type _ cfaccess_needs_cgo__set_CGO_ENABLED_to_1_and_install_a_C_compiler
