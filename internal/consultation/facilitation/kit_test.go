package facilitation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/facilitation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/panel/application"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/roll"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

const slug = "piazza"

// town is one administration with its people and one consultation.
type town struct {
	*testing.T
	db     *postgres.DB
	queue  *job.Queue
	record *ledger.Service
	s      *steering.Service
	f      *facilitation.Service

	mu       sync.Mutex
	now      time.Time
	proposed verdict.Action // by every tabulation

	accounts                  *account.Service
	anna, marco, mirta, furio account.Actor
	administration            uuid.UUID
	panel                     *panel.Service
	drafts                    *draft.Service
}

func newTown(t *testing.T) *town {
	t.Helper()
	h := &town{T: t, now: rometime("2026-03-02 10:00"), proposed: verdict.Reword}
	h.db = testdb.NewSingleAt(t, h.clock)
	keys, err := pseudonym.NewFileKeys(filepath.Join(t.TempDir(), "keys"), bytes.Repeat([]byte{7}, 32))
	h.ok(err)
	h.queue, err = job.New(h.db)
	h.ok(err)
	h.accounts, h.record = account.New(h.db, keys), ledger.New(h.db, keys, ledger.Options{})
	secrets := pseudonym.New(h.db, keys)
	h.panel = panel.New(h.db, h.accounts, secrets, roll.New(h.db, keys), invitation.New(h.db, keys), application.New(h.db, keys))
	h.drafts = draft.New(h.db, h.queue, h.accounts)
	notices := notify.New(h.db, h.queue, h.accounts, nil, "http://localhost")
	h.s = steering.New(h.db, h.queue, h.drafts, h.record, secrets, h.panel, notices)
	h.f = facilitation.New(h.db, h.s, h.drafts, h.panel, h.record, notices)
	job.On(h.queue, func(ctx context.Context, a steering.Tabulate) error { return h.tabulate(ctx, a.Round) })
	h.s.OnOpened(func(context.Context, *postgres.Tx, consultation.Round) error { return nil })
	a, err := h.accounts.Found(t.Context(), account.Administration{Slug: "riva", Name: "Comune di Riva d’Arno"})
	h.ok(err)
	h.administration = a.ID
	h.anna, h.marco, h.furio = h.person("Anna", "riva/administrator"), h.person("Marco", "riva/moderator"), h.person("Furio", "riva/facilitator")
	h.mirta = h.person("Mirta", "riva/moderator")
	return h
}

func (h *town) tabulate(ctx context.Context, round uuid.UUID) error {
	return h.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
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
			found = append(found, consultation.Outcome{Item: it.ID, Verdict: verdict.Verdict{Key: verdict.Open}, Proposal: verdict.Proposal{Action: h.proposed}})
		}
		return h.s.Tabulated(ctx, tx, &c, r, 13, found)
	})
}

// answered is between rounds 2 and 3, with n statements that were answered.
func (h *town) answered(n int) []consultation.Item {
	h.Helper()
	_, err := h.drafts.Create(h.Context(), h.anna, h.administration, draft.Form{
		Slug: slug, Language: "it", Title: "La piazza", Question: "Che cosa deve diventare la piazza?", Background: "Testo.",
		CommitmentQuotation: "Decideremo tenendo conto del parere.", CommitmentDecider: "La Giunta comunale", CommitmentSubject: "la piazza",
		CommitmentDecideBy: "2026-12-31", CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Moderators: []string{h.marco.Office.String(), h.mirta.Office.String()}, Facilitators: []string{h.furio.Office.String()},
		Offices:  map[string]string{h.marco.Office.String(): "URP", h.furio.Office.String(): "Urbanistica"},
		StartsOn: "2026-03-09",
		Protocol: draft.Classical(protocol.ClassicalPlan{
			Language: "it", Low: "per niente", High: "del tutto", GroupName: "Cittadini", GatherDays: 7, AnswerDays: 10, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
		}),
	})
	h.ok(err)
	h.ok(h.s.Announce(h.Context(), h.anna, slug))
	h.work("2026-03-09 09:00")
	h.work("2026-03-17 08:00")
	h.tx(func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		for k := range n {
			if _, err := h.s.AddItem(ctx, tx, c, "", fmt.Sprintf("Affermazione %d.", k+1), nil); err != nil {
				return err
			}
		}
		return nil
	})
	h.ok(h.s.ReleaseRound(h.Context(), h.marco, slug, 1))
	h.at("2026-03-18 10:00")
	h.ok(h.s.OpenRound(h.Context(), h.furio, slug, 2))
	h.work("2026-03-28 23:59")
	return h.items()
}

func (h *town) tx(do func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error) {
	h.Helper()
	h.ok(h.db.Transact(h.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		id, err := lifecycle.BySlug(ctx, tx, slug)
		if err != nil {
			return err
		}
		c, err := lifecycle.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(ctx, tx, &c)
	}))
}

func (h *town) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *town) at(when string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = rometime(when)
}

func (h *town) work(when string) {
	h.Helper()
	h.at(when)
	h.ok(h.queue.Drain(h.Context()))
}

func rometime(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, civiltime.Rome)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func (h *town) person(name string, groups ...string) account.Actor {
	h.Helper()
	id, err := h.accounts.SignIn(h.Context(), account.Claims{Issuer: "https://id.example", Subject: name, Name: name, Email: name + "@example.org", Groups: groups})
	h.ok(err)
	a, err := h.accounts.Actor(h.Context(), id)
	h.ok(err)
	return a
}

func (h *town) get() consultation.Consultation {
	h.Helper()
	c, err := h.s.Find(h.Context(), h.anna, slug)
	h.ok(err)
	return c
}

func (h *town) items() []consultation.Item {
	h.Helper()
	out, err := h.s.Items(h.Context(), h.get().ID)
	h.ok(err)
	return out
}

// stand gives "number text|was|state" of the statements.
func (h *town) stand() []string {
	h.Helper()
	var out []string
	for _, it := range h.items() {
		out = append(out, fmt.Sprintf("%d %s|%s|%s", it.Number, it.Text, it.Was, it.State))
	}
	return out
}

func (h *town) stands(want ...string) {
	h.Helper()
	if got := h.stand(); !slices.Equal(got, want) {
		h.Errorf("the statements are\n%q\nwant\n%q", got, want)
	}
}

// recorded checks that the record's last lines are these.
func (h *town) recorded(want ...string) {
	h.Helper()
	all, err := h.record.Of(h.Context(), h.get().ID)
	h.ok(err)
	var got []string
	for _, e := range all {
		got = append(got, fmt.Sprintf("%s/%s %s %s: %s", e.Type, e.Kind, e.Role, e.Name, e.Target))
	}
	if len(got) < len(want) || !slices.Equal(got[len(got)-len(want):], want) {
		h.Errorf("the record ends with\n%q\nwant\n%q", got[max(0, len(got)-len(want)-1):], want)
	}
}

// last gives the newest entry of the record.
func (h *town) last() ledger.Entry {
	h.Helper()
	all, err := h.record.Of(h.Context(), h.get().ID)
	h.ok(err)
	return all[len(all)-1]
}

// seen gives the version of the last decision about a statement; "" without any.
func (h *town) seen(item uuid.UUID) string {
	h.Helper()
	all, err := h.s.Decisions(h.Context(), h.get().ID)
	h.ok(err)
	version := ""
	for _, d := range all {
		if d.Item == item && d.Round == h.get().LastReleased().Number {
			version = d.Version()
		}
	}
	return version
}

func (h *town) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

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
