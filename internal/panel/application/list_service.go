package application

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/panel/rowseal"
	"delfi/internal/platform/postgres"
)

// Query is what of a group's applications is looked for.
type Query struct {
	State State
	Words string // that name or number have, all of them; "" looks for nothing
	Page  int    // from 1
}

// PerPage is how many applications a page has.
const PerPage = 50

// Found is a page of applications.
type Found struct {
	List  []Application
	Page  int // the last one where the query names one beyond it
	Pages int // at least 1
}

// Find gives a page of a group's applications in one state: those that wait by the day on which
// they came, others by the day of the last decision, the latest first. It reads the page alone,
// in the order of the index. Names lie encrypted: where words are looked for it streams the rows
// of the state and keeps the page.
func (s *Service) Find(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, q Query) (Found, error) {
	in, err := lists(ctx, tx, consultation)
	if err != nil || in[group].proof == nil {
		return Found{Page: 1, Pages: 1}, err
	}
	key, err := s.read(ctx, consultation, in[group].proof)
	if err != nil {
		return Found{}, err
	}
	defer clear(key)
	words := strings.Fields(strings.ToLower(q.Words))
	from, total := (max(q.Page, 1)-1)*PerPage, 0
	if len(words) == 0 {
		all, err := counts(ctx, tx, consultation)
		if err != nil {
			return Found{}, err
		}
		total = all[group][q.State]
		from = min(from, last(total))
	}
	rows, total, err := page(ctx, tx, key, consultation, group, q.State, words, from, total)
	if err == nil && from > last(total) {
		from = last(total)
		rows, total, err = page(ctx, tx, key, consultation, group, q.State, words, from, total)
	}
	if err != nil {
		return Found{}, err
	}
	out := Found{Page: from/PerPage + 1, Pages: last(total)/PerPage + 1}
	out.List, err = compared(ctx, tx, key, consultation, group, rows)
	return out, err
}

// last is where the last page of so many begins.
func last(total int) int { return (max(total, 1) - 1) / PerPage * PerPage }

// page gives the rows of the page that begins at from, and how many there are in all; total is
// that number where no words are looked for.
func page(ctx context.Context, tx *postgres.Tx, key []byte, consultation uuid.UUID, group string, state State, words []string, from, total int) ([]row, int, error) {
	var out []row
	if len(words) == 0 {
		err := inOrder(ctx, tx, consultation, group, state, from, PerPage, func(r row) error {
			out = append(out, r)
			return nil
		})
		return out, total, err
	}
	applicants, err := rowseal.New(key, applicantDomain)
	if err != nil {
		return nil, 0, err
	}
	n := 0
	err = inOrder(ctx, tx, consultation, group, state, 0, everything, func(r row) error {
		plain, err := applicants.Open(r.ID, r.sealed)
		if err != nil {
			return err
		}
		if err := unpack(plain, &r.Name, &r.Detail); err != nil {
			return err
		}
		text := strings.ToLower(r.Name + " " + r.Detail)
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			return nil
		}
		if n >= from && n < from+PerPage {
			out = append(out, r)
		}
		n++
		return nil
	})
	return out, n, err
}

// everything is more rows than there are.
const everything = 1 << 31

// Some gives those of a group's applications that have one of some ids.
func (s *Service) Some(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, ids []uuid.UUID) ([]Application, error) {
	in, err := lists(ctx, tx, consultation)
	if err != nil || in[group].proof == nil {
		return nil, err
	}
	key, err := s.read(ctx, consultation, in[group].proof)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	rows, err := some(ctx, tx, consultation, group, ids)
	if err != nil {
		return nil, err
	}
	return compared(ctx, tx, key, consultation, group, rows)
}

// compared opens rows of a group, and counts for each that says a number the other people whose
// application waits or is admitted with the same.
func compared(ctx context.Context, tx *postgres.Tx, key []byte, consultation uuid.UUID, group string, rows []row) ([]Application, error) {
	all, err := opened(key, rows)
	if err != nil {
		return nil, err
	}
	var numbers [][]byte
	for _, r := range rows {
		if r.number != nil {
			numbers = append(numbers, r.number)
		}
	}
	if len(numbers) == 0 {
		return all, nil
	}
	same, err := sharers(ctx, tx, consultation, group, numbers)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		for _, applicant := range same[string(r.number)] {
			if r.number != nil && applicant != string(r.applicant) {
				all[i].Alike++
			}
		}
	}
	return all, nil
}
