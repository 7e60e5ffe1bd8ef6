#!/bin/sh
# Tests languages.toml in a real Helix, which runs in tmux, as in a user's terminal.
#
#   PORTOLAN        the server, an absolute path
#   EDITOR_PROGRAM  the Helix (hx), an absolute path
#   DEMO            a copy of tests/demo that may be written to
#   OUT             an existing folder for logs and text screenshots
#
# Exit code 77 is "skipped": there is no tmux. With PORTOLAN_EDITORS=required that fails as well.
set -eu

: "${PORTOLAN:?}" "${EDITOR_PROGRAM:?}" "${DEMO:?}" "${OUT:?}"
FOLDER=$(cd "$(dirname "$0")/.." && pwd)
demo=$DEMO

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

if ! command -v tmux >/dev/null; then
  [ "${PORTOLAN_EDITORS:-}" != required ] || fail 'tmux is not installed, and Helix needs a terminal'
  echo 'skipped: tmux is not installed, and Helix needs a terminal'
  exit 77
fi

HOME=$(mktemp -d)
SOCKET=$HOME/tmux
SERVERS=$HOME/servers
TRAFFIC=$HOME/traffic
export HOME PORTOLAN SERVERS TRAFFIC

# Whether the process of that id runs; one that has ended and was not waited for does not.
runs() {
  kill -0 "$1" 2>/dev/null && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}

clean_up() {
  ! [ -S "$SOCKET" ] || tmux -S "$SOCKET" kill-server 2>/dev/null || true
  while read -r server; do
    ! runs "$server" || kill "$server" 2>/dev/null || true
  done <"$SERVERS"
  # A Helix that was killed may be writing still.
  rm -rf "$HOME" 2>/dev/null || { sleep 1; rm -rf "$HOME"; }
}
: >"$SERVERS"
trap clean_up EXIT
trap 'exit 1' INT TERM

# Nothing of the user's is read, and nothing is left behind.
export XDG_CONFIG_HOME="$HOME/config" XDG_DATA_HOME="$HOME/data" XDG_STATE_HOME="$HOME/state"
export XDG_CACHE_HOME="$HOME/cache" XDG_RUNTIME_DIR="$HOME/run" TMPDIR="$HOME/tmp" LC_ALL=C.UTF-8
unset TMUX
mkdir -p "$XDG_CONFIG_HOME/helix" "$XDG_RUNTIME_DIR" "$TMPDIR" "$HOME/bin"
chmod 700 "$XDG_RUNTIME_DIR"
cp "$FOLDER/languages.toml" "$XDG_CONFIG_HOME/helix/"

# The server as users have it, on the PATH. It keeps what Helix says to it. Helix may kill what it started, which is
# this script; the server has to go by itself.
cat >"$HOME/bin/portolan" <<'SERVER'
#!/bin/sh
[ "$1" = --stdio ] || exec "$PORTOLAN" "$@"
pipe=$TMPDIR/$$
mkfifo "$pipe"
exec 3<&0
tee "$TRAFFIC/$$" <&3 >"$pipe" &
"$PORTOLAN" "$@" <"$pipe" 3<&- &
echo $! >>"$SERVERS"
wait
SERVER
chmod +x "$HOME/bin/portolan"
PATH=$HOME/bin:$PATH

version=$("$EDITOR_PROGRAM" --version | sed -n 's/^helix \([0-9][0-9.]*\).*/\1/p')
[ -n "$version" ] || fail "$EDITOR_PROGRAM --version does not say that it is Helix"
echo "Helix $version"

screen() {
  tmux -S "$SOCKET" capture-pane -p
}

keys() {
  tmux -S "$SOCKET" send-keys "$@"
}

# until_true WHAT COMMAND...: waits a minute at most until the command succeeds.
until_true() {
  what=$1
  shift
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 600 ]; then
      screen >&2 2>/dev/null || true
      fail "$what"
    fi
    sleep 0.1
  done
}

shows() {
  screen | grep -qF -- "$1"
}

hides() {
  screen >"$HOME/screen" && ! grep -qF -- "$1" "$HOME/screen"
}

sees() {
  until_true "expected on the screen of Helix within a minute, but it does not show: $1" shows "$1"
}

sees_no() {
  until_true "expected to be gone from the screen of Helix within a minute, but it shows: $1" hides "$1"
}

picture() {
  screen >"$OUT/helix-$version-$1.txt"
}

# start NAME FILE...: a Helix of its own with these files, which are below the current folder.
start() {
  name=$1
  shift
  : >"$SERVERS"
  rm -rf "$TRAFFIC" "$HOME/ended"
  mkdir "$TRAFFIC"
  LOG=$OUT/helix-$version-$name.log
  command="'$EDITOR_PROGRAM' -v --log '$LOG'"
  for file in "$@"; do
    command="$command '$file'"
  done
  # The terminal outlives Helix, for it would end the servers as well.
  tmux -u -S "$SOCKET" -f /dev/null new-session -d -x 120 -y 44 \
    "TERM=screen-256color COLORTERM=truecolor; export TERM COLORTERM; $command; echo \$? >'$HOME/ended'; exec sleep 600"
  sees ' NOR '
}

