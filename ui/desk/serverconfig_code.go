package desk

// The programs and settings of languages. Each lets in clients of one authority
// only, and knows who came.

const goServer = `
package main

import (
	"crypto/tls"
	"crypto/x509"
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
	server := http.Server{
		Addr: ":{{.Port}}",
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS12,
			ClientCAs:  clients, // only clients of this authority get in
			ClientAuth: tls.RequireAndVerifyClientCert,
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
# Only clients of this authority get in.
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
