package consultation

import (
	"regexp"
	"slices"

	"delfi/internal/fault"
)

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// reserved are the slugs that no consultation can have: this site has pages of these names
// beside those of consultations. A test of the site derives them from its routes.
var reserved = []string{"checkpoint", "consultations", "cosigned", "cosignatures", "entries", "key", "new", "tile"}

// Reserved tells whether no consultation can have a slug.
func Reserved(slug string) bool { return slices.Contains(reserved, slug) }

// CheckSlug gives the fields to mend of a slug that is not empty.
func CheckSlug(slug string) []fault.Field {
	switch {
	case !slugForm.MatchString(slug):
		return []fault.Field{{Name: "slug", Code: "slug_form", Message: "use small letters, digits and single hyphens only"}}
	case Reserved(slug):
		return []fault.Field{{Name: "slug", Code: "slug_reserved", Message: "this site has a page of this name: choose another address"}}
	}
	return nil
}
