package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/canonical"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/report/schema"
	"delfi/internal/verify/replay"
)

// book is a whole public record in memory, pressed from the pure parts alone; its
// methods are also what an attacker has who holds the key of the log.
type book struct {
	t        testing.TB
	files    fstest.MapFS
	lines    []entryLine
	now      time.Time // of the next entry
	until    time.Time // deadline of the open round
	log      signer
	witness  signer
	id, slug string
	protocol protocol.Protocol
	closings []table.Closing
	items    []feedback.Asked
	shown    string // hash of the last feedback document
	receipt  []byte // of a counted ballot of round 3
	earlier  []byte // of the same person's counted ballot of round 2
	replaced []byte // of a superseded one
	proof    []byte // of the counted one
	person   int    // whose they are
	people   []person
	beside   map[string]string            // further consultations of the log: slug by id
	spoken   map[string]map[string]string // translations of the texts, by language and field
	between  func(b *book)                // what is done before round 3 opens; nil for nothing
	alone    string                       // language that one reason is told to be in, as earlier programs told it
}

type signer struct {
	note.Signer
	key string
}

// entryLine is one line of the file of entries.
type entryLine struct {
	N     int             `json:"n"`
	Entry string          `json:"entry"`
	Salt  []byte          `json:"salt"`
	Words json.RawMessage `json:"words"`
}

// person is one panelist: what they say in rounds 2 and 3, and their seeds.
type person struct {
	name    string
	group   string
	answers [2]map[string]int           // by round and item; -1 cannot judge
	others  [2]map[string]delphi.Answer // to items that are no scales; a Reason has the words
	reasons [2]map[string]string
	counted map[string]delphi.Answer // by item: what the server counts in the last round in place of what they said
	random  [2][32]byte
	part    [2]leaf.Part
}

const rules = `{
	"version": 1, "variant": "classical", "languages": ["it"],
	"panel": {"groups": [{"id": "cittadini", "name": {"it": "Cittadini"}, "access": "open"}, {"id": "ordini", "name": {"it": "Ordini"}, "access": "open"}]},
	"anonymity": {"latest_key_date": "2027-06-30", "cosigners": ["garante.example"]},
	"rounds": [{"kind": "gather"}, {"kind": "answer"}, {"kind": "answer"}],
	"item_kinds": [{"id": "scala", "kind": "scale"}],
	"consensus": {"rule": "share", "share": {"from": 7, "to": 9}}
}`

// panelists are 120 people of two groups who answer two items twice: the first
// item moves to the high end, the second stays in two camps.
func panelists(r *rand.ChaCha8, items []feedback.Asked) []person {
	draw := rand.New(r)
	out := make([]person, 120)
	for i := range out {
		p := person{name: fmt.Sprintf("panelist %03d", i), group: []string{"cittadini", "ordini"}[i%2]}
		for n := range p.answers {
			p.answers[n], p.reasons[n] = map[string]int{}, map[string]string{}
			for b := range p.random[n] {
				p.random[n][b] = byte(draw.Uint32())
			}
			p.part[n] = leaf.Part{Browser: [leaf.BrowserSize]byte(p.random[n][16:]), Words: "le mie parole"}
			p.part[n].Browser[0] ^= 1
		}
		first, second := items[0].Item.String(), items[1].Item.String()
		p.answers[0][first] = 1 + draw.IntN(9)
		p.answers[1][first] = p.answers[0][first]
		if p.answers[0][first] < 7 && i%2 == 0 {
			p.answers[1][first] += 3
		}
		p.answers[0][second] = []int{1, 2, 8, 9}[draw.IntN(4)]
		p.answers[1][second] = p.answers[0][second]
		if i%40 == 3 {
			p.answers[1][second] = -1
		}
		if i%10 == 0 {
			p.reasons[1][first] = fmt.Sprintf("Perché sì, %d.", i)
		}
		out[i] = p
	}
	return out
}

// press makes the record; change, where not nil, changes the panel beforehand.
func press(t testing.TB, change func(b *book)) *book {
	t.Helper()
	return pressed(t, rules, change)
}

