#!/usr/bin/env bash
# What action.yml runs: one check that writes annotations, a SARIF file and a summary of the job. What it shall do is in the
# variables INPUT_…, the program in PORTOLAN. How it ended is an output of the step, which itself only fails for want of these:
# the file has to be uploaded before the job fails.
set -euo pipefail
: "${PORTOLAN:?the path of the program}" "${GITHUB_OUTPUT:?}" "${GITHUB_STEP_SUMMARY:?}" "${RUNNER_TEMP:?}"

# Annotations and SARIF name files as the repository does, so the check runs at its root, wherever that was checked out to.
cd "${INPUT_WORKING_DIRECTORY:-.}"
prefix=
if root=$(git rev-parse --show-toplevel 2>/dev/null); then
  prefix=$(git rev-parse --show-prefix)
  cd "$root"
fi

sarif=$RUNNER_TEMP/portolan.sarif
summary=$RUNNER_TEMP/portolan.md
arguments=(--check --output-format github --output-file "sarif=$sarif" --output-file "markdown=$summary")
if [ -n "${INPUT_FAIL_ON:-}" ]; then
  arguments+=("--fail-on=$INPUT_FAIL_ON")
fi
if [ -n "${INPUT_BASELINE:-}" ]; then
  arguments+=("--baseline=$prefix$INPUT_BASELINE")
fi
if [ -n "${INPUT_DIFF_BASE:-}" ]; then
  arguments+=("--diff-base=$INPUT_DIFF_BASE")
fi
while IFS= read -r argument; do
  if [ -n "$argument" ]; then
    arguments+=("$argument")
  fi
done <<<"${INPUT_ARGS:-}"
arguments+=(--)
while IFS= read -r path; do
  case $path in
    '') ;;
    .) arguments+=("${prefix:-.}") ;;
    /*) arguments+=("$path") ;;
    *) arguments+=("$prefix$path") ;;
  esac
done <<<"${INPUT_PATHS:-.}"

code=0
"$PORTOLAN" "${arguments[@]}" || code=$?
if [ -f "$summary" ]; then
  cat "$summary" >>"$GITHUB_STEP_SUMMARY"
fi
{
  echo "exit-code=$code"
  echo "sarif=$sarif"
  echo "root=$PWD"
} >>"$GITHUB_OUTPUT"
