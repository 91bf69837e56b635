package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSecretsAreNoFlags(t *testing.T) {
	for _, args := range [][]string{
		{"serve", "--smtp=smtp://delfi:hush@mail.example.it"},
		{"serve", "--smtp", "smtp://delfi:hush@mail.example.it"},
		{"admin", "administration", "list", "--database-url=postgres://delfi:hush@db.example.it/delfi"},
		{"serve", "--database-url", "host=db.example.it user=delfi password=hush"},
		{"serve", "--database-url=postgres://db.example.it/delfi?user=delfi&password=hush"},
		{"serve", "--master-key=c2VjcmV0"},
		{"serve", "--database-url=host=db  password = hush user=delfi"},
		{"serve", "--database-url", "password\t='hush'"},
	} {
		if err := secretFlags(args); err == nil || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), "environment") {
			t.Errorf("%v: %v", args, err)
		}
	}
	if err := secretFlags([]string{"serve", "--smtp=smtp://mail.example.it", "--database-url=postgres:///delfi?host=/run/postgresql", "--data=/srv/password=x"}); err != nil {
		t.Error(err)
	}
}

func TestTheClientsSecretComesFromItsFileOrTheEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var c serveCommand
	c.OIDC.SecretFile = file
	if o, err := c.signIn(); err != nil || o.ClientSecret != "hush" {
		t.Errorf("%q, %v", o.ClientSecret, err)
	}
	t.Setenv(secretVariable, "other")
	if _, err := c.signIn(); err == nil {
		t.Error("two secrets are taken")
	}
	c.OIDC.SecretFile = ""
	if o, err := c.signIn(); err != nil || o.ClientSecret != "other" {
		t.Errorf("%q, %v", o.ClientSecret, err)
	}
	c.OIDC.KeyFile = file
	if _, err := c.signIn(); err == nil || !strings.Contains(err.Error(), "--oidc-client-key-file") {
		t.Errorf("a key file without a key: %v", err)
	}
}

func TestLimitsOfSessionsThatCannotHoldAreRefused(t *testing.T) {
	good := func() *serveCommand {
		c := &serveCommand{}
		c.Session.Lifetime, c.Session.Idle, c.Session.StaffLook, c.Session.Fresh = 12*time.Hour, 2*time.Hour, time.Hour, 10*time.Minute
		return c
	}
	if err := good().checkSession(); err != nil {
		t.Fatal(err)
	}
	for flag, change := range map[string]func(*serveCommand){
		"--session-lifetime":   func(c *serveCommand) { c.Session.Lifetime = 0 },
		"--session-idle":       func(c *serveCommand) { c.Session.Idle = -time.Hour },
		"--session-staff-look": func(c *serveCommand) { c.Session.StaffLook = 61 * time.Minute },
		"--session-fresh":      func(c *serveCommand) { c.Session.Fresh = 24 * time.Hour },
		"--oidc-max-age":       func(c *serveCommand) { c.OIDC.MaxAge = -1 },
	} {
		c := good()
		change(c)
		if err := c.checkSession(); err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%s: %v", flag, err)
		}
	}
}

// A map of groups in which a role or an administration is misspelt gives nobody anything,
// and is refused; an administration may be added later.
func TestAMapOfGroupsNamesRoles(t *testing.T) {
	for ours, fits := range map[string]bool{
		"riva/moderator": true, "nobody-yet/administrator": true, "riva/council": true, "riva/moderator/x": true, "riva/facilitator/la-piazza": true,
		"riva/king": false, "riva/": false, "riva": false, "/moderator": false, "": false, "riva/moderator/": false, "riva/moderator/x/y": false, "riva/administrator/x": false, "riva/council/x": false, "riva/Moderator": false, "riva moderator": false,
	} {
		c := &serveCommand{}
		c.OIDC.Roles = map[string]string{"urp": "riva/facilitator", "staff": ours}
		if err := c.checkRoles(); (err == nil) != fits || err != nil && !strings.Contains(err.Error(), "--oidc-roles staff="+ours+": ") {
			t.Errorf("%q: %v", ours, err)
		}
	}
}

// The built-in provider does not stand behind a public address, whatever else is set.
func TestTheBuiltInProviderRefusesAPublicAddress(t *testing.T) {
	for _, x := range []struct {
		base            string
		anywhere, start bool
	}{
		{"https://delfi.example.it", true, false}, {"https://delfi.example.it", false, false},
		{"http://delfi.example.it", false, false}, {"http://192.0.2.7:8080", false, false},
		{"http://192.0.2.7:8080", true, true}, {"http://localhost", false, true},
		{"http://127.0.0.1:8080", false, true}, {"http://[::1]:8080", false, true}, {"", false, true},
	} {
		c := &serveCommand{Listen: "127.0.0.1:8080", BaseURL: x.base}
		c.Provider.Listen, c.Provider.Anywhere = "127.0.0.1:8081", x.anywhere
		if err := c.checkProvider(); (err == nil) != x.start || err != nil && !strings.Contains(err.Error(), "--oidc-issuer") {
			t.Errorf("%q, anywhere %v: %v", x.base, x.anywhere, err)
		}
	}
}
