package ui

import "countersign/ui/theme"

// spots lists the places of the rail, in its order.
func spots() []spot {
	return []spot{
		{"overview", theme.IconOverview, func(w *Window) place { return newOverview(w) }},
		{"authorities", theme.IconAuthority, func(w *Window) place { return newAuthorities(w) }},
		{"certificates", theme.IconCertificate, func(w *Window) place { return newCertificates(w) }},
		{"requests", theme.IconRequest, func(w *Window) place { return newRequests(w) }},
		{"connections", theme.IconConnection, func(w *Window) place { return newConnections(w) }},
		{"partners", theme.IconPartner, func(w *Window) place { return newPartners(w) }},
		{"activity", theme.IconActivity, func(w *Window) place { return newActivity(w) }},
	}
}

// openShowMe goes to Connections and shows what mutual TLS is, with everything
// that it needs made on the way.
func (w *Window) openShowMe() {
	w.navigate("connections", "")
	if s, ok := w.shown().(interface{ showMe() }); ok {
		s.showMe()
	}
}
