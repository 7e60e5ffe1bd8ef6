//! Other linters' rules on ports beside ours.

use super::Rule;
use super::{
    cleartext_service, exposed_ssh, host_mapping_in_expose, host_port_conflict, missing_default_server,
    out_of_range_port, publish_all_interfaces, sensitive_port_published, unquoted_port, uppercase_protocol,
};

/// Every rule on ports of another linter, by the tool and in the order in which it lists them.
///
/// `--compat`, the README's table and the comments of other linters that are heeded read this list; nothing repeats it.
pub static COMPAT: &[Counterpart] = &[
    Counterpart {
        rules: &[&out_of_range_port::RULE],
        is_about: is_too_large,
        note: "hadolint reads EXPOSE without its variables; ours every port of a file, and 0 where it means nothing",
        ..Counterpart::new(Tool::Hadolint, "DL3011")
    },
    Counterpart {
        rules: &[&host_mapping_in_expose::RULE],
        is_about: |written| !written.contains(','),
        note: "ours finds commas between the ports as well, and reads compose's expose",
        ..Counterpart::new(Tool::BuildKit, "ExposeInvalidFormat")
    },
    Counterpart {
        rules: &[&uppercase_protocol::RULE],
        note: "a hint, which shows in editors alone; ours reads compose's ports and expose as well",
        ..Counterpart::new(Tool::BuildKit, "ExposeProtoCasing")
    },
    Counterpart {
        rules: &[&out_of_range_port::RULE],
        is_about: is_too_large,
        note: "hadolint's rule under another name",
        ..Counterpart::new(Tool::Tally, "hadolint/DL3011")
    },
    Counterpart {
        rules: &[&host_mapping_in_expose::RULE],
        is_about: |written| !written.contains(','),
        note: "BuildKit's check under another name",
        ..Counterpart::new(Tool::Tally, "buildkit/ExposeInvalidFormat")
    },
    Counterpart {
        rules: &[&uppercase_protocol::RULE],
        note: "BuildKit's check under another name",
        ..Counterpart::new(Tool::Tally, "buildkit/ExposeProtoCasing")
    },
    Counterpart {
        rules: &[&exposed_ssh::RULE],
        note: "off by default here; Checkov reads the words 22 and 22/tcp of EXPOSE, ours ranges, variables and compose \
            as well",
        ..Counterpart::new(Tool::Checkov, "CKV_DOCKER_1")
    },
    Counterpart {
        rules: &[&exposed_ssh::RULE],
        aliases: &["DS004", "AVD-DS-0004", "no-ssh-port"],
        note: "off by default here; Trivy takes 22/udp for SSH too, ours reads ranges, variables and compose as well",
        ..Counterpart::new(Tool::Trivy, "DS-0004")
    },
    Counterpart {
        rules: &[&out_of_range_port::RULE],
        aliases: &["DS008", "AVD-DS-0008", "port-out-of-range"],
        is_about: is_too_large,
        note: "Trivy reads single ports of EXPOSE; ours every port of a file, ranges, and 0 where it means nothing",
        ..Counterpart::new(Tool::Trivy, "DS-0008")
    },
    Counterpart {
        rules: &[&exposed_ssh::RULE, &cleartext_service::RULE],
        note: "of its 22, 23, 3389, 5800 and 5900 in EXPOSE ours finds 22 (off by default) and 23; 3389 and 5900 where \
            compose publishes them (sensitive-port-published), 5800 nowhere",
        ..Counterpart::new(Tool::SonarQube, "docker:S6473")
    },
    Counterpart {
        rules: &[&exposed_ssh::RULE],
        aliases: &["5907595b-5b6d-4142-b173-dbb0e73fbff8"],
        note: "off by default here; KICS reads the word 22 of EXPOSE, ours protocols, ranges, variables and compose as well",
        ..Counterpart::new(Tool::Kics, "Exposing Port 22 (SSH)")
    },
    Counterpart {
        rules: &[&out_of_range_port::RULE],
        aliases: &["71bf8cf8-f0a1-42fa-b9d2-d10525e0a38e"],
        is_about: is_too_large,
        note: "KICS reads single ports of EXPOSE; ours every port of a file, ranges, and 0 where it means nothing",
        ..Counterpart::new(Tool::Kics, "UNIX Ports Out Of Range")
    },
    Counterpart {
        rules: &[&host_port_conflict::RULE],
        note: "dclint compares numbers and protocols alone; ours minds addresses and profiles as well, and lets pass what \
            Docker takes: a mapping that is listed twice, a range in which a port is left",
        is_told_at_key: true,
        ..Counterpart::new(Tool::Dclint, "no-duplicate-exported-ports")
    },
    Counterpart {
        rules: &[&publish_all_interfaces::RULE, &sensitive_port_published::RULE],
        note: "publish-all-interfaces is off by default here and minds a written 0.0.0.0 too; sensitive-port-published looks \
            at databases and the like alone; a port without one of the host's is random-host-port",
        is_told_at_key: true,
        ..Counterpart::new(Tool::Dclint, "no-unbound-port-interfaces")
    },
    Counterpart {
        rules: &[&unquoted_port::RULE],
        note: "off by default here; dclint wants one kind of quotes around every port, ours either kind around mappings; \
            what YAML takes for another number is sexagesimal-port and yaml-number-notation, which its comments leave on",
        ..Counterpart::new(Tool::Dclint, "require-quotes-in-ports")
    },
    Counterpart {
        note: "none of ours: the order of ports is a style",
        is_told_at_key: true,
        ..Counterpart::new(Tool::Dclint, "service-ports-alphabetical-order")
    },
    Counterpart {
        rules: &[&publish_all_interfaces::RULE, &sensitive_port_published::RULE],
        note: "publish-all-interfaces is off by default here; sensitive-port-published looks at databases and the like alone; \
            a port without one of the host's is random-host-port",
        ..Counterpart::new(Tool::ComposeLint, "CL-0005")
    },
    Counterpart {
        rules: &[&missing_default_server::RULE],
        note: "off by default here; gixy-ng compares what is written, ours the sockets, and minds servers without listen",
        ..Counterpart::new(Tool::Gixy, "default_server_flag")
    },
];

