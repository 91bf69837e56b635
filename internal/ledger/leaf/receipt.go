package leaf

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"delfi/internal/delphi/canonical"

	"golang.org/x/mod/sumdb/tlog"
)

// CannotJudge stands where a value would, in marks and proofs.
const CannotJudge = "cannot-judge"

// Given is one answer of a ballot as its mark binds it.
type Given struct {
	Item   string `json:"item"`
	Value  string `json:"value"`  // of its kind, one word, or CannotJudge
	Reason string `json:"reason"` // its text; "" for none
	Argues string `json:"argues"` // the side that the reason argues, as its author said; "" for not said

	Confidence int `json:"confidence,omitempty"` // self-rated, 1..4; 0 for none
}

// appendLine writes the line that a mark binds an answer with.
func (g Given) appendLine(b []byte, group string) []byte {
	b = append(append(b, g.Item...), ' ')
	b = append(append(b, group...), ' ')
	b = append(append(b, g.Value...), ' ')
	if g.Reason == "" {
		b = append(b, '-')
	} else {
		sum := sha256.Sum256([]byte(g.Reason))
		b = hex.AppendEncode(b, sum[:])
	}
	b = append(append(b, ' '), cmp.Or(g.Argues, "-")...)
	if g.Confidence > 0 {
		b = strconv.AppendInt(append(b, ' '), int64(g.Confidence), 10)
	}
	return append(b, '\n')
}

// lineSize is the length of the line.
func (g Given) lineSize(group string) int {
	size := len(g.Item) + len(group) + len(g.Value) + len(cmp.Or(g.Argues, "-")) + len("   - \n")
	if g.Reason != "" {
		size += 2*sha256.Size - len("-")
	}
	if g.Confidence > 0 {
		size += len(" ") + len(strconv.Itoa(g.Confidence))
	}
	return size
}

// Content binds what a ballot says, and hides it: hex SHA-256 of "ballot v1", the
// seed, and one LF-ended line per answer, "item group value reason side", sorted;
// reason is the digest of its text or "-", side what its author said that it argues
// or "-", and " confidence" follows where one was given.
func Content(seed Seed, group string, answers []Given) string {
	sum := new(Marker).content(seed, group, answers)
	return hex.EncodeToString(sum[:])
}

// Mark is what stands for a ballot in its round's table: hex SHA-256 of three
// LF-ended lines, "mark v2", the content, and the line of the part's digests. So a
// mark stands for one part: its holder sees by the receipt alone that the ballot
// which bears this mark has their part, and nobody else's.
func Mark(content string, d Digests) string {
	sum := sha256.Sum256(appendMark(nil, []byte(content), d))
	return hex.EncodeToString(sum[:])
}

// appendMark writes the text that a mark is the hash of; content is hex.
func appendMark(to, content []byte, d Digests) []byte {
	to = append(append(to, "mark v2\n"...), content...)
	to = append(append(to, '\n'), d.Line()...)
	return append(to, '\n')
}

// Marker makes one mark after the other in the same memory. It is not for
// concurrent use.
type Marker struct {
	text  []byte
	lines [][]byte
	whole []byte
	hex   []byte
}

// Mark gives the mark of a ballot, in bytes.
func (m *Marker) Mark(seed Seed, d Digests, group string, answers []Given) [sha256.Size]byte {
	content := m.content(seed, group, answers)
	m.hex = hex.AppendEncode(m.hex[:0], content[:])
	m.whole = appendMark(m.whole[:0], m.hex, d)
	return sha256.Sum256(m.whole)
}

// content is the function Content, in bytes.
func (m *Marker) content(seed Seed, group string, answers []Given) [sha256.Size]byte {
	size := 0
	for _, a := range answers {
		size += a.lineSize(group)
	}
	m.text, m.lines = slices.Grow(m.text[:0], size), slices.Grow(m.lines[:0], len(answers))
	sorted := true
	for i, a := range answers {
		from := len(m.text)
		m.text = a.appendLine(m.text, group)
		m.lines = append(m.lines, m.text[from:])
		sorted = sorted && (i == 0 || bytes.Compare(m.lines[i-1], m.lines[i]) <= 0)
	}
	if !sorted {
		slices.SortFunc(m.lines, bytes.Compare)
	}
	m.whole = append(append(slices.Grow(m.whole[:0], len("ballot v1")+len(seed)+size), "ballot v1"...), seed[:]...)
	for _, l := range m.lines {
		m.whole = append(m.whole, l...)
	}
	return sha256.Sum256(m.whole)
}

