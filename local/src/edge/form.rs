//! Queries and forms.

use std::collections::HashMap;

use http::Request;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

const MAX_BYTES: usize = 65_536;

/// Fields by name. Of those that are given twice, the first counts.
pub(super) struct Fields(HashMap<String, String>);

impl Fields {
    pub(super) fn of_query<B>(request: &Request<B>) -> Fields {
        Fields::parse(request.uri().query().unwrap_or_default().as_bytes())
    }

    /// The fields of a form; none of what is no form, or too long for one of ours.
    pub(super) async fn of_body(request: Request<Incoming>) -> Fields {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Fields(HashMap::new());
        }
        match Limited::new(request.into_body(), MAX_BYTES).collect().await {
            Ok(body) => Fields::parse(&body.to_bytes()),
            Err(_) => Fields(HashMap::new()),
        }
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    fn parse(encoded: &[u8]) -> Fields {
        let mut fields = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(encoded) {
            fields.entry(name.into_owned()).or_insert(value.into_owned());
        }
        Fields(fields)
    }
}
