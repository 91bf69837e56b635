package invitation

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/panel/sheet"
)

func readText(t *testing.T, text string, of map[[32]byte]string) Sheet {
	t.Helper()
	s, err := read(strings.NewReader(text), testKey, "residents", of)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestAFileOfAddressesIsRead: by e-mail or on paper, whatever the separator, the encoding and
// the order of columns; others are skipped.
func TestAFileOfAddressesIsRead(t *testing.T) {
	want := []Guest{{Name: "Anna Béa", Email: "Anna@posta.example"}, {Name: "Ugo Blu", Street: "via Larga 3", Postcode: "00184", Town: "Roma"}}
	for name, text := range map[string]string{
		"semicolons": "E-mail;Nome;Cognome;Indirizzo;CAP;Comune;Telefono\nAnna@posta.example;Anna;Béa;;;;055\n;Ugo;Blu;via Larga 3;184;Roma;055\n",
		"commas":     "name,email,street,postcode,town\r\nAnna Béa,Anna@posta.example,,,\r\n\"Ugo  Blu\",,via Larga 3,00184,Roma\r\n",
		"tabs, BOM":  "\ufeffNome\tEmail\tVia\tCAP\tCittà\nAnna Béa\tAnna@posta.example\t\t\t\nUgo Blu\t\tvia Larga 3\t00184\tRoma\n",
		"windows":    strings.NewReplacer("é", "\xe9").Replace("Nome;Email;Via;CAP;Comune\nAnna Béa;Anna@posta.example;;;\nUgo Blu;;via Larga 3;00184;Roma\n"),
	} {
		s := readText(t, text, nil)
		if d := cmp.Diff(want, s.Guests); d != "" || s.Bad != 0 || s.Lines != 2 {
			t.Errorf("%s: %d bad, %s", name, s.Bad, d)
		}
		if (s.Zeros == 1) != (name == "semicolons") {
			t.Errorf("%s: %d zeros", name, s.Zeros)
		}
	}
}

// TestEachFlawedLineOfAddressesIsNamed: by line and field, and with what stands there.
func TestEachFlawedLineOfAddressesIsNamed(t *testing.T) {
	elsewhere := Guest{Email: "gia@posta.example"}.mark(testKey)
	lines := []string{
		"Nome;Email;Indirizzo;CAP;Comune",
		"Anna;anna@posta.example;;;",
		"Bea;bea@posta;;;",
		"Ugo;;;;",
		"Ugo;;via Larga 3;184;",
		"Anna due;ANNA@posta.example;;;",
		"Gia;gia@posta.example;;;",
		"Ivo;ivo posta.example;;;",
		"Lea;;via Corta 1;00100;Roma",
		"lea;;VIA  corta 1;100;roma",
		"Max;" + strings.Repeat("x", 260) + "@posta.example;;;",
		"Nuovo;\"Nuovo <n@posta.example>\";;;",
	}
	s := readText(t, strings.Join(lines, "\n"), map[[32]byte]string{elsewhere: "architects"})
	type flaw struct {
		line  int
		field sheet.Field
		flaw  sheet.Flaw
		hint  string
	}
	var got []flaw
	for _, f := range s.Flaws {
		got = append(got, flaw{f.Line, f.Field, f.Flaw, f.Hint})
	}
	want := []flaw{
		{3, FieldEmail, FlawEmail, ""}, {4, FieldEmail, FlawNowhere, ""}, {5, FieldTown, sheet.FlawMissing, ""}, {6, FieldEmail, sheet.FlawTwice, "2"},
		{7, FieldEmail, FlawElsewhere, ""}, {8, FieldEmail, FlawEmail, ""}, {10, FieldName, sheet.FlawTwice, "9"}, {11, FieldEmail, FlawLong, ""}, {12, FieldEmail, FlawEmail, ""},
	}
	got = slices.CompactFunc(got, func(a, b flaw) bool { return a.line == b.line })
	if d := cmp.Diff(want, got, cmp.AllowUnexported(flaw{})); d != "" || s.Bad != len(want) {
		t.Errorf("%d bad, %s", s.Bad, d)
	}
	for _, text := range []string{"", "Telefono;Nome\n055;Anna\n", "Nome;Comune\nAnna;Roma\n", "Email\n"} {
		if _, err := read(strings.NewReader(text), testKey, "residents", nil); err == nil {
			t.Errorf("%q is read as a list of addresses", text)
		}
	}
	if _, err := read(strings.NewReader("Email\n"+strings.Repeat("a@b.example\n", MostLines+1)), testKey, "residents", nil); err == nil {
		t.Error("a file of more lines than the greatest number is read")
	}
}

// TestWhatIsKeptOfAGuestHasOneLength: the length of an encrypted row tells nothing, and every
// guest that a file gives fits.
func TestWhatIsKeptOfAGuestHasOneLength(t *testing.T) {
	all := []Guest{{}, {Name: "Anna", Email: "a@posta.example"}, {
		Name: strings.Repeat("n", longestName), Email: strings.Repeat("e", longestEmail), Street: strings.Repeat("s", longestStreet),
		Postcode: strings.Repeat("1", longestPostcode), Town: strings.Repeat("t", longestTown),
	}}
	for _, g := range all {
		if n := len(g.encode()); n != size {
			t.Errorf("%d bytes", n)
		}
	}
	back, err := unpack(pack(all))
	if d := cmp.Diff(all, back); err != nil || d != "" {
		t.Errorf("%v, %s", err, d)
	}
	for _, bad := range [][]byte{make([]byte, size-1), append([]byte{255, 255}, make([]byte, size-2)...)} {
		if _, err := unpack(bad); err == nil {
			t.Errorf("%d bytes are read as guests", len(bad))
		}
	}
}
