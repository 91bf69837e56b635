package tabulation

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	mathrand "math/rand/v2"
	"testing"
	"time"

	"delfi/internal/account"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/draft"
	"delfi/internal/fault"
	"delfi/internal/pseudonym"
)

// code asks for somebody's held code.
func (h *house) code(who account.Actor) string {
	h.t.Helper()
	held, _ := pseudonym.NewSecret(rand.Text())
	issued, err := h.panel.IssueCode(h.t.Context(), who, h.c.ID, held)
	h.must(err)
	return issued.Code.String()
}

// hour lets the next whole hour begin.
func (h *house) hour() {
	h.t.Helper()
	h.mu.Lock()
	h.now = h.now.Truncate(time.Hour).Add(time.Hour)
	h.mu.Unlock()
	h.must(h.queue.Drain(h.t.Context()))
}

// People who enrol, ask for a code and answer as soon as they can. Who has the database
// and the key, and recorded no code, reads from the rows in which order codes were
// issued and in which order panelists were born.
func TestTheOrderOfCodesIsNotThatOfAnswers(t *testing.T) {
	const people = 30
	for _, rule := range []bool{true, false} {
		h := newHouseWith(t, 0, 1, func(f *draft.Form) { *f = f.Type("anonymity.mode", []string{string(pseudonym.HeldCode)}) })
		random := mathrand.New(mathrand.NewPCG(3, 9))
		var truth [people]string // panelist by the order of issue
		var codes [people]string
		use := func(n int) {
			seat, err := h.panel.ByCode(t.Context(), h.c.ID, codes[n])
			h.must(err)
			truth[n] = hex.EncodeToString(seat.Panelist[:])
			_, err = h.ballots.Cast(t.Context(), seat, 2, h.answers(2, 1+random.IntN(9)), ballot.Part{})
			h.must(err)
		}
		for n := range people {
			who := h.person(fmt.Sprintf("sitting %d", n))
			h.must(h.panel.Enrol(t.Context(), who, h.c.ID, h.group()))
			codes[n] = h.code(who)
			if _, err := h.panel.ByCode(t.Context(), h.c.ID, codes[n]); fault.KindOf(err) != fault.Conflict {
				t.Fatalf("a code works when it was just issued (%v)", err)
			}
			if !rule {
				_, err := h.db.Pool().Exec(`UPDATE civic.code_batch SET works_from = $1`, h.clock())
				h.must(err)
				use(n)
			}
		}
		if rule {
			h.hour()
			for _, n := range random.Perm(people) { // who comes back when is nobody's to foresee
				use(n)
			}
		}
		accounts := h.text(`SELECT account::text FROM civic.enrolment WHERE code_issued ORDER BY xmin::text::bigint`)
		panelists := h.text(`SELECT encode(id, 'hex') FROM panel.panelist ORDER BY xmin::text::bigint`)
		if len(accounts) != people || len(panelists) != people {
			t.Fatalf("%d accounts, %d panelists", len(accounts), len(panelists))
		}
		hits := 0
		for n := range panelists {
			if panelists[n] == truth[n] {
				hits++
			}
		}
		t.Logf("codes held back %-5v: order links %2d of %d (guessing: 1)", rule, hits, people)
		if rule && hits >= 8 || !rule && hits < people-1 {
			t.Errorf("codes held back %v: %d of %d are linked", rule, hits, people)
		}
	}
}
