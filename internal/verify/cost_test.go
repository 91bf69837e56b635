package verify

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"delfi/internal/ledger/leaf"
	"delfi/internal/peak"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

// hostile is ten megabytes, and what checking them may cost.
const (
	hostile = 10 << 20
	dearest = 64 << 20
)

// TestMain has the collector run as often as the command that checks records has it
// (command.Frugal): what it may cost is promised of that.
func TestMain(m *testing.M) {
	debug.SetGCPercent(50)
	os.Exit(m.Run())
}

// filled repeats a text between two others up to ten megabytes.
func filled(head, unit, tail string) []byte {
	var b bytes.Buffer
	b.Grow(hostile + len(unit))
	b.WriteString(head)
	for b.Len() < hostile-len(tail) {
		b.WriteString(unit)
	}
	b.WriteString(tail)
	return b.Bytes()
}

// bombs are texts of ten megabytes that are dear to whoever reads them carelessly.
var bombs = map[string]func() []byte{
	"lists within lists":     func() []byte { return bytes.Repeat([]byte("["), hostile) },
	"objects within objects": func() []byte { return filled("", `{"a":`, "") },
	"lists":                  func() []byte { return filled("[", "[],", "[]]") },
	"objects":                func() []byte { return filled("[", "{},", "{}]") },
	"nulls":                  func() []byte { return filled("[", "null,", "null]") },
	"noughts":                func() []byte { return filled("[", "0,", "0]") },
	"small texts":            func() []byte { return filled("[", `"",`, `""]`) },
	"one text":               func() []byte { return filled(`"`, "a", `"`) },
	"one text of escapes":    func() []byte { return filled(`"`, `\n`, `"`) },
	"escapes of six":         func() []byte { return filled(`"`, `\u0001`, `"`) },
	"half pairs":             func() []byte { return filled(`"`, `\ud800`, `"`) },
	"one name":               func() []byte { return filled(`{"`, "a", `":1}`) },
	"one number":             func() []byte { return filled("", "1", "") },
	"one fraction":           func() []byte { return filled("0.", "1", "") },
	"one exponent":           func() []byte { return filled("1e", "9", "") },
	"spaces":                 func() []byte { return bytes.Repeat([]byte(" "), hostile) },
	"line feeds":             func() []byte { return bytes.Repeat([]byte("\n"), hostile) },
	"noughts of bytes":       func() []byte { return make([]byte, hostile) },
	"no UTF-8":               func() []byte { return bytes.Repeat([]byte{0xff}, hostile) },
	"names": func() []byte {
		var b bytes.Buffer
		b.WriteByte('{')
		for n := 0; b.Len() < hostile; n++ {
			fmt.Fprintf(&b, `"%07x":0,`, n)
		}
		b.WriteString(`"z":0}`)
		return b.Bytes()
	},
}

