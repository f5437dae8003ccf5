package cfaccess

// #include "revocations.h"
import "C"

// TargetKind says what a [Target] is: of which tokens it is about.
type TargetKind int32

const (
	// TargetTeam is every token of the team.
	TargetTeam TargetKind = C.CFACCESS_TARGET_TEAM
	// TargetApplication is tokens with an Application Audience (AUD) tag among their audiences.
	TargetApplication TargetKind = C.CFACCESS_TARGET_APPLICATION
	// TargetSubject is tokens of the person with a "sub".
	TargetSubject TargetKind = C.CFACCESS_TARGET_SUBJECT
	// TargetEmail is tokens of the person with an "email".
	TargetEmail TargetKind = C.CFACCESS_TARGET_EMAIL
	// TargetService is tokens of the service with a Client ID.
	TargetService TargetKind = C.CFACCESS_TARGET_SERVICE
	// TargetSession is tokens of one login, by [Claims.Session].
	TargetSession TargetKind = C.CFACCESS_TARGET_SESSION
)

var targetNames = map[TargetKind]string{
	TargetTeam:        "team",
	TargetApplication: "application",
	TargetSubject:     "subject",
	TargetEmail:       "email",
	TargetService:     "service",
	TargetSession:     "session",
}

// String returns the name that the kind has in all languages: "email". It is "none" for the zero value.
func (k TargetKind) String() string {
	if name, ok := targetNames[k]; ok {
		return name
	}
	return "none"
}

// Target is what a revocation is about: [Team], [Application], [Subject], [Email], [ClientID] or [Session]. Values are
// compared without regard to ASCII case, e-mail addresses without regard to any case, and sessions exactly. The zero
// Target is none.
type Target struct {
	kind  TargetKind
	value string
}

// Team is every token of the team.
func Team() Target { return Target{TargetTeam, ""} }

// Application is the tokens with this Application Audience (AUD) tag among their audiences.
func Application(audience string) Target { return Target{TargetApplication, audience} }

// Subject is the tokens of the person with this "sub".
func Subject(subject string) Target { return Target{TargetSubject, subject} }

// Email is the tokens of the person with this "email".
func Email(email string) Target { return Target{TargetEmail, email} }

// ClientID is the tokens of the service with this Client ID.
func ClientID(clientID string) Target { return Target{TargetService, clientID} }

// Session is the tokens of one login, by its [Claims.Session].
func Session(session string) Target { return Target{TargetSession, session} }

// Kind returns what the target is, 0 for the zero Target.
func (t Target) Kind() TargetKind { return t.kind }

// Value returns its value, empty for the team. In an entry of a list it is as it is compared.
func (t Target) Value() string { return t.value }

// inC returns kind and value in the form of the library.
func (t Target) inC() (C.int32_t, *C.char, error) {
	value, err := terminated("the value of the target", t.value, ErrInvalidArgument)
	return C.int32_t(t.kind), value, err
}
