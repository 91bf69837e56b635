package wording_test

import (
	"testing"

	"delfi/internal/verify/wording"
)

// TestTranslated: the texts of an item are in the further languages of the protocol, and in no
// other; one that lacks some is not whole.
func TestTranslated(t *testing.T) {
	for name, c := range map[string]struct {
		texts           map[string]string
		declared, whole bool
	}{
		"none":                {nil, true, false},
		"all":                 {map[string]string{"de": "Aussage", "sl": "Trditev"}, true, true},
		"one of two":          {map[string]string{"de": "Aussage"}, true, false},
		"the first language":  {map[string]string{"it": "Altro", "de": "Aussage"}, false, false},
		"another language":    {map[string]string{"de": "Aussage", "fr": "Phrase"}, false, false},
		"a blank translation": {map[string]string{"de": "Aussage", "sl": ""}, false, false},
	} {
		if declared, whole := wording.Translated([]string{"de", "sl"}, c.texts); declared != c.declared || whole != c.whole {
			t.Errorf("%s: %v, %v", name, declared, whole)
		}
	}
}
