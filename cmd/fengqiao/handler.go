package main

import (
	"log/slog"
	"net/http"

	"fengqiao/handlers"
	"fengqiao/handlers/api"
	"fengqiao/handlers/pages"
	"fengqiao/pkg/notify"
	"fengqiao/pkg/seal"
)

// facing says how the server is reached.
type facing struct {
	secure  bool     // browsers come by HTTPS
	proxies []string // whose X-Forwarded-For is believed
}

// handler puts API and pages on the use cases.
func (a *application) handler(ring *seal.Ring, notices *notify.Service, log *slog.Logger, f facing) (http.Handler, error) {
	cases := a.casework(ring)
	deps := pages.Deps{Cases: cases, Accounts: a.accounts, Store: a.store, Reports: a.reports, Notices: notices, Ring: ring, Now: a.now, Secure: f.secure, Trials: a.trials}
	if a.runner != nil {
		deps.Jobs = a.runner
	}
	views, err := pages.New(deps)
	if err != nil {
		return nil, err
	}
	return handlers.New(handlers.Deps{
		API:   api.New(api.Deps{Cases: cases, Accounts: a.accounts, Reports: a.reports, Store: a.store, Now: a.now}),
		Pages: views, Accounts: a.accounts, Ready: a.store.Ping, Log: log, Now: a.now, TrustedProxies: f.proxies,
	})
}
