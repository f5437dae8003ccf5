package cfaccess

import "encoding/json"

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
// object by the first of its members "name", "email" and "id" that is a string and not empty.
// Several groups may have one name, so look at Custom itself where the identifiers matter. If any
// member of the list is anything else, or "groups" is not a list, the state is [GroupsUnknown]: a
// list that cannot be read whole is not read in part.
func (c *Claims) Groups() ([]string, GroupsState) {
	var custom map[string]json.RawMessage
	if c.custom == "" || c.custom.Decode(&custom) != nil {
		return nil, GroupsUnknown
	}
	member, present := custom["groups"]
	var list []any
	if !present || json.Unmarshal(member, &list) != nil {
		return nil, GroupsUnknown
	}
	if len(list) == 0 {
		return nil, GroupsAbsent
	}
	groups := make([]string, len(list))
	for i, item := range list {
		name, ok := groupName(item)
		if !ok {
			return nil, GroupsUnknown
		}
		groups[i] = name
	}
	return groups, GroupsPresent
}

func groupName(item any) (string, bool) {
	switch group := item.(type) {
	case string:
		return group, true
	case map[string]any:
		for _, member := range []string{"name", "email", "id"} {
			if name, ok := group[member].(string); ok && name != "" {
				return name, true
			}
		}
	}
	return "", false
}
