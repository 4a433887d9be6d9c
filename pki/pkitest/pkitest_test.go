package pkitest_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"countersign/pki/pkitest"
)

// A server and a client of one root must get through a handshake that demands
// both certificates.
func TestMutualTLS(t *testing.T) {
	root := pkitest.Root(t, "Test Root")
	middle := pkitest.Intermediate(t, root, "Test Intermediate")
	server, serverKey := pkitest.Server(t, middle)
	client, clientKey := pkitest.Client(t, root, "Super Client")

	err := handshake(t,
		&tls.Config{
			Certificates: []tls.Certificate{pkitest.TLS(server, serverKey, middle.Certificate)},
			ClientAuth:   tls.RequireAndVerifyClientCert,
			ClientCAs:    pkitest.Pool(root.Certificate),
		},
		&tls.Config{
			Certificates: []tls.Certificate{pkitest.TLS(client, clientKey)},
			RootCAs:      pkitest.Pool(root.Certificate),
			ServerName:   "127.0.0.1",
		})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLeafIsAsWrongAsAsked(t *testing.T) {
	root := pkitest.Root(t, "Test Root")
	expired, key := pkitest.Leaf(t, root, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })

	err := handshake(t,
		&tls.Config{Certificates: []tls.Certificate{pkitest.TLS(expired, key)}},
		&tls.Config{RootCAs: pkitest.Pool(root.Certificate), ServerName: "localhost"})
	var invalid x509.CertificateInvalidError
	if !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
		t.Fatalf("got %v, want expired", err)
	}
}

// handshake returns the error of the client, or else of the server.
func handshake(t *testing.T, server, client *tls.Config) error {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	done := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			done <- err
			return
		}
		defer conn.Close()
		done <- conn.(*tls.Conn).Handshake()
	}()
	conn, err := tls.Dial("tcp", listener.Addr().String(), client)
	if err != nil {
		return err
	}
	defer conn.Close()
	return <-done
}
