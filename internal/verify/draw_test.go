package verify

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/ledger/leaf"
	"delfi/internal/panel/draw"
	"delfi/internal/report/schema"
	"delfi/internal/verify/drawn"
	"delfi/internal/verify/source"
)

// drawnBook is the record of an announced consultation whose group of residents was drawn by
// round 1000 of quicknet: two guarantors, of whom the second stayed silent.
func drawnBook(t *testing.T, crossing bool) *book {
	t.Helper()
	b := &book{
		t: t, now: time.Date(2023, 8, 22, 15, 50, 0, 0, time.UTC), files: fstest.MapFS{}, id: "6ba7b810-9dad-11d1-80b4-00c04fd430c8", slug: "tigli",
		log: newSigner(t, rand.NewChaCha8([32]byte{9}), "delfi.example/record"),
	}
	var err error
	if b.protocol, err = protocol.Parse([]byte(strings.Replace(strings.Replace(rules, `"cosigners": ["garante.example"]`, `"cosigners": []`, 1), `"Ordini"}, "access": "open"`, `"Residenti"}, "access": "draw"`, 1))); err != nil {
		t.Fatal(err)
	}
	b.put("key", []byte(b.log.key+"\n"))
	b.put("tigli/protocol.json", b.protocol.Canonical())
	b.entry("commitment", map[string]any{"role": "administrator"}, map[string]string{"reason": "Ci impegniamo."})
	b.entry("protocol", map[string]any{"role": "administrator", "hash": b.protocol.Hash(), "rule_version": delphi.RuleVersion, "mode": "sealed-key", "cosigners": []string{}, "latest_key_date": "2027-06-30"}, nil)
	b.entry("act", map[string]any{"kind": "announce", "role": "administrator", "documents": []string{}}, map[string]string{"name": "Ada", "target": "I tigli del viale", "slug": "tigli"})
	var people []draw.Person
	for i := range 100 {
		people = append(people, draw.Person{Ticket: draw.NewTicket([]byte("key"), fmt.Append(nil, i)), Cell: []string{"F", "U"}[i%2] + " " + []string{"nord", "sud"}[i/2%2]})
	}
	roll, err := draw.List(people, false)
	if err != nil {
		t.Fatal(err)
	}
	cells := []string{"F nord", "F sud", "U nord", "U sud"}
	rule := draw.Rule{Size: 8, Reserves: 2, Quotas: []draw.Quota{{Name: "donne", Cells: cells[:2], Least: 4, Most: 4}, {Name: "uomini", Cells: cells[2:], Least: 4, Most: 4}}}
	portfolio, root := draw.Portfolio{}, "-"
	if crossing {
		rule.Quotas = append(rule.Quotas, draw.Quota{Name: "nord", Cells: []string{"F nord", "U nord"}, Least: 4, Most: 4})
		var text strings.Builder
		for i := range draw.Panels {
			var panel []int
			for _, c := range cells {
				var of []int
				for _, p := range roll.Places() {
					if p.Cell == c {
						of = append(of, p.N)
					}
				}
				panel = append(panel, of[i%25], of[(i+1+i/25%24)%25])
			}
			slices.Sort(panel)
			text.WriteString(strings.Trim(fmt.Sprint(panel), "[]") + "\n")
		}
		if portfolio, err = draw.ParsePortfolio([]byte(text.String()), roll, rule); err != nil {
			t.Fatal(err)
		}
		root = portfolio.Root().String()
		b.put("tigli/draws/ordini/portfolio", portfolio.Text())
	}
	b.put("tigli/draws/ordini/roll.csv", roll.CSV())
	b.put("tigli/draws/ordini/rule.json", rule.Canonical())
	b.entry("roll", map[string]any{"role": "administrator", "group": "ordini", "n": roll.N(), "root": roll.Root().String(), "household": "any"}, nil)
	b.now = time.Date(2023, 8, 22, 15, 59, 22, 0, time.UTC)
	opened, silent := draw.Value{1}, draw.Value{2}
	b.entry("draw", map[string]any{
		"role": "administrator", "group": "ordini", "roll": roll.Root().String(), "rule": rule.Digest(), "portfolio": root, "source": draw.Source, "round": draw.RoundFor(b.now),
		"guarantors": []string{opened.Commitment(), silent.Commitment()},
	}, map[string]string{"guarantor1": "Difensore civico", "guarantor2": "Presidente del quartiere"})
	committed := b.now
	d := draw.Draw{Roll: roll, Rule: rule, Portfolio: portfolio, Committed: committed.Truncate(time.Minute), Round: draw.RoundFor(committed), Record: b.tree(len(b.lines)).Root}
	b.now = b.now.Add(3 * time.Hour)
	b.entry("opened", map[string]any{"role": "administrator", "group": "ordini", "guarantor": 1, "value": opened.String()}, nil)
	d.Guarantors = []draw.Guarantor{{Commitment: opened.Commitment(), Value: opened.String(), Opened: b.now}, {Commitment: silent.Commitment()}}
	b.now = draw.Due(1000).Add(time.Second)
	result, err := draw.Run(d, draw.Beacon{Round: 1000, Signature: quicknet(t, "1000")})
	if err != nil {
		t.Fatal(err)
	}
	b.put("tigli/draws/ordini/result.json", result.Canonical())
	b.entry("drawn", map[string]any{"role": "system", "group": "ordini", "result": leaf.Digest(result.Canonical())}, nil)
	b.seal()
	return b
}

