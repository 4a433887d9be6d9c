// The linter is a module of its own, so that the program depends on nothing
// that only this test needs.
module countersign/pki/pkitest/zlint

go 1.26.0

toolchain go1.26.8

require (
	countersign v0.0.0
	github.com/zmap/zcrypto v0.0.0-20230310154051-c8b263fd8300
	github.com/zmap/zlint/v3 v3.6.1
)

require (
	filippo.io/nistec v0.0.4 // indirect
	github.com/pelletier/go-toml v1.9.3 // indirect
	github.com/weppos/publicsuffix-go v0.30.0 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/net v0.60.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	software.sslmate.com/src/go-pkcs12 v0.7.4 // indirect
)

replace countersign => ../../..
