package account

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account/claim"
	"delfi/internal/platform/postgres"
)

// What waits says first which of the two it is.
const (
	newsWaits  = 'n' // then the identity as it was last told
	leaveWaits = 'l' // then the account's id, and the second at which it was asked for
)

// atOnce bounds what waits that one transaction works on.
const atOnce = 2000

// putNews stores what a sign-in says of a known person, until the hour; the last one
// takes the place of those before it.
func putNews(ctx context.Context, tx *postgres.Tx, r ring, who claim.Identity) error {
	token := func(k key) []byte { return k.newsToken(who.Issuer, who.Subject) }
	return wait(ctx, tx, r, token, append([]byte{newsWaits}, who.Encode()...))
}

// wait stores a text under its token by the current key, and drops those by other keys.
func wait(ctx context.Context, tx *postgres.Tx, r ring, token func(key) []byte, text []byte) error {
	k, err := r.current()
	if err != nil {
		return err
	}
	if err := dropWaiting(ctx, tx, r[1:].each(token)); err != nil {
		return err
	}
	w, err := k.seal(token(k), text, claim.LargestSize)
	if err != nil {
		return err
	}
	return putWaiting(ctx, tx, w)
}

// news opens what waits about a person; false when the row says something else.
func (r ring) news(s sealed) (claim.Identity, bool, error) {
	text, err := r.open(s)
	if err != nil || text[0] != newsWaits {
		return claim.Identity{}, false, err
	}
	var p claim.Identity
	return p, true, p.Decode(text[1:])
}

// Hour writes what has waited about known people into their accounts, in the order of
// their ids. Two servers may do it at once, and one that is cut off leaves what it had
// not done to the next.
func (s *Service) Hour(ctx context.Context) error {
	var after []byte
	for done := false; !done; {
		err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			r, err := s.writing(ctx, tx)
			if err != nil {
				return err
			}
			rows, err := waitingAfter(ctx, tx, after, atOnce)
			if err != nil {
				return err
			}
			if done = len(rows) < atOnce; len(rows) > 0 {
				after = rows[len(rows)-1].at
			}
			return apply(ctx, tx, r, rows)
		})
		if err != nil {
			return fmt.Errorf("what waits about people: %w", err)
		}
	}
	return nil
}

// apply writes the news among rows.
func apply(ctx context.Context, tx *postgres.Tx, r ring, rows []sealed) error {
	var told []claim.Identity
	var who []subject
	var over [][]byte
	for _, row := range rows {
		p, news, err := r.news(row)
		if err != nil {
			return err
		}
		if news {
			told, who, over = append(told, p), append(who, subject{p.Issuer, p.Subject}), append(over, row.at)
		}
	}
	if len(told) == 0 {
		return nil
	}
	found, err := seek(ctx, tx, r, who...)
	if err != nil {
		return err
	}
	k, err := r.current()
	if err != nil {
		return err
	}
	var changed []marked
	for place, e := range found {
		stored, err := r.person(e.who)
		if err != nil {
			return err
		}
		if told[place] == stored {
			continue
		}
		m, err := k.mark(e.id, told[place])
		if err != nil {
			return err
		}
		changed = append(changed, m)
	}
	slices.SortFunc(changed, func(a, b marked) int { return bytes.Compare(a.id[:], b.id[:]) })
	if _, err := rewrite(ctx, tx, changed); err != nil {
		return err
	}
	return dropWaiting(ctx, tx, over)
}

// Leaver is somebody who asked to leave, with what their marks are made of.
type Leaver struct {
	Account         uuid.UUID
	Issuer, Subject string
	token           []byte
}

// Leave notes that the actor leaves in the coming night. Until then it is Stay's to undo.
func (s *Service) Leave(ctx context.Context, actor Actor) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		r, err := s.writing(ctx, tx)
		if err != nil {
			return err
		}
		gone, err := leaving(ctx, tx, r, []uuid.UUID{actor.Account})
		if err != nil || gone[actor.Account] {
			return err // the first word counts
		}
		text := append([]byte{leaveWaits}, actor.Account[:]...)
		text = binary.BigEndian.AppendUint64(text, uint64(tx.Now.Unix()))
		return wait(ctx, tx, r, func(k key) []byte { return k.leaveToken(actor.Account) }, text)
	})
}

// Stay takes back that the actor leaves.
func (s *Service) Stay(ctx context.Context, actor Actor) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		r, err := s.writing(ctx, tx)
		if err != nil {
			return err
		}
		return dropWaiting(ctx, tx, r.each(func(k key) []byte { return k.leaveToken(actor.Account) }))
	})
}

// leaving tells which of the accounts have asked to leave.
func (s *Service) leaving(ctx context.Context, tx *postgres.Tx, ids ...uuid.UUID) (map[uuid.UUID]bool, error) {
	r, err := s.within(ctx, tx)
	if err != nil {
		return nil, err
	}
	return leaving(ctx, tx, r, ids)
}

func leaving(ctx context.Context, tx *postgres.Tx, r ring, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	of := make(map[string]uuid.UUID, len(ids)*len(r))
	var tokens [][]byte
	for _, id := range ids {
		for _, token := range r.each(func(k key) []byte { return k.leaveToken(id) }) {
			of[string(token)] = id
			tokens = append(tokens, token)
		}
	}
	there, err := waitingUnder(ctx, tx, tokens)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]bool, len(there))
	for _, token := range there {
		out[of[string(token)]] = true
	}
	return out, nil
}

// Leavers lists who asked to leave before an instant, by account.
func (s *Service) Leavers(ctx context.Context, before time.Time) ([]Leaver, error) {
	var out []Leaver
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		r, err := s.within(ctx, tx)
		if err != nil {
			return err
		}
		out = nil
		var ids []uuid.UUID
		tokens := map[uuid.UUID][]byte{}
		var after []byte
		for {
			rows, err := waitingRead(ctx, tx, after, atOnce)
			if err != nil {
				return err
			}
			for _, row := range rows {
				text, err := r.open(row)
				if err != nil {
					return err
				}
				if text[0] != leaveWaits {
					continue
				}
				if asked := time.Unix(int64(binary.BigEndian.Uint64(text[17:])), 0); asked.Before(before) {
					id := uuid.UUID(text[1:17])
					ids, tokens[id] = append(ids, id), row.at
				}
			}
			if len(rows) < atOnce {
				break
			}
			after = rows[len(rows)-1].at
		}
		there, rows, err := rowsOf(ctx, tx, ids)
		if err != nil {
			return err
		}
		who, err := r.all(rows)
		if err != nil {
			return err
		}
		for i, id := range there {
			out = append(out, Leaver{Account: id, Issuer: who[i].Issuer, Subject: who[i].Subject, token: tokens[id]})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("leavers: %w", err)
	}
	return out, nil
}

// Take gives those of the leavers who have not thought better of it, who can no longer
// once it returns, in the caller's transaction.
func Take(ctx context.Context, tx *postgres.Tx, all []Leaver) ([]Leaver, error) {
	tokens := make([][]byte, len(all))
	for i, l := range all {
		tokens[i] = l.token
	}
	taken, err := takeWaiting(ctx, tx, tokens)
	if err != nil {
		return nil, err
	}
	var out []Leaver
	for _, l := range all {
		if slices.ContainsFunc(taken, func(token []byte) bool { return bytes.Equal(token, l.token) }) {
			out = append(out, l)
		}
	}
	return out, nil
}
