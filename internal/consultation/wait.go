package consultation

import (
	"time"

	"delfi/internal/account/office"
	"delfi/internal/civiltime"
	"delfi/internal/delphi"
)

// Terms in days after which the system does what a person left lying.
const (
	ExamineDays  = 14 // after a gather round closed: it is released
	ConcludeDays = 14 // after the last release: the consultation is concluded
)

// Pending names the act that a consultation stands before.
type Pending string

// The acts that a consultation can stand before.
const (
	PendingAnnouncement Pending = "announce" // of a draft
	PendingStart        Pending = "start"
	PendingResumption   Pending = "resume"
	PendingWriting      Pending = "write"
	PendingAnswers      Pending = "answer"
	PendingCount        Pending = "count"
	PendingExamination  Pending = "examine"
	PendingDecisions    Pending = "decide"
	PendingConclusion   Pending = "conclude"
	PendingDestruction  Pending = "destroy"
	PendingPublication  Pending = "publish"
	PendingReply        Pending = "reply"
)

// Wait says who acts next on a consultation, and until when. The zero Wait is that of one
// on which nobody has to act any more.
type Wait struct {
	Who office.Role // office.Participant for the panel, System for what happens by itself
	For Pending
	Due time.Time // zero where no day is set
}

// Waits reads off a consultation who acts next. A suspension comes before everything else.
func (c Consultation) Waits() Wait {
	if c.Suspended != nil {
		return Wait{office.Administrator, PendingResumption, time.Time{}}
	}
	switch c.Stage {
	case Draft:
		return Wait{office.Administrator, PendingAnnouncement, c.StartsAt}
	case Announced:
		return Wait{System, PendingStart, c.StartsAt}
	case Running:
		return c.runs()
	case Concluded:
		if c.DestroyedAt.IsZero() {
			return Wait{System, PendingDestruction, time.Time{}}
		}
		return Wait{office.Administrator, PendingPublication, civiltime.AddDays(c.ConcludedAt, c.Protocol.Publication.WithinDays)}
	case Published:
		if due, owed := c.ReplyDue(); owed {
			return Wait{office.Administrator, PendingReply, due}
		}
	}
	return Wait{}
}

// runs is Waits of a running consultation.
func (c Consultation) runs() Wait {
	for _, r := range c.Rounds {
		switch {
		case r.State == RoundOpen && r.Kind == delphi.Gather:
			return Wait{office.Participant, PendingWriting, r.Deadline}
		case r.State == RoundOpen:
			return Wait{office.Participant, PendingAnswers, r.Deadline}
		case r.State == RoundClosed && r.Kind == delphi.Gather:
			return Wait{office.Moderator, PendingExamination, civiltime.AddDays(r.ClosedAt, ExamineDays)}
		case r.State == RoundClosing || r.State == RoundClosed:
			return Wait{System, PendingCount, time.Time{}}
		case r.State == RoundPlanned:
			return Wait{office.Facilitator, PendingDecisions, r.PlannedAt}
		}
	}
	w := Wait{office.Facilitator, PendingConclusion, time.Time{}}
	if last := c.LastHeld(); last != nil {
		w.Due = civiltime.AddDays(last.ReleasedAt, ConcludeDays)
	}
	return w
}

// ReplyDue is the day by which the administration owes its reply; false before publication
// and for what was held elsewhere.
func (c Consultation) ReplyDue() (time.Time, bool) {
	if c.PublishedAt.IsZero() || c.Origin != nil {
		return time.Time{}, false
	}
	if days := c.Commitment.ReplyDays; days != 0 {
		return civiltime.AddDays(c.PublishedAt, days), true
	}
	return c.Protocol.Reply.Due(c.PublishedAt), true
}
