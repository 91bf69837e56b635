package leaf

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

const table = "6ba7b810-9dad-11d1-80b4-00c04fd430c8/2/A/parking"

func seedOf(n int) *Seed {
	s := NewSeed([32]byte{byte(n), byte(n >> 8), byte(n >> 16)}, Part{})
	return &s
}

var points = []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}

func build(t testing.TB, people int) Built {
	t.Helper()
	b, err := Build(table, people, answers{seedOf, points})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func file(b Built) []byte { return append([]byte(FileHead(b.Table)), b.Lines(0, b.N())...) }

// TestALeafIsItsFourLines as docs/RECORD.md §3 writes them.
func TestALeafIsItsFourLines(t *testing.T) {
	var salt Salt
	want := "delfi leaf v1\n" + table + "\n7\nAAAAAAAAAAAAAAAAAAAAAA==\n"
	if got := string(Text(table, "7", salt)); got != want {
		t.Errorf("%q", got)
	}
	if Hash(table, "7", salt) != tlog.RecordHash([]byte(want)) {
		t.Error("the hash is not the log's")
	}
}

// TestHashesAreThoseOfTheLibrary, for tables and values of every length, one after
// the other in the same memory.
func TestHashesAreThoseOfTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := rapid.StringN(1, 150, 150).Draw(t, "table")
		made := newTexts(table)
		for _, value := range rapid.SliceOfN(rapid.StringN(0, 130, 130), 1, 8).Draw(t, "values") {
			seed := seedOf(len(value))
			salt := made.salt(seed)
			if sum := sha256.Sum256(append(seed[:], table...)); !bytes.Equal(salt[:], sum[:SaltSize]) {
				t.Fatalf("the salt in %q is %x, not %x", table, salt, sum)
			}
			if got := made.hash(value, &salt); got != tlog.RecordHash(Text(table, value, salt)) {
				t.Fatalf("the leaf of %q in %q has another hash", value, table)
			}
		}
	})
}

// answers is a table in which people gave one value after the other.
type answers struct {
	seed   func(person int) *Seed
	values []string
}

func (a answers) At(person int) (*Seed, int32) { return a.seed(person), int32(person % len(a.values)) }
func (a answers) Value(number int32) string    { return a.values[number] }

// reversed are five hundred people's, the last one first.
type reversed struct{ answers }

func (r reversed) At(person int) (*Seed, int32) { return r.answers.At(499 - person) }

// TestLeavesAscend in tables of every size, whatever the drawers that they fell in.
func TestLeavesAscend(t *testing.T) {
	var builder Builder
	for people := range 300 {
		b, err := builder.Build(table, people, answers{seedOf, []string{"7"}})
		if err != nil {
			t.Fatal(err)
		}
		// Read refuses what does not ascend, and computes the root again.
		if got, err := Read(bytes.NewReader(file(b)), func(string, tlog.Hash) error { return nil }); err != nil || got.N != people || got.Root != b.Root {
			t.Fatalf("%d people: %+v, %v", people, got, err)
		}
	}
}

// TestRootsAreTheLogs: the tree is that of the checksum database, of any size.
func TestRootsAreTheLogs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "n")
		var tree Tree
		stored := []tlog.Hash{}
		reader := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(at))
			for i, a := range at {
				out[i] = stored[a]
			}
			return out, nil
		})
		for i := range n {
			record := []byte(fmt.Sprint(i))
			tree.Add(tlog.RecordHash(record))
			more, err := tlog.StoredHashes(int64(i), record, reader)
			if err != nil {
				t.Fatal(err)
			}
			stored = append(stored, more...)
		}
		want, err := tlog.TreeHash(int64(n), reader)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 && tree.Root() != want {
			t.Fatalf("root of %d is %v, the log says %v", n, tree.Root(), want)
		}
	})
}

