// Serves the router `wiki` of a Traefik dynamic file at an address, with Traefik's own ForwardAuth middleware.
package main

import (
	"context"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"

	"github.com/traefik/paerser/file"
	"github.com/traefik/traefik/v2/pkg/config/dynamic"
	"github.com/traefik/traefik/v2/pkg/middlewares/auth"
)

func main() {
	address, path := os.Args[1], os.Args[2]
	if err := serve(address, path); err != nil {
		log.Fatal(err)
	}
}

func serve(address, path string) error {
	var config dynamic.Configuration
	if err := file.Decode(path, &config); err != nil {
		return err
	}
	router := config.HTTP.Routers["wiki"]
	upstream, err := url.Parse(config.HTTP.Services[router.Service].LoadBalancer.Servers[0].URL)
	if err != nil {
		return err
	}
	var handler http.Handler = httputil.NewSingleHostReverseProxy(upstream)
	for _, name := range router.Middlewares {
		handler, err = auth.NewForward(context.Background(), handler, *config.HTTP.Middlewares[name].ForwardAuth, name)
		if err != nil {
			return err
		}
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := http.Server{Addr: address, Handler: handler, Protocols: protocols}
	return server.ListenAndServe()
}
