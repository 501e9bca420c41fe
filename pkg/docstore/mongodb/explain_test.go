package mongodb

import (
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/docstore"
)

// TestParsePlan reads answers in the shapes of MongoDB 5 to 8, cut to what matters.
func TestParsePlan(t *testing.T) {
	t.Parallel()
	const due = `"stage":"IXSCAN","keyPattern":{"town":1,"due":1,"_id":1},"indexName":"town_due","isMultiKey":false,"isUnique":false,"direction":"forward","indexBounds":{"town":["[\"COLLSCAN\", \"COLLSCAN\"]"]}`
	for _, test := range []struct {
		name, winning string
		want          docstore.Plan
	}{
		{"classic", `{"stage":"LIMIT","limitAmount":20,"inputStage":{"stage":"FETCH","inputStage":{` + due + `}}}`,
			docstore.Plan{Index: "town_due", Text: "LIMIT FETCH IXSCAN(town_due)"}},
		{"slot-based", `{"queryPlan":{"stage":"FETCH","planNodeId":2,"inputStage":{` + due + `,"planNodeId":1}},"slotBasedPlan":{"slots":"$$RESULT=s11","stages":"[2] nlj inner [] COLLSCAN SORT"}}`,
			docstore.Plan{Index: "town_due", Text: "FETCH IXSCAN(town_due)"}},
		{"whole collection", `{"stage":"COLLSCAN","filter":{"a":{"$eq":1}},"direction":"forward"}`,
			docstore.Plan{Scan: true, Text: "COLLSCAN"}},
		{"whole collection, slot-based", `{"queryPlan":{"stage":"LIMIT","planNodeId":2,"inputStage":{"stage":"COLLSCAN","planNodeId":1}},"slotBasedPlan":{}}`,
			docstore.Plan{Scan: true, Text: "LIMIT COLLSCAN"}},
		{"sorts", `{"stage":"SORT","sortPattern":{"due":1},"memLimit":104857600,"type":"simple","inputStage":{"stage":"FETCH","inputStage":{` + due + `}}}`,
			docstore.Plan{Index: "town_due", Sort: true, Text: "SORT FETCH IXSCAN(town_due)"}},
		{"merges in order", `{"stage":"FETCH","inputStage":{"stage":"SORT_MERGE","sortPattern":{"due":1},"inputStages":[{` + due + `},{` + due + `}]}}`,
			docstore.Plan{Index: "town_due", Text: "FETCH SORT_MERGE IXSCAN(town_due) IXSCAN(town_due)"}},
		{"two indexes", `{"stage":"FETCH","inputStage":{"stage":"AND_SORTED","inputStages":[{` + due + `},{"stage":"IXSCAN","indexName":"state"}]}}`,
			docstore.Plan{Text: "FETCH AND_SORTED IXSCAN(town_due) IXSCAN(state)"}},
		{"an alternative that scans", `{"stage":"SUBPLAN","inputStage":{"stage":"OR","inputStages":[{` + due + `},{"stage":"COLLSCAN"}]}}`,
			docstore.Plan{Scan: true, Text: "SUBPLAN OR IXSCAN(town_due) COLLSCAN"}},
		{"by id", `{"stage":"IDHACK"}`, docstore.Plan{Index: "_id", Text: "IDHACK"}},
		{"by id, since 8", `{"isCached":false,"stage":"EXPRESS_IXSCAN","keyPattern":"{ _id: 1 }","indexName":"_id_"}`,
			docstore.Plan{Index: "_id", Text: "EXPRESS_IXSCAN"}},
		{"by an index, since 8", `{"isCached":false,"stage":"EXPRESS_IXSCAN","keyPattern":"{ key: 1 }","indexName":"key"}`,
			docstore.Plan{Index: "key", Text: "EXPRESS_IXSCAN(key)"}},
		{"walk by id", `{"stage":"LIMIT","inputStage":{"stage":"FETCH","inputStage":{"stage":"IXSCAN","indexName":"_id_"}}}`,
			docstore.Plan{Index: "_id", Text: "LIMIT FETCH IXSCAN"}},
		{"count", `{"stage":"COUNT","inputStage":{"stage":"COUNT_SCAN","keyPattern":{"state":1},"indexName":"state"}}`,
			docstore.Plan{Index: "state", Text: "COUNT COUNT_SCAN(state)"}},
		{"shards", `{"stage":"SHARD_MERGE_SORT","shards":[
			{"shardName":"a","connectionString":"a/h:1","winningPlan":{"stage":"SHARDING_FILTER","inputStage":{"stage":"FETCH","inputStage":{` + due + `}}},"rejectedPlans":[{"stage":"COLLSCAN"}]},
			{"shardName":"b","connectionString":"b/h:1","winningPlan":{"queryPlan":{"stage":"SHARDING_FILTER","inputStage":{"stage":"FETCH","inputStage":{` + due + `}}},"slotBasedPlan":{}},"rejectedPlans":[]}]}`,
			docstore.Plan{Index: "town_due", Text: "SHARD_MERGE_SORT SHARDING_FILTER FETCH IXSCAN(town_due) SHARDING_FILTER FETCH IXSCAN(town_due)"}},
		{"one of the shards scans", `{"stage":"SHARD_MERGE","shards":[{"winningPlan":{` + due + `}},{"winningPlan":{"stage":"COLLSCAN"}}]}`,
			docstore.Plan{Scan: true, Text: "SHARD_MERGE IXSCAN(town_due) COLLSCAN"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := parsePlan(rawOf(t, `{"explainVersion":"1","queryPlanner":{"namespace":"db.papers","winningPlan":`+test.winning+`,"rejectedPlans":[{"stage":"COLLSCAN"}]},"ok":1}`))
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
	for name, answer := range map[string]string{
		"empty":     `{"ok":1}`,
		"no stages": `{"queryPlanner":{"winningPlan":{"Plan":{"Node Type":"Seq Scan"}}},"ok":1}`,
		"no plan":   `{"queryPlanner":{"Plan":{}},"ok":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parsePlan(rawOf(t, answer))
			require.ErrorIs(t, err, errNoPlan)
		})
	}
}
