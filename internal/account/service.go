package account

import (
	"bytes"
	"cmp"
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/google/uuid"

	"delfi/internal/account/administration"
	"delfi/internal/account/claim"
	"delfi/internal/account/office"
	"delfi/internal/fault"
	"delfi/internal/platform/batch"
	"delfi/internal/platform/postgres"
)

// Person is an account as staff see it when they choose staff; never with what it answered.
type Person struct {
	ID    office.ID
	Name  string
	Email string
	Roles []Role // in the part of the administration asked about, or in the whole
}

// Addressee is where a notice goes.
type Addressee struct {
	Account               uuid.UUID
	Name, Email, Language string
}

// Service has the use cases of accounts and, embedded, those of administrations.
type Service struct {
	*administration.Service
	db      *postgres.DB
	keys    Keys
	ring    atomic.Pointer[ring] // as it was last read
	aead    func(secret []byte) (cipher.AEAD, error)
	known   known
	entries *batch.Loader[struct{}, subject, entry]
	parts   Parts
}

// Parts finds a part of an administration by the name that groups give it; the zero Scope
// when there is none.
type Parts func(ctx context.Context, tx *postgres.Tx, administration uuid.UUID, name string) (Scope, error)

// New makes the service on a key store, which all servers of a site share.
func New(db *postgres.DB, keys Keys) *Service {
	s := &Service{Service: administration.New(db), db: db, keys: keys, aead: aead}
	s.ring.Store(&ring{})
	s.entries = batch.NewLoader(s.enteredTogether)
	return s
}

// FindParts sets who finds the parts that the provider's groups name, at start. Without it
// a sign-in with such a group fails.
func (s *Service) FindParts(find Parts) { s.parts = find }

// SignIn gives the account behind claims. The first sign-in makes it, since enrolling
// needs it at once; of a known person nothing is written unless something changed. The
// roles that the claims give hold with the next request (staff act in public); another
// name, address, municipality or language waits, encrypted, for the hour (Hour), so that
// nothing about a person is written at the moment at which they come. Groups of unknown
// administrations or roles are ignored, and roles that were granted here stay.
func (s *Service) SignIn(ctx context.Context, c Claims) (uuid.UUID, error) {
	if c.Issuer == "" || c.Subject == "" {
		return uuid.Nil, errors.New("account: claims without issuer or subject")
	}
	c = c.Tidy()
	id, same, err := s.recognise(ctx, c)
	if err != nil || same {
		return id, err
	}
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		r, err := s.writing(ctx, tx)
		if err != nil {
			return err
		}
		id, err = enter(ctx, tx, r, c)
		return err
	})
	if err != nil {
		return uuid.Nil, err
	}
	// In another transaction: none writes both an account and an office. A sign-in that is cut off
	// here finds at the next one that the groups say something else.
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		bodies, err := administration.All(ctx, tx)
		if err != nil {
			return err
		}
		bySlug := make(map[string]uuid.UUID, len(bodies))
		for _, b := range bodies {
			bySlug[b.Slug] = b.ID
		}
		wanted, err := c.Grants(bySlug, func(administration uuid.UUID, name string) (Scope, error) {
			if s.parts == nil {
				return Scope{}, fmt.Errorf("account: a group gives a role in %q, and nothing finds parts of administrations (FindParts)", name)
			}
			return s.parts(ctx, tx, administration, name)
		})
		if err != nil {
			return err
		}
		return s.claim(ctx, tx, id, wanted)
	})
	return id, err
}

// enter gives the account behind claims, made where there is none; what they change
// about one waits.
func enter(ctx context.Context, tx *postgres.Tx, r ring, c Claims) (uuid.UUID, error) {
	for first := true; ; first = false {
		found, err := seek(ctx, tx, r, subject{c.Issuer, c.Subject})
		if err != nil {
			return uuid.Nil, err
		}
		if e, known := found[0]; known {
			stored, err := e.latest(r)
			if err != nil {
				return uuid.Nil, err
			}
			if c.Language == "" {
				c.Language = stored.Language
			}
			if c.Identity() == stored {
				return e.id, nil
			}
			return e.id, putNews(ctx, tx, r, c.Identity())
		}
		if !first {
			return uuid.Nil, errors.New("account: a person is there and is not found")
		}
		k, err := r.current()
		if err != nil {
			return uuid.Nil, err
		}
		who := c.Identity()
		if who.Language == "" {
			who.Language = "it"
		}
		m, err := k.mark(uuid.New(), who)
		if err != nil {
			return uuid.Nil, err
		}
		if made, err := insert(ctx, tx, m); err != nil || made {
			return m.id, err
		}
	}
}

