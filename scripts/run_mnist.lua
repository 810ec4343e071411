--- Recognises the handwritten digit in each PNG or JPEG file: run_mnist.lua 7.png 'digits/*.png'
--- Prints a line for each: the file, the digit and its probability. Digits fill the picture, as MNIST's do.
local nj = require "nightjar"
local digits = require "models.mnist"
local images = nj.images

local config = nj.options(arg, {
  image = nj.option.list("PNG or JPEG files, directories of them, or quoted patterns like 'digits/*.png'", {
    required = true, rest = true,
  }),
  model = nj.option.file(nil, "the trained network, or registry:mnist-cnn@latest (default: the one in the executable, "
    .. "else model.safetensors beside this script, else here)", { scheme = "registry" }),
  invert = { false, "for dark digits on light paper; MNIST's are light on dark" },
  json = { false, "print JSON, an object a line" },
})

local failed = false
local function complain(...)
  io.stderr:write(arg[0]:match "[^/]*$", ": ", string.format(...), "\n")
  failed = true
end

local function exists(path)
  local file = io.open(path, "rb")
  return file and file:close()
end

--- The model that was asked for, else the one in this executable, else the one beside this script, else the one in the
--- current directory.
local function find_model()
  if config.model then return nj.registry.locate(config.model, "model.safetensors") end
  local bundled = nj.bundled "model.safetensors"
  if bundled then return bundled end
  local here = arg[0]:match("^.*/") or ""
  for _, path in ipairs { here .. "model.safetensors", "model.safetensors" } do
    if exists(path) then return path end
  end
  complain("no model.safetensors beside this script or here; make one with train.lua, or name one with --model")
  os.exit(1)
end

local net = nj.checkpoint.load(find_model(), digits.Net()):eval():compile { input = { 1, 1, 28, 28 } }

--- The digit in a picture and its probability.
local function recognise(image)
  if config.invert then image = image:invert() end
  local pixels = image:greyscale():resize(28, 28):tensor { mean = digits.mean, std = digits.std } -- [1, 28, 28]
  local probability, digit = net(pixels:unsqueeze(0)):softmax(1):squeeze(0):max(0)
  return digit:item(), probability:item()
end

nj.no_grad(function()
  for _, pattern in ipairs(config.image) do
    local paths = images.glob(pattern)
    if #paths == 0 then complain("no PNG or JPEG file matches '%s'", pattern) end
    for _, path in ipairs(paths) do
      local image, problem = images.try_read(path)
      if image then
        local digit, probability = recognise(image)
        print(config.json and nj.json.encode { image = path, digit = digit, probability = probability }
          or ("%s: %d (%.1f %%)"):format(path, digit, 100 * probability))
      else
        complain("%s", problem)
      end
    end
  end
end)
os.exit(not failed)
