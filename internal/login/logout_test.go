package login_test

import (
	"maps"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// A logout token is believed when every part of it holds, and each part is tried.
func TestLogoutTokensAreCheckedInFull(t *testing.T) {
	a, c := newAttacker(t)
	const event = "http://schemas.openid.net/event/backchannel-logout"
	honest := func() map[string]any {
		return map[string]any{
			"iss": a.server.URL, "aud": attackedClient, "sub": "victim", "sid": "s-1", "jti": "j-1",
			"iat": a.now.Unix(), "exp": a.now.Add(2 * time.Minute).Unix(), "events": map[string]any{event: map[string]any{}},
		}
	}
	ended, err := c.LoggedOut(t.Context(), a.sign(honest()))
	if err != nil || ended.Subject != "victim" || ended.SID != "s-1" || ended.TokenID != "j-1" || ended.Issuer != a.server.URL || !ended.Until.After(a.now) {
		t.Fatalf("the honest one: %+v, %v", ended, err)
	}
	for _, without := range []string{"sub", "sid"} {
		claims := honest()
		delete(claims, without)
		if _, err := c.LoggedOut(t.Context(), a.sign(claims)); err != nil {
			t.Errorf("without %s: %v", without, err)
		}
	}
	for name, change := range map[string]func(map[string]any){
		"another issuer":       set("iss", "https://login.elsewhere.example"),
		"another audience":     set("aud", "another-client"),
		"a nonce":              set("nonce", "n"),
		"an empty nonce":       set("nonce", ""),
		"no events":            func(s map[string]any) { delete(s, "events") },
		"another event":        set("events", map[string]any{"https://example.org/event": map[string]any{}}),
		"no jti":               func(s map[string]any) { delete(s, "jti") },
		"no iat":               func(s map[string]any) { delete(s, "iat") },
		"issued in the future": set("iat", a.now.Add(10*time.Minute).Unix()),
		"issued long ago":      set("iat", a.now.Add(-time.Hour).Unix()),
		"expired":              set("exp", a.now.Add(-time.Second).Unix()),
		"no exp":               func(s map[string]any) { delete(s, "exp") },
		"nobody":               func(s map[string]any) { delete(s, "sub"); delete(s, "sid") },
	} {
		claims := maps.Clone(honest())
		change(claims)
		_, err := c.LoggedOut(t.Context(), a.sign(claims))
		if err == nil {
			t.Errorf("%s: believed", name)
			continue
		}
		wantCode(t, err, "bad_logout_token")
	}
	stranger := newKey(t)
	for name, token := range map[string]string{
		"another key": a.signWith(jose.ES256, jose.JSONWebKey{Key: stranger, KeyID: "k"}, honest()),
		"a secret":    a.signWith(jose.HS256, []byte("shared-with-the-provider-and-32-long"), honest()),
		"unsigned":    encode(t, map[string]any{"alg": "none"}) + "." + encode(t, honest()) + ".",
		"no token":    "",
		"noise":       "a.b.c",
	} {
		_, err := c.LoggedOut(t.Context(), token)
		wantCode(t, err, "bad_logout_token")
		if err == nil {
			t.Errorf("%s: believed", name)
		}
	}
	// An ID token is none.
	id := map[string]any{"iss": a.server.URL, "aud": attackedClient, "sub": "victim", "nonce": "n", "iat": a.now.Unix(), "exp": a.now.Add(time.Minute).Unix(), "jti": "j-2"}
	_, err = c.LoggedOut(t.Context(), a.sign(id))
	wantCode(t, err, "bad_logout_token")
}