helix_has_ended() {
  [ -s "$HOME/ended" ]
}

terminal_is_gone() {
  ! tmux -S "$SOCKET" has-session 2>/dev/null
}

servers_have_ended() {
  while read -r server; do
    ! runs "$server" || return 1
  done <"$SERVERS"
}

was_asked() {
  [ "$(messages shutdown | wc -l)" -eq "$1" ]
}

# quit COUNT: exactly as many servers as that were started, and all are gone after Helix is.
quit() {
  keys ':qa!' Enter
  until_true 'Helix does not end after :qa!' helix_has_ended
  status=$(cat "$HOME/ended")
  [ "$status" -eq 0 ] || fail "$name: Helix ends with exit code $status"
  started=$(wc -l <"$SERVERS")
  [ "$started" -eq "$1" ] || fail "$name: expected $1 servers to have been started, but $started were"
  until_true "$name: a server runs on after :qa!: $(cat "$SERVERS")" servers_have_ended
  # Helix may be gone before it has said "exit": then the server sees that its input ends.
  until_true "$name: expected $1 servers to be asked to shut down, but not as many were" was_asked "$1"
  tmux -S "$SOCKET" kill-server
  until_true 'tmux does not end' terminal_is_gone
}

# What Helix said to the servers by that method, a message a line.
messages() {
  find "$TRAFFIC" -type f -exec cat {} + | tr '\r' '\n' | grep -F "\"method\":\"$1\"" || true
}

# The line and, for f, the place in it at which TEXT stands in FILE.
line_of() {
  grep -nF -- "$2" "$1" | sed -n '1s/:.*//p'
}

cp -R "$demo" "$HOME/demo"
cd "$HOME/demo"

start dockerfile Dockerfile
sees 'port 585 was deregistered'
echo 'ok: Dockerfile: 585 has its finding'
keys "$(line_of Dockerfile ' 585')" g g f 5
keys Space a
sees 'Replace 585 with 993'
picture actions
keys Enter
sees ' 143 993'
sees_no 'port 585'
keys ':w' Enter
until_true 'expected 993 in the file Dockerfile after :w' grep -q '^EXPOSE.* 143 993$' Dockerfile
picture dockerfile
echo 'ok: Dockerfile: space a replaces 585 with 993, and the finding is gone'
quit 1
echo 'ok: the server is gone after :qa!, and was asked to go'

start compose compose.yaml
sees 'port 994 is reserved by IANA'
echo 'ok: compose.yaml: 994 has its finding'
keys "$(line_of compose.yaml '}:5432')" g g 2 f 5
keys Space k
sees 'PostgreSQL'
sees '5432/tcp'
picture hover
echo 'ok: compose.yaml: space k over 5432 says PostgreSQL'
keys Escape
sees_no 'PostgreSQL'
keys "$(line_of compose.yaml '994:994')" g g x s
sees 'select:'
keys 994 Enter
sees_no 'select:'
keys c 6697
sees '6697:6697'
keys Escape
sees ' NOR '
sees_no 'port 994'
echo 'ok: compose.yaml: 994 becomes 6697 by hand, and the finding is gone'
keys u
sees 'port 994 is reserved by IANA'
echo 'ok: compose.yaml: it is back after u'
quit 1

# What is offered while one types. Helix closes the quote by itself.
printf '[editor.lsp]\ndisplay-inlay-hints = true\n' >"$XDG_CONFIG_HOME/helix/config.toml"
sed '/^\[language-server.portolan\]/a config = { portolan = { inlayHints = { commonPorts = true } } }' "$FOLDER/languages.toml" \
  >"$XDG_CONFIG_HOME/helix/languages.toml"
start typing compose.yaml
sees ':5432" postgresql'
sees '443:443" https'
picture hints
echo 'ok: compose.yaml: a hint says who is known at 5432, and at 443 where the settings want it'
keys "$(line_of compose.yaml '994:994')" g g o '- "postg'
sees 'postgresql 5432/tcp'
keys C-n
sees 'PostgreSQL, 5432/tcp'
picture completion
keys Enter
sees '- "5432"'
keys Escape
sees ' NOR '
echo 'ok: compose.yaml: postg is completed to 5432'
keys Space s
# The services stand in the file as well, which is behind the list.
sees '18/18'
picture symbols
keys Escape
sees_no '│'
echo 'ok: compose.yaml: space s lists the services'
keys "$(line_of compose.yaml '994:994')" g g f 4 Space a
sees 'Convert to the long syntax'
keys Escape
sees_no 'Convert to the long syntax'
echo 'ok: compose.yaml: space a offers the long syntax'
quit 1
rm "$XDG_CONFIG_HOME/helix/config.toml"
cp "$FOLDER/languages.toml" "$XDG_CONFIG_HOME/helix/"

