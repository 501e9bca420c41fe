package scripts

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "fengqiao/"

// arrows says what each package may import of this module, from the bottom up. A package that is
// not in the table may not exist: put it where it belongs. Tests of a package are free to import
// what they need.
var arrows = map[string][]string{
	"scripts": {},

	// Foundations.
	"pkg/workday":                    {},
	"pkg/seal":                       {},
	"pkg/docstore":                   {},
	"pkg/docstore/embedded":          {"pkg/docstore"},
	"pkg/docstore/mongodb":           {"pkg/docstore"},
	"pkg/docstore/docstoretest":      {"pkg/docstore"},
	"pkg/docstore/mongodb/mongotest": {"pkg/docstore", "pkg/docstore/docstoretest", "pkg/docstore/mongodb"},
	"pkg/docstore/enginetest":        {"pkg/docstore", "pkg/docstore/docstoretest", "pkg/docstore/embedded", "pkg/docstore/mongodb/mongotest"},
	"pkg/papers/docx":                {},
	"pkg/papers/docx/docxtest":       {"pkg/papers/docx"},
	"pkg/qr":                         {},
	"models":                         {"pkg/docstore"},
	"pkg/enclosure":                  {"pkg/qr", "models"},

	// What the use cases stand on.
	"pkg/store":      {"pkg/docstore", "pkg/workday", "models"},
	"pkg/escalation": {"pkg/workday", "pkg/store", "models"},
	"pkg/papers":     {"pkg/workday", "pkg/papers/docx", "models"},

	"pkg/papers/casefile": {"pkg/workday", "pkg/papers/docx", "pkg/qr", "models"},

	// Use cases.
	"pkg/account":   {"pkg/seal", "pkg/workday", "pkg/store", "models"},
	"pkg/casework":  {"pkg/seal", "pkg/workday", "pkg/enclosure", "pkg/store", "pkg/escalation", "pkg/papers/casefile", "models"},
	"pkg/rules":     {"pkg/docstore", "pkg/workday", "pkg/store", "pkg/escalation", "models"},
	"pkg/dossier":   {"pkg/docstore", "pkg/papers/casefile", "models"},
	"pkg/screening": {"pkg/workday", "pkg/enclosure", "pkg/store", "pkg/papers", "pkg/papers/docx", "models"},
	"pkg/subsidy":   {"pkg/docstore", "pkg/workday", "pkg/store", "pkg/papers", "models"},
	"pkg/jobs":      {"pkg/workday", "pkg/store", "models"},
	"pkg/notify":    {"pkg/seal", "pkg/workday", "pkg/store", "models"},
	"pkg/demo":      {"pkg/docstore", "pkg/seal", "pkg/workday", "pkg/store", "pkg/escalation", "pkg/account", "pkg/casework", "pkg/screening", "pkg/subsidy", "models"},

	// What is seen from outside.
	"handlers/web":   {"models", "pkg/account"},
	"handlers/api":   {"handlers/web", "models", "pkg/workday", "pkg/seal", "pkg/enclosure", "pkg/store", "pkg/escalation", "pkg/papers/casefile", "pkg/papers", "pkg/account", "pkg/casework", "pkg/screening", "pkg/subsidy"},
	"handlers/pages": {"handlers/web", "models", "pkg/workday", "pkg/seal", "pkg/enclosure", "pkg/store", "pkg/escalation", "pkg/papers/casefile", "pkg/papers", "pkg/account", "pkg/casework", "pkg/rules", "pkg/screening", "pkg/subsidy", "pkg/jobs", "pkg/notify"},
	"handlers":       {"handlers/web", "handlers/api", "handlers/pages", "models", "pkg/store", "pkg/account", "pkg/casework", "pkg/screening"},

	// Only the command picks an engine.
	"cmd/fengqiao": {
		"handlers", "handlers/web", "handlers/api", "handlers/pages", "models",
		"pkg/docstore", "pkg/docstore/embedded", "pkg/docstore/mongodb", "pkg/workday", "pkg/seal", "pkg/store", "pkg/escalation",
		"pkg/papers", "pkg/papers/casefile", "pkg/dossier", "pkg/account", "pkg/casework", "pkg/rules", "pkg/screening", "pkg/subsidy", "pkg/jobs", "pkg/notify", "pkg/demo",
	},
}

