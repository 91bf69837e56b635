package main

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

// patience is how long one answer may take.
const patience = 60 * time.Second

// client is one connection that is kept, and as little work as HTTP/1.1 allows:
// net/http's client costs more than the pages that are measured, on the same
// cores. It belongs to one goroutine.
type client struct {
	host string // "127.0.0.1:8080"
	conn net.Conn
	in   *bufio.Reader
	out  []byte
	head []byte
	body []byte
}

// reply is an answer; its bytes are the client's, until the next request.
type reply struct {
	status int
	head   []byte // header lines, CRLF-ended
	body   []byte
}

func newClient(base string) *client {
	return &client{host: strings.TrimSuffix(strings.TrimPrefix(base, "http://"), "/")}
}

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close() // nothing is waited for on it
		c.conn = nil
	}
}

// get asks for a page with a cookie, from a person's own address ("" for none).
func (c *client) get(path, cookie, address string, more ...string) (reply, error) {
	c.begin("GET", path, cookie, address, more)
	c.out = append(c.out, "\r\n"...)
	return c.do()
}

// post sends a form.
func (c *client) post(path, cookie, address, form string, more ...string) (reply, error) {
	c.begin("POST", path, cookie, address, more)
	c.out = append(c.out, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "...)
	c.out = strconv.AppendInt(c.out, int64(len(form)), 10)
	c.out = append(append(c.out, "\r\n\r\n"...), form...)
	return c.do()
}

func (c *client) begin(method, path, cookie, address string, more []string) {
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
func (c *client) do() (reply, error) {
	kept := c.conn != nil
	r, err := c.once()
	if kept && (errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed)) {
		return c.once()
	}
	return r, err
}

func (c *client) once() (r reply, err error) {
	if c.conn == nil {
		if c.conn, err = net.DialTimeout("tcp", c.host, patience); err != nil {
			c.conn = nil
			return reply{}, err
		}
		c.in = bufio.NewReaderSize(c.conn, 64<<10)
	}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return reply{}, err
	}
	if _, err := c.conn.Write(c.out); err != nil {
		return reply{}, err
	}
	return c.read()
}

// read takes one answer apart.
func (c *client) read() (reply, error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return reply{}, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return reply{}, fmt.Errorf("no HTTP answer: %q", line)
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return reply{}, fmt.Errorf("no HTTP answer: %q", line)
	}
	c.head = c.head[:0]
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return reply{}, err
		}
		if len(line) <= 2 {
			break
		}
		c.head = append(c.head, line...)
	}
	r := reply{status: status, head: c.head}
	switch {
	case status == 304 || status == 204:
		c.body = c.body[:0]
	case strings.EqualFold(r.header("Transfer-Encoding"), "chunked"):
		err = c.chunks()
	default:
		var n int
		if n, err = strconv.Atoi(r.header("Content-Length")); err == nil {
			c.body = grown(c.body, n)
			_, err = io.ReadFull(c.in, c.body)
		}
	}
	r.body = c.body
	if strings.EqualFold(r.header("Connection"), "close") {
		c.close()
	}
	return r, err
}

// chunks reads a body that comes in pieces.
func (c *client) chunks() error {
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

// header gives the first value of a header, "" for none.
func (r reply) header(name string) string {
	for rest := r.head; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		if len(line) > len(name) && line[len(name)] == ':' && strings.EqualFold(string(line[:len(name)]), name) {
			return string(bytes.TrimSpace(line[len(name)+1:]))
		}
	}
	return ""
}

// cookie gives "name=value" of the last cookie that the answer sets whose name begins so.
func (r reply) cookie(prefix string) string {
	found := ""
	for _, line := range strings.Split(string(r.head), "\r\n") {
		key, value, _ := strings.Cut(line, ": ")
		if strings.EqualFold(key, "Set-Cookie") && strings.HasPrefix(value, prefix) {
			found, _, _ = strings.Cut(value, ";")
		}
	}
	return found
}
