package leaf

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func signer(t *testing.T, name string) (note.Signer, Key) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParseKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return s, k
}

// TestASignatureIsWorthItsKey: known and right, known and wrong, or unknown.
func TestASignatureIsWorthItsKey(t *testing.T) {
	log, logKey := signer(t, "delfi.example/log")
	witness, witnessKey := signer(t, "guarantor")
	c := Checkpoint{Origin: "delfi.example/log", Size: 7, Root: (&Tree{}).Root()}
	signed, err := note.Sign(&note.Note{Text: c.Text()}, log, witness)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(signed, logKey, witnessKey, logKey)
	if err != nil || !s.Bears(logKey) || !s.Bears(witnessKey) || len(s.By) != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	if back, err := ParseCheckpoint(s.Text); err != nil || back != c {
		t.Errorf("%+v, %v", back, err)
	}
	if s, err := Open(signed, logKey); err != nil || s.Bears(witnessKey) || len(s.Else) != 1 || s.Else[0] != "guarantor" {
		t.Errorf("a witness without a key: %+v, %v", s, err)
	}
	_, stranger := signer(t, "delfi.example/log")
	if s, err := Open(signed, stranger); err != nil || len(s.By) != 0 {
		t.Errorf("another key of the same name: %+v, %v", s, err)
	}
	if _, err := Open(bytes.Replace(signed, []byte("\n7\n"), []byte("\n8\n"), 1), logKey); err == nil {
		t.Error("a changed checkpoint is still signed")
	}
}

// TestACheckpointIsReadAsItWasSigned, in one spelling.
func TestACheckpointIsReadAsItWasSigned(t *testing.T) {
	good := Checkpoint{Origin: "o", Size: 7, Root: (&Tree{}).Root()}.Text()
	for what, bad := range map[string]string{
		"nothing":      "",
		"no root":      "o\n7\n",
		"another line": good + "more\n",
		"a zero ahead": strings.Replace(good, "7", "07", 1),
		"below zero":   strings.Replace(good, "7", "-7", 1),
		"no end":       strings.TrimSuffix(good, "\n"),
	} {
		if c, err := ParseCheckpoint(bad); err == nil {
			t.Errorf("%s was read as %+v", what, c)
		}
	}
	if _, err := ParseKey("no key"); err == nil {
		t.Error("a key of two words was read")
	}
}

// TestAnEntryIsItsFiveLines.
func TestAnEntryIsItsFiveLines(t *testing.T) {
	e := Entry{Type: "act", Consultation: "-", Minute: "2026-11-27T23:07Z", Body: `{"kind":"start"}`}
	if back, err := ParseEntry(e.Text()); err != nil || back != e {
		t.Errorf("%+v, %v", back, err)
	}
	for _, bad := range []string{"", e.Text() + "\n", strings.TrimSuffix(e.Text(), "\n"), strings.Replace(e.Text(), "act", "", 1)} {
		if _, err := ParseEntry(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if WordsDigest([]byte("salt"), []byte(`{"name":"Ada"}`)) == WordsDigest([]byte("tlas"), []byte(`{"name":"Ada"}`)) {
		t.Error("words without their salt can be guessed")
	}
}
