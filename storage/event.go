package storage

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// Event is something that was done. Events are chained: each one's hash takes in the
// hash of the one before, and the vault's state knows the newest. In texts, what is not
// UTF-8 is kept as U+FFFD.
type Event struct {
	Sequence uint64            // from 1; given by AppendEvent
	At       time.Time         // zero: Options.Now; kept in UTC
	Verb     string            // "issue", "export", …
	Subject  ID                // the record it was done to; may be ""
	Name     string            // that record's name at the time
	Detail   map[string]string // facts; never a secret
}

// eventBody is an Event in the file, as JSON.
type eventBody struct {
	At      time.Time         `json:"at"`
	Verb    string            `json:"verb"`
	Subject ID                `json:"subject,omitempty"`
	Name    string            `json:"name,omitempty"`
	Detail  map[string]string `json:"detail,omitempty"`
}

func eventKey(sequence uint64) []byte { return binary.BigEndian.AppendUint64(nil, sequence) }

// link is the hash (HMAC-SHA256) of an event: its place, the hash before it, its body.
func (t *Tx) link(record, before, body []byte) []byte {
	if t.chain == nil {
		t.chain = newMAC(t.keys.chain)
	}
	return t.chain.tag(nil, t.place(bucketEvents, record, recordVersion), before, body)
}

// AppendEvent writes the next event; its Sequence is given here. Errors: ErrReadOnly,
// ErrBadID for a Subject that is no ID.
func (t *Tx) AppendEvent(e Event) error {
	if err := t.writable(); err != nil {
		return err
	}
	body, err := e.body(t.v.options.Now)
	if err != nil {
		return err
	}
	return t.appendBody(body)
}

// body is the event as it stands in the file, without its place.
func (e Event) body(now func() time.Time) ([]byte, error) {
	if e.Subject != "" {
		if _, err := e.Subject.raw(); err != nil {
			return nil, fmt.Errorf("append event: subject: %w", err)
		}
	}
	if e.At.IsZero() {
		e.At = now()
	}
	body, err := json.Marshal(eventBody{At: e.At.UTC(), Verb: e.Verb, Subject: e.Subject, Name: e.Name, Detail: e.Detail})
	if err != nil {
		return nil, fmt.Errorf("append event: %w", err)
	}
	return body, nil
}

// appendBody writes an event behind the newest one.
func (t *Tx) appendBody(body []byte) error {
	record := eventKey(t.state.events + 1)
	value := t.linked(record, body)
	if err := t.put(bucketEvents, record, value); err != nil {
		return fmt.Errorf("append event: %w", err)
	}
	t.state.events++
	copy(t.state.head[:], value[len(value)-tagSize:])
	return nil
}

// linked is an event as it stands in the file: version, the hash of the one before,
// body, its own hash.
func (t *Tx) linked(record, body []byte) []byte {
	hash := t.link(record, t.state.head[:], body)
	value := append([]byte{recordVersion}, t.state.head[:]...)
	return append(append(value, body...), hash...)
}

// storedEvent is an event and the hashes that tie it to its neighbours.
type storedEvent struct {
	Event
	before, hash [tagSize]byte
}

// event checks and decodes; to be called under guard.
func (t *Tx) event(record, value []byte) (storedEvent, error) {
	var e storedEvent
	if len(record) != 8 || len(value) < 1+2*tagSize || value[0] != recordVersion {
		return e, damage(bucketEvents, record, "layout")
	}
	copy(e.before[:], value[1:])
	copy(e.hash[:], value[len(value)-tagSize:])
	body := value[1+tagSize : len(value)-tagSize]
	if !equalTags(t.link(record, e.before[:], body), e.hash[:]) {
		return e, damage(bucketEvents, record, "check")
	}
	var decoded eventBody
	if err := json.Unmarshal(body, &decoded); err != nil {
		return e, damage(bucketEvents, record, "layout")
	}
	e.Event = Event{
		Sequence: binary.BigEndian.Uint64(record),
		At:       decoded.At, Verb: decoded.Verb, Subject: decoded.Subject, Name: decoded.Name, Detail: decoded.Detail,
	}
	return e, nil
}

// Events reads the newest events, newest first; limit 0 or less: all. The chain is
// checked as far as it is read, from the newest event that the state knows. Who salvages
// gets those that are sound.
func (t *Tx) Events(limit int) ([]Event, error) {
	var events []Event
	err := t.walkEvents(func(e Event) bool {
		events = append(events, e)
		return len(events) != limit
	})
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	return events, nil
}

// VerifyEvents follows the whole chain of events. A changed, missing or added one is a
// *DamageError, but not to who salvages.
func (t *Tx) VerifyEvents() error {
	if err := t.walkEvents(func(Event) bool { return true }); err != nil {
		return fmt.Errorf("verify events: %w", err)
	}
	return nil
}

// walkEvents goes down the chain until more says no.
func (t *Tx) walkEvents(more func(Event) bool) error {
	s, err := t.loadState()
	if err != nil {
		return err
	}
	if t.v.options.Salvage {
		return t.SoundEvents(more)
	}
	expected, sequence, stopped := s.head, s.events, false
	scan := t.scan(bucketEvents)
	scan.newest = true
	err = scan.all(func(record, value []byte) error {
		if stopped {
			scan.done = true
			return nil
		}
		e, err := t.event(record, value)
		if err != nil {
			return err
		}
		if e.Sequence != sequence || e.hash != expected {
			return damage(bucketEvents, eventKey(sequence), "missing, or not the one that was written")
		}
		expected, sequence = e.before, sequence-1
		stopped = !more(e.Event)
		return nil
	})
	if err != nil || stopped {
		return err
	}
	if sequence != 0 || expected != [tagSize]byte{} {
		return damage(bucketEvents, eventKey(sequence), "missing")
	}
	return nil
}
