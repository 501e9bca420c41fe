package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// errNoPlan says that a server answered the explain command without a plan.
var errNoPlan = errors.New("the server does not tell its plan")

// Explain says how Find would answer: of a query in two parts, what holds for either.
func (e *engine) Explain(ctx context.Context, kind *docstore.Kind, query docstore.Query) (docstore.Plan, error) {
	if err := kind.Check(query); err != nil {
		return docstore.Plan{}, err
	}
	var plans []docstore.Plan
	err := e.call(ctx, "explain", kind, func() error {
		for _, p := range parts(kind, query) {
			command := bson.D{{Key: "find", Value: kind.Name}, {Key: "filter", Value: p.filter}, {Key: "hint", Value: p.hint}, {Key: "limit", Value: int64(query.Limit)}}
			if p.sort != nil {
				command = append(command, bson.E{Key: "sort", Value: p.sort})
			}
			answer, err := e.db.RunCommand(ctx, bson.D{{Key: "explain", Value: command}, {Key: "verbosity", Value: "queryPlanner"}}).Raw()
			if err != nil {
				return err
			}
			plan, err := parsePlan(answer)
			if err != nil {
				return &refusedError{operation: "explain", kind: kind.Name, cause: err.Error()}
			}
			plans = append(plans, plan)
		}
		return nil
	})
	if err != nil {
		return docstore.Plan{}, err
	}
	if len(plans) == 0 {
		return docstore.Plan{Index: query.Index, Text: "nothing to ask the server: a field is to be in no values"}, nil
	}
	whole := plans[0]
	for _, p := range plans[1:] {
		if p.Index != whole.Index {
			whole.Index = ""
		}
		whole.Scan, whole.Sort = whole.Scan || p.Scan, whole.Sort || p.Sort
		whole.Text += "\n" + p.Text
	}
	return whole, nil
}

// parsePlan reads the answer of the explain command. Its shape depends on the server: the stages lie
// under queryPlanner.winningPlan, below another queryPlan where the slot-based engine runs, and for
// each shard again where there are shards.
func parsePlan(answer bson.Raw) (docstore.Plan, error) {
	winning, ok := answer.Lookup("queryPlanner", "winningPlan").DocumentOK()
	if !ok {
		return docstore.Plan{}, errNoPlan
	}
	var s stages
	if err := s.walk(winning, 0); err != nil {
		return docstore.Plan{}, err
	}
	if len(s.names) == 0 {
		return docstore.Plan{}, errNoPlan
	}
	plan := docstore.Plan{Text: strings.Join(s.names, " ")}
	for _, name := range s.names {
		switch name, _, _ := strings.Cut(name, "("); name {
		case "COLLSCAN":
			plan.Scan = true
		case "SORT":
			plan.Sort = true
		}
	}
	slices.Sort(s.indexes)
	if used := slices.Compact(s.indexes); len(used) == 1 && !plan.Scan {
		plan.Index = used[0]
	}
	return plan, nil
}

// stages are the stages of a plan from the top down, and the indexes they read.
type stages struct {
	names   []string
	indexes []string
}

const deepestPlan = 64

func (s *stages) walk(node bson.Raw, depth int) error {
	if depth > deepestPlan {
		return fmt.Errorf("the plan is nested more than %d deep", deepestPlan)
	}
	if name, ok := node.Lookup("stage").StringValueOK(); ok {
		switch index, named := node.Lookup("indexName").StringValueOK(); {
		case name == "IDHACK", name == "CLUSTERED_IXSCAN", strings.HasPrefix(name, "EXPRESS") && !named, index == "_id_":
			s.indexes = append(s.indexes, docstore.IDIndex)
		case named:
			s.indexes = append(s.indexes, index)
			name += "(" + index + ")"
		}
		s.names = append(s.names, name)
	}
	elements, err := node.Elements()
	if err != nil {
		return errNoPlan
	}
	for _, element := range elements {
		switch element.Key() {
		case "queryPlan", "winningPlan", "inputStage", "innerStage", "outerStage", "thenStage", "elseStage":
			if below, ok := element.Value().DocumentOK(); ok {
				if err := s.walk(below, depth+1); err != nil {
					return err
				}
			}
		case "inputStages", "shards":
			below, ok := element.Value().ArrayOK()
			if !ok {
				continue
			}
			values, err := below.Values()
			if err != nil {
				return errNoPlan
			}
			for _, value := range values {
				if below, ok := value.DocumentOK(); ok {
					if err := s.walk(below, depth+1); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}
