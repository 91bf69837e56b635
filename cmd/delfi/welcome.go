package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"

	"delfi/internal/login/devidp"
)

// print writes the settings that are in force, secrets left out.
func (c *serveCommand) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, value string) { fmt.Fprintf(t, "  %s\t%s\n", name, value) }
	fmt.Fprintln(w, "delfi serve")
	line("listen", c.Listen)
	line("base-url", c.BaseURL)
	if c.DatabaseURL != "" {
		line("database", withoutPassword(c.DatabaseURL))
	} else {
		line("database", "private cluster in "+c.Data)
	}
	line("data", c.Data)
	if c.OIDC.Issuer != "" {
		line("oidc-issuer", c.OIDC.Issuer)
		line("oidc-client-id", c.OIDC.ClientID)
		line("oidc-client-secret", or(set(os.Getenv(secretVariable)+c.OIDC.SecretFile+c.OIDC.KeyFile), "none: a public client"))
	} else {
		line("oidc-issuer", "built-in provider on "+c.Provider.Listen)
	}
	line("smtp", or(withoutPassword(c.SMTP), "none: mail waits"))
	line("master-key", or(set(c.MasterKey), "generated, in the data folder"))
	line("log-level", c.LogLevel)
	// What cannot be written to the terminal is no reason not to serve.
	_ = t.Flush()
}

// welcome says where to go, with which code the first administration is made on a server
// that has none, and, with the built-in provider, who can sign in.
func (c *serveCommand) welcome(w io.Writer, p *devidp.Provider, firstCode string) {
	fmt.Fprintf(w, "\nDelfi is at %s\n", c.BaseURL)
	if firstCode != "" {
		fmt.Fprintf(w, "\nThere is no administration yet. Sign in at %s/first-run and enter this code, once, until the next start:\n\n  %s\n", c.BaseURL, firstCode)
	}
	if p == nil {
		return
	}
	fmt.Fprintf(w, "\nTHE BUILT-IN IDENTITY PROVIDER IS ON: anybody who reaches %s can be anybody.\n\nWho can sign in:\n", p.Issuer())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, who := range p.People() {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", who.Subject, who.Name, or(strings.Join(who.Groups, ", "), "citizen of "+who.Municipality))
	}
	_ = t.Flush() // as above
	fmt.Fprintln(w, "\nCtrl-C stops everything.")
}

// withoutPassword shows where an address leads. What is no URL may hold a
// password anywhere (libpq's "host=… password=…"), and so may a URL's query.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if address == "" {
		return ""
	}
	if err != nil || u.Scheme == "" {
		return "(set)"
	}
	u.RawQuery, u.Fragment = "", ""
	return u.Redacted()
}

func set(secret string) string {
	if secret == "" {
		return ""
	}
	return "(set)"
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}
