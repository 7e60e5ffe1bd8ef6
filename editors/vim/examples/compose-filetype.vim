" Gives compose files a filetype of their own. What is there for YAML holds for them as well.
augroup portolan_compose_filetype
    autocmd!
    autocmd BufNewFile,BufRead *.yml,*.yaml
    \   if portolan#kind(expand('<afile>:p')) is# 'compose' | set filetype=yaml.docker-compose | endif
augroup END
