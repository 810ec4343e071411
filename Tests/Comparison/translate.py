"""Writes a case's Python as the Lua that a user of Nightjar would write.

The rules are the ones a port by hand follows: `torch.f(a, dim=1)` is `nj.f(a, {dim = 1})`, `x.f(a)` is `x:f(a)`, a
property is a method, `x[0:3, 1]` is `x[{ {0, 3}, 1 }]`, `a ** b` is `a ^ b`, a comparison is a method. Only the little
of Python that the cases use is known; anything else is an error when the case is made.
"""

import ast
import math

# What stands before a function's name: Python's word and Lua's.
ROOTS = {
    "torch": "nj",
    "nn": "nn",
    "F": "F",
    "optim": "optim",
    "sched": "sched",
    "init": "init",
    "utils": "nn.utils",
}
PROPERTIES = {
    "shape",
    "dtype",
    "grad",
    "requires_grad",
    "is_leaf",
    "ndim",
    "T",
    "mT",
    "data",
    "param_groups",
    "itemsize",
}
# Fields of named tuples: which of a function's several results they are.
RESULTS = {"values": 1, "indices": 2}
DTYPES = {"float32", "float64", "int64", "int32", "int16", "int8", "uint8", "bool"}
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "^"}
COMPARISONS = {ast.Gt: "gt", ast.GtE: "ge", ast.Lt: "lt", ast.LtE: "le", ast.Eq: "eq", ast.NotEq: "ne"}
# Functions that both sides have under the same name (runtime.lua and HELPERS of caselib.py).
HELPERS = {"at", "attempt", "names", "state", "sorted_names", "weighted", "fixed", "grads", "params", "steps"}
KEYWORDS = {"end", "repeat", "until", "function", "local", "then", "do", "nil", "elseif"}


class Untranslatable(Exception):
    pass


def number(value):
    if isinstance(value, int):
        return "math.mininteger" if value == -(2**63) else repr(value)
    if math.isnan(value):
        return "(0/0)"
    if math.isinf(value):
        return "math.huge" if value > 0 else "(-math.huge)"
    return repr(value)


def constant(value):
    if value is None:
        return "nil"
    if value is True or value is False:
        return str(value).lower()
    if value is Ellipsis:
        return '"..."'
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return number(value)


