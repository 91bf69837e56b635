package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/platform/postgres"
)

// Heaps are the tables whose rows are written anew each hour: those of accounts, and those
// that a first sign-in with a role writes beside.
var Heaps = []postgres.Heap{Heap, officers, roles}

// officer is a person's row among those who hold an office, or held one: the account is
// encrypted for the row's own id.
type officer struct {
	sealed
	id   office.ID
	mark []byte
}

// officer makes the row of an account.
func (k key) officer(id office.ID, account uuid.UUID) (officer, error) {
	lies, err := k.lock(id[:], account[:])
	return officer{sealed: lies, id: id, mark: k.office(account)}, err
}

// holder opens an officer's row.
func (r ring) holder(s sealed) (uuid.UUID, error) {
	text, err := r.open(s)
	if err != nil {
		return uuid.Nil, err
	}
	return uuid.FromBytes(text)
}

// offices gives the marks of an account's row among the officers, by every key.
func (r ring) offices(account uuid.UUID) [][]byte {
	return r.each(func(k key) []byte { return k.office(account) })
}

// install gives the id by which an account holds offices, made with the first of them.
func install(ctx context.Context, tx *postgres.Tx, r ring, account uuid.UUID) (office.ID, error) {
	for first := true; ; first = false {
		id, found, err := officerOf(ctx, tx, r.offices(account))
		if err != nil || found {
			return id, err
		}
		if !first {
			return id, fmt.Errorf("account: an officer is there and is not found")
		}
		k, err := r.current()
		if err != nil {
			return id, err
		}
		o, err := k.officer(office.ID(uuid.New()), account)
		if err != nil {
			return id, err
		}
		if made, err := insertOfficer(ctx, tx, o); err != nil || made {
			return o.id, err
		}
	}
}

// behind gives the accounts of officers; one that is gone has none.
func (s *Service) behind(ctx context.Context, tx *postgres.Tx, ids []office.ID) (map[office.ID]uuid.UUID, error) {
	rows, err := officerRows(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	r, err := s.within(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make(map[office.ID]uuid.UUID, len(rows))
	for _, row := range rows {
		if out[row.id], err = r.holder(row.sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Officer gives the actor who holds offices under an id; NotFound when the account is gone.
func (s *Service) Officer(ctx context.Context, id office.ID) (Actor, error) {
	var account uuid.UUID
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		accounts, err := s.behind(ctx, tx, []office.ID{id})
		account = accounts[id]
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	return s.Actor(ctx, account)
}

// staying gives, by place, the people behind officers' rows who do not leave tonight.
func (s *Service) staying(ctx context.Context, tx *postgres.Tx, officers []sealed) (map[int]Holder, error) {
	r, err := s.within(ctx, tx)
	if err != nil {
		return nil, err
	}
	accounts := make([]uuid.UUID, len(officers))
	for i, row := range officers {
		if accounts[i], err = r.holder(row); err != nil {
			return nil, err
		}
	}
	there, rows, err := rowsOf(ctx, tx, accounts)
	if err != nil {
		return nil, err
	}
	who, err := r.all(rows)
	if err != nil {
		return nil, err
	}
	gone, err := leaving(ctx, tx, r, there)
	if err != nil {
		return nil, err
	}
	stay := make(map[uuid.UUID]Holder, len(there))
	for i, id := range there {
		if !gone[id] {
			stay[id] = holder(id, who[i])
		}
	}
	out := make(map[int]Holder, len(officers))
	for i, id := range accounts {
		if h, stays := stay[id]; stays {
			out[i] = h
		}
	}
	return out, nil
}

// SealOfficers encrypts the accounts of those who held an office when migration 0230 ran,
// which had no key, in one transaction. It does nothing at any later time. Each program
// calls it when it has migrated the database.
func (s *Service) SealOfficers(ctx context.Context) error {
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		open, err := unsealed(ctx, tx)
		if err != nil || len(open) == 0 {
			return err
		}
		r, err := s.writing(ctx, tx)
		if err != nil {
			return err
		}
		k, err := r.current()
		if err != nil {
			return err
		}
		for _, o := range open {
			row, err := k.officer(o.id, o.account)
			if err != nil {
				return err
			}
			if _, err := insertOfficer(ctx, tx, row); err != nil {
				return err
			}
		}
		return dropUnsealed(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("sealing who holds an office: %w", err)
	}
	return nil
}

// reseal rewrites some officers under the current key, and gives the last one.
func (s *Service) reseal(ctx context.Context, after uuid.UUID) (n int, last uuid.UUID, err error) {
	err = s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		r, err := s.writing(ctx, tx)
		if err != nil {
			return err
		}
		k, err := r.current()
		if err != nil {
			return err
		}
		if err := officers.Share(ctx, tx); err != nil {
			return err
		}
		rows, err := officersAfter(ctx, tx, after, k.id, pieceRows)
		if err != nil {
			return err
		}
		n = len(rows)
		for _, row := range rows {
			account, err := r.holder(row.sealed)
			if err != nil {
				return err
			}
			o, err := k.officer(row.id, account)
			if err != nil {
				return err
			}
			if err := rewriteOfficer(ctx, tx, o); err != nil {
				return err
			}
			last = uuid.UUID(row.id)
		}
		return nil
	})
	if err != nil {
		return 0, last, fmt.Errorf("rewriting officers: %w", err)
	}
	return n, last, nil
}
