package access

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/account/office"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/panel"
	"delfi/internal/panel/application"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
	"delfi/internal/space"
)

// ActSecretary is the kind of the record's act by which the secretary of a group is named, or
// another in their place: {group, from}, the office beside it, and who goes and comes its target.
const ActSecretary = "secretary"

// Appointment is who becomes the secretary of a group, as a form says it.
type Appointment struct {
	Person string // id of the officer
	Office string // "Segreteria dell’Ordine"
	Reason string // public; of who takes another's place in an announced consultation
}

// Secretariat is what administrators see of a group of declared membership: who admits its
// members, and figures. No name of an applicant is theirs to see.
type Secretariat struct {
	consultation.Consultation
	Group   protocol.GroupPlan
	Serving consultation.Member // zero while nobody is named
	Named   bool
	Idle    bool                  // who is named no longer holds the role: nobody decides
	Past    []consultation.Member // who served before, the latest first
	Applied application.Counts
	Closed  bool // nobody can enrol any more: it is only read
}

// declaredGroup gives a group of declared membership of a consultation.
func declaredGroup(c consultation.Consultation, id string) (protocol.GroupPlan, error) {
	at := slices.IndexFunc(c.Declared(), func(g protocol.GroupPlan) bool { return g.ID == id })
	if at < 0 {
		return protocol.GroupPlan{}, consultation.ErrNoDeclared
	}
	return c.Declared()[at], nil
}

// Secretariat gives a group's; Forbidden to others than administrators.
func (s *Service) Secretariat(ctx context.Context, actor account.Actor, slug, id string) (Secretariat, error) {
	c, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return Secretariat{}, err
	}
	out := Secretariat{Consultation: c}
	if err := CanKeepLists(actor, c); err != nil {
		if out.Closed = fault.KindOf(err) == fault.Conflict; !out.Closed {
			return Secretariat{}, err
		}
	}
	if out.Group, err = declaredGroup(c, id); err != nil {
		return Secretariat{}, err
	}
	out.Serving, out.Named = c.Secretary(id, s.db.Now())
	for _, m := range slices.Backward(c.Secretaries) {
		if m.Group == id && !m.Until.IsZero() {
			out.Past = append(out.Past, m)
		}
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		idle, err := idle(ctx, tx, c)
		if err != nil {
			return err
		}
		out.Idle = slices.ContainsFunc(idle, func(g protocol.GroupPlan) bool { return g.ID == id })
		all, err := s.applications.Count(ctx, tx, c.ID)
		out.Applied = all[id]
		return err
	})
	return out, err
}

// Idle gives the groups of a consultation whose secretary no longer holds the role, while
// somebody can still apply for them; for its administrators, who name another, none for others.
func (s *Service) Idle(ctx context.Context, actor account.Actor, c consultation.Consultation) ([]protocol.GroupPlan, error) {
	if c.Stage == consultation.Draft || CanKeepLists(actor, c) != nil || len(c.Declared()) == 0 {
		return nil, nil
	}
	var out []protocol.GroupPlan
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = idle(ctx, tx, c)
		return err
	})
	return out, err
}

// idle gives the groups whose secretary is named and no longer holds the role.
func idle(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) ([]protocol.GroupPlan, error) {
	serving := map[string]account.OfficeID{}
	for _, g := range c.Declared() {
		if m, named := c.Secretary(g.ID, tx.Now); named {
			serving[g.ID] = m.ID
		}
	}
	if len(serving) == 0 {
		return nil, nil
	}
	roles, err := account.RolesOf(ctx, tx, c.Administration, c.Scope(), slices.Collect(maps.Values(serving)))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(c.Declared(), func(g protocol.GroupPlan) bool {
		id, named := serving[g.ID]
		return !named || slices.Contains(roles[id], office.Secretary)
	}), nil
}

// AppointSecretary names the secretary of a group (administrator), or another in the place of
// the one who serves, from today on; afterwards the same person in the same office changes
// nothing. Once the consultation is public the record has it. Invalid names the fields "person",
// "office" and "reason".
func (s *Service) AppointSecretary(ctx context.Context, actor account.Actor, slug, id string, a Appointment) error {
	seen, err := lifecycle.Desk(ctx, s.db, actor, slug)
	if err != nil {
		return err
	}
	if err := CanKeepLists(actor, seen); err != nil {
		return err
	}
	people, err := s.accounts.People(ctx, actor, seen.Administration, seen.Scope(), office.Secretary)
	if err != nil {
		return err
	}
	return lifecycle.Act(ctx, s.db, actor, slug, func(ctx context.Context, tx *postgres.Tx, c *consultation.Consultation) error {
		if err := CanKeepLists(actor, *c); err != nil {
			return err
		}
		if _, err := declaredGroup(*c, id); err != nil {
			return err
		}
		public := c.Stage != consultation.Draft
		serving, named := c.Secretary(id, tx.Now)
		come, reason, err := appointed(*c, people, a, public && named, tx.Now)
		if err != nil {
			return err
		}
		if come.Group = id; named && serving.ID == come.ID && serving.Office == come.Office {
			return nil
		}
		gone, came, err := space.AppointSecretary(ctx, tx, c.Space, come)
		if err != nil || !public {
			return err
		}
		by := consultation.Author{Role: account.Administrator, Name: actor.Name}
		return s.record.Append(ctx, tx, secretaryEntry(*c, by, gone, came, reason))
	})
}

