package login

import (
	"fmt"
	"strings"
	"testing"

	"delfi/internal/account"
)

func TestAttestedClaimsAreReadByTheirUsualNames(t *testing.T) {
	full := account.Attested{FiscalCode: "RSSMRA80A01H501U", Born: "1980-01-01", Municipality: "ROMA", Level: 2}
	for name, c := range map[string]struct {
		mapping Mapping
		claims  map[string]any
		want    account.Attested
	}{
		"SPID through a gateway": {
			claims: map[string]any{"fiscalNumber": "TINIT-RSSMRA80A01H501U", "dateOfBirth": "1980-01-01", "domicileMunicipality": "ROMA", "acr": "https://www.spid.gov.it/SpidL2"},
			want:   full,
		},
		"OpenID Connect": {
			claims: map[string]any{"https://attributes.eid.gov.it/fiscal_number": "tinit-rssmra80a01h501u", "birthdate": "1980-01-01", "address": map[string]any{"locality": "ROMA"}, "acr": "2"},
			want:   full,
		},
		"names that are set": {
			mapping: Mapping{FiscalCode: "cf", Birth: "nascita", Domicile: "residenza.comune"},
			claims:  map[string]any{"cf": "RSSMRA80A01H501U", "nascita": "1980-01-01", "residenza": map[string]any{"comune": "ROMA"}, "fiscalNumber": "X", "birthdate": "1990-01-01", "acr": "CIE L2"},
			want:    full,
		},
		"the account's municipality": {claims: map[string]any{"municipality": "Riva"}, want: account.Attested{Municipality: "Riva"}},
		"nothing":                    {claims: map[string]any{}},
		"other forms": {
			claims: map[string]any{"fiscalNumber": 12, "birthdate": "01/01/1980", "domicileMunicipality": []any{"ROMA"}, "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"},
		},
		"no level that counts":  {claims: map[string]any{"acr": "SpidL4"}},
		"a number that is none": {claims: map[string]any{"acr": "loa-12"}},
		"endless":               {claims: map[string]any{"fiscalNumber": strings.Repeat("A", 4000)}},
	} {
		if got := c.mapping.orDefault().attested(c.claims); got != c.want {
			t.Errorf("%s: %#v instead of %#v", name, fields(got), fields(c.want))
		}
	}
}

// fields shows what is hidden otherwise.
func fields(a account.Attested) []any {
	return []any{a.FiscalCode, a.Born, a.Municipality, a.Level}
}

func TestAttestedIsNeverPrinted(t *testing.T) {
	a := account.Attested{FiscalCode: "RSSMRA80A01H501U", Born: "1980-01-01"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		if text := fmt.Sprintf(verb, account.Actor{Attested: a}); strings.Contains(text, "RSSMRA") || strings.Contains(text, "1980") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

func TestASetNameIsAskedOfUserinfo(t *testing.T) {
	all := map[string]any{"name": "Anna", "email": "a@b.example", "municipality": "Riva", "groups": []any{}}
	if !(Mapping{}.orDefault().complete(all)) {
		t.Error("usual names are asked for although nobody set them")
	}
	if (Mapping{FiscalCode: "cf"}.orDefault().complete(all)) {
		t.Error("a fiscal code that is mapped and absent is not asked for")
	}
}
