//! What really listens on a port in containers and web servers, whatever name IANA has for it.

use crate::port::Transport;

use super::packed::{rows_around, rows_at, text, transport};
use super::tables::{IN_PRACTICE, UNAUTHORIZED};

/// A product and the port where it listens unless it is told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InPractice {
    /// The number.
    pub port: u16,
    /// The transport.
    pub transport: Transport,
    /// What listens: `Redis / Valkey`.
    pub product: &'static str,
    /// What kind of thing it is.
    pub kind: Kind,
    /// Whether it speaks in clear text there as it comes.
    pub cleartext: bool,
    /// The port of its twin with TLS, if that is another.
    pub tls_port: Option<u16>,
    /// The documentation that says so.
    pub url: &'static str,
    /// What else there is to know.
    pub note: &'static str,
    /// The names that people type for it, in lower case, separated by spaces.
    names: &'static str,
}

impl InPractice {
    /// The names that people type for it, in lower case: `redis`, `valkey`.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.names.split(' ')
    }

    fn unpack([port, code, product, names, kind, cleartext, tls_port, url, note]: [u16; 9]) -> Option<Self> {
        Some(Self {
            port,
            transport: transport(code)?,
            product: text(product),
            kind: Kind::ALL[usize::from(kind)],
            cleartext: cleartext != 0,
            tls_port: (tls_port != 0).then_some(tls_port),
            url: text(url),
            note: text(note),
            names: text(names),
        })
    }
}

/// What kind of thing a product is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A web page that runs something.
    AdminUi,
    /// A cache in memory.
    Cache,
    /// An engine, orchestrator or registry of containers.
    Container,
    /// A store of data that answers queries.
    Database,
    /// A server for use while developing, or a debugger's port.
    DevServer,
    /// A directory of users or machines.
    Directory,
    /// Files over the network.
    FileShare,
    /// Mail.
    Mail,
    /// Measurements, logs and traces.
    Metrics,
    /// A queue or broker of messages.
    Queue,
    /// A proxy, gateway or plain web server.
    Proxy,
    /// A shell, screen or network from afar.
    RemoteAccess,
    /// Anything else.
    Other,
}

impl Kind {
    /// All of them, in the order of the packed tables.
    pub const ALL: [Self; 13] = [
        Self::AdminUi,
        Self::Cache,
        Self::Container,
        Self::Database,
        Self::DevServer,
        Self::Directory,
        Self::FileShare,
        Self::Mail,
        Self::Metrics,
        Self::Queue,
        Self::Proxy,
        Self::RemoteAccess,
        Self::Other,
    ];

    /// The word for it in `data/in-practice.csv`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AdminUi => "admin-ui",
            Self::Cache => "cache",
            Self::Container => "container",
            Self::Database => "database",
            Self::DevServer => "dev-server",
            Self::Directory => "directory",
            Self::FileShare => "file-share",
            Self::Mail => "mail",
            Self::Metrics => "metrics",
            Self::Queue => "queue",
            Self::Proxy => "proxy",
            Self::RemoteAccess => "remote-access",
            Self::Other => "other",
        }
    }
}

/// IANA's remark that others than the registrant use a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnauthorizedUse {
    /// The number, or the first one of a range.
    pub first: u16,
    /// The last number of the range; `first` for a single number.
    pub last: u16,
    /// The transport of the record that bears the remark; `None` for every one.
    pub transport: Option<Transport>,
    /// Who uses it; empty where IANA does not name them.
    pub who: &'static str,
}

/// What listens on the port in practice, on whatever transport.
pub fn in_practice(port: u16) -> impl Iterator<Item = InPractice> {
    rows_at(&IN_PRACTICE, port).filter_map(InPractice::unpack)
}

/// The products that people call by that name, in any case, in the order of their ports.
pub fn in_practice_named(name: &str) -> impl Iterator<Item = InPractice> {
    products().filter(move |it| it.names().any(|own| own.eq_ignore_ascii_case(name)))
}

/// All of them, in the order of their ports.
pub(super) fn products() -> impl Iterator<Item = InPractice> {
    IN_PRACTICE.iter().filter_map(|&row| InPractice::unpack(row))
}

/// IANA's remarks of unauthorized use that name the port.
pub fn unauthorized_uses(port: u16) -> impl Iterator<Item = UnauthorizedUse> {
    rows_around(&UNAUTHORIZED, port).map(|[first, last, code, who]| UnauthorizedUse {
        first,
        last,
        transport: transport(code),
        who: text(who),
    })
}

/// Whether somebody is known to use the port on that transport today, whoever has it at IANA.
#[must_use]
pub fn has_current_user(port: u16, transport: Transport) -> bool {
    in_practice(port).any(|it| it.transport == transport)
        || unauthorized_uses(port).any(|it| it.transport.is_none_or(|own| own == transport))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_shows_what_listens_there() {
        let products = |port| in_practice(port).map(|it| it.product).collect::<Vec<_>>();
        assert_eq!(products(5540), ["Redis Insight"]);
        assert_eq!(products(3000).len(), 3);
        assert_eq!(products(2), [""; 0]);
        let amqp = in_practice(5672).next().expect("5672 is RabbitMQ");
        assert_eq!((amqp.kind, amqp.cleartext, amqp.tls_port), (Kind::Queue, true, Some(5671)));
    }

    #[test]
    fn a_product_is_found_by_the_names_people_type() {
        let ports = |name| in_practice_named(name).map(|it| it.port).collect::<Vec<_>>();
        assert_eq!(ports("Kafka"), [9092]);
        assert_eq!(ports("elasticsearch"), [9200]);
        assert_eq!(ports("k8s"), [6443]);
        assert_eq!(ports(""), [0_u16; 0]);
        assert!(IN_PRACTICE.iter().filter_map(|&row| InPractice::unpack(row)).all(|it| !it.names.is_empty()));
    }

    #[test]
    fn current_users_are_known_by_transport() {
        assert!(has_current_user(8010, Transport::Tcp), "IANA remarks on it");
        assert!(has_current_user(27019, Transport::Tcp));
        assert!(has_current_user(8384, Transport::Tcp));
        assert!(!has_current_user(8384, Transport::Udp));
        assert!(!has_current_user(994, Transport::Tcp));
        assert!(!has_current_user(585, Transport::Tcp));
    }

    #[test]
    fn iana_sometimes_names_the_other_user() {
        let who = |port| unauthorized_uses(port).map(|it| it.who).collect::<Vec<_>>();
        assert_eq!(who(90), ["PointCast", "PointCast"]);
        assert_eq!(who(33500), [""]);
        assert_eq!(who(80), [""; 0]);
    }
}
