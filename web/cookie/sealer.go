package cookie

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

const (
	// maxSealedBytes bounds a sealed value: a browser drops a cookie above 4096 bytes.
	maxSealedBytes = 3800
	// expiryBytes lead each value, sealed under the cookie's own name: its end, in
	// seconds. The value follows as JSON.
	expiryBytes = 8
)

// Sealer encrypts cookie values under a secret that the servers of one site share. It is
// safe for concurrent use.
type Sealer struct{ box cipher.AEAD }

// NewSealer derives a sealer from the site's secret.
func NewSealer(secret []byte) (*Sealer, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "delfi entrusted to browsers v2", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	box, err := cipher.NewGCMWithRandomNonce(block)
	return &Sealer{box}, err
}

// SealBytes encrypts b for the cookie of a name.
func (s *Sealer) SealBytes(name string, b []byte) string {
	return base64.RawURLEncoding.EncodeToString(s.box.Seal(nil, nil, b, []byte(name)))
}

// OpenBytes decrypts the value of the cookie of a name; false when it was not sealed here
// under that name.
func (s *Sealer) OpenBytes(name, value string) ([]byte, bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return nil, false
	}
	b, err := s.box.Open(nil, nil, sealed, []byte(name))
	return b, err == nil
}

func (s *Sealer) seal(name string, v any, until time.Time) (string, error) {
	value, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("cookie: seal %s: %w", name, err)
	}
	sealed := s.SealBytes(name, append(binary.BigEndian.AppendUint64(nil, uint64(until.Unix())), value...))
	if len(sealed) > maxSealedBytes {
		return "", fmt.Errorf("cookie: seal %s: %d bytes are more than a browser keeps", name, len(sealed))
	}
	return sealed, nil
}

func (s *Sealer) open(name, value string, now time.Time, v any) bool {
	b, ok := s.OpenBytes(name, value)
	if !ok || len(b) < expiryBytes || now.Unix() >= int64(binary.BigEndian.Uint64(b)) {
		return false
	}
	return json.Unmarshal(b[expiryBytes:], v) == nil
}
