package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"delfi/internal/fault"
)

// Digest is the SHA-256 of a blob's bytes.
type Digest [sha256.Size]byte

// String writes a digest in hex.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Parse reads a digest in hex.
func Parse(text string) (Digest, error) {
	var d Digest
	if len(text) != 2*len(d) {
		return d, fmt.Errorf("blob: %q is no digest", text)
	}
	if _, err := hex.Decode(d[:], []byte(text)); err != nil || d.String() != text {
		return d, fmt.Errorf("blob: %q is no digest", text)
	}
	return d, nil
}

// Blob is an open blob, whose bytes are those of its digest.
type Blob interface {
	io.ReadSeekCloser
	Size() int64
}

// Store keeps blobs. It is safe for concurrent use, also by several processes.
type Store interface {
	// Put stores everything that r gives, at most limit bytes, and gives its digest and
	// size: TooLarge "file_too_large" beyond the limit, Unavailable "no_room_for_file" on a full disk.
	Put(ctx context.Context, r io.Reader, limit int64) (Digest, int64, error)
	// Open gives a blob: NotFound "no_blob", Unavailable "blob_damaged" when its bytes
	// are not those of its digest.
	Open(ctx context.Context, d Digest) (Blob, error)
	// Touch makes a blob as young as one that was just stored; NotFound "no_blob".
	Touch(ctx context.Context, d Digest) error
	// Sweep removes the blobs that are older than an instant and that keep does not
	// want, and what writers that ended have left; it gives the number of blobs.
	Sweep(ctx context.Context, before time.Time, keep func(Digest) bool) (int, error)
}

// The faults of stores.
var (
	errNone    = fault.New(fault.NotFound, "no_blob", "there is no such file")
	errDamaged = fault.New(fault.Unavailable, "blob_damaged", "the stored file is not the one that was stored")
)

// tooLarge is the fault of more than limit bytes.
func tooLarge(limit int64) error {
	return fault.New(fault.TooLarge, "file_too_large", fmt.Sprintf("the file has more than %d bytes", limit)).With("max", limit)
}
