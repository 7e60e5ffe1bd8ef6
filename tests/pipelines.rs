//! What people take from here for the places where checks run: the hooks of pre-commit, the action of GitHub and the pieces
//! in `pipelines/`, each with the tool that reads it and with the program that was just built.
//!
//! A tool that is not on `PATH` is reported as missing, in so many words; where `PORTOLAN_TOOLS` is `required` it fails.
//! `.ci/tools` installs them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tempfile::TempDir;

/// A test, and the programs that it needs.
struct Test {
    name: &'static str,
    programs: &'static [&'static str],
    run: fn(),
}

const TESTS: [Test; 15] = [
    Test {
        name: "pre_commit_stops_a_commit_with_findings_and_no_other",
        programs: &["git", "pre-commit"],
        run: pre_commit_stops_a_commit,
    },
    Test {
        name: "pre_commit_hands_over_what_portolan_reads",
        programs: &["git", "pre-commit"],
        run: pre_commit_hands_over_what_portolan_reads,
    },
    Test {
        name: "pre_commit_mends_and_says_what_is_left",
        programs: &["git", "pre-commit"],
        run: pre_commit_mends,
    },
    Test { name: "the_hooks_are_of_a_valid_form", programs: &["pre-commit"], run: the_hooks_are_valid },
    Test { name: "the_action_and_the_workflow_are_safe", programs: &["zizmor"], run: zizmor },
    Test { name: "the_workflow_is_sound", programs: &["actionlint"], run: actionlint },
    Test { name: "every_piece_is_of_its_form", programs: &["check-jsonschema"], run: schemas },
    Test { name: "the_scripts_are_sound", programs: &["shellcheck"], run: shellcheck },
    Test { name: "every_command_line_is_accepted", programs: &["git", "sh"], run: command_lines },
    Test { name: "every_piece_takes_this_version", programs: &[], run: versions },
    Test { name: "the_action_says_what_it_takes", programs: &[], run: inputs },
    Test {
        name: "the_action_names_files_as_the_repository_does",
        programs: &["bash", "git"],
        run: action_in_a_folder,
    },
    Test { name: "the_action_hands_everything_on", programs: &["bash", "git"], run: action_hands_on },
    Test {
        name: "a_release_is_installed_if_its_checksum_is_right",
        programs: &["sh", "curl", "tar", "sha256sum"],
        run: install,
    },
    Test { name: "megalinter_counts_what_is_found", programs: &[], run: megalinter },
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trial = |test: Test| Trial::ignorable_test(test.name, move || check(&test));
    libtest_mimic::run(&arguments, TESTS.into_iter().map(trial).collect()).exit_code()
}

fn check(test: &Test) -> Result<Completion, Failed> {
    if let Some(missing) = test.programs.iter().find(|name| on_path(name).is_none()) {
        if env::var_os("PORTOLAN_TOOLS").is_some_and(|it| it == "required") {
            return Err(format!("not tested, and every tool is required: {missing} is not on PATH").into());
        }
        return Ok(Completion::ignored_with(format!("not tested: {missing} is not on PATH")));
    }
    (test.run)();
    Ok(Completion::Completed)
}

/// The first program of that name on `PATH`.
fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn portolan() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_portolan"))
}

/// A command that knows nothing of this machine's settings, with the portolan that was just built first on `PATH`.
fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    let paths = env::var_os("PATH").unwrap();
    let paths = [portolan().parent().unwrap().to_owned()].into_iter().chain(env::split_paths(&paths));
    command.current_dir(folder).stdin(Stdio::null()).env("PATH", env::join_paths(paths).unwrap());
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["GIT_", "GITHUB_", "INPUT_", "PRE_COMMIT"].iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "Somebody")
            .env(format!("GIT_{who}_EMAIL"), "somebody@example.com");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

/// All that it wrote, and how it ended.
fn said(output: Output) -> (String, Option<i32>) {
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8_lossy(&text).into_owned(), output.status.code())
}

