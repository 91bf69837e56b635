package steering_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
)

// town is a world whose tabulation and report are played by the test: its tabulation
// finds what proposed says, and its opinions are counted.
type town struct {
	*testing.T
	*apptest.World
	queue *job.Queue
	s     *steering.Service

	mu       sync.Mutex
	proposed verdict.Action // for every item of the next tabulation
	stuck    bool           // tabulations fail
	opinions []consultation.OpinionTexts
	dissent  bool // what the report says of it

	foreign                                    uuid.UUID // an import that get gives instead of the consultation at slug
	id                                         uuid.UUID // the administration
	anna, marco, mirta, furio                  account.Actor
	stranger, carla, council, foreignModerator account.Actor
}

const slug = apptest.Slug

func newTown(t *testing.T) *town {
	t.Helper()
	h := &town{T: t, World: apptest.New(t, apptest.At("2026-03-02 10:00")), proposed: verdict.GoOn}
	h.queue, h.s = h.play(h.World)
	h.id = h.Found(t)
	h.anna = h.Newcomer(t, "Anna", "riva/administrator")
	h.marco, h.mirta = h.Newcomer(t, "Marco", "riva/moderator"), h.Newcomer(t, "Mirta", "riva/moderator")
	h.furio, h.council, h.carla = h.Newcomer(t, "Furio", "riva/facilitator"), h.Newcomer(t, "Sara", "riva/council"), h.Newcomer(t, "Carla")
	h.stranger, h.foreignModerator = h.Newcomer(t, "Bruno", "borgo/administrator"), h.Newcomer(t, "Berta", "borgo/moderator")
	return h
}

// server is another server, on the same database.
func (h *town) server() (*job.Queue, *steering.Service) {
	h.Helper()
	return h.play(h.Beside(h))
}

// play takes tabulation and report out of a world.
func (h *town) play(w *apptest.World) (*job.Queue, *steering.Service) {
	h.Helper()
	q, err := job.New(w.DB)
	h.ok(err)
	letters := notify.New(w.DB, q, w.Accounts, nil, "http://delfi.test") // posted by the queue that the test works
	s := steering.New(w.DB, q, w.Drafts, w.Record, w.Pseudonyms, w.Panel, letters)
	job.On(q, func(ctx context.Context, a steering.Tabulate) error { return h.tabulate(ctx, s, a.Round) })
	job.On(q, func(ctx context.Context, a steering.Destroy) error {
		return w.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			c, err := lifecycle.Lock(ctx, tx, a.Consultation)
			if err != nil {
				return err
			}
			return s.Destroyed(ctx, tx, &c)
		})
	})
	s.OnOpened(func(context.Context, *postgres.Tx, consultation.Round) error { return nil })
	s.OnDissent(func(context.Context, *postgres.Tx, consultation.Consultation) (bool, error) { return h.dissent, nil })
	s.OnPublish(func(_ context.Context, _ *postgres.Tx, _ consultation.Consultation, texts consultation.OpinionTexts) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.opinions = append(h.opinions, texts)
		return nil
	})
	return q, s
}

func (h *town) tabulate(ctx context.Context, s *steering.Service, round uuid.UUID) error {
	h.mu.Lock()
	stuck, action := h.stuck, h.proposed
	h.mu.Unlock()
	if stuck {
		return errors.New("the key does not answer")
	}
	return h.DB.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, r, err := lifecycle.LockRound(ctx, tx, round)
		if err != nil {
			return err
		}
		items, err := lifecycle.RoundItems(ctx, tx, c, *r)
		if err != nil {
			return err
		}
		var found []consultation.Outcome
		for _, it := range items {
			found = append(found, consultation.Outcome{Item: it.ID, Verdict: verdict.Verdict{Key: verdict.Open}, Proposal: verdict.Proposal{Action: action}})
		}
		return s.Tabulated(ctx, tx, &c, r, 13, found)
	})
}

