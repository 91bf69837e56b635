package invitation

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/civiltime"
	"delfi/internal/fault"
	"delfi/internal/panel/rowseal"
	"delfi/internal/platform/postgres"
)

// Service keeps the invitations of consultations. Who may make one is its callers' to say.
type Service struct {
	db   *postgres.DB
	keys Keys
}

// New makes the service on a key store, which all servers of a site share.
func New(db *postgres.DB, keys Keys) *Service { return &Service{db, keys} }

// List is what is known of a group's invitations.
type List struct {
	N     int       // invitations that were made, those revoked included
	Since time.Time // the day of the last import
	Until string    // the last day on which codes work, e.g. "2026-05-31"; "" for as long as enrolment is open
}

// Over tells whether no code of the list works on a day, e.g. "2026-06-01".
func (l List) Over(day string) bool { return l.Until != "" && day > l.Until }

// Invitation is one guest's, as those see it who invite.
type Invitation struct {
	ID uuid.UUID
	Guest
	Edition int // of its code, from 1
	Revoked bool
}

// Change compares a file with the invitations that there are.
type Change struct {
	Came    int // are invited by it
	Changed int // were invited, under another name or in another place
}

// Any tells whether the file changes anything.
func (c Change) Any() bool { return c != Change{} }

// Staged is a file that was read and is not imported.
type Staged struct {
	ID    uuid.UUID
	Sheet Sheet // without guests and flaws
	Change
}

// Read reads a file for a group. Nothing is stored. Invalid with the field "file" where it is
// no list of addresses at all.
func (s *Service) Read(ctx context.Context, consultation uuid.UUID, group string, file io.Reader) (Sheet, error) {
	var in map[string]list
	of := map[[32]byte]string{}
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		if in, err = lists(ctx, tx, consultation); err != nil {
			return err
		}
		all, err := invitations(ctx, tx, consultation)
		for _, i := range all {
			of[i.mark] = i.group
		}
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
	return read(file, key, group, of)
}

// Stage keeps a sheet without flaws until Import, in the place of one staged before. One that
// changes nothing is not kept.
func (s *Service) Stage(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, sheet Sheet) (Staged, error) {
	if sheet.Bad > 0 {
		return Staged{}, fmt.Errorf("invitation: stage a sheet of which %d lines are bad", sheet.Bad)
	}
	key, err := s.keyIn(ctx, tx, consultation)
	if err != nil {
		return Staged{}, err
	}
	defer clear(key)
	plan, err := compare(ctx, tx, key, consultation, group, sheet.Guests)
	if err != nil || !plan.Any() {
		return Staged{}, err
	}
	out := Staged{ID: uuid.New(), Sheet: sheet, Change: plan.Change}
	sealed, err := seal(key, out.ID, pack(sheet.Guests))
	if err != nil {
		return Staged{}, err
	}
	return out, stage(ctx, tx, out.ID, consultation, group, sealed, sheet)
}

// Waiting gives what is staged for a group, compared with the invitations that there are; false
// for nothing.
func (s *Service) Waiting(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) (Staged, bool, error) {
	out, sealed, found, err := findStaged(ctx, tx, consultation, group)
	if err != nil || !found {
		return Staged{}, false, err
	}
	key, err := s.keyIn(ctx, tx, consultation)
	if err != nil {
		return Staged{}, false, err
	}
	defer clear(key)
	guests, err := opened(key, out.ID, sealed)
	if err != nil {
		return Staged{}, false, err
	}
	plan, err := compare(ctx, tx, key, consultation, group, guests)
	out.Change, out.Sheet.Lines = plan.Change, len(guests)
	return out, true, err
}

// Imported is what an import did.
type Imported struct {
	List
	Change
	New []uuid.UUID // invitations that were made, in the order of their random ids
}

// Import invites those of a staged file who are not invited, and keeps others' names and places
// as the file has them; nobody's code changes, and nobody is revoked. Conflict
// "invitations_gone" when another file was staged since, or it is imported already.
func (s *Service) Import(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, id uuid.UUID) (Imported, error) {
	if err := lock(ctx, tx, consultation); err != nil {
		return Imported{}, err
	}
	sealed, found, err := takeStaged(ctx, tx, id, consultation, group)
	if err != nil {
		return Imported{}, err
	}
	if !found {
		return Imported{}, fault.New(fault.Conflict, "invitations_gone", "these addresses were loaded already, or another file was checked since: check the file again")
	}
	key, err := s.keyIn(ctx, tx, consultation)
	if err != nil {
		return Imported{}, err
	}
	defer clear(key)
	guests, err := opened(key, id, sealed)
	if err != nil {
		return Imported{}, err
	}
	plan, err := compare(ctx, tx, key, consultation, group, guests)
	if err != nil {
		return Imported{}, err
	}
	in, err := lists(ctx, tx, consultation)
	if err != nil {
		return Imported{}, err
	}
	out := Imported{List: List{N: plan.before + plan.Came, Since: tx.Now, Until: in[group].Until}, Change: plan.Change}
	if err := putList(ctx, tx, consultation, group, out.List, proof(key, consultation)); err != nil {
		return Imported{}, err
	}
	// In the order of their ids, which is not that of the file.
	slices.SortFunc(plan.rows, func(a, b row) int { return bytes.Compare(a.id[:], b.id[:]) })
	for _, r := range plan.rows {
		if r.made {
			out.New = append(out.New, r.id)
		}
	}
	return out, putInvitations(ctx, tx, plan.rows)
}

