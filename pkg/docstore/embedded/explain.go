package embedded

import (
	"context"
	"strings"

	"fengqiao/pkg/docstore"
)

// Explain says how SQLite would answer a query.
func (e *Engine) Explain(ctx context.Context, kind *docstore.Kind, query docstore.Query) (docstore.Plan, error) {
	if err := e.enter(ctx); err != nil {
		return docstore.Plan{}, err
	}
	defer e.leave()
	b, p, err := e.find(ctx, kind, query)
	if err != nil {
		return docstore.Plan{}, err
	}
	if b == nil {
		return docstore.Plan{Index: query.Index, Text: "no document can satisfy the query"}, nil
	}
	rows, err := e.readers.QueryContext(ctx, "EXPLAIN QUERY PLAN "+b.text.String(), b.args...)
	if err != nil {
		return docstore.Plan{}, told(ctx, err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			return docstore.Plan{}, told(ctx, err)
		}
		steps = append(steps, step)
	}
	return p.explained(steps), told(ctx, rows.Err())
}

// explained reads SQLite's words. The tables are k, d, s and x as in the statement; the index that
// is named is used if every step that walks it says so.
func (p *plan) explained(steps []string) docstore.Plan {
	plan := docstore.Plan{Text: strings.Join(steps, "\n")}
	outer := strings.TrimSuffix(p.outer(), ".")
	using := " INDEX " + indexName(p.table.kind.Name, p.index.Name) + " "
	if p.array != nil {
		using = " USING PRIMARY KEY "
	}
	walks, byIndex := 0, 0
	for _, step := range steps {
		words := strings.Fields(step)
		switch {
		case strings.HasPrefix(step, "USE TEMP B-TREE"):
			plan.Sort = true
		case len(words) > 1 && words[0] == "SCAN":
			plan.Scan = true
		}
		if len(words) > 1 && words[1] == outer {
			walks++
			if strings.Contains(step+" ", using) {
				byIndex++
			}
		}
	}
	if walks > 0 && walks == byIndex {
		plan.Index = p.index.Name
	}
	return plan
}
