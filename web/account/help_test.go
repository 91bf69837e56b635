package account_test

import (
	"testing"

	"github.com/google/uuid"
)

func parse(t *testing.T, id string) uuid.UUID {
	t.Helper()
	out, err := uuid.Parse(id)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// riva is the administration that the demonstration's staff work for.
func (s *site) riva() uuid.UUID {
	s.t.Helper()
	var id string
	if err := s.db.Pool().GetContext(s.t.Context(), &id, `SELECT id FROM civic.administration WHERE slug = 'riva'`); err != nil {
		s.t.Fatal(err)
	}
	return parse(s.t, id)
}
