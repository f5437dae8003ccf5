package main

import (
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/cfaccess/cfaccess/bindings/go"
)

func prepare(folder string) map[string]func() {
	token := read(folder, "token")
	now := time.Unix(must(strconv.ParseInt(read(folder, "now"), 10, 64)), 0)
	keys := must(cfaccess.KeysFromJSON([]byte(read(folder, "keys.json"))))
	config := cfaccess.Config{Team: read(folder, "team"), Audiences: []string{read(folder, "audience")}}
	cached := must(cfaccess.NewVerifier(config, keys))
	config.CacheEntries = cfaccess.NoCache
	cold := must(cfaccess.NewVerifier(config, keys))

	rows := map[string]func(){
		"go_floor_rsa": prepareFloor(folder),
		"go_verify":    func() { must(cold.VerifyAt(token, now)) },
		"go_hit":       func() { present(must(cached.Verify(token)).Email()) },
	}
	rows["go_middleware"] = prepareMiddleware(folder, cached)
	for name, run := range preparePeers(folder) {
		rows[name] = run
	}
	return rows
}

// What an application reads has to be there.
func present(email string) {
	if email == "" {
		panic("a claim is missing")
	}
}

func read(folder, name string) string {
	return string(must(os.ReadFile(filepath.Join(folder, name))))
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
