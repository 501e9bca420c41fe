package store

import (
	"context"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

// sealMark says with which keys the numbers of this store are sealed, without telling the keys.
type sealMark struct {
	ID            string `bson:"_id"`
	docstore.Head `bson:",inline"`
	Mark          string `bson:"mark"`
}

func (m *sealMark) DocID() any { return m.ID }

func sealKind() *docstore.Kind { return &docstore.Kind{Name: "seals"} }

const sealID = "seal"

// CheckSeal asks that the store was always used with the keys of this mark; the first mark stays.
// Another one is a Precondition error: with other keys nobody could read the numbers that are there,
// nor find a case by them.
func (s *Store) CheckSeal(ctx context.Context, mark string) error {
	kept, err := s.seals.Get(ctx, sealID)
	if IsNotFound(told(err, "封存密钥")) {
		kept = &sealMark{ID: sealID, Mark: mark}
		if err = s.seals.Insert(ctx, kept); IsDuplicate(err, docstore.IDIndex) {
			kept, err = s.seals.Get(ctx, sealID)
		}
	}
	if err != nil {
		return told(err, "封存密钥")
	}
	if kept.Mark != mark {
		return models.Errorf(models.Precondition, "seal.other", "封存密钥不是这些数据原来用的那一份。请找回原来的 seal.key（或 FENGQIAO_SEAL_KEY）再启动，否则已有的证件号码和电话读不出来")
	}
	return nil
}
