package public

import (
	"strings"
	"testing"

	"delfi/internal/consultation"
)

// Where answers stand in two camps no median is shown, and the page says why: two
// opposite parties are named only where the verdict is two poles, or would be.
func TestTwoCampsAreNotCalledPolesBesideAMajority(t *testing.T) {
	poles, apart := "Con due parti opposte la mediana", "Le risposte formano due gruppi più che uno: la mediana"
	for _, c := range []struct {
		name, word string
		first, now []int
		says, not  string
	}{
		{"63 to 30", "Maggioranza a favore", spread(63, 9, 7, 5, 30, 1), spread(63, 9, 7, 5, 30, 1), apart, poles},
		{"46 to 32", "Maggioranza relativa a favore", spread(46, 9, 22, 5, 32, 1), spread(46, 9, 22, 5, 32, 1), apart, poles},
		{"49 to 39", "Due poli", spread(49, 9, 12, 5, 39, 1), spread(49, 9, 12, 5, 39, 1), poles, apart},
		{"two poles were they to hold", "In movimento", spread(80, 9, 20, 5), spread(40, 1, 20, 5, 40, 9), poles, apart},
	} {
		o, documents := judged(t, frozen(t), 100, [][]int{c.first}, [][]int{c.now})
		r := resultView{view: o.view, Round: consultation.Round{Number: 2}, Document: documents[1]}
		for page, d := range map[string]string{
			"opinion": textOf(drawnIn(t, "it", o), "article"), "round": textOf(rendered(t, "it", result(r)), "article"),
		} {
			if !strings.Contains(d, c.word) || !strings.Contains(d, c.says) || strings.Contains(d, c.not) || strings.Contains(d, "la mediana è") {
				t.Errorf("%s, %s: %q", c.name, page, d)
			}
		}
	}
}
