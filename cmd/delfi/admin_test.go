package main

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation/draft"
	"delfi/internal/platform/postgres"
	"delfi/internal/platform/postgres/testdb"
	"delfi/internal/pseudonym"
)

// desk is a database with the command line before it.
type desk struct {
	t    *testing.T
	args []string // that lead to the database
	*account.Service
	db *postgres.DB
}

func newDesk(t *testing.T) desk {
	t.Helper()
	url := testdb.URL(t)
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	data, master := filepath.Join(t.TempDir(), "data"), bytes.Repeat([]byte{5}, 32)
	keys, err := pseudonym.NewFileKeys(filepath.Join(data, "keys"), master)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DELFI_MASTER_KEY", base64.StdEncoding.EncodeToString(master))
	return desk{t, []string{"--database-url", url, "--data", data}, account.New(db, keys), db}
}

// admin runs `delfi admin`, and gives its exit status and each line that it printed, on
// either output.
func (d desk) admin(args ...string) (status int, printed, complained []string) {
	d.t.Helper()
	f, err := os.CreateTemp(d.t.TempDir(), "stderr")
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	stderr := os.Stderr
	os.Stderr = f
	status, out := run(d.t, append(append([]string{"admin"}, args...), d.args...)...)
	os.Stderr = stderr
	wrong, err := os.ReadFile(f.Name())
	if err != nil {
		d.t.Fatal(err)
	}
	for _, text := range []string{out, string(wrong)} {
		if strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) {
			d.t.Errorf("%v prints what steers a terminal: %q", args, text)
		}
	}
	return status, lines(out), lines(string(wrong))
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// does fails unless the command succeeds with these lines.
func (d desk) does(args []string, want ...string) {
	d.t.Helper()
	status, printed, complained := d.admin(args...)
	if status != 0 || strings.Join(printed, "\n") != strings.Join(want, "\n") || len(complained) > 0 {
		d.t.Errorf("%v: status %d\nprinted %q\n   want %q\ncomplained %q", args, status, printed, want, complained)
	}
}

// refuses fails unless the command is refused with exit status 2 and one line that has
// these words.
func (d desk) refuses(args []string, words ...string) {
	d.t.Helper()
	status, printed, complained := d.admin(args...)
	if status != 2 || len(printed) > 0 || len(complained) != 1 {
		d.t.Errorf("%v: status %d, printed %q, complained %q", args, status, printed, complained)
		return
	}
	for _, w := range words {
		if !strings.Contains(complained[0], w) {
			d.t.Errorf("%v: complained %q, without %q", args, complained[0], w)
		}
	}
}

func TestAdminAdministrations(t *testing.T) {
	d := newDesk(t)
	in := func(args ...string) []string { return append([]string{"administration"}, args...) }
	d.does(in("list"), "there is no administration: delfi admin administration add SLUG NAME, or the page whose code delfi serve prints")
	d.does(in("add", "modena", " Comune di Modena ", "--ipa", "C_F257", "--mail", "urp@comune.modena.example"),
		"added: modena: Comune di Modena; codice IPA c_f257; mail urp@comune.modena.example",
		"nobody administers it yet: delfi admin role grant modena administrator PERSON")
	d.does(in("add", "riva", "Comune di Riva", "--address", "Via Roma 1"),
		"added: riva: Comune di Riva; address Via Roma 1",
		"nobody administers it yet: delfi admin role grant riva administrator PERSON")
	d.does(in("rename", "modena", "Comune di Modena", "--mail", "", "--address", "Piazza Grande 16"),
		"now: modena: Comune di Modena; address Piazza Grande 16; codice IPA c_f257")
	d.does(in("rename", "riva", "--slug", "riva-d-arno"),
		"now: riva-d-arno: Comune di Riva; address Via Roma 1",
		"the provider's groups name it riva-d-arno/ROLE from now on: those of riva/ROLE give no role at the next sign-in")
	d.does(in("list"), "modena: Comune di Modena; address Piazza Grande 16; codice IPA c_f257", "riva-d-arno: Comune di Riva; address Via Roma 1")

	d.refuses(in("add", "modena", "Un’altra"), "slug: another administration has this short name: choose another")
	d.refuses(in("add", "sassuolo", "Comune di\nSassuolo\x1b[2J"), "name: must be one line")
	d.refuses(in("add", "desk", "Comune", "--ipa", "2.57", "--mail", "urp"), "slug: ", "choose another short name; ", "ipa: ", "e.g. c_f257: mend it", "mail: ", "urp@comune.example")
	d.refuses(in("add", "borgo", "  "), "name: is needed")
	d.refuses(in("add", "borgo"), "name")
	d.refuses(in("rename", "riva\x1b", "Comune"), `administration: there is none with the short name "riva\x1b": see delfi admin administration list`)
	d.refuses(in("rename", "riva-d-arno", "--slug", "modena"), "slug: another administration")
	d.refuses(in("close", "modena"), "close")
}

