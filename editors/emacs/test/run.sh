#!/bin/sh
# Portolan in a real Emacs, in batch mode: run.sh
#
# PORTOLAN        the server, EDITOR_PROGRAM Emacs's program
# DEMO            a copy of tests/demo that may be changed
# OUT             a folder for logs
set -u

: "${PORTOLAN:?}" "${EDITOR_PROGRAM:?}" "${DEMO:?}" "${OUT:?}"
here=$(cd "$(dirname "$0")" && pwd)

T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM

# The server writes down its process, so that it is known how often it started and whether it is gone.
mkdir -p "$T/bin" "$T/home"
cat >"$T/bin/portolan" <<'SERVER'
#!/bin/sh
echo $$ >>"$PROCESSES"
exec "$PORTOLAN" "$@"
SERVER
chmod +x "$T/bin/portolan"
export PROCESSES="$T/processes" PORTOLAN DEMO OUT
export HOME="$T/home" XDG_CONFIG_HOME="$T/home" XDG_CACHE_HOME="$T/home" PATH="$T/bin:$PATH" LC_ALL=C.UTF-8

emacs() {
    "$EDITOR_PROGRAM" --quick "$@" </dev/null
}

fail() {
    echo "FAILED: $1" >&2
    exit 1
}

# The package itself: it compiles without a warning, and its documentation is as Emacs wants it.
cp "$here/../portolan.el" "$T/portolan.el" || exit 1
emacs --batch --eval '(setq byte-compile-error-on-warn t)' -f batch-byte-compile "$T/portolan.el" \
    >"$OUT/emacs-compile.txt" 2>&1 || fail "portolan.el does not compile: $(cat "$OUT/emacs-compile.txt")"
echo "ok: portolan.el compiles without a warning"
emacs --batch --eval '(checkdoc-file (car command-line-args-left))' "$T/portolan.el" \
    >"$OUT/emacs-checkdoc.txt" 2>&1
[ ! -s "$OUT/emacs-checkdoc.txt" ] || fail "checkdoc says: $(cat "$OUT/emacs-checkdoc.txt")"
echo "ok: checkdoc has nothing to say of portolan.el"

# Without --quick, which takes away the packages of the system.
for client in eglot lsp-mode; do
    : >"$PROCESSES"
    "$EDITOR_PROGRAM" --batch -l "$here/$client.el" </dev/null 2>"$OUT/emacs-$client.log" \
        || fail "with $client: $(cat "$OUT/emacs-$client.log")"
done
