package main

import (
	"runtime"
	"strings"
	"testing"

	"delfi/cmd/internal/command"
)

// The version is the build's: module, commit where there is one, and compiler.
func TestTheVersionIsTheBuilds(t *testing.T) {
	got := command.Version("delfi")
	if !strings.HasPrefix(got, "delfi ") || !strings.HasSuffix(got, runtime.Version()) || strings.ContainsAny(got, "\n\r") {
		t.Errorf("--version prints %q", got)
	}
}
