package application

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel/rowseal"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
)

// Service keeps the applications of consultations. Who may do what is its callers' to say.
type Service struct {
	db   *postgres.DB
	keys Keys
}

// New makes the service on a key store, which all servers of a site share.
func New(db *postgres.DB, keys Keys) *Service { return &Service{db, keys} }

// Counts is how many applications of a group are in each state.
type Counts map[State]int

// Most is how often one person applies for a group.
const Most = 5

var (
	errNone = fault.New(fault.NotFound, "no_application", "there is no such application here")
	// ErrChanged is for an act that fits none of the applications chosen.
	ErrChanged = fault.New(fault.Conflict, "application_changed", "these applications were withdrawn or decided meanwhile: look at the list again")
	errOwn     = fault.New(fault.Conflict, "application_own", "one of these applications is your own: withdraw it, or leave it to who takes your place")
	errUnopen  = fault.New(fault.Conflict, "application_closed", "nobody applies for this group now")
)

// Open makes the key and the lists of the groups of a consultation that is announced.
func (s *Service) Open(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, groups ...string) error {
	if len(groups) == 0 {
		return nil
	}
	key, err := s.keys.Create(ctx, keyName(consultation))
	if err != nil {
		return fmt.Errorf("application: make the key: %w", err)
	}
	defer clear(key)
	for _, group := range groups {
		if err := insertList(ctx, tx, consultation, group, proof(key, consultation)); err != nil {
			return err
		}
	}
	return nil
}

// key gives the key of a consultation's applications; Conflict "application_closed" where no
// group has any.
func (s *Service) key(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]byte, error) {
	in, err := lists(ctx, tx, consultation)
	if err != nil {
		return nil, err
	}
	return s.keyOf(ctx, consultation, in)
}

// keyOf is key for lists that were read.
func (s *Service) keyOf(ctx context.Context, consultation uuid.UUID, in map[string]list) ([]byte, error) {
	for _, l := range in {
		return s.read(ctx, consultation, l.proof)
	}
	return nil, errUnopen
}

// readable gives the keys of the consultations that keep applications. One whose key was
// destroyed or lost is left out: nobody can be found there, and an account whose own applications
// lie elsewhere is not to be blocked by it. What lies under such a key goes with End.
func (s *Service) readable(ctx context.Context, tx *postgres.Tx) (map[uuid.UUID][]byte, error) {
	all, err := live(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID][]byte{}
	for consultation, proof := range all {
		key, err := s.read(ctx, consultation, proof)
		switch kind := fault.KindOf(err); {
		case err == nil:
			out[consultation] = key
		case kind != fault.Conflict && kind != fault.Unavailable:
			return nil, err
		}
	}
	return out, nil
}

// marks are the hashes by which an account is found under keys, beside their consultations.
func marks(keys map[uuid.UUID][]byte, account uuid.UUID) (consultations []uuid.UUID, applicants [][]byte) {
	for consultation, key := range keys {
		consultations, applicants = append(consultations, consultation), append(applicants, mark(key, account))
	}
	return consultations, applicants
}

// Apply stores that an account applies for a group, which asks what asks says. Conflict "application_waits" while another
// application of theirs waits in the consultation, "application_admitted" where they are
// admitted to the group, "application_often" after the fifth.
func (s *Service) Apply(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, account uuid.UUID, who Applicant, asks string) error {
	if err := share(ctx, tx, consultation); err != nil {
		return err
	}
	key, err := s.key(ctx, tx, consultation)
	if err != nil {
		return err
	}
	defer clear(key)
	r := row{Application: Application{ID: uuid.New(), Group: group, Nth: 1}, applicant: mark(key, account)}
	if asks == protocol.AsksNumber {
		r.number = numberMark(key, group, who.Detail)
	}
	before, err := ofApplicants(ctx, tx, []uuid.UUID{consultation}, [][]byte{r.applicant})
	if err != nil {
		return err
	}
	for _, b := range before {
		switch {
		case b.State == Waiting:
			return errWaits
		case b.Group != group:
		case b.State == Admitted:
			return fault.New(fault.Conflict, "application_admitted", "you are admitted to this group already: enrol")
		default:
			r.Nth = max(r.Nth, b.Nth+1)
		}
	}
	if r.Nth > Most {
		return fault.New(fault.Conflict, "application_often", fmt.Sprintf("you have applied %d times for this group: speak with its secretary", Most)).With("most", Most)
	}
	if r.sealed, err = seal(key, applicantDomain, r.ID, pack(applicantSize, who.Name, who.Detail)); err != nil {
		return err
	}
	added, err := insert(ctx, tx, consultation, r)
	if err == nil && !added { // of two at once
		err = errWaits
	}
	return err
}

