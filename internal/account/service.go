package account

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/postgres"
)

// Administration is one public body on this server.
type Administration struct {
	ID      uuid.UUID
	Slug    string // e.g. "modena"
	Name    string // e.g. "Comune di Modena"
	Address string // one line for the footer, with how to be helped
}

// Person is an account as staff see it when they choose staff; never with what it answered.
type Person struct {
	ID    uuid.UUID
	Name  string
	Email string
	Roles []Role // in the administration asked about
}

// Addressee is where a notice goes.
type Addressee struct {
	Account               uuid.UUID
	Name, Email, Language string
}

// Service has the use cases of accounts.
type Service struct {
	db      *postgres.DB
	known   known
	entries *postgres.Inquiry[struct{}, subject, entry]
}

// New makes the service.
func New(db *postgres.DB) *Service {
	s := &Service{db: db}
	s.entries = postgres.NewInquiry(s.enteredTogether)
	return s
}

// Administrations lists every administration by name.
func (s *Service) Administrations(ctx context.Context) ([]Administration, error) {
	var out []Administration
	err := s.db.Glance(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = administrations(ctx, tx)
		return err
	})
	return out, err
}

// slugForm is what an address may hold, as the table's own check says.
var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Found creates an administration, or renames the one that has the slug (cmd
// and demonstration). It gives the administration as it stands.
func (s *Service) Found(ctx context.Context, a Administration) (Administration, error) {
	a.Name, a.Address = strings.TrimSpace(a.Name), strings.TrimSpace(a.Address)
	var bad []fault.Field
	if !slugForm.MatchString(a.Slug) {
		bad = append(bad, fault.Field{Name: "slug", Code: "slug", Message: "use lower-case letters, digits and single hyphens"})
	}
	if a.Name == "" {
		bad = append(bad, fault.Field{Name: "name", Code: "required", Message: "is needed"})
	}
	for name, text := range map[string]string{"name": a.Name, "address": a.Address} {
		if !fault.Line(text) {
			bad = append(bad, fault.NotOneLine(name))
		}
	}
	if len(bad) > 0 {
		return Administration{}, fault.Bad(bad...)
	}
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		a, err = found(ctx, tx, a)
		return err
	})
	return a, err
}

// SignIn stores or refreshes the account behind claims, its roles included
// (groups of unknown administrations or roles are ignored), and gives its id.
// A sign-in that brings nothing new writes nothing.
func (s *Service) SignIn(ctx context.Context, c Claims) (uuid.UUID, error) {
	if c.Issuer == "" || c.Subject == "" {
		return uuid.Nil, errors.New("account: claims without issuer or subject")
	}
	c = c.tidy()
	id, same, err := s.recognise(ctx, c)
	if err != nil || same {
		return id, err
	}
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		bodies, err := administrations(ctx, tx)
		if err != nil {
			return err
		}
		bySlug := make(map[string]uuid.UUID, len(bodies))
		for _, b := range bodies {
			bySlug[b.Slug] = b.ID
		}
		if id, err = enter(ctx, tx, c); err != nil {
			return err
		}
		return grant(ctx, tx, id, c.grants(bySlug))
	})
	return id, err
}

// recognise tells whether the account behind claims is as they say, and remembers its
// actor then, whose next request is on its way.
func (s *Service) recognise(ctx context.Context, c Claims) (id uuid.UUID, same bool, err error) {
	e, found, err := s.entries.Find(ctx, struct{}{}, subject{c.Issuer, c.Subject})
	if err != nil || !found || !c.repeats(e.claims) {
		return uuid.Nil, false, err
	}
	s.known.remember(e.actor, e.at)
	return e.actor.Account, true, nil
}

// enteredTogether reads the accounts of those who sign in in the same moment.
func (s *Service) enteredTogether(ctx context.Context, _ struct{}, who []subject) (found map[subject]entry, err error) {
	err = s.db.Glance(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		found, err = entered(ctx, tx, who)
		return err
	})
	return found, err
}

// grant makes an account's roles those wanted, touching only what differs.
func grant(ctx context.Context, tx *postgres.Tx, id uuid.UUID, wanted []Grant) error {
	held, err := grants(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, g := range held {
		if !slices.Contains(wanted, g) {
			if err := revoke(ctx, tx, id, g); err != nil {
				return err
			}
		}
	}
	for _, g := range wanted {
		if !slices.Contains(held, g) {
			if err := add(ctx, tx, id, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// Actor gives the actor behind an account; NotFound when it is gone.
func (s *Service) Actor(ctx context.Context, id uuid.UUID) (Actor, error) {
	var a Actor
	err := s.db.Glance(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		a, _, err = actor(ctx, tx, id)
		return err
	})
	return a, err
}

// ActorAt is Actor for the many requests of people who signed in: from memory, if
// nothing has changed about anybody since it was read. at is the edition that the
// request's session was read with.
func (s *Service) ActorAt(ctx context.Context, id uuid.UUID, at Edition) (Actor, error) {
	if a, found := s.known.find(id, at); found {
		return a, nil
	}
	var a Actor
	err := s.db.Glance(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		a, at, err = actor(ctx, tx, id)
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	s.known.remember(a, at)
	return a, nil
}

// People lists who holds role in an administration, by name, for its
// administrators. To people of other administrations there is nothing to see
// (NotFound), to its own without the role it is Forbidden.
func (s *Service) People(ctx context.Context, actor Actor, administration uuid.UUID, role Role) ([]Person, error) {
	if !CanSeePeople(actor, administration) {
		if actor.Staff(administration) || actor.Has(administration, Council) {
			return nil, fault.New(fault.Forbidden, "administrators_only", "only administrators see who holds which role")
		}
		return nil, fault.New(fault.NotFound, "no_people", "there is nobody to be seen here")
	}
	if !slices.Contains(grantable, role) {
		return nil, fault.Bad(fault.Field{Name: "role", Code: "unknown_role", Message: "is no role that is given: use administrator, moderator, facilitator or council"})
	}
	var out []Person
	err := s.db.Glance(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = people(ctx, tx, administration, role)
		return err
	})
	return out, err
}

// Addressees gives name, e-mail and language of accounts, for notices, in the
// order of their random ids: it tells nothing about who came first.
func (s *Service) Addressees(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) ([]Addressee, error) {
	return addressees(ctx, tx, ids)
}
