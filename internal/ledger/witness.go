package ledger

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Witness cosigns somebody else's log: it stores the last checkpoint that it signed, and
// signs a newer one only when that contains it.
//
//	told a key, or to trust ──► log.key ──► first look ──► checkpoint, line
//	                                             │
//	                                         next look ──consistent──► checkpoint, line
//	                                             └─── rewritten ───► refusal, nothing changes
//
// A witness that took whatever a server shows it first would vouch for any log. Each
// checkpoint must be of the origin that the key names.
type Witness struct {
	Name  string // under which its lines stand, e.g. "garante.example.it"
	Dir   string // witness.key (0600), log.key, checkpoint
	Log   string // verifier key of the log, which the first look pins; "" the pinned one
	Trust bool   // pins the key that the server shows at the first look
	Fetch Fetch
}

// Unpinned is the refusal of a log whose key is neither configured nor stored.
type Unpinned struct{ Met string }

func (u Unpinned) Error() string {
	return "this witness does not know the key of the record yet, and the server shows " + u.Met + ": ask the administration for its key in another way and give it (--log-key), or say that this one is to be trusted (--trust-first)"
}

// Fetch gets a file of the log by its path under /record/, e.g. "checkpoint".
type Fetch func(ctx context.Context, path string) ([]byte, error)

// Rewritten is the refusal to sign: the log does not contain what was seen before.
type Rewritten struct{ why string }

func (r Rewritten) Error() string {
	return "THE RECORD WAS REWRITTEN: " + r.why + "; nothing was signed, keep the folder of this witness as evidence"
}

const witnessFormat = "delfi witness v1"

// Key gives the witness's verifier key, making its own key at the first call.
func (w Witness) Key() (string, error) {
	secret, err := w.secret()
	if err != nil {
		return "", err
	}
	return verifierKey(w.Name, secret)
}

// secret reads the key file: format, name and 32 bytes in base64.
func (w Witness) secret() ([]byte, error) {
	if w.Name == "" || strings.ContainsAny(w.Name, "+ \t\n") {
		return nil, fmt.Errorf("%q cannot be the name of a witness: no spaces, no plus signs", w.Name)
	}
	path := filepath.Join(w.Dir, "witness.key")
	text, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		return w.create(path)
	}
	if err != nil {
		return nil, err
	}
	f := strings.Fields(strings.TrimPrefix(string(text), witnessFormat))
	if !strings.HasPrefix(string(text), witnessFormat+"\n") || len(f) != 2 {
		return nil, fmt.Errorf("%s is no key of a witness", path)
	}
	if f[0] != w.Name {
		return nil, fmt.Errorf("%s is the key of %q: give that name, or another folder", path, f[0])
	}
	secret, err := base64.StdEncoding.DecodeString(f[1])
	if err != nil {
		return nil, fmt.Errorf("%s is no key of a witness: %w", path, err)
	}
	return secret, nil
}