// quicknet is the published signature of a round.
func quicknet(t testing.TB, round string) []byte {
	t.Helper()
	text, err := os.ReadFile("../panel/draw/testdata/quicknet.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if n, sig, _ := strings.Cut(strings.TrimSpace(line), " "); n == round {
			b, _ := draw.ParseSignature(sig)
			return b
		}
	}
	t.Fatalf("round %s is not among the published", round)
	return nil
}

func TestADrawIsComputedAgain(t *testing.T) {
	for _, crossing := range []bool{false, true} {
		b := drawnBook(t, crossing)
		r, err := Run(t.Context(), b.files, Options{})
		if err != nil {
			t.Fatalf("crossing %t: %v", crossing, err)
		}
		if len(r.Draws) != 1 || !r.Draws[0].Done || r.Draws[0].N != 100 || r.Draws[0].Size != 8 || (r.Draws[0].Index >= 0) != crossing {
			t.Errorf("crossing %t: %+v", crossing, r.Draws)
		}
		want := schema.Draw{Group: "ordini", Pool: 100, Panel: 8, Quotas: []schema.Quota{{Name: "donne", Pool: 50, Panel: 4}, {Name: "uomini", Pool: 50, Panel: 4}}}
		if crossing {
			want.Quotas = append(want.Quotas, schema.Quota{Name: "nord", Pool: 50, Panel: 4})
		}
		entry := r.Draws[0].Entry
		of := &reading{draws: r.Draws}
		if d := cmp.Diff([]schema.Draw{want}, of.drawnBefore(entry+1)); d != "" {
			t.Errorf("an opinion reports the draw as (-want +got)\n%s", d)
		}
		if got := of.drawnBefore(entry); len(got) != 0 {
			t.Errorf("an opinion of before the draw reports it: %+v", got)
		}
		for lang, claims := range map[string][2]string{"en": {"computed again from round 1000", "that the list of a draw is complete"}, "it": {"ricalcolato dal giro 1000", "che l'elenco di un sorteggio sia completo"}} {
			var out bytes.Buffer
			if err := r.Write(&out, lang); err != nil {
				t.Fatal(err)
			}
			for _, claim := range claims {
				if !strings.Contains(out.String(), claim) {
					t.Errorf("%s: the ending does not say %q", lang, claim)
				}
			}
		}
	}
}

