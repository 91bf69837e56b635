package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"delfi/internal/panel/drawing"
	"delfi/web/static"
)

// check refuses settings that cannot work, and says which.
func (c *serveCommand) check() error {
	if err := static.Verify(); err != nil {
		return err
	}
	if err := c.checkAlone(); err != nil {
		return err
	}
	if c.BaseURL != "" {
		u, err := url.Parse(c.BaseURL)
		if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" && u.Path != "/" {
			return fmt.Errorf("--base-url %q: write the public address without a path, e.g. https://delfi.example.it", c.BaseURL)
		}
		if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return fmt.Errorf("--base-url %q: leave name, password and query out, e.g. https://delfi.example.it", u.Redacted())
		}
		c.BaseURL = strings.TrimSuffix(u.String(), "/")
	}
	if err := c.recorded().Check(); err != nil {
		return fmt.Errorf("--cosigner: %w", err)
	}
	c.Beacons = slices.DeleteFunc(c.Beacons, func(b string) bool { return b == "" })
	if err := drawing.Beacons(c.Beacons).Check(); err != nil {
		return fmt.Errorf("--beacon: %w", err)
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	if err := c.checkPairs(); err != nil {
		return err
	}
	if c.Private.Listen != "" && !loopback(c.Private.Listen) && !c.Private.Anywhere {
		return fmt.Errorf("--private-listen %s: profiles and figures are for those who run the server, so they stay on loopback; set --private-anywhere if that is what you want", c.Private.Listen)
	}
	if err := c.checkSession(); err != nil {
		return err
	}
	if err := c.checkProvider(); err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(c.Listen) // checkAlone has read it
	if ip := net.ParseIP(host); c.BaseURL == "" && (host == "" || ip != nil && ip.IsUnspecified()) {
		return fmt.Errorf("--base-url is missing: with --listen %s nobody can know under which address people find the site", c.Listen)
	}
	return nil
}

// proxies reads the networks of --forwarded.
func (c *serveCommand) proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range c.Forwarded {
		n, err := netip.ParsePrefix(text)
		if at, failed := netip.ParseAddr(text); failed == nil {
			n, err = netip.PrefixFrom(at, at.BitLen()), nil
		}
		if err == nil && n.Bits() == 0 {
			return nil, fmt.Errorf("--forwarded %q: that is everybody, whose X-Forwarded-For nobody may believe: write the network or the address of the proxies in front, e.g. 10.0.0.0/8 or 127.0.0.1", text)
		}
		if err != nil {
			return nil, fmt.Errorf("--forwarded %q: write the network or the address of the proxies in front, e.g. 10.0.0.0/8 or 127.0.0.1", text)
		}
		all = append(all, n)
	}
	return all, nil
}

// checkProvider refuses what nobody could sign in with, and the built-in
// provider where strangers reach it.
func (c *serveCommand) checkProvider() error {
	if c.OIDC.Issuer != "" {
		if c.OIDC.ClientID == "" {
			return errors.New("--oidc-client-id: a provider needs the client that was registered with it")
		}
		if c.Demo {
			return errors.New("--demo goes with the built-in provider: leave --oidc-issuer out")
		}
		return nil
	}
	if c.OIDC.ClientID != "" || c.OIDC.SecretFile != "" || c.OIDC.KeyFile != "" {
		return errors.New("--oidc-issuer is missing: a client without a provider signs nobody in")
	}
	if c.public() {
		return fmt.Errorf("--base-url %s: with the built-in provider anybody can be anybody, so it does not stand behind a public address; set --oidc-issuer to a provider that knows people", c.BaseURL)
	}
	for flag, address := range map[string]string{"--listen": c.Listen, "--provider-listen": c.Provider.Listen} {
		if !loopback(address) && !c.Provider.Anywhere {
			return fmt.Errorf("%s %s: the built-in provider lets anybody be anybody, so it stays on loopback; set --oidc-issuer, or --provider-anywhere if that is what you want", flag, address)
		}
	}
	return nil
}

// public tells whether the site's address is one that others know: https, or a name or
// number beyond this machine, unless it was said that others may be let in for a trial.
func (c *serveCommand) public() bool {
	host, plain := strings.CutPrefix(c.BaseURL, "http://")
	return c.BaseURL != "" && (!plain || !loopback(hostport(host)) && !c.Provider.Anywhere)
}

// hostport gives an address's host with a port, whether or not it has one.
func hostport(host string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), "0")
}

func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// listening puts why an address cannot be served on into words.
func (c *serveCommand) listening(flag, address string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s %s: the port is in use; stop what uses it or choose another", flag, address)
	}
	return fmt.Errorf("%s %s: %w", flag, address, err)
}
