package page

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	// mostEntrusted is how many values of one kind a browser holds at once.
	mostEntrusted = 5
	// entrustedBytes bounds one: a browser forgets a cookie above 4096 bytes.
	entrustedBytes = 3800
	// untilBytes lead each, sealed under the cookie's own name: its end, in seconds.
	// The value follows as JSON.
	untilBytes = 8
)

// newEntrust gives the box for what browsers are entrusted with.
func newEntrust(secret []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "delfi entrusted to browsers v2", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Entrust gives the browser a value to bring back within life: every server with the
// same secret can open it, nobody can read or change it, and nothing of it is stored
// here. Of a kind the newest few are held, each under a name that no other has; both
// are letters, digits, "-" and "_".
func (q *Request) Entrust(kind, name string, v any, life time.Duration) error {
	value, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("entrust %s: %w", kind, err)
	}
	b := append(binary.BigEndian.AppendUint64(nil, uint64(q.Now.Add(life).Unix())), value...)
	prefix := q.entrustPrefix(kind)
	sealed := base64.RawURLEncoding.EncodeToString(q.app.entrust.Seal(nil, nil, b, []byte(prefix+name)))
	if len(sealed) > entrustedBytes {
		return fmt.Errorf("entrust %s: %d bytes are more than a browser holds", kind, len(sealed))
	}
	var held []string
	for _, c := range q.R.Cookies() { // a browser sends the oldest first (RFC 6265, 5.4)
		if strings.HasPrefix(c.Name, prefix) {
			held = append(held, c.Name)
		}
	}
	for ; len(held) >= mostEntrusted; held = held[1:] {
		http.SetCookie(q.W, q.cookie(held[0], "", -1))
	}
	http.SetCookie(q.W, q.cookie(prefix+name, sealed, int(life.Seconds())))
	return nil
}

// Redeem takes back what the browser was entrusted with, into v; false when there is
// no such value, it was not sealed here under this name, or its time is over. The
// browser forgets it whatever comes of it.
func (q *Request) Redeem(kind, name string, v any) bool {
	full := q.entrustPrefix(kind) + name
	if _, err := q.R.Cookie(full); err != nil {
		return false
	}
	http.SetCookie(q.W, q.cookie(full, "", -1))
	return q.entrusted(kind, name, v)
}

// entrusted is Redeem of what the browser is to go on holding.
func (q *Request) entrusted(kind, name string, v any) bool {
	full := q.entrustPrefix(kind) + name
	c, err := q.R.Cookie(full)
	if err != nil {
		return false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return false
	}
	b, err := q.app.entrust.Open(nil, nil, sealed, []byte(full))
	if err != nil {
		return false
	}
	if len(b) < untilBytes || q.Now.Unix() >= int64(binary.BigEndian.Uint64(b)) {
		return false
	}
	return json.Unmarshal(b[untilBytes:], v) == nil
}

// entrustPrefix begins the names of a kind's cookies; over https as the session's does.
func (q *Request) entrustPrefix(kind string) string {
	if q.app.secure {
		return "__Host-delfi_" + kind + "_"
	}
	return "delfi_" + kind + "_"
}
