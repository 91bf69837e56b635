package main

import (
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"os"
	"slices"
	"strconv"
	"time"
)

// The most that a server takes of requests in work, and how long one may wait.
const (
	mostWork = 65536
	mostWait = time.Minute
)

// checkAlone refuses settings that cannot work whatever the others are.
func (c *serveCommand) checkAlone() error {
	if c.Data == "" {
		return errors.New("--data is empty: write the folder of the keys, e.g. /var/lib/delfi")
	}
	if c.BackupDays < 0 || c.BackupDays > 3650 {
		return fmt.Errorf("--backup-days %d: write from 0 to 3650 days", c.BackupDays)
	}
	for _, of := range []struct{ flag, address, example string }{
		{"--listen", c.Listen, "127.0.0.1:8080"}, {"--provider-listen", c.Provider.Listen, "127.0.0.1:8081"}, {"--private-listen", c.Private.Listen, "127.0.0.1:9090"},
	} {
		if of.flag == "--private-listen" && of.address == "" {
			continue // off
		}
		_, port, err := net.SplitHostPort(of.address)
		if n, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil || n > 65535 {
			return fmt.Errorf("%s %q: write a host and a port, e.g. %s", of.flag, of.address, of.example)
		}
	}
	if a, err := netmail.ParseAddress(c.MailFrom); err != nil || a.Address == "" {
		return fmt.Errorf("--mail-from %q: write the sender of mail, e.g. Delfi <delfi@comune.example.it>", c.MailFrom)
	}
	if c.MaxWork < 1 || c.MaxWork > mostWork {
		return fmt.Errorf("--max-work %d: write how many requests may be in work, from 1 to %d", c.MaxWork, mostWork)
	}
	if c.MaxWait <= 0 || c.MaxWait > mostWait {
		return fmt.Errorf("--max-wait %s: write how long a request may wait, e.g. 2s, at most %s", c.MaxWait, mostWait)
	}
	if c.OIDC.Issuer != "" {
		if u, err := url.Parse(c.OIDC.Issuer); err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return fmt.Errorf("--oidc-issuer %q: write the provider's address without name, password or query, e.g. https://login.example.it", redacted(c.OIDC.Issuer))
		}
	}
	if !slices.Contains(c.OIDC.Scopes, "openid") {
		return fmt.Errorf("--oidc-scopes %q: openid is missing, without which a provider signs nobody in", c.OIDC.Scopes)
	}
	if c.OIDC.Prompt == "none" {
		return errors.New("--oidc-prompt none: a provider that may show nothing signs nobody in; leave it out, or write select_account or login")
	}
	return nil
}

// redacted is an address without its password.
func redacted(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Redacted()
	}
	return address
}

// checkPairs refuses settings that do not go with others, or do nothing without them.
func (c *serveCommand) checkPairs() error {
	if c.Private.Anywhere && c.Private.Listen == "" {
		return errors.New("--private-anywhere: nothing listens there; set --private-listen too, or leave it out")
	}
	if c.OIDC.KeyID != "" && c.OIDC.KeyFile == "" {
		return errors.New("--oidc-client-key-id: there is no key; set --oidc-client-key-file too, or leave it out")
	}
	if c.OIDC.Issuer == "" && os.Getenv(secretVariable) != "" {
		return fmt.Errorf("--oidc-issuer is missing: $%s holds the secret of a client, and one without a provider signs nobody in", secretVariable)
	}
	if c.OIDC.Issuer != "" && c.Provider.Anywhere {
		return errors.New("--provider-anywhere goes with the built-in provider: leave it or --oidc-issuer out")
	}
	taken := map[string]string{}
	for _, of := range []struct{ flag, address string }{{"--listen", c.Listen}, {"--provider-listen", c.Provider.Listen}, {"--private-listen", c.Private.Listen}} {
		_, port, _ := net.SplitHostPort(of.address) // checkAlone has read it
		if of.address == "" || port == "0" || of.flag == "--provider-listen" && c.OIDC.Issuer != "" {
			continue
		}
		if other := taken[of.address]; other != "" {
			return fmt.Errorf("%s %s: %s listens there too; choose another port", of.flag, of.address, other)
		}
		taken[of.address] = of.flag
	}
	return nil
}
