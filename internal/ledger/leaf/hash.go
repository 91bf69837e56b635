package leaf

import (
	"crypto/sha256"
	"encoding"
	"encoding/base64"
	"encoding/binary"
	"hash"

	"golang.org/x/mod/sumdb/tlog"
)

// hasher is SHA-256 of messages whose last block the caller has padded (see pad): a
// closing hashes millions of texts of two blocks, and completing each of them in
// the library costs as much as a block. Its state is read where crypto/sha256
// writes it for another to go on with: four bytes of name, then the eight words.
type hasher struct {
	d interface {
		hash.Hash
		encoding.BinaryAppender
		encoding.BinaryUnmarshaler
	}
	state []byte
}

const stateName = 4

func newHasher() hasher {
	var h hasher
	// What does not offer its state is not the library's SHA-256.
	h.d = sha256.New().(interface {
		hash.Hash
		encoding.BinaryAppender
		encoding.BinaryUnmarshaler
	})
	return h
}

// sum hashes whole blocks.
func (h *hasher) sum(blocks []byte) tlog.Hash {
	h.d.Reset()
	return h.end(blocks)
}

// from is sum of what comes after the blocks that led to a state.
func (h *hasher) from(state, blocks []byte) tlog.Hash {
	if err := h.d.UnmarshalBinary(state); err != nil {
		panic(err) // it is this library's own
	}
	return h.end(blocks)
}

func (h *hasher) end(blocks []byte) tlog.Hash {
	h.d.Write(blocks)
	h.state = h.after(h.state[:0])
	return tlog.Hash(h.state[stateName:])
}

// after appends the state after what was hashed.
func (h *hasher) after(to []byte) []byte {
	to, err := h.d.AppendBinary(to)
	if err != nil {
		panic(err) // it never fails
	}
	return to
}

// pad completes a message of which b is what comes after before bytes, a whole
// number of blocks, as FIPS 180-4 §5.1.1 has it.
func pad(b []byte, before int) []byte {
	n := len(b)
	b = append(b, 0x80)
	for len(b)%sha256.BlockSize != sha256.BlockSize-8 {
		b = append(b, 0)
	}
	return binary.BigEndian.AppendUint64(b, uint64(before+n)*8)
}

// texts hashes the salts and leaves of one table. What all of them begin with is
// hashed once, and a leaf costs nothing but its own blocks.
type texts struct {
	hasher
	salted []byte // seed and table, padded
	begun  []byte // the state after the whole blocks that every leaf begins with
	before int    // their length
	rest   int    // of what every leaf begins with, after them
	tail   []byte // rest, value and salt, padded
	filled int    // length of the tail without its padding
}

func newTexts(table string) *texts {
	t := &texts{hasher: newHasher()}
	t.salted = pad(append(make([]byte, len(Seed{}), 256), table...), 0)
	// The 0 is the tree's mark of a leaf (RFC 6962).
	lead := append([]byte("\x00"+leafFormat), table...)
	lead = append(lead, '\n')
	t.before = len(lead) / sha256.BlockSize * sha256.BlockSize
	t.d.Write(lead[:t.before])
	t.begun = t.after(nil)
	t.rest = len(lead) - t.before
	t.tail = append(make([]byte, 0, 256), lead[t.before:]...)
	return t
}

// salt is Seed.Salt.
func (t *texts) salt(s *Seed) Salt {
	copy(t.salted, s[:])
	sum := t.sum(t.salted)
	return Salt(sum[:SaltSize])
}

// hash is Hash.
func (t *texts) hash(value string, salt *Salt) tlog.Hash {
	b := append(append(t.tail[:t.rest], value...), '\n')
	n := len(b) + saltText + 1
	if n == t.filled {
		b = b[:n] // as long as the leaf before it: padded already
	} else {
		b = pad(append(b, make([]byte, saltText+1)...), t.before)
		t.filled = n
	}
	base64.StdEncoding.Encode(b[n-1-saltText:], salt[:])
	b[n-1] = '\n'
	t.tail = b[:cap(b)]
	return t.from(t.begun, t.tail[:(n+8+sha256.BlockSize)/sha256.BlockSize*sha256.BlockSize])
}

// saltText is the length of a salt in base64.
const saltText = (SaltSize + 2) / 3 * 4
