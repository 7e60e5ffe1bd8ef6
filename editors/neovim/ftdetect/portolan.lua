-- A filetype for the files of ours that Neovim has no word for, such as Dockerfile-alpine or nginx.conf.template. What
-- has a filetype keeps it.

local filetypes = { dockerfile = 'dockerfile', dockercompose = 'yaml', nginx = 'nginx', toml = 'toml' }

vim.api.nvim_create_autocmd({ 'BufRead', 'BufNewFile' }, {
  group = vim.api.nvim_create_augroup('filetypedetect', { clear = false }),
  desc = 'A filetype for Dockerfiles, compose files and nginx configuration that have none',
  callback = function(args)
    if vim.bo[args.buf].filetype ~= '' or vim.bo[args.buf].buftype ~= '' then
      return
    end
    local filetype = filetypes[require('portolan').language_id(args.buf)]
    if filetype then
      vim.bo[args.buf].filetype = filetype
    end
  end,
})
