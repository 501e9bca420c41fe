package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/docstore"
)

func accountKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "accounts",
		Fields:  []docstore.Field{{Path: "region", Type: docstore.String}, {Path: "role", Type: docstore.String}},
		Indexes: []docstore.Index{{Name: "region", Fields: []string{"region"}}, {Name: "role", Fields: []string{"role"}}},
	}
}

func sessionKind() *docstore.Kind {
	return &docstore.Kind{
		Name:      "sessions",
		Fields:    []docstore.Field{{Path: "expiresAt", Type: docstore.Time}},
		Indexes:   []docstore.Index{{Name: "expiry", Fields: []string{"expiresAt"}}},
		Deletable: true,
	}
}

func setupKind() *docstore.Kind { return &docstore.Kind{Name: "setups", Deletable: true} }

func accessKind() *docstore.Kind {
	return &docstore.Kind{
		Name:    "accesses",
		Fields:  []docstore.Field{{Path: "at", Type: docstore.Time}},
		Indexes: []docstore.Index{{Name: "at", Fields: []string{"at"}}},
	}
}

// Account returns the account of a user name.
func (s *Store) Account(ctx context.Context, username string) (*models.Account, error) {
	a, err := s.accounts.Get(ctx, username)
	return a, told(err, "账号")
}

// InsertAccount adds an account; a taken name is a Conflict.
func (s *Store) InsertAccount(ctx context.Context, a *models.Account) error {
	return told(s.accounts.Insert(ctx, a), "账号")
}

// ReplaceAccount writes an account back.
func (s *Store) ReplaceAccount(ctx context.Context, a *models.Account) error {
	return told(s.accounts.Replace(ctx, a), "账号")
}

// AccountsByName returns accounts in the order of their names, those after a name.
func (s *Store) AccountsByName(ctx context.Context, after string, limit int) ([]*models.Account, error) {
	query := docstore.Query{Index: "_id", Limit: limit}
	if after != "" {
		query.After = &docstore.Cursor{ID: after}
	}
	found, err := s.accounts.Find(ctx, query)
	return found, told(err, "账号")
}

// AccountsAt returns the accounts of one place.
func (s *Store) AccountsAt(ctx context.Context, region string) ([]*models.Account, error) {
	found, err := s.accounts.Find(ctx, docstore.Query{Index: "region", Filter: []docstore.Condition{docstore.Equal("region", region)}, Limit: docstore.MaxLimit})
	return found, told(err, "账号")
}

// AccountsIn returns accounts of a place and all inside it, in the order of their places. after is the
// last one of the page before, nil for the first page.
func (s *Store) AccountsIn(ctx context.Context, scope models.Scope, after *models.Account, limit int) ([]*models.Account, error) {
	if models.RegionKindOf(scope.Region) == "" {
		return []*models.Account{}, nil
	}
	query := docstore.Query{
		Index:  "region",
		Filter: []docstore.Condition{docstore.AtLeast("region", scope.Region), docstore.Below("region", scope.Region+"~")},
		Order:  "region", Limit: limit,
	}
	if after != nil {
		query.After = &docstore.Cursor{Value: after.Region, ID: after.Username}
	}
	found, err := s.accounts.Find(ctx, query)
	return found, told(err, "账号")
}

// HasAdmin says whether there is an administrator who has set a password.
func (s *Store) HasAdmin(ctx context.Context) (bool, error) {
	found, err := s.accounts.Find(ctx, docstore.Query{Index: "role", Filter: []docstore.Condition{docstore.Equal("role", string(models.RoleAdmin))}, Limit: 1})
	return len(found) > 0, told(err, "账号")
}

// Session returns the login of a token's hash.
func (s *Store) Session(ctx context.Context, tokenHash string) (*models.Session, error) {
	session, err := s.sessions.Get(ctx, tokenHash)
	return session, told(err, "登录")
}

// InsertSession adds a login.
func (s *Store) InsertSession(ctx context.Context, session *models.Session) error {
	return told(s.sessions.Insert(ctx, session), "登录")
}

// DeleteSession ends a login.
func (s *Store) DeleteSession(ctx context.Context, session *models.Session) error {
	return told(s.sessions.Delete(ctx, session), "登录")
}

// ExpiredSessions returns logins that ended before a moment.
func (s *Store) ExpiredSessions(ctx context.Context, before time.Time, limit int) ([]*models.Session, error) {
	found, err := s.sessions.Find(ctx, docstore.Query{Index: "expiry", Filter: []docstore.Condition{docstore.Below("expiresAt", before)}, Order: "expiresAt", Limit: limit})
	return found, told(err, "登录")
}

// Setup returns the one-time token for the first administrator.
func (s *Store) Setup(ctx context.Context, tokenHash string) (*models.SetupToken, error) {
	token, err := s.setups.Get(ctx, tokenHash)
	return token, told(err, "设置链接")
}

// InsertSetup adds a one-time token.
func (s *Store) InsertSetup(ctx context.Context, token *models.SetupToken) error {
	return told(s.setups.Insert(ctx, token), "设置链接")
}

// DeleteSetup uses a one-time token up; of several at once exactly one succeeds.
func (s *Store) DeleteSetup(ctx context.Context, token *models.SetupToken) error {
	return told(s.setups.Delete(ctx, token), "设置链接")
}

// RecordAccess notes that somebody saw personal data or took data out.
func (s *Store) RecordAccess(ctx context.Context, actor models.Actor, now time.Time, what, subject, region string) error {
	access := &models.Access{ID: bson.NewObjectIDFromTimestamp(now).Hex(), At: now, Actor: actor, What: what, Case: subject, Region: region}
	return told(s.accesses.Insert(ctx, access), "访问记录")
}

// Accesses returns access records inside the scope, the newest first.
func (s *Store) Accesses(ctx context.Context, scope models.Scope, before time.Time, limit int) ([]*models.Access, error) {
	var out []*models.Access
	query := docstore.Query{Index: "at", Filter: []docstore.Condition{docstore.Below("at", before)}, Order: "at", Desc: true, Limit: limit}
	for len(out) < limit {
		found, err := s.accesses.Find(ctx, query)
		if err != nil {
			return nil, told(err, "访问记录")
		}
		for _, a := range found {
			if scope.Covers(a.Region) && len(out) < limit {
				out = append(out, a)
			}
		}
		if len(found) < query.Limit {
			break
		}
		last := found[len(found)-1]
		query.After = &docstore.Cursor{Value: last.At, ID: last.ID}
	}
	return out, nil
}
