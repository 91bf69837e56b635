package roll

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
)

// Keys keeps secret keys outside the database, as pseudonym.Keys does.
type Keys interface {
	// Create makes a random key of 32 bytes under name unless one exists, and gives it.
	Create(ctx context.Context, name string) ([]byte, error)
	// Read gives the key under name; fault.NotFound when it never was.
	Read(ctx context.Context, name string) ([]byte, error)
	// Destroy removes it beyond recovery; nil when it is gone already.
	Destroy(ctx context.Context, name string) error
}

// Service keeps the rolls of consultations. Who may change one is its callers' to say.
type Service struct {
	db   *postgres.DB
	keys Keys
}

// New makes the service on a key store, which all servers of a site share.
func New(db *postgres.DB, keys Keys) *Service { return &Service{db, keys} }

func keyName(consultation uuid.UUID) string { return "roll-" + consultation.String() }

// proof is what the database keeps of a key: enough to tell another one.
func proof(key []byte, consultation uuid.UUID) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("roll check v1"))
	m.Write(consultation[:])
	return m.Sum(nil)[:16]
}

// key gives the key of a consultation's rolls: that of the rolls in force, or the first one.
// Conflict "key_destroyed" after the end, Unavailable when this server holds another one.
func (s *Service) key(ctx context.Context, consultation uuid.UUID, in map[string]row) ([]byte, error) {
	if len(in) == 0 {
		key, err := s.keys.Create(ctx, keyName(consultation))
		if err != nil {
			return nil, fmt.Errorf("roll: make the key: %w", err)
		}
		return key, nil
	}
	key, err := s.keys.Read(ctx, keyName(consultation))
	if fault.KindOf(err) == fault.NotFound {
		return nil, fault.New(fault.Unavailable, "roll_key_missing", "this server does not hold the key of this consultation's rolls: nobody can enrol by them").Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("roll: read the key: %w", err)
	}
	for _, r := range in {
		if subtle.ConstantTimeCompare(r.proof, proof(key, consultation)) != 1 {
			clear(key)
			return nil, fault.New(fault.Unavailable, "roll_key_differs", "this server holds another key than the one of this consultation's rolls: nobody can enrol by them")
		}
	}
	return key, nil
}

// Read reads a file as a roll of a consultation. Nothing is stored: neither the file nor a
// code of it. Invalid with the field "file" where it is no register at all.
func (s *Service) Read(ctx context.Context, consultation uuid.UUID, file io.Reader) (Sheet, error) {
	var in map[string]row
	err := s.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		in, err = rolls(ctx, tx, consultation)
		return err
	})
	if err != nil {
		return Sheet{}, err
	}
	key, err := s.key(ctx, consultation, in)
	if err != nil {
		return Sheet{}, err
	}
	defer clear(key)
	return Read(file, key)
}

// Owner reads the name of who keeps a register.
func Owner(text string) (string, error) {
	var bad []fault.Field
	text = prose.Field{Name: "owner", Max: 120, Needed: true}.Read(text, &bad)
	if len(bad) > 0 {
		return "", fault.Bad(bad...)
	}
	return text, nil
}

// Staged is a roll that was read and is not in force yet.
type Staged struct {
	ID    uuid.UUID
	Owner string
	Sheet Sheet // without members and flaws
	Change
	Same bool // the roll in force says the same: there is nothing to import
}

// Stage keeps a sheet without flaws until Import, in the place of one staged before, and
// compares it with the roll in force.
func (s *Service) Stage(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group, owner string, sheet Sheet) (Staged, error) {
	if sheet.Bad > 0 {
		return Staged{}, fmt.Errorf("roll: stage a sheet of which %d lines are bad", sheet.Bad)
	}
	in, err := rolls(ctx, tx, consultation)
	if err != nil {
		return Staged{}, err
	}
	before, err := members(ctx, tx, consultation, group)
	if err != nil {
		return Staged{}, err
	}
	out := Staged{ID: uuid.New(), Owner: owner, Change: compare(before, sheet.Members)}
	if r, there := in[group]; there && r.Owner == owner && slices.Equal(before, sheet.Members) {
		return Staged{Owner: owner, Change: out.Change, Same: true}, nil
	}
	return out, stage(ctx, tx, out.ID, consultation, group, owner, sheet)
}