// mark makes an account's row.
func (k key) mark(id uuid.UUID, who claim.Identity) (marked, error) {
	lies, err := k.seal(id[:], who.Encode(), 0)
	return marked{sealed: lies, id: id, person: k.person(who.Issuer, who.Subject), subject: k.subject(who.Subject), email: k.email(who.Email)}, err
}

// latest is what was last said of a person: what waits, else what is stored.
func (e entry) latest(r ring) (claim.Identity, error) {
	if e.news.blob == nil {
		return r.person(e.who)
	}
	p, _, err := r.news(e.news)
	return p, err
}

// seek reads the accounts of people and what waits about them, by their places.
func seek(ctx context.Context, tx *postgres.Tx, r ring, who ...subject) (map[int64]entry, error) {
	var places []int64
	var persons, tokens [][]byte
	for i, p := range who {
		for _, k := range r {
			places = append(places, int64(i))
			persons, tokens = append(persons, k.person(p.issuer, p.name)), append(tokens, k.newsToken(p.issuer, p.name))
		}
	}
	return entered(ctx, tx, places, persons, tokens)
}

// recognise tells whether the account behind claims is as they say, and remembers its
// actor then, whose next request is on its way.
func (s *Service) recognise(ctx context.Context, c Claims) (id uuid.UUID, same bool, err error) {
	e, found, err := s.entries.Load(ctx, struct{}{}, subject{c.Issuer, c.Subject})
	if err != nil || !found || !e.office.known { // who writes reads the keys again
		return uuid.Nil, false, err
	}
	r := s.ring.Load()
	who, err := r.person(e.who)
	if err == nil {
		var latest claim.Identity
		if latest, err = e.latest(*r); err == nil {
			stored := latest.Claims()
			stored.Groups = e.office.groups
			same = c.Repeats(stored)
		}
	}
	if errors.Is(err, errOtherKey) {
		return uuid.Nil, false, nil // who writes reads the keys again
	}
	if err != nil || !same {
		return uuid.Nil, false, err
	}
	s.known.remember(Actor{Account: e.id, Office: e.office.id, Name: who.Name, Municipality: who.Municipality, Grants: e.office.grants}, e.at)
	return e.id, true, nil
}

// enteredTogether reads the accounts of those who sign in in the same moment.
func (s *Service) enteredTogether(ctx context.Context, _ struct{}, who []subject) (map[subject]entry, error) {
	r := *s.ring.Load()
	if len(r) == 0 {
		return nil, nil // who writes reads the keys first
	}
	var found map[int64]entry
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		found, err = seek(ctx, tx, r, who...)
		return err
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	// Roles may be younger than the edition of the accounts, and never older.
	err = s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) error { return r.hold(ctx, tx, found) })
	out := make(map[subject]entry, len(found))
	for place, e := range found {
		out[who[place]] = e
	}
	return out, err
}

// hold adds the offices of those who were found.
func (r ring) hold(ctx context.Context, tx *postgres.Tx, found map[int64]entry) error {
	var places []int64
	var marks [][]byte
	for place, e := range found {
		for _, mark := range r.offices(e.id) {
			places, marks = append(places, place), append(marks, mark)
		}
	}
	offices, err := held(ctx, tx, places, r.names(), marks)
	for place, o := range offices {
		e := found[place]
		e.office = o
		found[place] = e
	}
	return err
}

// Actor gives the actor behind an account; NotFound when it is gone.
func (s *Service) Actor(ctx context.Context, id uuid.UUID) (Actor, error) {
	a, _, err := s.actor(ctx, id)
	return a, err
}