var errWaits = fault.New(fault.Conflict, "application_waits", "an application of yours waits in this consultation: one waits at a time")

const (
	applicantDomain = "applicant data v1"
	reasonDomain    = "application reason v1"
)

// opened opens what is kept of applicants and of why they were refused.
func opened(key []byte, rows []row) ([]Application, error) {
	applicants, err := rowseal.New(key, applicantDomain)
	if err != nil {
		return nil, err
	}
	reasons, err := rowseal.New(key, reasonDomain)
	if err != nil {
		return nil, err
	}
	out := make([]Application, len(rows))
	for i, r := range rows {
		text, err := applicants.Open(r.ID, r.sealed)
		if err != nil {
			return nil, err
		}
		if err := unpack(text, &r.Name, &r.Detail); err != nil {
			return nil, err
		}
		if r.words != nil {
			if text, err = reasons.Open(r.ID, r.words); err != nil {
				return nil, err
			}
			if err := unpack(text, &r.Reason); err != nil {
				return nil, err
			}
		}
		out[i] = r.Application
	}
	return out, nil
}

// Own gives an account's applications in a consultation, the newest of each group first.
func (s *Service) Own(ctx context.Context, tx *postgres.Tx, consultation, account uuid.UUID) ([]Application, error) {
	in, err := lists(ctx, tx, consultation)
	if err != nil || len(in) == 0 {
		return nil, err
	}
	key, err := s.keyOf(ctx, consultation, in)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	rows, err := ofApplicants(ctx, tx, []uuid.UUID{consultation}, [][]byte{mark(key, account)})
	if err != nil {
		return nil, err
	}
	return opened(key, rows)
}

