//! The services that send everything in clear text, and what to use instead.

use crate::port::Transport;

use super::packed::{rows_at, text, transport};
use super::tables::CLEARTEXT;

/// A service that speaks in clear text by its design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleartext {
    /// The number.
    pub port: u16,
    /// The transport.
    pub transport: Transport,
    /// What it is called: `Telnet`.
    pub service: &'static str,
    /// What to use instead: `SSH`. Empty where the only remedy is to switch it off.
    pub replacement: &'static str,
    /// The ports of the replacement, the usual one first; the same port where TLS is negotiated there.
    pub secure_ports: [Option<u16>; 2],
    /// Whether the same port can be upgraded to TLS after the greeting (STARTTLS and its kin).
    pub starttls: bool,
    /// The standards of both, separated by `;`.
    pub reference: &'static str,
    /// What else there is to know.
    pub note: &'static str,
}

/// What the clear-text service of the port on that transport is, if one has it.
#[must_use]
pub fn cleartext(port: u16, on: Transport) -> Option<Cleartext> {
    rows_at(&CLEARTEXT, port)
        .filter_map(|[port, code, service, replacement, secure, other, starttls, reference, note]| {
            Some(Cleartext {
                port,
                transport: transport(code)?,
                service: text(service),
                replacement: text(replacement),
                secure_ports: [secure, other].map(|port| (port != 0).then_some(port)),
                starttls: starttls != 0,
                reference: text(reference),
                note: text(note),
            })
        })
        .find(|it| it.transport == on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telnet_is_ssh_today() {
        let telnet = cleartext(23, Transport::Tcp).expect("Telnet is in clear text");
        assert_eq!((telnet.replacement, telnet.secure_ports), ("SSH", [Some(22), None]));
        assert!(!telnet.starttls);
        assert_eq!(cleartext(23, Transport::Udp), None);
    }

    #[test]
    fn ftp_has_two_replacements_and_echo_has_none() {
        let ftp = cleartext(21, Transport::Tcp).expect("FTP is in clear text");
        assert_eq!((ftp.secure_ports, ftp.starttls), ([Some(22), Some(990)], true));
        let echo = cleartext(7, Transport::Udp).expect("echo is in clear text");
        assert_eq!((echo.replacement, echo.secure_ports), ("", [None, None]));
    }

    #[test]
    fn the_encrypted_twins_are_not_in_clear_text() {
        for port in [22, 443, 465, 636, 853, 993, 995] {
            assert_eq!(cleartext(port, Transport::Tcp), None, "{port}");
        }
    }
}
