package consultation

import "testing"

// TestReservedSlugs refuses the names of the site's own pages, and no others.
func TestReservedSlugs(t *testing.T) {
	for _, slug := range reserved {
		if bad := CheckSlug(slug); len(bad) != 1 || bad[0].Code != "slug_reserved" {
			t.Errorf("%s: %v", slug, bad)
		}
	}
	for slug, code := range map[string]string{"piazza-2": "", "Piazza": "slug_form", "a--b": "slug_form", "newest": ""} {
		bad := CheckSlug(slug)
		if code == "" && bad != nil || code != "" && (len(bad) != 1 || bad[0].Code != code) {
			t.Errorf("%s: %v, want %q", slug, bad, code)
		}
	}
}
