package main

// #cgo CFLAGS: -I${SRCDIR}/../floor
// #cgo LDFLAGS: -L${SRCDIR}/../../target/bench -lfloor -Wl,-rpath,${SRCDIR}/../../target/bench
// #cgo noescape floor_holds
// #cgo nocallback floor_holds
// #include "floor.h"
// #include <stdlib.h>
import "C"

import "unsafe"

func prepareFloor(folder string) func() {
	path := C.CString(folder)
	defer C.free(unsafe.Pointer(path))
	floor := C.floor_prepare(path)
	return func() {
		if C.floor_holds(floor) != 1 {
			panic("the signature of the floor is invalid")
		}
	}
}
