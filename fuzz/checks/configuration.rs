//! Any text is a configuration, or is refused with mistakes that stand in it.

use std::path::Path;

use portolan::complete;
use portolan::config::Config;
use portolan::languages::Language;
use portolan::lint::lint;

use super::places::{assert_findings_are_sound, is_place};

/// A file with something for most rules.
const DOCKERFILE: &str =
    "FROM a\nEXPOSE 585 994/TCP 22 70000 8080:80 8080 $X\n# portolan: ignore[x]\nEXPOSE 9000\n";

/// Reads `text` as `portolan.toml`, and lints by it.
pub fn configuration(text: &str) {
    match Config::read(text) {
        Ok(config) => {
            for path in ["Dockerfile", "a/b.conf", "vendor/x/compose.yaml", "a.df"].map(Path::new) {
                let _ = (config.excludes(path, false), config.excludes(path, true), config.language(path));
                let findings = lint(DOCKERFILE, Language::Dockerfile, &config.settings_for(path));
                assert_findings_are_sound(&findings, DOCKERFILE);
            }
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty(), "somebody must say why it is refused");
            for mistake in &mistakes {
                assert!(is_place(text, mistake.span) && !mistake.message.is_empty(), "{mistake:?}");
            }
        }
    }
    let places = [0, text.len() / 3, text.len() / 2, text.len()];
    for at in places.map(|at| text.floor_char_boundary(at)) {
        let completion = complete::configuration(text, at);
        assert!(is_place(text, completion.span), "{completion:?}");
    }
}