// Everywhere gives an account's applications by consultation, where there are some that this
// server can find.
func (s *Service) Everywhere(ctx context.Context, tx *postgres.Tx, account uuid.UUID) (map[uuid.UUID][]Application, error) {
	keys, err := s.readable(ctx, tx)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	defer func() {
		for _, key := range keys {
			clear(key)
		}
	}()
	consultations, applicants := marks(keys, account)
	rows, err := ofApplicants(ctx, tx, consultations, applicants)
	if err != nil {
		return nil, err
	}
	of := map[uuid.UUID][]row{}
	for _, r := range rows {
		of[r.consultation] = append(of[r.consultation], r)
	}
	out := map[uuid.UUID][]Application{}
	for consultation, rows := range of {
		if out[consultation], err = opened(keys[consultation], rows); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Stand gives where an account stands towards a group. It only reads.
func (s *Service) Stand(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, account uuid.UUID) (Standing, error) {
	own, err := s.Own(ctx, tx, consultation, account)
	var out Standing
	for _, a := range own {
		if a.Group == group {
			out.Own = append(out.Own, a)
		}
	}
	return out, err
}

// Admit tells, in the transaction of an enrolment, whether an account is admitted to a group:
// nil, or the fault of Standing.Fits. It writes nothing: no row says that an admission was used.
func (s *Service) Admit(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, account uuid.UUID) error {
	if err := share(ctx, tx, consultation); err != nil {
		return err
	}
	in, err := lists(ctx, tx, consultation)
	if err != nil {
		return err
	}
	if len(in) == 0 {
		return Standing{}.Fits()
	}
	key, err := s.key(ctx, tx, consultation)
	if err != nil {
		return err
	}
	defer clear(key)
	fits, err := admitted(ctx, tx, consultation, group, mark(key, account))
	if err != nil || fits {
		return err
	}
	standing, err := s.Stand(ctx, tx, consultation, group, account)
	if err != nil {
		return err
	}
	return standing.Fits()
}

// Withdraw takes back an account's application that waits; NotFound where it does not.
func (s *Service) Withdraw(ctx context.Context, tx *postgres.Tx, consultation, account, id uuid.UUID) error {
	if err := lock(ctx, tx, consultation); err != nil {
		return err
	}
	key, err := s.key(ctx, tx, consultation)
	if err != nil {
		return err
	}
	defer clear(key)
	done, err := removeWaiting(ctx, tx, consultation, id, mark(key, account))
	if err == nil && !done {
		err = errNone
	}
	return err
}

// Count gives how many applications of each group are in each state.
func (s *Service) Count(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]Counts, error) {
	return counts(ctx, tx, consultation)
}

// Done is what an act came to.
type Done struct {
	N     int // applications that stand as the act makes them
	Other int // that were withdrawn, or decided otherwise meanwhile
}

// Decide does an act about some of a group's applications, with the words that a refusal and a
// revocation need. Those that stand as the act makes them stay (a button pressed twice), and
// those that it does not fit. Invalid with the field "reason"; Conflict "application_changed"
// where it fits none, "application_own" where one is of who decides.
func (s *Service) Decide(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, ids []uuid.UUID, act Act, reason string, by office.Actor) (Done, error) {
	from, to, known := act.step()
	if !known || len(ids) == 0 {
		return Done{}, errNone
	}
	var bad []fault.Field
	if act.Reasoned() {
		reason = prose.Field{Name: "reason", Max: ReasonMost, Needed: true}.Read(reason, &bad)
	}
	if len(bad) > 0 {
		return Done{}, fault.Bad(bad...)
	}
	if err := lock(ctx, tx, consultation); err != nil {
		return Done{}, err
	}
	key, err := s.key(ctx, tx, consultation)
	if err != nil {
		return Done{}, err
	}
	defer clear(key)
	if err := Heap.Share(ctx, tx); err != nil {
		return Done{}, err
	}
	rows, err := some(ctx, tx, consultation, group, ids)
	if err != nil {
		return Done{}, err
	}
	own := mark(key, by.Account)
	if slices.ContainsFunc(rows, func(r row) bool { return bytes.Equal(r.applicant, own) }) {
		return Done{}, errOwn
	}
	out, admissions := Done{Other: len(ids) - len(rows)}, 0
	for _, r := range rows {
		if r.State == to {
			out.N++
			continue
		}
		if r.State != from {
			out.Other++
			continue
		}
		again := true
		if act == Admit {
			if again, err = everAdmitted(ctx, tx, r, consultation); err != nil {
				return Done{}, err
			}
		}
		there, err := s.put(ctx, tx, key, r, act, reason, by.Office)
		switch {
		case err != nil:
			return Done{}, err
		case !there:
			out.Other++
			continue
		}
		if out.N++; !again {
			admissions++
		}
	}
	if out.N == 0 {
		return out, ErrChanged
	}
	if admissions == 0 {
		return out, nil
	}
	return out, addAdmissions(ctx, tx, consultation, group, admissions)
}

// put stores a decision about one application; false where it is gone meanwhile.
func (s *Service) put(ctx context.Context, tx *postgres.Tx, key []byte, r row, act Act, reason string, by office.ID) (bool, error) {
	var words []byte
	if act.Reasoned() {
		var err error
		if words, err = seal(key, reasonDomain, r.ID, pack(reasonSize, reason)); err != nil {
			return false, err
		}
	}
	if act == Revoke {
		return revoke(ctx, tx, r.ID, by, words)
	}
	_, to, _ := act.step()
	return decide(ctx, tx, r.ID, to, by, words)
}

// Record gives the groups of which the record does not have how many admissions there were, with
// that number, and marks them: their caller writes the entries in the same transaction.
func (s *Service) Record(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]int, error) {
	if err := lock(ctx, tx, consultation); err != nil {
		return nil, err
	}
	in, err := lists(ctx, tx, consultation)
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	for group, l := range in {
		if !l.recorded.Valid || int(l.recorded.Int64) < l.admissions {
			out[group] = l.admissions
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, markRecorded(ctx, tx, consultation)
}

// Forget deletes the applications of an account that this server can find, in the transaction
// that deletes it.
func (s *Service) Forget(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	keys, err := s.readable(ctx, tx)
	if err != nil || len(keys) == 0 {
		return err
	}
	consultations, applicants := marks(keys, account)
	for _, key := range keys {
		clear(key)
	}
	if err := Heap.Share(ctx, tx); err != nil {
		return err
	}
	return forget(ctx, tx, consultations, applicants)
}

// Join ends the applications whose key was destroyed, at start: a restored database has lists
// from before the end of their panel.
func (s *Service) Join(ctx context.Context) error {
	var all map[uuid.UUID][]byte
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		all, err = live(ctx, tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("application: look for destroyed keys: %w", err)
	}
	for consultation := range all {
		key, err := s.keys.Read(ctx, keyName(consultation))
		clear(key)
		if fault.KindOf(err) != fault.Conflict {
			continue // what is wrong with a key is said where it is needed
		}
		if err := s.End(ctx, consultation); err != nil {
			return err
		}
	}
	return nil
}

// End destroys the key of a consultation's applications, and all that lies under it. Repeatable.
func (s *Service) End(ctx context.Context, consultation uuid.UUID) error {
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := lock(ctx, tx, consultation); err != nil {
			return err
		}
		return drop(ctx, tx, consultation)
	})
	if err != nil {
		return fmt.Errorf("application: end: %w", err)
	}
	switch key, err := s.keys.Read(ctx, keyName(consultation)); {
	case fault.KindOf(err) == fault.NotFound:
		return nil // there never was one
	case err == nil:
		clear(key)
	}
	return s.keys.Destroy(ctx, keyName(consultation))
}
