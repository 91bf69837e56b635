package moderation_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/platform/postgres/testdb/intruder"
	"delfi/internal/pseudonym"
)

// inClear writes an appeal as a build did that sealed none.
func (h *town) inClear(act, subject uuid.UUID, words string) {
	h.Helper()
	_, err := h.db.Pool().Exec(`INSERT INTO civic.moderation_appeal (act, subject, words, raised_on) VALUES ($1, $2, $3, '2026-03-02')`, act, subject, words)
	h.ok(err)
}

// enrols writes a row that names an account, as an enrolment elsewhere does.
func (h *town) enrols(who uuid.UUID) {
	h.Helper()
	_, err := h.db.Pool().Exec(`INSERT INTO civic.enrolment (consultation, account, grp, enrolled_on) VALUES ($1, $2, 'citizens', '2026-03-02')`, uuid.New(), who)
	h.ok(err)
}

// Somebody appeals and enrols elsewhere in one sitting, alone in that hour. Until the hour
// neither their words nor what they are about stands anywhere: in rows, files or the
// write-ahead log. Without the rule all of it stands beside their account.
func TestAnAppealIsNowhereBeforeTheHour(t *testing.T) {
	for _, sealed := range []bool{true, false} {
		h := newTown(t)
		a := h.rejects(h.byTiglio)
		_, err := h.db.Pool().Exec(`CHECKPOINT`)
		h.ok(err)
		thief, anna := intruder.New(t, h.db), uuid.New()
		const words = "Parla proprio di quello."
		h.enrols(anna)
		if sealed {
			h.ok(h.s.Raise(h.Context(), h.tiglio, a.ID, h.byTiglio, words))
		} else {
			h.inClear(a.ID, h.byTiglio, words)
		}
		log := thief.Log(t)
		thief.Flush(t)
		where := map[string][]byte{
			"log": log, "files": thief.File(t, "civic.moderation_appeal", "civic.moderation_sealed"),
			"dump": []byte(thief.Dump(t, "civic")),
		}
		at := bytes.Index(log, anna[:])
		if at < 0 {
			t.Fatal("the log does not tell who enrolled: the attack fails by itself")
		}
		for place, body := range where {
			found := bytes.Contains(body, []byte(words))
			if found == sealed {
				t.Errorf("sealed %v: in the %s the words are found: %v", sealed, place, found)
			}
		}
		if found := bytes.Contains(log[at:], h.byTiglio[:]); found == sealed {
			t.Errorf("sealed %v: after the account the log names the contribution: %v", sealed, found)
		}
		if !sealed {
			continue
		}
		h.hour()
		if f := h.fate(a.ID, h.byTiglio); f.Appeal == nil || f.Appeal.Words != words {
			t.Errorf("after the hour the author sees %+v", f)
		}
		if !bytes.Contains(thief.Log(t), []byte(words)) {
			t.Error("after the hour the words are not in clear")
		}
	}
}

// trace is the order of rows that name an account and of sealed rows, with their lengths:
// all that a copy of the write-ahead log tells of them.
func (h *town) trace() []string {
	h.Helper()
	var out []string
	h.ok(h.db.Pool().Select(&out, `
		SELECT what FROM (
			SELECT 'somebody enrols' AS what, xmin::text::bigint AS at FROM civic.enrolment
			UNION ALL
			SELECT concat_ws(' ', 'sealed', octet_length(token), octet_length(sealed)), xmin::text::bigint FROM civic.moderation_sealed
		) AS every
		ORDER BY at`))
	return out
}

// Twelve people enrol elsewhere, one in each beat; of them some appeal in the same sitting,
// or all, or none. With cover the log tells nothing of which; without it, of each.
func TestCoverTellsNotWhoAppeals(t *testing.T) {
	const people = 12
	traces := map[bool][][]string{}
	for _, covered := range []bool{true, false} {
		for _, appeal := range [][]int{nil, {4}, {0, 1, 7, 11}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}} {
			h := newTown(t)
			var subjects []uuid.UUID
			for range people {
				subjects = append(subjects, h.writes(h.tiglio, "Una fontana."))
			}
			a := h.rejects(subjects...)
			if covered {
				h.s.Covered()
			}
			for n := range people {
				h.enrols(uuid.New())
				done := make(chan error, 1)
				if slices.Contains(appeal, n) {
					go func() {
						done <- h.s.Raise(context.WithoutCancel(h.Context()), h.tiglio, a.ID, subjects[n], fmt.Sprint("Ricorso ", n, strings.Repeat("!", 40*n)))
					}()
					for covered && h.s.Queued() == 0 {
						time.Sleep(time.Millisecond)
					}
				} else {
					done <- nil
				}
				if covered {
					h.ok(h.s.Beat(h.Context()))
				}
				h.ok(<-done)
			}
			traces[covered] = append(traces[covered], h.trace())
			h.hour()
			seen, err := h.s.Pleas(h.Context(), h.mirta, post, h.space())
			h.ok(err)
			if len(seen) != len(appeal) {
				t.Errorf("covered %v: %d appeals are opened, of %d", covered, len(seen), len(appeal))
			}
			if left := h.trace(); len(left) != people {
				t.Errorf("sealed rows stay: %v", left)
			}
		}
	}
	for n, got := range traces[true][1:] {
		if !slices.Equal(got, traces[true][0]) || len(got) != 2*people {
			t.Errorf("the trace %d tells who appealed: %v", n+1, got)
		}
	}
	for n, got := range traces[false][1:] {
		if slices.Equal(got, traces[false][n]) {
			t.Error("without cover nothing would tell: the attack fails by itself")
		}
	}
}