/// What it wrote if all went well.
fn done(command: &mut Command) -> String {
    let (text, code) = said(command.output().unwrap());
    assert_eq!(code, Some(0), "{command:?}\n{text}");
    text
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    done(command("git", folder).args(arguments))
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A repository with these files in it, of which none is committed.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    git(folder.path(), &["add", "--all"]);
    folder
}

/// A repository with these files, and one with the hooks, of which one is installed; pre-commit keeps its things there too.
struct Hooked {
    repository: TempDir,
    hooks: TempDir,
}

impl Hooked {
    fn new(hook: &str, files: &[(&str, &str)]) -> Self {
        let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
        let hooks = repository(&[(".pre-commit-hooks.yaml", &text)]);
        git(hooks.path(), &["commit", "--quiet", "--message", "hooks"]);
        let revision = git(hooks.path(), &["rev-parse", "HEAD"]);
        let config = format!(
            "repos:\n  - repo: '{}'\n    rev: {revision}    hooks:\n      - id: {hook}\n",
            hooks.path().display()
        );
        let repository = repository(files);
        write(repository.path(), ".pre-commit-config.yaml", &config);
        git(repository.path(), &["add", "--all"]);
        let hooked = Self { repository, hooks };
        done(hooked.command("pre-commit").args(["install", "--install-hooks"]));
        hooked
    }

    fn path(&self) -> &Path {
        self.repository.path()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = command(program, self.path());
        command.env("PRE_COMMIT_HOME", self.hooks.path().join("home")).env("PRE_COMMIT_COLOR", "never");
        command
    }

    /// Commits all that changed: what was said, and whether it was done.
    fn commit(&self) -> (String, bool) {
        git(self.path(), &["add", "--all"]);
        let (text, code) =
            said(self.command("git").args(["commit", "--message", "change"]).output().unwrap());
        (text, code == Some(0))
    }
}

const BAD: &str = "FROM a\nEXPOSE 585\n";
const GOOD: &str = "FROM a\nEXPOSE 993\n";

fn pre_commit_stops_a_commit() {
    let hooked = Hooked::new("portolan-system", &[("Dockerfile", BAD), ("notes.txt", "EXPOSE 585\n")]);
    let (text, is_done) = hooked.commit();
    assert!(!is_done && text.contains("Dockerfile:2:8") && text.contains("deregistered"), "{text}");

    write(hooked.path(), "Dockerfile", GOOD);
    let (text, is_done) = hooked.commit();
    assert!(is_done && text.contains("Passed"), "{text}");

    write(hooked.path(), "portolan.toml", "exclude = ['vendor/']\n");
    write(hooked.path(), "vendor/Dockerfile", BAD);
    // Neither is in a language of ours.
    write(hooked.path(), "values.yaml", "ports: ['994:994']\n");
    write(hooked.path(), "redis.conf", "port 994\n");
    let (text, is_done) = hooked.commit();
    assert!(is_done && text.contains("Passed") && !text.contains("585"), "{text}");

    write(hooked.path(), "notes.txt", "EXPOSE 994\n");
    let (text, is_done) = hooked.commit();
    assert!(is_done && text.contains("Skipped"), "{text}");

    write(hooked.path(), "portolan.toml", "ignore = ['no-such-rule']\n");
    write(hooked.path(), "Dockerfile", "FROM a\n");
    let (text, is_done) = hooked.commit();
    assert!(!is_done && text.contains("exit code: 2") && text.contains("no-such-rule"), "{text}");
}

