package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/pseudonym"
)

// TestTheMasterKeyIsExchangedHoweverOftenItIsStopped: killed again and again while keys are
// exchanged, the command goes on; nothing else starts in between; at the end every key
// opens with the next master key, and none with the former.
func TestTheMasterKeyIsExchangedHoweverOftenItIsStopped(t *testing.T) {
	d := newDesk(t)
	url, data := d.args[1], d.args[3]
	t.Setenv("DELFI_MASTER_KEY", "")
	folder, former := filepath.Join(data, "keys"), bytes.Repeat([]byte{5}, 32)
	path := filepath.Join(data, "master.key")
	if err := os.WriteFile(path, []byte(base64.StdEncoding.EncodeToString(former)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: "1"}); err != nil {
		t.Fatal(err)
	}
	keys, err := pseudonym.NewFileKeys(folder, former)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string][]byte{}
	for range 1500 {
		name := "panel-" + uuid.NewString()
		if held[name], err = keys.Create(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"keys", "rotate", "--master", "--database-url", url, "--data", data}
	stopped := 0
	for n := range 6 {
		ctx, cancel := context.WithCancel(t.Context())
		c := exec.CommandContext(ctx, self, args...)
		c.Env = append(os.Environ(), asked+"=1")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		// Killed as soon as it has begun, and a little later each time.
		for range 2000 {
			if _, err := os.Lstat(filepath.Join(data, "master.next")); err == nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(10*n) * time.Millisecond)
		cancel()
		_ = c.Wait() // killed, or at its end
		if _, err := os.Lstat(filepath.Join(data, "master.next")); err == nil {
			stopped++
			if status, _ := run(t, "keys", "list", "--database-url", url, "--data", data); status != 2 {
				t.Errorf("another command starts in between: %d", status)
			}
		}
	}
	if stopped == 0 {
		t.Error("it was never stopped halfway")
	}
	status, words := run(t, args...)
	if status != 0 || !strings.Contains(words, "wrapped by the next master key") {
		t.Fatalf("%d %s", status, words)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	next, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || bytes.Equal(next, former) {
		t.Fatalf("the master key is the former one: %v", err)
	}
	for master, want := range map[string]int{string(former): 0, string(next): len(held)} {
		k, err := pseudonym.NewFileKeys(folder, []byte(master))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for name, key := range held {
			if got, err := k.Read(t.Context(), name); err == nil && bytes.Equal(got, key) {
				n++
			}
		}
		if n != want {
			t.Errorf("%d keys open, want %d", n, want)
		}
	}
	if status, words := run(t, "keys", "list", "--database-url", url, "--data", data); status != 0 || !strings.Contains(words, "protects 1 rows") {
		t.Errorf("%d %.200s", status, words)
	}
}

// TestAMasterKeyOfTheEnvironmentIsExchangedToo, and none while a server runs.
func TestAMasterKeyOfTheEnvironmentIsExchangedToo(t *testing.T) {
	d := newDesk(t)
	if _, err := d.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: "1"}); err != nil {
		t.Fatal(err)
	}
	rotate := append([]string{"keys", "rotate", "--master"}, d.args...)
	if status, _ := run(t, rotate...); status != 2 {
		t.Errorf("without the next key: %d", status)
	}
	next := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{6}, 32))
	t.Setenv("DELFI_MASTER_KEY_NEXT", next)
	settings := databaseSettings{DatabaseURL: d.args[1], Data: d.args[3], MasterKey: os.Getenv("DELFI_MASTER_KEY")}
	db, keys, closeDatabase, err := settings.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server := pseudonym.New(db, keys)
	if err := server.Beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, _ := run(t, rotate...); status != 2 {
		t.Errorf("beside a server: %d", status)
	}
	if err := server.Leave(t.Context()); err != nil {
		t.Fatal(err)
	}
	closeDatabase()
	if status, text := run(t, rotate...); status != 0 || !strings.Contains(text, "exchanged: 1 keys") {
		t.Errorf("%d %s", status, text)
	}
	unlocks := func(master string) error {
		t.Helper()
		settings := databaseSettings{DatabaseURL: d.args[1], Data: d.args[3], MasterKey: master}
		db, keys, closeDatabase, err := settings.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer closeDatabase()
		return unlock(t.Context(), account.New(db, keys))
	}
	if err := unlocks(os.Getenv("DELFI_MASTER_KEY")); err == nil {
		t.Error("the former key opens the folder")
	}
	if err := unlocks(next); err != nil {
		t.Errorf("the next key: %v", err)
	}
}
