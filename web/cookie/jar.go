package cookie

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"delfi/web/i18n"
)

// maxSealed is how many sealed values of one kind a browser holds at once.
const maxSealed = 5

// Jar reads and sets the cookies of one request. It belongs to one goroutine.
type Jar struct {
	W      http.ResponseWriter
	R      *http.Request
	Now    time.Time
	Secure bool    // the public address is https
	Sealer *Sealer // nil: nothing is sealed
}

// HostName gives the name of a cookie for the whole site.
func (j Jar) HostName(name string) string {
	if j.Secure {
		return "__Host-delfi_" + name
	}
	return "delfi_" + name
}

// pathName gives the name of a cookie for one path.
func (j Jar) pathName(name string) string {
	if j.Secure {
		return "__Secure-delfi_" + name
	}
	return "delfi_" + name
}

// Set sets a cookie for the whole site; 0 seconds last until the browser is closed.
func (j Jar) Set(name, value string, seconds int) { http.SetCookie(j.W, j.make(name, value, seconds)) }

// Delete deletes a cookie of the whole site.
func (j Jar) Delete(name string) { j.Set(name, "", -1) }

func (j Jar) make(name, value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: j.Secure,
	}
}

// Names of the scoped cookies, without prefix.
const (
	scopedName = "held"
	secretName = "once"
)

// SetScoped sets the value for the pages at path and beneath it, in every language, until
// the browser is closed. No script and no other site's form reads it.
func (j Jar) SetScoped(path, value string) { j.setScoped(scopedName, path, value, 0) }

// DeleteScoped deletes the value for path.
func (j Jar) DeleteScoped(path string) { j.setScoped(scopedName, path, "", -1) }

// Scoped returns the value for this page; "" when there is none.
func (j Jar) Scoped() string { return j.value(j.pathName(scopedName)) }

// ScopedSecret returns the random secret that the browser holds for the page at path, and
// sets a new one when there is none. It is stored nowhere else: what is shown once is
// encrypted under it for some minutes, so that the same browser, and no other, sees it
// again when the answer was lost (a second click, a reload).
func (j Jar) ScopedSecret(path string) string {
	if held := j.value(j.pathName(secretName)); held != "" {
		return held
	}
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails: the program would have ended
	secret := base64.RawURLEncoding.EncodeToString(b[:])
	j.setScoped(secretName, path, secret, 0)
	return secret
}

func (j Jar) setScoped(name, path, value string, seconds int) {
	for _, r := range i18n.Readings {
		c := j.make(j.pathName(name), value, seconds)
		c.Path, c.SameSite = i18n.Path(r.Lang, path), http.SameSiteStrictMode
		http.SetCookie(j.W, c)
	}
}

// Seal sets a sealed cookie that lasts for life. Of a kind the newest few are kept, each
// under its name; kind and name are letters, digits, "-" and "_".
func (j Jar) Seal(kind, name string, v any, life time.Duration) error {
	prefix := j.sealedPrefix(kind)
	sealed, err := j.Sealer.seal(prefix+name, v, j.Now.Add(life))
	if err != nil {
		return err
	}
	held := j.Sealed(kind)
	for ; len(held) >= maxSealed; held = held[1:] {
		j.Delete(prefix + held[0])
	}
	j.Set(prefix+name, sealed, int(life.Seconds()))
	return nil
}

// Open reads a sealed cookie into v and deletes it; false when there is none, it was not
// sealed here under this name, or its time is over.
func (j Jar) Open(kind, name string, v any) bool {
	if j.value(j.sealedPrefix(kind)+name) == "" {
		return false
	}
	j.DeleteSealed(kind, name)
	return j.Peek(kind, name, v)
}

// Peek reads a sealed cookie into v, as Open does, and leaves it.
func (j Jar) Peek(kind, name string, v any) bool {
	full := j.sealedPrefix(kind) + name
	value := j.value(full)
	return value != "" && j.Sealer.open(full, value, j.Now, v)
}

// Sealed returns the names of the sealed cookies of a kind, the oldest first (a browser
// sends them so: RFC 6265, 5.4).
func (j Jar) Sealed(kind string) []string {
	prefix := j.sealedPrefix(kind)
	var names []string
	for _, c := range j.R.Cookies() {
		if name, ok := strings.CutPrefix(c.Name, prefix); ok {
			names = append(names, name)
		}
	}
	return names
}

// DeleteSealed deletes a sealed cookie.
func (j Jar) DeleteSealed(kind, name string) { j.Delete(j.sealedPrefix(kind) + name) }

func (j Jar) sealedPrefix(kind string) string { return j.HostName(kind + "_") }

func (j Jar) value(name string) string {
	c, err := j.R.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}
