package desk

// The programs and settings of languages. Each lets in clients of one authority
// only, and knows who came.

const goServer = `
package main

import (
	"crypto/tls"
	"crypto/x509"
{{- if .CRL}}
	"encoding/pem"
	"errors"
{{- end}}
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	ca, err := os.ReadFile({{q .CA}})
	if err != nil {
		log.Fatal(err)
	}
	clients := x509.NewCertPool()
	if !clients.AppendCertsFromPEM(ca) {
		log.Fatal("no certificate in " + {{q .CA}})
	}
{{- if .CRL}}
	lists, err := os.ReadFile({{q .CRL}}) // read once: start again when there are new ones
	if err != nil {
		log.Fatal(err)
	}
	revoked := map[string]bool{}
	for block, rest := pem.Decode(lists); block != nil; block, rest = pem.Decode(rest) {
		list, err := x509.ParseRevocationList(block.Bytes)
		if err != nil {
			log.Fatal(err)
		}
		for _, entry := range list.RevokedCertificateEntries {
			revoked[string(list.RawIssuer)+entry.SerialNumber.String()] = true
		}
	}
{{- end}}
	server := http.Server{
		Addr: ":{{.Port}}",
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS12,
			ClientCAs:  clients, // only clients of this authority get in
			ClientAuth: tls.RequireAndVerifyClientCert,
{{- if .CRL}}
			VerifyConnection: func(s tls.ConnectionState) error {
				for _, c := range s.PeerCertificates {
					if revoked[string(c.RawIssuer)+c.SerialNumber.String()] {
						return errors.New("the client's certificate is revoked")
					}
				}
				return nil
			},
{{- else}}
			// {{.NoList}} look into it in VerifyConnection.
{{- end}}
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "Hello, %s!\n", r.TLS.PeerCertificates[0].Subject)
		}),
	}
	log.Fatal(server.ListenAndServeTLS({{q .Chain}}, {{q .Key}}))
}
`

const goClient = `
package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	pair, err := tls.LoadX509KeyPair({{q .Chain}}, {{q .Key}})
	if err != nil {
		log.Fatal(err)
	}
	ca, err := os.ReadFile({{q .CA}})
	if err != nil {
		log.Fatal(err)
	}
	servers := x509.NewCertPool()
	if !servers.AppendCertsFromPEM(ca) {
		log.Fatal("no certificate in " + {{q .CA}})
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{pair},
		RootCAs:      servers, // the authority of the server
	}}}
	answer, err := client.Get("https://localhost:{{.Port}}/")
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(os.Stdout, answer.Body); err != nil {
		log.Fatal(err)
	}
}
`

const nodeServer = `
const fs = require("fs");
const https = require("https");

const options = {
  cert: fs.readFileSync({{q .Chain}}),
  key: fs.readFileSync({{q .Key}}),
  minVersion: "TLSv1.2",
  // Only clients of this authority get in.
  ca: fs.readFileSync({{q .CA}}),
  requestCert: true,
  rejectUnauthorized: true,
{{- if .CRL}}
  // {{.Lapse}}
  crl: fs.readFileSync({{q .CRL}}, "latin1").match(/-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g),
{{- else}}
  // {{.NoList}} add: crl: fs.readFileSync(FILE),
{{- end}}
};

https.createServer(options, (request, response) => {
  const subject = request.socket.getPeerCertificate().subject;
  response.end("Hello, " + subject.CN + "!\n");
}).listen({{.Port}});
`

const springConfig = `
# Spring Boot 2.7 and later.
server.port={{.Port}}
server.ssl.enabled=true
server.ssl.certificate={{q .Chain}}
server.ssl.certificate-private-key={{q .Key}}
server.ssl.enabled-protocols=TLSv1.2,TLSv1.3
# Only clients of this authority get in. No setting here reads lists of the
# revoked: who is revoked gets in until the certificate ends.
server.ssl.trust-certificate={{q .CA}}
server.ssl.client-auth=need
`

const javaCommands = `
keytool -importcert -noprompt -alias root -file {{q .CA}} \
  -keystore truststore.p12 -storetype PKCS12 -storepass truststore
java -Djavax.net.ssl.keyStore={{q .Bundle}} \
  -Djavax.net.ssl.keyStoreType=PKCS12 \
  -Djavax.net.ssl.keyStorePassword="$PASSWORD" \
  -Djavax.net.ssl.trustStore=truststore.p12 \
  -Djavax.net.ssl.trustStorePassword=truststore …
`

const curlCommand = `
curl --cert {{q .Chain}} --key {{q .Key}} \
  --cacert {{q .CA}} https://localhost:{{.Port}}/
`
