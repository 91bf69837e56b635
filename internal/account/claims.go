package account

import (
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"delfi/internal/prose"
)

// Claims is what a sign-in tells about a person, after mapping.
type Claims struct {
	Issuer, Subject           string
	Name, Email, Municipality string
	Groups                    []string // "modena/moderator": administration's slug / role
	Language                  string   // "it" or "en", of the page signed in from; "" keeps the one stored
}

// longest is how many characters of a claim are kept: providers are not ours,
// and a name of a megabyte would be on every page.
const longest = 200

// tidy gives c as it can be stored and shown: on one line (Postgres
// refuses NUL), no endless names.
func (c Claims) tidy() Claims {
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

// repeats tells whether c says of an account what is stored of it, and nothing
// more. Groups of other systems may look like roles here: then it says no, and who
// reads the administrations finds out.
func (c Claims) repeats(stored Claims) bool {
	if c.Name != stored.Name || c.Email != stored.Email || c.Municipality != stored.Municipality || c.Language != "" && c.Language != stored.Language {
		return false
	}
	return slices.Equal(offices(c.Groups), offices(stored.Groups))
}

// offices are the groups that can be roles, each once, in order.
func offices(groups []string) []string {
	var out []string
	for _, g := range groups {
		if _, role, found := strings.Cut(g, "/"); found && slices.Contains(grantable, Role(role)) {
			out = append(out, g)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// grants reads the groups against the administrations of this server. Groups
// that name none of them, or no role of ours, are other systems' business.
func (c Claims) grants(bySlug map[string]uuid.UUID) []Grant {
	var out []Grant
	for _, group := range c.Groups {
		slug, role, found := strings.Cut(group, "/")
		id, known := bySlug[slug]
		if !found || !known || !slices.Contains(grantable, Role(role)) {
			continue
		}
		if g := (Grant{Administration: id, Role: Role(role)}); !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}
