package account

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/account/administration"
	"delfi/internal/account/claim"
	"delfi/internal/account/office"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Holding is a role of a person in an administration, with where it comes from.
type Holding struct {
	Administration string // its slug
	Role           Role
	Scope          Scope
	Holder
	Claimed bool // the provider's groups say so: only the provider takes it away
	Granted bool // it was granted here
}

// Holder is a person as whoever gives roles tells them apart.
type Holder struct {
	Account                      uuid.UUID
	Name, Email, Issuer, Subject string
}

// Grantable lists the roles that can be given, from the one that gives the others.
func Grantable() []Role { return office.Grantable() }

// Scopable lists those that can be given for a part of an administration.
func Scopable() []Role { return office.Scopable() }

// groupOf is a grant as a group of the provider says it, with the id of a part for its name.
func groupOf(slug string, g Grant) string {
	if g.Scope.Whole() {
		return slug + "/" + string(g.Role)
	}
	return slug + "/" + string(g.Role) + "/" + g.Scope.String()
}

// RolesOf gives, of the officers in ids, the roles that they hold in a part of an
// administration or in the whole, in the caller's transaction.
func RolesOf(ctx context.Context, tx *postgres.Tx, administration uuid.UUID, scope Scope, ids []office.ID) (map[office.ID][]Role, error) {
	return rolesOf(ctx, tx, administration, scope, ids)
}

// EndScope takes back every role that is held in a part of an administration alone, in the
// caller's transaction: that part is gone.
func EndScope(ctx context.Context, tx *postgres.Tx, scope Scope) error {
	if err := roles.Share(ctx, tx); err != nil {
		return err
	}
	return endScope(ctx, tx, scope)
}

