-- Asks about one creator after another. Arguments: a file with an id a line, the path, the token, and how to send it
-- (`query` or `header`); in place of the token, `@FILE` takes those of a file in turn, one a line. All requests are made
-- before the first is sent: what costs time here is not measured there, and with one wrk thread the clock starts after
-- this.

local requests = {}
local at = 0

function init(args)
  local ids, path, way = args[1], args[2], args[4]
  local tokens = { args[3] }
  if args[3]:sub(1, 1) == "@" then
    tokens = {}
    for token in io.lines(args[3]:sub(2)) do
      tokens[#tokens + 1] = token
    end
  end
  for id in io.lines(ids) do
    local token = tokens[#requests % #tokens + 1]
    local target = path .. "?oAuthorId=" .. id .. "&platform=SHORT_VIDEO"
    local headers = {}
    if way == "header" then
      headers["Authorization"] = "Bearer " .. token
    else
      target = target .. "&token=" .. token
    end
    requests[#requests + 1] = wrk.format("GET", target, headers)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
