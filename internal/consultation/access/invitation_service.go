package access

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/panel/invitation"
	"delfi/internal/platform/postgres"
)

// Letter is what is known of the letter of an invitation.
type Letter string

// The states of letters. An e-mail that a server took may still not arrive, and nobody tells.
const (
	Unsent  Letter = "unsent"  // by e-mail, and not asked for yet
	Paper   Letter = "paper"   // to be printed
	Waiting Letter = "waiting" // in the outbox
	Sent    Letter = "sent"    // a mail server took it
	Bounced Letter = "bounced" // a mail server refused it for good
	Revoked Letter = "revoked" // its code works no more
)

// Letters lists the states in the order in which they are shown.
var Letters = []Letter{Unsent, Waiting, Sent, Bounced, Paper, Revoked}

// Guest is an invitation with the state of its letter. Whether it was used is nowhere.
type Guest struct {
	invitation.Invitation
	Letter Letter
}

// Shown writes what a page shows of an invitation, for the act that is chosen on it.
func (g Guest) Shown() string { return fmt.Sprint(g.Edition, " ", g.Letter) }

// errGuest is for an act on an invitation that is not as the page showed it.
var errGuest = fault.New(fault.Conflict, "guest_changed", "this invitation was changed in the meantime: look at it, then press again")

// unmoved compares an invitation with what the page showed of it. done tells that the act was
// taken already: its button was pressed twice.
func (s *Service) unmoved(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, guest uuid.UUID, shown string, done func(was, now Guest) bool) (bool, error) {
	all, err := s.withLetters(ctx, tx, consultation, group)
	if err != nil {
		return false, err
	}
	at := slices.IndexFunc(all, func(g Guest) bool { return g.ID == guest })
	if at < 0 || all[at].Shown() == shown {
		return false, nil // one that is not there is refused by the act
	}
	was := Guest{}
	if _, err := fmt.Sscan(shown, &was.Edition, &was.Letter); err != nil || !done(was, all[at]) {
		return false, errGuest
	}
	return true, nil
}

// Invitations is a group of invitations, as those see it who invite.
type Invitations struct {
	consultation.Consultation
	Group   protocol.GroupPlan
	List    invitation.List
	Invited bool // there is a list
	Staged  invitation.Staged
	Checked bool    // something is staged
	Guests  []Guest // in the order of names
	Came    int     // people in the group, in steps of 5 while anybody can enrol
	Closed  bool    // nobody can enrol any more: invitations are only read
}

// Count gives how many letters are in each state.
func (i Invitations) Count() map[Letter]int {
	out := map[Letter]int{}
	for _, g := range i.Guests {
		out[g.Letter]++
	}
	return out
}

// Public tells whether letters can be sent: before the announcement a code opens nothing.
func (i Invitations) Public() bool { return i.Stage != consultation.Draft }

// canInvite refuses a group that is none of invitations, and where they may not be changed.
func canInvite(actor account.Actor, c consultation.Consultation, id string) error {
	if _, err := guestGroup(c, id); err != nil {
		return err
	}
	return CanKeepLists(actor, c)
}

func guestGroup(c consultation.Consultation, id string) (protocol.GroupPlan, error) {
	at := slices.IndexFunc(c.Protocol.Panel.Groups, func(g protocol.GroupPlan) bool {
		return g.ID == id && g.Access == protocol.AccessInvitation
	})
	if at < 0 {
		return protocol.GroupPlan{}, fault.New(fault.NotFound, "no_invited_group", "there is no group by invitation here")
	}
	return c.Protocol.Panel.Groups[at], nil
}

// Invitations gives a group's; Forbidden to others than administrators.
func (s *Service) Invitations(ctx context.Context, actor account.Actor, slug, id string) (Invitations, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return Invitations{}, err
	}
	i := Invitations{Consultation: c}
	if err := CanKeepLists(actor, c); err != nil {
		if i.Closed = fault.KindOf(err) == fault.Conflict; !i.Closed {
			return Invitations{}, err
		}
	}
	if i.Group, err = guestGroup(c, id); err != nil {
		return Invitations{}, err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		lists, err := s.guests.Lists(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		i.List, i.Invited = lists[id]
		if i.Staged, i.Checked, err = s.guests.Waiting(ctx, tx, c.ID, id); err != nil {
			return err
		}
		i.Guests, err = s.withLetters(ctx, tx, c.ID, id)
		return err
	})
	if err != nil || !i.Public() {
		return i, err
	}
	figure, err := s.panel.Enrolled(ctx, c.ID)
	i.Came = figure.Groups[id]
	return i, err
}