class Translator:
    def __init__(self):
        self.lines = []

    # Expressions

    def expression(self, node):
        method = getattr(self, "on_" + type(node).__name__, None)
        if method is None:
            raise Untranslatable(ast.unparse(node))
        return method(node)

    def operand(self, node):
        """An expression that something is called on or read from."""
        text = self.expression(node)
        return text if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)) else f"({text})"

    def on_Constant(self, node):
        return constant(node.value)

    def on_Name(self, node):
        known = {"inf": "math.huge", "nan": "(0/0)"}
        name = known.get(node.id, node.id)
        return ROOTS.get(name, name + "_" if name in KEYWORDS else name)

    def on_List(self, node):
        return "{" + ", ".join(self.expression(item) for item in node.elts) + "}"

    on_Tuple = on_List

    def on_Dict(self, node):
        pairs = (f"[{self.expression(k)}] = {self.expression(v)}" for k, v in zip(node.keys, node.values))
        return "{" + ", ".join(pairs) + "}"

    def on_BinOp(self, node):
        if isinstance(node.op, ast.MatMult):
            return f"{self.operand(node.left)}:matmul({self.expression(node.right)})"
        return f"({self.expression(node.left)} {OPERATORS[type(node.op)]} {self.expression(node.right)})"

    def on_UnaryOp(self, node):
        if isinstance(node.op, ast.Not):
            return f"(not {self.expression(node.operand)})"
        if isinstance(node.op, ast.USub):
            if isinstance(node.operand, ast.Constant):
                return (
                    "(" + constant(-node.operand.value) + ")"
                    if node.operand.value == 2**63
                    else ("-" + constant(node.operand.value))
                )
            return f"(-{self.expression(node.operand)})"
        raise Untranslatable(ast.unparse(node))

    def on_Compare(self, node):
        if len(node.ops) != 1:
            raise Untranslatable(ast.unparse(node))
        op, right = node.ops[0], node.comparators[0]
        if isinstance(op, (ast.Is, ast.IsNot)):
            sign = "==" if isinstance(op, ast.Is) else "~="
            return f"({self.expression(node.left)} {sign} {self.expression(right)})"
        return f"{self.operand(node.left)}:{COMPARISONS[type(op)]}({self.expression(right)})"

    def on_BoolOp(self, node):
        word = " and " if isinstance(node.op, ast.And) else " or "
        return "(" + word.join(self.expression(v) for v in node.values) + ")"

    def on_Lambda(self, node):
        names = [a.arg for a in node.args.args]
        return f"function({', '.join(names)}) return {self.expression(node.body)} end"

    def on_ListComp(self, node):
        loop = node.generators[0]
        if len(node.generators) != 1 or loop.ifs:
            raise Untranslatable(ast.unparse(node))
        head = self.loop_head(loop.target, loop.iter)
        return (
            f"(function() local r = {{n = 0}}; {head} do r.n = r.n + 1; r[r.n] = {self.expression(node.elt)} end; "
            "return r end)()"
        )

    def on_Attribute(self, node):
        path = ast.unparse(node)
        root = path.split(".")[0]
        if root == "torch" and node.attr in DTYPES:
            return f'"{node.attr}"'
        if root in ROOTS and "(" not in path and "[" not in path:
            if path == "torch.autograd.grad":
                return "nj.grad"
            return ROOTS[root] + path[len(root) :]
        if node.attr in RESULTS:
            inner = self.operand(node.value)
            return f"({inner})" if RESULTS[node.attr] == 1 else f"(select({RESULTS[node.attr]}, {inner}))"
        if node.attr in PROPERTIES:
            return f"{self.operand(node.value)}:{node.attr}()"
        return f"{self.operand(node.value)}.{node.attr}"

    def arguments(self, node):
        parts = [self.expression(a.value) if isinstance(a, ast.Starred) else self.expression(a) for a in node.args]
        if node.args and isinstance(node.args[-1], ast.Starred):
            parts[-1] = f"table.unpack({parts[-1]})"
        named = [k for k in node.keywords if not (isinstance(k.value, ast.Constant) and k.value.value is None)]
        if named:
            fields = (f"{'[%r]' % k.arg if k.arg in KEYWORDS else k.arg} = {self.expression(k.value)}" for k in named)
            parts.append("{" + ", ".join(fields) + "}")
        return ", ".join(parts)

    def on_Call(self, node):
        target = node.func
        if isinstance(target, ast.Name):
            simple = {"len": "#{}", "float": "{}:item()", "int": "{}:item()"}
            if target.id in simple:
                return simple[target.id].format(self.operand(node.args[0]))
            if target.id == "abs":
                return f"{self.operand(node.args[0])}:abs()"
            if target.id == "range":
                raise Untranslatable("range outside a loop")
            return f"{self.on_Name(target)}({self.arguments(node)})"
        if isinstance(target, ast.Attribute):
            path = ast.unparse(target)
            root = path.split(".")[0]
            if root in ROOTS and "(" not in path and "[" not in path:
                return f"{self.on_Attribute(target)}({self.arguments(node)})"
            name = target.attr
            # Methods have names of Lua's keywords with two tensors' methods: repeat is written ["repeat"](x, ...).
            if name in KEYWORDS:
                inner = self.operand(target.value)
                rest = self.arguments(node)
                return f'{inner}["{name}"]({inner}{", " + rest if rest else ""})'
            return f"{self.operand(target.value)}:{name}({self.arguments(node)})"
        return f"{self.operand(target)}({self.arguments(node)})"

    def on_Subscript(self, node):
        key = node.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return f'{self.operand(node.value)}["{key.value}"]'
        return f"{self.operand(node.value)}[{self.subscript(key)}]"

    def subscript(self, key):
        if isinstance(key, ast.Tuple):
            return "{ " + ", ".join(self.index(k) for k in key.elts) + " }"
        if isinstance(key, (ast.Slice,)) or (isinstance(key, ast.Constant) and key.value in (None, Ellipsis)):
            return "{ " + self.index(key) + " }"
        return self.index(key)

    def index(self, key):
        if isinstance(key, ast.Slice):
            start = self.expression(key.lower) if key.lower else "0"
            if not key.lower and not key.upper and not key.step:
                return "{}"
            if not key.upper and not key.step:
                return "{" + start + "}"
            stop = self.expression(key.upper) if key.upper else "math.maxinteger"
            return "{" + start + ", " + stop + (", " + self.expression(key.step) if key.step else "") + "}"
        if isinstance(key, ast.Constant) and key.value is None:
            return "nj.newaxis"
        if isinstance(key, ast.List):
            return f"nj.tensor({self.expression(key)})"  # a list inside an index is a slice in Lua
        return self.expression(key)

    # Statements

    def loop_head(self, target, source):
        if isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id == "range":
            bounds = [self.expression(a) for a in source.args]
            if len(bounds) == 1:
                bounds.insert(0, "0")
            return f"for {target.id} = {bounds[0]}, {bounds[1]} - 1"
        if isinstance(target, ast.Tuple):
            names = ", ".join(t.id for t in target.elts)
            return f"for {names} in pairs_of({self.expression(source)})"
        return f"for _, {target.id} in each({self.expression(source)})"

    def block(self, body):
        for statement in body:
            method = getattr(self, "do_" + type(statement).__name__, None)
            if method is None:
                raise Untranslatable(ast.unparse(statement))
            method(statement)

    def do_Expr(self, node):
        text = self.expression(node.value)
        self.lines.append(text if isinstance(node.value, ast.Call) else f"local _ = {text}")

    def do_Assign(self, node):
        target = node.targets[0]
        if isinstance(target, ast.Tuple):
            names = ", ".join(self.expression(t) for t in target.elts)
            value = self.expression(node.value)
            if isinstance(node.value, ast.Tuple):
                value = value[1:-1]
            self.lines.append(f"{names} = spread({value})")
        elif isinstance(target, ast.Attribute) and target.attr in {"grad", "requires_grad", "data"}:
            self.lines.append(f"{self.operand(target.value)}.{target.attr} = {self.expression(node.value)}")
        else:
            self.lines.append(f"{self.expression(target)} = {self.expression(node.value)}")

    def do_AugAssign(self, node):
        if not isinstance(node.target, ast.Subscript):
            raise Untranslatable("augmented assignment to a name: " + ast.unparse(node))
        place = self.expression(node.target)
        self.lines.append(f"{place} = {place} {OPERATORS[type(node.op)]} {self.expression(node.value)}")

    def do_For(self, node):
        self.lines.append(self.loop_head(node.target, node.iter) + " do")
        self.block(node.body)
        self.lines.append("end")

    def do_With(self, node):
        context = node.items[0].context_expr
        self.lines.append(f"{self.expression(context.func)}(function()")  # no_grad and enable_grad take a function
        self.block(node.body)
        self.lines.append("end)")

    def do_If(self, node):
        self.lines.append(f"if {self.expression(node.test)} then")
        self.block(node.body)
        if node.orelse:
            self.lines.append("else")
            self.block(node.orelse)
        self.lines.append("end")

    def do_FunctionDef(self, node):
        names = [a.arg for a in node.args.args]
        self.lines.append(f"function {node.name}({', '.join(names)})")
        local = sorted(assigned(node.body) - set(names))
        if local:
            self.lines.append("local " + ", ".join(local))
        self.block(node.body)
        self.lines.append("end")

    def do_Return(self, node):
        value = node.value
        if isinstance(value, ast.Tuple):
            self.lines.append("return " + ", ".join(self.expression(v) for v in value.elts))
        else:
            self.lines.append("return " + (self.expression(value) if value else ""))

    def do_Pass(self, node):
        pass


