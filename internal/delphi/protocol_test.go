package delphi_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
)

// smallest is the shortest classical protocol: everything else is default.
const smallest = `{
	"version": 1, "variant": "classical", "languages": ["it"],
	"panel": {"groups": [{"id": "cittadini", "name": {"it": "Cittadini"}, "access": "open"}]},
	"anonymity": {"latest_key_date": "2027-06-30"},
	"rounds": [{"kind": "gather"}, {"kind": "answer"}, {"kind": "answer"}],
	"item_kinds": [{"id": "scala", "kind": "scale"}],
	"consensus": {"rule": "share", "share": {"from": 7, "to": 9}}
}`

// with replaces a part of the smallest document.
func with(t testing.TB, pairs ...string) string {
	t.Helper()
	s := smallest
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(s, pairs[i]) {
			t.Fatalf("the document has no %s", pairs[i])
		}
		s = strings.Replace(s, pairs[i], pairs[i+1], 1)
	}
	return s
}

func parse(t testing.TB, document string) protocol.Protocol {
	t.Helper()
	p, err := protocol.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The canonical form is part of the promise: a hash published years ago must
// still be the hash of the same rules.
func TestProtocolWritesItsDefaults(t *testing.T) {
	p := parse(t, smallest)
	const want = `{"anonymity":{"cosigners":[],"latest_key_date":"2027-06-30","mode":"sealed-key","proof_files":true},` +
		`"consensus":{"denominator":"judged","rule":"share","scope":"panel","share":{"from":7,"permille":750,"to":9}},` +
		`"disclosure":{"extremes_n":10,"group_n":10,"left_out_n":5,"min_n":5,"pairs_t":100,"small":"thirds","small_below":20},` +
		`"feedback":{"ask_reason_outside_iqr":true,"groups":true,"histogram":true,"median_iqr":true,"own":true,"reasons":"outside-first"},` +
		`"gates":{"judged_min":500,"paired_min":5,"response":0},` +
		`"item_kinds":[{"cannot_judge":true,"classes":[[1,3],[4,6],[7,9]],"high":{},"id":"scala","kind":"scale","low":{},"points":9}],` +
		`"items":{"max":100,"new_after_round":0,"source":"contributions"},"languages":["it"],` +
		`"measures":{"esteban_ray_alpha":1000,"quantile":7},` +
		`"panel":{"groups":[{"access":"open","id":"cittadini","name":{"it":"Cittadini"},"rule":""}],"late_joiners":true},` +
		`"publication":{"within_days":14},"reply":{"n":30,"template":"plain","unit":"day"},` +
		`"rounds":[{"days":14,"discussion":false,"kind":"gather","max_extensions":1,"min_days":3,"silent":true},` +
		`{"days":14,"discussion":false,"kind":"answer","max_extensions":1,"min_days":3,"silent":true},` +
		`{"days":14,"discussion":false,"kind":"answer","max_extensions":1,"min_days":3,"silent":true}],` +
		`"stability":{"multiplicity":"holm","scheibe":150,"tests":["scheibe","unchanged"],"unchanged_min":700,"unchanged_within":1,` +
		`"wilcoxon":{"alpha":50,"effect_min":100,"zeros":"drop"}},` +
		`"stop":{"auto":false,"when":"stable"},"variant":"classical","version":1}`
	if got := string(p.Canonical()); got != want {
		t.Errorf("canonical document\n%s\nwant\n%s", got, want)
	}
	again := parse(t, want)
	if !bytes.Equal(again.Canonical(), p.Canonical()) || again.Hash() != p.Hash() || len(p.Hash()) != 64 {
		t.Error("the canonical document does not read as itself")
	}
}

// Texts in further languages stand beside the first one's, and are read back; a protocol
// without them is written as if there were no such fields.
func TestProtocolTranslations(t *testing.T) {
	spoken := with(t, `["it"]`, `["it", "de"]`, `{"it": "Cittadini"}, "access": "open"`, `{"it": "Cittadini", "de": "Bürger"}, "access": "open", "rule": "residenti", "rule_in": {"de": "Einwohner"}`,
		`"variant": "classical"`, `"variant": "estimate"`, `{"rule": "share", "share": {"from": 7, "to": 9}}`, `{"rule": "iqr", "iqr": 2}`,
		`[{"id": "scala", "kind": "scale"}]`, `[{"id": "stima", "kind": "estimate", "unit": "anni", "unit_in": {"de": "Jahre"}, "min": 0, "max": 9}]`)
	p := parse(t, spoken)
	if p.Panel.Groups[0].RuleIn["de"] != "Einwohner" || p.ItemKinds[0].UnitIn["de"] != "Jahre" {
		t.Errorf("%+v %+v", p.Panel.Groups, p.ItemKinds)
	}
	if again := parse(t, string(p.Canonical())); !bytes.Equal(again.Canonical(), p.Canonical()) {
		t.Errorf("%s reads as %s", p.Canonical(), again.Canonical())
	}
	if old := parse(t, smallest).Canonical(); bytes.Contains(old, []byte("_in\"")) {
		t.Errorf("a protocol in one language writes %s", old)
	}
}

// Every constraint, by the field that its fault must name.
func TestProtocolRefuses(t *testing.T) {
	rounds := `[{"kind": "gather"}, {"kind": "answer"}, {"kind": "answer"}]`
	kinds := `[{"id": "scala", "kind": "scale"}]`
	rule := `{"rule": "share", "share": {"from": 7, "to": 9}}`
	end := `"to": 9}}`
	for _, c := range []struct{ name, document, field string }{
		{"empty", "", "document"},
		{"no object", "[]", "document"},
		{"broken", `{"version": 1,,}`, "document"},
		{"more after the end", smallest + "{}", "document"},
		{"not UTF-8", with(t, "Cittadini", "Citt\xe0"), "document"},
		{"half a surrogate", with(t, "Cittadini", `\ud800`), "document"},
		{"a fraction", with(t, `"version": 1`, `"version": 1.0`), "document"},
		{"an exponent", with(t, `"version": 1`, `"version": 1e0`), "document"},
		{"duplicate", with(t, `"version": 1`, `"version": 1, "version": 1`), "version"},
		{"duplicate below", with(t, `{"kind": "answer"}`, `{"kind": "answer", "days": 5, "days": 6}`), "rounds[1].days"},
		{"unknown", with(t, `"version": 1`, `"version": 1, "quorum": 5`), "quorum"},
		{"unknown below", with(t, `{"kind": "answer"}`, `{"kind": "answer", "hours": 5}`), "rounds[1].hours"},
		{"null", with(t, `"variant": "classical"`, `"variant": null`), "variant"},
		{"version", with(t, `"version": 1`, `"version": 2`), "version"},
		{"no version", with(t, `"version": 1,`, ``), "version"},
		{"variant", with(t, `"classical"`, `"delphi"`), "variant"},
		{"no language", with(t, `["it"]`, `[]`), "languages"},
		{"language", with(t, `["it"]`, `["Italian"]`), "languages[0]"},
		{"language twice", with(t, `["it"]`, `["it", "it"]`), "languages[1]"},
		{"words missing in a language", with(t, `["it"]`, `["it", "en"]`), "panel.groups[0].name.en"},
		{"words in another language", with(t, `{"it": "Cittadini"}`, `{"it": "Cittadini", "fr": "x"}`), "panel.groups[0].name.fr"},
		{"a rule in one language of three", with(t, `["it"]`, `["it", "en", "de"]`, `{"it": "Cittadini"}, "access": "open"`, `{"it": "C", "en": "C", "de": "B"}, "access": "open", "rule": "residenti", "rule_in": {"en": "residents"}`), "panel.groups[0].rule_in.de"},
		{"a rule's translation into the first language", with(t, `["it"]`, `["it", "en"]`, `{"it": "Cittadini"}, "access": "open"`, `{"it": "C", "en": "C"}, "access": "open", "rule": "residenti", "rule_in": {"it": "residenti", "en": "residents"}`), "panel.groups[0].rule_in.it"},
		{"a claim in words", with(t, `["it"]`, `["it", "en"]`, `{"it": "Cittadini"}, "access": "open"`, `{"it": "C", "en": "C"}, "access": "claim", "rule": "age 16-", "rule_in": {"en": "over 16"}`), "panel.groups[0].rule_in"},
		{"a unit in another language", with(t, kinds, `[{"id": "s", "kind": "estimate", "unit": "anni", "unit_in": {"en": "years"}, "min": 0, "max": 9}]`, rule, `{"rule": "median-iqr", "median_iqr": {"median_min": 7, "iqr_max": 2}}`), "item_kinds[0].unit_in.en"},
		{"the unit of a date in words", with(t, `["it"]`, `["it", "en"]`, `{"it": "Cittadini"}`, `{"it": "C", "en": "C"}`, kinds, `[{"id": "s", "kind": "date", "unit": "year", "unit_in": {"en": "years"}, "min": "2030", "max": "2040"}]`), "item_kinds[0].unit_in"},
		{"words of two lines", with(t, `{"it": "Cittadini"}`, `{"it": "Citta\ndini"}`), "panel.groups[0].name.it"},
		{"words turned round", with(t, `{"it": "Cittadini"}`, `{"it": "Citta\u202edini"}`), "panel.groups[0].name.it"},
		{"access", with(t, `"access": "open"`, `"access": "all"`), "panel.groups[0].access"},
		{"no groups", with(t, `[{"id": "cittadini", "name": {"it": "Cittadini"}, "access": "open"}]`, `[]`), "panel.groups"},
		{"group id", with(t, `"id": "cittadini"`, `"id": "I cittadini"`), "panel.groups[0].id"},
		{"group twice", with(t, `"access": "open"}`, `"access": "open"}, {"id": "cittadini", "name": {"it": "B"}}`), "panel.groups[1].id"},
		{"no key date", with(t, `{"latest_key_date": "2027-06-30"}`, `{}`), "anonymity.latest_key_date"},
		{"key date", with(t, "2027-06-30", "2027-06-31"), "anonymity.latest_key_date"},
		{"mode", with(t, `{"latest`, `{"mode": "open", "latest`), "anonymity.mode"},
		{"no rounds", with(t, rounds, `[]`), "rounds"},
		{"eleven rounds", with(t, rounds, `[{"kind": "gather"}`+strings.Repeat(`, {"kind": "answer"}`, 10)+`]`), "rounds"},
		{"days", with(t, `{"kind": "answer"}`, `{"kind": "answer", "days": 121}`), "rounds[1].days"},
		{"no days", with(t, `{"kind": "answer"}`, `{"kind": "answer", "days": 0}`), "rounds[1].days"},
		{"min_days", with(t, `{"kind": "answer"}`, `{"kind": "answer", "days": 5, "min_days": 6}`), "rounds[1].min_days"},
		{"extensions", with(t, `{"kind": "answer"}`, `{"kind": "answer", "max_extensions": 4}`), "rounds[1].max_extensions"},
		{"one answer round", with(t, rounds, `[{"kind": "gather"}, {"kind": "answer"}]`), "rounds"},
		{"standing in classical", with(t, rounds, `[{"kind": "gather"}, {"kind": "standing"}]`), "rounds"},
		{"gather late", with(t, rounds, `[{"kind": "answer"}, {"kind": "gather"}, {"kind": "answer"}]`), "rounds"},
		{"nothing gathered", with(t, rounds, `[{"kind": "answer"}, {"kind": "answer"}]`, `"item_kinds"`, `"items": {"source": "both"}, "item_kinds"`), "items.source"},
		{"gathered for nothing", with(t, `"item_kinds"`, `"items": {"source": "given"}, "item_kinds"`), "items.source"},
		{"items join after the last round", with(t, `"item_kinds"`, `"items": {"new_after_round": 3}, "item_kinds"`), "items.new_after_round"},
		{"narrow without select", with(t, `"item_kinds"`, `"items": {"narrow": {}}, "item_kinds"`), "items.narrow"},
		{"no kinds", with(t, kinds, `[]`), "item_kinds"},
		{"kind", with(t, `"kind": "scale"`, `"kind": "likert"`), "item_kinds[0].kind"},
		{"kind twice", with(t, kinds, `[{"id": "scala", "kind": "scale"}, {"id": "scala", "kind": "scale"}]`), "item_kinds[1].id"},
		{"points", with(t, `"kind": "scale"`, `"kind": "scale", "points": 12`), "item_kinds[0].points"},
		{"one point", with(t, `"kind": "scale"`, `"kind": "scale", "points": 1`), "item_kinds[0].points"},
		{"a field of another kind", with(t, `"kind": "scale"`, `"kind": "scale", "grid": 5`), "item_kinds[0].grid"},
		{"a gap between classes", with(t, `"kind": "scale"`, `"kind": "scale", "classes": [[1,3],[5,9]]`), "item_kinds[0].classes[1]"},
		{"classes too short", with(t, `"kind": "scale"`, `"kind": "scale", "classes": [[1,3],[4,8]]`), "item_kinds[0].classes"},
		{"classes too long", with(t, `"kind": "scale"`, `"kind": "scale", "classes": [[1,3],[4,10]]`), "item_kinds[0].classes[1]"},
		{"one class", with(t, `"kind": "scale"`, `"kind": "scale", "classes": [[1,9]]`), "item_kinds[0].classes"},
		{"labels in one language of two", with(t, `["it"]`, `["it", "en"]`, `{"it": "Cittadini"}`, `{"it": "C", "en": "C"}`, `"kind": "scale"`, `"kind": "scale", "low": {"it": "no"}`), "item_kinds[0].low.en"},
		{"quantile", with(t, `"item_kinds"`, `"measures": {"quantile": 5}, "item_kinds"`), "measures.quantile"},
		{"alpha", with(t, `"item_kinds"`, `"measures": {"esteban_ray_alpha": 1601}, "item_kinds"`), "measures.esteban_ray_alpha"},
		{"no rule", with(t, `,
	"consensus": `+rule, ``), "consensus"},
		{"rule", with(t, `"rule": "share"`, `"rule": "unanimity"`), "consensus.rule"},
		{"figures of another rule", with(t, end, end[:len(end)-1]+`, "cns": 750}`), "consensus.cns"},
		{"share below 66 %", with(t, end, `"to": 9, "permille": 659}}`), "consensus.share.permille"},
		{"share above all", with(t, end, `"to": 9, "permille": 1001}}`), "consensus.share.permille"},
		{"window off the scale", with(t, end, `"to": 10}}`), "consensus.share"},
		{"window upside down", with(t, `"from": 7`, `"from": 9`, `"to": 9`, `"to": 8`), "consensus.share"},
		{"window over both outer classes", with(t, `"from": 7, "to": 9`, `"from": 3, "to": 7`), "consensus.share"},
		{"w on a scale", with(t, rule, `{"rule": "w"}`), "consensus.rule"},
		{"relative IQR on a scale", with(t, rule, `{"rule": "relative-iqr"}`), "consensus.rule"},
		{"rand off nine points", with(t, kinds, `[{"id": "scala", "kind": "scale", "points": 7}]`, rule, `{"rule": "rand"}`), "consensus.rule"},
		{"comet off nine points", with(t, kinds, `[{"id": "scala", "kind": "scale", "points": 7}]`, rule, `{"rule": "comet"}`), "consensus.rule"},
		{"agreement on two points", with(t, kinds, `[{"id": "scala", "kind": "scale", "points": 2}]`, rule, `{"rule": "agreement"}`), "consensus.rule"},
		{"median at the centre", with(t, rule, `{"rule": "median-iqr", "median_iqr": {"median_min": 5, "iqr_max": 2}}`), "consensus.median_iqr.median_min"},
		{"IQR as wide as the scale", with(t, rule, `{"rule": "median-iqr", "median_iqr": {"median_min": 7, "iqr_max": 8}}`), "consensus.median_iqr.iqr_max"},
		{"no median", with(t, rule, `{"rule": "median-iqr", "median_iqr": {"iqr_max": 2}}`), "consensus.median_iqr.median_min"},
		{"response", with(t, `"item_kinds"`, `"gates": {"response": 1001}, "item_kinds"`), "gates.response"},
		{"no test", with(t, `"item_kinds"`, `"stability": {"tests": []}, "item_kinds"`), "stability.tests"},
		{"unknown test", with(t, `"item_kinds"`, `"stability": {"tests": ["kappa"]}, "item_kinds"`), "stability.tests[0]"},
		{"test twice", with(t, `"item_kinds"`, `"stability": {"tests": ["scheibe", "scheibe"]}, "item_kinds"`), "stability.tests[1]"},
		{"stop at a deadline", with(t, `"item_kinds"`, `"stop": {"when": "deadline"}, "item_kinds"`), "stop.when"},
		{"releases without a standing round", with(t, `"item_kinds"`, `"release": {}, "item_kinds"`), "release"},
		{"min_n lowered", with(t, `"item_kinds"`, `"disclosure": {"min_n": 4}, "item_kinds"`), "disclosure.min_n"},
		{"group_n lowered", with(t, `"item_kinds"`, `"disclosure": {"group_n": 9}, "item_kinds"`), "disclosure.group_n"},
		{"left_out_n lowered", with(t, `"item_kinds"`, `"disclosure": {"left_out_n": 4}, "item_kinds"`), "disclosure.left_out_n"},
		{"extremes_n lowered", with(t, `"item_kinds"`, `"disclosure": {"extremes_n": 9}, "item_kinds"`), "disclosure.extremes_n"},
		{"pairs_t lowered", with(t, `"item_kinds"`, `"disclosure": {"pairs_t": 99}, "item_kinds"`), "disclosure.pairs_t"},
		{"small_below lowered", with(t, `"item_kinds"`, `"disclosure": {"small_below": 19}, "item_kinds"`), "disclosure.small_below"},
		{"open distribution in an open panel", with(t, `"item_kinds"`, `"disclosure": {"small": "open"}, "item_kinds"`), "disclosure.small"},
		{"reply", with(t, `"item_kinds"`, `"reply": {"n": 366}, "item_kinds"`), "reply.n"},
		{"publication", with(t, `"item_kinds"`, `"publication": {"within_days": 0}, "item_kinds"`), "publication.within_days"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := protocol.Parse([]byte(c.document))
			var f *fault.Fault
			if !errors.As(err, &f) || f.Kind != fault.Invalid {
				t.Fatalf("got %v, want a fault", err)
			}
			named := slices.ContainsFunc(f.Fields, func(d fault.Field) bool { return d.Name == c.field && d.Message != "" && d.Code != "" })
			if !named {
				t.Errorf("got %v, want a fault of %s", err, c.field)
			}
		})
	}
}

