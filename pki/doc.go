// Package pki makes, reads and describes the keys and certificates of mutual
// TLS: X.509 as profiled by RFC 5280, and the files that carry it.
//
// It is pure. It opens no file, makes no connection and reads no clock; the
// time and the source of randomness are parameters of what needs them. What
// it makes follows one profile, described in profile.go, which every client
// that it was measured against accepts.
//
// Its limits: it issues end-entity and authority certificates only, it does
// not decide whether a certificate is to be trusted, and it never fetches an
// address that a certificate names. Errors carry codes and facts; words for
// people belong to the user interface.
package pki
