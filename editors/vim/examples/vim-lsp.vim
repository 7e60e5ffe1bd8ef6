" Portolan for vim-lsp.
runtime ALL examples/compose-filetype.vim

augroup portolan_vim_lsp
    autocmd!
    autocmd User lsp_setup call lsp#register_server({
    \   'name': 'portolan',
    \   'cmd': {_ -> [get(g:, 'portolan_executable', 'portolan'), '--stdio']},
    \   'allowlist': ['dockerfile', 'yaml.docker-compose', 'nginx'],
    \})
augroup END