// Where nobody ever acted there is nothing to appeal against, and no cover.
func TestNoCoverWithoutActs(t *testing.T) {
	h := newTown(t)
	h.s.Covered()
	h.ok(h.s.Beat(h.Context()))
	if got := h.trace(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	h.rejects(h.byTiglio)
	h.ok(h.s.Beat(h.Context()))
	if got := h.trace(); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

// The author sees their appeal while it waits; it is one for each act and subject however
// often and wherever it is sent, also at once; and its days count from that on which it was
// raised, though it is opened on the next.
func TestAnAppealWaits(t *testing.T) {
	h := newTown(t)
	ctx := context.WithoutCancel(h.Context())
	a := h.rejects(h.byTiglio, h.byAirone)
	h.pass(13*time.Hour + 50*time.Minute) // ten to midnight in Rome
	h.s.Covered()
	raised := make(chan error, 3)
	send := func(words string) {
		go func() { raised <- h.s.Raise(ctx, h.tiglio, a.ID, h.byTiglio, words) }()
	}
	send("È in tema.")
	for h.s.Queued() < 1 {
		time.Sleep(time.Millisecond)
	}
	send("È in tema.")
	for h.s.Queued() < 2 {
		time.Sleep(time.Millisecond)
	}
	send("Altro.")
	for h.s.Queued() < 3 {
		time.Sleep(time.Millisecond)
	}
	for n := range 3 {
		h.ok(h.s.Beat(ctx))
		if err := <-raised; n < 2 {
			h.ok(err)
		} else {
			h.refused(err, fault.Conflict, "appeal_made")
		}
	}
	if got := h.trace(); len(got) != 3 {
		t.Errorf("three beats wrote %v", got)
	}
	// Sent again it is answered at once.
	h.ok(h.s.Raise(ctx, h.tiglio, a.ID, h.byTiglio, "È in tema."))
	h.refused(h.s.Raise(ctx, h.tiglio, a.ID, h.byTiglio, "Altro."), fault.Conflict, "appeal_made")
	waits := h.fate(a.ID, h.byTiglio)
	if waits.Appeal == nil || waits.Appeals || waits.Appeal.Words != "È in tema." || !waits.Appeal.Open() || waits.Appeal.Act.Words != "Fuori tema." {
		t.Errorf("while it waits the author sees %+v", waits)
	}
	if other := h.fate(a.ID, h.byAirone); other.Appeal != nil || !other.Appeals {
		t.Errorf("another author sees %+v", other)
	}
	list, err := h.s.Pleas(ctx, h.mirta, post, h.space())
	h.ok(err)
	if len(list) != 0 {
		t.Errorf("before the hour Mirta reads %+v", list)
	}
	h.refused(h.settle(h.mirta, a.ID, h.byTiglio, moderation.Upheld, "Sì."), fault.NotFound, "no_appeal")

	h.pass(20 * time.Minute)
	for range 2 {
		h.hour()
	}
	if n := h.page().Waiting; n != 0 {
		t.Error("it is public when it is opened, which tells in which hour it was raised")
	}
	h.pass(2 * time.Hour)
	if n := h.page().Waiting; n != 1 {
		t.Errorf("in the morning %d are public", n)
	}
	opened := h.fate(a.ID, h.byTiglio)
	if opened.Appeal == nil || !opened.Appeal.Raised.Equal(waits.Appeal.Raised) || !opened.Appeal.Due().Equal(waits.Appeal.Due()) || opened.Appeal.Raised.Format(time.DateOnly) != "2026-03-02" {
		t.Errorf("opened %+v, and was %+v", opened.Appeal, waits.Appeal)
	}
	h.ok(h.s.Raise(ctx, h.tiglio, a.ID, h.byTiglio, "È in tema."))
	h.refused(h.s.Raise(ctx, h.tiglio, a.ID, h.byTiglio, "Altro."), fault.Conflict, "appeal_made")
}

// Many at once are refused, and told; who gives up is not kept.
func TestManyAppealsAtOnce(t *testing.T) {
	h := newTown(t)
	var subjects []uuid.UUID
	for range 11 {
		subjects = append(subjects, h.writes(h.tiglio, "Una fontana."))
	}
	a := h.rejects(subjects...)
	h.s.Covered()
	ctx, leave := context.WithCancel(h.Context())
	defer leave()
	raised := make(chan error, 10)
	for n := range 10 {
		go func() { raised <- h.s.Raise(ctx, h.tiglio, a.ID, subjects[n], "È in tema.") }()
	}
	for h.s.Queued() < 10 {
		time.Sleep(time.Millisecond)
	}
	h.refused(h.s.Raise(h.Context(), h.tiglio, a.ID, subjects[10], "È in tema."), fault.Unavailable, "appeal_busy")
	leave()
	for range 10 {
		if err := <-raised; err == nil {
			t.Error("an appeal that nobody wrote is acknowledged")
		}
	}
	// Their beats come all the same, and find nobody.
	for range 10 {
		h.ok(h.s.Beat(h.Context()))
	}
	h.ok(h.s.Beat(h.Context()))
	if f := h.fate(a.ID, subjects[3]); f.Appeal == nil {
		t.Error("an appeal that was queued is gone")
	}
}

// A row that another key sealed stays, and says so; the others are opened.
func TestAnAppealUnderAnotherKeyStays(t *testing.T) {
	h := newTown(t)
	a := h.rejects(h.byTiglio)
	h.ok(h.s.Raise(h.Context(), h.tiglio, a.ID, h.byTiglio, strings.Repeat("𝄞", 500))) // the longest in bytes
	token := strings.Repeat("ab", 32)
	_, err := h.db.Pool().Exec(`INSERT INTO civic.moderation_sealed (token, sealed) SELECT decode($1, 'hex'), sealed FROM civic.moderation_sealed`, token)
	h.ok(err)
	if err := h.jobs.Do(h.Context(), moderation.Opening{}); err == nil || !strings.Contains(err.Error(), "does not open") {
		t.Errorf("got %v", err)
	}
	var left []string
	h.ok(h.db.Pool().Select(&left, `SELECT encode(token, 'hex') FROM civic.moderation_sealed`))
	if !slices.Equal(left, []string{token}) {
		t.Errorf("%v are left", left)
	}
	if f := h.fate(a.ID, h.byTiglio); f.Appeal == nil || f.Appeal.Words != strings.Repeat("𝄞", 500) {
		t.Errorf("the author sees %+v", f)
	}
}

// Appeals are opened in the order of their ids by one transaction, whoever came first; what
// names them while they wait equals nothing that is ever shown.
func TestAppealsAreOpenedInTheOrderOfTheirIDs(t *testing.T) {
	h := newTown(t)
	var by []pseudonym.Alias
	var subjects []uuid.UUID
	for n := range 20 {
		by = append(by, alias(byte(100+n), fmt.Sprint("Tiglio ", 100+n)))
		subjects = append(subjects, h.writes(by[n], "Una fontana."))
	}
	a := h.rejects(subjects...)
	for n := range subjects {
		h.ok(h.s.Raise(h.Context(), by[n], a.ID, subjects[n], fmt.Sprint("Ricorso ", n)))
	}
	var tokens []string
	h.ok(h.db.Pool().Select(&tokens, `SELECT encode(token, 'hex') FROM civic.moderation_sealed`))
	for _, id := range append(slices.Clone(subjects), a.ID) {
		for _, token := range tokens {
			if strings.Contains(token, hex.EncodeToString(id[:8])) {
				t.Error("a sealed row names what it is about")
			}
		}
	}
	h.hour()
	var order, stamps []string
	h.ok(h.db.Pool().Select(&order, `SELECT subject::text FROM civic.moderation_appeal ORDER BY ctid`))
	h.ok(h.db.Pool().Select(&stamps, `SELECT DISTINCT xmin::text FROM civic.moderation_appeal`))
	if len(order) != 20 || !slices.IsSorted(order) || len(stamps) != 1 {
		t.Errorf("%d appeals of %d transactions, in order: %v", len(order), len(stamps), slices.IsSorted(order))
	}
}
