//! Whether two names may be of one thing.

use crate::port::Transport;
use crate::registry;

/// The words of a name, in lower case: `Billing-API` is `billing` and `api`. A number is no word.
fn words(name: &str) -> impl Iterator<Item = String> {
    let words = name.split(|it: char| !it.is_alphanumeric());
    words.filter(|word| word.contains(|it: char| !it.is_ascii_digit())).map(str::to_lowercase)
}

/// The words of a name that tell it from others. A name that has none may be anything's.
pub fn telling(name: &str) -> Vec<String> {
    /// What any service may be called.
    const SAY_NOTHING: &[&str] = &[
        "admin",
        "app",
        "api",
        "application",
        "backend",
        "be",
        "client",
        "cluster",
        "compose",
        "container",
        "containerfile",
        "core",
        "database",
        "db",
        "default",
        "dev",
        "docker",
        "dockerfile",
        "fe",
        "frontend",
        "front",
        "host",
        "http",
        "https",
        "image",
        "internal",
        "latest",
        "local",
        "main",
        "my",
        "node",
        "prod",
        "production",
        "proxy",
        "public",
        "server",
        "service",
        "services",
        "site",
        "srv",
        "stack",
        "staging",
        "svc",
        "tcp",
        "test",
        "the",
        "ui",
        "udp",
        "web",
        "worker",
        "www",
    ];
    words(name).filter(|word| word.len() > 1 && !SAY_NOTHING.contains(&word.as_str())).collect()
}

/// Whether a word of one holds a word of the other.
pub fn are_akin(one: &[String], other: &[String]) -> bool {
    one.iter()
        .any(|one| other.iter().any(|other| one.contains(other.as_str()) || other.contains(one.as_str())))
}

/// Whether the registry, or what is known of products, has a name for that port which is akin to `name`.
pub fn is_known_for(name: &str, number: u16, transport: Transport) -> bool {
    let own = telling(name);
    let products = registry::in_practice(number).flat_map(|it| [it.product].into_iter().chain(it.names()));
    let assigned = registry::assignments_on(number, transport).map(|it| it.service);
    products.chain(assigned).any(|known| are_akin(&own, &telling(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_thing_are_akin() {
        let akin = |one: &str, other: &str| are_akin(&telling(one), &telling(other));
        assert!(
            akin("postgres", "PostgreSQL") && akin("billing-api", "my_billing") && akin("a.Redis", "redis7")
        );
        assert!(!akin("billing-api", "orders-api") && !akin("api", "api") && !akin("web-1", "1"));
    }

    #[test]
    fn an_image_is_known_by_its_product_and_by_the_registry() {
        assert!(is_known_for("bitnami/postgresql:16", 5432, Transport::Tcp));
        assert!(is_known_for("mysql", 3306, Transport::Tcp) && is_known_for("redis", 6379, Transport::Tcp));
        assert!(!is_known_for("redis", 5432, Transport::Tcp) && !is_known_for("app", 8080, Transport::Tcp));
    }
}
