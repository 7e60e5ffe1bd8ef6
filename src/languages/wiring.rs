//! What a file says of how it hangs together with others, beside its ports: the few names that link files.
//!
//! Nothing is followed here. A value with a variable that nobody gives one holds a `$`, and is no name of anything.

use smol_str::SmolStr;
use thin_vec::ThinVec;

use super::Setting;
use crate::text::Span;

/// What a compose service says of its place among others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wiring {
    /// `container_name`.
    pub container_name: Option<Box<Setting>>,
    /// `hostname`.
    pub hostname: Option<Box<Setting>>,
    /// `networks`; `None` where the service names none, and is on the default one.
    pub networks: Option<ThinVec<Network>>,
    /// `links` and `external_links`: `SERVICE` or `SERVICE:ALIAS`.
    pub links: ThinVec<Setting>,
    /// `extends`.
    pub extends: Option<Box<Extends>>,
    /// `build`.
    pub build: Option<Box<Build>>,
    /// Those of `volumes` that put a file or folder of the user's into the container.
    pub mounts: ThinVec<Mount>,
    /// `configs`.
    pub configs: ThinVec<ConfigMount>,
    /// The paths in `env_file`, the weakest first.
    pub env_files: ThinVec<Setting>,
    /// Whether it has a `command` or `entrypoint` of its own.
    pub has_command: bool,
    /// Whether a variable of its `environment` is named like a port.
    pub sets_port: bool,
    /// How it is merged over the same service of a file before.
    pub merging: Merging,
    /// Whether it says more of all that than is told here, which is more than anybody means.
    pub is_cut: bool,
}

/// How what a file says of a service is merged over what one before it says, by the tags
/// [`!reset` and `!override`](https://github.com/compose-spec/compose-spec/blob/main/13-merge.md#reset-value).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merging {
    /// The tag of the service itself.
    pub whole: Option<MergeTag>,
    /// Those of the keys told of here and in [`Service`](super::Service) whose values have a tag, with that. What is taken
    /// back by one is not told of, but for ports.
    pub keys: ThinVec<(String, MergeTag)>,
}

/// A tag that changes how a value is merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MergeTag {
    /// `!reset`: the value is as if nobody had said anything.
    Reset,
    /// `!override`: the value stands in place of the one before.
    Override,
}

/// A network that a service is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its name.
    pub name: Setting,
    /// The names that the service has there besides its own.
    pub aliases: Vec<Setting>,
}

/// The service that another one is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extends {
    /// The name of the service.
    pub service: Setting,
    /// The file that it stands in; `None`: the same one.
    pub file: Option<Setting>,
}

/// How the image of a service is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Where `build` or its context stands.
    pub span: Span,
    /// The context: a path from the compose file's folder, or what is fetched from elsewhere. `None`, where none is named:
    /// that folder.
    pub context: Option<SmolStr>,
    /// `dockerfile`: a path from the context; `None`, where none is named: `Dockerfile`.
    pub dockerfile: Option<SmolStr>,
    /// The Dockerfile that stands in the compose file itself.
    pub inline: Option<Span>,
    /// `target`: the stage, by its name or number; the last one where none is named.
    pub target: Option<Setting>,
    /// `args`: each name with its value, if it has one here.
    pub args: Vec<(SmolStr, Option<SmolStr>)>,
}

/// A file or folder of the user's that a container has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Its path from the compose file's folder.
    pub source: Setting,
    /// Its path in the container.
    pub target: SmolStr,
}

/// One of the `configs` of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigMount {
    /// The name of the config.
    pub name: Setting,
    /// Its path in the container; `None`: its name, in the root folder.
    pub target: Option<SmolStr>,
}

/// One of the `configs` of a compose file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Its name.
    pub name: String,
    /// The file that it is, by its path from the compose file's folder.
    pub file: Option<Setting>,
    /// What it holds, where that stands in the compose file itself as a block.
    pub content: Option<Span>,
}

/// An entry of `include`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The compose files, merged over each other as they stand here.
    pub paths: Vec<Setting>,
    /// `project_directory`, from which their paths count in place of the first one's folder.
    pub project_directory: Option<Setting>,
    /// The lists of variables in place of the `.env` of that folder.
    pub env_files: Vec<Setting>,
}

/// What a stage of a Dockerfile copies out of its context, by `COPY` or `ADD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The stage: an index into [`Scan::stages`](super::Scan::stages).
    pub stage: usize,
    /// The paths from the context, with variables resolved; they may hold wildcards.
    pub sources: Vec<String>,
    /// The path in the image.
    pub target: String,
    /// Where the instruction stands.
    pub span: Span,
}

/// A variable with its value in a list of variables, as an `.env` file is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Its name.
    pub name: String,
    /// Its value, without quotes, with the variables in it resolved as far as the list itself gives them values.
    pub value: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Where the value stands, without its quotes.
    pub span: Span,
}
