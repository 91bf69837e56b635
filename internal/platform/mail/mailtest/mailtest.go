// Package mailtest is a mail server for tests: a real SMTP conversation on a
// port of this machine, and the letters that came through it.
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Letter is one letter that the server took.
type Letter struct {
	From, To string // of the envelope
	Header   netmail.Header
	Subject  string // decoded
	Text     string
	HTML     string
}

// Server is a mail server. Its exported fields are set before the first letter.
type Server struct {
	Address        string // host:port
	User, Password string // asked for when not ""
	Roots          *x509.CertPool

	mu      sync.Mutex
	letters []Letter
	refuse  map[string]error
	broken  error
}

// New starts a server that ends with the test. It offers STARTTLS.
func New(t testing.TB) *Server { return start(t, false) }

// NewTLS starts a server that speaks TLS from the first byte.
func NewTLS(t testing.TB) *Server { return start(t, true) }

func start(t testing.TB, implicit bool) *Server {
	t.Helper()
	s := &Server{refuse: map[string]error{}}
	cert := s.certificate(t)
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }))
	server.Domain = "localhost"
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.ReadTimeout, server.WriteTimeout = 10*time.Second, 10*time.Second
	server.ErrorLog = silent{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Address = l.Addr().String()
	if implicit {
		l = tls.NewListener(l, server.TLSConfig)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		if err := server.Close(); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
		<-done
	})
	return s
}

// certificate makes a throwaway one for 127.0.0.1.
func (s *Server) certificate(t testing.TB) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.Roots = x509.NewCertPool()
	s.Roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// Refuse makes the server answer letters to an address with an SMTP code.
func (s *Server) Refuse(address string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse[address] = &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "not here"}
}

// Break makes the server answer every letter with a temporary no; Mend ends that.
func (s *Server) Break() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try again later"}
}

// Mend ends what Break and Refuse began.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken, s.refuse = nil, map[string]error{}
}

// Letters gives what came through so far.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.letters...)
}

// silent drops the library's lines: a broken conversation is some tests' purpose.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// session is one conversation.
type session struct {
	server   *Server
	from, to string
	known    bool
}

func (s *session) AuthMechanisms() []string {
	if s.server.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.server.User || password != s.server.Password {
			return smtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.User != "" && !s.known {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.to = to
	return s.server.refuse[to]
}

func (s *session) Data(r io.Reader) error {
	l, err := read(r)
	if err != nil {
		return err
	}
	l.From, l.To = s.from, s.to
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.broken != nil {
		return s.server.broken
	}
	s.server.letters = append(s.server.letters, l)
	return nil
}

func (s *session) Reset()        { s.from, s.to = "", "" }
func (s *session) Logout() error { return nil }

// read takes a letter apart as a reader's program does.
func read(r io.Reader) (Letter, error) {
	m, err := netmail.ReadMessage(r)
	if err != nil {
		return Letter{}, err
	}
	l := Letter{Header: m.Header}
	if l.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return Letter{}, err
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return Letter{}, err
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return Letter{}, err
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			return Letter{}, err
		}
		words := strings.ReplaceAll(string(b), "\r\n", "\n")
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			l.HTML = words
		} else {
			l.Text = words
		}
	}
}