start nginx nginx.conf
sees 'port 585 was deregistered'
sees 'port 994 is reserved by IANA'
picture nginx
echo 'ok: nginx.conf: 585 and 994 have their findings'
quit 1

# Fix on save, as the README has it.
sed '/^name = "dockerfile"/a code-actions-on-save = ["source.fixAll.portolan"]' "$FOLDER/languages.toml" \
  >"$XDG_CONFIG_HOME/helix/languages.toml"
grep -qF 'code-actions-on-save = ["source.fixAll.portolan"]' "$FOLDER/README.md" || fail 'README.md has no fix on save'
printf 'FROM debian\nEXPOSE 8080/http\nEXPOSE 585\n' >Dockerfile
start save Dockerfile
sees 'port 585 was deregistered'
keys ':w' Enter
until_true 'expected no http in the file Dockerfile after :w' grep -q '^EXPOSE 8080$' Dockerfile
echo 'ok: Dockerfile: with code-actions-on-save, :w takes http from a port, and leaves 585'
quit 1
cp "$FOLDER/languages.toml" "$XDG_CONFIG_HOME/helix/"

# Names. Each file is in a project of its own, with a text that would have a finding.
project() {
  mkdir -p "$HOME/$1/.git"
  cd "$HOME/$1"
}

# write TEXT FILE...
write() {
  text=$1
  shift
  for file in "$@"; do
    mkdir -p "$(dirname "$file")"
    printf '%b' "$text" >"$file"
  done
}

has_opened() {
  messages textDocument/didOpen | grep -F "\"languageId\":\"$1\"" | grep -qF "/$2\""
}

# is_opened LANGUAGE_ID FILE...
is_opened() {
  id=$1
  shift
  for file in "$@"; do
    until_true "expected the server to be told of $file as $id" has_opened "$id" "$file"
  done
  echo "ok: as $id: $*"
}

compose_text='services:\n  web:\n    image: nginx\n    ports: ["994:994"]\n'
project names
dockerfiles='Dockerfile Dockerfile.dev dockerfile web.dockerfile web.Dockerfile Containerfile Containerfile.arm64
  Dockerfile-alpine Dockerfile_prod Containerfile-arm64'
compose_files='compose.yaml compose.yml docker-compose.yml docker-compose.yaml compose.override.yaml
  docker-compose.prod.yml docker-compose-dev.yaml podman-compose.yaml web.compose.yml'
nginx_files='nginx.conf site.nginx site.nginx.conf conf.d/default.conf sites-enabled/a.conf sites-available/b.conf
  nginx/app.conf nginx/templates/app.conf.template nginx/sites-enabled/default nginx.conf.j2 http.d/a.conf'
others='values.yaml composer.yml decompose.yaml stack.yml docker-compose-examples/values.yaml compose/values.yaml
  nginx-helm/values.yaml supervisord.conf nginx-image/supervisord.conf Cargo.toml init.d/nginx'
# shellcheck disable=SC2086 # Lists of names.
{
  write 'FROM debian\nEXPOSE 585\n' $dockerfiles
  write "$compose_text" $compose_files
  write 'server { listen 994; }\n' $nginx_files
  write "$compose_text" $others
  start names $others $dockerfiles $compose_files $nginx_files
  is_opened dockerfile $dockerfiles
  is_opened dockercompose $compose_files
  is_opened nginx $nginx_files
  quit 1
  # Helix tells of a file twice that was opened before the server was ready.
  messages textDocument/didOpen | sed 's/.*"uri":"file:[^"]*\/names\/\([^"]*\)".*/\1/' | sort -u >"$HOME/opened"
  printf '%s\n' $dockerfiles $compose_files $nginx_files | sort -u >"$HOME/expected"
  unexpected=$(comm -13 "$HOME/expected" "$HOME/opened" | tr '\n' ' ')
  [ -z "$unexpected" ] || fail "expected the server not to be told of these: $unexpected"
  echo "ok: not:" $others
}

# Helix says in its log what it starts, before the server itself can.
no_server() {
  quit 0
  ! grep -F 'Starting lsp "portolan' "$LOG" || fail "$name: expected no server, but one was started, says $LOG"
}

project yaml
write "$compose_text" values.yaml
start yaml values.yaml
sees 'image: nginx'
no_server
echo 'ok: values.yaml alone starts no server'

project configured
write '[rulez]\n' portolan.toml
write '[package]\nname = "web"\n' Cargo.toml
start toml portolan.toml
sees 'rulez'
sees '● 1'
picture toml
echo 'ok: portolan.toml: a mistake has its finding'
quit 1

project plain
write '[package]\nname = "web"\n' Cargo.toml
start plain Cargo.toml
sees 'name = "web"'
no_server
echo 'ok: Cargo.toml in a project without portolan.toml starts no server'
