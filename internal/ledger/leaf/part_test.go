package leaf

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// The formats, written out by hand: other programs compute them from these lines.
func TestAPartIsHashedAsItIsDescribed(t *testing.T) {
	random := [32]byte{1, 2, 3}
	browser := [BrowserSize]byte{0xde, 0xad, 15: 1}
	none := strings.Repeat("\x00", 8)
	hexOf := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	for what, c := range map[string]struct {
		part    Part
		message string
		line    string
	}{
		"none":    {Part{}, none + none, "-"},
		"words":   {Part{Words: "mare"}, none + none[1:] + "\x04mare", "words " + hexOf("delfi part v1\nc/2\nwords\nmare")},
		"browser": {Part{Browser: browser}, none[1:] + "\x10" + string(browser[:]) + none, "browser " + hexOf("delfi part v1\nc/2\nbrowser\n"+string(browser[:]))},
		"both": {
			Part{Browser: browser, Words: "mare"}, none[1:] + "\x10" + string(browser[:]) + none[1:] + "\x04mare",
			"browser " + hexOf("delfi part v1\nc/2\nbrowser\n"+string(browser[:])) + " words " + hexOf("delfi part v1\nc/2\nwords\nmare"),
		},
	} {
		m := hmac.New(sha256.New, random[:])
		fmt.Fprint(m, c.message)
		seed := NewSeed(random, c.part)
		if seed != Seed(m.Sum(nil)) {
			t.Errorf("%s: seed %x", what, seed)
		}
		d := c.part.Digests("c/2")
		if d.Line() != c.line {
			t.Errorf("%s: %q, want %q", what, d.Line(), c.line)
		}
		content := Content(seed, "all", []Given{{Item: "a", Value: "7"}})
		if content != hexOf("ballot v1"+string(seed[:])+"a all 7 - -\n") || Mark(content, d) != hexOf("mark v2\n"+content+"\n"+c.line+"\n") {
			t.Errorf("%s: content %s, mark %s", what, content, Mark(content, d))
		}
		if marked := new(Marker).Mark(seed, d, "all", []Given{{Item: "a", Value: "7"}}); hex.EncodeToString(marked[:]) != Mark(content, d) {
			t.Errorf("%s: a marker gives another mark", what)
		}
		if d != (Digests{}) && c.part.Digests("c/3") == d {
			t.Errorf("%s has one digest in two rounds", what)
		}
	}
}