fn pre_commit_hands_over_what_portolan_reads() {
    let (compose, nginx) =
        ("services:\n  a:\n    image: a\n    ports: ['585:80']\n", "server {\n  listen 994;\n}\n");
    let files = [
        ("Dockerfile", BAD),
        ("a/dockerfile", BAD),
        ("Dockerfile.dev", BAD),
        ("Dockerfile-alpine", BAD),
        ("web.Dockerfile", BAD),
        ("Containerfile", BAD),
        ("web.containerfile", BAD),
        ("Dockerfile.j2", BAD),
        ("compose.yaml", compose),
        ("docker-compose.prod.yml", compose),
        ("stack.yml", compose),
        ("compose.yaml.tmpl", compose),
        ("nginx.conf", nginx),
        ("nginx.conf.template", nginx),
        ("site.nginx", nginx),
        ("conf.d/web.conf", nginx),
        ("sites-enabled/web", nginx),
        ("proxy.conf", nginx),
    ];
    let hooked = Hooked::new("portolan-system", &files);
    let walked =
        command("portolan", hooked.path()).args(["--check", "--output-format", "concise"]).output().unwrap();
    let (walked, _) = said(walked);
    let (text, _) = said(hooked.command("pre-commit").args(["run", "--all-files"]).output().unwrap());
    for (name, _) in files {
        assert!(walked.contains(&format!("{name}:")), "portolan does not read {name}: {walked}");
        assert!(text.contains(&format!("{name}:")), "{name} is not handed over: {text}");
    }
    assert_eq!(text.matches(" files\n").count(), 1, "one process reads them all: {text}");
}

fn pre_commit_mends() {
    let hooked = Hooked::new("portolan-fix-system", &[("Dockerfile", "FROM a\nEXPOSE 90-80 585\n")]);
    let (text, is_done) = hooked.commit();
    assert!(!is_done && text.contains("files were modified") && text.contains("Dockerfile:2:14"), "{text}");
    assert_eq!(fs::read_to_string(hooked.path().join("Dockerfile")).unwrap(), "FROM a\nEXPOSE 80-90 585\n");

    write(hooked.path(), "Dockerfile", "FROM a\nEXPOSE 90-80\n");
    let (text, is_done) = hooked.commit();
    assert!(!is_done && text.contains("files were modified"), "{text}");
    let (text, is_done) = hooked.commit();
    assert!(is_done, "{text}");
}

fn the_hooks_are_valid() {
    done(command("pre-commit", root()).args(["validate-manifest", ".pre-commit-hooks.yaml"]));
}

fn zizmor() {
    done(command("zizmor", root()).args(["--offline", "action.yml", "pipelines/forgejo.yml"]));
}

fn actionlint() {
    done(command("actionlint", root()).arg("pipelines/forgejo.yml"));
}

fn schemas() {
    let check = |arguments: &[&str]| {
        // Not every schema keeps to the expressions of JavaScript.
        done(command("check-jsonschema", root()).args(["--regex-variant", "python"]).args(arguments));
    };
    check(&["--builtin-schema", "vendor.github-actions", "action.yml"]);
    check(&["--builtin-schema", "vendor.github-workflows", "pipelines/forgejo.yml"]);
    check(&["--builtin-schema", "vendor.circle-ci", "pipelines/circleci.yml"]);
    let transformed =
        |schema, form, file| check(&["--builtin-schema", schema, "--data-transform", form, file]);
    transformed("vendor.gitlab-ci", "gitlab-ci", "pipelines/gitlab.yml");
    transformed("vendor.azure-pipelines", "azure-pipelines", "pipelines/azure-pipelines.yml");
}

fn shellcheck() {
    let scripts = ["pipelines/install.sh", "pipelines/github.sh", "pipelines/reviewdog.sh", ".ci/tools"];
    done(command("shellcheck", root()).args(scripts));
}

/// The files of which people take something, with what stands in them.
fn pieces() -> Vec<(String, String)> {
    let mut names: Vec<String> = [".pre-commit-hooks.yaml", "action.yml"].map(String::from).into();
    for folder in ["pipelines", "pipelines/mega-linter-plugin-portolan"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_file() {
                names.push(format!("{folder}/{}", entry.file_name().to_str().unwrap()));
            }
        }
    }
    names.sort();
    let text = |name: String| {
        let text = fs::read_to_string(root().join(&name)).unwrap();
        (name, text)
    };
    names.into_iter().map(text).collect()
}

