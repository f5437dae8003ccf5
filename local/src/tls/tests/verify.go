// Says of each NAME.pem in a folder whether a client that trusts ca.pem accepts a server with it.
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func read(path string) *x509.Certificate {
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	block, _ := pem.Decode(text)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		panic(err)
	}
	return certificate
}

func main() {
	folder := os.Args[1]
	roots := x509.NewCertPool()
	roots.AddCert(read(filepath.Join(folder, "ca.pem")))
	keys, err := filepath.Glob(filepath.Join(folder, "*.key"))
	if err != nil {
		panic(err)
	}
	for _, key := range keys {
		name := strings.TrimSuffix(filepath.Base(key), ".key")
		leaf := read(filepath.Join(folder, name+".pem"))
		if _, err := leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots}); err != nil {
			fmt.Println(name, "refused", err)
		} else {
			fmt.Println(name, "accepted")
		}
	}
}
