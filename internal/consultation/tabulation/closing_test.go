package tabulation

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/verdict"
	"delfi/internal/platform/postgres"
)

// book is what the test knows of everybody's last answers: by round, person and
// item; 0 for none, -1 for "cannot judge".
type book map[int][][]int

// play lets the panel answer a round, some twice, some not at all, from a fixed
// seed, and writes the book.
func (h *house) play(b book, round, items int, seed uint64, who func(i int) bool) {
	h.t.Helper()
	rng := rand.New(rand.NewPCG(seed, uint64(round)))
	b[round] = make([][]int, len(h.people))
	order := rng.Perm(len(h.people))
	for _, i := range order {
		if !who(i) {
			continue
		}
		for range 1 + rng.IntN(2) {
			values := make([]int, items)
			for n := range values {
				// Two camps on odd items, one hump on even ones, a few blanks.
				values[n] = min(max(int(math.Round(7+1.5*rng.NormFloat64())), 1), 9)
				if n%2 == 1 && rng.IntN(2) == 0 {
					values[n] = 10 - values[n]
				}
				if x := rng.IntN(20); x == 0 {
					values[n] = -1
				} else if x == 1 {
					values[n] = 0
				}
			}
			values[0] = max(values[0], 1)
			answers := h.answers(round, values...)
			for k := range answers.Given {
				if rng.IntN(3) == 0 {
					answers.Given[k].Reason = fmt.Sprintf("ragione %d.%d.%d", round, i, k)
				}
			}
			// What an earlier ballot of the same person said is taken back.
			for k, item := range h.items(round) {
				if values[k] == 0 {
					answers.Cleared = append(answers.Cleared, item.ID.String())
				}
			}
			_, err := h.ballots.Cast(h.t.Context(), h.seat(i), round, answers, ballot.Part{})
			h.must(err)
			b[round][i] = values
		}
	}
}

func TestTheFeedbackIsWhatANaiveRecountFinds(t *testing.T) {
	const people, items = 40, 3
	h, b := newHouse(t, people, items), book{}
	h.play(b, 2, items, 1, func(i int) bool { return i%8 != 0 })
	h.finish(2)
	h.open(3)
	h.play(b, 3, items, 2, func(i int) bool { return i%6 != 1 })
	h.finish(3)

	for _, round := range []int{2, 3} {
		f, err := h.archive.Feedback(t.Context(), h.c.ID, round)
		h.must(err)
		answered := 0
		for _, values := range b[round] {
			if values != nil {
				answered++
			}
		}
		if f.Answered != answered || f.Enrolled != people {
			t.Errorf("round %d: %d of %d answered, want %d of %d", round, f.Answered, f.Enrolled, answered, people)
		}
		for n, item := range f.Items {
			hist, cannot, valid := make([]int, 9), 0, []int{}
			for _, values := range b[round] {
				switch {
				case values == nil || values[n] == 0:
				case values[n] < 0:
					cannot++
				default:
					hist[values[n]-1]++
					valid = append(valid, values[n])
				}
			}
			name := fmt.Sprintf("round %d item %d", round, n+1)
			if d := cmp.Diff(hist, item.Figures.Histogram); d != "" {
				t.Errorf("%s: %s", name, d)
			}
			if item.Counts.Valid != len(valid) || item.Counts.CannotJudge != cannot || item.Figures.N != len(valid) {
				t.Errorf("%s: %+v, want %d valid and %d who cannot judge", name, item.Counts, len(valid), cannot)
			}
			for q, got := range map[int]stat.Value{250: item.Figures.Q1, 500: item.Figures.Median, 750: item.Figures.Q3} {
				if want := naiveQuantile(valid, float64(q)/1000); !near(got, want) {
					t.Errorf("%s: quantile %d is %v, want %v", name, q, got, want)
				}
			}
			if round == 2 {
				continue
			}
			before := make([]int, 9)
			for _, values := range b[2] {
				if values != nil && values[n] > 0 {
					before[values[n]-1]++
				}
			}
			if want := naiveScheibe(before, hist); !near(item.Figures.Scheibe, want) {
				t.Errorf("%s: change is %v, want %v", name, item.Figures.Scheibe, want)
			}
			paired := 0
			for i, values := range b[3] {
				if values != nil && values[n] > 0 && b[2][i] != nil && b[2][i][n] > 0 {
					paired++
				}
			}
			if item.Counts.Paired != paired {
				t.Errorf("%s: %d pairs, want %d", name, item.Counts.Paired, paired)
			}
		}
	}
	// Every reason of the last ballots, each once, none of a replaced one's.
	f, err := h.archive.Feedback(t.Context(), h.c.ID, 3)
	h.must(err)
	shown := map[string]bool{}
	for _, item := range f.Items {
		for _, r := range item.Reasons {
			if shown[r.Text] {
				t.Errorf("%q is shown twice", r.Text)
			}
			shown[r.Text] = true
		}
	}
	if len(shown) == 0 {
		t.Error("no reasons are shown")
	}
}

// naiveQuantile is Hyndman and Fan's type 7, the protocol's default.
func naiveQuantile(v []int, q float64) float64 {
	v = slices.Sorted(slices.Values(v))
	at := q * float64(len(v)-1)
	low := int(at)
	if low == len(v)-1 {
		return float64(v[low])
	}
	return float64(v[low]) + (at-float64(low))*float64(v[low+1]-v[low])
}

