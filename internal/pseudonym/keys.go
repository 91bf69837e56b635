package pseudonym

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"delfi/internal/fault"
)

// keySize is the length of every key, in bytes.
const keySize = 32

// Keys keeps secret keys outside the database.
type Keys interface {
	// Create makes a random key under name unless one exists, and gives it.
	Create(ctx context.Context, name string) ([]byte, error)
	// Read gives the key under name; fault.NotFound when it was destroyed or never was.
	Read(ctx context.Context, name string) ([]byte, error)
	// Destroy removes it beyond recovery by the process, and remembers by name that
	// it did; nil when it is gone already.
	Destroy(ctx context.Context, name string) error
	// Destroyed lists the names that Destroy remembers: Create and Read refuse them
	// (Conflict "key_destroyed"), also when their key has come back from a backup.
	Destroyed(ctx context.Context) ([]string, error)
}

// FileKeys keeps each key in a file of its own, wrapped by a master key:
// "delfi key v1\n" ‖ nonce(12) ‖ AES-256-GCM(key), with the name as additional
// data, so that a file renamed to another consultation does not open. A destroyed
// key leaves an empty file "<name>.destroyed", its tombstone, so that neither a
// folder nor a database that is restored makes it live again.
//
// A key that was read stays open in memory for at most a second, for the crowd that
// needs it in the same moment; whether it is destroyed, and still the same file, is
// looked up each time.
type FileKeys struct {
	dir  string
	wrap cipher.AEAD

	mu   sync.Mutex
	open map[string]openKey
}

// openKey is a key with the file that it was read from.
type openKey struct {
	key  []byte
	file fs.FileInfo
}

// keptOpen is how long a key stays open.
const keptOpen = time.Second

const keyMagic = "delfi key v1\n"

// named tells whether a key may be called so: it becomes a file's name.
func named(name string) bool {
	kind, id, _ := strings.Cut(name, "-")
	return kind != "" && strings.Trim(kind, letters) == "" && len(id) == 36 && strings.Trim(id, hexadecimal) == ""
}

const (
	letters     = "abcdefghijklmnopqrstuvwxyz"
	hexadecimal = "0123456789abcdef-"
)

// NewFileKeys keeps keys as 0600 files in dir (0700), wrapped by master (32 bytes).
func NewFileKeys(dir string, master []byte) (Keys, error) {
	if len(master) != keySize {
		return nil, fmt.Errorf("the master key has %d bytes instead of %d", len(master), keySize)
	}
	block, err := aes.NewCipher(master)
	if err != nil {
		return nil, err
	}
	wrap, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder of keys: %w", err)
	}
	// An existing folder may be too open: keys are nobody else's to list.
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder of keys: %w", err)
	}
	return &FileKeys{dir: dir, wrap: wrap, open: map[string]openKey{}}, nil
}

func (k *FileKeys) path(name string) (string, error) {
	if !named(name) {
		return "", fmt.Errorf("%q cannot be the name of a key", name)
	}
	return filepath.Join(k.dir, name+".key"), nil
}

// tombstone is the file that says that a key was destroyed.
func (k *FileKeys) tombstone(name string) string { return filepath.Join(k.dir, name+dead) }

const dead = ".destroyed"

// buried refuses a key that was destroyed.
func (k *FileKeys) buried(name string) error {
	switch _, err := os.Lstat(k.tombstone(name)); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return errDestroyed
}

// Create makes a random key under name unless one exists, and gives it. The
// file appears whole by a hard link, which fails when another process was first.
func (k *FileKeys) Create(ctx context.Context, name string) ([]byte, error) {
	path, err := k.path(name)
	if err != nil {
		return nil, err
	}
	if key, err := k.Read(ctx, name); fault.KindOf(err) != fault.NotFound {
		return key, err // there already, or destroyed and never made again
	}
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	body, err := k.wrapped(name, key)
	if err != nil {
		return nil, err
	}

	// CreateTemp opens 0600.
	tmp, err := os.CreateTemp(k.dir, ".new-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(body)
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	switch err := os.Link(tmp.Name(), path); {
	case errors.Is(err, fs.ErrExist):
		return k.Read(ctx, name)
	case err != nil:
		return nil, err
	}
	if err := k.buried(name); err != nil {
		// Destroyed by another process while this one made it.
		return nil, errors.Join(err, k.Destroy(ctx, name))
	}
	return key, k.syncDir()
}

// Read gives the key under name.
func (k *FileKeys) Read(_ context.Context, name string) ([]byte, error) {
	path, err := k.path(name)
	if err != nil {
		return nil, err
	}
	if err := k.buried(name); err != nil {
		k.forget(name)
		return nil, err
	}
	file, err := os.Lstat(path)
	if err != nil {
		k.forget(name)
		return nil, absent(err)
	}
	if key := k.remembered(name, file); key != nil {
		return key, nil
	}
	key, err := k.unwrap(name, path)
	if err == nil {
		k.remember(name, file, key)
	}
	return key, err
}

// remembered gives a copy of the key that was read from a file a moment ago; nil if
// none was, or it is another file by now.
func (k *FileKeys) remembered(name string, file fs.FileInfo) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	o, ok := k.open[name]
	if !ok || !os.SameFile(o.file, file) || o.file.Size() != file.Size() || !o.file.ModTime().Equal(file.ModTime()) {
		return nil
	}
	return bytes.Clone(o.key)
}

func (k *FileKeys) remember(name string, file fs.FileInfo, key []byte) {
	k.forget(name)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.open[name] = openKey{key: bytes.Clone(key), file: file}
	time.AfterFunc(keptOpen, func() { k.forget(name) })
}

// forget clears a key from memory.
func (k *FileKeys) forget(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.open[name].key)
	delete(k.open, name)
}

// absent tells of a file that is not there, and passes on what else is wrong.
func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotFound, "key_missing", "there is no such key").Because(err)
	}
	return err
}

// unwrap reads a key's file.
func (k *FileKeys) unwrap(name, path string) ([]byte, error) {
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, absent(err)
	}
	n := k.wrap.NonceSize()
	if len(body) < len(keyMagic)+n || string(body[:len(keyMagic)]) != keyMagic {
		return nil, fmt.Errorf("%s.key is no key file", name)
	}
	body = body[len(keyMagic):]
	key, err := k.wrap.Open(nil, body[:n], body[n:], []byte(name))
	if err != nil {
		return nil, fmt.Errorf("%s.key does not open with this master key: %w", name, err)
	}
	return key, nil
}

// Destroy overwrites the file and removes it. Overwriting helps only on file
// systems that write in place; backups have their own expiry (docs/RECORD.md §1). The
// tombstone stands first: a process that is cut off in between ends it later.
func (k *FileKeys) Destroy(_ context.Context, name string) error {
	path, err := k.path(name)
	if err != nil {
		return err
	}
	defer k.forget(name)
	if err := k.bury(name); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.WriteAt(make([]byte, info.Size()), 0)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return k.syncDir()
}

// bury makes the tombstone; nil when it stands.
func (k *FileKeys) bury(name string) error {
	f, err := os.OpenFile(k.tombstone(name), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return k.syncDir()
}

// Destroyed lists the names of the tombstones.
func (k *FileKeys) Destroyed(context.Context) ([]string, error) {
	files, err := os.ReadDir(k.dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), dead); ok && named(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// syncDir makes a new or removed name survive a power cut.
func (k *FileKeys) syncDir() error {
	d, err := os.Open(k.dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}
