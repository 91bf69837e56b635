package account

import "crypto/cipher"

// Bare turns encryption off, for a test that shows what the database tells then.
func (s *Service) Bare() { s.aead = func([]byte) (cipher.AEAD, error) { return bare{}, nil } }

// bare is an AEAD that hides nothing.
type bare struct{}

func (bare) NonceSize() int { return 12 }
func (bare) Overhead() int  { return 16 }
func (bare) Seal(dst, _, text, _ []byte) []byte {
	return append(append(dst, text...), make([]byte, 16)...)
}
func (bare) Open(dst, _, blob, _ []byte) ([]byte, error) {
	return append(dst, blob[:len(blob)-16]...), nil
}

// Begin makes the new key of a rotation and rewrites one piece, as one that is cut off.
var (
	Begin  = (*Service).begin
	Piece  = (*Service).piece
	Reseal = (*Service).reseal
)
