package contribution

import (
	"strings"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/fault"
)

// Destination is where merged contributions go.
type Destination string

// The destinations.
const (
	Existing Destination = "existing" // into an item, with new words
	Fresh    Destination = "new"      // into a new item
	Said     Destination = "said"     // already said: linked, words unchanged
)

// Merge is one act of synthesis. Existing without contributions only rewords.
type Merge struct {
	Contributions []uuid.UUID
	Destination   Destination
	Item          uuid.UUID // for Existing and Said
	Text          string    // new wording, for Existing and Fresh
	Version       string    // for Existing: of the wording that the moderator saw (prose.Version); "" skips the comparison
	LeftOut       string    // what of the contributions is left out
	Reason        string    // public
}

// The kinds of act.
const (
	kindMerge  = "merge"  // contributions into a new item, or into one with new words
	kindLink   = "link"   // contributions to an item whose words stay
	kindReject = "reject" // contributions out
	kindReword = "reword" // an item's words alone
)

// Act is one act of synthesis that stands, as the desk lists it.
type Act struct {
	ID       uuid.UUID
	Kind     string // merge, link, reject, reword
	Summary  string // names and numbers alone, in no language: "Tiglio 27, Airone 5 → 3"
	Reason   string
	Undoable bool
}

// act is an Act with what it needs to be taken back.
type act struct {
	Act
	consultation  uuid.UUID
	number        int
	leftOut       string
	contributions []uuid.UUID // those that it moved
	item          uuid.UUID   // Nil for a rejection
	made          bool        // the item was made by this act
	was           string      // the item's words before; "" when they did not change
}

// blocks tells whether a, the later act, builds on b. Links alone lean on nothing
// but their item's words; a rejection stands by itself.
func (a act) blocks(b act) bool {
	return a.number > b.number && a.item == b.item && (b.made || b.was != "")
}

// CanModerate tells whether the actor moderates this consultation: named for it,
// and still holding the office.
func CanModerate(actor account.Actor, c consultation.Consultation) bool {
	_, ok := member(actor, c)
	return ok && actor.Has(c.Administration, c.Scope(), account.Moderator)
}

// member finds the actor among the moderators named for a consultation.
func member(actor account.Actor, c consultation.Consultation) (consultation.Member, bool) {
	for _, m := range c.Staff {
		if m.Account == actor.Account && m.Role == account.Moderator && actor.SignedIn() {
			return m, true
		}
	}
	return consultation.Member{}, false
}

// refuse says why somebody who does not moderate gets no further: another
// administration's people are not told what there is to moderate here.
func refuse(actor account.Actor, c consultation.Consultation) error {
	switch {
	case !actor.SignedIn():
		return fault.New(fault.Unauthenticated, "sign_in", "this needs you to sign in")
	case len(actor.Grants) > 0 && !actor.Serves(c.Administration):
		return fault.New(fault.NotFound, "not_found", "there is nothing here, or nothing that you can see")
	}
	return fault.New(fault.Forbidden, "wrong_role", "this act needs an office that you do not hold here")
}

// examinable refuses while contributions may still be written.
func examinable(c consultation.Consultation) error {
	g, err := gather(c)
	if err != nil {
		return err
	}
	switch g.State {
	case consultation.RoundPlanned, consultation.RoundOpen, consultation.RoundClosing:
		return fault.New(fault.Conflict, "round_not_closed", "contributions are read when their round has closed")
	}
	return nil
}

// workable refuses acts of synthesis at the wrong time: from the closing of the
// gather round until the next round opens.
func workable(c consultation.Consultation) error {
	if c.Stage != consultation.Running {
		return fault.New(fault.Conflict, "wrong_stage", "this is not possible at this point")
	}
	if c.Suspended != nil {
		return fault.New(fault.Conflict, "suspended", "the consultation is suspended")
	}
	if err := examinable(c); err != nil {
		return err
	}
	g, err := gather(c)
	if err != nil {
		return err
	}
	for _, r := range c.Rounds {
		if r.Number > g.Number && r.State != consultation.RoundPlanned && r.State != consultation.RoundSkipped {
			return fault.New(fault.Conflict, "synthesis_over", "the next round has opened: what became of contributions stands")
		}
	}
	return nil
}

// check reads a Merge, texts tidied; Invalid names every field to mend.
func (m Merge) check() (Merge, error) {
	var bad []fault.Field
	m.Reason = lined("reason", m.Reason, maxReason, true, &bad)
	m.LeftOut = lined("left_out", m.LeftOut, maxLeftOut, false, &bad)
	switch m.Destination {
	case Existing, Fresh:
		// A statement is one line: a broken one would read as two.
		m.Text = lined("text", strings.Join(strings.Fields(m.Text), " "), maxText, true, &bad)
	case Said:
		m.Text = ""
	default:
		bad = append(bad, fault.Field{Name: "destination", Code: "required", Message: "choose where they go"})
	}
	if m.Destination != Fresh && m.Item == uuid.Nil {
		bad = append(bad, fault.Field{Name: "item", Code: "required", Message: "choose the statement that they go into"})
	}
	if len(m.Contributions) == 0 && m.Destination != Existing {
		bad = append(bad, none)
	}
	if len(bad) > 0 {
		return m, fault.Bad(bad...)
	}
	return m, nil
}

// none is an act about nothing.
var none = fault.Field{Name: "contributions", Code: "required", Message: "choose at least one contribution"}

// folded is a text as two people who typed it would agree that it is the same.
func folded(text string) string {
	return strings.Join(strings.Fields(strings.ToLower(text)), " ")
}
