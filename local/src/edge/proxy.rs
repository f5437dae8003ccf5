//! The request that the origin gets, and its answer.

mod body;
mod cookies;
mod failure;
mod headers;
mod hop;
mod identity;
mod pool;
#[cfg(test)]
mod tests;
mod upgrade;

use std::net::IpAddr;

use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::Body;
use crate::config::Application;
use body::{Answered, Outgoing};
use failure::Failure;
use pool::Pool;
use upgrade::Upgrade;

/// Connections to the applications under development.
#[derive(Default)]
pub(crate) struct Upstreams {
    pool: Pool,
}

/// Who the origin is told is calling.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assertion {
    /// The value of `Cf-Access-Jwt-Assertion`; none on paths that are bypassed, or by a fault.
    pub(crate) token: Option<String>,
    /// The value of `Cf-Access-Authenticated-User-Email`. Not sent to applications that switched it off.
    pub(crate) email: Option<String>,
    /// Whether the token is put into the cookie `CF_Authorization` too. If not, a client's cookie of that name is
    /// passed on only if it holds this very token.
    pub(crate) in_cookie: bool,
    /// Whether `Cf-Access-Jwt-Assertion` is sent twice, by a fault.
    pub(crate) repeated: bool,
}

/// Where a request came from, for applications with `forwarded_headers`. An extension of the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    pub(crate) address: IpAddr,
    pub(crate) https: bool,
}

impl Upstreams {
    /// Removes everything by which a client could pretend, adds the assertion, and passes the request on, with
    /// upgrades. An origin that cannot be reached is a 502 that names its address.
    pub(crate) async fn forward(
        &self,
        request: Request<Incoming>,
        application: &Application,
        assertion: &Assertion,
    ) -> Response<Body> {
        self.exchange(request, application, assertion).await.unwrap_or_else(Failure::into_response)
    }

    async fn exchange(
        &self,
        mut request: Request<Incoming>,
        application: &Application,
        assertion: &Assertion,
    ) -> Result<Response<Body>, Failure> {
        let upgrade = Upgrade::requested(&mut request);
        let (parts, body) = request.into_parts();
        let mut head = headers::for_origin(
            parts,
            &body,
            application,
            assertion,
            upgrade.as_ref().map(Upgrade::protocol),
        )?;
        let (body, answered) = Outgoing::new(body, &mut head);
        let mut response = self.pool.send(&application.upstream, Request::from_parts(head, body)).await?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let upgrade = upgrade.ok_or_else(|| Failure::unasked_upgrade(&application.upstream))?;
            return Ok(upgrade.accept(&mut response));
        }
        Ok(for_client(response, answered))
    }
}

fn for_client(response: Response<Incoming>, answered: Option<Answered>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    headers::for_client(&mut parts);
    let body = match answered {
        Some(answered) => answered.until_end_of(body).boxed_unsync(),
        None => body.map_err(Into::into).boxed_unsync(),
    };
    Response::from_parts(parts, body)
}
