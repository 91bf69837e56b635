package cpu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/google/pprof/profile"
)

// During takes a profile of what the server whose profiles are at an address computes during a
// span that begins now; told waits for its end.
func During(ctx context.Context, address string, span time.Duration) (told func() (*profile.Profile, error)) {
	type result struct {
		p   *profile.Profile
		err error
	}
	done := make(chan result, 1)
	go func() {
		p, err := read(ctx, address, span)
		done <- result{p, err}
	}()
	return func() (*profile.Profile, error) {
		r := <-done
		return r.p, r.err
	}
}

func read(ctx context.Context, address string, span time.Duration) (p *profile.Profile, err error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", address, int(span.Seconds())), nil)
	if err != nil {
		return nil, err
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Body.Close()) }()
	if r.StatusCode != http.StatusOK {
		body, err := io.ReadAll(io.LimitReader(r.Body, 200))
		return nil, errors.Join(fmt.Errorf("profile: status %d: %s", r.StatusCode, body), err)
	}
	return profile.Parse(r.Body)
}

// HashingOrSorting is told by the names on a sample's stack.
var HashingOrSorting = regexp.MustCompile(`^crypto/(internal/fips140/)?(sha256|hmac)\.|^slices\.Sort|^sort\.|\)\.sort$`)

// Share gives the part of a profile's CPU that lies in functions of certain names, or
// in what they call, and its CPU as a whole.
func Share(p *profile.Profile, names *regexp.Regexp) (part float64, cpu time.Duration, err error) {
	at := len(p.SampleType) - 1
	if at < 0 || p.SampleType[at].Unit != "nanoseconds" {
		return 0, 0, errors.New("profile: it tells no time")
	}
	within, all := int64(0), int64(0)
	for _, s := range p.Sample {
		all += s.Value[at]
		if named(s, names) {
			within += s.Value[at]
		}
	}
	if all == 0 {
		return 0, 0, errors.New("profile: nothing was computed")
	}
	return float64(within) / float64(all), time.Duration(all), nil
}

func named(s *profile.Sample, names *regexp.Regexp) bool {
	for _, l := range s.Location {
		for _, line := range l.Line { // more than one where functions are inlined
			if line.Function != nil && names.MatchString(line.Function.Name) {
				return true
			}
		}
	}
	return false
}
