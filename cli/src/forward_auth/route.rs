//! What a path asks for: the path as it was sent, byte for byte.

#[derive(Debug, PartialEq, Eq)]
pub enum Route<'a> {
    Verify(&'a str),
    Health,
    Ready,
    Metrics,
    Nothing,
}

pub fn route(path: &str) -> Route<'_> {
    match path {
        "/healthz" => Route::Health,
        "/readyz" => Route::Ready,
        "/metrics" => Route::Metrics,
        _ => match path.strip_prefix("/verify/") {
            Some(rest) => Route::Verify(rest.split('/').next().unwrap_or_default()),
            None => Route::Nothing,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_application_is_the_second_segment_as_it_stands() {
        for path in ["/verify/a", "/verify/a/", "/verify/a/../b", "/verify/a//verify/b"] {
            assert_eq!(route(path), Route::Verify("a"), "{path}");
        }
        assert_eq!(route("/verify/a%2f..%2fb"), Route::Verify("a%2f..%2fb"));
        for path in ["//verify/a", "/Verify/a", "/verify", "/", "*", "/x/../verify/a"] {
            assert_eq!(route(path), Route::Nothing, "{path}");
        }
    }
}