func (w Witness) create(path string) ([]byte, error) {
	if err := os.MkdirAll(w.Dir, 0o700); err != nil {
		return nil, err
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(f, "%s\n%s\n%s\n", witnessFormat, w.Name, base64.StdEncoding.EncodeToString(secret))
	return secret, errors.Join(err, f.Sync(), f.Close())
}

// Look fetches the log's checkpoint, checks it against the last one seen, and
// gives it with this witness's line, to be posted to the log's server. A log that
// was rewritten is a Rewritten error. The checkpoint is stored before it is returned.
func (w Witness) Look(ctx context.Context) (signed []byte, size int64, err error) {
	secret, err := w.secret()
	if err != nil {
		return nil, 0, err
	}
	vkey, err := w.pinned(ctx)
	if err != nil {
		return nil, 0, err
	}
	raw, err := w.Fetch(ctx, "checkpoint")
	if err != nil {
		return nil, 0, err
	}
	now, err := parseCheckpoint(raw)
	if err != nil {
		return nil, 0, fmt.Errorf("what the server calls its checkpoint %w", err)
	}
	if name, _, _ := strings.Cut(vkey, "+"); now.Origin != name {
		return nil, 0, fmt.Errorf("the checkpoint is of another record, %q, than the key that this witness knows, %q: nothing was signed", now.Origin, name)
	}
	if err := now.signedBy(vkey); err != nil {
		return nil, 0, fmt.Errorf("the checkpoint is not signed by the key that this witness knows, %s (a succeeded record needs a new folder): %w", vkey, err)
	}
	path := filepath.Join(w.Dir, "checkpoint")
	text, err := readSmall(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, 0, err
	default:
		before, err := parseCheckpoint(text)
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", path, err)
		}
		if err := w.follows(ctx, before, now); err != nil {
			return nil, 0, err
		}
	}
	signer, err := signerOf(w.Name, secret)
	if err != nil {
		return nil, 0, err
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, 0, err
	}
	n, err := note.Open(raw, note.VerifierList(v))
	if err != nil {
		return nil, 0, err
	}
	n.UnverifiedSigs = nil // others speak for themselves
	if signed, err = note.Sign(n, signer); err != nil {
		return nil, 0, err
	}
	return signed, now.Size, replace(path, signed)
}

// pinned returns the log's verifier key: the configured one, else the stored one, else
// the server's, if it is to be trusted.
func (w Witness) pinned(ctx context.Context) (string, error) {
	path := filepath.Join(w.Dir, "log.key")
	text, err := readSmall(path)
	known := strings.TrimSpace(string(text))
	switch {
	case err == nil:
		if w.Log != "" && w.Log != known {
			return "", fmt.Errorf("%s pins another key: give another folder for another record", path)
		}
		return known, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", err
	}
	key := w.Log
	if key == "" {
		keys, err := w.Fetch(ctx, "key")
		if err != nil {
			return "", err
		}
		key, _, _ = strings.Cut(string(keys), "\n")
	}
	if _, err := note.NewVerifier(key); err != nil {
		return "", fmt.Errorf("%q is no verifier key of a record: %w", key, err)
	}
	if w.Log == "" && !w.Trust {
		return "", Unpinned{key}
	}
	return key, replace(path, []byte(key+"\n"))
}

// follows checks that a later checkpoint contains an earlier one, from tiles that
// are themselves checked against the later root.
func (w Witness) follows(ctx context.Context, before, now checkpoint) error {
	switch {
	case before.Origin != now.Origin:
		return fmt.Errorf("this folder witnesses %s, and the server's record is %s", before.Origin, now.Origin)
	case now.Size < before.Size:
		return Rewritten{fmt.Sprintf("it had %d entries and has %d", before.Size, now.Size)}
	case now.Size == before.Size && now.Root != before.Root:
		return Rewritten{fmt.Sprintf("its %d entries are not the same", now.Size)}
	case now.Size == before.Size || before.Size == 0:
		return nil
	}
	reader := tlog.TileHashReader(tlog.Tree{N: now.Size, Hash: now.Root}, &tiles{ctx, w.Fetch})
	proof, err := tlog.ProveTree(now.Size, before.Size, reader)
	if err != nil {
		return fmt.Errorf("the tiles of the record: %w", err)
	}
	if err := tlog.CheckTree(proof, now.Size, now.Root, before.Size, before.Root); err != nil {
		return Rewritten{fmt.Sprintf("the first %d entries are not those that were signed before", before.Size)}
	}
	return nil
}

// tiles reads tiles over Fetch. tlog checks each against the root.
type tiles struct {
	ctx   context.Context
	fetch Fetch
}

func (t *tiles) Height() int { return tileHeight }

func (t *tiles) ReadTiles(all []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(all))
	for i, tile := range all {
		var err error
		if out[i], err = t.fetch(t.ctx, tile.Path()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}
