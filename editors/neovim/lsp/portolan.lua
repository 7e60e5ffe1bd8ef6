-- Neovim 0.11 and later: put this file into ~/.config/nvim/lsp/ and say vim.lsp.enable('portolan').

-- Neovim calls every YAML file `yaml` and every TOML file `toml`; the server is asked only about those that are compose
-- files, or its own configuration, by their names.
local function is_ours(path, filetype)
  local name = vim.fs.basename(path)
  if filetype == 'yaml' then
    return name:match('compose.*%.ya?ml$') ~= nil
  end
  return filetype ~= 'toml' or name == 'portolan.toml' or name == '.portolan.toml'
end

return {
  cmd = { 'portolan', '--stdio' },
  filetypes = { 'dockerfile', 'yaml', 'yaml.docker-compose', 'nginx', 'toml' },
  root_dir = function(buffer, on_dir)
    local path = vim.api.nvim_buf_get_name(buffer)
    if not is_ours(path, vim.bo[buffer].filetype) then
      return
    end
    local marks = { '.git', 'portolan.toml', '.portolan.toml' }
    on_dir(vim.fs.root(buffer, marks) or vim.fs.dirname(path))
  end,
}
