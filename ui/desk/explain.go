package desk

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"syscall"

	"countersign/pki"
	"countersign/storage"
	"countersign/testclient"
)

// Explanation is an error as codes and facts. The user interface has the
// sentence "error.CODE", and for some "error.CODE.next", which says what to
// do; Facts are name and value by turns, for the sentence's placeholders.
type Explanation struct {
	Code   string
	Facts  []any
	Faults pki.Faults // of a request, each tied to its field; Code is "faults"
	Parts  []Part     // of a damaged vault; their words are the fact Where
	Raw    string     // the error as developers see it
}

// sentinels are the errors that need no facts.
var sentinels = []struct {
	err  error
	code string
}{
	{ErrWrongPassphrase, "wrong-passphrase"},
	{ErrWeakPassphrase, "weak-passphrase"},
	{ErrExists, "vault-exists"},
	{ErrNotFound, "vault-not-found"},
	{ErrNotVault, "not-a-vault"},
	{ErrEmptyFile, "vault-empty"},
	{ErrInUse, "vault-in-use"},
	{ErrGone, "vault-gone"},
	{ErrTruncated, "vault-truncated"},
	{ErrOtherVault, "other-vault"},
	{storage.ErrDamaged, "vault-damaged"},
	{ErrLocked, "vault-locked"},
	{ErrReadOnly, "vault-read-only"},
	{ErrNoSpace, "vault-full"},
	{ErrSlotRemains, "slot-remains"},
	{ErrLastSlot, "last-slot"},
	{ErrOpenVault, "open-vault"},
	{ErrNoSlot, "no-slot"},
	{ErrRecoveryCode, "recovery-code"},
	{ErrNotInKeyring, "not-in-keyring"},
	{ErrKeyring, "keyring"},
	{ErrNoKey, "no-key"},
	{ErrNotAuthority, "not-an-authority"},
	{ErrFormat, "format-unknown"},
	{ErrProfileExists, "profile-exists"},
	{ErrProfileBuiltIn, "profile-built-in"},
	{pki.ErrNotProfile, "not-a-profile"},
	{pki.ErrProfileTooLarge, "profile-too-large"},
	{ErrEmptyPassword, "password-empty"},
	{ErrShortPassword, "password-short"},
	{ErrRevokeRoot, "revoke-root"},
	{ErrRevokeFuture, "revoke-future"},
	{ErrNoCRL, "no-crl"},
	{ErrBadResponder, "bad-responder"},
	{ErrFollowed, "followed"},
	{pki.ErrReason, "reason-unknown"},
	{ErrSnippetKind, "snippet-kind"},
	{ErrTryName, "try-name"},
	{ErrPartnerName, "partner-name"},
	{ErrPartnerExists, "partner-exists"},
	{ErrPartnerDirection, "partner-direction"},
	{ErrPartnerURL, "partner-url"},
	{ErrNoRoute, "partner-route"},
	{ErrNoPartnerAuthority, "partner-authority"},
	{ErrNoTheirRequest, "partner-request"},
	{ErrNoTheirAuthority, "partner-their-authority"},
	{ErrKitEmpty, "kit-empty"},
	{ErrKitNoKey, "kit-no-key"},
	{ErrKitSecret, "kit-secret"},
	{ErrKitOurs, "kit-ours"},
	{ErrNotInKit, "not-in-kit"},
	{ErrNoStandIn, "no-stand-in"},
	{ErrStandInThere, "stand-in-there"},
	{ErrNoPartnerCertificate, "partner-certificate"},
	{ErrNoRequest, "no-request"},
	{ErrNotAwaited, "not-awaited"},
	{pki.ErrRequestSignature, "request-signature"},
	{ErrCrossRoot, "cross-root"},
	{ErrCompromised, "key-compromised"},
	{ErrBelow, "issuer-below"},
	{pki.ErrPasswordNeeded, "password-needed"},
	{pki.ErrWrongPassword, "password-wrong"},
	{pki.ErrNotRecognised, "not-recognised"},
	{pki.ErrTooLarge, "too-large"},
	{pki.ErrTooManyIterations, "too-many-iterations"},
	{ErrBulkEmpty, "bulk-empty"},
	{ErrBulkEncoding, "bulk-encoding"},
	{ErrBulkPEM, "bulk-pem"},
	{ErrBulkHeadings, "bulk-headings"},
	{ErrPasswordsLost, "passwords-lost"},
	{pki.ErrKeyMismatch, "key-mismatch"},
	{pki.ErrPasswordNotEncodable, "password-not-encodable"},
	{ErrNotConfirmed, "not-confirmed"},
	{testclient.ErrNoClient, "enforce-no-client"},
	{context.Canceled, "cancelled"},
	{context.DeadlineExceeded, "timeout"},
}

