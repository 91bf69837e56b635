package access

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/notify"
	"delfi/internal/panel"
	"delfi/internal/panel/application"
	"delfi/internal/panel/invitation"
	"delfi/internal/panel/roll"
	"delfi/internal/platform/postgres"
)

// Service has the use cases of those who say who is on a list.
type Service struct {
	db           *postgres.DB
	accounts     *account.Service
	record       *ledger.Service
	rolls        *roll.Service
	guests       *invitation.Service
	applications *application.Service
	letters      *notify.Service
	panel        *panel.Service
}

// New makes the service.
func New(db *postgres.DB, accounts *account.Service, record *ledger.Service, rolls *roll.Service, guests *invitation.Service, applications *application.Service, letters *notify.Service, people *panel.Service) *Service {
	return &Service{db, accounts, record, rolls, guests, applications, letters, people}
}

// CanKeepLists tells whether the actor may change the rolls and invitations of a consultation:
// its administrators, while somebody can still enrol.
func CanKeepLists(actor account.Actor, c consultation.Consultation) error {
	if err := consultation.SignedIn(actor); err != nil {
		return err
	}
	if err := consultation.CanSit(actor, c); err != nil {
		return err
	}
	if !slices.Contains(c.Roles(actor), account.Administrator) {
		return fault.New(fault.Forbidden, "wrong_role", "this act needs an office that you do not hold here")
	}
	if c.Stage != consultation.Draft && c.Full() {
		return fault.New(fault.Conflict, "wrong_stage", "this is not possible at this point").With("state", string(c.Stage))
	}
	return nil
}

// group finds a group of a roll, where the rolls may be changed.
func group(actor account.Actor, c consultation.Consultation, id string) error {
	if err := CanKeepLists(actor, c); err != nil {
		return err
	}
	at := slices.IndexFunc(c.Protocol.Panel.Groups, func(g protocol.GroupPlan) bool { return g.ID == id && g.Access == protocol.AccessRoll })
	if at < 0 {
		return fault.New(fault.NotFound, "no_roll_group", "there is no group of a list here")
	}
	return nil
}

// Desk is a consultation with its rolls, by group, as those see them who may change them.
type Desk struct {
	consultation.Consultation
	InForce map[string]roll.Roll
	Staged  map[string]roll.Staged
	Closed  bool // nobody can enrol any more: they are only read
}

// Desk gives it; Forbidden to others.
func (s *Service) Desk(ctx context.Context, actor account.Actor, slug string) (Desk, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return Desk{}, err
	}
	d := Desk{Consultation: c, Staged: map[string]roll.Staged{}}
	if err := CanKeepLists(actor, c); err != nil {
		if d.Closed = fault.KindOf(err) == fault.Conflict; !d.Closed {
			return Desk{}, err
		}
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		if d.InForce, err = s.rolls.InForce(ctx, tx, c.ID); err != nil {
			return err
		}
		for _, g := range c.Protocol.Panel.Groups {
			staged, found, err := s.rolls.Waiting(ctx, tx, c.ID, g.ID)
			if err != nil {
				return err
			}
			if found && g.Access == protocol.AccessRoll {
				d.Staged[g.ID] = staged
			}
		}
		return nil
	})
	return d, err
}

// Checked is a file as it was found.
type Checked struct {
	Owner string
	Sheet roll.Sheet
	roll.Staged
}

// Check reads a file as the roll of a group. One without a flaw is staged for Import; of one
// with flaws nothing is kept. Invalid with the fields "owner" and "file".
func (s *Service) Check(ctx context.Context, actor account.Actor, slug, id, owner string, file io.Reader) (Checked, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return Checked{}, err
	}
	if err := group(actor, c, id); err != nil {
		return Checked{}, err
	}
	out := Checked{}
	if out.Owner, err = roll.Owner(owner); err != nil {
		return out, err
	}
	if file == nil {
		return out, fault.Bad(fault.Field{Name: "file", Code: "required", Message: "is needed"})
	}
	if out.Sheet, err = s.rolls.Read(ctx, c.ID, file); err != nil || out.Sheet.Bad > 0 {
		return out, err
	}
	err = lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		if err := group(actor, *c, id); err != nil {
			return err
		}
		out.Staged, err = s.rolls.Stage(ctx, tx, c.ID, id, out.Owner, out.Sheet)
		return err
	})
	return out, err
}