// withLetters gives the invitations of a group with the states of their letters.
func (s *Service) withLetters(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) ([]Guest, error) {
	all, err := s.guests.Of(ctx, tx, consultation, group)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	fates, err := s.letters.Fates(ctx, tx, consultation)
	if err != nil {
		return nil, err
	}
	out := make([]Guest, len(all))
	for n, i := range all {
		fate, posted := fates[i.ID]
		out[n] = Guest{Invitation: i, Letter: letter(i, fate, posted)}
	}
	return out, nil
}

// letter gives the state of an invitation's letter.
func letter(i invitation.Invitation, fate notify.State, posted bool) Letter {
	switch {
	case i.Revoked:
		return Revoked
	case i.Paper():
		return Paper
	case !posted || fate == notify.Late:
		return Unsent
	case fate == notify.Sent:
		return Sent
	case fate == notify.Refused:
		return Bounced
	}
	return Waiting
}

// CheckedGuests is a file of addresses as it was found.
type CheckedGuests struct {
	Sheet invitation.Sheet
	invitation.Staged
}

// CheckGuests reads a file of addresses for a group. One without a flaw is staged for Invite; of
// one with flaws nothing is kept. Invalid with the field "file".
func (s *Service) CheckGuests(ctx context.Context, actor account.Actor, slug, id string, file io.Reader) (CheckedGuests, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return CheckedGuests{}, err
	}
	if err := canInvite(actor, c, id); err != nil {
		return CheckedGuests{}, err
	}
	out := CheckedGuests{}
	if file == nil {
		return out, fault.Bad(fault.Field{Name: "file", Code: "required", Message: "is needed"})
	}
	if out.Sheet, err = s.guests.Read(ctx, c.ID, id, file); err != nil || out.Sheet.Bad > 0 {
		return out, err
	}
	err = lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		if err := canInvite(actor, *c, id); err != nil {
			return err
		}
		out.Staged, err = s.guests.Stage(ctx, tx, c.ID, id, out.Sheet)
		return err
	})
	return out, err
}

// Invite makes the invitations of a staged file; faults as invitation.Service.Import's. Once the
// consultation is public the record has their number at once. No letter leaves by it.
func (s *Service) Invite(ctx context.Context, actor account.Actor, slug, id string, staged uuid.UUID) (invitation.Imported, error) {
	var out invitation.Imported
	err := s.inviting(ctx, actor, slug, id, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) (err error) {
		if out, err = s.guests.Import(ctx, tx, c.ID, id, staged); err != nil || c.Stage == consultation.Draft || out.Came == 0 {
			return err
		}
		if _, err := s.guests.Record(ctx, tx, c.ID); err != nil {
			return err
		}
		by := consultation.Author{Role: account.Administrator, Name: actor.Name}
		return s.record.Append(ctx, tx, invitedEntry(*c, by, id, out.List))
	})
	return out, err
}

// inviting is an act on a group of invitations.
func (s *Service) inviting(ctx context.Context, actor account.Actor, slug, id string, do func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error) error {
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		if err := canInvite(actor, *c, id); err != nil {
			return err
		}
		return do(ctx, tx, c)
	})
}

// invitedEntry is the record's line about invitations: how many people were invited into a
// group. Who they are is in no record.
func invitedEntry(c consultation.Consultation, by consultation.Author, group string, l invitation.List) ledger.Entry {
	return ledger.Entry{
		Type: ledger.Roll, Consultation: c.ID, Role: string(by.Role), Name: by.Name, Target: c.AdministrationName,
		Body: ledger.Body(map[string]any{"group": group, "left": 0, "n": l.N}),
	}
}

// Until sets the last day on which the codes of a group work, "" for as long as enrolment is
// open. Invalid with the field "until".
func (s *Service) Until(ctx context.Context, actor account.Actor, slug, id, day string) error {
	return s.inviting(ctx, actor, slug, id, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		if day != "" {
			if _, err := time.Parse(time.DateOnly, day); err != nil {
				return fault.Bad(fault.Field{Name: "until", Code: "not_a_date", Message: "is no date: write it as 2026-05-31"})
			}
			if day < civiltime.Date(tx.Now) {
				return fault.Bad(fault.Field{Name: "until", Code: "past_day", Message: "is a day that has passed"})
			}
		}
		return s.guests.Until(ctx, tx, c.ID, id, day)
	})
}

// post puts letters to invitations in the outbox. Conflict "not_announced" of a draft, whose
// codes open nothing yet.
func (s *Service) post(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, ids ...uuid.UUID) error {
	if c.Stage == consultation.Draft {
		return fault.New(fault.Conflict, "not_announced", "letters leave once the consultation is announced: before, a code opens nothing")
	}
	return s.letters.Invite(ctx, tx, notify.Message{Consultation: c.ID, Slug: c.Slug, Title: c.Title}, ids)
}