// plan is what importing guests would write.
type plan struct {
	Change
	before int // invitations of the group
	rows   []row
}

// compare plans an import.
func compare(ctx context.Context, tx *postgres.Tx, key []byte, consultation uuid.UUID, group string, guests []Guest) (plan, error) {
	there, err := invitations(ctx, tx, consultation)
	if err != nil {
		return plan{}, err
	}
	var out plan
	of := map[[32]byte]row{}
	for _, i := range there {
		of[i.mark] = i
		if i.group == group {
			out.before++
		}
	}
	for _, g := range guests {
		r, known := of[g.mark(key)]
		switch {
		case known && r.group != group:
			return plan{}, fault.New(fault.Conflict, "invitations_gone", "somebody of this file was invited into another group since it was checked: check the file again")
		case known:
			before, err := r.guest(key)
			if err != nil {
				return plan{}, err
			}
			if before == g {
				continue
			}
			out.Changed++
		default:
			out.Came++
			r = row{id: uuid.New(), consultation: consultation, group: group, mark: g.mark(key), edition: 1, made: true}
			r.code = codeOf(key, consultation, r.id, r.edition).lookup(key)
		}
		if r.sealed, err = seal(key, r.id, g.encode()); err != nil {
			return plan{}, err
		}
		out.rows = append(out.rows, r)
	}
	return out, nil
}

// guest opens what is kept of a guest.
func (r row) guest(key []byte) (Guest, error) {
	text, err := open(key, r.id, r.sealed)
	if err != nil {
		return Guest{}, err
	}
	return decode(text)
}

func opened(key []byte, id uuid.UUID, sealed []byte) ([]Guest, error) {
	text, err := open(key, id, sealed)
	if err != nil {
		return nil, err
	}
	return unpack(text)
}

// keyIn is key in the caller's transaction.
func (s *Service) keyIn(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]byte, error) {
	in, err := lists(ctx, tx, consultation)
	if err != nil {
		return nil, err
	}
	return s.key(ctx, consultation, in)
}

// Until sets the last day on which a group's codes work, "" for as long as enrolment is open.
// NotFound where nobody is invited.
func (s *Service) Until(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group, day string) error {
	if err := lock(ctx, tx, consultation); err != nil {
		return err
	}
	there, err := setUntil(ctx, tx, consultation, group, day)
	if err == nil && !there {
		err = errNone
	}
	return err
}

var errNone = fault.New(fault.NotFound, "no_invitation", "there is no such invitation here")

// Lists gives a consultation's lists by group.
func (s *Service) Lists(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]List, error) {
	in, err := lists(ctx, tx, consultation)
	out := make(map[string]List, len(in))
	for group, l := range in {
		out[group] = l.List
	}
	return out, err
}

// Record gives the lists of which the record does not have every invitation, and marks them:
// their caller writes the entries in the same transaction.
func (s *Service) Record(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) (map[string]List, error) {
	in, err := lists(ctx, tx, consultation)
	if err != nil {
		return nil, err
	}
	out := map[string]List{}
	for group, l := range in {
		if l.recorded < l.N {
			out[group] = l.List
		}
	}
	return out, markRecorded(ctx, tx, consultation)
}

