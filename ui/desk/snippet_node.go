package desk

// nodeTemplate is a program of CommonJS, with Node.js's own modules only.
var nodeTemplate = snippetTemplate("node", `const {{if .Secure}}https{{else}}http{{end}} = require("{{if .Secure}}https{{else}}http{{end}}");
{{- if .Secure}}
const tls = require("tls");
{{- end}}
{{- if or .Chain .P12 .Roots .BodyFile}}
const fs = require("fs");
{{- end}}

const request = {{if .Secure}}https{{else}}http{{end}}.request({
  host: {{q .DialHost}},
  port: {{.DialPort}},
  method: {{q .Method}},
  path: {{q .Target}},
  setHost: false,
{{- if .Secure}}
  servername: {{if .NameIsIP}}""{{else}}{{q .ServerName}}{{end}},
{{- if .Insecure}}
  rejectUnauthorized: false, // anyone may answer in the server's place
{{- else}}
  checkServerIdentity: (_, cert) => tls.checkServerIdentity({{q .ServerName}}, cert),
{{- end}}
{{- if .P12}}
  pfx: fs.readFileSync({{q .P12}}),
  passphrase: process.env.PASSWORD,
{{- else if .Chain}}
  cert: fs.readFileSync({{q .Chain}}),
  key: fs.readFileSync({{q .Key}}),
{{- end}}
{{- if .Roots}}
  ca: [{{range $n, $r := .Roots}}{{if $n}}, {{end}}fs.readFileSync({{q $r}}){{end}}],
{{- end}}
{{- with .Min}}
  minVersion: "TLSv1{{if ne . "1.0"}}.{{slice . 2}}{{end}}",
{{- end}}
{{- with .Max}}
  maxVersion: "TLSv1{{if ne . "1.0"}}.{{slice . 2}}{{end}}",
{{- end}}
{{- if .Old}}
  ciphers: "DEFAULT@SECLEVEL=0",
{{- end}}
{{- end}}
{{- with .Seconds}}
  timeout: {{.}}000,
{{- end}}
}, (response) => {
  console.error(response.statusCode, response.statusMessage);
  response.pipe(process.stdout);
});
request.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
{{- with .Seconds}}
request.on("timeout", () => request.destroy(new Error("timeout")));
{{- end}}
request.setHeader("Host", {{q .Host}});
{{- range .HeaderLists}}
request.setHeader({{q (index . 0)}}, [{{range $n, $v := slice . 1}}{{if $n}}, {{end}}{{q $v}}{{end}}]);
{{- end}}
{{- if .User}}
request.setHeader("Authorization", "Basic " + Buffer.from({{q .User}} + process.env.SERVER_PASSWORD).toString("base64"));
{{- end}}
{{- if .BodyFile}}
request.setHeader("Content-Length", fs.statSync({{q .BodyFile}}).size);
fs.createReadStream({{q .BodyFile}}).pipe(request);
{{- else if .Body}}
const body = Buffer.from({{q .Body}});
request.setHeader("Content-Length", body.length);
request.end(body);
{{- else}}
request.end();
{{- end}}
`, inUTF16)

// HeaderLists are the headers' names, each with all its values.
func (s *snippet) HeaderLists() [][]string {
	var list [][]string
	for _, h := range s.headers() {
		if n := len(list); n > 0 && list[n-1][0] == h[0] {
			list[n-1] = append(list[n-1], h[1])
			continue
		}
		list = append(list, []string{h[0], h[1]})
	}
	return list
}
