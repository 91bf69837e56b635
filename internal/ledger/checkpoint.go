package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// checkpoint is a log's size and root; note is the signed note that it came in, if
// it did.
type checkpoint struct {
	leaf.Checkpoint
	note []byte
}

// parseCheckpoint reads a signed note without looking at its signatures.
func parseCheckpoint(signed []byte) (checkpoint, error) {
	body, _, found := bytes.Cut(signed, []byte("\n\n"))
	if !found {
		return checkpoint{}, errors.New("is no signed checkpoint")
	}
	c, err := parseText(string(body) + "\n")
	c.note = signed
	return c, err
}

func parseText(text string) (checkpoint, error) {
	c, err := leaf.ParseCheckpoint(text)
	if err != nil {
		err = fmt.Errorf("is no checkpoint: %w", err)
	}
	return checkpoint{Checkpoint: c}, err
}

// signedBy returns an error unless the note is signed by a verifier key.
func (c checkpoint) signedBy(vkey string) error {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	_, err = note.Open(c.note, note.VerifierList(v))
	return err
}

// Checkpoint gives the signed checkpoint of what is committed, with the lines of
// the witnesses who signed the same. It is stored in the checkpoint file first.
func (s *Service) Checkpoint(ctx context.Context) ([]byte, error) {
	c, lines, err := s.present(ctx)
	if err != nil {
		return nil, err
	}
	return join(c.note, lines), nil
}

// Present gives the size and the root (base64) of the newest checkpoint, for people.
func (s *Service) Present(ctx context.Context) (size int64, root string, err error) {
	c, _, err := s.present(ctx)
	return c.Size, c.Root.String(), err
}

func (s *Service) present(ctx context.Context) (c checkpoint, lines []string, err error) {
	if s.bad != nil {
		return c, nil, s.bad
	}
	// Read before the snapshot, which then contains it.
	stored, err := s.file.read()
	if err != nil {
		return c, nil, err
	}
	var l log
	var p prefix
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if l, err = newest(ctx, tx); err != nil {
			return err
		}
		if err := consistent(ctx, tx, l, stored); err != nil {
			return err
		}
		if l.number == 0 {
			return fault.New(fault.Unavailable, "no_log", "the public record has not begun")
		}
		if c, err = treeOf(ctx, tx, l); err != nil {
			return err
		}
		if p, err = s.hash(ctx, tx, l, stored, c); err != nil {
			return err
		}
		lines, err = s.lines(ctx, tx, l, c)
		return err
	})
	if err != nil {
		return c, nil, errors.Join(err, s.store(ctx, l, err))
	}
	c.note, err = s.signedOf(ctx, l, c, p)
	return c, lines, err
}

// signedOf signs a checkpoint once, and returns the same note from then on. Its entries
// are those of p.
func (s *Service) signedOf(ctx context.Context, l log, c checkpoint, p prefix) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.signed.Text() == c.Text() {
		return s.signed.note, nil
	}
	signer, err := s.signer(ctx, l)
	if err != nil {
		return nil, err
	}
	if c.note, err = note.Sign(&note.Note{Text: c.Text()}, signer); err != nil {
		return nil, fmt.Errorf("signing the record: %w", err)
	}
	if err := s.file.write(c); err != nil {
		return nil, err
	}
	if s.signed = c; s.hashed.log != p.log || s.hashed.size < p.size {
		s.hashed = p
	}
	return c.note, nil
}

// Hand is the signer of texts other than checkpoints, with the key of the log that was the
// newest when it was made. It holds the key and reads nothing; a cache of it is valid
// until the record changes, since a successor signs with another key.
type Hand struct {
	origin string
	signer note.Signer
}

// Hand returns the signer of the newest log; Unavailable "no_log" before the record began.
func (s *Service) Hand(ctx context.Context, tx *postgres.Tx) (Hand, error) {
	l, err := newest(ctx, tx)
	if err != nil {
		return Hand{}, err
	}
	if l.number == 0 {
		return Hand{}, fault.New(fault.Unavailable, "no_log", "the public record has not begun")
	}
	signer, err := s.signer(ctx, l)
	return Hand{origin: l.origin, signer: signer}, err
}

// Sign signs a text (its lines LF-ended). A checkpoint is not signed this way: it
// could say what the log does not hold.
func (h Hand) Sign(text string) (string, error) {
	if strings.HasPrefix(text, h.origin+"\n") {
		return "", errors.New("what begins with the record's name is a checkpoint, and signed as one")
	}
	signed, err := note.Sign(&note.Note{Text: text}, h.signer)
	if err != nil {
		return "", fmt.Errorf("signing for the record: %w", err)
	}
	return string(signed), nil
}