// at moves the clock and works nothing: no server is up meanwhile.
func (h *town) at(when string) { h.Clock.Set(apptest.Rome(when)) }

// work moves the clock and lets the server work what is due.
func (h *town) work(when string) {
	h.Helper()
	h.at(when)
	h.drain()
}

func (h *town) drain() {
	h.Helper()
	h.ok(h.queue.Drain(h.Context()))
}

// form is a draft to which nothing is missing: it starts on Monday 9 March 2026.
func (h *town) form() draft.Form {
	h.Helper()
	f := h.Form(h)
	f.Moderators, f.Facilitators = []string{h.marco.Office.String(), h.mirta.Office.String()}, []string{h.furio.Office.String()}
	f.Offices = map[string]string{h.marco.Office.String(): "URP", h.furio.Office.String(): "Urbanistica"}
	f.StartsOn, f.CommitmentDecideBy = "2026-03-09", "2026-12-31"
	f.Protocol = draft.Classical(protocol.ClassicalPlan{
		Language: "it", Low: "per niente", High: "del tutto", GroupName: "Cittadini", GatherDays: 7, AnswerDays: 10, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
	})
	return f
}

func (h *town) draft() {
	h.Helper()
	_, err := h.Drafts.Create(h.Context(), h.anna, h.id, h.form())
	h.ok(err)
}

// announced drafts and announces.
func (h *town) announced() {
	h.Helper()
	h.draft()
	h.ok(h.s.Announce(h.Context(), h.anna, slug))
}

// gathering opens round 1 on 9 March at 9 by itself.
func (h *town) gathering() {
	h.Helper()
	h.announced()
	h.work("2026-03-09 09:00")
}

// gathered closes round 1 at its deadline and gives it n statements.
func (h *town) gathered(n int) []consultation.Item {
	h.Helper()
	h.gathering()
	h.work("2026-03-17 08:00")
	return h.add(n)
}

// answering releases the gather round and opens round 2, by hand, on 18 March at 10.
func (h *town) answering(n int) []consultation.Item {
	h.Helper()
	out := h.gathered(n)
	h.ok(h.s.ReleaseRound(h.Context(), h.marco, slug, 1))
	h.at("2026-03-18 10:00")
	h.ok(h.s.OpenRound(h.Context(), h.furio, slug, 2))
	return out
}

// answered lets round 2 close, be tabulated and released, at its deadline on 28 March.
func (h *town) answered(n int) []consultation.Item {
	h.Helper()
	out := h.answering(n)
	h.work("2026-03-28 23:59")
	return out
}

func (h *town) add(n int) []consultation.Item {
	h.Helper()
	var out []consultation.Item
	h.tx(func(ctx context.Context, tx *postgres.Tx) error {
		out = nil
		c, err := h.locked(ctx, tx)
		if err != nil {
			return err
		}
		for range n {
			it, err := h.s.AddItem(ctx, tx, c, "", "Una piazza senza auto.", nil)
			if err != nil {
				return err
			}
			out = append(out, it)
		}
		return nil
	})
	return out
}

func (h *town) tx(do func(ctx context.Context, tx *postgres.Tx) error) {
	h.Helper()
	h.ok(h.DB.Transact(h.Context(), do))
}

// locked loads the consultation under its lock, as the use cases of items have it.
func (h *town) locked(ctx context.Context, tx *postgres.Tx) (*consultation.Consultation, error) {
	id, err := h.foreign, error(nil)
	if id == uuid.Nil {
		if id, err = lifecycle.BySlug(ctx, tx, slug); err != nil {
			return nil, err
		}
	}
	c, err := lifecycle.Lock(ctx, tx, id)
	return &c, err
}

