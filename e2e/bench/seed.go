package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"delfi/e2e/bench/asked"
	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/login/devidp"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// person is somebody who can sign in, with the session they got.
type person struct {
	subject string
	address string // as a proxy in front tells it
	actor   account.Actor
	cookie  string
}

// company is who steers the consultations of the bench.
type company struct {
	administration uuid.UUID
	administrator  account.Actor
	moderators     []account.Actor
	facilitator    account.Actor
}

// casting is how many acts are seeded at once: two transactions full of ballots, so
// that one comes together while the other is written.
const casting = 256

// population gives n people of an identity provider, the staff last.
func population(n int) []devidp.Person {
	out := make([]devidp.Person, n, n+4)
	for i := range out {
		s := subject(i)
		out[i] = devidp.Person{Subject: s, Name: "Persona " + s, Email: s + "@posta.example", Municipality: "Riva d’Arno"}
	}
	for _, role := range []string{"administrator", "moderator", "moderator", "facilitator"} {
		s := fmt.Sprintf("staff-%d", len(out)-n)
		out = append(out, devidp.Person{Subject: s, Name: "Ufficio " + s, Email: s + "@riva.example", Municipality: "Riva d’Arno", Groups: []string{"riva/" + role}})
	}
	return out
}

func subject(i int) string { return fmt.Sprintf("p-%06d", i) }

// hire founds the administration and signs its staff in.
func (h *house) hire(ctx context.Context, issuer string, staff []devidp.Person) (company, error) {
	riva, err := h.Accounts.Found(ctx, account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	if err != nil {
		return company{}, err
	}
	c := company{administration: riva.ID}
	for _, p := range staff {
		a, err := h.enter(ctx, issuer, p)
		if err != nil {
			return c, err
		}
		switch {
		case a.Has(riva.ID, account.Scope{}, account.Administrator):
			c.administrator = a
		case a.Has(riva.ID, account.Scope{}, account.Moderator):
			c.moderators = append(c.moderators, a)
		default:
			c.facilitator = a
		}
	}
	return c, nil
}

// enter makes the account that a sign-in would make.
func (h *house) enter(ctx context.Context, issuer string, p devidp.Person) (account.Actor, error) {
	id, err := h.Accounts.SignIn(ctx, account.Claims{Issuer: issuer, Subject: p.Subject, Name: p.Name, Email: p.Email, Municipality: p.Municipality, Groups: p.Groups, Language: "it"})
	if err != nil {
		return account.Actor{}, err
	}
	return h.Accounts.Actor(ctx, id)
}

// people makes the accounts of the first n people.
func (h *house) people(ctx context.Context, issuer string, all []devidp.Person, n int) ([]person, error) {
	out := make([]person, n)
	err := each(n, func(i int) error {
		a, err := h.enter(ctx, issuer, all[i])
		out[i] = person{subject: all[i].Subject, actor: a, address: fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255)}
		return err
	})
	return out, err
}

// each runs do for 0 … n-1, some at once.
func each(n int, do func(i int) error) error {
	var g errgroup.Group
	g.SetLimit(casting)
	for i := range n {
		g.Go(func() error { return do(i) })
	}
	return g.Wait()
}

// answering is a consultation with its first answer round open and answered.
type answering struct {
	slug   string
	people int // ballots in round 2
	items  int
	own    []person // those of them who can sign in; the rest have no account
	asked  asked.Kind
	c      consultation.Consultation
}

const (
	gatherRound = 1
	firstRound  = 2 // of answers
	secondRound = 3 // of answers, with feedback on the first
)

// value is what voter i answers to statement k, on a scale of 9: some statements
// find agreement, some part the panel, some scatter it, and later rounds move a few.
func value(i, k, round int) int {
	x := uint64(i)*0x9E3779B97F4A7C15 ^ uint64(k)*0xC2B2AE3D27D4EB4F
	x ^= x >> 29
	x *= 0xBF58476D1CE4E5B9
	x ^= x >> 32
	roll := int(x % 1000)
	v := 1 + int(x>>20%9)
	switch {
	case k%3 == 0 && roll < 640:
		v = 7 + int(x>>40%3)
	case k%3 == 1 && roll < 430:
		v = 1 + int(x>>40%3)
	case k%3 == 1 && roll < 860:
		v = 7 + int(x>>40%3)
	}
	if round > firstRound && x>>50%7 == 0 {
		v = v%9 + 1
	}
	return v
}

func values(i, items, round int) []int {
	out := make([]int, items)
	for k := range out {
		out[k] = value(i, k, round)
	}
	return out
}

