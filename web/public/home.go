package public

import (
	"sort"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/report/schema"
	"delfi/web/dossier"
	"delfi/web/page"
)

// homeView is the home page: open (the reader's first), what is owed, coming, concluded.
type homeView struct {
	Owner, Address string // of the only administration; "" when there are several
	Open           []view
	Owed           []view // published, the reply not given yet
	Coming         []view
	Concluded      []view
	Summaries      map[uuid.UUID]schema.Summary // of the published ones
	Promised       int                          // concluded ones for which a reply is owed or was given
	Given          int                          // replies given
	Late           int                          // replies that are late
}

// home lists what there is.
func (c room) home(q *page.Request) error {
	all, err := c.Consultations.Listed(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	administrations, err := c.Accounts.Administrations(q.Context())
	if err != nil {
		return err
	}
	var h homeView
	if len(administrations) == 1 {
		h.Owner, h.Address = administrations[0].Name, administrations[0].Address
	}
	if h.Summaries, err = c.Reports.Summaries(q.Context()); err != nil {
		return err
	}
	for _, one := range all {
		v := view{dossier.In(q, one)}
		switch one.Stage {
		case consultation.Draft:
			continue // drafts are the desk's
		case consultation.Announced:
			h.Coming = append(h.Coming, v)
		case consultation.Running:
			if q.Actor.SignedIn() && one.Origin == nil {
				if v.Group, err = c.Panel.Group(q.Context(), q.Actor, one.ID); err != nil {
					return err
				}
				if v.View, err = c.seats.Tell(q, v.View); err != nil {
					return err
				}
			}
			h.Open = append(h.Open, v)
		default:
			h.conclude(q, v)
		}
	}
	h.order(q)
	return q.Render(200, home(h))
}

// conclude puts a concluded one where it belongs, and counts what is owed.
func (h *homeView) conclude(q *page.Request, v view) {
	h.Concluded = append(h.Concluded, v)
	due, ok := v.ReplyDue()
	switch {
	case !ok:
		return // not published yet, withdrawn, or held elsewhere: nothing is owed
	case v.Stage == consultation.Answered:
		h.Given++
	default:
		h.Owed = append(h.Owed, v)
		if q.Days(due) < 0 {
			h.Late++
		}
	}
	h.Promised++
}

// order puts the reader's own first, then what closes first; debts by their day;
// what comes by its beginning.
func (h *homeView) order(q *page.Request) {
	sort.SliceStable(h.Open, func(i, j int) bool {
		a, b := h.Open[i], h.Open[j]
		if (a.Group != "") != (b.Group != "") {
			return a.Group != ""
		}
		ra, oka := a.OpenRound(q.Now)
		rb, okb := b.OpenRound(q.Now)
		if oka != okb {
			return oka
		}
		return oka && ra.Deadline.Before(rb.Deadline)
	})
	sort.SliceStable(h.Owed, func(i, j int) bool {
		a, _ := h.Owed[i].ReplyDue()
		b, _ := h.Owed[j].ReplyDue()
		return a.Before(b)
	})
	sort.SliceStable(h.Coming, func(i, j int) bool { return h.Coming[i].StartsAt.Before(h.Coming[j].StartsAt) })
	sort.SliceStable(h.Concluded, func(i, j int) bool {
		return h.Concluded[i].ConcludedAt.After(h.Concluded[j].ConcludedAt)
	})
}
