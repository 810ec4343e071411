--- Tensors in a safetensors file, for what another program is to compare.
local nj = require "nightjar"

local Bag = nj.nn.module "Bag"
function Bag:init() end

--- Writes a file of named tensors.
return function(path, tensors)
  local bag = Bag()
  for name, tensor in pairs(tensors) do bag:register_buffer(name, tensor:detach():contiguous()) end
  nj.checkpoint.save(path, { model = bag })
end