// Waiting gives what is staged for a group, compared with the roll in force; false for nothing.
func (s *Service) Waiting(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) (Staged, bool, error) {
	out, packed, found, err := findStaged(ctx, tx, consultation, group)
	if err != nil || !found {
		return Staged{}, false, err
	}
	after, err := unpack(packed)
	if err != nil {
		return Staged{}, false, err
	}
	before, err := members(ctx, tx, consultation, group)
	out.Change, out.Sheet.Lines = compare(before, after), len(after)
	return out, true, err
}

// Import puts a staged roll in force, all of it; recorded says whether its caller writes it
// into the record in the same transaction. Conflict "roll_gone" when another was staged since,
// or it is in force already.
func (s *Service) Import(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, id uuid.UUID, recorded bool) (Roll, Change, error) {
	if err := lock(ctx, tx, consultation); err != nil {
		return Roll{}, Change{}, err
	}
	owner, packed, found, err := takeStaged(ctx, tx, id, consultation, group)
	if err != nil {
		return Roll{}, Change{}, err
	}
	if !found {
		return Roll{}, Change{}, fault.New(fault.Conflict, "roll_gone", "this list was imported already, or another was checked since: check the file again")
	}
	after, err := unpack(packed)
	if err != nil {
		return Roll{}, Change{}, err
	}
	in, err := rolls(ctx, tx, consultation)
	if err != nil {
		return Roll{}, Change{}, err
	}
	key, err := s.key(ctx, consultation, in)
	if err != nil {
		return Roll{}, Change{}, err
	}
	defer clear(key)
	before, err := members(ctx, tx, consultation, group)
	if err != nil {
		return Roll{}, Change{}, err
	}
	change := compare(before, after)
	r := row{Roll: Roll{Owner: owner, N: change.N, Since: tx.Now}, proof: proof(key, consultation), recorded: recorded}
	if err := putRoll(ctx, tx, consultation, group, r); err != nil {
		return Roll{}, Change{}, err
	}
	return r.Roll, change, replaceMembers(ctx, tx, consultation, group, after)
}

// InForce gives a consultation's rolls by group.
func (s *Service) InForce(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]Roll, error) {
	in, err := rolls(ctx, tx, consultation)
	out := make(map[string]Roll, len(in))
	for group, r := range in {
		out[group] = r.Roll
	}
	return out, err
}

// Record gives the rolls that no entry of the record has yet, and marks them: their caller
// writes the entries in the same transaction.
func (s *Service) Record(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]Roll, error) {
	in, err := rolls(ctx, tx, consultation)
	if err != nil {
		return nil, err
	}
	out := map[string]Roll{}
	for group, r := range in {
		if !r.recorded {
			out[group] = r.Roll
		}
	}
	return out, markRecorded(ctx, tx, consultation)
}

// Tickets gives the active tickets of a group's roll in their order, for a draw among them.
func (s *Service) Tickets(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) ([]Ticket, error) {
	all, err := members(ctx, tx, consultation, group)
	var out []Ticket
	for _, m := range all {
		if m.Status == Active {
			out = append(out, m.Ticket)
		}
	}
	return out, err
}

// Standing is how a person stands towards a group's roll.
type Standing struct {
	Roll          // in force; zero without one
	There  bool   // a roll is in force
	Code   bool   // the provider said a fiscal code that is one
	Status Status // of the person, where both are
	Taken  bool   // another account enrolled with this code, or one that left
}

// Stand gives how an account with a fiscal code stands. It only reads, and says nothing of
// anybody else.
func (s *Service) Stand(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group, code string, account uuid.UUID) (Standing, error) {
	st, _, err := s.stand(ctx, tx, consultation, group, code, account)
	return st, err
}

func (s *Service) stand(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group, code string, account uuid.UUID) (st Standing, t Ticket, err error) {
	in, err := rolls(ctx, tx, consultation)
	if err != nil {
		return st, t, err
	}
	r, there := in[group]
	whole, flaw := Fiscal(code)
	st.Roll, st.There, st.Code = r.Roll, there, flaw == ""
	if !st.There || !st.Code {
		return st, t, nil
	}
	key, err := s.key(ctx, consultation, in)
	if err != nil {
		return st, t, err
	}
	defer clear(key)
	t = TicketOf(key, whole)
	if st.Status, err = statusOf(ctx, tx, consultation, group, t); err != nil {
		return st, t, err
	}
	p, found, err := findPlace(ctx, tx, consultation, t)
	st.Taken = found && !(p.account.Valid && p.account.UUID == account)
	return st, t, err
}

