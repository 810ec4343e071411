--- The figures of an evaluation (nj.metrics.evaluate) in words, as pictures and for JSON.
local nj = require "nightjar"

local M = {}

--- Of more classes only those with the lowest F1 are printed.
local most_printed = 50

local function name_of(names, class) return names and names[class + 1] or tostring(class) end

--- Prints precision, recall and F1 of each class and their means.
function M.print_classes(scores, names)
  local rows = {}
  for index, class in ipairs(scores.classes) do rows[index] = { name_of(names, index - 1), class } end
  if #rows > most_printed then
    table.sort(rows, function(a, b) return a[2].f1 < b[2].f1 end)
    print(("Of %d classes those with the lowest F1:"):format(#rows))
    rows = table.move(rows, 1, most_printed, 1, {})
  end
  rows[#rows + 1] = { "mean", scores.macro }
  rows[#rows + 1] = { "weighted mean", scores.weighted }
  local width = 5
  for _, row in ipairs(rows) do width = math.max(width, utf8.len(row[1]) or #row[1]) end
  local function line(name, ...)
    print((" "):rep(width - (utf8.len(name) or #name)) .. name .. ("  %9s  %6s  %6s  %8s"):format(...))
  end
  line("class", "precision", "recall", "F1", "examples")
  local function part(value) return ("%.4f"):format(value) end
  for _, row in ipairs(rows) do
    local class = row[2]
    line((row[1]:gsub("%c", "?")), part(class.precision), part(class.recall), part(class.f1), tostring(class.support))
  end
end

--- Prints top-k accuracies and the calibration in a line.
function M.print_summary(figures)
  local parts = {}
  for _, k in ipairs { 1, 3, 5 } do
    local value = figures.top_k[tostring(k)]
    if value then parts[#parts + 1] = ("top-%d %.2f %%"):format(k, value) end
  end
  print(("%s; calibration error %.4f (%d bins); outputs are %s"):format(
    table.concat(parts, ", "), figures.calibration.error, #figures.calibration.bins, (figures.outputs:gsub("_", "-"))))
end

--- What JSON gets besides the figures of before: numbers of each class under the classes that the set has examples of.
function M.figures(evaluation, classes)
  local confusion, scores = evaluation:confusion(), evaluation:confusion():scores()
  local figures = {
    classes = nj.json.list {}, top_k = {}, macro = scores.macro, weighted = scores.weighted,
    calibration = evaluation:calibration(), outputs = evaluation:outputs(), mistakes = nj.json.list {},
  }
  for index, class in ipairs(scores.classes) do
    if class.support > 0 then
      table.insert(figures.classes, {
        class = index - 1, recall = class.recall, precision = class.precision, f1 = class.f1, support = class.support,
      })
    end
  end
  for _, k in ipairs { 1, 3, 5 } do
    if k < classes then figures.top_k[tostring(k)] = 100 * evaluation:top_k(k) end
  end
  for index, mistake in ipairs(evaluation:mistakes()) do
    mistake.input = nil
    figures.mistakes[index] = mistake
  end
  -- A table of a thousand classes would be a million numbers.
  if classes <= 100 then
    figures.confusion = {}
    for truth = 0, classes - 1 do
      local row = {}
      for predicted = 0, classes - 1 do row[predicted + 1] = confusion:count(truth, predicted) end
      figures.confusion[truth + 1] = row
    end
  end
  return figures
end

--- Writes the worst mistakes as one picture.
function M.save_mistakes(evaluation, names, path)
  local pictures, captions = {}, {}
  for _, mistake in ipairs(evaluation:mistakes()) do
    pictures[#pictures + 1] = mistake.input
    captions[#captions + 1] = ("%s, not %s\n%.0f %%"):format(
      name_of(names, mistake.predicted), name_of(names, mistake.truth), 100 * mistake.confidence)
  end
  if #pictures == 0 then return print "no mistakes to be shown" end
  nj.plot.images(pictures, { captions = captions, normalize = true, title = "Worst mistakes" }):save(path)
end

--- Writes how often it was right by how sure it was.
function M.save_reliability(calibration, path)
  local confidence, accuracy = {}, {}
  for _, bin in ipairs(calibration.bins) do
    if bin.count > 0 then
      confidence[#confidence + 1], accuracy[#accuracy + 1] = bin.confidence, bin.accuracy
    end
  end
  nj.plot.lines({
    { name = "accuracy", x = confidence, y = accuracy }, { name = "ideal", x = { 0, 1 }, y = { 0, 1 } },
  }, { title = ("Calibration error %.4f"):format(calibration.error), x_label = "confidence", y_label = "accuracy" })
    :save(path)
end

return M