func (s *Service) actor(ctx context.Context, id uuid.UUID) (a Actor, at Edition, err error) {
	r := *s.ring.Load()
	var row sealed
	for known := false; !known; {
		err = s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
			a, row, at, known, err = actor(ctx, tx, r, id)
			return err
		})
		if err != nil {
			return Actor{}, 0, err
		}
		if !known { // a key is being exchanged
			if r, err = s.look(ctx); err != nil {
				return Actor{}, 0, err
			}
		}
	}
	who, err := r.all([]sealed{row})
	if err != nil {
		return Actor{}, 0, err
	}
	a.Name, a.Municipality = who[0].Name, who[0].Municipality
	return a, at, nil
}

// ActorAt is Actor for the many requests of people who signed in: from memory, if
// nothing has changed about anybody since it was read. at is the edition that the
// request's session was read with.
func (s *Service) ActorAt(ctx context.Context, id uuid.UUID, at Edition) (Actor, error) {
	if a, found := s.known.find(id, at); found {
		return a, nil
	}
	a, at, err := s.actor(ctx, id)
	if err != nil {
		return Actor{}, err
	}
	s.known.remember(a, at)
	return a, nil
}

// People lists who holds role in a part of an administration, or in the whole, by name,
// for its administrators. To people of other administrations there is nothing to see
// (NotFound), to its own without the role it is Forbidden.
func (s *Service) People(ctx context.Context, actor Actor, administration uuid.UUID, scope Scope, role Role) ([]Person, error) {
	if !CanSeePeople(actor, administration) {
		if actor.Serves(administration) {
			return nil, fault.New(fault.Forbidden, "administrators_only", "only administrators see who holds which role")
		}
		return nil, fault.New(fault.NotFound, "no_people", "there is nobody to be seen here")
	}
	if !slices.Contains(Grantable(), role) {
		return nil, fault.Bad(fault.Field{Name: "role", Code: "unknown_role", Message: "is no role that is given: use administrator, moderator, facilitator, secretary or council"})
	}
	var out []Person
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		list, rows, err := people(ctx, tx, administration, scope, role)
		if err != nil {
			return err
		}
		stay, err := s.staying(ctx, tx, rows)
		if err != nil {
			return err
		}
		out = nil
		for i, p := range list {
			if h, stays := stay[i]; stays {
				p.Name, p.Email = h.Name, h.Email
				out = append(out, p)
			}
		}
		slices.SortFunc(out, func(a, b Person) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), bytes.Compare(a.ID[:], b.ID[:]))
		})
		return nil
	})
	return out, err
}

// Addressees gives name, e-mail and language of accounts, for notices, in the
// order of their random ids: it tells nothing about who came first. Who leaves
// tonight is told nothing more: that one is not among them.
func (s *Service) Addressees(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) ([]Addressee, error) {
	there, rows, err := rowsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	who, err := s.reveal(ctx, tx, rows...)
	if err != nil {
		return nil, err
	}
	gone, err := s.leaving(ctx, tx, there...)
	if err != nil {
		return nil, err
	}
	var out []Addressee
	for i, id := range there {
		if !gone[id] {
			out = append(out, Addressee{Account: id, Name: who[i].Name, Email: who[i].Email, Language: who[i].Language})
		}
	}
	return out, nil
}

// Names gives the names of officers; one whose account is gone has none.
func (s *Service) Names(ctx context.Context, tx *postgres.Tx, ids []office.ID) (map[office.ID]string, error) {
	accounts, err := s.behind(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	there, rows, err := rowsOf(ctx, tx, slices.Collect(maps.Values(accounts)))
	if err != nil {
		return nil, err
	}
	who, err := s.reveal(ctx, tx, rows...)
	if err != nil {
		return nil, err
	}
	names := make(map[uuid.UUID]string, len(who))
	for i, p := range who {
		names[there[i]] = p.Name
	}
	out := make(map[office.ID]string, len(accounts))
	for id, account := range accounts {
		if name, found := names[account]; found {
			out[id] = name
		}
	}
	return out, nil
}
