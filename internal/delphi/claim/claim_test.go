package claim_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"delfi/internal/delphi/claim"
)

func TestRulesAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]string{
		"municipality F257 Modena; age 16-; level 2":         "",
		"level 2 ; age 16-":                                  "age 16-; level 2",
		"municipality f257 Modena,h223  Reggio  nell'Emilia": "municipality F257 Modena, H223 Reggio nell'Emilia",
		"age -35":         "",
		"age 18-18":       "",
		"AGE 18-35":       "age 18-35",
		"level 1":         "",
		"age 0-5":         "age -5",
		"age 16-;level 3": "age 16-; level 3",
	} {
		r, err := claim.Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if want == "" {
			want = text
		}
		if r.String() != want {
			t.Errorf("%q is written %q, want %q", text, r.String(), want)
		}
		again, err := claim.Parse(r.String())
		if err != nil || again.String() != r.String() {
			t.Errorf("%q does not survive: %v, %v", text, again, err)
		}
	}
}

func TestABadRuleIsRefusedInWords(t *testing.T) {
	for text, word := range map[string]string{
		"":                                 "says nothing",
		"chi abita a Modena":               `unknown term "chi"`,
		"municipality Modena":              "Belfiore",
		"municipality":                     "Belfiore",
		"municipality F257":                "without its name",
		"municipality F257 Modena, F257 M": "twice",
		"municipality F25 Modena":          "Belfiore",
		"age":                              "write age",
		"age 16":                           "write age",
		"age -":                            "write age",
		"age 35-16":                        "younger age first",
		"age -0":                           "write age",
		"age 0-":                           "write age",
		"age +16-":                         "write age",
		"age 16-200":                       "write age",
		"age 1.5-":                         "write age",
		"level 4":                          "write level",
		"level 0":                          "write level",
		"level":                            "write level",
		"level 2; level 3":                 "twice",
		"age 16-; ; level 2":               "says nothing",
		"level 2;":                         "says nothing",
	} {
		if _, err := claim.Parse(text); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%q: %v, want words with %q", text, err, word)
		}
	}
}

func TestATermIsMetUnmetOrMissing(t *testing.T) {
	rule, err := claim.Parse("municipality F257 Modena, A944 Bologna; age 16-35; level 2")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2027, 5, 18, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		given                    claim.Said
		municipality, age, level claim.State
	}{
		"all":                {claim.Said{"1999-01-31", "MODENA", 2}, claim.Met, claim.Met, claim.Met},
		"by code":            {claim.Said{"1999-01-31", "a944", 3}, claim.Met, claim.Met, claim.Met},
		"nothing":            {claim.Said{}, claim.Missing, claim.Missing, claim.Missing},
		"sixteen today":      {claim.Said{"2011-05-18", "Modena", 2}, claim.Met, claim.Met, claim.Met},
		"sixteen tomorrow":   {claim.Said{"2011-05-19", "Modena", 2}, claim.Met, claim.Unmet, claim.Met},
		"thirty-six today":   {claim.Said{"1991-05-18", "Modena", 2}, claim.Met, claim.Unmet, claim.Met},
		"the last day of 35": {claim.Said{"1991-05-19", "Modena", 2}, claim.Met, claim.Met, claim.Met},
		"elsewhere, weak":    {claim.Said{"1999-01-31", "Carpi", 1}, claim.Unmet, claim.Met, claim.Unmet},
		"no day, born later": {claim.Said{"31/01/1999", " ’ ", 1}, claim.Missing, claim.Missing, claim.Unmet},
		"born tomorrow":      {claim.Said{"2027-05-19", "Modena", 2}, claim.Met, claim.Missing, claim.Met},
	} {
		got := rule.Judge(c.given, day)
		want := []claim.Finding{{claim.Municipality, c.municipality}, {claim.Age, c.age}, {claim.Level, c.level}}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if fits := !slices.ContainsFunc(want, func(f claim.Finding) bool { return f.State != claim.Met }); claim.Fits(got) != fits {
			t.Errorf("%s: fits is %v", name, !fits)
		}
	}
	if got := (claim.Rule{}).Judge(claim.Said{}, day); len(got) != 0 || !claim.Fits(got) {
		t.Errorf("a rule that asks nothing finds %v", got)
	}
}

func TestNamesOfOnePlaceAreOnePlace(t *testing.T) {
	for name, given := range map[string]string{
		"Reggio nell'Emilia":      "REGGIO NELL’EMILIA",
		"Forlì":                   "FORLI'",
		"Riva d’Arno":             "Riva D'Arno",
		"Bolzano/Bozen":           "Bozen",
		"San Dorligo della Valle": "SAN DORLIGO DELLA VALLE/DOLINA",
	} {
		r := claim.Rule{Places: []claim.Place{{Code: "X001", Name: name}}}
		if !claim.Fits(r.Judge(claim.Said{Municipality: given}, time.Time{})) {
			t.Errorf("%q is not %q", given, name)
		}
	}
	r := claim.Rule{Places: []claim.Place{{Code: "F257", Name: "Modena"}}}
	for _, other := range []string{"Modenaa", "Castelfranco Emilia/", "F258", "/"} {
		if claim.Fits(r.Judge(claim.Said{Municipality: other}, time.Time{})) {
			t.Errorf("%q is Modena", other)
		}
	}
}

// TestWhatIsReadIsWrittenAlike: a rule that is read says the same when it is read again.
func TestWhatIsReadIsWrittenAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(age [0-9]{0,2}-[0-9]{0,2}|level [0-4]|municipality [A-Z][0-9]{3} [A-Za-zà ]{0,6}|;| ){0,5}`).Draw(t, "rule")
		r, err := claim.Parse(text)
		if err != nil {
			return
		}
		again, err := claim.Parse(r.String())
		if err != nil || again.String() != r.String() {
			t.Fatalf("%q is written %q, and read as %v, %v", text, r.String(), again, err)
		}
	})
}
