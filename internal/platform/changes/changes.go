// Package changes receives the database's notifications of what changed, on one
// connection of the process, and hands each to the caches that it invalidates. It exists
// so that a change of one kind empties no cache of another.
//
//	trigger (migration 0170) ──NOTIFY delfi_changes 'kind subject'──▶ Hub.Run ──▶ Handlers of that kind
//	connection lost ──▶ Connected(false): caches empty themselves and cache nothing
//	connected again ──▶ Connected(true)
//
// Between the two a change may have passed unreceived; none does between Connected(true)
// and the next Connected(false). Handlers run one at a time and must not block. A kind
// without handlers is ignored: nothing of it is cached here.
package changes

import (
	"context"
	"strings"
	"sync"

	"delfi/internal/platform/postgres"
)

// channel is the channel of all notifications.
const channel = "delfi_changes"

// Kind says what a change is about, and its subject.
type Kind string

// The kinds that triggers notify.
const (
	Consultation Kind = "consultation" // subject: its slug
	Site         Kind = "site"         // what stands on every page; no subject
)

// Handler receives changes.
type Handler struct {
	Connected func(connected bool)
	Changed   func(subject string)
}

// Hub hands changes to handlers. It is safe for concurrent use.
type Hub struct {
	db *postgres.DB

	mu        sync.Mutex
	connected bool
	all       []*Handler
	handlers  map[Kind][]*Handler
}

// New makes a hub, not yet connected.
func New(db *postgres.DB) *Hub { return &Hub{db: db, handlers: map[Kind][]*Handler{}} }

// Subscribe adds a handler of kinds. It is called at once when the hub is connected.
func (h *Hub) Subscribe(handler Handler, kinds ...Kind) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, &handler)
	for _, kind := range kinds {
		h.handlers[kind] = append(h.handlers[kind], &handler)
	}
	if h.connected {
		handler.Connected(true)
	}
}

// Run receives notifications until ctx ends, and connects anew whenever the connection is
// lost. It returns an error only when the channel cannot be listened to at all.
func (h *Hub) Run(ctx context.Context) error {
	err := h.db.Listen(ctx, channel, postgres.Listener{
		Connected:    func() { h.setConnected(true) },
		Disconnected: func() { h.setConnected(false) },
		Notified:     h.notified,
	})
	h.setConnected(false)
	return err
}

func (h *Hub) setConnected(connected bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.connected = connected
	for _, handler := range h.all {
		handler.Connected(connected)
	}
}

func (h *Hub) notified(payload string) {
	kind, subject, _ := strings.Cut(payload, " ")
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, handler := range h.handlers[Kind(kind)] {
		handler.Changed(subject)
	}
}
