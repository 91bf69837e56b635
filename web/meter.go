package web

import (
	"context"
	"database/sql"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"delfi/internal/fault"
	"delfi/web/page"
)

// Meter counts what the server does, for those who run it. It knows routes by
// their pattern and nothing of a round, a consultation or a person. Routes under
// which people answer are one count that moves once an hour: whoever asked every
// second would otherwise know when somebody answered (docs/RECORD.md §2.5).
type Meter struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	kept     *prometheus.CounterVec
	troubles *prometheus.CounterVec
	answers  *hourly
}

// NewMeter makes a meter, for page.Options.
func NewMeter() *Meter { return newMeter(time.Now) }

func newMeter(clock func() time.Time) *Meter {
	m := &Meter{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "delfi_request_seconds", Help: "Requests that a room answered, by route and class of status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route", "class"}),
		kept: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "delfi_page_cache_answers_total", Help: "Requests that a kept page answered, by route and class of status.",
		}, []string{"route", "class"}),
		troubles: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "delfi_sign_in_troubles_total", Help: "Failures of the identity provider, or of what joins us to it, by kind.",
		}, []string{"kind"}),
		answers: &hourly{clock: clock, counting: map[string]float64{}, shown: map[string]float64{}},
	}
	m.registry.MustRegister(m.requests, m.kept, m.troubles, m.answers,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Watched is what a meter looks at when it is read.
type Watched struct {
	App  *page.App
	Pool *sql.DB
	Jobs func(ctx context.Context) (int, error) // due and not begun

	Checked func() int64                    // entries of the public record that were hashed since the start
	Sound   func(ctx context.Context) error // nil, or why the public record refuses acts
}

// Watch adds a server's own figures.
func (m *Meter) Watch(w Watched) {
	figure := func(name, help string, of func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, of))
	}
	count := func(name, help string, of func() int64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(of()) }))
	}
	k := w.App
	figure("delfi_readers_working", "Readers' requests in work.", func() float64 { return float64(k.Reading().Working) })
	figure("delfi_readers_waiting", "Readers' requests that wait for a place.", func() float64 { return float64(k.Reading().Waiting) })
	count("delfi_readers_shed_total", "Readers' requests that were turned away.", func() int64 { return k.Reading().Rejected })
	figure("delfi_page_cache_pages", "Pages that are kept.", func() float64 { return float64(k.Cache().Stats().Pages) })
	figure("delfi_page_cache_bytes", "Memory that they take.", func() float64 { return float64(k.Cache().Stats().Bytes) })
	count("delfi_page_cache_hits_total", "Requests that a kept page answered.", func() int64 { return k.Cache().Stats().Hits })
	count("delfi_page_cache_misses_total", "Pages drawn to be kept.", func() int64 { return k.Cache().Stats().Misses })
	count("delfi_page_cache_invalidations_total", "Changes that dropped pages.", func() int64 { return k.Cache().Stats().Invalidations })
	m.answers.watch(func() int64 { return k.Acting().Rejected })
	m.registry.MustRegister(failing{k})
	figure("delfi_record_checked_entries", "Entries of the public record that were hashed again since the start.", func() float64 { return float64(w.Checked()) })
	m.registry.MustRegister(collectors.NewDBStatsCollector(w.Pool, "delfi"), waiting{w.Jobs}, refusing{w.Sound})
}

// Trouble counts a failure of the identity provider's.
func (m *Meter) Trouble(kind string) { m.troubles.WithLabelValues(kind).Inc() }

// Hit counts a kept page that was served.
func (m *Meter) Hit(route string, answering bool, status int) {
	if answering {
		m.answers.add(class(status))
		return
	}
	m.kept.WithLabelValues(route, class(status)).Inc()
}

// Observe counts a request that a room answered.
func (m *Meter) Observe(route string, answering bool, status int, took time.Duration) {
	if answering {
		m.answers.add(class(status))
		return
	}
	m.requests.WithLabelValues(route, class(status)).Observe(took.Seconds())
}

// class is "2xx" of 200.
func class(status int) string { return strconv.Itoa(status/100) + "xx" }

