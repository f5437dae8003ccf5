//! Every page with contents, for tests and for `examples/pages.rs`.

use crate::pages::{
    ApplicationRow, Approve, ClockState, Denied, FaultGroup, FaultRow, Forbidden, Form, KeyRow, Login,
    NotFound, Person, RequestRow, SessionRow, SignedOut, StatusPage, approve, approved, denied, forbidden,
    invalid_login, login, not_found, signed_out, status, unauthorized,
};

const NOW: i64 = 1_795_817_774;
const AUD: &str = "4c1d2a0bd5b0a5b1b1f1e2c4ad0f7a76a5e5ea7c2d5f0f7c9b2a6e8d3f104c1d";
const KID: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// Texts that come from the configuration, or from who uses the page.
#[derive(Clone, Copy)]
pub(crate) struct Texts<'a> {
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
    pub(crate) application: &'a str,
    pub(crate) host: &'a str,
    pub(crate) message: &'a str,
    pub(crate) notice: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) hidden: &'a str,
    pub(crate) path: &'a str,
}

impl Texts<'static> {
    pub(crate) const USUAL: Texts<'static> = Texts {
        name: "Ada",
        email: "ada@example.com",
        application: "wiki",
        host: "wiki.localhost",
        message: "The wiki is for staff. Ask Grace to be let in.",
        notice: "2 hours is not an offset. Write -2h.",
        reason: "edge-503",
        hidden: "vFZ3_0vQnYw1",
        path: "/reports/2026",
    };

    /// Each of them would be markup, or end an attribute, if it was not escaped.
    #[cfg(test)]
    pub(crate) const HOSTILE: Texts<'static> = Texts {
        name: "<script>alert('name')</script>",
        email: "\"><img src=x onerror=alert(1)>@example.com",
        application: "</title></style><script>alert('application')</script>",
        host: "' onfocus='alert(1)\" autofocus x=\"",
        message: "<b>&amp; &lt;script&gt;</b><!-- ",
        notice: "<i>notice</i>",
        reason: "</p><table>",
        hidden: "\"/><form action=\"https://evil.test\">",
        path: "/</code><svg onload=alert(1)>",
    };
}

/// All pages, by name.
pub(crate) fn pages(texts: &Texts<'_>) -> Vec<(&'static str, String)> {
    let hidden = [("redirect_url", texts.hidden), ("aud", AUD)];
    let form = Form {
        action: "/cdn-cgi/access/login/wiki.localhost?kid=4c1d&redirect_url=%2F",
        csrf: texts.hidden,
        hidden: &hidden,
    };
    let people = [
        Person { name: texts.name, email: texts.email },
        Person { name: "Grace", email: "grace@example.com" },
        Person { name: "Linus", email: "linus@example.com" },
    ];
    let sign_in =
        Login { form, application: texts.application, host: texts.host, people: &people, chosen: None };
    let refused = Denied {
        login: Login { chosen: Some("linus@example.com"), ..sign_in },
        email: "linus@example.com",
        message: None,
    };
    vec![
        ("login", login(&sign_in)),
        ("login-nobody", login(&Login { people: &[], ..sign_in })),
        ("denied", denied(&refused)),
        (
            "denied-message",
            denied(&Denied { login: sign_in, email: texts.email, message: Some(texts.message) }),
        ),
        ("not-found", not_found(&NotFound { host: texts.host })),
        ("unauthorized", unauthorized()),
        ("forbidden", forbidden(&Forbidden { who: Some(texts.email), aud: AUD, ray_id: texts.hidden })),
        ("forbidden-nobody", forbidden(&Forbidden { who: None, aud: AUD, ray_id: "8f1c2d3e4f5a6b7c" })),
        ("invalid-login", invalid_login()),
        (
            "signed-out",
            signed_out(&SignedOut {
                email: Some(texts.email),
                application: Some("http://wiki.localhost:8780/"),
            }),
        ),
        ("signed-out-nobody", signed_out(&SignedOut { email: None, application: Some(texts.host) })),
        ("approve", approve(&Approve { form, host: texts.host, email: texts.email })),
        ("approved", approved()),
        ("status", full_status(texts, None)),
        ("status-refused", full_status(texts, Some(texts.notice))),
        ("status-empty", status(&empty_status())),
    ]
}