// Of gives the invitations of a group, in the order of their guests' names: neither that of the
// file nor that of letters.
func (s *Service) Of(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) ([]Invitation, error) {
	key, rows, err := s.rows(ctx, tx, consultation, group)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	out := make([]Invitation, len(rows))
	for i, r := range rows {
		g, err := r.guest(key)
		if err != nil {
			return nil, err
		}
		out[i] = Invitation{ID: r.id, Guest: g, Edition: r.edition, Revoked: r.code == nil}
	}
	slices.SortFunc(out, func(a, b Invitation) int {
		return cmp.Or(cmp.Compare(folded(a.Name), folded(b.Name)), cmp.Compare(a.Email, b.Email), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return out, nil
}

// rows gives the rows of a group with the key that opens them.
func (s *Service) rows(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) ([]byte, []row, error) {
	all, err := invitations(ctx, tx, consultation)
	if err != nil {
		return nil, nil, err
	}
	all = slices.DeleteFunc(all, func(r row) bool { return r.group != group })
	if len(all) == 0 {
		return nil, nil, nil
	}
	key, err := s.keyIn(ctx, tx, consultation)
	return key, all, err
}

// Codes gives the codes of invitations that work, for letters: who may read them is the
// caller's to say.
func (s *Service) Codes(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string) (map[uuid.UUID]Code, error) {
	key, rows, err := s.rows(ctx, tx, consultation, group)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	out := map[uuid.UUID]Code{}
	for _, r := range rows {
		if r.code != nil {
			out[r.id] = codeOf(key, consultation, r.id, r.edition)
		}
	}
	return out, nil
}

// Find gives an invitation with its group and its code; false for one that is gone or revoked.
func (s *Service) Find(ctx context.Context, tx *postgres.Tx, consultation, id uuid.UUID) (Guest, string, Code, bool, error) {
	r, found, err := find(ctx, tx, consultation, id)
	if err != nil || !found || r.code == nil {
		return Guest{}, "", Code{}, false, err
	}
	key, err := s.keyIn(ctx, tx, consultation)
	if err != nil {
		return Guest{}, "", Code{}, false, err
	}
	defer clear(key)
	g, err := r.guest(key)
	return g, r.group, codeOf(key, consultation, id, r.edition), err == nil, err
}

// Renew gives an invitation of a group another code: the one before works no more. Whether it
// was used stays as it was, and is not said. NotFound where there is none.
func (s *Service) Renew(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, id uuid.UUID) (Guest, error) {
	r, err := s.held(ctx, tx, consultation, group, id)
	if err != nil {
		return Guest{}, err
	}
	key, err := s.keyIn(ctx, tx, consultation)
	if err != nil {
		return Guest{}, err
	}
	defer clear(key)
	g, err := r.guest(key)
	if err != nil {
		return Guest{}, err
	}
	r.edition++
	return g, setCode(ctx, tx, id, codeOf(key, consultation, id, r.edition).lookup(key), r.edition)
}

// Revoke takes an invitation's code back. Who has used it stays on the panel, and whether
// somebody did is not said. NotFound where there is none.
func (s *Service) Revoke(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, id uuid.UUID) error {
	r, err := s.held(ctx, tx, consultation, group, id)
	if err != nil {
		return err
	}
	return setCode(ctx, tx, id, nil, r.edition)
}

// held locks a consultation's invitations, and gives one of a group.
func (s *Service) held(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, group string, id uuid.UUID) (row, error) {
	if err := lock(ctx, tx, consultation); err != nil {
		return row{}, err
	}
	r, found, err := find(ctx, tx, consultation, id)
	if err == nil && (!found || r.group != group) {
		err = errNone
	}
	return r, err
}

// Admit uses a typed code in the transaction of an enrolment, and gives the group that it
// opens. Invalid with field "code" names the typing error, that the code is of another
// consultation, works no more or never did ("invite_unknown"), is of a list whose last day has
// passed ("invite_over"), or was used ("invite_used").
func (s *Service) Admit(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, typed string) (string, error) {
	code, err := readCode(consultation, typed)
	if err != nil {
		return "", err
	}
	if err := share(ctx, tx, consultation); err != nil {
		return "", err
	}
	in, err := lists(ctx, tx, consultation)
	if err != nil {
		return "", err
	}
	if len(in) == 0 {
		return "", unknown()
	}
	key, err := s.key(ctx, consultation, in)
	if err != nil {
		return "", err
	}
	defer clear(key)
	id, group, found, err := findCode(ctx, tx, consultation, code.lookup(key))
	if err != nil {
		return "", err
	}
	if !found {
		return "", unknown()
	}
	if l := in[group]; l.Over(civiltime.Date(tx.Now)) {
		return "", badCode("invite_over", "the codes of this group worked until a day that has passed", map[string]any{"day": l.Until})
	}
	added, err := use(ctx, tx, consultation, rowseal.Derive(key, "invitation used v1", id[:]))
	if err == nil && !added {
		err = badCode("invite_used", "this code was used already: it opens one enrolment", nil)
	}
	return group, err
}

func unknown() error {
	return badCode("invite_unknown", "no invitation to this consultation has this code now", nil)
}

// End destroys the key of a consultation's invitations, and all that lies under it. Repeatable.
func (s *Service) End(ctx context.Context, consultation uuid.UUID) error {
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := lock(ctx, tx, consultation); err != nil {
			return err
		}
		return drop(ctx, tx, consultation)
	})
	if err != nil {
		return fmt.Errorf("invitation: end: %w", err)
	}
	switch key, err := s.keys.Read(ctx, keyName(consultation)); {
	case fault.KindOf(err) == fault.NotFound:
		return nil // there never was one
	case err == nil:
		clear(key)
	}
	return s.keys.Destroy(ctx, keyName(consultation))
}
