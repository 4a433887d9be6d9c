package testclient

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"countersign/pki/pkitest"
)

// capture is a file in pcap format of one TCP connection over IPv4, as a relay
// saw it: what a capture on the loopback would hold, with no privilege for it.
type capture struct {
	mu   sync.Mutex
	file bytes.Buffer
	sent [2]uint32 // of each side, from its first sequence number on
	time uint32
}

func newCapture() *capture {
	c := &capture{}
	for _, v := range []uint32{0xa1b2c3d4, 4<<16 | 2, 0, 0, 65535, 101} { // little endian: version 2.4; LINKTYPE_RAW
		if v == 4<<16|2 {
			c.file.Write([]byte{2, 0, 4, 0})
			continue
		}
		c.file.Write(binary.LittleEndian.AppendUint32(nil, v))
	}
	c.packet(0, 0x02, nil) // SYN
	c.sent[0]++
	c.packet(1, 0x12, nil)
	c.sent[1]++
	c.packet(0, 0x10, nil)
	return c
}

// packet writes one segment from a side: 0 is the client, at port 40000, 1 the
// server, at port 443.
func (c *capture) packet(side int, flags byte, data []byte) {
	ports := [2]uint16{40000, 443}
	var p []byte
	p = append(p, 0x45, 0)
	p = binary.BigEndian.AppendUint16(p, uint16(40+len(data)))
	p = append(p, 0, 0, 0x40, 0, 64, 6, 0, 0)
	p = append(p, 10, 0, 0, byte(1+side), 10, 0, 0, byte(2-side))
	p = binary.BigEndian.AppendUint16(p, ports[side])
	p = binary.BigEndian.AppendUint16(p, ports[1-side])
	p = binary.BigEndian.AppendUint32(p, 1000+c.sent[side])
	p = binary.BigEndian.AppendUint32(p, 1000+c.sent[1-side])
	p = append(p, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0)
	p = append(p, data...)
	c.time++
	for _, v := range []uint32{1, c.time, uint32(len(p)), uint32(len(p))} {
		c.file.Write(binary.LittleEndian.AppendUint32(nil, v))
	}
	c.file.Write(p)
}

// data writes what a side sent, in segments.
func (c *capture) data(side int, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(data) > 0 {
		n := min(len(data), 1400)
		c.packet(side, 0x18, data[:n])
		c.sent[side] += uint32(n)
		data = data[n:]
	}
}

// tap notes what is read of a connection before handing it on.
type tap struct {
	io.Reader
	c    *capture
	side int
}

func (t tap) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.c.data(t.side, p[:n])
	return n, err
}

// TestTsharkDecrypts: with the key log another program reads the try's request
// and its answer, and without it neither.
func TestTsharkDecrypts(t *testing.T) {
	pkitest.Need(t, "tshark")
	p := newPair(t)
	s := start(t, p.mtls())
	there := strings.Replace(strings.TrimPrefix(s.URL(), "https://"), "localhost", "127.0.0.1", 1)
	for _, v := range versions {
		seen := newCapture()
		var done sync.WaitGroup
		done.Add(1)
		by := raw(t, func(c net.Conn) {
			defer done.Done()
			server, err := net.Dial("tcp", there)
			if err != nil {
				return
			}
			defer server.Close()
			var both sync.WaitGroup
			both.Go(func() {
				io.Copy(server, tap{c, seen, 0})
				server.(*net.TCPConn).CloseWrite()
			})
			both.Go(func() {
				io.Copy(c, tap{server, seen, 1})
				c.(*net.TCPConn).CloseWrite()
			})
			both.Wait()
		})
		var log bytes.Buffer
		x := p.try(s.URL()+"/hello?marked", v)
		x.Address, x.ALPN, x.KeyLog = by, []string{"http/1.1"}, &log
		if r := Run(t.Context(), x, nil); !r.OK() {
			t.Fatalf("%+v", r.Diagnosis)
		}
		done.Wait()
		file := pkitest.File(t, "try.pcap", seen.file.Bytes())
		keys := pkitest.File(t, "keys.log", log.Bytes())
		const fields = "-Tfields -e http.request.uri -e http.file_data -e data.text"
		args := append([]string{"-n", "-r", file, "-Y", "http"}, strings.Fields(fields)...)
		if out := pkitest.Run(t, "tshark", args...); strings.Contains(out, "marked") {
			t.Errorf("%s: read without the log: %s", versionName(v), out)
		}
		out := pkitest.Run(t, "tshark", append(args, "-o", "tls.keylog_file:"+keys)...)
		if !strings.Contains(out, "/hello?marked") || !strings.Contains(out, "Hello, world!") && !strings.Contains(out, "48656c6c6f2c20776f726c6421") {
			t.Errorf("%s: tshark reads %q", versionName(v), out)
		}
	}
}
