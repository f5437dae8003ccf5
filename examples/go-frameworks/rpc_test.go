package frameworks

import (
	"context"
	"net/http"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const procedure = "/shop.Shop/Caller"

func TestConnect(t *testing.T) {
	access := newAccess(t)
	var shop shop
	mux := http.NewServeMux()
	mux.Handle(procedure, connect.NewUnaryHandler(procedure,
		func(ctx context.Context, request *connect.Request[emptypb.Empty]) (*connect.Response[wrapperspb.StringValue], error) {
			answer := shop.answer(ctx, "connect", emailsOf(request.Header())...)
			return connect.NewResponse(wrapperspb.String(answer)), nil
		}))
	url := serve(t, access.middleware(t)(mux))
	for name, options := range map[string][]connect.ClientOption{
		"connect":  nil,
		"gRPC-Web": {connect.WithGRPCWeb()},
	} {
		t.Run(name, func(t *testing.T) {
			client := connect.NewClient[emptypb.Empty, wrapperspb.StringValue](http.DefaultClient, url+procedure, options...)
			request := connect.NewRequest(&emptypb.Empty{})
			shop.reached.Store(0)

			_, err := client.CallUnary(context.Background(), request)
			if connect.CodeOf(err) != connect.CodeUnauthenticated || shop.reached.Load() != 0 {
				t.Errorf("without a token: %v, reached %d times", err, shop.reached.Load())
			}

			request.Header().Set("Cf-Access-Jwt-Assertion", access.token(t, shopAudience))
			response, err := client.CallUnary(context.Background(), request)
			if err != nil {
				t.Fatal(err)
			}
			want := "connect acme.cloudflareaccess.com/person/" + subject + " open=false email=[" + email + "]"
			if got := response.Msg.GetValue(); got != want {
				t.Errorf("got %q", got)
			}
		})
	}
}
