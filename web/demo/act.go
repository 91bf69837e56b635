// Package demo is the bar of the demonstration: be somebody else with one
// click, let the synthetic panel answer, close the round now.
//
// Its routes are listed only while the built-in identity provider is on; without it
// they do not exist. It says on every page that this is a demonstration.
package demo

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"delfi/web/page"
)

// Panel plays the synthetic panel; the demonstration does.
type Panel interface {
	LetPanelAnswer(ctx context.Context, slug string) error
	CloseNow(ctx context.Context, slug string) error
}

// Person is one whom the reader can be.
type Person struct {
	Subject string // login hint
	Name    string
	Office  string // "riva/moderator"; "" for a citizen
}

// Handlers are the acts of the bar, for the table of routes.
type Handlers struct{ LetPanelAnswer, CloseNow page.Handler }

// New returns the handlers of a panel's acts.
func New(p Panel) Handlers {
	act := func(use func(context.Context, string) error, done string) page.Handler {
		return func(q *page.Request) error {
			slug := q.Param("slug")
			if err := use(q.Context(), slug); err != nil {
				return err
			}
			q.Flash(done)
			return q.Redirect("/consultations/" + slug)
		}
	}
	return Handlers{LetPanelAnswer: act(p.LetPanelAnswer, "demo.done.answered"), CloseNow: act(p.CloseNow, "demo.done.closed")}
}

// Bar gives the bar for page.Options. Its acts are offered where open tells that the
// consultation of a page has a round that takes answers.
func Bar(people []Person, open func(ctx context.Context, slug string) bool) func(q *page.Request) templ.Component {
	return func(q *page.Request) templ.Component {
		slug := consultation(q.Path())
		if slug != "" && !open(q.Context(), slug) {
			slug = ""
		}
		return bar(people, slug)
	}
}

// consultation gives the slug of the consultation that a path is about, or "".
func consultation(path string) string {
	for _, room := range []string{"/consultations/", "/desk/"} {
		if rest, ok := strings.CutPrefix(path, room); ok {
			slug, _, _ := strings.Cut(rest, "/")
			if slug != "new" {
				return slug
			}
		}
	}
	return ""
}

// office says what somebody is, in the reader's language.
func office(q *page.Request, p Person) string {
	_, role, ok := strings.Cut(p.Office, "/")
	if !ok {
		return q.T("demo.role.participant")
	}
	return q.T("demo.role." + role)
}
