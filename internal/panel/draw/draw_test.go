package draw

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"delfi/internal/fault"
)

// published are rounds of quicknet as drand published them.
func published(t testing.TB) map[int64][]byte {
	t.Helper()
	text, err := os.ReadFile("testdata/quicknet.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[int64][]byte{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if round, sig, ok := strings.Cut(lines.Text(), " "); ok && !strings.HasPrefix(round, "#") {
			n, err := strconv.ParseInt(round, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			b, ok := ParseSignature(sig)
			if !ok {
				t.Fatalf("round %d has no signature", n)
			}
			out[n] = b
		}
	}
	return out
}

// city is a pool of n people in twelve cells: two sexes, three ages, two districts.
func city(t testing.TB, n int) Roll {
	t.Helper()
	key := bytes.Repeat([]byte{7}, 32)
	people := make([]Person, n)
	for i := range people {
		cell := []string{"F", "U"}[i%2] + " " + []string{"16–34", "35–59", "60+"}[i/2%3] + " " + []string{"nord", "sud"}[i/6%2]
		people[i] = Person{Ticket: NewTicket(key, fmt.Appendf(nil, "person %d", i)), Cell: cell}
	}
	r, err := List(people, false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// crossing asks for 40 people by sex, age and district at once.
func crossing(r Roll) Rule {
	rule := Rule{Size: 40, Reserves: 8, Invited: 4000, Population: 9000}
	quota := func(name, part string, least, most int) {
		q := Quota{Name: name, Least: least, Most: most}
		for _, c := range sorted(r.Cells()) {
			if slices.Contains(strings.Fields(c), part) {
				q.Cells = append(q.Cells, c)
			}
		}
		rule.Quotas = append(rule.Quotas, q)
	}
	quota("donne", "F", 20, 20)
	quota("uomini", "U", 20, 20)
	quota("16–34 anni", "16–34", 12, 14)
	quota("35–59 anni", "35–59", 13, 14)
	quota("60 anni e più", "60+", 12, 14)
	quota("nord", "nord", 18, 22)
	quota("sud", "sud", 18, 22)
	return rule
}

// plain asks for three or four people of each cell.
func plain(r Roll) Rule {
	rule := Rule{Size: 40, Reserves: 5}
	for i, c := range sorted(r.Cells()) {
		n := 3
		if i < 4 {
			n = 4
		}
		rule.Quotas = append(rule.Quotas, Quota{Name: c, Cells: []string{c}, Least: n, Most: n})
	}
	return rule
}

// panels is a portfolio that keeps crossing: of each cell as many as plain asks for, others each time.
func panels(t testing.TB, r Roll, rule Rule) Portfolio {
	t.Helper()
	var b strings.Builder
	of := Rule{Size: 40}
	for _, c := range sorted(r.Cells()) {
		n := 3
		if c == "F 16–34 nord" || c == "U 16–34 sud" || c == "F 35–59 sud" || c == "U 35–59 nord" {
			n = 4
		}
		of.Quotas = append(of.Quotas, Quota{Name: c, Cells: []string{c}, Least: n, Most: n})
	}
	for i := range uint64(Panels) {
		b.WriteString(numbers(Seed(sha256.Sum256(binary.BigEndian.AppendUint64(nil, i))).lowest(r, of)) + "\n")
	}
	p, err := ParsePortfolio([]byte(b.String()), r, rule)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// before is an instant whose commitment names round 1000.
var before = time.Date(2023, 8, 22, 15, 59, 22, 0, time.UTC)

// given is a draw of the city with two guarantors, of whom the second stays silent.
func given(t testing.TB, rule func(Roll) Rule) Draw {
	t.Helper()
	r := city(t, 1000)
	d := Draw{Roll: r, Rule: rule(r), Committed: before.Truncate(time.Minute), Round: RoundFor(before), Record: tlog.Hash(sha256.Sum256([]byte("record")))}
	if d.Rule.Crossing() {
		d.Portfolio = panels(t, r, d.Rule)
	}
	for i := range 2 {
		v := Value(sha256.Sum256([]byte{byte(i)}))
		d.Guarantors = append(d.Guarantors, Guarantor{Commitment: v.Commitment()})
		if i == 0 {
			d.Guarantors[0].Value, d.Guarantors[0].Opened = v.String(), before.Add(time.Hour).Truncate(time.Minute)
		}
	}
	return d
}

func TestPublishedBeaconsAreVerifiedOffline(t *testing.T) {
	rounds := published(t)
	for n, sig := range rounds {
		if err := (Beacon{Round: n, Signature: sig}).Verify(); err != nil {
			t.Errorf("round %d: %v", n, err)
		}
	}
	random := Beacon{Round: 1000, Signature: rounds[1000]}.Randomness()
	if got := hex.EncodeToString(random[:]); got != "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd" {
		t.Errorf("round 1000's randomness is %s", got)
	}
	flipped := bytes.Clone(rounds[1000])
	flipped[0] ^= 0x20 // the other of the two points with this x
	infinity := append([]byte{0xc0}, make([]byte, signature-1)...)
	for name, b := range map[string]Beacon{
		"another round's": {1000, rounds[1001]}, "a point's negative": {1000, flipped}, "infinity": {1000, infinity},
		"nothing": {1000, nil}, "no point": {1000, bytes.Repeat([]byte{0x81}, signature)}, "a long one": {1000, append(bytes.Clone(rounds[1000]), 0)},
		"an uncompressed one": {1000, make([]byte, 2*signature)},
	} {
		var wrong *Wrong
		if err := b.Verify(); !errors.As(err, &wrong) || wrong.Step != StepBeacon {
			t.Errorf("%s passes as round 1000's signature: %v", name, err)
		}
	}
}

func TestARoundIsTheFirstOneADayAhead(t *testing.T) {
	if got := Due(1000); got.Unix() != 1692806364 {
		t.Errorf("round 1000 is due %v", got)
	}
	if got := RoundFor(before); got != 1000 {
		t.Errorf("a commitment of %v names round %d", before, got)
	}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(genesis, rapid.Int64Range(0, 1_000_000_000_000_000_000).Draw(t, "ns")).UTC()
		round := RoundFor(at)
		if Due(round).Before(at.Add(Ahead)) || round > 1 && !Due(round-1).Before(at.Add(Ahead)) {
			t.Fatalf("%v names round %d, due %v", at, round, Due(round))
		}
		d := Draw{Committed: at.Truncate(time.Minute), Round: round}
		if err := d.checkRound(); err != nil {
			t.Fatalf("a round as committed to: %v", err)
		}
		for _, other := range []int64{round - 21, round + 21} {
			d.Round = other
			if d.checkRound() == nil {
				t.Fatalf("round %d passes for a commitment of %v", other, at)
			}
		}
	})
}

func TestAScriptOfItsOwnDrawsTheSamePanel(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal("python3 is missing, with which a draw is computed by other code: run make python")
	}
	for name, rule := range map[string]func(Roll) Rule{"crossing": crossing, "plain": plain} {
		t.Run(name, func(t *testing.T) {
			d := given(t, rule)
			r, err := Run(d, Beacon{Round: 1000, Signature: published(t)[1000]})
			if err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			files := map[string][]byte{"roll.csv": d.Roll.CSV(), "rule.json": d.Rule.Canonical()}
			if d.Rule.Crossing() {
				files["portfolio"] = d.Portfolio.Text()
			}
			for name, text := range files {
				if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			out, err := exec.Command(python, "-I", "-S", "testdata/draw.py", folder, d.Record.String(), hex.EncodeToString(r.Beacon.Signature), d.Guarantors[0].Value).Output()
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Roll, Rule, Portfolio, Seed string
				Index                       int
				Panel, Reserves             []int
			}
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatal(err)
			}
			root, portfolio := d.Roll.Root(), ""
			if d.Rule.Crossing() {
				p := d.Portfolio.Root()
				portfolio = hex.EncodeToString(p[:])
			}
			if got.Roll != hex.EncodeToString(root[:]) || got.Rule != d.Rule.Digest() || got.Portfolio != portfolio {
				t.Errorf("the script has other digests of the files: %+v", got)
			}
			if got.Seed != r.Seed.String() || got.Index != r.Index || !slices.Equal(got.Panel, r.Panel) || !slices.Equal(got.Reserves, r.Reserves) {
				t.Errorf("the script draws %+v, Run %+v", got, r)
			}
			if len(r.Panel) != 40 || !slices.Equal(r.Opened, []int{1}) || !slices.Equal(r.Silent, []int{2}) {
				t.Errorf("the draw is %+v", r)
			}
			if name, found, _ := d.Rule.keeps(d.Roll, r.Panel); name != "" {
				t.Errorf("the panel has %s of %s", found, name)
			}
			if err := r.Differ(r.Canonical()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestWhatWasChangedIsNamed changes one thing of a draw and reads which step is named.
func TestWhatWasChangedIsNamed(t *testing.T) {
	sig := published(t)
	whole := given(t, crossing)
	drawn, err := Run(whole, Beacon{Round: 1000, Signature: sig[1000]})
	if err != nil {
		t.Fatal(err)
	}
	replaced := func(text []byte, old, with string) []byte {
		if !bytes.Contains(text, []byte(old)) {
			t.Fatalf("there is no %q to change", old)
		}
		return bytes.Replace(text, []byte(old), []byte(with), 1)
	}
	file := func(parse func() error) error { return parse() }
	csv, first := whole.Roll.CSV(), whole.Roll.At(1).Ticket.String()
	line0, _, _ := strings.Cut(string(whole.Portfolio.Text()), "\n")
	swapped := numbers(whole.Portfolio.Panel(0)[:39]) + " " + strconv.Itoa(whole.Portfolio.Panel(0)[39]+1)
	run := func(change func(d *Draw)) error {
		d := whole
		d.Guarantors = slices.Clone(whole.Guarantors)
		change(&d)
		_, err := Run(d, Beacon{Round: 1000, Signature: sig[1000]})
		return err
	}
	for _, c := range []struct {
		name string
		err  error
		step Step
		says string
	}{
		{"a ticket of another order", file(func() error { _, err := ParseRoll(replaced(csv, first, "f"+first[1:])); return err }), StepRoll, "tickets are not in their order"},
		{"a ticket in capitals", file(func() error { _, err := ParseRoll(replaced(csv, first, strings.ToUpper(first))); return err }), StepRoll, "64 hex digits"},
		{"a number", file(func() error { _, err := ParseRoll(replaced(csv, "\n2,", "\n3,")); return err }), StepRoll, "out of its place"},
		{"a cell of one", file(func() error { _, err := ParseRoll(replaced(csv, first+",", first+",zona ")); return err }), StepRoll, "too few people"},
		{"a panel's person", file(func() error {
			_, err := ParsePortfolio(replaced(whole.Portfolio.Text(), line0, swapped), whole.Roll, whole.Rule)
			return err
		}), StepPortfolio, "panel 0"},
		{"a panel less", file(func() error {
			_, err := ParsePortfolio(replaced(whole.Portfolio.Text(), line0+"\n", ""), whole.Roll, whole.Rule)
			return err
		}), StepPortfolio, "999"},
		{"a quota", run(func(d *Draw) {
			d.Rule.Quotas = slices.Clone(d.Rule.Quotas)
			d.Rule.Quotas[0].Least = 900
			d.Rule.Quotas[0].Most = 900
		}), StepRule, "quotas[1]"},
		{"no portfolio", run(func(d *Draw) { d.Portfolio = Portfolio{} }), StepPortfolio, "0 panels"},
		{"the round", run(func(d *Draw) { d.Round = 1021 }), StepCommitment, "1021"},
		{"a day less", run(func(d *Draw) { d.Committed = d.Committed.Add(time.Hour) }), StepCommitment, "24 hours"},
		{"a value", run(func(d *Draw) { d.Guarantors[0].Value = strings.Repeat("0", 64) }), StepGuarantor, "not the one committed to"},
		{"a value too late", run(func(d *Draw) { d.Guarantors[0].Opened = Due(1000) }), StepGuarantor, "when the round was due"},
		{"the result's panel", drawn.Differ(replaced(drawn.Canonical(), `"panel":[`, `"panel":[0,`)), StepResult, "other people"},
		{"the result's seed", drawn.Differ(replaced(drawn.Canonical(), drawn.Seed.String(), strings.Repeat("0", 64))), StepResult, "seed"},
		{"the result's silent guarantor", drawn.Differ(replaced(drawn.Canonical(), `"silent":[2]`, `"silent":[]`)), StepResult, "silent"},
	} {
		var wrong *Wrong
		if !errors.As(c.err, &wrong) || wrong.Step != c.step || !strings.Contains(wrong.Error(), c.says) {
			t.Errorf("%s: %v; wanted step %s to say %q", c.name, c.err, c.step, c.says)
		}
	}
	for _, b := range []struct {
		Beacon
		says string
	}{
		{Beacon{1001, sig[1001]}, "another round"},
		{Beacon{1000, sig[1002]}, "not the beacon's of this round"},
	} {
		if _, err := Run(whole, b.Beacon); err == nil || !strings.Contains(err.Error(), b.says) {
			t.Errorf("a beacon of round %d: %v; wanted %q", b.Round, err, b.says)
		}
	}
	if err := (Beacon{Round: 1000}).CheckRound(Due(1000), RoundFor(Due(1000))); err == nil || !strings.Contains(err.Error(), "older than the commitment") {
		t.Errorf("a beacon of the commitment's instant: %v", err)
	}
	// A ticket that keeps its order changes the root, and a reordered panel the portfolio's.
	moved, err := ParseRoll(replaced(csv, first, first[:63]+map[bool]string{true: "1", false: "0"}[first[63] == '0']))
	if err != nil || moved.Root() == whole.Roll.Root() {
		t.Errorf("another ticket has the same root: %v", err)
	}
	other := Portfolio{panels: slices.Clone(whole.Portfolio.panels)}
	other.panels[0], other.panels[1] = other.panels[1], other.panels[0]
	if other.Root() == whole.Portfolio.Root() {
		t.Error("panels in another order have the same root")
	}
}

func TestSeedsFallEvenly(t *testing.T) {
	const seeds = 10_000
	index := make([]int, Panels)
	r := city(t, 60)
	var q Rule
	for _, c := range sorted(r.Cells()) {
		q.Quotas = append(q.Quotas, Quota{Name: c, Cells: []string{c}, Least: 2, Most: 2})
	}
	drawn := make([]int, r.N()+1)
	for i := range uint64(seeds) {
		s := Seed(sha256.Sum256(binary.BigEndian.AppendUint64([]byte("even"), i)))
		index[s.Index()]++
		for _, n := range s.lowest(r, q) {
			drawn[n]++
		}
	}
	chi := 0.0
	for _, n := range index {
		d := float64(n) - seeds/Panels
		chi += d * d / (seeds / Panels)
	}
	if p := (distuv.ChiSquared{K: Panels - 1}).Survival(chi); p < .001 {
		t.Errorf("indexes of %d seeds: χ² %.1f, p %.5f", seeds, chi, p)
	}
	// Of each cell 2 of 5 are drawn together: the statistic of draws without replacement.
	chi = 0
	const each = seeds * 2 / 5
	for _, n := range drawn[1:] {
		d := float64(n - each)
		chi += d * d / each
	}
	chi *= float64(5-1) / float64(5-2)
	if p := (distuv.ChiSquared{K: float64(r.N() - 12)}).Survival(chi); p < .001 {
		t.Errorf("tickets drawn by %d seeds: χ² %.1f, p %.5f", seeds, chi, p)
	}
}

// TestCodesAreNotTriedWithoutTheKey plays on a small scale whoever has the list and every
// code that exists. With 60 million codes nothing changes: a ticket is HMAC-SHA256 under a
// key of 32 random bytes, so that each code's ticket is one of 2²⁵⁶ equally likely ones to
// who lacks the key, and the chance that any of 6·10⁷ guesses meets any of 10⁵ tickets is
// below 2⁻²¹³; who has the key computes them all.
func TestCodesAreNotTriedWithoutTheKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key")
		other := rapid.SliceOfN(rapid.Byte(), 32, 32).Filter(func(b []byte) bool { return !bytes.Equal(b, key) }).Draw(t, "other")
		code := func(i int) []byte { return fmt.Appendf(nil, "RSSMRA45D25F%03dN", i) }
		people := make([]Person, 200)
		for i := range people {
			people[i] = Person{Ticket: NewTicket(key, code(i)), Cell: "tutti"}
		}
		r, err := List(people, false)
		if err != nil {
			t.Fatal(err)
		}
		with, without := 0, 0
		for i := range 1000 {
			if _, ok := r.Find(NewTicket(key, code(i))); ok {
				with++
			}
			for _, guess := range []Ticket{NewTicket(other, code(i)), NewTicket(nil, code(i)), Ticket(sha256.Sum256(code(i)))} {
				if _, ok := r.Find(guess); ok {
					without++
				}
			}
		}
		if with != 200 || without != 0 {
			t.Fatalf("%d found with the key, %d without", with, without)
		}
	})
}

func TestSmallCellsAreMergedWithTheMostAlike(t *testing.T) {
	var people []Person
	add := func(n int, cell, household string) {
		for range n {
			people = append(people, Person{Ticket: NewTicket([]byte("k"), fmt.Append(nil, len(people))), Cell: cell, Household: household})
		}
	}
	add(3, "U 16–34 nord", "")
	add(6, "U 16–34 sud", "")
	add(5, "F 60+ nord", "")
	add(4, "F 60+ sud", "rossi")
	r, err := List(people, false)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"U 16–34 nord + U 16–34 sud": 9, "F 60+ nord + F 60+ sud": 9}
	if got := r.Cells(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("cells are %v", got)
	}
	again, err := ParseRoll(r.CSV())
	if err != nil || again.Root() != r.Root() {
		t.Errorf("the list read again: %v", err)
	}
	one, err := List(people, true)
	if err != nil || one.N() != 15 {
		t.Errorf("of one household %d people are listed, %v", one.N()-14, err)
	}
	people[1].Ticket = people[0].Ticket
	people[2].Cell = "=1+1"
	var f *fault.Fault
	if _, err := List(people, false); !errors.As(err, &f) || len(f.Fields) != 2 || f.Fields[0].Code != "draw_same_ticket" || f.Fields[1].Code != "draw_bad_cell" {
		t.Errorf("two broken lines: %v", err)
	}
	if _, err := List(people[:4], false); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a list of four: %v", err)
	}
}

