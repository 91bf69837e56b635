package ledger

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// log is one log of the database; number 0 is none.
type log struct {
	number   int
	id       uuid.UUID
	origin   string
	verifier string
	finding  string    // the difference that a check of its entries found; "" for none
	found    uuid.UUID // the finding's id
}

// forked is the refusal to sign, or to append to, another log than the one that was signed.
func forked(why string) error { return refused(errors.New(why)) }

func refused(cause error) error {
	return fault.New(fault.Unavailable, "log_forked", "the database does not continue the public record that was signed: restore a newer backup, or start a successor with: delfi succeed --reason …").
		Because(cause)
}

// ready takes the lock under which entries are numbered and gives the log, begun
// if there was none, after looking that it continues what was signed.
func (s *Service) ready(ctx context.Context, tx *postgres.Tx) (log, error) {
	// Read before the database, in which it is committed by then.
	stored, err := s.file.read()
	if err != nil {
		return log{}, err
	}
	if err := lock(ctx, tx); err != nil {
		return log{}, err
	}
	l, err := newest(ctx, tx)
	if err != nil {
		return log{}, err
	}
	if err := consistent(ctx, tx, l, stored); err != nil {
		return log{}, err
	}
	if l.number > 0 {
		return l, nil
	}
	if l, err = s.begin(ctx, tx, 1, s.origin); err != nil {
		return log{}, err
	}
	return l, carryFormer(ctx, tx, l)
}

// begin makes a log with a key of its own.
func (s *Service) begin(ctx context.Context, tx *postgres.Tx, number int, origin string) (log, error) {
	l := log{number: number, id: uuid.New(), origin: origin}
	secret, err := s.keys.Create(ctx, l.keyName())
	if err != nil {
		return log{}, fmt.Errorf("key of the record: %w", err)
	}
	if l.verifier, err = verifierKey(origin, secret); err != nil {
		return log{}, err
	}
	return l, insertLog(ctx, tx, l)
}

func (l log) keyName() string { return "log-" + l.id.String() }

// carryFormer appends what was written before there was a log: the minutes are
// those of then, and the hashes of now.
func carryFormer(ctx context.Context, tx *postgres.Tx, l log) error {
	all, err := former(ctx, tx)
	if err != nil {
		return err
	}
	for _, e := range all {
		body, err := figures(e.Body)
		if err != nil {
			return err
		}
		// An act that was taken back named its kind under what is now the record's
		// own name.
		if kind, ok := body["kind"]; ok && implied[e.Type] == "" {
			delete(body, "kind")
			body["undone"] = kind
		}
		e.part(body)
		if e.Body, err = object(body); err != nil {
			return err
		}
		if err := write(ctx, tx, l, e); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		return nil
	}
	// Their words live beside the new entries, where the law can reach them.
	return dropFormer(ctx, tx)
}

// formerly are the figures of an entry of before there was a log that are texts.
var formerly = map[Type][]string{
	Commitment: {"act", "decider", "left_out", "money", "signatory"},
	Origin:     {"licence", "name", "url"},
	Act:        {"left_out", "text", "was"},
	Removal:    {"ground"},
}

// part takes the texts out of an entry's figures and puts them beside it.
func (e *Entry) part(body map[string]any) {
	for name, v := range body {
		text, ok := v.(string)
		if !ok || !slices.Contains(formerly[e.Type], name) && !worded(v) {
			continue
		}
		delete(body, name)
		switch {
		case text == "":
		case e.Type == Removal && name == "ground": // its reason has the same words
			e.Reason = cmp.Or(e.Reason, text)
		case e.Type == Origin && name == "name":
			e.set("origin", text)
		default:
			e.set(name, text)
		}
	}
}

func (e *Entry) set(name, text string) {
	if e.Texts == nil {
		e.Texts = map[string]string{}
	}
	e.Texts[name] = text
}

