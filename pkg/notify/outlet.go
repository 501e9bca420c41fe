package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Limits of a letter by HTTP.
const (
	connectLimit = 5 * time.Second
	answerLimit  = 64 << 10 // bytes that are read of an answer
)

// NewClient makes the client by which letters leave: it follows no redirect, so that a letter goes
// where it was meant to go, and keeps no connection open. How long a letter takes is the sender's to
// limit.
func NewClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:       http.ProxyFromEnvironment,
			DialContext: (&net.Dialer{Timeout: connectLimit}).DialContext, TLSHandshakeTimeout: connectLimit,
			MaxResponseHeaderBytes: answerLimit, DisableKeepAlives: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// checkURL reads the address of a robot. It must be HTTPS, but for this machine itself.
func checkURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return nil, &SendError{faultAddress}
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return nil, &SendError{faultAddress}
	}
	return u, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// post sends a JSON body and returns what a receiver that says 2xx goes on to say; the caller closes
// it. Every error is a *SendError.
func post(ctx context.Context, client *http.Client, to *url.URL, header map[string]string, body []byte) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return nil, &SendError{faultAddress}
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("User-Agent", "fengqiao")
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, networkFault(ctx, err)
	}
	if response.StatusCode >= 200 && response.StatusCode < 300 {
		return response.Body, nil
	}
	_ = response.Body.Close() // nobody reads it
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		return nil, &SendError{faultRedirect}
	}
	return nil, &SendError{fmt.Sprintf("http.%d", response.StatusCode)}
}

// chat is a text message as the robots of WeCom and DingTalk take it.
type chat struct {
	Type string `json:"msgtype"`
	Text struct {
		Content string `json:"content"`
	} `json:"text"`
}

// say sends a text to a robot. A robot that does not take it says so with 200 and an error's number.
func say(ctx context.Context, client *http.Client, robot *url.URL, text string) error {
	message := chat{Type: "text"}
	message.Text.Content = text
	body, err := json.Marshal(message)
	if err != nil {
		return err
	}
	words, err := post(ctx, client, robot, nil, body)
	if err != nil {
		return err
	}
	defer words.Close() // it was read as far as it matters
	raw, err := io.ReadAll(io.LimitReader(words, answerLimit))
	if err != nil {
		return networkFault(ctx, err)
	}
	var answer struct {
		Code *int `json:"errcode"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil || answer.Code == nil {
		return &SendError{faultAnswer}
	}
	if *answer.Code != 0 {
		return &SendError{fmt.Sprintf("robot.%d", *answer.Code)}
	}
	return nil
}
