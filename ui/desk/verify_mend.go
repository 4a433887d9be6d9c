package desk

import "countersign/pki"

// Mend is what to do about a certificate that is not trusted.
type Mend string

// What can be done.
const (
	MendNothing Mend = ""          // it is trusted
	MendRenew   Mend = "renew"     // it, or the authority, ended
	MendWait    Mend = "wait"      // it has not begun; or the clock is wrong
	MendImport  Mend = "import"    // the certificate of the issuer is missing
	MendTrust   Mend = "trust"     // trust the authority where the certificate is looked at
	MendName    Mend = "name"      // issue it again with the name
	MendPurpose Mend = "purpose"   // issue it again for the purpose
	MendReissue Mend = "reissue"   // issue it again
	MendNewKey  Mend = "new-key"   // issue it again with a new key
	MendAbove   Mend = "authority" // issue it again under another authority, or mend that one
	MendFetch   Mend = "fetch"     // the file is not what was signed
	MendRelease Mend = "release"   // take it off hold
	MendCRL     Mend = "crl"       // make a new list of the revoked
)

// Mends returns everything that can be done.
func Mends() []Mend {
	return []Mend{MendRenew, MendWait, MendImport, MendTrust, MendName, MendPurpose, MendReissue, MendNewKey, MendAbove, MendFetch, MendRelease, MendCRL}
}

// mends say what to do about each finding that is about the chain, the purpose
// or the date. All others are of how a certificate was made.
var mends = map[string]Mend{
	pki.FindingExpired: MendRenew, pki.FindingNotYetValid: MendWait,
	pki.FindingIssuerMissing: MendImport, pki.FindingRootUntrusted: MendTrust, pki.FindingSelfSigned: MendTrust,
	pki.FindingRootSameName: MendTrust, pki.FindingIssuerOtherKey: MendReissue, pki.FindingSignature: MendFetch,
	pki.FindingName: MendName, pki.WarningNamesNone: MendName, pki.FindingPurpose: MendPurpose,
	pki.FindingRevoked: MendReissue, pki.FindingHold: MendRelease, pki.FindingRevokedLater: MendReissue,
	pki.FindingCRLMissing: MendCRL, pki.FindingCRLExpired: MendCRL, pki.FindingCRLNotYet: MendCRL, pki.FindingCRLSignature: MendCRL,
	pki.FindingCRLOtherKey: MendCRL, pki.FindingCRLCritical: MendCRL, pki.FindingCRLScope: MendCRL, pki.FindingCRLUsage: MendAbove,
	pki.FindingPathLength: MendAbove, pki.FindingPathLengthSelf: MendAbove, pki.FindingNamePermitted: MendAbove,
	pki.FindingNameExcluded: MendAbove, pki.FindingPurposeAbove: MendAbove, pki.FindingNotAuthority: MendAbove,
}

// Mend says what to do about the worst finding.
func (v Verified) Mend() Mend {
	f := v.Worst()
	if f == nil || f.Severity == pki.Advice {
		return MendNothing
	}
	if f.Code == pki.FindingRevoked && isCompromise(f.Value) {
		return MendNewKey
	}
	m, known := mends[f.Code]
	switch {
	case !known && f.Index > 0:
		return MendAbove
	case !known:
		m = MendReissue
	}
	if m == MendReissue && f.Index == 0 && len(v.Doubts) > 0 {
		return MendNewKey
	}
	return m
}

// LinkState says in a word what the findings between a certificate and the next
// make of its signature: "signed", "signed-but" or "not-signed".
func LinkState(between []pki.Finding) string {
	state := "signed"
	for _, f := range between {
		if f.Severity == pki.Refused {
			return "not-signed"
		}
		state = "signed-but"
	}
	return state
}