// Admit takes a place on a group's roll for an account, in the transaction of its enrolment.
// Conflict "no_roll" without a roll, Forbidden "roll_no_code", "not_on_roll", "roll_suspended"
// or "roll_struck" where the roll does not let it, Conflict "ticket_taken" where somebody holds it.
func (s *Service) Admit(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group, code string, account uuid.UUID) error {
	if err := share(ctx, tx, consultation); err != nil {
		return err
	}
	st, t, err := s.stand(ctx, tx, consultation, group, code, account)
	if err != nil {
		return err
	}
	if err := st.Fits(); err != nil {
		return err
	}
	added, err := addPlace(ctx, tx, consultation, group, t, account)
	if err != nil || added {
		return err
	}
	p, found, err := findPlace(ctx, tx, consultation, t)
	switch {
	case err != nil:
		return err
	case !found || !p.account.Valid || p.account.UUID != account:
		return errTaken
	case p.struck:
		return restore(ctx, tx, consultation, group, t)
	}
	return nil // enrolled already: the enrolment says so
}

var errTaken = fault.New(fault.Conflict, "ticket_taken", "somebody is enrolled with this fiscal code already, or was and left: one person answers once")

// Fits tells why a person cannot enter by the roll; nil when they can.
func (st Standing) Fits() error {
	switch {
	case !st.There:
		return fault.New(fault.Conflict, "no_roll", "the list of this group is not here yet")
	case !st.Code:
		return fault.New(fault.Forbidden, "roll_no_code", "the identity provider did not say your fiscal code: it is needed to look for you on the list")
	case st.Status == Absent:
		return fault.New(fault.Forbidden, "not_on_roll", "you are not on this list")
	case st.Status == Suspended:
		return fault.New(fault.Forbidden, "roll_suspended", "on this list you are suspended")
	case st.Status == Struck:
		return fault.New(fault.Forbidden, "roll_struck", "you were struck off this list")
	case st.Taken:
		return errTaken
	}
	return nil
}

// StruckOff are those whom a look at the statuses found no longer active.
type StruckOff struct {
	Accounts []uuid.UUID    // in the order of their ids
	Gone     map[string]int // by group: those who had left before
}

// People is how many they are.
func (o StruckOff) People() int {
	n := len(o.Accounts)
	for _, gone := range o.Gone {
		n += gone
	}
	return n
}

// Strike looks at all statuses again, and strikes off who is no longer active on their roll.
func (s *Service) Strike(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (StruckOff, error) {
	if err := lock(ctx, tx, consultation); err != nil {
		return StruckOff{}, err
	}
	struck, err := strike(ctx, tx, consultation)
	out := StruckOff{Gone: map[string]int{}}
	for _, p := range struck {
		if p.account.Valid {
			out.Accounts = append(out.Accounts, p.account.UUID)
		} else {
			out.Gone[p.group]++
		}
	}
	slices.SortFunc(out.Accounts, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return out, err
}

// Placed tells which of the accounts hold a place by a ticket, struck off or not.
func (s *Service) Placed(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, accounts []uuid.UUID) ([]uuid.UUID, error) {
	return placed(ctx, tx, consultation, accounts)
}

// Forget leaves the places of an account without it, in the transaction that deletes it: its
// tickets stay taken.
func (s *Service) Forget(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	return forget(ctx, tx, account)
}

// End destroys the key of a consultation's rolls, and its tickets. Repeatable.
func (s *Service) End(ctx context.Context, consultation uuid.UUID) error {
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := lock(ctx, tx, consultation); err != nil {
			return err
		}
		return drop(ctx, tx, consultation)
	})
	if err != nil {
		return fmt.Errorf("roll: end: %w", err)
	}
	switch key, err := s.keys.Read(ctx, keyName(consultation)); {
	case fault.KindOf(err) == fault.NotFound:
		return nil // there never was one
	case err == nil:
		clear(key)
	}
	return s.keys.Destroy(ctx, keyName(consultation))
}
