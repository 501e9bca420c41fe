package account_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/docstore"
	"fengqiao/pkg/docstore/docstoretest"
	"fengqiao/pkg/docstore/enginetest"
)

func admin(username string) account.AccountForm {
	return account.AccountForm{Username: username, Name: "孙维新", Region: "330681", Password: password}
}

func (w *world) prepare(t *testing.T) string {
	t.Helper()
	token, err := w.PrepareSetup(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, token)
	return token
}

func requireUsed(t *testing.T, err error) {
	t.Helper()
	e := requireTold(t, models.NotFound, "setup.used", err)
	require.Equal(t, "这个设置链接已失效，请重新启动系统后使用日志里的新链接", e.Message)
}

func TestSetup(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		token, other := w.prepare(t), w.prepare(t)
		require.NotEqual(t, token, other)
		_, err := w.Setup(t.Context(), "no token", admin("sun"))
		requireUsed(t, err)
		requireUsed(t, w.CheckSetup(t.Context(), "no token"))
		require.NoError(t, w.CheckSetup(t.Context(), token))

		// Whoever mistypes something may try again with the same link.
		for _, wrong := range []func(*account.AccountForm){
			func(f *account.AccountForm) { f.Password = "short" },
			func(f *account.AccountForm) { f.Username = "孙" },
			func(f *account.AccountForm) { f.Region = "" },
		} {
			form := admin("sun")
			wrong(&form)
			_, err := w.Setup(t.Context(), token, form)
			require.Equal(t, models.Invalid, models.AsError(err).Kind, "%v", err)
		}
		form := admin("sun")
		form.Role = models.RoleMediator
		who, err := w.Setup(t.Context(), token, form)
		require.NoError(t, err)
		require.Equal(t, models.RoleAdmin, who.Role, "whatever the form says")
		w.mustLogin(t, "sun", password)
		requireUsed(t, w.CheckSetup(t.Context(), token))
		requireUsed(t, w.CheckSetup(t.Context(), other))

		_, err = w.Setup(t.Context(), token, admin("again"))
		requireUsed(t, err)
		_, err = w.Setup(t.Context(), other, admin("again"))
		requireUsed(t, err)
		none, err := w.PrepareSetup(t.Context())
		require.NoError(t, err)
		require.Empty(t, none, "there is an administrator")
	})
}

func TestSetupTokenEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last, late := w.prepare(t), w.prepare(t)
	w.advance(24 * time.Hour)
	_, err := w.Setup(t.Context(), late, admin("sun"))
	requireUsed(t, err)
	w.advance(-time.Millisecond)
	_, err = w.Setup(t.Context(), last, admin("sun"))
	require.NoError(t, err)
}

// TestOneSetupMakesAnAdministrator: of many that open one link at once.
func TestOneSetupMakesAnAdministrator(t *testing.T) {
	t.Parallel()
	onEveryEngine(t, func(t *testing.T, w *world) {
		token := w.prepare(t)
		const users = 8
		errs := make([]error, users)
		var group sync.WaitGroup
		for i := range errs {
			group.Go(func() { _, errs[i] = w.Setup(t.Context(), token, admin("admin"+string(rune('a'+i)))) })
		}
		group.Wait()
		made, err := w.store.AccountsByName(t.Context(), "", users)
		require.NoError(t, err)
		if !enginetest.Offers(t, w.caps.AtomicUpdates, "AtomicUpdates", "of eight that use one setup link at once one makes an administrator") {
			require.NotEmpty(t, made)
			return
		}
		require.Len(t, made, 1)
		won := 0
		for i, err := range errs {
			if err == nil {
				won++
				require.Equal(t, "admin"+string(rune('a'+i)), made[0].Username)
				continue
			}
			requireUsed(t, err)
		}
		require.Equal(t, 1, won)
	})
}

// leaving ends a caller's context when an account is about to be written.
type leaving struct {
	docstore.Engine
	leave context.CancelFunc
}

func (l leaving) Insert(ctx context.Context, kind *docstore.Kind, doc bson.Raw) error {
	if kind.Name == "accounts" {
		l.leave()
	}
	return l.Engine.Insert(ctx, kind, doc)
}

// TestSetupTokenIsGivenBackToWhoHasGone: a browser that was closed at the worst moment costs no link.
func TestSetupTokenIsGivenBackToWhoHasGone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	calm := newWorld(t)
	w := newWorldOn(t, leaving{calm.engine, cancel}, docstoretest.All)
	token := w.prepare(t)
	_, err := w.Setup(ctx, token, admin("sun"))
	require.ErrorIs(t, err, context.Canceled)
	_, err = calm.Setup(t.Context(), token, admin("sun"))
	require.NoError(t, err)
}
