package ui

import "testing"

// The page says what it is about.
func TestInspectorNamesWhatItShows(t *testing.T) {
	b := unlocked(t)
	made, err := b.desk.MakeExample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.openInspector()
	b.queue.drain()
	i := b.inspector()
	for _, c := range []struct {
		q    looked
		want string
	}{
		{looked{mine: made.Server.ID, name: "localhost"}, "All fields of localhost"},
		{looked{paths: []string{"/somewhere/else/a.pem"}}, "What is in a.pem"},
		{looked{paths: []string{"a.pem", "b.pem"}}, "What is in 2 files"},
		{looked{text: "-----BEGIN X"}, "What was pasted"},
		{looked{text: "127.0.0.1:1", server: true}, "What 127.0.0.1:1 sends"},
	} {
		i.ask(c.q)
		b.queue.drain()
		if got := i.title.Text(); got != c.want {
			t.Errorf("%+v has the title %q, want %q", c.q, got, c.want)
		}
	}
}
