package cfaccess_test

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// exampleToken is a person's token of the shared vectors.
func exampleToken() string {
	return exampleTokenNamed("person")
}

func exampleTokenNamed(name string) string {
	content, err := os.ReadFile(filepath.Join(vectorFolder, "tokens.json"))
	if err != nil {
		log.Fatal(err)
	}
	var file struct{ Vectors []tokenVector }
	if err := json.Unmarshal(content, &file); err != nil {
		log.Fatal(err)
	}
	for _, vector := range file.Vectors {
		if vector.Name == name {
			return string(vector.Token)
		}
	}
	log.Fatal("the shared vectors have no token ", name)
	return ""
}

// exampleFetch reads the keys of the team from a file.
func exampleFetch(context.Context, string) ([]byte, error) {
	return os.ReadFile(filepath.Join(vectorFolder, "acme.jwks.json"))
}

func exampleVerifier() *cfaccess.Verifier {
	return exampleVerifierWith(nil)
}

func exampleVerifierWith(revocations *cfaccess.Revocations) *cfaccess.Verifier {
	keys, err := cfaccess.RemoteKeys("acme", cfaccess.RemoteOptions{Fetch: exampleFetch})
	if err != nil {
		log.Fatal(err)
	}
	defer keys.Close()
	if err := keys.Connect(); err != nil {
		log.Fatal(err)
	}
	config := acmeConfig()
	config.Revocations = revocations
	verifier, err := cfaccess.NewVerifier(config, keys)
	if err != nil {
		log.Fatal(err)
	}
	return verifier
}
