package web_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"delfi/web/page"
	"delfi/web/webtest"
)

// switches changes the language of a form that came back: the page in the other language
// has all that was typed, in the form or to be copied, and nothing was done.
func (r *refusals) switches(b *webtest.Browser, at string, got webtest.Response) {
	r.Helper()
	button := got.Page.Find("button." + page.SwitchClass)
	if button.Length() == 0 {
		if got.Page.Find("a."+page.SwitchClass).Length() != 1 {
			r.Errorf("%s: no switch of the language", at)
		}
		return // nothing was sent
	}
	var typed url.Values
	for _, f := range formsOf(webtest.Found{Path: "/", Response: got}) {
		if f.id == button.AttrOr("form", "") {
			typed = f.filled(untouched)
		}
	}
	if typed == nil {
		r.Errorf("%s: the switch belongs to no form", at)
		return
	}
	sent := maps.Clone(typed)
	sent.Set(button.AttrOr("name", ""), button.AttrOr("value", ""))
	there := b.Post(r.T, button.AttrOr("formaction", ""), sent)
	if there.Page.Find("html").AttrOr("lang", "") != button.AttrOr("value", "") || there.Status >= 500 || there.Location != "" {
		r.Errorf("%s: switched: %d in %q", at, there.Status, there.Page.Find("html").AttrOr("lang", ""))
		return
	}
	var kept []string
	for _, f := range formsOf(webtest.Found{Path: "/", Response: there}) {
		for _, values := range f.filled(untouched) {
			kept = append(kept, values...)
		}
	}
	left := there.Page.Find("#f-refill").Text()
	for name, values := range typed {
		for _, v := range values {
			if strings.TrimSpace(v) != "" && !slices.Contains(kept, v) && !strings.Contains(left, name+": "+v) {
				r.Errorf("%s: switched to %s, and %s=%q is lost: %d %s", at, button.AttrOr("formaction", ""), name, v, there.Status, there.Text("main"))
			}
		}
	}
}
