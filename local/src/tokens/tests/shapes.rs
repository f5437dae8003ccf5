use cfaccess::{Kind, Timestamp};
use serde_json::json;

use super::support::*;
use crate::config::User;
use crate::keys::KeyRing;
use crate::tokens::{AppClaims, MatchClaims, MetaClaims, OrgClaims, Person, Typ, sign};

const ISS: &str = r"https:\/\/cfaccess-local.cloudflareaccess.com";

#[test]
fn a_person_has_the_shape_of_2026_to_the_byte() {
    let ring = shared_ring();
    let token = sign(&ring.current(), Typ::None, &of_person(1_700_000_000, 3_600));
    let [header, payload] = texts(&token);
    assert_eq!(header, format!(r#"{{"alg":"RS256","kid":"{}"}}"#, ring.current().kid));
    let sub = ada().sub();
    assert_eq!(sub.get_version_num(), 5);
    assert_eq!(
        payload,
        format!(
            r#"{{"aud":["{AUD}"],"email":"ada@example.com","exp":1700003601,"iat":1700000000,"nbf":1700000000,"#
        ) + &format!(
            r#""iss":"{ISS}","type":"app","identity_nonce":"{NONCE}","sub":"{sub}","country":"DE","#
        ) + &format!(r#""policy_id":"{POLICY}","h_INTERNAL_DO_NOT_USE":"wiki.localhost"}}"#)
    );
}

#[test]
fn a_service_has_the_shape_of_2026_to_the_byte() {
    let ring = shared_ring();
    let token = sign(&ring.current(), Typ::Jwt, &of_service(1_700_000_000, 3_600));
    let [header, payload] = texts(&token);
    assert_eq!(header, format!(r#"{{"alg":"RS256","kid":"{}","typ":"JWT"}}"#, ring.current().kid));
    assert_eq!(
        payload,
        format!(r#"{{"type":"app","aud":"{AUD}","exp":1700003601,"iss":"{ISS}","#)
            + &format!(r#""common_name":"{CLIENT_ID}","iat":1700000000,"sub":"","#)
            + r#""h_INTERNAL_DO_NOT_USE":"wiki.localhost"}"#
    );
}

#[test]
fn custom_claims_are_there_only_if_there_are_any() {
    let user = User { custom: json!({ "dept": "r/d" }).as_object().unwrap().clone(), ..ada() };
    let claims = AppClaims::of_person(&Person {
        user: &user,
        application: &application(),
        host: "wiki.localhost",
        policy_id: POLICY,
        identity_nonce: NONCE,
        issued: 1_700_000_000,
        duration: 60,
    });
    let ring = shared_ring();
    let token = sign(&ring.current(), claims.typ(), &claims);
    assert!(texts(&token)[1].ends_with(r#","custom":{"dept":"r\/d"}}"#));
    assert!(!of_person(0, 1).0.contains_key("custom"));
}

#[test]
fn the_library_accepts_people_and_services_of_all_durations() {
    let ring = shared_ring();
    let verifier = verifier(ring);
    let now = 1_700_000_000;
    for duration in [1, 10, 60, 1_800, 86_400, 2_628_000] {
        let person = sign(&ring.current(), Typ::None, &of_person(now, duration));
        let service = sign(&ring.current(), Typ::Jwt, &of_service(now, duration));
        let at = Timestamp::new(now).unwrap();
        let verified = verifier.verify_at(person.as_bytes(), at).unwrap();
        assert_eq!((verified.kind(), verified.email()), (Kind::Person, Some("ada@example.com")));
        let verified = verifier.verify_at(service.as_bytes(), at).unwrap();
        assert_eq!((verified.kind(), verified.common_name()), (Kind::Service, Some(CLIENT_ID)));
    }
}

#[test]
fn the_library_accepts_the_key_before_until_it_is_retired() {
    let ring = KeyRing::generate().unwrap();
    let claims = of_person(system_now(), 3_600);
    let token = sign(&ring.current(), claims.typ(), &claims);
    ring.rotate().unwrap();
    assert_eq!(status(&verifier(&ring), &token), "OK");
    ring.retire_previous().unwrap();
    assert_eq!(status(&verifier(&ring), &token), "UNKNOWN_KEY");
}

#[test]
fn the_other_types_have_their_shapes_and_no_origin_takes_them() {
    let ring = shared_ring();
    let verifier = verifier(ring);
    let iat = system_now();
    let org = OrgClaims {
        email: "ada@example.com".into(),
        sub: ada().sub().to_string(),
        identity_nonce: NONCE.into(),
        iat,
        exp: iat + 86_401,
    };
    let token = sign(&ring.current(), Typ::None, &org);
    let claims = payload(&token);
    assert_eq!(
        (&claims["type"], &claims["nbf"], &claims["iss"]),
        (&json!("org"), &json!(iat), &json!("https://cfaccess-local.cloudflareaccess.com"))
    );
    assert_eq!(claims["aud"][0].as_str().unwrap().len(), 64);
    assert_eq!(claims["account_id"].as_str().unwrap().len(), 32);
    assert_eq!(status(&verifier, &token), "WRONG_AUDIENCE");

    let meta = MetaClaims {
        aud: AUD.into(),
        hostname: "wiki.localhost".into(),
        redirect_url: "/".into(),
        service_token_status: false,
        service_token_id: String::new(),
        app_session_hash: "ab".repeat(32),
        iat: 1_709_735_966,
    };
    let token = sign(&ring.current(), Typ::Jwt, &meta);
    assert_eq!(
        texts(&token)[1],
        format!(r#"{{"service_token_status":false,"iat":1709735966,"service_token_id":"","aud":"{AUD}","#)
            + &format!(r#""hostname":"wiki.localhost","app_session_hash":"{}","#, "ab".repeat(32))
            + r#""nbf":1709735966,"is_warp":false,"is_gateway":false,"type":"meta","redirect_url":"\/","#
            + r#""mtls_auth":{"cert_issuer_ski":"","cert_presented":false,"cert_serial":"","#
            + r#""cert_issuer_dn":"","auth_status":"NONE"},"auth_status":"NONE"}"#
    );
    assert_eq!(status(&verifier, &token), "MISSING_CLAIM");

    let found = MatchClaims {
        hostname: "wiki.localhost".into(),
        auth_domain: "cfaccess-local.cloudflareaccess.com".into(),
        aud: AUD.into(),
        app_hostname: "wiki.localhost".into(),
        iat: 1_234_567_890,
    };
    let token = sign(&ring.current(), Typ::Jwt, &found);
    assert_eq!(
        texts(&token)[1],
        r#"{"type":"match","hostname":"wiki.localhost","auth_domain":"cfaccess-local.cloudflareaccess.com","#
            .to_owned()
            + &format!(r#""aud":"{AUD}","app_hostname":"wiki.localhost","iat":1234567890}}"#)
    );
    assert_eq!(status(&verifier, &token), "MISSING_CLAIM");
}
