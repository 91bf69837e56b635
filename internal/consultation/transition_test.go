package consultation

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"delfi/internal/account/office"
	"delfi/internal/fault"
)

var update = flag.Bool("update", false, "write the drawing into doc.go")

// drawing draws the table of transitions as comment lines.
func drawing() string {
	state := func(s string) string {
		if s == Nothing {
			return "·"
		}
		return s
	}
	var b strings.Builder
	last := noun("")
	for _, t := range transitions {
		if t.noun != last {
			fmt.Fprintf(&b, "//\n//\t%s\n", t.noun)
			last = t.noun
		}
		by := make([]string, len(t.by))
		for i, r := range t.by {
			by[i] = string(r)
		}
		line := fmt.Sprintf("//\t  %-10s %s %s─► %-11s %s", state(t.from), t.act, strings.Repeat("─", 10-len(t.act)), state(t.to), strings.Join(by, ", "))
		if t.guard != "" {
			line += " [" + t.guard + "]"
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// TestDrawing keeps the drawing in doc.go the one that the table gives; run it
// with -update after changing the table.
func TestDrawing(t *testing.T) {
	const head, tail = "is nothing):\n", "package consultation\n"
	raw, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(raw)
	i := strings.Index(doc, head)
	if i < 0 || !strings.HasSuffix(doc, tail) {
		t.Fatal("doc.go has no place for the drawing")
	}
	want := doc[:i+len(head)] + drawing() + tail
	if *update {
		if err := os.WriteFile("doc.go", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if doc != want {
		t.Error("the drawing in doc.go is not the table: go test ./internal/consultation -run TestDrawing -update")
	}
}

// allowed is docs/METHOD.md §9 written a second time, by hand: "act role from>to".
const allowed = `
consultation
create administrator >draft
edit administrator draft>draft
delete administrator draft>
announce administrator draft>announced
import system >announced
postpone system announced>announced
start administrator announced>running
start system announced>running
suspend administrator announced>announced running>running
suspend moderator announced>announced running>running
resume administrator announced>announced running>running
resume moderator announced>announced running>running
resume system announced>announced running>running
conclude facilitator running>concluded
conclude system running>concluded
minority facilitator concluded>concluded
forgo facilitator concluded>concluded
publish administrator concluded>published
publish system concluded>published
reply administrator published>answered
withdraw administrator announced>withdrawn running>withdrawn concluded>withdrawn
withdraw system announced>withdrawn running>withdrawn concluded>withdrawn
round
plan administrator >planned
plan system >planned
postpone system planned>planned
open facilitator planned>open
open system planned>open
extend facilitator open>open
tick system open>open
close facilitator open>closing
close system open>closing
tabulate system closing>closed
release moderator closed>released
release system closed>released
skip system planned>skipped open>skipped closing>skipped closed>skipped
brief facilitator released>released
item
propose moderator >candidate
propose facilitator >candidate
propose system >candidate
admit moderator candidate>live
admit facilitator candidate>live
admit system candidate>live
join facilitator >live
remove moderator live>
remove facilitator live>
reword moderator live>live
reword facilitator live>live
go-on facilitator live>live
go-on system live>live
hold facilitator live>live
hold system live>live
settle facilitator live>settled
settle system live>settled
reopen facilitator settled>live dropped>live
narrow facilitator live>dropped
narrow system live>dropped
drop moderator live>dropped
supersede moderator live>superseded
supersede facilitator live>superseded
mark facilitator live>live settled>settled
undecide facilitator live>live settled>live dropped>live
restore moderator dropped>live superseded>live
restore facilitator superseded>live
`

// TestEveryStep tries every state × act × role of the three nouns.
func TestEveryStep(t *testing.T) {
	want := map[string]string{} // "noun act role from" → to
	var n noun
	acts := map[Act]bool{}
	for line := range strings.Lines(strings.TrimSpace(allowed)) {
		f := strings.Fields(line)
		if len(f) == 1 {
			n = noun(f[0])
			continue
		}
		acts[Act(f[0])] = true
		for _, arrow := range f[2:] {
			from, to, _ := strings.Cut(arrow, ">")
			want[fmt.Sprint(n, f[0], f[1], from)] = to
		}
	}
	states := map[noun][]string{
		ofConsultation: {Nothing, string(Draft), string(Announced), string(Running), string(Concluded), string(Published), string(Answered), string(Withdrawn)},
		ofRound:        {Nothing, string(RoundPlanned), string(RoundOpen), string(RoundClosing), string(RoundClosed), string(RoundReleased), string(RoundSkipped)},
		ofItem:         {Nothing, string(ItemCandidate), string(ItemLive), string(ItemSettled), string(ItemDropped), string(ItemSuperseded)},
	}
	roles := []office.Role{office.Administrator, office.Moderator, office.Facilitator, office.Participant, office.Council, System}
	tried, passed := 0, 0
	for n, froms := range states {
		for _, from := range froms {
			for act := range acts {
				for _, role := range roles {
					tried++
					to, as, err := step(n, from, act, role)
					where := fmt.Sprintf("%s %q, %s by %s", n, from, act, role)
					expected, ok := want[fmt.Sprint(n, act, role, from)]
					switch {
					case ok && (err != nil || to != expected || as != role):
						t.Errorf("%s: %q, %v; want %q", where, to, err, expected)
					case !ok && err == nil:
						t.Errorf("%s: went to %q", where, to)
					case !ok:
						ever := slices.ContainsFunc(froms, func(f string) bool { _, is := want[fmt.Sprint(n, act, role, f)]; return is })
						kind := fault.Forbidden
						if ever {
							kind = fault.Conflict
						}
						if fault.KindOf(err) != kind {
							t.Errorf("%s: %v; want kind %d", where, err, kind)
						}
					default:
						passed++
					}
				}
			}
		}
	}
	if passed != len(want) {
		t.Errorf("%d steps passed of %d tried; want %d", passed, tried, len(want))
	}
}

// TestStepTakesTheRoleThatMay: who holds several offices acts in the one that the act asks for.
func TestStepTakesTheRoleThatMay(t *testing.T) {
	_, as, err := Running.Step(ActSuspend, office.Facilitator, office.Moderator)
	if err != nil || as != office.Moderator {
		t.Errorf("suspend by a facilitator and moderator: as %q, %v", as, err)
	}
	if _, _, err := Draft.Step(ActAnnounce); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("announce without an office: %v", err)
	}
}

// TestReasonsInBothLanguages: what the system does has words wherever it does it.
func TestReasonsInBothLanguages(t *testing.T) {
	for code, words := range systemReasons["it"] {
		if words == "" || systemReasons["en"][code] == "" {
			t.Errorf("%s lacks words", code)
		}
	}
	if len(systemReasons["it"]) != len(systemReasons["en"]) {
		t.Error("one language has more reasons than the other")
	}
	if got := (Consultation{Language: "fr"}).Why(WhyKeyDate); got != systemReasons["en"][WhyKeyDate] {
		t.Errorf("in French: %q", got)
	}
	if got := (Consultation{Language: "it"}).Guarded(ErrSuspended); got != ErrSuspended.Message {
		t.Errorf("a guard without words: %q", got)
	}
}
