// Program cloudflared logs in as the client of that name does. It is written from a description of the protocol, and
// shares no code with it or with the server.
//
//	cloudflared URL    prints the address to open, then the tokens, and what the edge says of them
package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/crypto/nacl/box"
)

const transferURL = "https://login.cloudflareaccess.org/transfer/"

type match struct {
	Type       string `json:"type"`
	Hostname   string `json:"hostname"`
	AuthDomain string `json:"auth_domain"`
	Audience   string `json:"aud"`
	IssuedAt   int64  `json:"iat"`
}

type tokens struct {
	App string `json:"app_token"`
	Org string `json:"org_token"`
}

func main() {
	log.SetFlags(0)
	application, err := url.Parse(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	found, err := metadata(application)
	if err != nil {
		log.Fatalf("metadata: %v", err)
	}
	got, err := logIn(application, found)
	if err != nil {
		log.Fatalf("login: %v", err)
	}
	result := map[string]any{
		"app_token":    got.App,
		"is_taken":     isTaken(application, got.App),
		"is_refused":   !isTaken(application, got.App[:len(got.App)-4]+"AAAA"),
		"is_exchanged": false,
	}
	exchanged, err := exchange(application, got.Org)
	if err != nil {
		log.Fatalf("exchange: %v", err)
	}
	result["is_exchanged"] = isTaken(application, exchanged)
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		log.Fatal(err)
	}
}

func noRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// metadata asks which application this is, and checks the answer with the keys of the team that it names.
func metadata(application *url.URL) (match, error) {
	request, err := http.NewRequest(http.MethodHead, application.String(), nil)
	if err != nil {
		return match{}, err
	}
	request.Header.Set("Cf-Access-Metadata-Request", "true")
	client := http.Client{Timeout: 7 * time.Second, CheckRedirect: noRedirects}
	response, err := client.Do(request)
	if err != nil {
		return match{}, err
	}
	_ = response.Body.Close()
	signed, err := jwt.ParseSigned(response.Header.Get("Cf-Access-Metadata"), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return match{}, err
	}
	var unverified match
	if err := signed.UnsafeClaimsWithoutVerification(&unverified); err != nil {
		return match{}, err
	}
	if !strings.HasSuffix(unverified.AuthDomain, ".cloudflareaccess.com") {
		return match{}, fmt.Errorf("the team is at %q", unverified.AuthDomain)
	}
	keys, err := certs(unverified.AuthDomain)
	if err != nil {
		return match{}, err
	}
	var found match
	if err := signed.Claims(keys, &found); err != nil {
		return match{}, err
	}
	age := time.Since(time.Unix(found.IssuedAt, 0))
	if found.Type != "match" || found.Hostname != application.Hostname() || found.Audience == "" ||
		age > 24*time.Hour || age < -5*time.Minute {
		return match{}, fmt.Errorf("the metadata is not of this application: %+v", found)
	}
	return found, nil
}

func certs(team string) (*jose.JSONWebKeySet, error) {
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Get("https://" + team + "/cdn-cgi/access/certs")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, errors.New(response.Status)
	}
	keys := &jose.JSONWebKeySet{}
	return keys, json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(keys)
}

// logIn lets somebody approve in a browser, and waits for the tokens.
func logIn(application *url.URL, found match) (tokens, error) {
	public, private, err := box.GenerateKey(rand.Reader)
	if err != nil {
		return tokens{}, err
	}
	key := base64.URLEncoding.EncodeToString(public[:])
	approve := url.URL{Scheme: "https", Host: application.Host, Path: "/cdn-cgi/access/cli"}
	approve.RawQuery = url.Values{
		"aud":                 {found.Audience},
		"edge_token_transfer": {"true"},
		"redirect_url":        {application.String() + "?token=" + key},
		"send_org_token":      {"true"},
		"token":               {key},
	}.Encode()
	fmt.Println(approve.String())

	client := http.Client{Timeout: time.Minute}
	for range 10 {
		response, err := client.Get(transferURL + key)
		if err != nil {
			return tokens{}, err
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		switch {
		case err != nil:
			return tokens{}, err
		case response.StatusCode >= http.StatusInternalServerError:
			return tokens{}, errors.New(response.Status)
		case response.StatusCode == http.StatusOK:
			return open(body, response.Header.Get("service-public-key"), private)
		}
	}
	return tokens{}, errors.New("nobody approved")
}

func open(body []byte, sender string, private *[32]byte) (tokens, error) {
	boxed, err := base64.StdEncoding.DecodeString(string(body))
	if err != nil {
		return tokens{}, err
	}
	peer, err := base64.URLEncoding.DecodeString(sender)
	if err != nil {
		return tokens{}, err
	}
	if len(boxed) < 24 || len(peer) != 32 {
		return tokens{}, errors.New("this is no box")
	}
	content, ok := box.Open(nil, boxed[24:], (*[24]byte)(boxed), (*[32]byte)(peer), private)
	if !ok {
		return tokens{}, errors.New("the box does not open")
	}
	var got tokens
	return got, json.Unmarshal(content, &got)
}

// isTaken says whether the edge takes a token of the application: it does not lead to the login.
func isTaken(application *url.URL, token string) bool {
	checked := *application
	checked.RawQuery = "cloudflared_token_check=true"
	request, err := http.NewRequest(http.MethodGet, checked.String(), nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Cf-Access-Token", token)
	client := http.Client{Timeout: 5 * time.Second, CheckRedirect: noRedirects}
	response, err := client.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	location, err := response.Location()
	return response.StatusCode != http.StatusFound ||
		err != nil || !strings.HasPrefix(location.Path, "/cdn-cgi/access/login")
}

// exchange gets a token of the application for one of the team, without a browser.
func exchange(application *url.URL, org string) (string, error) {
	var appSession *http.Cookie
	var found string
	client := http.Client{
		Timeout: 7 * time.Second,
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			for _, cookie := range next.Response.Cookies() {
				if cookie.Name == "CF_AppSession" {
					appSession = cookie
				}
				if cookie.Name == "CF_Authorization" && cookie.Expires.After(time.Now()) &&
					strings.Contains(via[len(via)-1].URL.Path, "/cdn-cgi/access/authorized") {
					found = cookie.Value
					return http.ErrUseLastResponse
				}
			}
			if strings.Contains(next.URL.Path, "/cdn-cgi/access/login") {
				next.AddCookie(&http.Cookie{Name: "CF_Authorization", Value: org})
			}
			if strings.Contains(next.URL.Path, "/cdn-cgi/access/authorized") && appSession != nil {
				next.AddCookie(&http.Cookie{Name: appSession.Name, Value: appSession.Value})
			}
			return nil
		},
	}
	response, err := client.Head(application.String())
	if err != nil {
		return "", err
	}
	_ = response.Body.Close()
	if found == "" {
		return "", fmt.Errorf("no token came: %s", response.Status)
	}
	return found, nil
}
