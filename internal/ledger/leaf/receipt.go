package leaf

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// CannotJudge stands where a value would, in marks and proofs.
const CannotJudge = "cannot-judge"

// Given is one answer of a ballot as its mark binds it.
type Given struct {
	Item   string `json:"item"`
	Value  string `json:"value"`  // the point, or CannotJudge
	Reason string `json:"reason"` // its text; "" for none
	Argues string `json:"argues"` // the side that the reason argues, as its author said; "" for not said
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
	return append(append(append(b, ' '), cmp.Or(g.Argues, "-")...), '\n')
}

// lineSize is the length of the line.
func (g Given) lineSize(group string) int {
	size := len(g.Item) + len(group) + len(g.Value) + len(cmp.Or(g.Argues, "-")) + len("   - \n")
	if g.Reason != "" {
		size += 2*sha256.Size - len("-")
	}
	return size
}

// Mark is what a receipt shows of a ballot: hex SHA-256 of "mark v1", the seed,
// and one LF-ended line per answer, "item group value reason side", sorted; reason
// is the digest of its text or "-", side what its author said that it argues or "-".
func Mark(seed Seed, group string, answers []Given) string {
	sum := new(Marker).Mark(seed, group, answers)
	return hex.EncodeToString(sum[:])
}

// Marker makes one mark after the other in the same memory. It is not for
// concurrent use.
type Marker struct {
	text  []byte
	lines [][]byte
	whole []byte
}

// Mark is the function Mark, in bytes.
func (m *Marker) Mark(seed Seed, group string, answers []Given) [sha256.Size]byte {
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
	m.whole = append(append(slices.Grow(m.whole[:0], len("mark v1")+len(seed)+size), "mark v1"...), seed[:]...)
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
}

// Text is what is signed.
func (r Receipt) Text() string {
	replaces := r.Replaces
	if replaces == "" {
		replaces = "-"
	}
	return fmt.Sprintf("delfi receipt v1\n%s/%d\n%s\n%d %s\n%s\n%s\n", r.Consultation, r.Round, r.Protocol, r.Size, r.Root, r.Mark, replaces)
}

// ParseReceipt reads the signed text of a receipt.
func ParseReceipt(text string) (Receipt, error) {
	l := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(l) != 6 || l[0] != "delfi receipt v1" {
		return Receipt{}, errors.New("this is no receipt")
	}
	var r Receipt
	of, number, ok := strings.Cut(l[1], "/")
	size, root, sok := strings.Cut(l[3], " ")
	var err, serr, rerr error
	r.Consultation, r.Protocol, r.Mark = of, l[2], l[4]
	r.Round, err = strconv.Atoi(number)
	r.Size, serr = strconv.ParseInt(size, 10, 64)
	r.Root, rerr = tlog.ParseHash(root)
	if l[5] != "-" {
		r.Replaces = l[5]
	}
	if !ok || !sok || err != nil || serr != nil || rerr != nil || r.Text() != text {
		return Receipt{}, errors.New("the receipt's lines are not as they were signed")
	}
	return r, nil
}

// ProofFormat names the form of a proof file.
const ProofFormat = "delfi proof v1"

// Proof is the file that lets who holds it find their own answers in the tables.
// It shows others how they answered: made on explicit request alone.
type Proof struct {
	Format   string  `json:"format"`
	Receipt  string  `json:"receipt"` // the signed note
	Group    string  `json:"group"`
	Random   []byte  `json:"random"` // 32 bytes
	Words    string  `json:"words"`  // the panelist's own
	Answers  []Given `json:"answers"`
	Previous []Given `json:"previous"` // of the previous answering round, for the tables of change; null when missed or none
}

// Seed is the seed of the proof's ballot.
func (p Proof) Seed() Seed {
	var random [32]byte
	copy(random[:], p.Random)
	return NewSeed(random, p.Words)
}

// Mark is the mark that the proof's answers give.
func (p Proof) Mark() string { return Mark(p.Seed(), p.Group, p.Answers) }

// ParseProof reads a proof file; the error says what is wrong with it.
func ParseProof(document []byte) (Proof, error) {
	var p Proof
	d := json.NewDecoder(strings.NewReader(string(document)))
	d.DisallowUnknownFields()
	switch err := d.Decode(&p); {
	case err != nil:
		return Proof{}, fmt.Errorf("the proof file cannot be read: %w", err)
	case p.Format != ProofFormat:
		return Proof{}, fmt.Errorf("this is no proof file: its format is %q", p.Format)
	case len(p.Random) != len(Seed{}):
		return Proof{}, fmt.Errorf("the proof file has %d random bytes instead of %d", len(p.Random), len(Seed{}))
	}
	return p, nil
}
