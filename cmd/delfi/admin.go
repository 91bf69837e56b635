package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// adminCommand is for whoever runs the server: which administrations stand on it, who holds
// which role there, and what a law takes out of its record.
type adminCommand struct {
	Administration administrationCommand `cmd:"" help:"The public bodies on this server."`
	Role           roleCommand           `cmd:"" help:"Who holds which role in an administration."`
	Record         recordCommand         `cmd:"" help:"The words of the public record."`
}

type administrationCommand struct {
	Add    addAdministrationCommand    `cmd:"" help:"Add an administration."`
	Rename renameAdministrationCommand `cmd:"" help:"Change an administration's names and data; what is left out stays."`
	List   listAdministrationsCommand  `cmd:"" help:"List the administrations."`
}

type addAdministrationCommand struct {
	databaseSettings
	Slug    string `arg:"" help:"Short name, e.g. modena; the provider's groups name it (modena/moderator)."`
	Name    string `arg:"" help:"Name, e.g. \"Comune di Modena\"."`
	Address string `help:"One line for the foot of its pages, with how to be helped."`
	IPA     string `name:"ipa" placeholder:"CODE" help:"Codice IPA, e.g. c_f257."`
	Mail    string `placeholder:"ADDRESS" help:"Where to reach it."`
}

// Run adds it, and says how it gets an administrator.
func (c *addAdministrationCommand) Run(ctx context.Context) error {
	return c.accounts(ctx, func(accounts *account.Service) error {
		a, err := accounts.Add(ctx, account.Administration{Slug: c.Slug, Name: c.Name, Address: c.Address, IPA: c.IPA, Mail: c.Mail})
		if err != nil {
			return err
		}
		return tell("added: "+about(a), fmt.Sprintf("nobody administers it yet: delfi admin role grant %s administrator PERSON", a.Slug))
	})
}

type renameAdministrationCommand struct {
	databaseSettings
	Administration string  `arg:"" help:"Short name of the administration."`
	Name           *string `arg:"" optional:"" help:"New name."`
	Slug           *string `placeholder:"SLUG" help:"New short name; roles that the provider's groups claim under the old one end at each person's next sign-in."`
	Address        *string `help:"New line for the foot of its pages."`
	IPA            *string `name:"ipa" placeholder:"CODE" help:"New codice IPA; \"\" for none."`
	Mail           *string `placeholder:"ADDRESS" help:"New mail address; \"\" for none."`
}

// Run changes what was given.
func (c *renameAdministrationCommand) Run(ctx context.Context) error {
	return c.accounts(ctx, func(accounts *account.Service) error {
		a, err := accounts.Amend(ctx, c.Administration, func(a *account.Administration) {
			for _, d := range []struct {
				field *string
				given *string
			}{{&a.Name, c.Name}, {&a.Slug, c.Slug}, {&a.Address, c.Address}, {&a.IPA, c.IPA}, {&a.Mail, c.Mail}} {
				if d.given != nil {
					*d.field = *d.given
				}
			}
		})
		if err != nil {
			return unknownAdministration(err, c.Administration)
		}
		lines := []string{"now: " + about(a)}
		if a.Slug != c.Administration {
			lines = append(lines, fmt.Sprintf("the provider's groups name it %s/ROLE from now on: those of %s/ROLE give no role at the next sign-in", a.Slug, c.Administration))
		}
		return tell(lines...)
	})
}

type listAdministrationsCommand struct{ databaseSettings }

// Run lists them, one a line.
func (c *listAdministrationsCommand) Run(ctx context.Context) error {
	return c.accounts(ctx, func(accounts *account.Service) error {
		all, err := accounts.Administrations(ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return tell("there is no administration: delfi admin administration add SLUG NAME, or the page whose code delfi serve prints")
		}
		lines := make([]string, len(all))
		for i, a := range all {
			lines[i] = about(a)
		}
		return tell(lines...)
	})
}

// accounts opens the database, of a running server too, for as long as do takes.
func (c *databaseSettings) accounts(ctx context.Context, do func(*account.Service) error) error {
	db, keys, closeDatabase, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer closeDatabase()
	return mendable(do(account.New(db, keys)))
}

// about is an administration in one line.
func about(a account.Administration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", a.Slug, a.Name)
	for _, d := range []struct{ what, value string }{{"address", a.Address}, {"codice IPA", a.IPA}, {"mail", a.Mail}} {
		if d.value != "" {
			fmt.Fprintf(&b, "; %s %s", d.what, d.value)
		}
	}
	return b.String()
}

// tell prints lines that steer no terminal.
func tell(lines ...string) error {
	for _, l := range lines {
		if _, err := fmt.Fprintln(os.Stdout, prose.Printable(l)); err != nil {
			return err
		}
	}
	return nil
}

// unknownAdministration makes of an administration that is not there what the caller can
// mend.
func unknownAdministration(err error, slug string) error {
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	return fault.Bad(fault.Field{Name: "administration", Code: "unknown_administration", Message: fmt.Sprintf("there is none with the short name %q: see delfi admin administration list", slug)})
}