// pressed makes it under other rules.
func pressed(t testing.TB, rules string, change func(b *book)) *book {
	t.Helper()
	source := rand.NewChaCha8([32]byte{7})
	b := &book{
		t: t, now: begun, files: fstest.MapFS{}, id: "6ba7b810-9dad-11d1-80b4-00c04fd430c8", slug: "tigli",
		log: newSigner(t, source, "delfi.example/record"), witness: newSigner(t, source, "garante.example"),
		items: []feedback.Asked{
			{Item: uuid.MustParse("11111111-1111-4111-8111-111111111111"), Kind: "scala", Number: 1, Text: "Piantare tigli.", Version: 1},
			{Item: uuid.MustParse("22222222-2222-4222-8222-222222222222"), Kind: "scala", Number: 2, Text: "Chiudere al traffico.", Version: 1},
		},
		person: 20,
	}
	var err error
	if b.protocol, err = protocol.Parse([]byte(rules)); err != nil {
		t.Fatal(err)
	}
	b.people = panelists(source, b.items)
	if change != nil {
		change(b)
	}
	b.put("key", []byte(b.log.key+"\n"+b.witness.key+"\n"))
	b.put("tigli/protocol.json", b.protocol.Canonical())
	b.entry("commitment", map[string]any{"role": "administrator", "decide_by": promised.DecideBy, "reply_days": promised.ReplyDays}, b.in("commitment_", map[string]string{
		"target": promised.Subject, "reason": promised.Quotation, "decider": promised.Decider, "act": promised.Act, "signatory": promised.Signatory, "left_out": promised.LeftOut,
	}))
	b.entry("protocol", map[string]any{"role": "administrator", "hash": b.protocol.Hash(), "rule_version": delphi.RuleVersion, "mode": "sealed-key", "cosigners": []string{"garante.example"}, "latest_key_date": "2027-06-30"}, nil)
	b.entry("act", map[string]any{"kind": "announce", "role": "administrator", "documents": []string{survey}}, b.in("", map[string]string{"name": "Ada", "reason": "Il viale", "question": question, "background": "Alle 18."}))
	b.entry("roll", map[string]any{"group": "cittadini", "n": 70}, nil)
	b.entry("roll", map[string]any{"group": "ordini", "n": 60}, nil)
	b.act("start", "system", 0, "Il viale")
	b.entry("round_opened", map[string]any{"role": "system", "round": 1, "kind": "gather", "deadline": b.deadline(14), "enrolled": []int{60, 60}, "feedback": "", "items": leaf.Digest([]byte("[]"))}, nil)
	b.now = b.until
	b.ends(1)
	b.act("release", "moderator", 1, "")
	for n := range b.items {
		for lang, text := range b.items[n].Texts {
			b.translated(n+1, 1, lang, text)
		}
	}
	b.round(2)
	if b.between != nil {
		b.between(b)
	}
	b.round(3)
	b.act("conclude", "facilitator", 0, "Abbiamo finito.")
	b.entry("key_destroyed", map[string]any{"role": "system", "scope": "panel", "processes": 1}, nil)
	b.entry("act", map[string]any{"kind": "minority", "role": "facilitator", "text": leaf.Digest([]byte(minorityText)), "until": b.now.Format(time.RFC3339)}, map[string]string{"name": "Bo"})
	b.opinion()
	b.act("publish", "administrator", 0, "")
	b.seal()
	return b
}

// promised is the commitment; no money is promised.
var promised = schema.Commitment{
	Quotation: "Ci impegniamo a rispondere.", Decider: "Giunta", Subject: "Il viale", DecideBy: "2027-06-30", ReplyDays: 30,
	Act: "Delibera n. 1", Signatory: "La sindaca", LeftOut: "Le panchine.",
}

const question = "Quali tigli?"

// in adds the translations of some fields to the words beside an entry; the announcement of
// what is held in one language has no title, as those of earlier programs.
func (b *book) in(prefix string, words map[string]string) map[string]string {
	if b.spoken != nil && prefix == "" {
		words["target"] = "I tigli del viale"
	}
	for lang, texts := range b.spoken {
		for field, text := range texts {
			if name, own := strings.CutPrefix(field, prefix); own && (prefix != "" || !strings.HasPrefix(field, "commitment_")) {
				words[name+"."+lang] = text
			}
		}
	}
	return words
}

