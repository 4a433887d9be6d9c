package desk

// The configurations of web servers and proxies. Each lets in clients of one
// authority only, and hands on to a program behind it, which learns the
// client's subject in the header X-Client-Subject: set anew, so that nobody
// outside can send it.

const nginxConfig = `
server {
    listen              {{.Port}} ssl;
{{- if .Hosts}}
    server_name         {{join .Hosts " "}};
{{- end}}
    ssl_certificate     {{q .Chain}};
    ssl_certificate_key {{q .Key}};
    ssl_protocols       TLSv1.2 TLSv1.3;

    # Only clients of this authority get in.
    ssl_client_certificate {{q .CA}};
    ssl_verify_client      on;
    ssl_verify_depth       3;
{{- if .CRL}}
    # {{.Lapse}}
    ssl_crl                {{q .CRL}};
{{- else}}
    # {{.NoList}} add: ssl_crl FILE;
{{- end}}

    location / {
        proxy_pass       http://{{.Backend}};
        proxy_set_header Host $host;
        proxy_set_header X-Client-Subject $ssl_client_s_dn;
    }
}
`

const apacheConfig = `
# a2enmod ssl headers proxy proxy_http
Listen {{.Port}}
<VirtualHost *:{{.Port}}>
{{- range $n, $name := .Hosts}}
    {{if $n}}ServerAlias{{else}}ServerName {{end}} {{$name}}
{{- end}}
    SSLEngine             on
    SSLCertificateFile    {{q .Chain}}
    SSLCertificateKeyFile {{q .Key}}
    SSLProtocol           -all +TLSv1.2 +TLSv1.3

    # Only clients of this authority get in.
    SSLCACertificateFile  {{q .CA}}
    SSLVerifyClient       require
    SSLVerifyDepth        3
{{- if .CRL}}
    # {{.Lapse}}
    SSLCARevocationFile   {{q .CRL}}
    SSLCARevocationCheck  chain
{{- else}}
    # {{.NoList}} add: SSLCARevocationFile FILE, SSLCARevocationCheck chain
{{- end}}

    RequestHeader set X-Client-Subject "expr=%{SSL_CLIENT_S_DN}"
    ProxyPass / http://{{.Backend}}/
</VirtualHost>
`

const caddyConfig = `
{
	auto_https disable_redirects
}

{{.Addresses}} {
	tls {{q .Chain}} {{q .Key}} {
		# Only clients of this authority get in. Caddy reads no lists of the
		# revoked: who is revoked gets in until the certificate ends.
		client_auth {
			mode require_and_verify
			trusted_ca_cert_file {{q .CA}}
		}
	}
	reverse_proxy {{.Backend}} {
		header_up X-Client-Subject {http.request.tls.client.subject}
	}
}
`

const haproxyConfig = `
defaults
    mode http
    timeout connect 5s
    timeout client  30s
    timeout server  30s

frontend mtls
    # Only clients of this authority get in.
{{- if .CRL}}
    # {{.Lapse}}
{{- else}}
    # {{.NoList}} add to this line: crl-file FILE
{{- end}}
    bind :{{.Port}} ssl crt {{q .Combined}} ca-file {{q .CA}}{{if .CRL}} crl-file {{q .CRL}}{{end}} verify required ssl-min-ver TLSv1.2 alpn h2,http/1.1
    http-request set-header X-Client-Subject %[ssl_c_s_dn(,0,rfc2253)]
    default_backend app

backend app
    server app {{.Backend}}
`

const envoyConfig = `
static_resources:
  listeners:
  - name: mtls
    address: { socket_address: { address: 0.0.0.0, port_value: {{.Port}} } }
    filter_chains:
    - transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
          require_client_certificate: true
          common_tls_context:
            alpn_protocols: [h2, http/1.1]
            tls_params: { tls_minimum_protocol_version: TLSv1_2 }
            tls_certificates:
            - certificate_chain: { filename: {{q .Chain}} }
              private_key: { filename: {{q .Key}} }
            # Only clients of this authority get in.
            validation_context:
              trusted_ca: { filename: {{q .CA}} }
{{- if .CRL}}
              # {{.Lapse}}
              crl: { filename: {{q .CRL}} }
{{- else}}
              # {{.NoList}} add: crl: { filename: FILE }
{{- end}}
      filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: mtls
          forward_client_cert_details: SANITIZE_SET
          set_current_client_cert_details: { subject: true }
          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: { prefix: "/" }
                route: { cluster: app }
  clusters:
  - name: app
    type: STRICT_DNS
    load_assignment:
      cluster_name: app
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: {{q .BackendHost}}, port_value: {{.BackendPort}} } } }
`

const ingressConfig = `
# First, once:
#   kubectl create secret tls {{.Secret}} --cert={{word .Chain}} --key={{word .Key}}
#   kubectl create secret generic {{.Secret}}-ca --from-file=ca.crt={{word .CA}}{{if .CRL}} --from-file=ca.crl={{word .CRL}}
# {{.Lapse}}
{{- else}}
# {{.NoList}} add to the line above: --from-file=ca.crl=FILE
{{- end}}
# "default" below is their namespace; "app" is the service behind.
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{q .Secret}}
  annotations:
    # Only clients of this authority get in.
    nginx.ingress.kubernetes.io/auth-tls-secret: {{q (print "default/" .Secret "-ca")}}
    nginx.ingress.kubernetes.io/auth-tls-verify-client: "on"
    nginx.ingress.kubernetes.io/auth-tls-verify-depth: "3"
    nginx.ingress.kubernetes.io/auth-tls-pass-certificate-to-upstream: "true"
spec:
  ingressClassName: nginx
  tls:
  - hosts: [{{range $n, $name := .Hosts}}{{if $n}}, {{end}}{{q $name}}{{end}}]
    secretName: {{q .Secret}}
  rules:
{{- range .Hosts}}
  - host: {{q .}}
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: { service: { name: app, port: { number: 80 } } }
{{- end}}
`
