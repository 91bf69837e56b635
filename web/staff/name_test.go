package staff_test

import (
	"strings"
	"testing"

	"delfi/internal/apptest"
	"delfi/web/webtest"
)

// A name that begins with "Comune di" stands after no preposition that would need another form.
func TestAnAdministrationsNameStandsAlone(t *testing.T) {
	h := webtest.Open(t)
	h.Consultation(t).Announced()
	site := h.Site(t)
	for _, path := range []string{"/desk", "/desk/" + apptest.Slug, "/consultations/" + apptest.Slug, "/"} {
		got := site.As(t, h.Person(t, "giulia")).Get(t, path)
		if got.Status != 200 {
			t.Fatalf("%s: %d", path, got.Status)
		}
		for _, word := range []string{"di", "del", "della", "a", "al", "da", "dal"} {
			if strings.Contains(strings.ToLower(got.Text("body")), " "+word+" comune di") {
				t.Errorf("%s says %q", path, word+" Comune di")
			}
		}
	}
	if got := site.As(t, h.Person(t, "giulia")).Get(t, "/desk").Text("main"); !strings.Contains(got, "Dati e ruoli: Comune di Riva") {
		t.Errorf("the desk does not name the administration: %s", got)
	}
}
