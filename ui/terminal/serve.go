package terminal

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
)

// modes are the values of --mode.
var modes = []testclient.Mode{testclient.ModePlain, testclient.ModeTLS, testclient.ModeOptional, testclient.ModeMTLS}

func (s *session) serve() *cobra.Command {
	var cert, mode string
	var clientCAs []string
	var port, publish, plain int
	var responder, ask string
	var lists []string
	var check, asJSON, short bool
	c := &cobra.Command{
		Use: "serve", Short: s.t.T("terminal.serve"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			config := desk.Serve{Mode: testclient.Mode(mode), Port: port, Log: s.connectionLog(asJSON, short), CheckRevocation: check,
				Plain: c.Flags().Changed("http-port"), PlainPort: plain, Followed: s.followed, CRLFiles: lists, AskOCSP: ask,
				Publish: c.Flags().Changed("crl-ocsp-port"), PublishPort: publish, Responder: desk.ResponderKind(responder), Outlives: true}
			if cert == "" && config.Mode != testclient.ModePlain {
				return s.needs("--cert CERTIFICATE")
			}
			if err := checkServe(config); err != nil {
				return err
			}
			server, err := s.startServer(c.Context(), config, cert, clientCAs)
			if err != nil {
				return err
			}
			s.sayServing(server, config, asJSON)
			<-c.Context().Done()
			return stop(server)
		},
	}
	f := c.Flags()
	f.StringVar(&cert, "cert", "", s.t.T("terminal.flag.server-cert"))
	f.StringArrayVar(&clientCAs, "client-ca", nil, s.t.T("terminal.flag.client-ca"))
	f.StringVar(&mode, "mode", string(testclient.ModeMTLS), s.t.T("terminal.flag.mode"))
	f.IntVar(&port, "port", 0, s.t.T("terminal.flag.port"))
	f.IntVar(&plain, "http-port", 0, s.t.T("serve.flag.http-port"))
	f.BoolVar(&asJSON, "json", false, s.t.T("serve.flag.json"))
	f.BoolVar(&short, "short", false, s.t.T("serve.flag.short"))
	f.BoolVar(&check, "check-revocation", false, s.t.T("terminal.flag.check-revocation"))
	f.StringArrayVar(&lists, "crl", nil, s.t.T("serve.flag.crl"))
	f.StringVar(&ask, "ask-ocsp", "", s.t.T("serve.flag.ask-ocsp"))
	f.IntVar(&publish, "crl-ocsp-port", 0, s.t.T("terminal.flag.crl-ocsp-port"))
	f.StringVar(&responder, "ocsp-signer", string(desk.RespondDelegate), s.t.T("terminal.flag.ocsp-signer"))
	return c
}

// startServer starts the server and closes the vault again, so that other
// commands may use it meanwhile.
func (s *session) startServer(ctx context.Context, config desk.Serve, cert string, clientCAs []string) (*testclient.Server, error) {
	var server *testclient.Server
	err := s.withDesk(ctx, func(d *desk.Desk) error {
		err := s.resolveServe(d, &config, cert, clientCAs)
		if err != nil {
			return err
		}
		if server, err = d.Serve(config); err == nil {
			d.Release(server)
		}
		return err
	})
	return server, err
}

// stop gives the connections two seconds to end.
func stop(server *testclient.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	return server.Close(ctx)
}

func checkServe(config desk.Serve) error {
	known := false
	for _, m := range modes {
		known = known || m == config.Mode
	}
	switch {
	case !known:
		return notOneOf("--mode", string(config.Mode), "plain", "tls", "optional", "mtls")
	case config.Port < 0 || config.Port > 65535:
		return notBetween("--port", config.Port, 0, 65535)
	case config.PlainPort < 0 || config.PlainPort > 65535:
		return notBetween("--http-port", config.PlainPort, 0, 65535)
	case config.PublishPort < 0 || config.PublishPort > 65535:
		return notBetween("--crl-ocsp-port", config.PublishPort, 0, 65535)
	case config.Responder != desk.RespondDelegate && config.Responder != desk.RespondAuthority:
		return notOneOf("--ocsp-signer", string(config.Responder), "delegate", "authority")
	}
	return nil
}

func (s *session) resolveServe(d *desk.Desk, config *desk.Serve, cert string, clientCAs []string) error {
	if cert != "" {
		c, err := s.named(d, d.FindPresentable, cert)
		if err != nil {
			return err
		}
		if c.Kind == pki.Client {
			fmt.Fprintln(s.Err, s.t.T("terminal.serve-client", "Name", pki.Escape(c.Name)))
		}
		config.CertificateID = c.ID
	}
	for _, name := range clientCAs {
		ca, err := d.FindAuthority(name)
		if err != nil {
			return err
		}
		config.ClientCAs = append(config.ClientCAs, ca.ID)
	}
	return nil
}