fn empty_status<'a>() -> StatusPage<'a> {
    StatusPage {
        csrf: "vFZ3_0vQnYw1",
        notice: None,
        team: "cfaccess-local",
        origin: "http://127.0.0.1:8780",
        applications: &[],
        sessions: &[],
        keys: &[],
        clock: ClockState { now: NOW, system: NOW, is_frozen: false },
        faults: &[],
        fault_names: &[],
        requests: &[],
    }
}

fn full_status(texts: &Texts<'_>, notice: Option<&str>) -> String {
    let applications = [
        application(texts.application, "http://wiki.localhost:8780/", AUD),
        application("admin", "http://localhost:8780/admin", KID),
    ];
    let sessions = [
        session(texts.hidden, texts.email, texts.application, 360),
        session("Yx0aB4dE6gH8jK1m", "grace@example.com", "admin", 15),
    ];
    let faults = [
        fault("expired", Some(texts.application), Some(texts.path), Some(3), None),
        fault("certs-500", None, None, None, Some(NOW + 30)),
        fault("edge-slow", None, None, Some(1), None),
    ];
    let fault_names = [
        FaultGroup { label: "Token", names: &["token-missing", "expired", "wrong-app", texts.name] },
        FaultGroup { label: "Keys", names: &["certs-500", "certs-slow"] },
        FaultGroup { label: "Edge", names: &["edge-503", "edge-slow"] },
    ];
    let requests = [
        request(3, "GET", "/", ("login", "no session"), 302, None, texts),
        request(2, "POST", "/cdn-cgi/access/login/wiki.localhost", ("answered", "login"), 302, None, texts),
        request(1, "GET", texts.path, ("proxied", "policy staff"), 200, Some(KID), texts),
        request(0, "GET", "/api/pages/1b9d6bcd-bbfd-4b2d", ("fault", texts.reason), 503, Some(KID), texts),
    ];
    status(&StatusPage {
        csrf: texts.hidden,
        notice,
        applications: &applications,
        sessions: &sessions,
        keys: &[KeyRow { kid: KID, is_current: true }, KeyRow { kid: AUD, is_current: false }],
        clock: ClockState { now: NOW - 7_500, system: NOW, is_frozen: notice.is_some() },
        faults: &faults,
        fault_names: &fault_names,
        requests: &requests,
        ..empty_status()
    })
}

fn application<'a>(name: &'a str, url: &'a str, aud: &'a str) -> ApplicationRow<'a> {
    ApplicationRow { name, url, upstream: "http://127.0.0.1:8000", aud }
}

fn session<'a>(nonce: &'a str, email: &'a str, application: &'a str, minutes: i64) -> SessionRow<'a> {
    SessionRow { nonce, email, application, issued: NOW - minutes * 60, expires: NOW + minutes * 60 }
}

fn fault<'a>(
    name: &'a str,
    application: Option<&'a str>,
    path: Option<&'a str>,
    times: Option<u64>,
    until: Option<i64>,
) -> FaultRow<'a> {
    FaultRow { name, application, path, times, until }
}

fn request<'a>(
    ago: i64,
    method: &'a str,
    path: &'a str,
    (decision, reason): (&'a str, &'a str),
    status: u16,
    kid: Option<&'a str>,
    texts: &Texts<'a>,
) -> RequestRow<'a> {
    let who = kid.map(|_| texts.email);
    RequestRow { at: NOW - ago, method, host: texts.host, path, decision, reason, status, kid, who }
}
