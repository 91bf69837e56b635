package mail

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"delfi/internal/fault"
	"delfi/internal/platform/mail/mailtest"
)

// sender gives a sender that trusts the test server's certificate.
func sender(t *testing.T, server *mailtest.Server, address string) *SMTP {
	t.Helper()
	s, err := New(address, "Delfi <delfi@comune.example>")
	if err != nil {
		t.Fatal(err)
	}
	s.tls.RootCAs = server.Roots
	return s
}

func letter(to string) Letter {
	return Letter{
		ID: "4c2e", Name: "Piera Sànchez", To: to, Language: "it",
		Subject: "È aperto il giro 2", Text: "Perché sì.\nFine.\n", HTML: "<p>Perché sì.</p>\n",
		Date: time.Date(2026, 4, 20, 8, 0, 0, 0, time.UTC),
	}
}

// A letter arrives with its words whole, and says that a machine wrote it.
func TestSend(t *testing.T) {
	for name, c := range map[string]struct {
		server func(testing.TB) *mailtest.Server
		url    string
		user   bool
	}{
		"clear to this machine":     {mailtest.New, "smtp://%?starttls=none", false},
		"starttls when offered":     {mailtest.New, "smtp://%", false},
		"starttls, with a password": {mailtest.New, "smtp://delfi:se%3Agreto@%?starttls=required", true},
		"tls, with a password":      {mailtest.NewTLS, "smtps://delfi:se%3Agreto@%", true},
	} {
		t.Run(name, func(t *testing.T) {
			server := c.server(t)
			if c.user {
				server.User, server.Password = "delfi", "se:greto"
			}
			at := strings.LastIndex(c.url, "%")
			s := sender(t, server, c.url[:at]+server.Address+c.url[at+1:])
			if err := s.Send(context.Background(), letter("piera@example.org")); err != nil {
				t.Fatal(err)
			}
			got := server.Letters()
			if len(got) != 1 {
				t.Fatalf("%d letters", len(got))
			}
			l := got[0]
			if l.From != "delfi@comune.example" || l.To != "piera@example.org" || l.Subject != "È aperto il giro 2" ||
				l.Text != "Perché sì.\nFine.\n" || l.HTML != "<p>Perché sì.</p>\n" {
				t.Errorf("got %+v", l)
			}
			for header, want := range map[string]string{
				"Message-Id": "<4c2e@comune.example>", "Auto-Submitted": "auto-generated", "Content-Language": "it",
				"Date": "Mon, 20 Apr 2026 08:00:00 +0000",
			} {
				if got := l.Header.Get(header); got != want {
					t.Errorf("%s is %q, want %q", header, got, want)
				}
			}
		})
	}
}

// Which noes are final decides what is tried again.
func TestRefused(t *testing.T) {
	server := mailtest.New(t)
	s := sender(t, server, "smtp://"+server.Address)
	ctx := context.Background()
	server.Refuse("gone@example.org", 550)
	server.Refuse("full@example.org", 452)
	for to, final := range map[string]bool{"gone@example.org": true, "full@example.org": false, "no address": true, "a@b\r\nBcc: c@d": true, "": true} {
		if err := s.Send(ctx, letter(to)); err == nil || Refused(err) != final {
			t.Errorf("%q: error %v, final %v, want %v", to, err, Refused(err), final)
		}
	}
	server.Break()
	if err := s.Send(ctx, letter("piera@example.org")); err == nil || Refused(err) {
		t.Errorf("a server in trouble: %v", err)
	}
	if n := len(server.Letters()); n != 0 {
		t.Errorf("%d letters came through", n)
	}
	server.Mend()
	server.User, server.Password = "delfi", "other"
	if err := sender(t, server, "smtp://delfi:wrong@"+server.Address).Send(ctx, letter("piera@example.org")); err == nil || Refused(err) {
		t.Errorf("a wrong password is the operator's to mend: %v", err)
	}
	if err := sender(t, server, "smtp://127.0.0.1:1").Send(ctx, letter("piera@example.org")); err == nil || Refused(err) {
		t.Errorf("nobody there: %v", err)
	}
}

// A password is never said over a line without encryption to another machine's
// server, and a certificate that nobody vouches for is not believed.
func TestLine(t *testing.T) {
	server := mailtest.New(t)
	s, err := New("smtp://"+server.Address+"?starttls=required", "delfi@comune.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(context.Background(), letter("piera@example.org")); err == nil || Refused(err) {
		t.Errorf("an unknown certificate: %v", err)
	}
	if n := len(server.Letters()); n != 0 {
		t.Errorf("%d letters came through", n)
	}
}

// Words that people chose start no header of their own.
func TestHeaders(t *testing.T) {
	server := mailtest.New(t)
	l := letter("piera@example.org")
	l.Subject, l.Name = "Piazza\r\nBcc: altri@example.org", "Piera\r\nX-Evil: 1"
	if err := sender(t, server, "smtp://"+server.Address).Send(context.Background(), l); err != nil {
		t.Fatal(err)
	}
	got := server.Letters()[0]
	if got.Header.Get("Bcc") != "" || got.Header.Get("X-Evil") != "" || got.Subject != "Piazza Bcc: altri@example.org" {
		t.Errorf("got %v", got.Header)
	}
}

// A configuration that cannot work names its field, and never the password.
func TestNew(t *testing.T) {
	for _, c := range []struct{ url, from, field string }{
		{"", "delfi@comune.example", "smtp_url"},
		{"http://mail.example", "delfi@comune.example", "smtp_url"},
		{"smtp://", "delfi@comune.example", "smtp_url"},
		{"smtp://mail.example:99999", "delfi@comune.example", "smtp_url"},
		{"smtp://u:sicret@mail.example:x", "delfi@comune.example", "smtp_url"},
		{"smtp://u:sicret@mail.example/path", "delfi@comune.example", "smtp_url"},
		{"smtp://mail.example?starttls=maybe", "delfi@comune.example", "smtp_url"},
		{"smtp://mail.example?tls=1", "delfi@comune.example", "smtp_url"},
		{"smtps://u:sicret@mail.example?starttls=none", "delfi@comune.example", "smtp_url"},
		{"smtp://mail.example", "nobody", "smtp_from"},
	} {
		_, err := New(c.url, c.from)
		var f *fault.Fault
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name != c.field || strings.Contains(err.Error(), "sicret") {
			t.Errorf("New(%q, %q) = %v", c.url, c.from, err)
		}
	}
}
