package public_test

import (
	"strings"
	"testing"

	"delfi/web/webtest"
)

// TestTimeline: everybody reads what happened, newest first, with reasons, deadlines and
// entries of the record; acts on statements and contributions are not among it.
func TestTimeline(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	for _, act := range []error{
		h.Consultations.ExtendRound(t.Context(), h.Person(t, "paolo"), webtest.Answering, 3, 1, "C’è sciopero."),
		h.Consultations.Suspend(t.Context(), h.Person(t, "giulia"), webtest.Answering, "Un dubbio."),
	} {
		if act != nil {
			t.Fatal(act)
		}
	}
	got := site.Stranger().Get(t, "/consultations/"+webtest.Answering+"/timeline")
	lines := got.Page.Find("main ol.dlf-plain > li")
	if got.Status != 200 || lines.Length() < 8 {
		t.Fatalf("%d: %d lines", got.Status, lines.Length())
	}
	if first := strings.Join(strings.Fields(lines.Eq(0).Text()), " "); !strings.Contains(first, "Consultazione sospesa") || !strings.Contains(first, "«Un dubbio.»") || !strings.Contains(first, "voce ") {
		t.Errorf("the newest: %q", first)
	}
	if second := lines.Eq(1).Text(); !strings.Contains(second, "Giro prolungato") || !strings.Contains(second, "fino a") || !strings.Contains(second, "«C’è sciopero.»") {
		t.Errorf("the extension: %q", second)
	}
	all := got.Text("main ol.dlf-plain")
	for _, want := range []string{"Consultazione annunciata", "Consultazione cominciata", "Giro aperto", "Giro chiuso"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not told", want)
		}
	}
	for _, not := range []string{"Contributi uniti", "Affermazione"} {
		if strings.Contains(all, not) {
			t.Errorf("%q is told", not)
		}
	}
	if n := site.Stranger().Get(t, "/consultations/"+webtest.Answering).Count(`main a[href="/consultations/` + webtest.Answering + `/timeline"]`); n != 1 {
		t.Errorf("the consultation's page leads there %d times", n)
	}
	if en := site.Stranger().Get(t, "/en/consultations/"+webtest.Published+"/timeline").Text("main"); !strings.Contains(en, "Opinion published") || !strings.Contains(en, "version 1") {
		t.Errorf("in English: %s", en)
	}
}
