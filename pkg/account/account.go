package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// How long a login lasts, and how failed ones are slowed down.
const (
	SessionLife   = 12 * time.Hour
	setupLife     = 24 * time.Hour
	failuresFree  = 5                // failed logins in a row before waiting begins
	firstLockout  = 30 * time.Second // doubles with each further failure
	longestWindow = 15 * time.Minute
)

// Service logs people in and keeps accounts.
type Service struct {
	store    *store.Store
	hasher   *Hasher
	validate *models.Validator
	now      func() time.Time
}

// New makes the service.
func New(st *store.Store, hasher *Hasher, validate *models.Validator, now func() time.Time) *Service {
	return &Service{store: st, hasher: hasher, validate: validate, now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
}

// Credentials are what somebody logs in with.
type Credentials struct {
	Username string `json:"username" validate:"required,max=40" label:"用户名"`
	Password string `json:"password" validate:"required,max=200" label:"密码"`
}

// Login checks the credentials and opens a session. Wrong ones give one and the same answer,
// whether or not the account exists; too many of them are TooMany.
func (s *Service) Login(ctx context.Context, in Credentials) (token string, session *models.Session, who *models.Account, err error) {
	now := s.now()
	if who, err = s.check(ctx, in, now); err != nil {
		return "", nil, nil, err
	}
	token, session, err = s.open(ctx, who, now)
	return token, session, who, err
}

// check returns the account of right credentials. Wrong ones count as a failed login.
func (s *Service) check(ctx context.Context, in Credentials, now time.Time) (*models.Account, error) {
	in.Username = strings.ToLower(strings.TrimSpace(in.Username))
	if err := s.validate.Check(&in); err != nil {
		return nil, err
	}
	who, err := s.unlocked(ctx, in.Username, now)
	if store.IsNotFound(err) {
		if err := s.hasher.VerifyNobody(ctx, in.Password); err != nil {
			return nil, err
		}
		return nil, wrongCredentials()
	}
	if err != nil {
		return nil, err
	}
	ok, rehash, err := s.hasher.Verify(ctx, who.PasswordHash, in.Password)
	if err != nil {
		return nil, err
	}
	if !ok || who.Disabled {
		return nil, s.countFailure(ctx, in.Username, now)
	}
	// Others may have failed meanwhile: guesses made at once win nothing over guesses made in a row.
	if _, err := s.unlocked(ctx, in.Username, now); err != nil {
		return nil, err
	}
	if who.FailedLogins > 0 || rehash {
		who.FailedLogins, who.LockedUntil = 0, nil
		if rehash {
			if who.PasswordHash, err = s.hasher.Hash(ctx, in.Password); err != nil {
				return nil, err
			}
		}
		if err := s.store.ReplaceAccount(ctx, who); err != nil && !store.IsConflict(err) {
			return nil, err
		}
	}
	return who, nil
}

// unlocked returns an account that may be tried now; else TooMany, which says how long to wait.
func (s *Service) unlocked(ctx context.Context, username string, now time.Time) (*models.Account, error) {
	who, err := s.store.Account(ctx, username)
	if err != nil {
		return nil, err
	}
	if who.LockedUntil != nil && now.Before(*who.LockedUntil) {
		wait := who.LockedUntil.Sub(now)
		locked := models.Errorf(models.TooMany, "login.locked", "密码输错次数太多，请在%d秒后再试", int(wait.Seconds())+1)
		locked.Wait = wait
		return nil, locked
	}
	return who, nil
}

func wrongCredentials() error {
	return models.Errorf(models.Unauthenticated, "login.wrong", "用户名或密码不对，请重新输入")
}

// countFailure notes a failed login, whoever else does so at the same time, and returns what is told
// of it. Where others have locked the account meanwhile it is as if nothing had been tried.
func (s *Service) countFailure(ctx context.Context, username string, now time.Time) error {
	for {
		who, err := s.unlocked(ctx, username, now)
		if err != nil {
			return err
		}
		who.FailedLogins++
		if over := who.FailedLogins - failuresFree; over >= 0 {
			until := now.Add(min(firstLockout<<min(over, 10), longestWindow))
			who.LockedUntil = &until
		}
		err = s.store.ReplaceAccount(ctx, who)
		if err == nil {
			return wrongCredentials()
		}
		if !store.IsConflict(err) {
			return err
		}
	}
}

func (s *Service) open(ctx context.Context, who *models.Account, now time.Time) (string, *models.Session, error) {
	token, hash := NewToken()
	session := &models.Session{TokenHash: hash, Username: who.Username, Epoch: who.Epoch, CreatedAt: now, ExpiresAt: now.Add(SessionLife)}
	if err := s.store.InsertSession(ctx, session); err != nil {
		return "", nil, err
	}
	return token, session, nil
}

// Authenticate tells who holds a token. A missing, expired or ended session is Unauthenticated.
func (s *Service) Authenticate(ctx context.Context, token string) (models.Actor, error) {
	ended := models.Errorf(models.Unauthenticated, "session.ended", "登录已过期，请重新登录")
	if token == "" {
		return models.Actor{}, models.Errorf(models.Unauthenticated, "login_needed", "请先登录")
	}
	session, err := s.store.Session(ctx, HashToken(token))
	switch {
	case store.IsNotFound(err):
		return models.Actor{}, ended
	case err != nil:
		return models.Actor{}, err
	case !s.now().Before(session.ExpiresAt):
		return models.Actor{}, ended
	}
	who, err := s.store.Account(ctx, session.Username)
	switch {
	case store.IsNotFound(err):
		return models.Actor{}, ended
	case err != nil:
		return models.Actor{}, err
	case who.Disabled || who.Epoch != session.Epoch:
		return models.Actor{}, ended
	}
	return who.Actor(), nil
}

// Logout ends the session of a token; one that has ended already is no error.
func (s *Service) Logout(ctx context.Context, token string) error {
	session, err := s.store.Session(ctx, HashToken(token))
	if err == nil {
		err = s.store.DeleteSession(ctx, session)
	}
	if store.IsNotFound(err) || store.IsConflict(err) {
		return nil
	}
	return err
}

// DropExpired removes sessions that have ended. It returns how many.
func (s *Service) DropExpired(ctx context.Context) (int, error) {
	dropped := 0
	for {
		sessions, err := s.store.ExpiredSessions(ctx, s.now(), 200)
		if err != nil || len(sessions) == 0 {
			return dropped, err
		}
		for _, session := range sessions {
			err := s.store.DeleteSession(ctx, session)
			if err != nil && !store.IsNotFound(err) && !store.IsConflict(err) {
				return dropped, err
			}
			dropped++
		}
	}
}

// AccountForm makes an account.
type AccountForm struct {
	Username    string      `json:"username" validate:"required,min=2,max=40" label:"用户名"`
	Name        string      `json:"name" validate:"notblank,max=30" label:"姓名"`
	Role        models.Role `json:"role" validate:"required,oneof=mediator chair first_secretary judicial county auditor admin" label:"岗位"`
	Region      string      `json:"region" validate:"required,region" label:"所在地区"`
	PartyMember bool        `json:"partyMember,omitempty" label:"党员"`
	Password    string      `json:"password" validate:"required,max=200" label:"密码"`
}

// Create adds an account. The role must fit the place it sits at.
func (s *Service) Create(ctx context.Context, form AccountForm) (*models.Account, error) {
	form.Username = strings.ToLower(strings.TrimSpace(form.Username))
	if err := s.validate.Check(&form); err != nil {
		return nil, err
	}
	for _, r := range form.Username {
		if !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '.' || r == '_' || r == '-') {
			return nil, models.FieldErrorf("username", "用户名只能用小写字母、数字和. _ -")
		}
	}
	if seat := form.Role.Seat(); seat != "" && models.RegionKindOf(form.Region) != seat {
		return nil, models.FieldErrorf("region", "%s的地区代码应为%d位", form.Role.Name(), map[models.RegionKind]int{models.RegionVillage: 12, models.RegionTownship: 9, models.RegionCounty: 6}[seat])
	}
	if form.Role == models.RoleAuditor && len(form.Region) < 6 {
		return nil, models.FieldErrorf("region", "审计员的地区代码应为6位、9位或12位")
	}
	if err := CheckPassword(form.Password); err != nil {
		return nil, models.FieldErrorf("password", "%s", err)
	}
	hash, err := s.hasher.Hash(ctx, form.Password)
	if err != nil {
		return nil, err
	}
	who := &models.Account{Username: form.Username, Name: strings.TrimSpace(form.Name), Role: form.Role, Region: form.Region, PartyMember: form.PartyMember, PasswordHash: hash, CreatedAt: s.now(), Epoch: 1}
	err = s.store.InsertAccount(ctx, who)
	if store.IsDuplicate(err, "_id") {
		return nil, models.FieldErrorf("username", "这个用户名已经有人用了，请换一个")
	}
	return who, err
}

