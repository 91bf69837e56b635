package login

import (
	"cmp"
	"strings"
	"time"

	"delfi/internal/account"
)

// The names under which SPID and CIE say things, over SAML gateways and over OpenID Connect.
var (
	codeNames     = []string{"fiscalNumber", "fiscal_number", "https://attributes.eid.gov.it/fiscal_number"}
	birthNames    = []string{"birthdate", "dateOfBirth", "date_of_birth"}
	domicileNames = []string{"domicileMunicipality", "domicile_municipality", "address.locality"}
)

// attested reads the claims that an enrolment may ask for. A claim of another form than
// expected says nothing: who cannot enter by it is told that it is missing.
func (m Mapping) attested(claims map[string]any) account.Attested {
	a := account.Attested{
		FiscalCode:   strings.ToUpper(one(claims, m.FiscalCode, codeNames)),
		Born:         one(claims, m.Birth, birthNames),
		Municipality: cmp.Or(one(claims, m.Domicile, domicileNames), one(claims, m.Municipality, nil)),
	}
	// "TINIT-" says that the number is Italy's; another country's is no fiscal code.
	a.FiscalCode = strings.TrimPrefix(a.FiscalCode, "TINIT-")
	if _, err := time.Parse(time.DateOnly, a.Born); err != nil {
		a.Born = ""
	}
	acr, _ := claims["acr"].(string)
	a.Level = level(acr)
	return a
}

// longestAttested is the longest claim that is read, in bytes: a session holds it.
const longestAttested = 200

// one gives the first text among a claim's names; set alone where it is given.
func one(claims map[string]any, set string, usual []string) string {
	if set != "" {
		usual = []string{set}
	}
	for _, name := range usual {
		if text, ok := find(claims, name).(string); ok && text != "" && len(text) <= longestAttested {
			return strings.TrimSpace(text)
		}
	}
	return ""
}

// level reads a level of assurance: "https://www.spid.gov.it/SpidL2", "CIE L3", "2"; 0 for
// another context.
func level(acr string) int {
	if acr == "" {
		return 0
	}
	before, last := acr[:len(acr)-1], acr[len(acr)-1]
	if last < '1' || last > '3' || before != "" && !strings.HasSuffix(strings.ToUpper(before), "L") {
		return 0
	}
	return int(last - '0')
}
