package clean

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// text copies words that a person can read: in UTF-8, in UTF-16 with its mark, or in a code
// of one byte for each letter, and without the control characters that no text has.
func text(in io.Reader, out *removing) error {
	r := bufio.NewReaderSize(in, 64<<10)
	begin, err := r.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	controls := narrow
	switch {
	case bytes.Equal(begin, []byte{0xfe, 0xff}):
		controls = wide(binary.BigEndian)
	case bytes.Equal(begin, []byte{0xff, 0xfe}):
		controls = wide(binary.LittleEndian)
	}
	buffer := make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(r, buffer) // whole pairs, but for the last
		if controls(buffer[:n]) {
			return another
		}
		if _, err := out.Write(buffer[:n]); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// control tells whether a character is one that no text has.
func control(c rune) bool {
	return c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' || c == 0x7f
}

// narrow tells whether bytes hold such a character.
func narrow(b []byte) bool { return bytes.ContainsFunc(b, control) }

// wide tells it of UTF-16, in which half a character is none either.
func wide(order binary.ByteOrder) func([]byte) bool {
	return func(b []byte) bool {
		for ; len(b) >= 2; b = b[2:] {
			if control(rune(order.Uint16(b))) {
				return true
			}
		}
		return len(b) == 1
	}
}
