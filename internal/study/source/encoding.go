package source

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// encodings are the ways in which a text may be written, by the name of --encoding.
// UTF-8 is read as it is, since what is not UTF-8 is refused where it stands.
var encodings = map[string]encoding.Encoding{
	"utf-8":        nil,
	"utf-16le":     unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
	"utf-16be":     unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	"windows-1252": charmap.Windows1252,
}

// marks are the byte-order marks that spreadsheets put before a text. That of
// UTF-32 begins like that of UTF-16.
var marks = []struct{ mark, encoding string }{
	{"\xef\xbb\xbf", "utf-8"}, {"\xff\xfe\x00\x00", ""}, {"\x00\x00\xfe\xff", ""}, {"\xff\xfe", "utf-16le"}, {"\xfe\xff", "utf-16be"},
}

// decoded gives a text as UTF-8 without its byte-order mark. asked is the encoding
// declared, "" or "auto" for none.
func decoded(b *bufio.Reader, name, asked string) (*bufio.Reader, error) {
	if asked == "auto" {
		asked = ""
	}
	if _, known := encodings[asked]; asked != "" && !known {
		return nil, Bad("--encoding", "encoding", fmt.Sprintf("%q is none of utf-8, utf-16le, utf-16be, windows-1252", asked))
	}
	head, _ := b.Peek(512)
	found := ""
	for _, m := range marks {
		if !bytes.HasPrefix(head, []byte(m.mark)) {
			continue
		}
		if m.encoding == "" {
			return nil, Bad(name, "encoding", "is UTF-32: save it as \"CSV UTF-8\"")
		}
		found = m.encoding
		if _, err := b.Discard(len(m.mark)); err != nil {
			return nil, err
		}
		break
	}
	if found == "" {
		found = unmarked(head)
	}
	switch {
	case asked == "":
	case found != "" && found != asked:
		return nil, Bad("--encoding", "encoding", fmt.Sprintf("%s begins as %s, not %s: leave --encoding out", name, found, asked))
	default:
		found = asked
	}
	e := encodings[found]
	if e == nil {
		return b, nil
	}
	return bufio.NewReaderSize(e.NewDecoder().Reader(io.Reader(b)), 1<<20), nil
}

// unmarked knows UTF-16 without a byte-order mark: in a header of Latin letters
// every other byte is zero.
func unmarked(head []byte) string {
	zeros := [2]int{}
	for i, x := range head {
		if x == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	switch {
	case half > 1 && zeros[1] > half*2/3 && zeros[0] == 0:
		return "utf-16le"
	case half > 1 && zeros[0] > half*2/3 && zeros[1] == 0:
		return "utf-16be"
	}
	return ""
}

// latin gives bytes that are not UTF-8 as Windows-1252 would read them, for words.
func latin(s string) string {
	out, err := charmap.Windows1252.NewDecoder().String(s)
	if err != nil {
		return s
	}
	return out
}
