package desk

import (
	"bytes"
	"net"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"
)

// ConfigFiles are the paths of an export's files, "" for what was not written,
// and what else a program's configuration says.
type ConfigFiles struct {
	Name        string   // of the certificate
	Names       []string // that the server answers to: DNS names and addresses
	Client      bool     // the certificate is a client's alone
	Fingerprint string
	Chain, Key  string
	Combined    string
	CA          string // whose clients get in; of a client: whose servers it believes
	Bundle      string // .p12
	CRL         string // the lists of the revoked; "": there is none
	CRLUntil    time.Time
	CRLMissing  []string // authorities of which a list is wanting
	Port        int      // where the server listens; 0: 8443
	Backend     string   // host:port to which a proxy hands on; "": 127.0.0.1:8080
}

// Config is what a program takes for exported files: a configuration that
// starts as it stands, a program, or commands.
type Config struct {
	File  string // the name that it usually has; "" for commands
	Place string // the folder where the program looks for it; "" where that is anywhere
	Text  string // ends with a line feed
	Run   string // the command that starts it, or checks it; "" where the text is commands
}

// configs are those of each target's code. The words of configurations are the
// same in every language of people.
var configs = map[string]struct {
	file, place, run string
	text             *template.Template
}{
	"nginx":      {"countersign.conf", "/etc/nginx/conf.d", "nginx -t && nginx -s reload", configTemplate("nginx", nginxConfig, inDoubleQuotes)},
	"apache":     {"countersign.conf", "/etc/apache2/sites-enabled", "apachectl configtest && apachectl graceful", configTemplate("apache", apacheConfig, inDoubleQuotes)},
	"caddy":      {"Caddyfile", "", "caddy run --config Caddyfile --adapter caddyfile", configTemplate("caddy", caddyConfig, inDoubleQuotes)},
	"haproxy":    {"haproxy.cfg", "", "haproxy -f haproxy.cfg", configTemplate("haproxy", haproxyConfig, inSingleQuotes)},
	"envoy":      {"envoy.yaml", "", "envoy -c envoy.yaml", configTemplate("envoy", envoyConfig, strconv.Quote)},
	"spring":     {"application.properties", "", "java -jar app.jar", configTemplate("spring", springConfig, inProperties)},
	"node":       {"server.js", "", "node server.js", configTemplate("node", nodeServer, inUTF16)},
	"go":         {"main.go", "", "go run main.go", configTemplate("go", goServer, strconv.Quote)},
	"go-client":  {"main.go", "", "go run main.go", configTemplate("go-client", goClient, strconv.Quote)},
	"kubernetes": {"ingress.yaml", "", "kubectl apply -f ingress.yaml", configTemplate("kubernetes", ingressConfig, strconv.Quote)},
	"java":       {"", "", "", configTemplate("java", javaCommands, ShellWord)},
	"curl":       {"", "", "", configTemplate("curl", curlCommand, ShellWord)},
}

// ConfigFor gives what the program of a target (Target.Code) takes for files,
// and false where nothing is to be written down.
func ConfigFor(code string, f ConfigFiles) (Config, bool) {
	if code == "go" && f.Client {
		code = "go-client"
	}
	c, known := configs[code]
	if !known {
		return Config{}, false
	}
	if f.Port == 0 {
		f.Port = 8443
	}
	if f.Backend == "" {
		f.Backend = "127.0.0.1:8080"
	}
	var b bytes.Buffer
	if err := c.text.Execute(&b, f); err != nil { // a fault of the template, which the tests run
		return Config{}, false
	}
	return Config{File: c.file, Place: c.place, Text: b.String(), Run: c.run}, true
}

func configTemplate(name, text string, quote func(string) string) *template.Template {
	funcs := template.FuncMap{
		"q": quote, "join": strings.Join, "word": ShellWord,
	}
	return template.Must(template.New(name).Funcs(funcs).Parse(strings.TrimPrefix(text, "\n")))
}

// Secret is the name of the Kubernetes secrets.
func (f ConfigFiles) Secret() string { return SecretName(f.Name) }

// Addresses are the site's addresses in a Caddyfile.
func (f ConfigFiles) Addresses() string {
	var list []string
	for _, name := range f.Names {
		list = append(list, "https://"+joinPort(name, strconv.Itoa(f.Port)))
	}
	if len(list) == 0 {
		return "https://:" + strconv.Itoa(f.Port)
	}
	return strings.Join(list, ", ")
}

// Hosts are the DNS names, without addresses.
func (f ConfigFiles) Hosts() []string {
	return slices.DeleteFunc(slices.Clone(f.Names), isIP)
}

// Host is a name for a request.
func (f ConfigFiles) Host() string {
	for _, name := range f.Names {
		if !strings.Contains(name, "*") {
			return name
		}
	}
	return "localhost"
}

// BackendHost is the host that a proxy hands on to.
func (f ConfigFiles) BackendHost() string {
	host, _, _ := net.SplitHostPort(f.Backend)
	return host
}

// BackendPort is its port.
func (f ConfigFiles) BackendPort() string {
	_, port, _ := net.SplitHostPort(f.Backend)
	return port
}

// inDoubleQuotes is a path of a configuration: in double quotes where it has
// more than plain characters.
func inDoubleQuotes(path string) string {
	if plainPath(path) {
		return path
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(path) + `"`
}

// inSingleQuotes is a path of a configuration in which double quotes expand
// variables.
func inSingleQuotes(path string) string {
	if plainPath(path) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// inProperties is a value of a Java properties file: ISO 8859-1 with escapes of
// UTF-16.
func inProperties(value string) string {
	quoted := inUTF16(value)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

func plainPath(path string) bool {
	return path != "" && strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/=:,") == ""
}

// SecretName is a name that Kubernetes takes: lower-case letters, digits and
// hyphens, at most 60 (RFC 1123 allows 63; "-ca" may come after it).
func SecretName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(FileName(name)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else {
			b.WriteByte('-')
		}
	}
	clean := strings.Trim(b.String(), "-")
	if len(clean) > 60 {
		clean = strings.Trim(clean[:60], "-")
	}
	if clean == "" {
		return "certificate"
	}
	return clean
}
