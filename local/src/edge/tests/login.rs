//! From the first visit to the session of the application.

use super::*;
use crate::config::{Decision, Include};
use crate::tokens;

fn two() -> [Application; 2] {
    [samples::application("app", "localhost"), samples::application("wiki", "wiki.localhost")]
}

#[tokio::test]
async fn a_browser_walks_from_the_application_to_the_login_and_back() {
    let world = World::new(&two()).await;
    let mut jar = Jar::default();
    let answer = world.log_in(&mut jar, "localhost", "/a/b?c=d", "Ada@Example.com").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with("GET /a/b?c=d HTTP/1.1"), "{answer:?}");
    assert_eq!(answer.origin_got("cf-access-authenticated-user-email"), ["ada@example.com"]);
    let token = jar.get("localhost", "CF_Authorization").unwrap();
    assert_eq!(answer.origin_got("cf-access-jwt-assertion"), [token]);
    let claims = tokens::check(token, &world.access.keys, "app", NOW).unwrap();
    assert_eq!(claims.text("country"), "DE");
    assert_eq!(claims.seconds("exp") - claims.seconds("iat"), 86_401);
    let team = jar.get("127.0.0.1", "CF_Authorization").unwrap();
    assert!(tokens::check(team, &world.access.keys, "org", NOW).is_ok());
    assert_eq!(jar.get("127.0.0.1", "CF_Device").map(str::len), Some(32));
}

#[tokio::test]
async fn a_global_session_needs_no_second_page() {
    let world = World::new(&two()).await;
    let mut jar = Jar::default();
    world.log_in(&mut jar, "localhost", "/", "ada@example.com").await;
    let (answer, way) = world.follow(&mut jar, &world.url("wiki.localhost", "/page")).await;
    assert_eq!((answer.status, way.len()), (200, 3), "{way:?}");
    assert_eq!(answer.origin_got("cf-access-authenticated-user-email"), ["ada@example.com"]);
    // A token of one application is refused at the other.
    let cookie = format!("CF_Authorization={}", jar.get("wiki.localhost", "CF_Authorization").unwrap());
    assert_eq!(world.ask("GET", "localhost", "/", &[("Cookie", &cookie)]).await.status, 302);
}

#[tokio::test]
async fn login_and_authorized_answer_head_as_they_do_get() {
    let world = World::new(&two()).await;
    let mut jar = Jar::default();
    world.log_in(&mut jar, "localhost", "/", "ada@example.com").await;
    jar.forget("localhost", "CF_Authorization");
    let mut url = world.url("localhost", "/");
    for _ in 0..3 {
        let answer = world.visit(&mut jar, "HEAD", &url, &[], "").await;
        assert_eq!((answer.status, answer.header("content-length"), answer.body.as_str()), (302, "143", ""));
        url = answer.header("location").to_owned();
    }
    assert!(jar.get("localhost", "CF_Authorization").is_some());
}

#[tokio::test]
async fn a_nonce_is_good_once_at_its_host_with_its_app_session() {
    let world = World::new(&two()).await;
    let mut jar = Jar::default();
    world.log_in(&mut jar, "localhost", "/", "ada@example.com").await;
    let nonce_url = async |jar: &mut Jar| {
        jar.forget("localhost", "CF_Authorization");
        let first = world.visit(jar, "GET", &world.url("localhost", "/"), &[], "").await;
        let second = world.visit(jar, "GET", first.header("location"), &[], "").await;
        assert_eq!(second.status, 302);
        second.header("location").to_owned()
    };
    // Used.
    let url = nonce_url(&mut jar).await;
    assert_eq!(world.visit(&mut jar, "GET", &url, &[], "").await.status, 302);
    let again = world.visit(&mut jar, "GET", &url, &[], "").await;
    assert_eq!(again.status, 400);
    assert!(again.body.contains("Invalid login session"));
    // Old.
    let url = nonce_url(&mut jar).await;
    world.set_time(NOW + 60);
    assert_eq!(world.visit(&mut jar, "GET", &url, &[], "").await.status, 400);
    world.set_time(NOW);
    // Another application's.
    let url = nonce_url(&mut jar).await.replace("//localhost", "//wiki.localhost");
    jar.0.insert(("wiki.localhost".into(), "CF_AppSession".into()), "a".repeat(17));
    assert_eq!(world.visit(&mut jar, "GET", &url, &[], "").await.status, 400);
    // Without the session that it began in, or with another.
    let url = nonce_url(&mut jar).await;
    let (host, target) = world.split(&url);
    assert_eq!(world.ask("GET", &host, &target, &[]).await.status, 400);
    let url = nonce_url(&mut jar).await;
    let (host, target) = world.split(&url);
    let other = format!("CF_AppSession={}", "a".repeat(17));
    assert_eq!(world.ask("GET", &host, &target, &[("Cookie", &other)]).await.status, 400);
    assert_eq!(world.ask("GET", "localhost", "/cdn-cgi/access/authorized", &[]).await.status, 400);
}

#[tokio::test]
async fn two_tabs_log_in_one_after_the_other() {
    let world = World::new(&two()).await;
    let mut jar = Jar::default();
    let (first, first_way) = world.follow(&mut jar, &world.url("localhost", "/one")).await;
    let (second, second_way) = world.follow(&mut jar, &world.url("localhost", "/two")).await;
    for (page, way, path) in [(second, second_way, "/two"), (first, first_way, "/one")] {
        let answer = world.send_login(&mut jar, way.last().unwrap(), &page, "ada@example.com").await;
        let (answer, _) = world.follow(&mut jar, answer.header("location")).await;
        assert!(answer.body.starts_with(&format!("GET {path} ")), "{answer:?}");
    }
}