fn command_lines() {
    let mut files_with_some = 0;
    for (name, text) in pieces() {
        let lines = text.lines().filter_map(|line| line.find("portolan --").map(|at| &line[at..]));
        let lines: Vec<&str> = lines.map(|line| line.split(['\'', '`', '|']).next().unwrap()).collect();
        files_with_some += usize::from(!lines.is_empty());
        for line in lines {
            let repository = repository(&[("Dockerfile", BAD)]);
            git(repository.path(), &["commit", "--quiet", "--message", "first"]);
            fs::create_dir(repository.path().join("test-results")).unwrap();
            let output = command("sh", repository.path())
                .args(["-c", line])
                .env("CI_MERGE_REQUEST_DIFF_BASE_SHA", "HEAD")
                .env("BITBUCKET_PR_DESTINATION_COMMIT", "HEAD")
                .output()
                .unwrap();
            let (text, code) = said(output);
            assert!(code == Some(0) || code == Some(1), "{name}: {line}\n{text}");
            assert!(!line.contains("--exit-zero") || code == Some(0), "{name}: {line}\n{text}");
            for file in line.split(' ').filter_map(|word| word.split_once('=')).map(|(_, file)| file) {
                let is_report = file.ends_with(".xml") || file.ends_with(".sarif");
                assert!(!is_report || repository.path().join(file).is_file(), "{name}: no {file} of {line}");
            }
        }
    }
    assert!(files_with_some >= 8, "{files_with_some} files have a command line");
}

fn versions() {
    let this = concat!("v", env!("CARGO_PKG_VERSION"));
    let mut seen = 0;
    for (name, text) in pieces() {
        for (at, _) in text.match_indices("portolan/raw/").chain(text.match_indices("portolan@")) {
            let rest = &text[at..];
            let version =
                rest.trim_start_matches("portolan").trim_start_matches(['@', '/']).trim_start_matches("raw/");
            // GitLab has it in a variable, which is looked at below.
            assert!(
                version.starts_with(this) || version.starts_with("$PORTOLAN_VERSION"),
                "{name}: {version:.40}"
            );
            seen += 1;
        }
        for line in
            text.lines().filter(|line| line.contains("sh -s --") || line.contains("PORTOLAN_VERSION:"))
        {
            assert!(line.contains(this) || line.contains("\"$PORTOLAN_VERSION\""), "{name}: {line}");
        }
    }
    assert!(seen >= 8, "{seen} places");
}

fn inputs() {
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    let between = |start: &str, end: &str| action.split(start).nth(1).unwrap().split(end).next().unwrap();
    let inputs = between("\ninputs:\n", "\noutputs:\n").lines();
    let inputs: Vec<&str> = inputs
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|it| !it.starts_with(' '))
        .collect();
    assert!(inputs.len() >= 8, "{inputs:?}");
    let readme = fs::read_to_string(root().join("pipelines/README.md")).unwrap();
    let script = fs::read_to_string(root().join("pipelines/github.sh")).unwrap();
    for input in inputs {
        assert!(readme.contains(&format!("\n| `{input}` |")), "{input} is not in the README");
        let use_of_it = format!("inputs.{input}");
        assert!(action.contains(&use_of_it), "{input} is not used");
        if !["version", "upload-sarif"].contains(&input) {
            let variable = format!("INPUT_{}", input.to_uppercase().replace('-', "_"));
            assert!(action.contains(&format!("{variable}: ${{{{ {use_of_it} }}}}")), "{variable} is not set");
            assert!(script.contains(&variable), "{variable} is not read");
        }
    }
    for run in action.split("run:").skip(1) {
        let script = run.split("\n    - ").next().unwrap();
        assert!(!script.contains("${{"), "an expression in a script: {script}");
    }
}

