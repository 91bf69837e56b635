package library

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/internal/library/clean"
	"delfi/internal/platform/blob"
	"delfi/internal/platform/job"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
)

// Service has the use cases of libraries.
type Service struct {
	db     *postgres.DB
	files  blob.Store
	record *ledger.Service
	owner  Owner
}

// New makes the service and registers its job, which sweeps files.
func New(db *postgres.DB, q *job.Queue, files blob.Store, record *ledger.Service, owner Owner) *Service {
	s := &Service{db: db, files: files, record: record, owner: owner}
	job.On(q, s.Sweep)
	job.Every(q, sweepEvery, Sweep{})
	return s
}

// allowed asks whether an actor may change a space's library, before anything is read or
// stored for them.
func (s *Service) allowed(ctx context.Context, actor account.Actor, space uuid.UUID) error {
	return s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		g, err := s.owner(ctx, tx, actor, space, false)
		if err != nil {
			return err
		}
		return g.Refused
	})
}

// act runs an act on a library whose space is locked.
func (s *Service) act(ctx context.Context, actor account.Actor, space uuid.UUID, do func(ctx context.Context, tx *postgres.Tx, g Ground) error) error {
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		g, err := s.owner(ctx, tx, actor, space, true)
		if err != nil {
			return err
		}
		if g.Refused != nil {
			return g.Refused
		}
		return do(ctx, tx, g)
	})
}

// Added is a document as an act left it, with what was removed from its file.
type Added struct {
	Number  int
	Removed []clean.Removed
}

// Add adds a document, of a file or, with nil, of a link. The same sent twice is one.
// Invalid names what is to be mended, also in the file; "file" is refused by its name
// before it is read. Conflict "library_full".
func (s *Service) Add(ctx context.Context, actor account.Actor, space uuid.UUID, f Form, file *Upload) (Added, error) {
	v, err := s.prepare(ctx, actor, space, f, file, false)
	if err != nil {
		return Added{}, err
	}
	var number int
	err = s.act(ctx, actor, space, func(ctx context.Context, tx *postgres.Tx, g Ground) error {
		last, n, err := newest(ctx, tx, space)
		if err != nil {
			return err
		}
		if number = last.Number; n > 0 && len(last.Versions) == 1 && !last.Withdrawn && last.Current().says(v) {
			return nil // the button was pressed twice
		}
		if n >= maxDocuments {
			return errFull
		}
		d := Document{ID: uuid.New(), Space: space, Number: last.Number + 1, Versions: []Version{v}}
		number = d.Number
		if err := insertDocument(ctx, tx, d); err != nil {
			return err
		}
		return s.put(ctx, tx, g, actor, d, "document-add")
	})
	return Added{number, v.File.Removed}, err
}

// Revise makes a new version of a document: other words, another file, a link in its
// place. seen is the number of the version that the actor saw: Conflict "document_changed"
// when it is not the newest, unless the newest is the same. Without file and link the file of
// before stays. Nothing is done when nothing is new.
func (s *Service) Revise(ctx context.Context, actor account.Actor, space uuid.UUID, number, seen int, f Form, file *Upload) (Added, error) {
	v, err := s.prepare(ctx, actor, space, f, file, true)
	if err != nil {
		return Added{}, err
	}
	err = s.act(ctx, actor, space, func(ctx context.Context, tx *postgres.Tx, g Ground) error {
		d, err := find(ctx, tx, space, number)
		if err != nil {
			return err
		}
		kind := "document-replace"
		if file == nil && v.Link == "" {
			if !d.Current().IsFile() {
				return refused("file_or_link", "or a link is needed", nil)
			}
			v.File, kind = d.Current().File, "document-edit"
		} else if v.Link != "" && v.Link == d.Current().Link {
			kind = "document-edit"
		}
		switch {
		case d.Withdrawn:
			return errGone
		case d.Current().says(v):
			return nil // pressed twice, or nothing is new
		case d.Current().Number != seen:
			return errChanged
		case len(d.Versions) >= maxVersions:
			return errLong
		}
		v.Number = seen + 1
		d.Versions = append([]Version{v}, d.Versions...)
		return s.put(ctx, tx, g, actor, d, kind)
	})
	return Added{number, v.File.Removed}, err
}

// prepare asks whether an actor may, checks what is typed, and only then reads the file.
func (s *Service) prepare(ctx context.Context, actor account.Actor, space uuid.UUID, f Form, file *Upload, kept bool) (Version, error) {
	if err := s.allowed(ctx, actor, space); err != nil {
		return Version{}, err
	}
	v, err := f.read(file != nil, kept)
	if err != nil || file == nil {
		return v, err
	}
	v.File, err = s.store(ctx, *file)
	return v, err
}

