package main

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"delfi/internal/account/claim"
	"delfi/internal/login"
	"delfi/internal/login/devidp"
)

// secretVariable holds the client's secret, which is no flag: everybody on a machine
// sees a program's flags.
const secretVariable = "DELFI_OIDC_CLIENT_SECRET"

// signIn reads how people sign in, as far as files and the environment say.
func (c *serveCommand) signIn() (login.Options, error) {
	o := login.Options{
		Issuer: c.OIDC.Issuer, ClientID: c.OIDC.ClientID, ClientSecret: os.Getenv(secretVariable),
		Scopes: c.OIDC.Scopes, ACR: c.OIDC.ACR, Prompt: c.OIDC.Prompt, MaxAge: c.OIDC.MaxAge, Fresh: c.Session.Fresh,
		Mapping: login.Mapping{
			Name: c.OIDC.Name, Email: c.OIDC.Email, Groups: c.OIDC.Groups, Municipality: c.OIDC.Municipality,
			FiscalCode: c.OIDC.FiscalCode, Birth: c.OIDC.Birth, Domicile: c.OIDC.Domicile,
			Separator: c.OIDC.Separator, Roles: c.OIDC.Roles,
		},
	}
	if c.OIDC.SecretFile != "" {
		if o.ClientSecret != "" {
			return o, fmt.Errorf("--oidc-client-secret-file: $%s holds a secret too: leave one out", secretVariable)
		}
		text, err := os.ReadFile(c.OIDC.SecretFile)
		if err != nil {
			return o, fmt.Errorf("--oidc-client-secret-file: %w", err)
		}
		if o.ClientSecret = strings.TrimRight(string(text), "\r\n"); o.ClientSecret == "" {
			return o, fmt.Errorf("--oidc-client-secret-file: %s is empty: write the secret that is registered with the provider into it", c.OIDC.SecretFile)
		}
	}
	if c.OIDC.KeyFile != "" {
		text, err := os.ReadFile(c.OIDC.KeyFile)
		if err == nil {
			o.Key, err = login.ParseKey(text, c.OIDC.KeyID)
		}
		if err != nil {
			return o, fmt.Errorf("--oidc-client-key-file: %w", err)
		}
		if o.ClientSecret != "" {
			return o, errors.New("--oidc-client-key-file: the client has a secret too: leave one out")
		}
	}
	return o, nil
}

// client makes the client of the provider: of p, when the built-in one is on.
func (c *serveCommand) client(o login.Options, p *devidp.Provider) (*login.Client, error) {
	o.RedirectURL = c.BaseURL + "/sign-in/callback"
	if p != nil {
		o.Issuer, o.ClientID, o.ClientSecret, o.Key = p.Issuer(), devidp.ClientID, p.Secret(), nil
	}
	return login.New(o)
}

// checkSession refuses limits of sessions that cannot hold.
func (c *serveCommand) checkSession() error {
	for _, limit := range []struct {
		flag        string
		chosen      time.Duration
		least, most time.Duration
	}{
		{"--session-lifetime", c.Session.Lifetime, time.Minute, 30 * 24 * time.Hour},
		{"--session-idle", c.Session.Idle, time.Minute, 30 * 24 * time.Hour},
		{"--session-staff-look", c.Session.StaffLook, time.Minute, time.Hour},
		{"--session-fresh", c.Session.Fresh, time.Minute, time.Hour},
	} {
		if limit.chosen < limit.least || limit.chosen > limit.most {
			return fmt.Errorf("%s %s: write from %s to %s", limit.flag, limit.chosen, limit.least, limit.most)
		}
	}
	if c.OIDC.MaxAge < 0 {
		return fmt.Errorf("--oidc-max-age %s: write how old a sign-in at the provider may be, e.g. 8h", c.OIDC.MaxAge)
	}
	return c.checkRoles()
}

// checkRoles refuses a map of groups that gives nobody a role: its misspelling would show
// as a colleague without one.
func (c *serveCommand) checkRoles() error {
	for _, group := range slices.Sorted(maps.Keys(c.OIDC.Roles)) {
		ours := c.OIDC.Roles[group]
		if err := claim.CheckOffice(ours); group == "" || err != nil {
			return fmt.Errorf("--oidc-roles %s=%s: a group, then %w", group, ours, err)
		}
	}
	return nil
}

// secretFlags refuses flags of which everybody on the machine would read a secret, in
// the list of processes and in profiles; in the environment they are as good.
func secretFlags(args []string) error {
	for i, arg := range args {
		flag, value, joined := strings.Cut(arg, "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		variable, ok := map[string]string{"--database-url": "DATABASE_URL", "--smtp": "DELFI_SMTP_URL", "--master-key": "DELFI_MASTER_KEY", "--master-key-next": "DELFI_MASTER_KEY_NEXT"}[flag]
		if !ok || !strings.HasPrefix(flag, "--master-key") && !hasPassword(value) {
			continue
		}
		return fmt.Errorf("%s: everybody on this machine reads a program's flags, and this one holds a secret: set %s in the environment instead", flag, variable)
	}
	return nil
}

// hasPassword tells whether an address, or libpq's list of settings, holds one.
func hasPassword(text string) bool {
	if u, err := url.Parse(text); err == nil && u.Scheme != "" {
		_, has := u.User.Password()
		return has || u.Query().Has("password")
	}
	text = strings.Join(strings.Fields(text), " ") // libpq allows blanks around the sign
	return strings.Contains(" "+strings.ReplaceAll(text, " =", "="), " password=")
}
