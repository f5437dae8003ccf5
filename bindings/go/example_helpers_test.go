package cfaccess_test

import (
	"encoding/json"
	"log"
	"os"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

// exampleToken is a person's token of the shared vectors.
func exampleToken() string {
	content, err := os.ReadFile("../../tests/vectors/tokens.json")
	if err != nil {
		log.Fatal(err)
	}
	var file struct{ Vectors []tokenVector }
	if err := json.Unmarshal(content, &file); err != nil {
		log.Fatal(err)
	}
	for _, vector := range file.Vectors {
		if vector.Name == "person" {
			return string(vector.Token)
		}
	}
	log.Fatal("the shared vectors have no person")
	return ""
}

func exampleVerifier() *cfaccess.Verifier {
	keys, err := cfaccess.KeysFromFile("../../tests/vectors/acme.jwks.json")
	if err != nil {
		log.Fatal(err)
	}
	defer keys.Close()
	verifier, err := cfaccess.NewVerifier(acmeConfig(), keys)
	if err != nil {
		log.Fatal(err)
	}
	return verifier
}
