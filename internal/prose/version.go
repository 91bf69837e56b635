package prose

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"delfi/internal/fault"
)

// Unsaid is the version that a form has which says none: no text has it.
const Unsaid = "-"

// ErrUnsaid refuses an act by a form that does not say what its page showed.
var ErrUnsaid = fault.New(fault.Conflict, "unsaid", "the form does not say what its page showed: look at it, then press again")

// Version names texts as they stood when a form was drawn from them. The form carries it,
// and who stores compares it with what stands by then: another version says that somebody
// has written meanwhile. It hides nothing; equal texts have equal versions.
func Version(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(t)))
		h.Write(n[:]) // a hash takes whatever it is given
		h.Write([]byte(t))
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}
