package cfaccess

/*
#include "shim.h"
*/
import "C"

import (
	"encoding/json"
	"runtime"
	"unsafe"
)

// GroupsState is what a token says about the groups of a person.
type GroupsState int

const (
	// GroupsUnknown: the token does not say. The team has not configured the claim, or Access
	// has left it out because the token grew too large, or its form is not supported.
	// It is no reason to think that the person is in no group.
	GroupsUnknown GroupsState = iota
	// GroupsAbsent: the token says that there are none: its list is empty, or null.
	GroupsAbsent
	// GroupsPresent: the token lists them.
	GroupsPresent
)

// String returns "unknown", "absent" or "present".
func (s GroupsState) String() string {
	switch s {
	case GroupsAbsent:
		return "absent"
	case GroupsPresent:
		return "present"
	default:
		return "unknown"
	}
}

// Groups are those of the member "groups" of Custom, in its order. The list is nil unless the
// state is [GroupsPresent].
//
// Identity providers list groups as strings or as objects. A string is taken unchanged; an
// object by the first of its members "name", "email" and "id" that is a string and not empty. A
// single string is one group. Several groups may have one name, so read Custom itself where the
// identifiers matter. If any member of the list is anything else, or "groups" has any other form,
// the state is [GroupsUnknown]: a list that cannot be read whole is not read in part.
func (c *Claims) Groups() ([]string, GroupsState) {
	text, err := groupsFromCustom(string(c.custom))
	var groups []string
	if err != nil || json.Unmarshal(text, &groups) != nil || groups == nil {
		return nil, GroupsUnknown
	}
	if len(groups) == 0 {
		return nil, GroupsAbsent
	}
	return groups, GroupsPresent
}

// groupsFromCustom is a JSON list, or null if the custom claims do not tell.
func groupsFromCustom(custom string) ([]byte, error) {
	text := (*C.char)(unsafe.Pointer(unsafe.StringData(custom)))
	made := C.cfaccess_go_groups_from_custom(text, C.size_t(len(custom)))
	runtime.KeepAlive(custom)
	if err := outcomeError(made.outcome); err != nil {
		return nil, err
	}
	defer C.cfaccess_string_free(made.string)
	return []byte(C.GoString(made.string)), nil
}
