package consultation

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/civiltime"
	"delfi/internal/delphi/protocol"
)

// Stage is where a consultation stands (docs/METHOD.md §9).
type Stage string

// The stages.
const (
	Draft     Stage = "draft"
	Announced Stage = "announced"
	Running   Stage = "running"
	Concluded Stage = "concluded"
	Published Stage = "published"
	Answered  Stage = "answered"
	Withdrawn Stage = "withdrawn"
)

// Consultation is one question that an administration puts to a panel.
type Consultation struct {
	ID                 uuid.UUID
	Administration     uuid.UUID
	AdministrationName string
	Address            string    // of the administration, "" when none was given
	Space              uuid.UUID // where its panel writes, and for which its staff hold their roles
	Slug               string    // its address, unique on the server; the id of an import before it is published
	Language           string    // of its texts: "it", "en"
	Title              string
	Question           string // one sentence
	Background         string // Markdown
	// Translations of its texts by further language and by field (TextFields).
	Translations map[string]map[string]string
	Stage        Stage
	Suspended    *Suspension // nil unless suspended now
	Commitment   Commitment
	Protocol     protocol.Protocol // frozen from announced on; in a draft what its form says, when that is valid
	ProtocolHash string            // hex SHA-256 of the canonical protocol; "" in a draft
	StartsAt     time.Time         // when round 1 opens, unless earlier by hand; zero in a draft without a date
	Origin       *Origin           // of a conversation held elsewhere; nil otherwise
	Staff        []Member          // who serves, on the day on which it was loaded
	Appointed    []Member          // everybody who was ever appointed, in that order: who serves, who served, who is to
	Secretaries  []Member          // everybody who was ever appointed secretary of a group that has one, in that order
	Rounds       []Round           // in order of their numbers; planned from announced on
	AnnouncedAt  time.Time
	ConcludedAt  time.Time
	PublishedAt  time.Time
	DestroyedAt  time.Time // when key and ballots were gone
	Reason       string    // of a withdrawal
	Form         string    // the document of its draft, JSON; "" of an import
	Rehearsal    string    // spells the invented answers with which a draft is run through, in memory alone; never loaded or stored
}

// Commitment is the act by which the administration says who decides, on what,
// by when, and that it will answer.
type Commitment struct {
	Quotation string    // the promise, as it is quoted on the page
	Decider   string    // who decides: "La Giunta comunale"
	Subject   string    // on what
	DecideBy  time.Time // date (UTC midnight)
	ReplyDays int       // written reply due so many days after publication; 0 where the protocol counts months
	Act       string    // "Delibera di Giunta n. 41 del 27 gennaio 2026"
	Signatory string    // "Giulia Bortolotti, assessora alla mobilità"
	Money     string    // optional
	LeftOut   string    // optional: what stays out
}

// Origin tells where an imported conversation was held.
type Origin struct {
	Name    string // "Polis"
	URL     string
	Licence string
}

// Member is one of the staff of a consultation.
type Member = office.Member

// OpinionTexts are the words that the administration adds to the opinion, Markdown.
type OpinionTexts struct{ Summary, Limitations string }

// CanDraft tells whether the actor may make and change drafts of an administration.
func CanDraft(actor office.Actor, administration uuid.UUID) bool {
	return actor.Has(administration, office.Scope{}, office.Administrator)
}

// Scope is the part of its administration that roles for this consultation are held in.
func (c Consultation) Scope() office.Scope { return office.Scope(c.Space) }

// CanSee tells whether a consultation exists for the actor: a draft is the business of its
// administration's staff and of its own, an import is nobody's before it is whole, everything
// else is public.
func CanSee(actor office.Actor, c Consultation) bool {
	switch {
	case c.Stage == Draft:
		return actor.Staff(c.Administration, c.Scope())
	case c.Origin != nil:
		return !c.PublishedAt.IsZero()
	}
	return true
}

// CanSteer tells whether the actor has a place at the consultation's desk.
func CanSteer(actor office.Actor, c Consultation) bool { return len(c.Roles(actor)) > 0 }

