package embedded

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// Get returns the document of an id.
func (e *Engine) Get(ctx context.Context, kind *docstore.Kind, id any) (bson.Raw, error) {
	if err := e.enter(ctx); err != nil {
		return nil, err
	}
	defer e.leave()
	t, err := e.table(kind)
	if err != nil {
		return nil, err
	}
	if err := docstore.CheckID(id); err != nil {
		return nil, err
	}
	found, err := e.documents(ctx, t.sql.get, []any{sqlValue(id)})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, docstore.ErrNotFound
	}
	return found[0], nil
}

// Find returns the documents of one page.
func (e *Engine) Find(ctx context.Context, kind *docstore.Kind, query docstore.Query) ([]bson.Raw, error) {
	if err := e.enter(ctx); err != nil {
		return nil, err
	}
	defer e.leave()
	b, _, err := e.find(ctx, kind, query)
	if err != nil || b == nil {
		return []bson.Raw{}, err
	}
	return e.documents(ctx, b.text.String(), b.args)
}

// documents runs a statement whose first column is a document.
func (e *Engine) documents(ctx context.Context, text string, args []any) ([]bson.Raw, error) {
	rows, err := e.statements.query(ctx, text, args)
	if err != nil {
		return nil, told(ctx, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, told(ctx, err)
	}
	found := []bson.Raw{}
	dest := make([]any, len(columns))
	for i := range dest {
		dest[i] = new(sql.RawBytes) // the columns by which walks are merged
	}
	for rows.Next() {
		var doc []byte
		dest[0] = &doc
		if err := rows.Scan(dest...); err != nil {
			return nil, told(ctx, err)
		}
		found = append(found, trimmed(doc))
		docstore.Pause(len(found))
	}
	return found, told(ctx, rows.Err())
}

// find makes the statement of a query, nil if no document can satisfy it.
func (e *Engine) find(ctx context.Context, kind *docstore.Kind, query docstore.Query) (*builder, *plan, error) {
	t, err := e.table(kind)
	if err != nil {
		return nil, nil, err
	}
	if err := t.kind.Check(query); err != nil {
		return nil, nil, err
	}
	p, possible, err := t.newPlan(query.Index, query.Filter)
	if err != nil || !possible {
		return nil, &p, err
	}
	walks, err := p.walks()
	if err != nil {
		return nil, &p, err
	}
	b := &builder{}
	merged := len(walks)*len(p.sources()) > 1
	for _, walk := range walks {
		elements, err := e.rarestFirst(ctx, &p, walk)
		if err != nil {
			return nil, &p, err
		}
		for _, source := range p.sources() {
			if b.text.Len() > 0 {
				b.add(" UNION ALL ")
			}
			if err := b.walk(&p, query, source, walk, elements, merged); err != nil {
				return nil, &p, err
			}
		}
	}
	b.order(&p, query, merged)
	b.add(" LIMIT ?")
	b.arg(query.Limit)
	return b, &p, nil
}

// walk adds the statement that reads one place of the index in order.
func (b *builder) walk(p *plan, query docstore.Query, source string, values, elements []any, merged bool) error {
	outer := p.outer()
	order := outer + quote(query.Order)
	onOrder := func(c docstore.Condition) bool { return c.Field == query.Order }

	b.add("SELECT d.doc")
	if merged {
		if query.Order != "" {
			b.add(", ", order)
		}
		b.add(", ", outer, "_id")
	}
	b.add(" FROM ", source, " AS ", strings.TrimSuffix(outer, "."))
	if p.array == nil {
		b.add(" INDEXED BY ", quote(indexName(p.table.kind.Name, p.index.Name)))
	} else if slices.ContainsFunc(p.checked, func(c docstore.Condition) bool { return !onOrder(c) }) {
		b.add(" CROSS JOIN ", p.table.name, " AS k ON k._row = s._row")
	}
	b.add(" CROSS JOIN ", p.table.docs, " AS d ON d._row = ", outer, "_row WHERE ")

	and := ""
	next := func() { b.add(and); and = " AND " }
	for i, c := range p.leading {
		next()
		b.add(outer, quote(c.Field), " = ?")
		b.arg(values[i])
	}
	if p.array != nil {
		next()
		if err := b.has(p, source, elements); err != nil {
			return err
		}
	}
	var lower, upper bool // whether the order field has such a bound
	if query.After != nil {
		next()
		b.after(outer, order, query)
		lower, upper = !query.Desc, query.Desc
	}
	for _, c := range p.checked {
		next()
		if !onOrder(c) {
			b.compare("k."+quote(c.Field), c)
			continue
		}
		bounded := &lower
		if c.Op == docstore.OpAtMost || c.Op == docstore.OpBelow {
			bounded = &upper
		}
		column := order
		if *bounded { // the first bound is where the walk begins or ends; the cursor is the narrowest
			column = "+" + order
		}
		*bounded = true
		b.compare(column, c)
	}
	for _, bound := range p.present(query.Order, lower, upper) {
		next()
		b.add(outer, bound)
	}
	return nil
}

// after adds that a document comes behind the cursor.
func (b *builder) after(outer, order string, query docstore.Query) {
	than := " > "
	if query.Desc {
		than = " < "
	}
	if query.Order == "" {
		b.add(outer, "_id", than, "?")
		b.arg(sqlValue(query.After.ID))
		return
	}
	b.add("(", order, ", ", outer, "_id)", than, "(?, ?)")
	b.arg(sqlValue(query.After.Value), sqlValue(query.After.ID))
}

// present returns the bounds that leave out a missing order field where no condition does: NULL,
// which SQLite orders first, and in an index with an array what stands for it. The order of the id
// gets a bound that holds for every id, so that the walk begins at a place in the index.
func (p *plan) present(order string, lower, upper bool) []string {
	if order == "" {
		if len(p.index.Fields) == 0 && !lower {
			return []string{"_id >= ''"}
		}
		return nil
	}
	if slices.ContainsFunc(p.leading, func(c docstore.Condition) bool { return c.Field == order }) {
		return nil
	}
	f, _ := p.table.kind.Field(order)
	switch {
	case p.array != nil && f.Type == docstore.ObjectID && !lower:
		return []string{quote(order) + " > x''"}
	case p.array != nil && f.Type != docstore.ObjectID && !upper:
		return []string{quote(order) + " < x''"}
	case p.array != nil || lower:
		return nil
	case f.Type == docstore.ObjectID:
		return []string{quote(order) + " >= x''"}
	case f.Type == docstore.String:
		return []string{quote(order) + " >= ''"}
	}
	return []string{quote(order) + " >= -9223372036854775808"}
}

// order adds the order: of the columns of one walk, or of the merged columns of several. An order
// that a unique key ends has no equal values; the index does not have the id then.
func (b *builder) order(p *plan, query docstore.Query, merged bool) {
	var terms []string
	if query.Order != "" {
		terms = append(terms, p.outer()+quote(query.Order))
	}
	if query.Order == "" || !p.index.Unique {
		terms = append(terms, p.outer()+"_id")
	}
	b.add(" ORDER BY ")
	for i, term := range terms {
		if i > 0 {
			b.add(", ")
		}
		if merged {
			term = fmt.Sprint(i + 2)
		}
		b.add(term)
		if query.Desc {
			b.add(" DESC")
		}
	}
}

// enoughRows is where counting the rows of an element ends: as many are walked in no time.
const enoughRows = 256

// rarestFirst puts the element in front that the fewest documents of a place have.
func (e *Engine) rarestFirst(ctx context.Context, p *plan, walk []any) ([]any, error) {
	if len(p.elements) < 2 {
		return p.elements, nil
	}
	type counted struct {
		element any
		rows    int
	}
	counts := make([]counted, len(p.elements))
	for i, element := range p.elements {
		b := &builder{}
		b.add("SELECT count(*) FROM (SELECT 1 FROM ", p.array.entries, " AS s WHERE ")
		for j, c := range p.leading {
			if j < p.array.array {
				b.add("s.", quote(c.Field), " = ? AND ")
				b.arg(walk[j])
			}
		}
		if err := b.has(p, p.array.entries, []any{element}); err != nil {
			return nil, err
		}
		b.add(" LIMIT ?)")
		b.arg(enoughRows)
		rows, err := e.statements.query(ctx, b.text.String(), b.args)
		if err != nil {
			return nil, told(ctx, err)
		}
		counts[i].element = element
		if rows.Next() {
			err = rows.Scan(&counts[i].rows)
		}
		if err = cmp.Or(err, rows.Err(), rows.Close()); err != nil {
			return nil, told(ctx, err)
		}
	}
	slices.SortStableFunc(counts, func(a, b counted) int { return cmp.Compare(a.rows, b.rows) })
	out := make([]any, len(counts))
	for i, c := range counts {
		out[i] = c.element
	}
	return out, nil
}