def assigned(body):
    """The names that statements give a value, those inside functions left out."""
    found = set()
    for statement in body:
        if isinstance(statement, ast.FunctionDef):
            found.add(statement.name)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                found |= {n.id for n in names if isinstance(n, ast.Name)}
        elif isinstance(statement, (ast.For, ast.With, ast.If)):
            found |= assigned(statement.body) | assigned(getattr(statement, "orelse", []))
    return found


def split_result(code):
    """The statements of a case, and the expressions of its last line, which are its results."""
    tree = ast.parse(code)
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        raise Untranslatable("the last line of a case is its result: " + code)
    last = tree.body[-1].value
    return tree.body[:-1], last.elts if isinstance(last, ast.Tuple) else [last]


def to_lua(code):
    """The Lua statements of a case; its results end up in `results`, a list with `n`."""
    body, outputs = split_result(code)
    writer = Translator()
    local = sorted(assigned(body))
    if local:
        writer.lines.append("local " + ", ".join(local))
    writer.block(body)
    # A line that opens with a parenthesis would be taken for the arguments of the line before.
    writer.lines = [";" + line if line.startswith("(") else line for line in writer.lines]
    values = []
    for output in outputs:
        text = writer.expression(output)
        # A call may give several values: each keeps all of them.
        values.append(f"table.pack({text})" if isinstance(output, ast.Call) else text)
    writer.lines.append(f"results = table.pack({', '.join(values)})")
    writer.lines.append("module = " + ("m" if "m" in local else "nil"))
    return "\n".join(writer.lines)
