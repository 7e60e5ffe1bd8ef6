//! `textDocument/documentLink`: where a document leads.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tower_lsp::ls_types::{DocumentLink, Uri};

use super::abilities::Abilities;
use super::convert;
use super::documents::Document;
use crate::links::{self, Link, Target};

/// The links of the document. One that is no file has no neighbours, so it leads to pages alone.
pub async fn links(document: &Document, abilities: &Abilities) -> Vec<DocumentLink> {
    let reading = document.read().await;
    let Some(language) = reading.language else { return Vec::new() };
    let (scan, team) = (&reading.scan, &reading.settings.team);
    let links = links::links(&reading.text, language, scan, &convert::path(&document.uri), team);
    let to_link = |link: Link| {
        let target = match &link.target {
            Target::File(path) => beside(&document.uri, path)?,
            Target::Page(page) => page.parse().ok()?,
        };
        Some(DocumentLink {
            range: convert::to_range(document.text.range(link.span, abilities.encoding)),
            target: Some(target),
            tooltip: abilities.link_tooltip.then_some(link.tooltip),
            data: None,
        })
    };
    links.into_iter().filter_map(to_link).collect()
}

/// What may stand in the path of an address as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address of the file at `path` from the folder of the file `uri`, in the words of that; nothing where there is no
/// such file.
fn beside(uri: &Uri, path: &str) -> Option<Uri> {
    let address = uri.as_str();
    let (scheme, rest) = address.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, own) = rest.split_once('/')?;
    let mut parts: Vec<String> = own.split('/').map(str::to_owned).collect();
    parts.pop();
    // The drive is no folder that could be left.
    let drive = parts.first().map(String::as_str).unwrap_or_default();
    let top = usize::from(drive.ends_with(':') || drive.to_ascii_lowercase().ends_with("%3a"));
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if parts.len() > top => drop(parts.pop()),
            ".." => return None,
            part => parts.push(utf8_percent_encode(part, UNRESERVED).to_string()),
        }
    }
    format!("{scheme}://{host}/{}", parts.join("/")).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_has_an_address_like_its_own() {
        let beside = |uri: &str, path: &str| {
            beside(&uri.parse().expect("the test writes addresses"), path).map(|uri| uri.as_str().to_owned())
        };
        for (uri, path, expected) in [
            ("file:///a/b/compose.yaml", "./web/Dockerfile", "file:///a/b/web/Dockerfile"),
            ("file:///a/b/compose.yaml", "../x//y/../z", "file:///a/x/z"),
            ("file:///a%20b/compose.yaml", "c d/💣#?%.env", "file:///a%20b/c%20d/%F0%9F%92%A3%23%3F%25.env"),
            ("file:///c%3A/a/compose.yaml", "..\\b\\D", "file:///c%3A/b/D"),
            ("file:///C:/compose.yaml", "D", "file:///C:/D"),
            ("file://server/share/compose.yaml", "D", "file://server/share/D"),
            ("file:///compose.yaml", "D", "file:///D"),
        ] {
            assert_eq!(beside(uri, path).as_deref(), Some(expected), "{path} from {uri}");
        }
        for (uri, path) in [
            ("file:///compose.yaml", "../D"),
            ("file:///c%3A/compose.yaml", "..\\D"),
            ("untitled:Untitled-1", "D"),
            ("https://a/compose.yaml", "D"),
        ] {
            assert_eq!(beside(uri, path), None, "{path} from {uri}");
        }
    }
}
