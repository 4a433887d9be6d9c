package ui

import (
	"testing"

	"fyne.io/fyne/v2"
)

// TestWalkthroughA does by clicks what docs/walkthroughs/a-one-certificate.md
// says.
func TestWalkthroughA(t *testing.T) {
	h := withHand(t, "a-one-certificate")
	h.click("Connections")
	h.click("Local server")
	h.choose("Asks clients for", "nothing: plain HTTP")
	h.fill("Port", "8080")
	h.click("Start")
	h.click("Try")
	h.rest()
	h.mustSee("The server answered")
	h.show("a-plain-http")

	h.click("Certificates")
	h.click("New certificate")
	h.fill("Name of the authority", "Hello Root")
	h.click("Create")
	h.rest()
	h.fill("Names it answers to", "localhost ")
	h.choose("Valid for", "10 years")
	h.choose("Key", "RSA 2048")
	h.click("More: subject, purposes, addresses, dates")
	h.fill("Organization (O)", "Hello")
	h.fill("Unit (OU)", "Lab")
	h.show("a-new-certificate")
	h.fill("Town (L)", "Taipei")
	h.fill("State or county (ST)", "Taiwan")
	h.key(fyne.KeyTab) // to the country
	h.write("TW")
	h.click("Create")
	h.rest()
	h.mustSee("server certificate")
	h.show("a-made")

	h.unknownAuthority()
	h.noNames()
	h.clientToo()
	h.asDER()
}

// unknownAuthority is step 3, with the server of step 2.
func (h *hand) unknownAuthority() {
	h.t.Helper()
	h.click("Connections")
	h.below("Connects")
	h.choose("Asks clients for", "nothing: TLS")
	h.fill("Port", "8443")
	h.click("Start anew")
	h.rest()
	h.above("Asks clients for")
	h.pick("trust Hello Root", "trust as this computer")
	h.click("Try")
	h.rest()
	h.mustSee("You do not trust the authority of this server")
	h.show("a-unknown-authority")
	h.below("Connects")
	h.until("remote error: tls: bad certificate")
	h.show("a-server-log")
	h.above("What it saw")
}

// noNames is the certificate of step 3 that has only a common name, and step 4.
func (h *hand) noNames() {
	h.t.Helper()
	h.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-keyout", "old.key", "-out", "old.pem", "-days", "3650",
		"-subj", "/C=TW/ST=Taiwan/L=Taipei/O=Hello/OU=Lab/CN=localhost")
	h.begin("openssl", "s_server", "-accept", "9444", "-cert", "old.pem", "-key", "old.key", "-www", "-quiet")
	h.replace("https://localhost:8443/hello", "https://localhost:9444/")
	h.pick("trust as this computer", "trust files…")
	h.fill("Authorities to trust, from files", "old.pem")
	h.click("Try")
	h.rest()
	h.mustSee("The server's certificate names no host")
	h.show("a-no-names")

	h.click("More")
	h.replace("https://localhost:9444/", "https://localhost:8443/hello")
	h.pick("trust files…", "trust as this computer")
	h.click("Try")
	h.rest()
	h.click("Trust Hello Root")
	h.rest()
	h.mustSee("The server answered", "signed by Hello Root, name matches")
	h.show("a-trusted")
}

// clientToo is step 5.
func (h *hand) clientToo() {
	h.t.Helper()
	h.click("Certificates")
	h.click("New certificate")
	h.click("Client")
	h.fill("Who is it?", "alice")
	h.click("Create")
	h.rest()
	h.click("Connections")
	h.below("Connects")
	h.choose("Asks clients for", "a certificate (mTLS)")
	h.click("Start anew")
	h.rest()
	h.above("Asks clients for")
	h.pick("as alice", "no certificate")
	h.click("Try")
	h.rest()
	h.mustSee("The server wants a client certificate, and none was sent")
	h.show("a-client-refused")
	h.click("Use alice")
	h.rest()
	h.mustSee("The server let alice in")
	h.show("a-client-let-in")
}

// asDER is step 6.
func (h *hand) asDER() {
	h.t.Helper()
	h.click("Certificates")
	h.clickAt("localhost")
	h.click("Export for…")
	h.click("By hand")
	h.choose("Format", "Certificate (DER)")
	h.fill("Folder", ".")
	h.show("a-export")
	h.click("Save")
	h.rest()
	h.run("openssl", "x509", "-inform", "der", "-in", "localhost.der", "-noout", "-checkhost", "localhost")
}
