//! Portolan: the port numbers in config files, read, judged and explained.
//!
//! ```text
//! &str ──languages──▶ Scan ──rules──▶ suppress ──▶ Vec<Finding> ──report──▶ terminal, JSON, SARIF, …
//!                      │                                     ├──lsp─────▶ diagnostics, code actions
//!                      │                                     └──fix─────▶ the text, mended
//!                      ├──refactor──▶ the text, written otherwise
//!                      ├──registry──▶ hover, inlay hints, completion, lookup
//!                      ├──outline, links──▶ document symbols, document links
//!                      └──project──▶ Stack ──rules──▶ findings across files
//!                                      ├──lsp────▶ definitions, references, renames
//!                                      └──chart──▶ who reaches which port: table, JSON, Mermaid, Graphviz, SVG
//! ```
//!
//! A [`Scan`](languages::Scan) is what one file says: its ports, each with its bytes, role, transport and origin. Scanners
//! never judge, rules never scan, and the two faces, [`cli`] and [`lsp`], never think. A [`Stack`](project::Stack) is what the
//! files of one `docker compose up` say together. The core does no input or output, knows neither the protocol nor JSON,
//! and cannot fail: broken input is input.
//!
//! ```text
//! faces   main ▶ cli ▶ report        main ▶ lsp        cli and lsp never meet    cli, lsp ▶ discovery ▶ config, project
//! core    lint ▶ languages, suppress, config ▶ rules    describe ▶ project, languages, registry    project ▶ languages
//!         suppress ▶ languages, rules    report ▶ rules    fix ▶ finding    outline ▶ describe    links ▶ languages, registry
//!         complete ▶ describe, suppress, config, languages, registry    refactor ▶ rules
//!         rules ▶ project, languages, registry    chart ▶ project, describe, registry, report
//! ground  finding, registry ▶ port ▶ text ▶ nothing
//! ```

pub mod text;

pub mod port;

pub mod registry;

pub mod finding;

pub mod languages;

pub mod project;

pub mod rules;

pub mod suppress;

pub mod config;

pub mod discovery;

pub mod lint;

pub mod fix;

pub mod refactor;

pub mod describe;

pub mod complete;

pub mod outline;

pub mod links;

pub mod report;

pub mod chart;

pub mod cli;

pub mod lsp;
