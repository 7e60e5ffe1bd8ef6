#!/bin/sh
# pipelines/reviewdog.sh [ARGUMENT]...: reviewdog with what Portolan finds. Fixes become suggestions to accept; what comments are
# written where is told with the arguments, such as -reporter=github-pr-review or -filter-mode=nofilter.
set -eu
portolan --check --exit-zero --output-format rdjson | reviewdog -f=rdjson -name=portolan "$@"
