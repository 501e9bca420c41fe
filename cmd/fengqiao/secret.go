package main

import "log/slog"

// secret is a setting that is never printed. Its text is read with Reveal alone.
type secret string

const redacted = "[redacted]"

func (s secret) String() string               { return redacted }
func (s secret) GoString() string             { return redacted }
func (s secret) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (s secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Reveal is the secret itself, for the one place that needs it.
func (s secret) Reveal() string { return string(s) }
