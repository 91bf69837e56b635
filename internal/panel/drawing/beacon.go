package drawing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"delfi/internal/panel/draw"
)

// Beacons are servers of drand that answer for quicknet, by their addresses. None is a
// server that fetches nothing: administrators paste the signature.
type Beacons []string

// Check returns an error that names the address that cannot be asked.
func (b Beacons) Check() error {
	for _, host := range b {
		u, err := url.Parse(host)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.User != nil {
			return fmt.Errorf("beacon %q is no address of a server of drand, like https://api.drand.sh", host)
		}
	}
	return nil
}

const (
	patience   = 10 * time.Second // for one server
	mostAnswer = 4 << 10          // bytes of an answer
)

// client follows no redirect: a server answers itself, or another one is asked.
var client = &http.Client{
	Timeout:       patience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// fetch asks the servers in their order for a round, and returns the first signature that
// verifies: none of them has to be trusted.
func (b Beacons) fetch(ctx context.Context, round int64) (draw.Beacon, error) {
	var failed []error
	for _, host := range b {
		beacon, err := ask(ctx, host, round)
		if err == nil {
			err = beacon.Verify()
		}
		if err == nil {
			return beacon, nil
		}
		failed = append(failed, fmt.Errorf("%s: %w", host, err))
	}
	return draw.Beacon{}, errors.Join(failed...)
}

func ask(ctx context.Context, host string, round int64) (draw.Beacon, error) {
	at := strings.TrimSuffix(host, "/") + "/" + draw.Chain + "/public/" + strconv.FormatInt(round, 10)
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return draw.Beacon{}, err
	}
	answer, err := client.Do(q)
	if err != nil {
		return draw.Beacon{}, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return draw.Beacon{}, fmt.Errorf("the server answers %s", answer.Status)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer+1))
	if err != nil {
		return draw.Beacon{}, err
	}
	if len(text) > mostAnswer {
		return draw.Beacon{}, fmt.Errorf("the answer is longer than %d bytes", mostAnswer)
	}
	return parse(text, round)
}

// parse reads a round as drand's servers write it.
func parse(text []byte, round int64) (draw.Beacon, error) {
	var got struct {
		Round     int64  `json:"round"`
		Signature string `json:"signature"`
	}
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&got); err != nil {
		return draw.Beacon{}, fmt.Errorf("the answer is no round: %w", err)
	}
	sig, ok := draw.ParseSignature(got.Signature)
	if !ok || got.Round != round {
		return draw.Beacon{}, fmt.Errorf("the answer is not of round %d", round)
	}
	return draw.Beacon{Round: round, Signature: sig}, nil
}

// pasted reads what an administrator pastes: the signature of the committed round, or a round
// as drand's servers write it.
func pasted(text string, round int64) (draw.Beacon, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		var got struct {
			Round     int64  `json:"round"`
			Signature string `json:"signature"`
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			return draw.Beacon{}, errPasted
		}
		round, text = got.Round, got.Signature
	}
	sig, ok := draw.ParseSignature(strings.ToLower(strings.Join(strings.Fields(text), "")))
	if !ok {
		return draw.Beacon{}, errPasted
	}
	return draw.Beacon{Round: round, Signature: sig}, nil
}

// errPasted is of a text that is no signature.
var errPasted = errors.New("this is no signature of a beacon")