// survey is the digest of the one document that the panel was given.
var survey = leaf.Digest([]byte("Rilievo dei tigli"))

// minorityDays is how long the panel reads it in the book.
const minorityDays = 0

// minorityText is the report of the dissent.
const minorityText = "Chi è contro chiede **tempo**."

func (b *book) put(name string, text []byte) {
	b.files[name] = &fstest.MapFile{Data: text, Mode: 0o644}
}

func (b *book) canonical(v any) []byte {
	b.t.Helper()
	text, err := canonical.Marshal(v)
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

func (b *book) act(kind, role string, round int, reason string) {
	body := map[string]any{"kind": kind, "role": role}
	if round > 0 {
		body["round"] = round
	}
	var texts map[string]string
	if reason != "" {
		texts = map[string]string{"name": "Ada", "reason": reason}
	}
	b.entry("act", body, texts)
}

func (b *book) entry(kind string, body map[string]any, texts map[string]string) {
	l := entryLine{N: len(b.lines), Words: json.RawMessage("null")}
	if texts != nil {
		l.Salt, l.Words = bytes.Repeat([]byte{byte(l.N)}, 16), b.canonical(texts)
		body["words"] = leaf.WordsDigest(l.Salt, l.Words)
	}
	l.Entry = leaf.Entry{Type: kind, Consultation: b.id, Minute: b.now.Format(replay.Minute), Body: string(b.canonical(body))}.Text()
	b.lines = append(b.lines, l)
}

// find gives the number of the nth entry (from 0) of a type.
func (b *book) find(kind string, nth int) int {
	b.t.Helper()
	for n, l := range b.lines {
		if strings.HasPrefix(l.Entry, "delfi entry v1\n"+kind+"\n") {
			if nth == 0 {
				return n
			}
			nth--
		}
	}
	b.t.Fatalf("no entry %s", kind)
	return 0
}

// rewrite changes the body of an entry.
func (b *book) rewrite(n int, change func(body map[string]any)) {
	b.t.Helper()
	e, err := leaf.ParseEntry(b.lines[n].Entry)
	if err != nil {
		b.t.Fatal(err)
	}
	body := map[string]any{}
	if err := json.Unmarshal([]byte(e.Body), &body); err != nil {
		b.t.Fatal(err)
	}
	change(body)
	e.Body = string(b.canonical(body))
	b.lines[n].Entry = e.Text()
}

// entries writes the file of entries.
func (b *book) entries() {
	var out bytes.Buffer
	for _, l := range b.lines {
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(false)
		if err := e.Encode(l); err != nil {
			b.t.Fatal(err)
		}
	}
	b.put("entries", out.Bytes())
}

// tree is the log as it stands at a size.
func (b *book) tree(size int) leaf.Checkpoint {
	var tree leaf.Tree
	for _, l := range b.lines[:size] {
		e, err := leaf.ParseEntry(l.Entry)
		if err != nil {
			b.t.Fatal(err)
		}
		tree.Add(e.Hash())
	}
	return leaf.Checkpoint{Origin: b.log.Name(), Size: int64(size), Root: tree.Root()}
}

func (b *book) signed(text string, by ...signer) []byte {
	var all []note.Signer
	for _, s := range by {
		all = append(all, s.Signer)
	}
	out, err := note.Sign(&note.Note{Text: text}, all...)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// checkpoint signs the log at a size.
func (b *book) checkpoint(size int) []byte { return b.signed(b.tree(size).Text(), b.log) }

// seal writes entries, the list of consultations, checkpoint and the cosigned
// checkpoint, with everybody's keys, and lists the files.
func (b *book) seal() {
	b.entries()
	b.listing()
	b.put("checkpoint", b.checkpoint(len(b.lines)))
	if b.witness.Signer != nil {
		b.put("cosigned", b.signed(b.tree(len(b.lines)-1).Text(), b.log, b.witness))
	}
	b.list()
}

// vote is a person's ballot of round 2 or 3 as the engine takes it, and as marks
// bind it.
func (p person) vote(codecs *answer.Set, items []feedback.Asked, n int) (delphi.Ballot, []leaf.Given) {
	v := delphi.Ballot{Panelist: p.name, Group: p.group}
	var given []leaf.Given
	for _, i := range items {
		id := i.Item.String()
		if a, other := p.others[n][id]; other {
			kind, err := codecs.Number(i.Kind)
			if err != nil {
				panic(err)
			}
			given = append(given, leaf.Given{Item: id, Value: codecs.Codec(kind).Text(&a), Reason: a.Reason, Argues: string(a.Argues), Confidence: a.Confidence})
			if c, cheated := p.counted[id]; cheated && n == 1 {
				a = c
			}
			if a.Item = id; a.Reason != "" {
				a.Reason = leaf.Digest([]byte(a.Reason))
			}
			v.Answers = append(v.Answers, a)
			continue
		}
		value, answered := p.answers[n][id]
		if !answered {
			continue
		}
		a := delphi.Answer{Item: id, Value: value}
		g := leaf.Given{Item: id, Value: fmt.Sprint(value), Reason: p.reasons[n][id], Argues: string(p.argues(id, n))}
		if value < 0 {
			a.Value, a.CannotJudge, g.Value = 0, true, leaf.CannotJudge
		}
		if g.Reason != "" {
			a.Reason, a.Argues = leaf.Digest([]byte(g.Reason)), delphi.Side(g.Argues)
		}
		v.Answers, given = append(v.Answers, a), append(given, g)
	}
	return v, given
}

// argues is the side that a person says of their reason, if any: every third says
// none.
func (p person) argues(item string, n int) delphi.Side {
	if p.reasons[n][item] == "" {
		return ""
	}
	return []delphi.Side{"", delphi.For, delphi.Against}[int(p.name[10]-'0')%3]
}

func (p person) seed(n int) leaf.Seed { return leaf.NewSeed(p.random[n], p.part[n]) }

// answered are the answers that a table holds.
type answered []oneAnswer

type oneAnswer struct {
	seed  leaf.Seed
	value string
}

func (a answered) At(person int) (*leaf.Seed, int32) { return &a[person].seed, int32(person) }
func (a answered) Value(number int32) string         { return a[number].value }

// round holds one answering round and presses its files and entries.
func (b *book) round(round int) {
	b.t.Helper()
	n := round - 2
	dir := fmt.Sprintf("%s/rounds/%d/", b.slug, round)
	items := b.canonical(b.items)
	b.entry("round_opened", map[string]any{"role": "system", "round": round, "kind": "answer", "deadline": b.deadline(14), "enrolled": []int{60, 60}, "feedback": b.shown, "items": leaf.Digest(items)}, nil)
	opened := b.tree(len(b.lines))
	codecs := answer.For(b.protocol, delphi.AnswerRound)
	tab, err := table.NewTabulator(b.protocol, round, feedback.Engine(b.items), []byte("a key of the tests, thirty-two b"))
	if err != nil {
		b.t.Fatal(err)
	}
	each := func(visit func(p person, now, before *delphi.Ballot, given []leaf.Given)) {
		for _, p := range b.people {
			now, given := p.vote(codecs, b.items, n)
			var before *delphi.Ballot
			if n > 0 {
				v, _ := p.vote(codecs, b.items, n-1)
				before = &v
			}
			visit(p, &now, before, given)
		}
	}
	each(func(_ person, now, before *delphi.Ballot, _ []leaf.Given) {
		if err := tab.Add(now, before, nil); err != nil {
			b.t.Fatal(err)
		}
	})
	closing, err := tab.Close([]int{60, 60})
	if err != nil {
		b.t.Fatal(err)
	}
	assign, err := tab.Assign(closing)
	if err != nil {
		b.t.Fatal(err)
	}
	leaves := make([]answered, len(closing.Tables))
	each(func(p person, now, before *delphi.Ballot, given []leaf.Given) {
		seed := p.seed(n)
		err := assign.Each(now, before, func(table, value int) {
			_, _, v := b.mark(p, n, p.group, given)
			if value >= 0 {
				v = closing.Tables[table].Values[value]
			}
			leaves[table] = append(leaves[table], oneAnswer{seed, v})
		})
		if err != nil {
			b.t.Fatal(err)
		}
	})
	var heads []leaf.Head
	var tallies []leaf.Tally
	for i, table := range closing.Tables {
		id := leaf.ID(b.id, round, table.ID)
		built, err := leaf.Build(id, len(leaves[i]), leaves[i])
		if err != nil {
			b.t.Fatal(err)
		}
		heads = append(heads, built.Head())
		tallies = append(tallies, leaf.Tally{Table: id, Values: table.Values, Counts: table.Counts, N: table.N})
		b.put(dir+"leaves/"+table.ID, append([]byte(leaf.FileHead(id)), built.Lines(0, built.N())...))
	}
	root := leaf.Root(heads)
	closing.Root = root[:]
	b.closings = append(b.closings, closing)
	own := b.people[b.person]
	_, given := own.vote(codecs, b.items, n)
	// The ballot that was replaced had another part: a browser draws anew each time.
	b.earlier = b.receipt
	first := own
	first.part[n].Browser[1] ^= 1
	content, part, old := b.mark(first, n, "ordini", given)
	receipt := leaf.Receipt{Consultation: b.id, Round: round, Protocol: b.protocol.Hash(), Size: opened.Size, Root: opened.Root, Mark: old, Part: part, Content: content}
	b.replaced = b.signed(receipt.Text(), b.log)
	receipt.Content, receipt.Part, receipt.Mark = b.mark(own, n, own.group, given)
	receipt.Replaces = old
	b.receipt = b.signed(receipt.Text(), b.log)
	proof := leaf.Proof{Format: leaf.ProofFormat, Receipt: string(b.receipt), Group: own.group, Random: own.random[n][:], Browser: own.part[n].Browser[:], Words: own.part[n].Words, Answers: given}
	if n > 0 {
		_, proof.Previous = own.vote(codecs, b.items, n-1)
	}
	if b.proof, err = json.Marshal(proof); err != nil {
		b.t.Fatal(err)
	}
	told := map[string][]feedback.Reason{}
	for _, i := range b.items {
		for _, p := range b.people {
			if text := p.reasons[n][i.Item.String()]; text != "" {
				r := b.reason(closing, i, p, n, text)
				if len(told[i.Item.String()]) == 0 {
					r.Lang = b.alone
				}
				told[i.Item.String()] = append(told[i.Item.String()], r)
			}
			a := p.others[n][i.Item.String()]
			if c, cheated := p.counted[i.Item.String()]; cheated && n == 1 {
				a = c
			}
			if a.Reason != "" {
				name := table.Subject(b.protocol, delphi.Item{ID: i.Item.String(), Kind: i.Kind})
				if k, _ := b.protocol.Kind(i.Kind); k.Voice(name) != "" {
					name = k.Voice(name)
				}
				told[name] = append(told[name], feedback.Reason{Text: a.Reason, Side: a.Argues})
			}
		}
	}
	document := b.canonical(feedback.Of(b.protocol, b.items, b.closings, told))
	b.put(dir+"items.json", items)
	b.put(dir+"counts.json", b.canonical(closing.Counts))
	b.put(dir+"heads", leaf.Heads(heads))
	b.put(dir+"tally", leaf.Tallies(tallies))
	b.put(dir+"superseded", []byte(old+"\n"))
	b.put(dir+"feedback.json", document)
	b.shown = leaf.Digest(document)
	b.now = b.until
	b.ends(round)
	b.entry("round_closed", b.closed(round), nil)
	names := []string{}
	for _, t := range closing.Tables {
		names = append(names, t.ID)
	}
	b.entry("feedback", map[string]any{"role": "system", "round": round, "document": b.shown, "tables": names}, nil)
	b.act("release", "system", round, "")
	if round == 2 {
		b.entry("decision", map[string]any{"kind": "hold", "role": "facilitator", "round": round, "item": 1, "proposed": "go-on", "decided": "reword"}, map[string]string{"name": "Bo", "reason": "Ne parliamo ancora."})
		return
	}
	for _, i := range b.items {
		b.entry("decision", map[string]any{"kind": "settle", "role": "system", "round": round, "item": i.Number, "proposed": "settle", "decided": "settle"}, nil)
	}
}
