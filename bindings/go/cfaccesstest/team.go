package cfaccesstest

import (
	"crypto/sha1" // #nosec G505 -- UUIDs of version 5 are made with it (RFC 9562 section 5.5)
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Team is the reserved team, the only one whose verifiers accept the keys of this package.
const Team = "cfaccess-local"

const (
	host   = Team + ".cloudflareaccess.com"
	issuer = "https://" + host
)

// AudienceOf returns the AUD tag of an application, which depends on nothing but its name, as `cfaccess local`
// derives it.
func AudienceOf(application string) string {
	sum := sha256.Sum256([]byte(Team + "/" + application))
	return hex.EncodeToString(sum[:])
}

// namespaceDNS is that of RFC 9562 appendix A.
var namespaceDNS = [16]byte{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}

// nameBased is a UUID of version 5.
func nameBased(namespace [16]byte, name string) [16]byte {
	sum := sha1.Sum(append(namespace[:], name...)) // #nosec G401 -- as above
	id := [16]byte(sum[:16])
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}

// stableID is the UUID that belongs to a name.
func stableID(kind, name string) [16]byte {
	return nameBased(nameBased(namespaceDNS, host), kind+"/"+name)
}

func uuidText(id [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

func clientIDOf(service string) string {
	return fmt.Sprintf("%x.access", stableID("service_token", service))
}
