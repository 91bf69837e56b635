package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"
)

// Health says whether the server can do its work.
type Health struct {
	Checks map[string]func(ctx context.Context) error // by name: database, sign-in, …
	Log    *slog.Logger
}

func (h Health) alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n")) // a reader that went away is no failure of ours
}

// ready answers 200 when every check passes, else 503 with what does not.
func (h Health) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	status, states := http.StatusOK, map[string]string{}
	for name, check := range h.Checks {
		states[name] = "ok"
		if err := check(ctx); err != nil {
			status, states[name] = http.StatusServiceUnavailable, "fails"
			h.Log.WarnContext(ctx, "not ready", "check", name, "error", err)
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(states) // as above
}