// Each variant's plan of rounds is accepted, whole documents long.
func TestProtocolVariants(t *testing.T) {
	head := func(variant string) string {
		return `{"version": 1, "variant": "` + variant + `", "languages": ["it", "de"],
			"panel": {"groups": [{"id": "a", "name": {"it": "A", "de": "A"}, "access": "invitation"}, {"id": "b", "name": {"it": "B", "de": "B"}, "access": "invitation"}]},
			"anonymity": {"latest_key_date": "2027-06-30", "cosigners": ["Garante"]},`
	}
	for variant, rest := range map[string]string{
		"policy": `"rounds": [{"kind": "gather"}, {"kind": "answer"}, {"kind": "answer"}], "consensus": {"rule": "share", "share": {"from": 3, "to": 4}},
			"item_kinds": [{"id": "opzioni", "kind": "criteria", "points": 4, "criteria": ["desirability", "feasibility", "importance", "confidence"]}]}`,
		"ranking": `"rounds": [{"kind": "gather"}, {"kind": "select"}, {"kind": "answer"}, {"kind": "answer"}, {"kind": "answer"}], "consensus": {"rule": "w"},
			"items": {"narrow": {"keep": 500}}, "disclosure": {"small": "open"}, "item_kinds": [{"id": "lista", "kind": "ranking", "k": 8}]}`,
		"estimate": `"rounds": [{"kind": "answer"}, {"kind": "answer"}], "consensus": {"rule": "relative-iqr"}, "item_kinds": [
			{"id": "costo", "kind": "estimate", "unit": "euro", "min": 0, "max": 1000, "grid": 50, "never": true, "triple": true},
			{"id": "anno", "kind": "date", "unit": "year", "min": "2027", "max": "2060", "never": true},
			{"id": "giorno", "kind": "date", "min": "2027-01-01", "max": "2027-12-31", "grid": 7}]}`,
		"appropriateness": `"rounds": [{"kind": "answer"}, {"kind": "answer", "discussion": true}], "consensus": {"rule": "rand"},
			"item_kinds": [{"id": "indicazioni", "kind": "scale"}]}`,
		"core-outcomes": `"rounds": [{"kind": "answer"}, {"kind": "answer"}], "consensus": {"rule": "comet", "scope": "each-group", "comet": {"out": "at-most-half"}},
			"item_kinds": [{"id": "esiti", "kind": "scale"}]}`,
		"real-time": `"rounds": [{"kind": "standing", "days": 30}], "consensus": {"rule": "agreement"}, "release": {"min_changed": 15}, "disclosure": {"small": "open"},
			"item_kinds": [{"id": "scala", "kind": "scale", "points": 7}]}`,
		"argumentative": `"rounds": [{"kind": "gather", "discussion": true}, {"kind": "answer"}], "consensus": {"rule": "share"},
			"item_kinds": [{"id": "tesi", "kind": "choice"}, {"id": "prove", "kind": "selection", "k": 3}, {"id": "note", "kind": "text"}]}`,
	} {
		t.Run(variant, func(t *testing.T) {
			p := parse(t, head(variant)+rest)
			if again := parse(t, string(p.Canonical())); again.Hash() != p.Hash() {
				t.Errorf("another protocol after a round trip:\n%s\n%s", p.Canonical(), again.Canonical())
			}
		})
	}
}

