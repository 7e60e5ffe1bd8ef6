" Portolan in Vim: which files are its own, and how ALE starts it.

" What the file at the path is by its name: 'dockerfile', 'compose', 'nginx', 'configuration' for the server's own, and ''
" for all other files.
function! portolan#kind(path) abort
    let l:path = substitute(fnamemodify(a:path, ':p'), '\\', '/', 'g')
    let l:name = fnamemodify(l:path, ':t')

    for [l:kind, l:pattern] in s:names
        if l:name =~? l:pattern
            return l:kind
        endif
    endfor

    return l:path =~? s:nginx_folders ? 'nginx' : ''
endfunction

let s:names = [
\   ['configuration', '^\.\?portolan\.toml$'],
\   ['dockerfile', '\.\(dockerfile\|containerfile\)$'],
\   ['dockerfile', '^\(dockerfile\|containerfile\)\([._-].*\)\?$'],
\   ['compose', '^\(.*[.-]\)\?compose\([.-].*\)\?\.ya\?ml$'],
\   ['compose', '^docker-compose.*\.ya\?ml$'],
\   ['nginx', '^nginx\.conf\(\..*\)\?$'],
\   ['nginx', '\.nginx\(\.conf\)\?$'],
\   ['nginx', '^nginx.*\.conf$'],
\]

let s:nginx_folders = '/\(conf\.d\|http\.d\|stream\.d\|snippets\|vhosts\?\(\.d\)\?'
\   . '\|nginx\(/[^/]\+\)\?\|sites-\(available\|enabled\)\)/[^/]\+\.conf$'

" Tells ALE of the server, for files of a filetype. A file whose name is none of Portolan's gets no program to run.
function! portolan#define_ale_linter(filetype) abort
    call ale#linter#Define(a:filetype, {
    \   'name': 'portolan',
    \   'lsp': 'stdio',
    \   'executable': function('s:executable'),
    \   'command': '%e --stdio',
    \   'project_root': function('s:project_root'),
    \})
endfunction

function! s:executable(buffer) abort
    let l:executable = getbufvar(a:buffer, 'portolan_executable', get(g:, 'portolan_executable', 'portolan'))

    return empty(portolan#kind(bufname(a:buffer))) ? '' : l:executable
endfunction

" The nearest folder with a configuration of Portolan's, else that of the repository, else the file's own.
function! s:project_root(buffer) abort
    let l:folder = fnamemodify(bufname(a:buffer), ':p:h')

    for l:mark in ['portolan.toml', '.portolan.toml', '.git']
        let l:parent = l:folder

        while 1
            if !empty(glob(l:parent . '/' . l:mark, 1))
                return l:parent
            endif

            if fnamemodify(l:parent, ':h') is# l:parent
                break
            endif

            let l:parent = fnamemodify(l:parent, ':h')
        endwhile
    endfor

    return l:folder
endfunction
