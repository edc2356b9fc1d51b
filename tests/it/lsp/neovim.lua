-- Opens a faulty OKEP, fixes it as an author would, and sees the diagnostics go.
local function fail(reason)
  io.stderr:write(reason .. '\n')
  vim.cmd('cquit 1')
end

local function await(what, condition)
  if not vim.wait(30000, condition, 20) then
    fail('waited in vain for ' .. what .. ': ' .. vim.inspect(vim.diagnostic.get(nil)))
  end
end

local function shows(rule)
  for _, diagnostic in ipairs(vim.diagnostic.get(nil)) do
    local lsp = diagnostic.user_data and diagnostic.user_data.lsp or {}
    if diagnostic.code == rule or lsp.code == rule then return true end
  end
  return false
end

local function text(name)
  local buffer = vim.fn.bufnr(name)
  if buffer < 0 then return '' end
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
end

await('diagnostics', function() return shows('not-in-nav') and shows('empty-section') end)

vim.ui.select = function(items, _, choose)
  for _, item in ipairs(items) do
    local action = item.action or item[2]
    if action.title:find('(not-in-nav)', 1, true) then return choose(item) end
  end
  fail('no fix is offered: ' .. vim.inspect(items))
end
vim.api.nvim_win_set_cursor(0, { 1, 0 })
vim.lsp.buf.code_action()
await('the entry in mkdocs.yml', function() return text('mkdocs.yml'):find('okep-2140', 1, true) ~= nil end)
await('nav to be right', function() return not shows('not-in-nav') end)

vim.cmd('normal! GoNone that anybody knows of.')
await('the section to be answered', function() return not shows('empty-section') end)

vim.cmd('wall')
vim.cmd('qall')
