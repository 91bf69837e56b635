package dossier

import (
	"time"

	"delfi/internal/consultation"
	"delfi/internal/delphi/protocol"
	"delfi/web/page"
)

// OpenSmall tells whether the protocol shows a small panel's whole distribution, which each
// member confirms by itself (docs/METHOD.md §7).
func (v View) OpenSmall() bool { return v.Protocol.Disclosure.Small == protocol.SmallOpen }

// AfterEnrolling is the page to which somebody new on the panel is led: the round that is open, or the
// code without which nobody answers, else the consultation.
func (v View) AfterEnrolling(now time.Time) string {
	if v.Coded() {
		return v.Path("/get-code")
	}
	r, open := v.OpenRound(now)
	switch {
	case !open || v.Suspended != nil:
		return v.Path("")
	case r.Answers():
		return v.BallotPath(r.Number)
	}
	return v.Path("/contributions")
}

// Knowing are the lines of docs/RECORD.md's table that hold in the consultation: the one about
// the server depends on the mode.
func (v View) Knowing() []string {
	if v.Coded() {
		return []string{"staff", "copy", "code", "colleagues"}
	}
	return []string{"staff", "copy", "server", "colleagues"}
}

// Opens says when the first round is planned, for who enrols before it.
func (v View) Opens(q *page.Request) string {
	r, ok := v.NextRound()
	if _, open := v.OpenRound(q.Now); open || !ok || v.Stage == consultation.Running {
		return ""
	}
	return q.T("consultation.enrol.opens", "day", q.Day(r.PlannedAt))
}

// Invites tells whether some group is entered by invitation.
func (v View) Invites() bool {
	for _, g := range v.Protocol.Panel.Groups {
		if g.Access == protocol.AccessInvitation {
			return true
		}
	}
	return false
}
