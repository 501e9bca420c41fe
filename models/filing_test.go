package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// What a file lacks is what Papers says of the papers it must have; an attachment takes the place of what
// was not put on record.
func TestMissingPapers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	attached := func(kinds ...string) []models.Attachment {
		var out []models.Attachment
		for _, kind := range kinds {
			out = append(out, models.Attachment{Kind: kind})
		}
		return out
	}
	nobody := []models.Party{{Role: models.Applicant, Name: "许来福"}}
	rights := "权利义务告知书（没有一次调解记录写明已经告知权利义务（人民调解法第23、24条））"
	for _, test := range []struct {
		name string
		c    models.Case
		want []string
	}{
		{"declined", models.Case{State: models.Closed, Ending: models.Declined, Parties: nobody}, []string{"当事人身份证明（没有登记证件号码：许来福）"}},
		{"withdrawn before a sitting", models.Case{State: models.Closed, Ending: models.Withdrawn, AcceptedAt: &now}, []string{rights}},
		{"failed without a sitting", models.Case{State: models.Closed, AcceptedAt: &now, Failure: &models.Failure{At: now}, Parties: nobody},
			[]string{rights, "当事人身份证明（没有登记证件号码：许来福）", "调解记录（还没有调解记录）"}},
		{"the same, attached", models.Case{State: models.Closed, AcceptedAt: &now, Failure: &models.Failure{At: now}, Parties: nobody,
			Attachments: attached(models.AttachNotice, models.AttachIdentity, models.AttachSitting)}, []string{}},
		{"a visit that is still to come", models.Case{State: models.Closed, AcceptedAt: &now, Agreement: &models.Agreement{InForceOn: "2026-03-02"},
			Sittings: []models.Sitting{{RightsTold: true}}, After: &models.Aftercare{VisitBy: "2026-04-01"}}, []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, test.c.MissingPapers())
		})
	}
}
