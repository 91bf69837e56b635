package dossier

import "testing"

// A reword shows what was taken out and put in, not the whole sentence twice.
func TestReworded(t *testing.T) {
	for _, c := range []struct{ was, is, out, in string }{
		{"il limite vale sempre, davvero", "il limite vale tutto il giorno, davvero", "sempre,", "tutto il giorno,"},
		{"il limite vale", "il limite vale sempre", "vale", "vale sempre"},
		{"tutto nuovo", "parole diverse", "tutto nuovo", "parole diverse"},
		{"a b a b", "a b", "b a b", "b"},
		{"", "nuovo", "", "nuovo"},
	} {
		if out, in := Reworded(c.was, c.is); out != c.out || in != c.in {
			t.Errorf("%q → %q: −%q +%q, wants −%q +%q", c.was, c.is, out, in, c.out, c.in)
		}
	}
}
