package rehearsal

import "fmt"

// invented are the words that stand for people's own, in the languages of consultations: they
// say themselves that nobody wrote them.
var invented = map[string]map[string]string{
	"it": {
		"statement": "Affermazione inventata n. %d: qui starà quella che nasce dai contributi.",
		"idea":      "Contributo inventato n. %d: qui starà l’idea di una persona.",
		"reason":    "Ragione inventata n. %d.",
		"answer":    "Risposta inventata n. %d, con parole che nessuno ha scritto.",
		"alias":     "Persona inventata %d",
	},
	"en": {
		"statement": "Invented statement no. %d: here will stand one that comes out of contributions.",
		"idea":      "Invented contribution no. %d: here will stand somebody’s idea.",
		"reason":    "Invented reason no. %d.",
		"answer":    "Invented answer no. %d, in words that nobody wrote.",
		"alias":     "Invented person %d",
	},
}

func words(language, key string, n int) string {
	of, ok := invented[language]
	if !ok {
		of = invented["en"]
	}
	return fmt.Sprintf(of[key], n)
}