/// The script of the action in `folder`: its log, its outputs, and its summary.
fn action(folder: &Path, inputs: &[(&str, &str)]) -> (String, String, String) {
    let temporary = TempDir::new().unwrap();
    let path = |name: &str| temporary.path().join(name);
    let mut script = command("bash", folder);
    script
        .arg(root().join("pipelines/github.sh"))
        .env("PORTOLAN", portolan())
        .env("RUNNER_TEMP", temporary.path());
    script.env("GITHUB_ACTIONS", "true").env("GITHUB_OUTPUT", path("output"));
    script.env("GITHUB_STEP_SUMMARY", path("summary")).envs(inputs.iter().copied());
    let log = done(&mut script);
    let read = |name: &str| fs::read_to_string(path(name)).unwrap_or_default();
    let sarif = read("portolan.sarif");
    (log, read("output") + &sarif, read("summary"))
}

fn action_in_a_folder() {
    let repository = repository(&[("Dockerfile", BAD), ("some folder/nginx/Dockerfile", BAD)]);
    let within = [("INPUT_WORKING_DIRECTORY", "some folder")];
    let (log, outputs, summary) = action(repository.path(), &within);
    assert!(log.starts_with("::warning file=some folder/nginx/Dockerfile,line=2,"), "{log}");
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(outputs.contains("\"some%20folder/nginx/Dockerfile\""), "{outputs}");
    assert!(outputs.contains("exit-code=1\n") && outputs.contains("sarif=/"), "{outputs}");
    assert!(summary.contains("| warning | some folder/nginx/Dockerfile:2:8 |"), "{summary}");

    // Where the repository was checked out to a folder, it is its own root that counts.
    let workspace = TempDir::new().unwrap();
    fs::rename(repository.path(), workspace.path().join("checkout")).unwrap();
    let within = [("INPUT_WORKING_DIRECTORY", "checkout/some folder"), ("INPUT_PATHS", "nginx\n\n")];
    let (log, ..) = action(workspace.path(), &within);
    assert!(log.starts_with("::warning file=some folder/nginx/Dockerfile,line=2,"), "{log}");
}

fn action_hands_on() {
    let repository = repository(&[("a b/Dockerfile", BAD), ("c/Dockerfile", BAD), ("d/Dockerfile", BAD)]);
    git(repository.path(), &["commit", "--quiet", "--message", "first"]);
    let run = |inputs: &[(&str, &str)]| action(repository.path(), inputs);
    let code = |inputs: &[(&str, &str)]| {
        let (log, outputs, _) = run(inputs);
        let code = outputs.lines().find_map(|line| line.strip_prefix("exit-code=")).unwrap().to_owned();
        (log.lines().count(), code)
    };
    let is = |count: usize, code: &str| (count, code.to_owned());
    assert_eq!(code(&[("INPUT_PATHS", "a b\nc/Dockerfile")]), is(2, "1"));
    assert_eq!(code(&[("INPUT_FAIL_ON", "error")]), is(3, "0"));
    assert_eq!(code(&[("INPUT_ARGS", "--severity=deregistered-port=error\n--exit-zero\n")]), is(3, "0"));
    assert_eq!(code(&[("INPUT_DIFF_BASE", "HEAD")]), is(0, "0"));
    let (log, outputs, summary) = run(&[("INPUT_PATHS", "nowhere")]);
    assert!(log.contains("nowhere") && outputs.contains("exit-code=2\n"), "{log}{outputs}{summary}");
    // Nothing of it is read by a shell, and no path is an option.
    assert_eq!(code(&[("INPUT_PATHS", "--exit-zero\n$(touch pwned)")]).1, "2");
    assert!(!repository.path().join("pwned").exists());

    let baseline = ["--check", "--baseline", "known.json", "--write-baseline"];
    done(command("portolan", repository.path()).args(baseline));
    assert_eq!(code(&[("INPUT_BASELINE", "known.json")]), is(0, "0"));
}