// SetPassword changes a password and ends every session of the account.
func (s *Service) SetPassword(ctx context.Context, username, password string) error {
	if err := CheckPassword(password); err != nil {
		return models.FieldErrorf("password", "%s", err)
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.edit(ctx, username, func(who *models.Account) {
		who.PasswordHash, who.Epoch, who.FailedLogins, who.LockedUntil = hash, who.Epoch+1, 0, nil
	})
}

// SetDisabled closes or opens an account; closing ends its sessions.
func (s *Service) SetDisabled(ctx context.Context, username string, disabled bool) error {
	return s.edit(ctx, username, func(who *models.Account) { who.Disabled, who.Epoch = disabled, who.Epoch+1 })
}

func (s *Service) edit(ctx context.Context, username string, change func(*models.Account)) error {
	for {
		who, err := s.store.Account(ctx, strings.ToLower(username))
		if err != nil {
			return err
		}
		change(who)
		if err := s.store.ReplaceAccount(ctx, who); !store.IsConflict(err) {
			return err
		}
	}
}

// Change replaces one's own password, given the old one. A wrong old one counts as a failed login,
// and too many of them are TooMany.
func (s *Service) Change(ctx context.Context, actor models.Actor, old, password string) error {
	_, err := s.check(ctx, Credentials{Username: actor.ID, Password: old}, s.now())
	switch kind := models.AsError(err).Kind; {
	case err == nil:
		return s.SetPassword(ctx, actor.ID, password)
	case kind == models.Unauthenticated, kind == models.Invalid:
		return models.FieldErrorf("old", "原密码不对，请重新输入")
	}
	return err
}

// PrepareSetup returns a one-time token for making the first administrator, or "" when there is
// one already.
func (s *Service) PrepareSetup(ctx context.Context) (string, error) {
	has, err := s.store.HasAdmin(ctx)
	if err != nil || has {
		return "", err
	}
	token, hash := NewToken()
	return token, s.store.InsertSetup(ctx, &models.SetupToken{TokenHash: hash, ExpiresAt: s.now().Add(setupLife)})
}

// Setup makes the first administrator with a one-time token. The token is used up first, so that of
// several at once one makes an account; it is given back when the account could not be made.
func (s *Service) Setup(ctx context.Context, token string, form AccountForm) (*models.Account, error) {
	used := setupUsed()
	setup, err := s.store.Setup(ctx, HashToken(token))
	if err == nil {
		err = s.store.DeleteSetup(ctx, setup)
	}
	if store.IsNotFound(err) || store.IsConflict(err) {
		return nil, used
	}
	if err != nil {
		return nil, err
	}
	who, err := s.first(ctx, setup, form, used)
	if err != nil && !errors.Is(err, used) {
		// The caller may have gone away; the token must not be lost for that.
		if lost := s.store.InsertSetup(context.WithoutCancel(ctx), setup); lost != nil {
			err = errors.Join(err, lost)
		}
	}
	return who, err
}

// CheckSetup says whether a link to set up the first administrator still works.
func (s *Service) CheckSetup(ctx context.Context, token string) error {
	setup, err := s.store.Setup(ctx, HashToken(token))
	if store.IsNotFound(err) {
		return setupUsed()
	}
	if err != nil {
		return err
	}
	return s.unused(ctx, setup, setupUsed())
}

func setupUsed() error {
	return models.Errorf(models.NotFound, "setup.used", "这个设置链接已失效，请重新启动系统后使用日志里的新链接")
}

// unused is the error used where there is an administrator, or the token is old.
func (s *Service) unused(ctx context.Context, setup *models.SetupToken, used error) error {
	has, err := s.store.HasAdmin(ctx)
	if err != nil {
		return err
	}
	if has || !s.now().Before(setup.ExpiresAt) {
		return used
	}
	return nil
}

// first makes the first administrator, or is the error used where there is one or the token is old.
func (s *Service) first(ctx context.Context, setup *models.SetupToken, form AccountForm, used error) (*models.Account, error) {
	if err := s.unused(ctx, setup, used); err != nil {
		return nil, err
	}
	form.Role = models.RoleAdmin
	return s.Create(ctx, form)
}
