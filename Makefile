# Countersign: `make run` does the main job, `make test` runs all tests.
# The recipes are scripts in .ci/; each installs what it needs, or says what to install.

GO       := bash .ci/go
FUZZTIME ?= 10m
COUNT    ?= 5

.PHONY: help run build test fuzz bench lint format picture package clean

help:
	@echo 'make run      build Countersign and start it (without a display: in the terminal)'
	@echo 'make test     all tests, and each fuzz target for 10 seconds'
	@echo 'make fuzz     each fuzz target for FUZZTIME=$(FUZZTIME)'
	@echo 'make bench    what ours costs beside the bare libraries, as ratios'
	@echo 'make lint     gofmt, go vet, staticcheck'
	@echo 'make format   gofmt, written'
	@echo 'make picture  the picture of the README, taken anew'
	@echo 'make package  an archive to install from, in dist/'

run: build
	@bash .ci/start

build:
	@bash .ci/install build
	@bash .ci/build

test:
	@bash .ci/install build
	@bash .ci/install test
	@echo 'Testing. The first time the window toolkit is compiled, which takes about six minutes on two cores.'
	@bash .ci/gotest -tags x11 ./...
	@bash .ci/gotest --in pki/pkitest/zlint ./...
	@bash .ci/fuzz 10s

fuzz:
	@bash .ci/install build
	@bash .ci/fuzz $(FUZZTIME)

bench:
	@bash .ci/install build
	@bash .ci/bench $(COUNT)

lint:
	@bash .ci/install build
	@bash .ci/lint gofmt
	@bash .ci/lint vet
	@bash .ci/lint staticcheck

# The picture of the README, from the real window.
picture:
	@bash .ci/install build
	@bash .ci/install test
	COUNTERSIGN_PICTURE=$(CURDIR)/docs/pictures/show-me.png $(GO) test -tags x11 -count 1 -run TestShowMeInTheRealWindow ./ui

format:
	$(GO) fmt ./...

package:
	@bash .ci/install package
	@bash .ci/package/make

clean:
	rm -rf countersign dist .tools
