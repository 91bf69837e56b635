package session

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"delfi/internal/account"
	"delfi/internal/account/sessions"
)

// ReadKey is the key of the value that Decode adds; it is never stored.
const ReadKey = "read"

// headBytes lead a session's data: the edition it is read at, the end after which it
// began and the last end. They are zero in the database.
const headBytes = 24

// leastBytes is the least length of a session's data; a longer one is padded to the next
// power of two of it. A usual token of a provider has room, and the row no need of another
// table for its long values.
const leastBytes = 1800

// Codec implements scs.Codec: the end in seconds, then keys and values in turn, each
// led by its length, then zeros: how long somebody's names are tells their rows apart from
// others'. Values are texts, and no key is "".
type Codec struct{}

// Encode writes values, which are texts.
func (Codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	b := binary.BigEndian.AppendUint64(make([]byte, headBytes), uint64(deadline.Unix()))
	for key, v := range values {
		if key == ReadKey {
			continue
		}
		text, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("session: %s is %T and no text", key, v)
		}
		for _, s := range []string{key, text} {
			b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
		}
	}
	size := leastBytes
	for size < len(b) {
		size *= 2
	}
	return append(b, make([]byte, size-len(b))...), nil
}

// Decode reads values, and adds under ReadKey as of what the session was read, an
// sessions.Row.
func (Codec) Decode(b []byte) (time.Time, map[string]any, error) {
	if len(b) < headBytes+8 {
		return time.Time{}, nil, errShort
	}
	at := func(i int) int64 { return int64(binary.BigEndian.Uint64(b[8*i:])) }
	values := map[string]any{ReadKey: sessions.Row{At: account.Edition(at(0)), Began: at(1), Ending: at(2)}}
	until := time.Unix(int64(binary.BigEndian.Uint64(b[headBytes:])), 0)
	for rest := b[headBytes+8:]; len(rest) > 0 && rest[0] != 0; {
		var pair [2]string
		for i := range pair {
			n, size := binary.Uvarint(rest)
			if size <= 0 || n > uint64(len(rest)-size) {
				return time.Time{}, nil, errShort
			}
			pair[i], rest = string(rest[size:size+int(n)]), rest[size+int(n):]
		}
		values[pair[0]] = pair[1]
	}
	return until, values, nil
}

var errShort = errors.New("a stored session is too short")
