package contribution

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/moderation"
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
	Seen          map[uuid.UUID]int // versions of their cases that stood beside the form; nil compares none
	Destination   Destination
	Item          uuid.UUID // for Existing and Said
	Text          string    // new wording, for Existing and Fresh
	Version       string    // for Existing and Said: of the wording that the moderator saw (prose.Version); "" skips the comparison
	LeftOut       string    // the part of the contributions that is left out
	Rule          string    // of the house, as forms carry it: "1.6"
	Reason        string    // public
	rule          moderation.Citation
}

// Choice is an act on contributions alone: leaving them out, or putting them back.
type Choice struct {
	Contributions []uuid.UUID
	Seen          map[uuid.UUID]int // as Merge's
	Rule          string
	Reason        string
	rule          moderation.Citation
}

// Act is one act of synthesis that stands, as the desk lists it.
type Act struct {
	moderation.Act
	Undoable bool // now: until UndoUntil, while no later act builds on it
}

// effect is what an act did to an item, with what is needed to take it back.
type effect struct {
	act     uuid.UUID
	item    uuid.UUID
	made    bool   // the item was made by this act
	was     string // the item's words before; "" when they did not change
	leftOut string
}

// deed is an act with its effect; the zero effect of one that touched no item.
type deed struct {
	moderation.Act
	effect effect
}

// blocks tells whether a, the later act, builds on b. Links alone lean on nothing but their
// item's words; a rejection stands by itself. What became of a contribution after it was
// put back, by an act or an appeal, is no matter of the acts before.
func (a deed) blocks(b deed) bool {
	if a.Number <= b.Number || a.Undone {
		return false
	}
	if (a.Verb == moderation.Requeue || a.Verb == moderation.Decide) && a.Touches(b.Act) {
		return true
	}
	return a.effect.item != uuid.Nil && a.effect.item == b.effect.item && (b.effect.made || b.effect.was != "")
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
		if m.Is(actor) && m.Role == account.Moderator {
			return m, true
		}
	}
	return consultation.Member{}, false
}

// ground is what moderation is told of a consultation's space.
func ground(c consultation.Consultation) moderation.Ground {
	g := moderation.Ground{Record: c.ID, Told: told(c), Over: CanExamine(c)}
	for _, m := range c.Staff {
		if m.Role == account.Moderator {
			g.Moderators = append(g.Moderators, staff(m))
		}
	}
	return g
}

// staff names a member of staff as acts do.
func staff(m consultation.Member) moderation.Staff {
	return moderation.Staff{ID: m.ID, Name: m.Name, Role: m.Role}
}

// told is the instant at which what became of contributions was public; zero before.
func told(c consultation.Consultation) time.Time {
	if c.Origin != nil {
		return c.PublishedAt
	}
	g, err := gather(c)
	if err != nil || g.State != consultation.RoundReleased {
		return time.Time{}
	}
	return g.ReleasedAt
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
	return office.Needs(account.Moderator)
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

// CanExamine tells whether contributions can be acted on now: nil, or the Conflict that says
// why not. They can from the closing of the gather round until the next round opens.
func CanExamine(c consultation.Consultation) error {
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
	m.rule = moderation.ReadCitation("rule", m.Rule, &bad)
	m.Reason = moderation.ReadWords("reason", m.Reason, &bad)
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
	if (m.Destination == Existing || m.Destination == Said) && m.Item == uuid.Nil {
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

// check reads a Choice; Invalid names every field to mend.
func (c Choice) check() (Choice, error) {
	var bad []fault.Field
	c.rule = moderation.ReadCitation("rule", c.Rule, &bad)
	c.Reason = moderation.ReadWords("reason", c.Reason, &bad)
	if len(c.Contributions) == 0 {
		bad = append(bad, none)
	}
	if len(bad) > 0 {
		return c, fault.Bad(bad...)
	}
	return c, nil
}

// none is an act about nothing.
var none = fault.Field{Name: "contributions", Code: "required", Message: "choose at least one contribution"}

// folded is a text as two people who typed it would agree that it is the same.
func folded(text string) string {
	return strings.Join(strings.Fields(strings.ToLower(text)), " ")
}

// about tells whether an act moved these contributions, under this rule and for this reason.
func (a deed) about(contributions []uuid.UUID, rule moderation.Citation, reason string) bool {
	return a.Words == reason && a.Rule == rule && slices.Equal(texts(a.Subjects), slices.Compact(texts(contributions)))
}

// texts writes ids for the record, sorted: the order of a form tells nothing.
func texts(ids []uuid.UUID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	slices.Sort(out)
	return out
}
