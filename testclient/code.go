package testclient

// The codes of a Diagnosis. The comment names its side, the step that fails
// and the facts that it carries; alert is the number of the TLS alert received
// (RFC 8446 section 6), absent when none was. Dates are RFC 3339, UTC. Every
// diagnosis after step 1 also carries host and address.
const (
	// ClientCertificateMissing: row 1, client, step 5. alert or status, accepted, accepted-count.
	ClientCertificateMissing = "client-certificate-missing"
	// ClientCertificateAbsent: client, step 6. status, status-text, accepted,
	// accepted-count: it asked for a certificate, none was sent, and the answer
	// is 401 or 403.
	ClientCertificateAbsent = "client-certificate-absent"
	// ClientAuthorityUnknown: row 2, step 5. alert, subject, issuer, acceptable,
	// accepted, accepted-count, chain-length, alone ("yes": it was sent without
	// its issuer, of which nothing is known here). The side is the client when the
	// server named the authorities that it accepts and the issuer is none of
	// them (choose another certificate, or have the server add its authority),
	// else the server (its trust lacks the authority).
	ClientAuthorityUnknown = "client-authority-unknown"
	// ClientAuthorityRemade: row 3, client, step 5. As ClientAuthorityUnknown; the
	// server names the issuer as accepted, so it knows another of that name.
	ClientAuthorityRemade = "client-authority-remade"
	// ClientIntermediateMissing: row 4, client, step 5. As ClientAuthorityUnknown,
	// and missing (names of the intermediates to send).
	ClientIntermediateMissing = "client-intermediate-missing"
	// ClientIssuerNotAuthority: row 5, client, step 5. alert, subject, issuer.
	ClientIssuerNotAuthority = "client-issuer-not-authority"
	// ClientSignatureWeak: row 6, client, step 5. alert, subject, algorithm.
	ClientSignatureWeak = "client-signature-weak"
	// ClientCertificateExpired: row 7, client, step 5. alert, subject, not-before,
	// not-after, now, days (since its end). Side server when the certificate is
	// within its dates by our clock: then fact clock is "differs".
	ClientCertificateExpired = "client-certificate-expired"
	// ClientCertificateNotYetValid: row 7, client, step 5. As
	// ClientCertificateExpired; days until its beginning.
	ClientCertificateNotYetValid = "client-certificate-not-yet-valid"
	// ClientCertificatePurpose: row 8, client, step 5. alert, subject, purposes.
	ClientCertificatePurpose = "client-certificate-purpose"
	// ClientPathLength: row 9, client, step 5. alert, subject, issuer.
	ClientPathLength = "client-path-length"
	// ClientExtensionUnknown: row 9, client, step 5. alert, subject, extensions
	// (object identifiers): one is critical, and the server does not know it.
	ClientExtensionUnknown = "client-extension-unknown"
	// ClientKeyMismatch: row 10, client, step 5. alert, subject.
	ClientKeyMismatch = "client-key-mismatch"
	// ClientCertificateRevoked: row 25, client, step 5. alert, subject, issuer, serial.
	ClientCertificateRevoked = "client-certificate-revoked"
	// ClientCertificateRefused: client, step 5. alert or status, subject, issuer,
	// acceptable, accepted, accepted-count: refused, and nothing tells why.
	ClientCertificateRefused = "client-certificate-refused"
	// ClientKeyUnusable: client, step 4. subject. The key could not sign.
	ClientKeyUnusable = "client-key-unusable"

	// ServerAuthorityUnknown: row 11, client, step 3. subject, issuer,
	// self-signed ("yes"), chain-length, trusted, same-name ("yes" when a trusted
	// authority has the issuer's name but did not sign).
	ServerAuthorityUnknown = "server-authority-unknown"
	// ServerIntermediateMissing: row 11, server, step 3. As
	// ServerAuthorityUnknown, and missing.
	ServerIntermediateMissing = "server-intermediate-missing"
	// ServerCertificateExpired: row 12, server, step 3. subject, not-before,
	// not-after, now, days. The subject may be that of an authority of the chain.
	ServerCertificateExpired = "server-certificate-expired"
	// ServerCertificateNotYetValid: row 12, server, step 3. As the last.
	ServerCertificateNotYetValid = "server-certificate-not-yet-valid"
	// ServerNoSAN: row 13, server, step 3. name, subject.
	ServerNoSAN = "server-no-san"
	// ServerNameMismatch: row 14, server, step 3. name, names, stranger ("yes"
	// when nobody trusted signed it either, and name is no local one: then
	// another may answer in the server's place).
	ServerNameMismatch = "server-name-mismatch"
	// ServerNoIPSAN: row 15, server, step 3. name (the address), names.
	ServerNoIPSAN = "server-no-ip-san"
	// ServerCertificatePurpose: row 16, server, step 3. subject, purposes.
	ServerCertificatePurpose = "server-certificate-purpose"
	// ServerNameConstraints: row 17, server, step 3. subject, names.
	ServerNameConstraints = "server-name-constraints"
	// ServerPathLength: row 9 at the server, server, step 3. subject.
	ServerPathLength = "server-path-length"
	// ServerIssuerNotAuthority: row 5 at the server, server, step 3. subject, issuer.
	ServerIssuerNotAuthority = "server-issuer-not-authority"
	// ServerSignatureWeak: row 6 at the server, server, step 3. subject, algorithm.
	ServerSignatureWeak = "server-signature-weak"
	// ServerExtensionUnknown: row 9 at the server, server, step 3. subject,
	// extensions: one is critical, and no client here knows it.
	ServerExtensionUnknown = "server-extension-unknown"
	// ServerCertificateInvalid: server, step 3. subject: none of the above.
	ServerCertificateInvalid = "server-certificate-invalid"
	// ServerKeyMismatch: row 10 at the server, server, step 2. subject.
	ServerKeyMismatch = "server-key-mismatch"
	// ServerCertificateRefused: only in the local server's log: the client refused
	// the server's certificate (rows 11 to 17 from the other side).
	ServerCertificateRefused = "server-certificate-refused"

	// ServerSpeaksHTTP: row 18, client, step 2. url (that would work).
	ServerSpeaksHTTP = "server-speaks-http"
	// ClientSpokeHTTP: row 19, client, step 6. url (that would work), status.
	ClientSpokeHTTP = "client-spoke-http"
	// CaptivePortal: network. At step 2 a web page answers the TLS hello, at step
	// 6 it stands where something else was asked for over plain HTTP. status,
	// status-text, location (of a redirect); or bytes (hex) when it is no HTTP.
	CaptivePortal = "captive-portal"
	// HTMLAnswer: server, step 6. status, status-text: JSON was asked for, and a
	// web page came.
	HTMLAnswer = "html-answer"
	// NotTLS: server, step 2. bytes (hex of the first five), said (the first line,
	// when it is text), protocol ("ssh", or that of a Protocol): something else answers.
	NotTLS = "not-tls"
	// StartTLSRefused: server, step 2. protocol, said: it does not go over to TLS.
	StartTLSRefused = "starttls-refused"
	// StartTLSStrange: client, step 2. protocol, said: it answers in another protocol.
	StartTLSStrange = "starttls-strange"
	// HeadersTooLarge: server, step 6. The head of its answer does not end.
	HeadersTooLarge = "headers-too-large"
	// NotHTTP: server, step 6. said, protocol (as NotTLS), version (of TLS, when
	// it was spoken). The answer is no HTTP.
	NotHTTP = "not-http"
	// NoCommonVersion: row 20, step 2. alert, offered, why. The side is the client
	// when the try left out TLS 1.2 or 1.3, else the server; then why is "old"
	// when older versions were not offered.
	NoCommonVersion = "no-common-version"
	// NoCommonProtocol: row 21, client, step 2. alert, offered.
	NoCommonProtocol = "no-common-protocol"
	// NoCommonCipher: client, step 2. alert.
	NoCommonCipher = "no-common-cipher"
	// ServerNameUnknown: client, step 2. alert, name: the server has no such name.
	ServerNameUnknown = "server-name-unknown"

	// BadURL: client, step 1. why ("empty", "malformed", "scheme", "host", "port"), scheme or host.
	BadURL = "bad-url"
	// BadRequest: client, step 1. field ("method", "header", "version", "address", "proxy", "body"), value.
	BadRequest = "bad-request"
	// NameNotFound: network, step 1. host.
	NameNotFound = "name-not-found"
	// Refused: network, step 1. host, port, address: nothing listens there.
	Refused = "refused"
	// Unreachable: network, step 1. host, port: no route.
	Unreachable = "unreachable"
	// ProxyUnreachable: network, step 1. proxy (host:port): no connection to the proxy itself.
	ProxyUnreachable = "proxy-unreachable"
	// ProxySilent: network, step 1. proxy, after, mute ("yes": to the greeting of
	// SOCKS there was no answer): it said nothing in time.
	ProxySilent = "proxy-silent"
	// ProxySpeaksHTTP: client, step 1. proxy, scheme (that was given): it is an HTTP proxy without TLS.
	ProxySpeaksHTTP = "proxy-speaks-http"
	// ProxySpeaksTLS: client, step 1. proxy, scheme: it wants TLS.
	ProxySpeaksTLS = "proxy-speaks-tls"
	// ProxyNoServer: network, step 1. proxy, said: it could not reach the server.
	ProxyNoServer = "proxy-no-server"
	// ProxyAuthentication: network, step 1. proxy, scheme, said, sent ("yes" or
	// "no"): it wants a user and a password, or others.
	ProxyAuthentication = "proxy-authentication"
	// ProxyRefused: network, step 1. proxy, said: it may not connect to the server.
	ProxyRefused = "proxy-refused"
	// ProxyPage: network, step 1. proxy, said, location: it sends to a page of
	// its own, to log in or to agree to something.
	ProxyPage = "proxy-page"
	// ProxyCertificate: network, step 1. proxy, said: TLS to the proxy itself fails.
	ProxyCertificate = "proxy-certificate"
	// ProxyStrange: network, step 1. proxy, mute: it does not answer as such a proxy does.
	ProxyStrange = "proxy-strange"
	// TooManyRedirects: server, step 6. location, count.
	TooManyRedirects = "too-many-redirects"
	// Timeout: network, at any step. after (a duration as "10s"), bytes-in (of an
	// answer that began, and was not whole).
	Timeout = "timeout"
	// Reset: network, at any step from 2. asked, sent ("yes" or "no"), bytes-in
	// (of an answer that began): the connection ended with no alert.
	Reset = "reset"
	// Cancelled: client, at any step. The person stopped it.
	Cancelled = "cancelled"
	// HTTPStatus: server, step 6. status, status-text: 400 and above; plain ("yes":
	// without TLS).
	HTTPStatus = "http-status"
	// Unknown: at any step. alert.
	Unknown = "unknown"
)
