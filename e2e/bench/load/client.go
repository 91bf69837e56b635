package load

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// Patience is how long one answer may take.
const Patience = 60 * time.Second

// Client is one connection that is kept, and as little work as HTTP/1.1 allows:
// net/http's Client costs more than the pages that are measured, on the same
// cores. It belongs to one goroutine.
type Client struct {
	host string // "127.0.0.1:8080"
	conn net.Conn
	in   *bufio.Reader
	out  []byte
	head []byte
	body []byte
}

// Reply is an answer; its bytes are the client's, until the next request.
type Reply struct {
	Status int
	head   []byte // header lines, CRLF-ended
	Body   []byte
}

func NewClient(base string) *Client {
	return &Client{host: strings.TrimSuffix(strings.TrimPrefix(base, "http://"), "/")}
}

func (c *Client) Close() {
	if c.conn != nil {
		_ = c.conn.Close() // nothing is waited for on it
		c.conn = nil
	}
}

// Clients gives a connection to base for each of n workers, and what closes them.
func Clients(base string, n int) ([]*Client, func()) {
	out := make([]*Client, n)
	for i := range out {
		out[i] = NewClient(base)
	}
	return out, func() {
		for _, c := range out {
			c.Close()
		}
	}
}

// Get asks for a page with a cookie, from a person's own address ("" for none).
func (c *Client) Get(path, cookie, address string, more ...string) (Reply, error) {
	c.begin("GET", path, cookie, address, more)
	c.out = append(c.out, "\r\n"...)
	return c.do()
}

// Post sends a form.
func (c *Client) Post(path, cookie, address, form string, more ...string) (Reply, error) {
	c.begin("POST", path, cookie, address, more)
	c.out = append(c.out, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "...)
	c.out = strconv.AppendInt(c.out, int64(len(form)), 10)
	c.out = append(append(c.out, "\r\n\r\n"...), form...)
	return c.do()
}

func (c *Client) begin(method, path, cookie, address string, more []string) {
	c.out = append(c.out[:0], method...)
	c.out = append(append(append(c.out, ' '), path...), " HTTP/1.1\r\nHost: "...)
	c.out = append(append(c.out, c.host...), "\r\nAccept-Language: it\r\n"...)
	for name, value := range map[string]string{"Cookie: ": cookie, "X-Forwarded-For: ": address} {
		if value != "" {
			c.out = append(append(append(c.out, name...), value...), "\r\n"...)
		}
	}
	for _, line := range more {
		c.out = append(append(c.out, line...), "\r\n"...)
	}
}

// do sends what was begun and reads the answer. A kept connection that the server
// closed meanwhile is opened again once.
func (c *Client) do() (Reply, error) {
	kept := c.conn != nil
	r, err := c.once()
	if kept && (errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed)) {
		return c.once()
	}
	return r, err
}

func (c *Client) once() (r Reply, err error) {
	if c.conn == nil {
		if c.conn, err = net.DialTimeout("tcp", c.host, Patience); err != nil {
			c.conn = nil
			return Reply{}, err
		}
		c.in = bufio.NewReaderSize(c.conn, 64<<10)
	}
	defer func() {
		if err != nil {
			c.Close()
		}
	}()
	if err := c.conn.SetDeadline(time.Now().Add(Patience)); err != nil {
		return Reply{}, err
	}
	if _, err := c.conn.Write(c.out); err != nil {
		return Reply{}, err
	}
	return c.read()
}

// read takes one answer apart.
func (c *Client) read() (Reply, error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return Reply{}, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return Reply{}, fmt.Errorf("no HTTP answer: %q", line)
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return Reply{}, fmt.Errorf("no HTTP answer: %q", line)
	}
	c.head = c.head[:0]
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return Reply{}, err
		}
		if len(line) <= 2 {
			break
		}
		c.head = append(c.head, line...)
	}
	r := Reply{Status: status, head: c.head}
	switch {
	case status == 304 || status == 204:
		c.body = c.body[:0]
	case strings.EqualFold(r.Header("Transfer-Encoding"), "chunked"):
		err = c.chunks()
	default:
		var n int
		if n, err = strconv.Atoi(r.Header("Content-Length")); err == nil {
			c.body = grown(c.body, n)
			_, err = io.ReadFull(c.in, c.body)
		}
	}
	r.Body = c.body
	if strings.EqualFold(r.Header("Connection"), "close") {
		c.Close()
	}
	return r, err
}

// chunks reads a body that comes in pieces.
func (c *Client) chunks() error {
	c.body = c.body[:0]
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 64)
		if err != nil {
			return err
		}
		at := len(c.body)
		c.body = grown(c.body, at+int(n))
		if _, err := io.ReadFull(c.in, c.body[at:]); err != nil {
			return err
		}
		if _, err := c.in.Discard(2); err != nil || n == 0 {
			return err
		}
	}
}

func grown(b []byte, n int) []byte {
	if cap(b) < n {
		b = append(make([]byte, 0, n+n/4), b...)
	}
	return b[:n]
}

// Header gives the first value of a Header, "" for none.
func (r Reply) Header(name string) string {
	for rest := r.head; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		if len(line) > len(name) && line[len(name)] == ':' && strings.EqualFold(string(line[:len(name)]), name) {
			return string(bytes.TrimSpace(line[len(name)+1:]))
		}
	}
	return ""
}

// Cookie gives "name=value" of the last Cookie that the answer sets whose name begins so.
func (r Reply) Cookie(prefix string) string {
	found := ""
	for _, line := range strings.Split(string(r.head), "\r\n") {
		key, value, _ := strings.Cut(line, ": ")
		if strings.EqualFold(key, "Set-Cookie") && strings.HasPrefix(value, prefix) {
			found, _, _ = strings.Cut(value, ";")
		}
	}
	return found
}
