package operator

import (
	"net/http"
	"net/url"
	"strings"
)

// route is which call a request makes.
type route struct {
	call   string
	method string // the only one allowed
	id     string // the transaction id of the path; "" where the call has none
}

// requestTarget is the path with its query exactly as the caller sent them,
// which is what an empty body's signature is over.
func requestTarget(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI() // absolute form, as proxies send it
}

// parseRoute reads the path, still escaped so that an id may hold a slash. It
// fails with *MalformedError for an id that cannot be one.
func parseRoute(escapedPath string) (r route, isCall bool, err error) {
	rest, isOurs := strings.CutPrefix(escapedPath, InboundPath)
	if !isOurs {
		return route{}, false, nil
	}
	name, escapedID, hasID := strings.Cut(rest, "/")
	r = route{call: name, method: http.MethodPost}
	switch name {
	case callCheck, callCreate:
		return r, !hasID, nil
	case callGet:
		r.method = http.MethodGet
	case callExecute, callUpdate:
	default:
		return route{}, false, nil
	}
	if escapedID == "" || strings.Contains(escapedID, "/") {
		return route{}, false, nil
	}
	if r.id, err = url.PathUnescape(escapedID); err != nil {
		return r, true, &MalformedError{Field: "transactionId", Why: "broken percent encoding"}
	}
	if err := checkText(r.id, idLimit); err != nil {
		r.id = ""
		return r, true, &MalformedError{Field: "transactionId", Why: err.Error()}
	}
	return r, true, nil
}
