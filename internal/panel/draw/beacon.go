package draw

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	bls "github.com/cloudflare/circl/ecc/bls12381"
)

// The beacon is quicknet, drand's public network of 3 seconds: nobody controls it alone, and
// each round is a BLS signature that anybody verifies offline. Its parameters are part of
// the network's name: other parameters are another network.
const (
	// Source names the network in the record: drand's name, and the hash of its parameters.
	Source = "quicknet:" + Chain
	// Chain is the hash of quicknet's parameters, by which drand's servers are asked.
	Chain = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"

	genesis   = 1692803367 // Unix time of round 1
	period    = 3          // seconds
	signature = 48         // bytes, a compressed point of G1
	tag       = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
	publicKey = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c" +
		"8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb" +
		"5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)

// Ahead is the least time between a commitment and the round that it names.
const Ahead = 24 * time.Hour

// Due gives the instant at which a round is published.
func Due(round int64) time.Time {
	return time.Unix(genesis+(round-1)*period, 0).UTC()
}

// RoundFor gives the round that a commitment of an instant names: the first one that is due
// at least Ahead later.
func RoundFor(committed time.Time) int64 {
	at := committed.Add(Ahead)
	since := at.Unix() - genesis
	if at.Nanosecond() > 0 {
		since++
	}
	if since <= 0 {
		return 1
	}
	return (since+period-1)/period + 1
}

// Beacon is one round of quicknet.
type Beacon struct {
	Round     int64
	Signature []byte // 48 bytes
}

// Randomness is SHA-256 of the signature.
func (b Beacon) Randomness() [sha256.Size]byte { return sha256.Sum256(b.Signature) }

// ParseSignature reads the signature of a round in hex.
func ParseSignature(text string) ([]byte, bool) {
	b, err := hex.DecodeString(text)
	return b, err == nil && len(b) == signature && hex.EncodeToString(b) == text
}

// Verify checks the signature of a round against quicknet's public key, without a network.
// The error is a *Wrong.
func (b Beacon) Verify() error {
	bad := func(what string) error {
		return &Wrong{Step: StepBeacon, What: what, Found: hex.EncodeToString(b.Signature), Expected: fmt.Sprintf("quicknet's signature of round %d", b.Round)}
	}
	var sig bls.G1
	if len(b.Signature) != signature || b.Signature[0]&0x80 == 0 || sig.SetBytes(b.Signature) != nil || !sig.IsOnG1() || sig.IsIdentity() {
		return bad("this is no signature of a beacon")
	}
	key, err := hex.DecodeString(publicKey)
	if err != nil {
		return fmt.Errorf("draw: quicknet's key: %w", err)
	}
	var public bls.G2
	if err := public.SetBytes(key); err != nil {
		return fmt.Errorf("draw: quicknet's key: %w", err)
	}
	message := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(b.Round)))
	var hashed bls.G1
	hashed.Hash(message[:], []byte(tag))
	// e(sig, g2) = e(H(m), key)
	if !bls.ProdPairFrac([]*bls.G1{&sig, &hashed}, []*bls.G2{bls.G2Generator(), &public}, []int{1, -1}).IsIdentity() {
		return bad("the signature is not the beacon's of this round")
	}
	return nil
}

// CheckRound holds the round of a beacon against the one that was committed to. The error is
// a *Wrong.
func (b Beacon) CheckRound(committed time.Time, round int64) error {
	if b.Round == round {
		return nil
	}
	w := &Wrong{Step: StepBeacon, What: "the beacon is of another round than the one committed to", Found: strconv.FormatInt(b.Round, 10), Expected: strconv.FormatInt(round, 10)}
	if !Due(b.Round).After(committed) {
		w.What = "the beacon is older than the commitment"
	}
	return w
}
