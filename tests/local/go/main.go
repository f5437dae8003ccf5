// Command go is the application under development in Go: it answers with what the library says of the request.
// The argument "faults" makes it print the faults of cfaccesstest with their statuses instead.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
	"github.com/cfaccess/cfaccess/bindings/go/cfaccesstest"
)

type application struct {
	keys     *cfaccess.Keys
	verifier *cfaccess.Verifier
}

type answer struct {
	Status   string `json:"status"`
	Failures int64  `json:"failures"`
}

func newApplication() (*application, error) {
	keys, err := cfaccess.RemoteKeys("cfaccess-local", cfaccess.RemoteOptions{
		Timeout: time.Second, RefreshAfter: time.Second, Cooldown: time.Second,
	})
	if err != nil {
		return nil, err
	}
	config := cfaccess.Config{Team: "cfaccess-local", Audiences: []string{os.Getenv("AUDIENCE")}}
	verifier, err := cfaccess.NewVerifier(config, keys)
	if err != nil {
		keys.Close()
		return nil, err
	}
	return &application{keys, verifier}, nil
}

func (a *application) close() {
	a.verifier.Close()
	a.keys.Close()
}

func (a *application) answer(r *http.Request) (answer, error) {
	status := "OK"
	if _, err := a.verifier.VerifyRequest(r); err != nil {
		var refusal *cfaccess.AccessError
		if !errors.As(err, &refusal) {
			return answer{}, err
		}
		status = refusal.Status
	}
	keys, err := a.keys.Status()
	return answer{status, keys.Failures}, err
}

func respond(w http.ResponseWriter, content answer, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(content)
}

func serve() error {
	kept, err := newApplication()
	if err != nil {
		return err
	}
	defer kept.close()
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		content, err := kept.answer(r)
		respond(w, content, err)
	})
	// As after a start of the application.
	http.HandleFunc("/fresh", func(w http.ResponseWriter, r *http.Request) {
		fresh, err := newApplication()
		if err != nil {
			respond(w, answer{}, err)
			return
		}
		defer fresh.close()
		content, err := fresh.answer(r)
		respond(w, content, err)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		return err
	}
	fmt.Println("ready")
	return http.Serve(listener, nil)
}

func printFaults() error {
	statuses := map[string]string{}
	for _, name := range cfaccesstest.Faults() {
		statuses[name] = cfaccesstest.FaultStatus(name)
	}
	return json.NewEncoder(os.Stdout).Encode(statuses)
}

func main() {
	run := serve
	if len(os.Args) > 1 && os.Args[1] == "faults" {
		run = printFaults
	}
	if err := run(); err != nil {
		log.Fatal(err)
	}
}
