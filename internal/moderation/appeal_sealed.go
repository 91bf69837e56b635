package moderation

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// sealedAppeal is a row of what waits for the hour: an appeal, or cover.
type sealedAppeal struct {
	token []byte // keyed hash of act and subject; of cover random bytes
	blob  []byte
}

// appealSeal seals and opens appeals under keys derived from one outside the database.
type appealSeal struct {
	data  cipher.AEAD
	marks []byte // of tokens
}

const (
	appealToken  = sha256.Size
	appealLength = 2048 // of every plain text: the longest words in four bytes a character, and the rest
)

// newAppealSeal derives both keys from a secret: HKDF-SHA256.
func newAppealSeal(secret []byte) (appealSeal, error) {
	sealing, err := hkdf.Key(sha256.New, secret, nil, "delfi appeals sealed v1", 32)
	if err != nil {
		return appealSeal{}, err
	}
	marks, err := hkdf.Key(sha256.New, secret, nil, "delfi appeals marks v1", 32)
	if err != nil {
		return appealSeal{}, err
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return appealSeal{}, err
	}
	data, err := cipher.NewGCM(block)
	return appealSeal{data: data, marks: marks}, err
}

// token names the row in which the appeal against an act on a subject waits.
func (k appealSeal) token(act, subject uuid.UUID) []byte {
	m := hmac.New(sha256.New, k.marks)
	m.Write(act[:])
	m.Write(subject[:])
	return m.Sum(nil)
}

// seal encrypts an appeal for its row.
//
//	act (16) ‖ subject (16) ‖ day (8, YYYYMMDD) ‖ length (2) ‖ words ‖ zeros
func (k appealSeal) seal(a Appeal) (sealedAppeal, error) {
	plain := make([]byte, 0, appealLength)
	plain = append(plain, a.Act.ID[:]...)
	plain = append(plain, a.Subject[:]...)
	plain = append(plain, a.Raised.Format(sealedDay)...)
	plain = binary.BigEndian.AppendUint16(plain, uint16(len(a.Words)))
	if len(plain)+len(a.Words) > appealLength {
		return sealedAppeal{}, errors.New("moderation: an appeal is longer than one may be")
	}
	plain = append(plain, a.Words...)
	return k.sealed(k.token(a.Act.ID, a.Subject), plain[:appealLength])
}

// cover makes a row that only the key tells from an appeal.
func (k appealSeal) cover() (sealedAppeal, error) {
	token := make([]byte, appealToken)
	if _, err := rand.Read(token); err != nil {
		return sealedAppeal{}, err
	}
	return k.sealed(token, make([]byte, appealLength))
}

func (k appealSeal) sealed(token, plain []byte) (sealedAppeal, error) {
	nonce := make([]byte, k.data.NonceSize(), k.data.NonceSize()+len(plain)+k.data.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return sealedAppeal{}, err
	}
	return sealedAppeal{token: token, blob: k.data.Seal(nonce, nonce, plain, token)}, nil
}

// sealedDay is how a day is sealed.
const sealedDay = "20060102"

var errAppealSealed = errors.New("moderation: a sealed appeal does not open: another key sealed it, or it was altered")

// open is seal's inverse; real is false for cover. Acts have their ids alone.
func (k appealSeal) open(s sealedAppeal) (a Appeal, real bool, err error) {
	n := k.data.NonceSize()
	if len(s.blob) < n {
		return Appeal{}, false, errAppealSealed
	}
	plain, err := k.data.Open(nil, s.blob[:n], s.blob[n:], s.token)
	if err != nil || len(plain) != appealLength {
		return Appeal{}, false, errAppealSealed
	}
	a.Act.ID, a.Subject = uuid.UUID(plain[:16]), uuid.UUID(plain[16:32])
	if a.Act.ID == uuid.Nil {
		return Appeal{}, false, nil
	}
	if a.Raised, err = time.Parse(sealedDay, string(plain[32:40])); err != nil {
		return Appeal{}, false, fmt.Errorf("moderation: day of a sealed appeal: %w", err)
	}
	length, words := int(binary.BigEndian.Uint16(plain[40:])), plain[42:]
	if length > len(words) {
		return Appeal{}, false, errAppealSealed
	}
	a.Words = string(words[:length])
	return a, true, nil
}
