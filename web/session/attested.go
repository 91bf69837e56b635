package session

import (
	"strconv"

	"delfi/internal/account"
)

// The keys of what the provider attested, for an enrolment. Of a stored session it is read by
// whoever holds the cookie alone.
const codeKey, bornKey, domicileKey, levelKey = "code", "born", "domicile", "level"

// Attested reads it from a session's values; "" is none.
func Attested(value func(key string) string) account.Attested {
	level, _ := strconv.Atoi(value(levelKey)) // none is 0
	return account.Attested{FiscalCode: value(codeKey), Born: value(bornKey), Municipality: value(domicileKey), Level: level}
}

// Attest puts it among a session's values, as far as there is something.
func Attest(a account.Attested, put func(key, value string)) {
	for key, value := range map[string]string{codeKey: a.FiscalCode, bornKey: a.Born, domicileKey: a.Municipality} {
		if value != "" {
			put(key, value)
		}
	}
	if a.Level > 0 {
		put(levelKey, strconv.Itoa(a.Level))
	}
}
