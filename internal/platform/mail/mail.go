package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"delfi/internal/fault"
)

// timeout bounds one conversation with the mail server, from dialling on.
const timeout = 20 * time.Second

// Letter is one message to one person.
type Letter struct {
	ID         string // unique and the same at each attempt, so that a copy can be told from a second letter
	Name       string // of the addressee; may be ""
	To         string // address
	Language   string // "it", "en"
	Subject    string
	Text, HTML string // the same words twice
	Date       time.Time
}

// Sender hands one letter over. An error for which Refused is true will not
// mend by itself.
type Sender interface {
	Send(ctx context.Context, l Letter) error
}

// SMTP is a Sender through one mail server.
type SMTP struct {
	host   string
	from   *netmail.Address
	client []gomail.Option
	tls    *tls.Config
}

// New reads where letters go and from whom. address is
//
//	smtp://[user:password@]host[:587][?starttls=required|optional|none]
//	smtps://[user:password@]host[:465]
//
// Without starttls=, a server elsewhere must offer STARTTLS and one on this
// machine may. from is "Name <address>" or an address. Invalid names the fields
// smtp_url and smtp_from; the words never repeat the address, which may hold a
// password. Nothing is dialled.
func New(address, from string) (*SMTP, error) {
	var bad []fault.Field
	sender, err := netmail.ParseAddress(from)
	if err != nil {
		bad = append(bad, fault.Field{Name: "smtp_from", Code: "address", Message: "is no mail address; write it like Delfi <delfi@comune.example>"})
	}
	s, err := read(address)
	if err != nil {
		bad = append(bad, fault.Field{Name: "smtp_url", Code: "smtp_url", Message: err.Error()})
	}
	if len(bad) > 0 {
		return nil, fault.Bad(bad...)
	}
	s.from = sender
	return s, nil
}

// read takes an address apart.
func read(address string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("is no mail server's address; write it like smtp://user:password@host:587")
	}
	s := &SMTP{host: u.Hostname(), tls: &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}}
	port := map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return nil, errors.New("has a port that does not exist")
		}
	}
	s.client = []gomail.Option{gomail.WithPort(port), gomail.WithTimeout(timeout)}
	secure, err := encryption(u, s.host)
	if err != nil {
		return nil, err
	}
	s.client = append(s.client, secure)
	if u.User != nil {
		password, _ := u.User.Password()
		// The library picks the strongest way that the server offers, and refuses
		// to say a password over a line that others can read.
		s.client = append(s.client, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	return s, nil
}

// encryption reads which protection of the line an address asks for.
func encryption(u *url.URL, host string) (gomail.Option, error) {
	mode := u.Query().Get("starttls")
	for key := range u.Query() {
		if key != "starttls" {
			return nil, fmt.Errorf("has an unknown setting %q; only starttls is known", key)
		}
	}
	if u.Scheme == "smtps" {
		if mode != "" {
			return nil, errors.New("asks for both smtps and starttls; choose one")
		}
		return gomail.WithSSL(), nil
	}
	if mode == "" {
		mode = "required"
		if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
			mode = "optional"
		}
	}
	switch mode {
	case "required":
		return gomail.WithTLSPolicy(gomail.TLSMandatory), nil
	case "optional":
		return gomail.WithTLSPolicy(gomail.TLSOpportunistic), nil
	case "none":
		return gomail.WithTLSPolicy(gomail.NoTLS), nil
	}
	return nil, errors.New("has an unknown starttls; use required, optional or none")
}

// Send hands l over in one conversation. It fails unless the server took it.
func (s *SMTP) Send(ctx context.Context, l Letter) error {
	m, err := s.message(l)
	if err != nil {
		return err
	}
	c, err := gomail.NewClient(s.host, append(s.client, gomail.WithTLSConfig(s.tls.Clone()))...)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := c.DialAndSendWithContext(ctx, m); err != nil {
		if m.IsDelivered() {
			return nil // taken; only the goodbye went wrong, and a second try would be a second letter
		}
		return fmt.Errorf("mail: %w", err)
	}
	return nil
}

// errAddress is an address that no server could take a letter for.
var errAddress = errors.New("mail: the addressee's address cannot be written to")

// message puts a letter into the library's words.
func (s *SMTP) message(l Letter) (*gomail.Msg, error) {
	// The library would quote what is odd; an address that needs it is a mistake or a trick.
	to, err := netmail.ParseAddress(l.To)
	if err != nil || to.Address != l.To {
		return nil, errAddress
	}
	to.Name = line(l.Name)
	m := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingQP))
	m.FromMailAddress(s.from)
	m.ToMailAddress(to)
	m.Subject(line(l.Subject))
	m.SetDateWithValue(l.Date)
	m.SetMessageIDWithValue(line(l.ID) + "@" + s.domain())
	m.SetUserAgent("Delfi")
	m.SetGenHeader("Content-Language", l.Language)
	// No holiday notice comes back, and no list server takes us for a person (RFC 3834).
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	return m, nil
}

// domain is the sender's, for message ids.
func (s *SMTP) domain() string {
	return s.from.Address[strings.LastIndexByte(s.from.Address, '@')+1:]
}

// line keeps words that people chose from starting a header of their own.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

// Refused tells whether the server, or the address itself, said no for good:
// another try would only say it again.
func Refused(err error) bool {
	if errors.Is(err, errAddress) {
		return true
	}
	var e *gomail.SendError
	if !errors.As(err, &e) {
		return false
	}
	// Only a no to this addressee or this letter is final; a refused password or
	// sender is the operator's to mend, and the letters wait for it.
	return !e.IsTemp() && e.ErrorCode() >= 500 &&
		(e.Reason == gomail.ErrSMTPRcptTo || e.Reason == gomail.ErrSMTPData || e.Reason == gomail.ErrSMTPDataClose)
}
