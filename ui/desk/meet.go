package desk

import (
	"context"
	"net"
	"slices"
	"strconv"
	"time"

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
	}
	return result
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
