package login

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/account"
)

func TestClaimsAreMappedAsConfigured(t *testing.T) {
	for name, tc := range map[string]struct {
		mapping Mapping
		said    map[string]any
		want    account.Claims
		fails   bool
	}{
		"as they are usually called": {
			said: map[string]any{"name": "Anna", "email": "a@b.example", "municipality": "Riva", "groups": []any{"riva/moderator"}},
			want: account.Claims{Name: "Anna", Email: "a@b.example", Municipality: "Riva", Groups: []string{"riva/moderator"}},
		},
		"nothing said": {said: map[string]any{}},
		"a path through objects": {
			mapping: Mapping{Municipality: "address.locality", Groups: "resource_access.delfi.roles"},
			said: map[string]any{
				"address":         map[string]any{"locality": "Riva"},
				"resource_access": map[string]any{"delfi": map[string]any{"roles": []any{"riva/council"}}},
			},
			want: account.Claims{Municipality: "Riva", Groups: []string{"riva/council"}},
		},
		"a name with dots of its own": {
			mapping: Mapping{Groups: "https://riva.example/groups"},
			said:    map[string]any{"https://riva.example/groups": "riva/moderator, riva/council"},
			want:    account.Claims{Groups: []string{"riva/moderator", "riva/council"}},
		},
		"groups renamed, and as Keycloak writes paths": {
			mapping: Mapping{Roles: map[string]string{"urp-staff": "riva/moderator"}},
			said:    map[string]any{"groups": []any{"urp-staff", "/riva/facilitator"}},
			want:    account.Claims{Groups: []string{"riva/moderator", "riva/facilitator"}},
		},
		"a name in two parts, as SPID says it": {
			said: map[string]any{"given_name": "Anna", "family_name": "Vandelli"},
			want: account.Claims{Name: "Anna Vandelli"},
		},
		"a name that is no text":    {said: map[string]any{"name": 7}, fails: true},
		"groups that are no texts":  {said: map[string]any{"groups": []any{1}}, fails: true},
		"groups that are an object": {said: map[string]any{"groups": map[string]any{}}, fails: true},
	} {
		got, err := tc.mapping.orDefault().read(tc.said)
		if (err != nil) != tc.fails {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(tc.want, got); d != "" && !tc.fails {
			t.Errorf("%s: %s", name, d)
		}
	}
}
