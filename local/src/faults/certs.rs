//! What is wrong with the answer of `/cdn-cgi/access/certs`.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

use super::Fault;
use crate::keys::{Document, JSON, KeyError, KeyRing};
use crate::team::ISSUER;

/// Longer than any client waits.
const LATE: Duration = Duration::from_secs(30);
const HTML: &str = "text/html; charset=UTF-8";

/// An answer that is not the one of [`KeyRing::document`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CertsAnswer {
    pub(crate) status: StatusCode,
    /// All but `Content-Length` and `Date`.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    /// How long the whole answer waits.
    pub(crate) delay: Duration,
    /// How many bytes of the body are sent before the connection ends; none for all of them. `Content-Length` is that
    /// of the whole body.
    pub(crate) cut_at: Option<usize>,
}

/// The answer with this fault; `None` if the fault is not one of this step.
pub(crate) fn apply_to_certs(fault: Fault, keys: &KeyRing) -> Result<Option<CertsAnswer>, KeyError> {
    Ok(Some(match fault {
        Fault::Certs500 => CertsAnswer::page(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        Fault::Certs404 => CertsAnswer::page(StatusCode::NOT_FOUND, "Not Found"),
        Fault::CertsHtml => CertsAnswer::page(StatusCode::OK, "Sign in"),
        Fault::CertsEmpty => CertsAnswer::document(Bytes::from_static(br#"{"keys":[]}"#)),
        Fault::CertsSlow => {
            CertsAnswer { delay: LATE, ..CertsAnswer::document(keys.document().body.clone()) }
        }
        Fault::CertsCut => {
            let whole = CertsAnswer::document(keys.document().body.clone());
            CertsAnswer { cut_at: Some(whole.body.len() / 2), ..whole }
        }
        Fault::CertsRedirect => {
            let mut answer = CertsAnswer::page(StatusCode::FOUND, "Found");
            answer.headers.push(("location", format!("{ISSUER}/cdn-cgi/access/login")));
            answer
        }
        Fault::CertsStale => {
            let mut answer = CertsAnswer::document(keys.document_before().body.clone());
            answer.headers.push(("age", "604800".into()));
            answer
        }
        Fault::CertsOnlyNew => CertsAnswer::document(Document::of(&keys.current(), None).body),
        // After the previous key was retired, a key stands for it that nobody has signed with.
        Fault::CertsOnlyOld => CertsAnswer::document(match keys.previous() {
            Some(previous) => Document::of(&previous, None).body,
            None => Document::of(keys.foreign()?, None).body,
        }),
        _ => return Ok(None),
    }))
}

impl CertsAnswer {
    fn document(body: Bytes) -> CertsAnswer {
        CertsAnswer::new(StatusCode::OK, JSON, body)
    }

    fn page(status: StatusCode, title: &str) -> CertsAnswer {
        let body = format!("<!DOCTYPE html><title>{title}</title><h1>{title}</h1>\n");
        CertsAnswer::new(status, HTML, body.into())
    }

    fn new(status: StatusCode, media_type: &str, body: Bytes) -> CertsAnswer {
        let headers = vec![("content-type", media_type.to_owned()), ("cache-control", "no-store".into())];
        CertsAnswer { status, headers, body, delay: Duration::ZERO, cut_at: None }
    }
}
