package main

import (
	"context"
	"fmt"

	"delfi/internal/account"
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
	Role           string `arg:"" help:"administrator, moderator, facilitator or council."`
	Person         string `arg:"" help:"E-mail address, subject at the identity provider, or id of an account: somebody who has signed in once."`
}

type grantRoleCommand struct{ roleSettings }

// Run grants it.
func (c *grantRoleCommand) Run(ctx context.Context) error {
	return c.accounts(ctx, func(accounts *account.Service) error {
		h, err := accounts.GrantRole(ctx, c.Administration, account.Role(c.Role), c.Person)
		if err != nil {
			return unknownAdministration(err, c.Administration)
		}
		lines := []string{"granted: " + holding(h), "it holds from the next request on, and no sign-in takes it back"}
		if h.Claimed {
			lines = append(lines, "the identity provider's groups give it too")
		}
		return tell(lines...)
	})
}

type revokeRoleCommand struct{ roleSettings }

// Run revokes it.
func (c *revokeRoleCommand) Run(ctx context.Context) error {
	return c.accounts(ctx, func(accounts *account.Service) error {
		h, err := accounts.RevokeRole(ctx, c.Administration, account.Role(c.Role), c.Person)
		if err != nil {
			return unknownAdministration(err, c.Administration)
		}
		if h.Claimed {
			return tell("revoked: "+holding(h), "the person still holds the role: it also comes from the identity provider's groups, and ends at the sign-in at which they no longer say so")
		}
		return tell("revoked: "+holding(h), "it ends with the next request")
	})
}

type listRolesCommand struct {
	databaseSettings
	Administration string `arg:"" optional:"" help:"Short name of an administration; all of them by default."`
}

// Run lists the roles, one a line.
func (c *listRolesCommand) Run(ctx context.Context) error {
	return c.accounts(ctx, func(accounts *account.Service) error {
		all, err := accounts.Holders(ctx, c.Administration)
		if err != nil {
			return unknownAdministration(err, c.Administration)
		}
		if len(all) == 0 {
			return tell("nobody holds a role: delfi admin role grant ADMINISTRATION ROLE PERSON")
		}
		lines := make([]string, len(all))
		for i, h := range all {
			lines[i] = holding(h) + ", " + from(h)
		}
		return tell(lines...)
	})
}

// holding is a role with its person in one line.
func holding(h account.Holding) string {
	return fmt.Sprintf("%s %s: %s, %s, subject %s of %s", h.Administration, h.Role, or(h.Name, "(no name)"), or(h.Email, "(no e-mail)"), h.Subject, h.Issuer)
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
