package tabulation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
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

// house is a small town with one consultation, walked by its use cases.
type house struct {
	t             testing.TB
	db            *postgres.DB
	keys          string // folder
	queue         *job.Queue
	accounts      *account.Service
	pseudonyms    *pseudonym.Service
	panel         *panel.Service
	consultations *steering.Service
	ballots       *ballot.Service
	tabulation    *Service
	archive       *archive.Service
	record        *ledger.Service

	administrator, moderator, facilitator account.Actor
	people                                []account.Actor
	c                                     consultation.Consultation

	mu  sync.Mutex
	now time.Time
}

const slug = "piazza"

// newHouse announces a consultation on which n people enrol, and brings it to
// its first answer round with items statements.
func newHouse(t testing.TB, n, items int) *house {
	t.Helper()
	return newHouseWith(t, n, items, func(*draft.Form) {})
}

// newHouseWith is newHouse with a draft that the test changes.
func newHouseWith(t testing.TB, n, items int, change func(*draft.Form)) *house {
	t.Helper()
	return newHouseAs(t, n, items, change, func(*house) {})
}

// newHouseAsTheyCame is newHouse in which enrolments are never written anew: what is told
// of ballots then rests on ballots alone.
func newHouseAsTheyCame(t testing.TB, n, items int) *house {
	t.Helper()
	return newHouseAs(t, n, items, func(*draft.Form) {}, func(h *house) {
		_, err := h.db.Pool().Exec(`
			ALTER TABLE civic.enrolment ALTER COLUMN fresh SET DEFAULT false;
			ALTER TABLE civic.account ALTER COLUMN fresh SET DEFAULT false;
			ALTER TABLE civic.officer ALTER COLUMN fresh SET DEFAULT false;
			ALTER TABLE civic.role ALTER COLUMN fresh SET DEFAULT false`)
		h.must(err)
	})
}

func newHouseAs(t testing.TB, n, items int, change func(*draft.Form), begin func(*house)) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), keys: filepath.Join(t.TempDir(), "keys")}
	h.db = testdb.NewAt(t, h.clock)
	h.wire()
	begin(h)

	ctx := t.Context()
	riva, err := h.accounts.Found(ctx, account.Administration{Slug: "riva", Name: "Comune di Riva d'Arno"})
	h.must(err)
	h.administrator = h.person("anna", "riva/administrator")
	h.moderator = h.person("marco", "riva/moderator")
	second := h.person("mirta", "riva/moderator")
	h.facilitator = h.person("furio", "riva/facilitator")
	form := draft.Form{
		Slug: slug, Language: "it", Title: "La piazza", Question: "Che cosa deve diventare la piazza?", Background: "Testo.",
		CommitmentQuotation: "Decideremo tenendo conto del parere.", CommitmentDecider: "La Giunta comunale",
		CommitmentSubject: "la piazza", CommitmentDecideBy: "2026-12-31",
		CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Moderators:   []string{h.moderator.Office.String(), second.Office.String()},
		Facilitators: []string{h.facilitator.Office.String()},
		Offices: map[string]string{
			h.moderator.Office.String(): "URP", second.Office.String(): "URP", h.facilitator.Office.String(): "Urbanistica",
		},
		StartsOn: "2026-03-09",
		Protocol: draft.Classical(protocol.ClassicalPlan{
			Language: "it", Low: "Per niente", High: "Del tutto", GroupName: "Cittadini", GatherDays: 7, AnswerDays: 7, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
		}),
	}
	change(&form)
	h.c, err = draft.New(h.db, h.queue, h.accounts).Create(ctx, h.administrator, riva.ID, form)
	h.must(err)
	h.must(h.consultations.Announce(ctx, h.administrator, slug))
	h.refresh()
	for i := range n {
		p := h.person(fmt.Sprintf("citizen %d", i))
		h.must(h.panel.Enrol(ctx, p, h.c.ID, h.group()))
		h.people = append(h.people, p)
	}
	h.must(h.consultations.Start(ctx, h.administrator, slug))
	h.pass(10)
	h.must(h.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		c, err := lifecycle.Lock(ctx, tx, h.c.ID)
		if err != nil {
			return err
		}
		for i := range items {
			if _, err := h.consultations.AddItem(ctx, tx, &c, "", fmt.Sprintf("Affermazione %d", i+1), nil); err != nil {
				return err
			}
		}
		return nil
	}))
	h.refresh()
	if h.c.Rounds[0].State == consultation.RoundClosed {
		h.must(h.consultations.ReleaseRound(ctx, h.moderator, slug, 1))
	}
	h.open(2)
	return h
}

