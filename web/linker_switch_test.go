package web_test

import (
	"strings"
	"testing"

	"delfi/internal/pseudonym"
)

// Without one of the rules of docs/RECORD.md §2 the attack succeeds: the village writes or
// works as a build that lacks the rule.
func TestWithoutARuleTheAttackSucceeds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		off    string
		mode   pseudonym.Mode
		moment string
		link   string
	}{
		{"(a)", pseudonym.SealedKey, "gather round open, an hour later", "person seen"},
		{"(b)", pseudonym.SealedKey, "gather round open, within the hour", toText},
		{"(d)", pseudonym.SealedKey, "gather round open, an hour later", toRow},
		{"(d)", pseudonym.SealedKey, "answering round open, an hour later", toPanelist},
		{"(d)", pseudonym.SealedKey, "the hour’s work, gather round open", toRow},
		{"(d)", pseudonym.SealedKey, "the hour’s work, answering round open", toPanelist},
		{"(d) in place", pseudonym.SealedKey, "the hour’s work, gather round open", toRow},
		{"(g) order", pseudonym.SealedKey, "the hour’s work, answering round open", knownTo},
		{"(e)", pseudonym.HeldCode, "answering round open, within the hour", toPanelist},
		{"(f)", pseudonym.SealedKey, "after the night of leaving", leaverTo},
		{"(f) order", pseudonym.SealedKey, "the night's work", leaverTo},
		{"(g)", pseudonym.SealedKey, "answering round open, within the hour", knownTo},
		{"(c)", pseudonym.SealedKey, "appeals raised, within the hour", toAppeal},
	} {
		t.Run(c.off+" "+c.link, func(t *testing.T) {
			v := newVillage(t, natural{mode: c.mode, share: 1, overlap: 1, people: 20, off: c.off, only: c.moment})
			v.live()
			f := v.best(c.moment, c.link)
			t.Log(f)
			if !f.found() || f.hits*10 < f.of*9 {
				t.Errorf("without %s the attack finds %d of %d: it is no attack", c.off, f.hits, f.of)
			}
		})
	}
}

// (h): somebody reads the consultation's page after each visit, and says that whoever came
// before the number moved has enrolled. Half of those who come enrol.
func TestNobodyIsSeenToEnrol(t *testing.T) {
	t.Parallel()
	for _, rule := range []bool{true, false} {
		v := newVillage(t, natural{mode: pseudonym.SealedKey, overlap: 1})
		shown := func() string {
			if !rule {
				return v.thief.Order(t, `SELECT count(*)::text FROM civic.enrolment`)[0]
			}
			return v.site.Stranger().Get(t, at("")).Text("main")
		}
		hits, enrolled := 0, 0
		for n, p := range v.born(24, false) {
			seen := shown()
			b := v.comes(p)
			b.Get(t, at("/enrol"))
			if n%2 == 0 {
				v.enrols(b, p)
				enrolled++
			}
			if moved := shown() != seen; moved && n%2 == 0 {
				hits++
			} else if moved {
				t.Error("the page moves although nobody enrolled")
			}
			if n == 11 {
				v.hour()
			}
		}
		t.Logf("number in steps %-5v: %d of %d are seen to enrol", rule, hits, enrolled)
		if rule && hits > 0 || !rule && hits < enrolled {
			t.Errorf("number in steps %v: %d of %d are seen to enrol", rule, hits, enrolled)
		}
		if got := v.site.Stranger().Get(t, at("")).Text("main"); !strings.Contains(got, "5") {
			t.Errorf("the page says nothing of who is enrolled: %s", got)
		}
	}
}
