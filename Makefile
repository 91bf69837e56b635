# Delfi. `make help` lists what there is to run.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO      ?= go
# Named after what the lockfile says: a checkout that gives it another time installs nothing.
MODULES := node_modules/.installed-$(shell sha256sum package-lock.json | cut -c1-16)
VENDOR  := web/static/assets/vendor
SOAK    := 10m
CASES   := 5000
KILLS   := 30
# Where data go when the user who runs Postgres for root cannot reach the clone.
ELSEWHERE := /var/lib/delfi/$(notdir $(CURDIR))-$(shell printf %s '$(CURDIR)' | sha256sum | cut -c1-8)
# Rooms whose own locks many requests meet in: with the race detector at each test.
LOCKED  := ./internal/platform/batch ./internal/platform/cache ./internal/platform/changes ./web/pagecache ./web/middleware
# The two longest, side by side before all others. Tests spend most of their time on the way to a
# Postgres and back: four at a time keep two cores at work, but for those with a browser.
LONG    := ./e2e ./web
# check vets, and no debugger reads a test binary: a hundred are linked
LEAN    := -vet=off -ldflags=-w
TITLES  := 300 regular 600 700

.PHONY: help run build test race bench soak check tagged picture assets sums generate drift chromium python dump release home clean

help: ## what there is to run
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: build ## build and start Delfi with its own Postgres, a built-in identity provider and a demonstration
	@./bin/delfi serve --demo --data .data --data-else "$(ELSEWHERE)"

build: assets ## build bin/delfi, and bin/delfi-verify, the verifier alone
	@mkdir -p bin
	@$(GO) build -o bin/ ./cmd/delfi ./cmd/delfi-verify

test: build chromium python dump ## every test: unit, on a real Postgres, in a real browser
	@$(GO) test -race $(LOCKED)
	@$(GO) test $(LEAN) -timeout 15m ./e2e & e2e=$$!; trap 'kill $$e2e' INT TERM; web=0; $(GO) test $(LEAN) -parallel 4 -timeout 15m ./web || web=$$?; wait $$e2e && exit $$web
	@$(GO) test $(LEAN) -p 4 -timeout 15m $$($(GO) list ./... | grep -vE '$(subst $() ,|,$(LONG:.%=%$$))')

race: ## the race detector in every room that has a lock or a counter of its own (15 minutes)
	@$(GO) test -race -timeout 0 $$(grep -rlE 'sync\.(RW)?Mutex|atomic\.(Int|Uint|Pointer|Bool)' --include='*.go' internal web | xargs -n1 dirname | sort -u | sed 's|^|./|')

bench: build ## measure Delfi and the limits of this machine (10 minutes; ARGS=--quick for a taste, --json, --only=ballot)
	@$(GO) run ./e2e/bench $(ARGS)

soak: build ## long fuzzing, many cases for each property, repeated kills, slow clients, linking (an hour; SOAK=10s for a taste)
	@grep -rhoE '^func Fuzz\w+' --include='*_test.go' internal web -H | while IFS=: read -r file fuzz; do \
	  $(GO) test -run '^$$' -fuzz "^$${fuzz#func }$$" -fuzztime $(SOAK) "./$$(dirname "$$file")"; done
	@$(GO) test -timeout 0 $$(grep -rl 'pgregory.net/rapid' --include='*_test.go' internal web | xargs -n1 dirname | sort -u | sed 's|^|./|') -rapid.checks=$(CASES)
	@$(GO) test -timeout 0 -count $(KILLS) -run 'Kill' ./internal/platform/postgres/private ./internal/platform/job ./e2e
	@$(GO) test -timeout 0 -tags soak -run 'Soak' ./e2e
	@$(GO) test -timeout 0 -tags soak -run 'Soak' -v ./web

check: $(MODULES) assets drift tagged ## vet, staticcheck, gofmt, drift of generated code and assets, the house rules
	@$(GO) vet ./...
	@$(GO) vet -tags soak ./e2e ./web
	@$(GO) tool staticcheck ./...
	@$(GO) build -C tools -o ../bin/ ./lint mvdan.cc/unparam
	@bin/lint -errcheck.exclude=tools/lint/excludes.txt ./...
	@bin/unparam ./...
	@unformatted="$$(gofmt -l $$(git ls-files '*.go'))"; if [ -n "$$unformatted" ]; then echo "not gofmt-ed: $$unformatted"; exit 1; fi
	@$(GO) test ./internal/archtest

picture: build chromium ## the README's picture, from the journeys
	@DELFI_PICTURES=$(CURDIR)/docs $(GO) test ./e2e -run TestEveryPublicPage -count 1