// Succeed ends a log that cannot go on and begins another, whose first entry says
// what was last signed of the old one and why. The entries that the database has
// follow as they stand, byte by byte: who kept an older checkpoint can still hash them.
func (s *Service) Succeed(ctx context.Context, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return fault.Bad(fault.Field{Name: "reason", Code: "required", Message: "say why the record cannot go on: the reason is public"})
	}
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		stored, err := s.file.read()
		if err != nil {
			return err
		}
		if err := lock(ctx, tx); err != nil {
			return err
		}
		old, err := newest(ctx, tx)
		if err != nil {
			return err
		}
		last := stored
		if last.Origin == "" {
			if old.number == 0 {
				return fault.New(fault.Conflict, "no_log", "there is no record to succeed")
			}
			if last, err = treeOf(ctx, tx, old); err != nil {
				return err
			}
		}
		number := old.number + 1
		// After a restore the numbers begin again, the names must not.
		origin := successor(last.Origin)
		l, err := s.begin(ctx, tx, number, origin)
		if err != nil {
			return err
		}
		// Entries that name another by its number name it by that of their own log: the
		// number of those carried over says which these are.
		var extent extent
		if old.number > 0 {
			if extent, err = extentOf(ctx, tx, old); err != nil {
				return err
			}
		}
		figures := map[string]any{"carried": int(extent.entries), "origin": last.Origin, "size": int(last.Size), "root": last.Root.String()}
		if old.number > 0 && old.origin == last.Origin {
			figures["key"] = old.verifier // receipts of before are signed by it
		}
		err = write(ctx, tx, l, Entry{
			Type: Succession, Role: "system", Reason: reason, Minute: tx.Now, Body: Body(figures),
		})
		if err != nil {
			return err
		}
		if old.number == 0 {
			return carryFormer(ctx, tx, l)
		}
		return carry(ctx, tx, old, l)
	})
	if err != nil {
		return err
	}
	if err := s.Recount(ctx); err != nil {
		return err
	}
	_, err = s.Checkpoint(ctx)
	return err
}

// successor names the log after origin: "x/record" is followed by "x/record/2".
func successor(origin string) string {
	base, n := origin, 1
	if i := strings.LastIndexByte(origin, '/'); i >= 0 {
		if _, err := fmt.Sscanf(origin[i+1:], "%d", &n); err == nil && n > 1 {
			base = origin[:i]
		} else {
			n = 1
		}
	}
	return fmt.Sprintf("%s/%d", base, n+1)
}

// carry appends the lines of the old log to the new one. Words that are not those of
// their digest are left out, and a removal says so: otherwise the successor could not
// go on either.
func carry(ctx context.Context, tx *postgres.Tx, old, l log) error {
	end, err := extentOf(ctx, tx, old)
	if err != nil {
		return err
	}
	var removals []Entry
	for from := int64(0); from < end.entries; from += carried {
		var lines []Line
		err := eachRow(ctx, tx, old, from, min(from+carried, end.entries), func(r row) error {
			lines = append(lines, r.Line)
			return nil
		})
		if err != nil {
			return err
		}
		for _, line := range lines {
			broken := line.checkWords() != nil
			if broken {
				if line.Words = ""; line.Salt == nil {
					line.Salt = make([]byte, saltSize)
				}
			}
			e, err := line.Entry()
			if err != nil {
				return err
			}
			if broken {
				size, err := sizeOf(ctx, tx, l)
				if err != nil {
					return err
				}
				removals = append(removals, Entry{
					Consultation: e.Consultation, Type: Removal, Role: "system", Minute: tx.Now,
					Reason: "the words were not those that were recorded", Body: Body(map[string]any{"entry": int(size)}),
				})
			}
			if err := put(ctx, tx, l, e, line); err != nil {
				return err
			}
		}
	}
	for _, e := range removals {
		if err := write(ctx, tx, l, e); err != nil {
			return err
		}
	}
	return nil
}

// carried bounds the entries that carry holds at once.
const carried = 1024

