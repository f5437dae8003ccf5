package cfaccessgrpc_test

import (
	"context"
	"fmt"
	"log"
	"net"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
	"github.com/cfaccess/cfaccess/bindings/go/cfaccessgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

type healthServer struct {
	healthpb.UnimplementedHealthServer
}

func (healthServer) Check(ctx context.Context, _ *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	if claims, ok := cfaccess.FromContext(ctx); ok {
		fmt.Println("hello,", claims.Email())
	}
	return &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_SERVING}, nil
}

func ExampleServerOptions() {
	access := newAccess() // signs tokens as Cloudflare Access does
	protect, err := cfaccess.NewMiddleware(cfaccess.Guard{
		Routes: []cfaccess.Route{{Verifier: access.verifier(shopAudience)}},
	})
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(cfaccessgrpc.ServerOptions(protect)...)
	healthpb.RegisterHealthServer(server, healthServer{})
	client, stop := start(server)
	defer stop()

	_, err = client.Check(context.Background(), &healthpb.HealthCheckRequest{})
	fmt.Println(status.Code(err), status.Convert(err).Message())

	ctx := metadata.AppendToOutgoingContext(context.Background(), "cf-access-jwt-assertion", access.person(shopAudience))
	answer, err := client.Check(ctx, &healthpb.HealthCheckRequest{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.GetStatus())
	// Output:
	// Unauthenticated NO_TOKEN
	// hello, user@example.com
	// SERVING
}

// Health checks without a token, and a service for which tokens of another application are needed.
func ExampleServerOptions_routes() {
	access := newAccess()
	protect, err := cfaccess.NewMiddleware(cfaccess.Guard{
		Routes: []cfaccess.Route{
			{Verifier: access.verifier(shopAudience)},
			{Prefix: "/acme.Admin", Verifier: access.verifier(adminAudience)},
		},
		Open: []cfaccess.OpenPath{{Method: "POST", Path: healthpb.Health_Check_FullMethodName}},
	})
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(cfaccessgrpc.ServerOptions(protect)...)
	healthpb.RegisterHealthServer(server, healthServer{})
	client, stop := start(server)
	defer stop()

	answer, err := client.Check(context.Background(), &healthpb.HealthCheckRequest{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.GetStatus())

	_, err = client.List(context.Background(), &healthpb.HealthListRequest{})
	fmt.Println(status.Code(err), status.Convert(err).Message())
	// Output:
	// SERVING
	// Unauthenticated NO_TOKEN
}

func start(server *grpc.Server) (client healthpb.HealthClient, stop func()) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go server.Serve(listener)
	connection, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	return healthpb.NewHealthClient(connection), func() {
		connection.Close()
		server.Stop()
	}
}