func TestListsHoldNoSmallCell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(LeastCell, 80).Draw(t, "n")
		people := make([]Person, n)
		for i := range people {
			people[i] = Person{Ticket: NewTicket([]byte("k"), fmt.Append(nil, i)), Cell: fmt.Sprintf("c%d z%d", rapid.IntRange(0, 9).Draw(t, "c"), rapid.IntRange(0, 3).Draw(t, "z"))}
		}
		r, err := List(people, false)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(people)
		back, err := List(people, false)
		if err != nil || !bytes.Equal(back.CSV(), r.CSV()) {
			t.Fatalf("another order of the same people: %v", err)
		}
		if _, err := ParseRoll(r.CSV()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestARuleIsHeldAgainstTheList(t *testing.T) {
	r := city(t, 1000)
	for _, rule := range []Rule{plain(r), crossing(r)} {
		if err := rule.Check(r); err != nil {
			t.Error(err)
		}
		again, err := ParseRule(rule.Canonical())
		if err != nil || again.Digest() != rule.Digest() {
			t.Errorf("the rule read again: %v", err)
		}
	}
	for code, change := range map[string]func(r *Rule){
		"draw_size":          func(r *Rule) { r.Size = 1001 },
		"draw_reserves":      func(r *Rule) { r.Reserves = 961 },
		"draw_invited":       func(r *Rule) { r.Invited = 999 },
		"draw_sum":           func(r *Rule) { r.Size = 39 },
		"draw_cell_left_out": func(r *Rule) { r.Quotas = r.Quotas[1:] },
		"draw_no_cell":       func(r *Rule) { r.Quotas[0].Cells = []string{"F 16–34 ovest"} },
		"draw_too_few":       func(r *Rule) { r.Quotas[0].Least, r.Quotas[0].Most = 500, 500 },
		"draw_range":         func(r *Rule) { r.Quotas[0].Most = 1 },
		"draw_cells":         func(r *Rule) { r.Quotas[0].Cells = []string{r.Quotas[0].Cells[0], r.Quotas[0].Cells[0]} },
		"draw_quota_name":    func(r *Rule) { r.Quotas[0].Name = "" },
		"draw_population":    func(r *Rule) { r.Quotas[0].Population = 1 },
		"draw_whole":         func(r *Rule) { r.Population = -1 },
		"draw_quotas":        func(r *Rule) { r.Quotas = nil },
	} {
		rule := plain(r)
		change(&rule)
		var f *fault.Fault
		if err := rule.Check(r); !errors.As(err, &f) || !slices.ContainsFunc(f.Fields, func(f fault.Field) bool { return f.Code == code }) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// A rule that is wrong everywhere is refused in so many words as a page can show.
func TestAWrongRuleIsRefusedInFewWords(t *testing.T) {
	r := city(t, 1000)
	cells, quotas := plain(r), plain(r)
	for n := range 50_000 {
		cells.Quotas[0].Cells = append(cells.Quotas[0].Cells, strconv.Itoa(n))
	}
	for len(quotas.Quotas) < MostQuotas {
		quotas.Quotas = append(quotas.Quotas, Quota{Least: -1, Population: 1, Cells: []string{"nowhere"}})
	}
	for name, rule := range map[string]Rule{"cells": cells, "quotas": quotas} {
		var f *fault.Fault
		if err := rule.Check(r); !errors.As(err, &f) || len(f.Fields) != MostProblems {
			t.Errorf("%s: %d problems, %v", name, len(f.Fields), err)
		}
	}
}

func TestChancesAreThoseOfTheRule(t *testing.T) {
	d := given(t, crossing)
	c := Chance(d.Roll, d.Rule, d.Portfolio)
	count := 0
	for _, panel := range d.Portfolio.panels {
		if slices.Contains(panel, 148) {
			count++
		}
	}
	if c.Of(148) != float64(count)/1000 || count == 0 {
		t.Errorf("number 148 is in %d panels, its chance %v", count, c.Of(148))
	}
	if c.Mean < .0399 || c.Mean > .0401 || c.Least > c.Mean || c.Most < c.Mean {
		t.Errorf("chances of 40 of 1,000: %v, %v, %v", c.Least, c.Mean, c.Most)
	}
	one := Portfolio{panels: slices.Repeat([][]int{d.Portfolio.Panel(0)}, Panels)}
	if c := Chance(d.Roll, d.Rule, one); len(c.Nobody) != 960 || c.Least != 0 || c.Most != 1 {
		t.Errorf("one panel alone leaves %d without a chance", len(c.Nobody))
	}
	p := given(t, plain)
	cells := p.Roll.Cells()
	if got, want := Chance(p.Roll, p.Rule, Portfolio{}).Of(1), func() float64 {
		for _, q := range p.Rule.Quotas {
			if q.Cells[0] == p.Roll.At(1).Cell {
				return float64(q.Least) / float64(cells[q.Cells[0]])
			}
		}
		return 0
	}(); got != want || got == 0 {
		t.Errorf("number 1 has a chance of %v, not %v", got, want)
	}
}
