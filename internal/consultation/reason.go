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
	whyKeyDate   = "key_date"
	whyLastRound = "last_round"
	whyImported  = "imported"
	whyDrift     = "drift"
	whyBrokeOff  = "broke_off"
)

var systemReasons = map[string]map[string]string{
	"it": {
		whyKeyDate:              "È arrivata la data ultima della chiave fissata dal protocollo.",
		whyLastRound:            "Non si tengono altri giri.",
		whyImported:             "La conversazione importata è finita.",
		whyDrift:                "Le risposte a tutte le affermazioni sono ferme: lo spostamento è sotto la soglia del protocollo.",
		whyBrokeOff:             "L’importazione si è interrotta: non è stato pubblicato nulla.",
		"no_live_item":          "Non c’è nessuna affermazione in gioco: non ci sarebbe nulla a cui rispondere.",
		"staff_missing":         "Manca una delle persone che devono condurre la consultazione.",
		"not_released":          "Il giro precedente non è ancora stato reso pubblico.",
		"contributions_pending": "Ci sono contributi ancora da esaminare.",
	},
	"en": {
		whyKeyDate:              "The latest date of the key, set by the protocol, has come.",
		whyLastRound:            "No further round is held.",
		whyImported:             "The imported conversation ended.",
		whyDrift:                "Answers to all statements hold still: their drift lies below the protocol's threshold.",
		whyBrokeOff:             "The import broke off: nothing was published.",
		"no_live_item":          "No statement is in play: there would be nothing to answer.",
		"staff_missing":         "Somebody who must steer the consultation is missing.",
		"not_released":          "The round before is not released yet.",
		"contributions_pending": "Contributions are still to be examined.",
	},
}

// why gives a reason of the system in the consultation's language; English for
// imports in a language that has no catalogue.
func (c Consultation) why(code string) string {
	if words, ok := systemReasons[c.Language]; ok {
		return words[code]
	}
	return systemReasons["en"][code]
}

// guarded gives the reason that a failed guard is.
func (c Consultation) guarded(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ""
	}
	if words := c.why(f.Code); words != "" {
		return words
	}
	return f.Message
}
