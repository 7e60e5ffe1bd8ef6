//! Whether YAML of unknown purpose is a compose file, told from its lines alone.

/// The keys of which a service has one, and the entries of other formats' `services` hardly any: what a service is
/// made of and how it runs.
const SERVICE_KEYS: [&str; 14] = [
    "image",
    "build",
    "ports",
    "expose",
    "container_name",
    "depends_on",
    "env_file",
    "entrypoint",
    "command",
    "restart",
    "network_mode",
    "healthcheck",
    "extends",
    "links",
];

/// Top-level keys of Kubernetes, CI and other formats that have services or images too.
const FOREIGN_KEYS: [&str; 10] = [
    "apiVersion",
    "kind",
    "jobs",
    "stages",
    "steps",
    "pipelines",
    "pipeline",
    "openapi",
    "swagger",
    "script",
];

/// Whether `text` is a compose file: it has a mapping `services` whose entries look like services, or which has none yet.
/// In the first version of the format there is nothing but such entries.
pub fn is_compose(text: &str) -> bool {
    let mut top = "";
    let mut has_services = false;
    let mut every_entry_is_service = true;
    let mut entry_is_service = true;
    let mut has_content = false;
    let mut has_service = false;
    for line in text.split(['\n', '\r']).filter(|line| !line.trim_start().starts_with('#')) {
        if top == "services" && line.starts_with([' ', '\t', '-']) && !line.trim().is_empty() {
            has_content = true;
        }
        let Some((indentation, key, value)) = key_of(line) else { continue };
        if indentation > 0 {
            let is_mark = SERVICE_KEYS.contains(&key) && (key != "image" || !value.is_empty());
            has_service |= top == "services" && is_mark;
            entry_is_service |= is_mark;
            // A job of GitLab CI looks like a service until its script.
            every_entry_is_service &= key != "script";
            continue;
        }
        if FOREIGN_KEYS.contains(&key) || key == "services" && value.starts_with('[') {
            return false;
        }
        every_entry_is_service &= entry_is_service && value.is_empty();
        entry_is_service = false;
        has_services |= key == "services";
        top = key;
    }
    if has_services {
        return has_service || !has_content;
    }
    !top.is_empty() && every_entry_is_service && entry_is_service
}

/// The indentation of a line that holds a key, the key without quotes, and what stands behind it.
fn key_of(line: &str) -> Option<(usize, &str, &str)> {
    let content = line.trim_start_matches(' ');
    let (key, value) = content.split_once(':')?;
    let is_key = !key.is_empty() && !key.starts_with(['#', '-', '{', '[']);
    if !is_key || !value.is_empty() && !value.starts_with([' ', '\t']) {
        return None;
    }
    let value = value.trim();
    let value = if value.starts_with('#') { "" } else { value };
    Some((line.len() - content.len(), key.trim_matches(['"', '\'']), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_that_look_like_services() {
        assert!(is_compose("services:\n  web:\n    image: nginx\n"));
        assert!(is_compose(
            "# 💣\r\nversion: '3'\r\n\"services\":  # all of them\r\n  web:\r\n    build: .\r\n"
        ));
        assert!(is_compose("x-base: &base\n  restart: always\nservices:\n  web:\n    ports: [80]\n"));
    }

    #[test]
    fn services_that_are_not_typed_yet() {
        assert!(is_compose("services:\n"));
        assert!(is_compose("name: app\nservices:\n\n  # none\n"));
    }

    #[test]
    fn the_first_version() {
        assert!(is_compose("web:\n  image: nginx\n  ports:\n    - 80:80\ndb:\n  build: ./db\n"));
        assert!(!is_compose("web:\n  image: nginx\nsettings:\n  colour: blue\n"));
        assert!(!is_compose("name: app\nweb:\n  image: nginx\n"));
    }

    #[test]
    fn other_formats() {
        for text in [
            "",
            "a: b\n",
            "services:\n  - docker:dind\nbuild:\n  image: rust\n  script:\n    - cargo build\n",
            "build:\n  image: rust\n  script: cargo build\n",
            "stages: [build]\nbuild:\n  image: rust\n",
            "on: push\njobs:\n  test:\n    services:\n      db:\n        image: postgres\n",
            "apiVersion: v1\nkind: Service\nspec:\n  ports:\n    - port: 80\n",
            "services:\n  _defaults:\n    autowire: true\n  App\\:\n    resource: '../src/'\n",
            "web:\n  image:\n    repository: nginx\n    tag: latest\n",
            "- hosts: all\n  tasks:\n    - name: x\n      image: nginx\n",
        ] {
            assert!(!is_compose(text), "{text:?}");
        }
    }
}
