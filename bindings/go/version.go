package cfaccess

// #include "shim.h"
import "C"

import "fmt"

// version is major << 16 | minor << 8 | patch.
type version uint32

func init() {
	header, library := version(C.CFACCESS_VERSION_NUMBER), version(C.cfaccess_version_number())
	if !library.serves(header) {
		panic(fmt.Sprintf("cfaccess: built for libcfaccess %v, but libcfaccess %v was loaded", header, library))
	}
}

// serves reports whether a program that was built with the header works with a library of
// version v: later versions are compatible within a major version, and within a minor one while the major one is 0.
func (v version) serves(header version) bool {
	sameSeries := v>>16 == header>>16
	if header>>16 == 0 {
		sameSeries = v>>8 == header>>8
	}
	return sameSeries && v >= header
}

func (v version) String() string {
	return fmt.Sprintf("%d.%d.%d", v>>16, v>>8&0xff, v&0xff)
}
