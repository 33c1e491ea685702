# SPDX-License-Identifier: Apache-2.0
# Part of loopbox_inside (see overview.py). Puts calls of ours into functions of the library.

# How this works. The function's text is read from its file and parsed, statements of ours are put beside
# those that are looked for, and what the compiler makes of it takes the place of the function's code. The
# function stays the same object, with the same names and lines, so that a program finds nothing that is
# ours in a class, a module or a traceback. Our object is a constant in the code: it has no name anywhere.

# What stands for our object in the text.
OURS = "\0loopbox"


def lines_of_function(path, first):
    """The text of a function whose first line, which may be a decorator, has the number `first`."""
    lines = texts_of_library.get(path)
    if lines is None:
        with open(path, encoding="utf-8") as file:
            lines = texts_of_library[path] = file.read().split("\n")
    last, depth, has_begun = first, 0, False
    for number in range(first, len(lines) + 1):
        line = lines[number - 1]
        text = line.lstrip()
        if not text or text.startswith("#"):
            continue
        indent = len(line) - len(text)
        if number == first:
            depth = indent
        elif has_begun and indent <= depth and not text.startswith(")"):
            break
        has_begun = has_begun or text.startswith(("def ", "async def "))
        last = number
    return lines[first - 1 : last]


# By path: the lines of files of the library, while they are of use.
texts_of_library = {}


def name_of_statement(statement):
    """The name or the attribute to which a statement assigns, or that of what it calls."""
    targets = getattr(statement, "targets", None)
    node = targets[0] if targets else getattr(getattr(statement, "value", None), "func", None)
    return getattr(node, "attr", None) or getattr(node, "id", None)


def moved(node, line, column):
    """`node` at a place that has no length."""
    if "lineno" in node._attributes:
        node.lineno = node.end_lineno = line
        node.col_offset = node.end_col_offset = column
    for name in node._fields:
        value = getattr(node, name, None)
        for inner in value if type(value) is list else [value]:
            if hasattr(inner, "_fields"):
                moved(inner, line, column)
    return node


def statements_at(text, line, column):
    tree = compile(text, "", "exec", ONLY_TREE, dont_inherit=True)
    return [moved(one, line, column) for one in tree.body]


def put_in(node, places, found):
    """Puts statements into the bodies within `node`; adds the places that it has found to `found`."""
    for field in ("body", "orelse", "finalbody", "handlers"):
        statements = getattr(node, field, None)
        if type(statements) is not list:
            continue
        changed = []
        for statement in statements:
            put_in(statement, places, found)
            before, after = [], []
            for place in places:
                position, name, text = place
                if name_of_statement(statement) == name:
                    found.add(place)
                    if position == "before":
                        before += statements_at(text, statement.lineno, statement.col_offset)
                    else:
                        after += statements_at(
                            text, statement.end_lineno, statement.end_col_offset)
            changed += before + [statement] + after
        statements[:] = changed


# `ast.PyCF_ONLY_AST`: the compiler gives the tree.
ONLY_TREE = 0x400


def code_named(code, names):
    for name in names:
        code = [one for one in code.co_consts
                if type(one) is type(code) and one.co_name == name][0]
    return code


# The module of the trees' types, which the compiler imports before 3.11, and the program has not.
tree_types = {}


def rewrite(functions, ours, *places):
    """As `rewrite_functions`; leaves no module behind."""
    if "_ast" in sys.modules:
        rewrite_functions(functions, ours, places)
        return
    sys.modules.update(tree_types)
    try:
        rewrite_functions(functions, ours, places)
    finally:
        module = sys.modules.pop("_ast", None)
        if module is not None:
            tree_types["_ast"] = module


def rewrite_functions(functions, ours, places):
    """Has functions of one class call `ours`.

    A place is (`before` or `after`, the name to which a statement assigns or which it calls, the text
    of statements), or (`begin`, the function's name, text). In the text `OURS.method(…)` is a call.
    """
    found = set()
    places = [(position, name, text.replace("OURS", repr(OURS))) for position, name, text in places]
    for function in functions:
        code = function.__code__
        owner, _, name = function.__qualname__.rpartition(".")
        path = code.co_filename
        if path.startswith("<frozen "):
            path = LIBRARY + path[8:-1].replace("importlib.", "importlib/") + ".py"
        lines = lines_of_function(path, code.co_firstlineno)
        # The lines' numbers have to be right, and a class gives names their meaning.
        head = "\n" * (code.co_firstlineno - 2) + "class %s:\n" % owner
        tree = compile(head + "\n".join(lines), path, "exec", ONLY_TREE, dont_inherit=True)
        here = set()
        definition = tree.body[0].body[0]
        put_in(definition, places, here)
        for place in places:
            if place[0] == "begin" and place[1] == name:
                here.add(place)
                body = definition.body
                start = 1 if type(getattr(getattr(body[0], "value", None), "value", None)) is str else 0
                first = body[start]
                body[start:start] = statements_at(place[2], first.lineno, first.col_offset)
        if not here:
            continue
        found |= here
        new = code_named(
            compile(tree, code.co_filename, "exec", dont_inherit=True), [owner, name])
        function.__code__ = new.replace(co_consts=tuple([
            ours if type(one) is str and one == OURS else one for one in new.co_consts
        ]))
    missing = [place[:2] for place in places if place not in found]
    if missing:
        raise ValueError("the library has no %r" % missing)
