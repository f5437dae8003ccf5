//! Sessions and the clock.

use super::*;
use crate::config::{Decision, Policy};

async fn cookie_of(world: &World, email: &str) -> String {
    let app = Arc::clone(&world.access.config.load().applications[0]);
    format!("CF_Authorization={}", world.access.sign_in(email, &app).unwrap().token)
}

#[tokio::test]
async fn an_expired_session_is_renewed_silently_and_then_there_is_a_page() {
    let app = Application { session_duration: Some(1_800), ..samples::application("app", "localhost") };
    let world = World::new(&[app]).await;
    let mut jar = Jar::default();
    world.log_in(&mut jar, "localhost", "/", "ada@example.com").await;
    let nonce = |jar: &Jar| {
        let token = jar.get("localhost", "CF_Authorization").unwrap();
        let claims = crate::tokens::check(token, &world.access.keys, "app", 0).map(|_| ());
        assert!(claims.is_err(), "tokens do not begin before they are issued");
        let now = world.access.clock.now();
        crate::tokens::check(token, &world.access.keys, "app", now).unwrap().text("identity_nonce").to_owned()
    };
    let first = nonce(&jar);
    world.set_time(NOW + 1_801);
    let (answer, way) = world.follow(&mut jar, &world.url("localhost", "/")).await;
    assert_eq!((answer.status, way.len()), (200, 3));
    assert_ne!(nonce(&jar), first);
    world.set_time(NOW + 86_401);
    let (page, _) = world.follow(&mut jar, &world.url("localhost", "/")).await;
    assert!(page.body.contains("csrf"), "{page:?}");
}

#[tokio::test]
async fn scripts_get_401_at_the_second_at_which_the_session_is_over() {
    let app = Application { session_duration: Some(60), ..samples::application("app", "localhost") };
    let world = World::new(&[app]).await;
    let cookie = cookie_of(&world, "ada@example.com").await;
    let headers = [("Cookie", cookie.as_str()), ("X-Requested-With", "XMLHttpRequest")];
    for (second, status) in [(0, 200), (60, 200), (61, 401), (-1, 401)] {
        world.set_time(NOW + second);
        assert_eq!(world.ask("GET", "localhost", "/", &headers).await.status, status, "{second}");
    }
}

#[tokio::test]
async fn the_policy_goes_before_the_application_and_that_before_the_team() {
    let policy = |seconds| Policy {
        session_duration: seconds,
        ..samples::policy(Decision::Allow, samples::everyone())
    };
    for (of_policy, of_application, expected) in [
        (Some(1), Some(2), 1),
        (None, Some(1_800), 1_800),
        (None, None, 86_400),
        (Some(2_628_000), None, 2_628_000),
    ] {
        let application = Application {
            session_duration: of_application,
            policies: vec![policy(of_policy)],
            ..samples::application("app", "localhost")
        };
        let world = World::new(&[application]).await;
        let app = Arc::clone(&world.access.config.load().applications[0]);
        let signed_in = world.access.sign_in("ada@example.com", &app).unwrap();
        assert_eq!(signed_in.expires, NOW + expected + 1);
        let date = super::super::cookies::http_date(signed_in.expires);
        assert!(signed_in.cookie.contains(&format!("; Expires={date}; Path=/")), "{}", signed_in.cookie);
    }
}
