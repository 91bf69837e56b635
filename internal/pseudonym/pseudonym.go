package pseudonym

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/cache"
	"delfi/internal/platform/postgres"
)

// Panelist is one anonymous member of one panel: 16 bytes of HMAC(key, account ‖ consultation).
// It refuses to be printed, logged or marshalled: it belongs in schema panel alone.
type Panelist [16]byte

const hidden = "panelist(hidden)"

// Format writes a constant, whatever the verb.
func (p Panelist) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue logs a constant.
func (p Panelist) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText refuses: a panelist in JSON would be one in a job, a page or a log.
func (p Panelist) MarshalText() ([]byte, error) {
	return nil, errors.New("a panelist is never marshalled")
}

// Seat is a panelist's place in a consultation. It names no account.
type Seat struct {
	Consultation uuid.UUID
	Panelist     Panelist
	Group        string
}

// scope says which of a consultation's two keys is meant.
type scope string

const (
	panelScope scope = "panel"
	aliasScope scope = "alias"
)

// name is the key's name in the store.
func (s scope) name(consultation uuid.UUID) string { return string(s) + "-" + consultation.String() }

// parse is name's inverse.
func parse(name string) (scope, uuid.UUID, bool) {
	sc, id, _ := strings.Cut(name, "-")
	consultation, err := uuid.Parse(id)
	return scope(sc), consultation, err == nil && (scope(sc) == panelScope || scope(sc) == aliasScope)
}

// Service makes and ends pseudonyms; keys lie outside the database.
type Service struct {
	db      *postgres.DB
	keys    Keys
	process uuid.UUID                    // of this process, as it confirms destructions: see Join
	days    int                          // see Backups
	forget  func(consultation uuid.UUID) // see OnEnd; nil for nobody
	version cache.Version
	checks  cache.Versioned[string, check] // by key name: see Follow
}

// checksKept is of how many keys what the database says is kept.
const checksKept = 4096

// New makes the service on a key store (NewFileKeys in production and tests).
func New(db *postgres.DB, keys Keys) *Service {
	return &Service{db: db, keys: keys, process: uuid.New(), days: backupDays, version: func() (uint64, bool) { return 0, false }}
}

// Follow keeps what the database says of keys in memory, from one change that it
// tells of to the next. Called at start.
func (s *Service) Follow(version cache.Version) { s.version = version }

// Mode says how the seats of a consultation are reached (docs/RECORD.md §1).
type Mode string

// The modes, as the protocol writes them.
const (
	SealedKey Mode = "sealed-key" // by the account
	HeldCode  Mode = "held-code"  // by a code that its holder alone keeps
)

// Prepare makes a consultation's panel key and its space's alias key, with
// check values in the caller's transaction; repeatable. A key that was made
// before and is missing or different here is a fault, never made anew; Conflict
// "key_destroyed" when it was destroyed, also if the database forgot that.
func (s *Service) Prepare(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, mode Mode) error {
	if err := lockKeys(ctx, tx, consultation); err != nil {
		return err
	}
	for _, sc := range []scope{panelScope, aliasScope} {
		row, err := findCheck(ctx, tx, consultation, sc)
		if err != nil {
			return err
		}
		if row != nil {
			if _, err := s.checked(ctx, consultation, sc, *row); err != nil {
				return err
			}
			continue
		}
		// A key left by a transaction that did not commit is taken up again.
		key, err := s.keys.Create(ctx, sc.name(consultation))
		if err != nil {
			return fmt.Errorf("making the %s key: %w", sc, err)
		}
		if err := insertCheck(ctx, tx, consultation, sc, check{Value: checkValue(key, consultation, sc), Held: mode == HeldCode}); err != nil {
			return err
		}
		clear(key)
	}
	return nil
}

// Held is a consultation's key as it stands.
type Held struct {
	Name         string // in the key store
	Scope        string // "panel" or "alias"
	Consultation uuid.UUID
	Destroyed    bool
	Rows         int // panelists or aliases that it leads to
}