// put writes the newest version of a document, makes it findable, and records the act.
func (s *Service) put(ctx context.Context, tx *postgres.Tx, g Ground, actor account.Actor, d Document, kind string) error {
	v := d.Current()
	v.Number, v.AddedOn = max(v.Number, 1), tx.Now
	d.Versions[0] = v
	if v.IsFile() {
		if err := blob.Use(ctx, tx, s.files, v.File.Digest); err != nil {
			return err
		}
	}
	if err := insertVersion(ctx, tx, d.ID, v); err != nil {
		return err
	}
	if !g.Public {
		return nil
	}
	if err := findable(ctx, tx, g, d); err != nil {
		return err
	}
	return s.note(ctx, tx, g, actor, d, kind, "")
}

// note records an act on a document.
func (s *Service) note(ctx context.Context, tx *postgres.Tx, g Ground, actor account.Actor, d Document, kind, reason string) error {
	return s.record.Append(ctx, tx, ledger.Entry{
		Consultation: g.Record, Type: ledger.Act, Role: string(g.Role), Name: actor.Name, Kind: kind,
		Target: fmt.Sprintf("document %d", d.Number), Reason: reason,
		Body: ledger.Body(map[string]any{"document": d.Number, "version": d.Current().Number, "digest": d.Current().Digest()}),
	})
}

// Digest is how the record names what a version gives to read: the SHA-256 of the file, or
// of the link's address.
func (v Version) Digest() string {
	if v.IsFile() {
		return v.File.Digest.String()
	}
	sum := sha256.Sum256([]byte(v.Link))
	return hex.EncodeToString(sum[:])
}

// Withdraw takes a document away, with a reason that is public; in a space that nobody
// reads yet it is deleted, and needs none. Again it does nothing.
func (s *Service) Withdraw(ctx context.Context, actor account.Actor, space uuid.UUID, number, seen int, reason string) error {
	return s.act(ctx, actor, space, func(ctx context.Context, tx *postgres.Tx, g Ground) error {
		d, err := find(ctx, tx, space, number)
		if fault.KindOf(err) == fault.NotFound && !g.Public {
			return nil // pressed twice
		}
		if err != nil {
			return err
		}
		var bad []fault.Field
		reason := prose.Field{Name: "reason", Max: maxReason, Needed: g.Public, Line: true}.Read(reason, &bad)
		switch {
		case d.Withdrawn:
			return nil
		case len(bad) > 0:
			return fault.Bad(bad...)
		case d.Current().Number != seen:
			return errChanged
		case !g.Public:
			return deleteDocument(ctx, tx, d.ID)
		}
		if err := withdraw(ctx, tx, d.ID, reason); err != nil {
			return err
		}
		if err := unfindable(ctx, tx, d); err != nil {
			return err
		}
		return s.note(ctx, tx, g, actor, d, "document-withdraw", reason)
	})
}

// Listed gives the documents that everybody may read, by number: none of a space that
// nobody reads yet.
func (s *Service) Listed(ctx context.Context, actor account.Actor, space uuid.UUID) ([]Document, error) {
	var out []Document
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		g, err := s.owner(ctx, tx, actor, space, false)
		if err != nil || !g.Public {
			return err
		}
		out, err = list(ctx, tx, space)
		return err
	})
	return out, err
}

// Desk gives all documents to those who may change them, and whether everybody reads them.
func (s *Service) Desk(ctx context.Context, actor account.Actor, space uuid.UUID) (all []Document, public bool, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		g, err := s.owner(ctx, tx, actor, space, false)
		if err != nil {
			return err
		}
		if g.Refused != nil {
			return g.Refused
		}
		public = g.Public
		all, err = list(ctx, tx, space)
		return err
	})
	return all, public, err
}

// Opened is the file of a version, as it was stored; the caller closes it.
type Opened struct {
	Version
	blob.Blob
	Public bool // everybody may read it
}

// Open opens the file of a version. NotFound for a link, NotFound "document_withdrawn" for
// a document that was. Before everybody may read a library, those may who change it.
func (s *Service) Open(ctx context.Context, actor account.Actor, space uuid.UUID, number, version int) (Opened, error) {
	var o Opened
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		g, err := s.owner(ctx, tx, actor, space, false)
		if err != nil {
			return err
		}
		if !g.Public && g.Refused != nil {
			return errNone
		}
		o.Public = g.Public
		d, err := find(ctx, tx, space, number)
		if err != nil {
			return err
		}
		var there bool
		if o.Version, there = d.Version(version); !there || !o.IsFile() {
			return errNone
		}
		if d.Withdrawn {
			return fault.New(fault.NotFound, errGone.Code, errGone.Message)
		}
		return nil
	})
	if err != nil {
		return Opened{}, err
	}
	o.Blob, err = s.files.Open(ctx, o.File.Digest)
	return o, err
}
