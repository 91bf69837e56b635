package main

import (
	"context"
	"fmt"
	"slices"

	"delfi/internal/account"
	"delfi/internal/consultation/scope"
	"delfi/internal/fault"
)

type roleCommand struct {
	Grant  grantRoleCommand  `cmd:"" help:"Give a person a role, from the next request on."`
	Revoke revokeRoleCommand `cmd:"" help:"Take back a role that was granted, from the next request on."`
	List   listRolesCommand  `cmd:"" help:"List who holds which role, and where it comes from."`
}

// roleSettings name a role of a person.
type roleSettings struct {
	databaseSettings
	Administration string `arg:"" help:"Short name of the administration."`
	Role           string `arg:"" help:"administrator, moderator, facilitator, secretary or council."`
	Person         string `arg:"" help:"E-mail address, subject at the identity provider, or id of an account: somebody who has signed in once."`
	partSettings
}

// partSettings name a part of an administration.
type partSettings struct {
	Consultation string `placeholder:"SLUG" help:"One consultation of it, by the last part of its address: the role of a moderator, facilitator or secretary for this one alone."`
}

// part gives the scope of the named consultation; the whole administration when none is.
func (c partSettings) part(ctx context.Context, accounts *account.Service, scopes *scope.Service, administration string) (account.Scope, error) {
	if c.Consultation == "" {
		return account.Scope{}, nil
	}
	all, err := accounts.Administrations(ctx)
	if err != nil {
		return account.Scope{}, err
	}
	i := slices.IndexFunc(all, func(a account.Administration) bool { return a.Slug == administration })
	if i < 0 {
		return account.Scope{}, fault.New(fault.NotFound, "no_administration", "there is no such administration")
	}
	return scopes.Find(ctx, all[i].ID, c.Consultation)
}

// roles is accounts with what names the consultations that roles are held for.
func (c *databaseSettings) roles(ctx context.Context, do func(*account.Service, *scope.Service) error) error {
	db, keys, closeDatabase, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer closeDatabase()
	return mendable(do(account.New(db, keys), scope.New(db)))
}

type grantRoleCommand struct{ roleSettings }

// Run grants it.
func (c *grantRoleCommand) Run(ctx context.Context) error {
	return c.roles(ctx, func(accounts *account.Service, scopes *scope.Service) error {
		part, err := c.part(ctx, accounts, scopes, c.Administration)
		if err != nil {
			return unknownAdministration(err, c.Administration)
		}
		h, err := accounts.GrantRole(ctx, c.Administration, account.Role(c.Role), part, c.Person)
		if err != nil {
			return unknownAdministration(err, c.Administration)
		}
		lines := []string{"granted: " + holding(h, c.Consultation), "it holds from the next request on, and no sign-in takes it back"}
		if h.Claimed {
			lines = append(lines, "the identity provider's groups give it too")
		}
		return tell(lines...)
	})
}

type revokeRoleCommand struct{ roleSettings }

// Run revokes it.
func (c *revokeRoleCommand) Run(ctx context.Context) error {
	return c.roles(ctx, func(accounts *account.Service, scopes *scope.Service) error {
		part, err := c.part(ctx, accounts, scopes, c.Administration)
		if err != nil {
			return unknownAdministration(err, c.Administration)
		}
		h, err := accounts.RevokeRole(ctx, c.Administration, account.Role(c.Role), part, c.Person)
		if err != nil {
			return unknownAdministration(err, c.Administration)
		}
		if h.Claimed {
			return tell("revoked: "+holding(h, c.Consultation), "the person still holds the role: it also comes from the identity provider's groups, and ends at the sign-in at which they no longer say so")
		}
		return tell("revoked: "+holding(h, c.Consultation), "it ends with the next request")
	})
}

type listRolesCommand struct {
	databaseSettings
	Administration string `arg:"" optional:"" help:"Short name of an administration; all of them by default."`
	partSettings
}

// Run lists the roles, one a line.
func (c *listRolesCommand) Run(ctx context.Context) error {
	return c.roles(ctx, func(accounts *account.Service, scopes *scope.Service) error {
		part, err := c.part(ctx, accounts, scopes, c.Administration)
		if err != nil {
			return unknownAdministration(err, c.Administration)
		}
		all, err := accounts.Holders(ctx, c.Administration)
		if err != nil {
			return unknownAdministration(err, c.Administration)
		}
		if !part.Whole() {
			all = slices.DeleteFunc(all, func(h account.Holding) bool { return h.Scope != part })
		}
		if len(all) == 0 {
			return tell("nobody holds a role: delfi admin role grant ADMINISTRATION ROLE PERSON")
		}
		held := make([]account.Scope, len(all))
		for i, h := range all {
			held[i] = h.Scope
		}
		of, err := scopes.Named(ctx, held...)
		if err != nil {
			return err
		}
		lines := make([]string, len(all))
		for i, h := range all {
			lines[i] = holding(h, of[h.Scope].Slug) + ", " + from(h)
		}
		return tell(lines...)
	})
}

// holding is a role with its person in one line; of is the address of the consultation
// that it is for, "" for the whole administration.
func holding(h account.Holding, of string) string {
	role := string(h.Role)
	if of != "" {
		role += " of " + of
	}
	return fmt.Sprintf("%s %s: %s, %s, subject %s of %s", h.Administration, role, or(h.Name, "(no name)"), or(h.Email, "(no e-mail)"), h.Subject, h.Issuer)
}

// from says where a role comes from.
func from(h account.Holding) string {
	switch {
	case h.Claimed && h.Granted:
		return "granted here and claimed by the identity provider's groups"
	case h.Claimed:
		return "claimed by the identity provider's groups"
	}
	return "granted here"
}
