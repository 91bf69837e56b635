package consultation

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/civiltime"
	"delfi/internal/delphi"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// NextNumber is the number of the round whose form the present items are for:
// the one that is open, else the next one.
func (c Consultation) NextNumber() int {
	if r := c.Current(); r != nil && r.State == RoundOpen {
		return r.Number
	}
	if r := c.Next(); r != nil {
		return r.Number
	}
	return len(c.Rounds) + 1
}

// Before gives the id of the last answering round before number that has
// figures, or uuid.Nil: what "new" and "reworded" compare with.
func (c Consultation) Before(number int) uuid.UUID {
	for i := len(c.Rounds) - 1; i >= 0; i-- {
		r := c.Rounds[i]
		if r.Number < number && r.Answers() && (r.State == RoundClosed || r.State == RoundReleased) {
			return r.ID
		}
	}
	return uuid.Nil
}

// Answerable tells whether a round is open or to come, whoever may still enrol.
func (c Consultation) Answerable() bool {
	switch {
	case c.Suspended != nil || c.Origin != nil:
		return false
	case c.Stage == Announced:
		return true
	case c.Stage != Running:
		return false
	}
	return c.Next() != nil || c.Current() != nil && c.Current().State == RoundOpen
}

// Author is who does an act, by office.
type Author struct {
	Role office.Role
	Name string
}

// Itself is the author of what happens at its time.
var Itself = Author{Role: System}

// Move takes the consultation one step, in the role in which the actor may.
func (c *Consultation) Move(act Act, actor office.Actor) (Author, error) {
	to, role, err := c.Stage.Step(act, c.Roles(actor)...)
	if err != nil {
		return Author{}, err
	}
	c.Stage = to
	return Author{Role: role, Name: actor.Name}, nil
}

// MoveBy is move for an author whose role is settled.
func (c *Consultation) MoveBy(act Act, by Author) error {
	to, _, err := c.Stage.Step(act, by.Role)
	if err != nil {
		return err
	}
	c.Stage = to
	return nil
}

// NeedRunning refuses what cannot be done to a consultation that stands still.
func (c Consultation) NeedRunning() error {
	if c.Stage != Running {
		return fault.New(fault.Conflict, "wrong_stage", "this is not possible at this point").With("state", string(c.Stage))
	}
	return c.NeedActive()
}

func (c Consultation) NeedActive() error {
	if c.Suspended != nil {
		return ErrSuspended
	}
	return nil
}

var ErrSuspended = fault.New(fault.Conflict, "suspended", "the consultation is suspended: nothing can be changed until it resumes")

func (r Round) Target() string { return fmt.Sprintf("round %d", r.Number) }

func (i Item) Target() string { return fmt.Sprintf("statement %d", i.Number) }

// LastKeyDay is the instant at which the key's latest date begins, in Rome.
func (c Consultation) LastKeyDay() (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, c.Protocol.Anonymity.LatestKeyDate, civiltime.Rome)
	if err != nil {
		return time.Time{}, fmt.Errorf("latest key date: %w", err)
	}
	return t.UTC(), nil
}

// Concludable checks that no round is under way and that the panel has answered.
func (c Consultation) Concludable() error {
	if err := c.NeedActive(); err != nil {
		return err
	}
	held := c.LastHeld()
	switch {
	case c.Current() != nil:
		return fault.New(fault.Conflict, "round_open", "a round is still open or closing")
	case held == nil || held.State != RoundReleased:
		return fault.New(fault.Conflict, "not_released", "the last round is not released yet")
	case c.LastReleased() == nil:
		return fault.New(fault.Conflict, "nothing_answered", "the panel has not answered anything yet: it can only be withdrawn")
	}
	return nil
}

// GathersSince says whether contributions were gathered between an answering round and
// the one before it.
func (c Consultation) GathersSince(r Round) bool {
	for n := r.Number - 1; n > 0 && !c.Rounds[n-1].Answers(); n-- {
		if c.Rounds[n-1].Kind == delphi.Gather {
			return true
		}
	}
	return false
}

