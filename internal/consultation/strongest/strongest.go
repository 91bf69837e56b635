package strongest

import (
	"encoding/json"
	"slices"

	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/ledger/leaf"
)

// None stands in an entry for no argument: the mark of a side was taken back.
const None = "-"

// Sides are those of which one argument each can be marked, in the order of the pages.
var Sides = []delphi.Side{delphi.Against, delphi.For}

// Case is the mark of one side of an option.
type Case struct {
	Item   int         // number of the option
	Side   delphi.Side // against or for
	Round  int         // of whose document the argument is
	Digest string      // of its words
	Why    string      // the facilitator's public reason; "" where the law removed it
	Name   string      // of the facilitator
	Text   string      // its words; "" before they are found
	Lang   string      // of the words, as the document says it
}

// Read finds the marks that hold among the entries of a consultation, by option and side.
func Read(entries []ledger.Entry) []Case {
	type place struct {
		item int
		side delphi.Side
	}
	var all []Case
	seen := map[place]bool{}
	for _, e := range slices.Backward(entries) {
		if e.Type != ledger.Act || e.Kind != string(consultation.ActMark) {
			continue
		}
		var body struct {
			Item, Round    int
			Side, Argument string
		}
		// An entry's figures are ours: what cannot be read here marks nothing.
		_ = json.Unmarshal([]byte(e.Body), &body)
		at := place{body.Item, delphi.Side(body.Side)}
		if seen[at] {
			continue
		}
		seen[at] = true
		if body.Argument != None {
			all = append(all, Case{Item: at.item, Side: at.side, Round: body.Round, Digest: body.Argument, Why: e.Reason, Name: e.Name})
		}
	}
	slices.SortFunc(all, func(a, b Case) int {
		if a.Item != b.Item {
			return a.Item - b.Item
		}
		return slices.Index(Sides, a.Side) - slices.Index(Sides, b.Side)
	})
	return all
}

// Found gives a mark with the words of its argument among the reasons about its option; false
// where the law removed them.
func (c Case) Found(reasons []feedback.Reason) (Case, bool) {
	at := slices.IndexFunc(reasons, func(r feedback.Reason) bool { return r.Text != "" && leaf.Digest([]byte(r.Text)) == c.Digest })
	if at < 0 {
		return c, false
	}
	c.Text, c.Lang = reasons[at].Text, reasons[at].Lang
	return c, true
}

// Of gives the marks of an option.
func Of(all []Case, item int) []Case {
	var out []Case
	for _, c := range all {
		if c.Item == item {
			out = append(out, c)
		}
	}
	return out
}

// Weighs tells whether arguments for and against the consultation's items are marked: its
// variant is policy.
func Weighs(c consultation.Consultation) bool { return c.Protocol.Variant == "policy" }

// CanMark tells whether the actor may mark arguments now, and in which role: Forbidden,
// Conflict "wrong_variant" where no cases are weighed, "round_open", or "no_arguments" before a
// round has given any.
func CanMark(actor office.Actor, c consultation.Consultation) (consultation.Author, error) {
	_, role, err := consultation.ItemLive.Step(consultation.ActMark, c.Roles(actor)...)
	switch {
	case err != nil:
		return consultation.Author{}, err
	case !Weighs(c):
		return consultation.Author{}, fault.New(fault.Conflict, "wrong_variant", "only options of a policy consultation have strongest cases")
	}
	if err := c.NeedRunning(); err != nil {
		return consultation.Author{}, err
	}
	if err := c.Between(); err != nil {
		return consultation.Author{}, err
	}
	if c.LastReleased() == nil {
		return consultation.Author{}, fault.New(fault.Conflict, "no_arguments", "no round has given arguments yet")
	}
	return consultation.Author{Role: role, Name: actor.Name}, nil
}
