package dossier

import "strings"

// Reworded parts a reword: what was taken out and what was put in, without the words that
// both wordings begin and end with.
func Reworded(was, is string) (out, in string) {
	a, b := strings.Fields(was), strings.Fields(is)
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	to := 0
	for to < len(a)-from && to < len(b)-from && a[len(a)-1-to] == b[len(b)-1-to] {
		to++
	}
	// A word on either side keeps a bare insertion or deletion readable.
	if (from == len(a)-to || from == len(b)-to) && from > 0 {
		from--
	}
	return strings.Join(a[from:len(a)-to], " "), strings.Join(b[from:len(b)-to], " ")
}
