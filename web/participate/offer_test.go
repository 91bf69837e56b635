package participate_test

import (
	"fmt"
	"testing"

	"delfi/internal/account"
	"delfi/web/webtest"
)

// What the pages offer is what the use cases accept: enrolment in each stage and for
// each role, and the form of each round, also while a consultation is suspended.
func TestPagesOfferWhatIsAccepted(t *testing.T) {
	h := webtest.Open(t).Play(t)
	site := h.Site(t)
	ctx := t.Context()
	slugs := []string{webtest.Announced, webtest.Gathering, webtest.Answering, webtest.Published}
	accepted := map[bool]int{}
	people := 0
	look := func(when string) {
		for _, slug := range slugs {
			c, err := h.Consultations.Find(ctx, account.Actor{}, slug)
			if err != nil {
				t.Fatal(err)
			}
			people++
			id, err := h.Accounts.SignIn(ctx, account.Claims{Issuer: "http://provider.test", Subject: fmt.Sprint("new ", people), Name: "Nuova", Email: "n@posta.example"})
			if err != nil {
				t.Fatal(err)
			}
			fresh, err := h.Accounts.Actor(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			for who, actor := range map[string]account.Actor{"somebody new": fresh, "the moderator": h.Person(t, "marta"), "the facilitator": h.Person(t, "paolo")} {
				b := site.As(t, actor)
				offered := b.Get(t, at(slug, "")).Count(`main a.btn[href$="/enrol"]`) > 0
				form := b.Get(t, at(slug, "/enrol")).Status == 200
				err := h.Panel.Enrol(ctx, actor, c.ID, c.Protocol.Panel.Groups[0].ID)
				if offered != (err == nil) || form != (err == nil) {
					t.Errorf("%s, %s, %s: enrolment is offered %v, its form %v, and the use case says %v", when, slug, who, offered, form, err)
				}
				accepted[err == nil]++
			}
			// The forms of rounds, for somebody who is on the panel.
			member := h.Panelist(t, 5)
			seat, err := h.Panel.Seat(ctx, member, c.ID)
			if err != nil {
				continue
			}
			b := site.As(t, member)
			for _, r := range c.Rounds {
				_, err := h.Ballots.Paper(ctx, seat, r.Number)
				got := b.Get(t, at(slug, fmt.Sprintf("/rounds/%d", r.Number)))
				if offered := got.Status == 200 && got.Count("main form fieldset") > 0; offered != (err == nil) {
					t.Errorf("%s, %s, round %d: the form is offered %v (%d), and the use case says %v", when, slug, r.Number, offered, got.Status, err)
				}
				accepted[err == nil]++
			}
		}
	}
	look("as it is")
	for _, slug := range []string{webtest.Gathering, webtest.Answering} {
		if err := h.Consultations.Suspend(ctx, h.Person(t, "giulia"), slug, "ricorso"); err != nil {
			t.Fatal(err)
		}
	}
	look("suspended")
	if accepted[true] < 3 || accepted[false] < 10 {
		t.Errorf("too little was tried: %v", accepted)
	}
}
