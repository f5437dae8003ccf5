//! Service tokens, and tokens of applications that are sent back.

use super::gate::{allow, service_auth, with};
use super::*;
use crate::config::Decision;

const ID: (&str, &str) = ("CF-Access-Client-Id", samples::CLIENT_ID);
const RIGHT: (&str, &str) = ("CF-Access-Client-Secret", SECRET);
const WRONG: (&str, &str) = ("CF-Access-Client-Secret", "local_wrong");

fn both() -> Application {
    let policies = [Decision::NonIdentity, Decision::Allow];
    with(policies.map(|decision| samples::policy(decision, samples::everyone())).to_vec())
}

fn lenient(application: Application) -> Config {
    let mut config = samples::config(&[application]);
    config.team.strict_service_token_auth = false;
    config
}

#[tokio::test]
async fn a_service_token_is_let_in_under_strict_mode() {
    let world = World::new(&[service_auth()]).await;
    let answer = world.ask("GET", "localhost", "/", &[ID, RIGHT]).await;
    assert_eq!((answer.status, answer.header("x-origin")), (200, "yes"));
    let [token] = answer.origin_got("cf-access-jwt-assertion")[..] else { panic!("{answer:?}") };
    let claims = crate::tokens::check(token, &world.access.keys, "app", NOW).unwrap();
    assert_eq!(claims.text("common_name"), samples::CLIENT_ID);
    for absent in
        ["cookie", "cf-access-client-id", "cf-access-client-secret", "cf-access-authenticated-user-email"]
    {
        assert!(answer.origin_got(absent).is_empty(), "{absent}");
    }
    assert!(answer.all("set-cookie").is_empty());
    for (headers, status) in [
        (&[ID, WRONG][..], 401),
        (&[("CF-Access-Client-Id", "other.access"), RIGHT], 401),
        (&[ID], 401),
        (&[RIGHT], 401),
        (&[ID, ID, RIGHT], 401),
        (&[ID, RIGHT, RIGHT], 401),
        (&[], 403),
    ] {
        assert_eq!(world.ask("GET", "localhost", "/", headers).await.status, status, "{headers:?}");
    }
    let elsewhere = World::new(&[allow()]).await;
    assert_eq!(elsewhere.ask("GET", "localhost", "/", &[ID, RIGHT]).await.status, 403);
    assert_eq!(elsewhere.ask("GET", "localhost", "/", &[ID, WRONG]).await.status, 401);
}

#[tokio::test]
async fn only_the_service_token_counts_under_strict_mode() {
    for (config, status) in [(samples::config(&[both()]), 401), (lenient(both()), 200)] {
        let world = World::with(config).await;
        let app = Arc::clone(&world.access.config.load().applications[0]);
        let signed_in = world.access.sign_in("ada@example.com", &app).unwrap();
        let cookie = format!("CF_Authorization={}", signed_in.token);
        let headers = [ID, WRONG, ("Cookie", cookie.as_str())];
        assert_eq!(world.ask("GET", "localhost", "/", &headers).await.status, status);
    }
}

#[tokio::test]
async fn without_strict_mode_a_service_gets_a_cookie() {
    let world = World::with(lenient(both())).await;
    let answer = world.ask("GET", "localhost", "/", &[ID, RIGHT]).await;
    let [token] = answer.origin_got("cf-access-jwt-assertion")[..] else { panic!("{answer:?}") };
    assert_eq!(answer.origin_got("cookie"), [format!("CF_Authorization={token}")]);
    assert_eq!(
        answer.cookie("CF_Authorization").unwrap(),
        format!("CF_Authorization={token}; Expires=Wed, 15 Nov 2023 22:13:21 GMT; Path=/; SameSite=Lax")
    );
    let cookie = format!("CF_Authorization={token}");
    assert_eq!(world.ask("GET", "localhost", "/", &[("Cookie", &cookie)]).await.status, 200);

    let only_allow = World::with(lenient(allow())).await;
    for headers in [&[ID, RIGHT][..], &[ID, WRONG], &[ID]] {
        assert_eq!(only_allow.ask("GET", "localhost", "/", headers).await.status, 302);
    }
    let only_services = World::with(lenient(service_auth())).await;
    assert_eq!(only_services.ask("GET", "localhost", "/", &[ID, WRONG]).await.status, 403);
    // The login is told that the secret was right.
    let location = only_allow.ask("GET", "localhost", "/", &[ID, RIGHT]).await;
    let meta =
        location.header("location").split("meta=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let meta = crate::tokens::check(&meta, &only_allow.access.keys, "meta", NOW).unwrap();
    assert_eq!(meta.0["service_token_status"], true);
}

#[tokio::test]
async fn a_single_header_can_carry_the_service_token() {
    let name = Some(http::HeaderName::from_static("authorization"));
    let world = World::new(&[Application { read_service_tokens_from_header: name, ..service_auth() }]).await;
    let object =
        format!(r#"{{"cf-access-client-id":"{}","cf-access-client-secret":"{SECRET}"}}"#, samples::CLIENT_ID);
    let single = ("Authorization", object.as_str());
    let answer = world.ask("GET", "localhost", "/", &[single]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.origin_got("authorization").is_empty());
    assert_eq!(world.ask("GET", "localhost", "/", &[single, ID, RIGHT]).await.status, 401);
    assert_eq!(world.ask("GET", "localhost", "/", &[("Authorization", "Bearer x")]).await.status, 403);
}

#[tokio::test]
async fn a_token_counts_in_three_places_where_there_is_a_policy_of_allow() {
    for (application, status) in [(allow(), 200), (both(), 200), (service_auth(), 403)] {
        let world = World::new(&[application]).await;
        let app = Arc::clone(&world.access.config.load().applications[0]);
        let token = if status == 200 {
            world.access.sign_in("ada@example.com", &app).unwrap().token
        } else {
            let policy = app.policies[0].clone();
            let config = world.access.config.load();
            world.access.issue_service(samples::CLIENT_ID, &app, &policy, &config).token
        };
        let cookie = format!("CF_Authorization={token}");
        for carrier in [("Cookie", &cookie), ("Cf-Access-Token", &token), ("Cf-Access-Jwt-Assertion", &token)]
        {
            let answer = world.ask("GET", "localhost", "/", &[(carrier.0, carrier.1)]).await;
            assert_eq!(answer.status, status, "{}", carrier.0);
            if status == 200 {
                assert_eq!(answer.origin_got("cf-access-jwt-assertion"), [token.as_str()]);
                assert!(answer.origin_got("cf-access-token").is_empty());
            }
        }
        let bearer = format!("Bearer {token}");
        let refused = if status == 200 { 302 } else { 403 };
        assert_eq!(world.ask("GET", "localhost", "/", &[("Authorization", &bearer)]).await.status, refused);
        let forged = [("Cf-Access-Jwt-Assertion", "forged")];
        assert_eq!(world.ask("GET", "localhost", "/", &forged).await.status, refused);
    }
}