// TestAFileOfLeavesComesBack with its table, number and root, whoever came first.
func TestAFileOfLeavesComesBack(t *testing.T) {
	b := build(t, 500)
	counts := map[string]int{}
	got, err := Read(bytes.NewReader(file(b)), func(value string, _ tlog.Hash) error {
		counts[value]++
		return nil
	})
	if err != nil || got.Table != table || got.N != 500 || got.Root != b.Root {
		t.Fatalf("%+v, %v", got, err)
	}
	if counts["1"] != 56 || counts["9"] != 55 {
		t.Errorf("counted %v", counts)
	}
	backwards, err := Build(table, 500, reversed{answers{seedOf, points}})
	if err != nil || !bytes.Equal(file(backwards), file(b)) {
		t.Error("the order of people shows in the file")
	}
}

// TestReadNamesWhatIsWrong by its line.
func TestReadNamesWhatIsWrong(t *testing.T) {
	good := string(file(build(t, 4)))
	lines := strings.SplitAfter(good, "\n")
	for name, c := range map[string]struct{ text, want string }{
		"another format":    {"delfi leaves v2\n" + good, "line 1"},
		"no table":          {Format + "\n", "line 2"},
		"a swap":            {lines[0] + lines[1] + lines[3] + lines[2] + lines[4] + lines[5], "order"},
		"a leaf twice":      {lines[0] + lines[1] + lines[2] + lines[2] + lines[3], "twice"},
		"no salt":           {lines[0] + lines[1] + "7\n", "line 3"},
		"a short salt":      {lines[0] + lines[1] + "7 AAAA\n", "no salt"},
		"a cut last line":   {strings.TrimSuffix(good, "\n"), "no end"},
		"an endless line":   {lines[0] + lines[1] + strings.Repeat("7", 1<<17), "line 3"},
		"a spelling of b64": {lines[0] + lines[1] + "7 AAAAAAAAAAAAAAAAAAAAAB==\n", "no salt"},
	} {
		_, err := Read(strings.NewReader(c.text), func(string, tlog.Hash) error { return nil })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTwoPeopleWithOneSeedAreRefused.
func TestTwoPeopleWithOneSeedAreRefused(t *testing.T) {
	_, err := Build(table, 2, answers{func(int) *Seed { return seedOf(1) }, []string{"7"}})
	if err == nil || !strings.Contains(err.Error(), "twice") {
		t.Error(err)
	}
}

// TestHeadsAndTalliesComeBack, also with values that hold "=" or a space.
func TestHeadsAndTalliesComeBack(t *testing.T) {
	heads := []Head{build(t, 3).Head(), {Table: "c/2/B", N: 0}}
	got, err := ParseHeads(Heads(heads))
	if err != nil || len(got) != 2 || got[0] != heads[0] || got[1] != heads[1] {
		t.Errorf("%v, %v", got, err)
	}
	tallies := []Tally{{Table: "c/2/D/x", Values: []string{"<=-1", "0", ">=+1"}, Counts: []int{0, 7, 5}, N: 12}, {Table: "c/2/D/y", Values: []string{"any 0"}, Counts: []int{9}, N: 9}, {Table: "c/2/B", N: 12}}
	back, err := ParseTallies(Tallies(tallies))
	if err != nil || fmt.Sprint(back) != fmt.Sprint(tallies) {
		t.Errorf("%v, %v", back, err)
	}
	for _, bad := range []string{"delfi tally v1\nx\n1=-1\n", "delfi tally v1\nx\n1=01\n", "delfi tally v1\nx\n", "delfi table v1\nx\n1=1\n", "delfi tally v1\nx\n=1\n", "delfi tally v1\nx\n-5\n", "delfi tally v1\nx\n1=1 2\n"} {
		if _, err := ParseTallies([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	for _, bad := range []string{"delfi table v1\nx\n-1\n" + heads[0].Root.String() + "\n", "delfi table v1\nx\n1\nroot\n", "x"} {
		if _, err := ParseHeads([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// TestReceiptsAndProofsComeBack; a changed answer gives another mark.
func TestReceiptsAndProofsComeBack(t *testing.T) {
	answers := []Given{{Item: "b", Value: "7", Reason: "perché sì"}, {Item: "a", Value: CannotJudge}}
	random := bytes.Repeat([]byte{3}, 32)
	p := Proof{Format: ProofFormat, Group: "all", Random: random, Words: "mare", Answers: answers}
	part := Part{Words: "mare", Browser: [16]byte{5}}
	p.Browser = part.Browser[:]
	content := Content(NewSeed([32]byte(random), part), "all", []Given{answers[1], answers[0]})
	mark := Mark(content, part.Digests("c/2"))
	if p.Mark("c/2") != mark {
		t.Error("the mark depends on the order of answers")
	}
	p.Answers = []Given{{Item: "b", Value: "8", Reason: "perché sì"}, answers[1]}
	if p.Mark("c/2") == mark {
		t.Error("another answer gives the same mark")
	}
	for _, side := range []string{"for", "against", "neither"} {
		p.Answers = []Given{{Item: "b", Value: "7", Reason: "perché sì", Argues: side}, answers[1]}
		if p.Mark("c/2") == mark {
			t.Errorf("a reason that argues %s gives the mark of one without a side", side)
		}
	}
	r := Receipt{Consultation: "c", Round: 2, Protocol: "ab", Size: 7, Mark: mark, Content: content}
	back, err := ParseReceipt(r.Text())
	if err != nil || back != r {
		t.Errorf("%+v, %v", back, err)
	}
	r.Replaces = mark
	whole := part.Digests("c/2")
	for _, d := range []Digests{{}, {Browser: whole.Browser}, {Words: whole.Words}, whole} {
		r.Part = d
		if back, err = ParseReceipt(r.Text()); err != nil || back != r {
			t.Errorf("%+v, %v", back, err)
		}
	}
	for _, bad := range []string{"", "browser", "browser -", "browser ab", "words " + whole.Words + " browser " + whole.Browser, "browser " + strings.ToUpper(whole.Browser), whole.Line() + " words " + whole.Words} {
		if _, err := ParseReceipt(strings.Replace(r.Text(), whole.Line(), bad, 1)); err == nil {
			t.Errorf("a receipt with the part %q was read", bad)
		}
	}
	if _, err := ParseReceipt(strings.Replace(r.Text(), "/2\n", "/02\n", 1)); err == nil {
		t.Error("a receipt with another spelling was read")
	}
	for _, bad := range []string{"", "{}", `{"format":"delfi proof v2","random":"AA=="}`, `{"format":"delfi proof v2","seed":1}`, `{"format":"delfi proof v1"}`,
		`{"format":"delfi proof v2","random":"` + b64(random) + `","browser":"AA=="}`, `{"format":"delfi proof v2","random":"` + b64(random) + `","browser":"` + b64(make([]byte, 16)) + `"}`} {
		if _, err := ParseProof([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// What one leaf costs: its salt, its hash, its place among 100,000, its share of
// the tree.
func BenchmarkBuild(b *testing.B) {
	seeds := make([]*Seed, 100_000)
	values := make([]string, 9)
	for i := range seeds {
		seeds[i] = seedOf(i)
	}
	for i := range values {
		values[i] = fmt.Sprint(i + 1)
	}
	id := ID("6ba7b810-9dad-11d1-80b4-00c04fd430c8", 2, "A/5d1f6a52-0c9e-4b6f-9d55-8f2c3a1b7e90")
	var builder Builder
	for b.Loop() {
		if _, err := builder.Build(id, len(seeds), answers{func(i int) *Seed { return seeds[i] }, values}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(seeds)), "ns/leaf")
}

// The room that a mark is made in is exactly what its lines take.
func TestLinesHaveTheirSize(t *testing.T) {
	for _, g := range []Given{{}, {Item: "i", Value: "7"}, {Item: "é", Value: CannotJudge, Reason: "perché sì"}, {Item: "i", Value: "10", Reason: strings.Repeat("x", 3000), Argues: "neither"}} {
		for _, group := range []string{"", "all", "città"} {
			if line := g.appendLine(nil, group); len(line) != g.lineSize(group) {
				t.Errorf("%q has %d bytes, not %d", line, len(line), g.lineSize(group))
			}
		}
	}
}
