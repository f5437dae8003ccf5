//! The end of sessions.

use super::*;
use crate::access::Denied;
use crate::sessions::Target;

async fn two() -> World {
    let [app, wiki] =
        [samples::application("app", "localhost"), samples::application("wiki", "wiki.localhost")];
    World::new(&[app, wiki]).await
}

/// Signed in at both applications.
async fn at_both(world: &World) -> Jar {
    let mut jar = Jar::default();
    world.log_in(&mut jar, "localhost", "/", "ada@example.com").await;
    world.follow(&mut jar, &world.url("wiki.localhost", "/")).await;
    jar
}

async fn status(world: &World, jar: &Jar, host: &str) -> u16 {
    let cookie = format!("CF_Authorization={}", jar.get(host, "CF_Authorization").unwrap());
    world.ask("GET", host, "/", &[("Cookie", &cookie)]).await.status
}

#[tokio::test]
async fn a_logout_at_either_host_ends_all_sessions_and_clears_one_cookie() {
    for host in ["localhost", "127.0.0.1"] {
        let world = two().await;
        let mut jar = at_both(&world).await;
        let before = jar.get("localhost", "CF_Authorization").unwrap().to_owned();
        let answer = world.visit(&mut jar, "GET", &world.url(host, "/cdn-cgi/access/logout"), &[], "").await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("ada@example.com"));
        assert_eq!(jar.get(host, "CF_Authorization"), None);
        jar.0.insert(("localhost".into(), "CF_Authorization".into()), before);
        assert_eq!(status(&world, &jar, "localhost").await, 302);
        assert_eq!(status(&world, &jar, "wiki.localhost").await, 302);
        assert!(world.access.session_overviews().is_empty());
        // And the same person can log in again.
        jar.forget("127.0.0.1", "CF_Authorization");
        assert_eq!(world.log_in(&mut jar, "localhost", "/", "ada@example.com").await.status, 200);
    }
}

#[tokio::test]
async fn a_logout_leads_to_our_own_hosts_alone() {
    let world = two().await;
    let ours = world.url("wiki.localhost", "/bye");
    let to = |name: &str, target: &str| {
        let target: String = url::form_urlencoded::byte_serialize(target.as_bytes()).collect();
        format!("/cdn-cgi/access/logout?{name}={target}")
    };
    for name in ["returnTo", "redirect_url"] {
        let answer = world.ask("GET", "127.0.0.1", &to(name, &ours), &[]).await;
        assert_eq!((answer.status, answer.header("location")), (302, ours.as_str()));
        for foreign in ["https://evil.test/", "//evil.test/", "javascript:alert(1)"] {
            assert_eq!(world.ask("GET", "127.0.0.1", &to(name, foreign), &[]).await.status, 200);
        }
    }
}

#[tokio::test]
async fn a_revocation_ends_what_it_names() {
    for (target, app, wiki) in [
        (Target::Application("wiki".into()), 200, 302),
        (Target::User("ada@example.com".into()), 302, 302),
        (Target::User("grace@example.com".into()), 200, 200),
    ] {
        let world = two().await;
        let jar = at_both(&world).await;
        let certs = world.ask("GET", "127.0.0.1", "/cdn-cgi/access/certs", &[]).await.body;
        world.access.revoke(&target);
        assert_eq!(status(&world, &jar, "localhost").await, app, "{target:?}");
        assert_eq!(status(&world, &jar, "wiki.localhost").await, wiki, "{target:?}");
        assert_eq!(world.ask("GET", "127.0.0.1", "/cdn-cgi/access/certs", &[]).await.body, certs);
    }
    let world = two().await;
    let jar = at_both(&world).await;
    let overviews = world.access.session_overviews();
    assert_eq!(overviews.len(), 3);
    let wiki = overviews.iter().find(|session| session.application == "wiki").unwrap();
    assert_eq!(world.access.revoke(&Target::Session(wiki.nonce.clone())), 1);
    assert_eq!(status(&world, &jar, "wiki.localhost").await, 302);
    assert_eq!(status(&world, &jar, "localhost").await, 200);
    world.access.reset();
    assert!(world.access.session_overviews().is_empty());
}

#[tokio::test]
async fn revocations_may_take_time_and_keep_people_out_for_a_minute() {
    let mut config = samples::config(&[samples::application("app", "localhost")]);
    config.team.revocation_delay = 25;
    let world = World::with(config).await;
    let mut jar = Jar::default();
    world.log_in(&mut jar, "localhost", "/", "ada@example.com").await;
    world.access.revoke(&Target::User("ada@example.com".into()));
    world.set_time(NOW + 24);
    assert_eq!(status(&world, &jar, "localhost").await, 200);
    world.set_time(NOW + 25);
    assert_eq!(status(&world, &jar, "localhost").await, 302);
    let app = Arc::clone(&world.access.config.load().applications[0]);
    assert!(matches!(world.access.sign_in("ada@example.com", &app), Err(Denied)));
    world.set_time(NOW + 60);
    assert!(world.access.sign_in("ada@example.com", &app).is_ok());
}

#[tokio::test]
async fn the_tokens_of_a_revoked_service_are_refused() {
    let mut app = samples::application("app", "localhost");
    app.policies.push(samples::policy(crate::config::Decision::NonIdentity, samples::everyone()));
    let world = World::new(&[app]).await;
    let service = [("CF-Access-Client-Id", samples::CLIENT_ID), ("CF-Access-Client-Secret", SECRET)];
    let answer = world.ask("GET", "localhost", "/", &service).await;
    let token = answer.origin_got("cf-access-jwt-assertion")[0].to_owned();
    let replay = [("Cf-Access-Token", token.as_str())];
    assert_eq!(world.ask("GET", "localhost", "/", &replay).await.status, 200);
    assert_eq!(world.access.revoke(&Target::Service("ci".into())), 1);
    assert_eq!(world.ask("GET", "localhost", "/", &replay).await.status, 302);
    assert_eq!(world.ask("GET", "localhost", "/", &service).await.status, 200);
}