// Private is the handler of what is for those who run the server alone: the meter,
// and the profiles of the Go runtime. It answers under a number, localhost, and the host
// that it listens as: a name that a stranger's page has lead here (DNS rebinding) is
// refused, as a browser of this machine would let that page read the answer.
func (m *Meter) Private(log *slog.Logger, host string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			asked = strings.Trim(r.Host, "[]")
		}
		if net.ParseIP(asked) == nil && !strings.EqualFold(asked, "localhost") && (host == "" || !strings.EqualFold(asked, host)) {
			http.Error(w, "this address has no such name: ask by the number or the name of --private-listen", http.StatusMisdirectedRequest)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// failing collects what failed where people answer.
type failing struct{ app *page.App }

var answersFailed = prometheus.NewDesc("delfi_answering_failures_total",
	"Failures of routes under which people answer, by kind, as of the last whole hour.", []string{"kind"}, nil)

func (failing) Describe(to chan<- *prometheus.Desc) { to <- answersFailed }

func (f failing) Collect(to chan<- prometheus.Metric) {
	for kind, n := range f.app.Failed() {
		to <- prometheus.MustNewConstMetric(answersFailed, prometheus.CounterValue, float64(n), kind)
	}
}

// waiting collects the length of the job queue.
type waiting struct {
	jobs func(ctx context.Context) (int, error)
}

var jobsWaiting = prometheus.NewDesc("delfi_jobs_waiting", "Jobs that are due and not begun.", nil, nil)

func (waiting) Describe(to chan<- *prometheus.Desc) { to <- jobsWaiting }

func (w waiting) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	n, err := w.jobs(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(jobsWaiting, err) // said in the log; the rest is still told
		return
	}
	to <- prometheus.MustNewConstMetric(jobsWaiting, prometheus.GaugeValue, float64(n))
}

// refusing collects whether the public record refuses acts.
type refusing struct {
	sound func(ctx context.Context) error
}

var recordRefuses = prometheus.NewDesc("delfi_record_refuses_acts",
	"1 when the public record is not the one that was signed, and refuses acts; the log and /readyz say why.", nil, nil)

func (refusing) Describe(to chan<- *prometheus.Desc) { to <- recordRefuses }

func (r refusing) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	value := 0.0
	if err := r.sound(ctx); fault.KindOf(err) == fault.Unavailable {
		value = 1
	} else if err != nil {
		to <- prometheus.NewInvalidMetric(recordRefuses, err)
		return
	}
	to <- prometheus.MustNewConstMetric(recordRefuses, prometheus.GaugeValue, value)
}

// hourly counts what must not be seen as it happens: what it shows is what was
// counted when the hour last turned.
type hourly struct {
	clock func() time.Time

	mu              sync.Mutex
	hour            time.Time
	counting, shown map[string]float64 // by class of status, since the start
	shed            func() int64
	shedShown       float64
}

var (
	answersCounted = prometheus.NewDesc("delfi_answering_requests_total",
		"Requests to all routes under which people answer, as of the last whole hour.", []string{"class"}, nil)
	answersShed = prometheus.NewDesc("delfi_senders_shed_total",
		"Requests that send something and were turned away, as of the last whole hour.", nil, nil)
)

func (h *hourly) Describe(to chan<- *prometheus.Desc) {
	to <- answersCounted
	to <- answersShed
}

func (h *hourly) Collect(to chan<- prometheus.Metric) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.turn()
	for class, n := range h.shown {
		to <- prometheus.MustNewConstMetric(answersCounted, prometheus.CounterValue, n, class)
	}
	to <- prometheus.MustNewConstMetric(answersShed, prometheus.CounterValue, h.shedShown)
}

func (h *hourly) add(class string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.turn()
	h.counting[class]++
}

func (h *hourly) watch(shed func() int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.shed = shed
}

// turn shows what was counted, if another hour has begun; the lock is held. What
// is shed between the hour's turn and this call counts to the hour before.
func (h *hourly) turn() {
	now := h.clock().Truncate(time.Hour)
	if now.Equal(h.hour) {
		return
	}
	h.hour = now
	for class, n := range h.counting {
		h.shown[class] = n
	}
	if h.shed != nil {
		h.shedShown = float64(h.shed())
	}
}