fn install() {
    let releases = TempDir::new().unwrap();
    let release = releases.path().join("v0.1.0");
    fs::create_dir(&release).unwrap();
    write(&release, "portolan", "#!/bin/sh\necho portolan 0.1.0\n");
    for target in [
        "x86_64-unknown-linux-musl",
        "aarch64-unknown-linux-musl",
        "x86_64-apple-darwin",
        "aarch64-apple-darwin",
    ] {
        let archive = format!("portolan-v0.1.0-{target}.tar.gz");
        done(command("tar", &release).args(["-czf", &archive, "portolan"]));
    }
    let sums = done(command("sh", &release).args(["-c", "sha256sum *.tar.gz"]));
    let programs = TempDir::new().unwrap();
    let install = |sums: &str, version: &str| {
        fs::write(release.join("SHA256SUMS"), sums).unwrap();
        let folder = programs.path().join("some bin");
        let output = command("sh", releases.path())
            .arg(root().join("pipelines/install.sh"))
            .arg(version)
            .arg(&folder)
            .env("PORTOLAN_RELEASES", format!("file://{}", releases.path().display()))
            .output()
            .unwrap();
        let is_there = folder.join("portolan").is_file();
        let text = said(output);
        // The next one starts from nothing.
        let program = done_by(&folder);
        let _ = fs::remove_dir_all(&folder);
        (text, is_there, program)
    };
    let ((text, code), is_there, program) = install(&sums, "v0.1.0");
    assert!(code == Some(0) && is_there, "{text}");
    assert!(text.trim_end().ends_with("some bin/portolan"), "{text}");
    assert_eq!(program.as_deref(), Some("portolan 0.1.0\n"));
    let binary = sums.replace("  ", " *");
    let ((text, code), ..) = install(&binary, "v0.1.0");
    assert_eq!(code, Some(0), "as sums of binary files are written: {text}");

    // Not every sum has a digit that one could count on.
    let digit = |it: char| if it == '0' { '1' } else { '0' };
    let forged: String = sums
        .lines()
        .map(|line| line[..64].chars().map(digit).collect::<String>() + &line[64..] + "\n")
        .collect();
    assert_ne!(forged, sums);
    for (sums, version, why) in [
        (forged.as_str(), "v0.1.0", "checksum"),
        ("", "v0.1.0", "no archive"),
        (sums.as_str(), "v9.9.9", "cannot be fetched"),
    ] {
        let ((text, code), is_there, _) = install(sums, version);
        assert!(code == Some(1) && !is_there && text.contains(why), "{why}: {text}");
    }
}

/// What the program in `folder` says.
fn done_by(folder: &Path) -> Option<String> {
    let output = Command::new(folder.join("portolan")).output().ok()?;
    Some(said(output).0)
}

fn megalinter() {
    let name = "pipelines/mega-linter-plugin-portolan/portolan.megalinter-descriptor.yml";
    let text = fs::read_to_string(root().join(name)).unwrap();
    let line = text.lines().find_map(|line| line.trim().strip_prefix("cli_lint_errors_regex: ")).unwrap();
    // Quoted as in JSON; without tables of Unicode no word ends but in ASCII.
    let expression: String = serde_json::from_str(line).unwrap();
    let expression = regex::Regex::new(&expression.replace("\\b", "(?-u:\\b)")).unwrap();
    let folder = TempDir::new().unwrap();
    write(folder.path(), "Dockerfile", "FROM a\nEXPOSE 70000 80/x 585\n");
    let (text, _) = said(command("portolan", folder.path()).arg("--check").output().unwrap());
    let counts = expression.captures_iter(&text).map(|it| it[1].parse::<usize>().unwrap());
    assert_eq!(counts.sum::<usize>(), 3, "{text}");
}
