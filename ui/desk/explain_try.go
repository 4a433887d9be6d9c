package desk

import (
	"errors"
	"strconv"

	"countersign/testclient"
)

// explainTry is explainTyped for the errors of trying connections, and of
// partners' kits.
func explainTry(err error) (string, []any) {
	var (
		lacks *SnippetError
		bad   *testclient.TryError
		port  *testclient.PortError
		kit   *KitError
	)
	switch {
	case errors.As(err, &kit):
		return "kit-" + kit.Code, []any{"Name", kit.Name}
	case errors.As(err, &lacks):
		return "snippet-" + lacks.Field, []any{"Program", lacks.Kind.Program()}
	case errors.As(err, &bad):
		return "bad-try", nil
	case errors.As(err, &port):
		return explainPort(port)
	}
	return "", nil
}

// explainPort says why a port cannot be had. Free is the number of another, ""
// when none is known.
func explainPort(port *testclient.PortError) (string, []any) {
	code, free := "port-refused", ""
	switch {
	case port.InUse():
		code = "port-in-use"
	case port.NotHere():
		code = "port-not-here"
	}
	if port.Free != 0 {
		free = strconv.Itoa(port.Free)
	}
	return code, []any{"Port", strconv.Itoa(port.Port), "Free", free, "Address", port.Address}
}