// Roles gives the offices that the actor holds in this consultation. A moderator
// or facilitator has to be named here and to hold the role still, for the whole
// administration or for this consultation: a role that was taken away ends at once
// everywhere.
func (c Consultation) Roles(actor office.Actor) []office.Role {
	var out []office.Role
	if actor.Has(c.Administration, c.Scope(), office.Administrator) {
		out = append(out, office.Administrator)
	}
	for _, role := range []office.Role{office.Moderator, office.Facilitator} {
		named := slices.ContainsFunc(c.Staff, func(m Member) bool { return m.Is(actor) && m.Role == role })
		if named && actor.Has(c.Administration, c.Scope(), role) {
			out = append(out, role)
		}
	}
	return out
}

// Serving gives the staff of the day of an instant, for a page that was loaded before.
func (c Consultation) Serving(now time.Time) []Member {
	day := civiltime.Midnight(now)
	return slices.DeleteFunc(slices.Clone(c.Appointed), func(m Member) bool { return !m.Serves(day) })
}

// Declared gives the groups whose members declare themselves, and whom a secretary admits.
func (c Consultation) Declared() []protocol.GroupPlan {
	return slices.DeleteFunc(slices.Clone(c.Protocol.Panel.Groups), func(g protocol.GroupPlan) bool { return g.Access != protocol.AccessDeclared })
}

// Secretary gives who is the secretary of a group at an instant; false for nobody.
func (c Consultation) Secretary(group string, now time.Time) (Member, bool) {
	day := civiltime.Midnight(now)
	at := slices.IndexFunc(c.Secretaries, func(m Member) bool { return m.Group == group && m.Serves(day) })
	if at < 0 {
		return Member{}, false
	}
	return c.Secretaries[at], true
}

// Came tells whether a member took another's place.
func (c Consultation) Came(m Member) bool {
	return slices.ContainsFunc(c.Appointed, func(gone Member) bool { return gone.Role == m.Role && gone.Until.Equal(m.Since) })
}

// Round gives the round with a number, or nil.
func (c Consultation) Round(number int) *Round {
	for i := range c.Rounds {
		if c.Rounds[i].Number == number {
			return &c.Rounds[i]
		}
	}
	return nil
}

// RoundByID gives the round with an id, or nil.
func (c Consultation) RoundByID(id uuid.UUID) *Round {
	for i := range c.Rounds {
		if c.Rounds[i].ID == id {
			return &c.Rounds[i]
		}
	}
	return nil
}

// Current gives the round that is open or closing, or nil between rounds.
func (c Consultation) Current() *Round {
	for i := range c.Rounds {
		if r := &c.Rounds[i]; r.State == RoundOpen || r.State == RoundClosing {
			return r
		}
	}
	return nil
}

// LastHeld gives the latest round that was opened, whatever became of it, or nil.
func (c Consultation) LastHeld() *Round {
	for i := len(c.Rounds) - 1; i >= 0; i-- {
		if r := &c.Rounds[i]; !r.OpenedAt.IsZero() {
			return r
		}
	}
	return nil
}

// LastReleased gives the latest answering round whose figures are out, or nil.
func (c Consultation) LastReleased() *Round {
	for i := len(c.Rounds) - 1; i >= 0; i-- {
		if r := &c.Rounds[i]; r.Answers() && r.State == RoundReleased {
			return r
		}
	}
	return nil
}

// Next gives the first planned round, or nil.
func (c Consultation) Next() *Round {
	for i := range c.Rounds {
		if c.Rounds[i].State == RoundPlanned {
			return &c.Rounds[i]
		}
	}
	return nil
}

// RoundsLeft counts the answering rounds that are still planned.
func (c Consultation) RoundsLeft() int {
	n := 0
	for _, r := range c.Rounds {
		if r.State == RoundPlanned && r.Answers() {
			n++
		}
	}
	return n
}

// Addressees gives those of accounts that a letter goes to: each once. Staff get what others
// get: who was left out would be found by it.
func Addressees(accounts []uuid.UUID) []uuid.UUID {
	seen := map[uuid.UUID]bool{}
	var to []uuid.UUID
	for _, a := range accounts {
		if !seen[a] {
			seen[a] = true
			to = append(to, a)
		}
	}
	return to
}
