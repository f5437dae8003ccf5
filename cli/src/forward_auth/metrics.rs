//! How many requests were answered, for Prometheus (OpenMetrics 1.0).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use cfaccess::Status;
use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};

const FORM: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const ABOUT: &str = "# TYPE cfaccess_forward_auth_answers counter\n\
    # HELP cfaccess_forward_auth_answers Answers by application and status.\n";

/// By names of applications in the configuration, and by statuses: nothing that a request says becomes a label.
#[derive(Default)]
pub struct Counts(Mutex<BTreeMap<(String, &'static str), u64>>);

impl Counts {
    pub fn count(&self, app: &str, status: Status) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((app.to_owned(), status.name())).or_default() += 1;
    }

    pub fn page(&self) -> Response<Full<Bytes>> {
        let mut text = ABOUT.to_owned();
        for ((app, status), count) in &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = writeln!(
                text,
                "cfaccess_forward_auth_answers_total{{app=\"{app}\",status=\"{status}\"}} {count}"
            );
        }
        text.push_str("# EOF\n");
        let mut response = Response::new(Full::from(text));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
        response
    }
}
