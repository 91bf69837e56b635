package claim

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/prose"
)

// Claims is what a sign-in tells about a person, after mapping.
type Claims struct {
	Issuer, Subject           string
	Name, Email, Municipality string
	Groups                    []string // "modena/moderator": administration's slug / role, and / a part's name for a role in one part
	Language                  string   // "it" or "en", of the page signed in from; "" keeps the one stored
}

// longest is how many characters of a claim are kept: providers are not ours,
// and a name of a megabyte would be on every page.
const longest = 200

// Tidy gives c as it can be stored and shown: on one line (Postgres
// refuses NUL), no endless names.
func (c Claims) Tidy() Claims {
	c.Name, c.Email, c.Municipality = line(c.Name), line(c.Email), line(c.Municipality)
	return c
}

func line(s string) string {
	s = prose.Flat(strings.ReplaceAll(strings.ToValidUTF8(s, ""), string(unicode.ReplacementChar), ""))
	if runes := []rune(s); len(runes) > longest {
		s = string(runes[:longest])
	}
	return s
}

// Repeats tells whether c says of an account what is stored of it, and nothing
// more. Groups of other systems may look like roles here: then it says no, and who
// reads the administrations finds out.
func (c Claims) Repeats(stored Claims) bool {
	if c.Name != stored.Name || c.Email != stored.Email || c.Municipality != stored.Municipality || c.Language != "" && c.Language != stored.Language {
		return false
	}
	return slices.Equal(offices(c.Groups), offices(stored.Groups))
}

// offices are the groups that can be roles, each once, in order.
func offices(groups []string) []string {
	var out []string
	for _, g := range groups {
		if _, ok := readOffice(g); ok {
			out = append(out, g)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// officeSaid is a role as a group says it: "modena/moderator", or "modena/moderator/la-piazza"
// for one part of the administration, by its name.
type officeSaid struct {
	slug string
	role office.Role
	part string // "" for the whole administration
}

func readOffice(group string) (officeSaid, bool) {
	slug, rest, found := strings.Cut(group, "/")
	role, part, scoped := strings.Cut(rest, "/")
	o := officeSaid{slug, office.Role(role), part}
	if scoped {
		return o, part != "" && !strings.Contains(part, "/") && slices.Contains(office.Scopable(), o.role)
	}
	return o, found && slices.Contains(office.Grantable(), o.role)
}

// CheckOffice refuses a group that can never be a role: its error says how one is written.
func CheckOffice(group string) error {
	if o, ok := readOffice(group); !ok || o.slug == "" {
		return fmt.Errorf("write ADMINISTRATION/ROLE, with one of the roles %s, or ADMINISTRATION/ROLE/CONSULTATION, with one of %s", listed(office.Grantable()), listed(office.Scopable()))
	}
	return nil
}

// listed writes roles down in a line.
func listed(roles []office.Role) string {
	var out []string
	for _, r := range roles {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

// Grants reads the groups against the administrations of this server and their parts.
// Groups that name none of them, or no role of ours, are other systems' business.
func (c Claims) Grants(bySlug map[string]uuid.UUID, part func(administration uuid.UUID, name string) (office.Scope, error)) ([]office.Grant, error) {
	var out []office.Grant
	for _, group := range c.Groups {
		o, ok := readOffice(group)
		id, known := bySlug[o.slug]
		if !ok || !known {
			continue
		}
		g := office.Grant{Administration: id, Role: o.role}
		if o.part != "" {
			var err error
			if g.Scope, err = part(id, o.part); err != nil {
				return nil, err
			}
			if g.Scope.Whole() {
				continue // no such part: never the whole instead
			}
		}
		if !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out, nil
}