func TestAdminRoles(t *testing.T) {
	d := newDesk(t)
	if _, err := d.Add(t.Context(), account.Administration{Slug: "riva", Name: "Comune di Riva"}); err != nil {
		t.Fatal(err)
	}
	in := func(args ...string) []string { return append([]string{"role"}, args...) }
	d.does(in("list"), "nobody holds a role: delfi admin role grant ADMINISTRATION ROLE PERSON")
	d.refuses(in("grant", "riva", "moderator", "marta@riva.example"), "person: nobody with this e-mail address or subject has ever signed in here: ask them to sign in once, then try again")
	sign := func(groups ...string) {
		t.Helper()
		if _, err := d.SignIn(t.Context(), account.Claims{Issuer: "https://login.example", Subject: "m-7", Name: "Marta\u009b Gibellini", Email: "marta@riva.example", Groups: groups}); err != nil {
			t.Fatal(err)
		}
	}
	sign("riva/council")
	marta := ": Marta Gibellini, marta@riva.example, subject m-7 of https://login.example"
	d.does(in("grant", "riva", "moderator", "Marta@riva.example"),
		"granted: riva moderator"+marta, "it holds from the next request on, and no sign-in takes it back")
	d.does(in("grant", "riva", "council", "m-7"),
		"granted: riva council"+marta, "it holds from the next request on, and no sign-in takes it back", "the identity provider's groups give it too")
	d.does(in("list", "riva"),
		"riva council"+marta+", granted here and claimed by the identity provider's groups",
		"riva moderator"+marta+", granted here")
	d.does(in("revoke", "riva", "council", "m-7"),
		"revoked: riva council"+marta,
		"the person still holds the role: it also comes from the identity provider's groups, and ends at the sign-in at which they no longer say so")
	d.does(in("revoke", "riva", "moderator", "m-7"), "revoked: riva moderator"+marta, "it ends with the next request")
	d.does(in("list"), "riva council"+marta+", claimed by the identity provider's groups")

	all, err := d.Administrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	giulia := account.Actor{Account: uuid.New(), Grants: []account.Grant{{Administration: all[0].ID, Role: account.Administrator}}}
	if _, err := draft.New(d.db, nil, d.Service).Create(t.Context(), giulia, all[0].ID, draft.Form{Slug: "la-piazza", Language: "it", Title: "La piazza"}); err != nil {
		t.Fatal(err)
	}
	d.does(in("grant", "riva", "facilitator", "m-7", "--consultation", "la-piazza"),
		"granted: riva facilitator of la-piazza"+marta, "it holds from the next request on, and no sign-in takes it back")
	d.does(in("list"),
		"riva council"+marta+", claimed by the identity provider's groups",
		"riva facilitator of la-piazza"+marta+", granted here")
	d.does(in("list", "riva", "--consultation", "la-piazza"), "riva facilitator of la-piazza"+marta+", granted here")
	d.refuses(in("revoke", "riva", "facilitator", "m-7"), "role: this person does not hold this role")
	d.refuses(in("grant", "riva", "council", "m-7", "--consultation", "la-piazza"), "role: is a role of the whole administration")
	for _, act := range [][]string{{"grant", "riva", "facilitator", "m-7"}, {"revoke", "riva", "facilitator", "m-7"}, {"list", "riva"}} {
		d.refuses(in(append(act, "--consultation", "il-mercato")...), "consultation: is no consultation of this administration")
	}
	d.refuses(in("list", "--consultation", "la-piazza"), "administration: ")
	d.refuses(in("grant", "modena", "facilitator", "m-7", "--consultation", "la-piazza"), `administration: there is none with the short name "modena"`)
	d.does(in("revoke", "riva", "facilitator", "m-7", "--consultation", "la-piazza"), "revoked: riva facilitator of la-piazza"+marta, "it ends with the next request")

	d.refuses(in("revoke", "riva", "council", "m-7"), "role: this role comes from the identity provider's groups: take it away there")
	d.refuses(in("revoke", "riva", "moderator", "m-7"), "role: this person does not hold this role")
	d.refuses(in("grant", "riva", "mayor", "m-7"), "role: is no role that is given: use administrator, moderator, facilitator, secretary or council")
	for _, act := range []string{"grant", "revoke"} {
		d.refuses(in(act, "modena", "moderator", "m-7"), `administration: there is none with the short name "modena"`)
	}
	d.refuses(in("list", "modena"), "administration: ")
	d.refuses(in("grant", "riva", "moderator"), "person")
}

// The command line works beside a database that it migrates itself.
func TestAdminOnAnEmptyDatabase(t *testing.T) {
	d := desk{t: t, args: []string{"--database-url", testdb.Empty(t), "--data", filepath.Join(t.TempDir(), "data")}}
	d.does([]string{"administration", "add", "riva", "Comune di Riva"}, "added: riva: Comune di Riva", "nobody administers it yet: delfi admin role grant riva administrator PERSON")
	d.does([]string{"administration", "list"}, "riva: Comune di Riva")
}

func TestTheFirstCodeIsPrintedOnceWithItsPage(t *testing.T) {
	var c serveCommand
	c.BaseURL = "https://delfi.example.it"
	for code, want := range map[string]int{"": 0, "0J4KX-0J4KX": 1} {
		var out bytes.Buffer
		c.welcome(&out, nil, code)
		if n := strings.Count(out.String(), "https://delfi.example.it/first-run"); n != want || code != "" && strings.Count(out.String(), code) != 1 {
			t.Errorf("code %q: printed %q", code, out.String())
		}
	}
}