// Explain finds out what an error of the desk means to a person.
func Explain(err error) Explanation {
	e := Explanation{Code: "unknown", Raw: err.Error()}
	var faults pki.Faults
	var fault *pki.Fault
	if bad, is := explainBad(err); is {
		return bad
	}
	switch {
	case errors.As(err, &faults):
		e.Code, e.Faults = "faults", faults
		return e
	case errors.As(err, &fault):
		e.Code, e.Faults = "faults", pki.Faults{*fault}
		return e
	}
	if code, facts := explainTyped(err); code != "" {
		e.Code, e.Facts, e.Parts = code, facts, Parts(err)
		return e
	}
	for _, s := range sentinels {
		if errors.Is(err, s.err) {
			e.Code = s.code
			break
		}
	}
	return e
}

func explainTyped(err error) (string, []any) {
	var (
		missing *NotFoundError
		path    *PathError
		version *VersionError
		damage  *DamageError
		reading *ReadOnlyError
		newer   *pki.ProfileVersionError
		field   *pki.ProfileFieldError
		format  *pki.FormatError
		lacks   *LacksError
		limit   *BulkLimitError
		encoded *BulkEncodingError
		broken  *pki.DamageError
		several *AmbiguousError
	)
	for _, explained := range []func(error) (string, []any){explainRevoking, explainRenewal, explainSettled, explainTry, explainRestoring} {
		if code, facts := explained(err); code != "" {
			return code, facts
		}
	}
	switch {
	case errors.As(err, &path):
		return explainPath(path), []any{"Path", path.Path}
	case errors.As(err, &missing):
		return missing.What + "-not-found", []any{"Name", missing.Name}
	case errors.As(err, &several):
		return "serial-ambiguous", []any{"Part", several.Part, "Serials", strings.Join(several.Serials, ", ")}
	case errors.As(err, &version):
		return "vault-newer", []any{"Found", version.Found, "Known", version.Known}
	case errors.As(err, &damage):
		return "vault-damaged", nil
	case errors.As(err, &reading) && reading.Path != "":
		return explainReading(reading), []any{"Path", reading.Path}
	case errors.As(err, &limit) && limit.Rows > 0:
		return "bulk-rows", []any{"Count", limit.Rows}
	case errors.As(err, &limit) && limit.Columns > 0:
		return "bulk-columns", []any{"Count", limit.Columns}
	case errors.As(err, &limit):
		return "bulk-bytes", []any{"Number", strconv.Itoa(limit.Bytes >> 20)}
	case errors.As(err, &encoded):
		return "bulk-not-encoding", []any{"Encoding", encoded.Encoding.Label()}
	case errors.As(err, &newer):
		return "profile-newer", []any{"Found", newer.Found, "Known", newer.Known}
	case errors.As(err, &field):
		return "profile-field", []any{"Field", field.Field}
	case errors.As(err, &lacks):
		return "file-lacks-" + lacks.What, []any{"Path", lacks.Path}
	case errors.As(err, &format):
		return explainFormat(format)
	case errors.As(err, &broken):
		return explainBroken(broken)
	}
	return "", nil
}

func explainPath(e *PathError) string {
	switch {
	case errors.Is(e, ErrFileExists) && e.Deed == makingFolder:
		return "folder-exists"
	case errors.Is(e, ErrFileExists):
		return "file-exists"
	case errors.Is(e, ErrSameFile):
		return "same-file"
	case errors.Is(e, ErrNotFile):
		return "not-a-file"
	case errors.Is(e, pki.ErrTooLarge):
		return "too-large"
	case errors.Is(e, fs.ErrNotExist) && e.Deed == intoFolder:
		return "folder-not-found"
	case errors.Is(e, fs.ErrNotExist):
		return "file-not-found"
	case errors.Is(e, syscall.ENOTDIR):
		return "not-a-folder"
	case errors.Is(e, fs.ErrPermission), errors.Is(e, syscall.EROFS):
		return "file-permission"
	case errors.Is(e, syscall.ENOSPC):
		return "disk-full"
	case errors.Is(e, syscall.ELOOP):
		return "file-loop"
	case errors.Is(e, syscall.ENAMETOOLONG), errors.Is(e, syscall.EINVAL):
		return "file-name"
	}
	return "file-failed"
}

// explainRevoking is explainTyped for the errors of revoking.
func explainRevoking(err error) (string, []any) {
	var (
		away    *AwayError
		revoked *RevokedError
		notHeld *NotHeldError
		early   *RevokedEarlyError
		clock   *ClockError
	)
	switch {
	case errors.As(err, &clock):
		return "clock-behind", []any{"Name", clock.Name, "Now", clock.Now, "Last", clock.Last}
	case errors.As(err, &early):
		return "revoke-early", []any{"Name", early.Name, "From", early.From}
	case errors.As(err, &away):
		return "issuer-away", []any{"Name", away.Name, "Issuer", away.Issuer}
	case errors.As(err, &revoked):
		if revoked.Reason.IsHold() {
			return "held-already", []any{"Name", revoked.Name}
		}
		return "revoked-already", []any{"Name", revoked.Name}
	case errors.As(err, &notHeld):
		return "not-held", []any{"Name", notHeld.Name}
	}
	return "", nil
}

// explainReading says what of the vault cannot be written.
func explainReading(e *ReadOnlyError) string {
	switch {
	case e.Disk():
		return "vault-read-only-disk"
	case e.Folder:
		return "vault-read-only-folder"
	}
	return "vault-read-only-file"
}
