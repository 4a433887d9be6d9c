package desk

import (
	"context"
	"maps"
	"net"
	"slices"
	"strconv"
	"time"

	"countersign/pki"
	"countersign/testclient"
)

// meetWithin is how long a local server's record is waited for: it may come
// just after the client has its answer.
const meetWithin = 300 * time.Millisecond

// run makes a try, and adds what the server saw of it when that is one of the
// desk's own.
func (d *Desk) run(ctx context.Context, t testclient.Try, observe func(testclient.Step)) testclient.Result {
	result := testclient.Run(ctx, t, observe)
	server := d.servesAt(result.Address)
	if server == nil || result.Local == "" || t.Proxy != "" {
		return result
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), meetWithin)
	defer cancel()
	if seen, found := server.Met(wait, result.Local, result.StartedAt); found {
		result.Seen = &seen
		heed(&result)
	}
	return result
}

// heed lets our own server's word decide where the alert alone does not tell
// that a certificate is revoked (row 25): Go has one alert for that and others.
func heed(r *testclient.Result) {
	d := r.Diagnosis
	if d == nil || d.Code != testclient.ClientCertificateRefused || r.Seen.RefusalCode != testclient.ClientCertificateRevoked || len(r.ClientChain) == 0 {
		return
	}
	told := *d
	told.Code, told.Row, told.Facts = testclient.ClientCertificateRevoked, 25, maps.Clone(d.Facts)
	told.Facts["serial"] = pki.Serial(r.ClientChain[0])
	r.Diagnosis = &told
}

// servesAt is the local server that has a port; nil when there is none.
func (d *Desk) servesAt(address string) *testclient.Server {
	_, text, err := net.SplitHostPort(address)
	port, bad := strconv.Atoi(text)
	if err != nil || bad != nil || port == 0 {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range slices.Backward(d.servers) {
		if s.Port() == port || s.PlainPort() == port {
			return s
		}
	}
	return nil
}
