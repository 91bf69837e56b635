package login

import (
	"fmt"
	"strings"

	"delfi/internal/account"
)

// Mapping says where a provider's claims stand. A name with dots is a path
// through objects ("address.locality", "realm_access.roles"), unless the
// provider has a claim by the whole name ("https://example.it/groups").
type Mapping struct {
	Name         string // "name"
	Email        string // "email"
	Municipality string // "municipality"
	// Where a fiscal code, the day of birth and the municipality of the domicile stand: ""
	// takes the names of SPID and CIE. A name that is set is asked of userinfo where the ID
	// token lacks it.
	FiscalCode, Birth, Domicile string
	Groups                      string // "groups": a list, or one text, which is one group
	// Separator cuts a groups claim that is one text (","); "" leaves it whole. A name
	// that people may choose must not become two groups because of a blank in it.
	Separator string
	// Roles maps a provider's groups to ours, e.g. {"urp-staff": "modena/moderator"}.
	// With a map only the groups in it count; without one, groups must read
	// "<administration>/<role>" themselves. A role for one consultation alone
	// ("modena/moderator/la-piazza") is given by a map only: the provider's paths of three
	// parts were not made for us.
	Roles map[string]string
}

func (m Mapping) orDefault() Mapping {
	for _, d := range []struct {
		field *string
		value string
	}{{&m.Name, "name"}, {&m.Email, "email"}, {&m.Municipality, "municipality"}, {&m.Groups, "groups"}} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	return m
}

// read maps claims to ours; a claim of the wrong kind is an error, an absent one is "".
func (m Mapping) read(claims map[string]any) (account.Claims, error) {
	var c account.Claims
	for _, d := range []struct {
		field *string
		name  string
	}{{&c.Name, m.Name}, {&c.Email, m.Email}, {&c.Municipality, m.Municipality}} {
		v := find(claims, d.name)
		text, ok := v.(string)
		if v != nil && !ok {
			return c, fmt.Errorf("claim %q is no text", d.name)
		}
		*d.field = text
	}
	if c.Name == "" {
		c.Name = given(claims)
	}
	groups, err := m.list(find(claims, m.Groups))
	if err != nil {
		return c, fmt.Errorf("claim %q: %w", m.Groups, err)
	}
	for _, g := range groups {
		if g, ok := m.role(g); ok {
			c.Groups = append(c.Groups, g)
		}
	}
	return c, nil
}

// role gives our name of a provider's group; false for one that does not count.
func (m Mapping) role(group string) (string, bool) {
	path := strings.TrimPrefix(group, "/") // Keycloak writes a group's path with a slash before it
	if len(m.Roles) == 0 {
		return path, strings.Count(path, "/") < 2
	}
	ours, ok := m.Roles[group]
	if !ok {
		ours, ok = m.Roles[path]
	}
	return ours, ok
}

// complete tells whether nothing that is mapped is absent. A claim that says nothing
// ("", an empty list) is there.
func (m Mapping) complete(claims map[string]any) bool {
	for _, name := range []string{m.Email, m.Municipality, m.Groups, m.FiscalCode, m.Birth, m.Domicile} {
		if name != "" && find(claims, name) == nil {
			return false
		}
	}
	return find(claims, m.Name) != nil || given(claims) != ""
}

// given is the name in two parts, as SPID and CIE say it.
func given(claims map[string]any) string {
	first, _ := claims["given_name"].(string)
	last, _ := claims["family_name"].(string)
	return strings.TrimSpace(first + " " + last)
}

func find(claims map[string]any, name string) any {
	if v, ok := claims[name]; ok {
		return v
	}
	first, rest, nested := strings.Cut(name, ".")
	inner, ok := claims[first].(map[string]any)
	if !nested || !ok {
		return nil
	}
	return find(inner, rest)
}

// list gives the groups of a claim: a list's texts, or one text as a whole.
func (m Mapping) list(v any) ([]string, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		if v == "" {
			return nil, nil
		}
		if m.Separator == "" {
			return []string{v}, nil
		}
		var out []string
		for g := range strings.SplitSeq(v, m.Separator) {
			if g = strings.TrimSpace(g); g != "" {
				out = append(out, g)
			}
		}
		return out, nil
	case []any:
		out := make([]string, 0, len(v))
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, fmt.Errorf("holds %T among its texts", e)
			}
			out = append(out, s)
		}
		return out, nil
	}
	return nil, fmt.Errorf("is %T and no list of texts", v)
}