// SendAll puts the letters of a group in the outbox that are not there yet, and gives how many.
func (s *Service) SendAll(ctx context.Context, actor account.Actor, slug, id string) (int, error) {
	n := 0
	err := s.inviting(ctx, actor, slug, id, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		guests, err := s.withLetters(ctx, tx, c.ID, id)
		if err != nil {
			return err
		}
		var ids []uuid.UUID
		for _, g := range guests {
			if g.Letter == Unsent {
				ids = append(ids, g.ID)
			}
		}
		n = len(ids)
		if err := s.letters.Withdraw(ctx, tx, ids...); err != nil { // those that came too late once
			return err
		}
		return s.post(ctx, tx, *c, ids...)
	})
	return n, err
}

// Again sends the letter of an invitation once more, with the code that it had. shown is what
// the page showed of it.
func (s *Service) Again(ctx context.Context, actor account.Actor, slug, id string, guest uuid.UUID, shown string) error {
	return s.inviting(ctx, actor, slug, id, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		twice := func(was, now Guest) bool { return was.Edition == now.Edition && now.Letter == Waiting }
		if done, err := s.unmoved(ctx, tx, c.ID, id, guest, shown, twice); err != nil || done {
			return err
		}
		g, group, _, works, err := s.guests.Find(ctx, tx, c.ID, guest)
		if err != nil {
			return err
		}
		if !works || group != id || g.Paper() {
			return fault.New(fault.Conflict, "no_letter", "no e-mail can be sent to this person: give them a new code, or print their letter")
		}
		if err := s.letters.Withdraw(ctx, tx, guest); err != nil {
			return err
		}
		return s.post(ctx, tx, *c, guest)
	})
}

// Renew gives an invitation another code, and sends it where there is an e-mail address and the
// consultation is public. Whether the one before was used changes nothing, and is not said.
// shown is what the page showed of it.
func (s *Service) Renew(ctx context.Context, actor account.Actor, slug, id string, guest uuid.UUID, shown string) error {
	return s.inviting(ctx, actor, slug, id, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		twice := func(was, now Guest) bool { return was.Edition+1 == now.Edition && now.Letter != Revoked }
		if done, err := s.unmoved(ctx, tx, c.ID, id, guest, shown, twice); err != nil || done {
			return err
		}
		g, err := s.guests.Renew(ctx, tx, c.ID, id, guest)
		if err != nil {
			return err
		}
		if err := s.letters.Withdraw(ctx, tx, guest); err != nil {
			return err
		}
		if g.Paper() || c.Stage == consultation.Draft {
			return nil
		}
		return s.post(ctx, tx, *c, guest)
	})
}

// Revoke takes an invitation's code back, and a letter that waits. Who used it stays.
func (s *Service) Revoke(ctx context.Context, actor account.Actor, slug, id string, guest uuid.UUID) error {
	return s.inviting(ctx, actor, slug, id, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		if err := s.guests.Revoke(ctx, tx, c.ID, id, guest); err != nil {
			return err
		}
		return s.letters.Withdraw(ctx, tx, guest)
	})
}

// Printed is a letter to be printed.
type Printed struct {
	invitation.Guest
	Code invitation.Code
}

// Print gives the letters of a group that no e-mail brings: to people without an address, and to
// those whose mail server refused it.
func (s *Service) Print(ctx context.Context, actor account.Actor, slug, id string) (Invitations, []Printed, error) {
	i, err := s.Invitations(ctx, actor, slug, id)
	if err != nil {
		return i, nil, err
	}
	if err := CanKeepLists(actor, i.Consultation); err != nil {
		return i, nil, err
	}
	var out []Printed
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		codes, err := s.guests.Codes(ctx, tx, i.ID, id)
		if err != nil {
			return err
		}
		for _, g := range i.Guests {
			if code, works := codes[g.ID]; works && (g.Letter == Paper || g.Letter == Bounced) {
				out = append(out, Printed{Guest: g.Guest, Code: code})
			}
		}
		return nil
	})
	return i, out, err
}

// Guest gives notify who an invitation is for; false when nobody can use it any more.
func (s *Service) Guest(ctx context.Context, tx *postgres.Tx, id, guest uuid.UUID) (notify.Guest, bool, error) {
	c, err := lifecycle.Load(ctx, tx, id)
	if err != nil || c.Full() {
		return notify.Guest{}, false, err
	}
	lists, err := s.guests.Lists(ctx, tx, id)
	if err != nil {
		return notify.Guest{}, false, err
	}
	g, group, code, works, err := s.guests.Find(ctx, tx, id, guest)
	if err != nil || !works || lists[group].Over(civiltime.Date(tx.Now)) {
		return notify.Guest{}, false, err
	}
	return notify.Guest{
		Addressee: account.Addressee{Name: g.Name, Email: g.Email, Language: c.Language},
		Code:      code.String(), From: c.AdministrationName, Help: c.Address, Until: lists[group].Until,
	}, true, nil
}