func TestProtocolFromForms(t *testing.T) {
	plan := protocol.ClassicalPlan{
		Language: "it", GroupID: "cittadini", GroupName: "Cittadini", Points: 5, Low: "per niente", High: "del tutto",
		CannotJudge: true, GatherDays: 10, AnswerDays: 2, AnswerRounds: 3, SharePermille: 700, LatestKeyDate: "2027-06-30",
	}
	p, err := protocol.Classical(plan)
	if err != nil {
		t.Fatal(err)
	}
	if s := p.Consensus.Share; s.From != 4 || s.To != 5 || s.Permille != 700 || p.Answering(0) != 3 || p.Round(2).MinDays != 2 {
		t.Errorf("%s", p.Canonical())
	}
	plan.SharePermille, plan.AnswerDays, plan.Points = 600, 0, 12
	_, err = protocol.Classical(plan)
	for _, field := range []string{"consensus.share.permille", "rounds[1].days", "item_kinds[0].points"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%v does not name %s", err, field)
		}
	}

	s, err := protocol.Standing(protocol.StandingPlan{Language: "en", GroupName: "Everyone", LatestKeyDate: "2027-06-30"})
	if err != nil {
		t.Fatal(err)
	}
	k := s.ItemKinds[0]
	if s.Gates.Response != 0 || s.Feedback.Reasons != "none" || s.Feedback.AskReasonOutsideIQR {
		t.Errorf("an import asks of its panel what nobody asked: %+v, %+v", s.Gates, s.Feedback)
	}
	if !s.Standing() || k.Points != 3 || k.CannotJudge || s.Release.MinChanged != 10 || *s.Consensus.Share != (protocol.ShareRule{From: 3, To: 3, Permille: 750}) {
		t.Errorf("%s", s.Canonical())
	}
}