// wire makes the services anew, as a server that starts does.
func (h *house) wire() {
	h.t.Helper()
	keys, err := pseudonym.NewFileKeys(h.keys, bytes.Repeat([]byte{3}, 32))
	h.must(err)
	h.queue, err = job.New(h.db)
	h.must(err)
	h.accounts = account.New(h.db, keys)
	h.pseudonyms = pseudonym.New(h.db, keys)
	h.panel = panel.New(h.db, h.accounts, h.pseudonyms, roll.New(h.db, keys), invitation.New(h.db, keys), application.New(h.db, keys))
	h.record = ledger.New(h.db, keys, ledger.Options{})
	letters := notify.New(h.db, h.queue, h.accounts, nil, "http://localhost")
	h.consultations = steering.New(h.db, h.queue, draft.New(h.db, h.queue, h.accounts), h.record, h.pseudonyms, h.panel, letters)
	h.ballots = ballot.New(h.db, h.consultations, h.pseudonyms, h.record)
	h.tabulation = New(h.db, h.queue, h.consultations, h.pseudonyms, h.record)
	h.archive = archive.New(h.db)
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// pass lets days go by and works what has become due.
func (h *house) pass(days int) {
	h.t.Helper()
	h.mu.Lock()
	h.now = h.now.AddDate(0, 0, days)
	h.mu.Unlock()
	h.must(h.queue.Drain(h.t.Context()))
	if h.c.ID != uuid.Nil {
		h.refresh()
	}
}

// open brings a planned round to being open.
func (h *house) open(number int) {
	h.t.Helper()
	h.refresh()
	if h.c.Rounds[number-1].State == consultation.RoundPlanned {
		h.must(h.consultations.OpenRound(h.t.Context(), h.facilitator, slug, number))
		h.must(h.queue.Drain(h.t.Context()))
		h.refresh()
	}
	if got := h.c.Rounds[number-1].State; got != consultation.RoundOpen {
		h.t.Fatalf("round %d is %s", number, got)
	}
}

// close closes an open round by hand and leaves its tabulation to be worked.
func (h *house) close(number int) {
	h.t.Helper()
	h.mu.Lock()
	h.now = h.now.AddDate(0, 0, 4) // a round is not closed by hand before its least days
	h.mu.Unlock()
	h.must(h.consultations.CloseRound(h.t.Context(), h.facilitator, slug, number, "abbiamo abbastanza risposte"))
	h.refresh()
}

// finish closes a round and works its jobs.
func (h *house) finish(number int) {
	h.t.Helper()
	h.close(number)
	h.must(h.queue.Drain(h.t.Context()))
	h.refresh()
}

// conclude ends the consultation and works its jobs.
func (h *house) conclude() {
	h.t.Helper()
	h.must(h.consultations.Conclude(h.t.Context(), h.facilitator, slug, "non servono altri giri"))
	h.must(h.queue.Drain(h.t.Context()))
	h.refresh()
}

func (h *house) person(name string, groups ...string) account.Actor {
	h.t.Helper()
	id, err := h.accounts.SignIn(h.t.Context(), account.Claims{
		Issuer: "https://id.example", Subject: name, Name: name, Email: strconv.Quote(name) + "@example.org", Groups: groups,
	})
	h.must(err)
	a, err := h.accounts.Actor(h.t.Context(), id)
	h.must(err)
	return a
}

func (h *house) refresh() {
	h.t.Helper()
	var err error
	h.must(h.db.Read(h.t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		id := h.c.ID
		h.c, err = lifecycle.Load(ctx, tx, id)
		return err
	}))
}

func (h *house) group() string { return h.c.Protocol.Panel.Groups[0].ID }

func (h *house) seat(i int) pseudonym.Seat {
	h.t.Helper()
	s, err := h.panel.Seat(h.t.Context(), h.people[i], h.c.ID)
	h.must(err)
	return s
}

func (h *house) items(number int) []consultation.Item {
	h.t.Helper()
	var items []consultation.Item
	h.must(h.db.Read(h.t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		items, err = lifecycle.RoundItems(ctx, tx, h.c, h.c.Rounds[number-1])
		return err
	}))
	return items
}

// cast gives person i's values for the first items; 0 leaves one out, -1 cannot judge.
func (h *house) cast(round, i int, values ...int) ballot.Receipt {
	h.t.Helper()
	r, err := h.ballots.Cast(h.t.Context(), h.seat(i), round, h.answers(round, values...), ballot.Part{})
	h.must(err)
	return r.Receipt
}

// answers are values for the first items, as cast has them.
func (h *house) answers(round int, values ...int) ballot.Answers {
	h.t.Helper()
	items := h.items(round)
	var out []delphi.Answer
	for n, v := range values {
		switch v {
		case 0:
		case -1:
			out = append(out, delphi.Answer{Item: items[n].ID.String(), CannotJudge: true})
		default:
			out = append(out, delphi.Answer{Item: items[n].ID.String(), Value: v})
		}
	}
	return ballot.Answers{Given: out}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// refused checks that an act was refused by a fault of a kind and code.
func (h *house) refused(err error, kind fault.Kind, code string) {
	h.t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		h.t.Errorf("got %v, want %q", err, code)
	}
}

// text gives everything that a query's rows show, as Postgres prints it.
func (h *house) text(query string, args ...any) []string {
	h.t.Helper()
	var out []string
	h.must(h.db.Read(h.t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
		return tx.SelectContext(ctx, &out, query, args...)
	}))
	return out
}