// TestADrawThatWasChangedIsNamed gives an attacker the log's key: they sign anew whatever
// they change. The first step that does not hold is named.
func TestADrawThatWasChangedIsNamed(t *testing.T) {
	const dir = "tigli/draws/ordini/"
	swap := func(b *book, name, old, with string) {
		text := b.files[dir+name].Data
		if !bytes.Contains(text, []byte(old)) {
			b.t.Fatalf("%s has no %q", name, old)
		}
		b.put(dir+name, bytes.Replace(text, []byte(old), []byte(with), 1))
	}
	figure := func(b *book, kind, name string, v any) {
		b.rewrite(b.find(kind, 0), func(body map[string]any) { body[name] = v })
		b.seal()
	}
	root := func(b *book) string { return string(b.files[dir+"roll.csv"].Data) }
	ticket := func(b *book, n int) string { return strings.Split(strings.Split(root(b), "\n")[n], ",")[1] }
	for name, c := range map[string]struct {
		does  func(b *book)
		place string
		fault string
	}{
		"one ticket": {func(b *book) {
			old := ticket(b, 1)
			swap(b, "roll.csv", old, old[:63]+map[bool]string{true: "1", false: "0"}[old[63] == '0'])
		}, dir + "roll.csv", "step roll: a line of the list is not the one"},
		"one ticket, with its root recorded anew": {func(b *book) {
			old := ticket(b, 1)
			swap(b, "roll.csv", old, old[:63]+map[bool]string{true: "1", false: "0"}[old[63] == '0'])
			r, err := draw.ParseRoll(b.files[dir+"roll.csv"].Data)
			if err != nil {
				b.t.Fatal(err)
			}
			figure(b, "roll", "root", r.Root().String())
			figure(b, "draw", "roll", r.Root().String())
		}, dir + "result.json", "step result: the seed is another one"},
		"one ticket less":             {func(b *book) { swap(b, "roll.csv", "100,"+ticket(b, 100), "101,"+ticket(b, 100)) }, dir + "roll.csv", "line 101: the draw of tigli, step roll: a number is out of its place"},
		"one cell":                    {func(b *book) { swap(b, "roll.csv", ",F nord", ",U nord") }, dir + "roll.csv", "step roll"},
		"one quota":                   {func(b *book) { swap(b, "rule.json", `"least":4`, `"least":3`) }, dir + "rule.json", "step rule: the rule is not the one that entry 4 committed to"},
		"one panel":                   {func(b *book) { swap(b, "portfolio", "\n", "\n1 "); _ = b }, dir + "portfolio", "step portfolio: panel 1: it has another number of people"},
		"two panels change places":    {swapPanels, dir + "portfolio", "step portfolio: a panel is not the one that entry 4 committed to"},
		"no portfolio":                {func(b *book) { delete(b.files, dir+"portfolio"); b.list() }, dir + "portfolio", "the file is missing"},
		"another round":               {func(b *book) { figure(b, "draw", "round", 1100) }, "entries", "step commitment: the round is not the first one"},
		"another source":              {func(b *book) { figure(b, "draw", "source", "quicknet:dd") }, "entries", "no such source"},
		"another list":                {func(b *book) { figure(b, "draw", "roll", tlog.Hash{}.String()) }, "entries", "another list than the one that was fixed"},
		"a value":                     {func(b *book) { figure(b, "opened", "value", draw.Value{3}.String()) }, "entries", "guarantor 1: the value is not the one committed to"},
		"a value of nobody":           {func(b *book) { figure(b, "opened", "guarantor", 3) }, "entries", "nobody committed to this value"},
		"the silent one is heard":     {func(b *book) { swap(b, "result.json", `"silent":[2]`, `"silent":[]`); redrawn(b) }, dir + "result.json", "silent"},
		"somebody else":               {func(b *book) { swap(b, "result.json", `"panel":[`, `"panel":[0,`); redrawn(b) }, dir + "result.json", "other people are drawn"},
		"the result, its entry as is": {func(b *book) { swap(b, "result.json", `"panel":[`, `"panel":[0,`) }, dir + "result.json", "the result is not the one that entry 6 recorded"},
		"another beacon": {func(b *book) {
			swap(b, "result.json", fmt.Sprintf("%x", quicknet(b.t, "1000")), fmt.Sprintf("%x", quicknet(b.t, "1001")))
			redrawn(b)
		}, dir + "result.json", "step beacon: the signature is not the beacon's"},
		"another round's beacon": {func(b *book) {
			swap(b, "result.json", fmt.Sprintf("%x", quicknet(b.t, "1000")), fmt.Sprintf("%x", quicknet(b.t, "1001")))
			swap(b, "result.json", `"round":1000`, `"round":1001`)
			redrawn(b)
		}, dir + "result.json", "step beacon: the beacon is of another round"},
		"a draw of a group that is open": {func(b *book) {
			for _, kind := range []string{"roll", "draw", "opened", "drawn"} {
				figure(b, kind, "group", "cittadini")
			}
		}, "entries", "the protocol does not draw"},
		"a second list": {func(b *book) { repeat(b, "roll") }, "entries", "fixed twice"},
		"a second draw": {func(b *book) { repeat(b, "draw") }, "entries", "committed to twice"},
		"drawn again":   {func(b *book) { repeat(b, "drawn") }, "entries", "or twice"},
		"opened again":  {func(b *book) { repeat(b, "opened") }, "entries", "opened twice"},
		"an extra file": {func(b *book) { b.put(dir+"other", nil) }, dir + "other", "nothing in the record speaks of this file"},
		"after the end": {func(b *book) {
			b.entry("act", map[string]any{"kind": "withdraw-draw", "role": "administrator", "group": "ordini"}, map[string]string{"reason": "Errore."})
			repeat(b, "drawn")
		}, "entries", "a draw that entry 7 withdrew"},
		"three reserves": {func(b *book) {
			b.entry("act", map[string]any{"kind": "call-reserves", "role": "administrator", "group": "ordini", "reserves": 3}, nil)
			b.seal()
		}, "entries", "more reserves of group ordini are called"},
	} {
		t.Run(name, func(t *testing.T) {
			b := drawnBook(t, true)
			c.does(b)
			var f *source.Fault
			if _, err := Run(t.Context(), b.files, Options{}); !errors.As(err, &f) || f.File != c.place || !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%v; wanted %s to say %q", err, c.place, c.fault)
			}
		})
	}
}

