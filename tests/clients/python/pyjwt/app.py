"""The example of Cloudflare's documentation, with Flask and PyJWT, but for its address and its return value:
https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/#python-example"""

import json
import os
from wsgiref.simple_server import make_server

import jwt
import requests
from flask import Flask, request

app = Flask(__name__)

# The Application Audience (AUD) tag for your application
POLICY_AUD = os.getenv("AUDIENCE")

# Your CF Access team domain
TEAM_DOMAIN = os.getenv("TEAM_URL")
CERTS_URL = "{}/cdn-cgi/access/certs".format(TEAM_DOMAIN)  # noqa: UP032


def _get_public_keys():
    """
    Returns:
        List of RSA public keys usable by PyJWT.
    """
    r = requests.get(CERTS_URL)
    public_keys = []
    jwk_set = r.json()
    for key_dict in jwk_set["keys"]:
        public_key = jwt.algorithms.RSAAlgorithm.from_jwk(json.dumps(key_dict))
        public_keys.append(public_key)
    return public_keys


def verify_token(f):
    """
    Decorator that wraps a Flask API call to verify the CF Access JWT
    """

    def wrapper():
        token = ""
        if "CF_Authorization" in request.cookies:
            token = request.cookies["CF_Authorization"]
        else:
            return "missing required cf authorization token", 403
        keys = _get_public_keys()

        # Loop through the keys since we can't pass the key set to the decoder
        valid_token = False
        for key in keys:
            try:
                # decode returns the claims that has the email when needed
                claims = jwt.decode(token, key=key, audience=POLICY_AUD, algorithms=["RS256"])
                valid_token = True
                break
            except Exception:
                pass
        if not valid_token:
            return "invalid token", 403

        return f(claims)

    return wrapper


@app.route("/")
@verify_token
def hello_world(claims):
    return claims.get("email") or claims["common_name"]


server = make_server("127.0.0.1", int(os.environ["PORT"]), app)
print(server.server_address[1], flush=True)
server.serve_forever()
