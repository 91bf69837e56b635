package leaf

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// BrowserSize is the length in bytes of what a browser draws for one ballot.
const BrowserSize = 16

// Part is the part of a seed that the server does not choose.
type Part struct {
	Browser [BrowserSize]byte // drawn by the page's script for this ballot; zero for none
	Words   string            // the panelist's own; "" for none
}

// NewSeed draws the seed: HMAC-SHA256 under the server's 32 random bytes, of the
// browser's bytes and the panelist's words, each preceded by its length in 8 bytes,
// big-endian. Without either the length is 0. Two parts give two seeds, whatever
// randomness the server takes for each: it would have to find a collision.
func NewSeed(random [32]byte, p Part) Seed {
	m := hmac.New(sha256.New, random[:])
	b := p.Browser[:]
	if !p.drawn() {
		b = nil
	}
	text := make([]byte, 0, 8+BrowserSize+8+128)
	text = append(binary.BigEndian.AppendUint64(text, uint64(len(b))), b...)
	text = append(binary.BigEndian.AppendUint64(text, uint64(len(p.Words))), p.Words...)
	m.Write(text)
	return Seed(m.Sum(nil))
}

func (p Part) drawn() bool { return p.Browser != [BrowserSize]byte{} }

// Digests gives the part as the receipt of a ballot shows it. of is the round, as
// Of names it: equal words in two rounds have two digests.
func (p Part) Digests(of string) Digests {
	var d Digests
	if p.drawn() {
		d.Browser = partDigest(of, "browser", p.Browser[:])
	}
	if p.Words != "" {
		d.Words = partDigest(of, "words", []byte(p.Words))
	}
	return d
}

// partDigest is hex SHA-256 of "delfi part v1", the round and the kind, a line each,
// and of the part itself.
func partDigest(of, kind string, part []byte) string {
	sum := sha256.Sum256(append([]byte("delfi part v1\n"+of+"\n"+kind+"\n"), part...))
	return hex.EncodeToString(sum[:])
}

// Digests are what a receipt shows of a part, hex; "" for none. A receipt with
// neither is weaker: the server chose the whole seed.
type Digests struct{ Browser, Words string }

// Line is "browser DIGEST", "words DIGEST", "browser DIGEST words DIGEST" or "-".
func (d Digests) Line() string {
	var all []string
	if d.Browser != "" {
		all = append(all, "browser "+d.Browser)
	}
	if d.Words != "" {
		all = append(all, "words "+d.Words)
	}
	if all == nil {
		return "-"
	}
	return strings.Join(all, " ")
}

// parseDigests reads the line; false for another spelling.
func parseDigests(line string) (Digests, bool) {
	var d Digests
	fields := strings.Split(line, " ")
	for n := 0; n+1 < len(fields); n += 2 {
		switch fields[n] {
		case "browser":
			d.Browser = fields[n+1]
		case "words":
			d.Words = fields[n+1]
		}
	}
	for _, digest := range []string{d.Browser, d.Words} {
		if b, err := hex.DecodeString(digest); err != nil || hex.EncodeToString(b) != digest || digest != "" && len(b) != sha256.Size {
			return Digests{}, false
		}
	}
	return d, d.Line() == line
}

// Of names a round among those of all consultations.
func Of(consultation string, round int) string { return fmt.Sprintf("%s/%d", consultation, round) }
