package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"fengqiao/pkg/docstore"
)

// unavailableCodes are the server's codes that say: not this server, not now. Whoever asks again
// later may well succeed. (MongoDB's error code list: network, not-primary, stepping down, shutting
// down, out of time, write concern not reached.)
var unavailableCodes = []int{
	6,     // HostUnreachable
	7,     // HostNotFound
	24,    // LockTimeout
	50,    // MaxTimeMSExpired
	64,    // WriteConcernTimeout
	63,    // StaleShardVersion
	89,    // NetworkTimeout
	91,    // ShutdownInProgress
	100,   // UnsatisfiableWriteConcern
	112,   // WriteConflict
	133,   // FailedToSatisfyReadPreference
	134,   // ReadConcernMajorityNotAvailableYet
	150,   // StaleEpoch
	175,   // QueryPlanKilled
	189,   // PrimarySteppedDown
	202,   // NetworkInterfaceExceededTimeLimit
	262,   // ExceededTimeLimit
	9001,  // SocketException
	10058, // LegacyNotPrimary
	10107, // NotWritablePrimary
	11600, // InterruptedAtShutdown
	11602, // InterruptedDueToReplStateChange
	13388, // StaleConfig
	13435, // NotPrimaryNoSecondaryOk
	13436, // NotPrimaryOrSecondary
}

// told turns an error of the driver into one of the contract. What is no error of the driver, or
// was told before, passes.
func told(ctx context.Context, operation, kind string, err error) error {
	var refused *refusedError
	var duplicate *docstore.DuplicateError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, docstore.ErrNotFound), errors.Is(err, docstore.ErrConflict), errors.Is(err, docstore.ErrUnavailable),
		errors.Is(err, docstore.ErrNewerSchema), errors.As(err, &duplicate), errors.As(err, &refused):
		return err
	case errors.Is(err, mongo.ErrNoDocuments), errors.Is(err, mongo.ErrFileNotFound):
		return docstore.ErrNotFound
	case mongo.IsDuplicateKeyError(err):
		index, _ := duplicateIndex(err, nil)
		return &docstore.DuplicateError{Kind: kind, Index: index}
	}
	if _, limited := ctx.Deadline(); limited && mongo.IsTimeout(err) {
		return context.DeadlineExceeded // the server's clock was a little ahead of the context's
	}
	codes := slices.DeleteFunc(mongo.ErrorCodes(err), func(code int) bool { return code == 0 })
	switch {
	case errors.Is(err, mongo.ErrClientDisconnected):
		return fmt.Errorf("%w: it is closed", docstore.ErrUnavailable)
	case slices.ContainsFunc(codes, func(code int) bool { return slices.Contains(unavailableCodes, code) }), len(codes) > 0 && retryable(err):
		return fmt.Errorf("%w: the server is not ready (code %d)", docstore.ErrUnavailable, codes[0])
	case len(codes) > 0:
		return &refusedError{operation: operation, kind: kind, code: codes[0]}
	case mongo.IsTimeout(err):
		return fmt.Errorf("%w: no answer in time", docstore.ErrUnavailable)
	case mongo.IsNetworkError(err), errors.As(err, &topology.ServerSelectionError{}), errors.As(err, &topology.ConnectionError{}):
		return fmt.Errorf("%w: no connection", docstore.ErrUnavailable)
	}
	return &refusedError{operation: operation, kind: kind, cause: fmt.Sprintf("%T", err)}
}

// retryable says whether the server marked an error as one that passes.
func retryable(err error) bool {
	var labeled mongo.LabeledError
	return errors.As(err, &labeled) && labeled.HasErrorLabel("RetryableWriteError")
}

// refusedError says that the server or the driver refused an operation, by the server's code or
// the type of the driver's error. The codes are those of MongoDB's error code list.
type refusedError struct {
	operation, kind string
	code            int
	cause           string
}

func (e *refusedError) Error() string {
	what := "mongodb: " + e.operation
	if e.kind != "" {
		what += " of " + e.kind
	}
	if e.code == 0 {
		return what + ": refused by the driver: " + e.cause
	}
	if e.code == 18 || e.code == 13 {
		return fmt.Sprintf("%s: user or password is wrong, or the user lacks the right (code %d)", what, e.code)
	}
	return fmt.Sprintf("%s: refused by the server with code %d", what, e.code)
}

// duplicateIndex finds the declared unique index in the key pattern that the server tells beside a
// duplicate key; false where it tells none.
func duplicateIndex(err error, kind *docstore.Kind) (string, bool) {
	for _, raw := range details(err) {
		pattern, ok := raw.Lookup("keyPattern").DocumentOK()
		if !ok {
			continue
		}
		elements, err := pattern.Elements()
		if err != nil {
			continue
		}
		paths := make([]string, len(elements))
		for i, e := range elements {
			paths[i] = e.Key()
		}
		if slices.Equal(paths, []string{"_id"}) {
			return docstore.IDIndex, true
		}
		if kind == nil {
			continue
		}
		for _, x := range kind.Indexes {
			if x.Unique && slices.Equal(paths, x.Fields) {
				return x.Name, true
			}
		}
	}
	return "", false
}

// details are the server's documents about an error.
func details(err error) []bson.Raw {
	var out []bson.Raw
	var write mongo.WriteException
	if errors.As(err, &write) {
		for _, w := range write.WriteErrors {
			out = append(out, w.Raw)
		}
	}
	var command mongo.CommandError
	if errors.As(err, &command) {
		out = append(out, command.Raw)
	}
	return out
}