// Held lists the keys of consultations.
func (s *Service) Held(ctx context.Context) ([]Held, error) {
	var out []Held
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = heldKeys(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return out, nil
}

// Seat gives the seat of an account. It only reads. Conflict "key_destroyed"
// after the end, "no_panel" before the announcement, "held_code" where seats are
// reached by codes; Unavailable when this process lacks the key.
func (s *Service) Seat(ctx context.Context, consultation, account uuid.UUID, group string) (Seat, error) {
	seats, err := s.seats(ctx, consultation, group, "panelist v1", account[:])
	if err != nil {
		return Seat{}, err
	}
	return seats[0], nil
}

// Foreign gives the seats of voters of an imported conversation, who have no
// accounts: the key is read once for all of them. Faults as Seat's.
func (s *Service) Foreign(ctx context.Context, consultation uuid.UUID, group string, voters ...string) ([]Seat, error) {
	who := make([][]byte, len(voters))
	for i, voter := range voters {
		who[i] = []byte(voter)
	}
	return s.seats(ctx, consultation, group, "foreign v1", who...)
}

func (s *Service) seats(ctx context.Context, consultation uuid.UUID, group, domain string, who ...[]byte) ([]Seat, error) {
	key, held, err := s.panelKey(ctx, consultation)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	if held {
		return nil, fault.New(fault.Conflict, "held_code", "this consultation is answered with a code, not with an account")
	}
	seats := make([]Seat, len(who))
	for i := range who {
		seats[i] = Seat{Consultation: consultation, Group: group}
		copy(seats[i].Panelist[:], derive(key, domain, who[i], consultation[:]))
	}
	return seats, nil
}

// Mark gives a keyed hash of the person behind an account, by which a panel knows
// again whoever left it. It is neither their panelist nor derived from it, and means
// nothing once the key is gone. Faults as Safe's.
func (s *Service) Mark(ctx context.Context, consultation uuid.UUID, issuer, subject string) ([]byte, error) {
	key, err := s.key(ctx, consultation, panelScope)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return derive(key, "left v1", []byte(issuer), []byte(subject), consultation[:])[:16], nil
}

// panelKey is key for the panel, and tells whether seats are reached by codes.
func (s *Service) panelKey(ctx context.Context, consultation uuid.UUID) ([]byte, bool, error) {
	row, err := s.check(ctx, consultation, panelScope)
	if err != nil {
		return nil, false, err
	}
	key, err := s.checked(ctx, consultation, panelScope, row)
	return key, row.Held, err
}

// key reads a key and compares it with its check value.
func (s *Service) key(ctx context.Context, consultation uuid.UUID, sc scope) ([]byte, error) {
	row, err := s.check(ctx, consultation, sc)
	if err != nil {
		return nil, err
	}
	return s.checked(ctx, consultation, sc, row)
}

// check gives what the database knows of a key; Conflict "no_panel" when nothing.
func (s *Service) check(ctx context.Context, consultation uuid.UUID, sc scope) (check, error) {
	version, told := s.version()
	if c, ok := s.checks.Get(version, sc.name(consultation)); ok && told {
		return c, nil
	}
	var row *check
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		row, err = findCheck(ctx, tx, consultation, sc)
		return err
	})
	if err != nil {
		return check{}, err
	}
	if row == nil {
		return check{}, errNoPanel
	}
	if told {
		s.checks.Put(version, sc.name(consultation), *row, checksKept)
	}
	return *row, nil
}

var errNoPanel = fault.New(fault.Conflict, "no_panel", "this consultation has no panel yet")

var errDestroyed = fault.New(fault.Conflict, "key_destroyed", "the key of this consultation was destroyed: nobody can be linked to an answer any more")

// checked gives the key that belongs to a check value.
func (s *Service) checked(ctx context.Context, consultation uuid.UUID, sc scope, row check) ([]byte, error) {
	if row.Destroyed {
		return nil, errDestroyed
	}
	key, err := s.keys.Read(ctx, sc.name(consultation))
	if fault.KindOf(err) == fault.NotFound {
		return nil, fault.New(fault.Unavailable, "key_missing", "this server does not hold the key of this consultation: answers are refused").Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the %s key: %w", sc, err)
	}
	if subtle.ConstantTimeCompare(checkValue(key, consultation, sc), row.Value) != 1 {
		clear(key)
		return nil, fault.New(fault.Unavailable, "key_differs", "this server holds another key than the one this consultation began with: answers are refused")
	}
	return key, nil
}

// derive is HMAC-SHA256 over a domain and parts, each led by its length, so
// that no two lists of parts collide.
func derive(key []byte, domain string, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(domain))
	for _, p := range parts {
		m.Write([]byte{0, byte(len(p) >> 24), byte(len(p) >> 16), byte(len(p) >> 8), byte(len(p))})
		m.Write(p)
	}
	return m.Sum(nil)
}

// checkValue is what the database keeps of a key: enough to tell another key,
// nothing to find this one.
func checkValue(key []byte, consultation uuid.UUID, sc scope) []byte {
	return derive(key, "check v1", []byte(sc), consultation[:])[:16]
}