// VerifierKeys gives the keys by which notes are checked: the log's own first, then
// those of the known witnesses.
func (s *Service) VerifierKeys(ctx context.Context) ([]string, error) {
	var l log
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		l, err = newest(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if l.number == 0 {
		return nil, fault.New(fault.Unavailable, "no_log", "the public record has not begun")
	}
	return append([]string{l.verifier}, s.vkeys...), nil
}

// join appends lines of signatures to a note.
func join(signed []byte, lines []string) []byte {
	out := bytes.Clone(signed)
	for _, line := range lines {
		out = append(out, line...)
	}
	return out
}

// lines gives what known witnesses signed of c. A line that does not check (its
// witness has another key now) is left out.
func (s *Service) lines(ctx context.Context, tx *postgres.Tx, l log, c checkpoint) ([]string, error) {
	stored, err := cosigned(ctx, tx, l, c.Size)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, line := range stored {
		n, err := note.Open([]byte(c.Text()+"\n"+line), note.VerifierList(s.cosigners...))
		if err == nil && len(n.Sigs) == 1 {
			out = append(out, line)
		}
	}
	return out, nil
}

// Cosigned gives the newest checkpoint that every known witness signed; NotFound
// when there is none, or nobody is known to sign.
func (s *Service) Cosigned(ctx context.Context) ([]byte, error) {
	none := fault.New(fault.NotFound, "not_cosigned", "no checkpoint carries the lines of every known witness yet")
	if _, err := s.Checkpoint(ctx); err != nil {
		return nil, err // another log than the signed one is not shown as witnessed either
	}
	if len(s.cosigners) == 0 {
		return nil, none
	}
	names := make([]string, len(s.cosigners))
	for i, v := range s.cosigners {
		names[i] = v.Name()
	}
	var l log
	var c checkpoint
	var lines []string
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		if l, err = newest(ctx, tx); err != nil {
			return err
		}
		sizes, err := cosignedBy(ctx, tx, l, names)
		if err != nil {
			return err
		}
		for _, size := range sizes {
			root, err := rootOf(ctx, tx, l, size)
			if err != nil {
				return err
			}
			c = checkpoint{Checkpoint: leaf.Checkpoint{Origin: l.origin, Size: size, Root: root}}
			if lines, err = s.lines(ctx, tx, l, c); err != nil {
				return err
			}
			if len(lines) == len(names) {
				return nil
			}
		}
		return none
	})
	if err != nil {
		return nil, err
	}
	signer, err := s.signer(ctx, l)
	if err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: c.Text()}, signer)
	if err != nil {
		return nil, fmt.Errorf("signing the record: %w", err)
	}
	return join(signed, lines), nil
}

// Cosign takes the lines of known witnesses from a signed note of a checkpoint of
// this log. Forbidden for anybody else's, Invalid for what is no such note,
// Conflict for a checkpoint that the log never had.
func (s *Service) Cosign(ctx context.Context, signed []byte) error {
	bad := func(why string) error {
		return fault.Bad(fault.Field{Name: "note", Code: "not_a_checkpoint", Message: why})
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		l, err := newest(ctx, tx)
		if err != nil {
			return err
		}
		n, err := note.Open(signed, note.VerifierList(s.cosigners...))
		var unknown *note.UnverifiedNoteError
		switch {
		case errors.As(err, &unknown):
			return fault.New(fault.Forbidden, "unknown_witness", "no line is of a witness that this server knows: ask the administration to add the verifier key that delfi witness prints")
		case err != nil:
			return bad("it is no signed note: " + err.Error())
		}
		c, err := parseText(n.Text)
		if err != nil {
			return bad("the note " + err.Error())
		}
		if l.number == 0 || c.Origin != l.origin {
			return bad("it is a checkpoint of another record")
		}
		size, err := sizeOf(ctx, tx, l)
		if err != nil {
			return err
		}
		never := fault.New(fault.Conflict, "not_our_checkpoint", "the record never had this size and root")
		if c.Size > size {
			return never
		}
		root, err := rootOf(ctx, tx, l, c.Size)
		if err != nil {
			return err
		}
		if root != c.Root {
			return never
		}
		for _, sig := range n.Sigs {
			if err := insertCosignature(ctx, tx, l, sig.Name, c.Size, "— "+sig.Name+" "+sig.Base64+"\n"); err != nil {
				return err
			}
		}
		return nil
	})
}

// Cosigner is a known witness and the newest checkpoint that it signed.
type Cosigner struct {
	Name string
	Size int64 // -1 when it signed none of this log
}

// Cosigners lists the known witnesses with the newest checkpoint that each signed.
func (s *Service) Cosigners(ctx context.Context) ([]Cosigner, error) {
	if s.bad != nil {
		return nil, s.bad
	}
	var out []Cosigner
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		out = nil
		l, err := newest(ctx, tx)
		if err != nil {
			return err
		}
		for _, v := range s.cosigners {
			sizes, err := cosignedBy(ctx, tx, l, []string{v.Name()})
			if err != nil {
				return err
			}
			c := Cosigner{Name: v.Name(), Size: -1}
			if len(sizes) > 0 {
				c.Size = sizes[0]
			}
			out = append(out, c)
		}
		return nil
	})
	return out, err
}
