package ledger

import (
	"context"
	"time"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// Held is the signing key of a log.
type Held struct {
	Name     string    // of its secret among the keys
	Verifier string    // the public key, as notes are checked by it
	Began    time.Time // minute of the log's first entry; zero before it
	Current  bool      // of the newest log, which alone is signed
	Missing  bool      // the keys do not hold the secret
}

// Held lists the signing keys of all logs, oldest first.
func (s *Service) Held(ctx context.Context) ([]Held, error) {
	var out []Held
	var logs []log
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, logs, err = heldOf(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, l := range logs {
		_, err := s.keys.Read(ctx, l.keyName())
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		out[i].Name, out[i].Missing, out[i].Current = l.keyName(), err != nil, i == len(logs)-1
	}
	return out, nil
}
