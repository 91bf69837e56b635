package login_test

import (
	"bufio"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"delfi/internal/account"
	"delfi/internal/login"
)

// independent starts a provider that is not ours, and gives its issuer.
// method is how its client authenticates; more are further arguments: the client's keys,
// and where it is told of the end of sessions.
func independent(t *testing.T, method string, more ...string) string {
	t.Helper()
	if _, err := os.Stat("../../node_modules/oidc-provider/package.json"); err != nil {
		t.Fatal("node_modules/oidc-provider is missing: run make assets (npm ci)")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node is missing: install npm, then run make assets")
	}
	cmd := exec.Command(node, append([]string{"testdata/provider.mjs", callback, "http://127.0.0.1:1/", method}, more...)...)
	stdin, err := cmd.StdinPipe() // closed with this process, which ends the provider
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the provider ended with %v:\n%s", err, complaints.String())
		}
	})
	lines := make(chan string, 1)
	go func() {
		line, err := bufio.NewReader(stdout).ReadString('\n')
		if err != nil {
			line = ""
		}
		lines <- line
	}()
	select {
	case line := <-lines:
		issuer, ok := strings.CutPrefix(strings.TrimSpace(line), "issuer ")
		if !ok {
			t.Fatalf("the provider said %q:\n%s", line, complaints.String())
		}
		return issuer
	case <-time.After(30 * time.Second):
		t.Fatal("the provider did not start within 30 s")
	}
	return ""
}

func TestIndependentProviderSignsInAndOut(t *testing.T) {
	issuer := independent(t, "client_secret_basic")
	c := client(t, login.Options{
		Issuer: issuer, ClientID: "delfi-test", ClientSecret: "only-for-this-test",
		Scopes: []string{"openid", "profile", "email", "people"},
		Mapping: login.Mapping{
			Groups: "realm_access.roles", Municipality: "address.locality",
			Roles: map[string]string{"urp": "riva/moderator", "riva/council": "riva/council"},
		},
	})
	a, address := begin(t, c, "bianchi")
	b := newBrowser(t)
	if status := b.open(address); status != http.StatusOK {
		t.Fatalf("its first page answers %d: %s", status, b.page.Text())
	}
	b.send(url.Values{"login": {"bianchi"}, "password": {"anything"}})
	if b.back == nil {
		b.send(url.Values{}) // it asks for consent
	}
	signed, err := c.Finish(t.Context(), a, b.query())
	if err != nil {
		t.Fatal(err)
	}
	want := account.Claims{
		Issuer: issuer, Subject: "bianchi", Name: "Rossi bianchi", Email: "bianchi@altrove.example", Municipality: "Riva d’Arno",
		Groups: []string{"riva/moderator", "riva/council"},
	}
	if d := cmp.Diff(want, signed.Claims); d != "" {
		t.Error(d)
	}
	if !strings.HasPrefix(b.query().Get("iss"), issuer) {
		t.Errorf("it did not name itself in its answer: %v", b.query())
	}

	// The same answer again is of no use, and neither is its code with another verifier.
	if _, err := c.Finish(t.Context(), a, b.query()); err == nil {
		t.Error("a code was good for twice")
	}

	if status := b.open(c.Leave(signed.IDToken, "http://127.0.0.1:1/")); status != http.StatusOK {
		t.Errorf("signing out answers %d: %s", status, b.page.Text())
	}
	if b.page.Find("form").Length() == 0 {
		t.Errorf("signing out shows no form: %s", b.page.Text())
	}
}
