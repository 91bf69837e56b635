package administration

import (
	"context"

	"delfi/internal/account/office"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Service has the use cases of administrations.
type Service struct{ db *postgres.DB }

// New makes the service.
func New(db *postgres.DB) *Service { return &Service{db} }

// Administrations lists every administration by name.
func (s *Service) Administrations(ctx context.Context) ([]Administration, error) {
	var out []Administration
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = All(ctx, tx)
		return err
	})
	return out, err
}

// Found creates an administration, or rewrites the one that has the slug
// (demonstration and imports). It gives the administration as it stands.
func (s *Service) Found(ctx context.Context, a Administration) (Administration, error) {
	return s.create(ctx, a, found)
}

// Add creates an administration (cmd). Invalid names every field that cannot be stored.
func (s *Service) Add(ctx context.Context, a Administration) (Administration, error) {
	return s.create(ctx, a, insert)
}

// create stores an administration by put; from then on no code opens the first page.
func (s *Service) create(ctx context.Context, a Administration, put func(context.Context, *postgres.Tx, Administration) (Administration, error)) (Administration, error) {
	a, bad := a.read()
	if len(bad) > 0 {
		return Administration{}, fault.Bad(bad...)
	}
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		if a, err = put(ctx, tx, a); err != nil {
			return err
		}
		return dropFirstCode(ctx, tx)
	})
	return a, err
}

// Amend changes the administration of a slug (cmd), its slug included; NotFound when
// there is none.
func (s *Service) Amend(ctx context.Context, slug string, change func(*Administration)) (Administration, error) {
	var out Administration
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = amend(ctx, tx, slug, change)
		return err
	})
	return out, err
}

func amend(ctx context.Context, tx *postgres.Tx, slug string, change func(*Administration)) (Administration, error) {
	a, err := lock(ctx, tx, slug)
	if err != nil {
		return Administration{}, err
	}
	was := a
	change(&a)
	a, bad := a.read()
	a.ID = was.ID
	if len(bad) > 0 {
		return Administration{}, fault.Bad(bad...)
	}
	if a == was {
		return a, nil
	}
	return a, update(ctx, tx, a)
}

// Own gives an administration to its administrators. To people of other administrations
// it is not there (NotFound), to its own without the role it is Forbidden.
func (s *Service) Own(ctx context.Context, actor office.Actor, slug string) (Administration, error) {
	var a Administration
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		if a, err = Find(ctx, tx, slug); err != nil {
			return err
		}
		return Administers(actor, a)
	})
	return a, err
}

// Administers refuses who does not administer a: as if it were not there to people of
// other administrations, as Forbidden to its own.
func Administers(actor office.Actor, a Administration) error {
	switch {
	case Can(actor, a.ID):
		return nil
	case actor.Serves(a.ID):
		return fault.New(fault.Forbidden, "administrator_of_it", "only administrators change an administration's data and roles")
	}
	return None()
}

// Describe stores an administration's own data (administrator). The slug stays: the
// provider's groups name it. version is of the data that they were begun from
// (Administration.Version; "" skips the comparison): Conflict "administration_changed"
// when others stand by now.
func (s *Service) Describe(ctx context.Context, actor office.Actor, slug string, told Administration, version string) (Administration, error) {
	var out Administration
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		a, err := Find(ctx, tx, slug)
		if err != nil {
			return err
		}
		if err := Administers(actor, a); err != nil {
			return err
		}
		was := version
		out, err = amend(ctx, tx, slug, func(a *Administration) {
			was = a.Version()
			a.Name, a.Address, a.IPA, a.Mail = told.Name, told.Address, told.IPA, told.Mail
		})
		if err == nil && version != "" && version != was && out.Version() != was {
			return fault.New(fault.Conflict, "administration_changed", "somebody has changed these data meanwhile")
		}
		return err
	})
	return out, err
}
