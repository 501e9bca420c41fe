package embedded

import (
	"fmt"
	"slices"

	"fengqiao/pkg/docstore"
)

// plan is a question about a kind, its conditions sorted by what they do: those that lead to a
// place in the index, what the index's array is to have, and the rest.
type plan struct {
	table    *table
	index    docstore.Index
	array    *arrayIndex          // the index, if it has an array
	leading  []docstore.Condition // OpEqual or OpIn on each of the first fields that are no array
	elements []any                // what the array is to have, each once
	checked  []docstore.Condition // on single fields, what is left
}

// newPlan sorts the conditions of a filter that was checked against the declaration. It reports
// false if no document can satisfy them.
func (t *table) newPlan(name string, filter []docstore.Condition) (p plan, possible bool, err error) {
	p.table, p.array = t, t.arrayIndex(name)
	p.index, _ = t.kind.Index(name)
	possible = true
	var scalars []docstore.Condition
	for _, c := range filter {
		c.Values = distinct(sqlValues(c.Values))
		if c.Op == docstore.OpIn && len(c.Values) == 0 {
			possible = false
		}
		if c.Op != docstore.OpHasAll {
			scalars = append(scalars, c)
			continue
		}
		if p.array == nil || p.index.Fields[p.array.array] != c.Field {
			return p, false, fmt.Errorf("query on %s: array %s is not in index %s", t.kind.Name, c.Field, name)
		}
		p.elements = distinct(append(p.elements, c.Values...))
	}
	if p.array != nil && len(p.elements) == 0 {
		return p, false, fmt.Errorf("query on %s: index %s serves only what asks for its array", t.kind.Name, name)
	}
	for i, path := range p.index.Fields {
		if p.array != nil && p.array.array == i {
			continue
		}
		on := func(op docstore.Op) int {
			return slices.IndexFunc(scalars, func(c docstore.Condition) bool { return c.Field == path && c.Op == op })
		}
		at := on(docstore.OpEqual)
		if at < 0 {
			at = on(docstore.OpIn)
		}
		if at < 0 {
			break
		}
		p.leading = append(p.leading, scalars[at])
		scalars = slices.Delete(scalars, at, at+1)
	}
	p.checked = scalars
	return p, possible, nil
}

func sqlValues(values []any) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = sqlValue(v)
	}
	return out
}

// distinct keeps the first of equal values, in place.
func distinct(values []any) []any {
	if len(values) < 2 {
		return values
	}
	seen := make(map[any]bool, len(values))
	out := values[:0]
	for _, v := range values {
		if key := identity(v); !seen[key] {
			seen[key] = true
			out = append(out, v)
		}
	}
	return out
}

// maxWalks bounds the walks that one query merges.
const maxWalks = 256

// walks are the single places in the index that the leading conditions name: one value for each of
// them.
func (p *plan) walks() ([][]any, error) {
	walks := [][]any{nil}
	for _, c := range p.leading {
		if len(walks)*len(c.Values) > maxWalks {
			return nil, fmt.Errorf("query on %s: its values name more than %d places in index %s", p.table.kind.Name, maxWalks, p.index.Name)
		}
		var longer [][]any
		for _, walk := range walks {
			for _, v := range c.Values {
				longer = append(longer, append(slices.Clip(walk), v))
			}
		}
		walks = longer
	}
	return walks, nil
}