// swapPanels exchanges the first two panels of the portfolio.
func swapPanels(b *book) {
	const name = "tigli/draws/ordini/portfolio"
	lines := strings.SplitAfter(string(b.files[name].Data), "\n")
	lines[0], lines[1] = lines[1], lines[0]
	b.put(name, []byte(strings.Join(lines, "")))
}

// redrawn brings the entry of the result into line with its file.
func redrawn(b *book) {
	digest := leaf.Digest(b.files["tigli/draws/ordini/result.json"].Data)
	b.rewrite(b.find("drawn", 0), func(body map[string]any) { body["result"] = digest })
	b.seal()
}

// repeat writes the first entry of a type once more.
func repeat(b *book, kind string) {
	l := b.lines[b.find(kind, 0)]
	l.N = len(b.lines)
	e, err := leaf.ParseEntry(l.Entry)
	if err != nil {
		b.t.Fatal(err)
	}
	e.Minute = b.now.Format("2006-01-02T15:04Z")
	l.Entry = e.Text()
	b.lines = append(b.lines, l)
	b.seal()
}

// A draw that has not come to its end holds as far as it came, and a withdrawn one stays visible.
func TestADrawIsCheckedAsFarAsItCame(t *testing.T) {
	const dir = "tigli/draws/ordini/"
	for kind, want := range map[string]drawn.Draw{
		"draw":  {Slug: "tigli", Group: "ordini", N: 100, Index: -1},
		"drawn": {Slug: "tigli", Group: "ordini", N: 100, Size: 8, Round: 1000, Index: -1},
	} {
		b := drawnBook(t, true)
		b.lines = b.lines[:b.find(kind, 0)]
		delete(b.files, dir+"result.json")
		if kind == "draw" {
			delete(b.files, dir+"rule.json")
			delete(b.files, dir+"portfolio")
		}
		b.entry("act", map[string]any{"kind": "withdraw-draw", "role": "administrator", "group": "ordini"}, map[string]string{"reason": "Nove persone non sono residenti."})
		b.seal()
		want.Withdrawn = true
		r, err := Run(t.Context(), b.files, Options{})
		if err != nil || len(r.Draws) != 1 || !cmp.Equal(r.Draws[0], want) {
			t.Errorf("before %s: %+v, %v", kind, r.Draws, err)
		}
	}
}

// The root that a draw was computed with is that of the log in which it was committed to,
// also where another log has succeeded that one.
func TestADrawHoldsInASucceedingLog(t *testing.T) {
	b := drawnBook(t, false)
	last, key := b.tree(len(b.lines)), b.log.key
	b.log = newSigner(t, rand.NewChaCha8([32]byte{11}), "delfi.example/record/2")
	b.put("key", []byte(b.log.key+"\n"))
	old := b.lines
	b.lines, b.id = nil, uuid.Nil.String()
	b.entry("succession", map[string]any{"role": "system", "origin": last.Origin, "size": last.Size, "root": last.Root.String(), "carried": len(old), "key": key}, map[string]string{"reason": "La chiave è andata persa."})
	b.lines[0].Entry = strings.Replace(b.lines[0].Entry, uuid.Nil.String(), "-", 1)
	b.id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
	for _, l := range old {
		l.N++
		b.lines = append(b.lines, l)
	}
	b.seal()
	if r, err := Run(t.Context(), b.files, Options{}); err != nil || len(r.Draws) != 1 || !r.Draws[0].Done {
		t.Errorf("%+v, %v", r.Draws, err)
	}
}
