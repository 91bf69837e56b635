package drawing

import (
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/panel/draw"
)

// State is how far a draw has come.
type State string

// The states, in their order.
const (
	Listed    State = "listed"
	Prepared  State = "prepared"
	Committed State = "committed"
	Drawn     State = "drawn"
	Withdrawn State = "withdrawn"
)

// Draw is the draw of one group.
type Draw struct {
	Consultation uuid.UUID
	Group        string
	Household    bool // the list has one ticket of each household
	Roll         draw.Roll
	Rule         draw.Rule      // from prepared on
	Portfolio    draw.Portfolio // of a rule whose quotas cross
	Guarantors   []Guarantor    // from prepared on
	CommittedAt  time.Time
	Round        int64 // of the beacon
	Root         [32]byte
	Result       draw.Result
	Called       int    // reserves who may enrol
	Reason       string // of its withdrawal; "" for none
	Keyless      bool   // its tickets cannot be computed any more

	planned, drawn bool
	proof          []byte // of the key of its tickets
}

// Guarantor hid a value behind its digest.
type Guarantor struct {
	Name   string
	Digest string
	Value  string // "" until it is opened
	At     time.Time
}

// State tells how far the draw has come.
func (d Draw) State() State {
	switch {
	case d.Reason != "":
		return Withdrawn
	case d.drawn:
		return Drawn
	case !d.CommittedAt.IsZero():
		return Committed
	case d.planned:
		return Prepared
	}
	return Listed
}

// Planned tells whether the draw has a rule.
func (d Draw) Planned() bool { return d.planned }

// WasDrawn tells whether the draw has a result, also where it was withdrawn afterwards.
func (d Draw) WasDrawn() bool { return d.drawn }

// Due is the instant at which the round is published; zero before the commitment.
func (d Draw) Due() time.Time {
	if d.CommittedAt.IsZero() {
		return time.Time{}
	}
	return draw.Due(d.Round)
}

// Chances are the chances of the tickets under the rule.
func (d Draw) Chances() draw.Chances { return draw.Chance(d.Roll, d.Rule, d.Portfolio) }

// input is the draw as it is computed.
func (d Draw) input() draw.Draw {
	in := draw.Draw{Roll: d.Roll, Rule: d.Rule, Portfolio: d.Portfolio, Committed: d.CommittedAt.Truncate(time.Minute), Round: d.Round, Record: d.Root}
	for _, g := range d.Guarantors {
		in.Guarantors = append(in.Guarantors, draw.Guarantor{Commitment: g.Digest, Value: g.Value, Opened: g.At.Truncate(time.Minute)})
	}
	return in
}

// admits tells whether number n may enrol: who is drawn, and the reserves who were called.
func (d Draw) admits(n int) bool {
	reserve := d.Result.Reserve(n)
	return d.State() == Drawn && (d.Result.Drawn(n) || reserve > 0 && reserve <= d.Called)
}

// Ground is what the owner of consultations says about the draws of one.
type Ground struct {
	Groups  []string          // those whose access is a draw, in the order of the protocol
	Names   map[string]string // of those groups, in the language of the consultation
	Public  bool              // everybody may read of it
	Full    bool              // nobody can enrol any more, whatever happens
	Role    account.Role      // in which the actor may draw
	Refused error             // why the actor may not; nil when they may
}

// The faults of acts on a draw.
var (
	errNoDraw    = fault.New(fault.NotFound, "no_draw", "there is no draw of this group")
	errRepeated  = fault.New(fault.Conflict, "draw_once", "a group is drawn once: its list is fixed already")
	errStage     = fault.New(fault.Conflict, "draw_stage", "the draw has come further meanwhile: look at it, then press again")
	errNotDue    = fault.New(fault.Conflict, "draw_not_due", "the round of the beacon is not due yet")
	errTooLate   = fault.New(fault.Conflict, "draw_value_late", "the round of the beacon is due: a value that is opened now could have been chosen")
	errNotDrawn  = fault.New(fault.Forbidden, "not_drawn", "this group is drawn by lot, and you were not drawn")
	errNoCode    = fault.New(fault.Forbidden, "draw_no_code", "the identity provider did not say the code by which people stand on the list of this draw")
	errTaken     = fault.New(fault.Conflict, "draw_taken", "somebody is enrolled with this ticket already: one person answers once")
	errUndrawn   = fault.New(fault.Conflict, "draw_open", "this group is drawn by lot, and nobody was drawn yet")
	errNoReserve = fault.New(fault.Conflict, "draw_no_reserve", "there is no such number of reserves to call")
	errKeyless   = fault.New(fault.Conflict, "draw_keyless", "the key of this draw's tickets is destroyed: nobody can be found on the list any more")
	errKeyGone   = fault.New(fault.Unavailable, "draw_key_missing", "this server does not hold the key of this draw's tickets")
)

// may refuses an act that a draw's state does not allow.
func (d Draw) may(states ...State) error {
	for _, s := range states {
		if d.State() == s {
			return nil
		}
	}
	return errStage
}
