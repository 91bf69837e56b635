package login

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/account"
)

func TestClaimsAreMappedAsConfigured(t *testing.T) {
	for name, tc := range map[string]struct {
		mapping Mapping
		claims  map[string]any
		want    account.Claims
		fails   bool
	}{
		"as they are usually called": {
			claims: map[string]any{"name": "Anna", "email": "a@b.example", "municipality": "Riva", "groups": []any{"riva/moderator"}},
			want:   account.Claims{Name: "Anna", Email: "a@b.example", Municipality: "Riva", Groups: []string{"riva/moderator"}},
		},
		"nothing said": {claims: map[string]any{}},
		"a path through objects": {
			mapping: Mapping{Municipality: "address.locality", Groups: "resource_access.delfi.roles"},
			claims: map[string]any{
				"address":         map[string]any{"locality": "Riva"},
				"resource_access": map[string]any{"delfi": map[string]any{"roles": []any{"riva/council"}}},
			},
			want: account.Claims{Municipality: "Riva", Groups: []string{"riva/council"}},
		},
		"a name with dots of its own": {
			mapping: Mapping{Groups: "https://riva.example/groups"},
			claims:  map[string]any{"https://riva.example/groups": "riva/moderator"},
			want:    account.Claims{Groups: []string{"riva/moderator"}},
		},
		"one text is one group": {
			claims: map[string]any{"groups": "amici di riva/administrator"},
			want:   account.Claims{Groups: []string{"amici di riva/administrator"}},
		},
		"one text with a comma is one group": {
			claims: map[string]any{"groups": "coro,riva/administrator"},
			want:   account.Claims{Groups: []string{"coro,riva/administrator"}},
		},
		"an entry of a list is never cut": {
			mapping: Mapping{Separator: ","},
			claims:  map[string]any{"groups": []any{"coro,riva/administrator"}},
			want:    account.Claims{Groups: []string{"coro,riva/administrator"}},
		},
		"one text, cut as set": {
			mapping: Mapping{Separator: ","},
			claims:  map[string]any{"groups": "riva/moderator, amici di riva/council,"},
			want:    account.Claims{Groups: []string{"riva/moderator", "amici di riva/council"}},
		},
		"as Keycloak writes paths": {
			claims: map[string]any{"groups": []any{"/riva/facilitator"}},
			want:   account.Claims{Groups: []string{"riva/facilitator"}},
		},
		"with a map only the map": {
			mapping: Mapping{Roles: map[string]string{"urp-staff": "riva/moderator", "giunta": "riva/council"}},
			claims:  map[string]any{"groups": []any{"urp-staff", "riva/administrator", "/riva/facilitator", "/giunta"}},
			want:    account.Claims{Groups: []string{"riva/moderator", "riva/council"}},
		},
		"a map may name one consultation": {
			mapping: Mapping{Roles: map[string]string{"piazza": "riva/facilitator/la-piazza"}},
			claims:  map[string]any{"groups": []any{"piazza"}},
			want:    account.Claims{Groups: []string{"riva/facilitator/la-piazza"}},
		},
		"without a map a path of three parts is not ours": {
			claims: map[string]any{"groups": []any{"riva/facilitator/la-piazza", "/riva/moderator/uffici", "riva/moderator/"}},
			want:   account.Claims{},
		},
		"a name in two parts, as SPID says it": {
			claims: map[string]any{"given_name": "Anna", "family_name": "Vandelli"},
			want:   account.Claims{Name: "Anna Vandelli"},
		},
		"a name that is no text":    {claims: map[string]any{"name": 7}, fails: true},
		"groups that are no texts":  {claims: map[string]any{"groups": []any{1}}, fails: true},
		"groups that are an object": {claims: map[string]any{"groups": map[string]any{}}, fails: true},
	} {
		got, err := tc.mapping.orDefault().read(tc.claims)
		if (err != nil) != tc.fails {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(tc.want, got); d != "" && !tc.fails {
			t.Errorf("%s: %s", name, d)
		}
	}
}