drift:
	@before="$$(git ls-files -z '*_templ.go' | xargs -0 cat | sha256sum)"; \
	$(GO) tool templ generate -log-level error >/dev/null; \
	after="$$(git ls-files -z '*_templ.go' | xargs -0 cat | sha256sum)"; \
	if [ "$$before" != "$$after" ]; then echo "generated pages drifted from their templates: run make generate and commit"; exit 1; fi
	@cd web/static/assets && find vendor -type f ! -name .made | LC_ALL=C sort | xargs sha256sum | diff - ../assets.sum >/dev/null \
	  || { echo "web/static/assets.sum does not list what npm gives: run make sums and commit"; exit 1; }

generate: ## pages from their templates
	@$(GO) tool templ generate -log-level error

assets: $(VENDOR)/.made ## npm packages, and from them what a browser loads

sums: assets ## write web/static/assets.sum anew, after a package changed
	@cd web/static/assets && find vendor -type f ! -name .made | LC_ALL=C sort | xargs sha256sum > ../assets.sum

$(MODULES):
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js"; exit 1; }
	@echo "npm packages, from the lockfile"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# A video player's font, which the style sheet holds, is left out: no page may load fonts from data: addresses.
$(VENDOR)/.made: $(MODULES) Makefile
	@rm -rf $(VENDOR)
	@mkdir -p $(VENDOR)/css $(VENDOR)/svg $(VENDOR)/fonts/Titillium_Web
	@sed -E 's/@font-face\{[^}]*url\(data:[^}]*\}//g' node_modules/bootstrap-italia/dist/css/bootstrap-italia.min.css > $(VENDOR)/css/bootstrap-italia.min.css
	@cp node_modules/bootstrap-italia/dist/svg/sprites.svg $(VENDOR)/svg/
	@for w in $(TITLES); do cp node_modules/bootstrap-italia/dist/fonts/Titillium_Web/titillium-web-v10-latin-ext_latin-$$w.woff2 $(VENDOR)/fonts/Titillium_Web/; done
	@chmod -R a+rX,u+w $(VENDOR)
	@touch $@

chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Chromium, for the tests in a browser"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/tmp/delfi-chromium.log 2>&1 \
	      || { tail -n 5 /tmp/delfi-chromium.log; exit 1; }; \
	  else echo "Chromium is missing: run apt-get install chromium"; exit 1; fi; }

# Public records are recomputed by code in another language (internal/verify/testdata).
python:
	@command -v python3 >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Python, for the test that recomputes a record by other code"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3; } >/tmp/delfi-python.log 2>&1 \
	      || { tail -n 5 /tmp/delfi-python.log; exit 1; }; \
	  else echo "Python 3 is missing: run apt-get install python3"; exit 1; fi; }

# A consultation is carried to another database by Postgres's own programs (e2e/dump_test.go),
# which npm's Postgres comes without.
dump:
	@ls /usr/lib/postgresql/*/bin/pg_dump >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Postgres with pg_dump, for the test of a dump"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } >/tmp/delfi-postgresql.log 2>&1 \
	      || { tail -n 5 /tmp/delfi-postgresql.log; exit 1; }; \
	  else echo "pg_dump is missing: run apt-get install postgresql"; exit 1; fi; }

# A tag on the present commit says the version that publiccode.yml says.
tagged:
	@tag="$$(git tag --points-at HEAD 'v*' 2>/dev/null || true)"; [ -z "$$tag" ] || grep -qxF "softwareVersion: \"$${tag#v}\"" publiccode.yml \
	  || { echo "the tag $$tag is not the version in publiccode.yml: run make release VERSION=$${tag#v} before it"; exit 1; }

release: ## make what is unreleased a version, dated today (VERSION=1.2.0)
	@[[ '$(VERSION)' =~ ^[0-9]+\.[0-9]+\.[0-9]+$$ ]] || { echo "say which: make release VERSION=1.2.0"; exit 2; }
	@day="$$(date -u +%F)"; \
	sed -i "s|^## \[Unreleased\]$$|&\n\n## [$(VERSION)] - $$day|" CHANGELOG.md; \
	sed -i '/^softwareVersion: /d; /^releaseDate: /d' publiccode.yml; \
	sed -i "s|^url: .*|&\nsoftwareVersion: \"$(VERSION)\"\nreleaseDate: \"$$day\"|" publiccode.yml
	@echo 'commit CHANGELOG.md and publiccode.yml, then tag the commit v$(VERSION)'

home: ## write the repository's address and the module path (REPOSITORY=https://… MODULE=host/owner/name)
	@[ -n '$(REPOSITORY)' ] && [ -n '$(MODULE)' ] || { echo "say both: make home REPOSITORY=https://… MODULE=host/owner/name"; exit 2; }
	@was="$$($(GO) list -m)"; \
	grep -rlF "\"$$was/" --include='*.go' --include='*.templ' cmd e2e internal migrations web | xargs sed -i "s|\"$$was/|\"$(MODULE)/|g"; \
	$(GO) mod edit -module '$(MODULE)'
	@gofmt -w cmd e2e internal migrations web
	@sed -i 's|^url: .*|url: "$(REPOSITORY)"|' publiccode.yml

clean: ## remove what was built (data stay)
	@rm -rf bin $(VENDOR) node_modules