// Receipt is what a panelist is given for a ballot. Its checkpoint is the log as
// it stood when the round opened, the same for everyone: a newer one would tell
// the time.
type Receipt struct {
	Consultation string
	Round        int
	Protocol     string // hash of the frozen protocol, hex
	Size         int64  // the log's size at the round's opening
	Root         tlog.Hash
	Mark         string // hex
	Replaces     string // the mark that it replaces, hex; "" for none
	Part         Digests
	Content      string // hex; with Part it gives Mark
}

// Text is what is signed: eight lines, "delfi receipt v2", the round, the protocol,
// the log's size and root, the mark, the replaced mark or "-", the line of the part's
// digests, and the content.
func (r Receipt) Text() string {
	replaces := r.Replaces
	if replaces == "" {
		replaces = "-"
	}
	return fmt.Sprintf("delfi receipt v2\n%s\n%s\n%d %s\n%s\n%s\n%s\n%s\n",
		Of(r.Consultation, r.Round), r.Protocol, r.Size, r.Root, r.Mark, replaces, r.Part.Line(), r.Content)
}

// ParseReceipt reads the signed text of a receipt.
func ParseReceipt(text string) (Receipt, error) {
	l := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(l) != 8 || l[0] != "delfi receipt v2" {
		return Receipt{}, errors.New("this is no receipt")
	}
	var r Receipt
	of, number, ok := strings.Cut(l[1], "/")
	size, root, sok := strings.Cut(l[3], " ")
	var err, serr, rerr error
	r.Consultation, r.Protocol, r.Mark, r.Content = of, l[2], l[4], l[7]
	r.Round, err = strconv.Atoi(number)
	r.Size, serr = strconv.ParseInt(size, 10, 64)
	r.Root, rerr = tlog.ParseHash(root)
	if l[5] != "-" {
		r.Replaces = l[5]
	}
	var pok bool
	r.Part, pok = parseDigests(l[6])
	if !ok || !sok || !pok || err != nil || serr != nil || rerr != nil || r.Text() != text {
		return Receipt{}, errors.New("the receipt's lines are not as they were signed")
	}
	return r, nil
}

// ProofFormat names the form of a proof file.
const ProofFormat = "delfi proof v2"

// Proof is the file that lets who holds it find their own answers in the tables.
// It shows others how they answered: made on explicit request alone.
type Proof struct {
	Format   string  `json:"format"`
	Receipt  string  `json:"receipt"` // the signed note
	Group    string  `json:"group"`
	Random   []byte  `json:"random"`  // 32 bytes
	Browser  []byte  `json:"browser"` // what the browser drew, 16 bytes; empty for nothing
	Words    string  `json:"words"`   // the panelist's own
	Answers  []Given `json:"answers"`
	Previous []Given `json:"previous"` // of the previous answering round, for the tables of change; null when missed or none
}

// Part is the part of the seed that the server did not choose.
func (p Proof) Part() Part {
	part := Part{Words: p.Words}
	copy(part.Browser[:], p.Browser)
	return part
}

// Seed is the seed of the proof's ballot.
func (p Proof) Seed() Seed {
	var random [32]byte
	copy(random[:], p.Random)
	return NewSeed(random, p.Part())
}

// Content is the content that the proof's answers give.
func (p Proof) Content() string { return Content(p.Seed(), p.Group, p.Answers) }

// Mark is the mark that the proof's answers and part give in a round, as Of names it.
func (p Proof) Mark(of string) string { return Mark(p.Content(), p.Part().Digests(of)) }

// ParseProof reads a proof file; the error says what is wrong with it.
func ParseProof(document []byte) (Proof, error) {
	var p Proof
	switch err := canonical.Loose(document, &p); {
	case err != nil:
		return Proof{}, fmt.Errorf("the proof file cannot be read: %w", err)
	case p.Format != ProofFormat:
		return Proof{}, fmt.Errorf("this is no proof file: its format is %q", p.Format)
	case len(p.Random) != len(Seed{}):
		return Proof{}, fmt.Errorf("the proof file has %d random bytes instead of %d", len(p.Random), len(Seed{}))
	case len(p.Browser) != 0 && (len(p.Browser) != BrowserSize || !p.Part().drawn()):
		return Proof{}, fmt.Errorf("the proof file has %d bytes of a browser, of which none or %d can be", len(p.Browser), BrowserSize)
	}
	return p, nil
}