// Unexamined counts the contributions that released rounds left not examined.
func (c Consultation) Unexamined() int {
	n := 0
	for _, r := range c.Rounds {
		n += r.Unexamined
	}
	return n
}

var ErrNoLiveItem = fault.New(fault.Conflict, "no_live_item", "no statement is in play: there would be nothing to answer")

var ErrRoundClosed = fault.New(fault.Conflict, "round_closed", "this round is closed")

func NeedReason(message string) error {
	return fault.Bad(fault.Field{Name: "reason", Code: "against_proposal", Message: message})
}

// ItemsChange refuses to change items but while the consultation runs and no round shows
// them, or a standing round takes new ones.
func (c Consultation) ItemsChange() error {
	if err := c.NeedRunning(); err != nil {
		return err
	}
	if r := c.Current(); r != nil && r.Kind == delphi.StandingKind && r.State == RoundOpen {
		return nil
	}
	return c.Between()
}

// Deciding checks that it is the time to decide, and that the actor may.
func (c *Consultation) Deciding(actor office.Actor, d Decision, reason string) (Author, string, error) {
	act, known := d.Act()
	if !known {
		return Author{}, "", fault.Bad(fault.Field{Name: "decision", Code: "unknown_decision", Message: "decide to settle, go on, reword or drop"})
	}
	_, role, err := ItemLive.Step(act, c.Roles(actor)...)
	if err != nil {
		return Author{}, "", err
	}
	if err := c.NeedRunning(); err != nil {
		return Author{}, "", err
	}
	if err := c.Between(); err != nil {
		return Author{}, "", err
	}
	if c.LastReleased() == nil || c.RoundsLeft() == 0 {
		return Author{}, "", fault.New(fault.Conflict, "nothing_to_decide", "there is nothing to decide between rounds now")
	}
	reason, err = Optional(reason)
	return Author{Role: role, Name: actor.Name}, reason, err
}

// Between refuses what may only be done between rounds.
func (c Consultation) Between() error {
	if c.Current() != nil {
		return fault.New(fault.Conflict, "round_open", "a round is still open or closing")
	}
	return nil
}

// ErrNoSuch is what everybody hears about a consultation that is not there or not theirs to know of.
var ErrNoSuch = fault.New(fault.NotFound, "not_found", "there is no such consultation")

// ErrNoSlug is errNoSuch of a slug that nothing has.
var ErrNoSlug = fault.New(ErrNoSuch.Kind, ErrNoSuch.Code, ErrNoSuch.Message)

var ErrNoRound = fault.New(fault.NotFound, "no_round", "there is no such round")

var ErrNoItem = fault.New(fault.NotFound, "no_item", "there is no such statement")

// Reasoned reads a public reason, which must be there and fit.
func Reasoned(reason string) (string, error) {
	var bad []fault.Field
	reason = prose.Field{Name: "reason", Max: 2000, Needed: true}.Read(reason, &bad)
	if len(bad) > 0 {
		return "", fault.Bad(bad...)
	}
	return reason, nil
}

// Optional reads a public reason that may be left out.
func Optional(reason string) (string, error) {
	if strings.TrimSpace(reason) == "" {
		return "", nil
	}
	return Reasoned(reason)
}

// Unfinished tells whether it is an import that was neither published nor withdrawn.
func (c Consultation) Unfinished() bool {
	return c.Origin != nil && c.PublishedAt.IsZero() && c.Stage != Withdrawn
}

// Wording reads the words of a statement: 1 to ItemMost characters.
func Wording(text string) (string, error) {
	var bad []fault.Field
	if text = (prose.Field{Name: "text", Max: ItemMost, Needed: true, Line: true}).Read(text, &bad); len(bad) > 0 {
		return "", fault.Bad(bad...)
	}
	return text, nil
}
