" Vim gives many a *.conf no filetype, and then ALE looks at nothing. Where nginx has its files they get that of
" configuration in general, unless something better is known.
autocmd BufNewFile,BufRead *.conf if portolan#kind(expand('<afile>:p')) is# 'nginx' | setfiletype FALLBACK conf | endif
