//! What all pages have in common.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The one style sheet.
const STYLE: &str = include_str!("style.css");

/// How `Content-Security-Policy` names the style sheet.
pub(super) static STYLE_SOURCE: LazyLock<String> = LazyLock::new(|| {
    let hash = digest(&SHA256, STYLE.as_bytes());
    format!("'sha256-{}'", STANDARD.encode(hash))
});

/// How wide a page grows.
#[derive(Clone, Copy)]
pub(super) enum Width {
    /// A column of text.
    Column,
    /// Room for lists of addresses and paths.
    Wide,
}

/// A whole document. The content begins with its `h1`.
pub(super) fn document(title: &str, width: Width, content: &Markup) -> String {
    let class = match width {
        Width::Column => "column",
        Width::Wide => "wide",
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                // The only text that is not escaped: its hash is in the header.
                style { (PreEscaped(STYLE)) }
            }
            body class=(class) {
                header class="bar" { p { "Local Access. Nothing here is real." } }
                main { (content) }
            }
        }
    }
    .into_string()
}