// reason is what one voter in twenty writes.
func reason(i int) string {
	if i%20 != 0 {
		return ""
	}
	return fmt.Sprintf("Motivo %d: la via è stretta, i bambini sono tanti e alle otto non si passa.", i)
}

// play brings a consultation to its first answer round, answered by everybody.
func (h *house) play(ctx context.Context, staff company, a *answering) error {
	now := h.DB.Now()
	form := draftForm(a.slug, now.AddDate(0, 0, 1).Format(time.DateOnly), now.AddDate(0, 6, 0).Format(time.DateOnly), staff)
	if a.asked.Protocol != "" {
		form.Protocol = a.asked.Protocol
	}
	if _, err := h.Drafts.Create(ctx, staff.administrator, staff.administration, form); err != nil {
		return err
	}
	if err := h.Consultations.Announce(ctx, staff.administrator, a.slug); err != nil {
		return err
	}
	if err := h.Consultations.Start(ctx, staff.administrator, a.slug); err != nil {
		return err
	}
	var err error
	if a.c, err = h.Consultations.Find(ctx, staff.administrator, a.slug); err != nil {
		return err
	}
	if err := h.Consultations.CloseRound(ctx, staff.facilitator, a.slug, gatherRound, "le proposte ci sono"); err != nil {
		return err
	}
	err = h.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := h.Consultations.ByID(ctx, tx, a.c.ID)
		if err != nil {
			return err
		}
		for k := range a.items {
			text := fmt.Sprintf("Affermazione %d: le vie delle scuole sono chiuse al traffico privato nei trenta minuti dell’entrata e dell’uscita.", k+1)
			if _, err := h.Consultations.AddItem(ctx, tx, &c, "", text, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := h.Consultations.ReleaseRound(ctx, staff.moderators[0], a.slug, gatherRound); err != nil {
		return err
	}
	if err := h.Consultations.OpenRound(ctx, staff.facilitator, a.slug, firstRound); err != nil {
		return err
	}
	return h.answer(ctx, a)
}

// answer enrols the panel, after the opening so that no letters wait for it, and
// casts everybody's ballot in the first answer round.
func (h *house) answer(ctx context.Context, a *answering) error {
	var err error
	if a.c, err = h.Consultations.Find(ctx, account.Actor{}, a.slug); err != nil {
		return err
	}
	items, _, err := h.Ballots.Asked(ctx, a.c.ID, firstRound)
	if err != nil {
		return err
	}
	seats, err := h.seat(ctx, a)
	if err != nil {
		return err
	}
	return each(a.people, func(i int) error {
		_, err := h.Ballots.Cast(ctx, seats[i], firstRound, a.asked.Paper(a.c.Protocol.ItemKinds[0], items, values(i, a.items, firstRound), reason(i)), ballot.Part{})
		return err
	})
}

// seat enrols a panel: the first can sign in, the rest have no accounts.
func (h *house) seat(ctx context.Context, a *answering) ([]pseudonym.Seat, error) {
	group := a.c.Protocol.Panel.Groups[0].ID
	seats := make([]pseudonym.Seat, len(a.own), a.people)
	err := each(len(a.own), func(i int) error {
		if err := h.Panel.Enrol(ctx, a.own[i].actor, a.c.ID, group); err != nil {
			return err
		}
		var err error
		seats[i], err = h.Panel.Seat(ctx, a.own[i].actor, a.c.ID)
		return err
	})
	if err != nil || a.people == len(a.own) {
		return seats, err
	}
	rest, err := h.strangers(ctx, a.c, len(a.own), a.people)
	return append(seats, rest...), err
}

// strangers enrols and seats the people of a panel from one to before another, who
// have no accounts.
func (h *house) strangers(ctx context.Context, c consultation.Consultation, from, to int) ([]pseudonym.Seat, error) {
	group := c.Protocol.Panel.Groups[0].ID
	if err := h.Panel.EnrolForeign(ctx, c.ID, group, to-from); err != nil {
		return nil, err
	}
	return h.Pseudonyms.Foreign(ctx, c.ID, group, strangerNames(from, to)...)
}

// strangerNames are what their seats are made from.
func strangerNames(from, to int) []string {
	out := make([]string, 0, to-from)
	for i := from; i < to; i++ {
		out = append(out, fmt.Sprint("v", i))
	}
	return out
}

// goOn lets every undecided statement go on and opens the next round.
func (h *house) goOn(ctx context.Context, staff company, a *answering) error {
	items, err := h.Consultations.Items(ctx, a.c.ID)
	if err != nil {
		return err
	}
	for _, it := range items {
		if it.State != consultation.ItemLive {
			continue
		}
		if err := h.Consultations.Decide(ctx, staff.facilitator, a.slug, it.ID, consultation.GoOn, "si vuole vedere se le risposte tengono", ""); err != nil {
			return err
		}
	}
	if err := h.Consultations.OpenRound(ctx, staff.facilitator, a.slug, secondRound); err != nil {
		return err
	}
	a.c, err = h.Consultations.Find(ctx, account.Actor{}, a.slug)
	return err
}

// publish takes a consultation through the closing of its first answer round to
// its published opinion, in this process.
func (h *house) publish(ctx context.Context, staff company, a *answering) error {
	if err := h.Consultations.CloseRound(ctx, staff.facilitator, a.slug, firstRound, "hanno risposto tutti"); err != nil {
		return err
	}
	if err := h.Jobs.Drain(ctx); err != nil {
		return err
	}
	if err := h.Consultations.Conclude(ctx, staff.facilitator, a.slug, "un giro è bastato"); err != nil {
		return err
	}
	if err := h.Jobs.Drain(ctx); err != nil {
		return err
	}
	// The panel's seven days do not pass in a run; without dissent nothing is declared.
	err := h.Consultations.ForgoMinority(ctx, staff.facilitator, a.slug, "Una prova di carico non riferisce il dissenso.", "")
	if err != nil && fault.KindOf(err) != fault.Conflict {
		return err
	}
	return h.Consultations.Publish(ctx, staff.administrator, a.slug, consultation.OpinionTexts{
		Summary: "Il panel chiede percorsi protetti.", Limitations: "Non è un campione.",
	})
}

// standing is a conversation with one standing round.
type standing struct {
	slug   string
	id     uuid.UUID
	people int
	items  []consultation.Item
	seats  []pseudonym.Seat
}

// standingRound is its number; standingPoints its scale, as protocol.Standing has it.
const (
	standingRound  = 1
	standingPoints = 3
)

// converse makes a standing round, answered once by everybody.
func (h *house) converse(ctx context.Context, staff company, slug string, people, items int) (*standing, error) {
	protocol, err := protocol.Standing(protocol.StandingPlan{
		Language: "it", GroupName: "Tutti", Days: 14, LatestKeyDate: h.DB.Now().AddDate(1, 0, 0).Format(time.DateOnly),
	})
	if err != nil {
		return nil, err
	}
	id := uuid.New()
	if err := h.hold(ctx, id); err != nil {
		return nil, err
	}
	c, err := h.Consultations.Import(ctx, steering.ImportPlan{
		ID: id, Administration: staff.administration, Title: "Conversazione " + slug, Question: "Che cosa conta?", Language: "it",
		Origin: consultation.Origin{Name: "Bench", Licence: "CC0"}, Protocol: protocol,
	})
	if err != nil {
		return nil, err
	}
	s := &standing{slug: slug, id: c.ID, people: people}
	err = h.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		for k := range items {
			it, err := h.Consultations.AddItem(ctx, tx, &c, "", fmt.Sprintf("Affermazione %d", k+1), nil)
			if err != nil {
				return err
			}
			s.items = append(s.items, it)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if s.seats, err = h.strangers(ctx, c, 0, people); err != nil {
		return nil, err
	}
	return s, each(people, func(i int) error { return h.say(ctx, s, i, 0) })
}

// converged publishes a standing round that is closed, once the server has destroyed
// key and ballots.
func (h *house) converged(ctx context.Context, s *standing) error {
	if err := h.Consultations.ConcludeForeign(ctx, s.id); err != nil {
		return err
	}
	for over := false; !over; time.Sleep(50 * time.Millisecond) {
		err := h.DB.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			c, err := h.Consultations.ByID(ctx, tx, s.id)
			over = !c.DestroyedAt.IsZero()
			return err
		})
		if err != nil {
			return err
		}
	}
	var err error
	s.slug, err = h.Consultations.PublishForeign(ctx, s.id, s.slug, consultation.OpinionTexts{})
	return err
}

// say casts what voter i of a standing round says the n-th time: each time another
// value for a statement in seven.
func (h *house) say(ctx context.Context, s *standing, i, n int) error {
	v := make([]int, len(s.items))
	for k := range v {
		v[k] = 1 + (value(i, k, firstRound)+n*((i+k+n)%7/6))%standingPoints
	}
	_, err := h.Ballots.Cast(ctx, s.seats[i], standingRound, paperOf(s.items, v, ""), ballot.Part{})
	return err
}