// claim makes the roles that an account claims those wanted, touching only what differs:
// even a statement that changes nothing moves the edition.
func (s *Service) claim(ctx context.Context, tx *postgres.Tx, account uuid.UUID, wanted []Grant) error {
	r, err := s.writing(ctx, tx)
	if err != nil {
		return err
	}
	if err := roles.Share(ctx, tx); err != nil {
		return err
	}
	id, known, err := officerOf(ctx, tx, r.offices(account))
	if err != nil || !known && len(wanted) == 0 {
		return err
	}
	if !known {
		if id, err = install(ctx, tx, r, account); err != nil {
			return err
		}
	}
	held, err := claims(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, g := range held {
		if !slices.Contains(wanted, g) {
			if _, err := take(ctx, tx, id, g, source{claimed: true}); err != nil {
				return err
			}
		}
	}
	for _, g := range wanted {
		if !slices.Contains(held, g) {
			if err := addClaimed(ctx, tx, id, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// source says where a role comes from.
type source struct{ claimed, granted bool }

// take takes back a role from one of its sources, and tells where it came from before.
// What comes from the other one stays.
func take(ctx context.Context, tx *postgres.Tx, id office.ID, g Grant, from source) (source, error) {
	was, err := lockRole(ctx, tx, id, g)
	if err != nil {
		return was, err
	}
	left := source{claimed: was.claimed && !from.claimed, granted: was.granted && !from.granted}
	switch {
	case left == was:
		return was, nil
	case left == source{}:
		return was, removeRole(ctx, tx, id, g)
	}
	return was, setSource(ctx, tx, id, g, left)
}

// Holders lists who holds which role (cmd), in the administration of a slug or, for "",
// in all of them.
func (s *Service) Holders(ctx context.Context, slug string) ([]Holding, error) {
	var out []Holding
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if slug != "" {
			if _, err := administration.Find(ctx, tx, slug); err != nil {
				return err
			}
		}
		list, rows, err := holdings(ctx, tx, slug)
		if err != nil {
			return err
		}
		stay, err := s.staying(ctx, tx, rows)
		if err != nil {
			return err
		}
		out = nil
		for i, h := range list {
			var stays bool
			if h.Holder, stays = stay[i]; stays {
				out = append(out, h)
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Holding) int {
		return cmp.Or(cmp.Compare(a.Administration, b.Administration), cmp.Compare(a.Name, b.Name), bytes.Compare(a.Account[:], b.Account[:]), cmp.Compare(a.Role, b.Role), bytes.Compare(a.Scope[:], b.Scope[:]))
	})
	return out, err
}

// holder is a person as whoever gives roles sees them.
func holder(id uuid.UUID, p claim.Identity) Holder {
	return Holder{Account: id, Name: p.Name, Email: p.Email, Issuer: p.Issuer, Subject: p.Subject}
}

// HoldersOf is Holders for the administrators of an administration; faults as Own's.
func (s *Service) HoldersOf(ctx context.Context, actor Actor, slug string) ([]Holding, error) {
	if _, err := s.Own(ctx, actor, slug); err != nil {
		return nil, err
	}
	return s.Holders(ctx, slug)
}

// GrantRole gives a person a role in the administration of a slug, or in one part of it
// (cmd). who is an e-mail address, a subject of the provider, or the id of an account. It
// takes effect at the person's next request, and no sign-in takes it back. Invalid names
// the fields "person" and "role".
func (s *Service) GrantRole(ctx context.Context, slug string, role Role, scope Scope, who string) (Holding, error) {
	return s.give(ctx, slug, role, scope, who, nil, func(Administration) error { return nil })
}

// Appoint is GrantRole for the administrators of an administration; faults as Own's too.
// bad has the faults that the caller found in other fields of the same form: with one of
// them no role is given, and Invalid names all together.
func (s *Service) Appoint(ctx context.Context, actor Actor, slug string, role Role, scope Scope, who string, bad ...fault.Field) (Holding, error) {
	return s.give(ctx, slug, role, scope, who, bad, func(a Administration) error { return administration.Administers(actor, a) })
}

func (s *Service) give(ctx context.Context, slug string, role Role, scope Scope, who string, bad []fault.Field, may func(Administration) error) (Holding, error) {
	var out Holding
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		a, h, found, err := s.named(ctx, tx, slug, role, who, may)
		if err != nil {
			return err
		}
		if slices.Contains(Grantable(), role) && !scope.Whole() && !slices.Contains(Scopable(), role) {
			found = append(found, fault.Field{Name: "role", Code: "role_whole", Message: "is a role of the whole administration: only moderator, facilitator and secretary are given for one consultation"})
		}
		if found = append(found, bad...); len(found) > 0 {
			return fault.Bad(found...)
		}
		claimed, err := s.grant(ctx, tx, h.Account, Grant{Administration: a.ID, Role: role, Scope: scope})
		out = Holding{Administration: a.Slug, Role: role, Scope: scope, Holder: h, Claimed: claimed, Granted: true}
		return err
	})
	return out, err
}

// grant gives an account a role, and tells whether the provider claims it too.
func (s *Service) grant(ctx context.Context, tx *postgres.Tx, account uuid.UUID, g Grant) (claimed bool, err error) {
	r, err := s.writing(ctx, tx)
	if err != nil {
		return false, err
	}
	if err := roles.Share(ctx, tx); err != nil {
		return false, err
	}
	id, err := install(ctx, tx, r, account)
	if err != nil {
		return false, err
	}
	return addGranted(ctx, tx, id, g)
}

// RevokeRole takes back a role that was granted (cmd), at the person's next request: that
// of a part is not taken back with that of the whole, nor the reverse. It gives the role as it stands then: one that the provider's groups claim too stays.
// Invalid with field "role" when it was not granted here; other faults as GrantRole's.
func (s *Service) RevokeRole(ctx context.Context, slug string, role Role, scope Scope, who string) (Holding, error) {
	return s.takeBack(ctx, slug, role, scope, who, func(Administration, Holder) error { return nil })
}

// Dismiss is RevokeRole for the administrators of an administration, who do not take
// their own office from themselves (Conflict "own_office"): somebody has to hold it.
func (s *Service) Dismiss(ctx context.Context, actor Actor, slug string, role Role, scope Scope, who string) (Holding, error) {
	return s.takeBack(ctx, slug, role, scope, who, func(a Administration, h Holder) error {
		if err := administration.Administers(actor, a); err != nil {
			return err
		}
		if role == Administrator && h.Account == actor.Account {
			return fault.New(fault.Conflict, "own_office", "administrators do not take their own office from themselves: ask another one")
		}
		return nil
	})
}

func (s *Service) takeBack(ctx context.Context, slug string, role Role, scope Scope, who string, may func(Administration, Holder) error) (Holding, error) {
	var out Holding
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		a, h, bad, err := s.named(ctx, tx, slug, role, who, func(a Administration) error { return may(a, Holder{}) })
		if err != nil {
			return err
		}
		if len(bad) > 0 {
			return fault.Bad(bad...)
		}
		if err := may(a, h); err != nil {
			return err
		}
		if err := roles.Share(ctx, tx); err != nil {
			return err
		}
		r, err := s.writing(ctx, tx)
		if err != nil {
			return err
		}
		id, _, err := officerOf(ctx, tx, r.offices(h.Account)) // the zero ID holds nothing
		if err != nil {
			return err
		}
		was, err := take(ctx, tx, id, Grant{Administration: a.ID, Role: role, Scope: scope}, source{granted: true})
		switch {
		case err != nil:
			return err
		case was.claimed && !was.granted:
			return fault.Bad(fault.Field{Name: "role", Code: "role_claimed", Message: "this role comes from the identity provider's groups: take it away there, and it ends at the next sign-in"})
		case !was.granted:
			return fault.Bad(fault.Field{Name: "role", Code: "role_not_held", Message: "this person does not hold this role: see who holds which"})
		}
		out = Holding{Administration: a.Slug, Role: role, Scope: scope, Holder: h, Claimed: was.claimed}
		return nil
	})
	return out, err
}

// named finds the administration and the person that an act on a role names, and the
// faults of the two fields; may says whether the act is allowed before it says anything
// about people.
func (s *Service) named(ctx context.Context, tx *postgres.Tx, slug string, role Role, who string, may func(Administration) error) (Administration, Holder, []fault.Field, error) {
	a, err := administration.Find(ctx, tx, slug)
	if err != nil {
		return a, Holder{}, nil, err
	}
	if err := may(a); err != nil {
		return a, Holder{}, nil, err
	}
	var bad []fault.Field
	h, err := s.person(ctx, tx, who, &bad)
	if !slices.Contains(Grantable(), role) {
		bad = append(bad, fault.Field{Name: "role", Code: "unknown_role", Message: "is no role that is given: use administrator, moderator, facilitator, secretary or council"})
	}
	return a, h, bad, err
}

// person gives the one account that who names; bad gets the fault of the field when there
// is none, or more than one.
func (s *Service) person(ctx context.Context, tx *postgres.Tx, who string, bad *[]fault.Field) (Holder, error) {
	who = strings.TrimSpace(who)
	if who == "" {
		*bad = append(*bad, fault.Field{Name: "person", Code: "required", Message: "is needed"})
		return Holder{}, nil
	}
	found, err := s.holders(ctx, tx, who)
	switch {
	case err != nil:
		return Holder{}, err
	case len(found) == 0:
		*bad = append(*bad, fault.Field{Name: "person", Code: "person_unknown", Message: "nobody with this e-mail address or subject has ever signed in here: ask them to sign in once, then try again"})
	case len(found) > 1:
		ids := make([]string, len(found))
		for i, h := range found {
			ids[i] = fmt.Sprintf("%s (%s)", h.Account, h.Issuer)
		}
		*bad = append(*bad, fault.Field{Name: "person", Code: "person_several", Message: fmt.Sprintf("is several accounts: name one by its id: %s", strings.Join(ids, ", ")),
			Args: map[string]any{"ids": strings.Join(ids, ", ")}})
	default:
		return found[0], nil
	}
	return Holder{}, nil
}

// holders gives the accounts that who names: an e-mail address in either case, a
// subject, or an id.
func (s *Service) holders(ctx context.Context, tx *postgres.Tx, who string) ([]Holder, error) {
	r, err := s.within(ctx, tx)
	if err != nil {
		return nil, err
	}
	var id uuid.NullUUID
	if parsed, err := uuid.Parse(who); err == nil {
		id = uuid.NullUUID{UUID: parsed, Valid: true}
	}
	ids, rows, err := rowsBy(ctx, tx, id, r.each(func(k key) []byte { return k.subject(who) }), r.each(func(k key) []byte { return k.email(who) }))
	if err != nil {
		return nil, err
	}
	people, err := r.all(rows)
	if err != nil {
		return nil, err
	}
	var out []Holder
	for i, p := range people {
		out = append(out, holder(ids[i], p))
	}
	slices.SortFunc(out, func(a, b Holder) int {
		return cmp.Or(cmp.Compare(a.Issuer, b.Issuer), cmp.Compare(a.Subject, b.Subject))
	})
	return out, nil
}