func TestMoments(t *testing.T) {
	for _, c := range []struct {
		unit, text string
		moment     int
	}{
		{delphi.UnitDay, "1970-01-01", 0}, {delphi.UnitDay, "1969-12-31", -1}, {delphi.UnitDay, "2031-04-05", 22374},
		{delphi.UnitMonth, "2031-04", 2031*12 + 3}, {delphi.UnitYear, "2031", 2031},
	} {
		got, ok := delphi.Moment(c.text, c.unit)
		if !ok || got != c.moment || delphi.Date(got, c.unit) != c.text {
			t.Errorf("%s is %d and back %s, want %d", c.text, got, delphi.Date(got, c.unit), c.moment)
		}
	}
}

// Whatever is read writes a document that reads as the same, and nothing panics.
func FuzzProtocol(f *testing.F) {
	f.Add([]byte(smallest))
	f.Add([]byte(`{"version":1,"languages":["it"],"rounds":[{"kind":"answer","days":-1}],"item_kinds":[{"kind":"date","min":"2031"}]}`))
	f.Add([]byte(`{"a":"\ud83d\ude00\u0000","a":[[[[1e5]]]]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		p, err := protocol.Parse(document)
		if err != nil {
			var f *fault.Fault
			if !errors.As(err, &f) {
				t.Fatalf("an error that is no fault: %v", err)
			}
			return
		}
		again, err := protocol.Parse(p.Canonical())
		if err != nil || !bytes.Equal(again.Canonical(), p.Canonical()) {
			t.Fatalf("%s\n%v\n%s", p.Canonical(), err, again.Canonical())
		}
	})
}
