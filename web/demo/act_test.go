package demo_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"delfi/internal/fault"
	"delfi/web"
	"delfi/web/demo"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/webtest"
)

// panel notes what was asked of it.
type panel struct {
	calls []string
	err   error
}

func (p *panel) LetPanelAnswer(_ context.Context, slug string) error {
	p.calls = append(p.calls, "answer "+slug)
	return p.err
}

func (p *panel) CloseNow(_ context.Context, slug string) error {
	p.calls = append(p.calls, "close "+slug)
	return p.err
}

func site(t *testing.T, p *panel) *webtest.Site {
	return webtest.Open(t).Site(t, func(_ *webtest.House, o *web.Options) { o.Demo = p })
}

func TestTheBarsActsLeadBackToTheConsultation(t *testing.T) {
	p := &panel{}
	b := site(t, p).Stranger()
	for _, act := range []string{"panel", "close"} {
		if got := b.Post(t, "/demo/piazza/"+act, url.Values{}); got.Status != 303 || got.Location != "/consultations/piazza" {
			t.Errorf("%s: %d to %q", act, got.Status, got.Location)
		}
		if got := b.Get(t, "/demo/piazza/"+act); got.Status != 405 {
			t.Errorf("reading %s: %d", act, got.Status)
		}
	}
	if strings.Join(p.calls, ", ") != "answer piazza, close piazza" {
		t.Error(p.calls)
	}
}

func TestWhatTheDemonstrationRefusesIsSaid(t *testing.T) {
	for status, err := range map[int]error{
		409: fault.New(fault.Conflict, "no_open_round", "no round is open: open one first"),
		404: fault.New(fault.NotFound, "no_page", "there is none"),
		500: errors.New("secret cause"),
	} {
		got := site(t, &panel{err: err}).Stranger().Post(t, "/demo/piazza/panel", url.Values{})
		if got.Status != status || got.Count("main h1") != 1 || strings.Contains(got.Body, "secret cause") {
			t.Errorf("%v: %d %s", err, got.Status, got.Text("main"))
		}
	}
}

func TestAnotherSiteCannotPlayThePanel(t *testing.T) {
	p := &panel{}
	s := site(t, p)
	req := webtest.Form("/demo/piazza/close", url.Values{})
	req.Header.Set("Origin", "https://evil.example")
	if got := s.Stranger().Do(t, req); got.Status != 403 || len(p.calls) > 0 {
		t.Errorf("%d, %v", got.Status, p.calls)
	}
}

// An act that cannot apply is not offered: without an open round there is nothing to
// answer and nothing to close.
func TestTheBarOffersOnlyWhatAnOpenRoundTakes(t *testing.T) {
	bar := demo.Bar(nil, func(_ context.Context, slug string) bool { return slug == "open" })
	for path, want := range map[string]int{
		"/consultations/open": 2, "/desk/open/minority": 2, "/consultations/published/opinion": 0, "/desk/new": 0, "/": 0,
	} {
		q := &page.Request{Printer: i18n.Printer{Lang: "it"}, R: httptest.NewRequest("GET", path, nil)}
		var b strings.Builder
		if err := bar(q).Render(page.With(t.Context(), q), &b); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(b.String(), "<form"); got != want {
			t.Errorf("%s: %d acts, want %d", path, got, want)
		}
	}
}