// checked lays a record into a folder, forgets it, and checks it within its memory: the
// check must end in one line of words.
func checked(t *testing.T, b *book, o Options) {
	t.Helper()
	folder := laid(t, b)
	*b = book{}
	files, closer, err := source.Folder(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer closer.Close()
	peak.Within(t, dearest, func() {
		_, err := Run(t.Context(), files, o)
		var f *source.Fault
		var m *Misuse
		switch {
		case err == nil: // what nobody computes may say anything
			return
		case !errors.As(err, &f) && !errors.As(err, &m):
			t.Errorf("it is no fault of the record: %v", err)
		}
		if words := err.Error(); len(words) > 10*source.Shortest || strings.Contains(words, "\n") {
			t.Errorf("its words are %d bytes: %.200s", len(words), words)
		}
	})
}

// TestTenMegabytesOfAnythingCostLittle, in the place of a file of each kind.
func TestTenMegabytesOfAnythingCostLittle(t *testing.T) {
	b := press(t, nil)
	for _, name := range []string{
		"checkpoint", "entries", "consultations", "tigli/protocol.json", "tigli/rounds/3/items.json", "tigli/rounds/3/tally",
		"tigli/rounds/3/superseded", "tigli/rounds/3/leaves/B",
	} {
		for what, text := range bombs {
			t.Run(name+"/"+what, func(t *testing.T) {
				b := b.copied(t)
				b.put(name, text())
				checked(t, b, Options{})
			})
		}
	}
}

// within puts a list of ten megabytes into a text, where another list stands; it may
// stand there more than once.
func stuffed(t *testing.T, text []byte, name, unit string) []byte {
	t.Helper()
	at := bytes.Index(text, []byte(`"`+name+`":[`))
	if at < 0 {
		t.Fatalf("no list %q in %.300s", name, text)
	}
	at += len(`"` + name + `":[`)
	list := bytes.TrimSuffix(filled("", unit+",", ""), []byte(","))
	if text[at] != ']' {
		list = append(list, ',')
	}
	return slices.Concat(text[:at], list, text[at:])
}

// TestTenMegabytesInFormCostLittle: a server that signs its own log records documents
// which are what their form asks, and say much in few bytes, or the same for ever.
func TestTenMegabytesInFormCostLittle(t *testing.T) {
	const three = "tigli/rounds/3/"
	b := press(t, nil)
	words := strings.Repeat("parole ", 100)
	for _, c := range []struct{ file, list, unit string }{
		{three + "items.json", "", `{"item":"11111111-1111-4111-8111-111111111111","kind":"","new":false,"number":0,"text":"","version":0}`},
		{three + "items.json", "", `{"item":"11111111-1111-4111-8111-111111111111","kind":"","new":false,"number":0,"text":"` + words + `","version":0}`},
		{three + "counts.json", "by_group", "0"},
		{three + "counts.json", "groups", `{"answered":0,"enrolled":0,"group":""}`},
		{three + "counts.json", "said", "0"},
		{three + "feedback.json", "counts", "0"},
		{three + "feedback.json", "values", `""`},
		{three + "feedback.json", "values", `"1"`},
		{three + "feedback.json", "tables", `{"counts":[],"id":"","n":0,"values":[]}`},
		{three + "feedback.json", "tables", `{"counts":null,"id":"","n":0,"values":null}`},
		{three + "feedback.json", "reasons", `{"outside":false,"place":"","side":"","text":""}`},
		{three + "feedback.json", "reasons", `{"outside":false,"place":"","side":"","text":"` + words + `"}`},
		{"tigli/opinion.json", "acts", `{"count":0,"kind":"","role":""}`},
		{"tigli/opinion.json", "rounds", `[]`},
		{"tigli/opinion.json", "parents", `"11111111-1111-4111-8111-111111111111"`},
		{"tigli/opinion.json", "contributions", `{"alias":"","body":"` + words + `","id":"11111111-1111-4111-8111-111111111111","items":[],"reason":"","state":""}`},
	} {
		t.Run(c.file+"/"+c.list+"/"+c.unit[:min(len(c.unit), 30)], func(t *testing.T) {
			b := b.copied(t)
			if c.list == "" {
				b.put(c.file, bytes.TrimSuffix(filled("[", c.unit+",", ""), []byte(",")))
				b.files[c.file].Data = append(b.files[c.file].Data, ']')
			} else {
				b.put(c.file, stuffed(t, b.files[c.file].Data, c.list, c.unit))
			}
			if c.file == "tigli/opinion.json" {
				b.reopinion()
			} else {
				b.record(3)
				digest := leaf.Digest(b.files[c.file].Data)
				if c.file == three+"items.json" {
					b.rewrite(b.find("round_opened", 2), func(body map[string]any) { body["items"] = digest })
				}
			}
			b.seal()
			checked(t, b, Options{})
		})
	}
}

// TestTenMegabytesOfEntriesCostLittle: entries that a server wrote and signed, each about
// something else, and lines that are as long as one may be.
func TestTenMegabytesOfEntriesCostLittle(t *testing.T) {
	honest := press(t, nil)
	for what, add := range map[string]func(n int) leaf.Entry{
		"consultations": func(n int) leaf.Entry {
			return leaf.Entry{Type: "commitment", Consultation: fmt.Sprintf("%08x-9dad-11d1-80b4-00c04fd430c8", n), Body: `{}`}
		},
		"rolls": func(n int) leaf.Entry {
			return leaf.Entry{Type: "roll", Consultation: honest.id, Body: fmt.Sprintf(`{"group":"%x","n":1}`, n)}
		},
		"decisions": func(n int) leaf.Entry {
			return leaf.Entry{Type: "decision", Consultation: honest.id, Body: fmt.Sprintf(`{"decided":"","item":%d,"kind":"settle","proposed":"","role":"system","round":1}`, n)}
		},
		"words that are gone": func(n int) leaf.Entry {
			return leaf.Entry{Type: "audit", Consultation: honest.id, Body: fmt.Sprintf(`{"words":"%064x"}`, n)}
		},
		"removals": func(n int) leaf.Entry {
			return leaf.Entry{Type: "removal", Consultation: honest.id, Body: `{"kind":"contribution"}`}
		},
		"long bodies": func(int) leaf.Entry {
			return leaf.Entry{Type: "audit", Consultation: honest.id, Body: `{"a":` + strings.TrimSuffix(strings.Repeat("[],", 1<<20), ",") + `}`}
		},
		"long lists": func(int) leaf.Entry {
			return leaf.Entry{Type: "feedback", Consultation: honest.id, Body: `{"document":"","round":3,"tables":[` + strings.TrimSuffix(strings.Repeat(`"",`, 1<<20), ",") + `]}`}
		},
	} {
		t.Run(what, func(t *testing.T) {
			b := honest.copied(t)
			for n, bytes := 0, 0; bytes < hostile; n++ {
				e := add(n)
				e.Minute = b.now.Format(replay.Minute)
				l := entryLine{N: len(b.lines), Entry: e.Text(), Words: []byte("null")}
				b.lines = append(b.lines, l)
				bytes += len(l.Entry) + 40
			}
			b.seal()
			checked(t, b, Options{})
		})
	}
}

// TestTenMegabytesOfJoiningCostLittle: statements join and are taken back again, and each gets
// translations, with words and without.
func TestTenMegabytesOfJoiningCostLittle(t *testing.T) {
	honest := letting(t)
	at := honest.acted("join") - 1
	words := func(kind, more string) string {
		return fmt.Sprintf(`{"item":4,%s"kind":"%s","role":"facilitator","words":"%064x"}`, more, kind, 7)
	}
	joins := words("join", `"item_kind":"scala",`)
	joins = strings.Replace(joins, `"words"`, `"round":2,"version":1,"words"`, 1)
	for what, bodies := range map[string][]string{
		"joined, translated and taken back":     {joins, words("translate", ""), words("remove", "")},
		"translated for ever, under one number": {words("translate", "")},
	} {
		t.Run(what, func(t *testing.T) {
			b := honest.copied(t)
			after := slices.Clone(b.lines[at+1:])
			b.lines = b.lines[:at+1]
			minute := b.written(at).Format(replay.Minute)
			for n, bytes := 0, 0; bytes < hostile; n++ {
				l := entryLine{N: len(b.lines), Entry: leaf.Entry{Type: "act", Consultation: b.id, Minute: minute, Body: bodies[n%len(bodies)]}.Text(), Words: []byte("null")}
				b.lines = append(b.lines, l)
				bytes += len(l.Entry) + 40
			}
			for _, l := range after {
				l.N = len(b.lines)
				b.lines = append(b.lines, l)
			}
			b.seal()
			checked(t, b, Options{})
		})
	}
}

// TestTenMegabytesOfReceiptsCostLittle: receipts, proof files, and a checkpoint.
func TestTenMegabytesOfReceiptsCostLittle(t *testing.T) {
	b := press(t, nil)
	texts := map[string]func() []byte{
		"answers": func() []byte { return filled(`{"format":"delfi proof v2","answers":[`, "{},", "{}]}") },
		"full ones": func() []byte {
			return filled(`{"answers":[`, `{"item":"","value":"","reason":"","argues":""},`, "{}]}")
		},
		"long words":  func() []byte { return filled(`{"words":"`, "a", `"}`) },
		"bytes":       func() []byte { return filled(`{"random":"`, "AAAA", `"}`) },
		"many fields": func() []byte { return filled(`{`, `"group":"a",`, `"group":"a"}`) },
		"a note":      func() []byte { return filled("", "delfi receipt v2\n", "\n\n— a b\n") },
		"signatures":  func() []byte { return filled(string(b.receipt), "— delfi.example/record AAAAAAAAAAAA\n", "") },
	}
	for what, text := range bombs {
		texts[what] = text
	}
	for what, text := range texts {
		t.Run(what, func(t *testing.T) {
			all := text()
			checked(t, b.copied(t), Options{Receipts: map[string][]byte{"receipt": all}})
			checked(t, b.copied(t), Options{Checkpoint: all})
		})
	}
}
