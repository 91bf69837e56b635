package consultation

import (
	"errors"

	"delfi/internal/fault"
)

// What happens by itself has its public reason too. It stands in the record for
// good, beside what staff wrote, so it is in the consultation's language and not
// in the reader's.

// The reasons of the system, by the code of the guard where one failed.
const (
	WhyKeyDate   = "key_date"
	WhyLastRound = "last_round"
	WhyImported  = "imported"
	WhyDrift     = "drift"
	WhyBrokeOff  = "broke_off"
	WhyNoWords   = "no_words"
)

var systemReasons = map[string]map[string]string{
	"it": {
		WhyKeyDate:              "È arrivata la data ultima della chiave fissata dal protocollo.",
		WhyLastRound:            "Non si tengono altri giri.",
		WhyImported:             "La conversazione importata è finita.",
		WhyDrift:                "Le risposte a tutte le affermazioni sono ferme: lo spostamento è sotto la soglia del protocollo.",
		WhyBrokeOff:             "L’importazione si è interrotta: non è stato pubblicato nulla.",
		WhyNoWords:              "Si proponeva di riformularla, ma nessuno ha scritto parole nuove: va al giro seguente con le sue.",
		"words_missing":         "Ci sono affermazioni da riformulare che non hanno ancora parole nuove.",
		"translations_missing":  "Ci sono affermazioni senza parole in una lingua della consultazione.",
		"no_live_item":          "Non c’è nessuna affermazione in gioco: non ci sarebbe nulla a cui rispondere.",
		"staff_missing":         "Manca una delle persone che devono condurre la consultazione.",
		"not_released":          "Il giro precedente non è ancora stato reso pubblico.",
		"contributions_pending": "Ci sono contributi ancora da esaminare.",
	},
	"en": {
		WhyKeyDate:              "The latest date of the key, set by the protocol, has come.",
		WhyLastRound:            "No further round is held.",
		WhyImported:             "The imported conversation ended.",
		WhyDrift:                "Answers to all statements hold still: their drift lies below the protocol's threshold.",
		WhyBrokeOff:             "The import broke off: nothing was published.",
		WhyNoWords:              "It was proposed for rewording, but nobody wrote new words: it goes to the next round with its own.",
		"words_missing":         "Statements to be reworded have no new words yet.",
		"translations_missing":  "Statements have no words in a language of the consultation yet.",
		"no_live_item":          "No statement is in play: there would be nothing to answer.",
		"staff_missing":         "Somebody who must steer the consultation is missing.",
		"not_released":          "The round before is not released yet.",
		"contributions_pending": "Contributions are still to be examined.",
	},
}

// Why gives a reason of the system in the consultation's language; English for
// imports in a language that has no catalogue.
func (c Consultation) Why(code string) string {
	if words, ok := systemReasons[c.First()]; ok {
		return words[code]
	}
	return systemReasons["en"][code]
}

// Guarded gives the reason that a failed guard is.
func (c Consultation) Guarded(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ""
	}
	if words := c.Why(f.Code); words != "" {
		return words
	}
	return f.Message
}
