package main

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// complaint runs the program, and gives what it prints of errors.
func complaint(t *testing.T, args ...string) (int, string) {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "stderr")
	if err != nil {
		t.Fatal(err)
	}
	stderr := os.Stderr
	os.Stderr = f
	status, _ := run(t, args...)
	os.Stderr = stderr
	text, err := os.ReadFile(f.Name())
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return status, string(text)
}

// TestASettingThatCannotWorkIsNamed: each flag of serve alone, and those that do not go together:
// one sentence with the flag's name, and status 2, before anything is opened.
func TestASettingThatCannotWorkIsNamed(t *testing.T) {
	for _, c := range []struct{ want, args string }{
		{"--mail-from", "--mail-from=nobody"},
		{"--mail-from", "--mail-from="},
		{"--mail-from", "--mail-from=nobody --smtp=smtp://127.0.0.1:2525"},
		{"--smtp", "--smtp=mail.example.it"},
		{"--smtp", "--smtp=http://mail.example.it"},
		{"--listen", "--listen=localhost"},
		{"--listen", "--listen=127.0.0.1:web"},
		{"--listen", "--listen=127.0.0.1:99999"},
		{"--provider-listen", "--provider-listen=8081"},
		{"--provider-listen", "--provider-listen=8081 --provider-anywhere"},
		{"--provider-listen", "--provider-listen="},
		{"--private-listen", "--private-listen=9090"},
		{"--private-listen", "--private-listen=9090 --private-anywhere"},
		{"--private-anywhere", "--private-anywhere"},
		{"--provider-anywhere", "--provider-anywhere --oidc-issuer=https://login.example.it --oidc-client-id=delfi"},
		{"--provider-listen", "--listen=127.0.0.1:8391 --provider-listen=127.0.0.1:8391"},
		{"--private-listen", "--listen=127.0.0.1:8391 --private-listen=127.0.0.1:8391"},
		{"--data", "--data="},
		{"--base-url", "--base-url=http://:8080"},
		{"--base-url", "--base-url=ftp://delfi.example.it"},
		{"--oidc-issuer", "--base-url=HTTPS://delfi.example.it"},
		{"--oidc-issuer", "--oidc-issuer=login.example.it --oidc-client-id=delfi"},
		{"--oidc-issuer", "--oidc-issuer=https://login.example.it?x=1 --oidc-client-id=delfi"},
		{"--oidc-issuer", "--oidc-client-secret-file=/nowhere"},
		{"--oidc-client-secret-file", "--oidc-issuer=https://login.example.it --oidc-client-id=delfi --oidc-client-secret-file=/nowhere"},
		{"--oidc-client-id", "--oidc-issuer=https://login.example.it"},
		{"--oidc-client-key-id", "--oidc-client-key-id=k1"},
		{"--oidc-scopes", "--oidc-scopes=profile"},
		{"--oidc-prompt", "--oidc-prompt=none"},
		{"--oidc-max-age", "--oidc-max-age=-1s"},
		{"--oidc-roles", "--oidc-roles=staff=riva/king"},
		{"--demo", "--demo --oidc-issuer=https://login.example.it --oidc-client-id=delfi"},
		{"--session-idle", "--session-idle=0s"},
		{"--backup-days", "--backup-days=-1"},
		{"--forwarded", "--forwarded=everybody"},
		{"--forwarded", "--forwarded=0.0.0.0/0"},
		{"--cosigner", "--cosigner=nobody"},
		{"--beacon", "--beacon=drand"},
		{"--max-work", "--max-work=0"},
		{"--max-work", "--max-work=1000000000"},
		{"--max-wait", "--max-wait=-1s"},
		{"--max-wait", "--max-wait=3h"},
		{"--log-format", "--log-format=xml"},
	} {
		args := []string{"serve", "--data=" + t.TempDir(), "--listen=127.0.0.1:0", "--provider-listen=127.0.0.1:0"}
		status, text := complaint(t, append(args, strings.Fields(c.args)...)...)
		if status != 2 || !strings.Contains(text, c.want) {
			t.Errorf("%s: status %d, want 2 and %s:\n%s", c.args, status, c.want, text)
		}
	}
	t.Setenv(secretVariable, "hush")
	if status, text := complaint(t, "serve", "--data="+t.TempDir(), "--listen=127.0.0.1:0", "--provider-listen=127.0.0.1:0"); status != 2 || !strings.Contains(text, "--oidc-issuer") || strings.Contains(text, "hush") {
		t.Errorf("a secret without a provider: %d %s", status, text)
	}
}