// consistent refuses a database that does not contain the stored checkpoint.
func consistent(ctx context.Context, tx *postgres.Tx, l log, stored checkpoint) error {
	if l.finding != "" {
		return forked(l.finding)
	}
	if stored.Origin == "" {
		return nil // nothing was signed yet
	}
	if l.number == 0 {
		return forked("there is no record in the database, and one was signed here")
	}
	of, err := logNamed(ctx, tx, stored.Origin)
	if err != nil {
		return err
	}
	if of.number == 0 {
		// A database that was emptied or restored, and succeeded since, names it.
		if ok, err := succeeded(ctx, tx, l, stored); err != nil || ok {
			return err
		}
		return forked("the record that was signed here, " + stored.Origin + ", is not in the database")
	}
	if err := stored.signedBy(of.verifier); err != nil {
		return forked("the record in the database has another key than the one that was signed here")
	}
	e, err := extentOf(ctx, tx, of)
	if err != nil {
		return err
	}
	size := e.entries
	if size >= stored.Size {
		root, err := rootOf(ctx, tx, of, stored.Size)
		if err != nil {
			return err
		}
		if root == stored.Root {
			return nil
		}
	}
	if of.number != l.number {
		if ok, err := succeeded(ctx, tx, l, stored); err != nil || ok {
			return err
		}
	}
	if size < stored.Size {
		return forked(fmt.Sprintf("%d entries were signed and %d are in the database", stored.Size, size))
	}
	return forked(fmt.Sprintf("the first %d entries are not those that were signed", stored.Size))
}

// succeeded reports whether a log's first entry names the stored checkpoint.
func succeeded(ctx context.Context, tx *postgres.Tx, l log, stored checkpoint) (bool, error) {
	first, err := lineAt(ctx, tx, l, 0)
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	e, err := first.Entry()
	if err != nil || e.Type != Succession {
		return false, err
	}
	var f struct {
		Origin, Root string
		Size         int64
	}
	if err := json.Unmarshal([]byte(e.Body), &f); err != nil {
		return false, fmt.Errorf("entry %d: %w", e.Sequence, err)
	}
	return f.Origin == stored.Origin && f.Size == stored.Size && f.Root == stored.Root.String(), nil
}

// treeOf gives a log's present size and root, unsigned.
func treeOf(ctx context.Context, tx *postgres.Tx, l log) (checkpoint, error) {
	size, err := sizeOf(ctx, tx, l)
	if err != nil {
		return checkpoint{}, err
	}
	root, err := rootOf(ctx, tx, l, size)
	return checkpoint{Checkpoint: leaf.Checkpoint{Origin: l.origin, Size: size, Root: root}}, err
}

// signer returns the log's own signer. A process that holds another key, or none, must
// not sign: its checkpoints would be those of another log.
func (s *Service) signer(ctx context.Context, l log) (note.Signer, error) {
	wrong := fault.New(fault.Unavailable, "log_key", "this server does not hold the key of the public record: restore the folder of keys, or start a successor with: delfi succeed --reason …")
	secret, err := s.keys.Read(ctx, l.keyName())
	if fault.KindOf(err) == fault.NotFound {
		return nil, wrong.Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("key of the record: %w", err)
	}
	verifier, err := verifierKey(l.origin, secret)
	if err != nil {
		return nil, err
	}
	if verifier != l.verifier {
		return nil, wrong
	}
	return signerOf(l.origin, secret)
}

const algorithm = 1 // Ed25519, as note numbers it

// verifierKey gives the public key of a secret of 32 bytes, as note writes it.
func verifierKey(name string, secret []byte) (string, error) {
	if len(secret) != ed25519.SeedSize {
		return "", fmt.Errorf("a key of the record has %d bytes instead of %d", len(secret), ed25519.SeedSize)
	}
	public, ok := ed25519.NewKeyFromSeed(secret).Public().(ed25519.PublicKey)
	if !ok {
		return "", fmt.Errorf("a key of the record has no public part")
	}
	return note.NewEd25519VerifierKey(name, public)
}

// signerOf gives the signer of a secret: note wants the hash of the public key in it.
func signerOf(name string, secret []byte) (note.Signer, error) {
	verifier, err := verifierKey(name, secret)
	if err != nil {
		return nil, err
	}
	v, err := note.NewVerifier(verifier)
	if err != nil {
		return nil, err
	}
	encoded := base64.StdEncoding.EncodeToString(append([]byte{algorithm}, secret...))
	return note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, v.KeyHash(), encoded))
}

func newSalt() ([]byte, error) {
	salt := make([]byte, saltSize)
	_, err := rand.Read(salt)
	return salt, err
}
