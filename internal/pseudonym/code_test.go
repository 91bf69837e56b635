package pseudonym

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
)

func make32(fill byte) []byte { return bytes.Repeat([]byte{fill}, keySize) }

// coded makes a service and two consultations that are answered with codes.
func coded(t *testing.T) (*Service, uuid.UUID, uuid.UUID) {
	t.Helper()
	db := testdb.New(t)
	keys, _ := newKeys(t)
	s, a, b := New(db, keys), uuid.New(), uuid.New()
	for _, id := range []uuid.UUID{a, b} {
		err := db.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error { return s.Prepare(ctx, tx, id, HeldCode) })
		if err != nil {
			t.Fatal(err)
		}
	}
	return s, a, b
}

// made makes a code of batch 3.
func made(t *testing.T, s *Service, id uuid.UUID, group string) (Code, error) {
	t.Helper()
	mint, err := s.Mint(t.Context(), id)
	if err != nil {
		return Code{}, err
	}
	defer mint.Close()
	return mint.Make(group, 3)
}

// fieldOf gives the code of what is wrong with the field "code".
func fieldOf(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) && len(f.Fields) == 1 && f.Fields[0].Name == "code" {
		return f.Fields[0].Code
	}
	return fmt.Sprint(err)
}

func TestACodeIsASeatHoweverItIsTyped(t *testing.T) {
	s, id, _ := coded(t)
	groups := []string{"citizens", "orders"}
	code, err := made(t, s, id, "orders")
	if err != nil {
		t.Fatal(err)
	}
	seat, batch, err := s.ByCode(t.Context(), id, code.String(), groups)
	if err != nil || seat.Group != "orders" || seat.Consultation != id || batch != 3 {
		t.Fatalf("%v of batch %d, %v", seat, batch, err)
	}
	text := code.String()
	for _, typed := range []string{
		strings.ToLower(text), strings.ReplaceAll(text, "-", ""), " " + strings.ReplaceAll(text, "-", " \n") + " ",
		strings.ReplaceAll(text, "0", "o"), strings.ReplaceAll(text, "1", "l"), strings.ReplaceAll(text, "1", "I"),
	} {
		if again, _, err := s.ByCode(t.Context(), id, typed, groups); err != nil || again != seat {
			t.Errorf("%q: %v", typed, err)
		}
	}
	other, err := made(t, s, id, "orders")
	if err != nil {
		t.Fatal(err)
	}
	if seat2, _, err := s.ByCode(t.Context(), id, other.String(), groups); err != nil || seat2.Panelist == seat.Panelist {
		t.Errorf("two codes are one panelist (%v)", err)
	}
}

func TestATypingErrorIsNamedByItsGroup(t *testing.T) {
	s, id, _ := coded(t)
	code, err := made(t, s, id, "all")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(code.String(), "-", "")
	wrong := func(what, typed string, at int) {
		t.Helper()
		_, _, err := s.ByCode(t.Context(), id, typed, []string{"all"})
		var f *fault.Fault
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Code != "code_typo" || f.Fields[0].Args["group"] != at {
			t.Errorf("%s in group %d: %v", what, at, err)
		}
	}
	for i := range text {
		for _, d := range digits {
			if byte(d) != text[i] {
				wrong("a wrong character", text[:i]+string(d)+text[i+1:], i/perGroup+1)
			}
		}
		if i%perGroup < perGroup-1 && text[i] != text[i+1] {
			wrong("two exchanged", text[:i]+text[i+1:i+2]+text[i:i+1]+text[i+2:], i/perGroup+1)
		}
	}
	for i := range groups - 1 {
		a, b := text[i*perGroup:(i+1)*perGroup], text[(i+1)*perGroup:(i+2)*perGroup]
		if a != b {
			wrong("two groups exchanged", text[:i*perGroup]+b+a+text[(i+2)*perGroup:], i+1)
		}
	}
}

func TestAWrongCodeSaysWhatIsWrong(t *testing.T) {
	s, id, other := coded(t)
	code, err := made(t, s, id, "all")
	if err != nil {
		t.Fatal(err)
	}
	forged := checked(tag(id) + strings.Repeat("7", 28))
	for typed, want := range map[string]string{
		"": "code_missing", " - ": "code_missing", "ABC": "code_length", code.String() + "0": "code_length",
		"U" + code.String()[1:]: "code_character", "è" + code.String()[1:]: "code_character", forged: "code_unknown",
	} {
		if _, _, err := s.ByCode(t.Context(), id, typed, []string{"all"}); fieldOf(err) != want {
			t.Errorf("%q: %v, want %s", typed, err, want)
		}
	}
	if _, _, err := s.ByCode(t.Context(), other, code.String(), []string{"all"}); fieldOf(err) != "code_elsewhere" {
		t.Errorf("another consultation's: %v", err)
	}
	if _, _, err := s.ByCode(t.Context(), id, code.String(), []string{"orders"}); fieldOf(err) != "code_unknown" {
		t.Errorf("a group that is none of the protocol's: %v", err)
	}
}

func TestEachModeRefusesTheOthersSeats(t *testing.T) {
	s, id, _ := coded(t)
	if _, err := s.Seat(t.Context(), id, uuid.New(), "all"); codeOf(err) != "held_code" {
		t.Errorf("an account's seat where codes are held: %v", err)
	}
	_, sealed, of := prepared(t)
	if _, err := sealed.Mint(t.Context(), of); codeOf(err) != "no_codes" {
		t.Errorf("a code where accounts answer: %v", err)
	}
	code, err := made(t, s, id, "all")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := sealed.ByCode(t.Context(), of, code.String(), []string{"all"}); codeOf(err) != "no_codes" {
		t.Errorf("a code's seat where accounts answer: %v", err)
	}
	if err := s.Destroy(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.ByCode(t.Context(), id, code.String(), []string{"all"}); codeOf(err) != "key_destroyed" {
		t.Errorf("after the end: %v", err)
	}
	if _, err := s.Mint(t.Context(), id); codeOf(err) != "key_destroyed" {
		t.Errorf("issuing after the end: %v", err)
	}
}

func TestACodeIsNeverPrinted(t *testing.T) {
	c := Code{"0J4KX"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		if text := fmt.Sprintf(verb, c); strings.Contains(text, "J4K") || strings.Contains(text, "4a34") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
	if _, err := json.Marshal(c); err == nil {
		t.Error("a code can be written as JSON")
	}
}