// appointed reads who of the people who hold the role is to be the secretary of a group, and the
// public reason.
func appointed(c consultation.Consultation, people []account.Person, a Appointment, replaces bool, now time.Time) (come consultation.Member, reason string, err error) {
	var bad []fault.Field
	fail := func(code, message string) {
		bad = append(bad, fault.Field{Name: "person", Code: code, Message: message})
	}
	person, err := uuid.Parse(a.Person)
	come.ID = account.OfficeID(person)
	at := slices.IndexFunc(people, func(p account.Person) bool { return p.ID == come.ID })
	switch {
	case err != nil:
		fail("required", "is needed")
	case at < 0: // nor who leaves tonight
		fail("staff_no_role", "does not hold that role in this administration, nor for this consultation")
	case slices.Contains(people[at].Roles, office.Administrator):
		fail("secretary_administers", "is an administrator, who steers this consultation: name somebody else")
	case steers(c.Appointed, come.ID, now):
		fail("staff_already", "serves in this consultation already")
	default:
		come.Name = people[at].Name
	}
	come.Office = prose.Field{Name: "office", Max: 200, Needed: true, Line: true}.Read(a.Office, &bad)
	if replaces {
		reason = prose.Field{Name: "reason", Max: 2000, Needed: true}.Read(a.Reason, &bad)
	}
	if len(bad) > 0 {
		return come, "", fault.Bad(bad...)
	}
	return come, reason, nil
}

// steers tells whether an officer is among the staff now, or is to be.
func steers(staff []consultation.Member, id account.OfficeID, now time.Time) bool {
	return slices.ContainsFunc(staff, func(m consultation.Member) bool { return m.ID == id && (m.Until.IsZero() || m.Until.After(now)) })
}

// secretaryEntry is the record's line about who admits the members of a group.
func secretaryEntry(c consultation.Consultation, by consultation.Author, gone, came consultation.Member, reason string) ledger.Entry {
	e := ledger.Entry{Type: ledger.Act, Consultation: c.ID, Role: string(by.Role), Name: by.Name, Kind: ActSecretary, Target: came.Name, Reason: reason}
	if gone.Name != "" {
		e.Target = gone.Name + " → " + came.Name
	}
	e.Body, e.Texts = ledger.Split(map[string]any{"from": came.Since.Format(time.DateOnly), "group": came.Group, "office": ledger.Text(came.Office)})
	return e
}

// openDeclared makes what the groups of declared membership of a consultation need that is being
// announced, and writes who their secretaries are into the record.
func openDeclared(ctx context.Context, tx *postgres.Tx, record *ledger.Service, p *panel.Service, c consultation.Consultation, by consultation.Author) error {
	var groups []string
	for _, g := range c.Declared() {
		groups = append(groups, g.ID)
		if m, named := c.Secretary(g.ID, tx.Now); named {
			if err := record.Append(ctx, tx, secretaryEntry(c, by, consultation.Member{}, m, "")); err != nil {
				return err
			}
		}
	}
	if err := space.KeepSecretaries(ctx, tx, c.Space, groups); err != nil {
		return err
	}
	return p.OpenApplications(ctx, tx, c.ID, groups...)
}

// RecordAdmitted writes into the record how many admissions there ever were to each group of
// declared membership, where it does not have that number: when a round opens or closes, since
// the enrolled are held against it. Who they are is in no record.
func RecordAdmitted(ctx context.Context, tx *postgres.Tx, record *ledger.Service, p *panel.Service, c consultation.Consultation, by consultation.Author) error {
	declared := c.Declared()
	if len(declared) == 0 {
		return nil
	}
	admitted, err := p.RecordAdmitted(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, g := range declared {
		n, changed := admitted[g.ID]
		if !changed {
			continue
		}
		owner := c.AdministrationName
		if m, named := c.Secretary(g.ID, tx.Now); named {
			owner = m.Office
		}
		err := record.Append(ctx, tx, ledger.Entry{
			Type: ledger.Roll, Consultation: c.ID, Role: string(by.Role), Name: by.Name, Target: owner,
			Body: ledger.Body(map[string]any{"group": g.ID, "left": 0, "n": n}),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// unserved lists the groups of declared membership of a draft that have no secretary, or one who
// is among the staff that would serve with the announcement.
func unserved(c consultation.Consultation, now time.Time) []form.Missing {
	var out []form.Missing
	for _, g := range c.Declared() {
		args := map[string]any{"group": g.ID}
		switch m, named := c.Secretary(g.ID, now); {
		case !named:
			out = append(out, form.Missing{Field: "rolls", Code: "secretary_missing", Message: "group " + g.ID + " has no secretary", Args: args})
		case steers(c.Appointed, m.ID, now):
			out = append(out, form.Missing{Field: "rolls", Code: "secretary_steers", Message: "the secretary of group " + g.ID + " is among the staff", Args: args})
		}
	}
	return out
}
