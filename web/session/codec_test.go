package session

import (
	"maps"
	"strings"
	"testing"
	"time"

	"delfi/internal/account"
)

// Data comes back as it was written, in one of few lengths.
func TestDataIsPadded(t *testing.T) {
	attested := map[string]any{}
	Attest(account.Attested{FiscalCode: "RSSMRA80A01H501U", Born: "1980-01-01", Municipality: "F257", Level: 2}, func(key, value string) { attested[key] = value })
	until := time.Unix(1_800_000_000, 0)
	for name, tc := range map[string]struct {
		values map[string]any
		bytes  int
	}{
		"nothing":      {map[string]any{}, 1800},
		"an attempt":   {map[string]any{"next": "/mine"}, 1800},
		"attested":     {attested, 1800},
		"a token":      {map[string]any{"id_token": strings.Repeat("t", 1500), "account": strings.Repeat("a", 36)}, 1800},
		"a long token": {map[string]any{"id_token": strings.Repeat("t", 1800)}, 3600},
		"a longer one": {map[string]any{"id_token": strings.Repeat("t", 3500)}, 3600},
		"zeros":        {map[string]any{"zeros": "\x00\x00", "empty": ""}, 1800},
	} {
		b, err := Codec{}.Encode(until, tc.values)
		if err != nil || len(b) != tc.bytes {
			t.Errorf("%s: %d bytes, not %d (%v)", name, len(b), tc.bytes, err)
		}
		end, got, err := Codec{}.Decode(b)
		delete(got, ReadKey)
		if err != nil || !end.Equal(until) || !maps.Equal(got, tc.values) {
			t.Errorf("%s: %v %v (%v)", name, end, got, err)
		}
		if _, _, err := (Codec{}).Decode(b[:headBytes+8+2]); len(tc.values) > 0 && err == nil {
			t.Errorf("%s: half of it is read", name)
		}
	}
}