func (h *town) get() consultation.Consultation {
	h.Helper()
	if h.foreign == uuid.Nil {
		c, err := h.s.Find(h.Context(), h.anna, slug)
		h.ok(err)
		return c
	}
	var c consultation.Consultation
	h.tx(func(ctx context.Context, tx *postgres.Tx) (err error) {
		c, err = h.s.ByID(ctx, tx, h.foreign)
		return err
	})
	return c
}

func (h *town) round(number int) consultation.Round {
	h.Helper()
	return *h.get().Round(number)
}

func (h *town) items() []consultation.Item {
	h.Helper()
	out, err := h.s.Items(h.Context(), h.get().ID)
	h.ok(err)
	return out
}

// entries gives the record as "type kind role name target" lines.
func (h *town) entries() []string {
	h.Helper()
	all, err := h.Record.Of(h.Context(), h.get().ID)
	h.ok(err)
	var out []string
	for _, e := range all {
		out = append(out, fmt.Sprintf("%s/%s %s %s: %s", e.Type, e.Kind, e.Role, e.Name, e.Target))
	}
	return out
}

// recorded checks that the record's last lines are these.
func (h *town) recorded(want ...string) {
	h.Helper()
	got := h.entries()
	if len(got) < len(want) || !slices.Equal(got[len(got)-len(want):], want) {
		h.Errorf("the record ends with\n%q\nwant\n%q", got[max(0, len(got)-len(want)-1):], want)
	}
}

// beside checks the texts beside the newest entry of a type, and its body.
func (h *town) beside(kind ledger.Type, texts map[string]string, body string) {
	h.Helper()
	all, err := h.Record.Of(h.Context(), h.get().ID)
	h.ok(err)
	for _, e := range slices.Backward(all) {
		if e.Type != kind {
			continue
		}
		if !maps.Equal(e.Texts, texts) || e.Body != body {
			h.Errorf("beside %s%s stands %v, want %v", kind, e.Body, e.Texts, texts)
		}
		return
	}
	h.Errorf("the record has no %s", kind)
}

// early checks that the last entry of the record, a conclusion, says whether the
// stopping rule asked for more.
func (h *town) early(want bool) {
	h.Helper()
	all, err := h.Record.Of(h.Context(), h.get().ID)
	h.ok(err)
	var body struct{ Early *bool }
	h.ok(json.Unmarshal([]byte(all[len(all)-1].Body), &body))
	if body.Early == nil || *body.Early != want {
		h.Errorf("the record says %s of a conclusion, want early %v", all[len(all)-1].Body, want)
	}
}

func (h *town) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// refused checks kind and code of a fault.
func (h *town) refused(err error, kind fault.Kind, code string) {
	h.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		h.Errorf("got %v; want %q (kind %d)", err, code, kind)
	}
}

// fields gives "name:code" of an Invalid fault, sorted.
func fields(err error) []string {
	var f *fault.Fault
	var out []string
	if errors.As(err, &f) {
		for _, d := range f.Fields {
			out = append(out, d.Name+":"+d.Code)
		}
	}
	slices.Sort(out)
	return out
}

// is checks a stage and the states of the rounds.
func (h *town) is(stage consultation.Stage, states ...consultation.RoundState) {
	h.Helper()
	c := h.get()
	var got []consultation.RoundState
	for _, r := range c.Rounds {
		got = append(got, r.State)
	}
	if c.Stage != stage || !slices.Equal(got, states) {
		h.Fatalf("%s %v; want %s %v", c.Stage, got, stage, states)
	}
}

func same(t testing.TB, what string, got, want time.Time) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s %s; want %s", what, got.In(civiltime.Rome), want.In(civiltime.Rome))
	}
}

// decided gives the version of the last decision about an item; "" without any.
func (h *town) decided(item uuid.UUID) string {
	h.Helper()
	all, err := h.s.Decisions(h.Context(), h.get().ID)
	h.ok(err)
	version := ""
	for _, d := range all {
		if last := h.get().LastReleased(); d.Item == item && d.Round == last.Number {
			version = d.Version()
		}
	}
	return version
}