// Import puts a staged roll in force; faults as roll.Service's. Once the consultation is
// public the record has it at once.
func (s *Service) Import(ctx context.Context, actor account.Actor, slug, id string, staged uuid.UUID) (roll.Roll, error) {
	var out roll.Roll
	err := lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		if err := group(actor, *c, id); err != nil {
			return err
		}
		public := c.Stage != consultation.Draft
		if public {
			in, err := s.rolls.InForce(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			if _, there := in[id]; !there {
				// Announced when no list was needed: people enrolled whom it may not have.
				return fault.New(fault.Conflict, "roll_late", "this consultation was announced without this list: people who may not be on it have enrolled")
			}
		}
		now, change, err := s.rolls.Import(ctx, tx, c.ID, id, staged, public)
		if err != nil || !public {
			out = now
			return err
		}
		out = now
		by := consultation.Author{Role: account.Administrator, Name: actor.Name}
		return s.record.Append(ctx, tx, entry(*c, by, id, now, change.Left))
	})
	return out, err
}

// entry is the record's line about a roll: who keeps it, how many people it has, and how many
// of those before it are no longer on it.
func entry(c consultation.Consultation, by consultation.Author, group string, r roll.Roll, left int) ledger.Entry {
	return ledger.Entry{
		Type: ledger.Roll, Consultation: c.ID, Role: string(by.Role), Name: by.Name, Target: r.Owner,
		Body: ledger.Body(map[string]any{"group": group, "left": left, "n": r.N}),
	}
}

// Record writes the rolls, invitations and secretaries of a consultation that is being announced
// into the record, and opens its groups of declared membership.
func Record(ctx context.Context, tx *postgres.Tx, record *ledger.Service, p *panel.Service, c consultation.Consultation, by consultation.Author) error {
	rolls, err := p.RecordRolls(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	invited, err := p.RecordInvitations(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, g := range c.Protocol.Panel.Groups {
		// Others are of a group that the draft had once.
		if r, there := rolls[g.ID]; there && g.Access == protocol.AccessRoll {
			if err := record.Append(ctx, tx, entry(c, by, g.ID, r, 0)); err != nil {
				return err
			}
		}
		if l, there := invited[g.ID]; there && g.Access == protocol.AccessInvitation {
			if err := record.Append(ctx, tx, invitedEntry(c, by, g.ID, l)); err != nil {
				return err
			}
		}
	}
	if err := openDeclared(ctx, tx, record, p, c, by); err != nil {
		return err
	}
	return RecordAdmitted(ctx, tx, record, p, c, by)
}

// Missing lists the groups of a draft whose roll is not in force, those into which nobody is
// invited, and those whose way in is none that a draft can have: an import brings its own people.
func Missing(ctx context.Context, tx *postgres.Tx, p *panel.Service, draft consultation.Consultation, rules protocol.Protocol) ([]form.Missing, error) {
	rolls, err := p.Rolls(ctx, tx, draft.ID)
	if err != nil {
		return nil, err
	}
	invited, err := p.Invitations(ctx, tx, draft.ID)
	if err != nil {
		return nil, err
	}
	draft.Protocol = rules
	out := unserved(draft, tx.Now)
	for n, g := range rules.Panel.Groups {
		_, listed := rolls[g.ID]
		_, asked := invited[g.ID]
		switch {
		case g.Access == protocol.AccessImported:
			out = append(out, form.Missing{Field: fmt.Sprintf("panel.groups[%d].access", n), Code: "way_missing", Message: "nobody can be let into group " + g.ID + " so"})
		case g.Access == protocol.AccessRoll && !listed:
			out = append(out, form.Missing{Field: "rolls", Code: "roll_missing", Message: "the list of group " + g.ID + " is not imported", Args: map[string]any{"group": g.ID}})
		case g.Access == protocol.AccessInvitation && !asked:
			out = append(out, form.Missing{Field: "rolls", Code: "invitations_missing", Message: "nobody is invited into group " + g.ID, Args: map[string]any{"group": g.ID}})
		}
	}
	return out, nil
}
