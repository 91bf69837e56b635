package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/source"
)

// twins is a record with two people of one group who answered alike, and a proof file
// of each for the last round.
type twins struct {
	*book
	people [2]person
	proofs [2]leaf.Proof
	texts  [2]leaf.Receipt
}

// alike makes the second panelist of a group answer as the first, before change gives
// them the seeds that a server would.
func alike(t *testing.T, change func(a, b *person)) twins {
	var w twins
	w.book = press(t, func(b *book) {
		first, second := &b.people[20], &b.people[22]
		second.answers, second.reasons = first.answers, first.reasons
		if change != nil {
			change(first, second)
		}
	})
	for i := range w.people {
		p := w.book.people[20+2*i]
		w.people[i] = p
		codecs := answer.For(w.protocol, delphi.AnswerRound)
		now, given := p.vote(codecs, w.items, 1)
		_, before := p.vote(codecs, w.items, 0)
		r, err := leaf.ParseReceipt(strings.Split(string(w.receipt), "\n\n")[0] + "\n")
		if err != nil {
			t.Fatal(err)
		}
		r.Replaces = ""
		r.Content, r.Part, r.Mark = w.mark(p, 1, now.Group, given)
		w.texts[i] = r
		w.proofs[i] = leaf.Proof{
			Format: leaf.ProofFormat, Group: p.group, Random: p.random[1][:], Browser: p.part[1].Browser[:], Words: p.part[1].Words, Answers: given, Previous: before,
		}
	}
	return w
}

// hands gives the receipts, or with proofs the proof files, as the server signs them.
func (w twins) hands(proofs bool) map[string][]byte {
	out := map[string][]byte{}
	for i, name := range []string{"ada", "bo"} {
		out[name] = w.signed(w.texts[i].Text(), w.log)
		if proofs {
			p := w.proofs[i]
			p.Receipt = string(out[name])
			text, err := json.Marshal(p)
			if err != nil {
				w.t.Fatal(err)
			}
			out[name] = text
		}
	}
	return out
}

// holds fails unless the record with some receipts holds, or the fault is the one
// wanted, which starts with a place.
func (w twins) holds(what string, receipts map[string][]byte, place, want string) {
	w.t.Helper()
	_, err := Run(w.t.Context(), w.files, Options{Key: w.log.key, Receipts: receipts})
	var f *source.Fault
	switch {
	case want == "" && err == nil:
	case want == "" || !errors.As(err, &f) || !strings.HasPrefix(err.Error(), place) || !strings.Contains(err.Error(), want):
		w.t.Errorf("%s: %v, want %q", what, err, want)
	}
}

// Two people who answered alike, and an honest server: each has a seed and a mark, and
// the record holds with both. Words that both chose are no fault.
func TestTwoPeopleWhoAnsweredAlikeHoldTwoMarks(t *testing.T) {
	w := alike(t, func(a, b *person) { a.part[1].Words, b.part[1].Words = "tigli", "tigli" })
	if w.texts[0].Mark == w.texts[1].Mark || w.texts[0].Part.Words != w.texts[1].Part.Words {
		t.Fatalf("%+v", w.texts)
	}
	w.holds("receipts", w.hands(false), "", "")
	w.holds("proof files", w.hands(true), "", "")
}

// A server that gives two people who answered alike one seed, counts one of them and
// puts a ballot of its own in the other's place has to give both one mark. Whatever it
// writes of the part beside that mark, one receipt or both together show it.
func TestOneSeedForTwoPeopleIsFound(t *testing.T) {
	honest := alike(t, nil)
	// Both ballots are counted, but the second as the server's own: bo holds ada's mark.
	mark, content := honest.texts[0].Mark, honest.texts[0].Content
	for what, c := range map[string]struct {
		part  leaf.Digests // of bo's receipt
		alone string       // what verify says to bo alone; "" where it cannot know
		place string
		both  string
	}{
		"the value of another browser": {honest.texts[0].Part, "", "bo, line 5", "it bears the mark of the receipt ada"},
		"the value of one's own":       {honest.texts[1].Part, "it stands for another ballot", "bo, line 5", "it bears the mark of the receipt ada"},
		"none":                         {leaf.Digests{}, "it stands for another ballot", "bo, line 5", "it bears the mark of the receipt ada"},
		"words alone":                  {leaf.Digests{Words: honest.texts[1].Part.Words}, "it stands for another ballot", "bo, line 5", "it bears the mark of the receipt ada"},
	} {
		w := honest
		w.texts[1].Mark, w.texts[1].Content, w.texts[1].Part = mark, content, c.part
		hands := w.hands(false)
		w.holds(what+", both", hands, c.place, c.both)
		w.holds(what+", ada alone", map[string][]byte{"ada": hands["ada"]}, "", "")
		w.holds(what+", bo alone", map[string][]byte{"bo": hands["bo"]}, "bo, line 5", c.alone)
		// The proof file, which holds what bo's browser drew, tells bo alone in each case.
		want := "it stands for another ballot"
		if c.alone == "" {
			want = "the receipt shows another part than the proof file holds"
		}
		w.holds(what+", bo's proof file", map[string][]byte{"bo": w.hands(true)["bo"]}, "bo, line ", want)
	}
}

