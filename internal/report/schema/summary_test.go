package schema

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/verdict"
)

// sides are all that a verdict can take.
var sides = []delphi.Side{delphi.For, delphi.Against, delphi.Between, delphi.NoSide}

// An item lies on the pile of its verdict's side, whatever was reached there.
func TestPilesFollowTheSides(t *testing.T) {
	bySide := map[delphi.Side]Pile{delphi.For: For, delphi.Against: Against, delphi.Between: Middle, delphi.NoSide: Sideless}
	for _, key := range verdict.Keys {
		for _, side := range sides {
			want := bySide[side]
			switch key {
			case verdict.Bipolarity, verdict.Disagreement:
				want = Divided // also where one camp is the larger
			case verdict.Open, verdict.Unstable, verdict.TooFew:
				want = Open
			}
			if got := PileOf(verdict.Verdict{Key: key, Side: side}); got != want {
				t.Errorf("%s %s lies on %q, want %q", key, side, got, want)
			}
		}
	}
}

// Within a pile the consensus comes first, and equal verdicts by number.
func TestAPileBeginsWithItsConsensus(t *testing.T) {
	o := Opinion{}
	for n, key := range []verdict.Key{verdict.Plurality, verdict.Majority, verdict.Consensus, verdict.Majority, verdict.Consensus} {
		v := verdict.Verdict{Key: key, Side: delphi.For}
		o.Items = append(o.Items, Item{Number: n + 1, ItemFigures: ItemFigures{Pile: PileOf(v), Verdict: v}})
	}
	var got []int
	for _, i := range o.On(For) {
		got = append(got, i.Number)
	}
	if d := cmp.Diff([]int{3, 5, 2, 4, 1}, got); d != "" {
		t.Error(d)
	}
}

// No item is lost or counted twice: verdicts and sides add up to all items, and each
// pile holds as many as the summary says.
func TestSummaryCountsEveryItemOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Opinion{}
		for range rapid.IntRange(0, 40).Draw(t, "items") {
			var i Item
			if rapid.Bool().Draw(t, "rated") {
				i.Verdict = verdict.Verdict{
					Key: rapid.SampledFrom(verdict.Keys).Draw(t, "key"), Side: rapid.SampledFrom(sides).Draw(t, "side"),
				}
				i.Pile = PileOf(i.Verdict)
			}
			i.State = rapid.SampledFrom([]string{"settled", "settled", "dropped", "superseded"}).Draw(t, "state")
			o.Items = append(o.Items, i)
		}
		s := Summarize(o.Items)
		if s.Gone.Dropped+s.Gone.Superseded != s.Gone.N || s.Items()+s.Gone.N != len(o.Items) {
			t.Fatalf("%d of %d items are counted", s.Items(), len(o.Items))
		}
		for _, c := range []BySide{s.Consensus, s.Majority, s.Plurality} {
			if c.For+c.Against+c.Middle+c.None != c.N {
				t.Fatalf("%+v does not add up", c)
			}
		}
		if s.Divided.TwoPoles+s.Divided.Disagreement != s.Divided.N || s.Open.Open+s.Open.Unstable+s.Open.TooFew != s.Open.N {
			t.Fatalf("%+v, %+v do not add up", s.Divided, s.Open)
		}
		for p, n := range map[Pile]int{
			For: s.Consensus.For + s.Majority.For + s.Plurality.For, Against: s.Consensus.Against + s.Majority.Against + s.Plurality.Against,
			Middle: s.Consensus.Middle + s.Majority.Middle + s.Plurality.Middle, Divided: s.Divided.N, Open: s.Open.N,
		} {
			if len(o.On(p)) != n {
				t.Fatalf("pile %q holds %d of %d", p, len(o.On(p)), n)
			}
		}
	})
}

// A statement that was rated and then taken out of play counts nowhere: it is told
// apart, and on no pile.
func TestWhatIsGoneIsToldApart(t *testing.T) {
	rated := func(number int, state string) Item {
		v := verdict.Verdict{Key: verdict.Consensus, Side: delphi.For}
		return Item{Number: number, State: state, ItemFigures: ItemFigures{Pile: PileOf(v), Verdict: v}}
	}
	o := Opinion{Items: []Item{rated(1, "settled"), rated(2, "dropped"), rated(3, "superseded"), {Number: 4, State: "dropped"}, {Number: 5, State: "settled"}}}
	want := Summary{Consensus: BySide{N: 1, For: 1}, Unrated: 1, Gone: Gone{N: 3, Dropped: 2, Superseded: 1}}
	if d := cmp.Diff(want, Summarize(o.Items)); d != "" {
		t.Error(d)
	}
	if all := o.On(For); len(all) != 1 || all[0].Number != 1 {
		t.Errorf("the pile holds %d", len(all))
	}
}
