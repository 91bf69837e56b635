package pseudonym

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"delfi/internal/platform/postgres"
)

// Rewrap wraps every key in a folder by another master key. Each file is exchanged whole,
// by one name: who is cut off begins again with the same two keys, and those that were
// exchanged stay so. A key that neither opens ends it, before any is exchanged.
func Rewrap(dir string, former, next []byte) (exchanged int, err error) {
	var wraps [2]cipher.AEAD
	for n, master := range [][]byte{former, next} {
		if len(master) != keySize {
			return 0, fmt.Errorf("the master key has %d bytes instead of %d", len(master), keySize)
		}
		block, err := aes.NewCipher(master)
		if err != nil {
			return 0, err
		}
		if wraps[n], err = cipher.NewGCM(block); err != nil {
			return 0, err
		}
	}
	was, will := &FileKeys{dir: dir, wrap: wraps[0]}, &FileKeys{dir: dir, wrap: wraps[1]}
	files, err := filepath.Glob(filepath.Join(dir, "*.key"))
	if err != nil {
		return 0, err
	}
	todo := map[string][]byte{}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".key")
		if _, done := will.unwrap(name, path); done == nil {
			continue
		}
		key, err := was.unwrap(name, path)
		if err != nil {
			return 0, fmt.Errorf("neither the former nor the next master key opens it: %w", err)
		}
		todo[name] = key
	}
	for name, key := range todo {
		if err := will.exchange(name, key); err != nil {
			return exchanged, err
		}
		clear(key)
		exchanged++
	}
	return exchanged, will.syncDir()
}

// wrapped is the body of a key's file.
func (k *FileKeys) wrapped(name string, key []byte) ([]byte, error) {
	nonce := make([]byte, k.wrap.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return k.wrap.Seal(append([]byte(keyMagic), nonce...), nonce, key, []byte(name)), nil
}

// exchange puts another file in the place of a key's, and wipes the former one where the
// file system writes in place.
func (k *FileKeys) exchange(name string, key []byte) error {
	path, err := k.path(name)
	if err != nil {
		return err
	}
	body, err := k.wrapped(name, key)
	if err != nil {
		return err
	}
	return Replace(path, body)
}

// Replace writes a file of 0600 whole in the place of another, which it then wipes: a
// process that is cut off leaves the one or the other.
func Replace(path string, body []byte) error {
	former, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer former.Close()
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone by its name where all went well
	_, err = tmp.Write(body)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	info, err := former.Stat()
	if err != nil {
		return err
	}
	_, err = former.WriteAt(bytes.Repeat([]byte{0}, int(info.Size())), 0)
	return errors.Join(err, former.Sync())
}

// lives is how long a process that was not seen may still be one that runs.
const lives = 3 * time.Minute

// Living counts the servers of this database that run, or were killed a moment ago.
func (s *Service) Living(ctx context.Context) (n int, err error) {
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		n, err = processesSince(ctx, tx, tx.Now.Add(-lives))
		return err
	})
	return n, err
}
