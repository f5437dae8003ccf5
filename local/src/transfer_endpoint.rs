//! `/transfer/<key>` on `login.cloudflareaccess.org`, where cloudflared waits for tokens.

use std::time::Duration;

use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};

use crate::edge::{Body, full};
use crate::transfer::Transfers;
use crate::transfer_box::{ClientKey, SERVICE_PUBLIC_KEY, TransferBox, seal};

/// How long a request is held. cloudflared waits for a minute, and asks again without a pause.
const HELD: Duration = Duration::from_secs(55);

/// Answers a request for a path: 200 with the tokens, once; 404 as long as they are not approved.
pub(crate) async fn answer(transfers: &Transfers, method: &Method, path: &str) -> Response<Body> {
    answer_within(transfers, method, path, HELD).await
}

async fn answer_within(transfers: &Transfers, method: &Method, path: &str, held: Duration) -> Response<Body> {
    let Some(text) = path.strip_prefix("/transfer/") else { return line(StatusCode::NOT_FOUND, "not found") };
    let Some(key) = ClientKey::parse(text) else {
        return line(StatusCode::BAD_REQUEST, "the key must be 32 bytes in base64url");
    };
    // Tokens are handed out once, so a HEAD would lose them.
    if method != Method::GET {
        let mut response = line(StatusCode::METHOD_NOT_ALLOWED, "only GET");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        return response;
    }
    let Some(approved) = transfers.wait(text, held).await else {
        return line(StatusCode::NOT_FOUND, "not approved yet");
    };
    match seal(&key, &approved.app_token, approved.org_token.as_deref()) {
        Ok(TransferBox { body, public_key }) => {
            let mut response = text_of(StatusCode::OK, body);
            response.headers_mut().insert(SERVICE_PUBLIC_KEY, public_key);
            response
        }
        Err(_) => line(StatusCode::INTERNAL_SERVER_ERROR, "the tokens cannot be handed over"),
    }
}

fn line(status: StatusCode, line: &str) -> Response<Body> {
    text_of(status, format!("{line}\n"))
}

fn text_of(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    let plain: [(HeaderName, &str); 2] =
        [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    response.headers_mut().extend(plain.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    fn key() -> String {
        URL_SAFE.encode([9; 32])
    }

    #[tokio::test]
    async fn tokens_are_there_once_approved_and_once() {
        let transfers = Transfers::default();
        let path = format!("/transfer/{}", key());
        let get = || answer_within(&transfers, &Method::GET, &path, SHORT);
        assert_eq!(get().await.status(), StatusCode::NOT_FOUND);
        transfers.approve(&key(), "app".into(), Some("org".into()));
        let head = answer_within(&transfers, &Method::HEAD, &path, SHORT).await;
        assert_eq!(
            (head.status(), &head.headers()[ALLOW]),
            (StatusCode::METHOD_NOT_ALLOWED, &"GET".parse().unwrap())
        );
        let response = get().await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[SERVICE_PUBLIC_KEY].len(), 44);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(get().await.status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_request_is_held_until_they_are_approved() {
        let transfers = Transfers::default();
        let path = format!("/transfer/{}", key());
        let approval = async {
            tokio::time::sleep(SHORT).await;
            transfers.approve(&key(), "app".into(), None);
        };
        let (response, ()) = tokio::join!(answer(&transfers, &Method::GET, &path), approval);
        assert_eq!(response.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn nothing_else_is_there() {
        let transfers = Transfers::default();
        for (path, status) in [("/", 404), ("/transfer", 404), ("/transfer/", 400), ("/transfer/key", 400)] {
            assert_eq!(answer(&transfers, &Method::GET, path).await.status(), status, "{path}");
        }
    }
}
