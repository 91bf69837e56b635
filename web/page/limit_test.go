package page

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"delfi/web/i18n"
)

func TestAForwardedAddressThatIsNotBelievedIsSaidOnce(t *testing.T) {
	h := newHouse(t, Options{Posts: 3})
	h.serve(Post("/act", Public, func(q *Request) error { return q.Redirect("/") }))
	for i := range 4 {
		w := h.post("/act", nil, header("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i)))
		if i == 3 && w.Code != http.StatusTooManyRequests {
			t.Errorf("a header made another client: %d", w.Code)
		}
	}
	text := h.log.String()
	if strings.Count(text, "--forwarded") != 1 || strings.Contains(text, "203.0") {
		t.Errorf("the log says %s", text)
	}
}

// What no text of ours holds is looked up nowhere: the page is not there, in words.
func TestAnAddressThatNothingHas(t *testing.T) {
	h := newHouse(t, Options{})
	var asked []string
	h.serve(Get("/consultations/{slug}", Public, Shared, func(q *Request) error {
		asked = append(asked, q.Param("slug"))
		return q.Render(200, text("found"))
	}))
	for _, path := range []string{"a%00b", "%00", "a%01", "%1b%5b2J", "%7f", "%c2%85", "%ff", "a%0ab", "a%0d", strings.Repeat("a", 300), strings.Repeat("%C3%A0", 200), "x?item=%00", "x?q=%ff"} {
		for lang, prefix := range map[string]string{"it": "", "en": "/en"} {
			w := h.get(prefix + "/consultations/" + path)
			if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), i18n.Words(lang, "status.404.title")) {
				t.Errorf("%.30s: %d %.200s", path, w.Code, w.Body)
			}
		}
	}
	if len(asked) > 0 {
		t.Errorf("looked up: %q", asked)
	}
	for _, path := range []string{"zone-30", "perch%C3%A9", "%E2%82%AC", strings.Repeat("a", 255), "x?item=%C3%A0", "x?item=%zz", "x?a=b%26c"} {
		if w := h.get("/consultations/" + path); w.Code != http.StatusOK {
			t.Errorf("%.30s: %d", path, w.Code)
		}
	}
}
