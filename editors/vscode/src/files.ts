/**
 * Which documents the server is told of. It sees by itself what a file is, by its name first and its content last, so that
 * every file that may be one of its own is sent: what is none costs it nothing.
 */

import type { DocumentSelector } from "vscode-languageclient/node";

/** What VS Code itself and common extensions call the languages that the server reads. */
const LANGUAGES = ["dockerfile", "dockercompose", "nginx"];

/** What they call a compose file under any other name, among much else. */
const YAML = "yaml";

/**
 * Files that VS Code has no language of its own for, or another one: it calls nginx configuration `properties`, and
 * templates by the language of their last ending.
 */
const PATTERNS = [
  "**/{[Dd]ockerfile,[Cc]ontainerfile,DOCKERFILE}{,.*,-*,_*}",
  "**/*.{dockerfile,Dockerfile,containerfile,Containerfile}",
  "**/*compose*.{yml,yaml}.*",
  "**/*.conf",
  "**/*.conf.*",
  "**/*.nginx",
  "**/{sites-available,sites-enabled}/*",
  "**/{portolan,.portolan}.toml",
];

/** The selector of all documents that the server is told of: those above, and the `files` of the settings. */
export function documentSelector(files: readonly string[]): DocumentSelector {
  const patterns = [...PATTERNS, ...files.filter((it) => it.trim() !== "")];
  return [
    ...[...LANGUAGES, YAML].flatMap((language) => [{ scheme: "file", language }, { scheme: "untitled", language }]),
    ...patterns.map((pattern) => ({ scheme: "file", pattern })),
  ];
}

/** Where the state of the server is worth a look: in files that are one of its own by their name. */
export const AT_HOME = [
  ...LANGUAGES.map((language) => ({ language })),
  ...PATTERNS.map((pattern) => ({ pattern })),
];