// rooms says which packages alone may import a library, by the beginning of its path.
var rooms = []struct {
	library string
	except  string // a part of the library that anybody may import
	only    []string
}{
	{"github.com/gin-gonic/", "", []string{"handlers", "handlers/web", "handlers/api", "handlers/pages"}},
	{"github.com/gin-contrib/", "", []string{"handlers", "handlers/web", "handlers/api", "handlers/pages"}},
	{"go.mongodb.org/mongo-driver/", "go.mongodb.org/mongo-driver/v2/bson", []string{"pkg/docstore/mongodb", "pkg/docstore/mongodb/mongotest"}},
	{"database/sql", "", []string{"pkg/docstore/embedded"}},
	{"modernc.org/", "", []string{"pkg/docstore/embedded"}},
	{"github.com/robfig/cron", "", []string{"pkg/jobs"}},
	{"github.com/xuri/", "", []string{"pkg/papers"}},
	{"github.com/6tail/lunar-go", "", []string{"pkg/workday"}},
	{"github.com/alecthomas/kong", "", []string{"cmd/fengqiao"}},
	{"github.com/schollz/progressbar", "", []string{"cmd/fengqiao"}},
	{"github.com/prometheus/", "", []string{"handlers", "handlers/web", "handlers/api"}},
	{"golang.org/x/image", "", []string{"pkg/enclosure", "pkg/qr"}},
	{"github.com/makiuchi-d/gozxing", "", []string{"pkg/qr"}},
	{"testing", "", []string{"pkg/docstore/docstoretest", "pkg/docstore/mongodb/mongotest", "pkg/docstore/enginetest", "pkg/papers/docx/docxtest"}},
	{"github.com/stretchr/testify", "", []string{"pkg/docstore/docstoretest", "pkg/docstore/mongodb/mongotest", "pkg/docstore/enginetest", "pkg/papers/docx/docxtest"}},
}

// pure are the packages whose rules are functions of their arguments: no files, no network, no store.
var pure = []string{"models", "pkg/workday", "pkg/escalation"}

// impure are the packages of the standard library that those do without.
var impure = []string{"os", "net", "io/fs", "database/sql", "log", "math/rand"}

// imported is what one package imports, as the go command tells it.
type imported struct {
	ImportPath string
	Imports    []string
}

// violations lists every import that the tables do not allow.
func violations(packages []imported) []string {
	var out []string
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, known := arrows[name]
		if !known {
			out = append(out, fmt.Sprintf("%s is not in the table of arrows", name))
			continue
		}
		for _, path := range p.Imports {
			if inner, ok := strings.CutPrefix(path, module); ok && !slices.Contains(allowed, inner) {
				out = append(out, fmt.Sprintf("%s must not import %s", name, inner))
			}
			for _, room := range rooms {
				if !strings.HasPrefix(path, room.library) || room.except != "" && strings.HasPrefix(path, room.except) || slices.Contains(room.only, name) {
					continue
				}
				out = append(out, fmt.Sprintf("%s must not import %s, which stays in %s", name, path, strings.Join(room.only, ", ")))
			}
			if slices.Contains(pure, name) && slices.ContainsFunc(impure, func(std string) bool { return path == std || strings.HasPrefix(path, std+"/") }) {
				out = append(out, fmt.Sprintf("%s must not import %s: its rules are pure", name, path))
			}
		}
	}
	return out
}

func TestArrows(t *testing.T) {
	t.Parallel()
	command := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	command.Dir = ".."
	output, err := command.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Log(string(failed.Stderr))
	}
	require.NoError(t, err)
	var packages []imported
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var p imported
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		packages = append(packages, p)
	}
	require.NotEmpty(t, packages)
	require.Empty(t, violations(packages))
}

// TestViolations asks that the check is able to fail.
func TestViolations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		from, to string
		bad      bool
	}{
		{"down", "pkg/store", "fengqiao/models", false},
		{"up", "models", "fengqiao/pkg/store", true},
		{"an engine outside the command", "handlers/api", "fengqiao/pkg/docstore/mongodb", true},
		{"an engine in the command", "cmd/fengqiao", "fengqiao/pkg/docstore/mongodb", false},
		{"a new package", "pkg/util", "fmt", true},
		{"gin outside the handlers", "pkg/casework", "github.com/gin-gonic/gin", true},
		{"gin in the handlers", "handlers/pages", "github.com/gin-gonic/gin", false},
		{"bson anywhere", "models", "go.mongodb.org/mongo-driver/v2/bson", false},
		{"the driver outside its engine", "pkg/store", "go.mongodb.org/mongo-driver/v2/mongo", true},
		{"SQL outside its engine", "pkg/store", "database/sql", true},
		{"cron outside the jobs", "cmd/fengqiao", "github.com/robfig/cron/v3", true},
		{"test help in the product", "pkg/store", "fengqiao/pkg/docstore/docstoretest", true},
		{"the testing package in the product", "pkg/store", "testing", true},
		{"files in a pure package", "models", "os", true},
		{"a package that only begins alike", "models", "ossified", false},
		{"network in a pure package", "pkg/escalation", "net/http", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := violations([]imported{{ImportPath: module + test.from, Imports: []string{test.to}}})
			require.Equal(t, test.bad, len(found) > 0, "%v", found)
		})
	}
}

// TestTableHasNoCycle asks that the table itself points one way only.
func TestTableHasNoCycle(t *testing.T) {
	t.Parallel()
	var visit func(path []string, name string)
	visit = func(path []string, name string) {
		require.NotContains(t, path, name, "the arrows go round")
		below, known := arrows[name]
		require.True(t, known, "%s is in no line of the table", name)
		for _, next := range below {
			visit(append(slices.Clone(path), name), next)
		}
	}
	for name := range arrows {
		visit(nil, name)
	}
}
