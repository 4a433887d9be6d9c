package desk

import (
	"errors"

	"countersign/testclient"
)

// explainTry is explainTyped for the errors of trying connections.
func explainTry(err error) (string, []any) {
	var (
		lacks *SnippetError
		bad   *testclient.TryError
	)
	switch {
	case errors.As(err, &lacks):
		return "snippet-" + lacks.Field, []any{"Program", lacks.Kind.Program()}
	case errors.As(err, &bad):
		return "bad-try", nil
	}
	return "", nil
}