func naiveScheibe(a, b []int) float64 {
	na, nb, sum := stat.N(a), stat.N(b), 0.0
	for i := range a {
		sum += math.Abs(float64(b[i])/float64(nb) - float64(a[i])/float64(na))
	}
	return sum / 2
}

func near(got stat.Value, want float64) bool {
	v, ok := got.Float()
	return ok && math.Abs(v-want) < 1e-9
}

// documents are everything that a closing left, as bytes.
func (h *house) documents() []string {
	h.t.Helper()
	return h.text(`
		SELECT 'counts ' || counts FROM civic.closing
		UNION ALL SELECT 'table ' || document FROM civic.count_table
		UNION ALL SELECT 'committed ' || items || tally || heads || encode(root, 'hex') || superseded FROM civic.closing
		UNION ALL SELECT 'leaves ' || tbl || chunk || lines FROM civic.leaves
		UNION ALL SELECT 'feedback ' || hash || document FROM civic.feedback
		UNION ALL SELECT 'outcome ' || round || item || verdict || proposal FROM civic.round_item WHERE verdict IS NOT NULL
		ORDER BY 1`)
}

func TestAClosingThatDiesInTheMiddleEndsTheSame(t *testing.T) {
	ctx := t.Context()
	h, b := newHouse(t, 24, 3), book{}
	h.play(b, 2, 3, 7, func(i int) bool { return i != 5 })
	h.close(2)
	round := h.c.Rounds[1].ID

	// It dies between the counting and the rewriting of rows.
	dead := errors.New("the server died")
	if err := h.tabulation.close(ctx, round, func() error { return dead }); !errors.Is(err, dead) {
		t.Fatal(err)
	}
	first := h.documents()
	if len(first) == 0 {
		t.Fatal("nothing was stored")
	}
	// Another server takes it up, and then a late one does it all again.
	h.wire()
	for range 2 {
		h.must(h.tabulation.tabulate(ctx, steering.Tabulate{Round: round}))
	}
	if d := cmp.Diff(first, h.documents()); d != "" {
		t.Error(d)
	}
	// And it dies before anything was stored: counted again, from rows that were
	// written anew meanwhile, every byte is the same.
	h.must(h.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := tx.ExecContext(ctx, `
			DELETE FROM civic.feedback; DELETE FROM civic.count_table; DELETE FROM civic.closing; DELETE FROM civic.leaves;
			UPDATE civic.round_item SET verdict = NULL, proposal = NULL;
			UPDATE civic.round SET state = 'closing', released_at = NULL WHERE number = 2`)
		return err
	}))
	h.must(h.tabulation.tabulate(ctx, steering.Tabulate{Round: round}))
	if d := cmp.Diff(first, h.documents()); d != "" {
		t.Error(d)
	}
}

func TestTwoServersCloseARoundOnce(t *testing.T) {
	h, b := newHouse(t, 20, 2), book{}
	h.play(b, 2, 2, 3, func(int) bool { return true })
	h.close(2)
	round := h.c.Rounds[1].ID
	var both sync.WaitGroup
	for range 3 {
		both.Go(func() {
			if err := h.tabulation.tabulate(t.Context(), steering.Tabulate{Round: round}); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if n := h.text(`SELECT count(*)::text FROM civic.feedback`); n[0] != "1" {
		t.Errorf("%s feedback documents", n[0])
	}
	if n := h.text(`SELECT count(*)::text FROM record.entry WHERE type = 'feedback'`); n[0] != "1" {
		t.Errorf("%s entries", n[0])
	}
	if n := h.text(`SELECT count(*)::text FROM panel.ballot`); n[0] != "20" {
		t.Errorf("%s ballots are left of 20", n[0])
	}
}

func TestClosingKeepsBallotsAndDropsDrafts(t *testing.T) {
	h := newHouse(t, 8, 1)
	for i := range 6 {
		h.cast(2, i, 5)
	}
	h.must(h.ballots.Save(t.Context(), h.seat(0), 2, h.answers(2, 1)))
	h.must(h.ballots.Save(t.Context(), h.seat(7), 2, h.answers(2, 1)))
	h.finish(2)
	got := h.text(`SELECT count(*) || ' ballots, ' || count(draft) || ' drafts' FROM panel.ballot`)
	if got[0] != "6 ballots, 0 drafts" {
		t.Error(got[0])
	}
	// A draft left at the deadline does not count.
	f, err := h.archive.Feedback(t.Context(), h.c.ID, 2)
	h.must(err)
	if f.Answered != 6 || f.Items[0].Counts.Valid != 6 {
		t.Errorf("%d answered", f.Answered)
	}
}

func TestUnderFiveAnswersNoTableNoFigureAndNoReason(t *testing.T) {
	h := newHouse(t, 12, 2)
	for i := range 6 {
		answers := h.answers(2, 5)
		if i < 4 {
			answers = h.answers(2, 5, 8)
			answers.Given[1].Reason = "una ragione sola"
		}
		_, err := h.ballots.Cast(t.Context(), h.seat(i), 2, answers, ballot.Part{})
		h.must(err)
	}
	h.finish(2)
	f, err := h.archive.Feedback(t.Context(), h.c.ID, 2)
	h.must(err)
	few := f.Items[1]
	if len(few.Tables) != 0 || few.Figures.Histogram != nil || len(few.Reasons) != 0 || few.Verdict.Key != verdict.TooFew {
		t.Errorf("four answers show %+v", few)
	}
	if _, shown := few.Figures.Median.Float(); shown {
		t.Error("a median of four answers is shown")
	}
	if len(f.Items[0].Tables) == 0 {
		t.Error("six answers show nothing")
	}
}
