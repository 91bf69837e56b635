package office

import (
	"slices"
	"strings"

	"delfi/internal/fault"
)

// Needs is the fault of who holds none of the roles that do an act, with their names; roles
// that nobody holds (the system's) are left out.
func Needs(roles ...Role) *fault.Fault {
	var terms fault.Terms
	var names []string
	for _, role := range roles {
		if slices.Contains(Grantable(), role) && !slices.Contains(names, string(role)) {
			terms, names = append(terms, fault.Term("account.role."+string(role))), append(names, string(role))
		}
	}
	return fault.New(fault.Forbidden, "wrong_role", "this act belongs to the role of "+strings.Join(names, " or ")+", which you do not hold here").With("roles", terms)
}
