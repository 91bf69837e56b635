package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestTheSettingsArePrintedWithoutSecrets(t *testing.T) {
	for _, database := range []string{
		"postgres://delfi:hush@db.example.it/delfi",
		"postgres://db.example.it/delfi?user=delfi&password=hush",
		"host=db.example.it user=delfi password=hush",
		"postgres://delfi:hush@db.example.it:port/delfi",
	} {
		var c serveCommand
		c.DatabaseURL, c.SMTP, c.MasterKey = database, "smtps://delfi:hush@mail.example.it", "hush"
		c.OIDC.Issuer, c.OIDC.ClientID = "https://login.example.it", "delfi"
		t.Setenv(secretVariable, "hush")
		var out bytes.Buffer
		c.print(&out)
		if strings.Contains(out.String(), "hush") {
			t.Errorf("%s: a secret is printed:\n%s", database, out.String())
		}
		if !strings.Contains(out.String(), "mail.example.it") || !strings.Contains(out.String(), "https://login.example.it") {
			t.Errorf("%s: the settings are not printed:\n%s", database, out.String())
		}
	}
}
