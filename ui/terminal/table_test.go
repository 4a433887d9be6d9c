package terminal

import (
	"bytes"
	"testing"
)

// A terminal of 100 columns shows every line whole but for the end of the last
// column.
func TestTableOf(t *testing.T) {
	names := "api.acme.test, www.acme.test, static.acme.test, media.acme.test, 10.0.0.1"
	rows := [][]string{{"NAME", "STATE", "NAMES"}, {"山田", "good", names}, {"long-long-name", "", "a"}, {"x", "y", ""}}
	for most, want := range map[int]string{
		0:  "NAME            STATE  NAMES\n山田            good   " + names + "\nlong-long-name         a\nx               y\n",
		50: "NAME            STATE  NAMES\n山田            good   api.acme.test, www.acme.te…\nlong-long-name         a\nx               y\n",
		10: "NAME            STATE  NAMES\n山田            good   api.acme.te…\nlong-long-name         a\nx               y\n",
	} {
		var out bytes.Buffer
		if err := tableOf(&out, rows, most); err != nil || out.String() != want {
			t.Errorf("%d: %v\n%s\nwant\n%s", most, err, out.String(), want)
		}
	}
}
