package administration

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// Administration is one public body on this server.
type Administration struct {
	ID      uuid.UUID
	Slug    string // e.g. "modena"; the provider's groups name it ("modena/moderator")
	Name    string // e.g. "Comune di Modena"
	Address string // one line for the footer, with how to be helped
	IPA     string // codice IPA, e.g. "c_f257"; "" when there is none
	Mail    string // where whoever runs the server reaches it; "" when nowhere
}

// The longest texts of an administration, in characters.
const (
	longestSlug, longestName, longestAddress, longestMail = 60, 200, 300, 200
)

var (
	// slugForm is what a slug may hold, as the table's own check says.
	slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	ipaForm  = regexp.MustCompile(`^[a-z0-9_]{2,20}$`) // agid, c_f257, r_emiro
)

// reserved are the slugs that an administration cannot have: the first part of an
// address of this site, beside which a body's own may stand one day.
var reserved = []string{
	"administrations", "admin", "api", "consultations", "council", "demo", "desk", "en", "first-run", "forum", "healthz", "help",
	"it", "me", "metrics", "new", "readyz", "record", "sign-in", "sign-out", "static", "webtest",
}

// Version names the data as they stand, the slug aside.
func (a Administration) Version() string { return prose.Version(a.Name, a.Address, a.IPA, a.Mail) }

// read gives a as it is stored, codes in small letters, and lists what is to be mended.
func (a Administration) read() (Administration, []fault.Field) {
	var bad []fault.Field
	text := func(name string, most int, needed bool, typed *string) {
		*typed = prose.Field{Name: name, Max: most, Needed: needed, Line: true}.Read(*typed, &bad)
	}
	text("slug", longestSlug, true, &a.Slug)
	switch {
	case len(bad) > 0:
	case !slugForm.MatchString(a.Slug):
		bad = append(bad, fault.Field{Name: "slug", Code: "slug", Message: "use lower-case letters, digits and single hyphens"})
	case slices.Contains(reserved, a.Slug):
		bad = append(bad, fault.Field{Name: "slug", Code: "administration_reserved", Message: "this site has an address of this name: choose another short name"})
	}
	text("name", longestName, true, &a.Name)
	text("address", longestAddress, false, &a.Address)
	text("mail", longestMail, false, &a.Mail)
	text("ipa", longestSlug, false, &a.IPA)
	a.IPA = strings.ToLower(a.IPA)
	if a.IPA != "" && !ipaForm.MatchString(a.IPA) {
		bad = append(bad, fault.Field{Name: "ipa", Code: "ipa_form", Message: "a codice IPA has 2 to 20 lower-case letters, digits and underscores, e.g. c_f257: mend it, or leave it out"})
	}
	if a.Mail != "" {
		if m, err := mail.ParseAddress(a.Mail); err != nil || m.Address != a.Mail {
			bad = append(bad, fault.Field{Name: "mail", Code: "mail_form", Message: "is no mail address: write it like urp@comune.example, or leave it out"})
		}
	}
	return a, bad
}

// Can tells whether the actor may change an administration's data and say who
// holds which role in it.
func Can(a office.Actor, administration uuid.UUID) bool {
	return a.Has(administration, office.Scope{}, office.Administrator)
}

func slugTaken() error {
	return fault.Bad(fault.Field{Name: "slug", Code: "administration_taken", Message: "another administration has this short name: choose another"})
}

// None is the fault of a short name that no administration has.
func None() error {
	return fault.New(fault.NotFound, "no_administration", "there is no such administration")
}
