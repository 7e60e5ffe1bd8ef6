#!/bin/sh
# Portolan in a real Vim with ALE: run.sh, with the environment that screen.sh describes. Ends with 77 where ALE is missing.
#
# ALE             ALE's folder, if Vim does not have it as a package
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/screen.sh"

if [ -z "${ALE:-}" ]; then
    "$EDITOR_PROGRAM" -N -u NONE -i NONE -es -c "call writefile(split(globpath(&packpath, 'pack/*/*/ale'), '\n'), '$T/ale')" \
        -c 'qall!' </dev/null >/dev/null 2>&1
    ALE=$(head -n 1 "$T/ale" 2>/dev/null)
fi
if [ ! -e "$ALE/autoload/ale.vim" ]; then
    echo "skipped: Vim has no ALE (Debian: vim-ale)"
    exit 77
fi
echo "Vim: $("$EDITOR_PROGRAM" --version | head -n 1); ALE: $ALE"

# What the README says, and nothing else that matters. Vim finds packages under ~/.vim.
mkdir -p "$HOME/.vim/pack/test/start"
ln -s "$ALE" "$HOME/.vim/pack/test/start/ale"
ln -s "$(cd "$here/.." && pwd)" "$HOME/.vim/pack/test/start/portolan"
cat >"$T/vimrc" <<VIMRC
set nocompatible nomore hidden shortmess+=I
filetype plugin indent on
syntax on
VIMRC
# shellcheck disable=SC2016 # These are the marks of Markdown.
sed -n '/^```vim$/,/^```$/p' "$here/../README.md" | sed -n '/ale_linters/p' >>"$T/vimrc"
grep -q "^let g:ale_linters" "$T/vimrc" || fail "the README has no line for ALE"
cat >>"$T/vimrc" <<'VIMRC'
" All findings on the screen.
let g:ale_open_list = 1
let g:ale_list_window_size = 6
VIMRC

# vim FILE: opens it in a new Vim.
vim() {
    export FILE="$1"
    in_terminal "\"\$EDITOR_PROGRAM\" -N -u \"$T/vimrc\" -i NONE -n \"\$FILE\""
    until_true "Vim shows $1" shows "${1##*/}"
}

# at LINE TEXT: puts the cursor on TEXT in the line.
at() {
    type_command "$1"
    type_command "call search('$2', 'c')"
}

# Compose: diagnostics, hover, an edit.
vim "$DEMO/compose.yaml"
until_true "994 is in the list for compose.yaml, line 9" \
    shows_line 'compose.yaml\|9 col 10.* warning\| .*port 994 is reserved by IANA'
keep_screen compose
passed "compose.yaml, line 9: port 994 is reserved"

at 16 5432
type_command "ALEHover"
# Newer ALE shows the marks of Markdown.
until_true "hover on 5432 says postgresql" shows_line 'assigned at IANA as `?postgresql'
keep_screen hover
type_command "pclose"
until_true "the hover is closed" shows_not "assigned at IANA"
passed "hover on 5432 in compose.yaml says postgresql"

type_command "9delete"
until_true "without line 9 nothing is said of 994" shows_not "port 994 is reserved"
keys u
until_true "with line 9 again, 994 is in the list" shows_line 'compose.yaml\|9 .*port 994 is reserved'
passed "an edit clears the diagnostic, its undoing brings it back"

at 9 994
type_command "ALECodeAction"
until_true "a code action converts to the long syntax" shows_line '^[0-9]+\) Convert to the long syntax'
keys "$(screen | sed -n 's/^\([0-9]*\)) Convert to the long syntax.*/\1/p')" Enter
until_true "the code action has written the long syntax" shows_line '^ +published: "994"'
type_command "edit!"
until_true "994 is in the list again" shows_line 'compose.yaml\|9 .*port 994 is reserved'
passed "a code action writes a port in the long syntax"

# Dockerfile: diagnostics, a code action, completion. ALE completes words that begin with what is typed.
type_command "edit! $DEMO/Dockerfile"
until_true "585 is in the list for the Dockerfile, line 11" \
    shows_line 'Dockerfile\|11 col 25.* warning\| .*port 585 was deregistered on 2006-04-25'
keep_screen dockerfile
passed "Dockerfile, line 11: port 585 was deregistered"

at 11 585
type_command "ALECodeAction"
until_true "a code action replaces 585" shows_line '^1\) Replace 585 with 993'
keep_screen code-action
keys 1 Enter
until_true "the code action leaves no 585" shows_not 585
type_command "write"
# shellcheck disable=SC2016 # The variable is the Dockerfile's.
until_true "the Dockerfile on disk exposes 993" \
    has_file_line "$DEMO/Dockerfile" '^EXPOSE \$\{HTTP_PORT\} 143 993$'
passed "the code action replaces 585 with 993"