#[tokio::test]
async fn a_link_without_meta_is_good_and_one_with_a_wrong_meta_is_not() {
    let world = World::new(&two()).await;
    let aud = samples::application("app", "localhost").aud;
    let link =
        |rest: &str| world.url("127.0.0.1", &format!("/cdn-cgi/access/login/localhost?kid={aud}{rest}"));
    let mut jar = Jar::default();
    jar.0.insert(("localhost".into(), "CF_AppSession".into()), "a".repeat(17));
    let login = link("&redirect_url=%2Fa%3Fb");
    let page = world.visit(&mut jar, "GET", &login, &[], "").await;
    let answer = world.send_login(&mut jar, &login, &page, "ada@example.com").await;
    let (answer, _) = world.follow(&mut jar, answer.header("location")).await;
    assert!(answer.body.starts_with("GET /a?b "), "{answer:?}");
    let wrong = world.visit(&mut jar, "GET", &link("&meta=wrong"), &[], "").await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn unknown_hosts_and_audiences_have_a_page_of_their_own() {
    let world = World::new(&two()).await;
    let app = samples::application("app", "localhost").aud;
    for target in [
        "/cdn-cgi/access/login/evil.test".to_owned(),
        "/cdn-cgi/access/login/localhost?kid=0".to_owned(),
        format!("/cdn-cgi/access/login/wiki.localhost?kid={app}"),
    ] {
        let answer = world.ask("GET", "127.0.0.1", &target, &[]).await;
        assert_eq!(answer.status, 404);
        assert!(answer.body.contains("Unable to find your Access application!"));
    }
}

#[tokio::test]
async fn who_is_denied_sees_the_page_again_and_gets_no_session() {
    let mut app = samples::application("app", "localhost");
    let only_grace = Include { emails: vec!["grace@example.com".into()], ..Include::default() };
    app.policies = vec![samples::policy(Decision::Allow, only_grace)];
    app.custom_deny_message = Some("Ask <Grace>.".into());
    let world = World::new(&[app]).await;
    let mut jar = Jar::default();
    let (page, way) = world.follow(&mut jar, &world.url("localhost", "/")).await;
    let denied = world.send_login(&mut jar, way.last().unwrap(), &page, "ada@example.com").await;
    assert_eq!(denied.status, 403);
    assert!(denied.body.contains("Ask &lt;Grace&gt;."), "{denied:?}");
    assert!(denied.cookie("CF_Authorization").is_none());
    // The same page lets somebody else in.
    let answer = world.send_login(&mut jar, way.last().unwrap(), &denied, "grace@example.com").await;
    assert_eq!(world.follow(&mut jar, answer.header("location")).await.0.status, 200);
}

#[tokio::test]
async fn automatic_logins_show_no_page() {
    let mut config = samples::config(&two());
    let world = World::start(&mut config, Some("ada@example.com")).await;
    let mut jar = Jar::default();
    let (answer, way) = world.follow(&mut jar, &world.url("localhost", "/")).await;
    assert_eq!((answer.status, way.len()), (200, 3));
    assert_eq!(answer.origin_got("cf-access-authenticated-user-email"), ["ada@example.com"]);
}

#[tokio::test]
async fn the_login_form_needs_the_token_of_its_page() {
    let world = World::new(&two()).await;
    let (mut jar, mut other) = (Jar::default(), Jar::default());
    let (page, way) = world.follow(&mut jar, &world.url("localhost", "/")).await;
    let (foreign, _) = world.follow(&mut other, &world.url("localhost", "/")).await;
    let login = way.last().unwrap();
    let send = async |jar: &mut Jar, headers: &[(&str, &str)], body: String| {
        let answer = world.visit(jar, "POST", login, headers, &body).await;
        assert!(answer.cookie("CF_Authorization").is_none());
        answer.status
    };
    let email = "other_email=ada@example.com";
    assert_eq!(send(&mut jar, &[FORM], email.into()).await, 403);
    assert_eq!(send(&mut jar, &[FORM], format!("csrf={}&{email}", foreign.csrf())).await, 403);
    let json = ("Content-Type", "application/json");
    assert_eq!(send(&mut jar, &[json], format!("csrf={}&{email}", page.csrf())).await, 403);
    assert_eq!(send(&mut Jar::default(), &[FORM], format!("csrf={}&{email}", page.csrf())).await, 403);
    // An address that is none: the page again.
    assert_eq!(send(&mut jar, &[FORM], format!("csrf={}&other_email=ada", page.csrf())).await, 200);
    assert!(world.access.session_overviews().is_empty());
}

#[tokio::test]
async fn the_login_page_cannot_be_framed_and_leads_to_the_application_alone() {
    let world = World::new(&two()).await;
    let (page, _) = world.follow(&mut Jar::default(), &world.url("localhost", "/")).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"));
    assert!(policy.contains(&format!("form-action 'self' http://{}", world.at("localhost"))), "{policy}");
    assert_eq!(page.header("cache-control"), "no-store");
    let cookie = page.cookie("CF_Session").unwrap();
    assert!(
        cookie.contains("Expires=Wed, 15 Nov 2023 02:13:20 GMT") && cookie.contains("HttpOnly"),
        "{cookie}"
    );
}