/// A rule of another linter, and those of ours that find the same.
#[derive(Debug)]
pub struct Counterpart {
    /// Whose it is.
    pub tool: Tool,
    /// The name that the tool prints.
    pub identifier: &'static str,
    /// Other names by which the tool knows it.
    pub aliases: &'static [&'static str],
    /// Our rules that find what it finds; none where we leave that alone.
    pub rules: &'static [&'static Rule],
    /// Whether the tool tells it at the key of a list, so that a comment to be silent there speaks of the whole list.
    pub is_told_at_key: bool,
    /// Whether it finds what our rules find, too, where that is written so: a rule of ours may see more.
    pub is_about: fn(&str) -> bool,
    /// Where ours looks at more or less, as a lower-case phrase without a full stop.
    pub note: &'static str,
}

impl Counterpart {
    /// One of which nothing else is known.
    const fn new(tool: Tool, identifier: &'static str) -> Self {
        Self {
            tool,
            identifier,
            aliases: &[],
            rules: &[],
            is_told_at_key: false,
            is_about: |_| true,
            note: "",
        }
    }

    /// Whether its tool knows it by `name`, in any case of letters where the tool minds none.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let mut names = [self.identifier].into_iter().chain(self.aliases.iter().copied());
        match self.tool {
            Tool::Trivy => names.any(|own| own.eq_ignore_ascii_case(name)),
            // Its rules go by their own names too, without those of the tools that they come from.
            Tool::Tally => names.any(|own| own == name || own.rsplit('/').next() == Some(name)),
            _ => names.any(|own| own == name),
        }
    }

    /// The comment of its tool that silences it, and our rules with it; `None` where no such comment is heeded.
    #[must_use]
    pub fn comment(&self) -> Option<String> {
        let start = self.tool.comment().filter(|_| !self.rules.is_empty())?;
        Some(format!("{start}{}", self.identifier))
    }
}

/// Another linter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tool {
    /// [hadolint](https://github.com/hadolint/hadolint), for Dockerfiles.
    Hadolint,
    /// The [build checks](https://docs.docker.com/reference/build-checks/) of Docker's builder.
    BuildKit,
    /// [tally](https://github.com/wharflab/tally), for Dockerfiles.
    Tally,
    /// [Checkov](https://www.checkov.io).
    Checkov,
    /// [Trivy](https://trivy.dev).
    Trivy,
    /// [SonarQube](https://rules.sonarsource.com/docker/).
    SonarQube,
    /// [KICS](https://kics.io).
    Kics,
    /// [dclint](https://github.com/zavoloklom/docker-compose-linter), for compose files.
    Dclint,
    /// compose-lint, for compose files.
    ComposeLint,
    /// gixy-ng, which continues [gixy](https://github.com/yandex/gixy), for nginx.
    Gixy,
}

impl Tool {
    /// Its name, as it writes that itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hadolint => "hadolint",
            Self::BuildKit => "BuildKit",
            Self::Tally => "tally",
            Self::Checkov => "Checkov",
            Self::Trivy => "Trivy",
            Self::SonarQube => "SonarQube",
            Self::Kics => "KICS",
            Self::Dclint => "dclint",
            Self::ComposeLint => "compose-lint",
            Self::Gixy => "gixy-ng",
        }
    }

    /// What its shortest comment starts with that silences one rule; `None` where its comments are not heeded, or it has none.
    #[must_use]
    pub const fn comment(self) -> Option<&'static str> {
        match self {
            Self::Hadolint => Some("# hadolint ignore="),
            Self::BuildKit => Some("# check=skip="),
            Self::Tally => Some("# tally ignore="),
            Self::Checkov => Some("# checkov:skip="),
            Self::Trivy => Some("# trivy:ignore:"),
            Self::Dclint => Some("# dclint disable-line "),
            Self::SonarQube | Self::Kics | Self::ComposeLint | Self::Gixy => None,
        }
    }
}

/// Whether a number is written that is larger than any port.
fn is_too_large(written: &str) -> bool {
    let mut numbers = written.split(|it: char| !it.is_ascii_digit()).filter(|number| !number.is_empty());
    numbers.any(|number| number.parse::<u16>().is_err())
}