type_command "set omnifunc=ale#completion#OmniFunc"
keys G o
keys -l "EXPOSE 53/ud"
keys C-x C-o
until_true "ud is completed to udp" shows 'EXPOSE 53/udp'
keep_screen completion
keys C-y Escape
until_true "Vim is in its normal mode" shows_not "-- INSERT --"
type_command "edit!"
passed "a transport is completed"

# nginx: diagnostics.
type_command "edit! $DEMO/nginx.conf"
until_true "585 is in the list for nginx.conf, line 32" shows_line 'nginx.conf\|32 .*port 585 was deregistered'
until_true "994 is in the list for nginx.conf, line 36" shows_line 'nginx.conf\|36 .*port 994 is reserved'
keep_screen nginx
passed "nginx.conf, lines 32 and 36: ports 585 and 994"

[ "$(servers_started)" -eq 1 ] || fail "expected one server for all files, started: $(cat "$PROCESSES")"
quit
passed "one server for all files, and it ends with Vim"

# More names, some of which Vim takes for other files.
mkdir -p "$DEMO/conf.d" "$DEMO/nginx/sites"
for name in docker-compose.dev.yml web-compose.yaml; do
    cp "$DEMO/compose.yaml" "$DEMO/$name"
    vim "$DEMO/$name"
    until_true "994 is in the list for $name" shows_line "${name##*/}\|9 .*port 994 is reserved"
    quit
done
for name in site.nginx conf.d/default.conf nginx/sites/a.conf; do
    cp "$DEMO/nginx.conf" "$DEMO/$name"
    vim "$DEMO/$name"
    until_true "994 is in the list for $name" shows_line "${name##*/}\|36 .*port 994 is reserved"
    quit
done
printf "ignore = ['no-such-rule']\n" >"$DEMO/portolan.toml"
vim "$DEMO/portolan.toml"
until_true "the mistake is in the list for portolan.toml" shows_line 'portolan.toml\|1 .*no rule or set is called'
quit
rm "$DEMO/portolan.toml"
passed "more names of compose and nginx files, and portolan.toml"

# Other files: no server. What would be found in values.yaml is there.
: >"$PROCESSES"
cp "$DEMO/compose.yaml" "$DEMO/values.yaml"
cp "$DEMO/compose.yaml" "$DEMO/decompose.yaml"
printf 'key = value\n' >"$DEMO/my.conf"
printf '[package]\nname = "demo"\n' >"$DEMO/Cargo.toml"
vim "$DEMO/values.yaml"
for name in decompose.yaml my.conf Cargo.toml; do
    type_command "edit! $DEMO/$name"
    until_true "$name is open" shows "$name"
    type_command "ALELint"
done
[ "$(servers_started)" -eq 0 ] || fail "expected no server, started: $(cat "$PROCESSES")"
type_command "edit! $DEMO/compose.yaml"
until_true "994 is in the list for compose.yaml" shows_line 'compose.yaml\|9 .*port 994 is reserved'
# The server answers in order: what it had to say of the others is there when it has looked at another change.
type_command "9delete"
until_true "without line 9 nothing is said of 994" shows_not "port 994 is reserved"
keys u
until_true "with line 9 again, 994 is in the list" shows_line 'compose.yaml\|9 .*port 994 is reserved'
type_command "echo 'others:' len(ale#engine#GetLoclist(bufnr('/values.yaml'))) len(ale#engine#GetLoclist(bufnr('/decompose.yaml')))"
until_true "nothing is found in values.yaml and decompose.yaml" shows_line '^others: 0 0'
[ "$(servers_started)" -eq 1 ] || fail "expected a server for compose.yaml alone, started: $(cat "$PROCESSES")"
quit
passed "nothing starts for values.yaml, decompose.yaml, my.conf and Cargo.toml"

# The examples for other clients, as far as they go without these: vim-lsp here is what writes down what it is told.
mkdir -p "$HOME/.vim/autoload"
cat >"$HOME/.vim/autoload/lsp.vim" <<'LSP'
function! lsp#register_server(server) abort
    call writefile([join(a:server.cmd({})) . ' for ' . join(a:server.allowlist)], $HOME . '/registered')
endfunction
LSP
echo 'runtime ALL examples/vim-lsp.vim' >>"$T/vimrc"
vim "$DEMO/compose.yaml"
type_command "doautocmd User lsp_setup"
until_true "vim-lsp is told of the server" \
    has_file_line "$HOME/registered" '^portolan --stdio for dockerfile yaml.docker-compose nginx$'
type_command "set filetype?"
until_true "compose.yaml has a filetype of its own" shows "filetype=yaml.docker-compose"
until_true "994 is in the list for compose.yaml" shows_line 'compose.yaml\|9 .*port 994 is reserved'
type_command "edit! $DEMO/values.yaml"
type_command "set filetype?"
until_true "values.yaml is YAML" shows_line '^ *filetype=yaml$'
quit
passed "the examples give compose files a filetype, and vim-lsp the server"
