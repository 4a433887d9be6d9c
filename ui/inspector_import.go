package ui

import "strings"

// named are the paths that a person gave the importer.
func (i *importer) named() []string {
	var paths []string
	for _, line := range strings.Split(i.paths.Text, "\n") {
		if line = strings.Trim(strings.TrimSpace(line), `"'`); line != "" {
			paths = append(paths, strings.TrimPrefix(line, "file://"))
		}
	}
	return paths
}

// mostFiles bounds the files that are looked at closer in one go.
const mostFiles = 100

// files are those in which the importer found something, to look at closer;
// before it has looked, those that were named.
func (i *importer) files() []string {
	var paths []string
	seen := map[string]bool{"": true}
	add := func(path string) {
		if !seen[path] && len(paths) < mostFiles {
			seen[path] = true
			paths = append(paths, path)
		}
	}
	for _, c := range i.found.Certificates {
		add(c.Path)
	}
	for _, r := range i.found.Requests {
		add(r.Path)
	}
	for _, l := range i.found.Lists {
		add(l.Path)
	}
	for _, k := range i.found.Keys {
		add(k.Path)
	}
	for _, l := range i.found.Locked {
		add(l.Path)
	}
	if len(paths) == 0 {
		return i.named()
	}
	return paths
}
