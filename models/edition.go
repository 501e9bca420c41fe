package models

import (
	"fmt"
	"time"

	"fengqiao/pkg/docstore"
)

// Edition is what every version of a county's rules is known by, whatever it rules. A stored version is
// never changed: what was decided by it stays decided.
type Edition struct {
	ID            string `bson:"_id" json:"-"`
	docstore.Head `bson:",inline"`
	Number        int       `bson:"number" json:"number"` // from 1, within its county
	County        string    `bson:"county" json:"county"` // code, "" for every county without its own
	Name          string    `bson:"name" json:"name" validate:"required,max=40" label:"名称"`
	EffectiveFrom time.Time `bson:"effectiveFrom" json:"effectiveFrom"`
	// Who published it and when; nobody where the system came with it.
	PublishedAt *time.Time `bson:"publishedAt,omitempty" json:"publishedAt,omitempty"`
	PublishedBy *Actor     `bson:"publishedBy,omitempty" json:"publishedBy,omitempty"`
}

// Ruled is a version of rules of some kind. Check says what is wrong with it as a whole.
type Ruled interface {
	Issue() *Edition
	Check() error
}

// PolicyID is the id of one version.
func PolicyID(county string, number int) string { return fmt.Sprintf("%s#%06d", county, number) }

func (e *Edition) DocID() any { return e.ID }

// Issue is the edition itself: by it all kinds of rules are put in order and published alike.
func (e *Edition) Issue() *Edition { return e }

// VersionName is how people call a version: 第2版, or 默认规则第1版 where it is for every county
// without its own.
func (e *Edition) VersionName() string {
	if e.County == "" {
		return fmt.Sprintf("默认规则第%d版", e.Number)
	}
	return fmt.Sprintf("第%d版", e.Number)
}
