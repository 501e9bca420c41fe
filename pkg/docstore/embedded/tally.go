package embedded

import (
	"context"

	"fengqiao/pkg/docstore"
)

// Tally counts and sums over the narrow tables, without touching a document.
func (e *Engine) Tally(ctx context.Context, kind *docstore.Kind, grouping docstore.Grouping) ([]docstore.Group, error) {
	if err := e.enter(ctx); err != nil {
		return nil, err
	}
	defer e.leave()
	t, err := e.table(kind)
	if err != nil {
		return nil, err
	}
	if err := t.kind.CheckGrouping(grouping); err != nil {
		return nil, err
	}
	p, possible, err := t.newPlan(grouping.Index, grouping.Filter)
	if err != nil {
		return nil, err
	}
	groups := []docstore.Group{}
	if !possible {
		return groups, nil
	}
	b := &builder{}
	if err := b.tally(&p, grouping); err != nil {
		return nil, err
	}
	rows, err := e.statements.query(ctx, b.text.String(), b.args)
	if err != nil {
		return nil, told(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		group := docstore.Group{Keys: make([]any, len(grouping.By)), Sums: make([]int64, len(grouping.Sums))}
		var dest []any
		for i := range group.Keys {
			dest = append(dest, &group.Keys[i])
		}
		dest = append(dest, &group.Count)
		for i := range group.Sums {
			dest = append(dest, &group.Sums[i])
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, told(ctx, err)
		}
		if group.Count == 0 { // the total of nothing
			continue
		}
		for i, path := range grouping.By {
			f, _ := t.kind.Field(path)
			if group.Keys[i], err = goValue(f.Type, group.Keys[i]); err != nil {
				return nil, err
			}
		}
		groups = append(groups, group)
	}
	return groups, told(ctx, rows.Err())
}

func (b *builder) tally(p *plan, grouping docstore.Grouping) error {
	keys := quoteAll("k.", grouping.By)
	b.add("SELECT ")
	if keys != "" {
		b.add(keys, ", ")
	}
	b.add("count(*)")
	for _, path := range grouping.Sums {
		b.add(", coalesce(sum(k.", quote(path), "), 0)")
	}
	where := ""
	and := func() {
		if where == "" {
			where = " WHERE "
		} else {
			where = " AND "
		}
		b.add(where)
	}
	if p.array == nil {
		b.add(" FROM ", p.table.name, " AS k")
		if len(grouping.Filter) > 0 {
			b.add(" INDEXED BY ", quote(indexName(p.table.kind.Name, p.index.Name)))
		}
		for _, c := range p.leading {
			and()
			b.compare("k."+quote(c.Field), c)
		}
	} else {
		b.add(" FROM (")
		for i, source := range p.sources() {
			if i > 0 {
				b.add(" UNION ALL ")
			}
			b.add("SELECT s._row FROM ", source, " AS s WHERE ")
			for _, c := range p.leading {
				b.compare("s."+quote(c.Field), c)
				b.add(" AND ")
			}
			if err := b.has(p, source, p.elements); err != nil {
				return err
			}
		}
		b.add(") AS f CROSS JOIN ", p.table.name, " AS k ON k._row = f._row")
	}
	for _, c := range p.checked {
		and()
		b.compare("k."+quote(c.Field), c)
	}
	if keys != "" {
		b.add(" GROUP BY ", keys, " ORDER BY ", keys)
	}
	return nil
}