// A server that draws one value for two browsers, and keeps their marks apart, has
// begun: the two receipts together show it. Without a part both receipts of one mark
// are found only side by side, and alone they say how little they prove.
func TestAValueThatTwoBrowsersDrewIsFound(t *testing.T) {
	w := alike(t, func(a, b *person) { b.part[1].Browser = a.part[1].Browser })
	if w.texts[0].Mark == w.texts[1].Mark {
		t.Fatal("two random numbers of the server give one mark")
	}
	hands := w.hands(false)
	w.holds("both", hands, "bo, line 7", "one that occurs twice was chosen by the server")
	w.holds("a proof file and a receipt", map[string][]byte{"ada": w.hands(true)["ada"], "bo": hands["bo"]}, "bo, line 7", "one that occurs twice was chosen by the server")
	w.holds("one", map[string][]byte{"bo": hands["bo"]}, "", "")

	// Neither script nor words: one seed for both, and one of the two is not counted.
	w = alike(t, func(a, b *person) {
		a.part[1], b.part[1] = leaf.Part{}, leaf.Part{}
	})
	w.texts[1] = w.texts[0]
	hands = w.hands(false)
	w.holds("both without a part", hands, "bo, line 5", "it bears the mark of the receipt ada")
	r, err := Run(t.Context(), w.files, Options{Receipts: map[string][]byte{"bo": hands["bo"]}})
	if err != nil || r.partless() != 1 {
		t.Fatalf("%+v, %v", r.Receipts, err)
	}
	for lang, want := range map[string]string{"en": "that 1 of the receipts are no other person's too", "it": "che 1 delle ricevute non siano anche di un'altra persona"} {
		var b strings.Builder
		if err := r.Write(&b, lang); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s does not say %q: %v\n%s", lang, want, err, b.String())
		}
	}
}

// A proof file whose words or browser's value are not those of its receipt is named.
func TestAProofFileHoldsThePartOfItsReceipt(t *testing.T) {
	w := alike(t, nil)
	for what, change := range map[string]func(p *leaf.Proof){
		"words":      func(p *leaf.Proof) { p.Words = "altre" },
		"no words":   func(p *leaf.Proof) { p.Words = "" },
		"browser":    func(p *leaf.Proof) { p.Browser = []byte(strings.Repeat("x", leaf.BrowserSize)) },
		"no browser": func(p *leaf.Proof) { p.Browser = nil },
	} {
		one := w
		change(&one.proofs[0])
		one.holds(what, map[string][]byte{"ada": one.hands(true)["ada"]}, "ada, line 7", "another part than the proof file holds: found "+fmt.Sprintf("%.20s", w.texts[0].Part.Line()))
	}
}

// mark is that of a person's ballot in one of the answering rounds.
func (b *book) mark(p person, n int, group string, given []leaf.Given) (content string, part leaf.Digests, mark string) {
	content, part = leaf.Content(p.seed(n), group, given), p.part[n].Digests(leaf.Of(b.id, n+2))
	return content, part, leaf.Mark(content, part)
}

// reason is one as a feedback document shows it.
func (b *book) reason(closing table.Closing, i feedback.Asked, p person, n int, text string) feedback.Reason {
	r := feedback.Reason{Text: text, Side: p.argues(i.Item.String(), n)}
	for _, c := range closing.Counts.Items {
		if c.Item == i.Item.String() && len(c.Places) > 0 && r.Side == "" {
			r.Place = table.PlaceOf(b.protocol, i.Kind, delphi.Answer{Value: p.answers[n][c.Item]})
		}
	}
	return r
}
