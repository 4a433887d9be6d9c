// Package widgets holds the parts that Countersign's screens are made of:
// text, buttons, fields, lists and the small pieces between them, and the
// layouts that put them at distances in multiples of four.
//
// The parts know nothing of certificates, storage or languages: every word
// comes in from outside, and what a person does goes out through a callback
// given to the constructor (nil is allowed, and means that nobody listens).
// Each part takes its colours when it is refreshed, so that a change of theme
// shows at once. Those that act take part in the Tab order, show an accent
// ring when they have the focus, and answer to Enter and Space.
//
// Lengths are in the toolkit's device-independent pixels. All of it is to be
// used on the goroutine of the user interface only.
package widgets
